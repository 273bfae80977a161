//! Many waits at once: every outcome, in the right order, none lost.

use futures_util::{Stream as _, StreamExt};

use crate::wait::WaitErrorKind;
use crate::wait::tests::*;

/// Jobs end a minute apart, the last of the list first.
fn backwards(n: usize) -> Scripted {
    server(move |id, now| {
        let number: usize = id[1..].parse().unwrap();
        let end = MINUTE * u32::try_from(n - number).unwrap();
        life(now, SECOND, end)
    })
}

#[tokio::test(start_paused = true)]
async fn all_outcomes_come_in_the_order_of_the_list() {
    let wire = backwards(20);
    let list = ids("a", 20);
    let results = wire.client().wait_all(&list).await;
    assert_eq!((results.len(), results.succeeded().count()), (20, 20));
    assert!(!results.is_empty());
    assert!(
        results
            .iter()
            .all(|(id, outcome)| outcome.as_ref().unwrap().id() == id)
    );
    assert!(results.into_iter().map(|(id, _)| id).eq(list));
}

#[tokio::test(start_paused = true)]
async fn a_stream_yields_outcomes_in_the_order_in_which_jobs_end() {
    let wire = backwards(20);
    let mut ended = wire.client().wait_each(ids("a", 20)).start();
    let mut order = Vec::new();
    while let Some(outcome) = ended.next().await {
        order.push(outcome.unwrap().id().to_string());
        assert_eq!(ended.remaining() + order.len(), 20);
    }
    let expected: Vec<String> = (0..20).rev().map(|n| format!("a{n}")).collect();
    assert_eq!(order, expected);
    assert!(ended.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stream_knows_how_many_outcomes_remain() {
    let mut ended = backwards(5).client().wait_each(ids("a", 5)).start();
    for left in (0..5).rev() {
        assert!(StreamExt::next(&mut ended).await.unwrap().is_ok());
        assert_eq!(ended.size_hint(), (left, Some(left)));
    }
    assert!(StreamExt::next(&mut ended).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn failing_jobs_are_also_counted_by_their_last_status() {
    let wire = Scripted::new(|seen| match seen.n {
        0 => rows(seen, |_| Some(2)),
        _ => Reply::http(503, ""),
    });
    let ended = wire.client().wait_each(ids("a", 3)).start();
    tokio::time::sleep(MINUTE).await;
    let progress = ended.progress();
    assert_eq!((progress.failing(), progress.processing()), (3, 3));
    assert_eq!(progress.last_error().unwrap().http_status(), Some(503));
}

#[tokio::test(start_paused = true)]
async fn the_oldest_is_the_one_that_has_been_waited_for_longest() {
    let wire = server(|_, _| Some(1));
    let client = wire.client();
    let mut tickets = Vec::new();
    for name in ["third", "first", "second"] {
        let waiting = client.wait(id(name)).start();
        tickets.push(waiting.ticket().unwrap());
    }
    let hours = [1, 3, 2];
    for (ticket, hours) in tickets.iter_mut().zip(hours) {
        ticket.begun -= hours * 3_600_000;
    }
    let ended = client.resume_each(tickets).start();
    let (oldest, waited) = ended.progress().oldest.unwrap();
    assert_eq!(oldest.as_str(), "first");
    // The ticket is of the wall clock, which does not stand still.
    assert_eq!(waited.as_secs() / HOUR.as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn options_apply_to_every_wait_of_a_group() {
    let wire = server(|_, _| Some(1));
    let begun = Instant::now();
    let results = wire.client().wait_all(ids("a", 250)).timeout(MINUTE).await;
    assert_eq!(results.tickets().count(), 250);
    assert!(
        results
            .errors()
            .all(|error| error.kind() == WaitErrorKind::DeadlinePassed)
    );
    let any = wire.client().wait_any(ids("a", 2)).timeout(MINUTE).await;
    assert!(any.unwrap().is_err());
    assert_eq!(begun.elapsed(), 2 * MINUTE);
}

#[tokio::test(start_paused = true)]
async fn progress_counts_every_job_once() {
    let wire = server(|id, _| match &id[..1] {
        "q" => Some(1),
        "p" => Some(2),
        "s" => Some(3),
        "f" => Some(4),
        "u" => Some(9),
        _ => None,
    });
    let list: ResultIds = "q1,q2,q3,p1,p2,s1,f1,u1,m1,m2".parse().unwrap();
    let mut ended = wire.client().wait_each(list).start();
    let progress = ended.progress();
    assert_eq!(
        (progress.total(), progress.unseen(), progress.waiting()),
        (10, 10, 10)
    );
    tokio::time::sleep(SECOND).await;
    let progress = ended.progress();
    assert_eq!(
        (
            progress.in_queue(),
            progress.processing(),
            progress.unknown()
        ),
        (3, 2, 1)
    );
    assert_eq!(
        (progress.missing(), progress.unseen(), progress.settled()),
        (2, 0, 2)
    );
    assert_eq!((progress.waiting(), progress.failing()), (8, 0));
    assert!(progress.oldest().unwrap().1 >= SECOND);
    assert!(progress.next_poll_in().unwrap() < 2 * SECOND);
    // Outcomes that were not taken yet are among the tickets.
    assert_eq!(ended.tickets().len(), 10);
    ended.next().await.unwrap().unwrap();
    assert_eq!(ended.tickets().len(), 9);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_jobs_settle_with_full_requests() {
    let wire = server(|id, now| {
        let n: u64 = id[1..].parse().unwrap();
        life(now, SECOND, SECOND + Duration::from_micros(10 * n))
    });
    let client = wire.client();
    let results = client.wait_all(ids("a", 100_000)).await;
    assert_eq!(results.succeeded().count(), 100_000);
    let asked: usize = wire.seen().iter().map(|seen| seen.ids.len()).sum();
    assert!(
        asked > wire.requests() * 95,
        "{asked} in {}",
        wire.requests()
    );
    assert!(wire.seen().iter().all(|seen| seen.ids.len() <= 100));
    assert!(wire.most_in_flight() <= 4);
}
