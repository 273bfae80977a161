//! How results look: for machines, for people, and in short.

mod counts;
mod json;
mod stdout;
mod table;
mod time;

pub(crate) use counts::Counts;
pub(crate) use json::write_line;
pub(crate) use stdout::{Reader, Stdout};
pub(crate) use table::write_table;
