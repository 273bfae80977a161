//! Waits stored as tickets and resumed, by the same process or another.

use std::{collections::HashMap, time::SystemTime};

use crate::wait::tests::*;
use crate::{
    clock::Clock,
    model::JobStatus,
    wait::{PollPolicy, Ticket, WaitErrorKind},
};

/// A wall clock that advances with tokio's clock.
fn wall() -> Clock {
    let (begun, wall) = (
        Instant::now(),
        SystemTime::UNIX_EPOCH + 1_000_000 * HOUR / 2,
    );
    Clock::of(move || wall + begun.elapsed())
}

fn process(wire: &Scripted, clock: &Clock) -> Client {
    client_with(wire, |mut builder| {
        builder.clock = clock.clone();
        builder
    })
}

/// The ticket as another process would read it.
fn carried(ticket: &Ticket) -> Ticket {
    serde_json::from_str(&serde_json::to_string(ticket).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_ticket_keeps_age_poll_policy_and_deadline() {
    let (wire, clock) = (server(|_, now| life(now, MINUTE, 5 * HOUR)), wall());
    let begun = Instant::now();
    let schedule = PollPolicy::fixed(50 * SECOND);
    let first = process(&wire, &clock);
    let waiting = first.wait(id("a")).poll_policy(schedule).timeout(2 * HOUR);
    let waiting = waiting.start();
    tokio::time::sleep(HOUR).await;
    let before = waiting.progress().unwrap();
    let ticket = carried(&waiting.ticket().unwrap());
    drop((waiting, first));
    tokio::time::sleep(HOUR / 2).await;

    let second = process(&wire, &clock);
    let requests = wire.requests();
    let waiting = second.resume(ticket).start();
    let after = waiting.progress().unwrap();
    assert_eq!(after.waited(), before.waited() + HOUR / 2);
    assert_eq!(after.status(), Some(JobStatus::Processing));
    assert_eq!(after.polls(), before.polls());
    assert_eq!(after.unchanged_for(), before.unchanged_for() + HOUR / 2);
    let error = waiting.await.unwrap_err();
    assert_eq!(error.kind(), WaitErrorKind::DeadlinePassed);
    assert_eq!(begun.elapsed(), 2 * HOUR);
    // Half an hour at 50 s.
    let made = wire.requests() - requests;
    assert!((33..=41).contains(&made), "{made}");
    // With a new deadline the wait resumes.
    let ticket = error.into_ticket().unwrap();
    let later = clock.now() + 8 * HOUR;
    assert!(second.resume(ticket.with_deadline(later)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_wait_resumed_after_its_deadline_has_one_more_look() {
    let (wire, clock) = (server(|_, now| life(now, MINUTE, 2 * HOUR)), wall());
    let first = process(&wire, &clock);
    let waiting = first.wait(id("a")).timeout(HOUR).start();
    tokio::time::sleep(SECOND).await;
    let ticket = waiting.ticket().unwrap();
    drop(waiting);
    tokio::time::sleep(90 * MINUTE).await;
    // Not ended yet: one look, and no more.
    let requests = wire.requests();
    let error = first.resume(ticket.clone()).await.unwrap_err();
    assert_eq!(error.kind(), WaitErrorKind::DeadlinePassed);
    assert_eq!(wire.requests(), requests + 1);
    tokio::time::sleep(HOUR).await;
    assert!(first.resume(ticket.clone()).await.is_ok());
    // A failed lookup does not count as the last look.
    let failing = Scripted::new(|seen| match seen.n {
        0 => Reply::http(503, ""),
        _ => rows(seen, |_| Some(3)),
    });
    assert!(
        process(&failing, &clock)
            .resume(ticket.clone())
            .await
            .is_ok()
    );
    // If the server never answers, the wait ends all the same.
    let silent = process(&Scripted::new(|_| Reply::nothing()), &clock);
    let begun = Instant::now();
    assert!(silent.resume(ticket).await.is_err());
    assert_eq!(begun.elapsed(), 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_ticket_from_a_clock_that_is_ahead_starts_now() {
    let (wire, clock) = (server(|_, _| Some(1)), wall());
    let ahead = Clock::of({
        let clock = clock.clone();
        move || clock.now() + HOUR
    });
    let ticket = process(&wire, &ahead)
        .wait(id("a"))
        .start()
        .ticket()
        .unwrap();
    let waiting = process(&wire, &clock).resume(ticket).start();
    assert_eq!(waiting.progress().unwrap().waited(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn resuming_does_not_restart_the_missing_grace() {
    let (wire, clock) = (server(|_, _| None), wall());
    let client = process(&wire, &clock);
    let begun = Instant::now();
    let mut ticket = client.wait(id("a")).start().ticket().unwrap();
    loop {
        let waiting = client.resume(carried(&ticket)).start();
        tokio::time::sleep(30 * SECOND).await;
        match waiting.ticket() {
            Some(next) => ticket = next,
            None => break,
        }
    }
    assert!(begun.elapsed() <= 150 * SECOND, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_new_wait_has_the_whole_missing_grace_beside_a_resumed_one() {
    let (wire, clock) = (server(|_, _| None), wall());
    let client = process(&wire, &clock);
    let first = client.wait(id("a")).start();
    tokio::time::sleep(100 * SECOND).await;
    let ticket = carried(&first.ticket().unwrap());
    drop(first);
    let begun = Instant::now();
    let resumed = tokio::spawn(client.resume(ticket).into_future());
    settle().await;
    let fresh = client.wait(id("a")).await.unwrap_err();
    assert_eq!(fresh.kind(), WaitErrorKind::Missing);
    let took = begun.elapsed();
    assert!(
        (2 * MINUTE..2 * MINUTE + SECOND).contains(&took),
        "{took:?}"
    );
    let resumed = resumed.await.unwrap().unwrap_err();
    assert!(resumed.progress().waited() < 125 * SECOND);
}

/// The caller of `wait_each` dies at many different moments, and the next process resumes from what was stored:
/// the tickets at the start, and each outcome when it was taken.
#[tokio::test(start_paused = true)]
async fn dying_at_any_moment_loses_no_outcome_and_repeats_none() {
    const JOBS: usize = 40;
    for step in (10..2000).step_by(31) {
        let wire = server(move |id, now| {
            let n: u32 = id[1..].parse().unwrap();
            match n % 8 {
                7 => Some(4),
                6 => None,
                _ => life(now, SECOND, n * SECOND / 3),
            }
        });
        let clock = wall();
        let mut written: Vec<Ticket> = Vec::new();
        let mut journal: HashMap<String, u32> = HashMap::new();
        for lives in 0.. {
            let client = process(&wire, &clock);
            let mut ended = if lives == 0 {
                let ended = client.wait_each(ids("a", JOBS));
                let ended = ended.missing_grace(10 * SECOND).timeout(MINUTE);
                let ended = ended.start();
                written = ended.tickets();
                ended
            } else {
                let left = written
                    .iter()
                    .filter(|ticket| !journal.contains_key(ticket.id().as_str()));
                client.resume_each(left.map(carried)).start()
            };
            let life = async {
                while let Some(outcome) = ended.next().await {
                    let id =
                        outcome.map_or_else(|error| error.id().clone(), |job| job.id().clone());
                    *journal.entry(id.to_string()).or_default() += 1;
                }
            };
            let death = Duration::from_millis(step * 3);
            if tokio::time::timeout(death, life).await.is_ok() {
                break;
            }
            assert!(lives < 10_000, "no outcome is ever taken within {death:?}");
        }
        assert_eq!(journal.len(), JOBS);
        assert!(journal.values().all(|times| *times == 1), "{journal:?}");
    }
}
