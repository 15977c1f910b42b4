//! Idempotency keys with which clients repeat requests. A key belongs to the account that sent it
//! and to the content of the request. The same key with the same content makes no second step; the
//! same key with other content is refused. Cases store hashes, never the key itself.

use sha2::{Digest as _, Sha256};

/// The hashes of a key that a case stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMark {
    /// The hash of account, action and key.
    name: String,
    /// The hash of the content sent with the key.
    content: String,
}

/// The result of looking up a key in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// No step has the key.
    New,
    /// A step with the same content has the key.
    Same,
    /// A step with other content has the key.
    Other,
}

impl KeyMark {
    /// The mark of the key with which `account` sent `content` for an action.
    pub(super) fn new(account: Option<&str>, action: &str, key: &str, content: &str) -> Self {
        Self {
            name: digest(&["step", account.unwrap_or_default(), action, key]),
            content: digest(&["content", key, content]),
        }
    }

    pub(super) fn kept(&self) -> String {
        format!("{}:{}", self.name, self.content)
    }

    pub(super) fn find(&self, kept: &[String]) -> Repeat {
        let known = kept.iter().filter_map(|k| k.split_once(':'));
        let mut contents = known.filter(|(name, _)| *name == self.name);
        match contents.next() {
            None => Repeat::New,
            Some((_, content)) if content == self.content => Repeat::Same,
            Some(_) => Repeat::Other,
        }
    }
}

/// The first 128 bits of a SHA-256 hash over the texts, as hexadecimal digits. The length of each text is hashed
/// too, so that `["ab", "c"]` and `["a", "bc"]` give different results.
pub fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    let hash = hash.finalize();
    hex::encode(&hash[..16])
}
