//! Who is in charge (责任人): the chain from the street down to the head of the stairwell.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;

use super::Home;
use crate::model::names::property;
use crate::model::{Canonical, FeatureId};

/// The duty of a grid's leader (网格长).
pub const GRID_LEADER: &str = "grid_leader";
/// The duty of a community's secretary (社区书记).
pub const COMMUNITY_SECRETARY: &str = "community_secretary";
/// The duty of the head of a stairwell (楼门长).
pub const BUILDING_HEAD: &str = "building_head";

/// The duty of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Duty {
    /// The id of the feature.
    pub id: FeatureId,
    /// The duty.
    pub duty: String,
    /// The stairwell of the building; `None` for the whole building.
    pub unit: Option<String>,
    from: Option<Date>,
    until: Option<Date>,
}

impl Duty {
    /// Whether the person has the duty on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// All duties, by the text of their scope.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Duties(HashMap<Box<str>, Vec<Duty>>);

impl Duties {
    /// Reads the features of the collection `duties`.
    pub fn read<'a>(features: impl Iterator<Item = (&'a FeatureId, &'a str)>) -> Self {
        let mut all: HashMap<Box<str>, Vec<Duty>> = HashMap::new();
        for (id, properties) in features {
            let row = Canonical::new(properties);
            let day = |name: &str| row.text(name).and_then(|t| t.parse().ok());
            let (Some(duty), Some(scope)) = (row.text(property::DUTY), row.text(property::SCOPE))
            else {
                continue;
            };
            all.entry(scope.into()).or_default().push(Duty {
                id: id.clone(),
                duty: duty.into_owned(),
                unit: row.text("unit").map(|t| t.into_owned()),
                from: day("from"),
                until: day("until"),
            });
        }
        Self(all)
    }

    /// The duties for a scope that hold on a day.
    pub fn of(&self, scope: &str, day: Date) -> impl Iterator<Item = &Duty> {
        let all = self.0.get(scope).map_or(&[][..], Vec::as_slice);
        all.iter().filter(move |duty| duty.holds_on(day))
    }

    /// Whether somebody has this duty for the scope on a day.
    pub fn has(&self, scope: &str, duty: &str, day: Date) -> bool {
        self.of(scope, day).any(|d| d.duty == duty)
    }

    /// How many stairwells of a building have a head on a day. A head of the whole building counts for all of them.
    pub fn headed(&self, home: &Home, day: Date) -> u32 {
        let heads = || {
            let all = self.of(home.id.as_str(), day);
            all.filter(|d| d.duty == BUILDING_HEAD)
        };
        if heads().any(|head| head.unit.is_none()) {
            return home.stairwells;
        }
        let units: BTreeSet<&str> = heads().filter_map(|head| head.unit.as_deref()).collect();
        u32::try_from(units.len())
            .unwrap_or(u32::MAX)
            .min(home.stairwells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duties(rows: &[&str]) -> Duties {
        let ids: Vec<FeatureId> = (0..rows.len())
            .map(|n| FeatureId::new(format!("d{n}")).unwrap())
            .collect();
        Duties::read(ids.iter().zip(rows.iter().copied()))
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_duty_holds_from_its_first_to_its_last_day() {
        let duties = duties(&[
            r#"{"duty":"grid_leader","from":"2026-03-01","scope":"g","until":"2026-11-30"}"#,
            r#"{"duty":"grid_worker","scope":"g"}"#,
            r#"{"duty":"grid_leader"}"#,
        ]);
        let leads = |text: &str| duties.has("g", GRID_LEADER, day(text));
        assert!(!leads("2026-02-28"));
        assert!(leads("2026-03-01"));
        assert!(leads("2026-11-30"));
        assert!(!leads("2026-12-01"));
        assert_eq!(duties.of("g", day("2030-01-01")).count(), 1);
    }

    #[test]
    fn stairwells_with_a_head_are_counted_once_and_a_head_of_the_building_counts_for_all() {
        let duties = duties(&[
            r#"{"duty":"building_head","scope":"b","unit":"1"}"#,
            r#"{"duty":"building_head","scope":"b","unit":"1"}"#,
            r#"{"duty":"building_head","scope":"b","unit":"2","until":"2026-01-01"}"#,
            r#"{"duty":"building_head","scope":"c"}"#,
            r#"{"duty":"party_home","scope":"b","unit":"3"}"#,
        ]);
        let home = |id: &str, stairwells| Home {
            id: FeatureId::new(id).unwrap(),
            stairwells,
        };
        assert_eq!(duties.headed(&home("b", 4), day("2026-11-30")), 1);
        assert_eq!(duties.headed(&home("b", 4), day("2025-11-30")), 2);
        assert_eq!(duties.headed(&home("c", 5), day("2026-11-30")), 5);
        assert_eq!(duties.headed(&home("d", 5), day("2026-11-30")), 0);
    }
}
