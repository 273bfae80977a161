//! Every way to give ids, and what is refused before any request.

use std::fs;

use akool_faceswap_mock::{FakeAkool, FakeJob};

use crate::program::{assert_code, assert_says, file, program_for, results, results_of_input, run};

const JOB_ID: &str = "20240627082748003-5746";

/// A fake with four settled jobs.
fn fake() -> (FakeAkool, Vec<String>) {
    let fake = FakeAkool::start().unwrap();
    let ids = (0..4)
        .map(|_| fake.add_job(FakeJob::image().after_polls(0, 0)))
        .collect();
    (fake, ids)
}

/// The ids of the first request, as received.
fn asked(fake: &FakeAkool) -> Vec<String> {
    fake.requests()[0].ids().to_vec()
}

#[test]
fn arguments_lists_file_and_standard_input_come_together_in_order() {
    let (fake, ids) = fake();
    let list = format!("{},{}", ids[3], ids[1]);
    let path = file(
        "together.txt",
        format!("# the last\n\n{} {}\n", ids[0], ids[1]),
    );
    let said = results_of_input(&fake, &[&list, "-", "--ids-file", &path], &ids[2]);
    assert_code(&said, 0);
    assert_eq!(asked(&fake), [&*ids[3], &ids[1], &ids[2], &ids[0]]);
    assert_says(&said.stderr, "4 ids: 4 found (4 success)");
}

#[test]
fn a_dash_as_file_is_standard_input() {
    let (fake, ids) = fake();
    let said = results_of_input(&fake, &["--ids-file", "-"], &ids.join("\r\n"));
    assert_code(&said, 0);
    assert_eq!(asked(&fake), ids);
}

#[test]
fn every_bad_id_is_named_before_any_request() {
    let (fake, ids) = fake();
    let too_long = "a".repeat(300);
    let path = file("bad.txt", format!("{}\n{too_long}\n{JOB_ID}\n", ids[0]));
    let said = results(&fake, &[JOB_ID, &ids[1], "--ids-file", &path]);
    assert_code(&said, 2);
    assert_says(&said.stderr, &format!("error: \"{JOB_ID}\" is a job_id"));
    assert_says(&said.stderr, "bad.txt:2: the id \"aaa");
    assert_says(
        &said.stderr,
        &format!("bad.txt:3: \"{JOB_ID}\" is a job_id"),
    );
    assert_says(&said.stderr, "`_id`");
    assert_says(&said.stderr, "help: correct or remove 3 of 5 ids");
    assert_eq!(said.stdout, "");
    assert_eq!(fake.request_count(), 0);
}

#[test]
fn no_id_at_all_is_bad_usage() {
    let (fake, _) = fake();
    let empty = file("empty.txt", "# nothing today\n\n");
    for args in [&[][..], &[""], &[",,"], &["--ids-file", &empty], &["-"]] {
        let said = results(&fake, args);
        assert_code(&said, 2);
        assert_eq!(said.stdout, "", "{args:?}");
        assert_says(&said.stderr, "error: ");
    }
    assert_eq!(fake.request_count(), 0);
}

#[test]
fn a_file_that_cannot_be_a_list_is_bad_usage() {
    let (fake, _) = fake();
    let binary = file("binary.txt", b"667d228400000000000a0001\n\xff\xfe\x00");
    let large = file("large.txt", "a1\n".repeat(1_500_000));
    for (path, what) in [
        ("no/such/file", "cannot read ids from no/such/file: "),
        (&binary, "line 2 is not UTF-8 text"),
        (&large, "more than 4 MiB"),
    ] {
        let said = results(&fake, &["--ids-file", path]);
        assert_code(&said, 2);
        assert_says(&said.stderr, what);
        assert_says(&said.stderr, "\nhelp: give a text file");
    }
    assert_eq!(fake.request_count(), 0);
}

#[test]
fn many_ids_go_out_in_few_requests_and_come_back_in_order() {
    let fake = FakeAkool::start().unwrap();
    let ids = fake.seed_population(250);
    let path = file("many.txt", ids.join("\n"));
    let said = results(&fake, &["--json", "--ids-file", &path]);
    assert_code(&said, 0);
    assert_eq!(fake.request_count(), 3);
    fake.assert_max_ids_per_request(100);
    let shown: Vec<String> = said
        .stdout
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(shown, ids);
}

#[test]
fn whatever_the_command_prints_is_a_list_of_ids() {
    let (fake, ids) = fake();
    let list = ids.join(",");
    let dir = tempfile::tempdir().unwrap();
    let tickets = dir.path().join("t.jsonl");
    let mut command = program_for(
        &fake,
        &["wait", "--tickets", tickets.to_str().unwrap(), &list],
    );
    command.arg("--json");
    let waited = run(command);
    assert_code(&waited, 0);
    let mut lists = vec![
        ("wait --json", waited.stdout),
        ("--tickets", fs::read_to_string(&tickets).unwrap()),
    ];
    for format in ["json", "csv", "table"] {
        let said = results(&fake, &["--output", format, &list]);
        lists.push((format, said.stdout));
    }
    let csv = lists.iter().find(|(format, _)| *format == "csv").unwrap();
    let rows = csv.1.lines().skip(1).collect::<Vec<_>>().join("\n");
    let twice = format!("{0}{0}", csv.1);
    lists.extend([("rows of csv", rows), ("csv twice", twice)]);
    for (format, list) in lists {
        let said = results_of_input(&fake, &["--json", "-"], &list);
        assert_code(&said, 0);
        let requests = fake.requests();
        let mut asked = requests.last().unwrap().ids().to_vec();
        asked.sort_unstable();
        let mut ids = ids.clone();
        ids.sort_unstable();
        assert_eq!(asked, ids, "{format}:\n{list}");
        assert!(!said.stderr.contains("warning"), "{}", said.stderr);
    }
}

#[test]
fn words_unlike_the_other_ids_cause_a_warning_and_are_looked_up() {
    let (fake, ids) = fake();
    let path = file(
        "odd.txt",
        format!("name result\n{}\n0x{}\n", ids[0], ids[1]),
    );
    let said = results(&fake, &["--ids-file", &path]);
    assert_code(&said, 3);
    for (line, word) in [(1, "name"), (1, "result"), (3, &*format!("0x{}", ids[1]))] {
        assert_says(
            &said.stderr,
            &format!("odd.txt:{line}: {word:?} is unlike the other ids"),
        );
    }
    assert_eq!(asked(&fake).len(), 4);
}

#[test]
fn marks_and_unclear_objects_are_refused_before_any_request() {
    let (fake, ids) = fake();
    for (text, expected) in [
        (
            format!("{}\n-- the rest\n", ids[0]),
            ":2: \"--\" has neither letter nor digit",
        ),
        (
            format!("[\"{}\",\n \"{}\u{200b}\"]", ids[0], ids[1]),
            ":2: the id \"6",
        ),
        (
            format!("{{\"id\": \"{}\"}}\n{{\"n\": 1}}", ids[0]),
            ":2: the object has neither _id nor id",
        ),
    ] {
        let path = file("unclear.txt", text);
        let said = results(&fake, &["--ids-file", &path]);
        assert_code(&said, 2);
        assert_says(&said.stderr, &format!("unclear.txt{expected}"));
    }
    assert_eq!(fake.request_count(), 0);
}
