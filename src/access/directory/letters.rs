//! Sets of characters, to skip names that cannot match. This file is also part of the program for phones.

use super::readings::readings;

/// A set of characters in 64 bits: one bit for each ASCII letter and digit; other characters share the remaining bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Letters(u64);

impl Letters {
    const DIGITS: u32 = 26;
    const GROUPS: u32 = Self::DIGITS + 10;

    /// Returns all characters that a query for the name may contain: the characters of the name, and the pinyin letters
    /// of each.
    pub(super) fn of_name(name: &str) -> Self {
        let mut all = Self::default();
        for c in name.chars() {
            all = all.or(Self::of(c));
            for letter in readings(c).iter().flat_map(|reading| reading.chars()) {
                all = all.or(Self::of(letter));
            }
        }
        all
    }

    /// Returns the characters with which a query may begin if it matches the beginning of the name: the first character
    /// of the name, and the first letters of its pinyin.
    pub(super) fn of_beginning(name: &str) -> Self {
        let c = match name.chars().next() {
            Some(c) => c,
            None => return Self::default(),
        };
        let letters = readings(c).iter().filter_map(|r| r.chars().next());
        letters.fold(Self::of(c), |all, letter| all.or(Self::of(letter)))
    }

    /// Returns the characters of a query's words. A name that matches must contain all of them.
    pub(super) fn of_query<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let letters = words.flat_map(str::chars);
        letters.fold(Self::default(), |all, c| all.or(Self::of(c)))
    }

    /// Returns whether all of these characters are in the set of a name.
    pub(super) fn are_in(self, name: Self) -> bool {
        self.0 & !name.0 == 0
    }

    /// Counts the bits of this set that the set of a name lacks.
    pub(super) fn missing_in(self, name: Self) -> u32 {
        (self.0 & !name.0).count_ones()
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn of(c: char) -> Self {
        let bit = match c {
            'a'..='z' => u32::from(c) - u32::from('a'),
            '0'..='9' => Self::DIGITS + u32::from(c) - u32::from('0'),
            c if c.is_ascii() => return Self::default(),
            c => {
                let spread = u32::from(c).wrapping_mul(0x9e37_79b1) >> 16;
                Self::GROUPS + spread % (u64::BITS - Self::GROUPS)
            }
        };
        Self(1 << bit)
    }
}
