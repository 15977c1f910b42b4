//! The features of the map from which the network is built.

use std::collections::HashMap;

use geo_types::{Coord, Geometry, LineString, Polygon};
use serde_json::Value;

use crate::model::Canonical;
use crate::model::names::collection::{
    BARRIERS, BUILDINGS, COMPOUNDS, ENTRANCES, FACILITIES, ROUTES, TURNS,
};

/// People can walk under a building whose underside is at least this high, in metres.
const HEADROOM_M: f64 = 2.0;

/// The name of a feature: its collection and id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Named {
    /// The collection of the feature.
    pub collection: &'static str,
    /// The id of the feature in its collection.
    pub id: Box<str>,
}

/// A line along which people ride or walk.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// The feature, by its position in the list of features.
    pub feature: u32,
    /// The line in degrees, WGS 84.
    pub line: LineString<f64>,
    /// Its layer; 0 is the ground.
    pub layer: i32,
    /// Whether it leads through a building or under a roof.
    pub is_covered: bool,
    /// Whether people on foot may use it, according to the properties `foot` and `access`.
    pub is_walkable: bool,
}

/// An area that can be crossed in any direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The feature, by its position in the list of features.
    pub feature: u32,
    /// The outline and the holes in degrees, WGS 84.
    pub polygon: Polygon<f64>,
    /// Its layer; 0 is the ground.
    pub layer: i32,
}

/// A point feature of the network, such as a lift, a bollard or a parking place.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// The feature, by its position in the list of features.
    pub feature: u32,
    /// The position in degrees, WGS 84.
    pub at: Coord<f64>,
    /// Its layer; 0 is the ground.
    pub layer: i32,
}

/// A gate or a door.
#[derive(Debug, Clone, PartialEq)]
pub struct Entrance {
    /// The feature, by its position in the list of features.
    pub feature: u32,
    /// The position in degrees, WGS 84.
    pub at: Coord<f64>,
    /// Whether it is a gate of a compound and not a door of a building.
    pub is_gate: bool,
    /// The id of the building whose door it is.
    pub building: Option<Box<str>>,
    /// The id of the compound whose gate it is.
    pub compound: Option<Box<str>>,
    /// The storey: below 0 is underground.
    pub level: i32,
}

/// A line that blocks the way, such as a wall or the outline of a building.
#[derive(Debug, Clone, PartialEq)]
pub struct Obstacle {
    /// The feature, by its position in the list of features.
    pub feature: u32,
    /// Its layer; 0 is the ground.
    pub layer: i32,
    /// Its line, or its rings, in degrees, WGS 84.
    pub lines: Vec<LineString<f64>>,
}

/// A compound, with its outline.
#[derive(Debug, Clone, PartialEq)]
pub struct Compound {
    /// The outline of the compound.
    pub obstacle: Obstacle,
    /// Whether there is a wall around it.
    pub is_walled: bool,
}

/// The place of a restricted turn.
#[derive(Debug, Clone, PartialEq)]
pub enum Via {
    /// A position that the routes share, in degrees, WGS 84.
    Place(Coord<f64>),
    /// The ids of the routes in between, in order.
    Routes(Vec<Box<str>>),
}

/// A turn that is forbidden or prescribed.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// The feature, by its position in the list of features.
    pub feature: u32,
    /// The id of the route on which the turn begins.
    pub from: Box<str>,
    /// The place at which the turn is made.
    pub via: Via,
    /// The id of the route on which the turn ends.
    pub to: Box<str>,
    /// Whether every other turn is forbidden instead of this one (`only_…`).
    pub is_only: bool,
    /// Whether bikes are excepted.
    pub except_bikes: bool,
}

/// All features that are part of the network or block it, decoded. They can be added in any order.
#[derive(Debug, Default, PartialEq)]
pub struct Features {
    /// The names of all features. Other lists refer to a feature by its position in this list.
    pub names: Vec<Named>,
    /// Lines of `routes`.
    pub ways: Vec<Way>,
    /// Polygons of `routes`.
    pub areas: Vec<Area>,
    /// Lifts among `routes`.
    pub lifts: Vec<Post>,
    /// Bollards and similar barriers among `routes`.
    pub posts: Vec<Post>,
    /// Parking places among `facilities`.
    pub parkings: Vec<Post>,
    /// Gates and doors.
    pub entrances: Vec<Entrance>,
    /// Walls, fences and hedges.
    pub barriers: Vec<Obstacle>,
    /// Buildings.
    pub buildings: Vec<Obstacle>,
    /// Compounds.
    pub compounds: Vec<Compound>,
    /// Turn restrictions.
    pub turns: Vec<Turn>,
}

impl Features {
    /// Adds a feature of any collection. Features that do not concern the network are ignored.
    pub fn add(
        &mut self,
        collection: &str,
        id: &str,
        geometry: Option<&Geometry<f64>>,
        properties: Canonical<'_>,
    ) {
        if collection == TURNS {
            self.turn(id, properties);
            return;
        }
        let Some(geometry) = geometry.filter(|g| is_usable(g)) else {
            return;
        };
        match collection {
            ROUTES => self.route(id, geometry, properties),
            ENTRANCES => self.entrance(id, geometry, properties),
            BARRIERS => {
                let lines = lines(geometry);
                let obstacle = self.obstacle(BARRIERS, id, properties, lines);
                self.barriers.push(obstacle);
            }
            BUILDINGS => {
                let is_high = properties
                    .number("min_height_m")
                    .is_some_and(|m| m >= HEADROOM_M);
                let lines = if is_high { Vec::new() } else { rings(geometry) };
                let obstacle = self.obstacle(BUILDINGS, id, properties, lines);
                self.buildings.push(obstacle);
            }
            COMPOUNDS => {
                let lines = rings(geometry);
                let obstacle = self.obstacle(COMPOUNDS, id, properties, lines);
                self.compounds.push(Compound {
                    obstacle,
                    is_walled: properties.is_true("walled"),
                });
            }
            FACILITIES if properties.is("kind", "parking") => {
                let feature = self.named(FACILITIES, id);
                let layer = integer(properties, "layer");
                let posts = points(geometry).map(|at| Post { feature, at, layer });
                self.parkings.extend(posts);
            }
            _ => {}
        }
    }

    /// A feature's name.
    pub fn name(&self, feature: u32) -> Option<&Named> {
        self.names.get(feature as usize)
    }

    /// The features of a collection: the position of each in the list of features, by id.
    pub fn by_id(&self, collection: &str) -> HashMap<&str, u32> {
        (0..)
            .zip(&self.names)
            .filter(|(_, named)| named.collection == collection)
            .map(|(index, named)| (&*named.id, index))
            .collect()
    }

    fn named(&mut self, collection: &'static str, id: &str) -> u32 {
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(Named {
            collection,
            id: id.into(),
        });
        index
    }

    fn route(&mut self, id: &str, geometry: &Geometry<f64>, properties: Canonical<'_>) {
        let feature = self.named(ROUTES, id);
        let layer = integer(properties, "layer");
        let walkable = !properties.is("foot", "no") && !properties.is("access", "no");
        for line in lines(geometry) {
            self.ways.push(Way {
                feature,
                line,
                layer,
                is_covered: properties.is_true("covered"),
                is_walkable: walkable,
            });
        }
        for polygon in polygons(geometry) {
            self.areas.push(Area {
                feature,
                polygon: polygon.clone(),
                layer,
            });
        }
        for at in points(geometry) {
            let post = Post { feature, at, layer };
            if properties.is_true("lift") || properties.is("kind", "lift") {
                self.lifts.push(post);
            } else {
                self.posts.push(post);
            }
        }
    }

    fn entrance(&mut self, id: &str, geometry: &Geometry<f64>, properties: Canonical<'_>) {
        let Some(at) = points(geometry).next() else {
            return;
        };
        let link = |name| properties.text(name).map(|id| id.as_ref().into());
        let feature = self.named(ENTRANCES, id);
        self.entrances.push(Entrance {
            feature,
            at,
            is_gate: properties.is("kind", "gate"),
            building: link("building"),
            compound: link("compound"),
            level: integer(properties, "level"),
        });
    }

    fn obstacle(
        &mut self,
        collection: &'static str,
        id: &str,
        properties: Canonical<'_>,
        lines: Vec<LineString<f64>>,
    ) -> Obstacle {
        Obstacle {
            feature: self.named(collection, id),
            layer: integer(properties, "layer"),
            lines,
        }
    }

    fn turn(&mut self, id: &str, properties: Canonical<'_>) {
        let map = properties.to_map();
        let text = |name: &str| map.get(name).and_then(Value::as_str);
        let (Some(from), Some(to), Some(kind)) = (text("from"), text("to"), text("kind")) else {
            return;
        };
        let Some(via) = map.get("via").and_then(via) else {
            return;
        };
        let (from, to, is_only) = (from.into(), to.into(), kind.starts_with("only_"));
        let excepted = map.get("except").and_then(Value::as_array);
        let except_bikes = excepted.is_some_and(|list| {
            let is_bike = |v: &Value| matches!(v.as_str(), Some("bicycle" | "electric_bicycle"));
            list.iter().any(is_bike)
        });
        let feature = self.named(TURNS, id);
        self.turns.push(Turn {
            feature,
            from,
            via,
            to,
            is_only,
            except_bikes,
        });
    }
}

fn via(value: &Value) -> Option<Via> {
    if let Some(id) = value.as_str() {
        return Some(Via::Routes(vec![id.into()]));
    }
    let list = value.as_array()?;
    if let [x, y] = list.as_slice()
        && let (Some(x), Some(y)) = (x.as_f64(), y.as_f64())
    {
        return Some(Via::Place(Coord { x, y }));
    }
    let ids: Option<Vec<Box<str>>> = list.iter().map(|v| Some(v.as_str()?.into())).collect();
    ids.filter(|ids| !ids.is_empty()).map(Via::Routes)
}

fn integer(properties: Canonical<'_>, name: &str) -> i32 {
    properties.number(name).unwrap_or_default() as i32
}

/// Whether every coordinate is a finite number within the valid range.
fn is_usable(geometry: &Geometry<f64>) -> bool {
    use geo::CoordsIter;
    geometry
        .coords_iter()
        .all(|c| c.x.abs() <= 180.0 && c.y.abs() <= 90.0)
}

fn lines(geometry: &Geometry<f64>) -> Vec<LineString<f64>> {
    match geometry {
        Geometry::LineString(line) => vec![line.clone()],
        Geometry::MultiLineString(lines) => lines.0.clone(),
        _ => Vec::new(),
    }
}

fn polygons(geometry: &Geometry<f64>) -> &[Polygon<f64>] {
    match geometry {
        Geometry::Polygon(polygon) => std::slice::from_ref(polygon),
        Geometry::MultiPolygon(polygons) => &polygons.0,
        _ => &[],
    }
}

fn rings(geometry: &Geometry<f64>) -> Vec<LineString<f64>> {
    polygons(geometry)
        .iter()
        .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
        .cloned()
        .collect()
}

fn points(geometry: &Geometry<f64>) -> impl Iterator<Item = Coord<f64>> {
    let points = match geometry {
        Geometry::Point(point) => vec![point.0],
        Geometry::MultiPoint(points) => points.0.iter().map(|p| p.0).collect(),
        _ => Vec::new(),
    };
    points.into_iter()
}
