//! The server of the soak: an answer fails now and then, with every transient error.

use std::{
    fmt::Write as _,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use akool_faceswap::{Client, testing::RequestBody};

use crate::{jobs::Jobs, ledger::Ledger};

/// How long a client waits for an answer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(400);

#[derive(Debug, Default)]
pub struct Requests {
    pub all: AtomicU64,
    pub faulty: AtomicU64,
}

/// A new client of this server.
pub fn client(jobs: &Arc<Jobs>, ledger: &Arc<Ledger>) -> Client {
    let builder = Client::builder()
        .base_url("http://127.0.0.1:9")
        .api_key("k")
        .attempt_timeout(ATTEMPT_TIMEOUT);
    let (jobs, ledger) = (jobs.clone(), ledger.clone());
    let handler = move |request: http::Request<RequestBody>| {
        let query = request.uri().query().unwrap_or_default();
        let reply = answer(&jobs, &ledger, query);
        async move {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(1..15))).await;
            match reply {
                Some(reply) => reply,
                None => std::future::pending().await,
            }
        }
    };
    builder
        .in_process(handler, SystemTime::now)
        .build()
        .unwrap()
}

type Reply = io::Result<http::Response<String>>;

fn response(status: u16, body: impl Into<String>) -> http::Response<String> {
    let response = http::Response::builder().status(status);
    response.body(body.into()).unwrap()
}

/// `None` for no answer at all.
fn answer(jobs: &Jobs, ledger: &Ledger, query: &str) -> Option<Reply> {
    ledger.requests.all.fetch_add(1, Ordering::Relaxed);
    let mut body = r#"{"code":1000,"msg":"OK","data":{"result":["#.to_owned();
    let mut rows = 0;
    for id in query.strip_prefix("_ids=").unwrap().split("%2C") {
        match jobs.requested(id) {
            Err(problem) => ledger.violation(problem),
            Ok(None) => {}
            Ok(Some(status)) => {
                let comma = if rows > 0 { "," } else { "" };
                rows += 1;
                let _ = write!(
                    body,
                    r#"{comma}{{"_id":"{id}","faceswap_status":{status},"url":"https://cdn.example/{id}"}}"#
                );
            }
        }
    }
    body.push_str("]}}");
    let drawn = fastrand::u32(0..1000);
    if drawn < 78 {
        ledger.requests.faulty.fetch_add(1, Ordering::Relaxed);
    }
    Some(match drawn {
        0..30 => Ok(response(503, "<html>busy</html>")),
        30..50 => Err(io::ErrorKind::ConnectionReset.into()),
        50..60 => Err(io::ErrorKind::ConnectionRefused.into()),
        60..70 => Ok(response(200, body[..body.len() / 2].to_owned())),
        70..76 => return None,
        76 => Ok(response(429, "")),
        77 => Ok(response(200, r#"{"code":1005,"msg":"too frequent"}"#)),
        _ => Ok(response(200, body)),
    })
}
