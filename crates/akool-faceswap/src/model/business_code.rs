//! The API's business codes, each with its class: what kind of thing happened.
//!
//! A business code stands in the body of every answer; HTTP says 200 for most errors too. 1000
//! alone is success. The documented list has gaps, so unknown codes are kept as they came.
//!
//! Source: <https://docs.akool.com/authentication/usage>, error codes.

use std::fmt;

/// What kind of thing a [`BusinessCode`] tells of, and so what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BusinessClass {
    /// The operation was accepted.
    Success,
    /// The request itself is wrong; the same request will fail again.
    InvalidRequest,
    /// An image or video is too large, too long, or of a form that is not accepted.
    InputLimit,
    /// Too many requests; the whole client has to slow down.
    RateLimit,
    /// Quota, credit or subscription; a person has to pay or change the plan.
    Billing,
    /// The credentials or the account are not accepted.
    Authentication,
    /// The account may not do this.
    Permission,
    /// What was asked for does not exist.
    NotFound,
    /// What was asked for exists already or is in another state.
    Conflict,
    /// The vendor could not process the job.
    Processing,
    /// A fault of the vendor's servers; a repeated request may succeed.
    Server,
    /// Not in the vendor's list.
    Unknown,
}

macro_rules! business_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal: $class:ident, $words:literal;)+) => {
        /// The `code` of an answer's body.
        ///
        /// ```
        /// use akool_faceswap::error::{BusinessClass, BusinessCode};
        ///
        /// let code = BusinessCode::from_code(1005);
        /// assert_eq!(code, BusinessCode::TooFrequent);
        /// assert_eq!(code.class(), BusinessClass::RateLimit);
        ///
        /// // The vendor's list has gaps; what it does not say is kept as it came.
        /// let later = BusinessCode::from_code(4242);
        /// assert_eq!((later.code(), later.class()), (4242, BusinessClass::Unknown));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum BusinessCode {
            $($(#[doc = $doc])+ $name,)+
            /// A code that this version of the library does not know.
            Unknown(UnknownCode),
        }

        const LISTED: &[(i64, BusinessCode, BusinessClass, &str)] = &[
            $(($code, BusinessCode::$name, BusinessClass::$class, $words),)+
        ];

        impl BusinessCode {
            /// The code as the API writes it.
            pub const fn code(self) -> i64 {
                match self {
                    $(Self::$name => $code,)+
                    Self::Unknown(UnknownCode(code)) => code,
                }
            }

            /// The code that the API writes as `code`.
            pub const fn from_code(code: i64) -> Self {
                match code {
                    $($code => Self::$name,)+
                    _ => Self::Unknown(UnknownCode(code)),
                }
            }

            /// What kind of thing it tells of.
            pub const fn class(self) -> BusinessClass {
                match self {
                    $(Self::$name => BusinessClass::$class,)+
                    Self::Unknown(_) => BusinessClass::Unknown,
                }
            }
        }
    };
}

/// A business code that this version of the library does not know; see [`BusinessCode::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnknownCode(i64);

business_codes! {
    /// 1000: the operation was accepted.
    Success = 1000: Success, "success";
    /// 1003: a parameter is wrong or empty.
    InvalidParameter = 1003: InvalidRequest, "a parameter is wrong or empty";
    /// 1004: the account needs verification.
    NeedsVerification = 1004: Authentication, "the account needs verification";
    /// 1005: operation too frequent.
    TooFrequent = 1005: RateLimit, "operation too frequent";
    /// 1006: the quota is used up.
    QuotaInsufficient = 1006: Billing, "the quota is used up";
    /// 1007: more than 8 faces.
    TooManyFaces = 1007: InvalidRequest, "more than 8 faces";
    /// 1008: not found.
    NotFound = 1008: NotFound, "not found";
    /// 1009: no permission.
    PermissionDenied = 1009: Permission, "no permission";
    /// 1010: conflict with what exists.
    Conflict = 1010: Conflict, "conflict with what exists";
    /// 1011: conflict with what exists.
    Conflict1011 = 1011: Conflict, "conflict with what exists";
    /// 1013: an invalid request; the list gives no words that tell it from others.
    InvalidRequest1013 = 1013: InvalidRequest, "invalid request";
    /// 1014: not found.
    NotFound1014 = 1014: NotFound, "not found";
    /// 1015: video processing failed.
    VideoProcessing = 1015: Processing, "video processing failed";
    /// 1016: face swapping failed.
    FaceSwapping = 1016: Processing, "face swapping failed";
    /// 1017: audio processing failed.
    AudioProcessing = 1017: Processing, "audio processing failed";
    /// 1101: the token is invalid or expired.
    TokenInvalid = 1101: Authentication, "the API key or token is invalid or expired";
    /// 1102: the token is empty.
    TokenEmpty = 1102: Authentication, "the API key or token is empty";
    /// 1103: not paid or overdue.
    PaymentOverdue = 1103: Billing, "the account is not paid or overdue";
    /// 1104: the credit balance is too low.
    InsufficientCredit = 1104: Billing, "the credit balance is too low";
    /// 1105: processing failed.
    Processing1105 = 1105: Processing, "processing failed";
    /// 1108: processing failed.
    Processing1108 = 1108: Processing, "processing failed";
    /// 1109: the account does not exist.
    AccountNotFound = 1109: Authentication, "the account does not exist";
    /// 1110: processing failed.
    Processing1110 = 1110: Processing, "processing failed";
    /// 1111: processing failed.
    Processing1111 = 1111: Processing, "processing failed";
    /// 1112: processing failed.
    Processing1112 = 1112: Processing, "processing failed";
    /// 1200: the account is banned.
    AccountBanned = 1200: Authentication, "the account is banned";
    /// 1201: processing failed.
    Processing1201 = 1201: Processing, "processing failed";
    /// 1202: an invalid request.
    InvalidRequest1202 = 1202: InvalidRequest, "invalid request";
    /// 1203: an invalid request.
    InvalidRequest1203 = 1203: InvalidRequest, "invalid request";
    /// 1204: the video is too long.
    VideoTooLong = 1204: InputLimit, "the video is too long";
    /// 1205: processing failed.
    Processing1205 = 1205: Processing, "processing failed";
    /// 1206: processing failed.
    Processing1206 = 1206: Processing, "processing failed";
    /// 1207: the video is too large.
    VideoTooLarge = 1207: InputLimit, "the video is too large";
    /// 1208: the input could not be parsed.
    InputParsing = 1208: InputLimit, "the input could not be parsed";
    /// 1209: the input's encoding is not accepted.
    InputEncoding = 1209: InputLimit, "the input's encoding is not accepted";
    /// 1210: more than 30 frames a second.
    FrameRateTooHigh = 1210: InputLimit, "more than 30 frames a second";
    /// 1211: processing failed.
    Processing1211 = 1211: Processing, "processing failed";
    /// 1212: processing failed.
    Processing1212 = 1212: Processing, "processing failed";
    /// 1213: needs a subscription.
    SubscriptionRequired = 1213: Billing, "a subscription is needed";
    /// 1221: not subscribed.
    NotSubscribed = 1221: Billing, "the account is not subscribed";
    /// 1222: conflict with what exists.
    Conflict1222 = 1222: Conflict, "conflict with what exists";
    /// 1223: an input limit.
    InputLimit1223 = 1223: InputLimit, "an input limit is exceeded";
    /// 2001: a fault of the vendor's servers.
    ServerFault = 2001: Server, "a fault of the vendor's servers";
}

impl BusinessCode {
    /// Whether the operation was accepted: 1000 alone is.
    pub const fn is_success(self) -> bool {
        matches!(self.class(), BusinessClass::Success)
    }

    /// Whether the client has to slow down.
    pub const fn is_rate_limit(self) -> bool {
        matches!(self.class(), BusinessClass::RateLimit)
    }

    /// Whether somebody has to pay or change the plan.
    pub const fn is_billing(self) -> bool {
        matches!(self.class(), BusinessClass::Billing)
    }

    /// Whether the credentials or the account are not accepted.
    pub const fn is_auth(self) -> bool {
        matches!(self.class(), BusinessClass::Authentication)
    }

    /// Whether the vendor's servers are at fault.
    pub const fn is_server(self) -> bool {
        matches!(self.class(), BusinessClass::Server)
    }

    /// Whether the request itself is wrong.
    pub const fn is_invalid_request(self) -> bool {
        matches!(self.class(), BusinessClass::InvalidRequest)
    }

    /// What the vendor's list says of the code, in short.
    pub fn description(self) -> &'static str {
        LISTED
            .iter()
            .find(|(_, code, ..)| *code == self)
            .map_or("a code that the vendor's list does not have", |row| row.3)
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
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn number_variant_and_class_agree_for_every_listed_code() {
        let mut numbers = HashSet::new();
        for &(number, code, class, words) in LISTED {
            assert!(numbers.insert(number), "{number} stands twice");
            assert_eq!(BusinessCode::from_code(number), code);
            assert_eq!(code.code(), number);
            assert_eq!(code.class(), class);
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
            "7 (a code that the vendor's list does not have)"
        );
    }
}
