//! A server that is no more than a socket and a script: it reads a request's head, then writes
//! exactly the given bytes in the given pieces, then closes, resets or stays.
//!
//! It runs on the caller's runtime and is gone when it is dropped.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// The longest request head that is read.
const MAX_HEAD: usize = 64 * 1024;

#[derive(Clone, Debug)]
enum Step {
    Write(Vec<u8>),
    Pause(Duration),
    /// The bytes one by one, with a pause before each.
    Drip(Vec<u8>, Duration),
    /// The bytes again and again until the other side is gone.
    Endless(Vec<u8>),
    Close,
    /// Closes with a TCP reset.
    Reset,
    /// Says nothing more and stays.
    Stay,
}

/// What a [`SocketServer`] does: one list of steps for each request, the last one repeated.
///
/// After the steps the connection is open for the next request, unless a step has ended it.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// Whether the steps begin when a connection is made, before any request is read.
    at_accept: bool,
    answers: Vec<Vec<Step>>,
}

impl Script {
    /// A script for requests.
    pub(crate) fn request() -> Self {
        Self {
            at_accept: false,
            answers: vec![Vec::new()],
        }
    }

    /// A script for connections: no request is ever read.
    pub(crate) fn accept() -> Self {
        Self {
            at_accept: true,
            answers: vec![Vec::new()],
        }
    }

    fn step(mut self, step: Step) -> Self {
        if let Some(answer) = self.answers.last_mut() {
            answer.push(step);
        }
        self
    }

    pub(crate) fn write(self, bytes: impl AsRef<[u8]>) -> Self {
        self.step(Step::Write(bytes.as_ref().to_vec()))
    }

    /// A pause long enough for what was written to be read on the same machine.
    pub(crate) fn pause(self) -> Self {
        self.step(Step::Pause(Duration::from_millis(20)))
    }

    /// Byte after byte, one every five milliseconds.
    pub(crate) fn drip(self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref().to_vec();
        self.step(Step::Drip(bytes, Duration::from_millis(5)))
    }

    pub(crate) fn endless(self, bytes: impl AsRef<[u8]>) -> Self {
        self.step(Step::Endless(bytes.as_ref().to_vec()))
    }

    pub(crate) fn close(self) -> Self {
        self.step(Step::Close)
    }

    /// Only after a [`pause`](Self::pause) is it certain that what was written was read.
    pub(crate) fn reset(self) -> Self {
        self.step(Step::Reset)
    }

    pub(crate) fn stay(self) -> Self {
        self.step(Step::Stay)
    }

    /// The steps that follow are for the next request.
    pub(crate) fn then(mut self) -> Self {
        self.answers.push(Vec::new());
        self
    }

    /// With every written byte passed through `fill`.
    pub(crate) fn filled(mut self, fill: impl Fn(&[u8]) -> Vec<u8>) -> Self {
        for step in self.answers.iter_mut().flatten() {
            if let Step::Write(bytes) | Step::Drip(bytes, _) | Step::Endless(bytes) = step {
                *bytes = fill(bytes);
            }
        }
        self
    }
}

#[derive(Debug, Default)]
struct Seen {
    connections: AtomicUsize,
    requests: AtomicUsize,
    /// Everything that was read, to the byte.
    read: Mutex<Vec<u8>>,
}

/// A running script on a port of its own.
#[derive(Debug)]
pub(crate) struct SocketServer {
    address: SocketAddr,
    seen: Arc<Seen>,
    _tasks: JoinSet<()>,
}

impl SocketServer {
    pub(crate) async fn start(script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Seen::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, script, Arc::clone(&seen)));
        Ok(Self {
            address,
            seen,
            _tasks: tasks,
        })
    }

    /// `127.0.0.1:port`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Everything that clients sent, to the byte, in the order in which it was read.
    pub(crate) fn read(&self) -> String {
        let read = self
            .seen
            .read
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&read).into_owned()
    }

    /// How many request heads were read to their end.
    pub(crate) fn requests(&self) -> usize {
        self.seen.requests.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, script: Script, seen: Arc<Seen>) {
    // Dropped with this task, and the connections with it.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        seen.connections.fetch_add(1, Ordering::SeqCst);
        let (script, seen) = (script.clone(), Arc::clone(&seen));
        connections.spawn(async move {
            // An error here is a client that went away.
            let _ = converse(stream, &script, &seen).await;
        });
    }
}

async fn converse(mut stream: TcpStream, script: &Script, seen: &Seen) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let number = if script.at_accept {
            0
        } else {
            if !read_head(&mut stream, seen).await? {
                return Ok(());
            }
            seen.requests.fetch_add(1, Ordering::SeqCst)
        };
        let Some(answer) = script.answers.get(number).or(script.answers.last()) else {
            return Ok(());
        };
        for step in answer {
            match step {
                Step::Write(bytes) => stream.write_all(bytes).await?,
                Step::Pause(pause) => tokio::time::sleep(*pause).await,
                Step::Drip(bytes, pause) => {
                    for byte in bytes {
                        tokio::time::sleep(*pause).await;
                        stream.write_all(&[*byte]).await?;
                    }
                }
                Step::Endless(bytes) => loop {
                    stream.write_all(bytes).await?;
                },
                Step::Close => return stream.shutdown().await,
                Step::Reset => return stream.set_zero_linger(),
                Step::Stay => std::future::pending().await,
            }
        }
        if script.at_accept {
            return Ok(());
        }
    }
}

/// Reads to the end of a request's head; `false` if the other side closed before.
async fn read_head(stream: &mut TcpStream, seen: &Seen) -> io::Result<bool> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < MAX_HEAD {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await?;
        if count == 0 {
            return Ok(false);
        }
        head.extend_from_slice(&piece[..count]);
        let mut read = seen.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.extend_from_slice(&piece[..count]);
    }
    Ok(true)
}
