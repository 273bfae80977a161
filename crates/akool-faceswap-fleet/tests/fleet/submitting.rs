//! Submits whose intent is in the database before they are sent.

use akool_faceswap::{Client, ResultId, submit::PendingSubmit};
use akool_faceswap_fleet::{ErrorKind, OutcomeKind, SubmissionState};
use akool_faceswap_mock::{Answer, FakeJob};

use crate::{
    database::Database,
    in_both,
    working::{client, fake, worker},
};

in_both! {
    an_accepted_submit_is_tracked_with_its_tag
    a_lost_submit_is_resolved_by_a_webhook_on_another_machine
    a_refused_submit_is_not_tracked
    a_submit_is_not_sent_if_its_intent_cannot_be_written
}

fn pending(client: &Client) -> PendingSubmit {
    let swap = client.swap().original("https://example.com/film.mp4");
    swap.new_face("https://example.com/me.jpg")
        .prepare()
        .unwrap()
}

async fn an_accepted_submit_is_tracked_with_its_tag(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    fake.set_submitted_job(FakeJob::video().after_polls(0, 0));
    let client = client(&fake);
    let job = fleet
        .submit(&client, pending(&client), Some("order 17"))
        .await
        .unwrap()
        .unwrap();
    let running = tokio::spawn(worker(&fleet, &fake).run(std::future::pending()));
    let outcome = fleet.wait(job.id()).await.unwrap();
    assert_eq!(
        (outcome.kind(), outcome.tag()),
        (OutcomeKind::Success, Some("order 17"))
    );
    running.abort();
    let open = fleet
        .unknown_submissions(std::time::Duration::ZERO)
        .await
        .unwrap();
    assert!(open.is_empty(), "{open:?}");
}

async fn a_lost_submit_is_resolved_by_a_webhook_on_another_machine(database: Database) {
    let (sender, receiver, fake) = (database.fleet().await, database.fleet().await, fake());
    fake.set_submitted_job(FakeJob::video().after_polls(0, 0));
    fake.push_answer(Answer::hang_up().on_submits().after_handling());
    let client = client(&fake);
    let pending = pending(&client);
    let token = pending.token().clone();
    let error = sender
        .submit(&client, pending, Some("order 18"))
        .await
        .unwrap()
        .unwrap_err();
    assert!(error.may_be_billed(), "{error:?}");
    assert_eq!(fake.jobs_created(), 1);
    let open = receiver
        .unknown_submissions(std::time::Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(
        (open[0].token.as_str(), open[0].state),
        (token.as_str(), SubmissionState::Unknown)
    );
    // The id in the callback.
    let id: ResultId = fake.submitted_ids()[0].parse().unwrap();
    let before = receiver.resolve(token.as_str(), &id).await.unwrap();
    assert_eq!(before, Some(SubmissionState::Unknown));
    let running = tokio::spawn(worker(&receiver, &fake).run(std::future::pending()));
    let outcome = sender.wait(&id).await.unwrap();
    assert_eq!(
        (outcome.kind(), outcome.tag()),
        (OutcomeKind::Success, Some("order 18"))
    );
    running.abort();
    assert_eq!(fake.jobs_created(), 1);
}

async fn a_refused_submit_is_not_tracked(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    fake.push_answer(Answer::business(1003).on_submits());
    let client = client(&fake);
    let error = fleet
        .submit(&client, pending(&client), None)
        .await
        .unwrap()
        .unwrap_err();
    assert!(!error.may_be_billed(), "{error:?}");
    let stats = fleet.stats().await.unwrap();
    assert_eq!(
        (stats.tracked, stats.unknown_submits, fake.jobs_created()),
        (0, 0, 0)
    );
}

async fn a_submit_is_not_sent_if_its_intent_cannot_be_written(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let client = client(&fake);
    let pending = pending(&client);
    let token = pending.token().clone();
    assert!(fleet.intend(token.as_str(), None, None).await.unwrap());
    let error = fleet.submit(&client, pending, None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.advice().contains("webhook"), "{}", error.advice());
    assert_eq!((fake.jobs_created(), fake.request_count()), (0, 0));
}
