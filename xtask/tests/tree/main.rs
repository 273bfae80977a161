//! The commands on a copy of the tree.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod check;
mod regen;
mod supplement;
mod support;
