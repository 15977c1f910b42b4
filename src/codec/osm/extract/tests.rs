//! Tests with real, truncated and invalid files.

use std::path::{Path, PathBuf};

use super::super::{Item, OsmError, read_pbf};

/// The path of a real extract, if it has been downloaded.
fn extract(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/osm")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

fn all(path: &Path) -> Result<Vec<Item>, OsmError> {
    let mut items = Vec::new();
    let file = std::fs::File::open(path)?;
    read_pbf::<OsmError>(file, &mut |_| {}, &mut |item| {
        items.push(item);
        Ok(())
    })?;
    Ok(items)
}

/// The ids of the features and of the dropped elements of the collection `wanted`.
fn ids(items: &[Item], wanted: &str) -> (Vec<String>, Vec<String>) {
    let (mut on_map, mut named) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Item::Feature {
                collection,
                feature,
            } if *collection == wanted => {
                on_map.push(feature.id.to_string());
            }
            Item::Dropped(d) if d.collection == wanted => named.push(d.id.clone()),
            _ => {}
        }
    }
    (on_map, named)
}

#[test]
fn every_building_of_an_extract_is_imported_or_reported() {
    // The numbers come from `osmium tags-filter -R FILE w/building r/building`.
    for (name, ways, relations) in [
        ("monaco.osm.pbf", 23_370, 3),
        ("beijing_bupt.osm.pbf", 109, 2),
        ("heidelberg.osm.pbf", 5, 0),
        ("helsinki_center.osm.pbf", 433, 67),
    ] {
        let Some(path) = extract(name) else { continue };
        let items = all(&path).unwrap();
        let (on_map, named) = ids(&items, "buildings");
        let count = |kind| {
            on_map
                .iter()
                .chain(&named)
                .filter(|id| id.starts_with(kind))
                .count()
        };
        assert_eq!((count('w'), count('r')), (ways, relations), "{name}");
        assert!(named.iter().all(|id| !on_map.contains(id)), "{name}");
    }
}

#[test]
fn chinese_names_and_gates_are_imported() {
    let Some(path) = extract("beijing_bupt.osm.pbf") else {
        return;
    };
    let items = all(&path).unwrap();
    let features = |wanted: &'static str| {
        items.iter().filter_map(move |item| match item {
            Item::Feature {
                collection,
                feature,
            } if *collection == wanted => Some(feature),
            _ => None,
        })
    };
    let named = features("buildings")
        .filter(|f| {
            f.body
                .properties
                .to_map()
                .get("name")
                .and_then(|n| n.as_str())
                .is_some_and(|n| n.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)))
        })
        .count();
    assert!(named >= 77, "{named}");
    let gates = features("entrances")
        .filter(|f| f.body.properties.as_str().contains(r#""kind":"gate""#))
        .count();
    assert!(gates >= 25, "{gates}");
}

#[test]
fn a_truncated_or_foreign_file_is_refused_wherever_it_is_cut() {
    let Some(path) = extract("beijing_bupt.osm.pbf") else {
        return;
    };
    let whole = std::fs::read(path).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let cut = dir.path().join("cut.pbf");
    for length in [
        0,
        1,
        3,
        4,
        20,
        100,
        1000,
        whole.len() / 2,
        whole.len() - 2,
        whole.len() - 1,
    ] {
        std::fs::write(&cut, &whole[..length]).unwrap();
        assert!(all(&cut).is_err(), "{length}");
    }
    let mut garbage = whole.clone();
    for byte in &mut garbage[200..] {
        *byte = byte.wrapping_mul(31).wrapping_add(7);
    }
    std::fs::write(&cut, &garbage).unwrap();
    assert!(all(&cut).is_err());
    std::fs::write(&cut, b"hello, this is no map at all").unwrap();
    assert!(all(&cut).is_err());
}

/// Encodes a field of a protobuf message from its number and its bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    assert!(bytes.len() < 128);
    [&[number << 3 | 2, bytes.len() as u8], bytes].concat()
}

#[test]
fn an_unsupported_compression_is_reported_with_a_command_to_convert() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("packed.osm.pbf");
    for (number, name) in [(4, "LZMA"), (5, "bzip2"), (6, "LZ4"), (7, "Zstandard")] {
        // Writers put raw_size before the data.
        let blob = [vec![0x10, 100], field(number, b"packed")].concat();
        let header = [field(1, b"OSMHeader"), vec![0x18, blob.len() as u8]].concat();
        let mut file = (header.len() as u32).to_be_bytes().to_vec();
        file.extend(header);
        file.extend(blob);
        std::fs::write(&path, file).unwrap();
        let said = all(&path).unwrap_err().to_string();
        assert!(said.contains(name), "{said}");
        assert!(said.contains("pbf_compression=zlib"), "{said}");
    }
}

#[test]
fn every_restriction_lift_and_lock_of_an_extract_is_imported_or_reported() {
    // The numbers come from `osmium tags-filter -R FILE r/type=restriction nw/highway=elevator nw/locked=yes`.
    for (name, restrictions, lifts, locked) in [
        ("monaco.osm.pbf", 27, 12, 0),
        ("beijing_bupt.osm.pbf", 0, 0, 6),
        ("heidelberg.osm.pbf", 476, 25, 1),
        ("helsinki_center.osm.pbf", 45, 13, 0),
    ] {
        let Some(path) = extract(name) else { continue };
        let items = all(&path).unwrap();
        let (turns, named) = ids(&items, "turns");
        assert_eq!(turns.len() + named.len(), restrictions, "{name}");
        println!("{name}: {} turns, left out {named:?}", turns.len());
        let with = |text: &str| {
            let features = items.iter().filter(|item| match item {
                Item::Feature {
                    collection: "routes" | "entrances",
                    feature,
                } => feature.body.properties.as_str().contains(text),
                _ => false,
            });
            features.count()
        };
        assert_eq!(with(r#""lift":true"#), lifts, "{name}");
        assert_eq!(with(r#""locked":true"#), locked, "{name}");
        for item in &items {
            if let Item::Dropped(d) = item
                && d.collection == "turns"
            {
                println!("{} {}", d.id, d.problem);
            }
        }
    }
}
