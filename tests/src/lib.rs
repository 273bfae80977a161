//! Tests across crates, and checks of the published packages.

pub mod workspace;
