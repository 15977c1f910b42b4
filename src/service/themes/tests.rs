//! Tests that the computed measures equal plain recounts on the demo district.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::make::make;
use super::measures::standard;
use super::*;
use crate::index::Collections;
use crate::live::Snapshot;
use crate::model::{Canonical, Change, CollectionId};
use crate::network::core::{Limit, Memory};
use crate::planning::standards::Standards;
use crate::service::planning::Planning;
use crate::service::routes::tests::{DEMO, at, profile};
use crate::service::routes::{Ground, Spot};
use crate::themes::{By, Themes};
use crate::warnings::figures::{Month, figures};
use crate::warnings::{Case, figures::Row};

const NOON: &str = "2026-11-30T12:00:00+08:00";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn built_in(id: &str) -> crate::themes::Theme {
    Themes::built_in().unwrap().get(id).unwrap().clone()
}

fn map_of(id: &str, by: By, ground: &Ground, planning: &Planning) -> ThemeMap {
    let theme = built_in(id);
    let of = (ground.snapshot.as_ref(), walks(&theme).then_some(ground));
    make(&theme, by, of, planning, (day("2026-11-30"), 1, at(NOON))).unwrap()
}

fn value(map: &ThemeMap, id: &str) -> Option<f64> {
    map.areas.iter().find(|a| a.id == id).unwrap().value
}

/// The text property of a feature.
fn text(map: &Collections, collection: &str, id: &str, name: &str) -> Option<String> {
    let entry = map.get(collection)?.get(id)?;
    let said = Canonical::new(entry.all_properties());
    said.text(name).map(|text| text.into_owned())
}

#[test]
fn the_share_within_reach_is_that_of_the_people_of_the_buildings() {
    let planning = Planning::default();
    for id in ["first_aid", "elderly"] {
        let buildings = map_of(id, By::Building, &DEMO, &planning);
        let grids = map_of(id, By::Grid, &DEMO, &planning);
        let all = DEMO.snapshot.collections();
        let mut sums: HashMap<String, (f64, f64)> = HashMap::new();
        for building in &buildings.areas {
            let grid = text(all, "buildings", &building.id, "grid");
            let households = all.get("buildings").unwrap().get(&building.id).unwrap();
            let households = Canonical::new(households.all_properties()).number("households");
            if let (Some(grid), Some(share)) = (grid, building.value) {
                let people = households.map_or(f64::from(building.n), |n| n * 2.62);
                let (covered, of) = sums.entry(grid).or_default();
                *covered += share * people;
                *of += people;
            }
        }
        let mut some = 0;
        // Of a few estimated people, `n` is too roughly rounded to be a weight.
        for grid in grids
            .areas
            .iter()
            .filter(|grid| grid.n == 0 || grid.n > 100)
        {
            let sum = sums.get(&grid.id).map(|(covered, of)| covered / of);
            assert_eq!(sum.is_some(), grid.value.is_some(), "{id} {}", grid.id);
            if let (Some(sum), Some(value)) = (sum, grid.value) {
                assert!(
                    (sum - value).abs() < 0.15,
                    "{id} {}: {sum} {value}",
                    grid.id
                );
                some += u32::from((1.0..99.0).contains(&value));
            }
        }
        assert!(some > 5, "{id}: {some} grids are partly covered");
    }
}

#[test]
fn doors_are_reached_as_single_rides_from_each_start_say() {
    let ways = DEMO.ways().unwrap();
    let (ebike, map) = (profile("ebike"), DEMO.snapshot.collections());
    let of_kind = |collection: &str, kinds: &[&str]| -> Vec<String> {
        let all = map.get(collection).unwrap().iter();
        let wanted = all.filter(|entry| {
            let said = Canonical::new(entry.all_properties());
            let is_start = collection == "entrances" || !said.has("compound");
            is_start && kinds.iter().any(|kind| said.is("kind", kind))
        });
        wanted.map(|entry| entry.id().to_string()).collect()
    };
    let doors = of_kind("entrances", &["unit_door"]);
    let spots: Vec<Spot> = doors.iter().cloned().map(Spot::Entrance).collect();
    let to = DEMO.targets(ways, &ebike, &spots);
    let mut reached = vec![false; doors.len()];
    for start in of_kind("facilities", &["battery_swap", "rest_stop", "handover"]) {
        let Ok(from) = DEMO.origin(ways, &ebike, &Spot::Facility(start)) else {
            continue;
        };
        let of = (&from, at(NOON));
        let mut memory = Memory::new();
        let times = DEMO
            .times_to((ways, &ebike), of, (&to, 1800), &mut memory, Limit::NONE)
            .unwrap();
        for (reached, time) in reached.iter_mut().zip(times) {
            *reached |= time.is_some();
        }
    }
    let mut sums: HashMap<String, (f64, f64)> = HashMap::new();
    for (door, reached) in doors.iter().zip(&reached) {
        let building = text(map, "entrances", door, "building").unwrap();
        let grid = text(map, "buildings", &building, "grid").unwrap();
        let (some, all) = sums.entry(grid).or_default();
        *some += f64::from(*reached);
        *all += 1.0;
    }
    let grids = map_of("riders", By::Grid, &DEMO, &Planning::default());
    for grid in &grids.areas {
        let share = sums.get(&grid.id).map(|(some, all)| some * 100.0 / all);
        match (share, grid.value) {
            (Some(share), Some(value)) => {
                assert!(
                    (share - value).abs() < 0.051,
                    "{}: {share} {value}",
                    grid.id
                );
            }
            (share, value) => assert_eq!(share, value, "{}", grid.id),
        }
    }
    let all = reached.len() as f64;
    let share = reached.iter().filter(|r| **r).count() as f64 / all;
    assert!(
        (0.2..0.98).contains(&share),
        "{share} of the doors are reached"
    );
}

/// The demo district with its cases, which are those of the file.
fn with_cases() -> (Snapshot, Vec<Case>) {
    use crate::codec::geojson::read;
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/geodata/guoyuan/warnings.geojson"
    );
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut changes = crate::service::routes::tests::demo_features();
    for feature in file["features"].as_array_mut().unwrap() {
        changes.push(Change {
            collection: CollectionId::new("warnings").unwrap(),
            id: read::take_id(feature).unwrap().unwrap(),
            body: Some(read::read_body(feature, &read::Limits::default()).unwrap()),
        });
    }
    let map = Snapshot::of_features(crate::demo::schemas(), changes, at(NOON)).unwrap();
    let cases = map.collections().get("warnings").unwrap().iter();
    let cases = cases.map(|entry| Case::of(entry).unwrap()).collect();
    (map, cases)
}

#[test]
fn shares_on_time_and_ratings_are_those_of_the_monthly_figures() {
    let (map, cases) = with_cases();
    let october = Month::parse("2026-10").unwrap();
    let planning = Planning::default();
    let october_of = |id: &str, days: u32| {
        let text = include_str!("../../../geodata/themes.toml");
        let text = text.replace("days = 60", &format!("days = {days}"));
        let text = text.replace("days = 90", &format!("days = {days}"));
        let text = text.replace("least = 3", "least = 1");
        let theme = Themes::read("themes.toml", &text, None).unwrap();
        let theme = theme.get(id).unwrap().clone();
        let until = (day("2026-10-31"), 1, at(NOON));
        make(&theme, By::Community, (&map, None), &planning, until).unwrap()
    };
    let rows = |keep: &dyn Fn(&Case) -> bool| -> Vec<Row> {
        let kept = cases.iter().filter(|case| keep(case));
        figures(&october, kept, |_, key| key.to_owned())
            .by
            .community
    };
    let all = rows(&|_| true);
    let (on_time, rating) = (october_of("timeliness", 31), october_of("satisfaction", 31));
    let is_property = |case: &Case| {
        let unit = case.unit.as_deref().unwrap_or_default();
        text(map.collections(), "units", unit, "kind").as_deref() == Some("property")
    };
    let of_property = rows(&is_property);
    let property = october_of("property", 31);
    let mut compared = 0;
    for area in &on_time.areas {
        let row = all.iter().find(|row| row.key == area.id).unwrap();
        let share = row.on_time_share.unwrap() * 100.0;
        assert!((share - area.value.unwrap()).abs() < 0.06, "{}", area.id);
        // A mean of fewer than ten ratings is not shown, and the number of ratings only roughly.
        let mean = row.rating_mean.filter(|_| row.rated >= 10);
        let shown = value(&rating, &area.id);
        assert_eq!(mean.is_some(), shown.is_some(), "{}", area.id);
        compared += u32::from(mean.is_some());
        assert!((mean.unwrap_or(0.0) - shown.unwrap_or(0.0)).abs() < 0.06);
        let n = rating.areas.iter().find(|a| a.id == area.id).unwrap().n;
        assert_eq!(n, row.rated / 5 * 5);
        let own = of_property.iter().find(|row| row.key == area.id);
        let own = own
            .and_then(|row| row.on_time_share)
            .map(|share| share * 100.0);
        let shown = value(&property, &area.id);
        assert_eq!(own.is_some(), shown.is_some(), "{}", area.id);
        assert!((own.unwrap_or(0.0) - shown.unwrap_or(0.0)).abs() < 0.06);
    }
    assert!(compared > 2, "{compared} communities have ten ratings");
}

#[test]
fn a_standard_is_found_without_the_number_of_its_id() {
    let all = Standards::built_in().unwrap();
    let id = |name: &str| standard(&all, name).and_then(|s| s.id.clone());
    assert_eq!(id("aed").as_deref(), Some("aed_4"));
    assert_eq!(id("aed_4").as_deref(), Some("aed_4"));
    assert_eq!(id("living_circle").as_deref(), Some("living_circle_5"));
    assert_eq!(id("living"), None);
    assert_eq!(id("aed_5"), None);
}

#[test]
fn a_theme_that_does_not_fit_the_map_says_why() {
    let text = include_str!("../../../geodata/themes.toml")
        .replace("within_reach:first_aid", "within_reach:moon");
    let themes = Themes::read("themes.toml", &text, None).unwrap();
    let theme = themes.get("first_aid").unwrap();
    let of = (DEMO.snapshot.as_ref(), Some(&*DEMO));
    let planning = Arc::new(Planning::default());
    let map = make(
        theme,
        By::Grid,
        of,
        &planning,
        (day("2026-11-30"), 1, at(NOON)),
    )
    .unwrap();
    assert!(map.problem.unwrap().en.contains("no standard \"moon\""));
    assert!(
        map.areas
            .iter()
            .all(|area| area.value.is_none() && area.class.is_none())
    );
    assert!(map.classes.iter().all(|class| class.n == 0));
}
