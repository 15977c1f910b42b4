//! Parsing dates and times from stored texts.
//!
//! A date and a time are compared by their days in UTC. A stored time without a zone is read as
//! UTC, as GeoPackage defines it and GDAL writes it.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::codec::cql2::Instant;

/// Parses a stored text as a date or a time.
pub(super) fn instant(text: &str) -> Option<Instant> {
    if text.len() == "2026-11-22".len() {
        return text.parse().ok().map(Instant::Date);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(Instant::Time(time));
    }
    let civil: DateTime = text.parse().ok()?;
    let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
    Some(Instant::Time(zoned.timestamp()))
}

pub(super) fn compare(a: Instant, b: Instant) -> Ordering {
    match (a, b) {
        (Instant::Time(a), Instant::Time(b)) => a.cmp(&b),
        (a, b) => day(a).cmp(&day(b)),
    }
}

fn day(instant: Instant) -> Date {
    match instant {
        Instant::Date(date) => date,
        Instant::Time(time) => time.to_zoned(TimeZone::UTC).date(),
    }
}

/// Whether an interval ends before it begins.
pub(super) fn is_reversed(from: Option<Instant>, to: Option<Instant>) -> bool {
    matches!((from, to), (Some(a), Some(b)) if compare(a, b) == Ordering::Greater)
}
