//! Maintainers' commands, as a library so that tests can drive them on a copy of the tree.
//!
//! [`source`] fetches pages, [`page`] parses them, [`merge`] merges them into documents, [`changes`]
//! compares these with the vendored ones, and [`generated`] generates the checked-in code. [`regen`]
//! runs the steps; [`check`] checks, offline, whether the tree is what `regen` would leave behind;
//! [`index`] reads the vendor's list of pages; [`mod@bench`] measures.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod assembly;
pub mod bench;
pub mod changes;
pub mod check;
pub mod generated;
// The raw crate's build script compiles the same two files: one set of settings for both.
#[path = "../../crates/akool-faceswap-raw/build/document.rs"]
mod document;
#[path = "../../crates/akool-faceswap-raw/build/generate.rs"]
mod generate;
pub mod index;
pub mod lock;
pub mod merge;
pub mod openapi_link;
pub mod operation;
pub mod page;
pub mod problem;
pub mod regen;
mod sdk_build;
pub mod source;
mod supplement;
pub mod tree;
mod write;

/// Today's date in UTC.
///
/// # Errors
///
/// If the clock is set before 1970 or after 9999.
pub fn today() -> Result<toml::value::Datetime, problem::Problem> {
    let now = std::time::SystemTime::now();
    let wrong = || problem::Problem::new("the clock is set before 1970 or after 9999");
    // The formatter panics at earlier times.
    if now < std::time::SystemTime::UNIX_EPOCH {
        return Err(wrong());
    }
    let text = humantime::format_rfc3339_seconds(now).to_string();
    let day = text
        .get(.."YYYY-MM-DD".len())
        .and_then(|day| day.parse().ok());
    day.ok_or_else(wrong)
}
