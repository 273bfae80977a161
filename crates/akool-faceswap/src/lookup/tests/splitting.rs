//! A chunk that is refused as a whole is split until the culprit stands alone, within a bound.

use crate::lookup::tests::ids;
use crate::testing::scripted::{Reply, Scripted};

fn id(n: usize) -> String {
    format!("{n:024x}")
}

#[tokio::test(start_paused = true)]
async fn one_culprit_among_a_hundred_costs_the_others_nothing() {
    for culprit in [0, 37, 99] {
        let wire = Scripted::new(move |seen| {
            if seen.ids.contains(&id(culprit)) {
                Reply::business(1003)
            } else {
                Reply::found(seen)
            }
        });
        let results = wire.client().lookup(ids(100)).await.unwrap();
        assert_eq!(results.found().count(), 99);
        let failed: Vec<_> = results
            .failed()
            .map(|(id, error)| (id.to_string(), error.clone()))
            .collect();
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0].0, id(culprit));
        assert_eq!(failed[0].1.ids().len(), 1);
        assert!(wire.requests() <= 15, "{}", wire.requests());
    }
}

/// 431: <https://github.com/pinknetworkx/atomicassets-js/pull/20>
#[tokio::test(start_paused = true)]
async fn a_line_that_is_too_long_for_the_server_is_cut_until_it_fits() {
    for status in [413, 414, 431] {
        let wire = Scripted::new(move |seen| {
            if seen.ids.len() > 10 {
                Reply::http(status, "<html>")
            } else {
                Reply::found(seen)
            }
        });
        let results = wire.client().lookup(ids(100)).await.unwrap();
        assert_eq!(results.found().count(), 100, "{status}");
        assert!(wire.requests() <= 31, "{}", wire.requests());
    }
}

#[tokio::test(start_paused = true)]
async fn where_every_id_is_refused_each_costs_two_requests_at_most() {
    let wire = Scripted::new(|_| Reply::business(1003));
    let error = wire.client().lookup(ids(1000)).await.unwrap_err();
    assert!(error.is_invalid_input());
    assert!(wire.requests() <= 2 * 1000, "{}", wire.requests());
}

#[tokio::test(start_paused = true)]
async fn other_refusals_are_about_all_ids_and_are_not_split() {
    for code in [1101, 1006, 1009, 4242] {
        let wire = Scripted::new(move |_| Reply::business(code));
        assert!(wire.client().lookup(ids(100)).await.is_err());
        assert_eq!(wire.requests(), 1, "{code}");
    }
}

/// A chunk is cut when it can be sent, so that it has the size that is known by then.
#[tokio::test(start_paused = true)]
async fn where_one_request_is_in_flight_a_limit_is_met_by_one_alone() {
    let wire = Scripted::new(|seen| {
        if seen.ids.len() > 50 {
            Reply::business(1003)
        } else {
            Reply::found(seen)
        }
    });
    let client = wire.client_with(|builder| builder.api_key("k").max_concurrent_requests(1));
    let results = client.lookup(ids(200)).await.unwrap();
    assert_eq!(results.found().count(), 200);
    let sizes: Vec<usize> = wire.seen().iter().map(|seen| seen.ids.len()).collect();
    assert_eq!(
        sizes.iter().filter(|size| **size == 100).count(),
        1,
        "{sizes:?}"
    );
}
