//! Which credentials a request carries, and whether the fake accepts them.
//!
//! According to the vendor's documentation, `Authorization` is used and `x-api-key` discarded if
//! both are present. So a bad bearer token is refused even beside a good key.

use std::{fmt, io};

use akool_faceswap_raw::types::GetTokenRequest;
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

use crate::envelope::PARAMETER;

/// Documented meaning of 1101: token invalid or expired.
const INVALID: i64 = 1101;
/// Documented meaning of 1102: token empty.
const EMPTY: i64 = 1102;

const X_API_KEY: &str = "x-api-key";

/// Which of the two credential headers a request carried, regardless of their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// Neither header.
    None,
    /// `x-api-key` alone.
    ApiKey,
    /// `Authorization` alone.
    Bearer,
    /// Both; the vendor then ignores `x-api-key`.
    Both,
}

impl CredentialKind {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        match (
            headers.contains_key(X_API_KEY),
            headers.contains_key(AUTHORIZATION),
        ) {
            (false, false) => Self::None,
            (true, false) => Self::ApiKey,
            (false, true) => Self::Bearer,
            (true, true) => Self::Both,
        }
    }
}

/// The credentials that a fake accepts.
pub(crate) struct Credentials {
    pub(crate) api_key: String,
    pub(crate) bearer_token: String,
    /// Gets a token, like the API key.
    pub(crate) client_secret: String,
}

impl Credentials {
    /// The business code with which the vendor refuses these headers, if it does.
    pub(crate) fn refuse(&self, headers: &HeaderMap) -> Option<i64> {
        let (given, accepted) = if let Some(authorization) = headers.get(AUTHORIZATION) {
            let authorization = authorization.as_bytes();
            match bearer(authorization) {
                Some(token) => (token, &self.bearer_token),
                None if authorization.trim_ascii().is_empty() => return Some(EMPTY),
                None => return Some(INVALID),
            }
        } else if let Some(key) = headers.get(X_API_KEY) {
            (key.as_bytes().trim_ascii(), &self.api_key)
        } else {
            return Some(EMPTY);
        };
        if given.is_empty() {
            Some(EMPTY)
        } else if given == accepted.as_bytes() {
            None
        } else {
            Some(INVALID)
        }
    }

    /// The token for the body of a token request, or the business code that refuses it.
    ///
    /// The vendor's client secret is the same value as the API key; any client id will do.
    pub(crate) fn token_for(&self, body: &[u8]) -> Result<&str, i64> {
        let request: GetTokenRequest = serde_json::from_slice(body).map_err(|_| PARAMETER)?;
        if request.client_id.is_empty() || request.client_secret.expose().is_empty() {
            Err(PARAMETER)
        } else if [&self.api_key, &self.client_secret]
            .iter()
            .any(|secret| request.client_secret.expose() == *secret)
        {
            Ok(&self.bearer_token)
        } else {
            Err(INVALID)
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// Refuses a credential that a header cannot carry unchanged: leading and trailing spaces would be
/// stripped in transit, and an empty value counts as absent.
pub(crate) fn check(what: &str, value: &str) -> io::Result<()> {
    if value.is_empty() || value.trim() != value || HeaderValue::from_str(value).is_err() {
        let message = format!(
            "the fake's {what} is empty or not a valid header value: use visible ASCII characters"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    Ok(())
}

/// The token of `Bearer TOKEN`; the scheme is case-insensitive (RFC 9110, 11.1).
fn bearer(authorization: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = authorization.split_at_checked(6)?;
    let separated = token.is_empty() || token.starts_with(b" ");
    (scheme.eq_ignore_ascii_case(b"bearer") && separated).then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(headers: &[(&'static str, &'static str)]) -> Option<i64> {
        let credentials = Credentials {
            api_key: "good-key".to_owned(),
            bearer_token: "good-token".to_owned(),
            client_secret: "good-secret".to_owned(),
        };
        let headers: HeaderMap = headers
            .iter()
            .map(|&(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect();
        credentials.refuse(&headers)
    }

    #[test]
    fn the_key_or_the_client_secret_gets_a_token() {
        let credentials = Credentials {
            api_key: "good-key".to_owned(),
            bearer_token: "good-token".to_owned(),
            client_secret: "good-secret".to_owned(),
        };
        for (body, expected) in [
            (
                r#"{"clientId":"c","clientSecret":"good-key"}"#,
                Ok("good-token"),
            ),
            (
                r#"{"clientId":"c","clientSecret":"good-secret"}"#,
                Ok("good-token"),
            ),
            (r#"{"clientId":"c","clientSecret":"bad-key"}"#, Err(1101)),
            (r#"{"clientId":"","clientSecret":"good-key"}"#, Err(1003)),
            (r#"{"clientId":"c","clientSecret":""}"#, Err(1003)),
            (r#"{"clientId":"c"}"#, Err(1003)),
            ("", Err(1003)),
        ] {
            assert_eq!(credentials.token_for(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn one_good_credential_is_enough() {
        assert_eq!(refused(&[("x-api-key", "good-key")]), None);
        assert_eq!(refused(&[("authorization", "Bearer good-token")]), None);
        assert_eq!(refused(&[("authorization", "bearer good-token")]), None);
    }

    #[test]
    fn authorization_decides_if_both_are_present() {
        let good_bearer = [
            ("authorization", "Bearer good-token"),
            ("x-api-key", "bad-key"),
        ];
        assert_eq!(refused(&good_bearer), None);
        let bad_bearer = [
            ("authorization", "Bearer bad-token"),
            ("x-api-key", "good-key"),
        ];
        assert_eq!(refused(&bad_bearer), Some(1101));
        let empty_bearer = [("authorization", "Bearer "), ("x-api-key", "good-key")];
        assert_eq!(refused(&empty_bearer), Some(1102));
    }

    #[test]
    fn missing_credentials_differ_from_wrong_ones() {
        assert_eq!(refused(&[]), Some(1102));
        assert_eq!(refused(&[("x-api-key", "")]), Some(1102));
        assert_eq!(refused(&[("x-api-key", "bad-key")]), Some(1101));
        assert_eq!(refused(&[("x-api-key", "good-token")]), Some(1101));
        assert_eq!(refused(&[("authorization", "")]), Some(1102));
        assert_eq!(refused(&[("authorization", "Bearer")]), Some(1102));
        assert_eq!(refused(&[("authorization", "Bearer good-key")]), Some(1101));
        assert_eq!(refused(&[("authorization", "good-token")]), Some(1101));
        assert_eq!(
            refused(&[("authorization", "Bearergood-token")]),
            Some(1101)
        );
        assert_eq!(refused(&[("authorization", "Basic Z29vZA==")]), Some(1101));
    }
}
