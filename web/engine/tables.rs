//! The tables of the search: the pinyin readings of the characters in the names, from the network file, and the
//! simplified forms of traditional characters.

use std::cell::RefCell;
use std::collections::HashMap;

/// The readings of one character.
type Readings = &'static [&'static str];

const TRADITIONAL: &str = include_str!("../../src/access/directory/traditional.txt");

thread_local! {
    static READINGS: RefCell<HashMap<char, Readings>> = RefCell::default();
    static SIMPLIFIED: HashMap<char, char> = {
        let lines = TRADITIONAL.lines().filter(|line| !line.starts_with('#'));
        let all: Vec<char> = lines.flat_map(str::chars).collect();
        all.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    };
}

/// Sets the readings. They stay in memory, so that the search can refer to them; characters that have readings already
/// keep them.
pub fn set_readings(list: Vec<(char, Vec<String>)>) {
    READINGS.with(|table| {
        let mut table = table.borrow_mut();
        for (c, readings) in list {
            table.entry(c).or_insert_with(|| {
                let texts = readings.into_iter();
                let texts: Vec<&'static str> = texts.map(|t| &*Box::leak(t.into_boxed_str())).collect();
                Box::leak(texts.into_boxed_slice())
            });
        }
    });
}

/// Returns the pinyin readings of a character, without tones.
pub fn readings(c: char) -> Readings {
    READINGS.with(|table| table.borrow().get(&c).copied().unwrap_or(&[]))
}

/// Returns the simplified form of a character.
pub fn simplified(c: char) -> char {
    SIMPLIFIED.with(|table| table.get(&c).copied().unwrap_or(c))
}
