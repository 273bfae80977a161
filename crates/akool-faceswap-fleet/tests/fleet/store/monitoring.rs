//! Figures are those of the rows.

use std::time::Duration;

use akool_faceswap_fleet::store::Settlement;

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
    let held = fleet.store().claim(fleet.lane(), 2, MINUTE).await.unwrap();
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
    database.pass(Duration::from_secs(10)).await;
    let stats = fleet.stats().await.unwrap();
    assert_eq!(
        (stats.tracked, stats.due, stats.leased, stats.expired),
        (2, 1, 1, 0)
    );
    assert_eq!((stats.outcomes, stats.workers), (1, 1));
    assert!(
        stats.lag >= Duration::from_secs(10) && stats.lag < MINUTE,
        "{stats:?}"
    );
    assert!(stats.oldest_outcome >= Duration::from_secs(10), "{stats:?}");
    assert!(
        stats.budget_used > 0.3 && stats.budget_used < 0.5,
        "{stats:?}"
    );
    database.pass(MINUTE).await;
    let stats = fleet.stats().await.unwrap();
    assert_eq!((stats.leased, stats.expired, stats.workers), (0, 1, 0));
}
