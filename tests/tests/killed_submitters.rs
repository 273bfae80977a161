//! Programs that submit are killed at any moment, over connections that break. They buy nothing that is
//! not written down.
//!
//! Servers of the SDK's own tests count the jobs that they make. Afterwards the journal on the disk must
//! hold each of them: as accepted, by its id, or as unknown. A swap that "nothing was billed" for has no
//! job, and no swap has two. `SUBMITS` sets how many are sent over each version of HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../crates/akool-faceswap/tests/submits/http1.rs"]
mod http1;
#[path = "../../crates/akool-faceswap/tests/submits/http2.rs"]
mod http2;
#[path = "../../crates/akool-faceswap/tests/submits/jobs.rs"]
mod jobs;

use std::{
    collections::HashMap,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use jobs::Jobs;
use serde_json::Value;

/// At first, a program is killed within this time; the time grows if a program could not send anything in it.
const LIFE_MS: u64 = 120;

/// The most bytes that a program may add to the journal before it is killed: about 50 swaps.
const LONGEST_PART: u64 = 6_000;

fn submits() -> usize {
    let set = std::env::var("SUBMITS").ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(500)
}

fn start(folder: &Path, version: &str, url: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_submitter"))
        .arg(folder)
        .arg(submits().to_string())
        .arg(version)
        .env("AKOOL_API_KEY", "k")
        .env("AKOOL_API_HOST", url)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the journal holds of one swap.
#[derive(Debug, PartialEq, Eq)]
enum Held {
    Accepted(String),
    /// No outcome was written, or the outcome is unknown.
    Unknown,
    NothingBilled,
}

/// What the journal holds, by the number of the swap.
fn held(folder: &Path) -> HashMap<usize, Held> {
    let text = fs::read_to_string(folder.join("journal")).unwrap_or_default();
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let lines: Vec<Value> = lines.collect();
    let mut of_token = HashMap::new();
    for line in &lines {
        if let Some(n) = line["intent"].as_u64() {
            let n = usize::try_from(n).unwrap();
            let earlier = of_token.insert(line["token"].to_string(), (n, Held::Unknown));
            assert!(earlier.is_none());
        }
    }
    for line in &lines {
        let outcome = match line["outcome"].as_str() {
            Some("accepted") => Held::Accepted(line["id"].as_str().unwrap().to_owned()),
            Some("nothing billed") => Held::NothingBilled,
            _ => continue,
        };
        of_token.get_mut(&line["token"].to_string()).unwrap().1 = outcome;
    }
    let count = of_token.len();
    let held: HashMap<usize, Held> = of_token.into_values().collect();
    assert_eq!(held.len(), count, "no swap has two intents");
    held
}

/// A URL where nothing listens.
fn refusing_url() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn length(journal: &Path) -> u64 {
    fs::metadata(journal).map_or(0, |file| file.len())
}

/// Waits for the moment to kill a program: after `life`, or as soon as its journal exceeds `longest` bytes.
fn await_moment(program: &mut Child, life: Duration, journal: &Path, longest: u64) {
    let begun = Instant::now();
    while begun.elapsed() < life
        && length(journal) <= longest
        && program.try_wait().unwrap().is_none()
    {
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn kill_again_and_again(version: &str, seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let jobs = Jobs::default();
    let server = tokio::runtime::Runtime::new().unwrap();
    let url = server.block_on(async {
        if version == "2" {
            http2::serve(jobs.clone()).await
        } else {
            http1::serve(jobs.clone()).await
        }
    });
    let refusing = refusing_url();
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let (mut kills, mut longest_life, mut written) = (0, LIFE_MS, 0);
    loop {
        // For one program in sixteen, on average, nothing listens.
        let is_refused = rng.u8(..16) == 0;
        let mut program = start(
            folder.path(),
            version,
            if is_refused { &refusing } else { &url },
        );
        let life = Duration::from_millis(rng.u64(1..longest_life));
        // However fast the machine is, no program finishes before several were killed.
        let longest = written + rng.u64(..LONGEST_PART);
        await_moment(&mut program, life, &journal, longest);
        if let Some(status) = program.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            break;
        }
        // SIGKILL, where there are signals.
        program.kill().unwrap();
        program.wait().unwrap();
        kills += 1;
        if length(&journal) == written {
            longest_life += 20;
        }
        written = length(&journal);
    }
    // Requests of the last programs may still be in flight in the server.
    server.shutdown_timeout(Duration::from_secs(5));

    let held = held(folder.path());
    assert_eq!(held.len(), submits(), "every swap has an intent");
    let (mut accepted, mut unknown, mut unpaid_unknown, mut nothing_billed) = (0, 0, 0, 0);
    for (n, held) in &held {
        let made = jobs.made_for(*n);
        match held {
            Held::Accepted(id) => {
                assert_eq!(made, std::slice::from_ref(id), "swap {n}");
                accepted += 1;
            }
            Held::Unknown => {
                assert!(made.len() <= 1, "swap {n} made {made:?}");
                unknown += made.len();
                unpaid_unknown += 1 - made.len();
            }
            Held::NothingBilled => {
                assert!(made.is_empty(), "swap {n} made {made:?}");
                nothing_billed += 1;
            }
        }
    }
    println!(
        "HTTP/{version}: {} swaps, {kills} kills; {} jobs made: {accepted} held as accepted, {unknown} as \
         unknown; {unpaid_unknown} more are unknown and made none, {nothing_billed} were not billed",
        submits(),
        jobs.count(),
    );
    assert_eq!(jobs.count(), accepted + unknown);
    assert!(kills >= 5 && unknown > 0 && nothing_billed > 0, "{kills}");
}

#[test]
fn killed_programs_hold_every_job_that_they_bought_over_http1() {
    kill_again_and_again("1.1", 5);
}

#[test]
fn killed_programs_hold_every_job_that_they_bought_over_http2() {
    kill_again_and_again("2", 6);
}
