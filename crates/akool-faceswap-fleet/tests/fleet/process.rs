//! Workers as processes of their own, some with a wrong clock, killed at random, on a server that crashes.
//!
//! `AKOOL_FLEET_SEEDS=20 cargo test -p akool-faceswap-fleet --test fleet killed -- --nocapture` runs 20
//! seeds instead of 2 and prints the figures of each.

use std::{
    collections::HashMap,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use akool_faceswap::{Client, ResultId, wait::PollPolicy};
use akool_faceswap_fleet::{Account, Fleet, Lane, OutcomeKind, Tracking, Worker, postgres};
use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, RecordedRequest};
use tokio_postgres::NoTls;

use crate::{database::Database, server::Server};

const JOBS: usize = 1500;
const WORKERS: usize = 4;
const CONCURRENT: usize = 2;
/// Requests on their way when a window begins may arrive in it, besides those granted in it.
const ON_THE_WAY: f64 = 8.0;
const RATE: f64 = 5.0;
const BURST: u32 = 3;
const LATENCY: Duration = Duration::from_millis(100);

/// The worker's program: this very test, run by itself with a setup.
const PROGRAM: &str = "process::the_worker_that_is_killed";
const SETUP: &str = "AKOOL_FLEET_WORKER";

/// Not a test itself: the program that the others start and kill.
#[test]
fn the_worker_that_is_killed() {
    let Ok(setup) = std::env::var(SETUP) else {
        return;
    };
    let mut lines = setup.lines();
    let mut next = || lines.next().unwrap().to_owned();
    let (database, api, key) = (next(), next(), next());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = Client::builder()
            .base_url(&api)
            .api_key(&key)
            .build()
            .unwrap();
        let fleet = loop {
            // The server may be down at the moment.
            match Fleet::connect(&database).await {
                Ok(fleet) => break fleet,
                Err(error) => assert!(error.is_transient(), "{error:?}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let worker = Worker::new(&fleet, client, Account::from_api_key(&key))
            .requests_per_second(RATE, BURST)
            .max_concurrent_requests(CONCURRENT)
            .attempt_timeout(Duration::from_secs(2))
            .idle_interval(Duration::from_millis(20));
        worker.run(std::future::pending()).await.unwrap();
    });
}

/// A library that moves the wall clock of the process that loads it; `None` without a C compiler.
fn wrong_clock(dir: &Path) -> Option<PathBuf> {
    let source = dir.join("clock.c");
    let library = dir.join("clock.so");
    std::fs::write(
        &source,
        "#define _GNU_SOURCE\n#include <stdlib.h>\n#include <sys/syscall.h>\n#include <time.h>\n\
         #include <unistd.h>\nint clock_gettime(clockid_t id, struct timespec *at) {\n\
         int done = syscall(SYS_clock_gettime, id, at);\n\
         const char *off = getenv(\"CLOCK_OFF\");\n\
         if (id == CLOCK_REALTIME && off) at->tv_sec += atol(off);\nreturn done; }\n",
    )
    .unwrap();
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .status();
    if !built.is_ok_and(|status| status.success()) {
        eprintln!("\n*** no C compiler: all clocks are right in this run ***\n");
        return None;
    }
    Some(library)
}

/// Processes that end with this one.
struct Workers {
    setup: String,
    clock: Option<PathBuf>,
    children: Vec<Child>,
}

impl Workers {
    fn start(database: &str, fake: &FakeAkool, clock: Option<PathBuf>, count: usize) -> Self {
        let mut workers = Self {
            setup: format!("{database}\n{}\n{}", fake.url(), fake.api_key()),
            clock,
            children: Vec::new(),
        };
        for number in 0..count {
            let child = workers.spawn(number);
            workers.children.push(child);
        }
        workers
    }

    /// The second and the third have clocks that are an hour off.
    fn spawn(&self, number: usize) -> Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args([PROGRAM, "--exact", "--nocapture"])
            .env(SETUP, &self.setup);
        let off = [None, Some("3600"), Some("-3600")][number % 3];
        if let (Some(clock), Some(off)) = (&self.clock, off) {
            command.env("LD_PRELOAD", clock).env("CLOCK_OFF", off);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn kill(&mut self, number: usize) {
        let next = self.spawn(number);
        let mut killed = std::mem::replace(&mut self.children[number], next);
        // SIGKILL.
        killed.kill().unwrap();
        killed.wait().unwrap();
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A slow fake, and tracked jobs of it that are looked up often.
async fn population(fleet: &Fleet, seed: u64, count: usize) -> (FakeAkool, Vec<ResultId>) {
    let fake = FakeAkool::builder().seed(seed).start().unwrap();
    fake.push_answer(Answer::latency(LATENCY).always());
    let ids = fake.seed_population(count);
    let ids: Vec<ResultId> = ids.into_iter().map(|id| id.parse().unwrap()).collect();
    let policy = PollPolicy::fixed(Duration::from_millis(400));
    let jobs = ids
        .iter()
        .map(|id| Tracking::new(id.clone()).poll_policy(policy.clone()));
    fleet.track(jobs).await.unwrap();
    (fake, ids)
}

#[tokio::test]
async fn workers_whose_clocks_are_an_hour_off_settle_nothing_early() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let fake = FakeAkool::start().unwrap();
    let fleet = database.fleet().await;
    let job: ResultId = fake
        .add_job(FakeJob::video().after_polls(2, 2))
        .parse()
        .unwrap();
    let tracking = Tracking::new(job.clone())
        .timeout(Duration::from_secs(1800))
        .poll_policy(PollPolicy::fixed(Duration::from_millis(100)));
    fleet.track([tracking]).await.unwrap();
    let mut workers = Workers::start(&database.url, &fake, wrong_clock(dir.path()), 3);
    // The worker with the right clock is killed, so the others must do the work.
    let mut right = workers.children.remove(0);
    right.kill().unwrap();
    right.wait().unwrap();
    let outcome = fleet.wait(&job).await.unwrap();
    assert_eq!(outcome.kind(), OutcomeKind::Success);
    assert!(outcome.settled_at().elapsed().unwrap() < Duration::from_secs(600));
}

/// The figures of one run.
#[derive(Debug, Default)]
struct Figures {
    seconds: f64,
    kills: u32,
    crashes: u32,
    requests: usize,
    ids_per_request: usize,
    lost: i64,
    doubled: i64,
    overlaps: usize,
    over_budget: f64,
    fenced: i64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_workers_and_a_crashing_server_lose_and_double_nothing() {
    let Some(server) = Server::start("fsync = off\n") else {
        return;
    };
    let seeds: u64 = std::env::var("AKOOL_FLEET_SEEDS").map_or(2, |seeds| seeds.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let clock = wrong_clock(dir.path());
    for seed in 0..seeds {
        let figures = killing(&server, clock.clone(), seed).await;
        let _ = writeln!(std::io::stderr(), "seed {seed}: {figures:?}");
        assert_eq!((figures.lost, figures.doubled), (0, 0), "seed {seed}");
        assert_eq!(figures.overlaps, 0, "seed {seed}");
        assert!(
            figures.over_budget <= ON_THE_WAY,
            "seed {seed}: {figures:?}"
        );
        assert!(
            figures.kills > 3 && figures.crashes > 0,
            "seed {seed}: {figures:?}"
        );
    }
}

async fn killing(server: &Server, clock: Option<PathBuf>, seed: u64) -> Figures {
    let mut random = fastrand::Rng::with_seed(seed);
    let database = Database::on(server).await;
    database
        .execute("create table results (id text, kind text)")
        .await;
    let (fake, _) = population(&database.fleet().await, seed, JOBS).await;
    let begun = Instant::now();
    let mut figures = Figures::default();
    let service = tokio::spawn(serve(database.url.clone()));
    let mut workers = Workers::start(&database.url, &fake, clock, WORKERS);
    while !service.is_finished() {
        assert!(
            begun.elapsed() < Duration::from_secs(240),
            "seed {seed}: not done, {figures:?}"
        );
        tokio::time::sleep(Duration::from_millis(random.u64(150..600))).await;
        // After that nothing is killed any more, so that the run can finish.
        if begun.elapsed() > Duration::from_secs(20) {
            continue;
        }
        if random.u8(..6) == 0 {
            server.crash();
            figures.crashes += 1;
            server.start_again();
        } else {
            workers.kill(random.usize(..WORKERS));
            figures.kills += 1;
        }
    }
    service.await.unwrap();
    drop(workers);
    figures.seconds = begun.elapsed().as_secs_f64();
    let client = crate::database::connect(&database.url).await;
    let row = client
        .query_one(
            "select count(*), count(distinct id), (select coalesce(sum((counters->>'fenced')::bigint), 0) \
             from akool_faceswap.worker)::bigint from results",
            &[],
        )
        .await
        .unwrap();
    let (all, distinct): (i64, i64) = (row.get(0), row.get(1));
    figures.doubled = all - distinct;
    figures.lost = i64::try_from(JOBS).unwrap() - distinct;
    figures.fenced = row.get(2);
    let requests = fake.requests();
    assert_eq!(fake.requests_not_recorded(), 0);
    figures.requests = requests.len();
    let asked: usize = requests.iter().map(|request| request.ids().len()).sum();
    figures.ids_per_request = asked / requests.len();
    figures.overlaps = overlaps(&requests);
    figures.over_budget = over_budget(&requests);
    figures
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_workers_of_one_file_lose_and_double_nothing() {
    let database = Database::sqlite().await.unwrap();
    let mut random = fastrand::Rng::with_seed(1);
    let fleet = database.fleet().await;
    let (fake, ids) = population(&fleet, 1, 300).await;
    let mut workers = Workers::start(&database.url, &fake, None, WORKERS);
    let mut taken: Vec<ResultId> = Vec::new();
    let begun = Instant::now();
    let mut kills = 0;
    while taken.len() < ids.len() {
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "{} of {}",
            taken.len(),
            ids.len()
        );
        tokio::time::sleep(Duration::from_millis(random.u64(100..400))).await;
        if kills < 12 {
            workers.kill(random.usize(..WORKERS));
            kills += 1;
        }
        let outcomes = fleet.take(100).await.unwrap();
        taken.extend(outcomes.iter().map(|outcome| outcome.id().clone()));
    }
    assert!(kills > 3, "{kills}");
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), ids.len());
    assert_eq!(overlaps(&fake.requests()), 0);
}

/// The service: takes outcomes and writes its own rows, in one transaction, until it has all.
async fn serve(url: String) {
    let mut client: Option<tokio_postgres::Client> = None;
    loop {
        let result = async {
            if client.is_none() {
                let (connected, connection) = tokio_postgres::connect(&url, NoTls).await?;
                tokio::spawn(connection);
                client = Some(connected);
            }
            let client = client.as_mut().unwrap();
            let transaction = client.transaction().await?;
            // An error of the database ends the transaction; its kind does not matter here.
            let outcomes = postgres::take(&transaction, &Lane::default(), 100)
                .await
                .unwrap_or_default();
            for outcome in &outcomes {
                let (id, kind) = (outcome.id().as_str(), outcome.kind().as_str());
                transaction
                    .execute("insert into results values ($1, $2)", &[&id, &kind])
                    .await?;
            }
            transaction.commit().await?;
            let row = client
                .query_one("select count(*) from results", &[])
                .await?;
            Ok::<i64, tokio_postgres::Error>(row.get(0))
        };
        match result.await {
            Ok(done) if done >= i64::try_from(JOBS).unwrap() => return,
            Ok(_) => {}
            Err(_) => client = None,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How often an id was requested before its last request was answered.
fn overlaps(requests: &[RecordedRequest]) -> usize {
    let mut last: HashMap<&str, Instant> = HashMap::new();
    let mut overlaps = 0;
    for request in requests {
        for id in request.ids() {
            let before = last.insert(id, request.received_at());
            overlaps += usize::from(before.is_some_and(|at| request.received_at() < at + LATENCY));
        }
    }
    overlaps
}

/// The most requests in any window beyond what rate and burst allow for it.
fn over_budget(requests: &[RecordedRequest]) -> f64 {
    let mut times: Vec<Instant> = requests.iter().map(RecordedRequest::received_at).collect();
    times.sort_unstable();
    let mut most = f64::MIN;
    for (first, begin) in times.iter().enumerate() {
        let mut requests = 0.0;
        for end in &times[first..] {
            requests += 1.0;
            let allowed = f64::from(BURST) + RATE * end.duration_since(*begin).as_secs_f64();
            most = most.max(requests - allowed);
        }
    }
    most
}
