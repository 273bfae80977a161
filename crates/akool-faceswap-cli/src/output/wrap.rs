//! Breaks lines between words, where a terminal would break them anywhere.

use std::borrow::Cow;

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm, core::display_width};

/// How much further than its line a continuation is indented.
const INDENT: &str = "  ";

/// `text` for a terminal of `width` columns; without a width it stays as it is.
///
/// A word that is longer than the terminal, such as a URL, stays whole so that it can be copied.
pub(crate) fn wrapped(text: &str, width: Option<usize>) -> Cow<'_, str> {
    let Some(width) = width else {
        return text.into();
    };
    if text.lines().all(|line| display_width(line) <= width) {
        return text.into();
    }
    let mut wrapped = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches('\n');
        let words = body.trim_start_matches(' ');
        let indent = &body[..body.len() - words.len()];
        let below = format!("{indent}{INDENT}");
        let options = Options::new(width)
            .initial_indent(indent)
            .subsequent_indent(&below)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        if display_width(body) <= width {
            wrapped.push_str(body);
        } else {
            wrapped.push_str(&textwrap::fill(words, options));
        }
        wrapped.push_str(&line[body.len()..]);
    }
    wrapped.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_between_words_and_indented_below() {
        let text = "error: the file could not be read\n  help: give another file\nshort\n";
        assert_eq!(
            wrapped(text, Some(20)),
            "error: the file\n  could not be read\n  help: give another\n    file\nshort\n"
        );
        assert_eq!(wrapped(text, None), text);
        assert_eq!(wrapped("no end of line", Some(80)), "no end of line");
    }

    #[test]
    fn a_long_word_stays_whole() {
        assert_eq!(
            wrapped("a1  success  https://cdn.example/a.jpeg\n", Some(16)),
            "a1  success\n  https://cdn.example/a.jpeg\n"
        );
        assert_eq!(
            wrapped("  https://cdn.example/a.jpeg\n", Some(16)),
            "  https://cdn.example/a.jpeg\n"
        );
    }

    #[test]
    fn colours_take_no_columns() {
        let text = "\u{1b}[31merror:\u{1b}[0m nothing was found\n";
        assert_eq!(wrapped(text, Some(24)), text);
    }
}
