//! Recent activity for an overview: reports and closed cases per day, and how many of the closed
//! cases were handled in time. Days are in China's time zone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::Calendar;
use super::case::Case;

/// The numbers of one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct DayCount {
    /// Cases reported on the day.
    pub reported: u32,
    /// Cases closed on the day.
    pub closed: u32,
}

/// How many of the recently closed cases were handled by their due date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct OnTime {
    /// The number of days, including today.
    pub days: u32,
    /// The number of cases closed in the last `days` days.
    pub closed: u32,
    /// Of the closed cases, those with a due date and a time of handling.
    pub with_due: u32,
    /// Of the closed cases, those that were handled by their due date.
    pub on_time: u32,
    /// `on_time` divided by `with_due`, 0 to 1.
    pub share: Option<f64>,
}

/// A day, and the moment at which the cases open on it are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// The end of the day; for today, the present moment.
    pub until: Timestamp,
}

/// The last `many` days, the oldest first; the last one is today.
pub fn days(calendar: &Calendar, now: Timestamp, many: u32) -> Vec<Day> {
    let today = calendar.date_of(now);
    let past = (1..many).rev().filter_map(|back| {
        let date = today.checked_sub(i64::from(back).days()).ok()?;
        let until = calendar.end_of(date)?;
        Some(Day { date, until })
    });
    past.chain([Day {
        date: today,
        until: now,
    }])
    .collect()
}

/// Counts the events of each day. Drills and cases pending review never count.
pub fn count<'a>(
    calendar: &Calendar,
    days: &[Day],
    cases: impl IntoIterator<Item = &'a Case>,
) -> (Vec<DayCount>, OnTime) {
    let mut counts: BTreeMap<Date, DayCount> =
        days.iter().map(|d| (d.date, DayCount::default())).collect();
    let mut on_time = OnTime {
        days: u32::try_from(days.len()).unwrap_or(u32::MAX),
        ..OnTime::default()
    };
    for case in cases.into_iter().filter(|c| c.counts()) {
        if let Some(day) = counts.get_mut(&calendar.date_of(case.reported_at)) {
            day.reported += 1;
        }
        let closed = case
            .closed_at
            .filter(|_| case.status == super::Status::Closed);
        let Some(day) = closed.and_then(|at| counts.get_mut(&calendar.date_of(at))) else {
            continue;
        };
        day.closed += 1;
        on_time.closed += 1;
        if let (Some(handled), Some(due)) = (case.handled_at, case.due_at) {
            on_time.with_due += 1;
            on_time.on_time += u32::from(handled <= due);
        }
    }
    if on_time.with_due > 0 {
        let share = f64::from(on_time.on_time) / f64::from(on_time.with_due);
        on_time.share = Some((share * 1e4).round() / 1e4);
    }
    (counts.into_values().collect(), on_time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Properties;
    use proptest::prelude::*;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn case(reported: Timestamp, closed: Option<Timestamp>, late: bool) -> Case {
        let mut row = json!({
            "category": "other", "level": "green", "since": reported.to_string(), "source": "resident",
            "status": if closed.is_some() { "closed" } else { "filed" },
            "reported_at": reported.to_string(),
        });
        if let Some(closed) = closed {
            row["closed_at"] = json!(closed.to_string());
            row["handled_at"] = json!(closed.to_string());
            let hours = if late { -1 } else { 1 };
            let due = closed + jiff::SignedDuration::from_hours(hours);
            row["due_at"] = json!(due.to_string());
        }
        let properties = Properties::from_map(row.as_object().unwrap().clone()).unwrap();
        Case::read(&"w-1".parse().unwrap(), &properties).unwrap()
    }

    #[test]
    fn a_day_ends_at_midnight_in_china_and_today_ends_now() {
        let calendar = Calendar::built_in().unwrap();
        let now = at("2026-11-22T17:30:00Z");
        let list = days(&calendar, now, 3);
        let said: Vec<String> = list
            .iter()
            .map(|d| format!("{} {}", d.date, d.until))
            .collect();
        assert_eq!(
            said,
            [
                "2026-11-21 2026-11-21T16:00:00Z",
                "2026-11-22 2026-11-22T16:00:00Z",
                "2026-11-23 2026-11-22T17:30:00Z",
            ]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_days_add_up_to_what_happened_in_them(
            list in prop::collection::vec((-40i64..0, prop::option::of(0i64..200), any::<bool>()), 0..60)
        ) {
            let calendar = Calendar::built_in().unwrap();
            let now = at("2026-11-22T04:00:00Z");
            let hours = jiff::SignedDuration::from_hours;
            let cases: Vec<Case> = list
                .iter()
                .map(|(day, took, late)| {
                    let reported = now + hours(day * 24 + 1);
                    let closed = took.map(|h| reported + hours(h)).filter(|t| *t <= now);
                    case(reported, closed, *late)
                })
                .collect();
            let days = days(&calendar, now, 30);
            let (counts, on_time) = count(&calendar, &days, &cases);
            prop_assert_eq!(counts.len(), 30);
            let from = calendar.end_of(days[0].date.yesterday().unwrap()).unwrap();
            let reported = cases.iter().filter(|c| c.reported_at >= from).count();
            let closed: Vec<&Case> = cases.iter().filter(|c| c.closed_at.is_some_and(|t| t >= from)).collect();
            prop_assert_eq!(counts.iter().map(|d| d.reported as usize).sum::<usize>(), reported);
            prop_assert_eq!(counts.iter().map(|d| d.closed as usize).sum::<usize>(), closed.len());
            let good = closed.iter().filter(|c| c.handled_at <= c.due_at).count();
            prop_assert_eq!((on_time.closed as usize, on_time.on_time as usize), (closed.len(), good));
        }
    }
}
