//! The payload's cipher: AES-CBC with PKCS#7 padding, keyed by the account.

use aes::{Aes128, Aes192, Aes256};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use cbc::{
    Decryptor,
    cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7},
};
use zeroize::Zeroizing;

/// Bytes of an initialization vector.
pub(super) const IV_BYTES: usize = 16;

/// Decrypts `dataEncrypt` and hands the payload to `read`; overwrites it afterwards.
///
/// `None` if any step fails: base64, key, blocks, padding, or `read` itself. The steps are not
/// distinguished; see [`Undecryptable`](super::WebhookErrorKind::Undecryptable).
pub(super) fn decrypt<T>(
    key: &[u8],
    iv: &[u8],
    data_encrypt: &str,
    read: impl FnOnce(&[u8]) -> Option<T>,
) -> Option<T> {
    let mut data = Zeroizing::new(BASE64_STANDARD.decode(data_encrypt).ok()?);
    let payload = match key.len() {
        16 => decrypted_by::<Decryptor<Aes128>>(key, iv, &mut data),
        24 => decrypted_by::<Decryptor<Aes192>>(key, iv, &mut data),
        32 => decrypted_by::<Decryptor<Aes256>>(key, iv, &mut data),
        _ => None,
    }?;
    read(payload)
}

fn decrypted_by<'d, D: KeyIvInit + BlockModeDecrypt>(
    key: &[u8],
    iv: &[u8],
    data: &'d mut [u8],
) -> Option<&'d [u8]> {
    let decryptor = D::new_from_slices(key, iv).ok()?;
    decryptor.decrypt_padded::<Pkcs7>(data).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_that_is_not_base64_of_whole_blocks_is_refused() {
        for data in ["", "AAAA", "????", "AAAAAAAAAAAAAAAAAAAAAA", "\u{e4}"] {
            assert_eq!(
                decrypt(&[0; 16], &[0; 16], data, |_| Some(())),
                None,
                "{data}"
            );
        }
    }

    #[test]
    fn a_key_or_vector_of_another_length_is_refused() {
        let block = BASE64_STANDARD.encode([0; 16]);
        for length in [0, 15, 17, 31, 33, 64] {
            let key = vec![0; length];
            assert_eq!(decrypt(&key, &[0; 16], &block, |_| Some(())), None);
        }
        assert_eq!(decrypt(&[0; 16], &[0; 15], &block, |_| Some(())), None);
    }
}
