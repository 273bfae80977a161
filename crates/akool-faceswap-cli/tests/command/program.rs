//! Runs the program without the caller's settings, and captures its output.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use akool_faceswap_mock::FakeAkool;

/// The output of the program, and its exit code.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The variables that affect colours.
const COLOUR_VARIABLES: [&str; 5] = ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "TERM"];

/// The program without a key, a base URL, a proxy or settings of colours.
pub(crate) fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_akool-faceswap"));
    command.args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let upper = name.to_string_lossy().to_uppercase();
        if upper.starts_with("AKOOL_")
            || upper.ends_with("_PROXY")
            || COLOUR_VARIABLES.contains(&&*upper)
        {
            command.env_remove(name);
        }
    }
    command
}

/// The program with the key and the address of `fake`.
pub(crate) fn program_for(fake: &FakeAkool, args: &[&str]) -> Command {
    let mut command = program(args);
    command
        .env("AKOOL_API_KEY", fake.api_key())
        .env("AKOOL_API_HOST", fake.url());
    command
}

/// Starts `command` with both of its outputs captured.
pub(crate) fn spawn(mut command: Command) -> Child {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[cfg(unix)]
pub(crate) fn press_ctrl_c(child: &mut Child) {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
}

/// Reads standard error to its end, and waits: the exit code, if it was not killed.
pub(crate) fn end_of(mut child: Child) -> (Option<i32>, String) {
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    (child.wait().unwrap().code(), stderr)
}

/// Reads one line of what `command` writes and closes the pipe; its code and standard error.
pub(crate) fn left_after_a_line(command: Command) -> (Option<i32>, String) {
    let mut child = spawn(command);
    let mut first = String::new();
    let mut stdout = BufReader::with_capacity(64, child.stdout.take().unwrap());
    stdout.read_line(&mut first).unwrap();
    drop(stdout);
    end_of(child)
}

/// Runs `command` without a reader of its output; its code and standard error.
pub(crate) fn unread(command: Command) -> (Option<i32>, String) {
    let mut child = spawn(command);
    drop(child.stdout.take());
    end_of(child)
}

pub(crate) fn run(mut command: Command) -> Said {
    let output = command.output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Looks `args` up on `fake`.
pub(crate) fn results(fake: &FakeAkool, args: &[&str]) -> Said {
    run(program_for(fake, &[&["results"], args].concat()))
}

/// As [`results`], with `input` on standard input.
pub(crate) fn results_of_input(fake: &FakeAkool, args: &[&str], input: &str) -> Said {
    let mut command = program_for(fake, &[&["results"], args].concat());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Waits on `fake`.
pub(crate) fn wait(fake: &FakeAkool, args: &[&str]) -> Said {
    run(program_for(fake, &[&["wait"], args].concat()))
}

/// A path for a file that does not exist yet; `name` must not be another test's.
pub(crate) fn new_path(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{error}"),
        _ => path.into_os_string().into_string().unwrap(),
    }
}

/// A path for a directory that does not exist yet; `name` must not be another test's.
pub(crate) fn new_dir(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if path.exists() {
        fs::remove_dir_all(&path).unwrap();
    }
    path.into_os_string().into_string().unwrap()
}

/// A file of this test run; `name` must not be another test's.
pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.into_os_string().into_string().unwrap()
}

/// As [`file`], for a key: only its owner can read it.
pub(crate) fn key_file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = file(name, content);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    path
}

/// Asserts the exit code, and shows all output if it is another.
#[track_caller]
pub(crate) fn assert_code(said: &Said, code: i32) {
    assert_eq!(said.code, code, "{said:#?}");
}

/// Asserts that `text` contains `part`.
#[track_caller]
pub(crate) fn assert_says(text: &str, part: &str) {
    assert!(text.contains(part), "no {part:?} in:\n{text}");
}
