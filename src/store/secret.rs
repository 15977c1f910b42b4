//! Secrets of tokens, sessions, invites and webhooks: random, shown once, and kept only as a hash.

use rand::RngExt;
use sha2::{Digest, Sha256};

/// A secret: 32 random bytes in hexadecimal behind `om_`. Never logged; shown once.
#[derive(Clone)]
pub struct TokenSecret(String);

impl TokenSecret {
    pub(super) fn random() -> Self {
        let bytes: [u8; 32] = rand::rng().random();
        Self(format!("om_{}", hex::encode(bytes)))
    }

    /// One that somebody chose himself.
    pub(super) fn chosen(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The text to show its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether a text has the form of a secret of ours: `om_` and 64 hexadecimal digits. What has not
    /// is nobody's secret, and costs neither a hash nor a question to the database.
    pub fn has_form(text: &str) -> bool {
        text.strip_prefix("om_").is_some_and(|digits| {
            digits.len() == 64
                && digits
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        })
    }

    /// What is kept of it. A plain hash is enough: the secret is 256 random bits, nobody guesses it.
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
    fn only_what_was_made_here_has_the_form_of_a_secret() {
        let secret = TokenSecret::random();
        assert!(TokenSecret::has_form(secret.reveal()));
        let longer = format!("{}0", secret.reveal());
        let upper = secret.reveal().to_uppercase();
        for wrong in ["", "om_", "om_0", &secret.reveal()[3..], &longer, &upper] {
            assert!(!TokenSecret::has_form(wrong), "{wrong}");
        }
    }
}
