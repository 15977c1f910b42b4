//! Plans an island of the network: a pavilion in the middle of a pond, with a boardwalk around it and no bridge. Nobody
//! can ride or walk there, and routes must say so.
//!
//! It is added after all other features, so that it changes neither them nor the sequence of random numbers.

use serde_json::{Value, json};

use super::city::City;
use super::grids;
use super::plane::{Pt, middle, pt, rectangle};
use crate::model::names::collection::{BUILDINGS, ENTRANCES, ROUTES};

/// The pond.
const POND: &str = "朝阳湖";
/// The id of the pavilion.
const PAVILION: &str = "chaoyang-lake-pavilion";

/// The geometry of a feature, in the plane.
pub enum Shape {
    Point(Pt),
    Line(Vec<Pt>),
    Ring(Vec<Pt>),
}

/// A feature: its collection, id, geometry and properties.
pub type Planned = (&'static str, String, Shape, Value);

/// The pavilion, its door and its boardwalk.
pub fn features(city: &City) -> Vec<Planned> {
    let is_it = |name: &Option<String>| name.as_deref() == Some(POND);
    let Some(pond) = city.areas.iter().find(|area| is_it(&area.name)) else {
        return Vec::new();
    };
    let centre = middle(&pond.ring);
    let at = |x: f64, y: f64| pt(centre.x + x, centre.y + y);
    let (low, high) = (at(-6.0, -4.0), at(6.0, 4.0));
    let mut house = rectangle(low.x, low.y, high.x, high.y);
    // The door is a corner of its building, on the south side.
    let door = at(0.0, -4.0);
    house.insert(1, door);
    let step = at(0.0, -6.0);
    let around = [
        step,
        at(8.0, -6.0),
        at(8.0, 6.0),
        at(-8.0, 6.0),
        at(-8.0, -6.0),
        step,
    ];
    let boards = json!({"kind": "path", "name": "湖心亭栈道", "ebike": "no", "foot": "yes", "surface": "wood",
        "width_m": 2.0});
    vec![
        (
            BUILDINGS,
            PAVILION.to_owned(),
            Shape::Ring(house),
            json!({"name": "朝阳湖湖心亭", "kind": "other", "levels": 1, "height_m": 6.0, "elevator": false,
                "built": 2014, "grid": grids::grid_of(city, centre)}),
        ),
        (
            ENTRANCES,
            format!("{PAVILION}-door"),
            Shape::Point(door),
            json!({"kind": "service", "name": "朝阳湖湖心亭正门", "building": PAVILION, "ebike": "no",
                "foot": "yes", "opening_hours": "24/7", "evidence": "import", "guidance": "只能乘船到达"}),
        ),
        (
            ROUTES,
            "boardwalk-001".to_owned(),
            Shape::Line(vec![door, step]),
            boards.clone(),
        ),
        (
            ROUTES,
            "boardwalk-002".to_owned(),
            Shape::Line(around.to_vec()),
            boards,
        ),
    ]
}
