//! One request and its answer: the vendor's lookup and token endpoints, as far as they are known,
//! and the result files.
//!
//! A request is recorded first; then a scripted answer goes before everything, the limit on the
//! request line before the path, the path before the credentials, these before the ids.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::{Method, Response, StatusCode, header::CONTENT_TYPE, request::Parts};
use tokio::sync::watch;

use crate::{
    answer::{
        MAX_DELAY, Reply,
        script::{Plan, Script},
        whom::{Asked, Place},
    },
    clock::Clock,
    credentials::Credentials,
    envelope, files,
    record::{RecordedRequest, Recorder},
    store::{JobStore, Lookup},
    stored_job::File,
    wire_script::WireScript,
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
    pub(crate) files_folder: String,
    pub(crate) credentials: Mutex<Credentials>,
    pub(crate) auth_failure_status: StatusCode,
    pub(crate) max_request_line: usize,
    pub(crate) clock: Clock,
    pub(crate) jobs: Mutex<JobStore>,
    pub(crate) script: Mutex<Script>,
    pub(crate) recorder: Recorder,
    /// How many [`HeldAnswers`] there are.
    pub(crate) holds: watch::Sender<usize>,
}

/// The answer to one request.
pub(crate) enum Answered {
    Response(Response<Bytes>),
    /// The bare connection is needed for it.
    Wire(WireScript),
}

/// A request to the API that has been recorded.
struct Received<'a> {
    head: &'a Parts,
    body: &'a [u8],
    ids: &'a [String],
    line_len: usize,
    number: u64,
}

impl Service {
    pub(crate) fn jobs(&self) -> MutexGuard<'_, JobStore> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn credentials(&self) -> MutexGuard<'_, Credentials> {
        self.credentials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What a new connection meets before any request, if the script has something for it.
    pub(crate) async fn greet(&self) -> Option<WireScript> {
        let connection = Asked {
            ids: &[],
            place: Place::Connections,
        };
        let plan = self.script().plan(connection, self.clock.now());
        late(&plan).await;
        match plan.reply {
            Reply::Wire(script) => Some(script),
            _ => None,
        }
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, head: &Parts, body: &[u8]) -> Answered {
        match head.uri.path().strip_prefix(self.files_folder.as_str()) {
            Some(name) => self.answer_download(head, name).await,
            None => self.answer_request(head, body).await,
        }
    }

    async fn answer_request(&self, head: &Parts, body: &[u8]) -> Answered {
        let ids = asked_ids(head.uri.query().unwrap_or_default());
        let request = RecordedRequest::new(&head.method, &head.uri, &head.headers, ids.clone());
        let line_len = request.request_line_len();
        let in_flight = self.recorder.arrived(request);
        let plan = self.script().plan(
            Asked {
                ids: &ids,
                place: Place::Api,
            },
            self.clock.now(),
        );
        self.released().await;
        late(&plan).await;
        let received = Received {
            head,
            body,
            ids: &ids,
            line_len,
            number: in_flight.number,
        };
        self.carry_out(&plan, |plan| self.normal_answer(&received, plan))
    }

    /// Files need no credentials; whether some came is only noted.
    async fn answer_download(&self, head: &Parts, name: &str) -> Answered {
        let id = files::id_of(name).unwrap_or_default();
        let ids = vec![id.clone()];
        let request = RecordedRequest::new(&head.method, &head.uri, &head.headers, ids.clone());
        self.recorder.downloaded(request);
        let plan = self.script().plan(
            Asked {
                ids: &ids,
                place: Place::Files,
            },
            self.clock.now(),
        );
        late(&plan).await;
        self.carry_out(&plan, |_| {
            let file = self.jobs().file(&id, self.clock.now());
            match file {
                Some(File::There(kind)) => files::serve(&id, kind, &head.method, &head.headers),
                Some(File::Expired) => envelope::html(StatusCode::FORBIDDEN),
                Some(File::NotYet) | None => envelope::html(StatusCode::NOT_FOUND),
            }
        })
    }

    /// What the script makes of the normal answer, which is made only where it is needed.
    fn carry_out(&self, plan: &Plan, normal: impl Fn(&Plan) -> Response<Bytes>) -> Answered {
        Answered::Response(match &plan.reply {
            Reply::Response(response) => response.clone(),
            Reply::Wire(script) => return Answered::Wire(script.clone()),
            Reply::Spoiled(spoil) => return Answered::Wire(spoil.script(&normal(plan))),
            Reply::Rows(fault) => {
                let normal = normal(plan);
                fault.apply(normal, plan.only_for.as_deref(), self.script().seeded())
            }
            Reply::ContentType(content_type) => {
                let mut response = normal(plan);
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, content_type.clone());
                response
            }
            Reply::Normal | Reply::Late | Reply::MissingFirst(_) | Reply::RateLimited(_) => {
                normal(plan)
            }
        })
    }

    fn normal_answer(&self, received: &Received<'_>, plan: &Plan) -> Response<Bytes> {
        let head = received.head;
        if received.line_len > self.max_request_line {
            return envelope::html(StatusCode::URI_TOO_LONG);
        }
        if head.method == Method::POST && head.uri.path() == self.token_path {
            return match self.credentials().token_for(received.body) {
                Ok(token) => envelope::token(token),
                Err(code) => envelope::refusal(self.auth_failure_status, code),
            };
        }
        if head.method != Method::GET || head.uri.path() != self.lookup_path {
            return envelope::html(StatusCode::NOT_FOUND);
        }
        if let Some(code) = self.credentials().refuse(&head.headers) {
            return envelope::refusal(self.auth_failure_status, code);
        }
        if received.ids.is_empty() {
            return envelope::refusal(StatusCode::OK, envelope::PARAMETER);
        }
        let arrived = self.recorder.figures().requests;
        let rows = self.jobs().look_up(&Lookup {
            ids: received.ids,
            now: self.clock.now(),
            base_url: &self.base_url,
            missing: &plan.missing,
            request: received.number,
            told_at: matches!(plan.reply, Reply::Normal).then_some(arrived),
        });
        envelope::rows(rows)
    }

    /// Waits until nobody holds the answers, but not longer than any other delay may take.
    async fn released(&self) {
        let mut holds = self.holds.subscribe();
        let released = holds.wait_for(|&holds| holds == 0);
        let _ = tokio::time::timeout(MAX_DELAY, released).await;
    }
}

async fn late(plan: &Plan) {
    if !plan.delay.is_zero() {
        tokio::time::sleep(plan.delay).await;
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
