//! The last n days, in China's time zone.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::model::{end_in_china, hour_in_china};

/// The days of a thematic map: a day and those before it. The last day counts up to its end, so that the answer depends
/// on the date and not on the minute of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    from: Timestamp,
    until: Timestamp,
}

impl Window {
    /// The `days` days up to and including `last`; `None` outside of the calendar.
    pub fn of(last: Date, days: u32) -> Option<Self> {
        let first = last
            .checked_sub(i64::from(days).checked_sub(1)?.days())
            .ok()?;
        Some(Self {
            first,
            last,
            from: hour_in_china(first, 0)?,
            until: end_in_china(last)?,
        })
    }

    /// Whether a moment lies in the window.
    pub fn has(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// Noon of a day in China; `None` at the ends of the calendar.
pub fn noon(day: Date) -> Option<Timestamp> {
    hour_in_china(day, 12)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::date_in_china;

    #[test]
    fn a_window_is_made_of_whole_days_in_china() {
        let at: Timestamp = "2026-11-22T16:30:00Z".parse().unwrap();
        let day = date_in_china(at);
        assert_eq!(day.to_string(), "2026-11-23");
        let window = Window::of(day, 30).unwrap();
        assert_eq!(window.first.to_string(), "2026-10-25");
        let has = |text: &str| window.has(text.parse().unwrap());
        assert!(!has("2026-10-24T15:59:59Z") && has("2026-10-24T16:00:00Z"));
        assert!(has("2026-11-23T15:59:59Z") && !has("2026-11-23T16:00:00Z"));
        assert_eq!(noon(day).unwrap().to_string(), "2026-11-23T04:00:00Z");
    }
}
