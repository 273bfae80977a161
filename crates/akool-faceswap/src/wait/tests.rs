//! Waiting under a paused clock: hours of jobs in milliseconds, to the millisecond.

mod bounds;
mod deadlines;
mod ends;
mod fairness;
mod family;
mod leaks;
mod many;
mod model;
mod rejections;
mod sharing;
mod tickets;
mod timing;

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    client::{Client, ClientBuilder},
    model::{ResultId, ResultIds},
    testing::scripted::{Reply, Scripted, Seen},
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn id(text: &str) -> ResultId {
    ResultId::new(text).unwrap()
}

/// `prefix0`, `prefix1` and so on.
fn ids(prefix: &str, n: usize) -> ResultIds {
    (0..n).map(|n| id(&format!("{prefix}{n}"))).collect()
}

/// An answer with a row for each id that `status` returns a status for.
fn rows(seen: &Seen, status: impl Fn(&str) -> Option<i64>) -> Reply {
    let rows: Vec<String> = seen
        .ids
        .iter()
        .filter_map(|id| {
            let status = status(id)?;
            Some(format!(
                r#"{{"_id":"{id}","faceswap_status":{status},"url":"https://cdn.example/{id}"}}"#
            ))
        })
        .collect();
    let rows = rows.join(",");
    Reply::http(
        200,
        &format!(r#"{{"code":1000,"msg":"OK","data":{{"result":[{rows}]}}}}"#),
    )
}

/// A server whose jobs have the status that `status` returns for an id and the time since now.
fn server(status: impl Fn(&str, Duration) -> Option<i64> + Send + Sync + 'static) -> Scripted {
    let begun = Instant::now();
    Scripted::new(move |seen| rows(seen, |id| status(id, seen.at - begun)))
}

/// A job's status: queued, then processing and success from these times on.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it is what a server's answer is made of"
)]
fn life(now: Duration, processing: Duration, success: Duration) -> Option<i64> {
    Some(match now {
        now if now < processing => 1,
        now if now < success => 2,
        _ => 3,
    })
}

fn client_with(wire: &Scripted, settings: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    wire.client_with(|builder| settings(builder.api_key("k")))
}

/// Runs everything that can run without time passing.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}
