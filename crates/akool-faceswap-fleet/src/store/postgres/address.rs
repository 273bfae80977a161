//! The database's URL: the driver's parameters, and two of libpq's that the driver lacks.
//!
//! `sslmode=verify-full` and `verify-ca` mean `require`: a certificate is always verified, with its name.
//! `sslrootcert=FILE` names the authorities to trust in place of the platform's.

use std::{path::PathBuf, time::Duration};

use percent_encoding::percent_decode_str;
use tokio_postgres::{
    Config,
    config::{Host, SslMode, TargetSessionAttrs},
};

use crate::error::{Error, ErrorKind};

/// The address of a database, and the authorities to trust.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) config: Config,
    /// PEM certificates of authorities; `None` for the platform's.
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "no TLS, no trust"))]
    pub(super) authorities: Option<PathBuf>,
}

impl Address {
    /// Parses the URL. Options that are dangerous to omit get a value.
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let mut authorities = None;
        let url = without_own_parameters(url, &mut authorities);
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            // Its source repeats parts of the URL, perhaps a password.
            drop(error);
            Error::new(ErrorKind::InvalidInput, "the database's URL is invalid")
                .with_advice("write postgres://user@host/database, or a libpq connection string")
        })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(15));
        }
        config.keepalives_idle(Duration::from_secs(15));
        if config.get_application_name().is_none() {
            config.application_name("akool_faceswap");
        }
        if config.get_target_session_attrs() == TargetSessionAttrs::Any {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let mut hosts = config.get_hosts().iter();
        if !hosts.any(|host| matches!(host, Host::Tcp(_))) {
            config.ssl_mode(SslMode::Disable);
        }
        Ok(Self {
            config,
            authorities,
        })
    }
}

/// The URL as the driver understands it.
fn without_own_parameters(url: &str, authorities: &mut Option<PathBuf>) -> String {
    // libpq's `system` is the platform's, too.
    let mut trust = |file: String| *authorities = (file != "system").then(|| file.into());
    if !url.contains("://") {
        let mut kept = Vec::new();
        for word in words(url) {
            if let Some(file) = word.strip_prefix("sslrootcert=") {
                trust(unquoted(file));
            } else {
                kept.push(parameter(word));
            }
        }
        return kept.join(" ");
    }
    let Some((base, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let mut kept = Vec::new();
    for pair in query.split('&') {
        if let Some(file) = pair.strip_prefix("sslrootcert=") {
            trust(percent_decode_str(file).decode_utf8_lossy().into_owned());
        } else {
            kept.push(parameter(pair));
        }
    }
    format!("{base}?{}", kept.join("&"))
}

fn parameter(pair: &str) -> &str {
    match pair {
        "sslmode=verify-full" | "sslmode=verify-ca" => "sslmode=require",
        other => other,
    }
}

/// The words of a connection string; white space in quotes separates no words.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let separates = move |c: char| {
        let was_escaped = is_escaped;
        is_escaped = c == '\\' && !was_escaped;
        is_quoted ^= c == '\'' && !was_escaped;
        c.is_whitespace() && !is_quoted
    };
    text.split(separates).filter(|word| !word.is_empty())
}

fn unquoted(value: &str) -> String {
    let inner = value
        .strip_prefix('\'')
        .and_then(|value| value.strip_suffix('\''));
    inner
        .unwrap_or(value)
        .replace("\\'", "'")
        .replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> (SslMode, Option<String>) {
        let address = Address::parse(url).unwrap();
        let file = address.authorities.map(|file| file.display().to_string());
        (address.config.get_ssl_mode(), file)
    }

    #[test]
    fn the_certificate_options_of_libpq_are_understood() {
        for (url, mode, file) in [
            ("postgres://u@h/d", SslMode::Prefer, None),
            ("postgres://u@h/d?sslmode=require", SslMode::Require, None),
            (
                "postgres://u:p%3F@h/d?connect_timeout=3&sslmode=verify-full&sslrootcert=/a%20b.pem",
                SslMode::Require,
                Some("/a b.pem"),
            ),
            (
                "host=h user=u sslmode=verify-ca sslrootcert=system",
                SslMode::Require,
                None,
            ),
            (
                r"host=h password='a \' b' sslrootcert='/a b/it\'s.pem' dbname=d",
                SslMode::Prefer,
                Some("/a b/it's.pem"),
            ),
            ("host=/run/postgresql dbname=d", SslMode::Disable, None),
        ] {
            assert_eq!(parsed(url), (mode, file.map(str::to_owned)), "{url}");
        }
        let address = Address::parse(r"host=h password='a \' b' dbname=d").unwrap();
        assert_eq!(address.config.get_password(), Some(&b"a ' b"[..]));
        assert_eq!(address.config.get_dbname(), Some("d"));
    }

    #[test]
    fn an_invalid_url_is_refused_without_quoting_it() {
        for url in [
            "postgres://u:secret@h:port/d",
            "host=h secret",
            "password='secret",
        ] {
            let error = Address::parse(url).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            let text = format!("{error} {error:?} {}", error.advice());
            assert!(!text.contains("secret"), "{text}");
        }
    }
}
