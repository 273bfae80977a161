//! Secrets that were given as an id by mistake.
//!
//! An id is printed, and sent in a URL; a secret must never be. So a list of ids is first searched for the secrets of
//! the environment, and for texts that look like one.

use crate::environment::{API_KEY, CLIENT_SECRET, Environment};

/// Shorter values are not secrets, and would be found in ids by chance.
const MIN_LEN: usize = 8;

/// Secrets that must not be in an id. It has no `Debug`.
pub(crate) struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    /// Those of the environment.
    pub(crate) fn of(environment: &Environment) -> Self {
        let named = [
            (API_KEY, "the API key of AKOOL_API_KEY"),
            (CLIENT_SECRET, "the secret of AKOOL_CLIENT_SECRET"),
        ];
        let secrets = named.into_iter().filter_map(|(name, what)| {
            let secret = environment.get(name).ok()??;
            Some((what, secret))
        });
        Self::new(secrets)
    }

    /// One key.
    pub(crate) fn of_key(key: &str) -> Self {
        Self::new([("the API key", key)])
    }

    fn new<'a>(secrets: impl IntoIterator<Item = (&'static str, &'a str)>) -> Self {
        let secrets = secrets
            .into_iter()
            .map(|(what, secret)| (what, secret.trim().to_ascii_lowercase()));
        Self(
            secrets
                .filter(|(_, secret)| secret.len() >= MIN_LEN)
                .collect(),
        )
    }

    /// Which secret `text` contains, or what looks like one.
    pub(crate) fn find_in(&self, text: &str) -> Option<&'static str> {
        let lower = text.to_ascii_lowercase();
        let known = self.0.iter().find(|(_, secret)| lower.contains(secret));
        if let Some((what, _)) = known {
            return Some(what);
        }
        if text.starts_with("eyJ") && text.split('.').count() == 3 {
            return Some("a bearer token");
        }
        // A line of a file of settings.
        (text.starts_with("AKOOL_") && text.contains('=')).then_some("a setting with its value")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_wherever_it_is() {
        let environment: Environment = [
            (API_KEY, "PlantedKey+/==\n"),
            (CLIENT_SECRET, "planted-secret"),
        ]
        .into_iter()
        .collect();
        for (text, found) in [
            ("PlantedKey+/==", true),
            ("x-api-key:plantedkey+/==", true),
            ("planted-secret", true),
            ("eyJhbGciOiJIUzI1NiJ9.e30.c2ln", true),
            ("AKOOL_API_KEY=other", true),
            ("667d228400000000000a0001", false),
            ("planted", false),
            ("eyJ-no-token", false),
        ] {
            let secrets = Secrets::of(&environment);
            assert_eq!(secrets.find_in(text).is_some(), found, "{text}");
        }
    }

    #[test]
    fn a_value_too_short_for_a_secret_is_not_searched_for() {
        let environment: Environment = [(API_KEY, "a"), (CLIENT_SECRET, "")].into_iter().collect();
        assert_eq!(Secrets::of(&environment).find_in("a1"), None);
    }
}
