//! The few colours, each with one meaning.
//!
//! They are written always; [`Stdout`](super::Stdout) and [`tell`](super::tell) take them out where
//! nobody wants them. No meaning is in a colour alone.

use anstyle::{AnsiColor, Effects, Style};
use clap::ColorChoice;

pub(crate) const PLAIN: Style = Style::new();
pub(crate) const HEADING: Style = Style::new().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
pub(crate) const UNDER_WAY: Style = AnsiColor::Cyan.on_default();
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
pub(crate) const HELP: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
pub(crate) const PAST: Style = Style::new().dimmed();

/// Says for the whole program whether there are colours; `auto` leaves it to the environment.
pub(crate) fn choose(choice: ColorChoice) {
    match choice {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}
