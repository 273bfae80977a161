//! Maintainers' commands, as a library so that tests can drive them on a copy of the tree.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod changes;
pub mod copies;
pub mod day;
#[path = "../../crates/akool-faceswap-raw/build/generate.rs"]
mod generate;
pub mod link;
pub mod lock;
pub mod merge;
pub mod operation;
pub mod page;
pub mod problem;
pub mod source;
pub mod transaction;
pub mod tree;
