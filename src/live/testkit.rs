//! Random commits over everything that the live map reads: features, schemas, rules, silences and
//! sensor conditions.

use geo_types::{Geometry, Point, Rect, coord};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::model::{Body, Change, CollectionId, FeatureId, Properties};

/// Collections that are shown. The last one has no built-in schema.
const SHOWN: [&str; 9] = [
    "boundaries",
    "buildings",
    "day_orders",
    "entrances",
    "grids",
    "projects",
    "routes",
    "warnings",
    "trees",
];

/// A moment, as minutes after the start of the tests' time.
pub(super) fn minute(n: i64) -> Timestamp {
    Timestamp::from_second(1_772_000_000 + n * 60).unwrap()
}

pub(super) fn change(
    collection: &str,
    id: &str,
    geometry: Option<Geometry<f64>>,
    said: Option<Value>,
) -> Change {
    Change {
        collection: CollectionId::new(collection).unwrap(),
        id: FeatureId::new(id).unwrap(),
        body: said.map(|said| Body {
            geometry,
            properties: Properties::parse(&said.to_string()).unwrap(),
        }),
    }
}

fn schema(protected: bool) -> Value {
    let mut name = json!({"type": "string"});
    if protected {
        name["x-onemap-role"] = json!("rider");
    }
    json!({"properties": {"name": name}})
}

/// The schemas of all shown collections.
pub(super) fn schemas() -> Vec<Change> {
    let put = |name: &&str| change("$schemas", name, None, Some(schema(false)));
    SHOWN.iter().map(put).collect()
}

/// A put in most cases, otherwise a deletion (`None`).
fn mostly(put: impl Strategy<Value = Value>) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![4 => put.prop_map(Some), 1 => Just(None)]
}

fn a_point() -> impl Strategy<Value = Geometry<f64>> {
    (0i32..20, 0i32..20).prop_map(|(x, y)| {
        Point::new(117.0 + f64::from(x) * 0.001, 39.0 + f64::from(y) * 0.001).into()
    })
}

fn an_area() -> impl Strategy<Value = Geometry<f64>> {
    (0i32..20, 0i32..20, 1i32..4).prop_map(|(x, y, size)| {
        let low = coord! {x: 117.0 + f64::from(x) * 0.001, y: 39.0 + f64::from(y) * 0.001};
        let size = f64::from(size) * 0.0007;
        Rect::new(low, coord! {x: low.x + size, y: low.y + size})
            .to_polygon()
            .into()
    })
}

fn a_grid() -> impl Strategy<Value = Change> {
    let parent = prop_oneof![Just(None), (0..4u32).prop_map(|n| Some(format!("g{n}")))];
    let said = mostly(parent.prop_map(|parent| json!({"kind": "grid", "parent": parent})));
    (0..4u32, an_area(), said)
        .prop_map(|(n, area, said)| change("grids", &format!("g{n}"), Some(area), said))
}

fn a_warning() -> impl Strategy<Value = Change> {
    let status = prop::sample::select(vec![
        "reported", "filed", "handling", "verified", "closed", "rejected", "merged",
    ]);
    let level = prop::sample::select(vec!["red", "yellow", "green"]);
    let category = prop::sample::select(vec![
        "wrong_access",
        "blocked_route",
        "other",
        "unheard",
        "micro_wish",
        "micro_wish",
    ]);
    let said = (
        status,
        level,
        category,
        0..5u32,
        -600..600i64,
        any::<bool>(),
    )
        .prop_map(|(status, level, category, grid, since, held)| {
            let since = minute(since);
            let mut said = json!({
                "status": status, "level": level, "category": category, "grid": format!("g{grid}"),
                "since": since, "reported_at": since, "held": held, "unit": "u1",
                "building": format!("h{grid:02}"), "due_at": since, "handled_at": since,
                "reason": {"zh": level, "en": level},
            });
            if category == "micro_wish" && grid > 0 {
                said["unit"] = json!(format!("u{}", grid % 2));
                said["public_text"] = json!(format!("心愿{grid}"));
                said["rating"] = json!(grid);
                said["held"] = json!(false);
            }
            if held {
                said["entrance"] = json!("e");
                said["held"] = json!(false);
                said["ledger"] = json!({"reporter": format!("a{grid}"), "reporter_role": "rider"});
            }
            if status == "merged" {
                said["merged_into"] = json!(format!("w{grid}"));
            }
            if ["closed", "rejected", "merged"].contains(&status) {
                said["closed_at"] = json!(since);
            }
            said
        });
    (0..8u32, a_point(), mostly(said))
        .prop_map(|(n, at, said)| change("warnings", &format!("w{n}"), Some(at), said))
}

fn a_building() -> impl Strategy<Value = Change> {
    // `None` stands for a name that was erased.
    let said = prop::option::of(0..20u32).prop_map(|n| match n {
        Some(n) => json!({"name": format!("温泉花园{n}号楼")}),
        None => json!({}),
    });
    (0..40u32, an_area(), mostly(said))
        .prop_map(|(n, area, said)| change("buildings", &format!("h{n:02}"), Some(area), said))
}

fn a_boundary() -> impl Strategy<Value = Change> {
    let said = mostly(any::<bool>().prop_map(|demo| json!({"demo": demo})));
    (0..2u32, an_area(), said)
        .prop_map(|(n, area, said)| change("boundaries", &format!("b{n}"), Some(area), said))
}

fn a_day_order() -> impl Strategy<Value = Change> {
    let kind = prop::sample::select(vec!["storm", "peak"]);
    let said = mostly(
        (kind, -50..50i64, -9..90i64).prop_map(|(kind, from, lasts)| {
            // Some orders end before they begin, and some never end.
            let until = (lasts < 80).then(|| minute(from + lasts));
            json!({"kind": kind, "street": "g0", "from": minute(from), "until": until})
        }),
    );
    (0..4u32, said).prop_map(|(n, said)| change("day_orders", &format!("o{n}"), None, said))
}

fn a_project() -> impl Strategy<Value = Change> {
    let state = prop::sample::select(vec!["planned", "under_way", "done", "delayed"]);
    let due = prop::sample::select(vec!["2026-02-24", "2026-02-25", "2026-02-26", "soon"]);
    let said = (state, due).prop_map(|(state, due)| json!({"state": state, "due_on": due}));
    (0..4u32, mostly(said)).prop_map(|(n, said)| change("projects", &format!("p{n}"), None, said))
}

fn a_rating() -> impl Strategy<Value = Change> {
    let said = (0..4u32, 0..7u32)
        .prop_map(|(n, stars)| json!({"project": format!("p{n}"), "stars": stars}));
    (0..6u32, mostly(said))
        .prop_map(|(n, said)| change("$project_ratings", &format!("r{n}"), None, said))
}

fn a_tree() -> impl Strategy<Value = Change> {
    let said = mostly((0..20u32).prop_map(|n| json!({"name": format!("树{n}"), "tel": n})));
    (0..3u32, a_point(), said)
        .prop_map(|(n, at, said)| change("trees", &format!("t{n}"), Some(at), said))
}

fn a_way() -> impl Strategy<Value = Change> {
    let ebike = prop::sample::select(vec!["yes", "no", "dismount"]);
    let hours = prop::sample::select(vec![None, Some("Mo-Su 06:00-22:00"), Some("off")]);
    let is_gate = any::<bool>();
    (0..4u32, a_point(), is_gate, mostly((ebike, hours).prop_map(|(ebike, hours)| {
        json!({"kind": "gate", "ebike": ebike, "opening_hours": hours, "when": [{"kind": "storm", "ebike": "no"}]})
    })))
        .prop_map(|(n, at, is_gate, said)| {
            let collection = if is_gate { "entrances" } else { "routes" };
            change(collection, &format!("e{n}"), Some(at), said)
        })
}

/// A change of a feature in a shown collection.
pub(super) fn a_feature() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => a_warning(),
        3 => a_building(),
        2 => a_grid(),
        1 => a_boundary(),
        1 => a_tree(),
        1 => a_day_order(),
        1 => a_project(),
        2 => a_way(),
    ]
}

fn a_rule() -> impl Strategy<Value = Change> {
    let built_in = include_str!("../../geodata/rules.toml");
    let severe = built_in.replace("level = \"green\"", "level = \"red\"");
    let calendar = include_str!("../../geodata/calendar.toml");
    let texts = vec![
        ("rules", Some(built_in.to_owned())),
        ("rules", Some(severe)),
        ("rules", Some("categories = [".to_owned())),
        ("rules", None),
        ("calendar", Some(calendar.to_owned())),
        ("calendar", Some("nonsense".to_owned())),
        ("calendar", None),
    ];
    prop::sample::select(texts).prop_map(|(id, text)| {
        let said = text.map(|text| json!({"text": text}));
        change("$rules", id, None, said)
    })
}

fn a_silence() -> impl Strategy<Value = Change> {
    let said = prop_oneof![
        3 => (0..4u32, -100..100i64).prop_map(|(grid, until)| {
            json!({"match": {"grid": format!("g{grid}")}, "until": minute(until)})
        }),
        1 => Just(json!({"match": "everything"})),
    ];
    (0..2u32, mostly(said)).prop_map(|(n, said)| change("$silences", &format!("s{n}"), None, said))
}

fn a_condition() -> impl Strategy<Value = Change> {
    let state = prop::sample::select(vec!["no_data", "normal"]);
    let said = (0..4u32, state)
        .prop_map(|(grid, state)| json!({"grid": format!("g{grid}"), "state": state}));
    (0..3u32, mostly(said))
        .prop_map(|(n, said)| change("$conditions", &format!("c{n}"), None, said))
}

/// Rows of `$schemas` that are put, corrected and deleted. Some of them are not valid.
fn a_schema() -> impl Strategy<Value = Change> {
    let said = prop_oneof![
        4 => any::<bool>().prop_map(schema),
        3 => prop::sample::select(vec![
            json!({"x-onemap-minzoom": "near", "properties": {"name": {"x-onemap-role": "rider"}}}),
            json!({"properties": {"name": {"x-onemap-role": "king"}, "tel": 3}}),
            json!({"properties": "none"}),
            json!({"x-onemap-scope": {"unit": "nowhere"}}),
        ]),
    ];
    let name = prop_oneof![
        9 => prop::sample::select(SHOWN.to_vec()),
        // An invalid name for a collection, and a collection that is always hidden.
        1 => prop::sample::select(vec!["Trees", "$rules"]),
    ];
    (name, mostly(said)).prop_map(|(name, said)| change("$schemas", name, None, said))
}

/// A random change of a random feature.
pub(super) fn a_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        10 => a_feature(),
        2 => a_rule(),
        1 => a_silence(),
        1 => a_condition(),
        1 => a_rating(),
        2 => a_schema(),
    ]
}
