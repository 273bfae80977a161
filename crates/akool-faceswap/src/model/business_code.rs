//! The API's business codes, each with its class.
//!
//! Every answer has a business code in its body; the HTTP status is 200 for most errors, too. Only
//! 1000 is success. The documented list has gaps, so unknown codes are kept as they came.
//!
//! Source: <https://docs.akool.com/authentication/usage>, error codes.

use std::fmt;

/// The category of a [`BusinessCode`], which decides what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BusinessClass {
    /// The operation was accepted.
    Success,
    /// The request itself is wrong; the same request will fail again.
    InvalidRequest,
    /// An image or video is too large, too long, or of a form that is not accepted.
    InputLimit,
    /// Too many requests; the whole client must slow down.
    RateLimit,
    /// Quota, credit or subscription; a person has to pay or change the plan.
    Billing,
    /// The credentials or the account are not accepted.
    Authentication,
    /// The account may not do this.
    Permission,
    /// The requested item does not exist.
    NotFound,
    /// The item already exists or is in another state.
    Conflict,
    /// The vendor could not process the job.
    Processing,
    /// A fault of the vendor's servers; a repeated request may succeed.
    Server,
    /// Not in the vendor's list.
    Unknown,
}

/// The `code` of an answer's body.
///
/// The codes that programs act on are constants; every other one is kept as it came.
///
/// ```
/// use akool_faceswap::error::{BusinessClass, BusinessCode};
///
/// let code = BusinessCode::from_code(1005);
/// assert_eq!(code, BusinessCode::TOO_FREQUENT);
/// assert_eq!(code.class(), BusinessClass::RateLimit);
///
/// // The vendor's list has gaps; a code that is not in it is kept, too.
/// let later = BusinessCode::from_code(4242);
/// assert_eq!((later.code(), later.class()), (4242, BusinessClass::Unknown));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusinessCode(i64);

use BusinessClass as Class;

/// The vendor's list, by number: each code with its class and its description.
#[rustfmt::skip]
const LISTED: &[(i64, BusinessClass, &str)] = &[
    (1000, Class::Success, "success"),
    (1003, Class::InvalidRequest, "a parameter is wrong or empty"),
    (1004, Class::Authentication, "the account needs verification"),
    (1005, Class::RateLimit, "operation too frequent"),
    (1006, Class::Billing, "the quota is used up"),
    (1007, Class::InvalidRequest, "more than 8 faces"),
    (1008, Class::NotFound, "not found"),
    (1009, Class::Permission, "no permission"),
    (1010, Class::Conflict, "conflict with what exists"),
    (1011, Class::Conflict, "conflict with what exists"),
    (1013, Class::InvalidRequest, "invalid request"),
    (1014, Class::NotFound, "not found"),
    (1015, Class::Processing, "video processing failed"),
    (1016, Class::Processing, "face swapping failed"),
    (1017, Class::Processing, "audio processing failed"),
    (1101, Class::Authentication, "the API key or token is invalid or expired"),
    (1102, Class::Authentication, "the API key or token is empty"),
    (1103, Class::Billing, "the account is not paid or overdue"),
    (1104, Class::Billing, "the credit balance is too low"),
    (1105, Class::Processing, "processing failed"),
    (1108, Class::Processing, "processing failed"),
    (1109, Class::Authentication, "the account does not exist"),
    (1110, Class::Processing, "processing failed"),
    (1111, Class::Processing, "processing failed"),
    (1112, Class::Processing, "processing failed"),
    (1200, Class::Authentication, "the account is banned"),
    (1201, Class::Processing, "processing failed"),
    (1202, Class::InvalidRequest, "invalid request"),
    (1203, Class::InvalidRequest, "invalid request"),
    (1204, Class::InputLimit, "the video is too long"),
    (1205, Class::Processing, "processing failed"),
    (1206, Class::Processing, "processing failed"),
    (1207, Class::InputLimit, "the video is too large"),
    (1208, Class::InputLimit, "the input could not be parsed"),
    (1209, Class::InputLimit, "the input's encoding is not accepted"),
    (1210, Class::InputLimit, "more than 30 frames a second"),
    (1211, Class::Processing, "processing failed"),
    (1212, Class::Processing, "processing failed"),
    (1213, Class::Billing, "a subscription is needed"),
    (1221, Class::Billing, "the account is not subscribed"),
    (1222, Class::Conflict, "conflict with what exists"),
    (1223, Class::InputLimit, "an input limit is exceeded"),
    (2001, Class::Server, "a fault of the vendor's servers"),
];

impl BusinessCode {
    /// 1000: the operation was accepted.
    pub const SUCCESS: Self = Self(1000);
    /// 1003: a parameter is wrong or empty.
    pub const INVALID_PARAMETER: Self = Self(1003);
    /// 1004: the account needs verification.
    pub const NEEDS_VERIFICATION: Self = Self(1004);
    /// 1005: operation too frequent.
    pub const TOO_FREQUENT: Self = Self(1005);
    /// 1006: the quota is used up.
    pub const QUOTA_INSUFFICIENT: Self = Self(1006);
    /// 1007: more than 8 faces.
    pub const TOO_MANY_FACES: Self = Self(1007);
    /// 1008: not found.
    pub const NOT_FOUND: Self = Self(1008);
    /// 1009: no permission.
    pub const PERMISSION_DENIED: Self = Self(1009);
    /// 1010: conflict with what exists.
    pub const CONFLICT: Self = Self(1010);
    /// 1015: video processing failed.
    pub const VIDEO_PROCESSING: Self = Self(1015);
    /// 1016: face swapping failed.
    pub const FACE_SWAPPING: Self = Self(1016);
    /// 1017: audio processing failed.
    pub const AUDIO_PROCESSING: Self = Self(1017);
    /// 1101: the token is invalid or expired.
    pub const TOKEN_INVALID: Self = Self(1101);
    /// 1102: the token is empty.
    pub const TOKEN_EMPTY: Self = Self(1102);
    /// 1103: not paid or overdue.
    pub const PAYMENT_OVERDUE: Self = Self(1103);
    /// 1104: the credit balance is too low.
    pub const INSUFFICIENT_CREDIT: Self = Self(1104);
    /// 1109: the account does not exist.
    pub const ACCOUNT_NOT_FOUND: Self = Self(1109);
    /// 1200: the account is banned.
    pub const ACCOUNT_BANNED: Self = Self(1200);
    /// 1204: the video is too long.
    pub const VIDEO_TOO_LONG: Self = Self(1204);
    /// 1207: the video is too large.
    pub const VIDEO_TOO_LARGE: Self = Self(1207);
    /// 1208: the input could not be parsed.
    pub const INPUT_PARSING: Self = Self(1208);
    /// 1209: the input's encoding is not accepted.
    pub const INPUT_ENCODING: Self = Self(1209);
    /// 1210: more than 30 frames a second.
    pub const FRAME_RATE_TOO_HIGH: Self = Self(1210);
    /// 1213: needs a subscription.
    pub const SUBSCRIPTION_REQUIRED: Self = Self(1213);
    /// 1221: not subscribed.
    pub const NOT_SUBSCRIBED: Self = Self(1221);
    /// 2001: a fault of the vendor's servers.
    pub const SERVER_FAULT: Self = Self(2001);

    /// The code that the API writes as `code`.
    pub const fn from_code(code: i64) -> Self {
        Self(code)
    }

    /// The code as the API writes it.
    pub const fn code(self) -> i64 {
        self.0
    }

    /// The category of the code.
    pub fn class(self) -> BusinessClass {
        self.listed().map_or(Class::Unknown, |(_, class, _)| *class)
    }

    fn listed(self) -> Option<&'static (i64, BusinessClass, &'static str)> {
        let at = LISTED
            .binary_search_by_key(&self.0, |(code, ..)| *code)
            .ok()?;
        LISTED.get(at)
    }

    /// Whether the operation was accepted: only 1000 means so.
    pub fn is_success(self) -> bool {
        self == Self::SUCCESS
    }

    /// Whether the client must slow down.
    pub fn is_rate_limit(self) -> bool {
        matches!(self.class(), BusinessClass::RateLimit)
    }

    /// Whether somebody has to pay or change the plan.
    pub fn is_billing(self) -> bool {
        matches!(self.class(), BusinessClass::Billing)
    }

    /// Whether the credentials or the account are not accepted.
    pub fn is_auth(self) -> bool {
        matches!(self.class(), BusinessClass::Authentication)
    }

    /// Whether the vendor's servers are at fault.
    pub fn is_server(self) -> bool {
        matches!(self.class(), BusinessClass::Server)
    }

    /// Whether the request itself is wrong.
    pub fn is_invalid_request(self) -> bool {
        matches!(self.class(), BusinessClass::InvalidRequest)
    }

    /// A short description of the code, from the vendor's list.
    pub fn description(self) -> &'static str {
        self.listed()
            .map_or("a code that is not in the vendor's list", |(.., words)| {
                words
            })
    }
}

/// The number and what it says: `1005 (operation too frequent)`.
impl fmt::Display for BusinessCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.code(), self.description())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_every_code_is_found_in_it() {
        assert!(LISTED.is_sorted_by(|one, next| one.0 < next.0));
        for &(number, class, words) in LISTED {
            let code = BusinessCode::from_code(number);
            assert_eq!((code.code(), code.class()), (number, class));
            assert_eq!(code.description(), words);
        }
    }

    #[test]
    fn classes_are_those_of_the_vendors_list() {
        use BusinessClass as C;
        for (class, codes) in [
            (C::Success, &[1000][..]),
            (C::InvalidRequest, &[1003, 1007, 1013, 1202, 1203]),
            (C::InputLimit, &[1204, 1207, 1208, 1209, 1210, 1223]),
            (C::RateLimit, &[1005]),
            (C::Billing, &[1006, 1103, 1104, 1213, 1221]),
            (C::Authentication, &[1101, 1102, 1004, 1109, 1200]),
            (C::Permission, &[1009]),
            (C::NotFound, &[1008, 1014]),
            (C::Conflict, &[1010, 1011, 1222]),
            (
                C::Processing,
                &[
                    1015, 1016, 1017, 1105, 1108, 1110, 1111, 1112, 1201, 1205, 1206, 1211, 1212,
                ],
            ),
            (C::Server, &[2001]),
            (C::Unknown, &[0, 999, 1001, 1002, 1214, 4242, -1]),
        ] {
            for &code in codes {
                assert_eq!(BusinessCode::from_code(code).class(), class, "{code}");
            }
        }
    }

    #[test]
    fn predicates_follow_the_class() {
        let of = BusinessCode::from_code;
        assert!(of(1000).is_success() && !of(1005).is_success());
        assert!(of(1005).is_rate_limit() && !of(1000).is_rate_limit());
        assert!(of(1006).is_billing() && !of(1000).is_billing());
        assert!(of(1101).is_auth() && !of(1000).is_auth());
        assert!(of(2001).is_server() && !of(1000).is_server());
        assert!(of(1003).is_invalid_request() && !of(1000).is_invalid_request());
    }

    #[test]
    fn it_shows_number_and_words() {
        assert_eq!(
            BusinessCode::from_code(1005).to_string(),
            "1005 (operation too frequent)"
        );
        assert_eq!(
            BusinessCode::from_code(7).to_string(),
            "7 (a code that is not in the vendor's list)"
        );
    }
}
