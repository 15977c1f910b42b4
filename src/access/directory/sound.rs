//! Compares a word of a query with a name: as written, in full pinyin, by first letters, in any mix of these, and with
//! one mistake allowed. This file is also part of the program for phones.

// This lint suggests functions that Rust 1.63 does not have.
#![allow(clippy::unnecessary_map_or)]

use super::readings::readings;

/// The most characters of a word that are compared. [`States`] must have enough bits for it.
pub(super) const LONGEST: usize = 64;
/// A word of a query.
#[derive(Debug, Clone)]
pub(super) struct Word {
    text: String,
    chars: Vec<char>,
}

/// Where a word was found in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    /// Whether the word is at the beginning of the name.
    pub start: bool,
    /// Whether the word is in the name as written, and not only in pinyin.
    pub literal: bool,
}

/// A set of states of a nondeterministic automaton. Bit n is set if the first n characters of the word can be matched
/// so far. All possible matches advance together, so the time depends on the lengths of name and word and not on the
/// number of possible matches.
type States = u128;

impl Word {
    pub(super) fn new(text: &str) -> Self {
        let text: String = text.chars().take(LONGEST).collect();
        Self {
            chars: text.chars().collect(),
            text,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the first letter or character of the word.
    pub(super) fn initial(&self) -> &str {
        let end = self.chars.first().map_or(0, |c| c.len_utf8());
        self.text.get(..end).unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    /// Finds the word in a name.
    pub(super) fn find(&self, name: &str) -> Option<At> {
        if let Some(at) = name.find(&self.text) {
            let (start, literal) = (at == 0, true);
            return Some(At { start, literal });
        }
        if !self.chars.iter().any(char::is_ascii_lowercase) {
            return None;
        }
        let (mut first, mut any, mut found) = (1, 0, false);
        for (i, c) in name.chars().enumerate() {
            first = if i == 0 || first != 0 {
                self.step(first, c)
            } else {
                0
            };
            any = self.step(any | 1, c);
            if first & self.done() != 0 {
                let (start, literal) = (true, false);
                return Some(At { start, literal });
            }
            found |= any & self.done() != 0;
            if found && first == 0 {
                break;
            }
        }
        found.then_some(At {
            start: false,
            literal: false,
        })
    }

    /// Returns whether the name begins with the word if one mistake is allowed: an extra, missing or wrong letter or
    /// character, except the first one.
    pub(super) fn nearly_begins(&self, name: &str) -> bool {
        let (mut right, mut wrong): (States, States) = (1, 0);
        for (i, c) in name.chars().enumerate() {
            wrong = match i {
                0 => 0,
                // The word lacks this character of the name, or has another one instead.
                _ => self.step(wrong, c) | right | (right << 1),
            };
            wrong |= self.slip_within(right, c);
            right = self.step(right, c);
            // The word has an extra character.
            wrong |= (right & !1) << 1;
            if (right | wrong) & self.done() != 0 {
                return true;
            }
            if right | wrong == 0 {
                return false;
            }
        }
        false
    }

    fn done(&self) -> States {
        1 << self.chars.len()
    }

    /// Returns the states after one more character of the name.
    fn step(&self, states: States, c: char) -> States {
        let mut next = 0;
        self.each(states, |from, rest| {
            if rest.first() == Some(&c) {
                next |= 1 << (from + 1);
            }
            for reading in readings(c) {
                let same = rest.iter().zip(reading.bytes());
                let same = same.take_while(|(a, b)| **a == char::from(*b)).count();
                if same == 0 {
                    continue;
                }
                // The first letter of the reading, or its initial of two letters (zh, ch, sh).
                next |= 1 << (from + 1);
                if same >= 2 && reading.as_bytes().get(1) == Some(&b'h') {
                    next |= 1 << (from + 2);
                }
                // The whole reading, or its beginning at the end of the word, where typing may go on.
                if same == reading.len() || same == rest.len() {
                    next |= 1 << (from + same);
                }
            }
        });
        next
    }

    /// Returns the states after a character whose pinyin is typed with one letter extra, missing, wrong or swapped.
    fn slip_within(&self, states: States, c: char) -> States {
        let mut next = 0;
        self.each(states, |from, rest| {
            let begins = |reading: &&&str| reading.chars().next() == rest.first().copied();
            let long = readings(c).iter().filter(|reading| reading.len() >= 3);
            for reading in long.filter(begins) {
                for length in reading.len() - 1..=reading.len() + 1 {
                    let typed = rest.get(..length);
                    if typed.map_or(false, |t| is_one_off(t, reading.as_bytes())) {
                        next |= 1 << (from + length);
                    }
                }
            }
        });
        next
    }

    /// Calls `each` for every state with the number of characters matched and the rest of the word.
    fn each(&self, mut states: States, mut each: impl FnMut(usize, &[char])) {
        while states != 0 {
            let from = states.trailing_zeros() as usize;
            states &= states - 1;
            match self.chars.get(from..) {
                None | Some([]) => break,
                Some(rest) => each(from, rest),
            }
        }
    }
}

/// Returns whether the typed letters differ from a reading by one mistake that is not in the first letter.
fn is_one_off(typed: &[char], reading: &[u8]) -> bool {
    let typed: Vec<u8> = typed
        .iter()
        .map(|c| u8::try_from(*c).unwrap_or(0))
        .collect();
    let same = typed
        .iter()
        .zip(reading)
        .take_while(|(a, b)| a == b)
        .count();
    let (a, b) = (&typed[same..], &reading[same..]);
    let extra = || a.len() == b.len() + 1 && a.ends_with(b);
    let missing = || b.len() == a.len() + 1 && b.ends_with(a);
    let wrong = || a.len() == b.len() && a.get(1..) == b.get(1..);
    let swapped = || match (a, b) {
        ([a0, a1, a @ ..], [b0, b1, b @ ..]) => a0 == b1 && a1 == b0 && a == b,
        _ => false,
    };
    same > 0 && (extra() || missing() || wrong() || swapped())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(word: &str, name: &str) -> Option<(bool, bool)> {
        Word::new(word).find(name).map(|at| (at.start, at.literal))
    }

    #[test]
    fn a_word_is_found_by_characters_pinyin_letters_and_any_mix() {
        for word in [
            "wqhy",
            "wenquanhuayuan",
            "wenq",
            "wenqu",
            "w",
            "wenquanhy",
            "wqhuayuan",
            "温qhy",
            "wen泉花yuan",
            "wqh",
        ] {
            assert_eq!(found(word, "温泉花园"), Some((true, false)), "{word}");
        }
        assert_eq!(found("温泉", "温泉花园"), Some((true, true)));
        assert_eq!(found("花园", "温泉花园"), Some((false, true)));
        assert_eq!(found("hy", "温泉花园"), Some((false, false)));
        assert_eq!(found("chaoyang", "朝阳里"), Some((true, false)));
        assert_eq!(found("zyl", "朝阳里"), Some((true, false)));
        assert_eq!(found("zhyl", "朝阳里"), Some((true, false)));
        assert_eq!(found("wqhz", "温泉花园"), None);
        assert_eq!(found("花泉", "温泉花园"), None);
    }

    #[test]
    fn one_mistake_is_forgiven_and_two_are_not() {
        for word in [
            "wqy",
            "wqxhy",
            "wqby",
            "wenqaunhuayuan",
            "wengquanhuayuan",
            "wenquanhuayan",
            "温泉园",
            "温全花园",
        ] {
            assert!(Word::new(word).nearly_begins("温泉花园"), "{word}");
        }
        for word in ["xqhy", "wabc", "温州火锅", "hua"] {
            assert!(!Word::new(word).nearly_begins("温泉花园"), "{word}");
        }
    }

    #[test]
    fn a_long_word_over_a_long_name_takes_no_time_that_grows_with_the_ways_to_read_it() {
        // A search that tried all possible matches one by one would take 2^60 steps.
        let (word, name) = (format!("{}b", "a".repeat(60)), "啊".repeat(160));
        assert_eq!(found(&word, &name), None);
    }
}
