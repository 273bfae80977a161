//! A program that waits is killed again and again, and still settles every job exactly once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs,
    path::Path,
    process::{Child, Command},
    time::{Duration, Instant},
};

use akool_faceswap_mock::{FakeAkool, FakeJob};

const JOBS: u64 = 200;

/// After this time the program is no longer killed.
const KILLING: Duration = Duration::from_secs(3);

fn start(fake: &FakeAkool, folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_waiter"))
        .arg(folder)
        .env("AKOOL_API_KEY", fake.api_key())
        .env("AKOOL_API_HOST", fake.url())
        .spawn()
        .unwrap()
}

/// The complete lines of the journal; a killed program may leave a torn one.
fn journal(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("journal")).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    whole.lines().map(str::to_owned).collect()
}

/// Jobs with every kind of end, spread over two seconds: each id with the expected end.
fn jobs(fake: &FakeAkool) -> HashMap<String, &'static str> {
    (0..JOBS)
        .map(|n| {
            let part = Duration::from_millis(5 * n);
            let job = FakeJob::image().after(part, part);
            match n % 20 {
                3 => (fake.add_job(job.failing()), "job_failed"),
                7 => (format!("667d2284{n:016x}"), "missing"),
                _ => (fake.add_job(job), "success"),
            }
        })
        .collect()
}

#[test]
fn a_program_that_is_killed_at_any_moment_settles_every_job_exactly_once() {
    std::thread::scope(|scope| {
        for seed in 0..3 {
            scope.spawn(move || kill_again_and_again(seed));
        }
    });
}

fn kill_again_and_again(seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let fake = FakeAkool::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let expected = jobs(&fake);
    let mut ids = String::new();
    for id in expected.keys() {
        writeln!(ids, "{id}").unwrap();
    }
    fs::write(folder.path().join("ids.txt"), ids).unwrap();

    let begun = Instant::now();
    let (mut kills, mut half_way) = (0, 0);
    loop {
        let mut program = start(&fake, folder.path());
        if begun.elapsed() > KILLING {
            let status = program.wait().unwrap();
            assert!(status.success(), "{status}");
            break;
        }
        // At any moment: before the first request, between two outcomes, in the middle of one.
        std::thread::sleep(Duration::from_millis(rng.u64(1..400)));
        if let Some(status) = program.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            break;
        }
        program.kill().unwrap();
        program.wait().unwrap();
        kills += 1;
        half_way += u32::from((1..expected.len()).contains(&journal(folder.path()).len()));
        if rng.u8(..4) == 0 {
            // As if it had died in the middle of a line.
            let path = folder.path().join("journal");
            let mut torn = fs::read(&path).unwrap_or_default();
            torn.extend_from_slice(b"667d22");
            fs::write(path, torn).unwrap();
        }
    }

    let journal = journal(folder.path());
    let ends: HashMap<&str, &str> = journal
        .iter()
        .map(|line| line.split_once(' ').unwrap())
        .collect();
    assert_eq!(journal.len(), expected.len(), "killed {kills} times");
    for (id, end) in &expected {
        assert_eq!(ends.get(id.as_str()), Some(end), "{id}");
    }
    assert!(half_way >= 3, "{half_way} of {kills} kills came half way");
}
