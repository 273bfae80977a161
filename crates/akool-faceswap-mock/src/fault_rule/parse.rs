//! Reading a rule. Selectors are taken off the end, one by one, so that a URL may have colons.

use std::time::Duration;

use http::{HeaderValue, StatusCode};

use super::{Fault, FaultRule};
use crate::answer::{
    MAX_DELAY,
    rate_limit::{RateLimit, Refusal},
    rows::RowFault,
    spoil::Spoil,
    whom::{Pick, Place, Share, Whom},
};

const FAULTS: &str = FaultRule::FAULTS;
const SELECTORS: &str = FaultRule::SELECTORS;

/// The status of `unknown-status`, if none is given: the first one that is free.
const UNKNOWN_STATUS: i64 = 5;

/// The rule, or what is wrong with it.
pub(super) fn rule(text: &str) -> Result<FaultRule, String> {
    let mut whom = Whom::all(None);
    let mut rest = text;
    while let Some((before, last)) = rest.rsplit_once(':') {
        if !select(&mut whom, last)? {
            break;
        }
        rest = before;
    }
    let fault = fault(rest)?;
    if whom.place == Place::Connections {
        let is_below_http = matches!(fault, Fault::HangUp | Fault::Reset | Fault::Silent);
        if !is_below_http || whom.id.is_some() {
            return Err(
                "before any request, a connection can meet hang-up, reset and silent alone, and \
                 asks for no id"
                    .to_owned(),
            );
        }
    }
    Ok(FaultRule { fault, whom })
}

fn place(text: &str) -> Option<Place> {
    match text {
        "files" => Some(Place::Files),
        "connections" => Some(Place::Connections),
        _ => None,
    }
}

/// Takes a selector; false if the text is none.
fn select(whom: &mut Whom, text: &str) -> Result<bool, String> {
    let twice = |is_set: bool| {
        if is_set {
            Err(format!("{text:?} says again what another selector says"))
        } else {
            Ok(())
        }
    };
    if let Some(id) = text.strip_prefix("id=") {
        twice(whom.id.is_some())?;
        if id.is_empty() {
            return Err("\"id=\" lacks the id".to_owned());
        }
        whom.id = Some(id.to_owned());
    } else if let Some(nth) = text.strip_prefix("every=") {
        twice(whom.pick != Pick::All)?;
        whom.pick = Pick::Every(positive(nth).ok_or_else(|| selector_problem(text))?);
    } else if let Some(percent) = text.strip_suffix('%') {
        twice(whom.pick != Pick::All)?;
        whom.pick = Pick::Share(share(percent).ok_or_else(|| selector_problem(text))?);
    } else if let Some(place) = place(text) {
        twice(whom.place != Place::Api)?;
        whom.place = place;
    } else if let Some(times) = text.strip_suffix('x').filter(|times| is_number(times)) {
        twice(whom.times.is_some())?;
        whom.times = Some(positive(times).ok_or_else(|| selector_problem(text))?);
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

fn fault(text: &str) -> Result<Fault, String> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    // Of these the value is free text, in which a colon may stand.
    let free = matches!(name, "redirect" | "content-type");
    if !free && let Some((_, selector)) = text.rsplit_once(':') {
        return Err(format!(
            "{selector:?} is no selector; accepted are {SELECTORS}"
        ));
    }
    let wrong = || match value {
        Some(value) => format!("{name:?} does not take {value:?}; accepted are {FAULTS}"),
        None => format!("{name:?} needs a value; accepted are {FAULTS}"),
    };
    let plain = |fault: Fault| value.map_or(Ok(fault), |_| Err(wrong()));
    let given = value.unwrap_or_default();
    match name {
        "rate-limit" => rate_limit(given).ok_or_else(wrong),
        "latency" => time(given)
            .filter(|by| *by <= MAX_DELAY)
            .map(Fault::Latency)
            .ok_or_else(|| format!("{}; the longest is 5m", wrong())),
        "missing-first" => positive(given).map(Fault::MissingFirst).ok_or_else(wrong),
        "hang-up" => plain(Fault::HangUp),
        "reset" => plain(Fault::Reset),
        "silent" => plain(Fault::Silent),
        "truncated" => plain(Fault::Spoiled(Spoil::Truncated)),
        "chunk-cut" => plain(Fault::Spoiled(Spoil::ChunkCut)),
        "reset-in-body" => plain(Fault::Spoiled(Spoil::ResetInBody)),
        "endless" => plain(Fault::Spoiled(Spoil::Endless)),
        "slow" => slow(given).ok_or_else(wrong),
        "redirect" => header(given).map(Fault::Redirect).ok_or_else(wrong),
        "content-type" => header(given).map(Fault::ContentType).ok_or_else(wrong),
        "duplicate-rows" => plain(Fault::Rows(RowFault::Duplicates)),
        "foreign-row" => plain(Fault::Rows(RowFault::Foreign)),
        "unknown-status" => match value {
            None => Ok(UNKNOWN_STATUS),
            Some(value) => value.parse().map_err(|_| wrong()),
        }
        .map(|code| Fault::Rows(RowFault::Status(code))),
        "odd" => match value {
            None => Ok(Fault::Rows(RowFault::Odd(None))),
            Some(value) => value
                .parse()
                .map(|oddity| Fault::Rows(RowFault::Odd(Some(oddity))))
                .map_err(|error| format!("{value:?}: {error}")),
        },
        _ if is_number(name) => code(name, value).ok_or_else(|| {
            format!(
                "{text:?} is neither an HTTP status from 200 to 999 nor a business code of four \
                 digits, with a time to wait such as 1005=3s or without one"
            )
        }),
        _ => Err(format!("{name:?} is no fault; accepted are {FAULTS}")),
    }
}

/// `503`, `503=2s`, `1005`, `1005=3s`.
fn code(digits: &str, wait: Option<&str>) -> Option<Fault> {
    let wait = match wait {
        Some(wait) => Some(time(wait)?),
        None => None,
    };
    match digits.len() {
        // One with 1 in front would not be the last answer.
        3 => StatusCode::from_bytes(digits.as_bytes())
            .ok()
            .filter(|status| !status.is_informational())
            .map(|status| Fault::Status(status, wait)),
        4 => digits.parse().ok().map(|code| Fault::Business(code, wait)),
        _ => None,
    }
}

/// `50/1s`, `50/1s/429`.
fn rate_limit(text: &str) -> Option<Fault> {
    let (most, rest) = text.split_once('/')?;
    let (window, refusal) = match rest.split_once('/') {
        None => (rest, Refusal::Business),
        Some((window, "429")) => (window, Refusal::Http),
        Some(_) => return None,
    };
    let most = is_number(most).then(|| most.parse().ok())??;
    let window = time(window).filter(|window| !window.is_zero())?;
    Some(Fault::RateLimit(RateLimit {
        most,
        window,
        refusal,
    }))
}

/// `1000/1s`.
fn slow(text: &str) -> Option<Fault> {
    let (bytes, every) = text.split_once('/')?;
    let bytes = positive(bytes)?;
    let every = time(every).filter(|every| *every <= MAX_DELAY)?;
    Some(Fault::Spoiled(Spoil::Slow { bytes, every }))
}

fn header(text: &str) -> Option<HeaderValue> {
    // Blanks at the ends would be lost on the way.
    let is_whole = !text.is_empty() && text.trim() == text;
    is_whole.then(|| HeaderValue::from_str(text).ok())?
}

fn time(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// From 1.
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
    (percent > 0.0 && percent <= 100.0).then(|| Share::of_percent(percent))
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select as one_of};

    use super::*;
    use crate::oddity::Oddity;

    #[test]
    fn what_is_wrong_is_named_and_what_is_accepted_is_listed() {
        for (text, expected) in [
            ("", "\"\" is no fault; accepted are 503"),
            ("slowly", "\"slowly\" is no fault; accepted are 503"),
            ("503:5", "\"5\" is no selector; accepted are 5%"),
            ("503:often:5%", "\"often\" is no selector"),
            ("503:", "\"\" is no selector"),
            ("503:0%", "\"0%\" is out of range"),
            ("503:100.1%", "\"100.1%\" is out of range"),
            ("503:1.00001%", "out of range"),
            ("503:every=0", "\"every=0\" is out of range"),
            ("503:0x", "\"0x\" is out of range"),
            ("503:id=", "lacks the id"),
            ("503:5%:every=2", "\"5%\" says again"),
            ("503:files:files", "says again"),
            ("reset:files:connections", "says again"),
            ("503:connections", "hang-up, reset and silent alone"),
            ("latency=1s:connections", "hang-up, reset and silent alone"),
            ("reset:connections:id=a", "asks for no id"),
            ("503:2x:3x", "says again"),
            ("503:id=a:id=b", "says again"),
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
            ("odd=strange", "no such oddity; there are code-text"),
            ("unknown-status=x", "does not take"),
        ] {
            let problem = rule(text).unwrap_err();
            assert!(problem.contains(expected), "{text}: {problem}");
        }
    }

    #[test]
    fn a_place_may_have_colons() {
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
            one_of(Oddity::ALL.to_vec()).prop_map(|oddity| format!("odd={oddity}")),
        ]
    }

    fn any_selectors() -> impl Strategy<Value = String> {
        let pick = prop_oneof![
            Just(String::new()),
            (1..u32::MAX).prop_map(|nth| format!(":every={nth}")),
            (0_u32..100, 1_u32..10_000).prop_map(|(whole, part)| format!(":{whole}.{part:04}%")),
            (1_u32..=100).prop_map(|percent| format!(":{percent}%")),
        ];
        (
            pick,
            "(:[1-9][0-9]{0,8}x)?",
            "(:id=[^:]{1,9})?",
            "(:files|:connections)?",
        )
            .prop_map(|(pick, times, id, files)| format!("{files}{id}{pick}{times}"))
    }

    proptest! {
        #[test]
        fn a_rule_comes_back_from_its_text(fault in any_fault(), selectors in any_selectors()) {
            let text = format!("{fault}{selectors}");
            // A place that ends like a selector is read as one, perhaps a second of its kind.
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
        fn no_text_brings_the_parser_down(text in ".{0,40}") {
            let _ = rule(&text);
        }

        #[test]
        fn nor_does_one_that_is_nearly_right(text in "[a-z0-9]{0,8}[=:%x/.-]{0,2}[0-9]{0,3}(ms|s|%|x)?(:[a-z0-9=%]{0,6}){0,2}") {
            if let Ok(rule) = rule(&text) {
                prop_assert_eq!(super::rule(&rule.to_string()), Ok(rule));
            }
        }
    }
}
