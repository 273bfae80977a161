//! The keywords about a value itself: its type, its values, its limits.

use serde_json::Value;

use super::limits::Limit;
use super::merged::{self, Merged, flag};
use crate::kind::Kind;
use crate::walk::{Pair, Use, Walk, is_prose};

/// Compares all keywords except those about what is inside.
pub(super) fn compare(walk: &mut Walk<'_>, merged: &Merged<'_, '_>) {
    types(walk, merged);
    nullable(walk, merged);
    values(walk, merged);
    for key in merged.keys() {
        let (was, is) = merged.values(key);
        let kind = match key {
            "type"
            | "nullable"
            | "enum"
            | "required"
            | "properties"
            | "items"
            | "additionalProperties" => continue,
            // Their parts are compared in resolved form.
            "allOf" | "oneOf" | "anyOf" if was.iter().chain(&is).all(|value| value.is_array()) => {
                continue;
            }
            key if is_prose(key) || same_values(&was, &is) => continue,
            "format" if was.is_empty() => Kind::FormatAdded,
            "format" => Kind::FormatChanged,
            "default" => Kind::Default,
            "deprecated" => match (flag(&was), flag(&is)) {
                (Some(false), Some(true)) => Kind::Deprecated,
                (Some(true), Some(false)) => Kind::NotDeprecated,
                (Some(_), Some(_)) => Kind::Rewritten,
                _ => Kind::Unknown,
            },
            key => match Limit::of(key).map(|limit| limit.change(&was, &is)) {
                Some(Some(kind)) => kind,
                Some(None) => continue,
                None => Kind::Unknown,
            },
        };
        found(walk, merged, key, kind);
    }
}

/// Reports a difference in a keyword, at the piece that has it.
pub(super) fn found(walk: &mut Walk<'_>, merged: &Merged<'_, '_>, key: &str, kind: Kind) {
    found_in(walk, merged, key, kind, &merged.scope.used);
}

fn found_in(walk: &mut Walk<'_>, merged: &Merged<'_, '_>, key: &str, kind: Kind, used: &Use) {
    let (old, new) = merged.excerpts(key);
    let usage = walk.usage(used);
    walk.found(
        kind,
        &Pair::new(merged.place(key), old.as_ref(), new.as_ref()),
        usage,
    );
}

pub(super) fn same_values(old: &[&Value], new: &[&Value]) -> bool {
    old.iter().all(|value| new.contains(value)) && new.iter().all(|value| old.contains(value))
}

fn types(walk: &mut Walk<'_>, merged: &Merged<'_, '_>) {
    let (was, is) = merged.values("type");
    let kind = match (merged::types(&was), merged::types(&is)) {
        (Ok(old), Ok(new)) if old == new => return,
        (Ok(_), Ok(Some(new))) if new.is_empty() => Kind::Contradiction,
        (Err(_), Err(_)) if same_values(&was, &is) => return,
        _ => Kind::TypeChanged,
    };
    found(walk, merged, "type", kind);
}

fn nullable(walk: &mut Walk<'_>, merged: &Merged<'_, '_>) {
    let (was, is) = merged.values("nullable");
    let kind = match merged.nullable() {
        (Some(old), Some(new)) if old == new => return,
        (Some(_), Some(true)) => Kind::Nullable,
        (Some(_), Some(false)) => Kind::NotNullable,
        _ if same_values(&was, &is) => return,
        _ => Kind::Unknown,
    };
    let used = Use {
        // A component that allows `null` is generated as another type, wherever it is used.
        optional: merged.scope.used.optional && merged.is_inside("nullable"),
        ..merged.scope.used.clone()
    };
    found_in(walk, merged, "nullable", kind, &used);
}

fn values(walk: &mut Walk<'_>, merged: &Merged<'_, '_>) {
    let key = "enum";
    let (was, is) = merged.values(key);
    let kind = match (merged::listed(&was), merged::listed(&is)) {
        (Ok(Some(old)), Ok(Some(new))) if old.is_empty() == new.is_empty() => {
            let usage = walk.usage(&merged.scope.used);
            let at = || merged.place(key);
            for value in old.iter().filter(|value| !new.contains(value)) {
                walk.found(
                    Kind::ValueRemoved,
                    &Pair::new(at(), Some(value), None),
                    usage,
                );
            }
            for value in new.iter().filter(|value| !old.contains(value)) {
                walk.found(Kind::ValueAdded, &Pair::new(at(), None, Some(value)), usage);
            }
            return;
        }
        (Ok(Some(_)), Ok(Some(new))) if new.is_empty() => Kind::Contradiction,
        (Ok(Some(_)), Ok(Some(_))) => Kind::TypeChanged,
        (Ok(None), Ok(Some(_))) => Kind::ValuesListed,
        (Ok(Some(_)), Ok(None)) => Kind::ValuesNotListed,
        _ if same_values(&was, &is) => return,
        _ => Kind::Unknown,
    };
    found(walk, merged, key, kind);
}
