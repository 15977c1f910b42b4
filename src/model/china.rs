//! Days in China's time zone, in which the product counts. It has no summer time.

use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use jiff::{Timestamp, ToSpan};

/// The date in China at a moment.
pub fn date_in_china(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::fixed(offset(8))).date()
}

/// A full hour of a day in China; `None` at the ends of the calendar.
pub fn hour_in_china(day: Date, hour: i8) -> Option<Timestamp> {
    let zoned = day.at(hour, 0, 0, 0).to_zoned(TimeZone::fixed(offset(8)));
    zoned.ok().map(|z| z.timestamp())
}

/// The moment at which a day in China is over; `None` at the end of the calendar.
pub fn end_in_china(day: Date) -> Option<Timestamp> {
    hour_in_china(day.checked_add(1.day()).ok()?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_china_begins_at_16_utc() {
        let day: Date = "2026-11-30".parse().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(date_in_china(at("2026-11-29T16:00:00Z")), day);
        assert_eq!(date_in_china(at("2026-11-30T15:59:59Z")), day);
        assert_eq!(hour_in_china(day, 0), Some(at("2026-11-29T16:00:00Z")));
        assert_eq!(hour_in_china(day, 12), Some(at("2026-11-30T04:00:00Z")));
        assert_eq!(end_in_china(day), Some(at("2026-11-30T16:00:00Z")));
        assert_eq!(end_in_china(Date::MAX), None);
    }
}
