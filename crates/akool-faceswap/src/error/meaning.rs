//! What an error means: predicates for programs, and advice for people.
//!
//! A predicate is here only if it spans several kinds, such as a business code and an HTTP status
//! that mean the same. A single kind is asked for by [`Error::kind`].

use http::StatusCode;

use crate::error::{Error, ErrorKind};
use crate::model::{BusinessClass, BusinessCode};

impl Error {
    /// Whether the same call may succeed later without any change.
    ///
    /// `true` for connection errors, timeouts, too many tracked ids, HTTP 408, 429 and 5xx, the business codes
    /// of rate limits (1005) and server errors (2001), and an answer that is empty or ends too early. A lookup
    /// has already been retried, as often as the client's settings allow.
    ///
    /// # Troubleshooting
    ///
    /// If this stays `true` for minutes, check the network and the vendor's status; calling more
    /// often makes it worse.
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Connect
            | ErrorKind::Timeout
            | ErrorKind::Transport
            | ErrorKind::TooManyIds => true,
            ErrorKind::Decode => self.0.is_cut,
            _ => {
                self.meant_status().is_some_and(|status| {
                    status.is_server_error()
                        || status == StatusCode::REQUEST_TIMEOUT
                        || status == StatusCode::TOO_MANY_REQUESTS
                }) || self
                    .business_code()
                    .is_some_and(|code| code.is_rate_limit() || code.is_server())
            }
        }
    }

    /// Whether the input is invalid, no matter who sends it.
    ///
    /// # Troubleshooting
    ///
    /// The message says which id is wrong and why. Use the `_id` of a submit's answer, not its
    /// `job_id`.
    pub fn is_invalid_input(&self) -> bool {
        self.kind() == ErrorKind::InvalidInput
            || self
                .business_code()
                .is_some_and(BusinessCode::is_invalid_request)
    }

    /// Whether the credentials or the account were refused.
    ///
    /// # Troubleshooting
    ///
    /// Compare the key with the one in the vendor's console. A key that lacks a character, or belongs
    /// to another account, gives 1101. Such a request is not retried.
    pub fn is_auth(&self) -> bool {
        self.business_code().is_some_and(BusinessCode::is_auth)
            || self.is_http(StatusCode::UNAUTHORIZED)
    }

    /// Whether the account needs credit or another plan.
    ///
    /// # Troubleshooting
    ///
    /// Check the credit balance and the subscription in the vendor's console. Jobs that are already
    /// running are not lost.
    pub fn is_billing(&self) -> bool {
        self.business_code().is_some_and(BusinessCode::is_billing)
            || self.is_http(StatusCode::PAYMENT_REQUIRED)
    }

    /// Whether the server asked the client to slow down.
    ///
    /// # Troubleshooting
    ///
    /// Look up many ids in one call, share one client among all tasks, and check for other programs
    /// that use the same account.
    pub fn is_rate_limit(&self) -> bool {
        self.business_code()
            .is_some_and(BusinessCode::is_rate_limit)
            || self.is_http(StatusCode::TOO_MANY_REQUESTS)
    }

    fn is_http(&self, status: StatusCode) -> bool {
        self.meant_status() == Some(status)
    }

    /// The HTTP status, if it decides what the error means: the body is not an envelope, or its code
    /// is not one of the vendor's, as in a gateway's own JSON.
    fn meant_status(&self) -> Option<StatusCode> {
        let counts = match self.kind() {
            ErrorKind::Http => true,
            ErrorKind::Api => self
                .business_code()
                .is_some_and(|code| code.class() == BusinessClass::Unknown),
            _ => false,
        };
        self.0.http_status.filter(|_| counts)
    }

    /// What to do, in a few words. It is part of `Debug` output, but not of `Display`.
    pub fn advice(&self) -> &'static str {
        if let Some(advice) = self.0.advice {
            return advice;
        }
        if self.is_auth() {
            return "check the API key (AKOOL_API_KEY) against the vendor's console";
        }
        if self.is_billing() {
            return "top up credit or check the subscription in the vendor's console";
        }
        if self.is_rate_limit() {
            return "wait, then send fewer requests: many ids in one call, one client for all tasks";
        }
        match self.kind() {
            ErrorKind::InvalidInput => "correct the input; no request was made",
            ErrorKind::TooManyIds => "wait until other waits have ended, or raise max_tracked_ids",
            ErrorKind::Configuration => "correct the client's settings; no request was made",
            ErrorKind::Credentials => "fix the token provider; no request was made",
            ErrorKind::Connect => "check the base URL, the network, proxies and certificates",
            ErrorKind::Timeout => "try again later, or allow more time",
            ErrorKind::Transport => {
                "try again; if the error persists, check the proxies in between"
            }
            ErrorKind::ResponseTooLarge => "ask for fewer ids in one request, or allow more bytes",
            ErrorKind::Redirect => "set the base URL to where the API is; redirects are refused",
            ErrorKind::Http if self.is_retryable() => "try again later",
            ErrorKind::Http => "check the base URL and the proxies in between",
            ErrorKind::Decode if self.is_retryable() => {
                "try again; if the error persists, check the proxies in between"
            }
            ErrorKind::Decode => "check that the base URL is the API's and not a proxy's",
            ErrorKind::Api if self.is_invalid_input() => "check the ids: `_id`, not `job_id`",
            ErrorKind::Api if self.is_retryable() => "try again later",
            ErrorKind::Api => "look the code up in the vendor's documentation",
            ErrorKind::FaceCount => "use another picture, or choose among its faces",
            ErrorKind::JobFailed => "submit it again if the input is good",
            ErrorKind::Missing => "check the id and the account; a deleted job does not come back",
            ErrorKind::ShutDown => "resume its ticket; do not submit the job again",
            ErrorKind::NoResult => {
                "download jobs whose status is Success; wait for jobs that have not ended"
            }
            ErrorKind::Expired => {
                "look the job up again: results are deleted after 7 days, and the API returns a \
                 URL before its file exists"
            }
            ErrorKind::UnexpectedContent => {
                "look the job up again and download it again; if the error persists, check the proxies in between"
            }
            ErrorKind::Io => "check the path, its permissions and the free space",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_retryable_is_exactly_what_the_rules_say() {
        let http = |status: u16| {
            Error::new(ErrorKind::Http, "")
                .with_http_status(StatusCode::from_u16(status).unwrap())
                .is_retryable()
        };
        for status in [408, 429, 500, 502, 503, 504, 599] {
            assert!(http(status), "{status}");
        }
        for status in [400, 401, 402, 403, 404, 409, 413, 414, 422] {
            assert!(!http(status), "{status}");
        }
        let api = |code: i64| {
            Error::new(ErrorKind::Api, "")
                .with_business_code(BusinessCode::from_code(code))
                .is_retryable()
        };
        for code in [1005, 2001] {
            assert!(api(code), "{code}");
        }
        for code in [1003, 1006, 1101, 1102, 1104, 1015, 4242] {
            assert!(!api(code), "{code}");
        }
        for (kind, expected) in [
            (ErrorKind::Connect, true),
            (ErrorKind::Timeout, true),
            (ErrorKind::Transport, true),
            (ErrorKind::InvalidInput, false),
            (ErrorKind::Configuration, false),
            (ErrorKind::Credentials, false),
            (ErrorKind::ResponseTooLarge, false),
            (ErrorKind::Redirect, false),
            (ErrorKind::Decode, false),
            (ErrorKind::NoResult, false),
            (ErrorKind::Expired, false),
            (ErrorKind::UnexpectedContent, false),
            (ErrorKind::Io, false),
        ] {
            assert_eq!(Error::new(kind, "").is_retryable(), expected, "{kind}");
        }
    }

    #[test]
    fn advice_is_about_what_happened() {
        let api = |code| {
            Error::new(ErrorKind::Api, "")
                .with_business_code(BusinessCode::from_code(code))
                .advice()
        };
        assert!(api(1101).contains("AKOOL_API_KEY"));
        assert!(api(1104).contains("credit"));
        assert!(api(1005).contains("wait"));
        assert!(api(1003).contains("`_id`, not `job_id`"));
        assert!(api(2001).contains("try again later"));
        assert!(api(4242).contains("vendor's documentation"));
        let http = |status| {
            Error::new(ErrorKind::Http, "")
                .with_http_status(StatusCode::from_u16(status).unwrap())
                .advice()
        };
        assert_eq!(http(503), "try again later");
        assert!(http(404).contains("base URL"));
        let decode = |is_cut| Error::new(ErrorKind::Decode, "").with_cut(is_cut).advice();
        assert!(decode(true).starts_with("try again"));
        assert!(decode(false).contains("not a proxy's"));
        let of = |kind| Error::new(kind, "").advice();
        assert!(of(ErrorKind::NoResult).contains("Success"));
        assert!(of(ErrorKind::Expired).contains("7 days"));
        assert!(of(ErrorKind::Io).contains("permissions"));
        let own = Error::new(ErrorKind::Http, "").with_advice("do this");
        assert_eq!(own.advice(), "do this");
    }

    #[test]
    fn predicates_see_business_codes_and_http_statuses() {
        let api =
            |code| Error::new(ErrorKind::Api, "").with_business_code(BusinessCode::from_code(code));
        let http = |status| {
            Error::new(ErrorKind::Http, "").with_http_status(StatusCode::from_u16(status).unwrap())
        };
        assert!(api(1101).is_auth() && http(401).is_auth() && !http(403).is_auth());
        assert!(api(1104).is_billing() && http(402).is_billing() && !api(1101).is_billing());
        assert!(
            api(1005).is_rate_limit() && http(429).is_rate_limit() && !http(503).is_rate_limit()
        );
        assert!(api(1003).is_invalid_input() && !api(1005).is_invalid_input());
    }
}
