//! Tests of invalid calendars: each error names the line and what to write instead.

use super::Calendar;

const RIGHT: &str = r#"utc_offset = "+08:00"

[hours]
monday = ["08:30-12:00", "14:00-18:00"]
tuesday = ["08:30-18:00"]
wednesday = ["08:30-18:00"]
thursday = ["08:30-18:00"]
friday = ["08:30-18:00"]
saturday = []
sunday = []
make_up = ["08:30-18:00"]

[years.2026]
source = "the State Council"

[[years.2026.holidays]]
zh = "元旦"
en = "New Year's Day"
from = 2026-01-01
to = 2026-01-03
make_up = [2026-01-04]

[[years.2026.holidays]]
zh = "春节"
en = "Spring Festival"
from = 2026-02-15
to = 2026-02-23
make_up = [2026-02-14, 2026-02-28]
"#;

const WRONG: &[(&str, &str, &str, &str, &str)] = &[
    (
        RIGHT,
        "",
        "1:1",
        "the file lacks `utc_offset`",
        "\"+08:00\"",
    ),
    (
        "utc_offset = \"+08:00\"",
        "utc_offset = 8",
        "1:14",
        "is the number 8",
        "\"+08:00\"",
    ),
    (
        "utc_offset = \"+08:00\"",
        "utc_offset = \"+8\"",
        "1:14",
        "is \"+8\"",
        "\"+08:00\"",
    ),
    (
        "utc_offset = \"+08:00\"",
        "utc_offset = \"Asia/Shanghai\"",
        "1:14",
        "is \"Asia/Shanghai\"",
        "\"+08:00\"",
    ),
    (
        "friday = [\"08:30-18:00\"]\n",
        "",
        "3:",
        "`hours` lacks `friday`",
        "[] for a day off",
    ),
    (
        "make_up = [\"08",
        "makeup = [\"08",
        "11:1",
        "`makeup` is not known in `hours`",
        "`make_up`?",
    ),
    (
        "\"14:00-18:00\"",
        "\"11:00-18:00\"",
        "4:26",
        "overlaps the span before it",
        "in order that do not overlap",
    ),
    (
        "\"14:00-18:00\"",
        "\"18:00-14:00\"",
        "4:26",
        "ends before it begins",
        "an end after",
    ),
    (
        "\"14:00-18:00\"",
        "\"14-18\"",
        "4:26",
        "is \"14-18\"",
        "\"08:30-12:00\"",
    ),
    (
        "\"14:00-18:00\"",
        "\"14:00-25:00\"",
        "4:26",
        "is \"14:00-25:00\"",
        "\"08:30-12:00\"",
    ),
    (
        "saturday = []",
        "saturday = false",
        "9:12",
        "is false",
        "office hours such as",
    ),
    (
        "[years.2026]",
        "[years.next]",
        "13:",
        "is not a year",
        "[years.2026]",
    ),
    ("from = 2026-01-01", "from = 2026-02-30", "19:", "", ""),
    (
        "from = 2026-01-01",
        "from = \"2026-1-1\"",
        "19:8",
        "is the text \"2026-1-1\"",
        "2026-02-17",
    ),
    (
        "from = 2026-01-01",
        "from = 2026-01-01T08:00:00",
        "19:8",
        "is the date or time",
        "2026-02-17",
    ),
    (
        "to = 2026-01-03",
        "to = 2025-12-31",
        "20:6",
        "is 2025-12-31, before the first day off, 2026-01-01",
        "a day that is not before `from`",
    ),
    (
        "to = 2026-02-23",
        "to = 2026-08-23",
        "27:6",
        "a holiday of over 20 days",
        "the last day off",
    ),
    (
        "to = 2026-02-23",
        "to = 2027-02-23",
        "27:6",
        "is 2027-02-23",
        "a day of 2026",
    ),
    (
        "from = 2026-02-15",
        "from = 2026-01-03",
        "26:8",
        "2026-01-03 a holiday twice: it is one for New Year's Day already",
        "each day once",
    ),
    (
        "make_up = [2026-01-04]",
        "make_up = [2026-01-02]",
        "21:12",
        "is 2026-01-02, which is a day off for 元旦",
        "not a holiday",
    ),
    (
        "make_up = [2026-01-04]",
        "make_up = [2026-01-05]",
        "21:12",
        "is 2026-01-05, which is a working day already",
        "closed otherwise",
    ),
    (
        "2026-02-14, 2026-02-28",
        "2026-02-14, 2026-02-14",
        "28:24",
        "is 2026-02-14, which is a make-up workday already",
        "each day once",
    ),
    (
        "make_up = [2026-01-04]",
        "make_up = 2026-01-04",
        "21:11",
        "is the date or time 2026-01-04",
        "a list of days",
    ),
    (
        "make_up = [\"08:30-18:00\"]\n",
        "",
        "20:12",
        "has no office hours",
        "`hours.make_up`",
    ),
    (
        "zh = \"春节\"\n",
        "",
        "23:",
        "lacks `zh`",
        "the Chinese name",
    ),
    (
        "en = \"Spring Festival\"",
        "en = 1",
        "25:6",
        "is the number 1",
        "the English name",
    ),
];

#[test]
fn the_valid_file_is_accepted() {
    Calendar::parse(RIGHT).unwrap();
}

#[test]
fn every_mistake_in_a_calendar_is_reported_with_position_and_expectation() {
    let mut missed = Vec::new();
    for (right, wrong, place, problem, expected) in WRONG {
        assert!(RIGHT.contains(right), "{right}");
        let problems = Calendar::parse(&RIGHT.replacen(right, wrong, 1)).unwrap_err();
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let place = format!("calendar.toml:{place}");
        let found = told.iter().any(|t| {
            let parts = t.split_once("; expected ");
            parts.is_some_and(|(what, wanted)| {
                t.starts_with(&place) && what.contains(problem) && wanted.contains(expected)
            })
        });
        if !found {
            missed.push(format!(
                "{wrong:?}: no {place} {problem:?} {expected:?} in\n{told:#?}"
            ));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn an_office_that_never_works_is_refused() {
    let text = RIGHT
        .replace("\"08:30-18:00\"", "")
        .replace("\"08:30-12:00\", \"14:00-18:00\"", "");
    let problems = Calendar::parse(&text).unwrap_err();
    assert_eq!(problems[0].problem, "no weekday has office hours");
}
