//! How results look: for people, for machines, and in short.

mod amounts;
mod counts;
mod csv;
mod json;
mod record;
mod size;
mod stderr;
mod stdout;
pub(crate) mod style;
mod table;
mod terminal_safe;
mod time;

pub(crate) use amounts::write_amounts;
pub(crate) use counts::Counts;
pub(crate) use csv::write_csv;
pub(crate) use json::write_line;
pub(crate) use record::Record;
pub(crate) use size::in_bytes;
pub(crate) use stderr::tell;
pub(crate) use stdout::{Reader, Stdout};
pub(crate) use table::write_table;
pub(crate) use terminal_safe::shown;
pub(crate) use time::in_words;
