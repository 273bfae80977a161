//! What a project pays at build time for depending on the SDK: CPU seconds of a clean release build
//! against one with `reqwest`, `serde` and `tokio` and the same TLS, and how large the programs are.

use std::{fmt::Write as _, fs, io, process::Command};

use tempfile::TempDir;

use super::report::{self, Section};
use crate::{problem::Problem, tree::Tree};

/// A program that looks ids up, with the SDK.
const WITH_SDK: &str = r#"
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = akool_faceswap::Client::from_env()?;
    let ids: akool_faceswap::ResultIds = std::env::args().nth(1).unwrap_or_default().parse()?;
    for job in client.lookup(ids).await?.found() {
        println!("{} {} {:?}", job.id(), job.status(), job.result_url());
    }
    Ok(())
}
"#;

/// The same by hand, as far as that goes.
const BY_HAND: &str = r#"
#[derive(serde::Deserialize)]
struct Answer {
    code: i64,
    msg: String,
    data: Option<Data>,
}

#[derive(serde::Deserialize)]
struct Data {
    result: Vec<Row>,
}

#[derive(serde::Deserialize)]
struct Row {
    #[serde(rename = "_id")]
    id: String,
    faceswap_status: i64,
    url: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = rustls::crypto::ring::default_provider();
    provider.install_default().map_err(|_| "there is a provider")?;
    let client = reqwest::Client::builder()
        .timeout(std::time::Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let answer: Answer = client
        .get("https://openapi.akool.com/api/open/v3/faceswap/result/listbyids")
        .query(&[("_ids", std::env::args().nth(1).unwrap_or_default())])
        .header("x-api-key", std::env::var("AKOOL_API_KEY")?)
        .send()
        .await?
        .json()
        .await?;
    if answer.code != 1000 {
        return Err(answer.msg.into());
    }
    for row in answer.data.map(|data| data.result).unwrap_or_default() {
        println!("{} {} {:?}", row.id, row.faceswap_status, row.url);
    }
    Ok(())
}
"#;

/// How the projects depend on what they use.
const PLAIN: &str = r#"
reqwest = { version = "0.13.5", default-features = false, features = ["json", "query", "rustls-no-provider"] }
rustls = { version = "0.23", default-features = false, features = ["ring", "std", "tls12"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
"#;

pub(super) fn measure(tree: &Tree, progress: &mut dyn io::Write) -> Result<Section, Problem> {
    let sdk = tree.root().join("crates/akool-faceswap");
    let sdk = |features: &str| {
        format!(
            "akool-faceswap = {{ path = {:?}{features} }}",
            sdk.display().to_string()
        )
    };
    let lookups = ", default-features = false, features = [\"rustls\"]";
    let projects = [
        ("`reqwest` and `serde` by hand", PLAIN.to_owned(), BY_HAND),
        ("`akool-faceswap`, lookups only", sdk(lookups), WITH_SDK),
        ("`akool-faceswap`, default features", sdk(""), WITH_SDK),
    ];
    let mut peer = None;
    let mut rows = String::new();
    for (name, dependencies, program) in projects {
        let project = Project::new(tree, &dependencies, program)?;
        let _ = writeln!(progress, "a clean build with {name} …");
        let seconds = project.build()?;
        let bytes = project.program_bytes()?;
        let (least_seconds, least_bytes) = *peer.get_or_insert((seconds, bytes));
        let _ = writeln!(
            rows,
            "| {name} | {} | {seconds:.1} | **{:.2}** | {:.2} | **{:.2}** |",
            project.packages()?,
            seconds / least_seconds,
            bytes / 1e6,
            bytes / least_bytes,
        );
    }
    let body = format!(
        "`cargo xtask bench build`: {}\n\n\
         A clean release build of a program that looks ids up, with `akool-faceswap` and by hand with \
         `reqwest` and `serde`, all with the same TLS (rustls with ring, the platform's verifier) \
         and on `tokio`. CPU seconds of all compilers together; the program without symbols.\n\n\
         | project | packages | CPU s | ratio | program, MB | ratio |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |\n{rows}\n{}",
        report::circumstances()?,
        report::load(),
    );
    Ok(Section {
        title: "Building",
        body,
    })
}

/// A project of its own, outside the workspace.
struct Project(TempDir);

impl Project {
    fn new(tree: &Tree, dependencies: &str, program: &str) -> Result<Self, Problem> {
        let failed = |error: io::Error| Problem::new(format!("cannot make a project: {error}"));
        let folder = TempDir::new().map_err(failed)?;
        let manifest = format!(
            "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             rust-version = \"1.88\"\n\n[workspace]\n\n[profile.release]\nstrip = true\n\n\
             [dependencies]\n{dependencies}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n"
        );
        fs::write(folder.path().join("Cargo.toml"), manifest).map_err(failed)?;
        fs::create_dir(folder.path().join("src")).map_err(failed)?;
        fs::write(folder.path().join("src/main.rs"), program).map_err(failed)?;
        // The same versions for both.
        fs::copy(
            tree.root().join("Cargo.lock"),
            folder.path().join("Cargo.lock"),
        )
        .map_err(failed)?;
        let project = Self(folder);
        project.cargo(&["fetch"])?;
        Ok(project)
    }

    /// CPU seconds of a clean build.
    fn build(&self) -> Result<f64, Problem> {
        let _ = fs::remove_dir_all(self.0.path().join("target"));
        let before = children_seconds()?;
        self.cargo(&["build", "--release", "--offline"])?;
        Ok(children_seconds()? - before)
    }

    /// The size of the program that was built, in bytes.
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn program_bytes(&self) -> Result<f64, Problem> {
        let program = self.0.path().join("target/release/consumer");
        let metadata = fs::metadata(program)
            .map_err(|error| Problem::new(format!("cannot find the program: {error}")))?;
        Ok(metadata.len() as f64)
    }

    fn packages(&self) -> Result<usize, Problem> {
        let tree = self.cargo(&[
            "tree",
            "--offline",
            "--prefix",
            "none",
            "-e",
            "normal,build",
        ])?;
        let mut names: Vec<&str> = tree
            .lines()
            .filter_map(|line| line.split(" (").next())
            .collect();
        names.sort_unstable();
        names.dedup();
        Ok(names.len().saturating_sub(1))
    }

    fn cargo(&self, args: &[&str]) -> Result<String, Problem> {
        let output = Command::new("cargo")
            .args(args)
            .current_dir(self.0.path())
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .map_err(|error| Problem::new(format!("cannot run cargo: {error}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Problem::new(format!(
                "cargo {} failed:\n{said}",
                args.join(" ")
            )));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The CPU time of all children that have ended, and theirs, in seconds.
fn children_seconds() -> Result<f64, Problem> {
    // Fields 16 and 17 of proc_pid_stat(5), in hundredths of a second on every Linux.
    let unknown = || Problem::new("this system does not tell the CPU time of children");
    let stat = fs::read_to_string("/proc/self/stat").map_err(|_| unknown())?;
    let (_, fields) = stat.rsplit_once(')').ok_or_else(unknown)?;
    let ticks: f64 = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    Ok(ticks / 100.0)
}
