//! `--gallery`: originals, new faces and results side by side, as one page that needs nothing else.
//!
//! A [`Gallery`] collects a card for each job while jobs are waited for; [`page`] writes them. What is on
//! this machine is embedded, within limits. URLs of faces and results open without a key, so the page has
//! them only where `--gallery-links` asks for it.

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
    /// `success`, `failed` and so on; what the table says too.
    state: &'static str,
    note: Option<String>,
    created_at: Option<SystemTime>,
    expires_at: Option<SystemTime>,
    original: Medium,
    new: Medium,
    result: Medium,
}

/// A picture or video: where it is, as far as that is known.
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
    /// The gallery that was asked for. That it can be written is seen before anything else is done.
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
        // Beside it, so that a page of an earlier run stays until there is another.
        gallery
            .new_file()
            .map_err(|error| gallery.unwritable(&error.to_string()))?;
        Ok(Some(gallery))
    }

    /// With the pictures that a swap was made of.
    pub(crate) fn with_inputs(mut self, id: &ResultId, args: &SwapArgs) -> Self {
        self.expect(id, Medium::named(&args.original), Medium::named(&args.new));
        self
    }

    /// A job that will end, and what it was made of.
    pub(crate) fn expect(&mut self, id: &ResultId, original: Medium, new: Medium) {
        let card = self.card(id);
        card.original = original;
        card.new = new;
    }

    /// How a job ended: `state` in a word, and why.
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

    /// The result of a job is on the disk.
    pub(crate) fn saved(&mut self, id: &ResultId, path: &Path) {
        self.card(id).result.file = Some(path.to_owned());
    }

    /// An earlier run has saved a result, which may have gone elsewhere since.
    pub(crate) fn saved_earlier(&mut self, id: &ResultId, path: &Path) {
        if self.by_id.contains_key(id) {
            return;
        }
        let card = self.card(id);
        card.state = "success";
        card.result.file = Some(path.to_owned());
    }

    /// Writes the page, which takes the place of an earlier one at once.
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

    /// Readable by its owner alone.
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
            "name a file in a directory that is there, may be written and has room",
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
