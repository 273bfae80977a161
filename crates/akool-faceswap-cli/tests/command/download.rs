//! `download`: results of finished jobs on the disk, without waiting.

use std::{fs, path::Path, time::Duration};

use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, FaultRule};
use serde_json::Value;

use crate::program::{
    Said, assert_code, assert_says, file, key_file, new_dir, program_for, run, unread,
};

fn download(fake: &FakeAkool, args: &[&str]) -> Said {
    run(program_for(fake, &[&["download"], args].concat()))
}

fn image() -> FakeJob {
    FakeJob::image().after_polls(0, 0)
}

fn lines(said: &Said) -> Vec<Value> {
    let lines = said.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn of_id<'a>(lines: &'a [Value], id: &str) -> &'a Value {
    lines.iter().find(|line| line["id"] == id).unwrap()
}

#[test]
fn all_saved_is_0_and_names_the_files() {
    let fake = FakeAkool::start().unwrap();
    let ids = [fake.add_job(image()), fake.add_job(image())];
    let dir = new_dir("download-all");
    let list = ids.join(",");
    let said = download(&fake, &["--to", &dir, &list]);
    assert_code(&said, 0);
    for id in &ids {
        let path = Path::new(&dir).join(format!("{id}.png"));
        assert_eq!(fs::read(&path).unwrap(), fake.file(id).unwrap());
        let line = said.stdout.lines().find(|line| line.starts_with(&**id));
        let expected = format!("{id}  success     {}", path.display());
        assert_eq!(line, Some(&*expected));
    }
    assert_says(&said.stderr, &format!("2 files in {dir} ("));
    assert!(!said.stdout.contains("http"), "{}", said.stdout);
    assert_eq!(fake.request_count(), 1, "it does not wait");
    fake.assert_no_credentials_on_files();

    let downloads = fake.download_count();
    let said = download(&fake, &["--to", &dir, "--json", &list]);
    assert_code(&said, 0);
    assert_eq!(lines(&said).len(), 2);
    for (line, id) in lines(&said).iter().map(|line| (line, &line["id"])) {
        let path = Path::new(&dir).join(format!("{}.png", id.as_str().unwrap()));
        assert_eq!(line["file"], path.to_str().unwrap());
        assert_eq!(line["outcome"], "found");
        assert_eq!(line["error"], Value::Null);
        assert!(line.get("waited_seconds").is_none(), "{line}");
    }
    assert_eq!(
        fake.download_count(),
        downloads,
        "files that exist are kept"
    );
}

#[test]
fn an_unsaved_result_is_3_with_the_reason() {
    let fake = FakeAkool::start().unwrap();
    let old = image().created_at(std::time::SystemTime::now() - Duration::from_secs(4 * 3600));
    let [saved, failed, running, gone] = [
        image(),
        image().failing(),
        FakeJob::video().after_polls(u32::MAX, 0),
        old,
    ]
    .map(|job| fake.add_job(job));
    let fault = format!("404:files:id={gone}");
    fake.push_answer(fault.parse::<FaultRule>().unwrap());
    let dir = new_dir("download-some-of");
    let list = [&*saved, &failed, &running, &gone, "unknown"].join(",");
    let said = download(&fake, &["--to", &dir, "-o", "json", &list]);
    assert_code(&said, 3);
    let lines = lines(&said);
    assert_eq!(lines.len(), 5);
    assert!(of_id(&lines, &saved)["file"].is_string());
    for (id, outcome, status) in [
        (&*failed, "found", Some("failed")),
        (&running, "found", Some("in_queue")),
        (&gone, "found", Some("success")),
        ("unknown", "missing", None),
    ] {
        let line = of_id(&lines, id);
        assert_eq!(line["file"], Value::Null, "{line}");
        assert_eq!(line["outcome"], outcome, "{line}");
        assert_eq!(line["status"].as_str(), status, "{line}");
    }
    assert_eq!(of_id(&lines, &gone)["error"]["kind"], "expired");
    assert_says(&said.stderr, &format!("not saved: {gone}: "));
    assert_says(&said.stderr, "1 file in ");

    let said = download(&fake, &["--to", &dir, &list]);
    assert_code(&said, 3);
    for (id, words) in [
        (&failed, "  failed  "),
        (
            &running,
            "  in queue    not finished; use `wait --download`",
        ),
    ] {
        let line = said.stdout.lines().find(|line| line.starts_with(&**id));
        assert_says(line.unwrap(), words);
    }
}

#[test]
fn csv_has_a_header_and_the_name_of_the_file() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(image());
    let dir = new_dir("download-csv");
    let said = download(&fake, &["--to", &dir, "--csv", &id]);
    assert_code(&said, 0);
    let rows: Vec<&str> = said.stdout.split("\r\n").collect();
    assert!(rows[0].starts_with("id,outcome,") && rows[0].ends_with(",error_message,file"));
    assert!(rows[1].starts_with(&format!("{id},found,success,3,")));
    assert!(
        rows[1].ends_with(&format!(",{dir}/{id}.png")),
        "{}",
        rows[1]
    );
    assert_eq!(rows[2..], [""]);
}

#[test]
fn a_failed_lookup_is_1_and_a_line_for_every_id() {
    let fake = FakeAkool::start().unwrap();
    let key = key_file("download-wrong-key.txt", "PLANTED-key");
    let dir = new_dir("download-none");
    let args = ["--to", &dir, "--json", "b2,a1", "--api-key-file", &key];
    let said = download(&fake, &args);
    assert_code(&said, 1);
    assert_eq!(lines(&said).len(), 2);
    assert_eq!(lines(&said)[0]["error"]["code"], 1101);
    assert_says(&said.stderr, "error: 2 ids could not be looked up: ");
    assert!(!said.stderr.contains("PLANTED"), "{said:#?}");
}

#[test]
fn usage_is_2_before_any_request() {
    let fake = FakeAkool::start().unwrap();
    let taken = file("download-to-file", "");
    for args in [
        &[][..],
        &["20240627082748003-5746"],
        &["--to", &taken, "a1"],
    ] {
        assert_code(&download(&fake, args), 2);
    }
    assert_eq!(fake.request_count(), 0);
}

#[test]
fn a_result_of_an_earlier_run_counts_when_akool_has_forgotten_the_job() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(image());
    let dir = new_dir("download-earlier");
    assert_code(&download(&fake, &["--to", &dir, &id]), 0);
    fake.remove_job(&id).unwrap();
    let said = download(&fake, &["--to", &dir, "--json", &id]);
    assert_code(&said, 0);
    assert_says(lines(&said)[0]["file"].as_str().unwrap(), &id);
    assert_eq!(lines(&said)[0]["outcome"], "missing");
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_130_and_the_same_command_resumes() {
    use crate::program::{end_of, press_ctrl_c, spawn};

    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(image());
    fake.push_answer("latency=60s:files:1x".parse::<FaultRule>().unwrap());
    let dir = new_dir("download-interrupted");
    let mut child = spawn(program_for(&fake, &["download", "--to", &dir, &id]));
    while fake.download_count() == 0 {
        std::thread::yield_now();
    }
    press_ctrl_c(&mut child);
    let (code, stderr) = end_of(child);
    assert_eq!(code, Some(130), "{stderr}");
    assert_says(&stderr, "help: run the same command again to resume\n");
    fake.clear_answers();
    assert_code(&download(&fake, &["--to", &dir, &id]), 0);
}

#[test]
fn a_reader_that_left_is_no_success() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(image());
    let dir = new_dir("download-unread");
    let (code, stderr) = unread(program_for(&fake, &["download", "--to", &dir, &id]));
    assert_eq!(code, Some(1), "{stderr}");
    assert!(!stderr.contains("error"), "{stderr}");
}

#[test]
fn errors_stay_when_progress_is_silenced() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(image());
    let dir = new_dir("download-quiet");
    let said = download(&fake, &["--quiet", "--to", &dir, &id]);
    assert_code(&said, 0);
    assert_eq!(said.stderr, "");
    fake.push_answer(Answer::business(1104).always());
    let said = download(&fake, &["-q", "--to", &dir, &id]);
    assert_code(&said, 1);
    assert!(said.stderr.starts_with("error: "), "{said:#?}");
}
