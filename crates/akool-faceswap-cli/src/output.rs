//! How output looks, for people and for machines, on standard output and standard error.

mod amounts;
mod counts;
mod csv;
mod json;
mod path;
mod record;
mod stderr;
mod stdout;
pub(crate) mod style;
mod table;
mod terminal_safe;
mod time;
mod wrap;

pub(crate) use amounts::write_amounts;
pub(crate) use counts::Counts;
pub(crate) use csv::{write_csv, write_csv_header, write_csv_line};
pub(crate) use json::write_line;
pub(crate) use path::{shell_word, shown_path};
pub(crate) use record::{FileRecord, Record};
pub(crate) use stderr::{be_quiet, is_quiet, remark, tell};
pub(crate) use stdout::{Reader, Stdout};
pub(crate) use table::write_table;
pub(crate) use terminal_safe::shown;
pub(crate) use time::{in_words, rfc3339};
pub(crate) use wrap::wrapped;
