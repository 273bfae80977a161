//! Texts of the API, made safe for a terminal.

use std::borrow::Cow;

/// Whether a character moves a terminal's cursor, changes its colours, or reorders or breaks the
/// text around it.
pub(super) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // Bidirectional controls, and the separators of lines and paragraphs.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// `text` with a visible mark in place of each unsafe character.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if text.contains(is_unsafe) {
        text.replace(is_unsafe, "\u{fffd}").into()
    } else {
        text.into()
    }
}

/// As [`shown`], for finished output: line feeds and colours are kept.
///
/// The texts of the API are made safe one by one; this is for the rest, such as names of files.
pub(super) fn shown_lines(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| is_unsafe(c) && c != '\n') {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let colour = colour_at(rest);
        let len = colour.unwrap_or(character.len_utf8());
        if colour.is_some() || character == '\n' || !is_unsafe(character) {
            shown.push_str(&rest[..len]);
        } else {
            shown.push('\u{fffd}');
        }
        rest = &rest[len..];
    }
    shown.into()
}

/// The length of the escape sequence for a colour or style at the beginning of `text`.
fn colour_at(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    parameters[end..]
        .starts_with('m')
        .then_some("\u{1b}[".len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finished_output_keeps_lines_and_colours_only() {
        let coloured = "\u{1b}[1;31merror:\u{1b}[0m für\n";
        assert_eq!(shown_lines(coloured), coloured);
        assert_eq!(
            shown_lines("a\u{1b}[2Jb\u{1b}]0;title\u{7}\u{202e}c\r\n"),
            "a\u{fffd}[2Jb\u{fffd}]0;title\u{fffd}\u{fffd}c\u{fffd}\n"
        );
    }

    #[test]
    fn characters_that_control_a_terminal_are_replaced() {
        assert_eq!(
            shown("no face\u{1b}[2J\u{9b}1m\r"),
            "no face\u{fffd}[2J\u{fffd}1m\u{fffd}"
        );
        assert_eq!(
            shown("https://x/\u{202e}gpj\u{7f}"),
            "https://x/\u{fffd}gpj\u{fffd}"
        );
        assert!(matches!(shown("für 顔"), Cow::Borrowed("für 顔")));
    }
}
