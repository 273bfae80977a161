//! Keywords that limit values: which way a change moves the limit, and what follows.
//!
//! A request meets a tighter limit with a refusal and does not notice a looser one. An answer is
//! the other way round: generated types check most limits when they decode.

use std::cmp::Ordering;

use serde_json::Value;

use super::comparison::{Comparison, Object};
use super::reach::Use;
use super::site::Site;
use super::spot::Spot;
use super::verdict::Verdict;

/// The keywords this room knows, with their kind.
const LIMITS: [(&str, Limit); 13] = [
    ("maxLength", Limit::Upper),
    ("maximum", Limit::Upper),
    ("maxItems", Limit::Upper),
    ("maxProperties", Limit::Upper),
    ("minLength", Limit::Lower),
    ("minItems", Limit::Lower),
    ("minProperties", Limit::Lower),
    ("minimum", Limit::Lower),
    ("exclusiveMaximum", Limit::Flag),
    ("exclusiveMinimum", Limit::Flag),
    ("uniqueItems", Limit::Flag),
    ("pattern", Limit::Exact),
    ("multipleOf", Limit::Exact),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    /// Lower is tighter.
    Upper,
    /// Higher is tighter.
    Lower,
    /// `true` is tighter; absent means `false`.
    Flag,
    /// Present is tighter; two different values cannot be told apart.
    Exact,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shift {
    Tighter,
    Looser,
    Same,
    Unclear,
}

pub(super) fn keywords() -> impl Iterator<Item = &'static str> {
    LIMITS.iter().map(|(keyword, _)| *keyword)
}

/// Rows for all limits that differ between two schemas.
pub(super) fn compare(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    let usage = comparison.usage(site);
    for (keyword, limit) in LIMITS {
        comparison.value(site, keyword, old, new, |old, new| {
            verdict(usage, shift(limit, old, new))
        });
    }
}

fn shift(limit: Limit, old: Option<&Value>, new: Option<&Value>) -> Shift {
    if limit == Limit::Flag {
        let flag = |value: Option<&Value>| value.map_or(Some(false), Value::as_bool);
        return match (flag(old), flag(new)) {
            (Some(false), Some(true)) => Shift::Tighter,
            (Some(true), Some(false)) => Shift::Looser,
            (Some(_), Some(_)) => Shift::Same,
            _ => Shift::Unclear,
        };
    }
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (None, _) => return Shift::Tighter,
        (_, None) => return Shift::Looser,
    };
    let order = match limit {
        Limit::Upper => order(new, old),
        Limit::Lower => order(old, new),
        Limit::Flag | Limit::Exact => None,
    };
    match order {
        Some(Ordering::Less) => Shift::Tighter,
        Some(Ordering::Greater) => Shift::Looser,
        Some(Ordering::Equal) => Shift::Same,
        None => Shift::Unclear,
    }
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    // Whole numbers as such: beyond 2^53 a float would call different ones equal.
    let whole = |value: &Value| {
        value
            .as_i64()
            .map(i128::from)
            .or_else(|| value.as_u64().map(i128::from))
    };
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

fn verdict(usage: Use, shift: Shift) -> Verdict {
    let (sent, received) = match shift {
        Shift::Tighter => (
            Verdict::breaking(if usage.spot == Some(Spot::IdsParameter) {
                "All ids of a lookup go out as one text: 100 ids of 24 characters, the most the \
                 SDK puts into one request by default, make 2,499 characters. Lookups beyond the \
                 new limit are refused until chunks are made smaller."
            } else {
                "Requests that were accepted until now may be refused: the SDK does not know the \
                 new limit."
            }),
            Verdict::compatible(
                "Released versions read every such answer. A regenerated raw client checks the \
                 limit, and an answer beyond it then takes the slower salvage path.",
            ),
        ),
        Shift::Looser => (
            Verdict::compatible("More is accepted than before; what the SDK sends still is."),
            Verdict::breaking(
                "The generated type may check the old limit: an answer beyond it goes through the \
                 slower salvage path, where the value reads as absent.",
            ),
        ),
        Shift::Same => (Verdict::same_meaning(), Verdict::same_meaning()),
        Shift::Unclear => (
            Verdict::breaking(
                "Requests that were accepted until now may be refused: whether the new rule is \
                 looser cannot be told from its text.",
            ),
            Verdict::person(
                "Whether released versions still read every answer cannot be told from the rule's \
                 text; ones that they refuse go through the slower salvage path.",
            ),
        ),
    };
    usage.judge(sent, received)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_move_the_way_their_kind_says() {
        let shift = |limit, old: Value, new: Value| {
            let given = |value: &Value| !value.is_null();
            shift(
                limit,
                Some(&old).filter(|v| given(v)),
                Some(&new).filter(|v| given(v)),
            )
        };
        let none = Value::Null;
        for (limit, old, new, expected) in [
            (Limit::Upper, json!(10), json!(9), Shift::Tighter),
            (Limit::Upper, json!(9), json!(10), Shift::Looser),
            (Limit::Upper, none.clone(), json!(10), Shift::Tighter),
            (Limit::Upper, json!(10), none.clone(), Shift::Looser),
            (Limit::Upper, json!(10), json!(10.0), Shift::Same),
            (Limit::Upper, json!(10), json!("9"), Shift::Unclear),
            (
                Limit::Upper,
                json!(u64::MAX),
                json!(u64::MAX - 1),
                Shift::Tighter,
            ),
            (Limit::Lower, json!(1), json!(2), Shift::Tighter),
            (Limit::Lower, json!(-1.5), json!(-2), Shift::Looser),
            (Limit::Flag, none.clone(), json!(true), Shift::Tighter),
            (Limit::Flag, none.clone(), json!(false), Shift::Same),
            (Limit::Flag, json!(true), none.clone(), Shift::Looser),
            (Limit::Flag, json!(true), json!(5), Shift::Unclear),
            (Limit::Exact, json!("a"), json!("b"), Shift::Unclear),
            (Limit::Exact, none, json!("b"), Shift::Tighter),
        ] {
            assert_eq!(
                shift(limit, old.clone(), new.clone()),
                expected,
                "{limit:?} {old} -> {new}"
            );
        }
    }
}
