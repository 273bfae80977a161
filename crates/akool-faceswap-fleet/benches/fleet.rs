//! `cargo bench -p akool-faceswap-fleet`: the throughput of the stores, and the lag of outcomes.
//!
//! `-- operations`, `-- fullness`, `-- lag` or `-- sqlite` runs one part; `--rows`, `--seconds` and `--jobs`
//! change its size. Server, load and fake share the machine. Output is Markdown for BENCHMARKS.md, where
//! `cargo xtask bench fleet` puts it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub
)]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]
#![allow(clippy::print_stdout, reason = "the output is the result")]

#[path = "fleet/lag.rs"]
mod lag;
#[path = "fleet/operations.rs"]
mod operations;
#[path = "../tests/support/server.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod server;

use std::time::Duration;

use akool_faceswap::ResultId;
use akool_faceswap_fleet::Fleet;

/// How large the run is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    rows: u32,
    time: Duration,
    jobs: usize,
}

/// The nth id.
pub(crate) fn id(number: u32) -> ResultId {
    ResultId::new(format!("667d2284{number:016x}")).unwrap()
}

fn main() {
    let mut parts: Vec<String> = Vec::new();
    let mut size = Size {
        rows: 1_000_000,
        time: Duration::from_secs(6),
        jobs: 100_000,
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut number = || {
            args.next()
                .and_then(|value| value.parse::<u32>().ok())
                .expect("a number")
        };
        match arg.as_str() {
            "--bench" => {}
            "--rows" => size.rows = number(),
            "--seconds" => size.time = Duration::from_secs(number().into()),
            "--jobs" => size.jobs = number() as usize,
            _ => parts.push(arg),
        }
    }
    let wants = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        // With fsync, as in production.
        let Some(server) = server::Server::start("") else {
            return;
        };
        if wants("operations") {
            operations::postgres(&server, size).await;
        }
        if wants("sqlite") {
            operations::sqlite(size).await;
        }
        if wants("fullness") {
            operations::fullness(&server, size).await;
        }
        if wants("lag") {
            lag::compare(&server, size).await;
        }
    });
}

/// A migrated database and its URL.
pub(crate) async fn database(server: &server::Server) -> String {
    let url = server.create_database();
    Fleet::migrate(&url).await.unwrap();
    url
}
