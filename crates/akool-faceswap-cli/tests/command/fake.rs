//! `fake`: a server for programs in any language.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Stdio},
};

use crate::program::{Said, assert_code, assert_says, file, new_path, program, run};

/// A server that is killed when the test ends.
struct Server {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    url: String,
}

impl Server {
    fn start(args: &[&str]) -> Self {
        let mut child = program(&[&["fake"], args].concat())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut url = String::new();
        out.read_line(&mut url).unwrap();
        Self {
            child,
            out,
            url: url.trim_end().to_owned(),
        }
    }

    fn run(&self, args: &[&str]) -> Said {
        let mut command = program(args);
        command
            .env("AKOOL_API_HOST", &self.url)
            .env("AKOOL_API_KEY", "fake-akool-api-key");
        run(command)
    }

    #[cfg(unix)]
    fn end(mut self, signal: rustix::process::Signal) -> String {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        rest
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[test]
fn the_first_line_is_its_url_and_its_jobs_can_be_waited_for() {
    let ids = new_path("fake-ids.txt");
    let server = Server::start(&[
        "--jobs",
        "150",
        "--settle-within",
        "0s",
        "--ids-file",
        &ids,
        "--stats",
        "--path-prefix",
        "/proxy",
    ]);
    assert!(
        server.url.starts_with("http://127.0.0.1:"),
        "{}",
        server.url
    );
    assert!(server.url.ends_with("/proxy"), "{}", server.url);
    let url = server.url.clone();
    let said = server.run(&["results", "--ids-file", &ids]);
    assert_says(&said.stderr, "150 ids: ");
    assert_says(&said.stderr, " success");
    let rest = server.end(rustix::process::Signal::TERM);
    assert_says(
        &rest,
        &format!("export AKOOL_API_HOST={url} AKOOL_API_KEY=fake-akool-api-key\n"),
    );
    assert_says(&rest, &format!("akool-faceswap wait --ids-file {ids}\n"));
    assert_says(&rest, "\nrequests                 2\n");
}

#[cfg(unix)]
#[test]
fn a_seed_gives_the_same_ids_and_ctrl_c_ends_it_with_0() {
    let ids = |seed, name| {
        let path = new_path(name);
        let server = Server::start(&["--jobs", "20", "--seed", seed, "--ids-file", &path]);
        let rest = server.end(rustix::process::Signal::INT);
        assert!(!rest.contains("\nrequests "), "{rest}");
        fs::read_to_string(path).unwrap()
    };
    let seven = ids("7", "fake-seed-7.txt");
    assert_eq!(seven.lines().count(), 20);
    assert_eq!(seven, ids("7", "fake-seed-7-again.txt"));
    assert_ne!(seven, ids("8", "fake-seed-8.txt"));
    // Pinned: a list of ids that somebody stored must stay valid.
    assert_eq!(seven.lines().next(), Some("667d2284b09d1dde94000000"));
}

#[test]
fn its_faults_happen() {
    let server = Server::start(&[
        "--jobs",
        "1",
        "--fault",
        "1104:1x",
        "--fault",
        "503:every=1",
    ]);
    let id = "667d228400000000000a0001";
    let said = server.run(&["results", id]);
    assert_code(&said, 1);
    assert_says(&said.stderr, "1104");
    let said = server.run(&["wait", id, "--timeout", "1s"]);
    assert_code(&said, 1);
    assert_says(&said.stderr, "503");
}

#[test]
fn invalid_arguments_are_refused() {
    for (args, what) in [
        (&["--fault", "fifty"][..], "rate-limit=50/1s"),
        (&["--jobs", "0"], "--jobs"),
        (&["--path-prefix", "/a?b"], "path prefix"),
        (&["--settle-within", "soon"], "--settle-within"),
    ] {
        let said = run(program(&[&["fake"], args].concat()));
        assert_code(&said, 2);
        assert_says(&said.stderr, what);
    }
    let server = Server::start(&["--jobs", "1"]);
    let port = server.url.rsplit_once(':').unwrap().1;
    let said = run(program(&["fake", "--port", port]));
    assert_code(&said, 1);
    assert_says(&said.stderr, "choose another --port");
    let taken = file("fake-file", "");
    let said = run(program(&[
        "fake",
        "--ids-file",
        &format!("{taken}/ids.txt"),
    ]));
    assert_code(&said, 1);
    assert_says(&said.stderr, "cannot write ids to ");
}
