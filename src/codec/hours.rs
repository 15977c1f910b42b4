//! Opening hours as OpenStreetMap writes them (`opening_hours`, `duty_hours`): `Mo-Fr 08:30-17:30; PH off`.
//!
//! Source: <https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification>. Public holidays (`PH`)
//! are the ones that the caller brings: no list that comes with a library has China's of this year.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use compact_calendar::CompactCalendar;
use jiff::civil::{Date, DateTime};
use opening_hours::{Context, ContextHolidays};

/// A text that is no opening hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not in the opening_hours syntax of OpenStreetMap: {problem}")]
pub struct HoursError {
    /// The text.
    pub text: String,
    /// Where it stops to be one.
    pub problem: String,
}

/// Opening hours, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHours(opening_hours::OpeningHours);

impl OpeningHours {
    /// Reads opening hours.
    ///
    /// # Errors
    /// When the text does not follow the syntax.
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        text.parse().map(Self).map_err(
            |e: <opening_hours::OpeningHours as std::str::FromStr>::Err| HoursError {
                text: text.to_owned(),
                problem: e.to_string(),
            },
        )
    }

    /// The same hours where these days are public holidays.
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

    /// Whether it is open at a local moment. What the hours themselves call unknown is not open.
    pub fn is_open(&self, at: DateTime) -> bool {
        moment(at).is_some_and(|at| self.0.is_open(at))
    }
}

fn date(day: Date) -> Option<NaiveDate> {
    let part = |n: i8| u32::try_from(n).ok();
    NaiveDate::from_ymd_opt(day.year().into(), part(day.month())?, part(day.day())?)
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
    fn hours_hold_at_their_time_on_their_day() {
        let office = "Mo-Fr 08:30-17:30; PH off";
        assert!(open(office, "2026-11-23T09:00:00"));
        assert!(!open(office, "2026-11-23T17:30:00"));
        assert!(!open(office, "2026-11-22T09:00:00"));
        assert!(!open(office, "2026-10-01T09:00:00"));
        assert!(open("Mo-Fr 08:30-17:30", "2026-10-01T09:00:00"));
        assert!(open("24/7", "2026-11-22T03:00:00"));
        // Over midnight.
        assert!(open("22:00-06:00", "2026-11-22T05:59:00"));
    }

    #[test]
    fn what_is_no_hours_is_refused_with_its_text() {
        let error = OpeningHours::parse("全天开放").unwrap_err();
        assert!(error.to_string().contains("全天开放"), "{error}");
    }
}
