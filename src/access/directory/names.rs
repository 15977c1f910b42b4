//! Names packed together: one text for many features, and for each name the letters that can occur in a
//! query that finds it.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use ib_matcher::pinyin::{PinyinData, PinyinNotation};
use rayon::prelude::*;

use crate::index::Entry;
use crate::model::Canonical;

/// Features whose names stand in one text. Their properties are limited to some megabytes each at the
/// door, so that the text has less than 4 GB.
const CHUNK: usize = 256;

/// The names in a feature's properties by which people look for it.
#[derive(Debug)]
pub(super) struct Named<'a> {
    name: Option<Cow<'a, str>>,
    code: Option<Cow<'a, str>>,
}

impl<'a> Named<'a> {
    /// Reads them from canonical JSON.
    pub(super) fn read(properties: &'a str) -> Self {
        let properties = Canonical::new(properties);
        Self {
            name: properties.text("name"),
            code: properties.text("code"),
        }
    }

    /// The name; empty where there is none.
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The code; empty where there is none.
    pub(super) fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_default()
    }

    /// The names that the feature has, as texts.
    pub(super) fn into_texts(self) -> impl Iterator<Item = Cow<'a, str>> {
        [self.name, self.code].into_iter().flatten()
    }
}

/// The names of many features.
#[derive(Debug, Default)]
pub(super) struct Names {
    chunks: Vec<Chunk>,
}

/// The names of some features.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The ids, names and codes of all features in one text.
    text: Box<str>,
    rows: Box<[Ends]>,
}

/// The offsets at which the texts of one feature end in the shared buffer, and the letters they contain.
#[derive(Debug, Clone, Copy)]
struct Ends {
    letters: Letters,
    id: u32,
    name: u32,
    code: u32,
}

/// The names of one feature; empty where it has none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub letters: Letters,
    pub id: &'a str,
    pub name: &'a str,
    pub code: &'a str,
}

impl Names {
    /// The names of these features; those without any are left out.
    pub(super) fn of<'a>(entries: impl Iterator<Item = &'a Arc<Entry>>) -> Self {
        let mut chunks = Vec::new();
        let (mut text, mut rows) = (String::new(), Vec::with_capacity(CHUNK));
        let mut put = |text: &mut String, rows: &mut Vec<Ends>| {
            if !rows.is_empty() {
                chunks.push(Chunk {
                    text: text.as_str().into(),
                    rows: rows.as_slice().into(),
                });
            }
            text.clear();
            rows.clear();
        };
        for entry in entries {
            let named = Named::read(entry.all_properties());
            let (name, code) = (named.name(), named.code());
            if name.is_empty() && code.is_empty() {
                continue;
            }
            let mut end = |part: &str| {
                text.push_str(part);
                text.len() as u32
            };
            rows.push(Ends {
                id: end(entry.id().as_str()),
                name: end(name),
                code: end(code),
                letters: Letters::of_name(name).or(Letters::of_name(code)),
            });
            if rows.len() == CHUNK {
                put(&mut text, &mut rows);
            }
        }
        put(&mut text, &mut rows);
        Self { chunks }
    }

    pub(super) fn chunks(&self) -> impl ParallelIterator<Item = &Chunk> {
        self.chunks.par_iter()
    }
}

impl Chunk {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let mut start = 0;
        self.rows.iter().map(move |ends| {
            let text = |from: u32, to: u32| {
                let range = from as usize..to as usize;
                self.text.get(range).unwrap_or_default()
            };
            let row = Row {
                letters: ends.letters,
                id: text(start, ends.id),
                name: text(ends.id, ends.name),
                code: text(ends.name, ends.code),
            };
            start = ends.code;
            row
        })
    }
}

/// A set of letters: ASCII letters and digits one by one, characters with a reading in a few groups.
/// Letters that it cannot tell apart it has all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Letters(u64);

impl Letters {
    const DIGITS: u32 = 26;
    const GROUPS: u32 = Self::DIGITS + 10;

    /// The set of everything a query that finds the name may contain: the letters and characters of the
    /// name, and the pinyin letters of each character.
    fn of_name(name: &str) -> Self {
        static PINYIN: LazyLock<PinyinData> =
            LazyLock::new(|| PinyinData::new(PinyinNotation::Ascii));
        let mut all = Self::default();
        for c in name.chars() {
            if c.is_ascii() {
                all = all.or(Self::of_ascii(c));
                continue;
            }
            let mut has_reading = false;
            PINYIN.get_pinyins_and_for_each(c, |reading| {
                has_reading = true;
                let reading = reading.notation(PinyinNotation::Ascii).unwrap_or_default();
                for letter in reading.chars() {
                    all = all.or(Self::of_ascii(letter));
                }
            });
            if has_reading {
                all = all.or(Self::group_of(c));
            } else if c.is_alphanumeric() {
                // Letters of other scripts may be equal to others without being the same.
                return Self(u64::MAX);
            }
        }
        all
    }

    /// What a name must have that fits the query.
    pub(super) fn of_query(words: &[&str]) -> Self {
        let letters = words.iter().flat_map(|word| word.chars());
        letters.fold(Self::default(), |all, c| {
            all.or(match c {
                c if c.is_ascii() => Self::of_ascii(c),
                // Common characters only: that they have a reading need not be looked up.
                '\u{4e00}'..='\u{9fa5}' => Self::group_of(c),
                _ => Self::default(),
            })
        })
    }

    /// Whether all of them are among those of a name.
    pub(super) fn are_in(self, name: Self) -> bool {
        self.0 & !name.0 == 0
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn of_ascii(c: char) -> Self {
        let bit = match c.to_ascii_lowercase() {
            c @ 'a'..='z' => u32::from(c) - u32::from('a'),
            c @ '0'..='9' => Self::DIGITS + u32::from(c) - u32::from('0'),
            _ => return Self::default(),
        };
        Self(1 << bit)
    }

    fn group_of(c: char) -> Self {
        let spread = u32::from(c).wrapping_mul(0x9e37_79b1) >> 16;
        Self(1 << (Self::GROUPS + spread % (u64::BITS - Self::GROUPS)))
    }
}
