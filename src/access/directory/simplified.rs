//! The simplified forms of traditional characters.

use std::sync::LazyLock;

pub(super) const TRADITIONAL: &str = include_str!("traditional.txt");

/// The range of characters for which simplified forms are known.
const FIRST: char = '\u{3400}';
const LAST: char = '\u{9fff}';

/// Returns the simplified form of a character.
pub(super) fn simplified(c: char) -> char {
    static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
        let mut table: Vec<char> = (FIRST..=LAST).collect();
        let lines = TRADITIONAL.lines().filter(|line| !line.starts_with('#'));
        let all: Vec<char> = lines.flat_map(str::chars).collect();
        for pair in all.chunks_exact(2) {
            if let Some(form) = table.get_mut(place(pair[0])) {
                *form = pair[1];
            }
        }
        table
    });
    match c {
        FIRST..=LAST => SIMPLIFIED.get(place(c)).copied().unwrap_or(c),
        _ => c,
    }
}

fn place(c: char) -> usize {
    (u32::from(c) as usize).wrapping_sub(u32::from(FIRST) as usize)
}
