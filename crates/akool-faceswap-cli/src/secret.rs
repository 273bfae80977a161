//! Secrets that were given as an id by mistake.
//!
//! An id is printed, and sent in a URL; a secret never. So a list of ids is searched for the secrets
//! of the environment, and for what looks like one, before anything else is done with it.

use crate::environment::{API_KEY, CLIENT_SECRET, Environment};

/// Shorter values are not secrets, and would be found in ids by chance.
const MIN_LEN: usize = 8;

/// Which secret `text` contains.
pub(crate) fn secret_in(text: &str, environment: &Environment) -> Option<&'static str> {
    for (name, what) in [
        (API_KEY, "the API key of AKOOL_API_KEY"),
        (CLIENT_SECRET, "the secret of AKOOL_CLIENT_SECRET"),
    ] {
        if let Ok(Some(secret)) = environment.get(name)
            && contains(text, secret)
        {
            return Some(what);
        }
    }
    if text.starts_with("eyJ") && text.split('.').count() == 3 {
        return Some("a bearer token");
    }
    // A line of a file of settings.
    (text.starts_with("AKOOL_") && text.contains('=')).then_some("a setting with its value")
}

/// Whether `text` contains `secret`.
pub(crate) fn contains(text: &str, secret: &str) -> bool {
    let secret = secret.trim().to_ascii_lowercase();
    secret.len() >= MIN_LEN && text.to_ascii_lowercase().contains(&secret)
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
            assert_eq!(secret_in(text, &environment).is_some(), found, "{text}");
        }
    }

    #[test]
    fn what_is_too_short_for_a_secret_is_in_no_id() {
        let environment: Environment = [(API_KEY, "a"), (CLIENT_SECRET, "")].into_iter().collect();
        assert_eq!(secret_in("a1", &environment), None);
    }
}
