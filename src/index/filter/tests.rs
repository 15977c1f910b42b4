use std::sync::Arc;

use geo_types::{Geometry, Point};
use proptest::prelude::*;
use serde_json::json;

use super::testkit::{properties, tree};
use super::text::{Pattern, fold_accents, fold_case};
use super::*;
use crate::codec::cql2::{Encoding, parse};
use crate::index::testkit::a_geometry;
use crate::index::{Budget, Collection, Free, Select, Stop};
use crate::model::{Body, CollectionId, FeatureId, Properties, Record};
use crate::spatial::crs::Crs;

pub(super) fn schema() -> Arc<Schema> {
    let id = CollectionId::new("things").unwrap();
    let document = json!({"properties": {
        "n": {"type": "integer"},
        "name": {"type": "string"},
        "tags": {"type": "array"},
        "day": {"type": "string", "format": "date"},
        "at": {"type": "string", "format": "date-time"},
        "open": {"type": "boolean"},
        "mixed": {"type": ["string", "number", "null"]},
        "other": {},
        "code": {"type": "string", "x-onemap-role": "rider"},
    }});
    Arc::new(Schema::parse(&id, document).unwrap())
}

pub(super) fn record(
    n: usize,
    seq: u64,
    properties: &serde_json::Value,
    geometry: Option<Geometry<f64>>,
) -> Record {
    Record {
        collection: CollectionId::new("things").unwrap(),
        id: FeatureId::new(format!("t{n:03}")).unwrap(),
        seq,
        updated_at: "2026-11-22T06:05:00Z".parse().unwrap(),
        body: Some(Body {
            geometry,
            properties: Properties::parse(&properties.to_string()).unwrap(),
        }),
    }
}

fn compiled(text: &str, role: Role) -> Result<Predicate, FilterError> {
    let node = parse(text, Encoding::Text, Crs::Crs84)?;
    Predicate::compile(&node, &schema(), role.into())
}

/// Whether an expression matches a feature with these properties at 117° E, 39° N.
fn matches(text: &str, properties: serde_json::Value) -> bool {
    let predicate = compiled(text, Role::Public).unwrap();
    let geometry = Some(Point::new(117.0, 39.0).into());
    let entry = Entry::new(&schema(), &record(1, 1, &properties, geometry)).unwrap();
    let Ok(answer) = predicate.matches(&entry, &schema(), Role::Public.into(), &Free);
    answer
}

fn refused(text: &str) -> String {
    compiled(text, Role::Public).unwrap_err().to_string()
}

#[test]
fn a_missing_value_matches_neither_a_condition_nor_its_negation() {
    for text in [
        "n = 1",
        "n <> 1",
        "NOT (n = 1)",
        "n IN (1)",
        "n NOT IN (1)",
        "n BETWEEN 0 AND 2",
    ] {
        assert!(!matches(text, json!({})), "{text}");
    }
    assert!(matches("n IS NULL", json!({})) && !matches("n IS NOT NULL", json!({})));
    assert!(matches("n = 1 OR name = 'a'", json!({"name": "a"})));
    assert!(!matches("n = 1 AND name = 'a'", json!({"name": "a"})));
    assert!(matches("NOT (n = 1 AND name = 'a')", json!({"name": "b"})));
    assert!(!matches("n / 0 = 1 OR n / 0 <> 1", json!({"n": 1})));
    assert!(!matches("mixed = 1", json!({"mixed": "1"})));
    assert!(matches("mixed = 1", json!({"mixed": 1.0})));
    assert!(matches(
        "other = 'a' AND mixed = 'b'",
        json!({"mixed": "b", "other": "a"})
    ));
    assert!(matches(
        "other IS NOT NULL AND NOT (other IS NULL)",
        json!({"other": {"a": 1}})
    ));
    assert!(!matches(
        "other = 'a' OR other <> 'a'",
        json!({"other": {"a": 1}})
    ));
}

#[test]
fn times_compare_with_days_and_texts() {
    let row = json!({"day": "2026-11-22", "at": "2026-11-22T06:05:00", "name": "2026-11-22"});
    for text in [
        "day = DATE('2026-11-22')",
        "day = '2026-11-22'",
        "day < '2026-11-23'",
        // A stored time without a zone is read as UTC.
        "at = TIMESTAMP('2026-11-22T14:05:00+08:00')",
        "at = day",
        "at > DATE('2026-11-21') AND at <= DATE('2026-11-22')",
        "name = DATE('2026-11-22')",
        "T_DURING(at, INTERVAL('2026-11-21', '..'))",
        "T_EQUALS(INTERVAL(day, day), INTERVAL('2026-11-22', '2026-11-22'))",
        "day LIKE '2026-11%'",
        "at BETWEEN TIMESTAMP('2026-11-22T06:05:00Z') AND TIMESTAMP('2026-11-22T06:05:00Z')",
    ] {
        assert!(matches(text, row.clone()), "{text}");
    }
    assert!(!matches("T_BEFORE(day, INTERVAL('..', '2026-11-22'))", row));
}

#[test]
fn lists_compare_as_sets_and_functions_return_values() {
    let row = json!({"tags": ["a", 2, 2], "name": "Ströme", "n": -3});
    for text in [
        "A_CONTAINS(tags, ('a'))",
        "A_EQUALS(tags, (2, 'a'))",
        "A_CONTAINEDBY(tags, ('a', 'b', 2, 3))",
        "A_OVERLAPS(tags, (5, 1 + 1))",
        "NOT A_OVERLAPS(tags, ())",
        "char_length(name) = 6 AND abs(n) = 3 AND round(n / 2) = -2",
        "upper(name) = 'STRÖME' AND lower('A') = 'a'",
        "ACCENTI(CASEI(name)) = 'strome'",
        "area_m2(geometry) = 0 AND area_m2(BBOX(117,39,117.1,39.1)) > 1e7",
        "length_m(LINESTRING(117 39, 117 40)) BETWEEN 110000 AND 112000",
        "n * -2 ^ 2 = -12 AND 7 div 2 = 3 AND -7 % 4 = -3",
    ] {
        assert!(matches(text, row.clone()), "{text}");
    }
}

#[test]
fn case_folds_in_every_script_and_vowel_signs_stay() {
    assert_eq!(fold_case("KØBENHAVN"), fold_case("københavn"));
    assert_eq!(fold_case("ΟΔΟΣ"), fold_case("οδος"));
    assert_eq!(fold_case("STRASSE"), fold_case("straße"));
    assert_eq!(fold_accents("Chișinău"), "Chisinau");
    assert_eq!(fold_accents("東京 が हिन्दी 温泉"), "東京 が हिन्दी 温泉");
}

#[test]
fn a_pattern_cannot_take_more_steps_than_text_times_pattern() {
    let like =
        |pattern: &str, text: &str| Pattern::new(pattern).unwrap().matches(text, &Free) == Ok(true);
    assert!(like("", "") && like("%", "") && !like("_", ""));
    assert!(like("a%b_", "aXXbb") && !like("a%b_", "aXXbcd") && like("50\\%", "50%"));
    assert!(like("温_花园%", "温泉花园3号楼"));
    // A matcher that backtracks to every % would take exponential time.
    let pattern = Pattern::new(&format!("{}b", "%a".repeat(200))).unwrap();
    let text = "a".repeat(20_000);
    let budget = Budget::new(u64::MAX, 0);
    assert_eq!(pattern.matches(&text, &budget), Ok(false));
    assert_eq!(
        pattern.matches(&text, &Budget::new(1_000, 0)),
        Err(Stop::Work)
    );
    assert!(Pattern::new(&"ab".repeat(300)).is_none());
}

#[test]
fn an_error_gives_its_position_and_what_was_expected() {
    for (text, at, expected) in [
        (
            "name = 'a' AND nme = 'b'",
            16,
            "no queryable property \"nme\"",
        ),
        ("n = 'abc'", 5, "expected a number, found a text"),
        ("name > 5", 8, "expected a text, found a number"),
        (
            "day = 'soon'",
            7,
            "expected a date or time, found the text \"soon\"",
        ),
        ("n", 1, "expected a condition, found a number"),
        ("geometry = n", 1, "S_EQUALS"),
        (
            "S_INTERSECTS(name, POINT(1 2))",
            14,
            "expected a geometry, found a text",
        ),
        ("name LIKE name", 11, "expected a pattern"),
        ("n + name > 1", 5, "expected a number"),
        ("open > true", 1, "compared by = and <>"),
        ("buffer(geometry) = 1", 1, "there is no function \"buffer\""),
        ("abs(n, n) = 1", 1, "takes 1 argument, found 2"),
        (
            "T_AFTER(day, INTERVAL('2026-12-01','2026-11-01'))",
            14,
            "ends before it begins",
        ),
        ("A_EQUALS(name, ('a'))", 10, "expected a list"),
        ("n AND open", 1, "expected a boolean, found a number"),
    ] {
        let said = refused(text);
        assert!(
            said.starts_with(&format!("at character {at}: ")) && said.contains(expected),
            "{text}: {said}"
        );
    }
}

#[test]
fn a_protected_property_is_as_unknown_as_one_that_does_not_exist() {
    for text in [
        "code = '1'",
        "code IS NULL",
        "CASEI(code) = 'a'",
        "n = 1 OR code LIKE '%'",
        "char_length(code) > 1",
        "A_CONTAINS(tags, (code))",
        "T_AFTER(code, DATE('2026-11-22'))",
    ] {
        let real = refused(text);
        let other = refused(&text.replace("code", "cxde")).replace("cxde", "code");
        assert_eq!(real, other);
        assert!(compiled(text, Role::Rider).is_ok(), "{text}");
    }
}

#[test]
fn a_required_spatial_condition_limits_the_search_to_its_box() {
    let near = Some(Bounds::new(1.0, 2.0, 3.0, 4.0));
    for (text, expected) in [
        ("S_WITHIN(geometry, BBOX(1,2,3,4))", near),
        ("NOT S_DISJOINT(BBOX(1,2,3,4), geometry) AND n = 1", near),
        ("S_INTERSECTS(geometry, BBOX(1,2,3,4)) OR n = 1", None),
        ("S_DISJOINT(geometry, BBOX(1,2,3,4))", None),
        ("NOT S_INTERSECTS(geometry, BBOX(1,2,3,4))", None),
    ] {
        let predicate = compiled(text, Role::Public).unwrap();
        assert_eq!(
            predicate.near().map(<[_]>::to_vec),
            expected.map(|b| vec![b]),
            "{text}"
        );
    }
}

#[test]
fn spatial_relations_count_as_work_and_a_budget_stops_them() {
    // Two combs whose teeth all cross each other.
    let comb = |turn: bool, n: u32| {
        let positions = (0..n).map(|i| {
            let (a, b) = (f64::from(i) / f64::from(n), f64::from(i % 2));
            if turn { (b, a) } else { (a, b) }
        });
        geo_types::LineString::from(positions.collect::<Vec<_>>())
    };
    let text: Vec<String> = comb(true, 400)
        .0
        .iter()
        .map(|c| format!("{} {}", c.x, c.y))
        .collect();
    let predicate = compiled(
        &format!("S_CROSSES(geometry, LINESTRING({}))", text.join(",")),
        Role::Public,
    );
    let predicate = predicate.unwrap();
    let entry = record(1, 1, &json!({}), Some(comb(false, 20_000).into()));
    let entry = Entry::new(&schema(), &entry).unwrap();
    let view = View::from(Role::Public);
    let asked = |work, bytes| predicate.matches(&entry, &schema(), view, &Budget::new(work, bytes));
    assert_eq!(asked(10_000, u64::MAX), Err(Stop::Work));
    assert_eq!(asked(u64::MAX, 64 << 20), Err(Stop::Memory));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_filtered_search_equals_a_full_scan(
        rows in prop::collection::vec((properties(), prop::option::weighted(0.9, a_geometry())), 1..60),
        later in prop::collection::vec((0usize..60, properties(), a_geometry()), 0..12),
        tree in tree(),
        bbox in prop::option::of(a_geometry().prop_map(|g| Bounds::of(&g).unwrap())),
        page_size in 1usize..20,
    ) {
        let mut truth: Vec<Record> = rows
            .iter()
            .enumerate()
            .map(|(n, (p, g))| record(n, 1, p, g.clone()))
            .collect();
        let mut collection = Collection::load(schema(), truth.clone());
        for (seq, (n, p, g)) in later.iter().enumerate() {
            let changed = record(n % rows.len(), seq as u64 + 2, p, Some(g.clone()));
            collection = collection.apply(std::slice::from_ref(&changed));
            truth[n % rows.len()] = changed;
        }
        let text = tree.text();
        let predicate = compiled(&text, Role::Public).unwrap();
        let view = View::from(Role::Public);
        let filter = |e: &Entry| predicate.matches(e, &schema(), view, &Free) == Ok(true);
        let select = Select {
            bbox,
            near: predicate.near(),
            filter: Some(&filter),
            limit: page_size,
            ..Select::default()
        };
        let expected: Vec<&str> = truth
            .iter()
            .filter(|r| {
                let body = r.body.as_ref().unwrap();
                let properties = serde_json::from_str(body.properties.as_str()).unwrap();
                tree.holds(&properties, body.geometry.as_ref()) == Some(true)
                    && bbox.is_none_or(|b| {
                        body.geometry.as_ref().is_some_and(|g| b.intersects_geometry(g))
                    })
            })
            .map(|r| r.id.as_str())
            .collect();
        let mut found: Vec<String> = Vec::new();
        let mut after = None;
        loop {
            let page = collection.select(&Select { after, ..select.clone() });
            prop_assert_eq!(page.matched, Some(expected.len() as u64), "{}", text);
            found.extend(page.entries.iter().map(|e| e.id().to_string()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        prop_assert_eq!(found, expected, "{}", text);
    }
}
