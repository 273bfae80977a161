//! `cargo xtask`: parses the command line, calls the library, prints what it says.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use xtask::{
    bench::{self, Subject},
    check, fuzz, index, model,
    problem::Problem,
    proof,
    regen::{self, Input, Options},
    today,
    tree::Tree,
};

/// Maintainers' commands of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Bring the vendored document, its lock and everything generated up to the vendor's pages.
    Regen(Regen),
    /// List the vendor's face swap pages, vendored or not.
    Pages {
        /// Where the vendor's index is
        #[arg(long, value_name = "FILE|URL", default_value = index::INDEX)]
        from: String,
    },
    /// Measure, and write the figures to BENCHMARKS.md; takes minutes.
    #[command(subcommand)]
    Bench(Bench),
    /// Let waits come and go under faults, and fail if one is lost or anything is left behind.
    Soak {
        /// How long
        #[arg(long, value_name = "SECONDS", default_value_t = 600)]
        seconds: u32,
    },
    /// Run the SDK's fuzz targets; needs cargo-fuzz and a nightly compiler.
    Fuzz {
        /// How long each of the two targets runs
        #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
        seconds: u32,
    },
    /// Play random cases of waiting, very many of them, against what every wait is promised.
    Model {
        /// How many; a minute or two for the default
        #[arg(long, value_name = "N", default_value_t = 100_000)]
        cases: u32,
    },
    /// Break the SDK in one place after the other and run its tests; needs cargo-mutants.
    Mutants {
        /// The K-th of N equal parts, counted from 0; all of them take hours
        #[arg(long, value_name = "K/N")]
        shard: Option<String>,
    },
    /// Measure which lines of the SDK its tests run; needs cargo-tarpaulin.
    Coverage,
}

/// What to measure.
#[derive(Debug, Subcommand)]
enum Bench {
    /// A lookup against reqwest and JSON by hand; needs valgrind
    Client,
    /// What a project pays at build time for depending on the SDK
    Build,
    /// Waiting for up to a million jobs against what others do, simulated and live; 20 minutes
    Wait,
}

/// Prints a report of what changed in the API; everything succeeds or nothing is written.
#[derive(Debug, Args)]
struct Regen {
    /// Take pages from a file, a folder's *.md files, or an address, in place of the addresses in
    /// openapi/sources.lock; may be repeated
    #[arg(long, value_name = "FILE|DIR|URL", conflicts_with_all = ["check", "offline"])]
    from: Vec<String>,
    /// Take the vendored document as it is: only make again what is made of it and the overlay
    #[arg(long, conflicts_with = "check")]
    offline: bool,
    /// Report only, write nothing but the report
    #[arg(long, conflicts_with = "check")]
    dry_run: bool,
    /// Write the report to this file, too
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    report: Option<PathBuf>,
    /// Offline, write nothing: fail if the tree is not what this command would leave behind
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    let tree = Tree::new(root());
    let (out, progress) = (&mut io::stdout(), &mut io::stderr());
    let problems = match Command::parse() {
        Command::Regen(regen) if regen.check => {
            let problems = check::check(&tree);
            if problems.is_empty() {
                println!("Fresh: document, lock, overlay, generated copies, statuses, link.");
            }
            problems
        }
        Command::Regen(regen) => {
            problem(options(regen).and_then(|options| regen::run(&tree, &options, out, progress)))
        }
        Command::Pages { from } => problem(index::run(&tree, &from, out, progress)),
        Command::Bench(Bench::Client) => problem(bench::run(&tree, Subject::Client, progress)),
        Command::Fuzz { seconds } => problem(fuzz::run(&tree, seconds)),
        Command::Model { cases } => problem(model::run(&tree, cases)),
        Command::Mutants { shard } => problem(proof::mutants(&tree, shard.as_deref())),
        Command::Coverage => problem(proof::coverage(&tree)),
        Command::Soak { seconds } => problem(bench::soak(&tree, seconds, progress)),
        Command::Bench(Bench::Wait) => problem(bench::run(&tree, Subject::Wait, progress)),
        Command::Bench(Bench::Build) => problem(bench::run(&tree, Subject::Build, progress)),
    };
    if problems.is_empty() {
        return ExitCode::SUCCESS;
    }
    for problem in problems {
        eprintln!("error: {problem}");
    }
    ExitCode::FAILURE
}

fn problem(result: Result<(), Problem>) -> Vec<Problem> {
    result.err().into_iter().collect()
}

fn options(regen: Regen) -> Result<Options, Problem> {
    Ok(Options {
        input: if regen.offline {
            Input::Vendored
        } else if regen.from.is_empty() {
            Input::Lock
        } else {
            Input::From(regen.from)
        },
        dry_run: regen.dry_run,
        report: regen.report,
        today: today()?,
    })
}

/// The workspace's root: the folder above this package, wherever cargo runs it from.
fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().map_or(PathBuf::from("."), Path::to_owned)
}
