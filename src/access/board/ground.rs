//! The compound on the page, for the placing of labels.

use geo::{BoundingRect as _, Intersects as _};
use geo_types::{Coord, LineString, MultiPolygon, Polygon, Rect};

use super::content::{Content, Line};
use super::frame::Frame;
use super::label::Box2;
use super::plane::to_segment;
use super::words::Words;

/// The compound on the page.
pub(super) struct Ground<'a> {
    pub frame: &'a Frame,
    pub content: &'a Content,
    pub outline: MultiPolygon<f64>,
    /// The outlines of the buildings with their boxes.
    houses: Vec<(Rect<f64>, Polygon<f64>)>,
    /// The lines of the ways, in the order of the content.
    pub ways: Vec<Line>,
    pub words: Words,
}

impl<'a> Ground<'a> {
    pub fn of(frame: &'a Frame, content: &'a Content, words: Words) -> Self {
        let polygon = |ring: &Line| {
            let ring: LineString<f64> = ring.iter().map(|c| frame.page(*c)).collect();
            Polygon::new(ring, Vec::new())
        };
        let outsides = content.houses.iter().filter_map(|h| h.rings.first());
        Self {
            frame,
            content,
            outline: MultiPolygon(content.outline.iter().map(polygon).collect()),
            houses: outsides
                .map(polygon)
                .filter_map(|p| Some((p.bounding_rect()?, p)))
                .collect(),
            ways: content
                .ways
                .iter()
                .map(|w| w.line.iter().map(|c| frame.page(*c)).collect())
                .collect(),
            words,
        }
    }

    /// The penalty for a sign at this place: the higher, the more it covers.
    pub fn covered_by(&self, sign: &Box2) -> f64 {
        let corners: LineString<f64> = sign.corners().into_iter().collect();
        let area = Polygon::new(corners, Vec::new());
        let bounds = area.bounding_rect();
        let covers = |(rect, house): &&(Rect<f64>, Polygon<f64>)| {
            bounds.is_some_and(|b| b.intersects(rect)) && house.intersects(&area)
        };
        let houses = self.houses.iter().filter(covers).count();
        let inside = if self.outline.intersects(&area) {
            12.0
        } else {
            0.0
        };
        25.0 * houses as f64 + inside
    }

    /// Whether a position on the page is inside the compound, further than this many metres from its outline.
    pub fn is_inside(&self, at: Coord<f64>, metres: f64) -> bool {
        let rings = self.outline.iter().map(Polygon::exterior);
        let edges = rings.flat_map(|r| r.0.windows(2));
        let far = edges
            .map(|e| to_segment(at, e[0], e[1]).0)
            .fold(f64::INFINITY, f64::min);
        far > metres * self.frame.scale() && self.outline.intersects(&at)
    }

    /// Whether a position is on the map, and not at its very edge.
    pub fn is_on_map(&self, at: Coord<f64>) -> bool {
        const EDGE_MM: f64 = 3.5;
        let (min, max) = (Frame::area().min(), Frame::area().max());
        (min.x + EDGE_MM..=max.x - EDGE_MM).contains(&at.x)
            && (min.y + EDGE_MM..=max.y - EDGE_MM).contains(&at.y)
    }

    pub fn page(&self, line: &Line) -> Line {
        line.iter().map(|c| self.frame.page(*c)).collect()
    }
}
