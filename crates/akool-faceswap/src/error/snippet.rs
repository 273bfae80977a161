//! What may be shown of a text that the server sent.
//!
//! An error page or a message helps the person on call, but a body can hold result URLs, which are links to
//! people's faces, and a proxy may echo the request's headers. So a text is shortened and put on one line.
//! Anything like a URL is removed, and so are the secret that was sent and lists of numbers, which may be the
//! points of a face.

use std::collections::HashSet;

/// At most [`Snippet::MAX_CHARS`] characters of a text, fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snippet(Box<str>);

impl Snippet {
    pub(crate) const MAX_CHARS: usize = 256;

    /// How much of a text is examined: enough to fill a snippet, however long the text is.
    const EXAMINED: usize = 4096;

    /// A snippet of `body`, which may be anything; `secret` is never in it.
    pub(crate) fn of(body: &[u8], secret: Option<&str>) -> Self {
        let cut = body.len() > Self::EXAMINED;
        let body = &body[..body.len().min(Self::EXAMINED)];
        let mut text = String::from_utf8_lossy(body).into_owned();
        if cut {
            // The beginning of a secret or a URL would not be recognized.
            text.truncate(text.rfind(char::is_whitespace).unwrap_or(0));
        }
        if let Some(secret) = secret {
            text = without(&text, secret);
        }
        let mut shown = String::new();
        for word in words(&text) {
            if Self::is_url_like(word) {
                shown.push_str("<url>");
            } else {
                shown.extend(word.chars().map(|c| if c.is_control() { ' ' } else { c }));
            }
        }
        let mut shown = without_points(&shown);
        if let Some((end, _)) = shown.char_indices().nth(Self::MAX_CHARS) {
            shown.truncate(end);
            shown.push('…');
        }
        Self(shown.trim().into())
    }

    /// A host that a server named, if it is one that can be shown.
    pub(crate) fn host<'a>(host: Option<&'a str>, secret: Option<&str>) -> &'a str {
        host.filter(|host| secret.is_none_or(|secret| without(host, secret) == **host))
            .filter(|host| host.len() <= 255)
            .unwrap_or("another place")
    }

    /// Whether it has a scheme, escaped or not, or a host before its first slash.
    pub(crate) fn is_url_like(word: &str) -> bool {
        let word = word
            .replace("\\/", "/")
            .replace("\\u002f", "/")
            .replace("\\u002F", "/")
            .replace("%2f", "/")
            .replace("%2F", "/");
        word.contains("//")
            || word
                .split_once('/')
                .is_some_and(|(host, path)| host.contains('.') && !path.is_empty())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text without any part of the secret: in any case, with slashes escaped or not, whole or cut.
fn without(text: &str, secret: &str) -> String {
    /// The shortest part that is recognized. Shorter ones occur in any text.
    const PART: usize = 8;
    /// Anything shorter is not treated as a secret.
    const SHORTEST: usize = 4;

    let secret = secret.to_ascii_lowercase();
    let part = secret.len().min(PART);
    if part < SHORTEST {
        return text.to_owned();
    }
    let parts: HashSet<&[u8]> = secret.as_bytes().windows(part).collect();

    // Each byte in lower case, with its place; a backslash before a slash is ignored.
    let bytes = text.as_bytes();
    let (places, lower): (Vec<usize>, Vec<u8>) = bytes
        .iter()
        .enumerate()
        .filter(|(place, byte)| !(**byte == b'\\' && bytes.get(place + 1) == Some(&b'/')))
        .map(|(place, byte)| (place, byte.to_ascii_lowercase()))
        .unzip();

    let mut shown = String::new();
    let mut kept_to = 0;
    let mut hidden_to = 0;
    for (n, window) in lower.windows(part).enumerate() {
        if !parts.contains(window) {
            continue;
        }
        let (begin, end) = (places[n], places[n + part - 1] + 1);
        if begin >= hidden_to {
            shown.push_str(text.get(kept_to..begin).unwrap_or_default());
            shown.push_str("<secret>");
        }
        hidden_to = end;
        kept_to = end;
    }
    shown.push_str(text.get(kept_to..).unwrap_or_default());
    shown
}

/// The text without lists of four or more numbers: points and boxes of faces, as text or as JSON.
fn without_points(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_digit() || " .,:-[]".contains(c);
    let mut shown = String::new();
    let mut rest = text;
    while let Some(begin) = rest.find(|c: char| c.is_ascii_digit()) {
        let list = &rest[begin..];
        let list = list
            .split_once(|c| !is_part(c))
            .map_or(list, |(list, _)| list);
        let list = list.trim_end_matches(|c: char| !c.is_ascii_digit());
        let numbers = list
            .split([' ', ',', ':', '[', ']'])
            .filter(|number| !number.is_empty());
        shown.push_str(&rest[..begin]);
        // A time of day has one comma at most.
        if list.matches(',').count() >= 2 && numbers.count() >= 4 {
            shown.push_str("<numbers>");
        } else {
            shown.push_str(list);
        }
        rest = &rest[begin + list.len()..];
    }
    shown.push_str(rest);
    shown
}

/// The text split at everything that ends a URL; each separator is a word.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_separator = |c: char| c.is_whitespace() || c.is_control() || "\"'<>()[]{}|`".contains(c);
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if is_separator(first) {
            first.len_utf8()
        } else {
            rest.find(is_separator).unwrap_or(rest.len())
        };
        let (word, behind) = rest.split_at(end);
        rest = behind;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_cut_at_what_ends_a_url() {
        for separator in [" ", "\u{7f}", "\n", "\"", ")", "|"] {
            let text = format!("a{separator}b");
            assert!(words(&text).eq(["a", separator, "b"]), "{separator:?}");
        }
        assert!(words("https://a.example/b?c=d").eq(["https://a.example/b?c=d"]));
    }

    #[test]
    fn urls_are_taken_out_in_every_spelling() {
        for url in [
            "https://cdn.example/SECRET.jpg",
            "https:\\/\\/cdn.example\\/SECRET.jpg",
            "https:\\u002f\\u002fcdn.example\\u002fSECRET.jpg",
            "https%3A%2F%2Fcdn.example%2FSECRET.jpg",
            "//cdn.example/SECRET.jpg",
            "cdn.example/SECRET.jpg",
            "url=https://cdn.example/SECRET.jpg?a=1&b=2",
            "https://cdn.example/1,2,3,4/SECRET.jpg;v=1",
        ] {
            for text in [
                url.to_owned(),
                format!("{{\"url\":\"{url}\"}}"),
                format!("<a href='{url}'>result</a>"),
            ] {
                let shown = Snippet::of(text.as_bytes(), None);
                assert!(
                    !shown.as_str().contains("SECRET"),
                    "{text} -> {}",
                    shown.as_str()
                );
                assert!(
                    shown.as_str().contains("<url>"),
                    "{text} -> {}",
                    shown.as_str()
                );
            }
        }
    }

    #[test]
    fn points_of_faces_are_taken_out() {
        for (echoed, shown) in [
            ("opts=262,175:363,175:313,215:272,279", "opts=<numbers>"),
            ("{\"opts\":\"262,175:363,175\"}", "{\"opts\":\"<numbers>\"}"),
            ("[[262, 175], [363.5, -1]] is odd", "[[<numbers>]] is odd"),
            ("box [10,20,30,40]", "box [<numbers>]"),
        ] {
            assert_eq!(Snippet::of(echoed.as_bytes(), None).as_str(), shown);
        }
        for helps in [
            "2026-11-27 10:12:13,456 10.0.0.1:443 nginx/1.18.0",
            "limit 100, asked for 101",
        ] {
            assert_eq!(Snippet::of(helps.as_bytes(), None).as_str(), helps);
        }
    }

    #[test]
    fn what_helps_stays() {
        let page = b"<html>\r\n<h1>502 Bad Gateway</h1><hr>nginx/1.18.0</html>";
        assert_eq!(
            Snippet::of(page, None).as_str(),
            "<html>  <h1>502 Bad Gateway</h1><hr>nginx/1.18.0</html>"
        );
    }

    #[test]
    fn the_secret_is_taken_out() {
        let echoed = b"x-api-key: k-123456; more";
        assert_eq!(
            Snippet::of(echoed, Some("k-123456")).as_str(),
            "x-api-key: <secret>; more"
        );
        assert_eq!(Snippet::of(b"abc", Some("")).as_str(), "abc");
        assert_eq!(
            Snippet::of(b"a four b", Some("four")).as_str(),
            "a <secret> b"
        );
        assert_eq!(Snippet::of(b"a two b", Some("two")).as_str(), "a two b");
        for echoed in [
            "K-SECRET/KEY",
            "k-secret/key",
            "k-secret\\/key",
            "k-secret/ke",
            "-secret/key",
        ] {
            let shown = Snippet::of(format!("key={echoed}.").as_bytes(), Some("k-SECRET/key"));
            assert_eq!(shown.as_str(), "key=<secret>.", "{echoed}");
        }
        assert_eq!(
            Snippet::host(Some("k-secret.example"), Some("K-SECRET")),
            "another place"
        );
        assert_eq!(
            Snippet::host(Some("cdn.example"), Some("K-SECRET")),
            "cdn.example"
        );
    }

    #[test]
    fn the_beginning_of_a_secret_at_the_end_of_what_is_examined_is_hidden() {
        // Every word but the last shrinks to "<url>", so that the end would be shown.
        let body = format!("https://{} k-12345678", "x".repeat(Snippet::EXAMINED - 13));
        assert_eq!(
            Snippet::of(body.as_bytes(), Some("k-12345678")).as_str(),
            "<url>"
        );
    }

    #[test]
    fn a_long_text_is_cut() {
        let shown = Snippet::of("ä ".repeat(100_000).as_bytes(), None);
        assert_eq!(shown.as_str().chars().count(), Snippet::MAX_CHARS + 1);
        assert!(shown.as_str().ends_with('…'));
    }

    proptest! {
        #[test]
        fn any_bytes_give_one_short_line(body in prop::collection::vec(any::<u8>(), 0..6000)) {
            let shown = Snippet::of(&body, None);
            prop_assert!(shown.as_str().chars().count() <= Snippet::MAX_CHARS + 1);
            prop_assert!(!shown.as_str().chars().any(char::is_control));
        }
    }
}
