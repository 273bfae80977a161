//! The page for people: one sentence about the state of the lane, its figures, and its workers.
//!
//! It has no script and loads nothing. It refreshes itself every 5 s.

use std::{fmt::Write as _, time::Duration};

use akool_faceswap_fleet::{Error, Lane, Stats, WorkerStatus};

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--soft:#8882;--good:#1a7f37;--warn:#b35900}\
@media(prefers-color-scheme:dark){:root{--good:#4ac26b;--warn:#f0a04b}}\
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}\
h1{font-size:1.5rem;margin:0}h2{font-size:1rem;margin:2rem 0 .3rem}\
.state{border-left:.4rem solid var(--good);background:var(--soft);padding:.6rem 1rem;margin:1rem 0}\
.state.warn{border-color:var(--warn)}.state p{margin:0}\
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.8rem;margin:0}\
dl div{border:1px solid var(--line);border-radius:.4rem;padding:.5rem .8rem}\
dt{font-size:.85rem;opacity:.75}dd{margin:0;font-size:1.4rem;font-variant-numeric:tabular-nums}\
meter{width:100%}\
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}\
th{font-size:.85rem;font-weight:normal;opacity:.75}th:first-child,td:first-child{text-align:left}\
.gone{opacity:.5}footer{margin-top:2rem;font-size:.85rem;opacity:.75}";

/// A longer lag than this needs attention.
const LATE: Duration = Duration::from_secs(60);
/// An outcome that nobody has taken for longer than this may have been forgotten.
const OLD: Duration = Duration::from_secs(60 * 60);

/// The page of a lane whose database answers.
pub(super) fn page(lane: &Lane, stats: &Stats, workers: &[WorkerStatus]) -> String {
    let mut text = head(lane, &concerns(stats));
    text.push_str("<h2>Queue</h2><dl>");
    count(&mut text, "tracked", "jobs tracked", stats.tracked);
    count(&mut text, "due", "due now", stats.due);
    count(&mut text, "leased", "held by workers", stats.leased);
    count(&mut text, "expired_leases", "leases expired", stats.expired);
    figure(
        &mut text,
        "lag_seconds",
        "lag of the first due job",
        &span(stats.lag),
    );
    text.push_str("</dl><h2>Budget</h2><dl>");
    let used = stats.budget_used.clamp(0.0, 1.0);
    let _ = write!(
        text,
        "<div><dt>burst used</dt><dd id=\"budget_used_ratio\">{:.0} %<br>\
         <meter min=\"0\" max=\"1\" high=\"0.99\" value=\"{used}\"></meter></dd></div>",
        used * 100.0
    );
    figure(
        &mut text,
        "held_seconds",
        "paused by a rate limit for",
        &span(stats.held),
    );
    text.push_str("</dl><h2>Outcomes</h2><dl>");
    count(&mut text, "outcomes", "not taken", stats.outcomes);
    let oldest = match stats.outcomes {
        0 => "none".to_owned(),
        _ => span(stats.oldest_outcome),
    };
    figure(
        &mut text,
        "oldest_outcome_seconds",
        "age of the oldest",
        &oldest,
    );
    let unknown = stats.unknown_submits;
    count(
        &mut text,
        "unknown_submits",
        "submits of unknown outcome",
        unknown,
    );
    text.push_str("</dl>");
    table(&mut text, stats, workers);
    text.push_str(
        "<footer>Refreshed every 5 s. <a href=\"/metrics\">Metrics</a> for Prometheus, \
         <a href=\"/healthz\">health</a> for a load balancer.</footer></html>\n",
    );
    text
}

/// The page of a lane whose database does not answer.
pub(super) fn failure(lane: &Lane, error: &Error) -> String {
    let concern = format!("The database does not answer: {error}; {}.", error.advice());
    head(lane, &[concern]) + "</html>\n"
}

fn head(lane: &Lane, concerns: &[String]) -> String {
    let state = if concerns.is_empty() { "" } else { " warn" };
    let mut text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Lane {lane}</title>\
         <meta http-equiv=\"refresh\" content=\"5\">\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style>\
         <h1>Lane {lane}</h1><div id=\"state\" class=\"state{state}\">"
    );
    if concerns.is_empty() {
        text.push_str("<p>All is well.</p>");
    }
    for concern in concerns {
        let _ = write!(text, "<p>{}</p>", Escaped(concern));
    }
    text.push_str("</div>");
    text
}

/// What needs attention.
fn concerns(stats: &Stats) -> Vec<String> {
    let mut concerns = Vec::new();
    if stats.workers == 0 {
        concerns.push("No worker has reported in the last 30 s.".to_owned());
    }
    if !stats.held.is_zero() {
        let held = span(stats.held);
        concerns.push(format!("A rate limit pauses all requests for {held}."));
    }
    if stats.lag > LATE {
        let lag = span(stats.lag);
        concerns.push(format!(
            "Jobs have been due for up to {lag}: run more workers, or raise the budget."
        ));
    }
    if stats.outcomes > 0 && stats.oldest_outcome > OLD {
        let age = span(stats.oldest_outcome);
        concerns.push(format!(
            "Nobody has taken the oldest outcome for {age}; after 8 days it is deleted."
        ));
    }
    if stats.unknown_submits > 0 {
        let submits = stats.unknown_submits;
        concerns.push(format!(
            "The outcome of {submits} {} is unknown: a job may be billed, so nothing is sent again.",
            if submits == 1 { "submit" } else { "submits" }
        ));
    }
    concerns
}

fn table(text: &mut String, stats: &Stats, workers: &[WorkerStatus]) {
    let running = stats.workers;
    let _ = write!(
        text,
        "<h2>Workers</h2><p><span id=\"workers\">{running}</span> running</p><div class=\"scroll\">\
         <table><thead><tr>"
    );
    for title in [
        "name",
        "last report",
        "lag",
        "requests",
        "ids in each",
        "outcomes",
        "rate limits",
        "writes refused",
        "database errors",
    ] {
        let _ = write!(text, "<th scope=\"col\">{title}</th>");
    }
    text.push_str("</tr></thead><tbody>");
    for worker in workers {
        let class = if worker.is_running() {
            ""
        } else {
            " class=\"gone\""
        };
        let each = worker.ids.checked_div(worker.requests).unwrap_or(0);
        let _ = write!(
            text,
            "<tr{class}><td>{}</td><td>{} ago</td><td>{}</td>",
            Escaped(&worker.name),
            span(worker.last_seen),
            span(worker.lag),
        );
        for count in [
            worker.requests,
            each,
            worker.settled,
            worker.rate_limits,
            worker.fenced,
            worker.database_errors,
        ] {
            let _ = write!(text, "<td>{count}</td>");
        }
        text.push_str("</tr>");
    }
    text.push_str("</tbody></table></div>");
}

fn count(text: &mut String, id: &str, label: &str, value: u64) {
    figure(text, id, label, &value.to_string());
}

fn figure(text: &mut String, id: &str, label: &str, value: &str) {
    let _ = write!(
        text,
        "<div><dt>{label}</dt><dd id=\"{id}\">{value}</dd></div>"
    );
}

/// A time span with the two units that matter.
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86400, seconds % 86400 / 3600),
    }
}

/// Text in HTML.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_healthy_lane_has_no_concern_and_each_concern_is_shown() {
        let mut stats = Stats::default();
        stats.workers = 1;
        let lane = Lane::default();
        let text = page(&lane, &stats, &[]);
        assert!(
            text.contains("All is well.") && !text.contains("class=\"state warn"),
            "{text}"
        );
        stats.workers = 0;
        stats.held = Duration::from_secs(12);
        stats.lag = Duration::from_secs(61);
        stats.outcomes = 1;
        stats.oldest_outcome = Duration::from_secs(2 * 86400);
        stats.unknown_submits = 1;
        let text = page(&lane, &stats, &[]);
        for said in [
            "No worker",
            "for 12 s.",
            "up to 1 min 1 s:",
            "for 2 d 0 h;",
            "of 1 submit is unknown",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("All is well."), "{text}");
    }

    #[test]
    fn the_name_of_a_worker_is_text() {
        let mut worker = WorkerStatus::default();
        worker.name = "<script>alert(1)</script> & \"co\"".to_owned();
        let text = page(&Lane::default(), &Stats::default(), &[worker]);
        assert!(!text.contains("<script"), "{text}");
        assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;"));
    }
}
