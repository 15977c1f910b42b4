//! Builds the geometry of a feature from the positions of its element.

use geo::InteriorPoint;
use geo_types::{Coord, Geometry, LineString, MultiLineString, Point};

use super::area::{Place, coord};
use super::mapping::{Draft, Shape};
use crate::model::{Localized, both};

/// Converts an area to the shape that the rule requests.
pub fn area_as(
    shape: Shape,
    area: Result<&Geometry<f64>, &Localized>,
) -> Result<Geometry<f64>, Localized> {
    let area = area.map_err(Clone::clone)?;
    Ok(match shape {
        Shape::Area => area.clone(),
        Shape::Point => Geometry::Point(area.interior_point().ok_or_else(|| {
            both!(
                "无法在面内找到一个点",
                "no point could be found inside the area"
            )
        })?),
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
pub fn way_as(draft: &Draft, places: &[Place]) -> Result<Geometry<f64>, Localized> {
    let mut coords: Vec<Coord<f64>> = places.iter().copied().map(coord).collect();
    coords.dedup();
    if draft.shape == Shape::Point {
        let middle = coords
            .get(coords.len() / 2)
            .ok_or_else(|| both!("路径没有节点", "the way has no nodes"))?;
        return Ok(Geometry::Point(Point(*middle)));
    }
    if coords.len() < 2 {
        return Err(both!(
            "线至少要有 2 个不同的位置",
            "a line needs at least 2 different positions"
        ));
    }
    if draft.reversed {
        coords.reverse();
    }
    Ok(Geometry::LineString(LineString(coords)))
}

/// Converts the parts of a way that are in the file to one line or several.
pub fn parts_as(draft: &Draft, runs: &[Vec<Place>]) -> Result<Geometry<f64>, Localized> {
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
    lines.pop().map(Geometry::LineString).ok_or_else(|| {
        both!(
            "文件中没有该路径的任何两个相邻节点",
            "the file has no two consecutive nodes of the way"
        )
    })
}
