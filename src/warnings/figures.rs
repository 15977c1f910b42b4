//! Monthly statistics of the ledger by community, unit and category.
//!
//! Each number counts events of the month: a case reported in October and closed in November counts
//! as a report in October and as a closed case in November. Months are in China's time zone. Drills
//! and cases pending review never count.
//!
//! `returned`, `reopened`, `rated` and the durations refer to the cases closed in the month,
//! because only then are they final.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::{Case, Status};
use crate::model::names::property;
use crate::model::{Canonical, hour_in_china};

/// A calendar month in China's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    first: Date,
    from: Timestamp,
    until: Timestamp,
}

impl Month {
    /// Parses `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let plain = year.len() == 4 && month.len() == 2;
        let digits = text.bytes().filter(u8::is_ascii_digit).count() == 6;
        if !plain || !digits {
            return None;
        }
        Self::of(Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?)
    }

    /// The month that begins on a day.
    fn of(first: Date) -> Option<Self> {
        Some(Self {
            first,
            from: hour_in_china(first, 0)?,
            until: hour_in_china(first.checked_add(1.month()).ok()?, 0)?,
        })
    }

    /// The month before this one; `None` at the beginning of the calendar.
    pub fn previous(&self) -> Option<Self> {
        Self::of(self.first.checked_sub(1.month()).ok()?)
    }

    /// The first day of the month.
    pub fn first(&self) -> Date {
        self.first
    }

    /// The first day of the next month.
    pub fn end(&self) -> Date {
        self.first.saturating_add(1.month())
    }

    /// Whether a moment lies in the month.
    pub fn has(&self, at: Option<Timestamp>) -> bool {
        at.is_some_and(|at| self.from <= at && at < self.until)
    }

    /// Whether a case, given by its properties, was reported, filed or ended in the month.
    pub fn concerns(&self, case: Canonical<'_>) -> bool {
        [
            property::REPORTED_AT,
            property::FILED_AT,
            property::CLOSED_AT,
        ]
        .iter()
        .any(|name| self.has(case.moment(name)))
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first.strftime("%Y-%m"))
    }
}

/// The figures of one community, unit or category.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = FigureRow)]
pub struct Row {
    /// The id of the community, unit or category; empty for cases without one.
    pub key: String,
    /// The name of the community, unit or category.
    pub name: String,
    /// Cases reported in the month.
    pub reported: u32,
    /// Cases filed in the month.
    pub filed: u32,
    /// Cases rejected in the month.
    pub rejected: u32,
    /// Cases closed in the month.
    pub closed: u32,
    /// Of the closed cases, those that were handled by their due date.
    pub on_time: u32,
    /// `on_time` divided by the number of closed cases with a due date and a time of handling, 0 to
    /// 1.
    pub on_time_share: Option<f64>,
    /// How often units returned the closed cases.
    pub returned: u32,
    /// How often the closed cases had been reopened.
    pub reopened: u32,
    /// The number of closed cases that were rated.
    pub rated: u32,
    /// The mean rating of the closed cases, 1 to 5.
    pub rating_mean: Option<f64>,
    /// The median time from the report to the end of the closed cases, in hours.
    pub hours_to_close_median: Option<f64>,
}

/// The tables by community, unit and category.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = FiguresBy)]
pub struct By {
    /// The rows of the communities; the key is the id of the grid.
    pub community: Vec<Row>,
    /// The rows of the units in charge; the key is the id of the unit.
    pub unit: Vec<Row>,
    /// The rows of the categories; the key is the id of the category.
    pub category: Vec<Row>,
}

/// The figures of a month.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// The month, as `2026-11`.
    pub month: String,
    /// The tables.
    pub by: By,
    /// The totals of all cases.
    pub total: Row,
}

/// Computes the statistics of a month. `name` returns the name for a key of a table.
pub fn figures<'a>(
    month: &Month,
    cases: impl IntoIterator<Item = &'a Case>,
    name: impl Fn(Table, &str) -> String,
) -> Figures {
    let mut tables: [BTreeMap<String, Count>; 3] = Default::default();
    let mut total = Count::default();
    for case in cases {
        if !case.counts() {
            continue;
        }
        let keys = [
            case.community.as_deref().unwrap_or_default(),
            case.unit.as_deref().unwrap_or_default(),
            &case.category,
        ];
        let mut one = Count::default();
        one.add(month, case);
        if one == Count::default() {
            continue;
        }
        for (table, key) in tables.iter_mut().zip(keys) {
            table.entry(key.to_owned()).or_default().add(month, case);
        }
        total.add(month, case);
    }
    let [community, unit, category] = tables;
    let rows = |which: Table, table: BTreeMap<String, Count>| -> Vec<Row> {
        table
            .into_iter()
            .map(|(key, count)| {
                let name = name(which, &key);
                count.row(key, name)
            })
            .collect()
    };
    Figures {
        month: month.to_string(),
        by: By {
            community: rows(Table::Community, community),
            unit: rows(Table::Unit, unit),
            category: rows(Table::Category, category),
        },
        total: total.row("total".to_owned(), String::new()),
    }
}

/// The three tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// By community.
    Community,
    /// By unit.
    Unit,
    /// By category.
    Category,
}

#[derive(Debug, Default, PartialEq)]
struct Count {
    row: Row,
    dated: u32,
    stars: u32,
    hours: Vec<f64>,
}

impl Count {
    fn add(&mut self, month: &Month, case: &Case) {
        let row = &mut self.row;
        row.reported += u32::from(month.has(Some(case.reported_at)));
        row.filed += u32::from(month.has(case.filed_at));
        let ended = month.has(case.closed_at);
        row.rejected += u32::from(ended && case.status == Status::Rejected);
        let Some(end) = case
            .closed_at
            .filter(|_| ended && case.status == Status::Closed)
        else {
            return;
        };
        row.closed += 1;
        if let Some(on_time) = is_on_time(case) {
            self.dated += 1;
            row.on_time += u32::from(on_time);
        }
        row.returned += case.ledger.returned;
        row.reopened += case.ledger.reopened;
        if let Some(rating) = case.rating {
            row.rated += 1;
            self.stars += u32::from(rating);
        }
        self.hours
            .push(end.duration_since(case.reported_at).as_secs_f64() / 3600.0);
    }

    fn row(mut self, key: String, name: String) -> Row {
        let share = |part: u32, of: u32| (of > 0).then(|| f64::from(part) / f64::from(of));
        let mut row = self.row;
        row.key = key;
        row.name = name;
        row.on_time_share = share(row.on_time, self.dated).map(|s| rounded(s, 1e4));
        row.rating_mean = share(self.stars, row.rated).map(|m| rounded(m, 1e2));
        row.hours_to_close_median = median(&mut self.hours).map(|h| rounded(h, 1e1));
        row
    }
}

/// Whether a case was handled by its due date; `None` if it has no due date or was not handled.
pub fn is_on_time(case: &Case) -> Option<bool> {
    Some(case.handled_at? <= case.due_at?)
}

fn rounded(value: f64, to: f64) -> f64 {
    (value * to).round() / to
}

/// The median: the middle value, or the mean of the two middle values.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 {
        upper
    } else {
        (values[middle - 1] + upper) / 2.0
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::model::FeatureId;

    fn case(id: &str, said: Value) -> Case {
        let mut map = serde_json::Map::new();
        map.insert("category".into(), "corridor_clutter".into());
        map.insert("status".into(), "closed".into());
        if let Value::Object(said) = said {
            map.extend(said);
        }
        Case::from_map(&FeatureId::new(id).unwrap(), map).unwrap()
    }

    fn november(cases: &[Case]) -> Figures {
        let month = Month::parse("2026-11").unwrap();
        figures(&month, cases, |_, key| format!("<{key}>"))
    }

    #[test]
    fn a_month_begins_at_midnight_in_china() {
        let month = Month::parse("2026-11").unwrap();
        let has = |text: &str| month.has(Some(text.parse().unwrap()));
        assert!(!has("2026-10-31T15:59:59.999Z"));
        assert!(has("2026-10-31T16:00:00Z"));
        assert!(has("2026-11-30T15:59:59Z"));
        assert!(!has("2026-11-30T16:00:00Z"));
        assert_eq!(month.to_string(), "2026-11");
        let before = |text| Month::parse(text)?.previous().map(|m| m.to_string());
        assert_eq!(before("2026-11").as_deref(), Some("2026-10"));
        assert_eq!(before("2026-01").as_deref(), Some("2025-12"));
        for wrong in [
            "2026-13",
            "2026-1",
            "26-11",
            "2026-00",
            "november",
            "2026-11-01",
            "+026-11",
        ] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn each_number_belongs_to_the_month_in_which_it_happened() {
        let cases = [
            // Reported in October, closed in November, handled in time.
            case(
                "a",
                json!({
                    "community": "c1", "unit": "u1", "reported_at": "2026-10-30T02:00:00Z",
                    "filed_at": "2026-10-30T03:00:00Z", "handled_at": "2026-11-01T02:00:00Z",
                    "due_at": "2026-11-02T02:00:00Z", "closed_at": "2026-11-01T12:00:00Z",
                    "rating": 5, "ledger": {"returned": 1, "reopened": 2},
                }),
            ),
            // Handled late, and not rated.
            case(
                "b",
                json!({
                    "community": "c1", "unit": "u2", "reported_at": "2026-11-03T02:00:00Z",
                    "filed_at": "2026-11-03T03:00:00Z", "handled_at": "2026-11-09T02:00:00Z",
                    "due_at": "2026-11-05T02:00:00Z", "closed_at": "2026-11-09T04:00:00Z",
                }),
            ),
            case(
                "c",
                json!({"status": "rejected", "community": "c2",
                "reported_at": "2026-11-04T02:00:00Z", "closed_at": "2026-11-04T03:00:00Z"}),
            ),
            case(
                "d",
                json!({"status": "reported", "reported_at": "2026-11-05T02:00:00Z"}),
            ),
            case(
                "drill",
                json!({"exercise": true, "reported_at": "2026-11-05T02:00:00Z"}),
            ),
            case(
                "spam",
                json!({"held": true, "reported_at": "2026-11-05T02:00:00Z"}),
            ),
            case(
                "old",
                json!({"reported_at": "2025-11-05T02:00:00Z", "closed_at": "2025-11-06T02:00:00Z"}),
            ),
        ];
        let said = november(&cases);
        let total = &said.total;
        assert_eq!(
            (total.reported, total.filed, total.rejected, total.closed),
            (3, 1, 1, 2)
        );
        assert_eq!((total.on_time, total.on_time_share), (1, Some(0.5)));
        assert_eq!((total.returned, total.reopened, total.rated), (1, 2, 1));
        assert_eq!(total.rating_mean, Some(5.0));
        // The two cases took 58 and 146 hours.
        assert_eq!(total.hours_to_close_median, Some(102.0));
        let keys = |rows: &[Row]| rows.iter().map(|r| r.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&said.by.community), ["", "c1", "c2"]);
        assert_eq!(keys(&said.by.unit), ["", "u1", "u2"]);
        assert_eq!(said.by.unit[1].name, "<u1>");
        assert_eq!(said.by.community[2].on_time_share, None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_table_adds_up_to_the_total(
            list in prop::collection::vec((0..4u8, 0..3u8, 0..3usize, 0..60i64, 0..200i64, 0..3u8), 0..40)
        ) {
            let start: Timestamp = "2026-10-20T00:00:00Z".parse().unwrap();
            let after = |hours: i64| (start + jiff::SignedDuration::from_hours(hours)).to_string();
            let cases: Vec<Case> = list.iter().enumerate().map(|(i, (c, u, s, day, hours, rating))| {
                let status = ["reported", "closed", "rejected"][*s];
                let mut said = json!({
                    "community": format!("c{c}"), "unit": format!("u{u}"), "status": status,
                    "reported_at": after(day * 24), "filed_at": after(day * 24 + 1),
                    "handled_at": after(day * 24 + hours), "due_at": after(day * 24 + 100),
                });
                if *s > 0 { said["closed_at"] = after(day * 24 + hours).into(); }
                if *rating > 0 { said["rating"] = (*rating).into(); }
                case(&i.to_string(), said)
            }).collect();
            let said = november(&cases);
            for rows in [&said.by.community, &said.by.unit, &said.by.category] {
                let sum = |of: fn(&Row) -> u32| rows.iter().map(of).sum::<u32>();
                prop_assert_eq!(sum(|r| r.reported), said.total.reported);
                prop_assert_eq!(sum(|r| r.filed), said.total.filed);
                prop_assert_eq!(sum(|r| r.rejected), said.total.rejected);
                prop_assert_eq!(sum(|r| r.closed), said.total.closed);
                prop_assert_eq!(sum(|r| r.on_time), said.total.on_time);
                prop_assert_eq!(sum(|r| r.rated), said.total.rated);
            }
            let month = Month::parse("2026-11").unwrap();
            for case in &cases {
                let alone = november(std::slice::from_ref(case));
                let counts = !alone.by.category.is_empty();
                let properties = case.properties().unwrap();
                prop_assert!(month.concerns(Canonical::new(properties.as_str())) || !counts);
            }
        }
    }
}
