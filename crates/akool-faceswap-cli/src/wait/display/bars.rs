//! One bar for all jobs, and below it their statuses, the oldest, and what is wrong.

use std::{io, time::Duration};

use anstream::{AutoStream, ColorChoice};
use anstyle::Style;
use indicatif::{ProgressBar, ProgressStyle};

use super::Situation;
use crate::{
    output::{style, wrapped},
    wait::settlement::whole,
};

/// The bars at the bottom of the terminal.
pub(crate) struct Bars {
    bar: ProgressBar,
    has_colours: bool,
}

impl Bars {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::no_length();
        let template = match width() {
            Some(..80) => "{elapsed_precise} [{bar:16}] {msg}",
            _ => "{elapsed_precise} [{bar:40}] {msg}",
        };
        // The template is a constant; if it were invalid, the library's own would be used.
        if let Ok(form) = ProgressStyle::with_template(template) {
            bar.set_style(form.progress_chars("=> "));
        }
        let has_colours = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        Self { bar, has_colours }
    }

    pub(super) fn show(&self, situation: &Situation) {
        self.bar.set_length(situation.total() as u64);
        self.bar.set_position(situation.settled() as u64);
        self.bar.set_message(self.message(situation));
    }

    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn message(&self, situation: &Situation) -> String {
        let mut lines = vec![format!(
            "{} of {} settled",
            situation.settled(),
            situation.total()
        )];
        let counts = [
            (situation.tally.success, "success", style::GOOD),
            (situation.tally.failed, "failed", style::BAD),
            (situation.tally.missing, "missing", style::DOUBTFUL),
        ];
        let mut statuses: Vec<String> = counts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, name, style)| self.styled(style, &format!("{count} {name}")))
            .collect();
        let pending = situation.pending();
        if !pending.is_empty() {
            statuses.push(self.styled(style::PENDING, &pending));
        }
        if !statuses.is_empty() {
            lines.push(format!("  {}", statuses.join(", ")));
        }
        if let Some((id, waited)) = situation.progress.oldest() {
            let next = match situation.progress.next_poll_in() {
                Some(left) => format!(
                    "next lookup in {}",
                    whole(left + Duration::from_millis(999))
                ),
                None => "looking up".to_owned(),
            };
            lines.push(format!("  oldest {id}, waited {}; {next}", whole(waited)));
        }
        if let Some(error) = situation.last_error() {
            lines.push(self.styled(style::DOUBTFUL, &format!("  {error}")));
        }
        wrapped(&lines.join("\n"), width()).into_owned()
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.has_colours {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// The columns of the terminal.
fn width() -> Option<usize> {
    terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0.into())
}
