//! Names of files, which may have any characters, in messages and in commands to copy.

use std::path::Path;

use super::shown;

/// The path on one line.
pub(crate) fn shown_path(path: &Path) -> String {
    shown(&path.to_string_lossy()).into_owned()
}

/// The path as one word of a command line.
pub(crate) fn shell_word(path: &Path) -> String {
    let text = shown_path(path);
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text
    } else if cfg!(windows) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://github.com/sharkdp/fd/pull/2120>
    #[test]
    fn a_path_is_on_one_line() {
        assert_eq!(
            shown_path(Path::new("a\nb\u{1b}[31m\u{202e}")),
            "a\u{fffd}b\u{fffd}[31m\u{fffd}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_path_is_one_word() {
        for (path, expected) in [
            ("results/2026-11", "results/2026-11"),
            ("my results", "'my results'"),
            ("it's", "'it'\\''s'"),
            ("a;rm -rf $HOME", "'a;rm -rf $HOME'"),
        ] {
            assert_eq!(shell_word(Path::new(path)), expected);
        }
    }
}
