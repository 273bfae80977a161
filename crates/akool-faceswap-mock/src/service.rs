//! One request and its answer, over a socket or in process.
//!
//! A request is recorded first. Then the script decides. A normal answer depends on, in this order:
//! the length of the request line, the path, the credentials, the body.

use std::{
    fmt,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicUsize},
};

use bytes::Bytes;
use http::{Response, StatusCode, header::CONTENT_TYPE, request::Parts};
use http_body_util::{BodyExt as _, Collected, Limited};
use hyper::body::Body;
use serde_json::json;
use tokio::sync::watch;

use crate::{
    answer::{
        Reply, WireScript,
        body_fault::BodyFault,
        script::{Plan, Script},
        selector::{RequestContext, Scope},
    },
    clock::Clock,
    credentials::Credentials,
    delivery::{self, Deliveries},
    endpoint::{
        Endpoint,
        account::Account,
        detect::Scenes,
        lookup::{ids_of_body, ids_of_query},
        submit::SubmitEndpoint,
    },
    envelope, files,
    job::Kind,
    limits::MAX_DELAY,
    record::{RecordedRequest, Recorder},
    store::{JobStore, Lookup},
    stored_job::File,
};

/// The largest body that is read: a picture as base64.
const MAX_BODY: usize = 32 * 1024 * 1024;

/// Everything a fake knows; shared by the test and the server's thread.
pub(crate) struct Service {
    pub(crate) base_url: String,
    pub(crate) path_prefix: String,
    pub(crate) credentials: Mutex<Credentials>,
    pub(crate) auth_failure_status: StatusCode,
    pub(crate) max_request_line: usize,
    pub(crate) clock: Clock,
    pub(crate) jobs: Mutex<JobStore>,
    pub(crate) account: Mutex<Account>,
    pub(crate) scenes: Mutex<Scenes>,
    pub(crate) script: Mutex<Script>,
    pub(crate) recorder: Recorder,
    pub(crate) deliveries: Deliveries,
    /// Reports that a test has changed or removed jobs.
    pub(crate) changes: watch::Sender<()>,
    /// How many [`RefusedConnections`](crate::RefusedConnections) an in-process fake has.
    pub(crate) refusals: Arc<AtomicUsize>,
    /// How many [`PausedResponses`] exist.
    pub(crate) holds: watch::Sender<usize>,
}

/// The answer to one request.
pub(crate) enum Answered {
    Response(Response<Bytes>),
    /// A server needs the raw connection for this and the next.
    Wire(WireScript),
    BodyFault(BodyFault, Response<Bytes>),
}

/// A request to the API that has been recorded.
struct Received<'a> {
    head: &'a Parts,
    endpoint: Option<Endpoint>,
    body: &'a [u8],
    ids: &'a [String],
    line_len: usize,
    number: u64,
}

impl Service {
    pub(crate) fn jobs(&self) -> MutexGuard<'_, JobStore> {
        lock(&self.jobs)
    }

    pub(crate) fn account(&self) -> MutexGuard<'_, Account> {
        lock(&self.account)
    }

    pub(crate) fn scenes(&self) -> MutexGuard<'_, Scenes> {
        lock(&self.scenes)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.script)
    }

    pub(crate) fn credentials(&self) -> MutexGuard<'_, Credentials> {
        lock(&self.credentials)
    }

    /// Whether in-process requests are refused, as by a server that is down.
    #[cfg(feature = "in-process")]
    pub(crate) fn is_refusing(&self) -> bool {
        self.refusals.load(std::sync::atomic::Ordering::Relaxed) > 0
    }

    /// What to play on a new connection before any request, if the script says so.
    pub(crate) async fn on_connect(&self) -> Option<WireScript> {
        let connection = RequestContext {
            ids: &[],
            scope: Scope::Connections,
        };
        let plan = self.script().plan(connection, self.clock.now());
        apply_delay(&plan).await;
        match plan.reply {
            Reply::Wire(script) => Some(script),
            _ => None,
        }
    }

    /// Answers one request.
    pub(crate) async fn answer<B>(self: &Arc<Self>, head: &Parts, body: B) -> Answered
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let path = head.uri.path().strip_prefix(self.path_prefix.as_str());
        match path.and_then(|path| path.strip_prefix(files::FOLDER)) {
            Some(name) => self.answer_download(head, name).await,
            None => self.answer_request(head, path, body).await,
        }
    }

    async fn answer_request<B>(
        self: &Arc<Self>,
        head: &Parts,
        path: Option<&str>,
        body: B,
    ) -> Answered
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let endpoint = path.and_then(|path| Endpoint::find(&head.method, path));
        let ids = ids_of_query(head.uri.query().unwrap_or_default());
        let request = RecordedRequest::new(&head.method, &head.uri, &head.headers, ids.clone());
        let line_len = request.request_line_len();
        let in_flight = self.recorder.arrived(request);
        let context = RequestContext {
            ids: &ids,
            scope: match endpoint {
                Some(Endpoint::Submit(_)) => Scope::Submits,
                Some(Endpoint::Lookup) => Scope::Lookups,
                _ => Scope::Api,
            },
        };
        let plan = self.script().plan(context, self.clock.now());
        let mut body = pin!(Limited::new(body, MAX_BODY));
        if let Reply::ResetInRequest { after_frames } = plan.reply {
            for _ in 0..after_frames {
                let _ = body.frame().await;
            }
            apply_delay(&plan).await;
            return Answered::Wire(WireScript::new().reset());
        }
        // A body that is too large or breaks off counts as empty.
        let body = body.collect().await;
        let body = body.map(Collected::to_bytes).unwrap_or_default();
        self.released().await;
        apply_delay(&plan).await;
        let received = Received {
            head,
            endpoint,
            body: &body,
            ids: &ids,
            line_len,
            number: in_flight.number,
        };
        self.carry_out(&plan, |plan| self.normal_answer(&received, plan))
    }

    /// Files need no credentials; whether any were sent is only recorded.
    async fn answer_download(&self, head: &Parts, name: &str) -> Answered {
        let id = files::id_of(name).unwrap_or_default();
        let ids = vec![id.clone()];
        let request = RecordedRequest::new(&head.method, &head.uri, &head.headers, ids.clone());
        self.recorder.downloaded(request);
        let plan = self.script().plan(
            RequestContext {
                ids: &ids,
                scope: Scope::Files,
            },
            self.clock.now(),
        );
        apply_delay(&plan).await;
        self.carry_out(&plan, |_| {
            if files::is_picture(&id) {
                return files::serve(&id, Kind::Image, &head.method, &head.headers);
            }
            let file = self.jobs().file(&id, self.clock.now());
            match file {
                Some(File::Available(kind)) => files::serve(&id, kind, &head.method, &head.headers),
                Some(File::NotYet | File::Expired) => envelope::html(StatusCode::FORBIDDEN),
                None => envelope::html(StatusCode::NOT_FOUND),
            }
        })
    }

    /// Applies the plan; the normal answer is made only where the plan needs it.
    fn carry_out(&self, plan: &Plan, normal: impl Fn(&Plan) -> Response<Bytes>) -> Answered {
        let handle = |plan: &Plan| {
            if plan.after_handling {
                normal(plan);
            }
        };
        Answered::Response(match &plan.reply {
            Reply::Response(response) => {
                handle(plan);
                response.clone()
            }
            Reply::Wire(script) => {
                handle(plan);
                return Answered::Wire(script.clone());
            }
            // For a download; other requests are reset before their body is read.
            Reply::ResetInRequest { .. } => return Answered::Wire(WireScript::new().reset()),
            Reply::BodyFault(fault) => return Answered::BodyFault(*fault, normal(plan)),
            Reply::Rows(fault) => {
                let normal = normal(plan);
                fault.apply(normal, plan.only_for.as_deref(), self.script().rng())
            }
            Reply::WithoutId => envelope::without_id(normal(plan)),
            Reply::ContentType(content_type) => {
                let mut response = normal(plan);
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, content_type.clone());
                response
            }
            Reply::Normal | Reply::Delayed | Reply::MissingFirst(_) | Reply::RateLimited(_) => {
                normal(plan)
            }
        })
    }

    fn normal_answer(self: &Arc<Self>, received: &Received<'_>, plan: &Plan) -> Response<Bytes> {
        if received.line_len > self.max_request_line {
            return envelope::html(StatusCode::URI_TOO_LONG);
        }
        let Some(endpoint) = received.endpoint else {
            return envelope::html(StatusCode::NOT_FOUND);
        };
        // A token request has its credentials in its body.
        if endpoint != Endpoint::Token
            && let Some(code) = self.credentials().refuse(&received.head.headers)
        {
            return envelope::refusal(self.auth_failure_status, code);
        }
        let body = received.body;
        match endpoint {
            Endpoint::Lookup => self.look_up(received, plan),
            Endpoint::Delete => self.delete(body),
            Endpoint::Credit => {
                let data = json!({"credit": self.account().credit});
                envelope::success("OK", Some(&data))
            }
            Endpoint::Submit(endpoint) => self.submit(endpoint, body),
            Endpoint::DetectFaces => self.scenes().detect_faces(body, &self.base_url),
            Endpoint::AnalyzeFrames => self.scenes().analyze_frames(body, &self.base_url),
            Endpoint::Token => match self.credentials().token_for(body) {
                Ok(token) => envelope::token(token),
                Err(code) => envelope::refusal(self.auth_failure_status, code),
            },
        }
    }

    fn look_up(&self, received: &Received<'_>, plan: &Plan) -> Response<Bytes> {
        if received.ids.is_empty() {
            return envelope::refusal(StatusCode::OK, envelope::PARAMETER);
        }
        let arrived = self.recorder.counters().requests;
        let rows = self.jobs().look_up(&Lookup {
            ids: received.ids,
            now: self.clock.now(),
            base_url: &self.base_url,
            missing: &plan.missing,
            request: received.number,
            reported_at: matches!(plan.reply, Reply::Normal).then_some(arrived),
        });
        envelope::rows(rows)
    }

    /// Deletes the jobs that exist, and refuses only if none of them does.
    fn delete(&self, body: &[u8]) -> Response<Bytes> {
        let Some(ids) = ids_of_body(body) else {
            return envelope::refusal(StatusCode::OK, envelope::PARAMETER);
        };
        let mut jobs = self.jobs();
        let deleted = ids.iter().filter(|id| jobs.remove(id).is_ok()).count();
        drop(jobs);
        self.changes.send_replace(());
        if deleted == 0 {
            envelope::refusal(StatusCode::OK, envelope::NOT_FOUND)
        } else {
            envelope::success("OK", None)
        }
    }

    fn submit(self: &Arc<Self>, endpoint: SubmitEndpoint, body: &[u8]) -> Response<Bytes> {
        let submission = match endpoint.read(body) {
            Ok(submission) => submission,
            Err(code) => return envelope::refusal(StatusCode::OK, code),
        };
        let mut account = self.account();
        if !account.pay() {
            return envelope::refusal(StatusCode::OK, envelope::QUOTA);
        }
        let mut job = account.submitted_job.clone();
        job.kind = submission.kind;
        let mut jobs = self.jobs();
        let id = jobs.add(job, self.clock.now());
        account.submitted_ids.push(id.clone());
        let mut data = json!({"_id": id, "job_id": jobs.job_id(&id)});
        if endpoint.answers_with_url() {
            data["url"] = json!(jobs.result_url(&id, &self.base_url));
        }
        drop((jobs, account));
        if let Some(url) = submission.webhook_url {
            tokio::spawn(delivery::follow(Arc::clone(self), id, url));
        }
        envelope::success(endpoint.message(), Some(&data))
    }

    /// Waits until responses are no longer paused, for at most [`MAX_DELAY`].
    async fn released(&self) {
        let mut holds = self.holds.subscribe();
        let released = holds.wait_for(|&holds| holds == 0);
        let _ = tokio::time::timeout(MAX_DELAY, released).await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn apply_delay(plan: &Plan) {
    if !plan.delay.is_zero() {
        tokio::time::sleep(plan.delay).await;
    }
}

/// Makes a fake hold back its responses until this is dropped; see
/// [`FakeAkool::pause_responses`](crate::FakeAkool::pause_responses).
#[must_use = "responses resume when this is dropped"]
pub struct PausedResponses(Arc<Service>);

impl PausedResponses {
    pub(crate) fn new(service: Arc<Service>) -> Self {
        service.holds.send_modify(|holds| *holds += 1);
        Self(service)
    }
}

impl Drop for PausedResponses {
    fn drop(&mut self) {
        self.0.holds.send_modify(|holds| *holds -= 1);
    }
}

impl fmt::Debug for PausedResponses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PausedResponses").finish_non_exhaustive()
    }
}
