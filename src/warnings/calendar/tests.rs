//! Tests of working time, including a comparison with counting every minute.

use super::*;
use proptest::prelude::*;

fn china() -> Calendar {
    Calendar::built_in().unwrap()
}

fn at(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().unwrap()
}

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

#[test]
fn working_time_leaves_out_nights_noon_and_weekends() {
    let china = china();
    // From Friday afternoon to Monday: four hours and one hour.
    let (friday, monday) = (at("2026-11-20T14:00"), at("2026-11-23T09:30"));
    assert_eq!(china.working_between(friday, monday), hours(5));
    assert_eq!(china.add(friday, hours(5)), Some(monday));
    assert_eq!(china.add(friday, hours(4)), Some(at("2026-11-20T18:00")));
    assert_eq!(china.add(friday, SignedDuration::ZERO), Some(friday));
    assert!(china.is_working(friday) && !china.is_working(at("2026-11-20T18:00")));
    assert_eq!(china.working_between(monday, friday), SignedDuration::ZERO);
}

#[test]
fn holidays_are_off_and_make_up_workdays_are_on() {
    let china = china();
    // A case filed on the last afternoon before the nine days of Spring Festival 2026. Saturday the
    // 14th is a working day; the next one is Tuesday the 24th.
    let filed = at("2026-02-13T17:00");
    assert_eq!(china.add(filed, hours(1)), Some(at("2026-02-13T18:00")));
    assert_eq!(china.add(filed, hours(2)), Some(at("2026-02-14T09:30")));
    assert_eq!(china.add(filed, hours(9)), Some(at("2026-02-24T09:00")));
}

#[test]
fn the_built_in_years_have_the_official_number_of_holidays() {
    let china = china();
    assert!(china.knows(2025) && china.knows(2026) && !china.knows(2027));
    let days = |year| china.holidays.keys().filter(|d| d.year() == year).count();
    // 1+8+3+5+3+8 and 3+9+3+5+3+3+7 holidays.
    assert_eq!((days(2025), days(2026)), (28, 33));
    for day in china.make_up.keys() {
        let weekend = day.weekday().to_monday_zero_offset() >= 5;
        assert!(weekend, "{day}");
    }
    let made_up = |year| china.make_up.keys().filter(|d| d.year() == year).count();
    assert_eq!((made_up(2025), made_up(2026)), (5, 6));
    // In a year without data only weekends are free.
    assert_eq!(china.hours_of("2027-10-01".parse().unwrap()).len(), 2);
    assert!(china.hours_of("2027-10-02".parse().unwrap()).is_empty());
}

#[test]
fn a_calendar_without_future_working_time_gives_no_due_date() {
    let closed = Calendar {
        week: Default::default(),
        make_up: BTreeMap::new(),
        ..china()
    };
    assert_eq!(closed.add(at("2026-11-20T14:00"), hours(1)), None);
}

prop_compose! {
    /// A random minute around the holidays of 2026.
    fn moment()(minute in 0_i64..300 * 1440) -> Timestamp {
        at("2026-01-01T00:00").checked_add(minute.minutes()).unwrap()
    }
}

fn count(calendar: &Calendar, from: Timestamp, to: Timestamp) -> i64 {
    let minutes = to.duration_since(from).as_mins();
    (0..minutes)
        .filter(|m| calendar.is_working_minute(from.checked_add(m.minutes()).unwrap()))
        .count() as i64
}

impl Calendar {
    /// The definition of working time, evaluated for one minute.
    fn is_working_minute(&self, at: Timestamp) -> bool {
        let local = self.offset.to_datetime(at);
        let (date, minute) = (
            local.date(),
            local.hour() as u16 * 60 + local.minute() as u16,
        );
        let weekday = date.weekday().to_monday_zero_offset() as usize;
        let hours = if self.make_up.contains_key(&date) {
            &self.make_up_hours
        } else if self.holidays.contains_key(&date) {
            return false;
        } else {
            &self.week[weekday]
        };
        hours.iter().any(|h| h.from <= minute && minute < h.to)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn working_time_is_the_number_of_working_minutes(from in moment(), length in 0_i64..20_000) {
        let china = china();
        let to = from.checked_add(length.minutes()).unwrap();
        let minutes = count(&china, from, to);
        prop_assert_eq!(china.working_between(from, to), SignedDuration::from_mins(minutes));
    }

    #[test]
    fn add_returns_the_first_moment_with_that_working_time(
        from in moment(),
        minutes in 1_i64..5000,
    ) {
        let china = china();
        let working = SignedDuration::from_mins(minutes);
        let then = china.add(from, working).unwrap();
        prop_assert_eq!(count(&china, from, then), minutes);
        let before = then.checked_sub(1.minutes()).unwrap();
        prop_assert_eq!(count(&china, from, before), minutes - 1);
    }

    #[test]
    fn working_time_adds_up(a in moment(), b in moment(), c in moment()) {
        let china = china();
        let mut moments = [a, b, c];
        moments.sort();
        let [a, b, c] = moments;
        prop_assert_eq!(
            china.working_between(a, b) + china.working_between(b, c),
            china.working_between(a, c)
        );
    }
}
