//! A lookup and a submit by the SDK against `reqwest` and `serde_json` by hand: instructions and CPU time.
//!
//! Instructions are counted by callgrind, which needs valgrind. Each count is the difference of a
//! long and a short run of the same program, so that start-up and the first connection cancel out.

use std::{io, path::Path, process::Command};

use super::{
    program::{self, run, say},
    report::{self, Section, thousands},
    server,
};
use crate::{problem::Problem, tree::Tree};

/// Ids in a call; calls in the short and the long counted run, and in a timed run.
const SIZES: [(u32, u32, u32, u32); 3] = [
    (1, 200, 1_200, 10_000),
    (100, 50, 250, 3_000),
    (10_000, 2, 6, 40),
];

/// Timed runs of each client; the clients alternate.
const PAIRS: usize = 5;

pub(super) fn measure(tree: &Tree, progress: &mut dyn io::Write) -> Result<Section, Problem> {
    let program = program::build(tree, "costs", ("--bin", "costs"), None, progress)?;
    let address = server::start()
        .map_err(|error| Problem::new(format!("cannot serve on this machine: {error}")))?;
    let url = format!("http://{address}");

    let mut rows = String::new();
    for (ids, short, long, timed) in SIZES {
        let counted = |client: &str| -> Result<u64, Problem> {
            let count = |calls: u32| {
                instructions(
                    &program,
                    &[client, &url, &ids.to_string(), &calls.to_string()],
                )
            };
            Ok((count(long)?.saturating_sub(count(short)?)) / u64::from(long - short))
        };
        say(
            progress,
            &format!("counting instructions of calls with {ids} ids"),
        );
        let (sdk, plain) = (counted("sdk")?, counted("plain")?);
        say(progress, &format!("timing calls with {ids} ids"));
        let mut pairs = Vec::new();
        for _ in 0..PAIRS {
            let time = |client: &str| -> Result<f64, Problem> {
                let said = run(
                    &program,
                    &[client, &url, &ids.to_string(), &timed.to_string()],
                )?;
                let nanoseconds: f64 = number(&said)?;
                Ok(nanoseconds / 1e3 / f64::from(timed))
            };
            pairs.push((time("sdk")?, time("plain")?));
        }
        let ratio = median(pairs.iter().map(|(sdk, plain)| sdk / plain).collect());
        let sdk_time = median(pairs.iter().map(|pair| pair.0).collect());
        let plain_time = median(pairs.iter().map(|pair| pair.1).collect());
        let row = format!(
            "| {ids} | {} | {} | **{:.3}** | {sdk_time:.1} | {plain_time:.1} | {ratio:.3} |\n",
            thousands(sdk),
            thousands(plain),
            as_f64(sdk) / as_f64(plain),
        );
        rows.push_str(&row);
    }

    say(progress, "counting instructions of submits");
    let submit = |client: &str| -> Result<u64, Problem> {
        let count = |calls: &str| instructions(&program, &["submit", client, &url, calls]);
        Ok((count("1200")?.saturating_sub(count("200")?)) / 1_000)
    };
    let (submit_sdk, submit_plain) = (submit("sdk")?, submit("plain")?);

    say(progress, "decoding");
    let said = run(&program, &["decode", "100"])?;
    let mut speeds = said.split_whitespace();
    let raw: f64 = number(speeds.next().unwrap_or_default())?;
    let by_hand: f64 = number(speeds.next().unwrap_or_default())?;

    let body = format!(
        "`cargo xtask bench client`: {}\n\n\
         One call of `Client::lookup`, with all its limits, retries and checks on and no \
         tracing subscriber, against `reqwest` and `serde_json` by hand (typed rows, the business \
         code checked, rows matched by `_id`), both with 100 ids in a request over loopback. \
         Instructions in user space by callgrind; CPU time of the client's thread, kernel \
         included, as the median of {PAIRS} alternating runs.\n\n\
         | ids in a call | instructions, SDK | by hand | ratio | CPU µs, SDK | by hand | ratio |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n{rows}\n\
         One submit (one face, Face Swap Plus): {} instructions, {} by hand, ratio {:.3}. The SDK \
         also checks the swap, draws a token, runs the submit in its own task and keeps the outcome.\n\n\
         Decoding alone, 100 rows: {raw:.0} MB/s with the generated types, {by_hand:.0} MB/s with \
         types by hand, ratio {:.3}. The generated types keep fields that the vendor's pages do \
         not declare.",
        report::circumstances()?,
        thousands(submit_sdk),
        thousands(submit_plain),
        as_f64(submit_sdk) / as_f64(submit_plain),
        raw / by_hand,
    );
    Ok(Section {
        title: "A lookup",
        body,
    })
}

/// The instructions of one run.
fn instructions(program: &Path, args: &[&str]) -> Result<u64, Problem> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(args)
        .output()
        .map_err(|error| {
            Problem::new(format!(
                "cannot run valgrind, which counts instructions: {error}"
            ))
        })?;
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines()
        .filter(|_| output.status.success())
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
        .ok_or_else(|| Problem::new(format!("no count of instructions in:\n{said}")))
}

fn number(text: &str) -> Result<f64, Problem> {
    text.parse()
        .map_err(|_| Problem::new(format!("the measured program said {text:?}, not a number")))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }
}
