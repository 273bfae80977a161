//! Text from outside, made harmless for Markdown: one line, in a code span that it cannot close.

use std::iter;

use serde_json::Value;

/// The most characters of one value that a row shows.
const SHOWN: usize = 120;
/// How many of the characters that two long values share are shown before their first difference.
const LEAD: usize = 30;

/// `text` as a code span, whatever it holds: backticks, newlines, control characters.
pub(crate) fn code(text: &str) -> String {
    let line = one_line(text);
    let fence = "`".repeat(longest_run_of_backticks(&line) + 1);
    // Inside a span one space at both ends is dropped when shown, so it can always be added.
    let pad = if line.is_empty() || line.contains('`') || line.starts_with(' ') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// A name from the document, shortened, as a code span.
pub(crate) fn name(text: &str) -> String {
    code(&window(text, 0))
}

/// Both values as compact JSON, shortened so that their first difference is visible.
pub(crate) fn excerpts(
    old: Option<&Value>,
    new: Option<&Value>,
) -> (Option<String>, Option<String>) {
    let (old, new) = (old.map(Value::to_string), new.map(Value::to_string));
    let start = match (&old, &new) {
        (Some(old), Some(new)) => {
            let common = iter::zip(old.chars(), new.chars())
                .take_while(|(a, b)| a == b)
                .count();
            if common < SHOWN - LEAD {
                0
            } else {
                common - LEAD
            }
        }
        _ => 0,
    };
    let show = |text: String| window(&text, start);
    (old.map(show), new.map(show))
}

fn window(text: &str, start: usize) -> String {
    let mut rest = text.chars().skip(start);
    let mut shown = String::from(if start == 0 { "" } else { "…" });
    shown.extend(rest.by_ref().take(SHOWN));
    if rest.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Control characters, line separators and characters that change the direction of text become
/// visible escapes.
fn one_line(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let plain = matches!(c, '"' | '\'' | '\\');
            iter::once(c)
                .filter(move |_| plain)
                .chain(c.escape_debug().filter(move |_| !plain))
        })
        .collect()
}

fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_from_outside_cannot_leave_its_code_span() {
        assert_eq!(code("url"), "`url`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("```"), "```` ``` ````");
        assert_eq!(code("a\nb\u{202e}c|d"), r"`a\nb\u{202e}c|d`");
        assert_eq!(code(""), "`  `");
    }

    #[test]
    fn long_values_are_cut_around_their_first_difference() {
        let (old, new) = (
            json!("x".repeat(500) + "old"),
            json!("x".repeat(500) + "new"),
        );
        let (old, new) = excerpts(Some(&old), Some(&new));
        let (old, new) = (old.unwrap(), new.unwrap());
        assert!(old.ends_with("xold\"") && new.ends_with("xnew\""));
        assert!(old.starts_with('…') && old.chars().count() < SHOWN);
        // 90 equal characters, the opening quote among them, are the fewest that are cut.
        for (equal, is_cut) in [(88, false), (89, true)] {
            let end = |end: &str| json!("x".repeat(equal) + end);
            let (old, _) = excerpts(Some(&end("old")), Some(&end("new")));
            let whole = format!("\"{}old\"", "x".repeat(equal));
            let cut = format!("…{}old\"", "x".repeat(LEAD));
            assert_eq!(old.unwrap(), if is_cut { cut } else { whole });
        }
        let (gone, nothing) = excerpts(Some(&json!("y".repeat(500))), None);
        assert_eq!(nothing, None);
        assert_eq!(gone.unwrap().chars().count(), SHOWN + 1);
    }

    #[test]
    fn what_long_values_have_in_common_is_left_out_if_it_is_long() {
        // The quotation mark counts, too.
        for (common, start) in [(49, 0), (89, 0), (90, 60), (100, 70)] {
            let value = |end: &str| json!("x".repeat(common - 1) + end);
            let (old, _) = excerpts(Some(&value("old")), Some(&value("new")));
            let expected = match start {
                0 => format!("\"{}old\"", "x".repeat(common - 1)),
                _ => format!("…{}old\"", "x".repeat(common - start)),
            };
            assert_eq!(old.unwrap(), expected, "{common}");
        }
    }
}
