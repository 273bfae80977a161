//! `wait --tickets`: nothing is lost and nothing printed twice, whatever ends the process.

use std::{
    collections::HashMap,
    fs,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command},
};

use akool_faceswap_mock::FakeAkool;
use serde_json::Value;

use super::{done, endless, json_lines};
#[cfg(unix)]
use crate::program::press_ctrl_c;
use crate::program::{
    Said, assert_code, assert_says, end_of, file, new_path, program_for, spawn, wait,
};

/// Standard output up to `count` lines, and the rest after `stop`.
pub(super) fn stopped_after(
    count: usize,
    command: Command,
    stop: impl FnOnce(&mut Child),
) -> (Option<i32>, Said) {
    let mut child = spawn(command);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut stdout = String::new();
    for _ in 0..count {
        out.read_line(&mut stdout).unwrap();
    }
    stop(&mut child);
    out.read_to_string(&mut stdout).unwrap();
    let (code, stderr) = end_of(child);
    let said = Said {
        code: code.unwrap_or(-1),
        stdout,
        stderr,
    };
    (code, said)
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_130_and_the_same_command_resumes() {
    let fake = FakeAkool::start().unwrap();
    let ids = [done(), done().failing(), endless()].map(|job| fake.add_job(job));
    let path = new_path("wait-interrupted.jsonl");
    let list = ids.join(",");
    let args = ["wait", "--json", "--tickets", &path, &list];
    let (_, said) = stopped_after(2, program_for(&fake, &args), press_ctrl_c);
    assert_code(&said, 130);
    assert_eq!(json_lines(&said).len(), 2);
    assert_says(
        &said.stderr,
        "interrupted with 1 job left: 1 success, 1 failed\n",
    );
    assert_says(&said.stderr, "help: run the same command again to resume; ");

    fake.set_state(&ids[2], akool_faceswap_mock::JobState::Success)
        .unwrap();
    let said = wait(&fake, &args[1..]);
    assert_code(&said, 3);
    let lines = json_lines(&said);
    assert_eq!(lines.len(), 1, "{said:#?}");
    assert_eq!(lines[0]["id"], ids[2].as_str());
    assert_says(
        &said.stderr,
        "waiting for 1 job, 4h at most; 2 settled in earlier runs\n",
    );
    assert_says(
        &said.stderr,
        "3 jobs: 2 success, 1 failed (2 of them settled in earlier runs)\n",
    );

    let requests = fake.request_count();
    for args in [&args[1..], &["--tickets", &path]] {
        let said = wait(&fake, args);
        assert_code(&said, 3);
        assert_eq!(said.stdout, "");
        assert_says(
            &said.stderr,
            "nothing is left to wait for: 2 success, 1 failed",
        );
    }
    assert_eq!(fake.request_count(), requests);
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        !text.contains("http") && !text.contains(&fake.api_key()),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_without_tickets_lists_the_remaining_jobs() {
    let fake = FakeAkool::start().unwrap();
    let ids = [done(), endless(), endless()].map(|job| fake.add_job(job));
    let list = ids.join(",");
    let (_, said) = stopped_after(1, program_for(&fake, &["wait", &list]), press_ctrl_c);
    assert_code(&said, 130);
    let help = said.stderr.lines().last().unwrap();
    assert!(
        help.starts_with("help: resume with: akool-faceswap wait "),
        "{help}"
    );
    assert_says(help, &ids[1]);
    assert_says(help, &ids[2]);
    assert!(!help.contains(&ids[0]), "{help}");
}

#[cfg(unix)]
#[test]
fn the_second_ctrl_c_ends_a_stuck_command_at_once() {
    let fake = FakeAkool::start().unwrap();
    // More than fits a pipe.
    let ids: Vec<String> = (0..2_000).map(|_| fake.add_job(done())).collect();
    let list = file("wait-stuck.txt", ids.join("\n"));
    let mut child = spawn(program_for(&fake, &["wait", "--ids-file", &list]));
    let mut first = [0];
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut first)
        .unwrap();
    press_ctrl_c(&mut child);
    while child.try_wait().unwrap().is_none() {
        press_ctrl_c(&mut child);
        std::thread::yield_now();
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// A small generator: the moments must be the same in every run of the test.
fn moments(seed: u64) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(seed), |last| {
        Some(
            last.wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407),
        )
    })
    .skip(1)
    .map(|drawn| usize::try_from(drawn >> 33).unwrap() % 120)
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_prints_nothing_twice() {
    const JOBS: usize = 600;
    for seed in [1, 2, 3] {
        let fake = FakeAkool::start().unwrap();
        let ids: Vec<String> = (0..JOBS)
            .map(|n| {
                fake.add_job(if n % 10 == 0 {
                    done().failing()
                } else {
                    done()
                })
            })
            .collect();
        let list = file(&format!("wait-killed-{seed}.txt"), ids.join("\n"));
        let path = new_path(&format!("wait-killed-{seed}.jsonl"));
        let args = ["wait", "--json", "--tickets", &path, "--ids-file", &list];
        let mut printed: HashMap<String, usize> = HashMap::new();
        let mut kills = 0;
        for moment in moments(seed) {
            assert!(kills < 200, "it does not end");
            let (code, said) = stopped_after(moment, program_for(&fake, &args), |child| {
                // It may have ended already.
                let _ = child.kill();
            });
            for line in said.stdout.lines() {
                let value: Value = serde_json::from_str(line).unwrap();
                *printed
                    .entry(value["id"].as_str().unwrap().to_owned())
                    .or_default() += 1;
            }
            match code {
                None => kills += 1,
                Some(3) => break,
                Some(code) => panic!("{code}: {}", said.stderr),
            }
        }
        assert!(kills > 0);
        assert_eq!(printed.len(), JOBS);
        // A kill between printing and recording a job has it printed again: better than never.
        let twice = printed.values().filter(|times| **times > 1).count();
        assert!(
            twice <= kills,
            "{twice} of {JOBS} were printed again after {kills} kills"
        );
        assert!(printed.values().all(|times| *times <= 2));
    }
}

#[test]
fn a_late_job_is_waited_for_again_and_a_missing_one_is_not() {
    let fake = FakeAkool::start().unwrap();
    let late = fake.add_job(endless());
    let path = new_path("wait-missing.jsonl");
    let args = [
        "--json",
        "--tickets",
        &path,
        "--timeout",
        "1s",
        &late,
        "667d228400000000000a0001",
    ];
    let said = wait(&fake, &args);
    assert_code(&said, 4);
    assert_eq!(json_lines(&said).len(), 2);

    // As if ten minutes had passed.
    let mut text = String::new();
    for line in fs::read_to_string(&path).unwrap().lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        for time in ["begun", "changed", "missing_since"] {
            if let Some(at) = line.pointer_mut(&format!("/waiting/{time}_unix_ms"))
                && let Some(millis) = at.as_i64()
            {
                *at = (millis - 600_000).into();
            }
        }
        text.push_str(&line.to_string());
        text.push('\n');
    }
    fs::write(&path, text).unwrap();
    fake.set_state(&late, akool_faceswap_mock::JobState::Success)
        .unwrap();
    let said = wait(&fake, &args);
    assert_code(&said, 3);
    let lines = json_lines(&said);
    assert_eq!(lines.len(), 2);
    let missing = lines
        .iter()
        .find(|line| line["outcome"] == "missing")
        .unwrap();
    assert_eq!(missing["error"]["kind"], "missing");
    assert_says(
        missing["error"]["message"].as_str().unwrap(),
        "has not known this job for 10m",
    );
    assert_code(&wait(&fake, &args), 3);
}

#[test]
fn ids_are_added_to_those_of_the_file() {
    let fake = FakeAkool::start().unwrap();
    let ids = [done(), done(), done()].map(|job| fake.add_job(job));
    let path = new_path("wait-added.jsonl");
    let said = wait(&fake, &["--tickets", &path, &ids[0]]);
    assert_code(&said, 0);
    let said = wait(&fake, &["--tickets", &path, &ids.join(",")]);
    assert_code(&said, 0);
    assert_eq!(said.stdout.lines().count(), 2);
    assert_says(
        &said.stderr,
        "3 jobs: 3 success (1 of them settled in earlier runs)\n",
    );
}

#[test]
fn a_file_that_cannot_hold_tickets_is_refused_before_any_request() {
    let fake = FakeAkool::start().unwrap();
    let other = file("wait-other.txt", "667d228400000000000a0001\n");
    let said = wait(&fake, &["--tickets", &other, "a1"]);
    assert_code(&said, 2);
    assert_says(&said.stderr, "it is not a tickets file");
    assert_eq!(
        fs::read_to_string(&other).unwrap(),
        "667d228400000000000a0001\n"
    );
    assert_code(
        &wait(&fake, &["--tickets", "/no/such/dir/tickets", "a1"]),
        1,
    );
    let none = new_path("wait-none.jsonl");
    let said = wait(&fake, &["--tickets", &none]);
    assert_code(&said, 2);
    assert_says(&said.stderr, "no ids were given");
    assert_eq!(fake.request_count(), 0);
}

#[test]
fn two_runs_do_not_share_a_file() {
    let fake = FakeAkool::start().unwrap();
    let ids = [done(), endless()].map(|job| fake.add_job(job)).join(",");
    let path = new_path("wait-shared.jsonl");
    let args = ["wait", "--tickets", &path, &ids];
    let (_, _) = stopped_after(1, program_for(&fake, &args), |child| {
        let said = wait(&fake, &args[1..]);
        assert_code(&said, 2);
        assert_says(&said.stderr, "another run uses ");
        child.kill().unwrap();
    });
}
