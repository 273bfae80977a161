//! The HTTP server, on its own thread and runtime.
//!
//! So a fake can be started from sync and async code, answers while the caller's runtime is blocked
//! or its clock is paused, and stops when it is dropped. It uses hyper without a framework, because
//! faults need the connection itself.

use std::{
    convert::Infallible,
    error::Error,
    fmt,
    future::poll_fn,
    io,
    net::TcpListener,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use http::Request;
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{io::AsyncWriteExt as _, sync::oneshot, task::JoinSet};

use crate::{
    answer::WireScript,
    listener::{Control, Event, Listener},
    service::{Answered, Service},
};

/// The most connections open at once; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 1024;

/// Connections without a request for this long are closed; clients close idle ones earlier.
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);

/// How long a drop waits for the thread, which ends at once on a healthy machine.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// A running server; stops when dropped.
pub(crate) struct Server {
    stop: Option<oneshot::Sender<Infallible>>,
    /// Disconnected when the thread has ended its work.
    ended: Mutex<Receiver<io::Result<Control>>>,
    control: Control,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(listener: TcpListener, service: Arc<Service>) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let (stop, stopped) = oneshot::channel();
        let (started, ended) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("fake-akool".to_owned())
            .spawn(move || run(listener, service, stopped, &started))?;
        match ended.recv() {
            Ok(Ok(control)) => Ok(Self {
                stop: Some(stop),
                ended: Mutex::new(ended),
                control,
                thread: Some(thread),
            }),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(io::Error::other(
                "the server's thread ended before it was ready",
            )),
        }
    }

    /// The control of its listener.
    pub(crate) fn control(&self) -> Control {
        self.control.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = ended.recv_timeout(STOP_TIMEOUT);
        if matches!(ended, Err(mpsc::RecvTimeoutError::Disconnected))
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

/// The body of the thread; reports its start through `started`, and its end by dropping it.
fn run(
    listener: TcpListener,
    service: Arc<Service>,
    stopped: oneshot::Receiver<Infallible>,
    started: &Sender<io::Result<Control>>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    runtime.block_on(async {
        match Listener::new(listener) {
            Ok((listener, control)) => {
                tokio::spawn(accept(listener, service));
                let _ = started.send(Ok(control));
                // Ends when the sender is dropped.
                let _ = stopped.await;
            }
            Err(error) => {
                let _ = started.send(Err(error));
            }
        }
    });
    // Dropping the runtime ends every connection, including delayed ones.
}

async fn accept(mut listener: Listener, service: Arc<Service>) {
    let mut connections = JoinSet::new();
    loop {
        let has_room = connections.len() < MAX_CONNECTIONS;
        let event = tokio::select! {
            event = listener.next(has_room) => event,
            Some(_) = connections.join_next() => continue,
        };
        match event {
            Event::Connection(stream) => {
                // Otherwise small responses may wait for the client's acknowledgement.
                let _ = stream.set_nodelay(true);
                connections.spawn(serve(stream, Arc::clone(&service)));
            }
            Event::Refusing(done) => {
                connections.shutdown().await;
                let _ = done.send(Ok(()));
            }
            Event::Failed => tokio::time::sleep(Duration::from_millis(10)).await,
            Event::Ended => break,
        }
    }
}

/// Makes hyper release the connection, so that a script can be played on it.
#[derive(Debug)]
struct TakenOver;

impl fmt::Display for TakenOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a script takes the connection over")
    }
}

impl Error for TakenOver {}

async fn serve(stream: tokio::net::TcpStream, service: Arc<Service>) {
    if let Some(script) = service.on_connect().await {
        script.play(stream).await;
        return;
    }
    let script: Arc<Mutex<Option<WireScript>>> = Arc::default();
    let left = Arc::clone(&script);
    let answering = service_fn(move |request: Request<Incoming>| {
        let service = Arc::clone(&service);
        let left = Arc::clone(&left);
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let script = match service.answer(&head, body).await {
                Answered::Response(response) => return Ok(response.map(Full::new)),
                Answered::Wire(script) => script,
                Answered::BodyFault(fault, response) => fault.script(&response),
            };
            *left.lock().unwrap_or_else(PoisonError::into_inner) = Some(script);
            Err(TakenOver)
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_TIMEOUT)
        .serve_connection(TokioIo::new(stream), answering);
    // An error here is a client that disconnected, or `TakenOver`.
    let _ = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let mut stream = connection.into_parts().io.into_inner();
    let script = script.lock().unwrap_or_else(PoisonError::into_inner).take();
    match script {
        Some(script) => script.play(stream).await,
        None => {
            let _ = stream.shutdown().await;
        }
    }
}
