//! One row of the table: what the server does to a lookup, and causing it.

use std::time::Duration;

use akool_faceswap::{Client, ClientBuilder, Error, ResultIds, RetryPolicy, lookup::Results};
use akool_faceswap_mock::{Answer, FakeAkool, FakeAkoolBuilder, FakeJob};
use http::{HeaderName, HeaderValue, Response, StatusCode};

use super::{
    planted::{self, Credential},
    socket::{Script, SocketServer},
};

/// A time limit that is meant to pass: long enough for a request to go out on a busy machine.
pub(crate) const SHORT: Duration = Duration::from_millis(250);

/// What no lookup of the table takes.
const LONG: Duration = Duration::from_secs(60);

/// A fault and what it has to come to.
pub(crate) struct Fault {
    pub(crate) name: String,
    pub(crate) server: Server,
    /// What the lookup comes to, in the notation of [`verdict`](super::verdict).
    pub(crate) expected: String,
    /// How many requests the server gets to see.
    pub(crate) requests: usize,
    /// Whether a time limit has to pass, which costs time and nothing else.
    pub(crate) waits: bool,
    asks: &'static str,
    calls: usize,
    settings: fn(ClientBuilder) -> ClientBuilder,
}

/// Who answers.
pub(crate) enum Server {
    Fake(Fake),
    Socket(Script),
    /// Nobody listens.
    Nobody,
    /// Somebody listens who never accepts, and the queue is full.
    Full,
    /// A socket without TLS, spoken to as if it had some.
    PlainForTls(Script),
}

/// A fake AKOOL that has a job, ended well, for each letter from `a` to `h`.
pub(crate) struct Fake {
    pub(crate) settings: fn(FakeAkoolBuilder) -> FakeAkoolBuilder,
    pub(crate) script: Vec<Scripted>,
}

/// A scripted answer of the fake.
#[derive(Clone)]
pub(crate) enum Scripted {
    Ready(Answer),
    Raw(Raw),
}

/// A response to the byte, with placeholders.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) always: bool,
}

impl Fault {
    pub(crate) fn new(
        name: impl Into<String>,
        server: impl Into<Server>,
        expected: impl Into<String>,
        requests: usize,
    ) -> Self {
        Self {
            name: name.into(),
            server: server.into(),
            expected: expected.into(),
            requests,
            waits: false,
            asks: "a",
            calls: 1,
            settings: |client| client.retry(RetryPolicy::never()),
        }
    }

    /// The ids that are asked for; without this, `a` alone.
    pub(crate) fn asks(mut self, letters: &'static str) -> Self {
        self.asks = letters;
        self
    }

    /// How many lookups are made, one after another; the last one counts.
    pub(crate) fn calls(mut self, calls: usize) -> Self {
        self.calls = calls;
        self
    }

    /// Up to four attempts, without a pause between them.
    pub(crate) fn repeated(self) -> Self {
        self.client(|client| {
            client.retry(
                RetryPolicy::new()
                    .base_delay(Duration::ZERO)
                    .max_retry_after(Duration::ZERO),
            )
        })
    }

    /// A short time for each attempt, and all of it has to pass.
    pub(crate) fn hurried(self) -> Self {
        self.waiting(|client| client.retry(RetryPolicy::never()).attempt_timeout(SHORT))
    }

    /// Other settings of the client, with a time limit that has to pass.
    pub(crate) fn waiting(self, settings: fn(ClientBuilder) -> ClientBuilder) -> Self {
        Self {
            waits: true,
            ..self.client(settings)
        }
    }

    /// Other settings of the client; without this, one attempt and no more.
    pub(crate) fn client(mut self, settings: fn(ClientBuilder) -> ClientBuilder) -> Self {
        self.settings = settings;
        self
    }
}

/// What came of a fault.
pub(crate) struct Happened {
    pub(crate) client: Client,
    pub(crate) builder: String,
    pub(crate) outcome: Result<Results, Error>,
    pub(crate) requests: usize,
}

/// The place where faults are caused.
pub(crate) struct Stage {
    pub(crate) credential: Credential,
    /// The server that no request may go to.
    pub(crate) other: SocketServer,
}

impl Stage {
    pub(crate) async fn new(credential: Credential) -> Self {
        let answer = Script::request().write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        Self {
            credential,
            other: SocketServer::start(answer).await.unwrap(),
        }
    }

    fn fill(&self, bytes: &[u8]) -> Vec<u8> {
        let other = self.other.address().to_string();
        planted::filled_at_start(bytes, self.credential.secret(), &other)
    }

    /// Causes `fault` and says what came of it.
    pub(crate) async fn cause(&self, fault: &Fault) -> Happened {
        match &fault.server {
            Server::Fake(fake) => {
                let running = self.start(fake);
                let (client, builder, outcome) = self.call(fault, running.url()).await;
                Happened {
                    client,
                    builder,
                    outcome,
                    requests: usize::try_from(running.request_count()).unwrap(),
                }
            }
            Server::Socket(script) | Server::PlainForTls(script) => {
                let scheme = match fault.server {
                    Server::PlainForTls(_) => "https",
                    _ => "http",
                };
                let script = script.clone().filled(|bytes| self.fill(bytes));
                let running = SocketServer::start(script).await.unwrap();
                let url = format!("{scheme}://{}", running.address());
                let (client, builder, outcome) = self.call(fault, &url).await;
                Happened {
                    client,
                    builder,
                    outcome,
                    requests: running.requests(),
                }
            }
            Server::Nobody => {
                let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
                let url = format!("http://{}", free.local_addr().unwrap());
                drop(free);
                self.call_nobody(fault, &url).await
            }
            Server::Full => {
                let socket = tokio::net::TcpSocket::new_v4().unwrap();
                socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
                let listener = socket.listen(1).unwrap();
                let address = listener.local_addr().unwrap();
                // Until the system answers no more.
                let mut waiting = Vec::new();
                let limit = Duration::from_millis(30);
                let connect = || tokio::net::TcpStream::connect(address);
                while let Ok(stream) = tokio::time::timeout(limit, connect()).await {
                    waiting.push(stream);
                    assert!(waiting.len() < 100, "the queue is never full");
                }
                self.call_nobody(fault, &format!("http://{address}")).await
            }
        }
    }

    fn start(&self, fake: &Fake) -> FakeAkool {
        let builder = FakeAkool::builder()
            .api_key(planted::API_KEY)
            .bearer_token(planted::TOKEN);
        let running = (fake.settings)(builder).start().unwrap();
        for letter in 'a'..='h' {
            let job = FakeJob::image()
                .with_id(planted::id(letter))
                .with_url(planted::URL)
                .after_polls(0, 0);
            running.add_job(job);
        }
        for scripted in &fake.script {
            running.push_answer(match scripted {
                Scripted::Ready(answer) => answer.clone(),
                Scripted::Raw(raw) => self.answer(raw),
            });
        }
        running
    }

    fn answer(&self, raw: &Raw) -> Answer {
        let mut response = Response::new(self.fill(&raw.body));
        *response.status_mut() = StatusCode::from_u16(raw.status).unwrap();
        for (name, value) in &raw.headers {
            let name: HeaderName = name.parse().unwrap();
            let value = HeaderValue::from_bytes(&self.fill(value.as_bytes())).unwrap();
            response.headers_mut().append(name, value);
        }
        let answer = Answer::from(response);
        if raw.always { answer.always() } else { answer }
    }

    async fn call_nobody(&self, fault: &Fault, url: &str) -> Happened {
        let (client, builder, outcome) = self.call(fault, url).await;
        Happened {
            client,
            builder,
            outcome,
            requests: 0,
        }
    }

    async fn call(&self, fault: &Fault, url: &str) -> (Client, String, Result<Results, Error>) {
        let builder = Client::builder().base_url(url).jitter_seed(1);
        let builder = match self.credential {
            Credential::ApiKey => builder.api_key(planted::API_KEY),
            Credential::BearerToken => builder.bearer_token(planted::TOKEN),
        };
        let builder = (fault.settings)(builder);
        let shown = format!("{builder:?}\n{builder:#?}");
        let client = builder.build().unwrap();
        let ids = ResultIds::parse_all(fault.asks.chars().map(planted::id)).unwrap();
        let look_up = async || {
            let limited = tokio::time::timeout(LONG, client.lookup(&ids).into_future());
            limited.await.expect("no fault holds a lookup up")
        };
        let mut outcome = look_up().await;
        for _ in 1..fault.calls {
            outcome = look_up().await;
        }
        (client, shown, outcome)
    }
}

impl From<Script> for Server {
    fn from(script: Script) -> Self {
        Self::Socket(script)
    }
}

impl From<Fake> for Server {
    fn from(fake: Fake) -> Self {
        Self::Fake(fake)
    }
}

/// A fake that gives these answers, then normal ones.
impl<const N: usize> From<[Scripted; N]> for Server {
    fn from(script: [Scripted; N]) -> Self {
        Self::Fake(Fake {
            settings: |fake| fake,
            script: script.into(),
        })
    }
}

impl From<Scripted> for Server {
    fn from(scripted: Scripted) -> Self {
        [scripted].into()
    }
}

impl From<Answer> for Scripted {
    fn from(answer: Answer) -> Self {
        Self::Ready(answer)
    }
}

impl From<Answer> for Server {
    fn from(answer: Answer) -> Self {
        Scripted::Ready(answer).into()
    }
}

impl Scripted {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Raw(raw) = &mut self {
            raw.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn always(self) -> Self {
        match self {
            Self::Ready(answer) => Self::Ready(answer.always()),
            Self::Raw(raw) => Self::Raw(Raw {
                always: true,
                ..raw
            }),
        }
    }
}
