//! Raw bytes on a connection, instead of an HTTP response.
//!
//! HTTP libraries do not let a server send half a response or reset a connection in the middle, so
//! the connection is taken from hyper and these steps are played on the socket.

use std::{fmt, io, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::limits::MAX_DELAY;

/// Bytes for the raw connection, and how it ends; for [`Answer::wire`](crate::Answer::wire).
///
/// Steps are played in the order in which you add them, after the request's head and body have
/// been read. Then the connection is closed, unless [`reset`](Self::reset), [`stay`](Self::stay)
/// or [`endless`](Self::endless) says otherwise. A script takes at most
/// [`MAX_DELAY`](crate::MAX_DELAY).
///
/// ```
/// use akool_faceswap_mock::{Answer, FakeAkool, WireScript};
///
/// # fn main() -> std::io::Result<()> {
/// let fake = FakeAkool::start()?;
/// let half_a_head = WireScript::new().write("HTTP/1.1 200 OK\r\ncontent-le").reset();
/// fake.push_answer(Answer::wire(half_a_head));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent until it is part of an answer"]
pub struct WireScript {
    steps: Vec<Step>,
    end: End,
}

#[derive(Clone)]
enum Step {
    Write(Bytes),
    Pause(Duration),
    Drip {
        bytes: Bytes,
        piece: usize,
        every: Duration,
    },
}

#[derive(Clone)]
enum End {
    Close,
    Reset,
    Stay,
    Endless(Bytes),
}

impl WireScript {
    /// Sends nothing and closes the connection.
    pub fn new() -> Self {
        Self {
            steps: Vec::new(),
            end: End::Close,
        }
    }

    /// Sends these bytes.
    pub fn write(mut self, bytes: impl Into<Bytes>) -> Self {
        self.steps.push(Step::Write(bytes.into()));
        self
    }

    /// Waits for this much real time.
    pub fn pause(mut self, time: Duration) -> Self {
        self.steps.push(Step::Pause(time.min(MAX_DELAY)));
        self
    }

    /// Sends these bytes in pieces of `piece` bytes (at least one), with a pause before each.
    pub fn drip(mut self, bytes: impl Into<Bytes>, piece: usize, every: Duration) -> Self {
        self.steps.push(Step::Drip {
            bytes: bytes.into(),
            piece: piece.max(1),
            every: every.min(MAX_DELAY),
        });
        self
    }

    /// Ends with a TCP reset.
    pub fn reset(mut self) -> Self {
        self.end = End::Reset;
        self
    }

    /// Keeps the connection open, without sending, until the other side disconnects.
    pub fn stay(mut self) -> Self {
        self.end = End::Stay;
        self
    }

    /// Sends these bytes repeatedly until the other side disconnects.
    pub fn endless(mut self, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        self.end = if bytes.is_empty() {
            End::Stay
        } else {
            End::Endless(bytes)
        };
        self
    }

    /// Plays the script's pauses for an in-process client, and returns an error: raw bytes need a
    /// connection.
    #[cfg(feature = "in-process")]
    pub(crate) async fn play_in_process(self) -> io::Error {
        let mut has_written = false;
        for step in self.steps {
            match step {
                Step::Write(bytes) => has_written |= !bytes.is_empty(),
                Step::Pause(time) => tokio::time::sleep(time).await,
                Step::Drip {
                    bytes,
                    piece,
                    every,
                } => {
                    has_written |= !bytes.is_empty();
                    let pieces = u32::try_from(bytes.len().div_ceil(piece)).unwrap_or(u32::MAX);
                    tokio::time::sleep(every.saturating_mul(pieces).min(MAX_DELAY)).await;
                }
            }
        }
        match self.end {
            End::Reset => io::ErrorKind::ConnectionReset.into(),
            End::Close if has_written => io::ErrorKind::InvalidData.into(),
            End::Close => io::ErrorKind::UnexpectedEof.into(),
            End::Stay | End::Endless(_) => {
                tokio::time::sleep(MAX_DELAY).await;
                io::ErrorKind::UnexpectedEof.into()
            }
        }
    }

    /// Plays the script; errors mean that the other side has disconnected.
    pub(crate) async fn play(self, mut stream: TcpStream) {
        let played = tokio::time::timeout(MAX_DELAY, send(&self, &mut stream)).await;
        if matches!(played, Ok(Ok(()))) && matches!(self.end, End::Reset) {
            // Otherwise the reset would overtake what was written.
            tokio::task::yield_now().await;
            let _ = stream.set_zero_linger();
        }
    }
}

async fn send(script: &WireScript, stream: &mut TcpStream) -> io::Result<()> {
    for step in &script.steps {
        match step {
            Step::Write(bytes) => stream.write_all(bytes).await?,
            Step::Pause(time) => tokio::time::sleep(*time).await,
            Step::Drip {
                bytes,
                piece,
                every,
            } => {
                for piece in bytes.chunks(*piece) {
                    tokio::time::sleep(*every).await;
                    stream.write_all(piece).await?;
                }
            }
        }
    }
    match &script.end {
        End::Close => stream.shutdown().await,
        End::Reset => Ok(()),
        // Discards what the other side still sends, until it disconnects.
        End::Stay => {
            let mut ignored = [0; 1024];
            while stream.read(&mut ignored).await? > 0 {}
            Ok(())
        }
        End::Endless(bytes) => loop {
            stream.write_all(bytes).await?;
        },
    }
}

impl Default for WireScript {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows the number of bytes, not the bytes, which may contain credentials or result URLs.
impl fmt::Debug for WireScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = |step: &Step| match step {
            Step::Write(bytes) | Step::Drip { bytes, .. } => bytes.len(),
            Step::Pause(_) => 0,
        };
        let end = match self.end {
            End::Close => "close",
            End::Reset => "reset",
            End::Stay => "stay",
            End::Endless(_) => "endless",
        };
        f.debug_struct("WireScript")
            .field("bytes", &self.steps.iter().map(written).sum::<usize>())
            .field("end", &end)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// What the other side reads, and how reading ends.
    async fn played(script: WireScript) -> (Vec<u8>, Option<io::ErrorKind>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(address).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        let playing = tokio::spawn(script.play(server));
        let mut read = Vec::new();
        let ended = client.read_to_end(&mut read).await;
        playing.await.unwrap();
        (read, ended.err().map(|error| error.kind()))
    }

    #[tokio::test]
    async fn bytes_arrive_and_the_connection_is_closed() {
        let script =
            WireScript::new()
                .write("a")
                .pause(Duration::ZERO)
                .drip("bcd", 2, Duration::ZERO);
        assert_eq!(played(script).await, (b"abcd".to_vec(), None));
        assert_eq!(played(WireScript::default()).await, (Vec::new(), None));
    }

    #[tokio::test]
    async fn a_reset_arrives_as_a_reset() {
        let (read, ended) = played(WireScript::new().write("half").reset()).await;
        assert_eq!(read, b"half");
        assert_eq!(ended, Some(io::ErrorKind::ConnectionReset));
    }

    #[tokio::test]
    async fn an_endless_script_ends_when_its_reader_disconnects() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (server, _) = listener.accept().await.unwrap();
        let playing = tokio::spawn(WireScript::new().write("{").endless("  ").play(server));
        let mut read = vec![0; 100_001];
        client.read_exact(&mut read).await.unwrap();
        assert!(read.starts_with(b"{  "));
        drop(client);
        playing.await.unwrap();
    }

    #[tokio::test]
    async fn a_script_that_stays_ends_when_its_reader_disconnects() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (server, _) = listener.accept().await.unwrap();
        let playing = tokio::spawn(WireScript::new().write("HTTP").stay().play(server));
        let mut read = [0; 4];
        client.read_exact(&mut read).await.unwrap();
        assert!(!playing.is_finished());
        drop(client);
        playing.await.unwrap();
    }

    #[test]
    fn debug_does_not_show_the_bytes() {
        let script = WireScript::new().write("planted").endless("planted");
        assert_eq!(
            format!("{script:?}"),
            r#"WireScript { bytes: 7, end: "endless", .. }"#
        );
    }
}
