//! Compares the board with a simple computation from the same records.

use super::*;
use crate::model::{Body, CollectionId, Properties};
use proptest::prelude::*;

fn record(collection: &str, id: &str, properties: Option<String>) -> Record {
    Record {
        collection: CollectionId::new(collection).unwrap(),
        id: FeatureId::new(id).unwrap(),
        seq: 1,
        updated_at: Timestamp::UNIX_EPOCH,
        body: properties.map(|p| Body {
            geometry: None,
            properties: Properties::parse(&p).unwrap(),
        }),
    }
}

fn grid(id: &str, kind: &str, parent: &str) -> Record {
    let text = format!(r#"{{"kind":"{kind}","parent":"{parent}","code":"c-{id}"}}"#);
    record("grids", id, Some(text))
}

fn warning(id: &str, grid: &str, level: &str, since: &str, status: &str) -> Record {
    let text = format!(
        r#"{{"category":"corridor_clutter","grid":"{grid}","level":"{level}","since":"{since}T00:00:00Z","status":"{status}","reason":{{"zh":"{id}","en":"{id}"}}}}"#
    );
    record("warnings", id, Some(text))
}

fn board(records: &[Record]) -> StatusBoard {
    let mut board = StatusBoard::default();
    for r in records {
        board.apply(r);
    }
    board
}

fn level(board: &StatusBoard, id: &str) -> (Level, Option<String>) {
    let all = board.grids();
    let one = all.iter().find(|g| g.id.as_str() == id).unwrap();
    (one.level, one.since.map(|t| t.to_string()[..10].to_owned()))
}

#[test]
fn a_grid_and_its_parents_have_the_most_severe_open_level() {
    let b = board(&[
        grid("street", "street", ""),
        grid("north", "community", "street"),
        grid("south", "community", "street"),
        grid("n1", "grid", "north"),
        grid("n2", "grid", "c-north"),
        grid("s1", "grid", "south"),
        warning("w1", "n1", "yellow", "2026-11-01", "filed"),
        warning("w2", "c-n1", "red", "2026-11-03", "handling"),
        warning("w3", "n2", "red", "2026-11-02", "closed"),
        warning("w4", "n2", "yellow", "2026-10-01", "reported"),
    ]);
    assert_eq!(level(&b, "n1"), (Level::Red, Some("2026-11-03".into())));
    assert_eq!(level(&b, "n2").0, Level::Yellow);
    assert_eq!(level(&b, "north"), (Level::Red, Some("2026-11-03".into())));
    assert_eq!(level(&b, "south"), (Level::Green, None));
    assert_eq!(level(&b, "street").0, Level::Red);
    let street = b
        .grids()
        .iter()
        .find(|g| g.id.as_str() == "street")
        .unwrap();
    assert_eq!(
        street.open,
        OpenCounts {
            red: 1,
            yellow: 2,
            green: 0
        }
    );
    assert_eq!(street.reason.zh, "w2");
}

#[test]
fn an_empty_ledger_gives_no_data_instead_of_green() {
    let b = board(&[grid("g", "grid", "")]);
    assert_eq!(level(&b, "g").0, Level::NoData);
    let b = board(&[
        grid("g", "grid", ""),
        warning("w", "g", "red", "2026-11-01", "closed"),
    ]);
    assert_eq!(level(&b, "g").0, Level::Green);
}

#[test]
fn circular_parents_do_not_loop_forever() {
    let b = board(&[
        grid("a", "grid", "b"),
        grid("b", "grid", "a"),
        warning("w", "a", "red", "2026-11-01", "filed"),
    ]);
    assert_eq!(level(&b, "b").0, Level::Red);
}

#[test]
fn cases_pending_review_and_drills_do_not_count() {
    let more = |extra: &str| {
        let text =
            format!(r#"{{"category":"other","grid":"g","level":"red","status":"filed",{extra}}}"#);
        record("warnings", "w", Some(text))
    };
    for extra in [r#""held":true"#, r#""exercise":true"#] {
        let b = board(&[grid("g", "grid", ""), more(extra)]);
        assert_eq!(level(&b, "g").0, Level::Green, "{extra}");
        assert_eq!(b.open(), OpenCounts::default());
    }
    let b = board(&[grid("g", "grid", ""), more(r#""held":false"#)]);
    assert_eq!(level(&b, "g").0, Level::Red);
}

#[test]
fn a_grid_with_a_silent_sensor_has_no_data_unless_a_case_is_open() {
    let condition = |id: &str, grid: &str, state: &str| {
        let text = format!(r#"{{"grid":"{grid}","state":"{state}"}}"#);
        record("$conditions", id, Some(text))
    };
    let mut b = board(&[
        grid("top", "community", ""),
        grid("a", "grid", "top"),
        grid("b", "grid", "top"),
        warning("w", "b", "yellow", "2026-11-01", "closed"),
        condition("bin|other", "a", "no_data"),
    ]);
    assert_eq!(level(&b, "a").0, Level::NoData);
    assert_eq!(level(&b, "b").0, Level::Green);
    // One of its grids is known to be green.
    assert_eq!(level(&b, "top").0, Level::Green);
    b.apply(&condition("cam|other", "b", "no_data"));
    assert_eq!(level(&b, "top").0, Level::NoData);
    b.apply(&warning("w", "b", "yellow", "2026-11-01", "filed"));
    assert_eq!(level(&b, "b").0, Level::Yellow);
    assert_eq!(level(&b, "top").0, Level::Yellow);
    b.apply(&condition("bin|other", "a", "inactive"));
    assert_eq!(level(&b, "a").0, Level::Green);
}

#[test]
fn an_invalid_property_does_not_hide_a_red_warning() {
    let text = r#"{"grid":"g","level":"red","status":"filed","due_at":"soon","reports":"two"}"#;
    let b = board(&[
        grid("g", "grid", ""),
        record("warnings", "w", Some(text.to_owned())),
    ]);
    assert_eq!(level(&b, "g").0, Level::Red);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A board that gets all records equals a board that gets only the last record of each feature.
    #[test]
    fn the_board_equals_one_built_from_the_last_records(
        steps in prop::collection::vec((0..6u8, 0..3u8, 0..4u8, any::<bool>()), 0..60)
    ) {
        let grids = [grid("g0", "grid", "top"), grid("g1", "grid", "top"), grid("top", "street", "")];
        let mut records = grids.to_vec();
        let mut last = BTreeMap::new();
        for (w, g, l, gone) in steps {
            let id = format!("w{w}");
            let r = if gone {
                record("warnings", &id, None)
            } else {
                let level = ["red", "yellow", "green", "red"][l as usize];
                let status = if l == 3 { "closed" } else { "filed" };
                let since = format!("2026-11-0{}", l + 1);
                warning(&id, &format!("g{g}"), level, &since, status)
            };
            records.push(r.clone());
            last.insert(id, r);
        }
        let replayed = board(&records);
        let mut fresh = grids.to_vec();
        fresh.extend(last.into_values());
        let fresh = board(&fresh);
        prop_assert_eq!(replayed.grids(), fresh.grids());
        prop_assert_eq!(replayed.open(), fresh.open());
        prop_assert_eq!(replayed, fresh);
    }
}
