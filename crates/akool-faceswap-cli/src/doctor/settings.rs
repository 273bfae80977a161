//! What can be checked without a network: the variables, the key and the base URL.

use akool_faceswap::Client;
use akool_faceswap_raw::ClientInfo as _;

use super::{
    finding::{Check, Finding},
    report::Report,
};
use crate::{
    args::ConnectionArgs,
    connection::{Credentials, REMOVE_QUOTES, in_quotes, with_base_url},
    environment::{API_KEY, CLIENT_ID, CLIENT_SECRET, Environment, HOST},
    problem::Problem,
    proxy,
    verbosity::causes,
};

const OURS: [&str; 4] = [API_KEY, CLIENT_ID, CLIENT_SECRET, HOST];

/// Checks the variables.
pub(super) fn environment(environment: &Environment, report: &mut Report) -> Result<(), Problem> {
    let mut findings = odd_variables(environment);
    let proxies = proxy::warnings(environment);
    findings.extend(proxies.map(|(what, help)| Finding::warn(Check::Environment, what, help)));
    if findings.is_empty() {
        let set: Vec<&str> = OURS
            .into_iter()
            .filter(|name| environment.is_set(name))
            .chain(proxy::variables(environment))
            .collect();
        let message = match set.as_slice() {
            [] => "no variable of this command is set".to_owned(),
            set => format!("set: {}", set.join(", ")),
        };
        return report.add(&Finding::ok(Check::Environment, message));
    }
    findings.iter().try_for_each(|finding| report.add(finding))
}

fn odd_variables(environment: &Environment) -> Vec<Finding> {
    let mut findings = Vec::new();
    let warn = |what, help: &str| Finding::warn(Check::Environment, what, help);
    for name in environment.names() {
        if !name.starts_with("AKOOL_") {
            continue;
        }
        if !OURS.contains(&name) {
            findings.push(warn(
                format!("this command does not know {name}"),
                &format!(
                    "if it was meant for this command: it reads {}",
                    OURS.join(", ")
                ),
            ));
        } else if let Ok(value) = environment.get(name) {
            match value {
                None => findings.push(warn(
                    format!("{name} is empty, which counts as not set"),
                    "give it a value or unset it",
                )),
                Some(_) if environment.is_quoted(name) => {
                    findings.push(warn(in_quotes(name), REMOVE_QUOTES));
                }
                Some(_) => {}
            }
        } else {
            findings.push(Finding::fail(
                Check::Environment,
                format!("{name} is not UTF-8"),
                "give it a value that is text",
            ));
        }
    }
    match [API_KEY, CLIENT_ID, CLIENT_SECRET].map(|name| environment.is_set(name)) {
        [true, true, true] => findings.push(warn(
            format!("both {API_KEY} and {CLIENT_ID} with {CLIENT_SECRET} are set: the key is used"),
            "unset the one that you do not mean",
        )),
        [_, true, false] => findings.push(half_a_pair(CLIENT_ID, CLIENT_SECRET)),
        [_, false, true] => findings.push(half_a_pair(CLIENT_SECRET, CLIENT_ID)),
        _ => {}
    }
    findings
}

fn half_a_pair(set: &str, other: &str) -> Finding {
    Finding::warn(
        Check::Environment,
        format!("{set} is set without {other} and has no effect"),
        format!("set {other} too, or {API_KEY} alone"),
    )
}

/// Checks the key. Returns whether it can be sent.
pub(super) fn key(
    args: &ConnectionArgs,
    environment: &Environment,
    report: &mut Report,
) -> Result<bool, Problem> {
    let (credentials, from) = match Credentials::of(args, environment) {
        Ok(found) => found,
        Err(problem) => {
            report.add(&Finding::fail(
                Check::ApiKey,
                problem.message(),
                problem.help(),
            ))?;
            return Ok(false);
        }
    };
    // A client for this machine loads no certificates, which could fail for other reasons.
    let builder = Client::builder().base_url("http://127.0.0.1");
    if let Err(error) = credentials.add_to(builder).build() {
        let finding = Finding::fail(
            Check::ApiKey,
            format!("{} ({from})", error.message()),
            "copy it from AKOOL's console again: only the key, on one line",
        );
        report.add(&finding)?;
        return Ok(false);
    }
    report.add(&match from.warning() {
        Some((what, help)) => Finding::warn(Check::ApiKey, what, help),
        None => Finding::ok(Check::ApiKey, format!("well formed, from {from}")),
    })?;
    Ok(true)
}

/// Checks the base URL. Returns a client for it, if it is valid.
///
/// The client has no real key, so that the network is checked even without one.
pub(super) fn base_url(
    args: &ConnectionArgs,
    environment: &Environment,
    report: &mut Report,
) -> Result<Option<Client>, Problem> {
    let builder = Client::builder().api_key("none");
    let (builder, from) = match with_base_url(builder, args, environment) {
        Ok(found) => found,
        Err(problem) => {
            report.add(&Finding::fail(
                Check::BaseUrl,
                problem.message(),
                problem.help(),
            ))?;
            return Ok(None);
        }
    };
    match builder.build() {
        Ok(client) => {
            let from = from.map_or("the default".to_owned(), |from| format!("from {from}"));
            let url = client.raw().baseurl().to_owned();
            report.add(&Finding::ok(Check::BaseUrl, format!("{url}, {from}")))?;
            Ok(Some(client))
        }
        Err(error) => {
            let help = match from {
                Some(from) => format!("correct {from}, or omit it for AKOOL's own"),
                None => error.advice().to_owned(),
            };
            report.add(
                &Finding::fail(Check::BaseUrl, error.message(), help).because(causes(&error)),
            )?;
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn odd(variables: &[(&str, &str)]) -> Vec<String> {
        let environment = variables.iter().copied().collect();
        odd_variables(&environment)
            .iter()
            .map(|finding| {
                let mut out = Vec::new();
                finding.write_to(&mut out).unwrap();
                let text = String::from_utf8(out).unwrap();
                assert!(!text.contains("PLANTED"), "{text}");
                anstream::adapter::strip_str(&text).to_string()
            })
            .collect()
    }

    #[test]
    fn correct_variables_give_no_finding() {
        for variables in [
            &[][..],
            &[(API_KEY, "PLANTED"), ("PATH", "PLANTED")],
            &[(CLIENT_ID, "PLANTED"), (CLIENT_SECRET, "PLANTED")],
            &[(API_KEY, "PLANTED"), (HOST, "PLANTED")],
        ] {
            assert_eq!(odd(variables), [""; 0], "{variables:?}");
        }
    }

    #[test]
    fn an_odd_variable_is_named_without_its_value() {
        for (variables, expected) in [
            (&[(API_KEY, " ")][..], "AKOOL_API_KEY is empty"),
            (&[(API_KEY, "'PLANTED'")], "AKOOL_API_KEY is in quotes"),
            (&[(HOST, "\"PLANTED\"")], "AKOOL_API_HOST is in quotes"),
            (&[("AKOOL_APIKEY", "PLANTED")], "does not know AKOOL_APIKEY"),
            (&[(CLIENT_ID, "PLANTED")], "AKOOL_CLIENT_ID is set without"),
            (
                &[(CLIENT_SECRET, "PLANTED")],
                "AKOOL_CLIENT_SECRET is set without",
            ),
            (
                &[
                    (API_KEY, "PLANTED"),
                    (CLIENT_ID, "PLANTED"),
                    (CLIENT_SECRET, "PLANTED"),
                ],
                "the key is used",
            ),
        ] {
            let odd = odd(variables);
            assert_eq!(odd.len(), 1, "{odd:?}");
            assert!(odd[0].starts_with("warn  environment  "), "{}", odd[0]);
            assert!(odd[0].contains(expected), "{}", odd[0]);
            assert!(odd[0].contains("\n      help: "), "{}", odd[0]);
        }
    }
}
