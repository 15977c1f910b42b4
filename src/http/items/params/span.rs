//! Parses `datetime`: a moment, a day, or an interval.

use jiff::Timestamp;

use crate::http::problem::Problem;
use crate::model::both;

/// A span of time; an open end is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub from: Option<Timestamp>,
    /// The last moment.
    pub to: Option<Timestamp>,
}

impl Span {
    /// Whether a date-time lies in the span, or a date (in UTC) overlaps it. `false` for any other text.
    pub(super) fn meets(&self, text: &str) -> bool {
        match moment(text).or_else(|| day(text)) {
            Some((first, last)) => {
                self.from.is_none_or(|from| last >= from) && self.to.is_none_or(|to| first <= to)
            }
            None => false,
        }
    }
}

/// Parses `2026-11-22T00:00:00Z`, `2026-11-22`, `a/b`, `../b` or `a/..`.
pub(super) fn span(text: &str) -> Result<Span, Problem> {
    // An unescaped + in a query arrives as a space: 2026-11-22T14:00:00 08:00.
    let plus = text.replace(' ', "+");
    let text = plus.as_str();
    let wrong = || {
        Problem::invalid(
            "datetime",
            both!(
                "datetime={text}：应为带时区的时间（如 2026-11-22T14:00:00%2B08:00 或 \
                 2026-11-22T06:00:00Z）、日期，或起止时间（如 \
                 2026-11-01T00:00:00Z/2026-11-22T00:00:00Z，“..”表示不限）。",
                "datetime={text}: expected an RFC 3339 time with its zone \
                 (2026-11-22T14:00:00%2B08:00 or 2026-11-22T06:00:00Z), a date, or an interval \
                 (2026-11-01T00:00:00Z/2026-11-22T00:00:00Z, where .. is an open end)."
            ),
        )
    };
    let open = |t: &str| t.is_empty() || t == "..";
    let span = match text.split_once('/') {
        None => {
            let (from, to) = moment(text).ok_or_else(wrong)?;
            Span {
                from: Some(from),
                to: Some(to),
            }
        }
        Some((a, b)) if open(a) && open(b) => return Err(wrong()),
        Some((a, b)) => Span {
            from: if open(a) {
                None
            } else {
                Some(moment(a).ok_or_else(wrong)?.0)
            },
            to: if open(b) {
                None
            } else {
                Some(moment(b).ok_or_else(wrong)?.1)
            },
        },
    };
    if matches!((span.from, span.to), (Some(a), Some(b)) if a > b) {
        return Err(wrong());
    }
    Ok(span)
}

/// The first and last moment of a date-time or a date. A date-time without a time zone is refused, because it
/// would be read as the whole day.
fn moment(text: &str) -> Option<(Timestamp, Timestamp)> {
    if let Ok(t) = text.parse::<Timestamp>() {
        return Some((t, t));
    }
    if text.len() != "2026-11-22".len() {
        return None;
    }
    day(text)
}

/// The first and last moment, in UTC, of the date at the beginning of a text.
fn day(text: &str) -> Option<(Timestamp, Timestamp)> {
    let day: jiff::civil::Date = text.parse().ok()?;
    let first = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    let last = day.at(23, 59, 59, 999_999_999);
    let last = last.to_zoned(jiff::tz::TimeZone::UTC);
    // The calendar of the library ends with the year 9999.
    Some((first, last.map_or(Timestamp::MAX, |t| t.timestamp())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_span_may_have_an_open_end() {
        let all_day = span("2026-11-22").unwrap();
        assert!(all_day.meets("2026-11-22T23:59:59.9Z") && !all_day.meets("2026-11-23T00:00:00Z"));
        assert!(span("../2026-11-22T00:00:00Z").unwrap().meets("1999-01-01"));
        let two = span("2026-11-22T14:00:00+08:00").unwrap();
        assert_eq!(span("2026-11-22T14:00:00 08:00").unwrap(), two);
        assert_eq!(two.from, two.to);
        for wrong in [
            "yesterday",
            "../..",
            "2026-11-22/2026-11-21",
            "/",
            // Without a time zone, the moment is unknown.
            "2026-11-10T14:00:00",
            "2026-11-10T14:00:00/..",
            "2026-11-10T14:00:00Z/2026-11-11T14:00:00",
            "2026-11-10 14:00",
            "20261110",
        ] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
