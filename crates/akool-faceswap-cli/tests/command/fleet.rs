//! `fleet`: tracked jobs in a database, here a SQLite file.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command},
};

use akool_faceswap_mock::{FakeAkool, FakeJob};
use headless_chromium::Chromium;

use crate::program::{
    Said, assert_code, assert_says, file, key_file, new_path, program, program_for, run, spawn,
};

/// A file of this test's own, as a URL.
fn database(name: &str) -> String {
    for end in ["", "-wal", "-shm"] {
        let _ = new_path(&format!("{name}{end}"));
    }
    format!("sqlite:{}", new_path(name))
}

fn fleet(database: &str, args: &[&str]) -> Said {
    let mut command = program(&[&["fleet"], args].concat());
    command.env("AKOOL_DATABASE_URL", database);
    run(command)
}

/// A worker, and the address of its status page.
fn work(database: &str, fake: &FakeAkool) -> (Child, String) {
    let mut command: Command = program_for(fake, &["fleet", "work", "--status", "127.0.0.1:0"]);
    command.env("AKOOL_DATABASE_URL", database);
    let mut worker = spawn(command);
    let mut first = String::new();
    let mut stderr = BufReader::new(worker.stderr.take().unwrap());
    stderr.read_line(&mut first).unwrap();
    let address = first
        .trim()
        .trim_start_matches("status: http://")
        .trim_end_matches('/')
        .to_owned();
    // Its later output is discarded, because a full pipe would block it.
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    (worker, address)
}

/// One page of the status: the whole answer.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn jobs_are_tracked_looked_up_and_taken() {
    let url = database("fleet-whole");
    let fake = FakeAkool::start().unwrap();
    let good = fake.add_job(FakeJob::image().after_polls(0, 0));
    let bad = fake.add_job(FakeJob::image().after_polls(0, 0).failing());
    assert_code(&fleet(&url, &["migrate"]), 0);
    let said = fleet(&url, &["track", "--tag", "order 17", &good, &bad]);
    assert_code(&said, 0);
    assert_eq!(said.stderr, "2 tracked\n");
    assert_eq!(
        fleet(&url, &["track", &good]).stderr,
        "0 tracked, 1 tracked already\n"
    );
    let (mut worker, page) = work(&url, &fake);
    let stats = loop {
        let said = fleet(&url, &["stats", "--json"]);
        assert_code(&said, 0);
        let stats: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        if stats["outcomes"] == 2 {
            break stats;
        }
    };
    assert_eq!(
        (&stats["tracked"], &stats["workers"]),
        (&0.into(), &1.into())
    );
    let answer = get(&page, "/healthz");
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"),
        "{answer}"
    );
    let answer = get(&page, "/metrics");
    assert_says(&answer, "# TYPE akool_faceswap_fleet_outcomes gauge\n");
    assert_says(
        &answer,
        "\nakool_faceswap_fleet_outcomes{lane=\"main\"} 2\n",
    );
    assert_says(
        &answer,
        "\nakool_faceswap_worker_settled_total{lane=\"main\"} 2\n",
    );
    let answer = get(&page, "/");
    assert_says(&answer, "content-type: text/html");
    assert_says(&answer, "<dd id=\"outcomes\">2</dd>");
    assert!(
        !answer.contains("http-equiv=\"refresh\" content=\"0\"") && !answer.contains(fake.url())
    );
    assert!(get(&page, "/other").starts_with("HTTP/1.1 404"));
    worker.kill().unwrap();
    worker.wait().unwrap();

    let said = fleet(&url, &["take", "--max", "10"]);
    assert_code(&said, 0);
    let lines: Vec<serde_json::Value> = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!(line["tag"], "order 17");
        let is_good = line["id"] == good.as_str();
        assert_eq!(
            line["outcome"],
            if is_good { "success" } else { "job_failed" }
        );
        assert_eq!(line["url"].is_string(), is_good);
    }
    assert_eq!(fleet(&url, &["take"]).stdout, "");
}

#[test]
fn the_status_page_shows_queue_budget_outcomes_and_workers() {
    let Some(chromium) = Chromium::find() else {
        return;
    };
    let url = database("fleet-page");
    let fake = FakeAkool::start().unwrap();
    let done = fake.add_job(FakeJob::image().after_polls(0, 0));
    let running = fake.add_job(FakeJob::video().after_polls(1000, 1000));
    assert_code(&fleet(&url, &["migrate"]), 0);
    assert_code(&fleet(&url, &["track", &done, &running]), 0);
    let (mut worker, address) = work(&url, &fake);
    // By then the worker has settled one job and reported.
    while !get(&address, "/").contains("<dd id=\"outcomes\">1</dd>") {
        std::thread::yield_now();
    }
    let page = format!("http://{address}/");
    let dom = chromium.dom(&page);
    for shown in [
        "<title>Lane main</title>",
        "<p>All is well.</p>",
        "<dd id=\"tracked\">1</dd>",
        "<dd id=\"outcomes\">1</dd>",
        "<dd id=\"unknown_submits\">0</dd>",
        "<span id=\"workers\">1</span> running",
        "<meter",
    ] {
        assert_says(&dom, shown);
    }
    assert!(dom.contains(" ago</td>"), "{dom}");
    let png = Path::new(&new_path("fleet-page.png")).to_owned();
    chromium.screenshot(&page, (1000, 900), &png);
    worker.kill().unwrap();
    worker.wait().unwrap();
}

#[test]
fn a_database_is_required_and_must_be_migrated() {
    let said = run(program(&["fleet", "stats"]));
    assert_code(&said, 2);
    assert_says(&said.stderr, "AKOOL_DATABASE_URL");
    let said = fleet(&database("fleet-empty"), &["stats"]);
    assert_code(&said, 1);
    assert_says(&said.stderr, "fleet migrate");
    let said = fleet("mysql://host/name", &["stats"]);
    assert_code(&said, 2);
    let said = fleet(&database("fleet-lane"), &["--lane", "Not A Lane", "stats"]);
    assert_code(&said, 2);
}

#[test]
fn the_url_of_the_database_is_never_shown() {
    let secret = "postgres://user:planted-secret@127.0.0.1:1/jobs?connect_timeout=1";
    let from_file = key_file("fleet-url", secret);
    for args in [
        vec!["fleet", "stats", "-v"],
        vec!["fleet", "--database-file", &from_file, "stats", "-v"],
        vec!["fleet", "--help"],
    ] {
        let mut command = program(&args);
        command.env("AKOOL_DATABASE_URL", secret);
        let said = run(command);
        assert!(!format!("{said:?}").contains("planted-secret"), "{said:#?}");
    }
    let broken = fleet(
        "postgres://user:planted-secret@host:port/jobs",
        &["stats", "-v"],
    );
    assert_code(&broken, 2);
    assert!(
        !format!("{broken:?}").contains("planted-secret"),
        "{broken:#?}"
    );
}

#[test]
fn the_migrations_can_be_printed_for_other_tools() {
    let said = run(program(&["fleet", "migrate", "--print"]));
    assert_code(&said, 0);
    assert_says(&said.stdout, "create schema if not exists akool_faceswap");
    assert_says(&said.stdout, "create function akool_faceswap.claim");
}

#[test]
fn an_invalid_id_is_refused_before_the_database() {
    let ids = file(
        "fleet-ids",
        "667d228400000000000a0001\n20240627082748003-5746\n",
    );
    let said = fleet("sqlite:/nowhere/at/all", &["track", "--ids-file", &ids]);
    assert_code(&said, 2);
    assert_says(&said.stderr, "job_id");
}
