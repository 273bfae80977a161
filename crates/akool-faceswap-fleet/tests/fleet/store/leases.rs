//! Claims: leases, fencing, riding along, hints.

use std::time::Duration;

use akool_faceswap_fleet::store::Upcoming;

use super::{MINUTE, again, claim, settle, success};
use crate::{database::Database, id, in_both};

in_both! {
    a_claim_is_a_lease
    a_lease_that_ran_out_is_fenced
    jobs_ride_along_when_half_of_their_interval_has_passed
    a_hint_makes_a_job_due
    a_hint_during_a_lookup_counts_afterwards
}

async fn a_claim_is_a_lease(database: Database) {
    let fleet = database.fleet().await;
    fleet.track((0..150).map(id)).await.unwrap();
    let (first, second) = (claim(&fleet).await, claim(&fleet).await);
    assert_eq!((first.len(), second.len()), (100, 50));
    assert!(claim(&fleet).await.is_empty());
    let mut ids: Vec<&str> = first.ids().chain(second.ids()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 150);
    assert_eq!(again(&fleet, &first, Duration::ZERO).await, 100);
    assert_eq!(claim(&fleet).await.len(), 100);
}

async fn a_lease_that_ran_out_is_fenced(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1), id(2)]).await.unwrap();
    let late = claim(&fleet).await;
    database.pass(Duration::from_secs(59)).await;
    assert!(claim(&fleet).await.is_empty());
    database.pass(Duration::from_secs(1)).await;
    let next = claim(&fleet).await;
    assert!(next.jobs.iter().all(|job| job.was_leased) && next.len() == 2);
    assert_eq!(settle(&fleet, &late, &[success(1), success(2)]).await, 0);
    assert_eq!(again(&fleet, &late, MINUTE).await, 0);
    assert_eq!(settle(&fleet, &next, &[success(1)]).await, 1);
    assert_eq!(settle(&fleet, &next, &[success(1)]).await, 0);
    assert_eq!(again(&fleet, &next, MINUTE).await, 1);
    assert_eq!(fleet.take(10).await.unwrap().len(), 1);
}

async fn jobs_ride_along_when_half_of_their_interval_has_passed(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1), id(2)]).await.unwrap();
    let both = claim(&fleet).await;
    let next =
        |number: usize, after| Upcoming::unchanged(&both.jobs[number], Duration::from_secs(after));
    let jobs = [next(0, 4), next(1, 10)];
    fleet
        .store()
        .again(fleet.lane(), &both.token, &jobs)
        .await
        .unwrap();
    database.pass(Duration::from_secs(4)).await;
    let first = claim(&fleet).await;
    assert_eq!(first.ids().collect::<Vec<_>>(), [both.jobs[0].id.as_str()]);
    let after_ten = |job| Upcoming::unchanged(job, Duration::from_secs(10));
    fleet
        .store()
        .again(fleet.lane(), &first.token, &[after_ten(&first.jobs[0])])
        .await
        .unwrap();
    database.pass(Duration::from_secs(1)).await;
    assert_eq!(
        claim(&fleet).await.ids().collect::<Vec<_>>(),
        [both.jobs[1].id.as_str()]
    );
}

async fn a_hint_makes_a_job_due(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1)]).await.unwrap();
    again(&fleet, &claim(&fleet).await, MINUTE).await;
    assert!(claim(&fleet).await.is_empty());
    let hint = || fleet.hint(id(1));
    assert_eq!(hint().await.unwrap(), 1);
    assert_eq!(fleet.hint(id(2)).await.unwrap(), 0);
    // It was looked up a moment ago.
    assert!(claim(&fleet).await.is_empty());
    database.pass(Duration::from_millis(500)).await;
    assert_eq!(claim(&fleet).await.len(), 1);
}

async fn a_hint_during_a_lookup_counts_afterwards(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1)]).await.unwrap();
    let held = claim(&fleet).await;
    assert_eq!(fleet.hint(id(1)).await.unwrap(), 1);
    assert!(claim(&fleet).await.is_empty());
    assert_eq!(again(&fleet, &held, MINUTE).await, 1);
    database.pass(Duration::from_millis(500)).await;
    assert_eq!(claim(&fleet).await.len(), 1);
}
