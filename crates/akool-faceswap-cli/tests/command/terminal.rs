//! What differs between a terminal and a file: colours and the length of lines.

use akool_faceswap_mock::{FakeAkool, FakeJob};

use crate::program::{assert_code, program_for, results, run};

const ESCAPE: char = '\u{1b}';

fn fake() -> (FakeAkool, String) {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(
        FakeJob::image()
            .after_polls(0, 0)
            .with_url("https://cdn.example/a.jpeg"),
    );
    (fake, id)
}

#[test]
fn a_file_has_no_colours_unless_they_are_asked_for() {
    let (fake, id) = fake();
    let plain = results(&fake, &[&id, "unknown"]);
    assert_code(&plain, 3);
    assert!(!plain.stdout.contains(ESCAPE), "{:?}", plain.stdout);
    assert!(!plain.stderr.contains(ESCAPE), "{:?}", plain.stderr);

    let coloured = results(&fake, &[&id, "unknown", "--color", "always"]);
    assert!(
        coloured.stdout.contains("\u{1b}[32msuccess\u{1b}[0m"),
        "{:?}",
        coloured.stdout
    );
    assert!(
        coloured.stderr.contains("\u{1b}[33mmissing:\u{1b}[0m"),
        "{:?}",
        coloured.stderr
    );
    let stripped = anstream::adapter::strip_str(&coloured.stdout).to_string();
    assert_eq!(stripped, plain.stdout);
}

#[test]
fn an_argument_overrides_the_environment_about_colours() {
    let (fake, id) = fake();
    for (name, args, coloured) in [
        ("CLICOLOR_FORCE", &[][..], true),
        ("CLICOLOR_FORCE", &["--color", "never"], false),
        ("NO_COLOR", &["--color=auto"], false),
        ("NO_COLOR", &["--color", "always"], true),
    ] {
        let mut command = program_for(&fake, &[&["results", &id], args].concat());
        command.env(name, "1");
        let said = run(command);
        assert_code(&said, 0);
        assert_eq!(
            said.stdout.contains(ESCAPE),
            coloured,
            "{name} {args:?}: {:?}",
            said.stdout
        );
    }
}

#[test]
fn machines_get_no_colours_at_all() {
    let (fake, id) = fake();
    for format in ["--json", "--csv"] {
        let said = results(&fake, &[&id, format, "--color", "always"]);
        assert_code(&said, 0);
        assert!(!said.stdout.contains(ESCAPE), "{:?}", said.stdout);
    }
}

#[cfg(unix)]
#[test]
fn the_name_of_a_file_does_not_control_the_terminal() {
    let (fake, id) = fake();
    let name = "no\u{1b}[2Jsuch\u{202e}file\u{9b}1m";
    for args in [
        &["results", "--ids-file", name][..],
        &["results", &id, "--api-key-file", name],
        &["wait", &id, "--tickets", &format!("{name}/x")],
        &["doctor", "--api-key-file", name, "--color", "always"],
    ] {
        let said = run(program_for(&fake, args));
        let shown = said.stdout + &said.stderr;
        assert!(
            shown.contains("no\u{fffd}[2Jsuch\u{fffd}file\u{fffd}1m"),
            "{shown}"
        );
        assert!(!shown.contains(['\u{202e}', '\u{9b}']), "{shown}");
    }
}

#[cfg(unix)]
mod pty {
    use std::{
        fs::{File, OpenOptions},
        io::{self, Read as _},
        process::Command,
    };

    use rustix::{
        pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
        termios::{Winsize, tcsetwinsize},
    };

    use akool_faceswap_mock::FakeJob;

    use super::{ESCAPE, assert_code, fake};
    use crate::program::{Said, assert_says, program_for};

    /// Runs `command` with a terminal of `columns` as its standard output and error.
    fn run_on_terminal(mut command: Command, columns: u16) -> Said {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap();
        let terminal = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path.to_str().unwrap())
            .unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&terminal, size).unwrap();
        if command
            .get_envs()
            .all(|(name, value)| name != "TERM" || value.is_none())
        {
            command.env("TERM", "xterm-256color");
        }
        command
            .stdout(terminal.try_clone().unwrap())
            .stderr(terminal);
        let mut child = command.spawn().unwrap();
        // The command holds further ends of the terminal, which would keep it open.
        drop(command);
        let mut shown = Vec::new();
        let mut master = File::from(master);
        let mut piece = [0; 4096];
        loop {
            match master.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => shown.extend_from_slice(&piece[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Linux reports it when nobody has the terminal open any more.
                Err(_) => break,
            }
        }
        Said {
            code: child.wait().unwrap().code().unwrap(),
            stdout: String::from_utf8(shown).unwrap().replace("\r\n", "\n"),
            stderr: String::new(),
        }
    }

    #[test]
    fn a_terminal_has_colours_unless_they_are_disabled() {
        let (fake, id) = fake();
        let said = run_on_terminal(program_for(&fake, &["results", &id]), 200);
        assert_code(&said, 0);
        assert!(
            said.stdout.contains("\u{1b}[32msuccess\u{1b}[0m"),
            "{:?}",
            said.stdout
        );

        let mut command = program_for(&fake, &["results", &id]);
        command.env("NO_COLOR", "1");
        let said = run_on_terminal(command, 200);
        assert_code(&said, 0);
        assert!(!said.stdout.contains(ESCAPE), "{:?}", said.stdout);
    }

    #[test]
    fn a_row_is_split_into_lines_on_a_narrow_terminal() {
        let (fake, id) = fake();
        let url = "https://cdn.example/a.jpeg";
        for (columns, expected) in [
            (
                200,
                vec![format!("{id}  success  just now  in 6 d 23 h  {url}")],
            ),
            (
                80,
                vec![
                    format!("{id}  success  just now  in 6 d 23 h"),
                    format!("  {url}"),
                ],
            ),
            (
                40,
                vec![
                    format!("{id}  success"),
                    "  created just now".into(),
                    "  expires in 6 d 23 h".into(),
                    format!("  {url}"),
                ],
            ),
        ] {
            let args = ["results", &id, "--color", "never"];
            let said = run_on_terminal(program_for(&fake, &args), columns);
            assert_code(&said, 0);
            let lines: Vec<&str> = said.stdout.lines().collect();
            let (counts, rows) = lines.split_last().unwrap();
            assert_eq!(rows[1..], expected, "{columns}");
            assert_eq!(*counts, "1 id: 1 found (1 success)");
        }
    }

    /// Asserts that a terminal of this width breaks no word that fits into a line.
    #[track_caller]
    fn assert_fits(said: &Said, columns: usize) {
        let shown = anstream::adapter::strip_str(&said.stdout).to_string();
        for line in shown.split(['\n', '\r']) {
            let line: Vec<char> = line.chars().collect();
            for end in (columns..line.len()).step_by(columns) {
                let is_broken = line[end - 1] != ' ' && line[end] != ' ';
                let line: String = line.iter().collect();
                let is_word = line.split_whitespace().count() == 1;
                assert!(!is_broken || is_word, "{line:?} in:\n{shown}");
            }
        }
    }

    #[test]
    fn no_word_is_broken_at_60_columns() {
        let (fake, id) = fake();
        let failing = fake.add_job(FakeJob::image().after_polls(0, 0).failing());
        let endless = fake.add_job(FakeJob::video().after_polls(u32::MAX, 0));
        let list = [&*id, &failing, &endless, "unknown"].join(",");
        for (args, code) in [
            (&["doctor"][..], 0),
            (&["results", &list], 3),
            (&["wait", "--timeout", "1s", &list], 4),
            (&["results", "--base-url", "ftp://x", &list], 2),
            (&["results", "20240627082748003-5746"], 2),
        ] {
            let said = run_on_terminal(program_for(&fake, args), 60);
            assert_code(&said, code);
            assert_fits(&said, 60);
        }
        for args in [&["--help"][..], &["wait", "--help"], &["help", "fake"]] {
            assert_fits(&run_on_terminal(program_for(&fake, args), 60), 60);
        }
    }

    #[test]
    fn a_wait_has_bars_below_its_lines_and_leaves_only_the_lines() {
        let (fake, id) = fake();
        let endless = fake.add_job(FakeJob::video().after_polls(u32::MAX, 0));
        let args = ["wait", &id, &endless, "--timeout", "1s"];
        let said = run_on_terminal(program_for(&fake, &args), 120);
        assert_code(&said, 4);
        let shown = said.stdout;
        assert_says(&shown, "1 of 2 settled");
        assert_says(&shown, "1 in queue");
        assert_says(&shown, &format!("oldest {endless}, waited "));
        assert_says(&shown, "next lookup in ");
        assert_says(&shown, "[====================>");
        assert!(!shown.contains("waiting for 2 jobs"), "{shown:?}");
        // What is on the screen in the end, after the bars were removed.
        let (_, last) = shown.rsplit_once("next lookup in ").unwrap();
        let last = anstream::adapter::strip_str(last).to_string();
        assert_says(&shown, &format!("{id}  \u{1b}[32msuccess\u{1b}[0m"));
        assert_says(&last, "2 jobs: 1 success, 1 not settled in time\n");

        // A terminal without cursor movements gets lines.
        let mut command = program_for(&fake, &args);
        command.env("TERM", "dumb");
        let said = run_on_terminal(command, 120);
        assert_says(&said.stdout, "waiting for 2 jobs, 1s at most");
        assert!(!said.stdout.contains("[="), "{:?}", said.stdout);
    }
}
