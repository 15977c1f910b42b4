//! The number of a case (受理编号), such as `20261129-0042`: the day of the report in China's time zone and a running
//! number. It is short enough to be read out on the telephone. The id of a case stays its key.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::date_in_china;

/// The number of a case. Within a street and a day, no two cases have the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseNumber {
    day: Date,
    running: u32,
}

/// A text is not the number of a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the number of a case; expected a day and a number, such as 20261129-0042")]
pub struct NotANumber(String);

impl CaseNumber {
    /// The number `running` of a day.
    pub fn new(day: Date, running: u32) -> Self {
        Self { day, running }
    }

    /// The day of a case's number: the date in China's time zone on which it was reported.
    pub fn day_of(reported_at: Timestamp) -> Date {
        date_in_china(reported_at)
    }

    /// The day.
    pub fn day(self) -> Date {
        self.day
    }

    /// The number within its day.
    pub fn running(self) -> u32 {
        self.running
    }
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.day.year(), self.day.month(), self.day.day());
        write!(f, "{year:04}{month:02}{day:02}-{:04}", self.running)
    }
}

/// Reads a number as people type it: with full-width digits, with another dash, with spaces, or without the zeros
/// before the running number.
impl FromStr for CaseNumber {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let plain: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| match c {
                '０'..='９' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
                '－' | '–' | '—' | '−' | '‐' => '-',
                c => c,
            })
            .collect();
        let read = || {
            let (day, running) = plain.split_once('-')?;
            let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
            if day.len() != 8 || !digits(day) || !digits(running) || running.len() > 9 {
                return None;
            }
            let day = Date::strptime("%Y%m%d", day).ok()?;
            let running = running.parse().ok().filter(|n| *n > 0)?;
            Some(Self { day, running })
        };
        read().ok_or_else(|| NotANumber(text.to_owned()))
    }
}

impl TryFrom<String> for CaseNumber {
    type Error = NotANumber;

    fn try_from(text: String) -> Result<Self, NotANumber> {
        text.parse()
    }
}

impl From<CaseNumber> for String {
    fn from(number: CaseNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_a_number_is_that_of_china() {
        let day = |at: &str| CaseNumber::day_of(at.parse().unwrap());
        let number = CaseNumber::new(day("2026-11-28T16:00:00Z"), 42);
        assert_eq!(number.to_string(), "20261129-0042");
        assert_eq!(day("2026-11-28T15:59:59Z"), jiff::civil::date(2026, 11, 28));
        assert_eq!(
            CaseNumber::new(number.day(), 12_345).to_string(),
            "20261129-12345"
        );
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let number = CaseNumber::new(jiff::civil::date(2026, 11, 29), 42);
        for text in [
            "20261129-0042",
            " 20261129 - 42 ",
            "２０２６１１２９－００４２",
            "20261129—0042",
        ] {
            assert_eq!(text.parse(), Ok(number), "{text:?}");
        }
        for text in [
            "",
            "202611290042",
            "20261129-",
            "20261129-0",
            "20261329-0042",
            "w-7k2m9q4c1x8b",
            "20261129-00x2",
            "20261129-4294967296",
            "2026-11-29",
        ] {
            assert!(text.parse::<CaseNumber>().is_err(), "{text:?}");
        }
    }
}
