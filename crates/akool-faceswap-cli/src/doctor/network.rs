//! The way to the server, and its clock.
//!
//! The library shows no header of an answer. Its `raw` client contains the HTTP client of lookups,
//! with its certificates, proxies and rules; credentials are added above that. So a plain request by it takes the same
//! path as a lookup, and carries no key.

use std::{
    error::Error,
    fmt::Display,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant, SystemTime},
};

use akool_faceswap::Client;
use akool_faceswap_raw as raw;
use akool_faceswap_raw::ClientInfo as _;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::{
    finding::{Check, Finding},
    report::Report,
};
use crate::{output::in_words, problem::Problem};

/// For each step.
const PATIENCE: Duration = Duration::from_secs(10);

/// Of a name with many addresses, the first few are enough.
const MOST_ADDRESSES: usize = 4;

/// A clock that is this far off is still good enough for expiries of 7 days.
const MOST_SKEW: Duration = Duration::from_secs(5 * 60);

/// Connects to the server step by step. Returns whether it answers.
pub(super) async fn reach(
    raw: &raw::Client,
    proxy: Option<&str>,
    report: &mut Report,
) -> Result<bool, Problem> {
    let request = raw.client().get(raw.baseurl()).timeout(PATIENCE).build();
    let request = match request {
        Ok(request) => request,
        Err(error) => {
            let why = innermost(&error);
            report.add(&Finding::fail(Check::BaseUrl, why, "correct the base URL"))?;
            return Ok(false);
        }
    };
    let url = request.url();
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port_or_known_default().unwrap_or_default();
    let is_https = url.scheme() == "https";
    // This machine is reached without a proxy.
    let proxy = proxy.filter(|_| !is_loopback(&host));
    if proxy.is_none() {
        let addresses = resolve(&host, port, report).await?;
        if addresses.is_empty() || !connect(&addresses, report).await? {
            return Ok(false);
        }
    }

    let (asked_at, started) = (SystemTime::now(), Instant::now());
    match raw.client().execute(request).await {
        Ok(response) => {
            let took = started.elapsed();
            report.add(&Finding::ok(
                Check::Tls,
                if is_https {
                    format!("the certificate of {host} is trusted")
                } else {
                    "not used: http:// is for this machine only".to_owned()
                },
            ))?;
            let status = response.status().as_u16();
            report.add(&Finding::ok(
                Check::Server,
                format!("answers in {} ms (HTTP {status})", took.as_millis()),
            ))?;
            let date = response.headers().get("date");
            let date = date.and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
            report.add(&clock(date, asked_at + took / 2))?;
            Ok(true)
        }
        Err(error) => {
            let is_timeout = error.is_timeout();
            // The base URL has its own line.
            let error = error.without_url();
            let finding = if is_timeout {
                silent(&host)
            } else {
                unanswered(&error, &host, is_https, proxy)
            };
            report.add(&finding.because(chain(&error)))?;
            Ok(false)
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let name = without_brackets(host);
    name == "localhost"
        || name == "localhost."
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

/// An IPv6 address is in brackets in a URL, and nowhere else.
fn without_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

async fn resolve(host: &str, port: u16, report: &mut Report) -> Result<Vec<SocketAddr>, Problem> {
    let name = without_brackets(host);
    let help = "check the base URL's spelling, the network, and this machine's name server";
    let (finding, addresses) = match timeout(PATIENCE, lookup_host((name, port))).await {
        Ok(Ok(found)) => {
            let addresses: Vec<SocketAddr> = found.collect();
            let finding = match addresses.len() {
                0 => Finding::fail(Check::Dns, format!("{host} has no address"), help),
                1 => Finding::ok(Check::Dns, format!("{host} has an address")),
                n => Finding::ok(Check::Dns, format!("{host} has {n} addresses")),
            };
            (finding, addresses)
        }
        Ok(Err(error)) => {
            let what = format!("{host} cannot be resolved: {error}");
            (Finding::fail(Check::Dns, what, help), Vec::new())
        }
        Err(_) => {
            let what = format!("{host} was not resolved within {} s", PATIENCE.as_secs());
            (Finding::fail(Check::Dns, what, help), Vec::new())
        }
    };
    report.add(&finding)?;
    Ok(addresses)
}

/// Whether one of the addresses accepts a connection.
async fn connect(addresses: &[SocketAddr], report: &mut Report) -> Result<bool, Problem> {
    let mut failures = Vec::new();
    for address in addresses.iter().take(MOST_ADDRESSES) {
        let started = Instant::now();
        let why: Box<dyn Display> = match timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                let took = started.elapsed().as_millis();
                report.add(&Finding::ok(
                    Check::Connection,
                    format!("{address} accepts connections ({took} ms)"),
                ))?;
                return Ok(true);
            }
            Ok(Err(error)) => Box::new(error),
            Err(_) => Box::new(format!("no answer within {} s", PATIENCE.as_secs())),
        };
        failures.push(format!("{address}: {why}"));
    }
    report.add(&Finding::fail(
        Check::Connection,
        format!("no connection: {}", failures.join("; ")),
        "check the port of the base URL, the network and firewalls; if you need a proxy, set \
         HTTPS_PROXY",
    ))?;
    Ok(false)
}

fn silent(host: &str) -> Finding {
    Finding::fail(
        Check::Server,
        format!("{host} did not answer within {} s", PATIENCE.as_secs()),
        "try again later; if it persists, check proxies and firewalls on the way",
    )
}

/// The finding if there is no answer although the earlier steps succeeded.
fn unanswered(
    error: &(dyn Error + 'static),
    host: &str,
    is_https: bool,
    proxy: Option<&str>,
) -> Finding {
    let why = Client::tls_fault(error).unwrap_or_else(|| innermost(error));
    match proxy {
        Some(proxy) => Finding::fail(
            Check::Connection,
            format!("no answer from {host} through the proxy of {proxy}: {why}"),
            format!("check the proxy, and that it allows connections to {host}"),
        ),
        None if is_https => Finding::fail(
            Check::Tls,
            format!("no secure connection to {host}: {why}"),
            "check that the base URL is an https:// server, that this machine trusts its \
             certificate (SSL_CERT_FILE names others), and that the clock is right",
        ),
        None => Finding::fail(
            Check::Server,
            format!("{host} did not answer: {why}"),
            "check that the base URL is that of the API",
        ),
    }
}

/// Compares the clocks; `ours` is the time at about the moment of the server's answer.
fn clock(server: Option<SystemTime>, ours: SystemTime) -> Finding {
    let Some(server) = server else {
        return Finding::warn(
            Check::Clock,
            "the answer of the server has no date to compare with",
            "make sure that this machine sets its clock from the network (NTP)",
        );
    };
    let (skew, side) = match ours.duration_since(server) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    if skew > MOST_SKEW {
        let seconds = i64::try_from(skew.as_secs()).unwrap_or(i64::MAX);
        return Finding::warn(
            Check::Clock,
            format!("this machine is {} {side} the server", in_words(skew)),
            "set the clock, from the network (NTP) if you can: the deadlines of tickets and the \
             timestamps of webhooks are compared with it",
        )
        .with_skew(if ours > server { seconds } else { -seconds });
    }
    Finding::ok(
        Check::Clock,
        format!("within {} s of the server's", skew.as_secs() + 1),
    )
}

fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect()
}

/// The root cause, such as "Connection refused".
fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Verdict;

    #[test]
    fn a_clock_may_be_five_minutes_off() {
        let ours = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let seconds = Duration::from_secs;
        for (server, verdict) in [
            (Some(ours), Verdict::Ok),
            (Some(ours + seconds(300)), Verdict::Ok),
            (Some(ours - seconds(300)), Verdict::Ok),
            (Some(ours + seconds(301)), Verdict::Warn),
            (Some(ours - seconds(301)), Verdict::Warn),
            (None, Verdict::Warn),
        ] {
            assert_eq!(clock(server, ours).verdict, verdict, "{server:?}");
        }
    }
}
