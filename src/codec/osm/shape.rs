//! Builds the geometry of a feature from the positions of its element.

use geo::InteriorPoint;
use geo_types::{Coord, Geometry, LineString, MultiLineString, Point};

use super::area::{Place, coord};
use super::mapping::{Draft, Shape};

/// Converts an area to the shape that the rule requests.
pub fn area_as(
    shape: Shape,
    area: Result<&Geometry<f64>, &String>,
) -> Result<Geometry<f64>, String> {
    let area = area.map_err(Clone::clone)?;
    Ok(match shape {
        Shape::Area => area.clone(),
        Shape::Point => Geometry::Point(
            area.interior_point()
                .ok_or("no point could be found inside the area")?,
        ),
        Shape::Line => {
            let polygons = match area {
                Geometry::Polygon(p) => std::slice::from_ref(p),
                Geometry::MultiPolygon(m) => m.0.as_slice(),
                _ => &[],
            };
            let mut rings: Vec<LineString<f64>> = polygons
                .iter()
                .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
                .cloned()
                .collect();
            if rings.len() == 1
                && let Some(ring) = rings.pop()
            {
                Geometry::LineString(ring)
            } else {
                Geometry::MultiLineString(MultiLineString(rings))
            }
        }
    })
}

/// Converts a way to a line, or to the point in its middle.
pub fn way_as(draft: &Draft, places: &[Place]) -> Result<Geometry<f64>, String> {
    let mut coords: Vec<Coord<f64>> = places.iter().copied().map(coord).collect();
    coords.dedup();
    if draft.shape == Shape::Point {
        let middle = coords.get(coords.len() / 2).ok_or("the way has no nodes")?;
        return Ok(Geometry::Point(Point(*middle)));
    }
    if coords.len() < 2 {
        return Err("a line has at least 2 different positions".into());
    }
    if draft.reversed {
        coords.reverse();
    }
    Ok(Geometry::LineString(LineString(coords)))
}

/// Converts the parts of a way that are in the file to one line or several.
pub fn parts_as(draft: &Draft, runs: &[Vec<Place>]) -> Result<Geometry<f64>, String> {
    let mut lines = Vec::new();
    for run in runs {
        if let Ok(Geometry::LineString(line)) = way_as(draft, run) {
            lines.push(line);
        }
    }
    if lines.len() > 1 {
        if draft.reversed {
            lines.reverse();
        }
        return Ok(Geometry::MultiLineString(MultiLineString(lines)));
    }
    lines
        .pop()
        .map(Geometry::LineString)
        .ok_or_else(|| "no two nodes in a row are in the file".into())
}
