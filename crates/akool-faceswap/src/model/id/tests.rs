use proptest::prelude::*;

use super::*;

#[test]
fn refusals_say_what_is_wrong() {
    for (text, expected) in [
        ("", "an id is empty"),
        ("a b", "contains white space"),
        ("a\u{2003}b", "contains white space"),
        ("a,b", "contains a comma"),
        ("a\u{7}", "contains a control character"),
        ("a\u{7f}", "contains a control character"),
        ("a\u{200b}", "U+200B ZERO WIDTH SPACE"),
        ("\u{feff}a", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("a\u{ad}", "U+00AD SOFT HYPHEN"),
        ("a\u{202e}b", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\"a\"", "contains \""),
        ("a;b", "contains ;"),
        ("[a", "contains ["),
        ("{\"id\":1}", "contains {"),
        ("a\\b", "contains \\"),
        ("\u{201c}a\u{201d}", "U+201C LEFT DOUBLE QUOTATION MARK"),
        // <https://github.com/openstreetmap/id-tagging-schema/issues/2898>
        ("a\u{ff0c}b", "U+FF0C FULLWIDTH COMMA"),
        ("a\u{3001}b", "U+3001 IDEOGRAPHIC COMMA"),
        // Letters that look like those of the alphabet (<https://github.com/elceef/dnstwist/issues/174>).
        (
            "667d228400000000000\u{430}0001",
            "U+0430 CYRILLIC SMALL LETTER A",
        ),
        ("\u{ff16}\u{ff16}7d228400000000000a0001", "(U+FF16)"),
        // Copied from the URL of a request.
        (
            "667d228400000000000a0001%2C667d228400000000000a0002",
            "contains %",
        ),
        ("listbyids?_ids=a", "contains ?"),
        // <https://github.com/bloom-housing/bloom/issues/4458>
        ("6.67E+23", "a spreadsheet"),
        ("219E+26", "a spreadsheet"),
        ("https://cdn.example/x.png", "a URL is not an id"),
        ("20240627082748003-5746", "is a job_id"),
    ] {
        let refused = ResultId::new(text).unwrap_err();
        let message = refused.to_string();
        assert!(message.contains(expected), "{text:?}: {message}");
        assert_eq!(refused.is_job_id(), expected == "is a job_id", "{text:?}");
    }
}

#[test]
fn the_longest_id_is_accepted_and_one_byte_more_is_not() {
    assert!(ResultId::new("x".repeat(ResultId::MAX_LEN)).is_ok());
    let refused = ResultId::new("x".repeat(ResultId::MAX_LEN + 1)).unwrap_err();
    assert!(refused.to_string().contains("257 bytes"), "{refused}");
    assert!(refused.excerpt().chars().count() == 49 && refused.excerpt().ends_with('…'));
    // A short text is shown whole.
    assert_eq!(ResultId::new("a b").unwrap_err().excerpt(), "a b");
}

#[test]
fn a_url_is_refused_without_being_shown() {
    for text in [
        "https://cdn.example/FACELINK.png?sig=1",
        "\"https://cdn.example/FACELINK.png\"",
        "https://cdn.example/FACELINK.png,",
    ] {
        let refused = ResultId::new(text).unwrap_err();
        assert!(!format!("{refused} {refused:?} {}", refused.excerpt()).contains("FACELINK"));
    }
}

#[test]
fn an_object_id_in_capitals_is_the_same_id() {
    let small = ResultId::new("667d228400000000000a0001").unwrap();
    assert_eq!(ResultId::new("667D228400000000000A0001").unwrap(), small);
    // Any other id is compared byte for byte.
    assert_ne!(ResultId::new("ABC").unwrap(), ResultId::new("abc").unwrap());
}

#[test]
fn an_id_that_only_resembles_a_job_id_or_a_number_is_accepted() {
    for text in [
        "667e228400000000000a0001",
        "1E5",
        "aE+5",
        "1E+a",
        "1E+",
        "2024062708274800-5746",
        "202406270827480031-5746",
        "20240627082748003-",
        "20240627082748003-57x6",
        "20240627082748003",
    ] {
        assert!(ResultId::new(text).is_ok(), "{text}");
    }
}

#[test]
fn only_an_object_id_has_a_creation_time() {
    let of = |text: &str| ResultId::new(text).unwrap().created_at();
    assert!(of("667d228400000000000a0001").is_some());
    assert!(of("667D228400000000000A0001").is_some());
    assert_eq!(of("667d228400000000000a000"), None);
    assert_eq!(of("667d228400000000000a00011"), None);
    assert_eq!(of("667d228400000000000a000g"), None);
}

proptest! {
    #[test]
    fn any_text_is_an_id_or_an_error(text in any::<String>()) {
        match ResultId::new(&text) {
            Ok(id) => {
                prop_assert_eq!(id.as_str(), &*ResultId::normalized(&text));
                prop_assert!(!text.chars().any(is_invisible));
                let json = serde_json::to_string(&id).unwrap();
                prop_assert_eq!(serde_json::from_str::<ResultId>(&json).unwrap(), id);
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
