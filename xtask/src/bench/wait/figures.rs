//! What the measured program reports of a run, and the tables made from it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{bench::report::thousands, problem::Problem};

/// CPU seconds of a request with one id by hand, over loopback, kernel included: the section *A lookup*.
const REQUEST_BY_HAND: f64 = 28.8e-6;

/// One simulated run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) strategy: String,
    pub(super) jobs: u64,
    /// How many populations of this many jobs were drawn; counts are sums over all of them.
    #[serde(default = "one")]
    populations: u64,
    limit: Option<u64>,
    arriving: u64,
    ended: u64,
    pub(super) requests: u64,
    lookups: u64,
    refused_by_limit: u64,
    peak: u64,
    pub(super) lag: Lag,
    /// Only where the real client was measured.
    cpu_seconds: Option<f64>,
    /// How many of these the simulated server took.
    server_seconds: Option<f64>,
    simulated_seconds: f64,
}

fn one() -> u64 {
    1
}

impl Run {
    /// CPU seconds of the client.
    fn client_seconds(&self) -> Option<f64> {
        Some(self.cpu_seconds? - self.server_seconds?)
    }

    fn requests_per_job(&self) -> f64 {
        as_f64(self.requests) / as_f64(self.ended)
    }

    /// `, a limit of 50 a second, submitted over an hour`.
    pub(super) fn scenario(&self) -> String {
        let limit = self.limit.map_or(", no limit".to_owned(), |limit| {
            format!(", a limit of {limit} a second")
        });
        match self.arriving {
            0 => limit,
            seconds => format!("{limit}, submitted over {seconds} s"),
        }
    }
}

/// In seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Lag {
    median: f64,
    pub(super) p95: f64,
    p95_images: f64,
    p95_videos: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Memory {
    pub(super) bytes_per_job: f64,
    pub(super) of_which_ids: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Live {
    pub(super) jobs: u64,
    pub(super) requests: u64,
    pub(super) seconds: f64,
    pub(super) client_cpu_seconds: f64,
    pub(super) busiest_second_cpu: f64,
    pub(super) lag_median: f64,
    pub(super) lag_p95: f64,
    pub(super) lag_max: f64,
}

pub(super) fn read<T: DeserializeOwned>(line: &str) -> Result<T, Problem> {
    serde_json::from_str(line).map_err(|error| {
        Problem::new(format!(
            "the measured program said {line:?}, not figures: {error}"
        ))
    })
}

/// A JSON array with a line for each run.
pub(super) fn lines(runs: &[Run]) -> Result<String, Problem> {
    let lines: Result<Vec<String>, _> = runs.iter().map(serde_json::to_string).collect();
    let lines = lines.map_err(|error| Problem::new(format!("figures have no JSON: {error}")))?;
    Ok(format!("[\n{}\n]\n", lines.join(",\n")))
}

/// A row for each run.
pub(super) fn table(runs: &[Run]) -> String {
    let mut table = "| strategy | jobs | requests | for each ended job | refused by the limit | most in \
                     a second | lag s, median | 95 % | images 95 % | videos 95 % | CPU s |\n\
                     | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for run in runs {
        let cpu = match run.client_seconds() {
            Some(seconds) => format!("{seconds:.2}"),
            None if !run.strategy.starts_with("one per job") => "–".to_owned(),
            None => format!("≈ {:.0}", as_f64(run.requests) * REQUEST_BY_HAND),
        };
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {cpu} |",
            run.strategy,
            thousands(run.jobs),
            thousands(run.requests / run.populations),
            shown(run.requests_per_job()),
            thousands(run.refused_by_limit),
            thousands(run.peak),
            run.lag.median,
            run.lag.p95,
            run.lag.p95_images,
            run.lag.p95_videos,
        );
    }
    table
}

/// The results of the defaults in each scenario, beside the best possible ones.
pub(super) fn defaults_table(runs: &[Run]) -> String {
    let mut table =
        "| jobs | limit | 95 % of the lag | requests | refused | knows the law | oracle |\n\
                     | ---: | --- | ---: | ---: | ---: | ---: | ---: |\n"
            .to_owned();
    for run in runs.iter().filter(|run| run.strategy == "ours") {
        let beside = |strategy: &str| {
            let is_same = |other: &&Run| {
                other.strategy == strategy
                    && (other.jobs, other.limit, other.arriving)
                        == (run.jobs, run.limit, run.arriving)
            };
            runs.iter().find(is_same).map_or("–".to_owned(), |other| {
                let requests = shown(other.requests_per_job());
                format!("{:.2} s at {requests}", other.lag.p95)
            })
        };
        let (law, oracle) = (beside("knows the law"), beside("oracle"));
        let _ = writeln!(
            table,
            "| {} | {} | {:.2} s | {:.3} | {:.2} % | {law} | {oracle} |",
            thousands(run.jobs),
            run.scenario().trim_start_matches(", "),
            run.lag.p95,
            run.requests_per_job(),
            100.0 * as_f64(run.refused_by_limit) / as_f64(run.requests),
        );
    }
    table
}

/// The cost of a job and of a lookup.
pub(super) fn cost_table(runs: &[Run]) -> String {
    let mut table =
        "| jobs | requests | lookups of a job | CPU s | µs for a job | µs for a lookup | lag s, \
                     95 % |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
            .to_owned();
    for run in runs {
        let jobs = as_f64(run.jobs * run.populations);
        let (requests, seconds) = (
            run.requests / run.populations,
            run.client_seconds().unwrap_or_default(),
        );
        let _ = writeln!(
            table,
            "| {} | {} | {:.1} | {seconds:.2} | {:.0} | {:.2} | {:.1} |",
            thousands(run.jobs),
            thousands(requests),
            as_f64(run.lookups) / jobs,
            1e6 * seconds / jobs,
            1e6 * seconds / as_f64(run.lookups),
            run.lag.p95,
        );
    }
    table
}

/// The number with as many decimal places as are meaningful.
fn shown(number: f64) -> String {
    if number < 1.0 {
        format!("{number:.3}")
    } else if number < 100.0 {
        format!("{number:.1}")
    } else {
        format!("{number:.0}")
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
pub(super) fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::bench::wait) fn run(strategy: &str, jobs: u64, requests: u64, p95: f64) -> Run {
        Run {
            strategy: strategy.to_owned(),
            jobs,
            populations: 1,
            limit: Some(50),
            arriving: 0,
            ended: jobs,
            requests,
            lookups: 10 * jobs,
            refused_by_limit: 0,
            peak: 1,
            lag: Lag {
                median: 1.0,
                p95,
                p95_images: 3.0,
                p95_videos: 4.0,
            },
            cpu_seconds: None,
            server_seconds: None,
            simulated_seconds: 5.0,
        }
    }

    #[test]
    fn a_table_has_a_row_for_each_run() {
        let runs = [
            run("ours", 1_000, 250, 2.0),
            run("peer", 1_000, 50_000, 2.0),
        ];
        let table = table(&runs);
        assert!(table.contains("| ours | 1,000 | 250 | 0.250 |"), "{table}");
        assert!(
            table.contains("| peer | 1,000 | 50,000 | 50.0 |"),
            "{table}"
        );
        assert_eq!(table.lines().count(), 4);
        let columns = |line: &str| line.matches('|').count();
        assert!(table.lines().all(|line| columns(line) == 12), "{table}");
        let table = cost_table(&runs);
        assert!(table.lines().all(|line| columns(line) == 8), "{table}");
    }

    #[test]
    fn the_defaults_are_beside_the_oracle_of_their_own_scenario() {
        let mut other = run("oracle", 1_000, 9_000, 9.0);
        other.limit = None;
        let runs = [
            run("ours", 1_000, 1_500, 2.0),
            run("ours", 100, 300, 2.0),
            other,
            run("oracle", 1_000, 500, 0.2),
            run("knows the law", 1_000, 900, 1.5),
            run("peer", 1_000, 50_000, 2.0),
        ];
        let table = defaults_table(&runs);
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(rows.len(), 2, "{table}");
        assert!(
            rows[0].contains("| 2.00 s | 1.500 | 0.00 % | 1.50 s at 0.900 | 0.20 s at 0.500 |"),
            "{table}"
        );
        assert!(rows[1].ends_with("| – |"), "{table}");
    }

    #[test]
    fn figures_are_read_back_from_their_lines() {
        let text = lines(&[run("a", 1, 2, 3.0), run("b", 4, 5, 6.0)]).unwrap();
        let back: Vec<Run> = serde_json::from_str(&text).unwrap();
        assert_eq!((back.len(), back[1].requests), (2, 5));
        assert!(read::<Run>("nothing to do").is_err());
    }
}
