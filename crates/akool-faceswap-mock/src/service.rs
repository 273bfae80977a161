//! One request and its answer: the vendor's lookup and token endpoints, as far as they are known.
//!
//! A request is recorded first; then a scripted answer goes before everything, the limit on the
//! request line before the path, the path before the credentials, these before the ids.

use std::{
    error::Error,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::{Method, Response, StatusCode, request::Parts};
use tokio::sync::watch;

use crate::{
    answer::{MAX_DELAY, Reply, Script},
    clock::Clock,
    credentials::Credentials,
    envelope,
    record::{RecordedRequest, Recorder},
    store::JobStore,
};

/// The documented path of the lookup.
pub(crate) const LOOKUP_PATH: &str = "/api/open/v3/faceswap/result/listbyids";

/// The documented path of the token endpoint.
pub(crate) const TOKEN_PATH: &str = "/api/open/v3/getToken";

/// Everything a fake knows; shared by the test and the server's thread.
pub(crate) struct Service {
    pub(crate) base_url: String,
    pub(crate) lookup_path: String,
    pub(crate) token_path: String,
    pub(crate) credentials: Credentials,
    pub(crate) auth_failure_status: StatusCode,
    pub(crate) max_request_line: usize,
    pub(crate) clock: Clock,
    pub(crate) jobs: Mutex<JobStore>,
    pub(crate) script: Mutex<Script>,
    pub(crate) recorder: Recorder,
    /// How many [`HeldAnswers`] there are.
    pub(crate) holds: watch::Sender<usize>,
}

/// The connection is to be closed without an answer.
#[derive(Debug)]
pub(crate) struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hung up, as the test wants it")
    }
}

impl Error for HungUp {}

impl Service {
    pub(crate) fn jobs(&self) -> MutexGuard<'_, JobStore> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers one request.
    pub(crate) async fn answer(
        &self,
        head: &Parts,
        body: &[u8],
    ) -> Result<Response<Bytes>, HungUp> {
        let ids = asked_ids(head.uri.query().unwrap_or_default());
        let request = RecordedRequest::new(&head.method, &head.uri, &head.headers, ids.clone());
        let line_len = request.request_line_len();
        let _in_flight = self.recorder.arrived(request);
        let scripted = self.script().next_for(&ids);
        self.released().await;
        if let Some(answer) = scripted {
            tokio::time::sleep(answer.delay()).await;
            match answer.reply {
                Reply::Response(response) => return Ok(response),
                Reply::HangUp => return Err(HungUp),
                Reply::Normal => {}
            }
        }
        Ok(self.normal_answer(head, body, &ids, line_len))
    }

    fn normal_answer(
        &self,
        head: &Parts,
        body: &[u8],
        ids: &[String],
        line_len: usize,
    ) -> Response<Bytes> {
        if line_len > self.max_request_line {
            return envelope::html(StatusCode::URI_TOO_LONG);
        }
        if head.method == Method::POST && head.uri.path() == self.token_path {
            return match self.credentials.token_for(body) {
                Ok(token) => envelope::token(token),
                Err(code) => envelope::refusal(self.auth_failure_status, code),
            };
        }
        if head.method != Method::GET || head.uri.path() != self.lookup_path {
            return envelope::html(StatusCode::NOT_FOUND);
        }
        if let Some(code) = self.credentials.refuse(&head.headers) {
            return envelope::refusal(self.auth_failure_status, code);
        }
        if ids.is_empty() {
            return envelope::refusal(StatusCode::OK, envelope::PARAMETER);
        }
        envelope::rows(self.jobs().look_up(ids, self.clock.now()))
    }

    /// Waits until nobody holds the answers, but not longer than any other delay may take.
    async fn released(&self) {
        let mut holds = self.holds.subscribe();
        let released = holds.wait_for(|&holds| holds == 0);
        let _ = tokio::time::timeout(MAX_DELAY, released).await;
    }
}

/// The ids of a query, percent-decoded; of a parameter given twice, those of both.
fn asked_ids(query: &str) -> Vec<String> {
    form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "_ids")
        .flat_map(|(_, list)| list.split(',').map(str::to_owned).collect::<Vec<_>>())
        .filter(|id| !id.is_empty())
        .collect()
}

/// Keeps a fake from answering until it is dropped; see
/// [`FakeAkool::hold_answers`](crate::FakeAkool::hold_answers).
#[must_use = "the answers are let go when this is dropped"]
pub struct HeldAnswers(Arc<Service>);

impl HeldAnswers {
    pub(crate) fn new(service: Arc<Service>) -> Self {
        service.holds.send_modify(|holds| *holds += 1);
        Self(service)
    }
}

impl Drop for HeldAnswers {
    fn drop(&mut self) {
        self.0.holds.send_modify(|holds| *holds -= 1);
    }
}

impl fmt::Debug for HeldAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldAnswers").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_decoded_and_keep_their_order() {
        assert_eq!(asked_ids("_ids=b%2Ca,c"), ["b", "a", "c"]);
        assert_eq!(asked_ids("x=1&_ids=a&_ids=b"), ["a", "b"]);
        assert_eq!(asked_ids("_ids=,a,,"), ["a"]);
        assert_eq!(asked_ids("_ids=%E2%82%AC"), ["€"]);
        assert!(asked_ids("").is_empty());
        assert!(asked_ids("_ids").is_empty());
        assert!(asked_ids("_ids=%2C").is_empty());
        assert!(asked_ids("ids=a").is_empty());
    }

    proptest! {
        #[test]
        fn no_query_brings_the_parser_down(query in ".*") {
            for id in asked_ids(&query) {
                prop_assert!(!id.is_empty() && !id.contains(','));
            }
        }

        #[test]
        fn encoded_ids_come_back(ids in prop::collection::vec("[^,]{1,8}", 1..5)) {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("_ids", &ids.join(","))
                .finish();
            prop_assert_eq!(asked_ids(&query), ids);
        }
    }
}
