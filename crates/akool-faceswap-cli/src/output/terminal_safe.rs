//! Texts of the API's that may be shown on a terminal.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_controls_a_terminal_is_left() {
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
