//! For every building of the demo district, every way to write its address finds it as the first result.

use std::collections::HashMap;

use serde_json::Value;

use super::readings::readings;
use super::simplified::TRADITIONAL;
use super::*;
use crate::index::{Collections, Free};
use crate::model::{Body, Canonical, Properties, Record, built_in_texts};

const FILES: [&str; 7] = [
    "buildings",
    "compounds",
    "entrances",
    "facilities",
    "grids",
    "roads",
    "units",
];

fn demo() -> (Vec<Arc<Collection>>, Directory) {
    let record = |collection: &str, id: &str, properties: &str| Record {
        collection: CollectionId::new(collection).unwrap(),
        id: FeatureId::new(id).unwrap(),
        seq: 1,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        body: Some(Body {
            geometry: (collection != "$schemas")
                .then(|| geo_types::point!(x: 117.0, y: 39.0).into()),
            properties: Properties::parse(properties).unwrap(),
        }),
    };
    let schemas = built_in_texts();
    let schemas = schemas.iter().filter(|(name, _)| FILES.contains(name));
    let mut records: Vec<Record> = schemas
        .map(|(name, text)| record("$schemas", name, text))
        .collect();
    for name in FILES {
        let path = format!(
            "{}/geodata/guoyuan/{name}.geojson",
            env!("CARGO_MANIFEST_DIR")
        );
        let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for feature in file["features"].as_array().unwrap() {
            let id = feature["id"].as_str().unwrap();
            records.push(record(name, id, &feature["properties"].to_string()));
        }
    }
    let map = Collections::load(records).0;
    let all: Vec<_> = map.iter().map(|(_, c)| Arc::clone(c)).collect();
    let directory = Directory::of(all.iter(), None);
    (all, directory)
}

fn search(all: &[Arc<Collection>], directory: &Directory, query: &str) -> Found {
    let is_compounds = |c: &&Arc<Collection>| c.schema().collection.as_str() == "compounds";
    let ask = Ask {
        collections: all,
        compounds: all.iter().find(is_compounds),
        view: Role::Public.into(),
        query,
        limit: 5,
    };
    let Ok(found) = directory.search(&ask, &Free);
    found
}

fn pinyin(text: &str) -> String {
    let sound = |c: char| {
        readings(c)
            .first()
            .map_or(c.to_string(), |r| (*r).to_owned())
    };
    text.chars().map(sound).collect()
}

fn initials(text: &str) -> String {
    let first = |c: char| readings(c).first().map_or(c, |r| r.chars().next().unwrap());
    text.chars().map(first).collect()
}

fn full_width(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        c => c,
    };
    text.chars().map(wide).collect()
}

fn traditional(text: &str) -> String {
    let lines = TRADITIONAL.lines().filter(|line| !line.starts_with('#'));
    let all: Vec<char> = lines.flat_map(str::chars).collect();
    let pairs: HashMap<char, char> = all.chunks_exact(2).map(|p| (p[1], p[0])).collect();
    text.chars().map(|c| *pairs.get(&c).unwrap_or(&c)).collect()
}

/// Formats a number below 100 in Chinese numerals.
fn numerals(number: u32) -> String {
    let digit = |n: u32| "零一二三四五六七八九".chars().nth(n as usize).unwrap();
    match (number / 10, number % 10) {
        (0, ones) => digit(ones).to_string(),
        (tens, ones) => {
            let mut text = String::new();
            text.extend((tens > 1).then(|| digit(tens)));
            text.push('十');
            text.extend((ones > 0).then(|| digit(ones)));
            text
        }
    }
}

/// Returns the ways to write building `number` of a compound: those in Chinese characters, and those in pinyin or first
/// letters.
fn ways(compound: &str, number: u32) -> (Vec<String>, Vec<String>) {
    let traditional = traditional(compound);
    let (sound, letters) = (pinyin(compound), initials(compound));
    let first: String = compound.chars().take(1).collect();
    let rest: String = compound.chars().skip(1).collect();
    let written = vec![
        format!("{compound}{number}号楼"),
        format!("{compound}{number}"),
        format!("{compound} {number}"),
        format!("{compound}{}号楼", numerals(number)),
        format!("{compound}{number}栋"),
        format!("{compound}{number}幢"),
        format!("{compound}{number}楼"),
        format!("{compound}{number}#"),
        format!("{compound}#{number}"),
        format!("{compound}小区{number}号"),
        format!("{compound}{}號樓", full_width(&number.to_string())),
        format!("{traditional}{number}號樓"),
        format!("{compound}{number}-1-101"),
        format!("{compound}{number}号楼1单元101"),
        format!("{traditional}{number}幢1單元101室"),
        format!("{compound} {number} 1 101"),
        format!("天津市北辰区果园新村街道{compound}{number}号楼1单元101 李女士 13812345678"),
        format!(
            "收货人：张三\n电话：138 1234 5678\n地址：北辰区{compound}{number}栋1门101\n备注：放门口"
        ),
    ];
    let heard = vec![
        format!("{letters}{number}"),
        format!("{sound}{number}"),
        format!("{sound} {number}"),
        format!("{sound}{number}haolou"),
        format!("{first}{}{number}", initials(&rest)),
        format!("{}{rest}{number}hl", pinyin(&first)),
        format!("{letters}{number}-1-101"),
    ];
    (written, heard)
}

#[test]
fn every_way_of_writing_of_every_building_finds_it_first() {
    let (all, directory) = demo();
    let buildings = all
        .iter()
        .find(|c| c.schema().collection.as_str() == "buildings")
        .unwrap();
    let compounds = all
        .iter()
        .find(|c| c.schema().collection.as_str() == "compounds")
        .unwrap();
    let entries: Vec<&Arc<Entry>> = buildings.iter().collect();
    assert!(entries.len() > 1_000, "{}", entries.len());
    let wrong: Vec<String> = entries
        .par_iter()
        .flat_map_iter(|entry| {
            let properties = Canonical::new(entry.all_properties());
            let name = properties.text("name").unwrap_or_default();
            let compound = properties.text("compound");
            let compound = compound.and_then(|id| compound_name(Some(compounds), &id, None));
            let number = properties
                .text("number")
                .and_then(|n| n.parse::<u32>().ok());
            let mut queries = vec![name.to_string(), full_width(&name), traditional(&name)];
            if let (Some(compound), Some(number)) = (compound, number) {
                let (written, heard) = ways(&compound, number);
                queries.extend(written);
                queries.extend(heard);
            }
            let (all, directory) = (&all, &directory);
            queries.into_iter().filter_map(move |query| {
                let found = search(all, directory, &query);
                let first = found.hits.first().map(|hit| hit.entry.id().to_string());
                // Letters may match two buildings: `cxxy1` is building 1 of 辰兴新苑 and of 辰兴西苑. Then both come before all
                // others.
                let is_heard = query.contains(|c: char| c.is_ascii_lowercase());
                let letters = |entry: &Entry| {
                    let name = Canonical::new(entry.all_properties()).text("name");
                    initials(&name.unwrap_or_default())
                };
                let own = letters(entry);
                let mut best = found
                    .hits
                    .iter()
                    .enumerate()
                    .take_while(|(i, hit)| *i == 0 || (is_heard && letters(&hit.entry) == own));
                let is_it = best.any(|(_, hit)| hit.entry.id() == entry.id());
                (!is_it || found.without_numbers)
                    .then(|| format!("{query:?} -> {first:?}, not {}", entry.id()))
            })
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of them: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(40)]
    );
}

#[test]
fn unit_and_room_are_told_beside_the_building() {
    let (all, directory) = demo();
    for (query, unit, room) in [
        ("温泉花园3号楼2单元501", Some("2"), Some("501")),
        ("温泉花园3-2-501", Some("2"), Some("501")),
        ("温泉花园3号楼501室", None, Some("501")),
        ("温泉花园3号楼二单元", Some("2"), None),
        ("温泉花园3号楼2门5楼501", Some("2"), Some("501")),
        ("温泉花园3号楼2门501", Some("2"), Some("501")),
        ("温泉花园3栋二门 1102室", Some("2"), Some("1102")),
        ("温泉花园三号楼二门501室", Some("2"), Some("501")),
    ] {
        let found = search(&all, &directory, query);
        let first = &found.hits[0];
        assert_eq!(first.entry.id().as_str(), "wenquan-huayuan-3", "{query}");
        assert_eq!(
            (first.unit.as_deref(), first.room.as_deref()),
            (unit, room),
            "{query}"
        );
    }
}

#[test]
fn whatever_is_typed_on_the_way_to_a_building_finds_something() {
    let (all, directory) = demo();
    for whole in [
        "温泉花园3号楼2单元501",
        "wenquanhuayuan3",
        "wqhy3",
        "都旺广场A座",
    ] {
        for (end, _) in whole.char_indices().skip(1) {
            let found = search(&all, &directory, &whole[..end]);
            assert!(!found.hits.is_empty(), "{}", &whole[..end]);
        }
    }
}
