//! What a project pays at build time for depending on the SDK: CPU seconds of a clean release build
//! against one with `reqwest`, `serde` and `tokio` and the same TLS, and how large the programs are.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs, io,
    process::Command,
};

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

/// The same by hand, with fewer checks.
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

/// How often each project is built; the projects alternate.
const ROUNDS: usize = 2;

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
    let mut built = Vec::new();
    for (name, dependencies, program) in projects {
        built.push((
            name,
            Project::new(tree, &dependencies, program)?,
            Vec::new(),
        ));
    }
    for round in 1..=ROUNDS {
        for (name, project, builds) in &mut built {
            let _ = writeln!(progress, "build {round} of {ROUNDS} with {name} …");
            builds.push(project.build()?);
        }
    }
    // A unit that several projects build costs the same in each.
    let mut least = BTreeMap::new();
    for build in built.iter().flat_map(|(_, _, builds)| builds) {
        build.lower(&mut least);
    }

    let mut peer: Option<(f64, f64, BTreeSet<&String>)> = None;
    let mut rows = String::new();
    let mut differences = String::new();
    for (name, project, builds) in &built {
        let units: BTreeSet<&String> = builds.iter().flat_map(|build| build.units.keys()).collect();
        let rest = builds
            .iter()
            .map(|build| build.rest)
            .fold(f64::MAX, f64::min);
        let seconds = rest + units.iter().map(|unit| least[*unit]).sum::<f64>();
        let bytes = project.program_bytes()?;
        let (peer_seconds, peer_bytes, peer_units) =
            peer.get_or_insert_with(|| (seconds, bytes, units.clone()));
        let _ = writeln!(
            rows,
            "| {name} | {} | {seconds:.1} | **{:.2}** | {:.2} | **{:.2}** |",
            project.packages()?,
            seconds / *peer_seconds,
            bytes / 1e6,
            bytes / *peer_bytes,
        );
        let mut own: Vec<_> = units
            .difference(peer_units)
            .map(|unit| (least[*unit], *unit))
            .collect();
        own.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        if !own.is_empty() {
            let own = own.iter().take(6).map(|(seconds, unit)| {
                format!(
                    "`{}` {seconds:.1} s",
                    unit.split(' ').next().unwrap_or(unit)
                )
            });
            let own = own.collect::<Vec<_>>().join(", ");
            let _ = writeln!(differences, "- {name}: {own}");
        }
    }
    let body = format!(
        "`cargo xtask bench build`: {}\n\n\
         Clean release builds of a program that looks ids up, with `akool-faceswap` and by hand with \
         `reqwest` and `serde`, all with the same TLS (rustls with ring, the platform's verifier) \
         and on `tokio`. CPU seconds of all compilers together; the program is stripped of symbols. Each \
         was built {ROUNDS} times, alternating; for each unit the shortest time counts, and a unit that \
         several of them build counts the same in each.\n\n\
         | project | packages | CPU s | ratio | program, MB | ratio |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |\n{rows}\n\
         The six slowest units that the version by hand does not build, or not with these features:\n\n\
         {differences}\n{}",
        report::circumstances()?,
        report::load(),
    );
    Ok(Section {
        title: "Building",
        body,
    })
}

/// The CPU seconds of one clean build.
struct Build {
    /// For each call of the compiler, by the crate's name and the hash of everything that it depends on.
    units: BTreeMap<String, f64>,
    /// For cargo, build scripts and the compilers that those run.
    rest: f64,
}

impl Build {
    fn lower(&self, least: &mut BTreeMap<String, f64>) {
        for (unit, seconds) in &self.units {
            let known = least.entry(unit.clone()).or_insert(*seconds);
            *known = known.min(*seconds);
        }
    }
}

/// Runs the compiler, then writes the crate's name, its hash and the CPU times into a file.
const WRAPPER: &str = r#"#!/bin/sh
"$@" || exit
for argument; do
    case $previous,$argument in
        --crate-name,*) name=$argument ;;
        -C,extra-filename=*) hash=${argument#*=} ;;
    esac
    previous=$argument
done
[ -z "$hash" ] || { echo "$name $hash"; times; } >"$UNITS/$$"
"#;

/// A separate project, outside the workspace.
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
        let wrapper = folder.path().join("rustc");
        fs::write(&wrapper, WRAPPER).map_err(failed)?;
        #[cfg(unix)]
        fs::set_permissions(
            &wrapper,
            std::os::unix::fs::PermissionsExt::from_mode(0o755),
        )
        .map_err(failed)?;
        fs::create_dir(folder.path().join("units")).map_err(failed)?;
        let project = Self(folder);
        project.cargo(&["fetch"])?;
        Ok(project)
    }

    /// A clean build.
    fn build(&self) -> Result<Build, Problem> {
        let folder = self.0.path();
        let _ = fs::remove_dir_all(folder.join("target"));
        let failed = |error: io::Error| Problem::new(format!("cannot read the times: {error}"));
        fs::remove_dir_all(folder.join("units")).map_err(failed)?;
        fs::create_dir(folder.join("units")).map_err(failed)?;
        let before = children_seconds()?;
        self.cargo(&["build", "--release", "--offline"])?;
        let total = children_seconds()? - before;
        let mut units = BTreeMap::new();
        for file in fs::read_dir(folder.join("units")).map_err(failed)? {
            let text = fs::read_to_string(file.map_err(failed)?.path()).map_err(failed)?;
            let unclear = || Problem::new(format!("not a unit and its CPU times: {text:?}"));
            let (unit, seconds) = unit(&text).ok_or_else(unclear)?;
            units.insert(unit, seconds);
        }
        let rest = total - units.values().sum::<f64>();
        Ok(Build { units, rest })
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
            .env("RUSTC_WRAPPER", self.0.path().join("rustc"))
            .env("UNITS", self.0.path().join("units"))
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

/// The CPU time of all ended child processes and their children, in seconds.
fn children_seconds() -> Result<f64, Problem> {
    // Fields 16 and 17 of proc_pid_stat(5), in hundredths of a second on every Linux.
    let unknown = || Problem::new("this system does not report the CPU time of child processes");
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

/// What [`WRAPPER`] wrote: the unit, and the seconds of the shell and of its children.
fn unit(text: &str) -> Option<(String, f64)> {
    let mut lines = text.lines();
    let unit = lines.next()?.to_owned();
    let children = lines.nth(1)?;
    let seconds = children.split_whitespace().map(|time| {
        let (minutes, seconds) = time.strip_suffix('s')?.split_once('m')?;
        Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
    });
    Some((unit, seconds.sum::<Option<f64>>()?))
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use super::{WRAPPER, unit};

    /// Two builds of a crate with other features have other hashes.
    #[cfg(unix)]
    #[test]
    fn a_unit_is_named_by_its_crate_and_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let (wrapper, units) = (folder.path().join("rustc"), folder.path().join("units"));
        fs::write(&wrapper, WRAPPER).unwrap();
        fs::create_dir(&units).unwrap();
        let compiler = "true --crate-name tokio --edition=2024 -C opt-level=3 -C metadata=0a \
                        -C extra-filename=-0a1b --out-dir deps -C strip=debuginfo --cap-lints allow";
        let status = Command::new("sh")
            .arg(&wrapper)
            .args(compiler.split_whitespace())
            .env("UNITS", &units)
            .status();
        assert!(status.unwrap().success());
        let file = fs::read_dir(units).unwrap().next().unwrap().unwrap();
        let (named, _) = unit(&fs::read_to_string(file.path()).unwrap()).unwrap();
        assert_eq!(named, "tokio -0a1b");
    }

    #[test]
    fn times_of_children_count() {
        let dash = "tokio -0a1b\n0m0.010000s 0m0.000000s\n1m2.500000s 0m0.250000s\n";
        assert_eq!(unit(dash), Some(("tokio -0a1b".to_owned(), 62.75)));
        assert_eq!(unit("tokio -0a1b\n0m0.01s 0m0.00s\n"), None);
        assert_eq!(unit("tokio -0a1b\n0m0.01s 0m0.00s\nno time\n"), None);
    }
}
