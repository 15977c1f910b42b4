//! Keys with which clients repeat requests. A key belongs to the account that sent it and to the content sent
//! with it. The same content again makes no second step; other content under the same key is refused. Cases
//! keep hashes, never the key.

use sha2::{Digest as _, Sha256};

/// A key as a case keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMark {
    /// Who uses the key, for which action.
    name: String,
    /// What was sent with it.
    content: String,
}

/// How a key relates to the steps of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// No step has it.
    New,
    /// The same step has it.
    Same,
    /// Another step has it.
    Other,
}

impl KeyMark {
    /// The mark of the key under which `account` sent `content` for an action.
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

/// 128 bits of the hash of some texts, as hexadecimal digits.
pub fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    let hash = hash.finalize();
    hex::encode(&hash[..16])
}
