//! The futures and streams of waiting: when they start, how they are cancelled, and empty lists.

use futures_util::future::join_all;

use crate::wait::tests::*;
use crate::wait::{WaitErrorKind, WaitHandle};

#[tokio::test(start_paused = true)]
async fn a_wait_starts_when_it_is_polled_or_started() {
    let wire = server(|_, _| Some(3));
    let client = wire.client();
    let lazy = client.wait(id("a"));
    let started = client.wait(id("b")).start();
    let each = client.wait_each(ids("c", 2));
    assert_eq!((each.remaining(), each.progress().total()), (2, 2));
    assert_eq!(each.tickets().len(), 2);
    assert!(lazy.ticket().is_some() && lazy.progress().is_none());
    tokio::time::sleep(SECOND).await;
    let asked: Vec<String> = wire
        .seen()
        .iter()
        .flat_map(|seen| seen.ids.clone())
        .collect();
    assert_eq!(asked, ["b"]);
    drop(each);
    assert!(lazy.await.is_ok() && started.await.is_ok());
    assert_eq!(wire.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn waits_are_futures_that_can_be_spawned_and_joined() {
    let client = server(|_, _| Some(3)).client();
    let spawned = tokio::spawn(client.wait(id("a")).timeout(None));
    assert!(spawned.await.unwrap().is_ok());
    assert_eq!(
        tokio::spawn(client.wait_all(ids("b", 2)))
            .await
            .unwrap()
            .len(),
        2
    );
    assert!(
        tokio::spawn(client.wait_any(ids("c", 2)))
            .await
            .unwrap()
            .is_some()
    );
    let joined = join_all(["d", "e"].map(|name| client.wait(id(name)))).await;
    assert!(joined.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn a_handle_cancels_its_wait_and_no_other() {
    let client = server(|_, _| Some(2)).client();
    let wait = client.wait(id("a")).start();
    let other = client.wait(id("a")).timeout(MINUTE).start();
    let handle: WaitHandle = wait.handle();
    handle.cancel();
    let error = wait.await.unwrap_err();
    assert_eq!(error.kind(), WaitErrorKind::Cancelled);
    assert!(error.ticket().is_some() && handle.progress().is_none());
    handle.cancel();
    assert_eq!(
        other.await.unwrap_err().kind(),
        WaitErrorKind::DeadlinePassed
    );

    // Before it has started.
    let wait = client.wait(id("b"));
    wait.handle().cancel();
    assert_eq!(wait.await.unwrap_err().kind(), WaitErrorKind::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_gives_an_empty_result() {
    let wire = server(|_, _| Some(3));
    let client = wire.client();
    assert!(client.wait_all(ids("a", 0)).await.is_empty());
    assert!(client.wait_any(ids("a", 0)).await.is_none());
    assert!(client.wait_each(ids("a", 0)).next().await.is_none());
    assert!(client.resume_each([]).next().await.is_none());
    assert_eq!(wire.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_first_to_end_ends_the_other_waits() {
    let wire = server(|id, now| Some(if id == "a1" && now >= MINUTE { 3 } else { 2 }));
    let client = wire.client();
    let mut any = client.wait_any(ids("a", 3));
    let first = (&mut any).await.unwrap().unwrap();
    assert_eq!(first.id().as_str(), "a1");
    let before = wire.requests();
    tokio::time::sleep(HOUR).await;
    assert_eq!(wire.requests(), before, "nobody waits for the others");
    assert!(any.await.is_none());
}
