//! A fingerprint of a worker's account.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The account whose credentials a worker has, as a fingerprint.
///
/// The API answers for ids of another account as if they did not exist, and a worker would settle them
/// as missing. So a lane keeps the fingerprint of its first worker's account and refuses others.
///
/// ```
/// use akool_faceswap_fleet::Account;
///
/// let account = Account::from_api_key("a key");
/// assert_eq!(account, Account::from_api_key("a key"));
/// assert_ne!(account, Account::named("production"));
/// assert!(!format!("{account:?}").contains("a key"));
/// ```
///
/// The database gets 8 bytes of a SHA-256, from which no key can be computed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Account([u8; 8]);

impl Account {
    /// The account of an API key. After a change of the key, call
    /// [`Fleet::forget_account`](crate::Fleet::forget_account) once.
    pub fn from_api_key(key: &str) -> Self {
        Self::hash("key", key)
    }

    /// An account by a name of your own, for example if a [`TokenProvider`](akool_faceswap::auth::TokenProvider) has
    /// the credentials.
    pub fn named(name: &str) -> Self {
        Self::hash("name", name)
    }

    fn hash(kind: &str, text: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update("akool-faceswap-fleet account\0");
        hash.update(kind);
        hash.update("\0");
        hash.update(text);
        let mut fingerprint = [0; 8];
        for (to, from) in fingerprint.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        Self(fingerprint)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account(..)")
    }
}
