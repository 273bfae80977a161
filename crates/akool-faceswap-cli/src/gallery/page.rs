//! The page itself. Every text in it is escaped, and its policy forbids scripts and, without links,
//! every request.

use std::{
    fmt::{self, Write as _},
    fs::File,
    io::{self, Read as _, Write},
    path::Path,
    time::SystemTime,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use indicatif::DecimalBytes;

use super::{Card, Medium};
use crate::output::{in_words, rfc3339};

/// A larger file is named and not embedded.
const MAX_FILE_BYTES: u64 = 24 * 1024 * 1024;

/// All embedded files of a page: more is slow to open in any browser.
const MAX_PAGE_BYTES: u64 = 192 * 1024 * 1024;

/// The jobs that get a card.
const MAX_CARDS: usize = 2_000;

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8883;--soft:#8881;--dim:#777}\
*{box-sizing:border-box}\
body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1.5rem}\
h1{font-size:1.5rem;margin:0}\
p{color:var(--dim);margin:.2rem 0 1.5rem}\
main{display:grid;gap:1.25rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),1fr))}\
article{border:1px solid var(--line);border-radius:12px;overflow:hidden}\
header{display:flex;flex-wrap:wrap;gap:.3rem .8rem;align-items:baseline;padding:.7rem .9rem}\
h2{font:600 .85rem ui-monospace,monospace;margin:0;overflow-wrap:anywhere}\
.state{font-weight:600;border-radius:99px;padding:0 .6rem;background:#8882}\
.success .state{background:#1a7f3726;color:#1a7f37}\
.failed .state,.error .state{background:#cf222e26;color:#cf222e}\
.missing .state,.late .state{background:#9a670026;color:#9a6700}\
time,.note{color:var(--dim);font-size:.85rem}\
.note{flex-basis:100%;overflow-wrap:anywhere}\
.row{display:grid;grid-template-columns:repeat(3,1fr);gap:1px;background:var(--line);\
border-top:1px solid var(--line)}\
figure{margin:0;background:Canvas;display:flex;flex-direction:column}\
.frame{aspect-ratio:1;display:grid;place-items:center;background:var(--soft);color:var(--dim);\
font-size:.85rem;text-align:center;padding:.5rem;min-width:0;overflow-wrap:anywhere}\
.frame:has(img,video){padding:0}\
img,video{width:100%;height:100%;object-fit:contain;min-width:0;min-height:0}\
figcaption{padding:.4rem .6rem;font-size:.85rem;border-top:1px solid var(--line)}";

/// Writes the whole page.
pub(super) fn write(
    out: &mut impl Write,
    cards: &[Card],
    links: bool,
    now: SystemTime,
) -> io::Result<()> {
    let sources = if links { "data: https: http:" } else { "data:" };
    let written = rfc3339(now).unwrap_or_default();
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'unsafe-inline'; img-src {sources}; media-src {sources}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Face swaps</title><style>{STYLE}</style></head>\n<body><h1>Face swaps</h1>\n\
         <p>{}, as of {}</p>\n<main>\n",
        Escaped(&summary(cards)),
        Escaped(&written)
    )?;
    let mut room = MAX_PAGE_BYTES;
    for card in cards.iter().take(MAX_CARDS) {
        write_card(out, card, links, now, &mut room)?;
    }
    out.write_all(b"</main></body></html>\n")
}

/// `3 jobs: 2 success, 1 failed`.
fn summary(cards: &[Card]) -> String {
    let mut states: Vec<(&str, usize)> = Vec::new();
    for card in cards {
        match states.iter_mut().find(|(state, _)| *state == card.state) {
            Some((_, count)) => *count += 1,
            None => states.push((card.state, 1)),
        }
    }
    let plural = if cards.len() == 1 { "" } else { "s" };
    let mut text = format!("{} job{plural}", cards.len());
    for (n, (state, count)) in states.iter().enumerate() {
        let separator = if n == 0 { ": " } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}{count} {state}");
    }
    if cards.len() > MAX_CARDS {
        let _ = write!(text, "; the first {MAX_CARDS} are shown");
    }
    text
}

fn write_card(
    out: &mut impl Write,
    card: &Card,
    links: bool,
    now: SystemTime,
    room: &mut u64,
) -> io::Result<()> {
    let (state, id) = (card.state, Escaped(card.id.as_str()));
    write!(
        out,
        "<article class=\"{}\"><header><h2>{id}</h2><span class=\"state\">{}</span>",
        Escaped(state.split(' ').next_back().unwrap_or(state)),
        Escaped(state)
    )?;
    if let Some(expiry) = card.expires_at {
        let text = match expiry.duration_since(now) {
            Ok(left) => format!("expires in {}", in_words(left)),
            Err(_) => "expired".to_owned(),
        };
        let exact = rfc3339(expiry).unwrap_or_default();
        let (exact, text) = (Escaped(&exact), Escaped(&text));
        write!(
            out,
            "<time datetime=\"{exact}\" title=\"{exact}\">{text}</time>"
        )?;
    }
    if let Some(created) = card.created_at.and_then(rfc3339) {
        let created = Escaped(&created);
        write!(out, "<time datetime=\"{created}\">created {created}</time>")?;
    }
    if let Some(note) = &card.note {
        write!(out, "<span class=\"note\">{}</span>", Escaped(note))?;
    }
    out.write_all(b"</header><div class=\"row\">")?;
    let media = [
        ("Original", &card.original),
        ("New face", &card.new),
        ("Result", &card.result),
    ];
    for (caption, medium) in media {
        write_figure(out, caption, medium, links, room)?;
    }
    out.write_all(b"</div></article>\n")
}

fn write_figure(
    out: &mut impl Write,
    caption: &str,
    medium: &Medium,
    links: bool,
    room: &mut u64,
) -> io::Result<()> {
    let link = medium.url.as_deref().filter(|url| links && is_web(url));
    out.write_all(b"<figure><div class=\"frame\">")?;
    match (&medium.file, link) {
        (Some(file), _) => write_file(out, caption, file, room)?,
        (None, Some(url)) => {
            let (url, caption) = (Escaped(url), Escaped(caption));
            if media_type(Path::new(url.0.split(['?', '#']).next().unwrap_or("")))
                .is_some_and(is_video)
            {
                write!(
                    out,
                    "<video controls preload=\"metadata\" src=\"{url}\"></video>"
                )?;
            } else {
                write!(
                    out,
                    "<img loading=\"lazy\" alt=\"{caption}\" src=\"{url}\">"
                )?;
            }
        }
        (None, None) => out.write_all(match (&medium.url, caption) {
            (Some(_), _) => b"not on this machine; --gallery-links shows it".as_slice(),
            (None, "Result") => b"no result".as_slice(),
            (None, _) => b"not known here".as_slice(),
        })?,
    }
    let caption = Escaped(caption);
    match link {
        Some(url) => write!(
            out,
            "</div><figcaption><a rel=\"noreferrer noopener\" href=\"{}\">{caption}</a></figcaption></figure>",
            Escaped(url)
        ),
        None => write!(out, "</div><figcaption>{caption}</figcaption></figure>"),
    }
}

/// Embeds a picture or video; shows its name if it is another kind of file, too large, or missing.
fn write_file(out: &mut impl Write, caption: &str, path: &Path, room: &mut u64) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (name, caption) = (Escaped(&name), Escaped(caption));
    let Some(media_type) = media_type(path) else {
        return write!(out, "{name}");
    };
    let mut bytes = Vec::new();
    let limit = MAX_FILE_BYTES.min(*room);
    // The file could grow or be replaced after a check of its length.
    let read = File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => write!(out, "{name}: {}", Escaped(&error.to_string())),
        Ok(length) if length as u64 > limit => {
            let most = DecimalBytes(limit);
            write!(out, "{name} is not embedded: it has more than {most}")
        }
        Ok(length) => {
            *room -= length as u64;
            let data = BASE64_STANDARD.encode(&bytes);
            if is_video(media_type) {
                write!(
                    out,
                    "<video controls src=\"data:{media_type};base64,{data}\"></video>"
                )
            } else {
                write!(
                    out,
                    "<img alt=\"{caption}: {name}\" src=\"data:{media_type};base64,{data}\">"
                )
            }
        }
    }
}

/// By the extension: only types that browsers show and that cannot contain a script.
fn media_type(path: &Path) -> Option<&'static str> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match &*extension {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "bmp" => "image/bmp",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mov" => "video/quicktime",
        _ => return None,
    })
}

fn is_video(media_type: &str) -> bool {
    media_type.starts_with("video/")
}

/// Whether a browser may follow the link: not `javascript:`, nor a file of this machine.
fn is_web(url: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// A text as HTML: in an element or in an attribute between double quotes.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // HTML does not allow it.
                '\0' => f.write_char('\u{fffd}')?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    /// The text that a browser shows for an escaped text.
    fn unescaped(html: &str) -> String {
        html.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    }

    proptest! {
        #[test]
        fn an_escaped_text_reads_the_same_and_ends_nothing(text in "[^\0]*") {
            let html = Escaped(&text).to_string();
            prop_assert!(!html.contains(['<', '>', '"', '\'']));
            prop_assert_eq!(unescaped(&html), text);
        }
    }

    #[test]
    fn only_the_web_is_linked() {
        for (url, expected) in [
            ("https://a.example/x.png", true),
            ("HTTP://a.example", true),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("file:///etc/passwd", false),
            ("//a.example", false),
            ("", false),
            ("é", false),
        ] {
            assert_eq!(is_web(url), expected, "{url}");
        }
    }

    #[test]
    fn a_file_that_is_too_large_is_named_and_not_embedded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("<large>.png");
        std::fs::write(&path, [0; 11]).unwrap();
        let mut room = 10;
        let mut out = Vec::new();
        write_file(&mut out, "Result", &path, &mut room).unwrap();
        let html = String::from_utf8(out).unwrap();
        assert_eq!(
            html,
            "&lt;large&gt;.png is not embedded: it has more than 10 B"
        );
        assert_eq!(room, 10);
        room = 11;
        write_file(&mut Vec::new(), "Result", &path, &mut room).unwrap();
        assert_eq!(room, 0);
    }

    #[test]
    fn an_expired_result_is_shown_as_expired() {
        let created = SystemTime::UNIX_EPOCH;
        let card = Card {
            id: akool_faceswap::ResultId::new("a").unwrap(),
            state: "not settled",
            note: None,
            created_at: Some(created),
            expires_at: Some(created + Duration::from_secs(1)),
            original: Medium::default(),
            new: Medium::default(),
            result: Medium::at_url("https://cdn.example/PLANTED.png"),
        };
        let mut out = Vec::new();
        write(&mut out, &[card], false, created + Duration::from_secs(2)).unwrap();
        let html = String::from_utf8(out).unwrap();
        assert!(html.contains(">expired</time>") && html.contains("1 job: 1 not settled"));
        assert!(html.contains("<article class=\"settled\">") && !html.contains("PLANTED"));
    }
}
