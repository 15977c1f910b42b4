//! The outlines that block the line of sight from a door to a way: walls, buildings and walled compounds.

use geo_types::{Geometry, LineString, Polygon};

use crate::index::{Collection, Entry};
use crate::live::Snapshot;
use crate::model::Canonical;
use crate::model::names::collection::{BARRIERS, BUILDINGS, COMPOUNDS};
use crate::network::core::Point;
use crate::network::file::{Outline, OutlineKind, Places, Shapes};
use crate::spatial::bounds::Bounds;

/// Returns the outlines of an area. Those of buildings and compounds refer to `places`.
pub(super) fn of(snapshot: &Snapshot, area: Option<Bounds>, places: &Places) -> Shapes {
    let all = |name: &str| {
        let collection = snapshot.collections().get(name).map(AsRef::as_ref);
        collection.into_iter().flat_map(Collection::iter)
    };
    let mut shapes = Shapes::default();
    let walls = all(BARRIERS).filter(|entry| is_near(area, entry));
    for geometry in walls.filter_map(|entry| entry.geometry()) {
        put(&mut shapes, geometry, OutlineKind::WallArea, 0);
    }
    for house in all(BUILDINGS).filter(|entry| is_near(area, entry)) {
        let id = house.id().as_str();
        let number = places.houses.binary_search_by(|h| h.id.as_str().cmp(id));
        // A building whose centre is outside the area is not among the places, but still blocks the line of
        // sight.
        let number = number.map_or(u32::MAX, |at| at as u32);
        if let Some(geometry) = house.geometry() {
            put(&mut shapes, geometry, OutlineKind::House, number);
        }
    }
    for compound in all(COMPOUNDS).filter(|entry| is_near(area, entry)) {
        let id = compound.id().as_str();
        let number = places.compounds.binary_search_by(|c| c.id.as_str().cmp(id));
        let is_walled = Canonical::new(compound.all_properties()).is_true("walled");
        let kind = match is_walled {
            true => OutlineKind::Walled,
            false => OutlineKind::Open,
        };
        if let Some(geometry) = compound.geometry() {
            put(
                &mut shapes,
                geometry,
                kind,
                number.map_or(u32::MAX, |at| at as u32),
            );
        }
    }
    // Sorting puts neighbours next to each other, so that the differences between their coordinates are small.
    shapes.outlines.sort_by_cached_key(|outline| {
        let first = outline.rings.first().and_then(|(_, ring)| ring.first());
        crate::network::hilbert(first.copied().unwrap_or_default())
    });
    shapes
}

fn is_near(area: Option<Bounds>, entry: &Entry) -> bool {
    match (area, entry.bounds()) {
        (None, _) => true,
        (Some(area), Some(own)) => area.intersects(&own),
        (Some(_), None) => false,
    }
}

fn put(shapes: &mut Shapes, geometry: &Geometry<f64>, kind: OutlineKind, owner: u32) {
    let ring = |line: &LineString<f64>| -> Vec<Point> {
        let points = line.0.iter().map(|c| Point::from_degrees(c.x, c.y));
        points.collect()
    };
    let closed = |line: &LineString<f64>| {
        let mut points = ring(line);
        points.pop();
        points
    };
    let rings = |area: &Polygon<f64>| -> Vec<(bool, Vec<Point>)> {
        let inner = area.interiors().iter().map(|line| (false, closed(line)));
        std::iter::once((true, closed(area.exterior())))
            .chain(inner)
            .collect()
    };
    let lines = |lines: Vec<&LineString<f64>>| -> Vec<(bool, Vec<Point>)> {
        lines.into_iter().map(|line| (true, ring(line))).collect()
    };
    let (kind, rings) = match geometry {
        Geometry::LineString(line) => (OutlineKind::Wall, lines(vec![line])),
        Geometry::MultiLineString(all) => (OutlineKind::Wall, lines(all.iter().collect())),
        Geometry::Polygon(area) => (kind, rings(area)),
        Geometry::MultiPolygon(all) => (kind, all.iter().flat_map(rings).collect()),
        Geometry::GeometryCollection(all) => {
            all.iter().for_each(|one| put(shapes, one, kind, owner));
            return;
        }
        _ => return,
    };
    shapes.outlines.push(Outline { kind, owner, rings });
}
