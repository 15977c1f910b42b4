//! Tests of turn restrictions in the forms that mappers use.

use std::io::Cursor;

use serde_json::{Value, json};

use super::super::{Item, OsmError, read_xml};

/// A crossroads of four roads at node 5. The one-way of w4 runs against the way, so the import
/// reverses it. w6 and w7 lead from w2 to w8, past the crossroads. Node 99 is not in the file, so
/// w3 ends early.
///
/// ```text
///          3
///          | w3
///   1 -w1- 5 -w2- 2 -w6- 6 -w7- 7 -w8- 8
///          | w4
///          4
/// ```
const CROSSROADS: &str = r#"<osm version="0.6">
  <node id="1" lat="39.2200" lon="117.1290"/>
  <node id="2" lat="39.2200" lon="117.1310"/>
  <node id="3" lat="39.2210" lon="117.1300"/>
  <node id="4" lat="39.2190" lon="117.1300"/>
  <node id="5" lat="39.2200001" lon="117.1300003"/>
  <node id="6" lat="39.2200" lon="117.1320"/>
  <node id="7" lat="39.2200" lon="117.1330"/>
  <node id="8" lat="39.2200" lon="117.1340"/>
  <way id="1"><nd ref="1"/><nd ref="5"/><tag k="highway" v="residential"/></way>
  <way id="2"><nd ref="5"/><nd ref="2"/><tag k="highway" v="residential"/></way>
  <way id="3"><nd ref="5"/><nd ref="3"/><nd ref="99"/><tag k="highway" v="service"/></way>
  <way id="4"><nd ref="4"/><nd ref="5"/><tag k="highway" v="residential"/><tag k="oneway" v="-1"/></way>
  <way id="5"><nd ref="3"/><nd ref="4"/><tag k="highway" v="construction"/></way>
  <way id="6"><nd ref="2"/><nd ref="6"/><tag k="highway" v="residential"/></way>
  <way id="7"><nd ref="6"/><nd ref="7"/><tag k="highway" v="residential"/></way>
  <way id="8"><nd ref="7"/><nd ref="8"/><tag k="highway" v="residential"/></way>
  RELATIONS
</osm>"#;

/// The features that a restriction becomes (properties by id), or the problem.
fn turns(members: &str, tags: &str) -> Vec<(String, Value)> {
    let member = |text: &str| {
        let (role, element) = text.split_once('=').unwrap();
        let kind = if element.starts_with('n') {
            "node"
        } else {
            "way"
        };
        let id = &element[1..];
        format!("<member type=\"{kind}\" ref=\"{id}\" role=\"{role}\"/>")
    };
    let tag = |text: &str| {
        let (key, value) = text.split_once('=').unwrap();
        format!("<tag k=\"{key}\" v=\"{value}\"/>")
    };
    let members: String = members.split(' ').map(member).collect();
    let tags: String = tags.split(',').map(tag).collect();
    let relation =
        format!("<relation id=\"9\">{members}<tag k=\"type\" v=\"restriction\"/>{tags}</relation>");
    let text = CROSSROADS.replace("RELATIONS", &relation);
    let mut found = Vec::new();
    read_xml::<OsmError>(Cursor::new(text), &mut |_| {}, &mut |item| {
        match item {
            Item::Feature {
                collection: "turns",
                feature,
            } => {
                assert_eq!(feature.body.geometry, None);
                let properties = Value::Object(feature.body.properties.to_map());
                found.push((feature.id.to_string(), properties));
            }
            Item::Dropped(d) if d.collection == "turns" => found.push((d.id, d.problem.en.into())),
            _ => {}
        }
        Ok(())
    })
    .unwrap();
    found
}

fn one(members: &str, tags: &str) -> Value {
    let mut found = turns(members, tags);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0).1
}

#[test]
fn a_turn_at_a_node_has_the_position_that_the_routes_share() {
    assert_eq!(
        one(
            "from=w1 via=n5 to=w3",
            "restriction=no_left_turn,except=bicycle;psv"
        ),
        json!({"from": "w1", "via": [117.130_000_3, 39.220_000_1], "to": "w3",
            "kind": "no_left_turn", "except": ["bicycle", "psv"]})
    );
    // A way that the import reverses keeps its id and its positions.
    assert_eq!(
        one("from=w1 via=n5 to=w4", "restriction=only_right_turn"),
        json!({"from": "w1", "via": [117.130_000_3, 39.220_000_1], "to": "w4",
            "kind": "only_right_turn"})
    );
    assert_eq!(
        one("from=w2 via=n5 to=w2", "restriction=no_u_turn")["to"],
        "w2"
    );
}

#[test]
fn a_turn_along_ways_names_them_in_order() {
    assert_eq!(
        one("from=w1 via=w2 to=w6", "restriction=no_straight_on"),
        json!({"from": "w1", "via": "w2", "to": "w6", "kind": "no_straight_on"})
    );
    assert_eq!(
        one(
            "from=w1 via=w2 via=w6 via=w7 to=w8",
            "restriction=no_straight_on"
        )["via"],
        json!(["w2", "w6", "w7"])
    );
}

#[test]
fn each_from_way_of_a_no_entry_becomes_a_turn() {
    let found = turns("from=w1 from=w2 via=n5 to=w4", "restriction=no_entry");
    let ids: Vec<(&str, &Value)> = found
        .iter()
        .map(|(id, p)| (id.as_str(), &p["from"]))
        .collect();
    assert_eq!(ids, [("r9", &json!("w1")), ("r9-2", &json!("w2"))]);
}

#[test]
fn restrictions_for_other_vehicles_or_certain_hours_are_left_out() {
    let members = "from=w1 via=n5 to=w3";
    for tags in [
        "restriction:hgv=no_left_turn",
        "restriction:conditional=no_left_turn @ (Mo-Fr 07:00-09:00)",
    ] {
        assert!(turns(members, tags).is_empty(), "{tags}");
    }
}

#[test]
fn a_restriction_that_cannot_be_imported_is_reported_with_the_reason() {
    for (members, problem) in [
        (
            "from=w1 via=n5 to=w5",
            "its member w5 is not a route or not in the file",
        ),
        (
            "from=w1 via=n5 to=w77",
            "its member w77 is not a route or not in the file",
        ),
        ("from=w1 via=n2 to=w2", "its member n2 is not on w1"),
        ("from=w3 via=n99 to=w3", "its member n99 is not in the file"),
        ("from=w1 via=w6 to=w8", "its members w1 and w6 do not meet"),
        (
            "from=w1 via=n5",
            "expected members with the roles from, via and to",
        ),
        (
            "from=w1 to=w2",
            "expected one node, or one or more ways, with the role via; found 0 nodes",
        ),
    ] {
        assert_eq!(
            one(members, "restriction=no_left_turn"),
            problem,
            "{members}"
        );
    }
    let unknown = one("from=w1 via=n5 to=w3", "restriction=no_way");
    assert!(
        unknown
            .as_str()
            .unwrap()
            .contains("found restriction=no_way")
    );
}
