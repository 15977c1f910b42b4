//! The patterns of `LIKE`, and folding of case and accents.

use unicode_normalization::UnicodeNormalization as _;

use crate::index::Meter;

/// The maximum length of a pattern, in characters. A match takes at most (characters of the text) × (length of the
/// pattern) steps.
pub(super) const MAX_PATTERN: usize = 512;

/// The number of steps between two reports to the meter.
const STEPS: usize = 4_096;

/// A part of a `LIKE` pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// `%`: any number of characters, or none.
    Any,
    /// `_`: one character.
    One,
    /// A literal character.
    Char(char),
}

/// A `LIKE` pattern: `%` matches any text, `_` any character, and a backslash escapes the next
/// character.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Vec<Part>);

impl Pattern {
    /// Parses a pattern; `None` if it is too long.
    pub fn new(pattern: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            let part = match c {
                '%' => Part::Any,
                '_' => Part::One,
                '\\' => Part::Char(chars.next().unwrap_or('\\')),
                c => Part::Char(c),
            };
            if part != Part::Any || parts.last() != Some(&Part::Any) {
                parts.push(part);
            }
        }
        (parts.len() <= MAX_PATTERN).then_some(Self(parts))
    }

    /// Whether the pattern matches a whole text. The matcher backtracks to the last `%` only, so it
    /// takes at most (characters of the text) × (parts of the pattern) steps.
    pub fn matches<M: Meter>(&self, text: &str, meter: &M) -> Result<bool, M::Stop> {
        let parts = &self.0;
        let mut rest = text.chars();
        let mut at = 0;
        // Where to try again after a mismatch: the part after the last `%`, and the text that remained there.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        let mut steps = 0;
        loop {
            steps += 1;
            if steps == STEPS {
                meter.test(STEPS)?;
                steps = 0;
            }
            if parts.get(at) == Some(&Part::Any) {
                at += 1;
                if at == parts.len() {
                    break;
                }
                retry = Some((at, rest.clone()));
                continue;
            }
            let mut ahead = rest.clone();
            match (ahead.next(), parts.get(at)) {
                (None, None) => break,
                (Some(_), Some(Part::One)) => {
                    rest = ahead;
                    at += 1;
                    continue;
                }
                (Some(c), Some(Part::Char(p))) if c == *p => {
                    rest = ahead;
                    at += 1;
                    continue;
                }
                _ => {}
            }
            // No match from here: the last `%` takes one more character.
            let Some((from, mut left)) = retry.take() else {
                meter.test(steps)?;
                return Ok(false);
            };
            if left.next().is_none() {
                meter.test(steps)?;
                return Ok(false);
            }
            at = from;
            rest = left.clone();
            retry = Some((from, left));
        }
        meter.test(steps)?;
        Ok(true)
    }
}

/// Folds the case of a text in all scripts: each character is converted to upper case and then to
/// lower case, so that `ß` becomes `ss` and a final sigma a sigma.
pub(super) fn fold_case(text: &str) -> String {
    text.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

/// Removes accents: the combining marks of Latin, Greek and Cyrillic letters. Marks of other
/// scripts, such as vowel signs, stay.
pub(super) fn fold_accents(text: &str) -> String {
    text.nfd().filter(|c| !is_accent(*c)).nfc().collect()
}

fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}
