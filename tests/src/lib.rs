//! Tests that cross crates, and checks of what is published.

pub mod workspace;
