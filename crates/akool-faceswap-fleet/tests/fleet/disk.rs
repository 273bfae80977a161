//! A disk that is really full: a file system of a few megabytes in memory, filled to the last byte.
//!
//! Mounting one requires root, or a user namespace. The test runs itself in a namespace of its own, so the mount is
//! gone with the process. If neither works, it is skipped with a conspicuous line.

use std::{
    error::Error as _,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use akool_faceswap::{ResultId, wait::PollPolicy};
use akool_faceswap_fleet::{Error, ErrorKind, Fleet, OutcomeKind, Tracking};
use akool_faceswap_mock::FakeJob;
use tempfile::TempDir;

use crate::{
    database::connect,
    id, server,
    working::{fake, worker},
};

/// The program: this very test, run by itself with the folder of the small disk.
const PROGRAM: &str = "disk::the_machine_with_a_small_disk";
const SETUP: &str = "AKOOL_FLEET_SMALL_DISK";

/// How many jobs end while the disk is full.
const JOBS: usize = 300;

/// Mounts the disk at the first argument, and runs the others.
const MOUNT: &str = "mount -t tmpfs -o size=24m,mode=1777 tmpfs \"$0\"";

/// A command that runs what is added to it with a small disk at `dir`; `None` if nothing may be mounted.
fn with_small_disk(dir: &Path) -> Option<Command> {
    let as_root = ["--mount"].as_slice();
    let by_namespace = ["--map-root-user", "--mount"].as_slice();
    // PostgreSQL refuses to run as root, even as that of a namespace.
    let not_as_root = "exec unshare --user --map-user=1 -- \"$@\"";
    [(as_root, "exec \"$@\""), (by_namespace, not_as_root)]
        .into_iter()
        .find_map(|(flags, run)| {
            let command = || {
                let mut command = Command::new("unshare");
                command.args(flags).args(["sh", "-c"]);
                command.arg(format!("{MOUNT} && {run}")).arg(dir);
                command.stdin(Stdio::null());
                command
            };
            let probe = command().arg("true").output();
            probe
                .is_ok_and(|probe| probe.status.success())
                .then(command)
        })
}

/// Runs [`the_machine_with_a_small_disk`] for one kind of database.
fn run_with_small_disk(kind: &str) {
    let dir = TempDir::new().unwrap();
    let Some(mut command) = with_small_disk(dir.path()) else {
        eprintln!("\n*** SKIPPED: no file system may be mounted here (root, or unshare) ***\n");
        return;
    };
    let done = command
        .arg(std::env::current_exe().unwrap())
        .args([PROGRAM, "--exact", "--nocapture"])
        .env(SETUP, format!("{kind}\n{}", dir.path().display()))
        .output()
        .unwrap();
    // It may have skipped itself.
    eprintln!("{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn a_full_disk_under_postgres_loses_nothing() {
    run_with_small_disk("postgres");
}

#[test]
fn a_full_disk_under_sqlite_loses_nothing() {
    run_with_small_disk("sqlite");
}

/// Not a test itself: the program that the others run.
#[test]
fn the_machine_with_a_small_disk() {
    let Ok(setup) = std::env::var(SETUP) else {
        return;
    };
    let (kind, dir) = setup.split_once('\n').unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let disk = PathBuf::from(dir);
        let url = match kind {
            "postgres" => postgres_on(&disk).await,
            _ => Some(format!("sqlite:{}", disk.join("fleet").display())),
        };
        let Some(url) = url else { return };
        Fleet::migrate(&url).await.unwrap();
        fill_and_free(&url, &disk).await;
    });
}

/// A database whose tables are on the disk; the write-ahead log is not.
async fn postgres_on(disk: &Path) -> Option<String> {
    let server = server::shared()?;
    let folder = disk.join("tables");
    server.make_folder(&folder);
    let client = connect(&server.url("postgres")).await;
    for sql in [
        format!("create tablespace small location '{}'", folder.display()),
        "create database jobs tablespace small".to_owned(),
    ] {
        client.batch_execute(&sql).await.unwrap();
    }
    Some(server.url("jobs"))
}

async fn fill_and_free(url: &str, disk: &Path) {
    let (fleet, fake) = (Fleet::connect(url).await.unwrap(), fake());
    let ids: Vec<ResultId> = (0..JOBS)
        .map(|_| fake.add_job(FakeJob::image().after_polls(0, 0)))
        .map(|id| id.parse().unwrap())
        .collect();
    fleet.track(&ids).await.unwrap();
    let held = fake.pause_responses();
    let worker = worker(&fleet, &fake);
    let counters = worker.counters();
    let running = tokio::spawn(worker.run(std::future::pending()));
    while fake.requests_in_flight() < JOBS / 100 {
        tokio::task::yield_now().await;
    }
    let ballast = disk.join("ballast");
    fill(&ballast);
    let error = track_until_refused(&fleet).await;
    assert_eq!(error.kind(), ErrorKind::Resources, "{error:?}");
    assert!(error.is_transient() && error.source().is_some(), "{error}");
    // Now the answers come, and cannot be written.
    drop(held);
    while counters.database_errors() < 2 * (JOBS as u64) / 100 {
        tokio::task::yield_now().await;
    }
    let stats = fleet.stats().await.unwrap();
    assert_eq!((stats.outcomes, counters.settled()), (0, 0));
    fs::remove_file(&ballast).unwrap();
    for id in &ids {
        let outcome = fleet.wait(id).await.unwrap();
        assert_eq!(outcome.kind(), OutcomeKind::Success);
    }
    assert_eq!(fleet.take(1000).await.unwrap().len(), JOBS);
    // The answers were kept until the database took them.
    assert_eq!(fake.request_count(), (JOBS / 100) as u64);
    assert_eq!((counters.settled(), counters.fenced()), (JOBS as u64, 0));
    assert!(!running.is_finished());
    running.abort();
}

/// Tracks more and more jobs that are due much later. The pages that exist may have room for some.
async fn track_until_refused(fleet: &Fleet) -> Error {
    let later = PollPolicy::new().initial_delay(Duration::from_secs(3600));
    for hundred in 0..100 {
        let some = (0..100).map(|number| id(100 * hundred + number));
        let some = some.map(|id| Tracking::new(id).poll_policy(later.clone()));
        if let Err(error) = fleet.track(some).await {
            return error;
        }
    }
    panic!("the disk is not full");
}

/// Writes to a file until no further byte fits.
fn fill(ballast: &Path) {
    let mut file = File::create(ballast).unwrap();
    for size in [1 << 20, 1 << 12, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}
