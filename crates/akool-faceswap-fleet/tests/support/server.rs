//! A PostgreSQL server for the tests: a temporary folder, a socket in it, no network.
//!
//! It uses the programs of Debian's packages. The server refuses to run as root, so a test that runs as root starts it
//! as the user `postgres`. Without the programs the tests are skipped with a conspicuous line;
//! `AKOOL_TEST_POSTGRES=required` makes that a failure.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// A running server; it ends with this process, however that ends.
#[derive(Debug)]
pub struct Server {
    dir: PathBuf,
    bin: PathBuf,
    /// A shell that waits for the end of its input, which is the end of this process.
    _janitor: Child,
}

/// The server that all tests of this process share; `None` if there are no programs.
pub fn shared() -> Option<&'static Server> {
    static SHARED: OnceLock<Option<Server>> = OnceLock::new();
    SHARED
        .get_or_init(|| Server::start("fsync = off\nfull_page_writes = off\n"))
        .as_ref()
}

impl Server {
    /// Starts a server with these lines of settings beside the necessary ones.
    pub fn start(settings: &str) -> Option<Self> {
        let Some(bin) = programs() else {
            assert!(
                std::env::var_os("AKOOL_TEST_POSTGRES").is_none_or(|value| value != "required"),
                "AKOOL_TEST_POSTGRES=required, and there is no initdb in /usr/lib/postgresql/*/bin"
            );
            eprintln!(
                "\n*** SKIPPED: no PostgreSQL on this machine (apt-get install postgresql) ***\n"
            );
            return None;
        };
        let dir = new_dir();
        let server = Self {
            _janitor: janitor(&bin, &dir),
            dir,
            bin,
        };
        let data = server.data();
        server.run(
            "initdb",
            &[
                "--no-sync",
                "-A",
                "trust",
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "-D",
                &data,
            ],
        );
        server.configure(&data, settings);
        server.start_again();
        Some(server)
    }

    /// A standby of this server, which follows it.
    #[allow(
        dead_code,
        reason = "not every program that has this file needs a standby"
    )]
    pub fn standby(&self) -> Self {
        let dir = new_dir();
        let standby = Self {
            _janitor: janitor(&self.bin, &dir),
            dir,
            bin: self.bin.clone(),
        };
        let (host, data) = (self.dir.display().to_string(), standby.data());
        standby.run(
            "pg_basebackup",
            &[
                "-h", &host, "-U", "postgres", "-R", "-c", "fast", "-D", &data,
            ],
        );
        standby.configure(&data, "");
        standby.start_again();
        standby
    }

    fn data(&self) -> String {
        self.dir.join("data").display().to_string()
    }

    /// Restarts it with TLS, at the returned port of 127.0.0.1.
    #[allow(dead_code, reason = "only for tests of TLS")]
    pub fn serve_tls(&self, certificate: &str, key: &str) -> u16 {
        let any = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = any.local_addr().expect("its address").port();
        let data = self.data();
        append(&format!("{data}/server.crt"), certificate);
        append(&format!("{data}/server.key"), key);
        append(
            &format!("{data}/postgresql.conf"),
            &format!("listen_addresses = '127.0.0.1'\nport = {port}\nssl = on\n"),
        );
        drop(any);
        self.crash();
        self.start_again();
        port
    }

    fn configure(&self, data: &str, settings: &str) {
        let text = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nmax_connections = 200\n\
             shared_buffers = 256MB\nmax_wal_size = 4GB\n{settings}",
            self.dir.display()
        );
        append(&format!("{data}/postgresql.conf"), &text);
    }

    /// Stops it as a crash would: no checkpoint, connections broken.
    #[allow(
        dead_code,
        reason = "not every program that has this file stops its server"
    )]
    pub fn crash(&self) {
        self.run(
            "pg_ctl",
            &["-D", &self.data(), "-m", "immediate", "-w", "stop"],
        );
    }

    /// Promotes a standby to primary.
    #[allow(dead_code, reason = "only for tests of a failover")]
    pub fn promote(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-w", "promote"]);
    }

    /// The folder of its socket, which is a host in a URL.
    #[allow(dead_code, reason = "only where a URL has several hosts")]
    pub fn host(&self) -> String {
        self.dir.display().to_string()
    }

    /// Starts it after a crash.
    pub fn start_again(&self) {
        let log = self.dir.join("log").display().to_string();
        self.run("pg_ctl", &["-D", &self.data(), "-l", &log, "-w", "start"]);
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!(
            "host={} user=postgres dbname={database}",
            self.dir.display()
        )
    }

    /// A new, empty database.
    pub fn create_database(&self) -> String {
        self.copy_database("template1")
    }

    /// A new database with the rows of another.
    pub fn copy_database(&self, template: &str) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let host = self.dir.display().to_string();
        self.run(
            "createdb",
            &["-h", &host, "-U", "postgres", "-T", template, &name],
        );
        self.url(&name)
    }

    /// A folder that belongs to the server's user.
    #[allow(dead_code, reason = "only for tests of a disk")]
    pub fn make_folder(&self, path: &Path) {
        self.run("mkdir", &[&path.display().to_string()]);
    }

    /// Deletes a database, even while others are connected.
    #[allow(dead_code, reason = "only where databases are large")]
    pub fn drop_database(&self, url: &str) {
        let (host, name) = (self.dir.display().to_string(), database_of(url));
        self.run("dropdb", &["-f", "-h", &host, "-U", "postgres", name]);
    }

    /// Runs one of PostgreSQL's programs, or one of the system's, as the server's user.
    fn run(&self, program: &str, args: &[&str]) {
        let own = self.bin.join(program);
        let program = if own.exists() { own } else { program.into() };
        let output = as_server_user(&program)
            .args(args)
            // A server that keeps our pipes open would keep us waiting.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .status();
        assert!(
            output.as_ref().is_ok_and(std::process::ExitStatus::success),
            "{} {args:?}: {output:?}",
            program.display()
        );
    }
}

/// The name of a database, as its URL has it.
pub fn database_of(url: &str) -> &str {
    url.rsplit("dbname=").next().unwrap_or_default()
}

/// The newest version's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let bins = versions.flatten().map(|version| version.path().join("bin"));
    bins.filter(|bin| bin.join("initdb").exists()).max()
}

/// A folder that belongs to the server's user.
fn new_dir() -> PathBuf {
    let output = as_server_user(Path::new("mktemp"))
        .args(["-d", "/tmp/akool-fleet-XXXXXX"])
        .output()
        .expect("mktemp");
    let name = String::from_utf8(output.stdout).expect("a path");
    PathBuf::from(name.trim())
}

/// Appends to a file that only the server's user can read.
fn append(file: &str, text: &str) {
    let script = format!("umask 077; printf '%s' \"$1\" >> {file}");
    let mut command = as_server_user(Path::new("sh"));
    let done = command.args(["-c", &script, "sh", text]).status();
    assert!(done.is_ok_and(|status| status.success()), "{file}");
}

/// Stops the server and removes its folder when this process is gone.
fn janitor(bin: &Path, dir: &Path) -> Child {
    let (bin, dir) = (bin.display(), dir.display());
    let script =
        format!("cat > /dev/null; {bin}/pg_ctl -D {dir}/data -m immediate -w stop; rm -rf {dir}");
    as_server_user(Path::new("sh"))
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell")
}

fn as_server_user(program: &Path) -> Command {
    let mut command;
    if is_root() {
        command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
    } else {
        command = Command::new(program);
    }
    // The current folder may be closed to the other user.
    command.current_dir("/tmp");
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}
