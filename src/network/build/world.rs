//! The data that all stages of the builder use: the ways, and the obstacles.

use std::collections::HashMap;

use super::bodies::Bodies;
use super::features::{Features, Named, Obstacle};
use super::mesh::Mesh;
use super::plane::{Plane, Pt};
use super::walls::{Wall, WallKind, Walls};
use crate::model::names::collection::COMPOUNDS;

/// The data of the network while it is built.
pub struct World<'a> {
    /// The features.
    pub features: &'a Features,
    /// The ways.
    pub mesh: Mesh,
    /// The lines that block the way.
    pub walls: Walls,
    /// Buildings that stand on the ground.
    pub buildings: Bodies,
    /// Compounds, walled or not.
    pub compounds: Bodies,
    /// Compounds by id.
    pub compound_ids: HashMap<&'a str, u32>,
}

impl<'a> World<'a> {
    /// Projects and indexes the features.
    pub fn new(features: &'a Features) -> Self {
        let plane = Plane::around(middle(features));
        let rings = |o: &Obstacle| -> Vec<Vec<Pt>> {
            let project = |l: &geo_types::LineString<f64>| {
                let mut points: Vec<Pt> = l.0.iter().map(|c| plane.point(*c)).collect();
                points.dedup();
                points
            };
            o.lines.iter().map(project).collect()
        };
        let walled = features
            .compounds
            .iter()
            .filter(|c| c.is_walled)
            .map(|c| (&c.obstacle, WallKind::Compound));
        let buildings = features.buildings.iter().map(|o| (o, WallKind::Building));
        let barriers = features.barriers.iter().map(|o| (o, WallKind::Barrier));
        let walls = barriers
            .chain(buildings)
            .chain(walled)
            .flat_map(|(obstacle, kind)| {
                rings(obstacle).into_iter().map(move |points| Wall {
                    kind,
                    feature: obstacle.feature,
                    layer: obstacle.layer,
                    points,
                })
            })
            .filter(|wall| wall.points.len() > 1);
        let on_ground = features.buildings.iter().filter(|o| o.layer == 0);
        Self {
            mesh: Mesh::new(features, plane),
            walls: Walls::new(walls.collect()),
            buildings: Bodies::new(on_ground.map(|o| (o.feature, rings(o)))),
            compounds: Bodies::new(
                features
                    .compounds
                    .iter()
                    .map(|c| (c.obstacle.feature, rings(&c.obstacle))),
            ),
            compound_ids: features.by_id(COMPOUNDS),
            features,
        }
    }

    /// A feature's name.
    pub fn name(&self, feature: u32) -> Named {
        self.features
            .name(feature)
            .cloned()
            .unwrap_or_else(|| Named {
                collection: "",
                id: "".into(),
            })
    }
}

/// The centre of the bounding box of all ways and entrances, in degrees, WGS 84.
fn middle(features: &Features) -> geo_types::Coord<f64> {
    let mut low = geo_types::Coord {
        x: f64::INFINITY,
        y: f64::INFINITY,
    };
    let mut high = geo_types::Coord {
        x: -low.x,
        y: -low.y,
    };
    let entrances = features.entrances.iter().map(|e| e.at);
    let ways = features.ways.iter().flat_map(|w| w.line.0.iter().copied());
    for c in ways.chain(entrances) {
        low.x = low.x.min(c.x);
        low.y = low.y.min(c.y);
        high.x = high.x.max(c.x);
        high.y = high.y.max(c.y);
    }
    if low.x > high.x {
        return geo_types::Coord::default();
    }
    geo_types::Coord {
        x: (low.x + high.x) / 2.0,
        y: (low.y + high.y) / 2.0,
    }
}
