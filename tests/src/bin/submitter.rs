//! A program that submits swaps and may be killed at any moment; see `tests/killed_submitters.rs`.
//!
//! Each intent is written into the journal before it is sent, and its outcome afterwards. A swap with an
//! intent is never sent again, whatever its outcome. The program's arguments are the folder of the
//! journal, the number of swaps, and the version of HTTP; the rest is in the environment.

use std::{
    collections::HashSet,
    env,
    error::Error,
    fs::{self, File},
    io::Write as _,
    path::Path,
    time::Duration,
};

use akool_faceswap::{Client, RetryPolicy, submit::PendingSubmit};
use serde_json::{Value, json};

/// Where intents and outcomes are kept, one JSON object a line.
struct Journal(File);

impl Journal {
    /// The journal, and the swaps that an earlier run has written down.
    fn open(path: &Path) -> Result<(Self, HashSet<u64>), Box<dyn Error>> {
        let text = fs::read_to_string(path).unwrap_or_default();
        let lines = text.lines().map(serde_json::from_str::<Value>);
        // No submit followed a torn line.
        let intended = lines
            .filter_map(|line| line.ok()?.get("intent")?.as_u64())
            .collect();
        let mut file = File::options().create(true).append(true).open(path)?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        Ok((Self(file), intended))
    }

    fn write(&self, line: &Value) -> std::io::Result<()> {
        (&self.0).write_all(format!("{line}\n").as_bytes())
    }
}

fn prepare(client: &Client, n: u64) -> Result<PendingSubmit, akool_faceswap::Error> {
    let swap = client.swap().original(format!("https://a.example/{n}.mp4"));
    swap.new_face("https://b.example/me.jpg").prepare()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut argument = || {
        arguments
            .next()
            .ok_or("folder, count and version are needed")
    };
    let (folder, count, version) = (argument()?, argument()?, argument()?);
    let (journal, intended) = Journal::open(&Path::new(&folder).join("journal"))?;
    let retry = RetryPolicy::new()
        .max_attempts(4)
        .base_delay(Duration::from_millis(1));
    let client = Client::builder()
        .base_url(env::var("AKOOL_API_HOST")?)
        .api_key(env::var("AKOOL_API_KEY")?)
        .max_concurrent_requests(8)
        .retry(retry)
        .configure_reqwest(move |builder| {
            if version == "2" {
                builder.http2_prior_knowledge()
            } else {
                builder
            }
        })
        .build()?;
    let left = (0..count.parse()?).filter(|n| !intended.contains(n));
    // Each is prepared and written down just before it is sent.
    let pending = left.map_while(|n| {
        let pending = prepare(&client, n).ok()?;
        let intent = json!({"intent": n, "token": pending.token()});
        journal.write(&intent).ok().map(|()| pending)
    });
    let mut outcomes = client.swap_all(pending);
    while let Some(outcome) = outcomes.next().await {
        journal.write(&match outcome {
            Ok(job) => json!({"token": job.token(), "outcome": "accepted", "id": job.id()}),
            Err(error) => json!({
                "token": error.token(),
                "outcome": if error.may_be_billed() { "unknown" } else { "nothing billed" },
            }),
        })?;
    }
    Ok(())
}
