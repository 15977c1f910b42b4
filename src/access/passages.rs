//! How often people are let in at a gate, according to the reports that they make after they came to it. Reports are
//! counted by hour and weekday and summed up in a text such as 11:00–13:00，9 次中 8 次放行.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;

use crate::model::{Localized, both};

/// The fewest reports from which a result is given.
const LEAST: u32 = 3;

/// The hour of the week and the quarter of the year that contain a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// The quarter: year × 4 + the quarter of the year, 0 to 3.
    pub quarter: i32,
    /// 0 is Monday.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
}

impl Slot {
    /// Returns the slot of a moment in local time.
    pub fn of(at: Timestamp, offset: Offset) -> Self {
        let local = offset.to_datetime(at);
        let quarter = i32::from(local.year()) * 4 + (i32::from(local.month()) - 1) / 3;
        Self {
            quarter,
            weekday: u8::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default(),
            hour: u8::try_from(local.hour()).unwrap_or_default(),
        }
    }
}

/// The number of reports for one hour of one weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// 0 is Monday.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    /// How many people got in.
    pub passed: u32,
    /// How many people were not let in.
    pub refused: u32,
}

/// How often people were let in at a gate around an hour of the day, according to their own answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Passed {
    /// The first hour of the day that is included, 0 to 23.
    pub from_hour: u8,
    /// The hour of the day at which the period ends, 1 to 24.
    pub until_hour: u8,
    /// The days that are included: `weekday` (the same day of the week), `workdays`, `weekend` or `all`.
    pub days: &'static str,
    /// How many people were let in.
    pub passed: u32,
    /// How many people answered.
    pub total: u32,
    /// The result as a text.
    pub text: Localized,
}

/// Sums up the reports about a gate around an hour. It tries the hour alone and then the hour with those before and
/// after it, each for the same weekday, for workdays or the weekend, and for all days. It returns the first sum of at
/// least three reports, or `None` if there is none.
pub fn around(counts: &[Counted], weekday: u8, hour: u8) -> Option<Passed> {
    let is_same_part = |day: u8| (day >= 5) == (weekday >= 5);
    let part = match weekday >= 5 {
        true => "weekend",
        false => "workdays",
    };
    let days: [(&'static str, &dyn Fn(u8) -> bool); 3] = [
        ("weekday", &|day| day == weekday),
        (part, &is_same_part),
        ("all", &|_| true),
    ];
    for reach in 0..=1 {
        let hours = hour.saturating_sub(reach)..(hour + 1 + reach).min(24);
        for (name, is_counted) in days {
            let here = counts
                .iter()
                .filter(|c| is_counted(c.weekday) && hours.contains(&c.hour));
            let (passed, refused) = here.fold((0_u32, 0_u32), |(p, r), c| {
                (p.saturating_add(c.passed), r.saturating_add(c.refused))
            });
            let total = passed.saturating_add(refused);
            if total >= LEAST {
                let (from, until) = (hours.start, hours.end);
                return Some(Passed {
                    from_hour: from,
                    until_hour: until,
                    days: name,
                    passed,
                    total,
                    text: both!(
                        "{from:02}:00–{until:02}:00，{total} 次中 {passed} 次放行",
                        "{from:02}:00–{until:02}:00: {passed} of {total} were let in"
                    ),
                });
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(weekday: u8, hour: u8, passed: u32, refused: u32) -> Counted {
        Counted {
            weekday,
            hour,
            passed,
            refused,
        }
    }

    #[test]
    fn the_nearest_hours_with_enough_answers_are_told() {
        let counts = [
            counted(1, 11, 2, 1),
            counted(2, 11, 5, 0),
            counted(5, 11, 0, 9),
            counted(2, 12, 1, 1),
        ];
        let said = |day, hour| {
            around(&counts, day, hour).map(|p| (p.days, p.from_hour, p.passed, p.total))
        };
        assert_eq!(said(1, 11), Some(("weekday", 11, 2, 3)));
        // Monday has too few reports, so all workdays are counted.
        assert_eq!(said(0, 11), Some(("workdays", 11, 7, 8)));
        // Sunday has too few reports, so the whole weekend is counted.
        assert_eq!(said(6, 11), Some(("weekend", 11, 0, 9)));
        // The hour from 12:00 has only two reports, so the hours before and after it are counted too.
        assert_eq!(said(2, 12), Some(("weekday", 11, 6, 7)));
        assert_eq!(said(2, 20), None);
        let text = around(&counts, 0, 11).unwrap().text;
        assert_eq!(text.zh, "11:00–12:00，8 次中 7 次放行");
        assert_eq!(text.en, "11:00–12:00: 7 of 8 were let in");
    }

    #[test]
    fn a_moment_falls_into_an_hour_of_the_local_week() {
        let at: Timestamp = "2026-11-29T20:30:00Z".parse().unwrap();
        let slot = Slot::of(at, Offset::constant(8));
        // The local time is Monday, 04:30.
        assert_eq!(
            (slot.weekday, slot.hour, slot.quarter),
            (0, 4, 2026 * 4 + 3)
        );
    }
}
