//! Keywords that limit values: which way a change moves the limit.

use std::cmp::Ordering;

use serde_json::Value;

use super::merged::flag;
use crate::kind::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// Lower is tighter.
    Upper,
    /// Higher is tighter.
    Lower,
    /// `true` is tighter; absent means `false`.
    Flag,
    /// Present is tighter; two different values cannot be compared.
    Exact,
}

impl Limit {
    pub(super) fn of(keyword: &str) -> Option<Self> {
        match keyword {
            "maxLength" | "maximum" | "maxItems" | "maxProperties" => Some(Self::Upper),
            "minLength" | "minimum" | "minItems" | "minProperties" => Some(Self::Lower),
            "exclusiveMaximum" | "exclusiveMinimum" | "uniqueItems" => Some(Self::Flag),
            "pattern" | "multipleOf" => Some(Self::Exact),
            _ => None,
        }
    }

    /// What happened to a limit that each side may state more than once; `None` if it is the
    /// same limit.
    pub(super) fn change(self, old: &[&Value], new: &[&Value]) -> Option<Kind> {
        if self == Self::Flag {
            return match (flag(old), flag(new)) {
                (Some(false), Some(true)) => Some(Kind::LimitAdded),
                (Some(true), Some(false)) => Some(Kind::LimitRemoved),
                (Some(_), Some(_)) => None,
                _ => Some(Kind::LimitUnclear),
            };
        }
        match (old, new) {
            ([], _) => return Some(Kind::LimitAdded),
            (_, []) => return Some(Kind::LimitRemoved),
            _ => {}
        }
        let order = match (self.tightest(old), self.tightest(new)) {
            (Some(old), Some(new)) if self == Self::Lower => order(old, new),
            (Some(old), Some(new)) => order(new, old),
            _ => None,
        };
        match order {
            Some(Ordering::Less) => Some(Kind::LimitTightened),
            Some(Ordering::Greater) => Some(Kind::LimitLoosened),
            Some(Ordering::Equal) => None,
            None => Some(Kind::LimitUnclear),
        }
    }

    /// The tightest of these limits, which is the one that applies. `None` if they cannot be ordered.
    fn tightest<'v>(self, values: &[&'v Value]) -> Option<&'v Value> {
        if self == Self::Exact || values.iter().any(|value| !value.is_number()) {
            return None;
        }
        let by = |a: &&'v Value, b: &&'v Value| order(a, b).unwrap_or(Ordering::Equal);
        if self == Self::Upper {
            values.iter().copied().min_by(by)
        } else {
            values.iter().copied().max_by(by)
        }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_move_the_way_their_keyword_says() {
        use Kind::{LimitAdded, LimitLoosened, LimitRemoved, LimitTightened, LimitUnclear};
        for (keyword, old, new, expected) in [
            ("maxLength", json!([10]), json!([9]), Some(LimitTightened)),
            ("maxLength", json!([9]), json!([10]), Some(LimitLoosened)),
            ("maxLength", json!([]), json!([10]), Some(LimitAdded)),
            ("maxLength", json!([10]), json!([]), Some(LimitRemoved)),
            ("maxLength", json!([10]), json!([10.0]), None),
            ("maxLength", json!([10]), json!(["9"]), Some(LimitUnclear)),
            ("maxLength", json!([10, 5]), json!([5]), None),
            (
                "maxLength",
                json!([10]),
                json!([10, 5]),
                Some(LimitTightened),
            ),
            (
                "maximum",
                json!([u64::MAX]),
                json!([u64::MAX - 1]),
                Some(LimitTightened),
            ),
            ("minItems", json!([1]), json!([2]), Some(LimitTightened)),
            ("minItems", json!([1, 2]), json!([1]), Some(LimitLoosened)),
            ("minimum", json!([-1.5]), json!([-2]), Some(LimitLoosened)),
            ("uniqueItems", json!([]), json!([true]), Some(LimitAdded)),
            ("uniqueItems", json!([]), json!([false]), None),
            ("uniqueItems", json!([true]), json!([]), Some(LimitRemoved)),
            ("uniqueItems", json!([true]), json!([5]), Some(LimitUnclear)),
            ("pattern", json!(["a"]), json!(["b"]), Some(LimitUnclear)),
            ("pattern", json!([]), json!(["b"]), Some(LimitAdded)),
            ("multipleOf", json!([5]), json!([10]), Some(LimitUnclear)),
        ] {
            let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
            let (was, is) = (list(&old), list(&new));
            let change = Limit::of(keyword).and_then(|limit| {
                limit.change(
                    &was.iter().collect::<Vec<_>>(),
                    &is.iter().collect::<Vec<_>>(),
                )
            });
            assert_eq!(change, expected, "{keyword} {old} -> {new}");
        }
    }
}
