//! One cell of a sheet, and parsing of the dates and times that people write.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};

use super::CHINA;

/// The content of a cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Cell {
    /// An empty cell.
    #[default]
    Empty,
    /// A text without leading and trailing blanks.
    Text(String),
    /// A number.
    Number(f64),
    /// A date cell. A sheet stores no time zone, so it is read in China's.
    Moment(Timestamp),
}

/// The day from which a workbook counts its dates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Epoch {
    /// Day 0 is 30 December 1899: Excel on Windows. (Excel itself calls day 1 the 1 January 1900, because
    /// it counts a 29 February 1900, which did not exist.)
    #[default]
    Year1900,
    /// Day 0 is 1 January 1904: Excel on old Macs.
    Year1904,
}

impl Epoch {
    /// The moment of a number of days since day 0 of this epoch, in China's time zone. `None` for dates before 1954 or
    /// after 2119, because such numbers are rarely meant as dates.
    pub fn moment(self, days: f64) -> Option<Timestamp> {
        let days = match self {
            Self::Year1900 => days,
            Self::Year1904 => days + 1462.0,
        };
        if !(20_000.0..80_000.0).contains(&days) {
            return None;
        }
        let seconds = ((days - 25_569.0) * 86_400.0).round() as i64;
        Timestamp::from_second(seconds - i64::from(CHINA.seconds())).ok()
    }
}

impl Cell {
    /// The cell of a text; a blank text gives an empty cell.
    pub fn of_text(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text.to_owned())
        }
    }

    /// The size of the cell's text in bytes; 0 for other cells.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            _ => 0,
        }
    }

    /// The cell as text; a whole number has no decimal point.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(n) => n.to_string(),
            Self::Moment(at) => at.to_string(),
        }
    }

    /// The cell as a number; `None` if it is not one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(n) => Some(*n),
            Self::Text(text) => half_width(text)
                .trim()
                .parse()
                .ok()
                .filter(|n: &f64| n.is_finite()),
            _ => None,
        }
    }

    /// The cell as a moment. A time without a zone is in China's time zone. A date without a time is the
    /// beginning of that day. A number is read as a date cell that lost its format.
    pub fn moment(&self, epoch: Epoch) -> Option<Timestamp> {
        match self {
            Self::Moment(at) => Some(*at),
            Self::Text(text) => moment(text),
            Self::Number(n) => epoch.moment(*n),
            Self::Empty => None,
        }
    }
}

/// Replaces full-width digits, letters and signs, which Chinese input methods write, with plain
/// ones.
fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' => ' ',
            '點' | '点' => '点',
            '時' | '时' => '时',
            '–' | '—' | '−' => '-',
            '∶' => ':',
            other => other,
        })
        .collect()
}

/// Converts an hour that follows a word for a part of the day (下午3点) to the 24-hour clock.
type To24 = fn(u8) -> u8;

/// The words for parts of the day.
const HALVES: [(&str, To24); 14] = [
    ("凌晨", morning),
    ("清晨", morning),
    ("早上", morning),
    ("早晨", morning),
    ("上午", morning),
    ("中午", noon),
    ("下午", afternoon),
    ("傍晚", afternoon),
    ("晚上", evening),
    ("夜间", evening),
    ("AM", morning),
    ("am", morning),
    ("PM", afternoon),
    ("pm", afternoon),
];

/// An invalid hour, so that the time is refused.
const NO_HOUR: u8 = 99;

fn morning(hour: u8) -> u8 {
    match hour {
        12 => 0,
        // 上午14:05 contradicts itself.
        13.. => NO_HOUR,
        other => other,
    }
}

fn noon(hour: u8) -> u8 {
    if hour < 4 { hour + 12 } else { hour }
}

fn afternoon(hour: u8) -> u8 {
    if hour < 12 { hour + 12 } else { hour }
}

fn evening(hour: u8) -> u8 {
    match hour {
        4..=11 => hour + 12,
        12 => 24,
        other => other,
    }
}

/// Finds the first of the words that occurs in the text, replaces its first occurrence with a space
/// and returns it; `None` if no word occurs.
fn take_word<'w>(text: &mut String, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let found = words.into_iter().find(|word| text.contains(word))?;
    *text = text.replacen(found, " ", 1);
    Some(found)
}

/// Parses `2026-11-22T14:05:00+08:00`, `2026-11-22 14:05:00.0`, `2026/11/22`, `2026年11月22日 14时05分`,
/// `2026年11月22日 下午2:05` and `20261122`, also in full-width characters.
fn moment(text: &str) -> Option<Timestamp> {
    let mut plain = half_width(text.trim());
    if let Ok(at) = plain.parse::<Timestamp>() {
        return Some(at);
    }
    let days = "一二三四五六日天".chars();
    let weekdays: Vec<String> = ["星期", "礼拜", "周"]
        .iter()
        .flat_map(|prefix| days.clone().map(move |day| format!("{prefix}{day}")))
        .collect();
    if take_word(&mut plain, weekdays.iter().map(String::as_str)).is_some() {
        plain = plain.replace(['(', ')'], " ");
    }
    let half = take_word(&mut plain, HALVES.map(|(word, _)| word));
    let to_24 = HALVES
        .iter()
        .find(|(word, _)| Some(*word) == half)
        .map(|(_, to_24)| *to_24);
    // For times like 下午2点半.
    plain = plain.replace("点半", "点30分").replace("时半", "时30分");
    let known = |c: char| c.is_ascii_digit() || "-/.: T年月日号时点分秒".contains(c);
    if !plain.chars().all(known) {
        return None;
    }
    let parts = numbers(&plain);
    let parts = match parts.as_slice() {
        [(_, one), rest @ ..] if one.len() == 8 => {
            let mut all = vec![("", &one[..4]), ("", &one[4..6]), ("", &one[6..])];
            all.extend_from_slice(rest);
            all
        }
        [("", one)] if one.len() == 12 || one.len() == 14 => {
            let mut all = vec![("", &one[..4])];
            all.extend((4..one.len()).step_by(2).map(|i| ("", &one[i..i + 2])));
            all
        }
        _ => parts,
    };
    let fraction = parts.get(6);
    if !(3..=7).contains(&parts.len())
        || fraction.is_some_and(|(sign, _)| *sign != ".")
        // 14:05-08 is not a time.
        || parts.iter().skip(4).any(|(sign, _)| sign.contains(['-', '/']))
        || (half.is_some() && parts.len() < 4)
    {
        return None;
    }
    let year: u16 = parts.first()?.1.parse().ok()?;
    if !(1900..=2200).contains(&year) {
        return None;
    }
    let small = |i: usize| parts.get(i).map_or(Some(0), |(_, n)| n.parse::<u8>().ok());
    let hour = small(3)?;
    let hour = to_24.map_or(hour, |f| f(hour));
    civil(year, small(1)?, small(2)?, hour, small(4)?, small(5)?)
}

/// The numbers of a text, each with the text before it.
fn numbers(text: &str) -> Vec<(&str, &str)> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(from) = rest.find(|c: char| c.is_ascii_digit()) {
        let (sign, tail) = rest.split_at(from);
        let end = tail
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(tail.len());
        let (number, tail) = tail.split_at(end);
        all.push((sign, number));
        rest = tail;
    }
    all
}

/// A moment given as local time in China.
pub(super) fn civil(
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
) -> Option<Timestamp> {
    let small = |n: u8| i8::try_from(n).ok();
    let date = Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
    // 24:00 is midnight at the end of the day.
    let (date, hour) = if hour == 24 {
        (date.checked_add(1.day()).ok()?, 0)
    } else {
        (date, hour)
    };
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
    CHINA.to_timestamp(DateTime::from_parts(date, time)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let expected: Timestamp = "2026-11-22T06:05:00Z".parse().unwrap();
        for text in [
            "2026-11-22T14:05:00+08:00",
            "2026-11-22T06:05:00Z",
            "2026-11-22 14:05",
            "2026/11/22 14:05:00",
            "2026-11-22 14:05:00.0",
            "2026-11-22T14:05:00.000",
            "2026.11.22 14:05",
            "2026年11月22日 14时05分",
            "2026年11月22日14:05",
            "2026年11月22日 下午2时05分",
            "2026年11月22日下午2点05分",
            "2026年11月22日 下午2:05",
            "2026/11/22 下午 02:05:00",
            "2026-11-22 2:05 PM",
            "2026-11-22 2:05:00 pm",
            "２０２６－１１－２２　１４：０５",
            "2026-11-22 14：05",
            "2026年11月22日 星期日 14:05",
            "2026-11-22（周日）14:05",
            "202611221405",
            "20261122 14:05",
        ] {
            assert_eq!(moment(text), Some(expected), "{text}");
        }
        let at = |text: &str| moment(text).map(|at| at.to_string());
        assert_eq!(
            at("2026/3/7 14:05").as_deref(),
            Some("2026-03-07T06:05:00Z")
        );
        assert_eq!(
            at("2026-3-7 晚上9点半").as_deref(),
            Some("2026-03-07T13:30:00Z")
        );
        assert_eq!(
            at("2026-3-7 中午12:10").as_deref(),
            Some("2026-03-07T04:10:00Z")
        );
        assert_eq!(
            at("2026-3-7 上午12:10").as_deref(),
            Some("2026-03-06T16:10:00Z")
        );
        assert_eq!(
            at("2026-3-7 凌晨1时").as_deref(),
            Some("2026-03-06T17:00:00Z")
        );
    }

    #[test]
    fn a_date_without_a_time_is_its_first_moment() {
        let day: Timestamp = "2026-11-21T16:00:00Z".parse().unwrap();
        for text in ["2026/11/22", "20261122", "2026年11月22号"] {
            assert_eq!(moment(text), Some(day), "{text}");
        }
        assert_eq!(Cell::Number(46_348.0).moment(Epoch::Year1900), Some(day));
        assert_eq!(Cell::Number(44_886.0).moment(Epoch::Year1904), Some(day));
        let seventh = Cell::Number(44_626.0).moment(Epoch::Year1904).unwrap();
        assert_eq!(seventh.to_string(), "2026-03-06T16:00:00Z");
        assert_eq!(Cell::Number(12.0).moment(Epoch::Year1900), None);
    }

    #[test]
    fn invalid_times_are_not_guessed() {
        for text in [
            "",
            "昨天",
            "22-11-2026",
            "11/22/2026",
            "26-03-07",
            "2026-13-01",
            "2026-11",
            "2026-11-22 25:00",
            "2026-11-22 下午",
            "2026-11-22 上午14:05",
            "14：05",
            "下午2时05分",
            "2026-11-22 14:05-08:00:1",
            "0",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn full_width_digits_are_read_as_digits() {
        assert_eq!(Cell::of_text("１１７．１３").number(), Some(117.13));
        assert_eq!(Cell::of_text("５").number(), Some(5.0));
        assert_eq!(Cell::of_text("five").number(), None);
    }
}
