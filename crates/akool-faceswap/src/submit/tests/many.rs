//! Many submits, and submits that are waited for.

use super::*;

#[tokio::test(start_paused = true)]
async fn many_are_sent_a_few_at_a_time_and_each_has_one_outcome() {
    let server = Scripted::new(|seen| {
        let reply = match seen.n % 3 {
            0 => accepted_as(&format!("job{}", seen.n)),
            1 => Reply::business(1003),
            _ => Reply::reset(),
        };
        reply.after(Duration::from_secs(1))
    });
    let client = client(&server);
    let pending = (0..60).map(|n| {
        let swap = client.swap().original(format!("https://a.example/{n}.mp4"));
        swap.new_face("https://b.example/me.jpg").prepare().unwrap()
    });
    let pending: Vec<PendingSubmit> = pending.collect();
    let mut tokens: Vec<String> = pending.iter().map(|one| one.token().to_string()).collect();
    let mut outcomes = client.swap_all(pending);
    let (mut seen, mut counts) = (Vec::new(), [0; 3]);
    while let Some(outcome) = outcomes.next().await {
        match outcome {
            Ok(job) => {
                counts[0] += 1;
                seen.push(job.token().to_string());
            }
            Err(error) => {
                counts[if error.may_be_billed() { 2 } else { 1 }] += 1;
                seen.push(error.token().unwrap().to_string());
            }
        }
    }
    tokens.sort_unstable();
    seen.sort_unstable();
    assert_eq!((seen, counts), (tokens, [20; 3]));
    assert_eq!((server.requests(), server.most_in_flight()), (60, 4));

    assert!(client.swap_all([]).next().await.is_none());
    assert_eq!(server.requests(), 60);
}

#[tokio::test(start_paused = true)]
async fn dropping_many_loses_nothing() {
    let server =
        Scripted::new(|seen| accepted_as(&format!("job{}", seen.n)).after(Duration::from_secs(1)));
    let client = client(&server);
    let pending: Vec<PendingSubmit> = (0..20)
        .map(|n| {
            let swap = client.swap().original(format!("https://a.example/{n}.mp4"));
            swap.new_face("https://b.example/me.jpg").prepare().unwrap()
        })
        .collect();
    let mut outcomes = client.swap_all(pending);
    // It is a stream, too.
    let second = futures_util::StreamExt::next(&mut outcomes);
    let taken = [
        second.await.unwrap().unwrap(),
        outcomes.next().await.unwrap().unwrap(),
    ];
    let unsent = outcomes.into_rest().count();
    let unclaimed = client.unclaimed_submits().await.len();
    assert_eq!(taken.len() + unsent + unclaimed, 20);
    assert_eq!(server.requests(), taken.len() + unclaimed);
}

#[tokio::test(start_paused = true)]
async fn submit_and_wait_has_the_ticket_once_the_job_is_paid_for() {
    let row = |status: u8| {
        let row = json!({"_id": ID, "faceswap_status": status, "url": "https://cdn.example/f.mp4"});
        Reply::http(
            200,
            &json!({"code": 1000, "msg": "OK", "data": {"result": [row]}}).to_string(),
        )
    };
    for status in [3, 4] {
        let server = Scripted::new(move |seen: &Seen| {
            if seen.path.ends_with("listbyids") {
                row(status)
            } else {
                accepted()
            }
        });
        let client = client(&server);
        let swap = client.swap().original("https://a.example/film.mp4");
        let outcome = swap
            .new_face("https://b.example/me.jpg")
            .submit_and_wait()
            .await;
        if status == 3 {
            assert_eq!(outcome.unwrap().id().as_str(), ID);
        } else {
            let error = outcome.unwrap_err();
            assert!(error.may_be_billed());
            let crate::submit::SwapError::Wait(error) = error else {
                panic!("{error}")
            };
            assert_eq!(error.kind(), WaitErrorKind::JobFailed);
            let text = error.to_string();
            assert_eq!(crate::submit::SwapError::Wait(error).to_string(), text);
        }
    }
    let server = Scripted::new(|_| Reply::business(1104));
    let swap = client(&server)
        .swap()
        .original("https://a.example/film.mp4");
    let error = swap
        .new_face("https://b.example/me.jpg")
        .submit_and_wait()
        .await
        .unwrap_err();
    assert!(!error.may_be_billed() && error.ticket().is_none());
    assert!(error.to_string().contains("refused the swap"), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}
