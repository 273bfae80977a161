//! Shows pages in a headless Chromium, for tests.
//!
//! Without Chromium, tests are skipped with a loud line; with `AKOOL_TEST_CHROMIUM=required` they fail
//! instead. Every run has its own profile, and no host name resolves in it: a page that requests
//! anything beyond its own address gets nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The browser's names in Debian, in Ubuntu and from Google.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A browser that has not ended by then is stuck.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The browser of this machine.
#[derive(Debug)]
pub struct Chromium {
    program: PathBuf,
}

impl Chromium {
    /// The browser, or `None` after a loud line that says that the test is skipped.
    ///
    /// # Panics
    ///
    /// If Chromium is missing and `AKOOL_TEST_CHROMIUM` is `required`.
    pub fn find() -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let program = env::split_paths(&path)
            .flat_map(|dir| NAMES.map(|name| dir.join(name)))
            .find(|program| program.is_file());
        if program.is_none() {
            assert!(
                env::var_os("AKOOL_TEST_CHROMIUM").is_none_or(|value| value != "required"),
                "AKOOL_TEST_CHROMIUM=required, but Chromium is not in PATH"
            );
            eprintln!(
                "\n*** SKIPPED: no Chromium on this machine (apt-get install chromium) ***\n"
            );
        }
        program.map(|program| Self { program })
    }

    /// The document at `url` after its scripts have run, as HTML.
    ///
    /// # Panics
    ///
    /// If the browser fails or takes more than a minute.
    pub fn dom(&self, url: &str) -> String {
        self.run(&["--dump-dom".to_owned()], url)
    }

    /// Saves a picture of the page at `url` as PNG.
    ///
    /// # Panics
    ///
    /// If the browser fails, makes no picture, or takes more than a minute.
    pub fn screenshot(&self, url: &str, (width, height): (u32, u32), png: &Path) {
        let options = [
            format!("--screenshot={}", png.display()),
            format!("--window-size={width},{height}"),
            "--hide-scrollbars".to_owned(),
        ];
        self.run(&options, url);
        assert!(fs::metadata(png).unwrap().len() > 0);
    }

    fn run(&self, options: &[String], url: &str) -> String {
        let profile = tempfile::tempdir().unwrap();
        let output = profile.path().join("output");
        let mut browser = Command::new(&self.program)
            .args([
                "--headless",
                // Only the tests' own pages are shown, and possibly as root.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(options)
            .arg(url)
            .stdin(Stdio::null())
            .stdout(File::create(&output).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = browser.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > TIMEOUT {
                browser.kill().unwrap();
                browser.wait().unwrap();
                panic!("Chromium did not end within {TIMEOUT:?}");
            }
            thread::sleep(Duration::from_millis(20));
        };
        assert!(status.success(), "Chromium ended with {status}");
        fs::read_to_string(output).unwrap()
    }
}

/// The URL of a file.
///
/// # Panics
///
/// If it does not exist.
pub fn file_url(path: &Path) -> String {
    format!("file://{}", path.canonicalize().unwrap().display())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!doctype html><title>before</title>\
        <script>document.title = 'after'</script>\
        <img src='https://example.com/a.png' onerror='document.body.dataset.image = \"none\"'>";

    #[test]
    fn a_page_is_shown_and_its_scripts_run() {
        let Some(chromium) = Chromium::find() else {
            return;
        };
        let dir = tempfile::tempdir().unwrap();
        let page = dir.path().join("page.html");
        fs::write(&page, PAGE).unwrap();
        let dom = chromium.dom(&file_url(&page));
        assert!(dom.contains("<title>after</title>"), "{dom}");
        assert!(dom.contains("data-image=\"none\""), "{dom}");
        let png = dir.path().join("page.png");
        chromium.screenshot(&file_url(&page), (400, 300), &png);
        assert!(fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    }
}
