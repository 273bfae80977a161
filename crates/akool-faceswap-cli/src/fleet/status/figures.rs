//! The figures of a lane and of this worker: for people, as JSON, and for Prometheus.

use std::fmt::Write as _;

use akool_faceswap_fleet::{Lane, Stats, WorkerCounters};

/// One figure: for Prometheus, and for people.
pub(in crate::fleet) struct Figure {
    pub(in crate::fleet) name: &'static str,
    pub(in crate::fleet) label: &'static str,
    pub(in crate::fleet) value: f64,
    unit: &'static str,
}

impl Figure {
    /// A whole number if it is a count.
    pub(in crate::fleet) fn json(&self) -> serde_json::Value {
        if self.unit.is_empty() {
            serde_json::from_str(&self.text()).unwrap_or_default()
        } else {
            self.value.into()
        }
    }

    pub(in crate::fleet) fn text(&self) -> String {
        match self.unit {
            "s" => format!("{:.1} s", self.value),
            "%" => format!("{:.0} %", self.value * 100.0),
            _ => format!("{:.0}", self.value),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "figures for people and dashboards"
)]
pub(in crate::fleet) fn figures(stats: &Stats) -> Vec<Figure> {
    let figure = |name, label, value, unit| Figure {
        name,
        label,
        value,
        unit,
    };
    let count = |name, label, value: u64| figure(name, label, value as f64, "");
    vec![
        count("tracked", "jobs tracked", stats.tracked),
        count("due", "jobs due", stats.due),
        count("leased", "jobs held by workers", stats.leased),
        count("expired_leases", "leases expired", stats.expired),
        figure(
            "lag_seconds",
            "lag of the first due job",
            stats.lag.as_secs_f64(),
            "s",
        ),
        count("outcomes", "outcomes not taken", stats.outcomes),
        figure(
            "oldest_outcome_seconds",
            "oldest outcome",
            stats.oldest_outcome.as_secs_f64(),
            "s",
        ),
        figure(
            "held_seconds",
            "held by a rate limit for",
            stats.held.as_secs_f64(),
            "s",
        ),
        figure("budget_used_ratio", "burst used", stats.budget_used, "%"),
        count(
            "unknown_submits",
            "submits of unknown outcome",
            stats.unknown_submits,
        ),
        count("workers", "workers", stats.workers),
    ]
}

/// The counters of this worker.
#[expect(
    clippy::cast_precision_loss,
    reason = "figures for people and dashboards"
)]
pub(in crate::fleet) fn counters(counters: &WorkerCounters) -> Vec<Figure> {
    let count = |name, label, value: u64| Figure {
        name,
        label,
        value: value as f64,
        unit: "",
    };
    vec![
        count("requests_total", "requests sent", counters.requests()),
        count("ids_total", "ids in them", counters.ids()),
        count("settled_total", "outcomes written", counters.settled()),
        count(
            "fenced_total",
            "writes refused after the lease",
            counters.fenced(),
        ),
        count(
            "expired_total",
            "jobs taken over from others",
            counters.expired(),
        ),
        count(
            "given_back_total",
            "jobs given back without a lookup",
            counters.given_back(),
        ),
        count(
            "rate_limits_total",
            "rate limits met",
            counters.rate_limits(),
        ),
        count(
            "database_errors_total",
            "errors of the database",
            counters.database_errors(),
        ),
    ]
}

/// All figures in Prometheus' text format.
pub(super) fn prometheus(lane: &Lane, stats: &Stats, worker: &WorkerCounters) -> String {
    let mut text = String::new();
    let gauges = figures(stats).into_iter().map(|figure| (figure, "gauge"));
    let counters = counters(worker)
        .into_iter()
        .map(|figure| (figure, "counter"));
    for (figure, kind) in gauges.chain(counters) {
        let (name, label, value) = (figure.name, figure.label, figure.value);
        let scope = if kind == "gauge" { "fleet" } else { "worker" };
        let name = format!("akool_faceswap_{scope}_{name}");
        let _ = writeln!(
            text,
            "# HELP {name} {label}\n# TYPE {name} {kind}\n{name}{{lane=\"{lane}\"}} {value}"
        );
    }
    let _ = writeln!(
        text,
        "# HELP akool_faceswap_worker_lag_seconds lag of the last claim\n\
         # TYPE akool_faceswap_worker_lag_seconds gauge\n\
         akool_faceswap_worker_lag_seconds{{lane=\"{lane}\"}} {}",
        std::time::Duration::from_millis(worker.lag_ms()).as_secs_f64()
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_texts_for_people() {
        let stats = Stats::default();
        let texts: Vec<String> = figures(&stats).iter().map(Figure::text).collect();
        assert!(texts.contains(&"0".to_owned()) && texts.contains(&"0.0 s".to_owned()));
        assert!(texts.contains(&"0 %".to_owned()));
    }
}
