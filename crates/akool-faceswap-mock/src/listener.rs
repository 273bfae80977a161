//! Listens on the fake's port, or refuses connections.
//!
//! While connections are refused, a socket that does not listen holds the port: no other program
//! can take it, and clients get the same error as from a server that is down.

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

/// How many connections may wait to be accepted; as in the standard library.
const BACKLOG: u32 = 128;

/// How long a caller waits for the server's thread, which answers at once on a healthy machine.
const CHANGE_TIMEOUT: Duration = Duration::from_secs(5);

/// The fake's port, listening or not.
pub(crate) struct Listener {
    address: SocketAddr,
    state: State,
    /// How many callers want connections to be refused.
    refusals: usize,
    changes: UnboundedReceiver<Change>,
}

enum State {
    Open(TcpListener),
    /// Bound, but not listening.
    Held(TcpSocket),
    /// The system gave the port to another program.
    Lost,
}

/// A request to refuse connections, or to accept them again.
struct Change {
    refuse: bool,
    done: Done,
}

type Done = mpsc::Sender<io::Result<()>>;

/// What happened at the port.
pub(crate) enum Event {
    Connection(TcpStream),
    /// Connections are refused from now on; close the open ones, then answer `Done`.
    Refusing(Done),
    /// The client had already disconnected, or the file descriptors are used up.
    Failed,
    /// All [`Control`]s are gone.
    Ended,
}

/// Sends changes to the [`Listener`].
#[derive(Clone)]
pub(crate) struct Control(UnboundedSender<Change>);

impl Listener {
    /// Must be called within a runtime.
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

    /// The next event; connections only if there is room for one. Cancel-safe.
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
            self.state = State::Lost; // Closes the listener before its port is bound again.
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

/// Binds as the standard library does.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    if cfg!(unix) {
        // Otherwise recently closed connections would keep the port busy for a while.
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
        answer.recv_timeout(CHANGE_TIMEOUT).map_err(|_| gone())?
    }
}

/// Makes a fake refuse connections until this is dropped; see
/// [`FakeAkool::refuse_connections`](crate::FakeAkool::refuse_connections).
#[must_use = "connections are accepted again when this is dropped"]
pub struct RefusedConnections(Option<Refusing>);

enum Refusing {
    Server(Control),
    /// How many [`RefusedConnections`] an in-process fake has.
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

    /// Accepts connections again, unless the fake has another [`RefusedConnections`].
    ///
    /// Dropping it does the same and ignores errors.
    ///
    /// # Errors
    ///
    /// If the system has given the port to another program.
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
