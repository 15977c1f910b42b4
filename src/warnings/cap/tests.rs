//! Tests of CAP messages: the order of elements, their texts, and characters that must not occur.

use geo_types::{Point, polygon};
use quick_xml::Reader;
use serde_json::json;

use super::*;

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn case(change: impl FnOnce(&mut Map<String, Value>)) -> Map<String, Value> {
    let Value::Object(mut map) = json!({
        "category": "corridor_clutter",
        "level": "red",
        "since": "2026-11-21T06:05:00Z",
        "status": "dispatched",
        "source": "resident",
        "grid": "120113001020003",
        "community": "120113001020000",
        "unit": "unit-017",
        "reports": 3,
        "reported_at": "2026-11-20T06:05:00.25Z",
        "due_at": "2026-11-24T02:00:00Z",
        "reason": {"zh": "30天内第3次楼道堆物上报", "en": "3rd corridor-clutter report <within> 30 days & more"},
    }) else {
        unreachable!()
    };
    change(&mut map);
    map
}

fn message(properties: &Map<String, Value>, geometry: &Geometry<f64>, steps: usize) -> String {
    let steps: Vec<Timestamp> = (0..steps)
        .map(|i| moment("2026-11-20T06:05:00Z") + jiff::SignedDuration::from_hours(i as i64))
        .collect();
    let bytes = write(&Message {
        sender: "urn:uuid:5f0c",
        web: "http://127.0.0.1:8080/api/warnings/w-1",
        id: "w-1",
        geometry: Some(geometry),
        properties,
        category: &Localized {
            zh: "楼道堆物".into(),
            en: "corridor clutter".into(),
        },
        place: &Localized {
            zh: "温泉花园3号楼\u{1}".into(),
            en: "Building 3, 温泉花园".into(),
        },
        steps: &steps,
    })
    .unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The path and the text of every element with a text, in order.
fn elements(xml: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(xml);
    let (mut path, mut list) = (Vec::<String>::new(), Vec::new());
    let mut text = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) => {
                path.push(String::from_utf8_lossy(e.name().as_ref().as_ref()).into_owned());
                text.clear();
            }
            Event::Text(t) => text.push_str(&String::from_utf8_lossy(t.as_ref().as_ref())),
            Event::GeneralRef(r) => {
                text.push_str(&format!(
                    "&{};",
                    String::from_utf8_lossy(r.as_ref().as_ref())
                ));
            }
            Event::End(_) => {
                if !text.trim().is_empty() {
                    list.push((path.join("/"), text.clone()));
                }
                text.clear();
                path.pop();
            }
            Event::Eof => return list,
            _ => {}
        }
    }
}

fn all<'a>(list: &'a [(String, String)], path: &str) -> Vec<&'a str> {
    list.iter()
        .filter(|(p, _)| p == path)
        .map(|(_, t)| t.as_str())
        .collect()
}

const POINT: Geometry<f64> = Geometry::Point(Point(Coord {
    x: 117.13,
    y: 39.22,
}));

/// The elements of the schema in their order; `true` for required ones.
const ALERT: &[(&str, bool)] = &[
    ("identifier", true),
    ("sender", true),
    ("sent", true),
    ("status", true),
    ("msgType", true),
    ("source", false),
    ("scope", true),
    ("restriction", false),
    ("addresses", false),
    ("code", false),
    ("note", false),
    ("references", false),
    ("incidents", false),
    ("info", false),
];
const INFO: &[(&str, bool)] = &[
    ("language", false),
    ("category", true),
    ("event", true),
    ("responseType", false),
    ("urgency", true),
    ("severity", true),
    ("certainty", true),
    ("audience", false),
    ("eventCode", false),
    ("effective", false),
    ("onset", false),
    ("expires", false),
    ("senderName", false),
    ("headline", false),
    ("description", false),
    ("instruction", false),
    ("web", false),
    ("contact", false),
    ("parameter", false),
    ("resource", false),
    ("area", false),
];
const AREA: &[(&str, bool)] = &[
    ("areaDesc", true),
    ("polygon", false),
    ("circle", false),
    ("geocode", false),
    ("altitude", false),
    ("ceiling", false),
];
const ENUMS: &[(&str, &[&str])] = &[
    (
        "alert/status",
        &["Actual", "Exercise", "System", "Test", "Draft"],
    ),
    (
        "alert/msgType",
        &["Alert", "Update", "Cancel", "Ack", "Error"],
    ),
    ("alert/scope", &["Public", "Restricted", "Private"]),
    (
        "alert/info/category",
        &[
            "Geo",
            "Met",
            "Safety",
            "Security",
            "Rescue",
            "Fire",
            "Health",
            "Env",
            "Transport",
            "Infra",
            "CBRNE",
            "Other",
        ],
    ),
    (
        "alert/info/responseType",
        &[
            "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear",
            "None",
        ],
    ),
    (
        "alert/info/urgency",
        &["Immediate", "Expected", "Future", "Past", "Unknown"],
    ),
    (
        "alert/info/severity",
        &["Extreme", "Severe", "Moderate", "Minor", "Unknown"],
    ),
    (
        "alert/info/certainty",
        &["Observed", "Likely", "Possible", "Unlikely", "Unknown"],
    ),
];

/// Checks the children of an element against the schema.
fn in_sequence(children: &[&str], sequence: &[(&str, bool)], xml: &str) {
    let mut at = 0;
    for child in children {
        let found = sequence[at..].iter().position(|(name, _)| name == child);
        at += found.unwrap_or_else(|| panic!("{child} is out of order in {xml}"));
    }
    for (name, must) in sequence {
        assert!(
            !must || children.contains(name),
            "{name} is missing in {xml}"
        );
    }
}

/// The children of every element named `parent`.
fn children(xml: &str, parent: &str) -> Vec<Vec<String>> {
    let mut reader = Reader::from_str(xml);
    let (mut path, mut found) = (Vec::<String>::new(), Vec::<Vec<String>>::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) => {
                let name = String::from_utf8_lossy(e.name().as_ref().as_ref()).into_owned();
                if path.last().is_some_and(|p| p == parent)
                    && let Some(list) = found.last_mut()
                {
                    list.push(name.clone());
                }
                if name == parent {
                    found.push(Vec::new());
                }
                path.push(name);
            }
            Event::End(_) => {
                path.pop();
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn valid(xml: &str) {
    for (parent, sequence, count) in [("alert", ALERT, 1), ("info", INFO, 2), ("area", AREA, 2)] {
        let found = children(xml, parent);
        assert_eq!(found.len(), count, "{parent} in {xml}");
        for list in found {
            let list: Vec<&str> = list.iter().map(String::as_str).collect();
            in_sequence(&list, sequence, xml);
        }
    }
    let list = elements(xml);
    for (path, values) in ENUMS {
        for said in all(&list, path) {
            assert!(values.contains(&said), "{path} is {said}");
        }
    }
    for path in [
        "alert/sent",
        "alert/info/effective",
        "alert/info/onset",
        "alert/info/expires",
    ] {
        for said in all(&list, path) {
            // The pattern in the CAP schema: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-,+]\d\d:\d\d
            let shape: String = said
                .chars()
                .map(|c| if c.is_ascii_digit() { 'd' } else { c })
                .collect();
            assert_eq!(shape, "dddd-dd-ddTdd:dd:dd+dd:dd", "{path}");
        }
    }
    for name in all(&list, "alert/identifier")
        .iter()
        .chain(&all(&list, "alert/sender"))
    {
        assert!(!name.contains([' ', ',', '<', '&']), "{name}");
    }
}

#[test]
fn every_message_has_the_elements_of_the_schema_in_its_order() {
    let square = Geometry::Polygon(polygon![
        (x: 117.13, y: 39.22), (x: 117.14, y: 39.22), (x: 117.14, y: 39.23), (x: 117.13, y: 39.22)
    ]);
    let line = Geometry::LineString(LineString::from(vec![(117.13, 39.22), (117.14, 39.22)]));
    for status in [
        "reported",
        "filed",
        "rejected",
        "merged",
        "dispatched",
        "returned",
        "handling",
        "handled",
        "verified",
        "closed",
        "parked",
    ] {
        for level in ["red", "yellow", "green", "no_data"] {
            for geometry in [&POINT, &square, &line] {
                for (steps, drill) in [(1, false), (4, true)] {
                    let properties = case(|p| {
                        p.insert("status".into(), status.into());
                        p.insert("level".into(), level.into());
                        p.insert("exercise".into(), drill.into());
                    });
                    valid(&message(&properties, geometry, steps));
                }
            }
        }
    }
    valid(&message(&Map::new(), &POINT, 0));
}

#[test]
fn a_case_begins_with_an_alert_goes_on_with_updates_and_ends_with_a_cancel() {
    let open = case(|_| {});
    let list = elements(&message(&open, &POINT, 1));
    assert_eq!(all(&list, "alert/msgType"), ["Alert"]);
    assert_eq!(all(&list, "alert/references"), [""; 0]);
    let list = elements(&message(&open, &POINT, 3));
    assert_eq!(all(&list, "alert/msgType"), ["Update"]);
    assert_eq!(all(&list, "alert/identifier"), ["w-1.3"]);
    assert_eq!(all(&list, "alert/sent"), ["2026-11-20T16:05:00+08:00"]);
    assert_eq!(
        all(&list, "alert/references"),
        ["urn:uuid:5f0c,w-1.1,2026-11-20T14:05:00+08:00 \
              urn:uuid:5f0c,w-1.2,2026-11-20T15:05:00+08:00"]
    );
    let ended = case(|p| {
        p.insert("status".into(), "closed".into());
    });
    let list = elements(&message(&ended, &POINT, 9));
    assert_eq!(all(&list, "alert/msgType"), ["Cancel"]);
    assert_eq!(all(&list, "alert/info/urgency"), ["Past", "Past"]);
    assert_eq!(all(&list, "alert/info/expires"), [""; 0]);
}

#[test]
fn both_languages_say_the_same_and_latitude_comes_first() {
    let list = elements(&message(&case(|_| {}), &POINT, 2));
    assert_eq!(all(&list, "alert/info/language"), ["zh-CN", "en-US"]);
    assert_eq!(
        all(&list, "alert/info/event"),
        ["楼道堆物", "corridor clutter"]
    );
    assert_eq!(all(&list, "alert/info/severity"), ["Severe", "Severe"]);
    assert_eq!(
        all(&list, "alert/info/headline")[0],
        "红色预警：楼道堆物，温泉花园3号楼"
    );
    assert_eq!(
        all(&list, "alert/info/description")[1],
        "3rd corridor-clutter report &lt;within&gt; 30 days &amp; more"
    );
    assert_eq!(all(&list, "alert/info/area/circle")[0], "39.22,117.13 0.05");
    assert_eq!(
        all(&list, "alert/info/effective")[0],
        "2026-11-20T14:05:00+08:00"
    );
    assert_eq!(
        all(&list, "alert/info/expires")[0],
        "2026-11-24T10:00:00+08:00"
    );
    assert!(all(&list, "alert/info/parameter/valueName").contains(&"due"));
}

#[test]
fn a_drill_is_marked_as_an_exercise() {
    let drill = case(|p| {
        p.insert("exercise".into(), true.into());
    });
    let list = elements(&message(&drill, &POINT, 1));
    assert_eq!(all(&list, "alert/status"), ["Exercise"]);
    assert_eq!(all(&list, "alert/note").len(), 1);
}
