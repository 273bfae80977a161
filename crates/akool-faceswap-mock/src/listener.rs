//! Listener on the fake's port, and refusing to.
//!
//! While connections are refused a socket holds the port that does not listen, so that the port
//! stays the fake's and clients are told what they are told of a server that is down.

use std::{
    fmt, io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// How many connections wait to be accepted; as the standard library has it.
const BACKLOG: u32 = 128;

/// How long a caller waits for the server's thread, which is at hand unless the machine is stuck.
const CHANGING: Duration = Duration::from_secs(5);

/// The fake's port, listening or not.
pub(crate) struct Listener {
    address: SocketAddr,
    state: State,
    /// How many there are who want connections to be refused.
    refusals: usize,
    changes: UnboundedReceiver<Change>,
}

enum State {
    Open(TcpListener),
    /// Bound, and not listening.
    Held(TcpSocket),
    /// The system gave the port to somebody else.
    Lost,
}

/// Wants connections to be refused, or no longer.
struct Change {
    refuse: bool,
    done: Done,
}

type Done = mpsc::Sender<io::Result<()>>;

/// What comes to pass at the port.
pub(crate) enum Event {
    Connection(TcpStream),
    /// Connections are refused from now on; those that are open have to end, and then to be told.
    Refusing(Done),
    /// The client was gone already, or there are no file descriptors.
    Failed,
    /// Nobody can want anything any more.
    Ended,
}

/// Where changes are asked for.
#[derive(Clone)]
pub(crate) struct Control(UnboundedSender<Change>);

impl Listener {
    /// In a runtime.
    pub(crate) fn new(listener: std::net::TcpListener) -> io::Result<(Self, Control)> {
        let listener = TcpListener::from_std(listener)?;
        let (control, changes) = unbounded_channel();
        let listener = Self {
            address: listener.local_addr()?,
            state: State::Open(listener),
            refusals: 0,
            changes,
        };
        Ok((listener, Control(control)))
    }

    /// The next event, connections only if there is room for one; nothing is lost when it is
    /// dropped.
    pub(crate) async fn next(&mut self, has_room: bool) -> Event {
        loop {
            let change = tokio::select! {
                biased;
                change = self.changes.recv() => change,
                accepted = accept(&self.state), if has_room => return accepted,
            };
            let Some(change) = change else {
                return Event::Ended;
            };
            let outcome = if change.refuse {
                self.refuse()
            } else {
                self.allow()
            };
            if change.refuse && outcome.is_ok() {
                return Event::Refusing(change.done);
            }
            let _ = change.done.send(outcome);
        }
    }

    fn refuse(&mut self) -> io::Result<()> {
        if self.refusals == 0 {
            self.state = State::Lost; // The listener is gone before its port is bound anew.
            match bind(self.address) {
                Ok(socket) => self.state = State::Held(socket),
                Err(error) => {
                    self.listen()?;
                    return Err(error);
                }
            }
        }
        self.refusals += 1;
        Ok(())
    }

    fn allow(&mut self) -> io::Result<()> {
        self.refusals = self.refusals.saturating_sub(1);
        if self.refusals == 0 {
            self.listen()
        } else {
            Ok(())
        }
    }

    fn listen(&mut self) -> io::Result<()> {
        let socket = match std::mem::replace(&mut self.state, State::Lost) {
            State::Held(socket) => socket,
            State::Open(_) | State::Lost => bind(self.address)?,
        };
        self.state = State::Open(socket.listen(BACKLOG)?);
        Ok(())
    }
}

async fn accept(state: &State) -> Event {
    match state {
        State::Open(listener) => match listener.accept().await {
            Ok((stream, _)) => Event::Connection(stream),
            Err(_) => Event::Failed,
        },
        State::Held(_) | State::Lost => std::future::pending().await,
    }
}

/// As the standard library binds a listener.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    if cfg!(unix) {
        // Connections that have ended hold the port for a while.
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    Ok(socket)
}

impl Control {
    fn change(&self, refuse: bool) -> io::Result<()> {
        let gone = || io::Error::other("the fake's thread does not answer");
        let (done, answer) = mpsc::channel();
        self.0.send(Change { refuse, done }).map_err(|_| gone())?;
        answer.recv_timeout(CHANGING).map_err(|_| gone())?
    }
}

/// Keeps a fake from accepting connections until it is dropped; see
/// [`FakeAkool::refuse_connections`](crate::FakeAkool::refuse_connections).
#[must_use = "connections are accepted again when this is dropped"]
pub struct RefusedConnections(Option<Refusing>);

enum Refusing {
    Server(Control),
    /// How many such values a fake in process has.
    InProcess(Arc<AtomicUsize>),
}

impl RefusedConnections {
    pub(crate) fn new(control: Control) -> io::Result<Self> {
        control.change(true)?;
        Ok(Self(Some(Refusing::Server(control))))
    }

    pub(crate) fn in_process(refusals: Arc<AtomicUsize>) -> Self {
        refusals.fetch_add(1, Ordering::Relaxed);
        Self(Some(Refusing::InProcess(refusals)))
    }

    /// Accepts connections again, unless another such value is left.
    ///
    /// Dropping it does the same, and hides the error.
    ///
    /// # Errors
    ///
    /// If the system has given the port to another program meanwhile.
    pub fn end(mut self) -> io::Result<()> {
        self.allow()
    }

    fn allow(&mut self) -> io::Result<()> {
        match self.0.take() {
            Some(Refusing::Server(control)) => control.change(false),
            Some(Refusing::InProcess(refusals)) => {
                refusals.fetch_sub(1, Ordering::Relaxed);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Drop for RefusedConnections {
    fn drop(&mut self) {
        let _ = self.allow();
    }
}

impl fmt::Debug for RefusedConnections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefusedConnections").finish_non_exhaustive()
    }
}
