//! Opening hours in the syntax of OpenStreetMap (`opening_hours`, `duty_hours`): `Mo-Fr
//! 08:30-17:30; PH off`.
//!
//! Source: <https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification>. The caller
//! provides the public holidays (`PH`), because no library has the current list for China.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use compact_calendar::CompactCalendar;
use jiff::civil::{Date, DateTime};
use opening_hours::{Context, ContextHolidays};

/// A text that is not in the syntax of opening hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not in the opening_hours syntax of OpenStreetMap: {problem}")]
pub struct HoursError {
    /// The text that was given as opening hours.
    pub text: String,
    /// What the parser expected, and at which position.
    pub problem: String,
}

impl crate::model::InChinese for HoursError {
    fn zh(&self) -> String {
        format!(
            "“{}”不符合 OpenStreetMap 的 opening_hours 语法（{}）",
            self.text, self.problem
        )
    }
}

/// Parsed opening hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHours(opening_hours::OpeningHours);

impl OpeningHours {
    /// Parses opening hours.
    ///
    /// # Errors
    /// If the text does not follow the syntax.
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        text.parse().map(Self).map_err(
            |e: <opening_hours::OpeningHours as std::str::FromStr>::Err| HoursError {
                text: text.to_owned(),
                problem: e.to_string(),
            },
        )
    }

    /// The same opening hours with the given days as public holidays.
    #[must_use]
    pub fn with_holidays(self, days: impl IntoIterator<Item = Date>) -> Self {
        let mut calendar = CompactCalendar::default();
        for day in days.into_iter().filter_map(date) {
            calendar.insert(day);
        }
        let holidays = ContextHolidays::new(Arc::new(calendar), Arc::default());
        Self(
            self.0
                .with_context(Context::default().with_holidays(holidays)),
        )
    }

    /// The periods in which the place is open between two local times: start included, end excluded, in
    /// ascending order and not touching each other.
    pub fn open_between(&self, from: DateTime, until: DateTime) -> Vec<(DateTime, DateTime)> {
        let (Some(first), Some(last)) = (moment(from), moment(until)) else {
            return Vec::new();
        };
        let mut open: Vec<(DateTime, DateTime)> = Vec::new();
        for range in self.0.iter_range(first, last) {
            let (Some(begin), Some(end)) = (local(range.range.start), local(range.range.end))
            else {
                continue;
            };
            match open.last_mut() {
                _ if range.kind != opening_hours::RuleKind::Open => {}
                // Two open periods that touch differ only in their comments, so they are joined.
                Some(before) if before.1 == begin => before.1 = end,
                _ => open.push((begin, end)),
            }
        }
        open
    }

    /// Whether the place is open at a local time. Periods that the hours mark as unknown count as closed.
    pub fn is_open(&self, at: DateTime) -> bool {
        moment(at).is_some_and(|at| self.0.is_open(at))
    }
}

fn date(day: Date) -> Option<NaiveDate> {
    let part = |n: i8| u32::try_from(n).ok();
    NaiveDate::from_ymd_opt(day.year().into(), part(day.month())?, part(day.day())?)
}

fn local(at: NaiveDateTime) -> Option<DateTime> {
    let (date, time) = (at.date(), at.time());
    let part = |n: u32| i8::try_from(n).ok();
    DateTime::new(
        i16::try_from(date.year()).ok()?,
        part(date.month())?,
        part(date.day())?,
        part(time.hour())?,
        part(time.minute())?,
        part(time.second())?,
        0,
    )
    .ok()
}

fn moment(at: DateTime) -> Option<NaiveDateTime> {
    let part = |n: i8| u32::try_from(n).ok();
    date(at.date())?.and_hms_opt(part(at.hour())?, part(at.minute())?, part(at.second())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(hours: &str, at: &str) -> bool {
        let hours = OpeningHours::parse(hours).unwrap();
        // 2026-10-01 is China's national day, a Thursday.
        let hours = hours.with_holidays(["2026-10-01".parse().unwrap()]);
        hours.is_open(at.parse().unwrap())
    }

    #[test]
    fn opening_hours_apply_at_their_times_on_their_days() {
        let office = "Mo-Fr 08:30-17:30; PH off";
        assert!(open(office, "2026-11-23T09:00:00"));
        assert!(!open(office, "2026-11-23T17:30:00"));
        assert!(!open(office, "2026-11-22T09:00:00"));
        assert!(!open(office, "2026-10-01T09:00:00"));
        assert!(open("Mo-Fr 08:30-17:30", "2026-10-01T09:00:00"));
        assert!(open("24/7", "2026-11-22T03:00:00"));
        // Hours that pass midnight.
        assert!(open("22:00-06:00", "2026-11-22T05:59:00"));
    }

    #[test]
    fn open_periods_between_two_times_are_listed() {
        let hours = OpeningHours::parse("Mo-Fr 22:00-06:00, Mo-Su 12:00-13:00").unwrap();
        let at = |text: &str| text.parse::<DateTime>().unwrap();
        // From Friday to Sunday.
        let (from, until) = (at("2026-11-27T23:00:00"), at("2026-11-29T00:00:00"));
        let open = hours.open_between(from, until);
        assert_eq!(open.first().unwrap().0, from);
        for minute in 0..25 * 60 {
            let now = from + jiff::Span::new().minutes(minute);
            let is_in = open.iter().any(|(begin, end)| *begin <= now && now < *end);
            assert_eq!(is_in, hours.is_open(now), "{now}");
        }
        let always = OpeningHours::parse("24/7").unwrap();
        assert_eq!(always.open_between(from, until), [(from, until)]);
    }

    #[test]
    fn an_invalid_text_is_refused_and_quoted() {
        let error = OpeningHours::parse("全天开放").unwrap_err();
        assert!(error.to_string().contains("全天开放"), "{error}");
    }
}
