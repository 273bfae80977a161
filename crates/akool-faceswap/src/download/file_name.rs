//! File names made from ids: safe on every system, and never the same for two ids.
//!
//! An id is opaque and may contain a slash, a colon or nothing but dots. Lowercase letters, digits, `_` and `-`
//! stay; every other byte is percent-encoded, capital letters included, since many file systems do not
//! distinguish `A` from `a`. The encoding can be reversed, so two ids never share a name. All ids seen so far
//! are hexadecimal and stay unchanged.

use crate::{
    error::{Error, ErrorKind},
    model::ResultId,
};

/// The common limit of file systems, 255 bytes, less the longest suffix that is added to a name.
const LONGEST: usize = 255 - ".part.json".len();

/// Names that Windows keeps for devices, with any extension.
const DEVICES: [&str; 5] = ["con", "prn", "aux", "nul", "clock$"];

/// The name of this id's file, without an extension.
pub(super) fn stem(id: &ResultId) -> Result<String, Error> {
    let id_text = id.as_str();
    let is_device = is_device(id_text);
    let mut name = String::with_capacity(id_text.len());
    for (n, byte) in id_text.bytes().enumerate() {
        let is_safe = byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || byte == b'_'
            // Programs mistake a name that begins with a dash for an option.
            || (byte == b'-' && n > 0);
        if is_safe && !(is_device && n == 0) {
            name.push(byte.into());
        } else {
            name.push('%');
            name.push(hexadecimal(byte >> 4));
            name.push(hexadecimal(byte & 15));
        }
    }
    if name.len() > LONGEST {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            format!("the id makes a file name of more than {LONGEST} bytes"),
        )
        .with_ids(std::slice::from_ref(id))
        .with_advice("name the file yourself, with Download::save_to"));
    }
    Ok(name)
}

/// Checks lowercase names only: capital letters are encoded anyway.
fn is_device(id: &str) -> bool {
    let numbered = |port: &str| {
        id.strip_prefix(port)
            .is_some_and(|number| number.len() == 1 && number.as_bytes()[0].is_ascii_digit())
    };
    DEVICES.contains(&id) || numbered("com") || numbered("lpt")
}

fn hexadecimal(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(id: &str) -> String {
        stem(&ResultId::new(id).unwrap()).unwrap()
    }

    #[test]
    fn usual_ids_stay_and_others_are_made_safe() {
        for (id, expected) in [
            ("667d228400000000000a0001", "667d228400000000000a0001"),
            ("a-b_9", "a-b_9"),
            ("../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd"),
            ("..", "%2e%2e"),
            ("-rf", "%2drf"),
            ("a.png", "a%2epng"),
            ("C:x", "%43%3ax"),
            ("A", "%41"),
            ("con", "%63on"),
            ("com1", "%63om1"),
            ("com10", "com10"),
            ("console", "console"),
        ] {
            assert_eq!(name(id), expected);
        }
    }

    #[test]
    fn an_id_too_long_for_a_file_name_is_refused() {
        let stem = |id: String| stem(&ResultId::new(id).unwrap());
        // 255 bytes are left for it and ".part.json".
        assert_eq!(stem("a".repeat(245)).unwrap().len(), 245);
        assert!(stem("a".repeat(246)).is_err());
        let error = stem("A".repeat(ResultId::MAX_LEN)).unwrap_err();
        assert!(error.is_invalid_input());
        assert!(error.advice().contains("save_to"), "{error}");
    }

    /// The id that a name was made from.
    fn read_back(name: &str) -> Vec<u8> {
        let mut bytes = name.bytes();
        let mut id = Vec::new();
        while let Some(byte) = bytes.next() {
            id.push(if byte == b'%' {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            } else {
                byte
            });
        }
        id
    }

    proptest! {
        #[test]
        fn every_name_is_safe_and_can_be_decoded(id in "[!-~]{1,80}") {
            let Ok(id) = ResultId::new(&id) else { return Ok(()) };
            let Ok(name) = stem(&id) else { return Ok(()) };
            prop_assert!(!name.is_empty() && name.len() <= LONGEST);
            prop_assert!(!name.starts_with('-'));
            prop_assert!(!is_device(&name));
            prop_assert!(name.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-%".contains(&byte)
            }), "{name}");
            prop_assert_eq!(read_back(&name), id.as_str().as_bytes());
        }

        #[test]
        fn two_ids_never_share_a_name(one in "[aA.%/41-]{1,6}", other in "[aA.%/41-]{1,6}") {
            prop_assume!(one != other);
            let (Ok(one), Ok(other)) = (ResultId::new(one), ResultId::new(other)) else {
                return Ok(());
            };
            let names = (stem(&one).unwrap(), stem(&other).unwrap());
            prop_assert_ne!(names.0.to_ascii_lowercase(), names.1.to_ascii_lowercase());
        }
    }
}
