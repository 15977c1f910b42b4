//! The keys by which clients repeat what they sent. A key belongs to who sent it and to what they sent
//! with it: the same again is no second step, and another content under the same key is a mistake of the
//! client that it is told of. Cases keep hashes, never the key itself.

use sha2::{Digest as _, Sha256};

use super::wish::{Actor, Wish};

/// A key as a case keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMark {
    /// Who uses the key, for which action.
    name: String,
    /// What was sent with it.
    content: String,
}

/// What a case knows of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It is new.
    New,
    /// The same step came before.
    Same,
    /// Another step came with it.
    Other,
}

impl KeyMark {
    /// The mark of a wish that has a key. Its photos don't count: a client that repeats a step may have
    /// uploaded them again.
    pub fn of(actor: &Actor, wish: &Wish) -> Option<Self> {
        let key = wish.key.as_deref()?;
        let account = actor.account.as_deref().unwrap_or_default();
        let said = Wish {
            photos: Vec::new(),
            key: None,
            ..wish.clone()
        };
        Some(Self {
            name: digest(&["step", account, wish.action.as_str(), key]),
            content: digest(&["content", key, &format!("{said:?}")]),
        })
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
    hash[..16].iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warnings::{Action, PhotoKind, StepPhoto};

    #[test]
    fn a_key_belongs_to_a_person_an_action_and_a_content() {
        let person = |account: &str| Actor {
            account: Some(account.into()),
            ..Actor::public()
        };
        let wish = |action, note: &str| Wish {
            key: Some("k".into()),
            note: Some(note.into()),
            ..Wish::new(action)
        };
        let mark = |actor: &Actor, wish: &Wish| KeyMark::of(actor, wish).unwrap();
        let first = mark(&person("a"), &wish(Action::Start, "x"));
        let kept = [first.kept()];
        assert!(!kept[0].contains('k'), "{kept:?}");
        assert_eq!(first.find(&kept), Repeat::Same);
        let mut with_photo = wish(Action::Start, "x");
        with_photo.photos = vec![StepPhoto::new("p", PhotoKind::Before)];
        assert_eq!(mark(&person("a"), &with_photo).find(&kept), Repeat::Same);
        let other = mark(&person("a"), &wish(Action::Start, "y"));
        assert_eq!(other.find(&kept), Repeat::Other);
        let next = mark(&person("a"), &wish(Action::Handle, "x"));
        assert_eq!(next.find(&kept), Repeat::New);
        let neighbour = mark(&person("b"), &wish(Action::Start, "x"));
        assert_eq!(neighbour.find(&kept), Repeat::New);
        assert_eq!(KeyMark::of(&person("a"), &Wish::new(Action::Start)), None);
    }
}
