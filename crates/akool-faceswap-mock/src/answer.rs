//! Scripted answers: what the fake says in place of the normal answer, to whom and how often.
//!
//! One value tells it all, so that a test reads as the list of what its client will meet.

use std::{collections::VecDeque, fmt, time::Duration};

use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{InvalidHeaderValue, LOCATION, RETRY_AFTER},
};

use crate::envelope;

/// The longest [delay](Answer::delayed) of an answer.
pub const MAX_DELAY: Duration = Duration::from_secs(300);

/// An answer that a test puts in the way of the normal one.
///
/// It is given once, to the next request of any kind, before path, credentials and ids are looked
/// at; [`times`](Self::times), [`always`](Self::always) and [`for_id`](Self::for_id) change that.
/// Anything without a constructor here is made from an [`http::Response`].
///
/// ```
/// use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, http};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let fake = FakeAkool::start()?;
/// let id = fake.add_job(FakeJob::image());
///
/// // Twice too many requests, then a strange page, then business as usual ...
/// fake.push_answer(Answer::too_many_requests(None).times(2));
/// fake.push_answer(http::Response::builder().status(203).body("hello")?);
/// // ... but never again for this id.
/// fake.push_answer(Answer::business(1003).for_id(id).always());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Answer {
    pub(crate) reply: Reply,
    delay: Duration,
    only_for: Option<String>,
    /// None: without end.
    remaining: Option<u32>,
}

/// What is said; more ways to misbehave are to come.
#[derive(Clone)]
pub(crate) enum Reply {
    Response(Response<Bytes>),
    Normal,
    HangUp,
}

impl Answer {
    /// An envelope with this business code, without `data`, with HTTP 200 as the vendor does.
    ///
    /// For another status see [`business_with_status`](Self::business_with_status).
    pub fn business(code: i64) -> Self {
        Self::business_with_status(StatusCode::OK, code)
    }

    /// An envelope with this business code, without `data`, with an HTTP status of its own.
    pub fn business_with_status(status: StatusCode, code: i64) -> Self {
        envelope::refusal(status, code).into()
    }

    /// HTTP 200 and `application/json` with exactly these bytes, whatever they are.
    pub fn json(body: impl Into<Bytes>) -> Self {
        let json = HeaderValue::from_static("application/json");
        envelope::response(StatusCode::OK, json, body.into()).into()
    }

    /// An HTML page with this status, as a proxy in front of the vendor sends it.
    pub fn html(status: StatusCode) -> Self {
        envelope::html(status).into()
    }

    /// HTTP 429 without an envelope, with `Retry-After` in seconds if wanted (rounded up).
    ///
    /// The vendor's own rate limit is `Answer::business(1005)`.
    pub fn too_many_requests(retry_after: Option<Duration>) -> Self {
        let mut response = envelope::html(StatusCode::TOO_MANY_REQUESTS);
        if let Some(wait) = retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response.into()
    }

    /// HTTP 302 to another place.
    ///
    /// # Errors
    ///
    /// If `location` cannot stand in a header.
    pub fn redirect(location: &str) -> Result<Self, InvalidHeaderValue> {
        let location = HeaderValue::from_str(location)?;
        let mut response = envelope::html(StatusCode::FOUND);
        response.headers_mut().insert(LOCATION, location);
        Ok(response.into())
    }

    /// Closes the connection without an answer.
    pub fn hang_up() -> Self {
        Self::new(Reply::HangUp)
    }

    /// The normal answer; of use with a [delay](Self::delayed), or as a pause in a sequence.
    pub fn normal() -> Self {
        Self::new(Reply::Normal)
    }

    fn new(reply: Reply) -> Self {
        Self {
            reply,
            delay: Duration::ZERO,
            only_for: None,
            remaining: Some(1),
        }
    }

    /// Gives the answer only after this much real time, at most [`MAX_DELAY`]; default: at once.
    #[must_use]
    pub fn delayed(mut self, by: Duration) -> Self {
        self.delay = by.min(MAX_DELAY);
        self
    }

    /// Gives the answer only to requests that ask for this id, alone or among others.
    #[must_use]
    pub fn for_id(mut self, id: impl Into<String>) -> Self {
        self.only_for = Some(id.into());
        self
    }

    /// Gives the answer this many times; default: once.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.remaining = Some(times);
        self
    }

    /// Gives the answer without end, until the script is
    /// [cleared](crate::FakeAkool::clear_answers).
    #[must_use]
    pub fn always(mut self) -> Self {
        self.remaining = None;
        self
    }

    pub(crate) fn delay(&self) -> Duration {
        self.delay
    }

    fn is_for(&self, ids: &[String]) -> bool {
        self.only_for.as_ref().is_none_or(|id| ids.contains(id))
    }
}

impl<B: Into<Bytes>> From<Response<B>> for Answer {
    /// Exactly this response, once.
    fn from(response: Response<B>) -> Self {
        Self::new(Reply::Response(response.map(Into::into)))
    }
}

/// Shows neither header values nor the body: a test may plant credentials or result URLs there.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Answer");
        match &self.reply {
            Reply::Response(response) => shown
                .field("status", &response.status().as_u16())
                .field("body_bytes", &response.body().len()),
            Reply::Normal => shown.field("reply", &"normal"),
            Reply::HangUp => shown.field("reply", &"hang up"),
        };
        shown
            .field("delay", &self.delay)
            .field("only_for", &self.only_for)
            .field("remaining", &self.remaining)
            .finish()
    }
}

/// The scripted answers still to be given, in order.
#[derive(Default)]
pub(crate) struct Script(VecDeque<Answer>);

impl Script {
    pub(crate) fn push(&mut self, answer: Answer) {
        if answer.remaining != Some(0) {
            self.0.push_back(answer);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The first answer that is meant for a request with these ids; counts it as given.
    pub(crate) fn next_for(&mut self, ids: &[String]) -> Option<Answer> {
        let at = self.0.iter().position(|answer| answer.is_for(ids))?;
        let answer = self.0.get_mut(at)?;
        let given = answer.clone();
        if let Some(remaining) = &mut answer.remaining {
            *remaining -= 1;
            if *remaining == 0 {
                self.0.remove(at);
            }
        }
        Some(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(answer: Option<Answer>) -> Option<u16> {
        match answer?.reply {
            Reply::Response(response) => Some(response.status().as_u16()),
            Reply::Normal | Reply::HangUp => None,
        }
    }

    fn html(status: u16) -> Answer {
        Answer::html(StatusCode::from_u16(status).unwrap())
    }

    #[test]
    fn a_script_is_followed_in_order_and_ends() {
        let mut script = Script::default();
        script.push(html(500).times(2));
        script.push(html(502).times(0));
        script.push(html(503));
        let given: Vec<_> = (0..4).map(|_| status(script.next_for(&[]))).collect();
        assert_eq!(given, [Some(500), Some(500), Some(503), None]);
        assert_eq!(script.len(), 0);
    }

    #[test]
    fn an_answer_for_one_id_leaves_other_requests_alone() {
        let (a, b) = ("a".to_owned(), "b".to_owned());
        let mut script = Script::default();
        script.push(html(500).for_id("b").always());
        script.push(html(503));
        assert_eq!(status(script.next_for(std::slice::from_ref(&a))), Some(503));
        assert_eq!(status(script.next_for(std::slice::from_ref(&a))), None);
        for _ in 0..3 {
            assert_eq!(status(script.next_for(&[a.clone(), b.clone()])), Some(500));
        }
        script.clear();
        assert_eq!(status(script.next_for(&[b])), None);
    }

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
        assert_eq!(Answer::normal().delayed(Duration::MAX).delay(), MAX_DELAY);
    }

    #[test]
    fn debug_shows_neither_body_nor_header_values() {
        let answer = Answer::redirect("https://planted.example/face.jpeg").unwrap();
        let json = Answer::json(r#"{"url":"https://planted.example/face.jpeg"}"#);
        let shown = format!("{answer:?}{json:?}");
        assert!(!shown.contains("planted"), "{shown}");
        assert!(shown.contains("302"), "{shown}");
    }
}
