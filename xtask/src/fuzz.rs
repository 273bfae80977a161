//! `cargo xtask fuzz`: runs the SDK's fuzz targets one after the other for a set time.
//!
//! It needs `cargo-fuzz` and a nightly compiler; a crash leaves its input in
//! `crates/akool-faceswap/fuzz/artifacts`.

use std::process::Command;

use crate::{problem::Problem, tree::Tree};

/// Each target with what it is told besides the time.
const TARGETS: [(&str, &[&str]); 3] = [
    ("answer", &["-max_len=65536", "-dict=fuzz/answer.dict"]),
    ("ids", &["-max_len=4096"]),
    ("webhook", &["-max_len=8192", "-dict=fuzz/webhook.dict"]),
];

/// Answers to begin with.
const SEEDS: [(&str, &str); 2] = [
    (
        "success.json",
        r#"{"code":1000,"msg":"OK","data":{"result":[{"_id":"667d228400000000000a0001","createdAt":"2024-06-27T08:27:48.006Z","deduction_duration":0,"faceswap_status":3,"image":1,"job_id":"20240627082748003-5746","uid":1000001,"url":"https://cdn.example/a.jpeg","video_duration":0}]}}"#,
    ),
    (
        "odd.json",
        r#"{"code":"1000","data":{"result":[null,{"_id":7,"faceswap_status":"3","uid":1.0},{"x":1}]}}"#,
    ),
];

/// Runs every target for `seconds`.
///
/// # Errors
///
/// If cargo-fuzz is missing, or a target finds a crash.
pub fn run(tree: &Tree, seconds: u32) -> Result<(), Problem> {
    let sdk = tree.root().join("crates/akool-faceswap");
    let corpus = sdk.join("fuzz/corpus/answer");
    let failed = |error| Problem::new(format!("cannot write the corpus: {error}"));
    std::fs::create_dir_all(&corpus).map_err(failed)?;
    for (name, seed) in SEEDS {
        std::fs::write(corpus.join(name), seed).map_err(failed)?;
    }
    for (target, args) in TARGETS {
        let status = Command::new("cargo")
            .args(["+nightly", "fuzz", "run", target, "--"])
            .arg(format!("-max_total_time={seconds}"))
            .args(["-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1"])
            .args(args)
            .current_dir(&sdk)
            .status()
            .map_err(|error| Problem::new(format!("cannot run cargo: {error}")))?;
        if !status.success() {
            return Err(Problem::new(format!(
                "the fuzz target {target} did not end well; it needs `cargo install cargo-fuzz` \
                 and a nightly compiler, and a crash is in crates/akool-faceswap/fuzz/artifacts"
            )));
        }
    }
    Ok(())
}
