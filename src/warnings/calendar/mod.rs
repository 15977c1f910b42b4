//! Working time (`calendar.toml`): office hours, public holidays and make-up workdays (调休).
//!
//! Working time passes only during office hours. A day has the office hours of its weekday unless
//! it is a holiday; a make-up workday has the hours of `make_up`. For a year without an entry the
//! holidays are unknown and only weekends are free; [`Calendar::knows`] tells whether a year has an
//! entry.

mod parse;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan};

pub use parse::DEFAULT;

use crate::model::Localized;

/// The number of days from the start within which [`Calendar::add`] searches for working time.
const FURTHEST_DAYS: u32 = 4000;

/// The office hours, holidays and make-up workdays (调休) by which working time is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// The offset of local time from UTC.
    pub offset: Offset,
    /// The office hours of each weekday, Monday first; in ascending order and not overlapping.
    pub week: [Vec<Hours>; 7],
    /// The office hours of a make-up workday.
    pub make_up_hours: Vec<Hours>,
    /// The public holidays and their names.
    pub holidays: BTreeMap<Date, Localized>,
    /// The make-up workdays (调休) and the holidays for which they are worked.
    pub make_up: BTreeMap<Date, Localized>,
    /// The years whose holidays are known.
    pub years: BTreeSet<i16>,
}

/// A period of office hours, in minutes after midnight; the end is excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hours {
    /// The first minute, 0 to 1439.
    pub from: u16,
    /// The end, 1 to 1440, greater than `from`.
    pub to: u16,
}

impl Calendar {
    /// Whether the holidays of a year are known.
    pub fn knows(&self, year: i16) -> bool {
        self.years.contains(&year)
    }

    /// The date in local time at a moment.
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.offset.to_datetime(at).date()
    }

    /// The moment at which a day ends in local time.
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

    /// Whether a moment is within office hours.
    pub fn is_working(&self, at: Timestamp) -> bool {
        self.spans_of(self.date_of(at))
            .any(|(from, to)| from <= at && at < to)
    }

    /// The working time between two moments; zero if `to` is not after `from`.
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

    /// The first moment by which a working time has passed since `from`; `from` itself for zero.
    /// `None` if there is no such moment within 4000 days.
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

    /// The office hours of a day as pairs of moments.
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
