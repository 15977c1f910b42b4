//! Compares the same data as XML and as PBF, and tests what only JOSM and Overpass write.

use std::fmt::Write as _;
use std::io::Cursor;
use std::path::Path;

use prost::Message;

use super::super::elements::{Elements, Entity, Kind, Part};
use super::super::pbf::PbfFile;
use super::super::pbf::message::{
    Blob, BlobHeader, DenseNodes, HeaderBlock, PrimitiveBlock, PrimitiveGroup, Relation,
    StringTable, Way,
};
use super::super::{Item, OsmError, read_pbf, read_xml};

fn from_xml(text: &str) -> Result<Vec<Item>, OsmError> {
    let mut items = Vec::new();
    read_xml::<OsmError>(Cursor::new(text), &mut |_| {}, &mut |item| {
        items.push(item);
        Ok(())
    })?;
    Ok(items)
}

fn from_pbf(bytes: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    read_pbf::<OsmError>(Cursor::new(bytes), &mut |_| {}, &mut |item| {
        items.push(item);
        Ok(())
    })
    .unwrap();
    items
}

/// Lists every feature as `collection id`, and every dropped element as `collection id: problem`.
fn list(items: &[Item]) -> Vec<String> {
    let line = |item: &Item| match item {
        Item::Feature {
            collection,
            feature,
        } => format!("{collection} {}", feature.id),
        Item::Dropped(d) => format!("{} {}: {}", d.collection, d.id, d.problem),
    };
    items.iter().map(line).collect()
}

fn blob(kind: &str, data: Vec<u8>) -> Vec<u8> {
    let blob = Blob {
        raw_size: i32::try_from(data.len()).ok(),
        raw: Some(data),
        ..Blob::default()
    };
    let blob = blob.encode_to_vec();
    let header = BlobHeader {
        kind: kind.to_owned(),
        size: blob.len() as i32,
    };
    let header = header.encode_to_vec();
    let length = (header.len() as u32).to_be_bytes();
    [length.as_slice(), &header, &blob].concat()
}

/// A building with a courtyard (a relation), a named building and its door.
const DISTRICT: &str = r#"<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6" generator="by hand">
  <note>The data included in this document is from www.openstreetmap.org.</note>
  <bounds minlat="39.2" minlon="117.1" maxlat="39.3" maxlon="117.2"/>
  <node id="1" lat="39.2200000" lon="117.1300000" version="1"/>
  <node id="2" lat="39.2200000" lon="117.1310000"/>
  <node id="3" lat="39.2210000" lon="117.1310000"/>
  <node id="4" lat="39.2210000" lon="117.1300000"/>
  <node id="5" lat="39.2203000" lon="117.1303000"/>
  <node id="6" lat="39.2203000" lon="117.1306000"/>
  <node id="7" lat="39.2206000" lon="117.1306000"/>
  <node id="8" lat="39.2206000" lon="117.1303000"/>
  <node id="9" lat="39.2200000" lon="117.1305000">
    <tag k="entrance" v="yes"/>
    <tag k="name" v="3&#21495;&amp;&quot;4&quot;"/>
  </node>
  <way id="11">
    <nd ref="1"/><nd ref="9"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>
  </way>
  <way id="12">
    <nd ref="5"/><nd ref="6"/><nd ref="7"/><nd ref="8"/><nd ref="5"/>
    <tag k="building" v="shed"/>
  </way>
  <relation id="21">
    <member type="way" ref="11" role="outer"/>
    <member type="way" ref="12" role="inner"/>
    <tag k="type" v="multipolygon"/>
    <tag k="building" v="apartments"/>
    <tag k="name" v="温泉花园"/>
  </relation>
</osm>
"#;

/// The same district encoded as PBF.
fn district() -> Vec<u8> {
    let header = HeaderBlock {
        required_features: vec!["OsmSchema-V0.6".into(), "DenseNodes".into()],
    };
    let strings = [
        "",
        "entrance",
        "yes",
        "name",
        "3号&\"4\"",
        "building",
        "shed",
        "type",
        "multipolygon",
        "apartments",
        "温泉花园",
        "outer",
        "inner",
    ];
    let places: [(i64, i64); 9] = [
        (392_200_000, 1_171_300_000),
        (392_200_000, 1_171_310_000),
        (392_210_000, 1_171_310_000),
        (392_210_000, 1_171_300_000),
        (392_203_000, 1_171_303_000),
        (392_203_000, 1_171_306_000),
        (392_206_000, 1_171_306_000),
        (392_206_000, 1_171_303_000),
        (392_200_000, 1_171_305_000),
    ];
    let delta = |numbers: Vec<i64>| -> Vec<i64> {
        let before = std::iter::once(0).chain(numbers.iter().copied());
        numbers.iter().zip(before).map(|(n, b)| n - b).collect()
    };
    let dense = DenseNodes {
        id: delta((1..=9).collect()),
        lat: delta(places.iter().map(|p| p.0).collect()),
        lon: delta(places.iter().map(|p| p.1).collect()),
        keys_values: [vec![0; 8], vec![1, 2, 3, 4, 0]].concat(),
    };
    let ways = vec![
        Way {
            id: 11,
            refs: delta(vec![1, 9, 2, 3, 4, 1]),
            ..Way::default()
        },
        Way {
            id: 12,
            keys: vec![5],
            values: vec![6],
            refs: delta(vec![5, 6, 7, 8, 5]),
        },
    ];
    let relation = Relation {
        id: 21,
        keys: vec![7, 5, 3],
        values: vec![8, 9, 10],
        roles: vec![11, 12],
        member_ids: delta(vec![11, 12]),
        types: vec![1, 1],
    };
    let block = PrimitiveBlock {
        strings: StringTable {
            strings: strings.iter().map(|s| s.as_bytes().to_vec()).collect(),
        },
        groups: vec![
            PrimitiveGroup {
                dense: Some(dense),
                ..PrimitiveGroup::default()
            },
            PrimitiveGroup {
                ways,
                ..PrimitiveGroup::default()
            },
            PrimitiveGroup {
                relations: vec![relation],
                ..PrimitiveGroup::default()
            },
        ],
        ..PrimitiveBlock::default()
    };
    [
        blob("OSMHeader", header.encode_to_vec()),
        blob("OSMData", block.encode_to_vec()),
    ]
    .concat()
}

#[test]
fn xml_and_pbf_of_the_same_data_give_the_same_features() {
    let items = from_xml(DISTRICT).unwrap();
    assert_eq!(
        list(&items),
        ["entrances n9", "buildings w12", "buildings r21"]
    );
    assert_eq!(items, from_pbf(&district()));
    let Item::Feature { feature, .. } = &items[0] else {
        panic!("a door is a feature")
    };
    assert!(feature.body.properties.as_str().contains(r#""3号&\"4\"""#));
}

/// Converts a PBF file to XML, element by element.
fn to_xml(bytes: &[u8]) -> String {
    let escaped = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;")
            .replace('\n', "&#10;")
            .replace('\t', "&#9;")
    };
    let mut text = String::from("<osm version=\"0.6\">\n");
    let mut file = PbfFile::new(Cursor::new(bytes)).unwrap();
    for kind in [Kind::Node, Kind::Way, Kind::Relation] {
        file.pass(kind, &mut |_| {}, &mut |entity| {
            let (name, tags) = match entity {
                Entity::Node { id, place, tags } => {
                    let (x, y) = (f64::from(place.0) / 1e7, f64::from(place.1) / 1e7);
                    write!(text, "<node id=\"{id}\" lat=\"{y:.7}\" lon=\"{x:.7}\">").unwrap();
                    ("node", tags)
                }
                Entity::Way(way) => {
                    write!(text, "<way id=\"{}\">", way.id).unwrap();
                    for node in way.nodes {
                        write!(text, "<nd ref=\"{node}\"/>").unwrap();
                    }
                    ("way", way.tags)
                }
                Entity::Relation {
                    id, tags, members, ..
                } => {
                    write!(text, "<relation id=\"{id}\">").unwrap();
                    for member in members {
                        let role = match member.part {
                            Part::From => "from",
                            Part::Via => "via",
                            Part::To => "to",
                            Part::Other => "",
                        };
                        let kind = match member.kind {
                            Kind::Node => "node",
                            Kind::Way => "way",
                            Kind::Relation => "relation",
                        };
                        let id = member.id;
                        write!(
                            text,
                            "<member type=\"{kind}\" ref=\"{id}\" role=\"{role}\"/>"
                        )
                        .unwrap();
                    }
                    ("relation", tags)
                }
            };
            for (key, value) in tags.iter() {
                write!(
                    text,
                    "<tag k=\"{}\" v=\"{}\"/>",
                    escaped(key),
                    escaped(value)
                )
                .unwrap();
            }
            writeln!(text, "</{name}>").unwrap();
            Ok(())
        })
        .unwrap();
    }
    text.push_str("</osm>\n");
    text
}

#[test]
fn a_real_extract_gives_the_same_features_as_xml() {
    for name in ["beijing_bupt.osm.pbf", "heidelberg.osm.pbf"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/data/osm")
            .join(name);
        let Ok(bytes) = std::fs::read(&path) else {
            eprintln!("skipped: {} is not there", path.display());
            continue;
        };
        let items = from_pbf(&bytes);
        assert!(items.len() > 10, "{name}");
        assert_eq!(from_xml(&to_xml(&bytes)).unwrap(), items, "{name}");
    }
}

#[test]
fn josm_marks_deleted_elements_and_gives_new_ones_negative_ids() {
    let text = DISTRICT
        .replace("<way id=\"12\">", "<way id=\"12\" action=\"delete\">")
        .replace("id=\"9\"", "id=\"-9\"")
        .replace("ref=\"9\"", "ref=\"-9\"")
        .replace(
            "<member type=\"way\" ref=\"12\" role=\"inner\"/>",
            "<member type=\"node\" ref=\"-9\" role=\"label\"/>",
        );
    let items = from_xml(&text).unwrap();
    assert_eq!(list(&items), ["entrances n-9", "buildings r21"]);
}

#[test]
fn overpass_writes_positions_in_ways_and_members_or_only_the_centre() {
    // `out geom`: positions stand inside of the ways and members; there are no nodes.
    let text = r#"<osm version="0.6" generator="Overpass API">
        <meta osm_base="2026-11-01T00:00:00Z"/>
        <way id="12"><bounds minlat="39" minlon="117" maxlat="40" maxlon="118"/>
          <nd ref="5" lat="39.2203" lon="117.1303"/><nd ref="6" lat="39.2203" lon="117.1306"/>
          <nd ref="7" lat="39.2206" lon="117.1306"/><nd ref="5" lat="39.2203" lon="117.1303"/>
          <tag k="building" v="yes"/></way>
        <relation id="21">
          <member type="way" ref="31" role="outer">
            <nd lat="39.22" lon="117.13"/><nd lat="39.22" lon="117.131"/><nd lat="39.221" lon="117.131"/>
          </member>
          <member type="way" ref="32" role="outer">
            <nd lat="39.221" lon="117.131"/><nd lat="39.221" lon="117.13"/><nd lat="39.22" lon="117.13"/>
          </member>
          <tag k="type" v="multipolygon"/><tag k="building" v="yes"/></relation>
      </osm>"#;
    assert_eq!(
        list(&from_xml(text).unwrap()),
        ["buildings w12", "buildings r21"]
    );
    // A member cut off at the bounding box lacks some of its positions.
    let cut = text.replace("<nd lat=\"39.221\" lon=\"117.13\"/>", "<nd/>");
    assert_eq!(
        list(&from_xml(&cut).unwrap())[1],
        "buildings r21: member w32: 1 of its 3 nodes are not in the file"
    );
    // `out center`: a point is enough for a clinic, but not for a building.
    let text = r#"<osm version="0.6">
        <way id="1"><center lat="39.22" lon="117.13"/><nd ref="5"/><nd ref="6"/><nd ref="7"/><nd ref="5"/>
          <tag k="amenity" v="clinic"/></way>
        <way id="2"><center lat="39.22" lon="117.13"/><tag k="building" v="yes"/></way>
      </osm>"#;
    assert_eq!(
        list(&from_xml(text).unwrap()),
        [
            "first_aid_stations w1",
            "buildings w2: the file contains only its centre; use `out geom` in the Overpass query \
             to get its outline"
        ]
    );
    // `out body; >; out skel;` writes a way twice, once without its tags.
    let twice = DISTRICT.replace(
        "<relation",
        r#"<way id="12"><nd ref="5"/><nd ref="6"/><nd ref="7"/><nd ref="8"/><nd ref="5"/></way><relation"#,
    );
    assert_eq!(from_xml(&twice).unwrap(), from_xml(DISTRICT).unwrap());
    let failed = "<osm><remark> runtime error: Query timed out </remark></osm>";
    assert!(matches!(from_xml(failed), Err(OsmError::Remark(_))));
}

#[test]
fn a_truncated_or_foreign_xml_is_refused() {
    for length in (0..DISTRICT.trim_end().len()).filter(|n| DISTRICT.is_char_boundary(*n)) {
        assert!(from_xml(&DISTRICT[..length]).is_err(), "{length}");
    }
    let long = format!(
        "<osm><node id=\"1\" note=\"{}\"/></osm>",
        "x".repeat(2 << 20)
    );
    let entities = r#"<!DOCTYPE osm [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><osm/>"#;
    for (text, said) in [
        (long.as_str(), "more than 1048576 bytes"),
        (entities, "DOCTYPE"),
        (
            "<osm><way id=\"1\"><tag k=\"a\" v=\"&b;\"/></way></osm>",
            "b",
        ),
        ("<osm><way><nd ref=\"1\"/></way></osm>", "a way has no id"),
        (
            "<osm><node id=\"1\" lat=\"north\" lon=\"1\"/></osm>",
            "expected degrees, found \"north\"",
        ),
        ("<osm></osm><osm></osm>", "expected one element <osm>"),
        ("<kml></kml>", "expected one element <osm>, found <kml>"),
        (
            "<?xml version=\"1.0\" encoding=\"GBK\"?><osm/>",
            "iconv -f GBK",
        ),
    ] {
        let error = from_xml(text).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}
