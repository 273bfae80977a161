//! The file of a job that has succeeded: checked, and saved under its name only once it is complete.
//!
//! A file server sends the file, not the API. So a download uses its own connections without credentials, and
//! does not trust what the server says about the file. `source` decides whether there can be a file, `request`
//! requests it, `head` and `media` check the answer, `transfer` resumes after a break, `stream` hands the bytes
//! out and `save` writes them to disk.

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

/// A download of one job's result: set options, then call [`save_in`](Self::save_in),
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
/// Before any request: a job whose status is not Success, although the API returns a URL for it from the start
/// ([`ErrorKind::NoResult`]); a job that is older than 7 days both by the local clock and by the API's
/// ([`ErrorKind::Expired`]); and a URL that does not begin with `https://`, unless it and the client's base URL
/// are both on this machine, or both use plain HTTP on the same host. A job is tried if it has no creation
/// time, if only one of the clocks says that it is too old, or if the client has had no answer from the API
/// yet: a request is free, and another submit is not.
///
/// After the answer: an HTTP status other than 200, 203 or 206, of which 401, 403, 404 and 410 are
/// [`ErrorKind::Expired`] (if the job is younger than 4 hours, its file is first waited for, up to 30 s);
/// content that is neither an image nor a video, such as an error page with HTTP 200
/// ([`ErrorKind::UnexpectedContent`]); more than [`max_bytes`](Self::max_bytes)
/// ([`ErrorKind::ResponseTooLarge`]); a length other than the promised one; more than 5 redirects, and
/// redirects that leave `https://` ([`ErrorKind::Redirect`]).
///
/// The bytes decide what a file is: an image that is labelled `text/plain` is saved, and
/// [`SavedFile::mislabeled_as`] reports the label. A file that its host compressed without being asked is
/// decoded if the feature `gzip`, `brotli` or `zstd` for it is enabled, and refused otherwise.
///
/// # What is sent
///
/// A bare GET, without credentials, cookies or a referer. Settings of
/// [`configure_reqwest`](crate::client::ClientBuilder::configure_reqwest) do not apply to it; the proxies, root
/// certificates and connect timeout of the builder do, and so do proxies from the environment. Errors, log
/// lines and spans name the host, never the URL.
///
/// # Retries
///
/// Connection errors, idle timeouts, HTTP 408, 429 and 5xx are retried by the client's [`RetryPolicy`], within
/// the retry budget of all clones. If the host sent a strong `ETag` or a `Last-Modified`, only the missing
/// bytes are requested again. An attempt that gets at least 1 MiB further than any before it does not count as
/// failed. A rate limit of the file's host does not slow the client's lookups.
///
/// A client downloads at most 4 files at once; see
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

    /// The largest file that is accepted, in bytes. Default: 4 GiB.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.options.max_bytes = bytes;
        self
    }

    /// The time limit for the next byte, the first one of an answer included. Default: 30 s.
    ///
    /// The client's attempt timeout does not apply to downloads, since a long video may take longer.
    pub fn idle_timeout(mut self, limit: impl Into<Timeout>) -> Self {
        self.options.idle_timeout = limit.into();
        self
    }

    /// The time limit for the whole download, retries included. Default: none.
    ///
    /// Without it, a host that sends a byte now and then can keep a download going for any length of time.
    pub fn operation_timeout(mut self, limit: impl Into<Timeout>) -> Self {
        self.options.operation_timeout = limit.into();
        self
    }

    /// The retry policy. Default: the client's.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// The result as a stream of bytes, once its head and its first bytes have proved to be those of an image
    /// or a video.
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
    /// What [`Download`] refuses, and errors that outlast the retries.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future or the stream ends the request and loses what was received.
    pub async fn stream(self) -> Result<DownloadStream, Error> {
        let mut transfer = self.transfer(StartingOver::Refused)?;
        match transfer.next().await? {
            Some(Event::Begin(facts)) => Ok(DownloadStream::new(facts, transfer)),
            // A transfer that has no bytes yet either begins or fails.
            _ => Err(Error::new(
                ErrorKind::UnexpectedContent,
                "the file ended before its first byte",
            )),
        }
    }

    /// Saves the result as a file at `path`, whose directory must exist.
    ///
    /// An existing file is left alone and is an error, since it may not be this result.
    /// [`save_in`](Self::save_in) can tell.
    ///
    /// Until the file is complete, it is `NAME.part` in the same directory, and `NAME.part.json` has what is
    /// needed to resume: its length, its media type and its `ETag`. Then it is synced to disk and renamed in
    /// one step. A later call resumes where an earlier one was interrupted if the host still has the same file,
    /// and starts over otherwise. Of two simultaneous calls for one path, in any processes, the second waits
    /// for the first, and fails if the first writes nothing for 30 s.
    ///
    /// # Errors
    ///
    /// What [`Download`] refuses; errors that outlast the retries; and [`ErrorKind::Io`] if the file cannot be
    /// written, the path exists, or another download holds it. What was received is kept for a later call,
    /// unless the file is too large.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the request and leaves `NAME.part` for a later call; an incomplete file never
    /// has the final name. A crash of the process does the same. After a crash of the whole machine, the end of
    /// `NAME.part` may be corrupt: delete it.
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
                format!("{} is not a file name", path.display()),
            )
            .with_advice("give the path of a file; no request was made"));
        };
        // Removes a trailing slash.
        let path = path.with_file_name(name);
        self.save(Target::File(path)).await
    }

    /// Saves the result in `dir`, which must exist, under the job's id with the extension of its media type:
    /// `667d228400000000000a0001.png`.
    ///
    /// The name contains nothing from the URL or the host's answer. Bytes of an id other than `a-z`, `0-9`, `_`
    /// and `-` are percent-encoded, so that every id has its own file on every system; all ids seen so far are
    /// hexadecimal and stay unchanged.
    ///
    /// An existing result is not fetched again ([`SavedFile::already_existed`]), even if it has expired
    /// meanwhile: only a complete download gets this name. The file is written and resumed as with
    /// [`save_to`](Self::save_to), as `ID.part`.
    ///
    /// # Errors
    ///
    /// As [`save_to`](Self::save_to); also if an existing file is neither an image nor a video, or if the id
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

/// Shows the id and the options, but no URL.
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
