//! `wait --download`: results on the disk, through errors and interruptions.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use akool_faceswap_mock::{FakeAkool, FakeJob, FaultRule};

use super::json_lines;
use crate::program::{assert_code, assert_says, file, new_dir, new_path, program_for, run, wait};

/// A job with a file on the fake itself.
fn image() -> FakeJob {
    FakeJob::image().after_polls(0, 0)
}

fn names(dir: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn each_result_is_saved_under_its_id() {
    let fake = FakeAkool::start().unwrap();
    let ids = [
        fake.add_job(image()),
        fake.add_job(FakeJob::video().after_polls(0, 0)),
        fake.add_job(image().failing()),
    ];
    let dir = new_dir("download-each");
    let said = wait(&fake, &["--download", &dir, &ids.join(",")]);
    assert_code(&said, 3);
    assert_says(&said.stderr, &format!("2 files in {dir} ("));
    let mut expected = [format!("{}.png", ids[0]), format!("{}.mp4", ids[1])];
    expected.sort();
    assert_eq!(names(&dir), expected);
    for name in names(&dir) {
        let id = name.split('.').next().unwrap();
        assert_eq!(
            fs::read(Path::new(&dir).join(&name)).unwrap(),
            fake.file(id).unwrap()
        );
    }
    fake.assert_no_credentials_on_files();
    let downloads = fake.download_count();
    assert_code(&wait(&fake, &["--download", &dir, &ids[0]]), 0);
    assert_eq!(
        fake.download_count(),
        downloads,
        "a file that exists is not fetched again"
    );
}

#[test]
fn every_format_names_the_saved_file() {
    let fake = FakeAkool::start().unwrap();
    let ids = [image(), old_image(), image().failing()].map(|job| fake.add_job(job));
    let fault = format!("404:files:id={}", ids[1]);
    fake.push_answer(fault.parse::<FaultRule>().unwrap());
    let dir = new_dir("download-named");
    let path = format!("{dir}/{}.png", ids[0]);
    let list = ids.join(",");
    let said = wait(&fake, &["--download", &dir, "--json", &list]);
    assert_code(&said, 3);
    let lines = json_lines(&said);
    let of_id = |id: &String| lines.iter().find(|line| line["id"] == **id).unwrap();
    assert_eq!(of_id(&ids[0])["file"], *path);
    assert_eq!(of_id(&ids[0])["error"], serde_json::Value::Null);
    assert_eq!(of_id(&ids[1])["file"], serde_json::Value::Null);
    assert_eq!(of_id(&ids[1])["status"], "success");
    assert_eq!(of_id(&ids[1])["error"]["kind"], "expired");
    assert_eq!(of_id(&ids[2])["error"]["kind"], "job_failed");

    let said = wait(&fake, &["--download", &dir, "-o", "csv", &list]);
    assert_code(&said, 3);
    let rows: Vec<&str> = said.stdout.split("\r\n").collect();
    assert!(rows[0].ends_with(",error_message,waited_seconds,file"));
    assert_eq!(rows.len(), 5);
    let saved = rows.iter().find(|row| row.starts_with(&*ids[0])).unwrap();
    assert!(saved.ends_with(&format!(",{path}")), "{saved}");

    let said = wait(&fake, &["--download", &dir, &list]);
    let saved = said.stdout.lines().find(|line| line.starts_with(&*ids[0]));
    assert!(saved.unwrap().ends_with(&format!("  {path}")), "{said:#?}");
    // Without a file the line has the URL.
    let unsaved = said.stdout.lines().find(|line| line.starts_with(&*ids[1]));
    assert_says(unsaved.unwrap(), "  http://");
}

/// Of a job that is too old for a late file: HTTP 404 is final.
fn old_image() -> FakeJob {
    image().created_at(SystemTime::now() - Duration::from_secs(4 * 3600))
}

#[test]
fn a_result_that_cannot_be_saved_is_3_and_the_others_are_saved() {
    let fake = FakeAkool::start().unwrap();
    let ids: Vec<String> = (0..5).map(|_| fake.add_job(old_image())).collect();
    fake.push_answer("404:files:1x".parse::<FaultRule>().unwrap());
    let dir = new_dir("download-some");
    let path = new_path("download-some.jsonl");
    let list = ids.join(",");
    let args = ["--download", &dir, "--tickets", &path, &list];
    let said = wait(&fake, &args);
    assert_code(&said, 3);
    assert_says(&said.stderr, "not saved: ");
    assert_says(&said.stderr, "; 1 result not saved\n");
    assert_says(&said.stderr, "5 jobs: 5 success\n");
    assert_eq!(names(&dir).len(), 4);
    assert!(!said.stderr.contains("http://"), "{}", said.stderr);

    // The same command fetches what is not on the disk, and nothing else.
    let downloads = fake.download_count();
    let said = wait(&fake, &args);
    assert_code(&said, 0);
    assert_eq!(said.stdout, "");
    assert_says(&said.stderr, "5 files in ");
    assert_eq!(fake.download_count(), downloads + 1);
    assert_eq!(names(&dir).len(), 5);

    let requests = fake.request_count();
    assert_code(&wait(&fake, &args), 0);
    assert_eq!(fake.request_count(), requests);
    fs::remove_file(Path::new(&dir).join(format!("{}.png", ids[2]))).unwrap();
    assert_code(&wait(&fake, &args), 0);
    assert_eq!(names(&dir).len(), 5);
}

/// `command` with files limited to a few KiB, like a full disk.
#[cfg(unix)]
fn on_a_full_disk(command: &Command) -> Command {
    let mut full = Command::new("sh");
    full.args(["-c", r#"trap "" XFSZ; ulimit -f 16; exec "$@""#, "sh"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => full.env(name, value),
            None => full.env_remove(name),
        };
    }
    full
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_reported_and_costs_no_other_result() {
    let fake = FakeAkool::start().unwrap();
    let film = fake.add_job(FakeJob::video().after_polls(0, 0));
    let picture = fake.add_job(image());
    let dir = new_dir("download-full");
    let list = format!("{film},{picture}");
    let command = program_for(&fake, &["wait", "--download", &dir, &list]);
    let said = run(on_a_full_disk(&command));
    assert_code(&said, 3);
    assert_says(&said.stderr, &format!("not saved: {film}: "));
    assert_says(&said.stderr, ".part could not be written: ");
    assert_says(
        &said.stderr,
        "check the path, its permissions and the free space",
    );
    assert_says(&said.stderr, "2 jobs: 2 success\n");
    assert!(names(&dir).contains(&format!("{picture}.png")));
    assert!(!names(&dir).contains(&format!("{film}.mp4")));

    // With free space it resumes.
    assert_code(&run(command), 0);
    assert_eq!(names(&dir).len(), 2);
    let saved = fs::read(Path::new(&dir).join(format!("{film}.mp4"))).unwrap();
    assert_eq!(saved, fake.file(&film).unwrap());
    let ranges = fake.downloads();
    let ranges = ranges.iter().filter(|download| {
        let mut names = download.header_names().iter();
        names.any(|name| name == "range")
    });
    assert_eq!(ranges.count(), 1);
}

#[test]
fn a_saved_result_counts_and_a_deleted_one_is_reported() {
    let fake = FakeAkool::start().unwrap();
    let ids = [old_image(), old_image()].map(|job| fake.add_job(job));
    fake.push_answer("404:files:1x".parse::<FaultRule>().unwrap());
    let dir = new_dir("download-gone");
    let path = new_path("download-gone.jsonl");
    let list = ids.join(",");
    let args = ["--download", &dir, "--tickets", &path, &list];
    assert_code(&wait(&fake, &args), 3);
    for id in &ids {
        fake.remove_job(id).unwrap();
    }
    let said = wait(&fake, &args);
    assert_code(&said, 3);
    assert_eq!(
        said.stderr.matches("AKOOL no longer knows the job").count(),
        1,
        "{said:#?}"
    );
    assert_says(&said.stderr, "1 file in ");
}

#[cfg(unix)]
#[test]
fn a_download_that_ctrl_c_interrupts_is_resumed() {
    use super::tickets::stopped_after;
    use crate::program::press_ctrl_c;

    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(image());
    fake.push_answer("latency=60s:files:1x".parse::<FaultRule>().unwrap());
    let dir = new_dir("download-ctrl-c");
    let args = ["wait", "--download", &dir, &id];
    let (_, said) = stopped_after(0, program_for(&fake, &args), |child| {
        while fake.download_count() == 0 {
            std::thread::yield_now();
        }
        press_ctrl_c(child);
    });
    assert_code(&said, 130);
    let help = format!("help: resume with: akool-faceswap wait --download {dir} {id}\n");
    assert!(said.stderr.ends_with(&help), "{said:#?}");
    // Without its file the job was neither printed nor recorded.
    assert_eq!(said.stdout, "");
    fake.clear_answers();
    assert_code(&wait(&fake, &args[1..]), 0);
    assert_eq!(names(&dir), [format!("{id}.png")]);
}

#[test]
fn a_file_in_place_of_the_directory_is_refused_before_any_request() {
    let fake = FakeAkool::start().unwrap();
    let taken = file("download-file", "");
    let said = wait(&fake, &["--download", &taken, "a1"]);
    assert_code(&said, 2);
    assert_says(&said.stderr, "cannot create the directory ");
    assert_eq!(fake.request_count(), 0);
}

#[test]
fn a_saved_result_counts_when_akool_has_forgotten_the_job() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(image());
    let work = new_dir("download-forgotten");
    fs::create_dir(&work).unwrap();
    let run_in = |dir: &str| {
        let args = ["wait", "--tickets", "t.jsonl", "--download", dir, &id];
        let mut command = program_for(&fake, &args);
        command.current_dir(&work);
        run(command)
    };
    assert_code(&run_in("results"), 0);
    fake.remove_job(&id).unwrap();
    for dir in ["results", "./results", &format!("{work}/results")] {
        let said = run_in(dir);
        assert_code(&said, 0);
        assert_says(&said.stderr, &format!("1 file in {dir}"));
    }

    // As left by a run that was killed before it recorded the file.
    let tickets = Path::new(&work).join("t.jsonl");
    let text = fs::read_to_string(&tickets).unwrap();
    let noted = |line: &&str| !line.starts_with("{\"saved\":");
    let text: Vec<&str> = text.lines().filter(noted).collect();
    fs::write(&tickets, text.join("\n") + "\n").unwrap();
    assert_code(&run_in("results"), 0);
    let said = run_in("elsewhere");
    assert_code(&said, 3);
    assert_says(&said.stderr, "AKOOL no longer knows the job");
}
