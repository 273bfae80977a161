//! What the integration tests share: the table of faults, and what it takes to cause them.

#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod fault;
pub(crate) mod files;
pub(crate) mod planted;
pub(crate) mod says;
pub(crate) mod socket;
pub(crate) mod table;
pub(crate) mod verdict;
