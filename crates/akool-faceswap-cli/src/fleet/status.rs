//! The status of a lane and of this worker: for a load balancer, for Prometheus, and for a person.

use std::{convert::Infallible, fmt::Write as _, sync::Arc};

use akool_faceswap_fleet::{Fleet, Stats, WorkerCounters};
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::Semaphore};

/// How many people and programs are served at once.
const CONNECTIONS: usize = 64;

/// One figure: for Prometheus, and for people.
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) value: f64,
    unit: &'static str,
}

impl Figure {
    /// A whole number where it is a count.
    pub(super) fn json(&self) -> serde_json::Value {
        if self.unit.is_empty() {
            serde_json::from_str(&self.text()).unwrap_or_default()
        } else {
            self.value.into()
        }
    }

    pub(super) fn text(&self) -> String {
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
pub(super) fn figures(stats: &Stats) -> Vec<Figure> {
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
            "submits of unknown end",
            stats.unknown_submits,
        ),
        count("workers", "workers", stats.workers),
    ]
}

#[expect(
    clippy::cast_precision_loss,
    reason = "figures for people and dashboards"
)]
fn counters(counters: &WorkerCounters) -> Vec<Figure> {
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

/// Serves until the program ends.
pub(super) async fn serve(listener: TcpListener, fleet: Fleet, worker: WorkerCounters) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        let (fleet, worker) = (fleet.clone(), worker.clone());
        let service = service_fn(move |request| {
            let (fleet, worker) = (fleet.clone(), worker.clone());
            async move { Ok::<_, Infallible>(answer(&request, &fleet, &worker).await) }
        });
        tokio::spawn(async move {
            let mut http = http1::Builder::new();
            // One request for a connection: who holds one open takes a place for ten seconds.
            http.keep_alive(false);
            let serving = http.serve_connection(TokioIo::new(stream), service);
            let _ = tokio::time::timeout(std::time::Duration::from_secs(10), serving).await;
            drop(place);
        });
    }
}

async fn answer(
    request: &Request<Incoming>,
    fleet: &Fleet,
    worker: &WorkerCounters,
) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    if !matches!(path, "/" | "/healthz" | "/metrics") {
        return response(
            StatusCode::NOT_FOUND,
            "text/plain",
            "not found\n".to_owned(),
        );
    }
    match (fleet.stats().await, path) {
        (Ok(_), "/healthz") => response(StatusCode::OK, "text/plain", "ok\n".to_owned()),
        (Ok(stats), "/metrics") => response(
            StatusCode::OK,
            "text/plain; version=0.0.4",
            metrics(fleet, &stats, worker),
        ),
        (Ok(stats), _) => response(
            StatusCode::OK,
            "text/html; charset=utf-8",
            page(fleet, &stats, worker),
        ),
        (Err(error), _) => {
            let text = format!("{error}; {}\n", error.advice());
            response(StatusCode::SERVICE_UNAVAILABLE, "text/plain", text)
        }
    }
}

fn response(status: StatusCode, content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let value = hyper::header::HeaderValue::from_static;
    headers.insert(CONTENT_TYPE, value(content_type));
    headers.insert(CACHE_CONTROL, value("no-store"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        value("default-src 'none'; style-src 'unsafe-inline'"),
    );
    response
}

fn metrics(fleet: &Fleet, stats: &Stats, worker: &WorkerCounters) -> String {
    let mut text = String::new();
    let lane = fleet.lane();
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
    text
}

fn page(fleet: &Fleet, stats: &Stats, worker: &WorkerCounters) -> String {
    let lane = fleet.lane();
    let mut text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Fleet: {lane}</title>\
         <meta http-equiv=\"refresh\" content=\"5\"><meta name=\"viewport\" content=\"width=device-width\">\
         <style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:40rem;padding:0 1rem;\
         color-scheme:light dark}}table{{border-collapse:collapse;width:100%}}th{{text-align:left;\
         font-weight:normal}}td{{text-align:right;font-variant-numeric:tabular-nums}}th,td{{padding:.2rem 0;\
         border-bottom:1px solid #8884}}caption{{text-align:left;font-weight:600;padding:1rem 0 .3rem}}</style>\
         <h1>Lane {lane}</h1>"
    );
    for (caption, figures) in [
        ("All workers", figures(stats)),
        ("This worker", counters(worker)),
    ] {
        let _ = write!(text, "<table><caption>{caption}</caption>");
        for figure in figures {
            let (name, label, value) = (figure.name, figure.label, figure.text());
            let _ = write!(
                text,
                "<tr><th scope=\"row\">{label}</th><td id=\"{name}\">{value}</td></tr>"
            );
        }
        text.push_str("</table>");
    }
    text.push_str("</html>\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_for_people_too() {
        let stats = Stats::default();
        let texts: Vec<String> = figures(&stats).iter().map(Figure::text).collect();
        assert!(texts.contains(&"0".to_owned()) && texts.contains(&"0.0 s".to_owned()));
        assert!(texts.contains(&"0 %".to_owned()));
    }
}
