//! The few colours, each with one meaning.
//!
//! They are always written; [`Stdout`](super::Stdout) and [`tell`](super::tell) strip them if they are disabled.
//! Nothing is expressed only by a colour.

use anstyle::{AnsiColor, Effects, Style};
use clap::ColorChoice;

pub(crate) const PLAIN: Style = Style::new();
pub(crate) const HEADING: Style = Style::new().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
pub(crate) const PENDING: Style = AnsiColor::Cyan.on_default();
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
pub(crate) const HELP: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
pub(crate) const PAST: Style = Style::new().dimmed();

/// Sets for the whole program whether to use colours; `auto` leaves it to the environment.
pub(crate) fn choose(choice: ColorChoice) {
    match choice {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}
