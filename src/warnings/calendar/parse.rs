//! Parses `calendar.toml`, or reports everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::Offset;

use super::{Calendar, Hours};
use crate::codec::config::Problem;
use crate::codec::config::{self, Item, Table};
use crate::model::Localized;

/// The built-in calendar, with China's public holidays.
pub const DEFAULT: &str = include_str!("../../../geodata/calendar.toml");

/// The longest holiday that is accepted. Without a limit, a typing error in a month could close the office
/// for half a year.
const LONGEST_HOLIDAY_DAYS: usize = 20;

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

impl Calendar {
    /// Parses a calendar. Error messages call the file `calendar.toml`.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        Self::read("calendar.toml", text)
    }

    /// The built-in calendar.
    pub fn built_in() -> Result<Self, Vec<Problem>> {
        Self::parse(DEFAULT)
    }

    /// Parses a calendar from a file with another name.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        config::read(file, text, calendar)
    }
}

fn calendar(root: &Table<'_>) -> Option<Calendar> {
    let offset = root
        .need(
            "utc_offset",
            "the office's offset from UTC, such as \"+08:00\"",
        )
        .and_then(|i| offset(&i));
    let hours = root
        .need(
            "hours",
            "an [hours] table with the office hours of each weekday",
        )
        .and_then(|i| hours(&i.table()?));
    let mut days = Days::default();
    if let Some(years) = root.get("years") {
        for (name, item) in years.table()?.entries() {
            year(name, &item, &mut days);
        }
    }
    let (week, make_up_hours) = hours?;
    let made = Calendar {
        offset: offset?,
        week,
        make_up_hours: make_up_hours.unwrap_or_default(),
        holidays: days.holidays,
        make_up: BTreeMap::new(),
        years: days.years,
    };
    let mut make_up = BTreeMap::new();
    for (date, item, name) in days.make_up {
        if let Some(holiday) = made.holidays.get(&date) {
            let problem = format!("is {date}, which is a day off for {}", holiday.zh);
            item.wrong(&problem, "a day that is not a holiday");
        } else if !made.hours_of(date).is_empty() {
            let problem = format!("is {date}, which is a working day already");
            item.wrong(&problem, "a day on which the office is closed otherwise");
        } else if made.make_up_hours.is_empty() {
            item.wrong(
                "has no office hours",
                "`hours.make_up`, such as [\"08:30-12:00\"]",
            );
        }
        if make_up.insert(date, name).is_some() {
            item.wrong(
                &format!("is {date}, which is a make-up workday already"),
                "each day once",
            );
        }
    }
    Some(Calendar { make_up, ..made })
}

fn offset(item: &Item<'_>) -> Option<Offset> {
    const EXPECTED: &str = "an offset such as \"+08:00\"";
    let text = item.text(EXPECTED)?;
    let parsed = (|| {
        let (sign, rest) = match text.split_at_checked(1)? {
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        };
        let minutes = minutes_of(rest).filter(|m| *m <= 14 * 60)?;
        Offset::from_seconds(sign * i32::from(minutes) * 60).ok()
    })();
    if parsed.is_none() {
        item.wrong(&format!("is {text:?}"), EXPECTED);
    }
    parsed
}

type Week = ([Vec<Hours>; 7], Option<Vec<Hours>>);

fn hours(table: &Table<'_>) -> Option<Week> {
    let mut read = WEEKDAYS.map(|day| {
        table
            .need(
                day,
                "its office hours, such as [\"08:30-12:00\"]; [] for a day off",
            )
            .and_then(|i| spans(&i))
    });
    let make_up = match table.get("make_up") {
        None => Some(None),
        Some(item) => spans(&item).map(Some),
    };
    table.finish();
    if read.iter().any(Option::is_none) {
        return None;
    }
    let week = WEEKDAYS.map(|_| Vec::new());
    let week = {
        let mut week: [Vec<Hours>; 7] = week;
        for (day, hours) in week.iter_mut().zip(read.iter_mut()) {
            *day = hours.take().unwrap_or_default();
        }
        week
    };
    if week.iter().all(Vec::is_empty) {
        table.wrong(
            "no weekday has office hours".to_owned(),
            "office hours on at least one weekday, because deadlines count working time",
        );
        return None;
    }
    Some((week, make_up?))
}

fn spans(item: &Item<'_>) -> Option<Vec<Hours>> {
    const EXPECTED: &str = "office hours such as [\"08:30-12:00\", \"14:00-17:30\"]";
    let mut made: Vec<Hours> = Vec::new();
    let mut fine = true;
    for item in item.list(EXPECTED)? {
        let Some(text) = item.text(EXPECTED) else {
            fine = false;
            continue;
        };
        let span = text.split_once('-').and_then(|(from, to)| {
            let (from, to) = (minutes_of(from.trim())?, minutes_of(to.trim())?);
            Some(Hours { from, to })
        });
        let Some(span) = span else {
            item.wrong(&format!("is {text:?}"), "a span such as \"08:30-12:00\"");
            fine = false;
            continue;
        };
        if span.from >= span.to {
            item.wrong(
                &format!("is {text:?}, which ends before it begins"),
                "an end after the beginning",
            );
            fine = false;
        } else if made.last().is_some_and(|b| span.from < b.to) {
            item.wrong(
                &format!("is {text:?}, which overlaps the span before it"),
                "spans in order that do not overlap",
            );
            fine = false;
        }
        made.push(span);
    }
    fine.then_some(made)
}

/// The minutes after midnight of `08:30`; the end of the day is `24:00`.
fn minutes_of(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |t: &str| t.len() == 2 && t.chars().all(|c| c.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= 24 * 60).then_some(all)
}

/// The special days of all years.
#[derive(Default)]
struct Days<'r> {
    years: BTreeSet<i16>,
    holidays: BTreeMap<Date, Localized>,
    make_up: Vec<(Date, Item<'r>, Localized)>,
}

fn year<'r>(name: &str, item: &Item<'r>, days: &mut Days<'r>) {
    let year = name.parse().ok().filter(|y| (1970..=2200).contains(y));
    let Some(year) = year else {
        item.wrong("is not a year", "a year such as [years.2026]");
        return;
    };
    days.years.insert(year);
    let Some(table) = item.table() else { return };
    if let Some(source) = table.get("source") {
        source.text("the source of the days, such as \"the State Council\"");
    }
    let holidays = table
        .need(
            "holidays",
            "[[years.2026.holidays]] tables; [] where there are none",
        )
        .and_then(|i| i.list("[[years.2026.holidays]] tables"));
    for item in holidays.unwrap_or_default() {
        if let Some(table) = item.table() {
            holiday(year, &table, days);
            table.finish();
        }
    }
    table.finish();
}

fn holiday<'r>(year: i16, table: &Table<'r>, days: &mut Days<'r>) {
    let text = |key, what| table.need(key, what).and_then(|i| i.text(what));
    let (zh, en) = (
        text("zh", "the Chinese name"),
        text("en", "the English name"),
    );
    let from_item = table.need("from", "the first day off");
    let from = from_item.as_ref().and_then(|i| day(i, year));
    let to_item = table.get("to");
    let to = to_item.as_ref().map_or(from, |i| day(i, year));
    let make_up = table
        .get("make_up")
        .and_then(|i| i.list("a list of days such as [2026-02-14]"))
        .unwrap_or_default();
    let made_up: Vec<_> = make_up
        .into_iter()
        .filter_map(|i| Some((day(&i, year)?, i)))
        .collect();
    let (Some(zh), Some(en), Some(from), Some(to)) = (zh, en, from, to) else {
        return;
    };
    let name = Localized::new(zh, en);
    let last = to_item.as_ref().or(from_item.as_ref());
    if to < from
        && let Some(item) = last
    {
        item.wrong(
            &format!("is {to}, before the first day off, {from}"),
            "a day that is not before `from`",
        );
        return;
    }
    for (n, date) in from.series(jiff::ToSpan::days(1)).enumerate() {
        if date > to {
            break;
        }
        let Some(item) = last else { break };
        if n >= LONGEST_HOLIDAY_DAYS {
            item.wrong(
                &format!("is {to}, which makes a holiday of over {LONGEST_HOLIDAY_DAYS} days"),
                "the last day off of this holiday",
            );
            return;
        }
        if let Some(known) = days.holidays.insert(date, name.clone()) {
            let first = from_item.as_ref().unwrap_or(item);
            first.wrong(
                &format!(
                    "makes {date} a holiday twice: it is one for {} already",
                    known.en
                ),
                "each day once",
            );
        }
    }
    days.make_up.extend(
        made_up
            .into_iter()
            .map(|(date, item)| (date, item, name.clone())),
    );
}

/// Parses a day of the year. Days in December of the year before are allowed too, because the New
/// Year holiday may begin there.
fn day(item: &Item<'_>, year: i16) -> Option<Date> {
    let date = item.date()?;
    let near = date.year() == year || (date.year() == year - 1 && date.month() == 12);
    if !near {
        item.wrong(&format!("is {date}"), &format!("a day of {year}"));
        return None;
    }
    Some(date)
}
