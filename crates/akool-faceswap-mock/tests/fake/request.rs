//! How the tests send requests: by the raw client with a transport that adds the key.

use std::time::Duration;

use akool_faceswap_mock::{
    FakeAkool,
    raw::{BoxFuture, Client, Hooks, Transport, types::ListResultsByIdsResponse},
};

/// Adds the API key to every request.
struct Keyed(String);

impl Transport for Keyed {
    fn send<'a>(
        &'a self,
        client: &'a reqwest::Client,
        mut request: reqwest::Request,
        _operation_id: &'static str,
    ) -> BoxFuture<'a> {
        let key = self.0.parse().unwrap();
        request.headers_mut().insert("x-api-key", key);
        Box::pin(client.execute(request))
    }
}

/// A raw client with the fake's API key.
pub(crate) fn client(fake: &FakeAkool) -> Client {
    let hooks = Hooks::new(Keyed(fake.api_key()));
    Client::new_with_client(fake.url(), http_client(), hooks)
}

/// A new client, with its own connections, that follows no redirects.
pub(crate) fn http_client() -> reqwest::Client {
    // Fails if another test has installed a provider, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// Looks up with the raw client.
pub(crate) async fn look_up(fake: &FakeAkool, ids: &[&str]) -> ListResultsByIdsResponse {
    let ids = ids.join(",").parse().unwrap();
    let answer = client(fake).list_results_by_ids(&ids).await;
    answer.unwrap().into_inner()
}

/// The status of the only row.
pub(crate) async fn status(fake: &FakeAkool, id: &str) -> i64 {
    let rows = look_up(fake, &[id]).await.data.unwrap().result.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].id.as_deref(), Some(id));
    rows[0].faceswap_status.unwrap()
}

/// The ids of the rows, in their order.
pub(crate) fn ids_of(answer: &ListResultsByIdsResponse) -> Vec<String> {
    let rows = answer.data.as_ref().unwrap().result.as_ref().unwrap();
    rows.iter().map(|row| row.id.clone().unwrap()).collect()
}

/// A plain request for a path below the base URL, with the API key.
pub(crate) async fn get(fake: &FakeAkool, path: &str) -> reqwest::Result<reqwest::Response> {
    let url = format!("{}{path}", fake.url());
    let request = http_client().get(url).header("x-api-key", fake.api_key());
    request.send().await
}

/// The path of a lookup with this query.
pub(crate) fn lookup(query: &str) -> String {
    format!("/api/open/v3/faceswap/result/listbyids{query}")
}

/// The business code of an envelope without `data`.
pub(crate) async fn refusal_code(response: reqwest::Response) -> i64 {
    let answer: ListResultsByIdsResponse = response.json().await.unwrap();
    assert!(answer.data.is_none());
    answer.code
}

/// Waits until exactly `count` requests are in flight.
pub(crate) async fn in_flight(fake: &FakeAkool, count: usize) {
    let reached = async {
        while fake.requests_in_flight() != count {
            tokio::task::yield_now().await;
        }
    };
    let reached = tokio::time::timeout(Duration::from_secs(10), reached).await;
    assert!(
        reached.is_ok(),
        "{} in flight, not {count}",
        fake.requests_in_flight()
    );
}
