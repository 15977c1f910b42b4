//! Writes a case as a message of the Common Alerting Protocol, for other systems.
//!
//! Source: OASIS, "Common Alerting Protocol Version 1.2" (2010), whose schema prescribes the order
//! of the elements. Messages contain only what the public may see, so `scope` is always Public.
//!
//! Each step of a case is a separate message named `{case}.{number of the step}`: the first is an
//! Alert, the last of an ended case a Cancel, those between are Updates. Each refers to all earlier
//! ones. A drill is marked as such (`status` Exercise).
//!
//! | One Map | CAP |
//! | --- | --- |
//! | red / yellow / green | `severity` Severe / Moderate / Minor |
//! | red / yellow / green | `urgency` Immediate / Expected / Future; Past once the case has ended |
//! | reported, not filed yet | `certainty` Possible; Likely if from a grid worker, unit, sensor, camera or rule |
//! | filed and later | `certainty` Observed |
//! | rejected | `certainty` Unlikely |
//! | corridor_clutter, flying_wire_charging | `category` Fire |
//! | street_encroachment | `category` Safety |
//! | blocked_route, wrong_access | `category` Transport |
//! | damaged_facility | `category` Infra |
//! | any other category | `category` Other |
//! | open / ended | `responseType` Monitor / AllClear |
//! | `reported_at`, `since`, `due_at` | `effective`, `onset`, `expires` (only if it is in the future) |
//!
//! The severity Extreme is reserved for disaster warnings.

use std::io;

use geo::BoundingRect;
use geo_types::{Coord, Geometry, LineString, Polygon};
use jiff::Timestamp;
use jiff::tz::Offset;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde_json::{Map, Value};

use crate::model::Localized;
use crate::model::names::property;
use crate::spatial::metres;

/// The namespace of CAP 1.2.
const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";

/// The media type of a CAP message.
pub const MEDIA_TYPE: &str = "application/cap+xml";

/// The radius in metres of the circle around a case at a point, such as a staircase or a street
/// corner, and the smallest radius of the circle around a line.
const AROUND_POINT_M: f64 = 50.0;

/// The offset of local time in China, which has one time zone and no summer time.
const CHINA: Offset = Offset::constant(8);

/// The content of a message.
#[derive(Debug)]
pub struct Message<'a> {
    /// The sender: a globally unique name, the same for all messages of one map.
    pub sender: &'a str,
    /// The URL of the case.
    pub web: &'a str,
    /// The id of the case.
    pub id: &'a str,
    /// The position of the case in degrees of WGS 84.
    pub geometry: Option<&'a Geometry<f64>>,
    /// The properties of the case that the public may see.
    pub properties: &'a Map<String, Value>,
    /// The name of the category.
    pub category: &'a Localized,
    /// The description of the place.
    pub place: &'a Localized,
    /// The times of all steps, oldest first. The message is about the last one.
    pub steps: &'a [Timestamp],
}

/// Writes the message as XML.
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
        matches!(
            self.text(property::STATUS),
            "closed" | "rejected" | "merged"
        )
    }

    /// The identifier of the message of a step, without white space, comma, `<` and `&`, which CAP
    /// forbids.
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

    /// The time of the message, which is the time of its step.
    fn sent(&self) -> Timestamp {
        self.steps
            .last()
            .copied()
            .or_else(|| self.moment(property::REPORTED_AT))
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn head(&self, xml: &mut Xml) -> io::Result<()> {
        let last = self.steps.len().max(1);
        xml.text("identifier", &self.identifier(last))?;
        xml.text("sender", self.sender)?;
        xml.text("sent", &at(self.sent()))?;
        xml.text(
            property::STATUS,
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

    /// The identifier of the case, in quotation marks if it contains white space, as CAP requires.
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
        xml.text(
            property::CATEGORY,
            category_of(self.text(property::CATEGORY)),
        )?;
        xml.text("event", category)?;
        xml.text("responseType", if ended { "AllClear" } else { "Monitor" })?;
        xml.text("urgency", if ended { "Past" } else { urgency })?;
        xml.text("severity", severity)?;
        xml.text("certainty", self.certainty())?;
        for (tag, name) in [("effective", property::REPORTED_AT), ("onset", "since")] {
            if let Some(moment) = self.moment(name) {
                xml.text(tag, &at(moment))?;
            }
        }
        // A due date in the past is omitted, because a message must not expire before its case
        // ends.
        if let Some(due) = self.moment("due_at")
            && !ended
            && due > self.sent()
        {
            xml.text("expires", &at(due))?;
        }
        xml.text("senderName", language.of("一张图", "One Map"))?;
        let place = language.of(&self.place.zh, &self.place.en);
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
        for name in [
            "level",
            property::STATUS,
            "due_at",
            property::CATEGORY,
            "unit",
            "reports",
        ] {
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
        self.area(xml, if place.is_empty() { category } else { place })?;
        xml.close("info")
    }

    fn certainty(&self) -> &'static str {
        match self.text(property::STATUS) {
            "rejected" => "Unlikely",
            "reported" | "" => match self.text("source") {
                "grid_worker" | "unit" | "camera" | "sensor" | "rule" => "Likely",
                _ => "Possible",
            },
            _ => "Observed",
        }
    }

    fn area(&self, xml: &mut Xml, words: &str) -> io::Result<()> {
        xml.open("area")?;
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
        for name in [property::GRID, property::COMMUNITY] {
            if !self.text(name).is_empty() {
                xml.pair("geocode", name, self.text(name))?;
            }
        }
        xml.close("area")
    }
}

/// A time in the format of the CAP schema: whole seconds and a numeric offset, never `Z`.
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

/// Converts a geometry to the polygons and circles of CAP, with latitude before longitude. CAP has
/// neither holes nor lines: a hole is ignored and a line becomes a circle around it.
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

/// Rounds degrees to about a tenth of a metre.
fn round(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

fn ring(polygon: &Polygon<f64>) -> String {
    let places: Vec<String> = polygon.exterior().0.iter().map(|c| place(*c)).collect();
    places.join(" ")
}

/// A circle in CAP's notation, whose radius is in kilometres.
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
        // Removes characters that XML 1.0 cannot contain, not even escaped.
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
mod tests;
