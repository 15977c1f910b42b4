//! A query, and how well a name fits it.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};

use ib_matcher::matcher::{IbMatcher, PinyinMatchConfig};
use ib_matcher::pinyin::PinyinNotation;

use super::names::{Letters, Named};

/// The longest query that is looked at, in characters; names are shorter.
const LONGEST: usize = 64;

/// The words of a query, all of which a name has to have.
pub(super) struct Query<'q> {
    words: Vec<&'q str>,
    sounds: Vec<IbMatcher<'q>>,
    letters: Letters,
}

/// How well a name fits; the greatest comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// Every word stands in the name as written, and not only by its sound.
    literal: bool,
    /// Whether the whole name equals the query.
    whole: bool,
    /// The name begins with the query.
    start: bool,
    /// What people look for comes before what merely bears a name.
    kind: u8,
    /// Short names before long ones.
    length: Reverse<usize>,
}

impl<'q> Query<'q> {
    /// What is looked at of a query.
    pub(super) fn text(query: &str) -> String {
        let looked_at: String = query.chars().take(LONGEST).collect();
        looked_at.to_lowercase()
    }

    /// The query of a text that [`text`](Self::text) made.
    pub(super) fn new(text: &'q str) -> Self {
        let words: Vec<&str> = text.split_whitespace().collect();
        let sound = |word: &&'q str| {
            let notations = PinyinNotation::Ascii | PinyinNotation::AsciiFirstLetter;
            IbMatcher::builder(*word)
                .pinyin(PinyinMatchConfig::notations(notations))
                .build()
        };
        Self {
            sounds: words.iter().map(sound).collect(),
            letters: Letters::of_query(&words),
            words,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The letters that a name must have to fit.
    pub(super) fn letters(&self) -> Letters {
        self.letters
    }

    /// How well a feature fits, and by which of its names.
    pub(super) fn fit<'a>(&self, properties: &'a str, kind: u8) -> Option<(Rank, Cow<'a, str>)> {
        let named = Named::read(properties);
        named
            .into_texts()
            .filter_map(|name| Some((self.rank(&name, kind)?, name)))
            .max_by(|a, b| a.0.cmp(&b.0))
    }

    /// The same of names that were read before.
    pub(super) fn best<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
        kind: u8,
    ) -> Option<(Rank, &'a str)> {
        names
            .filter_map(|name| Some((self.rank(name, kind)?, name)))
            .max_by(|a, b| a.0.cmp(&b.0))
    }

    fn rank(&self, name: &str, kind: u8) -> Option<Rank> {
        let lower = name.to_lowercase();
        let mut literal = true;
        let mut start = false;
        for (i, (word, sound)) in self.words.iter().zip(&self.sounds).enumerate() {
            if let Some(at) = lower.find(word) {
                start |= i == 0 && at == 0;
            } else {
                literal = false;
                let found = sound.find(name)?;
                start |= i == 0 && found.start() == 0;
            }
        }
        Some(Rank {
            literal,
            whole: self.words.len() == 1 && lower == self.words[0],
            start,
            kind,
            length: Reverse(name.chars().count()),
        })
    }
}

/// Compares names as people number them: 2号楼 before 10号楼. Total, and equal only for equal texts.
pub(super) fn natural(mut a: &str, mut b: &str) -> Ordering {
    /// Cuts off the digits with which a text begins, or else one character.
    fn token<'a>(text: &mut &'a str) -> Option<&'a str> {
        let first = text.chars().next()?;
        let end = if first.is_ascii_digit() {
            let other = |c: char| !c.is_ascii_digit();
            text.find(other).unwrap_or(text.len())
        } else {
            first.len_utf8()
        };
        let (token, rest) = text.split_at(end);
        *text = rest;
        Some(token)
    }
    let is_number = |t: &str| t.starts_with(|c: char| c.is_ascii_digit());
    loop {
        let (x, y) = match (token(&mut a), token(&mut b)) {
            (Some(x), Some(y)) => (x, y),
            (x, y) => return x.is_some().cmp(&y.is_some()),
        };
        let found = match (is_number(x), is_number(y)) {
            (true, true) => {
                // As long as digits are left after the zeros, the longer number is the greater one.
                let (m, n) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
                m.len()
                    .cmp(&n.len())
                    .then_with(|| m.cmp(n))
                    .then_with(|| x.len().cmp(&y.len()))
            }
            (false, false) => x.cmp(y),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        };
        if found != Ordering::Equal {
            return found;
        }
    }
}
