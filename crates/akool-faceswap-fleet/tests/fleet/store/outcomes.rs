//! One outcome for each job, taken once.

use akool_faceswap_fleet::{
    ErrorKind, OutcomeKind, Tracking,
    store::{Peeked, Settlement},
};

use super::{MINUTE, claim, settle, success};
use crate::{database::Database, id, in_both};

in_both! {
    a_job_is_tracked_once_and_has_one_outcome
    outcomes_are_taken_in_order_and_once
    the_first_outcome_stands
    old_outcomes_are_swept
    a_wait_ends_with_the_outcome
    a_wait_for_an_id_that_nobody_tracks_is_an_error
    two_waiters_for_one_job_both_get_its_outcome
}

async fn a_job_is_tracked_once_and_has_one_outcome(database: Database) {
    let (one, other) = (database.fleet().await, database.fleet().await);
    assert_eq!(
        one.track([Tracking::new(id(1)).tag("first")])
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        other
            .track([Tracking::new(id(1)).tag("second")])
            .await
            .unwrap(),
        0
    );
    let claim = claim(&other).await;
    assert_eq!(claim.len(), 1);
    assert_eq!(settle(&other, &claim, &[success(1)]).await, 1);
    // Not while its outcome waits to be taken.
    assert_eq!(one.track([id(1)]).await.unwrap(), 0);
    let outcomes = one.take(10).await.unwrap();
    assert_eq!(outcomes.len(), 1);
    assert_eq!(outcomes[0].tag(), Some("first"));
    assert_eq!(outcomes[0].kind(), OutcomeKind::Success);
    assert_eq!(outcomes[0].job().unwrap().id(), &id(1));
    assert!(other.take(10).await.unwrap().is_empty());
    assert_eq!(one.track([id(1)]).await.unwrap(), 1);
    assert_eq!(
        one.untrack(
            [id(1), id(2)]
                .into_iter()
                .collect::<akool_faceswap::ResultIds>()
        )
        .await
        .unwrap(),
        1
    );
}

async fn outcomes_are_taken_in_order_and_once(database: Database) {
    let fleet = database.fleet().await;
    fleet.track((0..5).map(id)).await.unwrap();
    let claim = claim(&fleet).await;
    for number in [3, 1, 4, 0, 2] {
        settle(&fleet, &claim, &[success(number)]).await;
    }
    let of = |outcomes: Vec<akool_faceswap_fleet::Outcome>| -> Vec<_> {
        outcomes
            .into_iter()
            .map(|outcome| outcome.id().clone())
            .collect()
    };
    assert_eq!(of(fleet.take(2).await.unwrap()), [id(3), id(1)]);
    assert_eq!(
        of(fleet
            .take_of(
                [id(0), id(9)]
                    .into_iter()
                    .collect::<akool_faceswap::ResultIds>()
            )
            .await
            .unwrap()),
        [id(0)]
    );
    assert_eq!(of(fleet.take(10).await.unwrap()), [id(4), id(2)]);
    assert!(fleet.take(10).await.unwrap().is_empty());
}

async fn the_first_outcome_stands(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1)]).await.unwrap();
    settle(&fleet, &claim(&fleet).await, &[success(1)]).await;
    // As a race between tracking and settling may leave it.
    let (columns, now) = (
        "lane, id, due_at, early_at, begun_at, changed_at",
        "settled_at",
    );
    database
        .execute(&format!(
            "insert into {{}}pending ({columns}) select lane, id, {now}, {now}, {now}, {now} \
             from {{}}outcome"
        ))
        .await;
    let failed = Settlement {
        kind: OutcomeKind::Missing,
        ..success(1)
    };
    assert_eq!(settle(&fleet, &claim(&fleet).await, &[failed]).await, 1);
    let outcomes = fleet.take(10).await.unwrap();
    assert_eq!(outcomes.len(), 1);
    assert_eq!(outcomes[0].kind(), OutcomeKind::Success);
    assert_eq!(fleet.stats().await.unwrap().tracked, 0);
}

async fn old_outcomes_are_swept(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1)]).await.unwrap();
    settle(&fleet, &claim(&fleet).await, &[success(1)]).await;
    database.pass((8 * 24 * 60 - 1) * MINUTE).await;
    assert_eq!(fleet.store().sweep(fleet.lane()).await.unwrap(), Some(0));
    database.pass(MINUTE).await;
    assert_eq!(fleet.store().sweep(fleet.lane()).await.unwrap(), Some(1));
    assert!(fleet.take(1).await.unwrap().is_empty());
}

async fn a_wait_ends_with_the_outcome(database: Database) {
    let (waiting, working) = (database.fleet().await, database.fleet().await);
    waiting.track([id(1)]).await.unwrap();
    let wait = tokio::spawn({
        let waiting = waiting.clone();
        async move { waiting.wait(&id(1)).await }
    });
    settle(&working, &claim(&working).await, &[success(1)]).await;
    let outcome = wait.await.unwrap().unwrap();
    assert_eq!(
        (outcome.id(), outcome.kind()),
        (&id(1), OutcomeKind::Success)
    );
    // It can still be taken.
    assert_eq!(waiting.take(1).await.unwrap().len(), 1);
}

async fn a_wait_for_an_id_that_nobody_tracks_is_an_error(database: Database) {
    let fleet = database.fleet().await;
    let error = fleet.wait(&id(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotTracked);
    assert!(error.to_string().contains(id(1).as_str()), "{error}");
}

async fn two_waiters_for_one_job_both_get_its_outcome(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1), id(2)]).await.unwrap();
    let wait = || {
        let fleet = fleet.clone();
        tokio::spawn(async move { fleet.wait(&id(1)).await.map(|outcome| outcome.seq()) })
    };
    let (one, other) = (wait(), wait());
    let claim = claim(&fleet).await;
    settle(&fleet, &claim, &[success(2), success(1)]).await;
    assert_eq!(one.await.unwrap().unwrap(), other.await.unwrap().unwrap());
    let peeked = fleet
        .store()
        .peek(fleet.lane(), &[id(2), id(3)])
        .await
        .unwrap();
    let settled = peeked
        .iter()
        .filter(|(_, what)| matches!(what, Peeked::Settled(_)));
    assert_eq!(settled.count(), 1);
}
