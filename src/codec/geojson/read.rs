//! Reads GeoJSON (RFC 7946) into the map's own types, strictly, because whoever sent it wants to know
//! which number is wrong: an error names the place (`geometry.coordinates[0][3]`), what stands there
//! and what was expected.
//!
//! Whatever names a coordinate system (the collection, the feature, its geometry) is heard: see
//! [`crs`](super::crs).
//!
//! Altitudes are dropped: the map is flat. Foreign members (`seq`, `updated_at`, `collection`…) are
//! ignored here.

use std::fmt;

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};
use serde_json::{Map, Value};

use super::crs;
use crate::model::{Body, FeatureId, Properties};
use crate::spatial::crs::Crs;
use crate::spatial::validity;

/// How geometries are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most positions one geometry may have.
    pub vertices: usize,
    /// The coordinate system of what does not name its own.
    pub crs: Crs,
    /// Whether positions are latitude (or northing) first, as OGC interfaces have some systems.
    pub lat_first: bool,
    /// What a member `crs` of the value means.
    pub member: Member,
}

/// What a member `crs` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// It says the coordinate system of its object.
    Counts,
    /// Somebody who knows better has said it.
    Ignored,
    /// It was said elsewhere, and there must not be two.
    Refused,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            vertices: 500_000,
            crs: Crs::Crs84,
            lat_first: false,
            member: Member::Counts,
        }
    }
}

/// What is wrong with a GeoJSON value, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ReadError {
    /// The place, as `geometry.coordinates[0][3]`, `id` or `properties.name`.
    pub place: String,
    /// What stands there and what was expected.
    pub problem: String,
}

impl ReadError {
    pub(super) fn new(place: impl fmt::Display, problem: impl Into<String>) -> Self {
        Self {
            place: place.to_string(),
            problem: problem.into(),
        }
    }
}

/// Reads the id of a Feature, where it has one: its member `id`, a text or a number. Where only the
/// property `id` says it, as ogr2ogr writes what it read from here, it is taken out of the properties:
/// it is the id, and no second fact that would make the feature another one.
pub fn take_id(value: &mut Value) -> Result<Option<FeatureId>, ReadError> {
    let id = id_of(feature_object(value)?)?;
    if id.is_some() && value.get("id").is_none_or(Value::is_null) {
        let properties = value.get_mut("properties").and_then(Value::as_object_mut);
        properties.map(|p| p.remove("id"));
    }
    Ok(id)
}

/// Reads the geometry and properties of a Feature whose id is known from elsewhere, as from a path.
pub fn read_body(value: &Value, limits: &Limits) -> Result<Body, ReadError> {
    body_of(feature_object(value)?, limits)
}

/// Reads a geometry object into degrees of WGS 84, with rings as they came; see
/// [`validity::normalise`].
pub fn read_geometry(value: &Value, limits: &Limits) -> Result<Geometry<f64>, ReadError> {
    let place = Place::root("geometry");
    let limits = limits.within(value.get("crs"), place.name("crs"))?;
    let mut reader = Reader {
        limits: &limits,
        vertices: 0,
    };
    let geometry = reader.geometry(value, &place, false)?;
    if limits.crs.is_wgs84() {
        return Ok(geometry);
    }
    limits
        .crs
        .geometry_to_wgs84(&geometry)
        .map_err(|e| ReadError::new("geometry.coordinates", e.to_string()))
}

impl Limits {
    /// The same for what stands in an object with that member `crs`.
    fn within(&self, crs: Option<&Value>, place: impl fmt::Display) -> Result<Self, ReadError> {
        let said = match (self.member, crs) {
            (Member::Ignored, _) | (_, None | Some(Value::Null)) => None,
            (Member::Refused, Some(_)) => {
                return Err(ReadError::new(
                    place,
                    "the header Content-Crs names the coordinate system already; leave one of them out",
                ));
            }
            (Member::Counts, Some(crs)) => crs::named(crs)
                .map(Some)
                .map_err(|problem| ReadError::new(place, problem))?,
        };
        Ok(Self {
            crs: said.unwrap_or(self.crs),
            ..*self
        })
    }
}

fn feature_object(value: &Value) -> Result<&Map<String, Value>, ReadError> {
    let Some(feature) = value.as_object() else {
        return Err(ReadError::new(
            "feature",
            format!("expected a GeoJSON Feature, found {}", Found(value)),
        ));
    };
    match feature.get("type") {
        Some(Value::String(t)) if t == "Feature" => Ok(feature),
        Some(other) => Err(ReadError::new(
            "type",
            format!("expected \"Feature\", found {}", Found(other)),
        )),
        None => Err(ReadError::new("type", "missing; expected \"Feature\"")),
    }
}

fn id_of(feature: &Map<String, Value>) -> Result<Option<FeatureId>, ReadError> {
    let member = feature.get("id").filter(|v| !v.is_null());
    let (place, value) = match member {
        Some(v) => ("id", v),
        None => match feature
            .get("properties")
            .and_then(|p| p.get("id"))
            .filter(|v| !v.is_null())
        {
            Some(v) => ("properties.id", v),
            None => return Ok(None),
        },
    };
    id_from(value)
        .map(Some)
        .map_err(|problem| ReadError::new(place, problem))
}

/// An id out of a text or a number; the error says what stood there.
pub fn id_from(value: &Value) -> Result<FeatureId, String> {
    let text = match value {
        Value::String(s) => s.clone(),
        // Some writers make a double of every number: 12.0 is still the id 12.
        Value::Number(n) => match n.as_f64() {
            Some(f) if n.is_f64() && f.fract() == 0.0 && f.abs() < 9e15 => format!("{f:.0}"),
            _ => n.to_string(),
        },
        other => {
            return Err(format!(
                "expected a text or a number, found {}",
                Found(other)
            ));
        }
    };
    if matches!(text.as_str(), "." | "..") {
        return Err(format!(
            "{text:?} is a step in an address: nobody could ask for it"
        ));
    }
    FeatureId::new(text).map_err(|e| e.to_string())
}

fn body_of(feature: &Map<String, Value>, limits: &Limits) -> Result<Body, ReadError> {
    let geometry = match feature.get("geometry") {
        None => {
            return Err(ReadError::new(
                "geometry",
                "missing; a Feature has a geometry object (or null)",
            ));
        }
        Some(Value::Null) => None,
        Some(value) => {
            let limits = limits.within(feature.get("crs"), "crs")?;
            Some(validity::normalise(read_geometry(value, &limits)?))
        }
    };
    let properties = match feature.get("properties") {
        None | Some(Value::Null) => Properties::default(),
        Some(Value::Object(map)) => Properties::from_map(map.clone())
            .map_err(|e| ReadError::new("properties", e.to_string()))?,
        Some(other) => {
            return Err(ReadError::new(
                "properties",
                format!("expected an object, found {}", Found(other)),
            ));
        }
    };
    Ok(Body {
        geometry,
        properties,
    })
}

/// A path into the value, spelled out only when something is wrong.
struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    fn root(name: &'a str) -> Self {
        Self {
            parent: None,
            step: Step::Name(name),
        }
    }

    fn name(&'a self, name: &'a str) -> Self {
        Self {
            parent: Some(self),
            step: Step::Name(name),
        }
    }

    fn index(&'a self, index: usize) -> Self {
        Self {
            parent: Some(self),
            step: Step::Index(index),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Name(name) if self.parent.is_some() => write!(f, ".{name}"),
            Step::Name(name) => f.write_str(name),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// A value as an error quotes it: short, whatever was sent.
struct Found<'a>(&'a Value);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Array(items) => write!(f, "a list of {}", items.len()),
            Value::Object(_) => f.write_str("an object"),
            Value::String(s) if s.chars().count() > 40 => {
                let head: String = s.chars().take(40).collect();
                write!(f, "{:?}…", head)
            }
            other => write!(f, "{other}"),
        }
    }
}

struct Reader<'a> {
    limits: &'a Limits,
    vertices: usize,
}

impl Reader<'_> {
    fn geometry(
        &mut self,
        value: &Value,
        place: &Place<'_>,
        nested: bool,
    ) -> Result<Geometry<f64>, ReadError> {
        let Some(object) = value.as_object() else {
            return Err(ReadError::new(
                place,
                format!("expected a geometry object, found {}", Found(value)),
            ));
        };
        if nested {
            let at = place.name("crs");
            if self.limits.within(object.get("crs"), &at)?.crs != self.limits.crs {
                return Err(ReadError::new(
                    at,
                    "one geometry has one coordinate system; name it at the GeometryCollection",
                ));
            }
        }
        let Some(kind) = object.get("type").and_then(Value::as_str) else {
            return Err(ReadError::new(
                place.name("type"),
                "missing; expected Point, LineString, Polygon, their Multi types or GeometryCollection",
            ));
        };
        if kind == "GeometryCollection" {
            return self.collection(object, place, nested);
        }
        let at = place.name("coordinates");
        let Some(coordinates) = object.get("coordinates") else {
            return Err(ReadError::new(at, "missing; a geometry has coordinates"));
        };
        Ok(match kind {
            "Point" => Geometry::Point(Point(self.position(coordinates, &at)?)),
            "MultiPoint" => Geometry::MultiPoint(MultiPoint(self.each(
                coordinates,
                &at,
                "positions",
                |r, v, p| Ok(Point(r.position(v, p)?)),
            )?)),
            "LineString" => Geometry::LineString(self.line(coordinates, &at)?),
            "MultiLineString" => Geometry::MultiLineString(MultiLineString(self.each(
                coordinates,
                &at,
                "lines",
                Self::line,
            )?)),
            "Polygon" => Geometry::Polygon(self.polygon(coordinates, &at)?),
            "MultiPolygon" => Geometry::MultiPolygon(MultiPolygon(self.each(
                coordinates,
                &at,
                "polygons",
                Self::polygon,
            )?)),
            other => {
                return Err(ReadError::new(
                    place.name("type"),
                    format!(
                        "expected Point, LineString, Polygon, their Multi types or \
                         GeometryCollection, found {}",
                        Found(&Value::String(other.to_owned()))
                    ),
                ));
            }
        })
    }

    fn collection(
        &mut self,
        object: &Map<String, Value>,
        place: &Place<'_>,
        nested: bool,
    ) -> Result<Geometry<f64>, ReadError> {
        if nested {
            return Err(ReadError::new(
                place,
                "a GeometryCollection within a GeometryCollection is not taken; \
                 list its members in one",
            ));
        }
        let at = place.name("geometries");
        let Some(members) = object.get("geometries") else {
            return Err(ReadError::new(
                at,
                "missing; a GeometryCollection has geometries",
            ));
        };
        let members = self.each(members, &at, "geometries", |r, v, p| r.geometry(v, p, true))?;
        Ok(Geometry::GeometryCollection(GeometryCollection(members)))
    }

    /// Reads a list that must not be empty.
    fn each<T>(
        &mut self,
        value: &Value,
        place: &Place<'_>,
        of: &str,
        read: impl Fn(&mut Self, &Value, &Place<'_>) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, ReadError> {
        let Some(items) = value.as_array() else {
            return Err(ReadError::new(
                place,
                format!("expected a list of {of}, found {}", Found(value)),
            ));
        };
        if items.is_empty() {
            return Err(ReadError::new(
                place,
                format!("expected a list of {of}, found an empty one"),
            ));
        }
        items
            .iter()
            .enumerate()
            .map(|(i, item)| read(self, item, &place.index(i)))
            .collect()
    }

    fn line(&mut self, value: &Value, place: &Place<'_>) -> Result<LineString<f64>, ReadError> {
        let coords = self.each(value, place, "positions", Self::position)?;
        if coords.len() < 2 {
            return Err(ReadError::new(
                place,
                "expected at least 2 positions in a line, found 1",
            ));
        }
        Ok(LineString(coords))
    }

    fn polygon(&mut self, value: &Value, place: &Place<'_>) -> Result<Polygon<f64>, ReadError> {
        let mut rings = self.each(value, place, "rings", Self::ring)?;
        let exterior = rings.remove(0);
        Ok(Polygon::new(exterior, rings))
    }

    fn ring(&mut self, value: &Value, place: &Place<'_>) -> Result<LineString<f64>, ReadError> {
        let coords = self.each(value, place, "positions", Self::position)?;
        let (Some(first), Some(last)) = (coords.first(), coords.last()) else {
            return Err(ReadError::new(place, "expected a list of positions"));
        };
        if first != last {
            return Err(ReadError::new(
                place,
                format!(
                    "the ring is not closed: expected the last position to equal the first \
                     [{}, {}], found [{}, {}]",
                    first.x, first.y, last.x, last.y
                ),
            ));
        }
        if coords.len() < 4 {
            return Err(ReadError::new(
                place,
                format!(
                    "expected at least 4 positions in a closed ring, found {}",
                    coords.len()
                ),
            ));
        }
        Ok(LineString(coords))
    }

    fn position(&mut self, value: &Value, place: &Place<'_>) -> Result<Coord<f64>, ReadError> {
        const EXPECTED: &str = "expected [longitude, latitude]";
        self.vertices += 1;
        if self.vertices > self.limits.vertices {
            return Err(ReadError::new(
                place,
                format!(
                    "a geometry has at most {} positions, this one has more; \
                     simplify it or cut it in parts",
                    self.limits.vertices
                ),
            ));
        }
        let Some(numbers) = value.as_array() else {
            return Err(ReadError::new(
                place,
                format!("{EXPECTED}, found {}", Found(value)),
            ));
        };
        if numbers.len() < 2 {
            return Err(ReadError::new(
                place,
                format!("{EXPECTED}, found a list of {}", numbers.len()),
            ));
        }
        let number = |i: usize| match numbers[i].as_f64() {
            Some(n) if n.is_finite() => Ok(n),
            _ => Err(ReadError::new(
                place,
                format!("{EXPECTED}, found {}", Found(&numbers[i])),
            )),
        };
        let (mut x, mut y) = (number(0)?, number(1)?);
        if self.limits.lat_first {
            (x, y) = (y, x);
        }
        let coord = Coord { x, y };
        if !self.limits.crs.is_degrees() {
            return Ok(coord);
        }
        let coord = validity::on_edge(coord);
        match validity::out_of_range(coord) {
            Some(problem) => Err(ReadError::new(place, problem)),
            None => Ok(coord),
        }
    }
}

#[cfg(test)]
mod tests;
