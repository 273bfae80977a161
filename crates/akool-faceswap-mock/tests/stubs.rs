//! The typed httpmock helpers, through the raw client.

#![cfg(feature = "httpmock")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use akool_faceswap_mock::{
    raw::{
        Client, Hooks,
        types::{ListResultsByIdsIds, ListResultsByIdsResponse},
    },
    stubs::{MockServerExt, httpmock::MockServer},
};

fn row(status: i64) -> ListResultsByIdsResponse {
    let row = serde_json::json!({
        "code": 1000, "msg": "OK",
        "data": {"result": [{"_id": "667d228400000000000a0001", "faceswap_status": status}]},
    });
    serde_json::from_value(row).unwrap()
}

fn client(server: &MockServer) -> Client {
    let base_url = server.base_url();
    assert_eq!(base_url.matches('/').count(), 2, "{base_url} has a path");
    // Fails if another test has installed a provider, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new_with_client(&base_url, reqwest::Client::new(), Hooks::plain())
}

async fn status(client: &Client, ids: &ListResultsByIdsIds) -> Option<i64> {
    let answer = client.list_results_by_ids(ids).await.unwrap().into_inner();
    answer.data.unwrap().result.unwrap()[0].faceswap_status
}

#[tokio::test]
async fn stubs_answer_in_sequence() {
    let ids: ListResultsByIdsIds = "667d228400000000000a0001,b".parse().unwrap();
    let server = MockServer::start_async().await;
    let client = client(&server);
    let mut stubs = Vec::new();
    for state in 1..=3 {
        let stub = server.list_results_by_ids(|when, then| {
            when.ids(&ids);
            then.ok(&row(state));
        });
        stub.up_to_n_times_async(1).await;
        stubs.push(stub);
    }
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(status(&client, &ids).await.unwrap());
    }
    assert_eq!(seen, [1, 2, 3]);
    for stub in stubs {
        stub.assert_calls_async(1).await;
    }
}

#[tokio::test]
async fn a_stub_is_for_its_own_ids() {
    let server = MockServer::start_async().await;
    let client = client(&server);
    let stub = server.list_results_by_ids(|when, then| {
        when.ids(&"a,b".parse().unwrap());
        then.ok(&row(3));
    });
    assert!(
        client
            .list_results_by_ids(&"a".parse().unwrap())
            .await
            .is_err()
    );
    assert_eq!(status(&client, &"a,b".parse().unwrap()).await, Some(3));
    stub.assert_async().await;
}

#[tokio::test]
async fn other_statuses_go_through_the_inner_type() {
    let server = MockServer::start_async().await;
    let client = client(&server);
    server.list_results_by_ids(|_, then| {
        then.into_inner().status(503).header("retry-after", "3");
    });
    let error = client
        .list_results_by_ids(&"a".parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
}
