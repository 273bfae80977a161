//! The proxies of the environment, by the same rules as the HTTP client, which are those of its library.

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use crate::environment::Environment;

/// The variables for an https:// URL: of each pair the first that exists counts, and the second pair only if the first
/// names no proxy.
const PAIRS: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// What a variable names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Proxy,
    /// A kind that this command does not support.
    Socks,
    /// The port is not a number; the default one would be used.
    WithoutPort,
    /// It is ignored.
    Nothing,
}

/// The names of the variables that count and are set.
pub(crate) fn variables(environment: &Environment) -> impl Iterator<Item = &'static str> {
    PAIRS.into_iter().filter_map(|pair| {
        pair.into_iter()
            .find(|name| environment.exists(name))
            .filter(|name| environment.is_set(name))
    })
}

/// The variable of the proxy through which `url` is reached, if there is one.
pub(crate) fn for_url(environment: &Environment, url: &str) -> Option<&'static str> {
    let name = variables(environment).find(|name| use_of(environment, name) != Use::Nothing)?;
    let url: Uri = url.parse().ok()?;
    let exceptions = EXCEPTIONS
        .into_iter()
        .find(|name| environment.exists(name))
        .and_then(|name| environment.get(name).ok()?)
        .unwrap_or_default();
    let value = environment.get(name).ok()??;
    let matcher = Matcher::builder().all(value).no(exceptions).build();
    matcher.intercept(&url).map(|_| name)
}

/// What is wrong with the variables, and what to do: those that do not do what was probably meant.
pub(crate) fn warnings(environment: &Environment) -> impl Iterator<Item = (String, &'static str)> {
    const SET: &str = "set it to http://HOST:PORT, or unset it";
    variables(environment).filter_map(|name| match use_of(environment, name) {
        Use::Proxy => None,
        Use::Socks => Some((
            format!("{name} names a SOCKS proxy, which this command does not support"),
            "name an http:// or https:// proxy, or unset it",
        )),
        Use::WithoutPort => Some((format!("the port in {name} is not a number"), SET)),
        Use::Nothing => Some((
            format!("{name} is not the URL of a proxy and is ignored: requests are sent directly"),
            SET,
        )),
    })
}

fn use_of(environment: &Environment, name: &str) -> Use {
    let Ok(Some(value)) = environment.get(name) else {
        return Use::Nothing;
    };
    let somewhere = Uri::from_static("https://openapi.akool.com");
    let proxy = Matcher::builder().all(value).build().intercept(&somewhere);
    let Some(proxy) = proxy else {
        return Use::Nothing;
    };
    let uri = proxy.uri();
    let is_longer = |part: &str| uri.authority().is_some_and(|all| all.as_str() != part);
    if uri
        .scheme_str()
        .is_some_and(|scheme| scheme.starts_with("socks"))
    {
        Use::Socks
    } else if uri.port_u16().is_none() && uri.host().is_none_or(is_longer) {
        Use::WithoutPort
    } else {
        Use::Proxy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://openapi.akool.com/api";

    fn found(variables: &[(&str, &str)]) -> (Option<&'static str>, usize) {
        let environment = variables.iter().copied().collect();
        (for_url(&environment, API), warnings(&environment).count())
    }

    #[test]
    fn a_variable_counts_as_the_client_counts_it() {
        for (variables, expected) in [
            (&[][..], (None, 0)),
            (
                &[("HTTPS_PROXY", "http://p:1")][..],
                (Some("HTTPS_PROXY"), 0),
            ),
            (&[("https_proxy", "p:1")], (Some("https_proxy"), 0)),
            (&[("all_proxy", "https://u:s@p:1/")], (Some("all_proxy"), 0)),
            // For other URLs.
            (&[("HTTP_PROXY", "http://p:1")], (None, 0)),
            (&[("HTTPS_PROXY", "ftp://p:1")], (None, 1)),
            (
                &[("HTTPS_PROXY", "http://p:port")],
                (Some("HTTPS_PROXY"), 1),
            ),
            (&[("HTTPS_PROXY", "http:// p")], (None, 1)),
            (&[("HTTPS_PROXY", "http:///")], (None, 1)),
            (&[("HTTPS_PROXY", "socks5://p:1")], (Some("HTTPS_PROXY"), 1)),
            (
                &[("HTTPS_PROXY", "ftp://p"), ("ALL_PROXY", "http://p:1")],
                (Some("ALL_PROXY"), 1),
            ),
            // The empty one hides the other.
            (
                &[("HTTPS_PROXY", ""), ("https_proxy", "http://p:1")],
                (None, 0),
            ),
            (
                &[("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", ".akool.com")],
                (None, 0),
            ),
            (
                &[("HTTPS_PROXY", "http://p:1"), ("no_proxy", "example.com")],
                (Some("HTTPS_PROXY"), 0),
            ),
        ] {
            assert_eq!(found(variables), expected, "{variables:?}");
        }
    }
}
