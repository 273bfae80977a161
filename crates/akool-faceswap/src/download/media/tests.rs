use proptest::prelude::*;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const MP4: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0";

fn declared(value: &str) -> Declared {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, value.parse().unwrap());
    Declared::of(&headers)
}

fn judged(header: &str, beginning: &[u8]) -> Result<String, &'static str> {
    declared(header).judge(beginning).map(|media| media.0)
}

#[test]
fn known_first_bytes_decide_the_media_type() {
    for (beginning, media_type, extension) in [
        (PNG, "image/png", "png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg", "jpg"),
        (b"GIF89a", "image/gif", "gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp", "webp"),
        (MP4, "video/mp4", "mp4"),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime", "mov"),
        (b"RIFF\x24\0\0\0AVI LIST", "video/x-msvideo", "avi"),
        (b"BM\x46\0\0\0\0\0\0\0\x36", "image/bmp", "bmp"),
        (b"II*\0\x08\0\0\0", "image/tiff", "tif"),
        (b"MM\0*\0\0\0\x08", "image/tiff", "tif"),
        (b"\0\0\0\x14ftypavif", "image/avif", "avif"),
        (b"\0\0\0\x14ftypheic", "image/heic", "heic"),
        (
            b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm",
            "video/webm",
            "webm",
        ),
        (
            b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska",
            "video/x-matroska",
            "mkv",
        ),
    ] {
        for header in [
            "application/octet-stream",
            "binary/octet-stream",
            "image/x-any",
        ] {
            assert_eq!(judged(header, beginning).as_deref(), Ok(media_type));
        }
        let media = MediaType(media_type.to_owned());
        assert_eq!(media.extension(), extension);
        assert!(MediaType::extensions().any(|known| known == extension));
        assert_eq!(of_file(beginning), Some(media));
    }
    assert_eq!(Declared::of(&HeaderMap::new()), Declared::Opaque);
}

/// <https://github.com/hholzgra/ocitysmap/issues/36>
#[test]
fn what_is_known_to_be_something_else_is_refused_under_any_header() {
    for (beginning, what) in [
        (
            &b"\x1f\x8b\x08\0\0\0\0\0"[..],
            "a file compressed with gzip",
        ),
        (b"PK\x03\x04\x14\0\0\0", "a ZIP archive"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF document"),
        (&[0; LOOKED_AT], "nothing but zeros"),
    ] {
        for header in ["image/png", "video/mp4", "application/octet-stream"] {
            assert_eq!(judged(header, beginning), Err(what), "{header}");
        }
    }
    // A short file of an unknown kind may begin like this.
    assert!(judged("image/png", &[0; LOOKED_AT - 1]).is_ok());
}

#[test]
fn known_bytes_need_no_header_and_unknown_ones_need_a_media_type() {
    for (header, what) in [
        ("text/html; charset=utf-8", "a web page"),
        ("TEXT/HTML", "a web page"),
        ("application/json", "JSON"),
        ("application/problem+json", "JSON"),
        ("application/xml", "XML"),
        ("image/svg+xml", "XML"),
        ("text/plain", "a text"),
        ("application/zip", "another content type"),
        ("image/", "another content type"),
        ("image/a b", "another content type"),
        ("audio/mpeg", "another content type"),
    ] {
        assert_eq!(judged(header, PNG).as_deref(), Ok("image/png"), "{header}");
        assert_eq!(judged(header, b"\0\0\x02\0own \x01"), Err(what), "{header}");
        assert_eq!(judged(header, b"<html>"), Err(what), "{header}");
        let png = MediaType("image/png".to_owned());
        assert_eq!(declared(header).other_than(&png).as_deref(), Some(what));
    }
    let png = MediaType("image/png".to_owned());
    assert_eq!(
        declared("image/jpeg").other_than(&png).as_deref(),
        Some("image/jpeg")
    );
    assert_eq!(declared("image/png").other_than(&png), None);
    assert_eq!(declared("binary/octet-stream").other_than(&png), None);
    let long = |letters| format!("image/{}", "x".repeat(letters));
    let longest = LONGEST - "image/".len();
    let unknown = b"\0\0\x02\0own \x01";
    assert!(judged(&long(longest), unknown).is_ok());
    assert_eq!(
        judged(&long(longest + 1), unknown),
        Err("another content type")
    );
}

#[test]
fn a_video_of_quicktime_needs_no_ftyp() {
    // <https://github.com/drewnoakes/metadata-extractor/issues/737>
    for atom in ["moov", "mdat", "wide", "free", "skip", "pnot"] {
        let beginning = [b"\0\0\0\x08", atom.as_bytes(), b"\0\0\x02\0"].concat();
        for header in ["text/plain", "application/octet-stream"] {
            assert_eq!(judged(header, &beginning).as_deref(), Ok("video/quicktime"));
        }
        assert_eq!(judged("video/mp4", &beginning).as_deref(), Ok("video/mp4"));
    }
    assert!(judged("text/plain", b"\x1f\xff\0\0mdat").is_ok());
    for text in ["for free", "skipfree", "    moov", "    mdat"] {
        assert!(
            judged("application/octet-stream", text.as_bytes()).is_err(),
            "{text}"
        );
    }
}

#[test]
fn a_text_is_refused_whatever_the_header_says() {
    let texts: [&[u8]; 7] = [
        b"<!doctype html><html>",
        b"\n  <?xml version=\"1.0\"?><Error>",
        b"{\"code\":1101}",
        b"Not found",
        b"\xef\xbb\xbf<html>",
        b"\xff\xfe<\0h\0t\0m\0l\0",
        "<p>cut in the middle of \u{e4}"
            .as_bytes()
            .split_last()
            .unwrap()
            .1,
    ];
    for text in texts {
        for header in ["video/mp4", "image/png", "application/octet-stream"] {
            assert!(judged(header, text).is_err(), "{header}");
        }
        assert_eq!(of_file(text), None);
    }
}

#[test]
fn an_unknown_beginning_is_what_the_header_says_or_refused() {
    let unknown = b"\0\0\x02\0own \x01";
    assert_eq!(
        judged("Video/X-Own; a=b", unknown).as_deref(),
        Ok("video/x-own")
    );
    assert!(judged("binary/octet-stream", unknown).is_err());
    assert_eq!(judged("video/mp4", b""), Err("nothing"));
    assert_eq!(
        declared("video/x-own").judge(unknown).unwrap().extension(),
        "bin"
    );
    assert_eq!(of_file(b""), None);
    assert!(of_file(unknown).is_some());
}

proptest! {
    #[test]
    fn nothing_that_is_text_gets_through(text in "\\PC{1,600}", header in "(image|video)/[a-z]{1,9}") {
        let bytes = text.as_bytes();
        let bytes = &bytes[..bytes.len().min(LOOKED_AT)];
        // Two kinds of file begin with letters alone.
        prop_assume!(MediaType::of_beginning(bytes).is_none());
        prop_assert!(declared(&header).judge(bytes).is_err());
    }

    #[test]
    fn any_header_and_any_bytes_are_judged(
        value in prop::collection::vec(0x20u8..0x7f, 0..80),
        beginning in prop::collection::vec(any::<u8>(), 0..32),
    ) {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_bytes(&value).unwrap());
        if let Ok(media) = Declared::of(&headers).judge(&beginning) {
            prop_assert!(media.as_str().starts_with("image/") || media.as_str().starts_with("video/"));
            prop_assert!(media.as_str().len() <= LONGEST);
        }
    }
}
