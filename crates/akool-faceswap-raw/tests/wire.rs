//! The generated request as it goes over the wire, and what the client refuses to send.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use akool_faceswap_raw::{Client, Error, Hooks, types::ListResultsByIdsIds};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

const ANSWER: &str = r#"{"code":1000,"msg":"OK","data":{"result":[{"_id":"a","later":1}]}}"#;

fn client(base_url: &str) -> Client {
    // Fails if another test has installed it already, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().referer(false).build().unwrap();
    Client::new_with_client(base_url, http, Hooks::plain())
}

/// Answers one request with `status` and `body`, and returns the request's head.
async fn serve_one(listener: TcpListener, status: &str, body: &str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    String::from_utf8(head).unwrap()
}

#[tokio::test]
async fn the_request_is_as_the_vendor_documents_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = client(&format!("http://{address}/prefix"));
    let ids: ListResultsByIdsIds = "667d228400000000000a0001,b".parse().unwrap();
    let (head, answer) = tokio::join!(
        serve_one(listener, "200 OK", ANSWER),
        client.list_results_by_ids(&ids)
    );

    let mut lines = head.lines();
    assert_eq!(
        lines.next().unwrap(),
        "GET /prefix/api/open/v3/faceswap/result/listbyids?_ids=667d228400000000000a0001%2Cb \
         HTTP/1.1"
    );
    let mut names: Vec<String> = lines
        .take_while(|line| !line.is_empty())
        .map(|line| line.split(':').next().unwrap().to_ascii_lowercase())
        .collect();
    names.sort_unstable();
    // No api-version, which the generator adds, and no referer, which would repeat the ids.
    assert_eq!(names, ["accept", "host"]);

    let answer = answer.unwrap().into_inner();
    assert_eq!((answer.code, answer.msg.as_str()), (1000, "OK"));
    let row = &answer.data.unwrap().result.unwrap()[0];
    assert_eq!(row.id.as_deref(), Some("a"));
    assert_eq!(row.extra["later"], 1);
}

#[tokio::test]
async fn a_business_error_in_http_200_is_an_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    let ids = "a".parse().unwrap();
    let (_, answer) = tokio::join!(
        serve_one(listener, "200 OK", r#"{"code":1101,"msg":"invalid"}"#),
        client.list_results_by_ids(&ids)
    );
    assert_eq!(answer.unwrap().code, 1101);
}

#[tokio::test]
async fn another_status_is_an_error_with_the_response() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    let ids = "a".parse().unwrap();
    let (_, answer) = tokio::join!(
        serve_one(listener, "503 Service Unavailable", ""),
        client.list_results_by_ids(&ids)
    );
    match answer.unwrap_err() {
        Error::UnexpectedResponse(response) => assert_eq!(response.status(), 503),
        other => panic!("{other:?}"),
    }
}

#[cfg(feature = "regress")]
#[test]
fn a_malformed_list_is_refused_by_the_generated_type() {
    for list in [
        "", ",", "a,", ",a", "a,,b", "a b", "a, b", "a\n", "\ta", "a\0b",
    ] {
        assert!(list.parse::<ListResultsByIdsIds>().is_err(), "{list:?}");
    }
    for list in [
        "a",
        "a,b",
        "667d228400000000000a0001,667d228400000000000a0002",
        "é,ü",
    ] {
        assert_eq!(list.parse::<ListResultsByIdsIds>().unwrap().as_str(), list);
    }
}

#[cfg(feature = "regress")]
#[test]
fn a_list_of_any_length_is_checked() {
    let many = vec!["667d228400000000000a0001"; 10_000].join(",");
    assert!(many.parse::<ListResultsByIdsIds>().is_ok());
    assert!(format!("{many},").parse::<ListResultsByIdsIds>().is_err());
}

#[test]
fn debug_output_of_a_row_has_no_url() {
    let row: akool_faceswap_raw::types::FaceswapResultDetail =
        serde_json::from_str(r#"{"_id":"a","url":"https://cdn.example/PLANTED"}"#).unwrap();
    assert!(!format!("{row:?}").contains("PLANTED"));
    assert_eq!(row.url.unwrap().as_str(), "https://cdn.example/PLANTED");
}
