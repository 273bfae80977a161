//! The characters that no id contains: invisible ones, and the punctuation of lists and formats. Common ones have names
//! for messages.

/// Whether a character is invisible: Unicode's format characters (category Cf), which editors, chats and web pages
/// leave in copied text.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
            | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// The Unicode name of a common character, for a message.
pub(super) fn name_of(c: char) -> &'static str {
    match c {
        '\u{ad}' => " SOFT HYPHEN",
        '\u{200b}' => " ZERO WIDTH SPACE",
        '\u{200c}' => " ZERO WIDTH NON-JOINER",
        '\u{200d}' => " ZERO WIDTH JOINER",
        '\u{200e}' => " LEFT-TO-RIGHT MARK",
        '\u{200f}' => " RIGHT-TO-LEFT MARK",
        '\u{202a}' => " LEFT-TO-RIGHT EMBEDDING",
        '\u{202b}' => " RIGHT-TO-LEFT EMBEDDING",
        '\u{202c}' => " POP DIRECTIONAL FORMATTING",
        '\u{202d}' => " LEFT-TO-RIGHT OVERRIDE",
        '\u{202e}' => " RIGHT-TO-LEFT OVERRIDE",
        '\u{2060}' => " WORD JOINER",
        '\u{feff}' => " ZERO WIDTH NO-BREAK SPACE (byte order mark)",
        '\u{2018}' => " LEFT SINGLE QUOTATION MARK",
        '\u{2019}' => " RIGHT SINGLE QUOTATION MARK",
        '\u{201c}' => " LEFT DOUBLE QUOTATION MARK",
        '\u{201d}' => " RIGHT DOUBLE QUOTATION MARK",
        '\u{3001}' => " IDEOGRAPHIC COMMA",
        '\u{ff0c}' => " FULLWIDTH COMMA",
        '\u{ff1b}' => " FULLWIDTH SEMICOLON",
        '\u{430}' => " CYRILLIC SMALL LETTER A",
        '\u{435}' => " CYRILLIC SMALL LETTER IE",
        '\u{441}' => " CYRILLIC SMALL LETTER ES",
        '\0' => " NULL",
        '\u{1b}' => " ESCAPE",
        '\u{7f}' => " DELETE",
        _ => "",
    }
}

/// Whether a character is a quote, a bracket, or a separator, which come with text copied from JSON, CSV, code or a
/// URL.
pub(super) fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '`'
            | '['
            | ']'
            | '{'
            | '}'
            | '('
            | ')'
            | '<'
            | '>'
            | ';'
            | '\\'
            | '|'
            | '%'
            | '?'
            | '&'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_character_has_a_name() {
        let named = "\u{ad}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\
            \u{2060}\u{feff}\u{2018}\u{2019}\u{201c}\u{201d}\u{3001}\u{ff0c}\u{ff1b}\u{430}\u{435}\u{441}\0\u{1b}\u{7f}";
        for c in named.chars() {
            assert!(name_of(c).starts_with(' '), "{c:?}");
        }
        assert_eq!(name_of('a'), "");
    }

    #[test]
    fn invisible_characters_are_known() {
        for c in ['\u{ad}', '\u{200b}', '\u{feff}', '\u{e0001}'] {
            assert!(is_invisible(c), "{c:?}");
        }
        for c in ['a', ' ', '\u{200a}', '\u{2010}', '\u{fefe}'] {
            assert!(!is_invisible(c), "{c:?}");
        }
    }
}
