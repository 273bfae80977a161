//! What a lookup and a submit cost, against `reqwest` and `serde_json` by hand.
//!
//! `cargo xtask bench client` runs this program under an instruction counter and writes
//! `BENCHMARKS.md`; on its own it only does the work that its arguments name:
//!
//! ```text
//! costs CLIENT URL IDS CALLS    CLIENT is sdk or plain; looks IDS ids up, CALLS times
//! costs submit CLIENT URL CALLS submits that many swaps, one after the other
//! costs decode ROWS             decodes an answer of ROWS rows, raw types and by hand: MB/s
//! ```
//!
//! After lookups it prints the CPU time of its one thread in nanoseconds, or 0 if the system does not report it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

use std::{collections::HashMap, env, hint::black_box, time::Instant};

use akool_faceswap::{Client, ResultIds};
use akool_faceswap_raw::types::ListResultsByIdsResponse;
use serde::Deserialize;

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    match words[..] {
        ["sdk", url, ids, calls] => {
            runtime().block_on(sdk(url, number(ids), number(calls)));
            println!("{}", cpu_nanoseconds());
        }
        ["plain", url, ids, calls] => {
            runtime().block_on(plain(url, number(ids), number(calls)));
            println!("{}", cpu_nanoseconds());
        }
        ["submit", "sdk", url, calls] => {
            runtime().block_on(submit_sdk(url, number(calls)));
        }
        ["submit", "plain", url, calls] => {
            runtime().block_on(submit_plain(url, number(calls)));
        }
        ["decode", rows] => decode(number(rows)),
        _ => println!("nothing to do; run `cargo xtask bench client`"),
    }
}

fn number(word: &str) -> usize {
    word.parse().unwrap()
}

fn id(n: usize) -> String {
    format!("667d2284{n:016x}")
}

async fn sdk(url: &str, ids: usize, calls: usize) {
    let client = Client::builder()
        .base_url(url)
        .api_key("k")
        .build()
        .unwrap();
    let ids = ResultIds::parse_all((0..ids).map(id)).unwrap();
    for _ in 0..calls {
        let results = client.lookup(&ids).await.unwrap();
        assert_eq!(results.found().count(), ids.len());
        black_box(results);
    }
}

/// What a careful team writes by hand: typed rows, the business code checked, rows matched by `_id`.
#[derive(Deserialize)]
#[expect(dead_code, reason = "decoded, as one would by hand")]
struct PlainRow {
    #[serde(rename = "_id")]
    id: String,
    #[serde(rename = "createdAt")]
    created_at: Option<String>,
    deduction_duration: Option<f64>,
    deduction_status: Option<i64>,
    faceswap_quality: Option<i64>,
    faceswap_status: Option<i64>,
    faceswap_type: Option<i64>,
    image: Option<i64>,
    job_id: Option<String>,
    uid: Option<i64>,
    update_time: Option<f64>,
    url: Option<String>,
    #[serde(rename = "userId")]
    user_id: Option<String>,
    video_duration: Option<f64>,
}

#[derive(Deserialize)]
struct PlainData {
    result: Vec<PlainRow>,
}

#[derive(Deserialize)]
struct PlainAnswer {
    code: i64,
    #[serde(rename = "msg")]
    _msg: String,
    data: Option<PlainData>,
}

/// Built like the SDK's own: with TLS compiled in, reqwest needs a provider.
fn plain_client() -> reqwest::Client {
    let config = rustls::ClientConfig::builder_with_provider(
        rustls::crypto::ring::default_provider().into(),
    )
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_root_certificates(rustls::RootCertStore::empty())
    .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .timeout(std::time::Duration::from_secs(30))
        .build()
        .unwrap()
}

async fn plain(url: &str, ids: usize, calls: usize) {
    let client = plain_client();
    let url = format!("{url}/api/open/v3/faceswap/result/listbyids");
    let ids: Vec<String> = (0..ids).map(id).collect();
    for _ in 0..calls {
        let mut found: HashMap<String, PlainRow> = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(100) {
            let joined = chunk.join(",");
            let request = client
                .get(&url)
                .query(&[("_ids", &joined)])
                .header("x-api-key", "k");
            let body = request.send().await.unwrap().bytes().await.unwrap();
            let answer: PlainAnswer = serde_json::from_slice(&body).unwrap();
            assert_eq!(answer.code, 1000);
            let rows = answer.data.map(|data| data.result).unwrap_or_default();
            found.extend(rows.into_iter().map(|row| (row.id.clone(), row)));
        }
        assert_eq!(found.len(), ids.len());
        black_box(found);
    }
}

fn original(n: usize) -> String {
    format!("https://files.example/originals/film-{n}.mp4")
}

const NEW_FACE: &str = "https://files.example/faces/me.jpg";

async fn submit_sdk(url: &str, calls: usize) {
    let client = Client::builder()
        .base_url(url)
        .api_key("k")
        .build()
        .unwrap();
    for n in 0..calls {
        let swap = client.swap().original(original(n)).new_face(NEW_FACE);
        drop(black_box(swap.submit().await.unwrap()));
    }
}

/// By hand: the documented body, the business code checked, the id taken out.
#[derive(serde::Serialize)]
struct PlainSwap<'a> {
    source_url: &'a str,
    target_url: &'a str,
    single_face_mode: bool,
}

#[derive(Deserialize)]
struct PlainSubmitted {
    code: i64,
    data: Option<PlainJob>,
}

#[derive(Deserialize)]
struct PlainJob {
    #[serde(rename = "_id")]
    id: String,
    #[serde(rename = "job_id")]
    _job_id: Option<String>,
}

async fn submit_plain(url: &str, calls: usize) {
    let client = plain_client();
    let url = format!("{url}/api/open/v4/faceswap/faceswapPlusByImage");
    for n in 0..calls {
        let body = PlainSwap {
            source_url: NEW_FACE,
            target_url: &original(n),
            single_face_mode: true,
        };
        let body = serde_json::to_vec(&body).unwrap();
        let request = client
            .post(&url)
            .header("content-type", "application/json")
            .header("x-api-key", "k")
            .body(body);
        let answer = request.send().await.unwrap().bytes().await.unwrap();
        let answer: PlainSubmitted = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer.code, 1000);
        black_box(answer.data.unwrap().id);
    }
}

/// An answer of the API, in the shape of a real one.
fn answer(rows: usize) -> String {
    let rows: Vec<String> = (0..rows)
        .map(|n| {
            format!(
                r#"{{"_id":"{}","createdAt":"2024-06-27T08:27:48.006Z","deduction_duration":0,"faceswap_status":3,"image":1,"job_id":"20240627082748003-5746","uid":1000001,"url":"https://cdn.example/final_a-{n}.jpeg","video_duration":0}}"#,
                id(n)
            )
        })
        .collect();
    format!(
        r#"{{"code":1000,"msg":"OK","data":{{"result":[{}]}}}}"#,
        rows.join(",")
    )
}

fn decode(rows: usize) {
    let body = answer(rows);
    let raw = || {
        let answer: ListResultsByIdsResponse = serde_json::from_str(&body).unwrap();
        black_box(answer.data.unwrap().result.unwrap().len());
    };
    let by_hand = || {
        let answer: PlainAnswer = serde_json::from_str(&body).unwrap();
        black_box(answer.data.unwrap().result.len());
    };
    // Alternating, so that both see the same load of the machine.
    let (mut best_raw, mut best_by_hand) = (f64::MAX, f64::MAX);
    for _ in 0..200 {
        best_raw = best_raw.min(seconds(raw));
        best_by_hand = best_by_hand.min(seconds(by_hand));
    }
    let megabytes = body.len() as f64 / 1e6;
    println!("{} {}", megabytes / best_raw, megabytes / best_by_hand);
}

/// CPU time of the main thread, which does all the work here.
fn cpu_nanoseconds() -> u64 {
    std::fs::read_to_string("/proc/self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .unwrap_or(0)
}

/// The mean time of ten runs.
fn seconds(work: impl Fn()) -> f64 {
    let begun = Instant::now();
    for _ in 0..10 {
        work();
    }
    begun.elapsed().as_secs_f64() / 10.0
}
