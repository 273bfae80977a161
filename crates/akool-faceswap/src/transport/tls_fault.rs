//! Explains TLS errors in plain words.
//!
//! The library below names its own types (`Other(OtherError(CaUsedAsEndEntity))`), or shows a link to its
//! manual where the server hung up. At fault is a certificate, the name in it, a clock, or a server that
//! demands a client certificate.

use std::error::Error;

/// What happened, and what to do if the kind of the error says too little.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TlsFault {
    pub(crate) what: String,
    pub(super) advice: Option<&'static str>,
}

/// What to do about a server that wants a client certificate.
pub(super) const CLIENT: &str =
    "check the base URL: AKOOL asks for no client certificate, and this library sends none";

/// The TLS fault behind an error, if it can be explained more plainly.
#[cfg(not(feature = "_rustls"))]
pub(crate) fn of(_: &(dyn Error + 'static)) -> Option<TlsFault> {
    None
}

#[cfg(feature = "_rustls")]
pub(crate) use with_rustls::of;

#[cfg(feature = "_rustls")]
mod with_rustls {
    use std::{io, iter, time::Duration};

    use rustls::{AlertDescription, CertificateError, OtherError, pki_types::UnixTime};

    use super::{CLIENT, Error, TlsFault};

    /// The most names of a certificate that are shown.
    const MOST_NAMES: usize = 4;

    const CLOCK: &str =
        "check this machine's clock first; if it is right, the server needs a new certificate";
    const AUTHORITY: &str = "if the server is the right one, add its authority to the platform's, or \
                             name it with root_certificate_pem (SSL_CERT_FILE on Linux)";
    const NAME: &str =
        "check the base URL's host, and whether a proxy or a login page answers for it";

    /// The TLS fault behind an error, if it can be explained more plainly.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Option<TlsFault> {
        let (what, advice) = causes(error).find_map(|cause| {
            if let Some(fault) = cause.downcast_ref::<rustls::Error>() {
                return explain(fault);
            }
            // rustls says it with a link to its manual.
            let io = cause.downcast_ref::<io::Error>()?;
            let is_cut_off = io.kind() == io::ErrorKind::UnexpectedEof
                && io.to_string().contains("close_notify");
            is_cut_off.then(|| {
                (
                    "the server closed the connection without a word".to_owned(),
                    None,
                )
            })
        })?;
        Some(TlsFault { what, advice })
    }

    /// The error and its causes; an `io::Error` hides what it wraps from `source`.
    fn causes<'a>(
        error: &'a (dyn Error + 'static),
    ) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
        iter::successors(Some(error), |&error| {
            let wrapped = error
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref);
            match wrapped {
                Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
                None => error.source(),
            }
        })
        .take(16)
    }

    fn explain(fault: &rustls::Error) -> Option<(String, Option<&'static str>)> {
        let (what, advice) = match fault {
            rustls::Error::InvalidCertificate(fault) => certificate(fault),
            rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
                ("the server wants a client certificate".to_owned(), CLIENT)
            }
            _ => return None,
        };
        Some((what, Some(advice)))
    }

    fn certificate(fault: &CertificateError) -> (String, &'static str) {
        match fault {
            CertificateError::UnknownIssuer => (
                "the certificate is from an authority that this machine does not trust \
                 (UnknownIssuer)"
                    .to_owned(),
                AUTHORITY,
            ),
            CertificateError::NotValidForName => {
                ("the certificate is for another host".to_owned(), NAME)
            }
            CertificateError::NotValidForNameContext {
                expected,
                presented,
            } => {
                let what = format!(
                    "the certificate is for {} and not for {}",
                    names(presented),
                    expected.to_str()
                );
                (what, NAME)
            }
            CertificateError::Expired => ("the certificate has expired".to_owned(), CLOCK),
            CertificateError::ExpiredContext { not_after, .. } => (
                format!("the certificate expired at {}", time(*not_after)),
                CLOCK,
            ),
            CertificateError::NotValidYet => ("the certificate is not valid yet".to_owned(), CLOCK),
            CertificateError::NotValidYetContext { not_before, .. } => (
                format!("the certificate is not valid before {}", time(*not_before)),
                CLOCK,
            ),
            CertificateError::Revoked => ("the certificate was revoked".to_owned(), AUTHORITY),
            CertificateError::Other(OtherError(cause)) => {
                // The check's own error is of a crate that is no dependency of this one.
                let cause = cause.to_string();
                if cause.contains("CaUsedAsEndEntity") {
                    (
                        "the certificate is an authority's own, as self-signed ones are \
                         (CaUsedAsEndEntity)"
                            .to_owned(),
                        AUTHORITY,
                    )
                } else {
                    (format!("the certificate is refused: {cause}"), AUTHORITY)
                }
            }
            other => (format!("the certificate is refused: {other:?}"), AUTHORITY),
        }
    }

    /// `DnsName("a.example")` is for programmers.
    fn names(presented: &[String]) -> String {
        if presented.is_empty() {
            return "no host at all".to_owned();
        }
        let plain = |name: &String| {
            let inner = name.split_once('(').map_or(&**name, |(_, rest)| rest);
            inner.trim_end_matches(')').trim_matches('"').to_owned()
        };
        let shown: Vec<String> = presented.iter().take(MOST_NAMES).map(plain).collect();
        let shown = shown.join(", ");
        match presented.len().saturating_sub(MOST_NAMES) {
            0 => shown,
            more => format!("{shown} and {more} more"),
        }
    }

    fn time(time: UnixTime) -> String {
        let time = std::time::UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs()));
        time.map_or_else(
            || "an unknown time".to_owned(),
            |time| humantime::format_rfc3339_seconds(time).to_string(),
        )
    }

    #[cfg(test)]
    mod tests {
        use rustls::pki_types::ServerName;

        use super::*;

        fn told(fault: rustls::Error) -> String {
            // As hyper hands it on: within an I/O error.
            let error = io::Error::new(io::ErrorKind::InvalidData, fault);
            of(&error).unwrap().what
        }

        #[test]
        fn a_certificate_is_refused_in_plain_words() {
            let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
            let expired = CertificateError::ExpiredContext {
                time: at(1_800_000_000),
                not_after: at(1_700_000_000),
            };
            let presented = |names: &[&str]| CertificateError::NotValidForNameContext {
                expected: ServerName::try_from("api.example").unwrap(),
                presented: names.iter().map(ToString::to_string).collect(),
            };
            for (fault, expected) in [
                (
                    CertificateError::UnknownIssuer,
                    "does not trust (UnknownIssuer)",
                ),
                (expired, "expired at 2023-11-14T22:13:20Z"),
                (
                    presented(&["DnsName(\"a.example\")", "IpAddress(127.0.0.1)"]),
                    "is for a.example, 127.0.0.1 and not for api.example",
                ),
                (
                    presented(&[]),
                    "is for no host at all and not for api.example",
                ),
                (
                    presented(&["DnsName(\"a\")"; 1000]),
                    "is for a, a, a, a and 996 more and not for api.example",
                ),
                (CertificateError::BadEncoding, "is refused: BadEncoding"),
            ] {
                let told = told(rustls::Error::InvalidCertificate(fault));
                assert!(told.contains(expected), "{told}");
                // By this word a wait knows that it should not last for hours.
                assert!(told.contains("certificate"), "{told}");
            }
        }

        #[test]
        fn a_server_that_wants_a_client_certificate_says_so() {
            let alert = rustls::Error::AlertReceived(AlertDescription::CertificateRequired);
            assert_eq!(told(alert), "the server wants a client certificate");
        }

        #[test]
        fn a_server_that_hangs_up_is_told_without_a_link() {
            let text = "peer closed connection without sending TLS close_notify: https://docs.rs/x";
            let error = io::Error::new(io::ErrorKind::UnexpectedEof, text);
            assert_eq!(
                of(&error).unwrap().what,
                "the server closed the connection without a word"
            );
            for other in [
                io::Error::from(io::ErrorKind::ConnectionReset),
                io::Error::new(io::ErrorKind::ConnectionReset, text),
                io::Error::new(io::ErrorKind::UnexpectedEof, "early"),
            ] {
                assert_eq!(of(&other), None, "{other:?}");
            }
        }
    }
}
