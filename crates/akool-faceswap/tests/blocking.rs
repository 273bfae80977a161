//! The blocking client: from plain threads, from many of them, and inside async code.

#![cfg(feature = "blocking")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use akool_faceswap::{
    ErrorKind, JobStatus, ResultId, ResultIds, blocking::Client, wait::WaitErrorKind,
};
use akool_faceswap_mock::{Answer, FakeAkool, FakeJob};

fn client(fake: &FakeAkool) -> Client {
    let builder = akool_faceswap::Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key());
    builder.build_blocking().unwrap()
}

/// A job that has succeeded at the first lookup.
fn done(fake: &FakeAkool) -> ResultId {
    let id = fake.add_job(FakeJob::image().after_polls(0, 0));
    id.parse().unwrap()
}

/// A job that does not end during the test.
fn pending(fake: &FakeAkool) -> ResultId {
    let hour = Duration::from_secs(3600);
    let id = fake.add_job(FakeJob::video().after(hour, hour));
    id.parse().unwrap()
}

/// Waits for `condition`, which another thread makes true.
fn until(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(30), "never came true");
        thread::yield_now();
    }
}

#[test]
fn every_call_works_without_a_runtime() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    let (first, second) = (done(&fake), done(&fake));
    let ids = ResultIds::parse_all([first.as_str(), second.as_str()]).unwrap();

    assert_eq!(client.lookup(ids.clone()).unwrap().found().count(), 2);
    let job = client.lookup_one(&first).unwrap().unwrap();
    assert_eq!(job.status(), JobStatus::Success);
    assert_eq!(client.wait(&first).unwrap().id(), &first);
    assert_eq!(client.wait_all(ids.clone()).succeeded().count(), 2);
    assert_eq!(client.wait_each(ids).flatten().count(), 2);
    assert!(!client.poll_now(&first));

    let dir = tempfile::tempdir().unwrap();
    let saved = client.download(&job).save_in(dir.path()).unwrap();
    let again = client.download(&job).save_to(dir.path().join("a")).unwrap();
    for file in [saved, again] {
        let bytes = std::fs::read(file.path()).unwrap();
        assert_eq!(bytes, fake.file(first.as_str()).unwrap());
    }
    let stream = client.block_on(move |client| client.download(&job).stream());
    assert!(stream.unwrap().content_type().starts_with("image/"));
}

#[test]
fn a_submit_is_sent_once_and_its_outcome_is_the_callers() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    let swap = |original| {
        let swap = client.swap().original(original);
        swap.new_face("https://example.com/me.jpg")
    };
    let job = client.submit(swap("https://example.com/1.jpg")).unwrap();
    assert!(client.resume(job.ticket()).is_ok());
    let pending = swap("https://example.com/2.jpg").prepare().unwrap();
    let token = pending.token().clone();
    assert_eq!(client.send(pending).unwrap().token(), &token);

    // Accepted, but the answer is lost; and again, because nobody looked at the error.
    fake.push_answer(Answer::reset().after_handling().on_submits());
    for is_repeat in [false, true] {
        let lost = client.submit(swap("https://example.com/3.jpg"));
        let error = lost.unwrap_err();
        assert!(error.may_be_billed(), "{error}");
        assert_eq!(error.is_repeat(), is_repeat);
    }
    fake.assert_jobs_created(3);
}

#[test]
fn errors_are_those_of_the_asynchronous_client() {
    let fake = FakeAkool::start().unwrap();
    let refused = akool_faceswap::Client::builder().build_blocking();
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Configuration);
    let id = done(&fake);
    fake.push_answer(Answer::business(1104));
    let error = client(&fake).lookup(id).unwrap_err();
    assert!(error.is_billing(), "{error}");
}

#[test]
fn waits_go_on_between_calls() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    let ids = [done(&fake), done(&fake), pending(&fake)];
    let ids = ResultIds::parse_all(ids.iter().map(ResultId::as_str)).unwrap();
    let mut outcomes = client.wait_each(ids);
    // No call is in flight, and no runtime belongs to this thread.
    until(|| outcomes.get_ref().unwrap().progress().settled() == 2);
    for left in [2, 1] {
        assert!(outcomes.next().unwrap().is_ok());
        assert_eq!(outcomes.get_ref().unwrap().remaining(), left);
        assert_eq!(outcomes.size_hint(), (left, Some(left)));
    }
    client.shutdown();
    let last = outcomes.next().unwrap().unwrap_err();
    assert_eq!(last.kind(), WaitErrorKind::ShutDown);
    assert!(outcomes.next().is_none() && outcomes.next().is_none());

    // Put away by one client, resumed by another.
    let ticket = last.into_ticket().unwrap();
    fake.set_state(ticket.id().as_str(), akool_faceswap_mock::JobState::Success)
        .unwrap();
    let other = self::client(&fake);
    assert!(other.resume(ticket.clone()).is_ok());
    assert!(other.resume_each([ticket]).all(|outcome| outcome.is_ok()));
}

#[test]
fn a_hundred_threads_share_one_poller() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    // Nothing is answered until all have asked.
    let held = fake.pause_responses();
    let threads: Vec<_> = (0..100)
        .map(|_| {
            let (client, id) = (client.clone(), done(&fake));
            thread::spawn(move || client.wait(&id).is_ok_and(|job| job.id() == &id))
        })
        .collect();
    until(|| fake.requests_in_flight() > 0);
    drop(held);
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    // One for each of them without a shared poller.
    fake.assert_requests_at_most(50);
}

/// A call blocks the only thread of this runtime, and still comes to its end.
#[tokio::main(flavor = "current_thread")]
async fn inside_one_thread_of_async_code() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    let id = done(&fake);
    assert!(client.wait(&id).is_ok());
    let mut outcomes = client.wait_each(ResultIds::from(id));
    assert!(outcomes.next().unwrap().is_ok());
    // The last of the client, and with it its runtime, is dropped in async code.
    let unfinished = client.wait_each(ResultIds::from(pending(&fake)));
    drop(client);
    drop(unfinished);
    tokio::task::yield_now().await;
    drop(outcomes);
}

#[test]
fn it_works_and_is_dropped_inside_async_code() {
    inside_one_thread_of_async_code();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_of_another_runtime_may_call_it() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (client, id) = (client.clone(), done(&fake));
            tokio::spawn(async move { client.wait(id).is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
}

#[test]
fn a_panic_reaches_its_caller_alone() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    let id = done(&fake);
    let call = || client.block_on(|_| async { panic!("of the caller") });
    let panic = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"of the caller"));
    assert!(client.wait(id).is_ok());
}

#[test]
fn the_thread_ends_with_the_last_handle() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    let held = Arc::new(());
    let by_a_task = held.clone();
    client.block_on(move |_| async move {
        tokio::spawn(async move {
            std::future::pending::<()>().await;
            drop(by_a_task);
        });
    });
    let outcomes = client.wait_each(ResultIds::from(pending(&fake)));
    drop(client);
    assert_eq!(Arc::strong_count(&held), 2);
    drop(outcomes);
    // The runtime is dropped, and every task with it.
    until(|| Arc::strong_count(&held) == 1);
}

#[test]
fn a_wait_of_another_thread_is_polled_ended_and_given_back() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    let id = pending(&fake);
    assert!(!client.poll_now(&id), "nobody waits for it");
    let waits = client.wait_each(ResultIds::from(id.clone()));
    assert!(client.poll_now(&id));
    assert!(
        format!("{waits:?}").starts_with("Iter(Some(WaitEach"),
        "{waits:?}"
    );
    let tickets = client.shutdown();
    assert_eq!(tickets.len(), 1);
    assert_eq!(tickets[0].id(), &id);
}

#[test]
fn an_id_that_the_api_does_not_know_is_no_job() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    let unknown = client.lookup_one("667d228400000000000a0001").unwrap();
    assert!(unknown.is_none());
    assert!(
        client
            .lookup_one("not an id")
            .unwrap_err()
            .is_invalid_input()
    );
}

#[test]
fn the_first_of_many_that_ends_ends_the_wait_for_any() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    let (first, other) = (done(&fake), pending(&fake));
    let ids = ResultIds::parse_all([first.as_str(), other.as_str()]).unwrap();
    let ended = client.wait_any(ids).unwrap().unwrap();
    assert_eq!(ended.id(), &first);
    assert!(client.wait_any(ResultIds::default()).is_none());
}
