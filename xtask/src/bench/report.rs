//! `BENCHMARKS.md`: one section for each subject, each replaced by its newest run.

use std::{fs, process::Command};

use crate::{problem::Problem, today, tree::Tree};

const FILE: &str = "BENCHMARKS.md";
const INTRODUCTION: &str = "# Benchmarks\n\nThe newest figures, each with the command that measures \
                            it. Compare ratios, not figures of different machines.\n";

/// A section of the file.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) body: String,
}

/// Replaces the section's older version, or appends the section.
pub(super) fn replace(tree: &Tree, section: &Section) -> Result<(), Problem> {
    let path = tree.root().join(FILE);
    let old = fs::read_to_string(&path).unwrap_or_else(|_| INTRODUCTION.to_owned());
    let new = replaced(&old, section);
    fs::write(&path, new).map_err(|error| Problem::new(format!("cannot write {FILE}: {error}")))
}

fn replaced(old: &str, section: &Section) -> String {
    let heading = format!("\n## {}\n", section.title);
    let new = format!("{heading}\n{}\n", section.body.trim());
    match old.find(&heading) {
        None => format!("{}\n{new}", old.trim_end()),
        Some(begin) => {
            let after = begin + heading.len();
            let end = old[after..]
                .find("\n## ")
                .map_or(old.len(), |offset| after + offset);
            format!("{}{new}{}", &old[..begin], &old[end..])
        }
    }
}

/// The machine, the compiler and the day, in one line.
pub(super) fn circumstances() -> Result<String, Problem> {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = Command::new("rustc")
        .arg("--version")
        .output()
        .map_err(|error| Problem::new(format!("cannot run rustc: {error}")))?;
    let rustc = String::from_utf8_lossy(&rustc.stdout);
    let day = today()?;
    Ok(format!("{day}, {model}, {cores} cores, {}.", rustc.trim()))
}

/// How many programs want a processor, so that a reader knows whether other work ran meanwhile.
pub(super) fn load() -> String {
    let loads = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    match loads.split(' ').nth(2) {
        Some(load) => format!("The machine's load over the last 15 minutes of the run was {load}."),
        None => "The machine's load is unknown.".to_owned(),
    }
}

/// How many programs want a processor now.
pub(super) fn load_now() -> String {
    let loads = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let now = loads.split(' ').next().unwrap_or_default();
    if now.is_empty() { "unknown" } else { now }.to_owned()
}

/// `1,234,567`.
pub(super) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_in_groups_of_three() {
        for (count, shown) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(count), shown);
        }
    }

    fn section(title: &'static str, body: &str) -> Section {
        Section {
            title,
            body: body.to_owned(),
        }
    }

    #[test]
    fn a_section_replaces_its_older_version() {
        let one = replaced(INTRODUCTION, &section("A", "first"));
        let two = replaced(&one, &section("B", "second"));
        let three = replaced(&two, &section("A", "third"));
        assert!(three.starts_with("# Benchmarks\n"), "{three}");
        assert!(
            three.ends_with("\n## A\n\nthird\n\n## B\n\nsecond\n"),
            "{three}"
        );
        assert!(!three.contains("first"));
        assert_eq!(replaced(&three, &section("A", "third")), three);
    }
}
