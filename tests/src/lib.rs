//! Tests that cross crates: from the vendor's page to a running lookup.

/// The Rust code of the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
