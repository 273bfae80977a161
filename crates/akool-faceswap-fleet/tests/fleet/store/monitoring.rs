//! Figures are those of the rows.

use std::time::Duration;

use akool_faceswap_fleet::store::{Settlement, Start};

use super::{MINUTE, budget, settle, slot, success};
use crate::{database::Database, id, in_both};

in_both! {
    figures_are_those_of_the_rows
}

async fn figures_are_those_of_the_rows(database: Database) {
    let fleet = database.fleet().await;
    budget(&fleet, MINUTE, 2).await;
    fleet.track((0..3).map(id)).await.unwrap();
    slot(&fleet).await;
    let start = Start::default();
    let (store, lane) = (fleet.store(), fleet.lane());
    let held = store.claim(lane, start, 2, MINUTE).await.unwrap();
    let settled = Settlement {
        id: held.jobs[0].id.clone(),
        ..success(0)
    };
    settle(&fleet, &held, &[settled]).await;
    let counters = serde_json::json!({});
    fleet
        .store()
        .beat(fleet.lane(), "one", &counters)
        .await
        .unwrap();
    let counters = serde_json::json!({"requests": 7, "lag_ms": 1500, "of a later release": 1});
    fleet
        .store()
        .beat(fleet.lane(), "two", &counters)
        .await
        .unwrap();
    database.pass(Duration::from_secs(10)).await;
    let stats = fleet.stats().await.unwrap();
    assert_eq!(
        (stats.tracked, stats.due, stats.leased, stats.expired),
        (2, 1, 1, 0)
    );
    assert_eq!((stats.outcomes, stats.workers), (1, 2));
    assert!(
        stats.lag >= Duration::from_secs(10) && stats.lag < MINUTE,
        "{stats:?}"
    );
    assert!(stats.oldest_outcome >= Duration::from_secs(10), "{stats:?}");
    assert!(
        stats.budget_used > 0.3 && stats.budget_used < 0.5,
        "{stats:?}"
    );
    let workers = fleet.workers().await.unwrap();
    let two = workers.iter().find(|worker| worker.name == "two").unwrap();
    assert_eq!((workers.len(), two.requests, two.settled), (2, 7, 0));
    assert_eq!(two.lag, Duration::from_millis(1500));
    assert!(two.last_seen >= Duration::from_secs(10) && two.is_running());
    database.pass(MINUTE).await;
    assert!(!fleet.workers().await.unwrap()[0].is_running());
    let stats = fleet.stats().await.unwrap();
    assert_eq!((stats.leased, stats.expired, stats.workers), (0, 1, 0));
}
