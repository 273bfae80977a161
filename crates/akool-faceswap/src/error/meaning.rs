//! What an error means: the questions that a program asks, and what a person can do.

use http::StatusCode;

use crate::error::{Error, ErrorKind};
use crate::model::{BusinessClass, BusinessCode};

impl Error {
    /// Whether the same call may succeed later without anybody changing anything.
    ///
    /// Connection faults, time limits, a full client, HTTP 408, 429 and 5xx, and the business codes of rate limits
    /// (1005) and server faults (2001). For lookups such a call was repeated already as often as
    /// the client's settings allow.
    ///
    /// # Troubleshooting
    ///
    /// Where this is `true` for minutes on end, look at the network and at the vendor's status; a
    /// shorter interval between calls makes it worse.
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Connect
            | ErrorKind::Timeout
            | ErrorKind::Transport
            | ErrorKind::TooManyIds => true,
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

    /// Whether the input can never work, whoever asks.
    ///
    /// # Troubleshooting
    ///
    /// Look at the ids: the message names what is wrong with which. An `_id` of a submit answer is
    /// needed, not its `job_id`.
    pub fn is_invalid_input(&self) -> bool {
        self.kind() == ErrorKind::InvalidInput
            || self
                .business_code()
                .is_some_and(BusinessCode::is_invalid_request)
    }

    /// Whether the client's settings or environment are at fault.
    ///
    /// # Troubleshooting
    ///
    /// Set `AKOOL_API_KEY`, or give the builder exactly one kind of credentials; a base URL must
    /// begin with `https://` unless it is on this machine.
    pub fn is_configuration(&self) -> bool {
        self.kind() == ErrorKind::Configuration
    }

    /// Whether the credentials or the account were refused.
    ///
    /// # Troubleshooting
    ///
    /// Compare the key with the one of the vendor's console; a key that was copied with a missing
    /// character, or that belongs to another account, gives 1101. Nothing is repeated until the
    /// credentials change.
    pub fn is_auth(&self) -> bool {
        self.business_code().is_some_and(BusinessCode::is_auth)
            || self.is_http(StatusCode::UNAUTHORIZED)
    }

    /// Whether somebody has to pay, or to change the plan.
    ///
    /// # Troubleshooting
    ///
    /// Look at the credit balance and the subscription in the vendor's console. Jobs that are
    /// already running are not lost.
    pub fn is_billing(&self) -> bool {
        self.business_code().is_some_and(BusinessCode::is_billing)
            || self.is_http(StatusCode::PAYMENT_REQUIRED)
    }

    /// Whether the server asked the whole client to slow down.
    ///
    /// # Troubleshooting
    ///
    /// Ask for many ids in one call in place of one each, share one client among all tasks, and
    /// look for other programs that use the same account.
    pub fn is_rate_limit(&self) -> bool {
        self.business_code()
            .is_some_and(BusinessCode::is_rate_limit)
            || self.is_http(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether a time limit passed.
    ///
    /// # Troubleshooting
    ///
    /// The message says which limit. If it is the operation's, attempts before it may have failed
    /// for another reason: see the source.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether there was no connection to the server.
    ///
    /// # Troubleshooting
    ///
    /// Look at the base URL, name resolution, proxies, firewalls and certificates; the source says
    /// which of them it was.
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
    }

    /// Whether the answer was not one of this API.
    ///
    /// # Troubleshooting
    ///
    /// Often a proxy or a login page answered in place of the API: see
    /// [`body_snippet`](Self::body_snippet).
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    /// Whether the server wanted to send the request elsewhere.
    ///
    /// # Troubleshooting
    ///
    /// Redirects are refused, since the credentials would go along. Set the base URL to where the
    /// API really is; the message names the host.
    pub fn is_redirect(&self) -> bool {
        self.kind() == ErrorKind::Redirect
    }

    /// Whether a result is not there to be downloaded: deleted after its 7 days, or not filled in
    /// yet.
    ///
    /// # Troubleshooting
    ///
    /// Compare [`Job::expires_at`](crate::model::Job::expires_at) with the time of day. If the job is
    /// younger, look it up again and download what the fresh answer names; if it is older, only a
    /// new submit makes the result again.
    pub fn is_expired(&self) -> bool {
        self.kind() == ErrorKind::Expired
    }

    fn is_http(&self, status: StatusCode) -> bool {
        self.meant_status() == Some(status)
    }

    /// The HTTP status, where it is what says what happened: where the body is no envelope, or one
    /// with a code that is not the vendor's, such as a gateway's own JSON.
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

    /// What to do, in a few words.
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
            return "wait, then ask less often: many ids in one call, one client for all tasks";
        }
        match self.kind() {
            ErrorKind::InvalidInput => "correct the input; no request was made",
            ErrorKind::TooManyIds => "wait until others have ended, or raise max_tracked_ids",
            ErrorKind::Configuration => "correct the client's settings; no request was made",
            ErrorKind::Credentials => "see why the token provider fails; no request was made",
            ErrorKind::Connect => "check the base URL, the network, proxies and certificates",
            ErrorKind::Timeout => "try again later, or allow more time",
            ErrorKind::Transport => "try again; if it stays, look at proxies on the way",
            ErrorKind::ResponseTooLarge => "ask for fewer ids in one request, or allow more bytes",
            ErrorKind::Redirect => "set the base URL to where the API is; redirects are refused",
            ErrorKind::Http if self.is_retryable() => "try again later",
            ErrorKind::Http => "check the base URL, and proxies on the way",
            ErrorKind::Decode => "check that the base URL is the API's and not a proxy's",
            ErrorKind::Api if self.is_invalid_input() => "check the ids: `_id`, not `job_id`",
            ErrorKind::Api if self.is_retryable() => "try again later",
            ErrorKind::Api => "look the code up in the vendor's documentation",
            ErrorKind::FaceCount => "use another picture, or choose among its faces",
            ErrorKind::NoResult => {
                "download jobs whose status is Success; wait for one that has not ended"
            }
            ErrorKind::Expired => {
                "look the job up again: results live 7 days, and a URL may be given out before it \
                 is filled"
            }
            ErrorKind::UnexpectedContent => {
                "look the job up again and download anew; if it stays, look at proxies on the way"
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

    #[test]
    fn every_kind_has_its_own_name_and_predicate() {
        type Predicate = fn(&Error) -> bool;
        let predicates: [(ErrorKind, Predicate); 8] = [
            (ErrorKind::InvalidInput, Error::is_invalid_input),
            (ErrorKind::Configuration, Error::is_configuration),
            (ErrorKind::Timeout, Error::is_timeout),
            (ErrorKind::Connect, Error::is_connect),
            (ErrorKind::Decode, Error::is_decode),
            (ErrorKind::Redirect, Error::is_redirect),
            (ErrorKind::Transport, Error::is_retryable),
            (ErrorKind::Expired, Error::is_expired),
        ];
        for (kind, predicate) in predicates {
            assert!(predicate(&Error::new(kind, "")), "{kind}");
            assert!(
                !predicate(&Error::new(ErrorKind::ResponseTooLarge, "")),
                "{kind}"
            );
        }
    }
}
