//! The submit journal.

use std::time::Duration;

use akool_faceswap_fleet::SubmissionState;

use super::{MINUTE, again, claim, settle, success};
use crate::{database::Database, id, in_both};

in_both! {
    an_intent_is_written_once_and_resolved_by_a_webhook
    a_webhook_makes_a_job_due_that_is_tracked_already
    submits_of_unknown_outcome_are_listed
}

async fn an_intent_is_written_once_and_resolved_by_a_webhook(database: Database) {
    let (sender, receiver) = (database.fleet().await, database.fleet().await);
    assert!(
        sender
            .intend("token", Some("digest"), Some("order 17"))
            .await
            .unwrap()
    );
    assert!(!sender.intend("token", None, None).await.unwrap());
    assert!(sender.unknown("token").await.unwrap());
    assert_eq!(receiver.resolve("other", &id(1)).await.unwrap(), None);
    let before = receiver.resolve("token", &id(1)).await.unwrap();
    assert_eq!(before, Some(SubmissionState::Unknown));
    // The vendor repeats a webhook until it is answered.
    let before = receiver.resolve("token", &id(1)).await.unwrap();
    assert_eq!(before, Some(SubmissionState::Accepted));
    assert!(!sender.refused("token").await.unwrap());
    let claim = claim(&sender).await;
    assert_eq!(claim.ids().collect::<Vec<_>>(), [id(1).as_str()]);
    settle(&sender, &claim, &[success(1)]).await;
    assert_eq!(sender.take(1).await.unwrap()[0].tag(), Some("order 17"));
}

async fn a_webhook_makes_a_job_due_that_is_tracked_already(database: Database) {
    let fleet = database.fleet().await;
    assert!(fleet.intend("token", None, None).await.unwrap());
    assert!(fleet.accepted("token", &id(1)).await.unwrap());
    let first = claim(&fleet).await;
    assert_eq!(again(&fleet, &first, MINUTE).await, 1);
    database.pass(Duration::from_secs(1)).await;
    assert!(claim(&fleet).await.is_empty());
    let before = fleet.resolve("token", &id(1)).await.unwrap();
    assert_eq!(before, Some(SubmissionState::Accepted));
    assert_eq!(claim(&fleet).await.len(), 1);
}

async fn submits_of_unknown_outcome_are_listed(database: Database) {
    let fleet = database.fleet().await;
    for token in ["intended", "accepted", "refused", "unknown"] {
        assert!(fleet.intend(token, Some("digest"), None).await.unwrap());
    }
    assert!(fleet.accepted("accepted", &id(1)).await.unwrap());
    assert!(fleet.refused("refused").await.unwrap());
    assert!(fleet.unknown("unknown").await.unwrap());
    let listed = async || {
        let unknown = fleet.unknown_submissions(5 * MINUTE).await.unwrap();
        let mut tokens: Vec<String> = unknown.into_iter().map(|one| one.token).collect();
        tokens.sort_unstable();
        tokens
    };
    assert_eq!(listed().await, ["unknown"]);
    database.pass(6 * MINUTE).await;
    assert_eq!(listed().await, ["intended", "unknown"]);
    assert_eq!(fleet.stats().await.unwrap().unknown_submits, 2);
}
