//! What both stores promise: the same tests for either.

mod budget;
mod journal;
mod leases;
mod monitoring;
mod outcomes;
mod tickets;

use std::time::Duration;

use akool_faceswap_fleet::{
    Account, Fleet, OutcomeKind,
    store::{Budget, Claim, Settlement, Slot, Start, Upcoming},
};

use crate::id;

const MINUTE: Duration = Duration::from_secs(60);

async fn claim(fleet: &Fleet) -> Claim {
    fleet
        .store()
        .claim(fleet.lane(), Start::default(), 100, MINUTE)
        .await
        .unwrap()
}

fn success(number: u32) -> Settlement {
    Settlement {
        id: id(number).to_string(),
        kind: OutcomeKind::Success,
        job: Some(format!(
            r#"{{"_id":"{}","faceswap_status":3,"odd":"\u0000"}}"#,
            id(number)
        )),
        error: None,
        ticket: None,
    }
}

async fn settle(fleet: &Fleet, claim: &Claim, jobs: &[Settlement]) -> u64 {
    fleet
        .store()
        .settle(fleet.lane(), &claim.token, jobs, true)
        .await
        .unwrap()
}

async fn again(fleet: &Fleet, claim: &Claim, after: Duration) -> u64 {
    let jobs: Vec<Upcoming> = claim
        .jobs
        .iter()
        .map(|job| Upcoming::unchanged(job, after))
        .collect();
    fleet
        .store()
        .again(fleet.lane(), &claim.token, &jobs)
        .await
        .unwrap()
}

async fn budget(fleet: &Fleet, interval: Duration, burst: u32) {
    let budget = Budget { interval, burst };
    let account = Account::named("test");
    fleet
        .store()
        .enter(fleet.lane(), &account, budget)
        .await
        .unwrap();
}

/// Asks for a slot; the jobs of a granted one are given back at once.
async fn slot(fleet: &Fleet) -> Slot {
    let (store, lane) = (fleet.store(), fleet.lane());
    let slot = store.slot(lane, 100).await.unwrap();
    if let Slot::Granted(start) = slot {
        let held = store.claim(lane, start, 100, MINUTE).await.unwrap();
        again(fleet, &held, Duration::ZERO).await;
    }
    slot
}

async fn is_granted(fleet: &Fleet) -> bool {
    matches!(slot(fleet).await, Slot::Granted(_))
}

fn ticket(first_after_ms: u64) -> String {
    format!(
        r#"{{"version":1,"id":"{}","status":2,"begun_unix_ms":1719476868006,"changed_unix_ms":1719476869000,"missing_since_unix_ms":1719476869500,"deadline_unix_ms":null,"missing_grace_ms":7000,"schedule":{{"first_after_ms":{first_after_ms},"shortest_ms":2500,"growth_percent":20,"longest_ms":60000}},"polls":7}}"#,
        id(1)
    )
}
