//! The code of `docs/fleet.md`, compiled with the drivers that it uses.

/// The page.
#[doc = include_str!("../../../docs/fleet.md")]
#[cfg(doctest)]
pub struct Page;
