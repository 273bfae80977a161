//! JSON pointers (RFC 6901) and references.

use serde_json::Value;

/// The longest chain of references that is followed.
const LONGEST_CHAIN: usize = 16;

/// The pointer to `key` inside `pointer`.
pub(crate) fn child(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The keys of a pointer, unescaped.
pub(crate) fn tokens(pointer: &str) -> Vec<String> {
    let unescape = |token: &str| token.replace("~1", "/").replace("~0", "~");
    pointer.split('/').skip(1).map(unescape).collect()
}

/// The pointer itself, then those of all its parents, up to the document's.
pub(crate) fn ancestors(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |at| at.rfind('/').map(|end| &at[..end]))
}

/// Where the reference `node` points to, if it is one.
pub(crate) fn target(node: &Value) -> Option<&str> {
    node.get("$ref").and_then(Value::as_str)
}

/// The targets of the reference `node` and of the references that it points to, in order.
pub(crate) fn chain<'v>(document: &'v Value, mut node: &'v Value) -> Vec<&'v str> {
    let mut targets = Vec::new();
    while let Some(next) = target(node).filter(|_| targets.len() < LONGEST_CHAIN) {
        targets.push(next);
        match lookup(document, next) {
            Some(value) => node = value,
            None => break,
        }
    }
    targets
}

/// Follows the references of `node`: the value at their end with its pointer, or `node` at `at` if it
/// is no reference. `None` if they leave this document, point to nothing, or form too long a chain.
pub(crate) fn resolve<'v>(
    document: &'v Value,
    node: &'v Value,
    at: &str,
) -> Option<(String, &'v Value)> {
    match chain(document, node).last() {
        None => Some((at.to_owned(), node)),
        Some(last) => lookup(document, last)
            .filter(|value| target(value).is_none())
            .map(|value| (last.trim_start_matches('#').to_owned(), value)),
    }
}

/// Whether what `node` refers to, directly or not, includes the component that it is written in.
pub(crate) fn is_recursive(document: &Value, node: &Value, at: &str) -> bool {
    let own = at.split('/').take(4).collect::<Vec<_>>().join("/");
    let mut seen: Vec<&str> = Vec::new();
    let mut queue = vec![node];
    while let Some(value) = queue.pop() {
        if let Some(target) = target(value).and_then(|target| target.strip_prefix('#')) {
            if target == own {
                return true;
            }
            if !seen.contains(&target) {
                seen.push(target);
                queue.extend(document.pointer(target));
            }
        }
        match value {
            Value::Object(parts) => queue.extend(parts.values()),
            Value::Array(parts) => queue.extend(parts),
            _ => {}
        }
    }
    false
}

fn lookup<'v>(document: &'v Value, target: &str) -> Option<&'v Value> {
    document.pointer(target.strip_prefix('#')?)
}
