//! Loops, time limits and restarts around a submit buy one job.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_loop_around_an_error_buys_one_job() {
    let server = Scripted::new(|_| Reply::reset());
    let client = client(&server);
    let mut errors = Vec::new();
    for _ in 0..10 {
        match submit(&client).await {
            Ok(_) => break,
            Err(error) => errors.push(error),
        }
    }
    assert_eq!(server.requests(), 1);
    assert!(!errors[0].is_repeat());
    for error in &errors[1..] {
        assert!(error.is_repeat() && error.may_be_billed());
        assert_eq!(error.token(), errors[0].token());
    }
    // Another swap is not held back, and this one can be bought knowingly.
    let other = client
        .swap()
        .original("https://a.example/2.mp4")
        .new_face("https://b.example/me.jpg");
    let _ = other.submit().await;
    assert_eq!(server.requests(), 2);
    let knowingly = client
        .swap()
        .original("https://a.example/film.mp4?sig=PLANTED")
        .new_face("https://b.example/me.jpg?sig=PLANTED")
        .prepare()
        .unwrap()
        .allow_second_purchase();
    assert!(!client.send(knowingly).await.unwrap_err().is_repeat());
    assert_eq!(server.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_in_a_loop_buys_one_job() {
    let server = Scripted::new(|_| accepted().after(Duration::from_secs(10)));
    let client = client(&server);
    let mut job = None;
    for _ in 0..20 {
        if let Ok(outcome) = tokio::time::timeout(Duration::from_secs(1), submit(&client)).await {
            job = Some(outcome.unwrap());
            break;
        }
    }
    assert_eq!((job.unwrap().id().as_str(), server.requests()), (ID, 1));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_submit_continues_and_its_outcome_is_kept() {
    let server = Scripted::new(|_| accepted().after(Duration::from_secs(10)));
    let client = client(&server);
    let clone = client.clone();
    assert!(
        tokio::time::timeout(Duration::from_secs(1), submit(&clone))
            .await
            .is_err()
    );
    drop(clone);
    let outcomes = client.unclaimed_submits().await;
    assert_eq!(outcomes[0].as_ref().unwrap().id().as_str(), ID);
    assert_eq!(server.requests(), 1);
    assert!(client.unclaimed_submits().await.is_empty());
    // A future that was never polled sends nothing.
    drop(submit(&client));
    assert_eq!(server.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stored_pending_submit_is_not_sent_without_permission() {
    let server = Scripted::new(|_| accepted());
    let client = client(&server);
    let prepare = || {
        let swap = client.swap().original("https://a.example/film.mp4");
        let swap = swap
            .new_face("https://b.example/me.jpg")
            .callback("https://me.example/hook");
        swap.prepare().unwrap()
    };
    let pending = prepare();
    let text = serde_json::to_string(&pending).unwrap();
    assert!(!format!("{pending:?}").contains("example"));
    let job = client.send(pending).await.unwrap();
    let body: Value = serde_json::from_str(&server.bodies()[0]).unwrap();
    assert_eq!(
        body["webhookUrl"],
        json!(format!("https://me.example/hook/{}", job.token()))
    );

    // After a restart the intent exists, and nobody knows whether it was sent.
    let read: PendingSubmit = serde_json::from_str(&text).unwrap();
    let error = client.send(read).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.phase()),
        (SubmitErrorKind::Unknown, Some(SubmitPhase::Stored))
    );
    assert_eq!(error.token(), Some(job.token()));
    assert_eq!(server.requests(), 1);
    let read: PendingSubmit = serde_json::from_str(&text).unwrap();
    let _ = client.send(read.allow_second_purchase()).await.unwrap();
    assert_eq!(server.requests(), 2);

    let broken = text.replace("source_url", "other");
    let read: PendingSubmit = serde_json::from_str(&broken).unwrap();
    let error = client.send(read.allow_second_purchase()).await.unwrap_err();
    assert_eq!(error.kind(), SubmitErrorKind::NotSent);
    assert_eq!(server.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_invalid_swap_is_refused_without_a_request() {
    let server = Scripted::new(|_| accepted());
    let client = client(&server);
    let swap = || client.swap().original("https://a.example/film.mp4");
    let me = "https://b.example/me.jpg";
    for (request, field) in [
        (swap().new_face("me.jpg"), "source_url"),
        (
            client.swap().original("film.mp4").new_face(me),
            "target_url",
        ),
        (swap().new_face(me).callback(""), "webhookUrl"),
        (
            swap().new_face(me).callback("https://u:PLANTED@me.example"),
            "webhookUrl",
        ),
        (
            swap().new_face(me).undocumented_field("later", Value::Null),
            "later",
        ),
    ] {
        let error = request.submit().await.unwrap_err();
        assert_eq!(error.kind(), SubmitErrorKind::NotSent);
        let inner = error.error().unwrap();
        assert_eq!(inner.kind(), ErrorKind::InvalidInput);
        assert!(inner.message().starts_with(field), "{inner}");
        assert!(!format!("{error:?} {inner}").contains("PLANTED"));
    }
    assert_eq!(server.requests(), 0);
}
