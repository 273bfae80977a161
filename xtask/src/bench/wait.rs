//! Waiting for many jobs, compared with other strategies: requests, lag, CPU time and memory, simulated
//! and live; with a plot and the raw figures in `docs`.

mod figures;
mod plot;

use std::{fmt::Write as _, fs, io, path::Path};

use super::{
    program::{self, say},
    report::{self, Section, thousands},
};
use crate::{problem::Problem, tree::Tree};
use figures::{Live, Memory, Run};

const PLOT: &str = "docs/waiting.svg";
const RAW: &str = "docs/waiting.json";

const SIZES: [u32; 4] = [100, 1_000, 10_000, 100_000];
const MILLION: u32 = 1_000_000;
/// Requests a second that the simulated server lets through.
const LIMIT: u32 = 50;
const HOUR: u32 = 3600;
/// The number of jobs of the memory measurement and of the live run.
const MANY: &str = "100000";

/// One way of waiting: its name in the tables, and its name for the program.
struct Strategy {
    name: &'static str,
    program: &'static str,
}

const fn strategy(name: &'static str, program: &'static str) -> Strategy {
    Strategy { name, program }
}

const OURS: Strategy = strategy("ours", "ours");
const ORACLE: Strategy = strategy("oracle", "oracle");
/// Knows the distribution of ends, but not when each job ends.
const LAW: Strategy = strategy("knows the law", "law");
const KINDS: Strategy = strategy("knows law and kinds", "kinds");
const FIFO: Strategy = strategy("ours, first in, first out", "fifo");
const PEERS: [Strategy; 3] = [
    strategy("one per job, 5 s", "one-per-job"),
    strategy("one per job, 2 to 21 s", "vendor-cli"),
    strategy("batched, 5 s", "batched"),
];

pub(super) fn measure(tree: &Tree, progress: &mut dyn io::Write) -> Result<Section, Problem> {
    let program = program::build(
        tree,
        "akool-faceswap",
        ("--bench", "wait"),
        Some("testing"),
        progress,
    )?;
    let program = program.as_path();

    let [one, cli, batched] = PEERS;
    let mut simulate = |strategies: &[&Strategy], sizes: &[u32], limit, arriving| {
        let mut runs = Vec::new();
        for strategy in strategies {
            for jobs in sizes {
                runs.push(simulate(
                    program, strategy, *jobs, limit, arriving, progress,
                )?);
            }
        }
        Ok::<Vec<Run>, Problem>(runs)
    };
    let with_million = [SIZES.as_slice(), &[MILLION]].concat();
    let hundred_thousand = [100_000];
    let mut limited = simulate(&[&OURS, &ORACLE, &LAW], &with_million, LIMIT, 0)?;
    limited.extend(simulate(&[&KINDS], &[MILLION], LIMIT, 0)?);
    limited.extend(simulate(&[&FIFO], &hundred_thousand, LIMIT, 0)?);
    limited.extend(simulate(&[&one, &cli, &batched], &SIZES, LIMIT, 0)?);
    let growing = simulate(&[&OURS], &with_million, 0, 0)?;
    let mut free = growing[..SIZES.len()].to_vec();
    free.extend(simulate(&[&ORACLE, &LAW], &SIZES, 0, 0)?);
    free.extend(simulate(&[&one, &cli, &batched], &hundred_thousand, 0, 0)?);
    let all = [&OURS, &ORACLE, &FIFO, &one, &cli, &batched];
    let arriving = simulate(&all, &hundred_thousand, LIMIT, HOUR)?;
    say(progress, "measuring memory");
    let group: Memory = figures::read(&program::run(program, &["memory", "group", MANY])?)?;
    let handles: Memory = figures::read(&program::run(program, &["memory", "handles", MANY])?)?;
    say(progress, "waiting live");
    let live: Live = figures::read(&program::run(program, &["live", MANY])?)?;

    let raw = [&limited, &free, &growing[SIZES.len()..].to_vec(), &arriving]
        .map(Vec::as_slice)
        .concat();
    let write = |path: &str, text: String| {
        let to = tree.root().join(path);
        to.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&to, text))
            .map_err(|error| Problem::new(format!("cannot write {path}: {error}")))
    };
    write(PLOT, plot::svg(&limited))?;
    write(RAW, figures::lines(&raw)?)?;

    let body = format!(
        "`cargo xtask bench wait`: {}\n\n\
         **At the defaults**: the 95th percentile of the lag, and the requests for each ended job.\n\n{}\n\
         ![Requests and lag over the number of jobs]({PLOT})\n\n\
         {DEFAULTS}\n\n\
         At 100,000 jobs, against one request per job every 5 s:\n\n{}\n\
         {CIRCUMSTANCES}\n\n\
         **A limit of {LIMIT} requests a second, all jobs at once** (the plot):\n\n{}\n\
         **No limit, all jobs at once:**\n\n{}\n\
         **A limit of {LIMIT} requests a second, 100,000 jobs submitted over an hour:**\n\n{}\n\
         **The cost of a job**, no limit, the simulated server's CPU time subtracted:\n\n{}\n\
         **Memory**, for each of 100,000 jobs after the first sweep, including the id ({:.0} bytes) and \
         what the caller holds: {:.0} bytes by `wait_each`, {:.0} bytes with a handle for each \
         (`client.wait(id).start()`).\n\n\
         **Live**, {} jobs that take 5 to 90 s against `FakeAkool` over loopback, default \
         settings, the client on one thread: {} requests in {:.1} s ({:.0} a second), {:.2} s of CPU \
         time on the client's thread ({:.1} % of one core; {:.0} % in its busiest second), lag median \
         {:.2} s, 95th percentile {:.2} s, longest {:.2} s.\n\n\
         The raw figures are in `{RAW}`. {}",
        report::circumstances()?,
        figures::defaults_table(&[&limited, &free, &arriving].map(Vec::as_slice).concat()),
        against(&[&limited, &free, &arriving]),
        figures::table(&limited),
        figures::table(&free),
        figures::table(&arriving),
        figures::cost_table(&growing),
        group.of_which_ids,
        group.bytes_per_job,
        handles.bytes_per_job,
        thousands(live.jobs),
        thousands(live.requests),
        live.seconds,
        figures::as_f64(live.requests) / live.seconds,
        live.client_cpu_seconds,
        100.0 * live.client_cpu_seconds / live.seconds,
        100.0 * live.busiest_second_cpu,
        live.lag_median,
        live.lag_p95,
        live.lag_max,
        report::load(),
    );
    Ok(Section {
        title: "Waiting",
        body,
    })
}

/// How many times fewer requests each of our strategies sends than the peer, and the lag of both; one
/// group of runs for each scenario.
fn against(scenarios: &[&[Run]]) -> String {
    let mut list = String::new();
    for runs in scenarios {
        let many = || runs.iter().filter(|run| run.jobs == 100_000);
        let Some(peer) = many().find(|run| run.strategy == PEERS[0].name) else {
            continue;
        };
        for run in many().filter(|run| run.strategy.starts_with(OURS.name)) {
            let _ = writeln!(
                list,
                "- {}{}: **{:.0}** times fewer requests, 95th percentile of the lag {:.1} s against {:.1} s.",
                run.strategy,
                run.scenario(),
                figures::as_f64(peer.requests) / figures::as_f64(run.requests),
                run.lag.p95,
                peer.lag.p95,
            );
        }
    }
    list
}

const DEFAULTS: &str = "\
The *oracle* knows when each job ends and asks right then, in full requests: no client can have less lag, \
except with more requests. *Knows the law* knows the population that the jobs are drawn from, but not when each \
job ends. It sends a request when the lag that the request is expected to end is worth its price, and asks first \
about the jobs with the greatest product of the chance to have ended and the time since the last look. It need \
not learn, knows the limit, and reserves nothing for fairness. *Knows law and kinds* also knows from the \
beginning which jobs are videos. Of 100 jobs, only five are above the 95th percentile, so the figures of 100 jobs \
are of 40 populations together, and those of 1,000 jobs are of ten.\n\n\
The client misses two targets: that of 100 jobs (3 s at 3 requests) and that of 1,000,000 (155 s). With few jobs \
a request finds only one or two that have ended, and *knows the law* does not reach 3 s with 3 requests either. \
With a million, the first look at each job takes 10,000 requests, and until then the videos are unknown: *knows \
the law* has hardly less lag than the client, and even *knows law and kinds* misses the target while 5 % of the \
requests fail.\n\n\
The defaults and their reasons:\n\n\
- Lookups start with 4 requests in flight and adapt between 1 and 64 by additive increase and \
multiplicative decrease (AIMD): it needs no model of the server, and clients that share an account \
converge to equal shares. A refusal lowers the ceiling to 90 %; every 30 s, the client tries to exceed it. \
`max_lookups_per_second` has no default: the client finds out what the API accepts, and any fixed number would \
be wrong for most accounts.\n\
- The client learns from the jobs that end how likely it is that another has ended, by what was last seen \
of it (image, video, queued) and by its age. A look is worth its price when the lag that it saves on \
average is worth 0.25 s of lag in a full request; the interval is at most 5 s for 100 to 1,000 jobs and grows \
to 8 s at 20,000. With 0.1 s, images are reported sooner (10,000 jobs: 4.5 s at 0.594), but 100,000 jobs over an \
hour take 0.644 requests each.\n\
- When more is due than can be sent, the jobs that have most likely ended go first; a tenth of each request is \
reserved for those that have been due the longest. *First in, first out* is the same client without that order.\n\
- A lookup of a wait is abandoned after eight times the usual latency, at least 3 s: otherwise the one request \
in two hundred that is never answered would hold its ids for 30 s.";

const CIRCUMSTANCES: &str = "\
The real client under a clock that jumps from event to event, on a simulated server with a seeded \
population: 85 % images (lognormal, median 40 s, σ 0.8), 15 % videos (median 15 min, σ 1, at most 3 h), \
3 % failed, 0.5 % never in an answer; 5 % of the requests faulty (3 % HTTP 503, 1.5 % broken connections, \
0.5 % without any answer, for 30 s); latency 100 to 200 ms. *Ours* has the default settings. The peers are \
simple simulations on the same server, in favourable conditions: any number of requests in flight, starts \
spread over their first interval, the interval counted from the last answer, and refused or failed requests \
sent again an interval later. *Batched* asks for 100 ids in one request until all of them have ended. *Lag* \
is the time from a job's end to the moment at which the waiter has the outcome. CPU time is that of the \
client, the simulated server's subtracted; that of the peers (≈) is the number of their requests times the cost \
of a request with a single id by hand over loopback (see *A lookup*).";

/// How many seconds of lag a request is worth to *knows the law*: with these it sends about as many
/// requests as the client.
fn price(jobs: u32) -> &'static str {
    match jobs {
        ..=100 => "0.6",
        101..=1_000 => "0.7",
        1_001..=10_000 => "1",
        10_001..=100_000 => "1.5",
        _ => "4",
    }
}

fn simulate(
    program: &Path,
    strategy: &Strategy,
    jobs: u32,
    limit: u32,
    arriving: u32,
    progress: &mut dyn io::Write,
) -> Result<Run, Problem> {
    say(
        progress,
        &format!(
            "{}: {jobs} jobs, limit {limit}, over {arriving} s",
            strategy.name
        ),
    );
    let mut numbers = [jobs, limit, arriving].map(|number| number.to_string());
    if [LAW.program, KINDS.program].contains(&strategy.program) {
        price(jobs).clone_into(&mut numbers[2]);
    }
    let mut args = vec![strategy.program];
    args.extend(numbers.iter().map(String::as_str));
    let mut run: Run = figures::read(&program::run(program, &args)?)?;
    strategy.name.clone_into(&mut run.strategy);
    Ok(run)
}

#[cfg(test)]
mod tests {
    use super::{figures::tests::run, *};

    #[test]
    fn each_of_ours_is_compared_with_the_peer_of_its_own_scenario() {
        let peer = PEERS[0].name;
        let first = [
            run("ours", 100_000, 1_000, 2.0),
            run("ours", 1_000, 7, 2.0),
            run(peer, 100_000, 80_000, 8.0),
        ];
        let second = [
            run(FIFO.name, 100_000, 500, 9.0),
            run(peer, 100_000, 5_000, 7.0),
        ];
        let list = against(&[&first, &second]);
        let lines: Vec<&str> = list.lines().collect();
        assert_eq!(lines.len(), 2, "{list}");
        assert!(lines[0].contains("**80** times fewer"), "{list}");
        assert!(lines[0].contains("2.0 s against 8.0 s"), "{list}");
        assert!(
            lines[1].starts_with("- ours, first in, first out, a limit of 50"),
            "{list}"
        );
        assert!(lines[1].contains("**10** times fewer"), "{list}");
    }
}
