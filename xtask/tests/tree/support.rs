//! A copy of what `regen` reads and writes, and pages like the vendor's around its document.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use xtask::{
    lock::Lock,
    operation::Operation,
    page::StatusRow,
    problem::Problem,
    regen::{self, Input, Options},
    tree::Tree,
};

/// The day on which the tree's pages were fetched.
const FIRST: &str = "2031-05-05";
/// The day of every later run.
pub(crate) const TODAY: &str = "2031-05-06";

pub(crate) struct Copy {
    folder: tempfile::TempDir,
    pub(crate) tree: Tree,
}

/// The result and the output of a run.
pub(crate) struct Said {
    pub(crate) result: Result<(), Problem>,
    pub(crate) out: String,
    pub(crate) progress: String,
}

impl Said {
    pub(crate) fn error(&self) -> String {
        self.result.as_ref().unwrap_err().to_string()
    }
}

impl Copy {
    /// The tree as it is checked in.
    pub(crate) fn new() -> Self {
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::new(folder.path().join("tree"));
        let from = Tree::new(original);
        for (from, to) in [
            (
                from.document("faceswap.yaml"),
                tree.document("faceswap.yaml"),
            ),
            (from.overlay(), tree.overlay()),
            (from.supplement(), tree.supplement()),
            (from.lock(), tree.lock()),
            (from.client(), tree.client()),
            (from.httpmock(), tree.httpmock()),
        ] {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            // A checkout may have other line ends.
            let text = fs::read_to_string(from).unwrap().replace("\r\n", "\n");
            fs::write(to, text).unwrap();
        }
        let copy = Self { folder, tree };
        copy.link();
        // The vendor's page is not in the tree: from here on, the pages are those made here.
        let pages = Input::From(vec![copy.save(&copy.pages())]);
        let settled = copy.run_on(FIRST, pages, false, None);
        assert_eq!(settled.result, Ok(()));
        copy
    }

    #[cfg(unix)]
    fn link(&self) {
        std::os::unix::fs::symlink("../../openapi", self.tree.link()).unwrap();
    }

    #[cfg(not(unix))]
    fn link(&self) {
        fs::write(self.tree.link(), "../../openapi").unwrap();
    }

    pub(crate) fn lock(&self) -> Lock {
        Lock::parse("sources.lock", &read(&self.tree.lock())).unwrap()
    }

    /// A file outside of the tree.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Every file of the tree: its text, or the target of a link.
    pub(crate) fn state(&self) -> BTreeMap<PathBuf, String> {
        fn walk(folder: &Path, state: &mut BTreeMap<PathBuf, String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if let Ok(target) = fs::read_link(&path) {
                    state.insert(path, format!("-> {}", target.display()));
                } else if path.is_dir() {
                    walk(&path, state);
                } else {
                    state.insert(path.clone(), read(&path));
                }
            }
        }
        let mut state = BTreeMap::new();
        walk(&self.folder.path().join("tree"), &mut state);
        state
    }

    /// Asserts that the tree is unchanged.
    pub(crate) fn assert_is(&self, before: &BTreeMap<PathBuf, String>) {
        let after = self.state();
        let paths = before.keys().chain(after.keys());
        let differing: BTreeSet<_> = paths
            .filter(|path| before.get(*path) != after.get(*path))
            .collect();
        assert!(differing.is_empty(), "not as before: {differing:#?}");
    }

    /// The pages of the vendored document, by file name: for one operation the vendored text itself,
    /// for several one page each, with all components and the status table.
    pub(crate) fn pages(&self) -> Vec<(String, String)> {
        let text = read(&self.tree.document("faceswap.yaml"));
        let document: Value = serde_saphyr::from_str(&text).unwrap();
        let lock = self.lock();
        lock.pages
            .iter()
            .map(|locked| {
                let name = locked.url.rsplit('/').next().unwrap().to_owned();
                let operation = &locked.operations[0];
                let fence = if lock.pages.len() == 1 {
                    text.clone()
                } else {
                    serde_saphyr::to_string(&only(&document, operation)).unwrap()
                };
                (name, page(operation, &lock.statuses(), &fence))
            })
            .collect()
    }

    /// Puts pages into a folder outside of the tree.
    pub(crate) fn save(&self, pages: &[(String, String)]) -> String {
        let folder = self.outside("pages");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        for (name, text) in pages {
            fs::write(folder.join(name), text).unwrap();
        }
        folder.to_str().unwrap().to_owned()
    }

    /// Saves the tree's own pages, each after a change.
    pub(crate) fn save_with(&self, change: impl Fn(&str) -> String) -> String {
        let pages: Vec<_> = self
            .pages()
            .into_iter()
            .map(|(name, text)| (name, change(&text)))
            .collect();
        self.save(&pages)
    }

    pub(crate) fn regen(&self, input: Input) -> Said {
        self.run(input, false, None)
    }

    pub(crate) fn from(&self, from: &str) -> Said {
        self.regen(Input::From(vec![from.to_owned()]))
    }

    pub(crate) fn run(&self, input: Input, dry_run: bool, report: Option<PathBuf>) -> Said {
        self.run_on(TODAY, input, dry_run, report)
    }

    fn run_on(&self, today: &str, input: Input, dry_run: bool, report: Option<PathBuf>) -> Said {
        let options = Options {
            input,
            dry_run,
            report,
            today: today.parse().unwrap(),
        };
        let (mut out, mut progress) = (Vec::new(), Vec::new());
        let result = regen::run(&self.tree, &options, &mut out, &mut progress);
        Said {
            result,
            out: String::from_utf8(out).unwrap(),
            progress: String::from_utf8(progress).unwrap(),
        }
    }

    /// What `--check` finds.
    pub(crate) fn check(&self) -> Vec<String> {
        xtask::check::check(&self.tree)
            .iter()
            .map(ToString::to_string)
            .collect()
    }
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Replaces a text, which must be present.
pub(crate) fn edit(path: &Path, from: &str, to: &str) {
    let text = read(path);
    assert!(text.contains(from), "{from:?} is not in {}", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}

/// A document with one of its operations.
fn only(document: &Value, operation: &Operation) -> Value {
    let mut document = document.clone();
    let text = operation.to_string();
    let (method, path) = text.split_once(' ').unwrap();
    let method = method.to_lowercase();
    document["paths"] = json!({path: {method.as_str(): document["paths"][path][&method]}});
    document
}

/// A page in the form of the vendor's.
pub(crate) fn page(operation: &Operation, statuses: &[StatusRow], fence: &str) -> String {
    let mut page = "\
        > ## Documentation Index\n\
        > Fetch the complete index at: https://docs.example/llms.txt\n\n\
        # A page\n\n\
        ```json\n{\"code\": 1000}\n```\n\n"
        .to_owned();
    if !statuses.is_empty() {
        page.push_str("## Faceswap Status\n\n| Status | Description |\n| --- | --- |\n");
        for StatusRow { value, description } in statuses {
            writeln!(page, "| {value} | {description} |").unwrap();
        }
    }
    write!(page, "\n## OpenAPI\n\n````yaml {operation}\n{fence}````").unwrap();
    page
}

/// A server on this machine that answers each connection with the next of these, then stops.
/// Returns its address.
pub(crate) fn server(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
                request.extend(byte);
            }
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

pub(crate) fn ok(body: &str, announced: usize) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/markdown\r\nconnection: close\r\n\
         content-length: {announced}\r\n\r\n{body}"
    )
}
