//! Normalizes text for comparison: half-width, lower case, simplified characters, Arabic digits. This file is also part of the program for phones.

// This lint suggests functions that Rust 1.63 does not have.
#![allow(clippy::unnecessary_map_or)]

use super::simplified::simplified;

/// The characters that may follow a number in Chinese numerals. 五一 in 五一路 is not a number.
const AFTER_NUMERALS: [char; 9] = ['号', '栋', '幢', '座', '楼', '室', '层', '弄', '单'];

/// The characters that end the number of a building. Numerals before 门 are a number only behind one of them: 3栋二门 is
/// unit 2, but 三门峡 is a city.
const AFTER_BUILDINGS: [char; 7] = ['号', '栋', '幢', '座', '楼', '#', '-'];
/// The characters that make another word of 门: 门诊 is a clinic.
const OTHER_DOORS: [char; 3] = ['诊', '店', '市'];

/// Normalizes a name or a query.
pub(super) fn normal(text: &str) -> String {
    let plain: Vec<char> = text.chars().flat_map(plain).collect();
    arabic(&plain)
}

/// Converts a character to half-width, lower case and its simplified form.
pub fn plain(c: char) -> impl Iterator<Item = char> {
    let half = match c {
        '—' | '–' | '－' | '―' | '~' | '～' | '−' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\t' | '\n' | '\r' | '\u{a0}' => ' ',
        '〇' => '零',
        c => simplified(c),
    };
    half.to_lowercase()
}

/// Replaces Chinese numerals by digits where they are a number of an address.
fn arabic(text: &[char]) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    let mut at = 0;
    while at < text.len() {
        let run = text[at..].iter().take_while(|c| numeral(**c).is_some());
        let run = run.count();
        let after = text.get(at + run);
        let is_counted = after.map_or(false, |c| AFTER_NUMERALS.contains(c));
        let is_number = run > 0 && run <= 8 && (is_counted || is_unit(&out, &text[at + run..]));
        match is_number.then(|| number(&text[at..at + run])).flatten() {
            Some(number) => {
                out.push_str(&number.to_string());
                at += run;
            }
            None => {
                let step = run.max(1);
                out.extend(&text[at..at + step]);
                at += step;
            }
        }
    }
    out
}

/// Returns whether numerals between two parts of a text are the number of a unit, as in 3栋二门.
fn is_unit(before: &str, after: &[char]) -> bool {
    let last = before.trim_end().chars().last();
    let is_word = after.get(1).map_or(false, |c| OTHER_DOORS.contains(c));
    after.first() == Some(&'门') && !is_word && last.map_or(false, |c| AFTER_BUILDINGS.contains(&c))
}

fn numeral(c: char) -> Option<u32> {
    Some(match c {
        '零' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '百' => 100,
        _ => return None,
    })
}

/// Converts Chinese numerals to a number: 二十四 and 二四 are 24, 一百零二 and 一零二 are 102.
fn number(numerals: &[char]) -> Option<u32> {
    let values: Vec<u32> = numerals.iter().filter_map(|c| numeral(*c)).collect();
    if values.iter().all(|v| *v < 10) {
        return values
            .iter()
            .try_fold(0_u32, |n, v| n.checked_mul(10)?.checked_add(*v));
    }
    let (mut sum, mut digit) = (0, None);
    for value in values {
        if value < 10 {
            digit = Some(value);
        } else {
            sum += digit.take().unwrap_or(1) * value;
        }
    }
    Some(sum + digit.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_of_an_address_become_digits_and_others_stay() {
        for (text, expected) in [
            ("三号楼", "3号楼"),
            ("十号楼", "10号楼"),
            ("二十四號樓", "24号楼"),
            ("一百零二室", "102室"),
            ("六〇二室", "602室"),
            ("五一路", "五一路"),
            ("百货大楼", "百货大楼"),
            ("第二教学楼", "第二教学楼"),
            ("ＡＢＣ１２３　Ｄ", "abc123 d"),
            ("十二单元", "12单元"),
            ("3栋二门 1102室", "3栋2门 1102室"),
            ("三号楼 十二门", "3号楼 12门"),
            ("5-一门", "5-1门"),
            ("三门峡", "三门峡"),
            ("温泉二门", "温泉二门"),
            ("3号楼二门诊", "3号楼二门诊"),
        ] {
            assert_eq!(normal(text), expected, "{text}");
        }
    }
}
