//! A case as a message of the Common Alerting Protocol, so that other systems understand it.
//!
//! Source: OASIS, "Common Alerting Protocol Version 1.2" (2010); the order of the elements is that of
//! its schema. Only what the public may see goes in, so `scope` is always Public.
//!
//! Every step of a case is a message of its own, named `{case}.{number of the step}`: the first is an
//! Alert, the last of an ended case a Cancel, all between are Updates, and each refers to all before
//! it. A drill says so (`status` Exercise).
//!
//! | ours | CAP |
//! | --- | --- |
//! | red / yellow / green | `severity` Severe / Moderate / Minor |
//! | red / yellow / green | `urgency` Immediate / Expected / Future; Past once the case has ended |
//! | reported, not looked at yet | `certainty` Possible; Likely where a grid worker, a unit or a sensor said it |
//! | filed and later | `certainty` Observed |
//! | rejected | `certainty` Unlikely |
//! | corridor_clutter, flying_wire_charging | `category` Fire |
//! | street_encroachment | `category` Safety |
//! | blocked_route, wrong_access | `category` Transport |
//! | damaged_facility | `category` Infra |
//! | any other category | `category` Other |
//! | open / ended | `responseType` Monitor / AllClear |
//! | `reported_at`, `since`, `due_at` | `effective`, `onset`, `expires` (where it is still to come) |
//!
//! Extreme is left to those who warn of catastrophes.

use std::io;

use geo::BoundingRect;
use geo_types::{Coord, Geometry, LineString, Polygon};
use jiff::Timestamp;
use jiff::tz::Offset;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde_json::{Map, Value};

use crate::model::Localized;
use crate::spatial::metres;

/// The namespace of CAP 1.2.
const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";

/// The media type of a message.
pub const MEDIA_TYPE: &str = "application/cap+xml";

/// How far around a point the message speaks of, metres: a stairwell or a corner of a street.
const AROUND_POINT_M: f64 = 50.0;

/// China has one time zone, and no summer time.
const CHINA: Offset = Offset::constant(8);

/// What a message is made of.
#[derive(Debug)]
pub struct Message<'a> {
    /// Who sends, as a name that nobody else has: the same for all messages of one map.
    pub sender: &'a str,
    /// Where the case can be read.
    pub web: &'a str,
    /// The case.
    pub id: &'a str,
    /// Where it is, degrees of WGS 84.
    pub geometry: Option<&'a Geometry<f64>>,
    /// Its properties as the public sees them.
    pub properties: &'a Map<String, Value>,
    /// The category in words.
    pub category: &'a Localized,
    /// The place in words.
    pub place: &'a str,
    /// The moments of all its steps, the first of all first; the last one is what is told here.
    pub steps: &'a [Timestamp],
}

/// Writes the message.
pub fn write(message: &Message<'_>) -> io::Result<Vec<u8>> {
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
    xml.0
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.0.write_event(Event::Start(
        BytesStart::new("alert").with_attributes([("xmlns", NAMESPACE)]),
    ))?;
    message.head(&mut xml)?;
    for language in [Language::Chinese, Language::English] {
        message.info(&mut xml, language)?;
    }
    xml.close("alert")?;
    let mut bytes = xml.0.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Chinese,
    English,
}

impl Language {
    fn of<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Chinese => zh,
            Self::English => en,
        }
    }
}

impl Message<'_> {
    fn text(&self, name: &str) -> &str {
        self.properties
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn moment(&self, name: &str) -> Option<Timestamp> {
        self.text(name).parse().ok()
    }

    fn is_drill(&self) -> bool {
        self.properties.get("exercise") == Some(&Value::Bool(true))
    }

    fn has_ended(&self) -> bool {
        matches!(self.text("status"), "closed" | "rejected" | "merged")
    }

    /// The name of the message that a step was; no white space, comma, `<` or `&`, as CAP asks.
    fn identifier(&self, step: usize) -> String {
        let id: String = self
            .id
            .chars()
            .map(|c| match c {
                ',' | '<' | '&' => '_',
                c if c.is_whitespace() => '_',
                c => c,
            })
            .collect();
        format!("{id}.{step}")
    }

    /// When the message was sent: at its step.
    fn sent(&self) -> Timestamp {
        self.steps
            .last()
            .copied()
            .or_else(|| self.moment("reported_at"))
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn head(&self, xml: &mut Xml) -> io::Result<()> {
        let last = self.steps.len().max(1);
        xml.text("identifier", &self.identifier(last))?;
        xml.text("sender", self.sender)?;
        xml.text("sent", &at(self.sent()))?;
        xml.text(
            "status",
            if self.is_drill() {
                "Exercise"
            } else {
                "Actual"
            },
        )?;
        let kind = match (self.has_ended(), last) {
            (true, _) => "Cancel",
            (false, 1) => "Alert",
            (false, _) => "Update",
        };
        xml.text("msgType", kind)?;
        xml.text("scope", "Public")?;
        if self.is_drill() {
            xml.text(
                "note",
                "演练，并非真实事件。This is a drill, not a real event.",
            )?;
        }
        if last > 1 {
            let earlier: Vec<String> = self.steps[..last - 1]
                .iter()
                .enumerate()
                .map(|(i, sent)| {
                    format!("{},{},{}", self.sender, self.identifier(i + 1), at(*sent))
                })
                .collect();
            xml.text("references", &earlier.join(" "))?;
        }
        xml.text("incidents", &self.identifier_of_case())
    }

    /// The case itself, in quotes where it has white space, as CAP asks.
    fn identifier_of_case(&self) -> String {
        if self.id.chars().any(char::is_whitespace) {
            format!("\"{}\"", self.id)
        } else {
            self.id.to_owned()
        }
    }

    fn info(&self, xml: &mut Xml, language: Language) -> io::Result<()> {
        let category = language.of(&self.category.zh, &self.category.en);
        let ended = self.has_ended();
        let (severity, urgency, level) = match self.text("level") {
            "red" => ("Severe", "Immediate", language.of("红色预警", "Red")),
            "yellow" => ("Moderate", "Expected", language.of("黄色预警", "Yellow")),
            "green" => ("Minor", "Future", language.of("绿色", "Green")),
            _ => ("Unknown", "Unknown", language.of("无数据", "No data")),
        };
        xml.open("info")?;
        xml.text("language", language.of("zh-CN", "en-US"))?;
        xml.text("category", category_of(self.text("category")))?;
        xml.text("event", category)?;
        xml.text("responseType", if ended { "AllClear" } else { "Monitor" })?;
        xml.text("urgency", if ended { "Past" } else { urgency })?;
        xml.text("severity", severity)?;
        xml.text("certainty", self.certainty())?;
        for (tag, name) in [("effective", "reported_at"), ("onset", "since")] {
            if let Some(moment) = self.moment(name) {
                xml.text(tag, &at(moment))?;
            }
        }
        // What is past due goes on all the same: a message must not run out before its case.
        if let Some(due) = self.moment("due_at")
            && !ended
            && due > self.sent()
        {
            xml.text("expires", &at(due))?;
        }
        xml.text("senderName", language.of("一张图", "One Map"))?;
        let place = self.place;
        let headline = match language {
            Language::Chinese => format!("{level}：{category}，{place}"),
            Language::English => format!("{level}: {category}, {place}"),
        };
        xml.text("headline", headline.trim_end_matches(['，', ',', ' ']))?;
        let reason = self
            .properties
            .get("reason")
            .and_then(|r| r.get(language.of("zh", "en")))
            .and_then(Value::as_str);
        if let Some(reason) = reason {
            xml.text("description", reason)?;
        }
        xml.text("web", self.web)?;
        for name in ["level", "status", "due_at", "category", "unit", "reports"] {
            let value = match self.properties.get(name) {
                None | Some(Value::Null) => continue,
                Some(Value::String(text)) if name == "due_at" => {
                    text.parse().map_or_else(|_| text.clone(), at)
                }
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            xml.pair(
                "parameter",
                name.strip_suffix("_at").unwrap_or(name),
                &value,
            )?;
        }
        self.area(xml, category)?;
        xml.close("info")
    }

    fn certainty(&self) -> &'static str {
        match self.text("status") {
            "rejected" => "Unlikely",
            "reported" | "" => match self.text("source") {
                "grid_worker" | "unit" | "camera" | "sensor" | "rule" => "Likely",
                _ => "Possible",
            },
            _ => "Observed",
        }
    }

    fn area(&self, xml: &mut Xml, category: &str) -> io::Result<()> {
        xml.open("area")?;
        let words = if self.place.is_empty() {
            category
        } else {
            self.place
        };
        xml.text("areaDesc", words)?;
        let (mut polygons, mut circles) = (Vec::new(), Vec::new());
        if let Some(geometry) = self.geometry {
            shapes(geometry, &mut polygons, &mut circles);
        }
        for polygon in polygons {
            xml.text("polygon", &polygon)?;
        }
        for circle in circles {
            xml.text("circle", &circle)?;
        }
        for name in ["grid", "community"] {
            if !self.text(name).is_empty() {
                xml.pair("geocode", name, self.text(name))?;
            }
        }
        xml.close("area")
    }
}

/// A moment as CAP's schema has it: whole seconds and an offset in digits, never `Z`.
fn at(moment: Timestamp) -> String {
    CHINA
        .to_datetime(moment)
        .strftime("%Y-%m-%dT%H:%M:%S+08:00")
        .to_string()
}

fn category_of(category: &str) -> &'static str {
    match category {
        "corridor_clutter" | "flying_wire_charging" => "Fire",
        "street_encroachment" => "Safety",
        "blocked_route" | "wrong_access" => "Transport",
        "damaged_facility" => "Infra",
        _ => "Other",
    }
}

/// The shapes of a geometry in CAP's words: latitude before longitude. CAP has neither holes nor
/// lines, so a hole is filled and a line becomes the circle around it.
fn shapes(geometry: &Geometry<f64>, polygons: &mut Vec<String>, circles: &mut Vec<String>) {
    match geometry {
        Geometry::Point(p) => circles.push(circle(p.0, AROUND_POINT_M)),
        Geometry::MultiPoint(points) => {
            circles.extend(points.iter().map(|p| circle(p.0, AROUND_POINT_M)));
        }
        Geometry::Polygon(p) => polygons.push(ring(p)),
        Geometry::MultiPolygon(many) => polygons.extend(many.iter().map(ring)),
        Geometry::LineString(line) => circles.push(around(line)),
        Geometry::MultiLineString(lines) => circles.extend(lines.iter().map(around)),
        Geometry::GeometryCollection(parts) => {
            for part in parts {
                shapes(part, polygons, circles);
            }
        }
        Geometry::Line(l) => circles.push(around(&LineString(vec![l.start, l.end]))),
        Geometry::Rect(r) => polygons.push(ring(&r.to_polygon())),
        Geometry::Triangle(t) => polygons.push(ring(&t.to_polygon())),
    }
}

fn place(c: Coord<f64>) -> String {
    format!("{},{}", round(c.y), round(c.x))
}

/// A tenth of a metre.
fn round(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

fn ring(polygon: &Polygon<f64>) -> String {
    let places: Vec<String> = polygon.exterior().0.iter().map(|c| place(*c)).collect();
    places.join(" ")
}

/// CAP gives the radius in kilometres.
fn circle(centre: Coord<f64>, radius_m: f64) -> String {
    format!("{} {}", place(centre), (radius_m.ceil()) / 1000.0)
}

fn around(line: &LineString<f64>) -> String {
    let centre = line
        .bounding_rect()
        .map_or(Coord { x: 0.0, y: 0.0 }, |r| r.center());
    let reach = line
        .0
        .iter()
        .map(|c| metres::distance(centre, *c))
        .fold(0.0, f64::max);
    circle(centre, reach.max(AROUND_POINT_M))
}

struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn open(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::Start(BytesStart::new(name)))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    fn text(&mut self, name: &str, value: &str) -> io::Result<()> {
        // Characters that XML 1.0 cannot carry, not even escaped.
        let clean: String = value
            .chars()
            .filter(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..))
            .collect();
        self.0
            .create_element(name)
            .write_text_content(BytesText::new(&clean))?;
        Ok(())
    }

    fn pair(&mut self, element: &str, name: &str, value: &str) -> io::Result<()> {
        self.open(element)?;
        self.text("valueName", name)?;
        self.text("value", value)?;
        self.close(element)
    }
}

#[cfg(test)]
mod tests {
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
            place: "温泉花园3号楼\u{1}",
            steps: &steps,
        })
        .unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Path and text of every element that has text, in order.
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

    /// The sequence of the schema: what may come, in this order; `true` where it must come.
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
                "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess",
                "AllClear", "None",
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

    /// Checks what the schema says of one element's children.
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

    /// The children of every element called `parent`.
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
        for (parent, sequence, count) in [("alert", ALERT, 1), ("info", INFO, 2), ("area", AREA, 2)]
        {
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
                // \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-,+]\d\d:\d\d
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
    fn a_drill_is_no_actual_alert() {
        let drill = case(|p| {
            p.insert("exercise".into(), true.into());
        });
        let list = elements(&message(&drill, &POINT, 1));
        assert_eq!(all(&list, "alert/status"), ["Exercise"]);
        assert_eq!(all(&list, "alert/note").len(), 1);
    }
}
