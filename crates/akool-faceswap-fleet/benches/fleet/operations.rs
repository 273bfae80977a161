//! Batches a second: claim and reschedule, settle, track; and how full claims are under a budget.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use akool_faceswap_fleet::{
    Account, Fleet, OutcomeKind, Tracking,
    store::{Budget, Settlement, Slot, Upcoming},
};
use futures_util::future::BoxFuture;
use tokio_postgres::NoTls;

use crate::{
    Size, database, id,
    server::{Server, database_of},
};

const LEASE: Duration = Duration::from_secs(60);
/// Not measured: caches fill, and each page goes into the write-ahead log whole once after a checkpoint.
const WARM_UP: Duration = Duration::from_secs(2);
/// Reserved and never used up, so that the row is measured and not the limit.
const ENDLESS: Budget = Budget {
    interval: Duration::from_micros(1),
    burst: 1_000_000,
};

async fn execute(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
}

/// Rows that are all due. Jobs that were tracked one after the other are due at about the same time, give or
/// take a second.
async fn fill(url: &str, rows: u32) {
    execute(
        url,
        &format!(
            "insert into akool_faceswap.lane (name) values ('main') on conflict do nothing; \
             insert into akool_faceswap.pending (lane, id, due_at, early_at, begun_at, changed_at, deadline) \
             select 'main', '667d2284' || lpad(to_hex(n), 16, '0'), \
             now() - interval '60 s' * (1 - n::float / {rows}) - random() * interval '2 s', \
             now() - interval '70 s', now(), now(), now() + interval '4 h' \
             from generate_series(0, {rows} - 1) n"
        ),
    )
    .await;
    // Otherwise the server does it during a measurement.
    execute(url, "vacuum analyze akool_faceswap.pending").await;
    execute(url, "checkpoint").await;
}

/// Counts the batches of all workers after the warm-up, and says whether to continue.
#[derive(Clone, Debug)]
struct Pace {
    begun: Instant,
    time: Duration,
    done: Arc<AtomicU64>,
}

impl Pace {
    fn new(time: Duration) -> Self {
        Self {
            begun: Instant::now(),
            time,
            done: Arc::default(),
        }
    }

    fn continues(&self) -> bool {
        self.begun.elapsed() < WARM_UP + self.time
    }

    fn count(&self) {
        let at = self.begun.elapsed();
        if at >= WARM_UP && at < WARM_UP + self.time {
            self.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn per_second(&self) -> f64 {
        self.done.load(Ordering::Relaxed) as f64 / self.time.as_secs_f64()
    }
}

/// What one batch of a worker does.
#[derive(Clone, Copy, Debug)]
enum Work {
    Reschedule,
    Settle { notify: bool },
}

impl Work {
    /// Whether a batch was written; `None` if nothing was due.
    async fn once(self, fleet: &Fleet) -> Option<bool> {
        let (store, lane) = (fleet.store(), fleet.lane());
        let start = match store.slot(lane, 100).await.unwrap() {
            Slot::Granted(start) => start,
            // Another worker was granted what was due a moment ago.
            Slot::Wait(wait) if wait <= Duration::from_millis(1) => return Some(false),
            _ => return None,
        };
        let claim = store.claim(lane, start, 100, LEASE).await.unwrap();
        if claim.is_empty() {
            return None;
        }
        match self {
            Self::Reschedule => {
                let after = Duration::from_secs(3600);
                let jobs: Vec<_> = claim
                    .jobs
                    .iter()
                    .map(|job| Upcoming::unchanged(job, after))
                    .collect();
                assert_eq!(
                    store.again(lane, &claim.token, &jobs).await.unwrap(),
                    claim.len() as u64
                );
            }
            Self::Settle { notify } => {
                let body = format!(
                    r#"{{"_id":"x","faceswap_status":3,"url":"{}"}}"#,
                    "u".repeat(500)
                );
                let jobs: Vec<_> = claim
                    .jobs
                    .iter()
                    .map(|job| Settlement {
                        id: job.id.clone(),
                        kind: OutcomeKind::Success,
                        job: Some(body.clone()),
                        error: None,
                        ticket: None,
                    })
                    .collect();
                let settled = store
                    .settle(lane, &claim.token, &jobs, notify)
                    .await
                    .unwrap();
                assert_eq!(settled, claim.len() as u64);
            }
        }
        Some(true)
    }
}

/// The least that any lease and reschedule must write: two updates of 100 rows by their keys, written by hand, each in
/// a transaction of its own. The peer in the same run.
async fn peer(url: String, workers: u32, rows: u32, time: Duration) -> f64 {
    let pace = Pace::new(time);
    let tasks: Vec<_> = (0..workers)
        .map(|worker| {
            let (url, pace) = (url.clone(), pace.clone());
            tokio::spawn(async move {
                let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
                tokio::spawn(connection);
                let mut random = fastrand::Rng::with_seed(worker.into());
                while pace.continues() {
                    // Workers use different rows.
                    let first = random.u32(0..rows / workers / 100) * 100 * workers + worker * 100;
                    let ids: Vec<String> = (first..first + 100).map(|n| id(n).to_string()).collect();
                    for seconds in ["60 s", "1 h"] {
                        let sql = format!(
                            "update akool_faceswap.pending set due_at = now() + interval '{seconds}', \
                             early_at = now() + interval '{seconds}' where lane = 'main' and id = any ($1)"
                        );
                        let params: &[(&(dyn tokio_postgres::types::ToSql + Sync), _)] =
                            &[(&ids, tokio_postgres::types::Type::TEXT_ARRAY)];
                        client.query_typed(&sql, params).await.unwrap();
                    }
                    pace.count();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    pace.per_second()
}

/// Batches a second of this many workers.
async fn rate(url: String, work: Work, workers: u32, time: Duration) -> f64 {
    let pace = Pace::new(time);
    let tasks: Vec<_> = (0..workers)
        .map(|_| {
            let (url, pace) = (url.clone(), pace.clone());
            tokio::spawn(async move {
                let fleet = Fleet::connect(&url).await.unwrap();
                let account = Account::named("bench");
                fleet
                    .store()
                    .enter(fleet.lane(), &account, ENDLESS)
                    .await
                    .unwrap();
                while pace.continues() {
                    match work.once(&fleet).await {
                        Some(true) => pace.count(),
                        Some(false) => {}
                        None => break,
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    pace.per_second()
}

fn row(what: &str, [one, four]: [f64; 2]) {
    println!("| {what} | {one:.0} | {four:.0} | {:.0} |", four * 100.0);
}

fn head(store: &str, rows: u32) {
    println!("**{store}, {rows} rows:**\n");
    println!("| batches of 100 a second | 1 worker | 4 workers | ids a second |");
    println!("| --- | ---: | ---: | ---: |");
}

pub(crate) async fn postgres(server: &Server, size: Size) {
    let (empty, full) = (database(server).await, database(server).await);
    fill(&full, size.rows).await;
    head("PostgreSQL", size.rows);
    let measure = async |template: &str, run: &dyn Fn(String, u32) -> BoxFuture<'static, f64>| {
        let mut rates = [0.0; 2];
        for (place, workers) in [(0, 1), (1, 4)] {
            let url = server.copy_database(database_of(template));
            // Its pages are written now, not during a measurement.
            execute(&url, "checkpoint").await;
            rates[place] = run(url.clone(), workers).await;
            server.drop_database(&url);
        }
        rates
    };
    let Size { rows, time, .. } = size;
    let rates = measure(&full, &move |url, workers| {
        Box::pin(peer(url, workers, rows, time))
    })
    .await;
    row("two updates by key, by hand (the peer)", rates);
    for (what, work) in [
        ("slot + claim + reschedule", Work::Reschedule),
        (
            "slot + claim + settle, with a notification",
            Work::Settle { notify: true },
        ),
        (
            "slot + claim + settle, without",
            Work::Settle { notify: false },
        ),
    ] {
        let rates = measure(&full, &move |url, workers| {
            Box::pin(rate(url, work, workers, time))
        })
        .await;
        row(what, rates);
    }
    let rates = measure(&empty, &move |url, workers| {
        Box::pin(track(url, workers, time))
    })
    .await;
    row("track", rates);
    println!();
}

/// Statements of 100 ids a second.
async fn track(url: String, workers: u32, time: Duration) -> f64 {
    let pace = Pace::new(time);
    let tasks: Vec<_> = (0..workers)
        .map(|worker| {
            let (url, pace) = (url.clone(), pace.clone());
            tokio::spawn(async move {
                let fleet = Fleet::connect(&url).await.unwrap();
                let mut next = worker << 24;
                while pace.continues() {
                    let jobs: Vec<Tracking> = (next..next + 100).map(|n| id(n).into()).collect();
                    assert_eq!(fleet.track(jobs).await.unwrap(), 100);
                    next += 100;
                    pace.count();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    pace.per_second()
}

pub(crate) async fn sqlite(mut size: Size) {
    // One machine's jobs.
    size.rows /= 5;
    head("SQLite, one file, synchronous = full", size.rows);
    for (what, work) in [
        ("slot + claim + reschedule", Work::Reschedule),
        ("slot + claim + settle", Work::Settle { notify: false }),
    ] {
        let mut rates = [0.0; 2];
        for (place, workers) in [(0, 1), (1, 4)] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("fleet");
            let url = format!("sqlite:{}", path.display());
            Fleet::migrate(&url).await.unwrap();
            let connection = rusqlite::Connection::open(&path).unwrap();
            connection
                .execute_batch(&format!(
                    "insert into akool_faceswap_lane (name) values ('main'); \
                     with recursive n (n) as (select 0 union all select n + 1 from n where n < {0} - 1) \
                     insert into akool_faceswap_pending \
                     (lane, id, due_at, early_at, begun_at, changed_at, deadline) \
                     select 'main', '667d2284' || printf('%016x', n), \
                     unixepoch() * 1000 - 60000 + n * 60000 / {0} - abs(random()) % 2000, \
                     unixepoch() * 1000 - 70000, \
                     unixepoch() * 1000, unixepoch() * 1000, unixepoch() * 1000 + 14400000 from n; \
                     pragma wal_checkpoint(truncate)",
                    size.rows
                ))
                .unwrap();
            drop(connection);
            rates[place] = rate(url, work, workers, size.time).await;
        }
        row(what, rates);
    }
    println!();
}

/// 20,000 jobs that are due every 2 to 3 s, under a budget of 50 requests a second: at least 2,000 are always due.
pub(crate) async fn fullness(server: &Server, size: Size) {
    let url = database(server).await;
    fill(&url, 20_000).await;
    let claims = Arc::new(AtomicU64::new(0));
    let ids = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let (url, claims, ids) = (url.clone(), claims.clone(), ids.clone());
            tokio::spawn(async move {
                let fleet = Fleet::connect(&url).await.unwrap();
                let (store, lane) = (fleet.store(), fleet.lane());
                let budget = Budget {
                    interval: Duration::from_millis(20),
                    burst: 10,
                };
                store
                    .enter(lane, &Account::named("bench"), budget)
                    .await
                    .unwrap();
                while begun.elapsed() < size.time {
                    let start = match store.slot(lane, 100).await.unwrap() {
                        Slot::Granted(start) => start,
                        Slot::Wait(wait) => {
                            tokio::time::sleep(wait).await;
                            continue;
                        }
                        Slot::Idle => continue,
                    };
                    let claim = store.claim(lane, start, 100, LEASE).await.unwrap();
                    claims.fetch_add(1, Ordering::Relaxed);
                    ids.fetch_add(claim.len() as u64, Ordering::Relaxed);
                    let jobs: Vec<_> = claim
                        .jobs
                        .iter()
                        .map(|job| {
                            let after =
                                Duration::from_millis(2000 + u64::from(fastrand::u16(..1000)));
                            Upcoming::unchanged(job, after)
                        })
                        .collect();
                    store.again(lane, &claim.token, &jobs).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let (claims, ids) = (claims.load(Ordering::Relaxed), ids.load(Ordering::Relaxed));
    println!(
        "**Fullness** while 2,000 and more are due, 4 workers, a budget of 50 a second: {claims} claims in \
         {:.0} s ({:.1} a second), {:.1} ids in each.\n",
        begun.elapsed().as_secs_f64(),
        claims as f64 / begun.elapsed().as_secs_f64(),
        ids as f64 / claims as f64,
    );
}
