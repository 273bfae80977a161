//! The account's request budget, and whose account it is.

use std::time::Duration;

use akool_faceswap::Ticket;
use akool_faceswap_fleet::{
    Account, ErrorKind, Lane, Tracking,
    store::{Budget, Slot},
};

use super::{MINUTE, budget, claim, is_granted, settle, slot, success, ticket};
use crate::{database::Database, id, in_both};

in_both! {
    the_budget_is_a_rate_with_a_burst
    a_rate_limit_holds_everybody
    two_accounts_on_one_lane_are_refused
    lanes_do_not_see_each_other
}

async fn the_budget_is_a_rate_with_a_burst(database: Database) {
    let fleet = database.fleet().await;
    // So slow that the test's own time does not matter.
    budget(&fleet, 100 * MINUTE, 3).await;
    assert_eq!(slot(&fleet).await, Slot::Idle);
    let later = Tracking::from(serde_json::from_str::<Ticket>(&ticket(60_000)).unwrap());
    fleet.track([later]).await.unwrap();
    assert!(matches!(slot(&fleet).await, Slot::Wait(wait) if wait > MINUTE / 2 && wait <= MINUTE));
    fleet.track([id(2)]).await.unwrap();
    for _ in 0..3 {
        assert!(is_granted(&fleet).await);
    }
    let wait = slot(&fleet).await;
    assert!(
        matches!(wait, Slot::Wait(wait) if wait > 99 * MINUTE && wait <= 100 * MINUTE),
        "{wait:?}"
    );
    database.pass(100 * MINUTE).await;
    assert!(is_granted(&fleet).await);
    assert!(matches!(slot(&fleet).await, Slot::Wait(_)));
    fleet.store().charge(fleet.lane(), -1).await.unwrap();
    assert!(is_granted(&fleet).await);
    fleet.store().charge(fleet.lane(), 5).await.unwrap();
    database.pass(500 * MINUTE).await;
    assert!(matches!(slot(&fleet).await, Slot::Wait(_)));
    database.pass(100 * MINUTE).await;
    assert!(is_granted(&fleet).await);
    // However long the pause, the burst is the most at once.
    database.pass(10_000 * MINUTE).await;
    for _ in 0..3 {
        assert!(is_granted(&fleet).await);
    }
    assert!(matches!(slot(&fleet).await, Slot::Wait(_)));
}

async fn a_rate_limit_holds_everybody(database: Database) {
    let (one, other) = (database.fleet().await, database.fleet().await);
    budget(&one, Duration::ZERO, 1).await;
    one.track([id(1)]).await.unwrap();
    assert!(is_granted(&other).await);
    one.store().hold(one.lane(), 10 * MINUTE).await.unwrap();
    other.store().hold(other.lane(), MINUTE).await.unwrap();
    assert!(matches!(slot(&other).await, Slot::Wait(wait) if wait > 9 * MINUTE));
    let held = one.stats().await.unwrap().held;
    assert!(held > 9 * MINUTE && held <= 10 * MINUTE, "{held:?}");
    database.pass(10 * MINUTE).await;
    assert!(is_granted(&one).await);
}

async fn two_accounts_on_one_lane_are_refused(database: Database) {
    let fleet = database.fleet().await;
    let (store, lane) = (fleet.store(), fleet.lane());
    let budget = Budget {
        interval: Duration::ZERO,
        burst: 1,
    };
    let (first, second) = (Account::from_api_key("a"), Account::from_api_key("b"));
    store.enter(lane, &first, budget).await.unwrap();
    store.enter(lane, &first, budget).await.unwrap();
    let error = store.enter(lane, &second, budget).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Account);
    assert!(
        error.to_string().contains("'main'") && !error.is_transient(),
        "{error}"
    );
    // The refusal changed nothing.
    store.enter(lane, &first, budget).await.unwrap();
    fleet.forget_account().await.unwrap();
    store.enter(lane, &second, budget).await.unwrap();
    assert!(store.enter(lane, &first, budget).await.is_err());
}

async fn lanes_do_not_see_each_other(database: Database) {
    let main = database.fleet().await;
    let other = main.with_lane("other".parse::<Lane>().unwrap());
    main.track([id(1)]).await.unwrap();
    assert!(claim(&other).await.is_empty());
    assert_eq!(other.track([id(1)]).await.unwrap(), 1);
    settle(&other, &claim(&other).await, &[success(1)]).await;
    assert!(main.take(1).await.unwrap().is_empty());
    assert_eq!(other.take(1).await.unwrap().len(), 1);
    assert_eq!(claim(&main).await.len(), 1);
}
