//! Scripted answers: what the fake sends in place of the normal answer, to which requests and how
//! often.
//!
//! One value holds all of it, so that a test reads as a list of what its client will encounter. The
//! module [`script`] applies the answers to a request, [`selector`] decides which requests get one,
//! and every other module implements one kind of misbehaviour.

pub(crate) mod body_fault;
mod constructors;
mod fault_rule;
mod malformed;
pub(crate) mod rate_limit;
pub(crate) mod rows;
pub(crate) mod script;
pub(crate) mod selector;
mod wire_script;

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Response, header::RETRY_AFTER};

use self::{
    body_fault::BodyFault,
    rate_limit::{RateLimit, whole_seconds},
    rows::RowFault,
    selector::{Sampling, Scope, Selector, Share},
};
pub use self::{
    fault_rule::{FaultRule, FaultRuleError},
    malformed::{Malformed, UnknownMalformed},
    wire_script::WireScript,
};
use crate::limits::MAX_DELAY;

/// An answer that a test scripts in place of the normal one.
///
/// It is given once, to the next request to the API, before the path, credentials and ids are
/// checked; [`times`](Self::times), [`always`](Self::always), [`every`](Self::every),
/// [`share`](Self::share), [`for_id`](Self::for_id) and [`on_files`](Self::on_files) change that.
/// [`on_connect`](Self::on_connect) applies to a new connection, before any request;
/// [`refuse_connections`](crate::FakeAkool::refuse_connections) refuses connections altogether.
/// If no constructor fits, convert an [`http::Response`] or, below HTTP, use a [`WireScript`]. A
/// [`FaultRule`](crate::FaultRule) is the same as text.
///
/// ```
/// use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, http};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let fake = FakeAkool::start()?;
/// let id = fake.add_job(FakeJob::image());
///
/// // Two rate limits, then an unexpected page, then normal answers ...
/// fake.push_answer(Answer::too_many_requests(None).times(2));
/// fake.push_answer(http::Response::builder().status(203).body("hello")?);
/// // ... but this id is always refused, and every 20th answer is cut off.
/// fake.push_answer(Answer::business(1003).for_id(id).always());
/// fake.push_answer(Answer::truncated().every(20).always());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Answer {
    pub(crate) reply: Reply,
    pub(crate) after_handling: bool,
    delay: Duration,
    selector: Selector,
}

/// What is sent.
#[derive(Clone)]
pub(crate) enum Reply {
    /// In place of the normal answer.
    Response(Response<Bytes>),
    /// In place of any answer.
    Wire(WireScript),
    Normal,
    /// The normal answer with a damaged body.
    BodyFault(BodyFault),
    /// The normal answer with other rows.
    Rows(RowFault),
    /// The normal answer to a submission without the job's `_id`.
    WithoutId,
    /// A reset after this many frames of the request's body were read.
    ResetInRequest {
        after_frames: u32,
    },
    /// The normal answer with another `Content-Type`.
    ContentType(HeaderValue),
    /// After this and the following two, the next answer of the script decides.
    Delayed,
    MissingFirst(u32),
    RateLimited(RateLimit),
}

impl Answer {
    pub(crate) fn once(reply: Reply) -> Self {
        Self {
            reply,
            after_handling: false,
            delay: Duration::ZERO,
            selector: Selector::all(Some(1)),
        }
    }

    pub(crate) fn without_end(reply: Reply) -> Self {
        Self::once(reply).always()
    }

    pub(crate) fn to(mut self, selector: Selector) -> Self {
        self.selector = selector;
        self
    }

    /// Gives the answer only after this much real time, at most [`MAX_DELAY`]; default: no delay.
    #[must_use]
    pub fn delayed(mut self, by: Duration) -> Self {
        self.delay = by.min(MAX_DELAY);
        self
    }

    /// Adds a `Retry-After` in seconds, rounded up, to an answer that is an HTTP response; other
    /// answers stay as they are.
    ///
    /// ```
    /// use std::time::Duration;
    /// use akool_faceswap_mock::Answer;
    ///
    /// let busy = Answer::business(1005).retry_after(Duration::from_secs(3));
    /// ```
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        if let Reply::Response(response) = &mut self.reply {
            let seconds = whole_seconds(wait);
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        self
    }

    /// Gives the answer only to lookups of this id, alone or among others; an answer that changes
    /// rows changes only the row of this id.
    #[must_use]
    pub fn for_id(mut self, id: impl Into<String>) -> Self {
        self.selector.id = Some(id.into());
        self
    }

    /// Gives the answer to downloads of result files instead of requests to the API.
    ///
    /// ```
    /// use akool_faceswap_mock::{Answer, FakeAkool, http::StatusCode};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// // The first download is an error page with HTTP 200, the second is cut off.
    /// fake.push_answer(Answer::html(StatusCode::OK).on_files());
    /// fake.push_answer(Answer::truncated().on_files());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_files(mut self) -> Self {
        self.selector.scope = Scope::Files;
        self
    }

    /// Gives the answer only to submissions, of all four endpoints.
    ///
    /// ```
    /// use akool_faceswap_mock::{Answer, FakeAkool, http::StatusCode};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// // A gateway loses the answer of a job that was created and paid for.
    /// let lost = Answer::html(StatusCode::BAD_GATEWAY).after_handling();
    /// fake.push_answer(lost.on_submits());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_submits(mut self) -> Self {
        self.selector.scope = Scope::Submits;
        self
    }

    /// Gives the answer only to lookups of results.
    #[must_use]
    pub fn on_lookups(mut self) -> Self {
        self.selector.scope = Scope::Lookups;
        self
    }

    /// Handles the request as usual before giving the answer: a submission creates its job and
    /// takes its credits, a deletion deletes.
    ///
    /// By default, a response or a broken connection replaces the handling. Answers that change the
    /// normal one are always given after the handling;
    /// [`reset_before_body`](Self::reset_before_body) and
    /// [`reset_in_request`](Self::reset_in_request) never are.
    ///
    /// ```
    /// use akool_faceswap_mock::{Answer, FakeAkool};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// // Accepted, but the client never finds out.
    /// fake.push_answer(Answer::reset().after_handling().on_submits());
    /// fake.push_answer(Answer::silent().after_handling().on_submits());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn after_handling(mut self) -> Self {
        self.after_handling = true;
        self
    }

    /// Gives the answer to every `nth` matching request, starting with the `nth`; 0 means 1.
    ///
    /// It is still given only once, unless [`times`](Self::times) or [`always`](Self::always) says
    /// otherwise.
    #[must_use]
    pub fn every(mut self, nth: u32) -> Self {
        self.selector.sampling = Sampling::Every(nth.max(1));
        self
    }

    /// Gives the answer to this percentage of the matching requests, drawn from the fake's
    /// [seed](crate::FakeAkoolBuilder::seed).
    ///
    /// It is still given only once, unless [`times`](Self::times) or [`always`](Self::always) says
    /// otherwise.
    ///
    /// ```
    /// use akool_faceswap_mock::{Answer, FakeAkool, http::StatusCode};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// fake.push_answer(Answer::html(StatusCode::BAD_GATEWAY).share(5.0).always());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn share(mut self, percent: f64) -> Self {
        self.selector.sampling = Sampling::Share(Share::from_percent(percent));
        self
    }

    /// Gives the answer this many times; default: once.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.selector.times = Some(times);
        self
    }

    /// Gives the answer every time, until the script is
    /// [cleared](crate::FakeAkool::clear_answers).
    #[must_use]
    pub fn always(mut self) -> Self {
        self.selector.times = None;
        self
    }
}

impl<B: Into<Bytes>> From<Response<B>> for Answer {
    /// Exactly this response, once.
    fn from(response: Response<B>) -> Self {
        Self::once(Reply::Response(response.map(Into::into)))
    }
}

/// Shows neither header values nor bodies, which may contain credentials or result URLs.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(response) => f
                .debug_struct("Response")
                .field("status", &response.status().as_u16())
                .field("body_bytes", &response.body().len())
                .finish(),
            Self::Wire(script) => script.fmt(f),
            Self::Normal => f.write_str("Normal"),
            Self::BodyFault(body_fault) => body_fault.fmt(f),
            Self::Rows(fault) => fault.fmt(f),
            Self::WithoutId => f.write_str("WithoutId"),
            Self::ResetInRequest { after_frames } => f
                .debug_struct("ResetInRequest")
                .field("after_frames", after_frames)
                .finish(),
            Self::ContentType(_) => f.write_str("ContentType"),
            Self::Delayed => f.write_str("Delayed"),
            Self::MissingFirst(polls) => f.debug_tuple("MissingFirst").field(polls).finish(),
            Self::RateLimited(limit) => limit.fmt(f),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("reply", &self.reply)
            .field("after_handling", &self.after_handling)
            .field("delay", &self.delay)
            .field("selector", &self.selector)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_rounded_up_to_whole_seconds() {
        let answer = Answer::too_many_requests(Some(Duration::from_millis(1001)));
        let Reply::Response(response) = answer.reply else {
            panic!("no response")
        };
        assert_eq!(response.headers()[RETRY_AFTER], "2");
    }

    #[test]
    fn delays_are_bounded() {
        assert_eq!(Answer::normal().delayed(Duration::MAX).delay, MAX_DELAY);
        assert_eq!(Answer::latency(Duration::MAX).delay, MAX_DELAY);
    }

    #[test]
    fn debug_shows_neither_body_nor_header_values() {
        let answer = Answer::redirect("https://planted.example/face.jpeg").unwrap();
        let json = Answer::json(r#"{"url":"https://planted.example/face.jpeg"}"#);
        let wire = Answer::wire(WireScript::new().write("planted"));
        let named = Answer::content_type("text/planted").unwrap();
        let shown = format!("{answer:?}{json:?}{wire:?}{named:?}");
        assert!(!shown.contains("planted"), "{shown}");
        assert!(shown.contains("302"), "{shown}");
    }
}
