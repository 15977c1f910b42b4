//! The secrets of tokens, sessions, invites and webhooks. Those of tokens, sessions and invites are random,
//! shown once, and stored only as a hash. The secret of a webhook may be chosen by the caller, and is stored
//! as it is, because it signs the deliveries.

use rand::RngExt;
use sha2::{Digest, Sha256};

/// A secret: `om_` followed by 32 random bytes in hexadecimal, or a text that the caller chose for a webhook.
/// It is never logged.
#[derive(Clone)]
pub struct TokenSecret(String);

impl TokenSecret {
    pub(super) fn random() -> Self {
        let bytes: [u8; 32] = rand::rng().random();
        Self(format!("om_{}", hex::encode(bytes)))
    }

    /// A secret that the caller chose, or that is read from the database.
    pub(super) fn chosen(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The text of the secret, to show it to its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether a text has the form of a secret of One Map: `om_` and 64 hexadecimal digits. Other
    /// texts are refused without hashing them and without a database query.
    pub fn has_form(text: &str) -> bool {
        text.strip_prefix("om_").is_some_and(|digits| {
            digits.len() == 64
                && digits
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        })
    }

    /// The hash that is stored. A plain hash without salt is enough, because 256 random bits cannot
    /// be guessed.
    pub(super) fn hash(secret: &str) -> Vec<u8> {
        Sha256::digest(secret.as_bytes()).to_vec()
    }
}

impl std::fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("om_…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_generated_secrets_have_the_form_of_a_secret() {
        let secret = TokenSecret::random();
        assert!(TokenSecret::has_form(secret.reveal()));
        let longer = format!("{}0", secret.reveal());
        let upper = secret.reveal().to_uppercase();
        for wrong in ["", "om_", "om_0", &secret.reveal()[3..], &longer, &upper] {
            assert!(!TokenSecret::has_form(wrong), "{wrong}");
        }
    }
}
