//! Working time (`calendar.toml`): office hours, public holidays and make-up workdays (调休).
//!
//! Working time counts only within office hours of a working day. A weekday's hours hold unless the day
//! is a holiday; a make-up workday has the hours of `make_up`. In a year without an entry there are
//! weekends only, and [`Calendar::knows`] says so.

mod parse;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan};

pub use parse::DEFAULT;

use crate::model::Localized;

/// Beyond so many days without working time nothing is due any more.
const FURTHEST_DAYS: u32 = 4000;

/// When the office works.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// The offset of its clock from UTC.
    pub offset: Offset,
    /// Hours of each weekday, Monday first; ascending, none overlapping.
    pub week: [Vec<Hours>; 7],
    /// Hours of a make-up workday.
    pub make_up_hours: Vec<Hours>,
    /// Days off, and what for.
    pub holidays: BTreeMap<Date, Localized>,
    /// Days worked in their place (调休), and what for.
    pub make_up: BTreeMap<Date, Localized>,
    /// The years whose holidays are known.
    pub years: BTreeSet<i16>,
}

/// A span of office hours, in minutes after midnight; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hours {
    /// 0 to 1439.
    pub from: u16,
    /// 1 to 1440, after `from`.
    pub to: u16,
}

impl Calendar {
    /// Whether the holidays of a year are known.
    pub fn knows(&self, year: i16) -> bool {
        self.years.contains(&year)
    }

    /// The day on which a moment falls in the office.
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.offset.to_datetime(at).date()
    }

    /// The moment at which a day ends there.
    pub fn end_of(&self, date: Date) -> Option<Timestamp> {
        let next = date.tomorrow().ok()?;
        self.offset.to_timestamp(next.at(0, 0, 0, 0)).ok()
    }

    /// The office hours of a day; empty on a day off.
    pub fn hours_of(&self, date: Date) -> &[Hours] {
        if self.make_up.contains_key(&date) {
            return &self.make_up_hours;
        }
        if self.holidays.contains_key(&date) {
            return &[];
        }
        let day = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
        self.week.get(day).map_or(&[], Vec::as_slice)
    }

    /// Whether the office works at a moment.
    pub fn is_working(&self, at: Timestamp) -> bool {
        self.spans_of(self.date_of(at))
            .any(|(from, to)| from <= at && at < to)
    }

    /// The working time between two moments; zero where `to` is not after `from`.
    pub fn working_between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        let mut sum = SignedDuration::ZERO;
        let last = self.date_of(to);
        let mut day = self.date_of(from);
        while from < to && day <= last {
            for (begin, end) in self.spans_of(day) {
                let (begin, end) = (begin.max(from), end.min(to));
                if begin < end {
                    sum += end.duration_since(begin);
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        sum
    }

    /// The first moment at which so much working time has passed since `from`; `from` itself for none.
    /// `None` where no such moment comes within ten years.
    pub fn add(&self, from: Timestamp, working: SignedDuration) -> Option<Timestamp> {
        if !working.is_positive() {
            return Some(from);
        }
        let mut left = working;
        let mut day = self.date_of(from);
        for _ in 0..FURTHEST_DAYS {
            for (begin, end) in self.spans_of(day) {
                let begin = begin.max(from);
                if begin >= end {
                    continue;
                }
                let span = end.duration_since(begin);
                if left <= span {
                    return begin.checked_add(left).ok();
                }
                left -= span;
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// The office hours of a day as moments.
    fn spans_of(&self, date: Date) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let midnight = self.offset.to_timestamp(date.at(0, 0, 0, 0)).ok();
        self.hours_of(date).iter().filter_map(move |h| {
            let from = midnight?.checked_add(i64::from(h.from).minutes()).ok()?;
            let to = midnight?.checked_add(i64::from(h.to).minutes()).ok()?;
            Some((from, to))
        })
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wrong;
