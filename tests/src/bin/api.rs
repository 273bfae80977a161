//! Compares the public interface of each published library with the text in `api/`, so that a commit
//! that changes it shows how.
//!
//! rustdoc describes a library as JSON whose format changes with the compiler, so this file names the
//! compiler whose format the crate `public-api` reads. If rustup does not have it, the current compiler
//! is tried; if that writes another format, the check says so and is skipped, unless `CI` is set.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    env,
    path::PathBuf,
    process::{Command, ExitCode},
};

use end_to_end::workspace;

/// Raise it together with `public-api` in Cargo.toml.
const TOOLCHAIN: &str = "1.95.0";

/// Set for the child that cargo starts in rustdoc's place.
const AS_RUSTDOC: &str = "AKOOL_API_RUSTDOC";

fn main() -> ExitCode {
    if env::var_os(AS_RUSTDOC).is_some() {
        return rustdoc();
    }
    let metadata = workspace::metadata(&["--no-deps"]);
    let root = workspace::root(&metadata);
    document(&root);

    let mut texts = Vec::new();
    for (name, package) in workspace::published(&metadata) {
        let library = package["targets"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|target| target["kind"][0] == "lib");
        let Some(library) = library else { continue };
        let json = PathBuf::from(metadata["target_directory"].as_str().unwrap())
            .join("doc")
            .join(format!("{}.json", library["name"].as_str().unwrap()));
        match public_api::Builder::from_rustdoc_json(&json)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .build()
        {
            Ok(api) => texts.push((
                root.join("api").join(format!("{name}.txt")),
                api.to_string(),
            )),
            Err(error) if env::var_os("CI").is_none() => {
                println!(
                    "!!! skipped: the public interface. This compiler's description of it cannot be \
                     read ({error}). Install one whose description can be read: `rustup toolchain \
                     install {TOOLCHAIN} --profile minimal`."
                );
                return ExitCode::SUCCESS;
            }
            Err(error) => panic!("{}: {error}", json.display()),
        }
    }
    assert!(!texts.is_empty(), "no library is published");
    let count = texts.len();
    let code = workspace::compare(texts, "just api");
    println!("public interface of {count} libraries compared");
    code
}

/// Makes rustdoc describe all libraries, with all features, as JSON.
fn document(root: &std::path::Path) {
    let mut command = Command::new(workspace::cargo());
    let named = Command::new("rustup")
        .args(["run", TOOLCHAIN, "rustc", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    if named {
        // `cargo` without a path is rustup's, which takes the toolchain from the environment.
        command = Command::new("cargo");
        command.env("RUSTUP_TOOLCHAIN", TOOLCHAIN);
    }
    let status = command
        .current_dir(root)
        .args([
            "doc",
            "--workspace",
            "--no-deps",
            "--all-features",
            "--locked",
            "--quiet",
        ])
        .env_remove("CARGO")
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json")
        .env("RUSTDOC", env::current_exe().unwrap())
        .env(AS_RUSTDOC, "1")
        .status()
        .expect("cargo starts");
    assert!(status.success(), "rustdoc failed");
}

/// Runs rustdoc with unstable options allowed. Only rustdoc: if cargo allowed them, too, build scripts
/// would see another compiler, and everything would be rebuilt.
fn rustdoc() -> ExitCode {
    let status = Command::new("rustdoc")
        .args(env::args_os().skip(1))
        .env("RUSTC_BOOTSTRAP", "1")
        .status()
        .expect("rustdoc starts");
    if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
