//! The base URL: checked once, so that credentials go nowhere else and never in the clear.

use std::fmt;

use reqwest::Url;

use crate::error::{Error, ErrorKind};

/// The vendor's production server.
pub(crate) const PRODUCTION: &str = "https://openapi.akool.com";

/// A base URL without a trailing slash, query, fragment or user information.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    url: Url,
    text: Box<str>,
}

impl BaseUrl {
    /// Checks `text`; without a scheme it is taken as `https://`.
    pub(crate) fn parse(text: &str, allow_insecure_http: bool) -> Result<Self, Error> {
        let refuse =
            |why: &str| Error::new(ErrorKind::Configuration, format!("the base URL {why}"));
        let text = text.trim();
        let with_scheme = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let url =
            Url::parse(&with_scheme).map_err(|error| refuse(&format!("is invalid: {error}")))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse(
                "has a user name or password in it; use api_key or bearer_token",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("has a query or a fragment"));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) || allow_insecure_http => {}
            "http" => {
                return Err(refuse(
                    "begins with http://, which would send the credentials in the clear and is \
                     accepted for this machine only; use https://",
                ));
            }
            _ => return Err(refuse("must begin with https://")),
        }
        let text = url.as_str().trim_end_matches('/').into();
        Ok(Self { url, text })
    }

    /// As the generated client needs it.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// The host, for people.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// The bytes that its path takes in a request line.
    pub(crate) fn path_len(&self) -> usize {
        self.url.path().trim_end_matches('/').len()
    }

    #[cfg(feature = "semver-exempt")]
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Whether a request to `url` may carry the credentials: the same scheme, host and port.
    pub(crate) fn is_origin_of(&self, url: &Url) -> bool {
        self.url.scheme() == url.scheme()
            && self.url.host() == url.host()
            && self.url.port_or_known_default() == url.port_or_known_default()
    }

    /// Whether a file may be fetched from `url`: over TLS from any host; in the clear only from this machine if
    /// the API is on it, or from the API's own host if requests to the API are in the clear, too.
    pub(crate) fn admits_file(&self, url: &Url) -> bool {
        match url.scheme() {
            "https" => true,
            "http" => {
                (self.is_loopback() && is_loopback(url))
                    || (!self.is_https() && self.url.host() == url.host())
            }
            _ => false,
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    // `x.localhost` is not among them: some resolvers ask the network for it.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host == "localhost."
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_goes_and_a_path_stays() {
        for (text, expected) in [
            ("https://openapi.akool.com", "https://openapi.akool.com"),
            ("https://openapi.akool.com/", "https://openapi.akool.com"),
            ("openapi.akool.com", "https://openapi.akool.com"),
            ("localhost:8080/", "https://localhost:8080"),
            (
                " https://proxy.example/akool// ",
                "https://proxy.example/akool",
            ),
        ] {
            let url = BaseUrl::parse(text, false).unwrap();
            assert_eq!(url.as_str(), expected);
        }
        assert_eq!(
            BaseUrl::parse("https://p.example/akool/", false)
                .unwrap()
                .path_len(),
            6
        );
    }

    #[test]
    fn host_port_and_scheme_are_told() {
        let of = |text: &str| {
            let url = BaseUrl::parse(text, true).unwrap();
            (
                url.host().to_owned(),
                url.port(),
                url.is_https(),
                url.is_loopback(),
            )
        };
        assert_eq!(
            of("https://api.example"),
            ("api.example".into(), 443, true, false)
        );
        assert_eq!(
            of("http://api.example:81/p"),
            ("api.example".into(), 81, false, false)
        );
        assert_eq!(
            of("https://127.0.0.1:8443"),
            ("127.0.0.1".into(), 8443, true, true)
        );
        assert_eq!(
            of("http://localhost"),
            ("localhost".into(), 80, false, true)
        );
        assert_eq!(of("http://[::1]:1"), ("[::1]".into(), 1, false, true));
    }

    #[test]
    fn http_is_for_this_machine_alone_unless_asked_for() {
        for text in [
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://[::1]:1",
            "http://[::ffff:127.0.0.1]",
            "http://localhost",
            "http://localhost.:8080",
        ] {
            assert!(BaseUrl::parse(text, false).is_ok(), "{text}");
        }
        for text in [
            "http://openapi.akool.com",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://akool.localhost",
            "http://[::ffff:10.0.0.1]",
            "http://127.0.0.1.example",
        ] {
            assert!(BaseUrl::parse(text, false).is_err(), "{text}");
            assert!(BaseUrl::parse(text, true).is_ok(), "{text}");
        }
    }

    #[test]
    fn an_invalid_base_url_is_refused_without_being_shown() {
        for text in [
            "",
            "ftp://PLANTED.example",
            "https://user:PLANTED@openapi.akool.com",
            "https://PLANTED@openapi.akool.com",
            "https://openapi.akool.com/?key=PLANTED",
            "https://openapi.akool.com/#PLANTED",
            "https://PLANTED example",
        ] {
            let error = BaseUrl::parse(text, true).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{text}");
            assert!(!format!("{error} {error:?}").contains("PLANTED"), "{error}");
        }
    }

    #[test]
    fn files_come_in_the_clear_from_this_machine_or_the_apis_host_alone() {
        let admits = |base: &str, url: &str| {
            BaseUrl::parse(base, true)
                .unwrap()
                .admits_file(&Url::parse(url).unwrap())
        };
        for base in [
            "https://api.example",
            "http://api.example",
            "http://[::1]:1",
        ] {
            assert!(admits(base, "https://cdn.example/a.png"), "{base}");
            assert!(!admits(base, "http://cdn.example/a.png"), "{base}");
            assert!(!admits(base, "ftp://api.example/a.png"), "{base}");
            assert!(!admits(base, "file:///etc/passwd"), "{base}");
        }
        assert!(admits("http://127.0.0.1:1", "http://127.0.0.1:2/a.png"));
        assert!(admits("https://localhost", "http://127.0.0.1:2/a.png"));
        assert!(!admits("https://api.example", "http://127.0.0.1/a.png"));
        assert!(!admits("http://api.example", "http://127.0.0.1/a.png"));
        assert!(admits("http://api.example", "http://api.example:81/a.png"));
        assert!(!admits("https://api.example", "http://api.example/a.png"));
    }

    #[test]
    fn another_scheme_host_or_port_is_another_origin() {
        let base = BaseUrl::parse("https://api.example/akool", false).unwrap();
        let is = |url: &str| base.is_origin_of(&Url::parse(url).unwrap());
        assert!(is("https://api.example:443/other"));
        assert!(!is("http://api.example/akool"));
        assert!(!is("https://api.example:8443/akool"));
        assert!(!is("https://cdn.example/akool"));
    }
}
