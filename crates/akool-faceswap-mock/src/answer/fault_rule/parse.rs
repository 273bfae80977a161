//! Parses a rule. Selectors are taken off the end, one by one, so that a URL may contain colons.

use std::time::Duration;

use http::{HeaderValue, StatusCode};

use super::FaultRule;
use crate::{
    answer::{
        Answer, Reply,
        body_fault::BodyFault,
        rate_limit::{RateLimit, Refusal},
        selector::{Sampling, Scope, Selector, Share},
    },
    limits::MAX_DELAY,
};

const FAULTS: &str = FaultRule::FAULTS;
const SELECTORS: &str = FaultRule::SELECTORS;

/// The status of `unknown-status` if none is given: the first one that has no meaning yet.
const UNKNOWN_STATUS: i64 = 5;

/// The rule, or what is wrong with it.
pub(super) fn rule(text: &str) -> Result<FaultRule, String> {
    let mut selector = Selector::all(None);
    let mut handled = false;
    let mut rest = text;
    while let Some((before, last)) = rest.rsplit_once(':') {
        if last == "handled" && !handled {
            handled = true;
        } else if !select(&mut selector, last)? {
            break;
        }
        rest = before;
    }
    let (fault, answer) = fault(rest)?;
    if handled && matches!(rest, "reset-before-body" | "reset-in-request") {
        return Err(format!(
            "{rest:?} happens before the request is handled; use reset:handled"
        ));
    }
    if selector.scope == Scope::Connections {
        let is_below_http = matches!(rest, "hang-up" | "reset" | "silent");
        if !is_below_http || handled || selector.id.is_some() {
            return Err(
                "a new connection has no id and no request yet: only hang-up, reset or silent can \
                 apply to it"
                    .to_owned(),
            );
        }
    }
    let mut answer = answer.to(selector);
    answer.after_handling = handled;
    Ok(FaultRule { fault, answer })
}

fn scope(text: &str) -> Option<Scope> {
    match text {
        "lookups" => Some(Scope::Lookups),
        "submits" => Some(Scope::Submits),
        "files" => Some(Scope::Files),
        "connections" => Some(Scope::Connections),
        _ => None,
    }
}

/// Applies a selector; false if the text is not one.
fn select(selector: &mut Selector, text: &str) -> Result<bool, String> {
    let twice = |is_set: bool| {
        if is_set {
            Err(format!("{text:?} repeats another selector"))
        } else {
            Ok(())
        }
    };
    if let Some(id) = text.strip_prefix("id=") {
        twice(selector.id.is_some())?;
        if id.is_empty() {
            return Err("\"id=\" has no id".to_owned());
        }
        selector.id = Some(id.to_owned());
    } else if let Some(nth) = text.strip_prefix("every=") {
        twice(selector.sampling != Sampling::All)?;
        selector.sampling = Sampling::Every(positive(nth).ok_or_else(|| selector_problem(text))?);
    } else if let Some(percent) = text.strip_suffix('%') {
        twice(selector.sampling != Sampling::All)?;
        selector.sampling = Sampling::Share(share(percent).ok_or_else(|| selector_problem(text))?);
    } else if let Some(scope) = scope(text) {
        twice(selector.scope != Scope::Api)?;
        selector.scope = scope;
    } else if let Some(times) = text.strip_suffix('x').filter(|times| is_number(times)) {
        twice(selector.times.is_some())?;
        selector.times = Some(positive(times).ok_or_else(|| selector_problem(text))?);
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn selector_problem(text: &str) -> String {
    format!(
        "{text:?} is out of range: a share is above 0% and at most 100%, a count at least 1 and \
         at most {}",
        u32::MAX
    )
}

/// The normal form of `WHAT[=VALUE]`, and its answer.
fn fault(text: &str) -> Result<(String, Answer), String> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    // These take free text, which may contain colons.
    let free = matches!(name, "redirect" | "content-type");
    if !free && let Some((_, selector)) = text.rsplit_once(':') {
        return Err(format!(
            "{selector:?} is not a selector; examples: {SELECTORS}"
        ));
    }
    let wrong = || match value {
        Some(value) => format!("{name:?} does not take {value:?}; examples: {FAULTS}"),
        None => format!("{name:?} needs a value; examples: {FAULTS}"),
    };
    if is_number(name) {
        return code(name, value).ok_or_else(|| {
            format!(
                "{text:?} is neither an HTTP status from 200 to 999 nor a business code of four \
                 digits, optionally with a Retry-After such as 1005=3s"
            )
        });
    }
    if let Some(answer) = plain(name) {
        return if value.is_none() {
            Ok((name.to_owned(), answer))
        } else {
            Err(wrong())
        };
    }
    let given = value.unwrap_or_default();
    let valued = match name {
        "rate-limit" => rate_limit(given),
        "latency" => {
            return time(given)
                .filter(|by| *by <= MAX_DELAY)
                .map(|by| (format!("latency={}", word(by)), Answer::latency(by)))
                .ok_or_else(|| format!("{}; the longest is 5m", wrong()));
        }
        "missing-first" => positive(given).map(|polls| {
            let fault = format!("missing-first={polls}");
            (fault, Answer::missing_first(polls))
        }),
        "slow" => slow(given),
        "redirect" => {
            header(given).map(|location| (text.to_owned(), Answer::redirect_to(location)))
        }
        "content-type" => header(given).map(|content_type| {
            let answer = Answer::once(Reply::ContentType(content_type));
            (text.to_owned(), answer)
        }),
        "unknown-status" => value
            .map_or(Some(UNKNOWN_STATUS), |value| value.parse().ok())
            .map(|code| {
                (
                    format!("unknown-status={code}"),
                    Answer::unknown_status(code),
                )
            }),
        "odd" => match value {
            None => Some((text.to_owned(), Answer::malformed_at_random())),
            Some(value) => {
                let malformed = value
                    .parse()
                    .map_err(|error| format!("{value:?}: {error}"))?;
                Some((text.to_owned(), Answer::malformed(malformed)))
            }
        },
        _ => return Err(format!("{name:?} is not a fault; examples: {FAULTS}")),
    };
    valued.ok_or_else(wrong)
}

/// The faults that take no value.
fn plain(name: &str) -> Option<Answer> {
    Some(match name {
        "hang-up" => Answer::hang_up(),
        "reset" => Answer::reset(),
        "silent" => Answer::silent(),
        "truncated" => Answer::truncated(),
        "chunk-cut" => Answer::chunk_cut(),
        "reset-in-body" => Answer::reset_in_body(),
        "reset-before-body" => Answer::reset_before_body(),
        "reset-in-request" => Answer::reset_in_request(),
        "without-id" => Answer::accepted_without_id(),
        "endless" => Answer::endless(),
        "duplicate-rows" => Answer::duplicate_rows(),
        "foreign-row" => Answer::foreign_row(),
        _ => return None,
    })
}

/// `503`, `503=2s`, `1005`, `1005=3s`.
fn code(digits: &str, wait: Option<&str>) -> Option<(String, Answer)> {
    let answer = match digits.len() {
        // A 1xx response would not be the final one.
        3 => StatusCode::from_bytes(digits.as_bytes())
            .ok()
            .filter(|status| !status.is_informational())
            .map(Answer::html)?,
        4 => Answer::business(digits.parse().ok()?),
        _ => return None,
    };
    Some(match wait {
        None => (digits.to_owned(), answer),
        Some(wait) => {
            let wait = time(wait)?;
            (format!("{digits}={}", word(wait)), answer.retry_after(wait))
        }
    })
}

/// `50/1s`, `50/1s/429`.
fn rate_limit(text: &str) -> Option<(String, Answer)> {
    let (most, rest) = text.split_once('/')?;
    let (window, refusal, end) = match rest.split_once('/') {
        None => (rest, Refusal::Business, ""),
        Some((window, "429")) => (window, Refusal::Http, "/429"),
        Some(_) => return None,
    };
    let most: u32 = is_number(most).then(|| most.parse().ok())??;
    let window = time(window).filter(|window| !window.is_zero())?;
    let limit = RateLimit {
        most,
        window,
        refusal,
    };
    Some((
        format!("rate-limit={most}/{}{end}", word(window)),
        Answer::once(Reply::RateLimited(limit)),
    ))
}

/// `1000/1s`.
fn slow(text: &str) -> Option<(String, Answer)> {
    let (bytes, every) = text.split_once('/')?;
    let bytes = positive(bytes)?;
    let every = time(every).filter(|every| *every <= MAX_DELAY)?;
    let fault = BodyFault::Slow { bytes, every };
    Some((
        format!("slow={bytes}/{}", word(every)),
        Answer::once(Reply::BodyFault(fault)),
    ))
}

fn header(text: &str) -> Option<HeaderValue> {
    // Leading and trailing spaces would be stripped in transit.
    let is_whole = !text.is_empty() && text.trim() == text;
    is_whole.then(|| HeaderValue::from_str(text).ok())?
}

fn time(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok()
}

/// A duration without spaces.
fn word(time: Duration) -> String {
    let mut text = humantime::format_duration(time).to_string();
    text.retain(|character| character != ' ');
    text
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number of at least 1.
fn positive(text: &str) -> Option<u32> {
    let number = is_number(text).then(|| text.parse().ok())??;
    (number > 0).then_some(number)
}

/// Percent with at most four decimals, above 0 and at most 100.
fn share(percent: &str) -> Option<Share> {
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
    if !is_number(whole) || !is_number(decimals) || decimals.len() > 4 {
        return None;
    }
    let percent: f64 = percent.parse().ok()?;
    (percent > 0.0 && percent <= 100.0).then(|| Share::from_percent(percent))
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select as one_of};

    use super::*;
    use crate::answer::malformed::Malformed;

    #[test]
    fn errors_name_the_problem_and_give_examples() {
        for (text, expected) in [
            ("", "\"\" is not a fault; examples: 503"),
            ("slowly", "\"slowly\" is not a fault; examples: 503"),
            ("503:5", "\"5\" is not a selector; examples: 5%"),
            ("503:often:5%", "\"often\" is not a selector"),
            ("503:", "\"\" is not a selector"),
            ("503:0%", "\"0%\" is out of range"),
            ("503:100.1%", "\"100.1%\" is out of range"),
            ("503:1.00001%", "out of range"),
            ("503:every=0", "\"every=0\" is out of range"),
            ("503:0x", "\"0x\" is out of range"),
            ("503:id=", "has no id"),
            ("503:5%:every=2", "\"5%\" repeats another"),
            ("503:files:files", "repeats another"),
            ("reset:files:connections", "repeats another"),
            ("reset-before-body:handled", "use reset:handled"),
            ("502:handled:handled", "\"handled\" is not a selector"),
            ("503:connections", "hang-up, reset or silent"),
            ("latency=1s:connections", "hang-up, reset or silent"),
            ("reset:connections:id=a", "has no id"),
            ("503:2x:3x", "repeats another"),
            ("503:id=a:id=b", "repeats another"),
            ("503=soon", "\"503=soon\" is neither an HTTP status"),
            ("100", "is neither an HTTP status"),
            ("12345", "is neither an HTTP status"),
            ("latency", "\"latency\" needs a value"),
            ("latency=6m", "the longest is 5m"),
            ("rate-limit=50", "does not take \"50\""),
            ("rate-limit=50/0s", "does not take"),
            ("rate-limit=50/1s/503", "does not take"),
            ("rate-limit=+5/1s", "does not take"),
            ("slow=0/1s", "does not take"),
            ("missing-first=0", "does not take"),
            ("truncated=5", "does not take"),
            ("redirect", "needs a value"),
            ("redirect=a\nb", "does not take"),
            ("odd=strange", "no such deviation; accepted: code-text"),
            ("unknown-status=x", "does not take"),
        ] {
            let problem = rule(text).unwrap_err();
            assert!(problem.contains(expected), "{text}: {problem}");
        }
    }

    #[test]
    fn a_url_may_have_colons() {
        let rule = rule("redirect=http://127.0.0.1:80/a:b:3x:5%").unwrap();
        assert_eq!(rule.to_string(), "redirect=http://127.0.0.1:80/a:b:5%:3x");
    }

    fn any_time() -> impl Strategy<Value = String> {
        let unit = one_of(vec!["ns", "us", "ms", "s", "m"]);
        (1_u32..200, unit)
            .prop_map(|(time, unit)| format!("{time}{unit}"))
            .prop_filter("at most the longest delay", |text| {
                time(text).is_some_and(|time| time <= MAX_DELAY)
            })
    }

    fn any_fault() -> impl Strategy<Value = String> {
        let words = one_of(vec![
            "hang-up",
            "reset",
            "silent",
            "truncated",
            "chunk-cut",
            "reset-in-body",
            "endless",
            "duplicate-rows",
            "foreign-row",
            "unknown-status",
            "odd",
        ]);
        prop_oneof![
            words.prop_map(str::to_owned),
            "[2-9][0-9]{2}",
            "[0-9]{4}",
            ("[2-9][0-9]{2,3}", any_time()).prop_map(|(code, wait)| format!("{code}={wait}")),
            (any::<u32>(), any_time(), one_of(vec!["", "/429"]))
                .prop_map(|(most, window, end)| format!("rate-limit={most}/{window}{end}")),
            any_time().prop_map(|by| format!("latency={by}")),
            (1..u32::MAX).prop_map(|polls| format!("missing-first={polls}")),
            (1..u32::MAX, any_time()).prop_map(|(bytes, every)| format!("slow={bytes}/{every}")),
            "redirect=https?://[a-z:/%0-9=]{1,20}",
            "content-type=[a-z]{1,5}/[a-z:; =]{0,9}[a-z]",
            any::<i64>().prop_map(|code| format!("unknown-status={code}")),
            one_of(Malformed::ALL.to_vec()).prop_map(|malformed| format!("odd={malformed}")),
        ]
    }

    fn any_selectors() -> impl Strategy<Value = String> {
        let sampling = prop_oneof![
            Just(String::new()),
            (1..u32::MAX).prop_map(|nth| format!(":every={nth}")),
            (0_u32..100, 1_u32..10_000).prop_map(|(whole, part)| format!(":{whole}.{part:04}%")),
            (1_u32..=100).prop_map(|percent| format!(":{percent}%")),
        ];
        (
            sampling,
            "(:[1-9][0-9]{0,8}x)?",
            "(:id=[^:]{1,9})?",
            "(:files|:connections)?",
        )
            .prop_map(|(sampling, times, id, files)| format!("{files}{id}{sampling}{times}"))
    }

    proptest! {
        #[test]
        fn a_rule_parses_back_from_its_text(fault in any_fault(), selectors in any_selectors()) {
            let text = format!("{fault}{selectors}");
            // A URL may end like a selector, and perhaps repeat one.
            if let Ok(first) = rule(&text) {
                let shown = first.to_string();
                let second = rule(&shown);
                prop_assert_eq!(second.as_ref(), Ok(&first), "{} from {}", shown, text);
            } else {
                let is_free = fault.starts_with("redirect") || fault.starts_with("content");
                let needs_request =
                    !["hang-up", "reset", "silent"].contains(&&*fault) || selectors.contains(":id=");
                let is_before = selectors.contains(":connections");
                prop_assert!(is_free || is_before && needs_request, "{}", text);
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,40}") {
            let _ = rule(&text);
        }

        #[test]
        fn almost_valid_text_parses_back_or_is_refused(text in "[a-z0-9]{0,8}[=:%x/.-]{0,2}[0-9]{0,3}(ms|s|%|x)?(:[a-z0-9=%]{0,6}){0,2}") {
            if let Ok(rule) = rule(&text) {
                prop_assert_eq!(super::rule(&rule.to_string()), Ok(rule));
            }
        }
    }
}
