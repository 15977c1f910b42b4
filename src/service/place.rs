//! Places of reports: from a point or a building to its grid, community, compound, building and housing on
//! the map.

use geo::InteriorPoint as _;
use geo_types::{Coord, Geometry};
use serde_json::{Map, Value};

use crate::index::{Collections, Entry};
use crate::model::names::collection::{BUILDINGS, COMPOUNDS, GRIDS};
use crate::model::names::property;
use crate::model::{FeatureId, InChinese, Localized, Role, both};
use crate::spatial::{bounds, metres, validity};
use crate::warnings::Report;

/// A place within this distance of a building, in metres, is at that building.
pub const AT_BUILDING_M: f64 = 10.0;

/// How a report says where it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Where {
    /// By a geometry in WGS 84, degrees.
    Geometry(Geometry<f64>),
    /// A building, by its id.
    Building(FeatureId),
}

/// Why a place is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhereError {
    /// The map has no such building.
    #[error("there is no building {0:?} on the map")]
    NoBuilding(String),
    /// The geometry is empty, crosses itself or leaves the globe.
    #[error("the geometry cannot be used: {0}")]
    Geometry(Localized),
}

impl InChinese for WhereError {
    fn zh(&self) -> String {
        match self {
            Self::NoBuilding(id) => format!("地图上没有楼栋“{id}”"),
            Self::Geometry(why) => format!("所选地点无法使用：{}", why.zh),
        }
    }
}

/// A place and the features that contain it; `None` where the map has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The given geometry, or a point inside the building.
    pub geometry: Geometry<f64>,
    /// One point of it, from which distances are measured.
    pub anchor: Coord<f64>,
    /// The grid's id.
    pub grid: Option<String>,
    /// The id of the community that the grid belongs to.
    pub community: Option<String>,
    /// The compound's id.
    pub compound: Option<String>,
    /// The building's id.
    pub building: Option<String>,
    /// The building's housing, or its compound's.
    pub housing: Option<String>,
    /// In words: the building's name, or the compound's.
    pub words: Option<String>,
}

/// A point that lies in, or on, a geometry; `None` where it is empty.
pub fn anchor(geometry: &Geometry<f64>) -> Option<Coord<f64>> {
    match geometry {
        Geometry::Point(p) => Some(p.0),
        other => other.interior_point().map(|p| p.0),
    }
}

/// The id of the community in which a position lies; `None` where the map has none there.
pub fn community_at(map: &Collections, position: Coord<f64>) -> Option<String> {
    let grids = map.get(GRIDS)?.covering(position);
    let known: Vec<Known> = grids.iter().map(|e| Known::of(e)).collect();
    let is = |known: &Known, kind: &str| known.text(property::KIND).is_some_and(|k| k == kind);
    let named = known
        .iter()
        .find(|k| is(k, "community"))
        .map(|k| k.id.clone());
    named.or_else(|| known.iter().find(|k| is(k, "grid"))?.text(property::PARENT))
}

impl Place {
    /// Looks a place up.
    ///
    /// # Errors
    /// When there is no such building or the geometry is not valid.
    pub fn locate(map: &Collections, at: &Where) -> Result<Self, WhereError> {
        let (geometry, named) = match at {
            Where::Geometry(geometry) => {
                validity::validate(geometry).map_err(|e| WhereError::Geometry(e.localized()))?;
                (validity::normalise(geometry.clone()), None)
            }
            Where::Building(id) => {
                let missing = || WhereError::NoBuilding(id.to_string());
                let house = map
                    .get(BUILDINGS)
                    .and_then(|c| c.get(id.as_str()))
                    .ok_or_else(missing)?;
                let inside = house.geometry().and_then(anchor).ok_or_else(missing)?;
                (Geometry::Point(inside.into()), Some(house.clone()))
            }
        };
        let anchor = anchor(&geometry).ok_or_else(|| {
            WhereError::Geometry(both!("没有坐标", "the geometry has no position"))
        })?;
        let house = named.or_else(|| {
            let near = map.get(BUILDINGS)?.nearest(anchor, 1, AT_BUILDING_M);
            near.into_iter().next().map(|(entry, _)| entry)
        });
        let known = |collection: &str, entry: &Entry| {
            let name = map
                .get(collection)
                .is_none_or(|c| c.schema().shows(Role::Public, property::NAME));
            let mut known = Known::of(entry);
            // The place in words is public, so it is made of a name that is.
            if !name {
                known.properties.remove(property::NAME);
            }
            known
        };
        let house = house.as_deref().map(|e| known(BUILDINGS, e));
        let compound = house
            .as_ref()
            .and_then(|h| h.text(property::COMPOUND))
            .and_then(|id| map.get(COMPOUNDS)?.get(&id).cloned())
            .or_else(|| map.get(COMPOUNDS)?.covering(anchor).into_iter().next());
        let compound = compound.as_deref().map(|e| known(COMPOUNDS, e));
        // A house that says its grid may stand on the line between two.
        let grid = match house.as_ref().and_then(|h| h.text(property::GRID)) {
            Some(said) => grid(map, &said),
            None => map.get(GRIDS).and_then(|grids| {
                let around = grids.covering(anchor);
                let known = around.iter().map(|e| Known::of(e));
                let mut grids =
                    known.filter(|k| k.text(property::KIND).is_none_or(|kind| kind == "grid"));
                grids.next()
            }),
        };
        let community = grid
            .as_ref()
            .and_then(|g| g.text(property::PARENT))
            .and_then(|parent| self::grid(map, &parent))
            .filter(|g| {
                g.text(property::KIND)
                    .is_some_and(|kind| kind == "community")
            });
        let either = |key: &str| {
            let of = |known: &Option<Known>| known.as_ref().and_then(|k| k.text(key));
            of(&house).or_else(|| of(&compound))
        };
        Ok(Self {
            housing: either(property::HOUSING),
            words: either(property::NAME),
            geometry,
            anchor,
            grid: grid.map(|k| k.id),
            community: community.map(|k| k.id),
            compound: compound.map(|k| k.id),
            building: house.map(|k| k.id),
        })
    }

    /// A report with what the map says of its place, where the report itself does not.
    pub fn describe(&self, mut report: Report) -> Report {
        report.grid.clone_from(&self.grid);
        report.community.clone_from(&self.community);
        report.compound.clone_from(&self.compound);
        report.building.clone_from(&self.building);
        report.housing.clone_from(&self.housing);
        if report.place.is_none() {
            report.place.clone_from(&self.words);
        }
        report
    }

    /// Whether it is farther than `margin_m` metres outside of everything the map's grids cover. A
    /// map without grids has no outside.
    pub fn is_outside(&self, map: &Collections, margin_m: f64) -> bool {
        let extent = map.get(GRIDS).and_then(|c| c.bounds());
        extent.is_some_and(|area: bounds::Bounds| metres::at_least(self.anchor, &area) > margin_m)
    }
}

/// A grid by its id or, where a link names that instead, by its code.
fn grid(map: &Collections, link: &str) -> Option<Known> {
    let grids = map.get(GRIDS)?;
    if let Some(entry) = grids.get(link) {
        return Some(Known::of(entry));
    }
    grids
        .iter()
        .map(|e| Known::of(e))
        .find(|k| k.text(property::CODE).is_some_and(|code| code == link))
}

/// A feature's id and properties.
struct Known {
    id: String,
    properties: Map<String, Value>,
}

impl Known {
    fn of(entry: &Entry) -> Self {
        Self {
            id: entry.id().to_string(),
            properties: serde_json::from_str(entry.all_properties()).unwrap_or_default(),
        }
    }

    fn text(&self, key: &str) -> Option<String> {
        let said = self.properties.get(key)?.as_str()?;
        (!said.is_empty()).then(|| said.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Body, CollectionId, Properties, Record};
    use geo_types::{Point, Rect};
    use serde_json::json;

    fn row(collection: &str, id: &str, area: Option<(f64, f64, f64, f64)>, said: Value) -> Record {
        Record {
            collection: CollectionId::new(collection).unwrap(),
            id: FeatureId::new(id).unwrap(),
            seq: 1,
            updated_at: jiff::Timestamp::UNIX_EPOCH,
            body: Some(Body {
                geometry: area.map(|(w, s, e, n)| {
                    let corners = (Coord { x: w, y: s }, Coord { x: e, y: n });
                    Rect::new(corners.0, corners.1).to_polygon().into()
                }),
                properties: Properties::parse(&said.to_string()).unwrap(),
            }),
        }
    }

    /// Two grids side by side, an estate in the western one, a house in it at the line.
    fn map() -> Collections {
        let mut rows: Vec<Record> = ["grids", "compounds", "buildings"]
            .into_iter()
            .map(|c| row("$schemas", c, None, json!({})))
            .collect();
        let west = (117.000, 39.0, 117.005, 39.01);
        let east = (117.005, 39.0, 117.010, 39.01);
        rows.extend([
            row("grids", "c1", Some((117.0, 39.0, 117.01, 39.01)), json!({"kind": "community", "code": "12"})),
            row("grids", "g1", Some(west), json!({"kind": "grid", "parent": "12"})),
            row("grids", "g2", Some(east), json!({"kind": "grid", "parent": "c1"})),
            row("compounds", "wq", Some(west), json!({"name": "温泉花园", "housing": "old_estate"})),
            row("buildings", "wq-3", Some((117.0040, 39.005, 117.0050, 39.0052)), json!({"name": "温泉花园3号楼", "compound": "wq", "grid": "g1", "housing": "commodity"})),
        ]);
        let (map, problems) = Collections::load(rows);
        assert!(problems.is_empty());
        map
    }

    fn at(x: f64, y: f64) -> Where {
        Where::Geometry(Point::new(x, y).into())
    }

    #[test]
    fn a_building_says_everything_about_the_place() {
        let request = Where::Building(FeatureId::new("wq-3").unwrap());
        let place = Place::locate(&map(), &request).unwrap();
        assert_eq!(place.grid.as_deref(), Some("g1"));
        assert_eq!(place.community.as_deref(), Some("c1"));
        assert_eq!(place.compound.as_deref(), Some("wq"));
        assert_eq!(place.housing.as_deref(), Some("commodity"));
        assert_eq!(place.words.as_deref(), Some("温泉花园3号楼"));
        assert!(matches!(place.geometry, Geometry::Point(_)));
        let request = Where::Building(FeatureId::new("wq-9").unwrap());
        let error = Place::locate(&map(), &request).unwrap_err();
        assert_eq!(error, WhereError::NoBuilding("wq-9".into()));
    }

    #[test]
    fn before_the_door_is_at_the_house_and_across_the_yard_is_not() {
        // Nine metres north of it, and a hundred.
        let near = Place::locate(&map(), &at(117.0045, 39.00528)).unwrap();
        assert_eq!(near.building.as_deref(), Some("wq-3"));
        let far = Place::locate(&map(), &at(117.0045, 39.0062)).unwrap();
        assert_eq!(far.building, None);
        assert_eq!(far.housing.as_deref(), Some("old_estate"));
        assert_eq!(far.words.as_deref(), Some("温泉花园"));
        assert_eq!(far.grid.as_deref(), Some("g1"));
    }

    #[test]
    fn beside_the_map_nothing_is_known_and_that_shows() {
        let place = Place::locate(&map(), &at(117.1, 39.0)).unwrap();
        assert_eq!((place.grid.clone(), place.building.clone()), (None, None));
        assert!(place.is_outside(&map(), 500.0));
        let inside = Place::locate(&map(), &at(117.0101, 39.0)).unwrap();
        assert!(!inside.is_outside(&map(), 500.0));
    }
}
