//! The file of a job that has succeeded: fetched once, checked, and on the disk only when whole.
//!
//! The file is not the API's but some file server's, so nothing of the API's is used: no
//! credentials, and a connection of its own; nothing is taken from the server's words. `source` says
//! whether there can be a file, `request` asks for it, `head` and `media` judge what comes,
//! `transfer` resumes after a break; `stream` hands the bytes out, `save` puts them on the disk.

mod absent_file;
mod body;
mod coding;
mod destination;
mod downloader;
mod file_name;
mod head;
mod media;
mod partial_file;
mod request;
mod save;
mod saved_file;
mod source;
mod stream;
mod timeouts;
mod transfer;
mod validator;

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use tracing::Instrument as _;

use crate::{
    error::{Error, ErrorKind},
    limits::Timeout,
    model::{Job, ResultId},
    retry::RetryPolicy,
};

use destination::Target;
pub(crate) use downloader::Downloader;
pub use saved_file::SavedFile;
use source::Source;
pub use stream::DownloadStream;
use transfer::{Event, StartingOver, Transfer};

/// The fetching of one job's result: set options, then call [`save_in`](Self::save_in),
/// [`save_to`](Self::save_to) or [`stream`](Self::stream).
///
/// Made by [`Client::download`](crate::Client::download).
///
/// ```
/// # use std::io::{Read as _, Write as _};
/// use akool_faceswap::{Client, ResultIds};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
/// # let host = format!("http://{}", listener.local_addr()?);
/// # std::thread::spawn(move || {
/// #     for stream in listener.incoming().flatten() {
/// #         let _ = (&stream).read(&mut [0; 4096]);
/// #         let _ = (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\
/// #             content-length: 8\r\nconnection: close\r\n\r\n\x89PNG\r\n\x1a\n");
/// #     }
/// # });
/// # let client = Client::builder().base_url(&host).api_key("k").build()?;
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// # let job: akool_faceswap::Job = serde_json::from_value(serde_json::json!({
/// #     "_id": "one", "faceswap_status": 3, "url": format!("{host}/a"),
/// # }))?;
/// # if false {
/// # let ids: ResultIds = "a".parse()?;
/// let results = client.lookup(ids).await?;
/// # }
/// # for job in [&job] {
/// # /*
/// for job in results.found() {
/// # */
///     let saved = client.download(job).save_in(dir).await?;
///     println!("{} ({} bytes)", saved.path().display(), saved.bytes());
/// # assert_eq!((saved.path(), saved.bytes()), (dir.join("one.png").as_path(), 8));
/// }
/// # Ok(())
/// # }
/// ```
///
/// # What is refused
///
/// Before any request: a job whose status is not Success, although it has a URL from its first
/// moment on ([`ErrorKind::NoResult`]); one that is older than 7 days both by the local clock and by
/// the API's ([`ErrorKind::Expired`]); a URL that does not begin with `https://`, unless it and the
/// client's base URL are on this machine. A job without a creation time is tried, and so is one that
/// only one of the clocks calls too old, or whose client has had no answer yet: asking is free, and
/// another submit is not.
///
/// By the answer: an HTTP status other than 200 or 206, of which 401, 403, 404 and 410 are
/// [`ErrorKind::Expired`], once the file of a job that is younger than 4 hours was waited for up to
/// 30 s; what is neither an image nor a video, such as an error page with HTTP 200
/// ([`ErrorKind::UnexpectedContent`]); more than
/// [`max_bytes`](Self::max_bytes) ([`ErrorKind::ResponseTooLarge`]); a length that is not the
/// promised one. More than 5 redirects, and those that leave `https://` ([`ErrorKind::Redirect`]).
///
/// The bytes decide what a file is: an image under the label `text/plain` is saved, and
/// [`SavedFile::mislabeled_as`] reports the label. A file that its host compressed unasked is decoded with
/// the features `gzip`, `brotli` and `zstd`, and refused without them.
///
/// # What is sent
///
/// A bare GET, without the client's credentials, without cookies and referer. Settings of
/// [`configure_reqwest`](crate::client::ClientBuilder::configure_reqwest) do not reach it; proxies of the
/// environment do, and root certificates and the connect timeout of the builder. No error, log line
/// or span has the URL in it; they name the host.
///
/// # Repetitions
///
/// Connection faults, silence, HTTP 408, 429 and 5xx are repeated by the client's [`RetryPolicy`] and
/// paid from the budget of all clones. What is there already is not fetched again where the host
/// sent a strong `ETag` or a `Last-Modified`, so that the rest can be asked for; an attempt that came
/// at least 1 MiB further than any before it does not count as failed. A rate limit of the file's host does not slow
/// the client's lookups.
///
/// At most 4 files of a client are on their way at once; see
/// [`max_concurrent_downloads`](crate::client::ClientBuilder::max_concurrent_downloads).
#[must_use = "a download does nothing until stream, save_to or save_in is called"]
pub struct Download {
    downloader: Arc<Downloader>,
    id: ResultId,
    source: Result<Source, Error>,
    options: Options,
}

#[derive(Clone, Debug)]
struct Options {
    max_bytes: u64,
    idle_timeout: Timeout,
    operation_timeout: Timeout,
    /// `None`: the client's.
    retry: Option<RetryPolicy>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_bytes: 4 * 1024 * 1024 * 1024,
            idle_timeout: Duration::from_secs(30).into(),
            operation_timeout: Timeout::Disabled,
            retry: None,
        }
    }
}

impl Download {
    pub(crate) fn new(downloader: Arc<Downloader>, job: &Job) -> Self {
        let api = &downloader.api;
        let source = Source::of(job, &api.channel.base_url, &api.clock);
        Self {
            downloader,
            id: job.id().clone(),
            source,
            options: Options::default(),
        }
    }

    /// The largest file that is taken, in bytes. Default: 4 GiB.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.options.max_bytes = bytes;
        self
    }

    /// The time limit for the next byte, the first one of an answer included. Default: 30 s.
    ///
    /// The client's attempt timeout does not hold for downloads: a long video takes its time.
    pub fn idle_timeout(mut self, limit: impl Into<Timeout>) -> Self {
        self.options.idle_timeout = limit.into();
        self
    }

    /// The time limit for the whole download, repetitions included. Default: none.
    ///
    /// Without it a host that sends a byte now and then is waited for as long as it does.
    pub fn operation_timeout(mut self, limit: impl Into<Timeout>) -> Self {
        self.options.operation_timeout = limit.into();
        self
    }

    /// How often the request is repeated. Default: as the client is set.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// The result as a stream of bytes, once its head and its first bytes were found to be those of
    /// an image or a video.
    ///
    /// ```
    /// # use std::io::{Read as _, Write as _};
    /// # use akool_faceswap::Client;
    /// use futures_util::TryStreamExt as _;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// # let host = format!("http://{}", listener.local_addr()?);
    /// # std::thread::spawn(move || {
    /// #     for stream in listener.incoming().flatten() {
    /// #         let _ = (&stream).read(&mut [0; 4096]);
    /// #         let _ = (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\
    /// #             content-length: 8\r\nconnection: close\r\n\r\n\x89PNG\r\n\x1a\n");
    /// #     }
    /// # });
    /// # let client = Client::builder().base_url(&host).api_key("k").build()?;
    /// # let job: akool_faceswap::Job = serde_json::from_value(serde_json::json!({
    /// #     "_id": "one", "faceswap_status": 3, "url": format!("{host}/a"),
    /// # }))?;
    /// let mut stream = client.download(&job).max_bytes(100_000_000).stream().await?;
    /// assert_eq!(stream.content_type(), "image/png");
    /// assert_eq!(stream.content_length(), Some(8));
    /// let mut received = 0;
    /// while let Some(bytes) = stream.try_next().await? {
    ///     received += bytes.len(); // or hand them on
    /// }
    /// assert_eq!(received, 8);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What is refused, see [`Download`]; and faults that did not pass.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future or the stream ends the request and loses what was received.
    pub async fn stream(self) -> Result<DownloadStream, Error> {
        let mut transfer = self.transfer(StartingOver::Refused)?;
        match transfer.next().await? {
            Some(Event::Begin(facts)) => Ok(DownloadStream::new(facts, transfer)),
            // A transfer that has no bytes yet begins, or fails.
            _ => Err(Error::new(
                ErrorKind::UnexpectedContent,
                "a file ended before it began",
            )),
        }
    }

    /// The result as a file at `path`, whose directory has to be there.
    ///
    /// A file that is there already is left alone, and is an error: whether it is this result is
    /// not known. [`save_in`](Self::save_in) knows.
    ///
    /// Until the file is whole it is `NAME.part` in the same directory, with what is needed to resume
    /// in `NAME.part.json`: its length, its media type and its `ETag`. Then it is synced to the disk
    /// and gets its name in one step. A later call resumes where an earlier one was interrupted, if
    /// the host still has the same file, or else starts over. Of two calls for one path at the same
    /// time, in any processes, one is refused while the other is in progress.
    ///
    /// # Errors
    ///
    /// What is refused, see [`Download`]; faults that outlasted the retries; and [`ErrorKind::Io`] if
    /// the disk refuses, the path is taken, or another download writes to it. What was received is
    /// kept for a later call, unless the file is too large.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the request and leaves `NAME.part` for a further call, never a part
    /// of a file under the file's own name. A crash of the process does the same. After a crash of
    /// the whole machine the end of `NAME.part` may be what the file system makes of it: take it away.
    ///
    /// ```
    /// # use std::io::{Read as _, Write as _};
    /// # use akool_faceswap::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// # let host = format!("http://{}", listener.local_addr()?);
    /// # std::thread::spawn(move || {
    /// #     for stream in listener.incoming().flatten() {
    /// #         let _ = (&stream).read(&mut [0; 4096]);
    /// #         let _ = (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\
    /// #             content-length: 8\r\nconnection: close\r\n\r\n\x89PNG\r\n\x1a\n");
    /// #     }
    /// # });
    /// # let client = Client::builder().base_url(&host).api_key("k").build()?;
    /// # let dir = tempfile::tempdir()?;
    /// # let dir = dir.path();
    /// # let job: akool_faceswap::Job = serde_json::from_value(serde_json::json!({
    /// #     "_id": "one", "faceswap_status": 3, "url": format!("{host}/a"),
    /// # }))?;
    /// let saved = client.download(&job).save_to(dir.join("portrait")).await?;
    /// assert_eq!(saved.content_type(), "image/png");
    /// assert_eq!(std::fs::read(saved.path())?.len(), 8);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn save_to(self, path: impl Into<PathBuf>) -> Result<SavedFile, Error> {
        let path = path.into();
        let Some(name) = path.file_name() else {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("{} is no name of a file", path.display()),
            )
            .with_advice("give the path of a file; no request was made"));
        };
        // Without a slash at its end.
        let path = path.with_file_name(name);
        self.save(Target::File(path)).await
    }

    /// The result as a file in `dir`, which has to be there; its name is the job's id with the
    /// extension of what it is: `667d228400000000000a0001.png`.
    ///
    /// Nothing of the URL or of the host's answer is in the name. Bytes of an id other than small
    /// letters, digits, `_` and `-` are written as `%` and two hexadecimal digits, so that every id
    /// has a file of its own on every system; all ids seen so far are hexadecimal and stay as they
    /// are.
    ///
    /// A result that is there already is not fetched again ([`SavedFile::already_existed`]), even if it
    /// has expired meanwhile: only the last step of a download gives a file such a name. The file is
    /// written and resumed as with [`save_to`](Self::save_to), as `ID.part`.
    ///
    /// # Errors
    ///
    /// As [`save_to`](Self::save_to); and if the file that is there is no image or video, or the id
    /// makes too long a name.
    ///
    /// # Cancel safety
    ///
    /// As [`save_to`](Self::save_to).
    pub async fn save_in(self, dir: impl Into<PathBuf>) -> Result<SavedFile, Error> {
        let target = Target::in_dir(dir.into(), &self.id)?;
        self.save(target).await
    }

    async fn save(self, target: Target) -> Result<SavedFile, Error> {
        let max_bytes = self.options.max_bytes;
        let id = self.id.clone();
        if self.source.is_err()
            && let Some(downloaded) = save::already_there(&target).await
        {
            return Ok(downloaded);
        }
        let transfer = self.transfer(StartingOver::Allowed)?;
        let span = transfer.span();
        save::save(transfer, target, id, max_bytes)
            .instrument(span)
            .await
    }

    fn transfer(self, starting_over: StartingOver) -> Result<Transfer, Error> {
        let span = tracing::info_span!(
            "akool_faceswap.download",
            server.address = tracing::field::Empty,
            http.response.status_code = tracing::field::Empty,
            file.media_type = tracing::field::Empty,
            file.bytes = tracing::field::Empty,
            error.type = tracing::field::Empty,
        );
        let source = match self.source {
            Ok(source) => source,
            Err(error) => {
                span.record("error.type", error.kind().as_str());
                return Err(error);
            }
        };
        let host = request::host(&source.url);
        span.record("server.address", host.as_str());
        Ok(Transfer::new(
            self.downloader,
            source,
            self.options,
            starting_over,
            span,
        ))
    }
}

/// Shows the id and the options, and no URL.
impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("id", &self.id)
            .field("is_refused", &self.source.is_err())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
