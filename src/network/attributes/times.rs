//! Opening hours as spans of time, with China's holidays and make-up workdays.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use crate::codec::hours::OpeningHours;

/// A make-up workday has the hours of the next ordinary workday, which is at most this many days later.
const ORDINARY_DAYS: i32 = 15;

/// Hours count as always open only if they do not close within this many years after the computed period.
const YEARS_AFTER: i32 = 10;

/// The days that differ from their weekday, from the calendar of working hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// The offset of local time from UTC.
    pub offset: Offset,
    /// Public holidays (`PH`).
    pub holidays: BTreeSet<Date>,
    /// Weekend days that are worked (调休): they have the hours of a workday.
    pub make_up: BTreeSet<Date>,
}

/// A span of time from (included) until (excluded), in seconds since the epoch.
pub type Span = (i64, i64);

/// When a feature is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Times {
    /// At all times.
    Always,
    /// The hours are unknown.
    Unknown,
    /// In these spans, ascending and disjoint. After the end of the computed period, the hours are unknown.
    Spans(Vec<Span>),
}

/// Evaluates opening hours for a period of time. Each distinct text is evaluated once.
pub struct Clock<'a> {
    days: &'a Days,
    from: Timestamp,
    until: Timestamp,
    known: HashMap<Box<str>, Times>,
}

impl<'a> Clock<'a> {
    /// Creates a clock that computes opening hours from `from` to `until`.
    pub fn new(days: &'a Days, from: Timestamp, until: Timestamp) -> Self {
        Self {
            days,
            from,
            until,
            known: HashMap::new(),
        }
    }

    /// The end of the period, in seconds since the epoch.
    pub fn until(&self) -> i64 {
        self.until.as_second()
    }

    /// The hours in a text in the opening_hours syntax. The hours of an invalid text are unknown.
    pub fn times(&mut self, text: &str) -> Times {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let times = self.read(text);
        self.known.insert(text.into(), times.clone());
        times
    }

    fn read(&self, text: &str) -> Times {
        let Ok(hours) = OpeningHours::parse(text) else {
            return Times::Unknown;
        };
        let hours = hours.with_holidays(self.days.holidays.iter().copied());
        let offset = self.days.offset;
        let (from, until) = (
            offset.to_datetime(self.from),
            offset.to_datetime(self.until),
        );
        let mut spans: Vec<Span> = self.seconds(hours.open_between(from, until), 0);
        let worked = self.days.make_up.range(from.date()..=until.date());
        for day in worked {
            let (Some(next), Some(ordinary)) = (day.tomorrow().ok(), self.ordinary_day(*day))
            else {
                continue;
            };
            let Some(after) = ordinary.tomorrow().ok() else {
                continue;
            };
            let midnight = |d: Date| d.at(0, 0, 0, 0);
            let (Ok(begin), Ok(end), Ok(other)) = (
                offset.to_timestamp(midnight(*day)),
                offset.to_timestamp(midnight(next)),
                offset.to_timestamp(midnight(ordinary)),
            ) else {
                continue;
            };
            let (begin, end) = (begin.as_second(), end.as_second());
            spans = without(&spans, begin, end);
            let open = hours.open_between(midnight(ordinary), midnight(after));
            let moved = self.seconds(open, begin - other.as_second());
            let (first, last) = (self.from.as_second(), self.until.as_second());
            spans.extend(
                moved
                    .into_iter()
                    .map(|(a, b)| (a.max(first), b.min(last)))
                    .filter(|(a, b)| a < b),
            );
        }
        let spans = joined(spans);
        match spans.as_slice() {
            [(a, b)]
                if *a <= self.from.as_second()
                    && *b >= self.until()
                    && self.is_always_open(&hours) =>
            {
                Times::Always
            }
            _ => Times::Spans(spans),
        }
    }

    /// Whether hours that are open throughout the period never close: neither in the years after it nor on holidays.
    fn is_always_open(&self, hours: &OpeningHours) -> bool {
        let local = |at| self.days.offset.to_datetime(at);
        let (from, until) = (local(self.from), local(self.until));
        let Ok(later) = until.checked_add(YEARS_AFTER.years()) else {
            return false;
        };
        let is_open = |hours: &OpeningHours| {
            let open = hours.open_between(from, later);
            matches!(open.as_slice(), [(a, b)] if *a <= from && *b >= later)
        };
        let days = from.date().series(1.day());
        let holidays = days.take_while(|day| *day <= until.date());
        is_open(hours) && is_open(&hours.clone().with_holidays(holidays))
    }

    fn seconds(
        &self,
        spans: Vec<(jiff::civil::DateTime, jiff::civil::DateTime)>,
        moved: i64,
    ) -> Vec<Span> {
        let second = |at| self.days.offset.to_timestamp(at).ok();
        spans
            .into_iter()
            .filter_map(|(a, b)| {
                let (a, b) = (second(a)?.as_second(), second(b)?.as_second());
                Some((a + moved, b + moved))
            })
            .collect()
    }

    /// The next workday that is neither a holiday nor a make-up day.
    fn ordinary_day(&self, day: Date) -> Option<Date> {
        (1..=ORDINARY_DAYS)
            .filter_map(|n| day.checked_add(n.days()).ok())
            .find(|d| {
                !matches!(d.weekday(), Weekday::Saturday | Weekday::Sunday)
                    && !self.days.holidays.contains(d)
            })
    }
}

/// The spans without the part between two moments.
pub fn without(spans: &[Span], begin: i64, end: i64) -> Vec<Span> {
    spans
        .iter()
        .flat_map(|(a, b)| [(*a, (*b).min(begin)), ((*a).max(end), *b)])
        .filter(|(a, b)| a < b)
        .collect()
}

/// The parts of the spans between two moments.
pub fn within(spans: &[Span], begin: i64, end: i64) -> Vec<Span> {
    spans
        .iter()
        .map(|(a, b)| ((*a).max(begin), (*b).min(end)))
        .filter(|(a, b)| a < b)
        .collect()
}

/// The spans in order, with touching ones joined.
pub fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for (a, b) in spans {
        match out.last_mut() {
            Some(last) if a <= last.1 => last.1 = last.1.max(b),
            _ => out.push((a, b)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days() -> Days {
        Days {
            offset: Offset::constant(8),
            holidays: (1..=7).map(|d| Date::constant(2026, 10, d)).collect(),
            // A Saturday that is a make-up workday.
            make_up: BTreeSet::from([Date::constant(2026, 10, 10)]),
        }
    }

    fn open(text: &str, at: &str) -> bool {
        let days = days();
        let from: Timestamp = "2026-09-28T00:00:00+08:00".parse().unwrap();
        let until: Timestamp = "2026-10-12T00:00:00+08:00".parse().unwrap();
        let at = at.parse::<Timestamp>().unwrap().as_second();
        match Clock::new(&days, from, until).times(text) {
            Times::Always => true,
            Times::Unknown => panic!("{text} is not read"),
            Times::Spans(spans) => spans.iter().any(|(a, b)| *a <= at && at < *b),
        }
    }

    #[test]
    fn a_make_up_workday_has_the_hours_of_a_workday() {
        let text = "Mo-Fr 07:00-22:00; Sa,Su,PH 09:00-18:00";
        assert!(open(text, "2026-09-28T08:00:00+08:00"));
        assert!(!open(text, "2026-10-01T08:00:00+08:00"));
        assert!(open(text, "2026-10-10T08:00:00+08:00"));
        assert!(open(text, "2026-10-10T21:59:00+08:00"));
        assert!(!open(text, "2026-10-11T08:00:00+08:00"));
        assert!(open(text, "2026-10-11T09:00:00+08:00"));
    }

    #[test]
    fn a_text_that_is_none_is_unknown_and_round_the_clock_is_always() {
        let days = days();
        let from: Timestamp = "2026-09-28T00:00:00+08:00".parse().unwrap();
        let until: Timestamp = "2026-10-12T00:00:00+08:00".parse().unwrap();
        let mut clock = Clock::new(&days, from, until);
        assert_eq!(clock.times("白天"), Times::Unknown);
        assert_eq!(clock.times("24/7"), Times::Always);
        assert_eq!(clock.times("off"), Times::Spans(Vec::new()));
    }

    #[test]
    fn hours_that_end_after_the_period_or_on_holidays_are_not_always() {
        let days = Days {
            holidays: BTreeSet::new(),
            make_up: BTreeSet::new(),
            ..days()
        };
        let from: Timestamp = "2026-11-28T00:00:00+08:00".parse().unwrap();
        let until: Timestamp = "2026-12-12T00:00:00+08:00".parse().unwrap();
        let mut clock = Clock::new(&days, from, until);
        let whole = Times::Spans(vec![(from.as_second(), until.as_second())]);
        for text in [
            "2026 Nov 01-2027 Jan 31 00:00-24:00",
            "Oct-Mar",
            "24/7; PH off",
        ] {
            assert_eq!(clock.times(text), whole, "{text}");
        }
        for text in ["24/7", "Mo-Su 00:00-24:00", "Mo-Su,PH 00:00-24:00"] {
            assert_eq!(clock.times(text), Times::Always, "{text}");
        }
    }

    #[test]
    fn spans_are_cut_and_joined() {
        assert_eq!(without(&[(0, 10)], 3, 5), [(0, 3), (5, 10)]);
        assert_eq!(without(&[(0, 10)], -5, 15), []);
        assert_eq!(within(&[(0, 4), (6, 10)], 3, 7), [(3, 4), (6, 7)]);
        assert_eq!(joined(vec![(5, 7), (0, 2), (2, 4)]), [(0, 4), (5, 7)]);
    }
}
