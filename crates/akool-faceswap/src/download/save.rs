//! A download to disk: the file gets the target's name only once it is complete.
//!
//! Files are handled with the standard library on threads for blocking work, many received pieces at a time.
//! Tokio's file type can neither lock a file nor rename it. And a part then has one owner at a time, so that a
//! download that is dropped in the middle of a write leaves a part whose every byte is in its place.

use std::{io, pin::pin, time::Duration};

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _};

use crate::download::{
    destination::{Taken, Target},
    partial_file::Part,
    saved_file::SavedFile,
    transfer::{Event, FileFacts, Transfer},
};
use crate::{
    error::{Error, ErrorKind},
    model::ResultId,
};

/// The size of the write buffer; less is written when no more bytes are ready.
const WRITE_BUFFER: usize = 256 * 1024;

/// How long to wait for another download's part that does not grow. A part that grows will be completed or
/// released.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);
const LOCK_INTERVAL: Duration = Duration::from_millis(50);

/// What was found at the target.
enum Found {
    Whole(SavedFile),
    Part(Part),
}

/// Saves what `transfer` receives to `target`, for the job with this id.
pub(super) async fn save(
    mut transfer: Transfer,
    target: Target,
    id: ResultId,
    max_bytes: u64,
) -> Result<SavedFile, Error> {
    let found = find(&target, &id).await;
    let mut part = match found.map_err(|error| error.with_ids(std::slice::from_ref(&id)))? {
        Found::Whole(downloaded) => return Ok(downloaded),
        Found::Part(part) => part,
    };
    let (kept, unlocked) = blocking(move || (part.kept(), part)).await?;
    part = unlocked;
    let mut facts = None;
    let mut resumed_from = None;
    if let Some((len, kept)) = kept.filter(|(len, _)| *len <= max_bytes)
        && (kept.validator.is_some() || kept.total == Some(len))
    {
        transfer.resume(len, kept.clone());
        facts = Some(kept);
        resumed_from = Some(len);
    }
    let mut receiving = Receiving {
        part: Some(part),
        facts,
        resumed_from,
        gathered: Vec::new(),
        size: 0,
    };
    let outcome = receiving.all(pin!(transfer.events())).await;
    let outcome = match outcome {
        Ok(()) => receiving.finish(&target).await,
        Err(error) => {
            receiving.give_up(&error).await;
            Err(error)
        }
    };
    outcome.map_err(|error| error.with_ids(std::slice::from_ref(&id)))
}

/// The result, if it is at the target already.
pub(super) async fn already_there(target: &Target) -> Option<SavedFile> {
    let target = target.clone();
    match blocking(move || target.taken()).await.ok()?.ok()?? {
        Taken::Whole(downloaded) => Some(downloaded),
        Taken::BySomethingElse(_) => None,
    }
}

/// Checks what is at the target, and locks the part.
async fn find(target: &Target, id: &ResultId) -> Result<Found, Error> {
    let paths = target.paths();
    let mut waited = Duration::ZERO;
    let mut last_len = None;
    loop {
        let (looked_at, own_paths, own_id) = (target.clone(), paths.clone(), id.clone());
        let outcome = blocking(move || -> io::Result<_> {
            if let Some(taken) = looked_at.taken()? {
                return Ok((Some(taken), None, None));
            }
            let part = Part::lock(&own_paths, &own_id)?;
            // Another download may have ended just before.
            Ok(match looked_at.taken()? {
                Some(taken) => {
                    if let Some(part) = part {
                        part.discard();
                    }
                    (Some(taken), None, None)
                }
                None => (None, part, own_paths.part_len()),
            })
        })
        .await?
        .map_err(|error| failed(&format!("cannot create {}", paths.part().display()), error))?;
        match outcome {
            (Some(Taken::Whole(downloaded)), ..) => return Ok(Found::Whole(downloaded)),
            (Some(Taken::BySomethingElse(path)), ..) => {
                return Err(Error::new(
                    ErrorKind::Io,
                    format!("{} already exists and was left alone", path.display()),
                )
                .with_advice("remove it, or choose another name"));
            }
            (None, Some(part), _) => return Ok(Found::Part(part)),
            (None, None, len) if len != last_len || waited < LOCK_PATIENCE => {
                if len != last_len {
                    (last_len, waited) = (len, Duration::ZERO);
                }
                tokio::time::sleep(LOCK_INTERVAL).await;
                waited += LOCK_INTERVAL;
            }
            (None, None, _) => {
                return Err(Error::new(
                    ErrorKind::Io,
                    format!(
                        "another download holds {} and has not written to it for {} s",
                        paths.part().display(),
                        LOCK_PATIENCE.as_secs()
                    ),
                )
                .with_advice("end the other download, or choose another name"));
            }
        }
    }
}

/// A part that is being received.
struct Receiving {
    /// Absent while work on it is in progress, and after that was cut short.
    part: Option<Part>,
    facts: Option<FileFacts>,
    resumed_from: Option<u64>,
    gathered: Vec<Bytes>,
    size: usize,
}

impl Receiving {
    /// Receives everything, and writes it.
    async fn all(
        &mut self,
        mut events: std::pin::Pin<&mut (impl Stream<Item = Result<Event, Error>> + Send)>,
    ) -> Result<(), Error> {
        loop {
            // The buffer is written as soon as no more bytes are ready.
            let event = if let Some(event) = events.next().now_or_never() {
                event
            } else {
                self.write().await?;
                events.next().await
            };
            match event {
                Some(Ok(Event::Begin(facts))) => {
                    self.gathered.clear();
                    self.size = 0;
                    self.resumed_from = None;
                    self.facts = Some(facts.clone());
                    self.work("started", move |part| part.begin(facts)).await?;
                }
                Some(Ok(Event::Bytes(bytes))) => {
                    self.size += bytes.len();
                    self.gathered.push(bytes);
                    if self.size >= WRITE_BUFFER {
                        self.write().await?;
                    }
                }
                Some(Err(error)) => {
                    self.write().await?;
                    return Err(error);
                }
                None => return self.write().await,
            }
        }
    }

    async fn write(&mut self) -> Result<(), Error> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let gathered = std::mem::take(&mut self.gathered);
        self.size = 0;
        self.work("written", move |part| part.append(&gathered))
            .await
    }

    async fn work(
        &mut self,
        done: &str,
        work: impl FnOnce(&mut Part) -> io::Result<()> + Send + 'static,
    ) -> Result<(), Error> {
        let Some(mut part) = self.part.take() else {
            return Err(cut_short());
        };
        let (outcome, part) = blocking(move || (work(&mut part), part)).await?;
        let path = part.path().display().to_string();
        self.part = Some(part);
        outcome.map_err(|error| failed(&format!("{path} could not be {done}"), error))
    }

    async fn finish(&mut self, target: &Target) -> Result<SavedFile, Error> {
        let (Some(part), Some(facts)) = (self.part.take(), &self.facts) else {
            return Err(cut_short());
        };
        let downloaded = SavedFile {
            path: target.place(&facts.media_type),
            bytes: part.len(),
            content_type: facts.media_type.as_str().to_owned(),
            declared_type: facts.declared_type.clone(),
            resumed_from: self.resumed_from,
            already_existed: false,
        };
        let place = downloaded.path.clone();
        blocking(move || part.finish(&place))
            .await?
            .map_err(|error| {
                let path = downloaded.path.display();
                failed(&format!("{path} could not be given its name"), error)
            })?;
        Ok(downloaded)
    }

    /// Leaves what a later call can resume, and nothing else.
    async fn give_up(&mut self, error: &Error) {
        if let Some(part) = self.part.take()
            && (part.len() == 0 || error.kind() == ErrorKind::ResponseTooLarge)
        {
            // An error has been reported already.
            let _ = blocking(move || part.discard()).await;
        }
    }
}

/// Runs blocking work on a thread for it. The work finishes even if nobody waits for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| cut_short())
}

fn failed(what: &str, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, what).with_source(error)
}

fn cut_short() -> Error {
    Error::new(
        ErrorKind::Io,
        "work on a file was cut short; the runtime is shutting down",
    )
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use futures_util::stream;

    use super::*;

    fn begin() -> Event {
        let facts =
            serde_json::json!({"media_type": "image/png", "total": null, "validator": null});
        Event::Begin(serde_json::from_value(facts).unwrap())
    }

    fn receiving(target: &Target) -> Receiving {
        let id = ResultId::new("a").unwrap();
        Receiving {
            part: Part::lock(&target.paths(), &id).unwrap(),
            facts: None,
            resumed_from: Some(7),
            gathered: Vec::new(),
            size: 0,
        }
    }

    #[tokio::test]
    async fn bytes_from_before_a_new_beginning_are_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::File(dir.path().join("a"));
        let bytes = |text: &'static str| Event::Bytes(Bytes::from_static(text.as_bytes()));
        // All events are ready at once, so nothing is written in between.
        let events = [begin(), bytes("old"), begin(), bytes("new"), bytes("er")];
        let mut receiving = receiving(&target);
        let events = stream::iter(events).map(Ok);
        receiving.all(pin!(events)).await.unwrap();
        let saved = receiving.finish(&target).await.unwrap();
        assert_eq!((saved.bytes(), saved.resumed_from()), (5, None));
        assert_eq!(fs::read(saved.path()).unwrap(), b"newer");
        assert_eq!(saved.path().file_name(), Path::new("a").file_name());
    }

    #[tokio::test]
    async fn bytes_that_come_without_a_pause_are_written_a_buffer_at_a_time() {
        const PIECE: usize = 64 * 1024;
        let dir = tempfile::tempdir().unwrap();
        let target = Target::File(dir.path().join("a"));
        let part = target.paths().part().to_owned();
        let mut receiving = receiving(&target);
        let pieces = (0..40).map(|n| {
            // What was written before the next piece is requested.
            let written = usize::try_from(fs::metadata(&part).unwrap().len()).unwrap();
            assert_eq!(written, n * PIECE / WRITE_BUFFER * WRITE_BUFFER);
            Event::Bytes(vec![0; PIECE].into())
        });
        let events = stream::iter([begin()].into_iter().chain(pieces)).map(Ok);
        receiving.all(pin!(events)).await.unwrap();
        assert_eq!(fs::metadata(&part).unwrap().len(), 40 * PIECE as u64);
        assert_eq!(WRITE_BUFFER, 4 * PIECE, "the bound on memory depends on it");
    }

    /// Another download of the same job, which writes `bytes` with a pause after each, and ends.
    async fn other(mut part: Part, bytes: usize, pause: Duration) {
        let facts =
            serde_json::json!({"media_type": "image/png", "total": null, "validator": null});
        part.begin(serde_json::from_value(facts).unwrap()).unwrap();
        for _ in 0..bytes {
            tokio::time::sleep(pause).await;
            part.append(&[Bytes::from_static(b"x")]).unwrap();
        }
        tokio::time::sleep(pause).await;
    }

    #[tokio::test(start_paused = true)]
    async fn another_download_is_waited_for_as_long_as_it_grows() {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::File(dir.path().join("a"));
        let id = ResultId::new("a").unwrap();
        let lock = || Part::lock(&target.paths(), &id).unwrap().unwrap();
        let growing = other(lock(), 9, LOCK_PATIENCE / 2);
        let (found, ()) = tokio::join!(find(&target, &id), growing);
        assert!(matches!(found, Ok(Found::Part(_))));
        drop(found);

        let start = tokio::time::Instant::now();
        let stuck = other(lock(), 0, LOCK_PATIENCE * 2);
        let (found, ()) = tokio::join!(
            async {
                let found = find(&target, &id).await;
                assert!(start.elapsed() < LOCK_PATIENCE + Duration::from_secs(1));
                found
            },
            stuck
        );
        let error = found.err().unwrap();
        assert!(
            error.message().contains("has not written to it for 30 s"),
            "{error}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_lock_that_is_about_to_be_released_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::File(dir.path().join("a"));
        let id = ResultId::new("a").unwrap();
        let lock = Part::lock(&target.paths(), &id).unwrap();
        let going = async {
            tokio::time::sleep(LOCK_PATIENCE / 2).await;
            drop(lock);
        };
        let (found, ()) = tokio::join!(find(&target, &id), going);
        assert!(matches!(found, Ok(Found::Part(_))));
    }
}
