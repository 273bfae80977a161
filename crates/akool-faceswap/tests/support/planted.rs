//! The ids, credentials and result URLs that all tests use: recognisable, so that they can be
//! searched for in whatever the library prints.
//!
//! Scripted bytes name them by placeholders. The ones that differ from run to run (`@key`, `@other`)
//! are filled in when a server starts.

/// The API key. With a dash, as some are; the token has what base64 has.
pub(crate) const API_KEY: &str = "PLANTED-Key-0123456789abcdef";
/// The bearer token: slashes and signs are written in many ways by those who echo them.
pub(crate) const TOKEN: &str = "PLANTEDTo/ken+0123456789/abcdef==";
/// What no output has: a piece of both, in small letters.
pub(crate) const SECRET_MARKS: [&str; 2] = ["planted", "0123456789"];

/// A result URL.
pub(crate) const URL: &str = "https://cdn.results.example/FACELINK-7f3a.jpg?sig=FACELINK";
/// What no output has: a piece of every planted URL, in small letters.
pub(crate) const URL_MARK: &str = "facelink";

/// What no output has either: a piece of every URL that is asked for, all ids of a request in it.
pub(crate) const REQUEST_MARK: &str = "listbyids";

/// What every planted id begins with.
pub(crate) const ID_MARK: &str = "0badc0de0badc0de0badc0d";

/// The id that a letter of the table stands for; 24 characters, as the vendor's are.
pub(crate) fn id(letter: char) -> String {
    match letter {
        // An id that JSON could also write as a number.
        'n' => "12345".to_owned(),
        letter => format!("{ID_MARK}{letter}"),
    }
}

/// The letter of an id in the table.
pub(crate) fn letter(id: &str) -> char {
    if id == "12345" {
        return 'n';
    }
    id.strip_prefix(ID_MARK)
        .and_then(|rest| rest.chars().next())
        .unwrap_or('?')
}

/// Which credentials a run uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    ApiKey,
    BearerToken,
}

impl Credential {
    pub(crate) fn secret(self) -> &'static str {
        match self {
            Self::ApiKey => API_KEY,
            Self::BearerToken => TOKEN,
        }
    }
}

/// Fills in ids (`@a~` to `@h~`) and the result URL (`@url`).
pub(crate) fn filled(text: &str) -> String {
    let mut text = text.replace("@url", URL);
    for letter in 'a'..='h' {
        text = text.replace(&format!("@{letter}~"), &id(letter));
    }
    text
}

/// Fills in the secret as several kinds of software write it (`@key`, `@lower`, `@slashed`), and
/// the address of the server that nobody may ask (`@other`).
pub(crate) fn filled_at_start(bytes: &[u8], secret: &str, other: &str) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (placeholder, value) in [
        ("@key", secret.to_owned()),
        ("@lower", secret.to_lowercase()),
        ("@slashed", secret.replace('/', "\\/")),
        ("@other", other.to_owned()),
    ] {
        bytes = replaced(&bytes, placeholder.as_bytes(), value.as_bytes());
    }
    bytes
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}
