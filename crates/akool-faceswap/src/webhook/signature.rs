//! The signature: SHA-1 over four texts, compared in constant time.

use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;

use super::envelope::Envelope;

/// Whether the envelope's signature is that of its fields and `client_id`: the lowercase
/// hexadecimal SHA-1 of the four texts, sorted by bytes and joined.
pub(super) fn is_valid(envelope: &Envelope<'_>, client_id: &str) -> bool {
    let mut texts = [
        client_id,
        &envelope.timestamp,
        &envelope.nonce,
        &envelope.data_encrypt,
    ];
    texts.sort_unstable();
    let mut sha1 = Sha1::new();
    for text in texts {
        sha1.update(text);
    }
    let expected = lowercase_hex(&sha1.finalize());
    expected.ct_eq(envelope.signature.as_bytes()).into()
}

fn lowercase_hex(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |four_bits: u8| DIGITS[usize::from(four_bits)];
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_texts_are_sorted_by_their_bytes() {
        // FIPS 180: SHA-1("abc"). Upper-case letters sort before lower-case ones.
        let envelope = |signature: &'static str| Envelope {
            signature: signature.into(),
            data_encrypt: "".into(),
            timestamp: "c".into(),
            nonce: "a".into(),
        };
        let valid = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert!(is_valid(&envelope(valid), "b"));
        assert!(!is_valid(&envelope(valid), "B"));
        assert!(!is_valid(&envelope(""), "b"));
        assert!(!is_valid(
            &envelope("a9993e364706816aba3e25717850c26c9cd0d89"),
            "b"
        ));
        assert!(!is_valid(
            &envelope("A9993E364706816ABA3E25717850C26C9CD0D89D"),
            "b"
        ));
    }
}
