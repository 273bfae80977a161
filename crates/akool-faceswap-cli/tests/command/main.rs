//! The command as its users meet it: the built program, its output and its exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod account;
mod clock;
mod completions;
mod csv;
mod demo;
mod detect;
mod doctor;
mod download;
mod fake;
mod fleet;
mod gallery;
mod input;
mod json;
mod man;
mod outcome;
mod program;
mod secure;
mod settings;
mod swap;
mod terminal;
mod verbose;
mod wait;
mod webhook;
