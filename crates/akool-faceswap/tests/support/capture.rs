//! Everything that is traced or logged, at the finest level, as text that can be searched.
//!
//! `reqwest` and others below it log through the `log` crate, so both are listened to.

use std::{
    fmt::{self, Write as _},
    sync::{Mutex, OnceLock, PoisonError},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

static CAPTURED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Listens from now on, to all threads of this process.
pub(crate) fn begin() {
    static BEGUN: OnceLock<()> = OnceLock::new();
    BEGUN.get_or_init(|| {
        tracing::subscriber::set_global_default(Capture).unwrap();
        log::set_logger(&Capture).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
}

/// What was captured since the last call.
pub(crate) fn taken() -> Vec<String> {
    std::mem::take(&mut CAPTURED.lock().unwrap_or_else(PoisonError::into_inner))
}

fn keep(line: String) {
    let mut captured = CAPTURED.lock().unwrap_or_else(PoisonError::into_inner);
    captured.push(line);
}

struct Capture;

impl Subscriber for Capture {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        let mut line = Line::of("span", span.metadata());
        span.record(&mut line);
        keep(line.0);
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        let mut line = Line("record".to_owned());
        values.record(&mut line);
        keep(line.0);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::of("event", event.metadata());
        event.record(&mut line);
        keep(line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Line {
    fn of(what: &str, metadata: &Metadata<'_>) -> Self {
        Self(format!("{what} {} {}", metadata.target(), metadata.name()))
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl log::Log for Capture {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        keep(format!("log {} {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}
