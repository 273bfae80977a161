//! Where page texts come from: files, folders, or URLs.
//!
//! Size, time and number are bounded. Other machines are reached by `https://` only: plain `http://`
//! is for servers on this machine.

mod download;

use std::{
    fmt, fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::Url;

use crate::problem::Problem;

/// The origin of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file on this machine.
    File(PathBuf),
    /// A URL, as [`page_url`] accepts it.
    Url(Url),
}

impl Origin {
    /// Whether it is a whole OpenAPI document, not a page with one.
    pub(crate) fn is_document(&self) -> bool {
        let extension = match self {
            Self::File(path) => path.extension(),
            Self::Url(url) => Path::new(url.path()).extension(),
        };
        extension
            .is_some_and(|end| end.eq_ignore_ascii_case("yaml") || end.eq_ignore_ascii_case("yml"))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Url(url) => write!(f, "{url}"),
        }
    }
}

/// A text with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it was found.
    pub origin: Origin,
    /// Its bytes, unchanged.
    pub bytes: Vec<u8>,
}

/// The most texts that are read at once: five times the vendor's pages on face swapping.
const TEXTS: usize = 64;

/// Limits for one text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes of one text.
    pub(crate) bytes: u64,
    /// Time to connect, TLS included.
    pub(crate) connect: Duration,
    /// Time for one text, from the first packet to the last.
    pub(crate) whole: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 * 1024 * 1024,
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(60),
        }
    }
}

/// A URL that pages may be fetched from: `https`, or `http` on this machine.
///
/// # Errors
///
/// If it is anything else.
pub fn page_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("`{text}` is not a URL: {error}"))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(format!(
            "`{text}`: http:// is for this machine only; use https://"
        )),
        scheme => Err(format!("`{text}`: cannot fetch from {scheme}://")),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// What `--from` means: a URL, a file, or all `*.md` and `*.yaml` files of a folder in name order.
///
/// # Errors
///
/// If it does not exist, or the folder has no such file.
pub fn origins(from: &str) -> Result<Vec<Origin>, Problem> {
    if from.contains("://") {
        let url = page_url(from).map_err(Problem::new)?;
        return Ok(vec![Origin::Url(url)]);
    }
    let path = Path::new(from);
    let unreadable = |error: io::Error| Problem::at(from, format!("cannot be read: {error}"));
    if !path.metadata().map_err(unreadable)?.is_dir() {
        return Ok(vec![Origin::File(path.to_owned())]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let is_page = file
            .extension()
            .is_some_and(|end| end == "md" || end == "yaml");
        if is_page && file.is_file() {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err(Problem::at(
            from,
            "the folder has no `*.md` or `*.yaml` file",
        ));
    }
    files.sort();
    Ok(files.into_iter().map(Origin::File).collect())
}

/// Reads or fetches every text, in order, with a line on `progress` for each URL.
///
/// # Errors
///
/// If one cannot be read whole (the others are not tried), or if there are more than 64.
pub fn read_all(origins: &[Origin], progress: &mut dyn io::Write) -> Result<Vec<Source>, Problem> {
    if origins.len() > TEXTS {
        return Err(Problem::new(format!(
            "{} pages, but at most {TEXTS} are read at once",
            origins.len()
        )));
    }
    let limits = Limits::default();
    let mut sources = Vec::new();
    for (index, origin) in origins.iter().enumerate() {
        let bytes = match origin {
            Origin::File(path) => file(path, limits)?,
            Origin::Url(url) => {
                // A closed terminal is no reason to stop.
                let _ = writeln!(progress, "fetching {}/{} {url}", index + 1, origins.len());
                download::get(url, limits)?
            }
        };
        sources.push(Source {
            origin: origin.clone(),
            bytes,
        });
    }
    Ok(sources)
}

fn file(path: &Path, limits: Limits) -> Result<Vec<u8>, Problem> {
    let unreadable =
        |error: io::Error| Problem::at(path.display(), format!("cannot be read: {error}"));
    let mut bytes = Vec::new();
    fs::File::open(path)
        .map_err(unreadable)?
        .take(limits.bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limits.bytes {
        return Err(oversized(&path.display(), limits));
    }
    Ok(bytes)
}

fn oversized(place: &dyn fmt::Display, limits: Limits) -> Problem {
    Problem::at(
        place,
        format!(
            "larger than {} bytes, which no documentation page is",
            limits.bytes
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in [
            "https://a.example/x.md",
            "http://127.0.0.1:1/",
            "http://localhost/",
            "http://[::1]:8/",
        ] {
            assert!(page_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://a.example/",
            "http://127.0.0.1.a.example/",
            "ftp://a/",
            "file:///a",
            "x",
        ] {
            assert!(page_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_folder_is_its_markdown_files_in_name_order() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().to_str().unwrap();
        assert!(origins(from).unwrap_err().to_string().contains("no `*.md`"));
        for name in ["b.md", "a.md", "c.txt"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        fs::create_dir(folder.path().join("d.md")).unwrap();
        let found = origins(from).unwrap();
        let sources = read_all(&found, &mut Vec::new()).unwrap();
        let texts: Vec<&[u8]> = sources.iter().map(|source| &source.bytes[..]).collect();
        assert_eq!(texts, [b"a.md", b"b.md"]);
    }

    #[test]
    fn more_than_64_texts_are_refused() {
        let origins = vec![Origin::File("no/such.md".into()); TEXTS + 1];
        let error = read_all(&origins, &mut Vec::new()).unwrap_err().to_string();
        assert!(error.starts_with("65 pages"), "{error}");
    }

    #[test]
    fn what_is_missing_or_too_large_is_an_error() {
        let error = origins("no/such.md").unwrap_err().to_string();
        assert!(error.starts_with("no/such.md: cannot be read"), "{error}");
        assert!(origins("http://a.example/x.md").is_err());

        let file_of_six = tempfile::NamedTempFile::new().unwrap();
        fs::write(file_of_six.path(), "sixsix").unwrap();
        let limits = |bytes| Limits {
            bytes,
            ..Limits::default()
        };
        assert!(file(file_of_six.path(), limits(6)).is_ok());
        let error = file(file_of_six.path(), limits(5)).unwrap_err().to_string();
        assert!(error.contains("larger than 5 bytes"), "{error}");
    }
}
