//! Tokens and sessions: who somebody is. Secrets are random, said once, and kept only as a hash.

use jiff::Timestamp;
use rand::RngExt;
use sha2::{Digest, Sha256};

use crate::model::{Author, Role, RoleSet};

/// The most sessions of one token at a time; a further one ends the oldest.
pub(super) const SESSIONS: i64 = 100;

/// Who stands behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What they may do.
    pub roles: RoleSet,
    /// The account's name.
    pub account: String,
    /// The id of the member unit that the account works for.
    pub unit: Option<String>,
    /// The ids of the communities that it is bound to; empty where it may act everywhere.
    pub communities: Vec<String>,
    /// Whether it may read and nothing else.
    pub read_only: bool,
}

impl Principal {
    /// The author of what this principal does in one of its roles.
    pub fn author(&self, role: Role) -> Author {
        Author {
            role,
            account: Some(self.account.clone()),
        }
    }
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The account's name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it stops being good; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// The id of the member unit that the account works for.
    pub unit: Option<String>,
    /// The ids of the communities that it is bound to; empty where it may act everywhere.
    pub communities: Vec<String>,
    /// Whether it may read and nothing else.
    pub read_only: bool,
}

impl NewToken {
    /// A token without an end, of an account that belongs to no unit and is bound to no community.
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        Self {
            name: name.into(),
            role,
            expires_at: None,
            unit: None,
            communities: Vec::new(),
            read_only: false,
        }
    }
}

/// A token as it is listed: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Token {
    /// Its id, by which it is revoked.
    pub id: String,
    /// The account's name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The id of the member unit that the account works for.
    pub unit: Option<String>,
    /// The ids of the communities that it is bound to; empty where it may act everywhere.
    pub communities: Vec<String>,
    /// Whether it may read and nothing else.
    pub read_only: bool,
}

/// A secret: 32 random bytes in hexadecimal behind `om_`. Never logged; shown once.
#[derive(Clone)]
pub struct TokenSecret(String);

impl TokenSecret {
    pub(super) fn random() -> Self {
        let bytes: [u8; 32] = rand::rng().random();
        let mut text = String::with_capacity(3 + 64);
        text.push_str("om_");
        for b in bytes {
            text.push_str(&format!("{b:02x}"));
        }
        Self(text)
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
