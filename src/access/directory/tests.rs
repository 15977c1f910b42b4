//! Compares the directory with a scan of all names.

use proptest::prelude::*;
use serde_json::json;

use super::natural::natural;
use super::*;
use crate::index::{Budget, Collections, Free, Stop};
use crate::model::{Body, Canonical, Properties, Record};

fn row(collection: &str, id: &str, seq: u64, properties: Option<serde_json::Value>) -> Record {
    Record {
        collection: CollectionId::new(collection).unwrap(),
        id: FeatureId::new(id).unwrap(),
        seq,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        body: properties.map(|p| Body {
            geometry: (!collection.starts_with('$'))
                .then(|| geo_types::point!(x: 117.0, y: 39.0).into()),
            properties: Properties::parse(&p.to_string()).unwrap(),
        }),
    }
}

/// A schema in which only riders may see codes. If `protected`, only riders may see names too.
fn schema(collection: &str, seq: u64, protected: bool) -> Record {
    let role = if protected { "rider" } else { "public" };
    let schema = json!({"properties": {
        "name": {"type": "string", "x-onemap-role": role},
        "code": {"type": "string", "x-onemap-role": "rider"},
        "number": {"type": "string"},
        "compound": {"type": "string"},
    }});
    row("$schemas", collection, seq, Some(schema))
}

fn collections(names: &[(&str, &[&str])]) -> Collections {
    let mut records = Vec::new();
    for (collection, names) in names {
        records.push(schema(collection, 1, false));
        for (i, name) in names.iter().enumerate() {
            let said = json!({"name": name, "code": format!("secret{i}")});
            records.push(row(collection, &format!("{i:03}"), 1, Some(said)));
        }
    }
    Collections::load(records).0
}

fn all(map: &Collections) -> Vec<Arc<Collection>> {
    map.iter().map(|(_, c)| Arc::clone(c)).collect()
}

fn directory(map: &Collections) -> Directory {
    Directory::of(all(map).iter(), None)
}

fn question<'a>(
    collections: &'a [Arc<Collection>],
    role: Role,
    query: &'a str,
    limit: usize,
) -> Ask<'a> {
    let is_compounds = |c: &&Arc<Collection>| c.schema().collection.as_str() == "compounds";
    Ask {
        collections,
        compounds: collections.iter().find(is_compounds),
        view: role.into(),
        query,
        limit,
    }
}

/// Returns collection, id and name of each hit, in order.
fn told(hits: &[Hit]) -> Vec<String> {
    let told = |hit: &Hit| {
        let properties = Canonical::new(hit.entry.all_properties());
        let name = properties.text("name").unwrap_or_default();
        let home = &hit.collection.schema().collection;
        format!("{home}/{} {name}", hit.entry.id())
    };
    hits.iter().map(told).collect()
}

/// Runs a search.
fn ask(
    directory: &Directory,
    map: &Collections,
    role: Role,
    query: &str,
    limit: usize,
) -> Vec<String> {
    let all = all(map);
    let Ok(found) = directory.search(&question(&all, role, query, limit), &Free);
    told(&found.hits)
}

/// Returns what matches the first interpretation of a query only.
fn first_reading(
    directory: &Directory,
    map: &Collections,
    role: Role,
    query: &str,
    limit: usize,
) -> Vec<String> {
    let all = all(map);
    let Some(reading) = Query::readings(query).into_iter().next() else {
        return Vec::new();
    };
    let Ok(hits) = directory.strict(&question(&all, role, query, limit), &reading, &Free);
    told(&hits)
}

fn found(query: &str) -> Vec<String> {
    let map = collections(&[
        (
            "buildings",
            &[
                "温泉花园10号楼",
                "温泉花园3号楼",
                "温泉花园2号楼",
                "辰庆家园3号楼",
                "果园北里13号楼",
            ],
        ),
        ("compounds", &["温泉花园", "辰庆家园"]),
        ("roads", &["温泉路"]),
    ]);
    let found = ask(&directory(&map), &map, Role::Public, query, 10);
    let name = |hit: &String| hit.split_once(' ').unwrap().1.to_owned();
    found.iter().map(name).collect()
}

#[test]
fn letters_find_the_building_that_they_abbreviate() {
    assert_eq!(found("wqhy3"), ["温泉花园3号楼"]);
    assert_eq!(found("wenquanhuayuan 3")[0], "温泉花园3号楼");
    assert_eq!(found("辰庆 3"), ["辰庆家园3号楼"]);
    assert_eq!(found("zzzz"), [""; 0]);
    assert_eq!(found("  "), [""; 0]);
}

#[test]
fn a_mistake_an_area_before_the_name_and_a_number_that_is_not_there_are_forgiven_in_that_order() {
    assert_eq!(found("温泉花元3号楼"), ["温泉花园3号楼"]);
    assert_eq!(found("wenqaunhuayuan3"), ["温泉花园3号楼"]);
    assert_eq!(
        found("天津市北辰区果园新村街道温泉花园3号楼"),
        ["温泉花园3号楼"]
    );
    assert_eq!(found("美团外卖 温泉花园小区3号楼"), ["温泉花园3号楼"]);
    assert_eq!(found("温泉路12号温泉花园3号楼"), ["温泉花园3号楼"]);
    assert_eq!(found("温泉花园3号楼 放门口"), ["温泉花园3号楼"]);
    assert_eq!(found("温泉花园99号楼")[0], "温泉花园");
    assert_eq!(found("某某小区1号楼"), [""; 0]);
}

#[test]
fn a_number_finds_that_number_first_and_then_what_it_may_become() {
    assert_eq!(found("温泉花园1"), ["温泉花园10号楼"]);
    assert_eq!(found("3号楼"), ["温泉花园3号楼", "辰庆家园3号楼"]);
    // No building has this number, so the name alone matches.
    assert_eq!(found("果园北里3"), ["果园北里13号楼"]);
}

#[test]
fn a_building_without_a_name_is_found_by_its_compound_and_number() {
    let mut records = vec![schema("buildings", 1, false), schema("compounds", 1, false)];
    let compound = |name: &str, seq| row("compounds", "wq", seq, Some(json!({"name": name})));
    records.push(compound("温泉花园", 1));
    let house = json!({"number": "3", "compound": "wq"});
    records.push(row("buildings", "b3", 1, Some(house)));
    let map = Collections::load(records).0;
    let old = directory(&map);
    assert_eq!(
        ask(&old, &map, Role::Public, "wqhy3", 10),
        ["buildings/b3 "]
    );
    let (map, _) = map.apply(&[compound("静安里", 2)]);
    let gone = first_reading(&old, &map, Role::Public, "wqhy3", 10);
    assert_eq!(gone, [""; 0]);
    let new = Directory::of(all(&map).iter(), Some(&old));
    assert_eq!(ask(&new, &map, Role::Public, "jal3", 10), ["buildings/b3 "]);
}

#[test]
fn a_hidden_code_that_is_read_like_the_number_of_a_building_hides_no_name() {
    let compound = row("compounds", "wq", 1, Some(json!({"name": "温泉花园"})));
    for code in ["温泉花园3号楼", "温泉花园3栋", "温泉花园 #3"] {
        let house = json!({"code": code, "number": "3", "compound": "wq"});
        let map = Collections::load(vec![
            schema("buildings", 1, false),
            schema("compounds", 1, false),
            compound.clone(),
            row("buildings", "b3", 1, Some(house)),
        ]);
        for directory in [Directory::default(), directory(&map.0)] {
            for role in [Role::Public, Role::Rider] {
                let found = ask(&directory, &map.0, role, "温泉3", 10);
                assert_eq!(found, ["buildings/b3 "], "{code} {role:?}");
            }
        }
    }
}

#[test]
fn the_place_itself_comes_first_and_its_buildings_in_order() {
    assert_eq!(
        found("温泉花园"),
        [
            "温泉花园",
            "温泉花园2号楼",
            "温泉花园3号楼",
            "温泉花园10号楼"
        ]
    );
    assert_eq!(found("wq")[0], "温泉花园");
}

#[test]
fn a_protected_name_is_not_found_below_its_role() {
    assert_eq!(found("secret0"), [""; 0]);
    let map = collections(&[("buildings", &["甲"])]);
    let hits = ask(&directory(&map), &map, Role::Rider, "secret0", 10);
    assert_eq!(hits, ["buildings/000 甲"]);
}

#[test]
fn a_search_that_may_look_at_less_than_there_is_finds_nothing() {
    let other = |n: u32| char::from_u32(0x4e00 + n).unwrap();
    let names: Vec<String> = (0..2_000).map(|n| format!("温泉{}", other(n))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let map = collections(&[("buildings", &names)]);
    let all = all(&map);
    for directory in [Directory::default(), directory(&map)] {
        let budget = Budget::new(1_000, u64::MAX);
        let found = directory.search(&question(&all, Role::Public, "wq", 10), &budget);
        assert_eq!(found.err(), Some(Stop::Work));
    }
}

#[test]
fn what_became_stricter_since_the_directory_was_built_holds_at_once() {
    let map = collections(&[("buildings", &["温泉花园", "辰庆家园", "果园北里"])]);
    let old = directory(&map);
    let public = |map: &Collections, query: &str| ask(&old, map, Role::Public, query, 10);
    assert_eq!(public(&map, "wqhy"), ["buildings/000 温泉花园"]);

    // A renamed feature is no longer found by its old name, and by its new one only after the next build.
    let renamed = row("buildings", "000", 2, Some(json!({"name": "静安里"})));
    let (map, _) = map.apply(&[renamed]);
    assert_eq!(public(&map, "wqhy"), [""; 0]);
    assert_eq!(public(&map, "jal"), [""; 0]);
    let new = Directory::of(all(&map).iter(), Some(&old));
    assert_eq!(
        ask(&new, &map, Role::Public, "jal", 10),
        ["buildings/000 静安里"]
    );

    // A deleted feature is not found.
    assert_eq!(public(&map, "cqjy"), ["buildings/001 辰庆家园"]);
    let (map, _) = map.apply(&[row("buildings", "001", 3, None)]);
    assert_eq!(public(&map, "cqjy"), [""; 0]);

    // Names that have become protected are not found.
    assert_eq!(public(&map, "gybl"), ["buildings/002 果园北里"]);
    let (map, _) = map.apply(&[schema("buildings", 4, true)]);
    assert_eq!(public(&map, "gybl"), [""; 0]);
    let rider = ask(&old, &map, Role::Rider, "gybl", 10);
    assert_eq!(rider, ["buildings/002 果园北里"]);

    // A collection without a schema is not searched.
    let (map, _) = map.apply(&[row("$schemas", "buildings", 5, None)]);
    assert_eq!(ask(&old, &map, Role::Admin, "gybl", 10), [""; 0]);
}

#[test]
fn many_that_changed_do_not_keep_others_out_of_the_answer() {
    let names: Vec<String> = (0..400).map(|n| format!("温泉{n:03}号楼")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let map = collections(&[("buildings", &names)]);
    let old = directory(&map);
    let gone: Vec<Record> = (0..390)
        .map(|n| row("buildings", &format!("{n:03}"), 2, None))
        .collect();
    let (map, _) = map.apply(&gone);
    let left = ask(&old, &map, Role::Public, "wq", 5);
    let expected: Vec<String> = (390..395)
        .map(|n| format!("buildings/{n} 温泉{n}号楼"))
        .collect();
    assert_eq!(left, expected);
}

#[test]
fn numbers_in_names_are_ordered_as_numbers() {
    let sorted = [
        "",
        "2号楼",
        "02号楼",
        "10号楼",
        "99999999999999999999999号楼",
        "100000000000000000000000号楼",
        "号",
        "号2",
        "号10门",
        "号楼",
    ];
    for (i, a) in sorted.iter().enumerate() {
        for (j, b) in sorted.iter().enumerate() {
            assert_eq!(natural(a, b), i.cmp(&j), "{a} {b}");
        }
    }
}

/// Generates names with characters that have several readings, letters of two scripts, and digits of two widths.
fn a_name() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "温", "泉", "乐", "重", "行", "女", "绿", "花", "园", "号", "楼", "號樓", "单元", "弄",
        "座", "三", "A", "b", "Z", "3", "１", "12", "é", "ſ", "K", "（", " ", "-", "㐂", "𠮷",
    ]);
    prop::collection::vec(part, 0..7).prop_map(|parts| parts.concat())
}

fn a_query() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "温", "乐", "w", "wen", "wq", "q", "le", "yue", "chong", "z", "nv", "n", "lv", "hy", "hua",
        "h", "l", "a", "b", "3", "1", "e", "s", "k", " ", "-", "𠮷", "x", "号", "單元", "座", "#",
        "三", "12",
    ]);
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.concat())
}

#[derive(Debug, Clone)]
enum Change {
    Put(usize, u32, serde_json::Value),
    Delete(usize, u32),
    Schema(usize, Option<bool>),
}

const HOMES: [&str; 3] = ["buildings", "compounds", "notes"];

fn a_change() -> impl Strategy<Value = Change> {
    let text = prop_oneof![
        6 => a_name().prop_map(|name| json!(name)),
        1 => Just(json!(7)),
        1 => Just(json!(null)),
    ];
    let link = prop_oneof![
        Just(json!(null)),
        (0..25u32).prop_map(|n| json!(format!("{n:02}")))
    ];
    let said = (text.clone(), text, link).prop_map(
        |(name, code, compound)| json!({"name": name, "code": code, "number": "3", "compound": compound}),
    );
    prop_oneof![
        12 => (0..3usize, 0..25u32, said).prop_map(|(home, n, said)| Change::Put(home, n, said)),
        3 => (0..3usize, 0..25u32).prop_map(|(home, n)| Change::Delete(home, n)),
        1 => (0..3usize, prop::option::of(any::<bool>())).prop_map(|(h, p)| Change::Schema(h, p)),
    ]
}

fn record(change: &Change, seq: u64) -> Record {
    match change {
        Change::Put(home, n, said) => {
            row(HOMES[*home], &format!("{n:02}"), seq, Some(said.clone()))
        }
        Change::Delete(home, n) => row(HOMES[*home], &format!("{n:02}"), seq, None),
        Change::Schema(home, None) => row("$schemas", HOMES[*home], seq, None),
        Change::Schema(home, Some(protected)) => schema(HOMES[*home], seq, *protected),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_directory_finds_what_a_walk_finds_and_an_old_one_nothing_that_is_no_longer_so(
        commits in prop::collection::vec(prop::collection::vec(a_change(), 1..20), 1..8),
        build in prop::collection::vec(any::<bool>(), 8),
        merge in prop::collection::vec(any::<bool>(), 8),
        queries in prop::collection::vec((a_query(), 1..12usize), 1..6),
    ) {
        let mut map = collections(&[("buildings", &["温泉"]), ("compounds", &[]), ("notes", &[])]);
        let mut known = directory(&map);
        for (i, commit) in commits.iter().enumerate() {
            let seq = i as u64 + 2;
            let records: Vec<Record> = commit.iter().map(|c| record(c, seq)).collect();
            map = map.apply(&records).0;
            if merge[i] {
                for (id, collection) in map.clone().iter() {
                    map.replace(id, collection.with_base(collection.merged_base()));
                }
            }
            if build[i] {
                known = Directory::of(all(&map).iter(), Some(&known));
                prop_assert!(known.is_of(all(&map).iter()));
            }
            let fresh = Directory::of(all(&map).iter(), Some(&known));
            let walk = Directory::default();
            for (query, limit) in &queries {
                for role in [Role::Public, Role::Rider] {
                    let expected = ask(&walk, &map, role, query, *limit);
                    prop_assert_eq!(&ask(&fresh, &map, role, query, *limit), &expected);
                    // An older directory finds only features that the scan finds too.
                    let every = first_reading(&walk, &map, role, query, 1_000);
                    let some = first_reading(&known, &map, role, query, *limit);
                    prop_assert!(some.iter().all(|hit| every.contains(hit)), "{some:?} {every:?}");
                    prop_assert!(some.len() <= *limit);
                }
            }
        }
    }

    #[test]
    fn the_few_best_are_those_of_the_whole_list(
        names in prop::collection::vec("[ab][0-9a]{0,3}", 1..80),
        limit in 1usize..12,
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let map = collections(&[("buildings", &names), ("roads", &names)]);
        for directory in [Directory::default(), directory(&map)] {
            let few = ask(&directory, &map, Role::Public, "a", limit);
            let whole = ask(&directory, &map, Role::Public, "a", 1_000);
            prop_assert_eq!(&few[..], &whole[..limit.min(whole.len())]);
        }
    }
}

#[test]
fn the_number_of_a_gate_is_not_that_of_a_building() {
    let map = collections(&[
        (
            "buildings",
            &["温泉花园1号楼", "温泉花园3号楼", "温泉花园11号楼"],
        ),
        ("compounds", &["温泉花园"]),
        (
            "entrances",
            &["温泉花园1号门", "温泉花园2号门", "温泉花园1号楼1单元"],
        ),
    ]);
    let (homes, directory) = (all(&map), directory(&map));
    for (query, expected) in [
        ("温泉花园1号门", "entrances/000 温泉花园1号门"),
        ("wqhy一号门", "entrances/000 温泉花园1号门"),
        ("温泉花园2号门3号楼", "buildings/001 温泉花园3号楼"),
        ("温泉花园1号楼", "buildings/000 温泉花园1号楼"),
    ] {
        let ask = question(&homes, Role::Public, query, 5);
        for directory in [&directory, &Directory::default()] {
            let found = directory.search(&ask, &Free).unwrap();
            let told = told(&found.hits);
            assert_eq!(told[0], expected, "{query}");
            // A question for a gate finds no building, and the other way round.
            let is_gate = |hit: &str| hit.ends_with("号门");
            assert!(
                told.iter().all(|hit| is_gate(hit) == is_gate(expected)),
                "{told:?}"
            );
            assert!(!found.without_numbers, "{query}");
        }
    }
    // Without a gate of this number, the search says that only the name fits.
    let ask = question(&homes, Role::Public, "温泉花园7号门", 5);
    assert!(directory.search(&ask, &Free).unwrap().without_numbers);
    // After the number of a building, it is the door of a unit.
    let ask = question(&homes, Role::Public, "温泉花园3号楼2号门", 5);
    let found = directory.search(&ask, &Free).unwrap();
    assert_eq!(found.hits[0].unit.as_deref(), Some("2"));
}
