//! Checks and normalizes geometries: coordinates in range, closed simple rings, holes inside their
//! polygons, and parts that do not overlap (OGC Simple Features, as in PostGIS's `ST_IsValid`).
//!
//! All segments of a geometry go into one R-tree, and nesting is determined with one ray per ring,
//! so that a ring of ten thousand vertices takes milliseconds instead of quadratic time.

mod rings;

use std::fmt;

use geo::Winding;
use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use self::rings::check_polygons;
use crate::model::{InChinese, Localized, both};

/// Why a geometry is not valid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Invalid {
    /// The invalid part in GeoJSON notation: `coordinates[0]` is the first ring of a polygon.
    pub place: String,
    /// What is wrong with the part, and near which position if there is one.
    pub problem: Localized,
}

impl InChinese for Invalid {
    fn zh(&self) -> String {
        format!("{}：{}", self.place, self.problem.zh)
    }
}

/// The distance in degrees beyond ±180 and ±90 up to which a coordinate is moved to the edge: a
/// tenth of a millimetre, more than the rounding errors of programs that cut at the antimeridian.
const EDGE: f64 = 1e-9;

/// Moves a coordinate that rounding has put slightly beyond the edge of the globe to the edge;
/// other coordinates stay as they are.
pub fn on_edge(c: Coord<f64>) -> Coord<f64> {
    let near = |value: f64, limit: f64| match value.abs() - limit {
        beyond if beyond > 0.0 && beyond <= EDGE => limit.copysign(value),
        _ => value,
    };
    Coord {
        x: near(c.x, 180.0),
        y: near(c.y, 90.0),
    }
}

/// Why a coordinate is not a longitude and a latitude in degrees; `None` if it is.
pub fn out_of_range(c: Coord<f64>) -> Option<Localized> {
    let Coord { x, y } = c;
    if !x.is_finite() || !y.is_finite() {
        return Some(both!(
            "[{x}, {y}] 不是地球上的位置",
            "[{x}, {y}] is not a position on the earth"
        ));
    }
    let lon_ok = c.x.abs() <= 180.0;
    let lat_ok = c.y.abs() <= 90.0;
    let (name_zh, name, value, bound) = match (lon_ok, lat_ok) {
        (true, true) => return None,
        (false, _) => ("经度", "longitude", c.x, 180),
        (true, false) => ("纬度", "latitude", c.y, 90),
    };
    let (hint_zh, hint) = if c.x.abs() > 1000.0 || c.y.abs() > 1000.0 {
        (
            "；数值像是以米为单位，请注明所用坐标系",
            "; these look like metres: name their coordinate system",
        )
    } else if lon_ok && c.x.abs() <= 90.0 && c.y.abs() <= 180.0 {
        (
            "；经纬度可能写反了，应为 [经度, 纬度]",
            "; longitude and latitude look swapped: expected [longitude, latitude]",
        )
    } else {
        ("", "")
    };
    Some(both!(
        "{name_zh} {value} 不在 -{bound} 至 {bound} 之间{hint_zh}",
        "{name} {value} is not within -{bound} to {bound}{hint}"
    ))
}

/// Converts a geometry to the form that the map stores: exterior rings counter-clockwise and holes
/// clockwise (RFC 7946), no repeated positions, no negative zero, and no coordinate slightly beyond
/// the edge of the globe. Does not check validity.
pub fn normalise(geometry: Geometry<f64>) -> Geometry<f64> {
    match geometry {
        Geometry::Point(p) => Geometry::Point(Point(plain(p.0))),
        Geometry::MultiPoint(points) => Geometry::MultiPoint(MultiPoint(
            points.0.into_iter().map(|p| Point(plain(p.0))).collect(),
        )),
        Geometry::Line(l) => Geometry::LineString(line(LineString(vec![l.start, l.end]))),
        Geometry::LineString(l) => Geometry::LineString(line(l)),
        Geometry::MultiLineString(lines) => {
            Geometry::MultiLineString(MultiLineString(lines.0.into_iter().map(line).collect()))
        }
        Geometry::Polygon(p) => Geometry::Polygon(polygon(p)),
        Geometry::Rect(r) => Geometry::Polygon(polygon(r.to_polygon())),
        Geometry::Triangle(t) => Geometry::Polygon(polygon(t.to_polygon())),
        Geometry::MultiPolygon(polygons) => {
            Geometry::MultiPolygon(MultiPolygon(polygons.0.into_iter().map(polygon).collect()))
        }
        Geometry::GeometryCollection(members) => Geometry::GeometryCollection(GeometryCollection(
            members.0.into_iter().map(normalise).collect(),
        )),
    }
}

fn plain(c: Coord<f64>) -> Coord<f64> {
    let c = on_edge(c);
    // Adding zero turns -0 into 0; JSON would write them differently.
    Coord {
        x: c.x + 0.0,
        y: c.y + 0.0,
    }
}

fn line(mut line: LineString<f64>) -> LineString<f64> {
    let last = line.0.last().copied();
    line.0.iter_mut().for_each(|c| *c = plain(*c));
    line.0.dedup();
    // A line with a single distinct position keeps two positions, so that the check refuses it as a
    // line.
    if line.0.len() == 1
        && let Some(last) = last
    {
        line.0.push(plain(last));
    }
    line
}

fn polygon(polygon: Polygon<f64>) -> Polygon<f64> {
    let (mut exterior, mut interiors) = polygon.into_inner();
    let tidy = |ring: &mut LineString<f64>| {
        ring.0.iter_mut().for_each(|c| *c = plain(*c));
        ring.0.dedup();
    };
    tidy(&mut exterior);
    exterior.make_ccw_winding();
    for hole in &mut interiors {
        tidy(hole);
        hole.make_cw_winding();
    }
    Polygon::new(exterior, interiors)
}

/// Checks a geometry, including the range of its degrees, and returns the first problem found.
pub fn validate(geometry: &Geometry<f64>) -> Result<(), Invalid> {
    match geometry {
        Geometry::Point(p) => in_range(std::iter::once(&p.0), &Place::Whole),
        Geometry::MultiPoint(points) => {
            filled(points.0.len(), ("点", "points"))?;
            in_range(points.0.iter().map(|p| &p.0), &Place::Whole)
        }
        Geometry::Line(l) => check_line(&LineString(vec![l.start, l.end]), &Place::Whole),
        Geometry::LineString(l) => check_line(l, &Place::Whole),
        Geometry::MultiLineString(lines) => {
            filled(lines.0.len(), ("线", "lines"))?;
            lines
                .0
                .iter()
                .enumerate()
                .try_for_each(|(i, l)| check_line(l, &Place::Part(i)))
        }
        Geometry::Polygon(p) => check_polygons(std::slice::from_ref(p), false),
        Geometry::MultiPolygon(polygons) => {
            filled(polygons.0.len(), ("面", "polygons"))?;
            check_polygons(&polygons.0, true)
        }
        Geometry::Rect(r) => check_polygons(&[r.to_polygon()], false),
        Geometry::Triangle(t) => check_polygons(&[t.to_polygon()], false),
        Geometry::GeometryCollection(members) => {
            filled(members.0.len(), ("图形", "geometries"))?;
            members.0.iter().enumerate().try_for_each(|(i, member)| {
                validate(member).map_err(|e| Invalid {
                    place: format!("geometries[{i}].{}", e.place),
                    problem: e.problem,
                })
            })
        }
    }
}

fn filled(count: usize, (zh, of): (&str, &str)) -> Result<(), Invalid> {
    if count == 0 {
        return Err(Invalid {
            place: "coordinates".into(),
            problem: both!("应有{zh}，实际没有", "expected {of}, found none"),
        });
    }
    Ok(())
}

/// The path of a part of a geometry, in the nesting of GeoJSON coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Whole,
    Part(usize),
    PartOf(usize, usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("coordinates"),
            Self::Part(i) => write!(f, "coordinates[{i}]"),
            Self::PartOf(i, j) => write!(f, "coordinates[{i}][{j}]"),
        }
    }
}

impl Place {
    fn error(self, problem: impl Into<Localized>) -> Invalid {
        Invalid {
            place: self.to_string(),
            problem: problem.into(),
        }
    }
}

fn in_range<'a>(
    coords: impl Iterator<Item = &'a Coord<f64>>,
    place: &Place,
) -> Result<(), Invalid> {
    for (i, c) in coords.enumerate() {
        if let Some(Localized { zh, en }) = out_of_range(*c) {
            let n = i + 1;
            return Err(place.error(both!("第{n}个点：{zh}", "position {i}: {en}")));
        }
    }
    Ok(())
}

fn check_line(line: &LineString<f64>, place: &Place) -> Result<(), Invalid> {
    in_range(line.0.iter(), place)?;
    if line.0.iter().all(|c| Some(c) == line.0.first()) {
        return Err(place.error(both!(
            "一条线至少要有2个不同的点",
            "a line needs at least 2 different positions"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
