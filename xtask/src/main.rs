//! `cargo xtask`: parses the command line, calls the library and prints problems.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use xtask::{
    bench::{self, Subject},
    check, index,
    problem::Problem,
    regen::{self, Input, Options},
    today,
    tree::Tree,
};

/// Maintainers' commands of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Update the vendored documents, the lock and everything generated from the vendor's pages.
    Regen(Regen),
    /// List the vendor's pages about face swapping: vendored, in the supplement, or neither.
    Pages {
        /// Where the vendor's index is
        #[arg(long, value_name = "FILE|URL", default_value = index::INDEX)]
        from: String,
    },
    /// Measure, and write the figures to BENCHMARKS.md; takes minutes.
    #[command(subcommand)]
    Bench(Bench),
}

/// What to measure.
#[derive(Debug, Subcommand)]
enum Bench {
    /// A lookup against hand-written reqwest and JSON code; needs valgrind
    Client,
    /// What a project pays at build time for depending on the SDK
    Build,
    /// Waiting for up to a million jobs against other ways to wait, simulated and live; 20 minutes
    Wait,
    /// Throughput of a fleet's stores, and the lag of its outcomes; needs PostgreSQL; 10 minutes
    Fleet,
}

/// Prints a report of what changed in the API. If a page or the generated code is wrong, nothing is
/// written.
#[derive(Debug, Args)]
struct Regen {
    /// Take pages from a file, a folder's *.md and *.yaml files, or a URL, instead of the URLs in
    /// openapi/sources.lock; may be repeated. A source that ends in .yaml is a whole OpenAPI document
    #[arg(long, value_name = "FILE|DIR|URL", conflicts_with_all = ["check", "offline"])]
    from: Vec<String>,
    /// Use the vendored documents as they are, and only regenerate the code
    #[arg(long, conflicts_with = "check")]
    offline: bool,
    /// Only report; write nothing but the report
    #[arg(long, conflicts_with = "check")]
    dry_run: bool,
    /// Also write the report to this file
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    report: Option<PathBuf>,
    /// Offline and read-only: fail if the tree is not what this command would leave behind
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
                println!("Up to date: documents, lock, supplement, overlay, generated code, link.");
            }
            problems
        }
        Command::Regen(regen) => {
            problem(options(regen).and_then(|options| regen::run(&tree, &options, out, progress)))
        }
        Command::Pages { from } => problem(index::run(&tree, &from, out, progress)),
        Command::Bench(Bench::Client) => problem(bench::run(&tree, Subject::Client, progress)),
        Command::Bench(Bench::Wait) => problem(bench::run(&tree, Subject::Wait, progress)),
        Command::Bench(Bench::Fleet) => problem(bench::run(&tree, Subject::Fleet, progress)),
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

/// The root of the workspace: the folder above this package, wherever cargo runs it from.
fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().map_or(PathBuf::from("."), Path::to_owned)
}
