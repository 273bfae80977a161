//! `fake`: a fake AKOOL server as a program.

mod lives;

use std::{
    fs::File,
    future,
    io::{self, BufWriter, Write},
    path::Path,
};

use akool_faceswap_mock::FakeAkool;
use tokio::signal;

pub(crate) use self::lives::{Life, Lives};
use crate::{
    args::FakeArgs,
    exit::Exit,
    output::{Stdout, shell_word},
    problem::Problem,
    runtime,
};

/// Runs the command.
pub(crate) fn run(args: &FakeArgs) -> Result<Exit, Problem> {
    let fake = FakeAkool::builder()
        .port(args.port)
        .seed(args.seed)
        .path_prefix(&args.path_prefix)
        .start()
        .map_err(|error| cannot_start(&error))?;
    for fault in &args.faults {
        fake.push_answer(fault.clone());
    }
    let jobs = Lives::new(args.seed, args.settle_within).take(args.jobs);
    let ids: Vec<String> = jobs.map(|life| fake.add_job(life.job)).collect();
    if let Some(path) = &args.ids_file {
        write_ids(path, &ids).map_err(|error| {
            Problem::failure(
                format!("cannot write ids to {}: {error}", path.display()),
                "name a file in a directory that exists and is writable",
            )
        })?;
    }
    let runtime = runtime::start()?;
    // Before anything is printed: a reader of the URL may end the server at once.
    let stop = {
        let _inside = runtime.enter();
        stop_signals()
    };
    let mut stdout = Stdout::lock();
    // The server continues when its reader has left.
    let _ = stdout.emit(|out| write_use(out, &fake, args, &ids))?;
    runtime.block_on(stop);
    if args.stats {
        let _ = stdout.emit(|out| writeln!(out, "\n{}", fake.stats()))?;
    }
    Ok(Exit::Complete)
}

/// Why the server cannot start.
pub(crate) fn cannot_start(error: &io::Error) -> Problem {
    let help = match error.kind() {
        io::ErrorKind::AddrInUse => "choose another --port, or 0 for any free one",
        io::ErrorKind::InvalidInput => "correct --path-prefix",
        _ => "allow this program to listen on 127.0.0.1",
    };
    let what = format!("the fake server cannot start: {error}");
    if error.kind() == io::ErrorKind::InvalidInput {
        Problem::usage(what, help)
    } else {
        Problem::failure(what, help)
    }
}

fn write_ids(path: &Path, ids: &[String]) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    ids.iter().try_for_each(|id| writeln!(out, "{id}"))?;
    out.flush()
}

fn write_use(
    out: &mut dyn Write,
    fake: &FakeAkool,
    args: &FakeArgs,
    ids: &[String],
) -> io::Result<()> {
    let (url, key) = (fake.url(), fake.api_key());
    let (jobs, seed) = (ids.len(), args.seed);
    let within = humantime::format_duration(args.settle_within);
    writeln!(out, "{url}")?;
    writeln!(out, "export AKOOL_API_HOST={url} AKOOL_API_KEY={key}")?;
    writeln!(
        out,
        "# jobs: {jobs} (seed {seed}), settled within {within}; Ctrl-C ends the server"
    )?;
    if let Some(path) = &args.ids_file {
        return writeln!(out, "akool-faceswap wait --ids-file {}", shell_word(path));
    }
    let first = ids.first().map_or("", String::as_str);
    writeln!(
        out,
        "# the first id; --ids-file FILE writes all of them to a file\n\
         akool-faceswap wait {first}"
    )
}

/// Resolves at Ctrl-C or SIGTERM. After this call, neither ends the process.
#[cfg(unix)]
fn stop_signals() -> impl Future<Output = ()> {
    use signal::unix::{SignalKind, signal};

    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async {
        let [interrupt, terminate] = signals;
        // A signal that cannot be handled ends the process as usual.
        match (interrupt, terminate) {
            (Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            },
            _ => future::pending().await,
        }
    }
}

#[cfg(not(unix))]
fn stop_signals() -> impl Future<Output = ()> {
    async {
        if signal::ctrl_c().await.is_err() {
            future::pending().await
        }
    }
}
