//! Finds the grid, community, compound, building and kind of housing of a report's place, which is given as a geometry,
//! a building or an entrance.

use geo::InteriorPoint as _;
use geo_types::{Coord, Geometry};
use serde_json::{Map, Value};

use crate::index::{Collections, Entry};
use crate::model::names::collection::{BUILDINGS, COMPOUNDS, ENTRANCES, GRIDS};
use crate::model::names::property;
use crate::model::{Canonical, FeatureId, InChinese, Localized, Role, both};
use crate::spatial::{bounds, metres, validity};
use crate::warnings::rules::is_private;
use crate::warnings::{PrivatePlace, Report};

/// A point within this distance of a building, in metres, counts as at that building.
pub const AT_BUILDING_M: f64 = 10.0;

/// A report that is farther than this from the bounding box of the grids, in metres, is pending review.
pub const OUTSIDE_M: f64 = 300.0;

/// How a report gives its place.
#[derive(Debug, Clone, PartialEq)]
pub enum Where {
    /// A geometry in WGS 84, in degrees.
    Geometry(Geometry<f64>),
    /// The id of a building.
    Building(FeatureId),
    /// A gate or door, by its id.
    Entrance(FeatureId),
}

/// Why a place is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhereError {
    /// The map has no such building.
    #[error(
        "there is no building {0:?} on the map; use the id of a feature in the collection buildings"
    )]
    NoBuilding(String),
    /// The map has no such entrance.
    #[error(
        "there is no entrance {0:?} on the map; use the id of a feature in the collection entrances"
    )]
    NoEntrance(String),
    /// The geometry is empty, crosses itself or lies outside the valid range of coordinates.
    #[error("the geometry cannot be used: {0}")]
    Geometry(Localized),
}

impl InChinese for WhereError {
    fn zh(&self) -> String {
        match self {
            Self::NoBuilding(id) => format!("地图上没有楼栋“{id}”，请填写楼栋图层中的编号"),
            Self::NoEntrance(id) => format!("地图上没有出入口“{id}”，请填写出入口图层中的编号"),
            Self::Geometry(why) => format!("所选地点无法使用：{}", why.zh),
        }
    }
}

/// A place and the features that contain it; `None` where the map has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The given geometry, a point inside the building, or the position of the entrance.
    pub geometry: Geometry<f64>,
    /// A point of the geometry, from which distances are measured.
    pub anchor: Coord<f64>,
    /// The id of the grid.
    pub grid: Option<String>,
    /// The id of the community that the grid belongs to.
    pub community: Option<String>,
    /// The id of the compound.
    pub compound: Option<String>,
    /// The id of the building.
    pub building: Option<String>,
    /// The number of the unit behind the entrance.
    pub building_unit: Option<String>,
    /// The housing type of the building, or of its compound.
    pub housing: Option<String>,
    /// The place as a text: the name of the entrance, of the building or of the compound.
    pub words: Option<String>,
}

/// A point in or on a geometry; `None` if the geometry is empty.
pub fn anchor(geometry: &Geometry<f64>) -> Option<Coord<f64>> {
    match geometry {
        Geometry::Point(p) => Some(p.0),
        other => other.interior_point().map(|p| p.0),
    }
}

/// The id of the community at a position; `None` if there is none.
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

/// The id of the community of a grid, by the id of the grid. The inner value is `None` if the grid belongs to no
/// community; the outer one if there is no feature of the kind grid with this id.
pub fn community_of_grid(map: &Collections, id: &str) -> Option<Option<String>> {
    let known = Known::of(map.get(GRIDS)?.get(id)?);
    let is = |known: &Known, kind: &str| known.text(property::KIND).is_some_and(|k| k == kind);
    is(&known, "grid").then(|| {
        let parent = grid(map, &known.text(property::PARENT)?)?;
        is(&parent, "community").then_some(parent.id)
    })
}

/// The streets (街道) of a map.
#[derive(Debug)]
pub struct Streets<'a> {
    map: &'a Collections,
    /// The id of the only street, if the map has exactly one.
    only: Option<String>,
}

impl<'a> Streets<'a> {
    /// The streets of a map.
    pub fn of(map: &'a Collections) -> Self {
        let grids = map.get(GRIDS).into_iter().flat_map(|c| c.iter());
        let mut streets = grids.filter(|e| {
            let kind = Canonical::new(e.all_properties()).text(property::KIND);
            kind.is_some_and(|kind| kind == "street")
        });
        let only = match (streets.next(), streets.next()) {
            (Some(street), None) => Some(street.id().to_string()),
            _ => None,
        };
        Self { map, only }
    }

    /// The id of the street that contains a grid or a community. If the map has one street, every place is in it.
    pub fn around(&self, area: Option<&str>) -> Option<String> {
        if let Some(only) = &self.only {
            return Some(only.clone());
        }
        let mut link = area.map(str::to_owned);
        // Grid, community, street. Wrong links may form a circle.
        for _ in 0..4 {
            let area = grid(self.map, &link?)?;
            if area.text(property::KIND).is_some_and(|k| k == "street") {
                return Some(area.id);
            }
            link = area.text(property::PARENT);
        }
        None
    }
}

impl Place {
    /// Looks a place up.
    ///
    /// # Errors
    /// If there is no such building or entrance, or the geometry is not valid.
    pub fn locate(map: &Collections, at: &Where) -> Result<Self, WhereError> {
        let mut entrance = None;
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
            Where::Entrance(id) => {
                let missing = || WhereError::NoEntrance(id.to_string());
                let gate = map
                    .get(ENTRANCES)
                    .and_then(|c| c.get(id.as_str()))
                    .ok_or_else(missing)?;
                let at = gate.geometry().and_then(anchor).ok_or_else(missing)?;
                let known = Known::of(gate);
                let house = known
                    .text(property::BUILDING)
                    .and_then(|id| map.get(BUILDINGS)?.get(&id).cloned());
                entrance = Some((known, gate));
                (Geometry::Point(at.into()), house)
            }
        };
        let anchor = anchor(&geometry).ok_or_else(|| {
            WhereError::Geometry(both!("没有坐标", "the geometry has no position"))
        })?;
        // A report about an entrance gets no building from the map: a gate stands between two areas, so the
        // nearest building need not belong to it.
        let house = named.or_else(|| {
            if entrance.is_some() {
                return None;
            }
            let near = map.get(BUILDINGS)?.nearest(anchor, 1, AT_BUILDING_M);
            near.into_iter().next().map(|(entry, _)| entry)
        });
        let known = |collection: &str, entry: &Entry| {
            let name = map
                .get(collection)
                .is_none_or(|c| c.schema().shows(Role::Public, property::NAME));
            let mut known = Known::of(entry);
            // The text of the place is public, so a name that the public may not see is left out.
            if !name {
                known.properties.remove(property::NAME);
            }
            known
        };
        let house = house.as_deref().map(|e| known(BUILDINGS, e));
        let entrance = entrance.map(|(_, entry)| known(ENTRANCES, entry));
        let compound = house
            .as_ref()
            .and_then(|h| h.text(property::COMPOUND))
            .or_else(|| entrance.as_ref()?.text(property::COMPOUND))
            .and_then(|id| map.get(COMPOUNDS)?.get(&id).cloned())
            .or_else(|| map.get(COMPOUNDS)?.covering(anchor).into_iter().next());
        let compound = compound.as_deref().map(|e| known(COMPOUNDS, e));
        // A building on the border of two grids belongs to the grid in its property `grid`.
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
            building_unit: entrance
                .as_ref()
                .filter(|_| house.is_some())
                .filter(|_| {
                    let doors = map.get(ENTRANCES);
                    doors.is_none_or(|c| c.schema().shows(Role::Public, "unit"))
                })
                .and_then(|e| e.text("unit")),
            words: entrance
                .as_ref()
                .and_then(|e| e.text(property::NAME))
                .or_else(|| either(property::NAME)),
            geometry,
            anchor,
            grid: grid.map(|k| k.id),
            community: community.map(|k| k.id),
            compound: compound.map(|k| k.id),
            building: house.map(|k| k.id),
        })
    }

    /// Adds to a report what the map says about its place.
    pub fn describe(&self, mut report: Report) -> Report {
        report.grid.clone_from(&self.grid);
        report.community.clone_from(&self.community);
        if is_private(&report.category) {
            let unit = report.building_unit.take();
            report.private_place = Some(PrivatePlace {
                lon: self.anchor.x,
                lat: self.anchor.y,
                compound: self.compound.clone(),
                building: self.building.clone(),
                entrance: report.entrance.take(),
                place: report
                    .place
                    .take()
                    .or_else(|| self.words_with(unit.as_deref())),
                building_unit: unit.or_else(|| self.building_unit.clone()),
            });
            return report;
        }
        report.compound.clone_from(&self.compound);
        report.building.clone_from(&self.building);
        report.housing.clone_from(&self.housing);
        if report.place.is_none() {
            report.place = self.words_with(report.building_unit.as_deref());
        }
        if report.building_unit.is_none() {
            report.building_unit.clone_from(&self.building_unit);
        }
        report
    }

    /// The geometry that a case of this category shows. For a private one it is a point of its grid, which says nothing
    /// about the place in the grid; outside of all grids, the position rounded to about a kilometre.
    pub fn shown(&self, map: &Collections, category: &str) -> Geometry<f64> {
        if !is_private(category) {
            return self.geometry.clone();
        }
        let grid = self.grid.as_deref().and_then(|id| map.get(GRIDS)?.get(id));
        let inside = grid.and_then(|g| anchor(g.geometry()?));
        let coarse = |degrees: f64| (degrees * 100.0).round() / 100.0;
        let point = inside.unwrap_or(Coord {
            x: coarse(self.anchor.x),
            y: coarse(self.anchor.y),
        });
        Geometry::Point(point.into())
    }

    /// The place as a text with a unit of its building: 温泉花园3号楼2单元. The name of an entrance already says which
    /// unit it is.
    pub fn words_with(&self, unit: Option<&str>) -> Option<String> {
        let mut words = self.words.clone()?;
        if let Some(unit) = unit
            && self.building.is_some()
            && self.building_unit.is_none()
        {
            words.push_str(unit);
            words.push_str("单元");
        }
        Some(words)
    }

    /// Whether the place is farther than `margin_m` metres from the bounding box of the grids. If the map has no
    /// grids, no place is outside.
    pub fn is_outside(&self, map: &Collections, margin_m: f64) -> bool {
        let extent = map.get(GRIDS).and_then(|c| c.bounds());
        extent.is_some_and(|area: bounds::Bounds| metres::at_least(self.anchor, &area) > margin_m)
    }
}

/// A grid by its id, or by its code if the link contains a code.
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

    /// Two grids side by side. The western one contains a compound with a building at the border.
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
    fn a_place_given_by_its_building_gets_all_details_from_the_map() {
        let request = Where::Building(FeatureId::new("wq-3").unwrap());
        let place = Place::locate(&map(), &request).unwrap();
        assert_eq!(place.grid.as_deref(), Some("g1"));
        assert_eq!(place.community.as_deref(), Some("c1"));
        assert_eq!(place.compound.as_deref(), Some("wq"));
        assert_eq!(place.housing.as_deref(), Some("commodity"));
        assert_eq!(place.words.as_deref(), Some("温泉花园3号楼"));
        let with_unit = place.words_with(Some("2"));
        assert_eq!(with_unit.as_deref(), Some("温泉花园3号楼2单元"));
        assert!(matches!(place.geometry, Geometry::Point(_)));
        let request = Where::Building(FeatureId::new("wq-9").unwrap());
        let error = Place::locate(&map(), &request).unwrap_err();
        assert_eq!(error, WhereError::NoBuilding("wq-9".into()));
    }

    #[test]
    fn a_point_near_a_building_is_at_it_and_a_point_across_the_yard_is_not() {
        // Points nine and a hundred metres north of the building.
        let near = Place::locate(&map(), &at(117.0045, 39.00528)).unwrap();
        assert_eq!(near.building.as_deref(), Some("wq-3"));
        let far = Place::locate(&map(), &at(117.0045, 39.0062)).unwrap();
        assert_eq!(far.building, None);
        assert_eq!(far.housing.as_deref(), Some("old_estate"));
        assert_eq!(far.words.as_deref(), Some("温泉花园"));
        assert_eq!(far.grid.as_deref(), Some("g1"));
    }

    #[test]
    fn a_place_outside_of_all_grids_has_no_details_and_is_recognised() {
        let place = Place::locate(&map(), &at(117.1, 39.0)).unwrap();
        assert_eq!((place.grid.clone(), place.building.clone()), (None, None));
        assert!(place.is_outside(&map(), 500.0));
        let inside = Place::locate(&map(), &at(117.0101, 39.0)).unwrap();
        assert!(!inside.is_outside(&map(), 500.0));
    }
}
