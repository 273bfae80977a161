//! `--gallery`: originals, new faces and results side by side, on one self-contained page.
//!
//! A [`Gallery`] collects a card for each job while jobs are waited for; [`page`] writes them. Files on this machine
//! are embedded, within limits. URLs of faces and results open without a key, so the page contains them only with
//! `--gallery-links`.

mod page;

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use akool_faceswap::{Job, ResultId};

use crate::{
    args::{GalleryArgs, SwapArgs},
    problem::Problem,
};

/// The cards of one page, and where it goes.
pub(crate) struct Gallery {
    path: PathBuf,
    links: bool,
    cards: Vec<Card>,
    by_id: HashMap<ResultId, usize>,
}

/// One job.
struct Card {
    id: ResultId,
    /// `success`, `failed` and so on, as in the table.
    state: &'static str,
    note: Option<String>,
    created_at: Option<SystemTime>,
    expires_at: Option<SystemTime>,
    original: Medium,
    new: Medium,
    result: Medium,
}

/// Where a picture or video is, as far as known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Medium {
    file: Option<PathBuf>,
    url: Option<String>,
}

impl Medium {
    pub(crate) fn at_url(url: impl Into<String>) -> Self {
        Self {
            file: None,
            url: Some(url.into()),
        }
    }

    pub(crate) fn in_file(path: impl Into<PathBuf>) -> Self {
        Self {
            file: Some(path.into()),
            url: None,
        }
    }

    /// A URL, or the name of a file.
    fn named(text: &str) -> Self {
        if text.contains("://") {
            Self::at_url(text)
        } else {
            Self::in_file(text)
        }
    }
}

impl Gallery {
    /// The requested gallery. Checks at once that it can be written.
    pub(crate) fn of(args: &GalleryArgs) -> Result<Option<Self>, Problem> {
        let Some(path) = &args.gallery else {
            return Ok(None);
        };
        let gallery = Self {
            path: path.clone(),
            links: args.gallery_links,
            cards: Vec::new(),
            by_id: HashMap::new(),
        };
        if path.is_dir() {
            return Err(gallery.unwritable("it is a directory"));
        }
        // Tries a new file beside it, so that the page of an earlier run stays until it is replaced.
        gallery
            .new_file()
            .map_err(|error| gallery.unwritable(&error.to_string()))?;
        Ok(Some(gallery))
    }

    /// With the inputs of a swap.
    pub(crate) fn with_inputs(mut self, id: &ResultId, args: &SwapArgs) -> Self {
        self.expect(id, Medium::named(&args.original), Medium::named(&args.new));
        self
    }

    /// Adds a job and its inputs.
    pub(crate) fn expect(&mut self, id: &ResultId, original: Medium, new: Medium) {
        let card = self.card(id);
        card.original = original;
        card.new = new;
    }

    /// Records how a job ended: its `state` in a word, and why.
    pub(crate) fn ended(
        &mut self,
        id: &ResultId,
        state: &'static str,
        note: Option<String>,
        job: Option<&Job>,
    ) {
        let card = self.card(id);
        card.state = state;
        card.note = note;
        if let Some(job) = job {
            card.created_at = job.created_at();
            card.expires_at = job.expires_at();
            card.result.url = job.result_url().map(Into::into);
        }
    }

    /// Records where the result of a job was saved.
    pub(crate) fn saved(&mut self, id: &ResultId, path: &Path) {
        self.card(id).result.file = Some(path.to_owned());
    }

    /// Records a result that an earlier run saved; it may have been moved since.
    pub(crate) fn saved_earlier(&mut self, id: &ResultId, path: &Path) {
        if self.by_id.contains_key(id) {
            return;
        }
        let card = self.card(id);
        card.state = "success";
        card.result.file = Some(path.to_owned());
    }

    /// Writes the page, which replaces an earlier one in one step.
    pub(crate) fn write(&self) -> Result<(), Problem> {
        self.try_write()
            .map_err(|error| self.unwritable(&error.to_string()))
    }

    fn try_write(&self) -> io::Result<()> {
        let mut file = self.new_file()?;
        let mut out = BufWriter::new(&mut file);
        page::write(&mut out, &self.cards, self.links, SystemTime::now())?;
        out.flush()?;
        drop(out);
        file.persist(&self.path)?;
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Only its owner can read it.
    fn new_file(&self) -> io::Result<tempfile::NamedTempFile<File>> {
        let dir = match self.path.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir,
            _ => Path::new("."),
        };
        tempfile::NamedTempFile::new_in(dir)
    }

    fn unwritable(&self, why: &str) -> Problem {
        Problem::failure(
            format!("cannot write the gallery {}: {why}", self.path.display()),
            "name a file in a writable directory with enough space",
        )
    }

    fn card(&mut self, id: &ResultId) -> &mut Card {
        let next = self.cards.len();
        let at = *self.by_id.entry(id.clone()).or_insert(next);
        if at == next {
            self.cards.push(Card {
                id: id.clone(),
                state: "not settled",
                note: None,
                created_at: None,
                expires_at: None,
                original: Medium::default(),
                new: Medium::default(),
                result: Medium::default(),
            });
        }
        &mut self.cards[at]
    }
}
