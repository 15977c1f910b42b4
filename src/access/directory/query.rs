//! A search query, and how well a name matches it. This file is also part of the program for phones.

// This lint suggests functions that Rust 1.63 does not have.
#![allow(clippy::unnecessary_map_or)]

use std::cmp::Reverse;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};

use super::address::{self, Label, Number, Numbers, Token};
use super::kinds::{BUILDING, ENTRANCE};
use super::letters::Letters;
use super::sound::Word;

/// The most interpretations of a query that are tried, besides those that allow a mistake.
const MOST_READINGS: usize = 16;
/// The fewest characters of a word's ending that is searched without the characters before it.
const SHORTEST_END: usize = 3;
/// The fewest digits of a number that may be the beginning of a code.
const SHORTEST_CODE: u8 = 4;
/// The endings of area names that may precede an address.
const AREAS: [&str; 8] = ["自治区", "街道", "省", "市", "区", "县", "镇", "乡"];
/// Generic words after the name of a compound that are often not part of the name.
const GENERIC: [&str; 2] = ["小区", "社区"];

/// The words and numbers of a query. A name matches only if it contains all words.
#[derive(Debug, Default)]
pub(super) struct Query {
    words: Vec<Word>,
    numbers: Vec<Number>,
    /// Whether the last number may be incomplete: the query ends with it, so that `3` may become `35`.
    goes_on: bool,
    /// All words joined together, as in [`address::Shape::text`].
    whole: String,
    letters: Letters,
    /// The first letter or character of the first word.
    initial: Letters,
    /// Whether a name may differ from the query by one typing mistake. Only queries with one word allow it.
    forgives: bool,
    /// Whether the words have matched at least one name so far.
    has_fit: AtomicBool,
}

/// How well a name matches. The greatest rank comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub words: WordRank,
    /// The priority of the feature's collection, such as buildings before roads.
    pub kind: u8,
    /// How well the numbers match.
    pub numbers: Nearness,
    /// The length of the name in characters; shorter is better.
    pub length: Reverse<u16>,
}

/// How well the words of a name match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WordRank {
    /// Whether the name contains every word as written, and not only in pinyin.
    literal: bool,
    /// Whether the words of the query together are the whole name.
    whole: bool,
    /// Whether the name begins with the first word of the query.
    start: bool,
}

/// How well a number of a name matches a number of the query, from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nearness {
    /// The number of the name begins with that of the query, which may be incomplete.
    Begun,
    /// The name has a range of house numbers that contains the number.
    Within,
    /// The name has a range of house numbers that begins with the number.
    First,
    /// The numbers are equal.
    Same,
}

/// How the numbers of a query match those of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NumberFit {
    /// The worst match among them.
    pub near: Nearness,
    /// The numbers of the query after the building's own number: unit and room.
    pub rest: Vec<Number>,
}

impl Query {
    /// Returns the interpretations of a text in the order in which they are tried.
    pub(super) fn readings(text: &str) -> Vec<Self> {
        let tokens = address::query_tokens(text);
        let mut all = Vec::new();
        let mut put = |tokens: &[Token]| {
            if !tokens.is_empty() && all.len() < MOST_READINGS && !all.iter().any(|t| t == tokens) {
                all.push(tokens.to_vec());
            }
        };
        put(&tokens);
        // Words after the last number are seldom part of an address.
        let last = tokens.iter().rposition(|t| matches!(t, Token::Number(_)));
        let front = &tokens[..last.map_or(tokens.len(), |at| at + 1)];
        put(front);
        put(&without_generic(front));
        // Interpretations without the areas before a name: 天津市北辰区果园新村街道温泉花园 is also read as 温泉花园.
        for start in (0..front.len()).filter(|at| matches!(front[*at], Token::Word(_))) {
            let rest = &front[start..];
            put(rest);
            put(&without_generic(rest));
            let word = match rest.first() {
                Some(Token::Word(word)) => word,
                _ => continue,
            };
            for end in ends_behind_areas(word) {
                let cut = with_first(rest, end);
                put(&cut);
                put(&without_generic(&cut));
            }
        }
        let last = front.iter().rposition(|t| matches!(t, Token::Word(_)));
        for (at, word) in last
            .into_iter()
            .filter_map(|at| Some((at, front[at].word()?)))
        {
            if !word.is_ascii() {
                for end in shorter_ends(word) {
                    put(&with_first(&front[at..], end));
                }
            }
        }
        // A single long number may be the beginning of a code.
        match &*tokens {
            [Token::Number(code)] if code.digits >= SHORTEST_CODE => {
                put(&[Token::Word(code.written())]);
            }
            _ => {}
        }
        let mut queries: Vec<Self> = all.iter().map(|tokens| Self::of(tokens)).collect();
        let forgiving: Vec<Self> = queries.iter().take(2).filter_map(Self::forgiving).collect();
        queries.extend(forgiving);
        queries
    }

    fn of(tokens: &[Token]) -> Self {
        let (mut words, mut numbers) = (Vec::new(), Vec::new());
        for token in tokens {
            match token {
                Token::Word(word) => words.push(Word::new(word)),
                Token::Number(number) => numbers.push(*number),
            }
        }
        let last = tokens.last();
        let goes_on = matches!(last, Some(Token::Number(n)) if n.label == Label::Any);
        Self {
            letters: Letters::of_query(words.iter().map(Word::text)),
            initial: Letters::of_query(words.first().map(Word::initial).into_iter()),
            whole: words.iter().map(Word::text).collect(),
            goes_on,
            words,
            numbers,
            forgives: false,
            has_fit: AtomicBool::new(false),
        }
    }

    /// Returns the query with one mistake allowed, or `None` if it has several words or its word is too short.
    fn forgiving(&self) -> Option<Self> {
        let word = match &*self.words {
            [word] => word,
            _ => return None,
        };
        let least = if word.text().is_ascii() { 3 } else { 2 };
        (word.len() >= least).then(|| Self {
            forgives: true,
            ..self.copy()
        })
    }

    /// Returns the query without its numbers, or `None` if it does not have both words and numbers.
    pub(super) fn without_numbers(&self) -> Option<Self> {
        let has_both = !self.words.is_empty() && !self.numbers.is_empty();
        has_both.then(|| Self {
            numbers: Vec::new(),
            ..self.copy()
        })
    }

    /// Returns a copy of the query with `has_fit` reset.
    fn copy(&self) -> Self {
        Self {
            words: self.words.clone(),
            numbers: self.numbers.clone(),
            goes_on: self.goes_on,
            whole: self.whole.clone(),
            letters: self.letters,
            initial: self.initial,
            forgives: self.forgives,
            has_fit: AtomicBool::new(false),
        }
    }

    pub(super) fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    /// Returns whether the words have matched at least one name so far.
    pub(super) fn has_fit(&self) -> bool {
        self.has_fit.load(Ordering::Relaxed)
    }

    /// Checks quickly whether a name can match, by its characters and its possible first characters. If a mistake is
    /// allowed, the query may contain one character that the name does not have.
    pub(super) fn may_fit(&self, letters: Letters, first: Letters) -> bool {
        match self.forgives {
            true => self.letters.missing_in(letters) <= 1 && self.initial.are_in(first),
            false => self.letters.are_in(letters),
        }
    }

    /// Returns whether the query has the number of a building, or a number without a label.
    fn names_building(&self) -> bool {
        let is_it = |n: &Number| matches!(n.label, Label::Building | Label::Any);
        self.numbers.iter().any(is_it)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.numbers.is_empty()
    }

    pub(super) fn has_numbers(&self) -> bool {
        !self.numbers.is_empty()
    }

    /// Returns the highest rank that the words of a name can have, without comparing them. `first` is the set of
    /// characters with which a query may begin if it matches the beginning of the name.
    pub(super) fn highest_words(&self, name: &str, first: Letters) -> WordRank {
        let by_sound = match &*self.words {
            [word] => {
                let is_letters = word.text().bytes().all(|b| b.is_ascii_lowercase());
                is_letters && !name.bytes().any(|b| b.is_ascii_alphanumeric())
            }
            _ => false,
        };
        WordRank {
            literal: !by_sound,
            whole: !by_sound,
            start: !by_sound || self.initial.are_in(first),
        }
    }

    /// Returns how well the words of a name match, or `None` if they do not match. Sets `has_fit` if they match.
    pub(super) fn words(&self, name: &str) -> Option<WordRank> {
        let rank = self.word_rank(name)?;
        if !self.has_fit() {
            self.has_fit.store(true, Ordering::Relaxed);
        }
        Some(rank)
    }

    fn word_rank(&self, name: &str) -> Option<WordRank> {
        if self.forgives {
            let word = self.words.first()?;
            return word.nearly_begins(name).then_some(WordRank {
                literal: false,
                whole: false,
                start: true,
            });
        }
        let mut rank = WordRank {
            literal: true,
            whole: self.whole == name,
            start: self.words.is_empty(),
        };
        for (i, word) in self.words.iter().enumerate() {
            let at = word.find(name)?;
            rank.literal &= at.literal;
            rank.start |= i == 0 && at.start;
        }
        Some(rank)
    }

    /// Matches the numbers of a name. The numbers of the query after that of the building are a unit and a room.
    /// Returns `None` if the numbers do not match.
    pub(super) fn numbers(&self, name: &Numbers, kind: u8) -> Option<NumberFit> {
        let mut near = Nearness::Same;
        let mut rest = Vec::new();
        let mut own = name.iter().peekable();
        let mut has_building = false;
        let mut asked = self.numbers.iter().enumerate().peekable();
        // A query may leave out the number of the lane.
        let skips_lane = match (asked.peek(), own.peek()) {
            (Some((_, first)), Some(lane)) => {
                lane.label == Label::Lane && fits(first, lane, false).is_none()
            }
            _ => false,
        };
        if skips_lane {
            own.next();
        }
        for (i, number) in asked {
            let is_last = i + 1 == self.numbers.len();
            let fit = own
                .peek()
                .and_then(|own| fits(number, own, self.goes_on && is_last));
            if let Some(this) = fit {
                near = near.min(this);
                has_building |= own.next().map_or(false, |n| n.label != Label::Lane);
            } else if number.label == Label::Level {
                // The storey is ignored, because the number of the room contains it.
            } else if number.label == Label::Gate && self.names_building() {
                // The gate says how to get to the building.
            } else if has_building && own.peek().is_none() && takes_rest(kind, number, name) {
                rest.push(*number);
            } else {
                return None;
            }
        }
        Some(NumberFit { near, rest })
    }

    /// Returns the ranges of values that contain the first number of every matching name. The list is empty if the
    /// query has no numbers.
    pub(super) fn first_values(&self) -> Vec<RangeInclusive<u32>> {
        let mut all = Vec::new();
        for (i, first) in self.numbers.iter().enumerate() {
            // A range of house numbers is indexed by its first number, so lower values may match too.
            all.push(first.value.saturating_sub(address::WIDEST_RANGE)..=first.value);
            let is_last = i + 1 == self.numbers.len();
            self.continued(first, is_last, &mut all);
            // The name of a building does not contain the number of the gate before it.
            if first.label != Label::Gate {
                break;
            }
        }
        joined(all)
    }

    /// Adds the values that begin with the digits of an incomplete number.
    fn continued(&self, first: &Number, is_last: bool, all: &mut Vec<RangeInclusive<u32>>) {
        if self.goes_on && is_last && first.value > 0 {
            let mut tens = 10_u32;
            while let Some(from) = first
                .value
                .checked_mul(tens)
                .filter(|from| address::is_plain(*from))
            {
                all.push(from..=from + (tens - 1));
                tens = tens.saturating_mul(10);
            }
        }
    }

    /// Returns how well a name matches, or `None` if it does not match.
    pub(super) fn rank(&self, name: &address::Shape, kind: u8) -> Option<Rank> {
        // Words are compared before numbers, because `words` records whether any name has matched.
        let words = self.words(&name.text)?;
        let numbers = self.numbers(&name.numbers, kind)?;
        Some(Rank {
            words,
            kind,
            numbers: numbers.near,
            length: Reverse(length(&name.text)),
        })
    }
}

/// Returns the length of a name in characters.
pub(super) fn length(name: &str) -> u16 {
    name.chars().count() as u16
}

/// Compares a number of a query with a number of a name. Returns `None` if they do not match. If `goes_on`, the number
/// of the query may be incomplete.
fn fits(asked: &Number, own: &Number, goes_on: bool) -> Option<Nearness> {
    let is_any = |n: &Number| n.label == Label::Any;
    // 1号门 never means a building whose number has no label.
    let is_gate = asked.label == Label::Gate;
    if asked.label != own.label && !is_any(asked) && (is_gate || !is_any(own)) {
        return None;
    }
    if asked.value == own.value {
        let is_same = asked.span == own.span;
        return Some(if is_same {
            Nearness::Same
        } else {
            Nearness::First
        });
    }
    if (own.value..=own.value + u32::from(own.span)).contains(&asked.value) {
        return Some(Nearness::Within);
    }
    let may_go_on = goes_on && asked.value > 0 && own.is_plain();
    let mut shorter = own.value;
    while may_go_on && shorter > asked.value {
        shorter /= 10;
    }
    (may_go_on && shorter == asked.value).then_some(Nearness::Begun)
}

/// Returns whether a number after that of a building or entrance may be a unit or room.
fn takes_rest(kind: u8, number: &Number, name: &Numbers) -> bool {
    let is_room = number.label == Label::Room || (number.label == Label::Any && number.digits > 2);
    match kind {
        BUILDING => !matches!(number.label, Label::Lane | Label::Gate),
        ENTRANCE => is_room && name.iter().any(|n| n.label == Label::Unit),
        _ => false,
    }
}

/// Returns the unit and the room that the numbers after a building's own number mean.
pub(super) fn unit_and_room(rest: &[Number]) -> (Option<String>, Option<String>) {
    let (mut unit, mut room) = (None, None);
    for number in rest {
        let is_room = match number.label {
            Label::Room => true,
            Label::Unit => false,
            _ => number.digits > 2 || unit.is_some(),
        };
        match is_room {
            true => room = Some(number.text()),
            false => unit = Some(number.text()),
        }
    }
    (unit, room)
}

/// Joins ranges that overlap, so that no name is read twice.
fn joined(mut ranges: Vec<RangeInclusive<u32>>) -> Vec<RangeInclusive<u32>> {
    ranges.sort_by_key(|range| *range.start());
    let mut all: Vec<RangeInclusive<u32>> = Vec::new();
    for range in ranges {
        match all.last_mut() {
            Some(last) if range.start() <= last.end() => {
                *last = *last.start()..=*last.end().max(range.end());
            }
            _ => all.push(range),
        }
    }
    all
}

fn with_first(tokens: &[Token], word: &str) -> Vec<Token> {
    let mut cut = tokens.to_vec();
    if let Some(first) = cut.first_mut() {
        *first = Token::Word(word.to_owned());
    }
    cut
}

/// Removes 小区 or 社区 from the end of each word.
fn without_generic(tokens: &[Token]) -> Vec<Token> {
    let cut = |token: &Token| match token {
        Token::Word(word) => {
            let end = GENERIC.iter().find_map(|end| word.strip_suffix(end));
            let end = end.filter(|rest| rest.chars().count() > 1);
            Token::Word(end.unwrap_or(word).to_owned())
        }
        number => number.clone(),
    };
    tokens.iter().map(cut).collect()
}

/// Returns the parts of a word after each area name in it, the longest first.
fn ends_behind_areas(word: &str) -> Vec<&str> {
    let mut ends: Vec<&str> = AREAS
        .iter()
        .flat_map(|area| word.match_indices(area))
        .filter_map(|(at, area)| word.get(at + area.len()..))
        .filter(|end| end.chars().count() > 1)
        .collect();
    ends.sort_by_key(|end| Reverse(end.len()));
    ends.dedup();
    ends
}

/// Returns the endings of a word with at least [`SHORTEST_END`] characters, the longest first.
fn shorter_ends(word: &str) -> impl Iterator<Item = &str> {
    let count = word.chars().count();
    let starts = word.char_indices().map(|(at, _)| at).skip(1);
    let starts = starts.take(count.saturating_sub(SHORTEST_END));
    starts.filter_map(|at| word.get(at..))
}
