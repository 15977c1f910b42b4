//! Reads GeoJSON (RFC 7946) strictly: an error gives the path of the wrong value
//! (`geometry.coordinates[0][3]`), what was found there and what was expected.
//!
//! The collection, the feature or its geometry may name a coordinate system: see
//! [`crs`](super::crs).
//!
//! Altitudes are dropped, because the map is two-dimensional. Foreign members (`seq`, `updated_at`,
//! `collection`…) are ignored.

use std::fmt;

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};
use serde_json::{Map, Value};

use super::crs;
use crate::model::{Body, FeatureId, InChinese, Localized, Properties, both};
use crate::spatial::crs::Crs;
use crate::spatial::validity;

/// How geometries are read, and their maximum size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The maximum number of positions in one geometry.
    pub vertices: usize,
    /// The coordinate system of objects without a member `crs`.
    pub crs: Crs,
    /// Whether positions have latitude (or northing) first, as OGC interfaces define for some
    /// coordinate systems.
    pub lat_first: bool,
    /// How a member `crs` in the value is treated.
    pub member: Member,
}

/// How a member `crs` is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// The member sets the coordinate system of its object.
    Counts,
    /// The caller has given the coordinate system, so the member is ignored.
    Ignored,
    /// The member is an error, because a header has given the coordinate system already.
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

/// An error in a GeoJSON value and its path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ReadError {
    /// The path of the wrong value: `geometry.coordinates[0][3]`, `id` or `properties.name`.
    pub place: String,
    /// What was found at that path, and what was expected.
    pub problem: Localized,
}

impl ReadError {
    pub(super) fn new(place: impl fmt::Display, problem: impl Into<Localized>) -> Self {
        Self {
            place: place.to_string(),
            problem: problem.into(),
        }
    }
}

impl InChinese for ReadError {
    fn zh(&self) -> String {
        format!("{}：{}", self.place, self.problem.zh)
    }
}

/// Reads the id of a Feature, if it has one: the member `id`, a text or a number. If there is only
/// a property `id`, as ogr2ogr writes it, that property is removed from the properties. Kept there,
/// it would make the feature differ from the same feature read with a member `id`.
pub fn take_id(value: &mut Value) -> Result<Option<FeatureId>, ReadError> {
    let id = id_of(feature_object(value)?)?;
    if id.is_some() && value.get("id").is_none_or(Value::is_null) {
        let properties = value.get_mut("properties").and_then(Value::as_object_mut);
        properties.map(|p| p.remove("id"));
    }
    Ok(id)
}

/// Reads the geometry and properties of a Feature whose id comes from elsewhere, for example from
/// the URL path.
pub fn read_body(value: &Value, limits: &Limits) -> Result<Body, ReadError> {
    body_of(feature_object(value)?, limits)
}

/// Reads a geometry object and converts it to degrees of WGS 84. The order of the positions in
/// rings is kept; see [`validity::normalise`].
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
        .map_err(|e| ReadError::new("geometry.coordinates", e.localized()))
}

impl Limits {
    /// The same limits with the coordinate system that the member `crs` of an object gives.
    fn within(&self, crs: Option<&Value>, place: impl fmt::Display) -> Result<Self, ReadError> {
        let said = match (self.member, crs) {
            (Member::Ignored, _) | (_, None | Some(Value::Null)) => None,
            (Member::Refused, Some(_)) => {
                return Err(ReadError::new(
                    place,
                    both!(
                        "请求头 Content-Crs 已指定坐标系，二者只能保留其一",
                        "the header Content-Crs already names the coordinate system; remove the header or this member"
                    ),
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
            expected("GeoJSON Feature", "a GeoJSON Feature", value),
        ));
    };
    match feature.get("type") {
        Some(Value::String(t)) if t == "Feature" => Ok(feature),
        Some(other) => Err(ReadError::new(
            "type",
            expected("“Feature”", "\"Feature\"", other),
        )),
        None => Err(ReadError::new(
            "type",
            both!("缺少该项，应为“Feature”", "missing; expected \"Feature\""),
        )),
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

/// Reads an id from a text or a number; the error says what was found instead.
pub fn id_from(value: &Value) -> Result<FeatureId, Localized> {
    let text = match value {
        Value::String(s) => s.clone(),
        // Some writers turn every number into a double: 12.0 is read as the id 12.
        Value::Number(n) => match n.as_f64() {
            Some(f) if n.is_f64() && f.fract() == 0.0 && f.abs() < 9e15 => format!("{f:.0}"),
            _ => n.to_string(),
        },
        other => {
            return Err(expected("文本或数字", "a text or a number", other));
        }
    };
    if matches!(text.as_str(), "." | "..") {
        return Err(both!(
            "“{text}”在网址中有特殊含义，不能用作编号",
            "{text:?} has a special meaning in URLs and cannot be an id"
        ));
    }
    FeatureId::new(text).map_err(|e| e.localized())
}

fn body_of(feature: &Map<String, Value>, limits: &Limits) -> Result<Body, ReadError> {
    let geometry = match feature.get("geometry") {
        None => {
            return Err(ReadError::new(
                "geometry",
                both!(
                    "缺少该项；要素应有图形（没有图形时填 null）",
                    "missing; a Feature needs a geometry object (or null)"
                ),
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
            .map_err(|e| ReadError::new("properties", e.localized()))?,
        Some(other) => {
            return Err(ReadError::new(
                "properties",
                expected("对象", "an object", other),
            ));
        }
    };
    Ok(Body {
        geometry,
        properties,
    })
}

/// The path of a value; it is formatted only for an error.
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

/// The text "expected X, found Y".
fn expected(zh: &str, en: &str, found: &Value) -> Localized {
    let Localized {
        zh: found_zh,
        en: found_en,
    } = quoted(found);
    both!(
        "应为{zh}，实际为{found_zh}",
        "expected {en}, found {found_en}"
    )
}

/// A value shortened for an error text.
fn quoted(value: &Value) -> Localized {
    match value {
        Value::Array(items) => {
            let count = items.len();
            both!("{count}项的列表", "a list of {count}")
        }
        Value::Object(_) => both!("对象", "an object"),
        Value::String(s) if s.chars().count() > 40 => {
            let head: String = s.chars().take(40).collect();
            both!(" {head:?}…", "{head:?}…")
        }
        other => both!(" {other}", "{other}"),
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
                expected("图形对象", "a geometry object", value),
            ));
        };
        if nested {
            let at = place.name("crs");
            if self.limits.within(object.get("crs"), &at)?.crs != self.limits.crs {
                return Err(ReadError::new(
                    at,
                    both!(
                        "一个图形只能用一种坐标系，请在 GeometryCollection 上注明",
                        "a geometry has only one coordinate system; name it in the GeometryCollection"
                    ),
                ));
            }
        }
        let Some(kind) = object.get("type").and_then(Value::as_str) else {
            return Err(ReadError::new(
                place.name("type"),
                both!(
                    "缺少该项，应为 Point、LineString、Polygon、相应的 Multi 类型或 GeometryCollection",
                    "missing; expected Point, LineString, Polygon, their Multi types or GeometryCollection"
                ),
            ));
        };
        if kind == "GeometryCollection" {
            return self.collection(object, place, nested);
        }
        let at = place.name("coordinates");
        let Some(coordinates) = object.get("coordinates") else {
            return Err(ReadError::new(
                at,
                both!(
                    "缺少该项；图形应有坐标",
                    "missing; a geometry needs coordinates"
                ),
            ));
        };
        Ok(match kind {
            "Point" => Geometry::Point(Point(self.position(coordinates, &at)?)),
            "MultiPoint" => Geometry::MultiPoint(MultiPoint(self.each(
                coordinates,
                &at,
                ("点", "positions"),
                |r, v, p| Ok(Point(r.position(v, p)?)),
            )?)),
            "LineString" => Geometry::LineString(self.line(coordinates, &at)?),
            "MultiLineString" => Geometry::MultiLineString(MultiLineString(self.each(
                coordinates,
                &at,
                ("线", "lines"),
                Self::line,
            )?)),
            "Polygon" => Geometry::Polygon(self.polygon(coordinates, &at)?),
            "MultiPolygon" => Geometry::MultiPolygon(MultiPolygon(self.each(
                coordinates,
                &at,
                ("面", "polygons"),
                Self::polygon,
            )?)),
            other => {
                return Err(ReadError::new(
                    place.name("type"),
                    expected(
                        " Point、LineString、Polygon、相应的 Multi 类型或 GeometryCollection",
                        "Point, LineString, Polygon, their Multi types or GeometryCollection",
                        &Value::String(other.to_owned()),
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
                both!(
                    "GeometryCollection 不能嵌套，请把各图形列在同一层",
                    "a GeometryCollection within a GeometryCollection is not allowed; \
                     list its members in the outer one"
                ),
            ));
        }
        let at = place.name("geometries");
        let Some(members) = object.get("geometries") else {
            return Err(ReadError::new(
                at,
                both!(
                    "缺少该项；GeometryCollection 应有 geometries",
                    "missing; a GeometryCollection needs geometries"
                ),
            ));
        };
        let members = self.each(members, &at, ("图形", "geometries"), |r, v, p| {
            r.geometry(v, p, true)
        })?;
        Ok(Geometry::GeometryCollection(GeometryCollection(members)))
    }

    /// Reads each element of a list that must not be empty.
    fn each<T>(
        &mut self,
        value: &Value,
        place: &Place<'_>,
        (zh, of): (&str, &str),
        read: impl Fn(&mut Self, &Value, &Place<'_>) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, ReadError> {
        let Some(items) = value.as_array() else {
            return Err(ReadError::new(
                place,
                expected(&format!("{zh}的列表"), &format!("a list of {of}"), value),
            ));
        };
        if items.is_empty() {
            return Err(ReadError::new(
                place,
                both!(
                    "应为{zh}的列表，实际为空列表",
                    "expected a list of {of}, found an empty one"
                ),
            ));
        }
        items
            .iter()
            .enumerate()
            .map(|(i, item)| read(self, item, &place.index(i)))
            .collect()
    }

    fn line(&mut self, value: &Value, place: &Place<'_>) -> Result<LineString<f64>, ReadError> {
        let coords = self.each(value, place, ("点", "positions"), Self::position)?;
        if coords.len() < 2 {
            return Err(ReadError::new(
                place,
                both!(
                    "一条线至少要有2个点，实际只有1个",
                    "expected at least 2 positions in a line, found 1"
                ),
            ));
        }
        Ok(LineString(coords))
    }

    fn polygon(&mut self, value: &Value, place: &Place<'_>) -> Result<Polygon<f64>, ReadError> {
        let mut rings = self.each(value, place, ("环", "rings"), Self::ring)?;
        let exterior = rings.remove(0);
        Ok(Polygon::new(exterior, rings))
    }

    fn ring(&mut self, value: &Value, place: &Place<'_>) -> Result<LineString<f64>, ReadError> {
        let coords = self.each(value, place, ("点", "positions"), Self::position)?;
        let (Some(first), Some(last)) = (coords.first(), coords.last()) else {
            return Err(ReadError::new(
                place,
                both!("应为点的列表", "expected a list of positions"),
            ));
        };
        if first != last {
            let (Coord { x, y }, Coord { x: to_x, y: to_y }) = (first, last);
            return Err(ReadError::new(
                place,
                both!(
                    "环没有闭合：终点应与起点 [{x}, {y}] 相同，实际为 [{to_x}, {to_y}]",
                    "the ring is not closed: expected the last position to equal the first \
                     [{x}, {y}], found [{to_x}, {to_y}]"
                ),
            ));
        }
        let count = coords.len();
        if count < 4 {
            return Err(ReadError::new(
                place,
                both!(
                    "闭合的环至少要有4个点，实际有{count}个",
                    "expected at least 4 positions in a closed ring, found {count}"
                ),
            ));
        }
        Ok(LineString(coords))
    }

    fn position(&mut self, value: &Value, place: &Place<'_>) -> Result<Coord<f64>, ReadError> {
        const POSITION: (&str, &str) = (" [经度, 纬度]", "[longitude, latitude]");
        self.vertices += 1;
        if self.vertices > self.limits.vertices {
            let most = self.limits.vertices;
            return Err(ReadError::new(
                place,
                both!(
                    "一个图形最多{most}个点，该图形超过上限，请简化或拆分",
                    "a geometry may have at most {most} positions, this one has more; \
                     simplify or split it"
                ),
            ));
        }
        let Some(numbers) = value.as_array() else {
            return Err(ReadError::new(
                place,
                expected(POSITION.0, POSITION.1, value),
            ));
        };
        if numbers.len() < 2 {
            return Err(ReadError::new(
                place,
                expected(POSITION.0, POSITION.1, value),
            ));
        }
        let number = |i: usize| match numbers[i].as_f64() {
            Some(n) if n.is_finite() => Ok(n),
            _ => Err(ReadError::new(
                place,
                expected(POSITION.0, POSITION.1, &numbers[i]),
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
