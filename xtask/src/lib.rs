//! Maintainers' commands, as a library so that tests can drive them on a copy of the tree.
//!
//! The way through: [`source`] brings page texts, [`page`] takes each apart, [`merge`] makes one
//! document of them, [`changes`] compares it with the vendored one, [`copies`] generates what is
//! checked in, [`transaction`] writes everything or nothing. [`regen`] strings them together;
//! [`check`] asks, offline, whether the tree is what `regen` would leave behind; [`index`] reads
//! the vendor's list of pages; [`mod@bench`] measures, [`fuzz`] runs the fuzz
//! targets, [`model`] plays random cases of waiting, [`proof`] asks what the tests would notice.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod assembly;
pub mod bench;
pub mod changes;
pub mod check;
pub mod copies;
pub mod day;
pub mod fuzz;
// The raw crate's build script compiles the same two files: one set of settings for both.
#[path = "../../crates/akool-faceswap-raw/build/document.rs"]
mod document;
#[path = "../../crates/akool-faceswap-raw/build/generate.rs"]
mod generate;
pub mod index;
pub mod link;
pub mod lock;
pub mod merge;
pub mod model;
pub mod operation;
pub mod page;
pub mod problem;
pub mod proof;
pub mod regen;
pub mod source;
pub mod transaction;
pub mod tree;
