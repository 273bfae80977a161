//! The constructors of answers.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderValue, StatusCode,
    header::{InvalidHeaderValue, LOCATION},
};

use super::{
    Answer, Malformed, Reply, WireScript,
    body_fault::BodyFault,
    rate_limit::{RateLimit, Refusal},
    rows::RowFault,
    selector::{Scope, Selector},
};
use crate::envelope;

/// # In place of the normal answer
impl Answer {
    /// An envelope with this business code, without `data`, with HTTP 200 like the vendor's.
    ///
    /// For another status see [`business_with_status`](Self::business_with_status).
    pub fn business(code: i64) -> Self {
        Self::business_with_status(StatusCode::OK, code)
    }

    /// An envelope with this business code and HTTP status, without `data`.
    pub fn business_with_status(status: StatusCode, code: i64) -> Self {
        envelope::refusal(status, code).into()
    }

    /// HTTP 200 and `application/json` with exactly these bytes, valid JSON or not.
    pub fn json(body: impl Into<Bytes>) -> Self {
        let json = HeaderValue::from_static("application/json");
        envelope::response(StatusCode::OK, json, body.into()).into()
    }

    /// An HTML page with this status, as a proxy in front of the vendor would send.
    pub fn html(status: StatusCode) -> Self {
        envelope::html(status).into()
    }

    /// HTTP 429 without an envelope, optionally with `Retry-After` in seconds (rounded up).
    ///
    /// The vendor's own rate limit is `Answer::business(1005)`; for a real limit see
    /// [`rate_limit`](Self::rate_limit).
    pub fn too_many_requests(retry_after: Option<Duration>) -> Self {
        let answer = Self::html(StatusCode::TOO_MANY_REQUESTS);
        match retry_after {
            Some(wait) => answer.retry_after(wait),
            None => answer,
        }
    }

    /// HTTP 302 to another URL.
    ///
    /// # Errors
    ///
    /// If `location` is not a valid header value.
    pub fn redirect(location: &str) -> Result<Self, InvalidHeaderValue> {
        HeaderValue::from_str(location).map(Self::redirect_to)
    }

    pub(crate) fn redirect_to(location: HeaderValue) -> Self {
        let mut response = envelope::html(StatusCode::FOUND);
        response.headers_mut().insert(LOCATION, location);
        response.into()
    }

    /// Closes the connection without an answer.
    pub fn hang_up() -> Self {
        Self::wire(WireScript::new())
    }

    /// Resets the connection without an answer.
    pub fn reset() -> Self {
        Self::wire(WireScript::new().reset())
    }

    /// Sends nothing and keeps the connection open until the client disconnects or
    /// [`MAX_DELAY`](crate::MAX_DELAY) has passed.
    ///
    /// ```
    /// use akool_faceswap_mock::{Answer, FakeAkool};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// // Only the client's own timeout ends this.
    /// fake.push_answer(Answer::silent());
    /// # Ok(())
    /// # }
    /// ```
    pub fn silent() -> Self {
        Self::wire(WireScript::new().stay())
    }

    /// Resets the connection as soon as the head of the request has arrived, before its body is
    /// read.
    pub fn reset_before_body() -> Self {
        Self::once(Reply::ResetInRequest { after_frames: 0 })
    }

    /// Resets the connection once the first part of the request's body has been read.
    pub fn reset_in_request() -> Self {
        Self::once(Reply::ResetInRequest { after_frames: 1 })
    }

    /// Exactly these bytes on the connection, including the head.
    pub fn wire(script: WireScript) -> Self {
        Self::once(Reply::Wire(script))
    }

    /// Plays the script on the next new connection, before anything is read from it, as in a
    /// failed TLS handshake.
    ///
    /// Clients keep connections alive, so one connection may carry many requests;
    /// [`refuse_connections`](crate::FakeAkool::refuse_connections) closes the open ones. A
    /// connection that gets the script counts only in [`faults_given`](crate::Stats::faults_given),
    /// not as a request.
    ///
    /// ```
    /// use akool_faceswap_mock::{Answer, FakeAkool, WireScript};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// // An overloaded load balancer resets every tenth connection.
    /// fake.push_answer(Answer::on_connect(WireScript::new().reset()).every(10).always());
    /// // A client that connects with https:// reads a fatal alert: handshake_failure.
    /// fake.push_answer(Answer::on_connect(WireScript::new().write(&[21, 3, 3, 0, 2, 2, 40][..])));
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_connect(script: WireScript) -> Self {
        Self::wire(script).to(Selector {
            scope: Scope::Connections,
            ..Selector::all(Some(1))
        })
    }
}

/// # The normal answer, changed
///
/// The request is handled as usual, so it counts as a lookup of its jobs.
impl Answer {
    /// The normal answer; useful with a [delay](Self::delayed), or as a gap in a sequence.
    pub fn normal() -> Self {
        Self::once(Reply::Normal)
    }

    /// A submission is accepted, and its answer lacks the job's `_id`.
    pub fn accepted_without_id() -> Self {
        Self::once(Reply::WithoutId)
    }

    /// `Content-Length` announces the whole body, but the connection is closed after half of it.
    pub fn truncated() -> Self {
        Self::once(Reply::BodyFault(BodyFault::Truncated))
    }

    /// Half of the body is sent as a chunk, then the connection is closed without the final chunk.
    pub fn chunk_cut() -> Self {
        Self::once(Reply::BodyFault(BodyFault::ChunkCut))
    }

    /// `Content-Length` announces the whole body, but the connection is reset after half of it.
    pub fn reset_in_body() -> Self {
        Self::once(Reply::BodyFault(BodyFault::ResetInBody))
    }

    /// The body, then endless spaces, until the client disconnects or
    /// [`MAX_DELAY`](crate::MAX_DELAY) has passed.
    pub fn endless() -> Self {
        Self::once(Reply::BodyFault(BodyFault::Endless))
    }

    /// The head is sent at once, then `bytes` bytes of the body (at least one) after each `every`,
    /// in real time.
    pub fn slow(bytes: u32, every: Duration) -> Self {
        Self::once(Reply::BodyFault(BodyFault::Slow { bytes, every }))
    }

    /// Another `Content-Type`, such as `text/html` on a file.
    ///
    /// # Errors
    ///
    /// If `content_type` is not a valid header value.
    pub fn content_type(content_type: &str) -> Result<Self, InvalidHeaderValue> {
        let content_type = HeaderValue::from_str(content_type)?;
        Ok(Self::once(Reply::ContentType(content_type)))
    }

    /// Each row twice.
    pub fn duplicate_rows() -> Self {
        Self::once(Reply::Rows(RowFault::Duplicates))
    }

    /// A row of a successful job that was not requested, before the others.
    pub fn foreign_row() -> Self {
        Self::once(Reply::Rows(RowFault::Foreign))
    }

    /// Rows with this `faceswap_status`, regardless of the state of their jobs.
    pub fn unknown_status(code: i64) -> Self {
        Self::once(Reply::Rows(RowFault::Status(code)))
    }

    /// An answer that deviates from the documented form.
    ///
    /// ```
    /// use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, Malformed};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// let id = fake.add_job(FakeJob::image());
    /// // The status of this job is always the string "3".
    /// fake.push_answer(Answer::malformed(Malformed::StatusAsString).for_id(id).always());
    /// # Ok(())
    /// # }
    /// ```
    pub fn malformed(malformed: Malformed) -> Self {
        Self::once(Reply::Rows(RowFault::Malformed(Some(malformed))))
    }

    /// A [`Malformed`] answer drawn from the fake's seed, a new one each time.
    pub fn malformed_at_random() -> Self {
        Self::once(Reply::Rows(RowFault::Malformed(None)))
    }
}

/// # Answers that combine with the next one
///
/// After one of these, the next answer of the script decides. They apply until the script is
/// cleared, unless [`times`](Self::times) says otherwise.
impl Answer {
    /// Delays every answer by this much real time, at most [`MAX_DELAY`](crate::MAX_DELAY) in
    /// all.
    pub fn latency(by: Duration) -> Self {
        Self::without_end(Reply::Delayed).delayed(by)
    }

    /// Each job has no row in its first `polls` lookups, as if it were too new; these lookups do
    /// not advance its life cycle.
    ///
    /// For a single job see [`FakeJob::missing_first`](crate::FakeJob::missing_first).
    pub fn missing_first(polls: u32) -> Self {
        Self::without_end(Reply::MissingFirst(polls))
    }

    /// At most `most` requests in each window of the fake's time; further requests are refused
    /// with code 1005.
    ///
    /// A window starts with the first request after the previous window; refused requests do not
    /// count.
    ///
    /// ```
    /// use std::time::Duration;
    /// use akool_faceswap_mock::{Answer, FakeAkool};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// fake.push_answer(Answer::rate_limit(50, Duration::from_secs(1)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn rate_limit(most: u32, window: Duration) -> Self {
        Self::limited(most, window, Refusal::Business)
    }

    /// Like [`rate_limit`](Self::rate_limit), but refuses with HTTP 429 and the rest of the window
    /// in `Retry-After`.
    pub fn rate_limit_429(most: u32, window: Duration) -> Self {
        Self::limited(most, window, Refusal::Http)
    }

    fn limited(most: u32, window: Duration, refusal: Refusal) -> Self {
        Self::without_end(Reply::RateLimited(RateLimit {
            most,
            window,
            refusal,
        }))
    }
}
