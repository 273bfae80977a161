use std::fs;

use proptest::prelude::*;

use super::*;

fn ticket(id: &str) -> Ticket {
    let text = format!(
        r#"{{"version":1,"id":"{id}","status":2,"begun_unix_ms":1719476868006,
            "changed_unix_ms":1719476869000,"missing_since_unix_ms":null,
            "deadline_unix_ms":1719487668006,"missing_grace_ms":120000,
            "schedule":{{"first_after_ms":0,"shortest_ms":2000,"growth_percent":10,
            "longest_ms":30000}},"polls":7}}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn settled(id: &str) -> Settled {
    Settled {
        id: ResultId::new(id).unwrap(),
        outcome: End::Failed,
    }
}

fn waiting_ids(file: &mut TicketFile) -> Vec<String> {
    file.take_waiting()
        .iter()
        .map(|ticket| ticket.id().to_string())
        .collect()
}

/// What a run leaves that has `a` and `b`, settles `a`, and is killed.
fn left_behind(path: &Path) -> Vec<u8> {
    let mut file = TicketFile::open(path).unwrap();
    file.rewrite(&[ticket("a"), ticket("b")]).unwrap();
    file.settle(settled("a")).unwrap();
    drop(file);
    fs::read(path).unwrap()
}

#[test]
fn settled_jobs_are_not_waited_for_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tickets");
    left_behind(&path);
    let mut file = TicketFile::open(&path).unwrap();
    assert_eq!(file.settled(), [settled("a")]);
    assert_eq!(waiting_ids(&mut file), ["b"]);
    file.rewrite(&[ticket("b")]).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.starts_with("{\"akool_faceswap_tickets\":{\"version\":1}}\n{\"waiting\":{"));
    assert!(text.ends_with("{\"settled\":{\"id\":\"a\",\"outcome\":\"failed\"}}\n"));
}

#[test]
fn two_runs_cannot_hold_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tickets");
    let first = TicketFile::open(&path).unwrap();
    let problem = TicketFile::open(&path).err().unwrap();
    assert!(problem.message().contains("another run"), "{problem:?}");
    drop(first);
    assert!(TicketFile::open(&path).is_ok());
}

#[test]
fn a_file_that_holds_something_else_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tickets");
    let later = r#"{"akool_faceswap_tickets":{"version":2}}"#.to_owned() + "\n{}\n";
    for (text, what) in [
        ("667d228400000000000a0001\n", "it is not a tickets file"),
        (
            "{\"settled\":{\"id\":\"a\",\"outcome\":\"failed\"}}\n",
            "it is not a tickets file",
        ),
        (&*later, "version 2"),
        (
            "{\"akool_faceswap_tickets\":{\"version\":1}}\n{\"x\":1}\n",
            "line 2: ",
        ),
    ] {
        fs::write(&path, text).unwrap();
        let problem = TicketFile::open(&path).err().unwrap();
        assert!(problem.message().contains(what), "{problem:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    fs::write(&path, "").unwrap();
    assert!(
        TicketFile::open(&path).is_ok(),
        "an empty file is a new one"
    );
}

#[test]
fn an_unwritable_place_is_reported_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let problem = TicketFile::open(&dir.path().join("none/tickets"))
        .err()
        .unwrap();
    assert!(problem.message().contains("cannot write"), "{problem:?}");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_the_mode_of_its_file_kept() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("store")).unwrap();
    let (link, path) = (dir.path().join("link"), dir.path().join("store/tickets"));
    symlink("store/tickets", &link).unwrap();
    left_behind(&link);
    assert!(link.is_symlink());
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600, "of a file that was not there");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
    left_behind(&link);
    assert_eq!(mode(), 0o664);
    let _held = TicketFile::open(&path).unwrap();
    let problem = TicketFile::open(&link).err().unwrap();
    assert!(problem.message().contains("another run"), "{problem:?}");
}

#[cfg(unix)]
#[test]
fn anything_but_an_ordinary_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("loop", dir.path().join("loop")).unwrap();
    let loops = dir.path().join("loop");
    for (path, what) in [
        (dir.path(), "is a directory"),
        (Path::new("/dev/null"), "is a device"),
        (&loops, "cannot write"),
    ] {
        let problem = TicketFile::open(path).err().unwrap();
        assert!(problem.message().contains(what), "{problem:?}");
    }
}

#[test]
fn leftovers_of_a_killed_run_are_removed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tickets");
    let leftover = dir.path().join("tickets.new");
    fs::write(&leftover, "half a li").unwrap();
    let opened = TicketFile::open(&path);
    assert!(opened.is_ok() && !leftover.exists());
    drop(opened);
    fs::write(&leftover, "half a li").unwrap();
    left_behind(&path);
    let mut names: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["tickets", "tickets.lock"]);
}

#[test]
fn additions_of_an_editor_are_ignored() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tickets");
    let text = [&b"\xef\xbb\xbf"[..], &left_behind(&path), b"\r\n\n"].concat();
    fs::write(&path, text).unwrap();
    let mut file = TicketFile::open(&path).unwrap();
    assert_eq!(waiting_ids(&mut file), ["b"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_system_without_locks_is_recognized() {
    for (code, expected) in [(38, true), (37, true), (95, true), (13, false), (28, false)] {
        let error = io::Error::from_raw_os_error(code);
        assert_eq!(place::has_no_locks(&error), expected, "{error}");
    }
}

/// A kill may cut the last line anywhere.
#[test]
fn a_file_cut_off_at_its_end_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tickets");
    let whole = left_behind(&path);
    let mut lines = whole.split_inclusive(|byte| *byte == b'\n');
    let last = lines.next_back().unwrap().len();
    for cut in 0..=last {
        fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        let mut file = TicketFile::open(&path).unwrap();
        let ids = waiting_ids(&mut file);
        let expected: &[&str] = if cut == 0 { &["b"] } else { &["a", "b"] };
        assert_eq!(ids, expected, "{cut} bytes cut off");
    }
}

proptest! {
    #[test]
    fn any_text_gives_tickets_or_a_refusal(text in any::<Vec<u8>>()) {
        let _ = parse(&text);
    }
}
