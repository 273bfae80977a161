//! What one check found, in one line, and what to do, in another.

use std::io::{self, Write};

use serde::Serialize;

use crate::output::style;

/// What is checked, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Check {
    Environment,
    ApiKey,
    BaseUrl,
    Dns,
    Connection,
    Tls,
    Server,
    Clock,
    Lookup,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Ok,
    /// It works, and needs attention.
    Warn,
    /// It does not work.
    Fail,
}

/// What a check found.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    check: Check,
    pub(super) verdict: Verdict,
    message: String,
    help: Option<String>,
    /// How many seconds this machine's clock is ahead of the server's; only if that is too much.
    #[serde(skip_serializing_if = "Option::is_none")]
    skew_seconds: Option<i64>,
    #[serde(skip)]
    pub(super) causes: Vec<String>,
}

impl Finding {
    pub(super) fn ok(check: Check, message: impl Into<String>) -> Self {
        Self {
            check,
            verdict: Verdict::Ok,
            message: message.into(),
            help: None,
            skew_seconds: None,
            causes: Vec::new(),
        }
    }

    pub(super) fn warn(check: Check, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Warn,
            help: Some(help.into()),
            ..Self::ok(check, what)
        }
    }

    pub(super) fn fail(check: Check, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Fail,
            ..Self::warn(check, what, help)
        }
    }

    pub(super) fn with_skew(self, seconds: i64) -> Self {
        Self {
            skew_seconds: Some(seconds),
            ..self
        }
    }

    /// With its causes, the nearest first.
    pub(super) fn because(self, causes: Vec<String>) -> Self {
        Self { causes, ..self }
    }

    /// For people.
    pub(super) fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        let (word, style) = match self.verdict {
            Verdict::Ok => ("ok", style::GOOD),
            Verdict::Warn => ("warn", style::DOUBTFUL),
            Verdict::Fail => ("fail", style::BAD),
        };
        let check = self.check.name();
        writeln!(
            out,
            "{style}{word:4}{style:#}  {check:11}  {}",
            self.message
        )?;
        let Some(help) = &self.help else {
            return Ok(());
        };
        let style = style::HELP;
        writeln!(out, "      {style}help:{style:#} {help}")
    }
}

impl Check {
    fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::ApiKey => "API key",
            Self::BaseUrl => "base URL",
            Self::Dns => "DNS",
            Self::Connection => "connection",
            Self::Tls => "TLS",
            Self::Server => "server",
            Self::Clock => "clock",
            Self::Lookup => "lookup",
        }
    }
}
