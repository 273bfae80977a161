//! Faults as text, for people who drive the fake from a command line or a configuration file.
//!
//! A rule is an [`Answer`] together with its text form: what happens, its value, then to which
//! requests and how often.

mod parse;

use std::{error::Error, fmt, str::FromStr};

use crate::answer::{
    Answer,
    selector::{Sampling, Scope},
};

/// One fault as text: `WHAT[=VALUE][:SELECTOR]...`.
///
/// It applies to every request to the API unless selectors say otherwise. Rules are tried in the
/// order in which they are pushed: the first that matches a request decides. Latency, missing jobs,
/// and a rate limit that is not reached leave the decision to the next rule.
///
/// | what | what happens |
/// | --- | --- |
/// | `503`, `503=2s` | an HTML page with this HTTP status (200 to 999), optionally with `Retry-After` |
/// | `1005`, `1005=3s` | an envelope with this business code of four digits, with HTTP 200 |
/// | `rate-limit=50/1s` | more than 50 requests a second get 1005; `rate-limit=50/1s/429`: HTTP 429 |
/// | `latency=200ms` | the answer is delayed, at most 5 minutes |
/// | `missing-first=3` | each job has no row in its first 3 lookups |
/// | `hang-up`, `reset`, `silent` | the connection is closed, reset, or kept open without an answer |
/// | `truncated`, `chunk-cut`, `reset-in-body` | the body is cut off after its first half |
/// | `reset-before-body`, `reset-in-request` | the connection is reset before or in the body of the request |
/// | `without-id` | a submission is accepted, and the answer has no `_id` |
/// | `endless` | the body does not end |
/// | `slow=1000/1s` | 1000 bytes of the body are sent each second |
/// | `redirect=URL` | HTTP 302 to this URL |
/// | `content-type=text/html` | the normal answer with another `Content-Type` |
/// | `duplicate-rows`, `foreign-row` | each row twice; a row that was not requested |
/// | `unknown-status`, `unknown-status=7` | rows with this `faceswap_status`, by default 5 |
/// | `odd`, `odd=status-text` | a random [`Malformed`](crate::Malformed), or this one |
///
/// | selector | which requests |
/// | --- | --- |
/// | `5%` | this percentage of the requests, drawn from the seed; at most four decimals |
/// | `every=20` | every 20th request |
/// | `3x` | the first three matching requests |
/// | `id=ID` | lookups of this id, which may not contain a colon |
/// | `handled` | after the request was handled as usual: a submission has created its job |
/// | `lookups`, `submits` | only these requests to the API |
/// | `files` | downloads of result files instead of requests to the API |
/// | `connections` | new connections, before any request; only with `hang-up`, `reset` and `silent` |
///
/// ```
/// use akool_faceswap_mock::{FakeAkool, FaultRule};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let fake = FakeAkool::start()?;
/// for text in ["rate-limit=50/1s", "503:5%", "reset:every=20", "truncated:files:3x"] {
///     fake.push_answer(text.parse::<FaultRule>()?);
/// }
/// // The text form is normalized.
/// assert_eq!("503=1500ms:2x:0.50%".parse::<FaultRule>()?.to_string(), "503=1s500ms:0.5%:2x");
/// let error = "fifty".parse::<FaultRule>().unwrap_err();
/// assert!(error.to_string().contains("rate-limit=50/1s"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FaultRule {
    /// `WHAT[=VALUE]` in its normal form.
    fault: String,
    answer: Answer,
}

impl FaultRule {
    /// One example of each fault, for a help text.
    ///
    /// ```
    /// use akool_faceswap_mock::FaultRule;
    ///
    /// for example in FaultRule::FAULTS.split(", ") {
    ///     assert!(example.parse::<FaultRule>().is_ok(), "{example}");
    /// }
    /// ```
    pub const FAULTS: &str = "503, 503=2s, 1005, 1005=3s, rate-limit=50/1s, \
        rate-limit=50/1s/429, latency=200ms, missing-first=3, hang-up, reset, silent, truncated, \
        chunk-cut, reset-in-body, \
        reset-before-body, reset-in-request, without-id, endless, slow=1000/1s, redirect=https://example.com/, \
        content-type=text/html, duplicate-rows, foreign-row, unknown-status=5, odd, \
        odd=status-text";

    /// One example of each selector, for a help text.
    pub const SELECTORS: &str = "5%, every=20, 3x, id=ID, handled, lookups, submits, files, \
        connections";
}

impl From<FaultRule> for Answer {
    fn from(rule: FaultRule) -> Self {
        rule.answer
    }
}

/// Two rules are equal if their normal forms are.
impl PartialEq for FaultRule {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for FaultRule {}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fault)?;
        let selector = &self.answer.selector;
        match selector.sampling {
            Sampling::All => {}
            Sampling::Every(nth) => write!(f, ":every={nth}")?,
            Sampling::Share(share) => {
                let millionths = share.millionths();
                let (whole, part) = (millionths / 10_000, millionths % 10_000);
                let decimals = format!("{part:04}");
                let decimals = decimals.trim_end_matches('0');
                let point = if decimals.is_empty() { "" } else { "." };
                write!(f, ":{whole}{point}{decimals}%")?;
            }
        }
        if let Some(times) = selector.times {
            write!(f, ":{times}x")?;
        }
        if let Some(id) = &selector.id {
            write!(f, ":id={id}")?;
        }
        if self.answer.after_handling {
            f.write_str(":handled")?;
        }
        f.write_str(match selector.scope {
            Scope::Api => "",
            Scope::Lookups => ":lookups",
            Scope::Submits => ":submits",
            Scope::Files => ":files",
            Scope::Connections => ":connections",
        })
    }
}

impl FromStr for FaultRule {
    type Err = FaultRuleError;

    fn from_str(text: &str) -> Result<Self, FaultRuleError> {
        parse::rule(text).map_err(|problem| FaultRuleError {
            rule: text.to_owned(),
            problem,
        })
    }
}

/// The text is not a [`FaultRule`]; the message says why and what is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRuleError {
    rule: String,
    problem: String,
}

impl fmt::Display for FaultRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a fault rule: {}", self.rule, self.problem)
    }
}

impl Error for FaultRuleError {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::answer::WireScript;

    #[test]
    fn documented_examples_parse_and_print_unchanged() {
        let faults = FaultRule::FAULTS.split(", ").map(str::to_owned);
        let selectors = FaultRule::SELECTORS.split(", ");
        let selected = selectors.map(|selector| match selector {
            "connections" => "reset:connections".to_owned(),
            selector => format!("503:{selector}"),
        });
        for text in faults.chain(selected) {
            let rule: FaultRule = text.parse().unwrap();
            assert_eq!(rule.to_string(), text);
            let _ = Answer::from(rule);
        }
    }

    #[test]
    fn a_rule_becomes_the_same_answer_as_the_method() {
        let shown = |rule: &str| format!("{:?}", Answer::from(rule.parse::<FaultRule>().unwrap()));
        let expected = [
            (
                "1005=3s:2x",
                Answer::business(1005)
                    .retry_after(Duration::from_secs(3))
                    .times(2),
            ),
            (
                "truncated:every=20:files",
                Answer::truncated().every(20).on_files().always(),
            ),
            ("latency=200ms", Answer::latency(Duration::from_millis(200))),
            (
                "rate-limit=5/1s/429",
                Answer::rate_limit_429(5, Duration::from_secs(1)),
            ),
            ("missing-first=3:id=a", Answer::missing_first(3).for_id("a")),
            ("reset:0.5%", Answer::reset().share(0.5).always()),
            (
                "reset:connections:2x",
                Answer::on_connect(WireScript::new().reset()).times(2),
            ),
            ("unknown-status", Answer::unknown_status(5).always()),
        ];
        for (rule, answer) in expected {
            assert_eq!(shown(rule), format!("{answer:?}"), "{rule}");
        }
    }
}
