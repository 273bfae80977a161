//! Texts of the API's that may be shown on a terminal.

use std::borrow::Cow;

/// `text` without what would move a terminal's cursor or change its colours.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        text.replace(char::is_control, "\u{fffd}").into()
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
        assert!(matches!(shown("für 顔"), Cow::Borrowed("für 顔")));
    }
}
