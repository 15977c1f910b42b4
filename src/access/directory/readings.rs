//! The pinyin readings of Chinese characters. Phones have a smaller table: only the characters of the
//! names that they store.

use std::sync::LazyLock;

use ib_matcher::pinyin::{PinyinData, PinyinNotation};

/// The range of characters for which pinyin readings are known.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9fff;

/// Returns the pinyin readings of a character, without tones.
pub fn readings(c: char) -> &'static [&'static str] {
    static DATA: LazyLock<PinyinData> = LazyLock::new(|| PinyinData::new(PinyinNotation::Ascii));
    static TABLE: LazyLock<Vec<Box<[&'static str]>>> = LazyLock::new(|| {
        let read = |code: u32| {
            let mut all: Vec<&'static str> = Vec::new();
            let data: &'static PinyinData = &DATA;
            for reading in char::from_u32(code)
                .into_iter()
                .flat_map(|c| data.get_pinyins(c))
            {
                let letters = reading.notation(PinyinNotation::Ascii).unwrap_or_default();
                if !letters.is_empty() && !all.contains(&letters) {
                    all.push(letters);
                }
            }
            all.into_boxed_slice()
        };
        (FIRST..=LAST).map(read).collect()
    });
    let code = u32::from(c);
    match code.checked_sub(FIRST) {
        Some(at) if code <= LAST => TABLE.get(at as usize).map_or(&[], |all| all),
        _ => &[],
    }
}
