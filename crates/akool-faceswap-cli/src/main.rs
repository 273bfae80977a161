//! The `akool-faceswap` command.
//!
//! It parses its arguments, runs one command and exits with a code. Results go to standard output; everything else goes
//! to standard error.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod args;
mod completions;
mod connection;
mod credit;
mod delete;
mod demo;
mod detect;
mod doctor;
mod download;
mod downloads;
mod environment;
mod exit;
mod fake;
mod fleet;
mod gallery;
mod ids;
mod interrupt;
mod key_file;
mod man;
mod output;
mod problem;
mod proxy;
mod results;
mod runtime;
mod secret;
mod swap;
mod verbosity;
mod wait;
mod webhook;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{
    args::{Cli, Command},
    verbosity::Verbosity,
};

fn main() -> ExitCode {
    let Cli { command, manner } = Cli::parse();
    let verbosity = Verbosity::of(manner.verbose);
    output::style::choose(manner.color);
    if manner.quiet {
        output::be_quiet();
    }
    verbosity.start();
    let outcome = match command {
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        Command::Doctor(args) => doctor::run(&args, verbosity),
        Command::Fake(args) => fake::run(&args),
        Command::Fleet(args) => fleet::run(&args),
        Command::Credit(args) => credit::run(&args),
        Command::Delete(args) => delete::run(&args),
        Command::Detect(args) => detect::run(&args),
        Command::Swap(args) => swap::run(&args, verbosity),
        Command::Demo(args) => demo::run(&args, verbosity),
        Command::Wait(args) => wait::run(&args, verbosity),
        Command::Webhook(args) => webhook::run(&args),
        Command::Results(args) => results::run(&args, verbosity),
        Command::Download(args) => download::run(&args, verbosity),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(problem) => {
            problem.report(verbosity);
            problem.exit().into()
        }
    }
}
