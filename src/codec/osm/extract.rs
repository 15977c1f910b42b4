//! Reads an extract in three passes (relations, ways, nodes), so that a whole province fits into
//! memory: only the members, ways and positions that features need are kept.

use std::collections::{HashMap, HashSet};

use geo_types::{Geometry, Point};
use serde_json::json;

use super::area::{self, Place, coord};
use super::elements::{Elements, Entity, Kind, Member, OsmError, Way};
use super::mapping::{self, Draft, Element, Outcome, POCKET_PARK_LIMIT_M2, Shape};
use super::positions::Positions;
use super::shape::{area_as, parts_as, way_as};
use super::tags::Tags;
use super::turns::Turn;
use super::{Dropped, Item};
use crate::model::names::collection::{BUILDINGS, GREEN, POCKET_PARKS, ROUTES};
use crate::model::names::property;
use crate::model::{Body, Feature, FeatureId, InChinese, Localized, Properties, both};
use crate::spatial::{metres, validity};

/// Reads an extract and passes features and dropped elements to `sink`: nodes, then ways, then
/// relations, each in the order of the file, and turn restrictions last. `progress` gets the
/// fraction done, from 0 to 1.
///
/// # Errors
/// If the file cannot be read to its end; what `sink` received must not be used then. An error of
/// `sink` ends the reading and is returned.
pub fn read<E: From<OsmError>>(
    file: &mut dyn Elements,
    progress: &mut dyn FnMut(f64),
    sink: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    let mut extract = Extract::default();
    file.pass(
        Kind::Relation,
        &mut |share| progress(share / 3.0),
        &mut |entity| {
            if let Entity::Relation {
                id,
                tags,
                members,
                centre,
            } = entity
            {
                extract.take_relation(id, tags, members, centre);
            }
            Ok(())
        },
    )?;
    extract.load_ways(file, progress)?;
    let positions = extract.pass_nodes(file, progress, sink)?;
    extract.emit_ways(&positions, sink)?;
    extract.emit_relations(&positions, sink)?;
    extract.emit_turns(&positions, sink)
}

struct Relation {
    id: i64,
    tags: Tags,
    ways: Vec<i64>,
    /// The number of members that are relations, which an area cannot have.
    nested: usize,
    centre: Option<Place>,
}

/// The positions of ways that occur only as members of relations, by way id.
type MemberWays = HashMap<i64, Vec<Option<Place>>>;

#[derive(Default)]
struct Extract {
    relations: Vec<Relation>,
    /// The ids of the relations read so far, because a file may contain one twice.
    seen: HashSet<i64>,
    member_ways: MemberWays,
    turns: Vec<Turn>,
    ways: Vec<Way>,
    by_id: HashMap<i64, usize>,
    /// Relations that were dropped while relations were read. They are passed on later, because
    /// relations come after nodes and ways in the output.
    early: Vec<Dropped>,
}

impl Extract {
    fn take_relation(&mut self, id: i64, tags: Tags, members: Vec<Member>, centre: Option<Place>) {
        if let Some(restriction) = mapping::restriction(&tags) {
            if self.seen.insert(id) {
                self.turns.push(Turn::new(id, restriction, &members));
            }
            return;
        }
        let kind = tags.get("type").unwrap_or_default();
        if kind != "multipolygon" && kind != "boundary" {
            // A relation of type site or building groups elements that become features themselves.
            if tags.get("building").is_some() && self.seen.insert(id) {
                self.early.push(Dropped {
                    collection: BUILDINGS,
                    id: format!("r{id}"),
                    field: "tags",
                    problem: both!(
                        "类型为 {kind:?} 的关系没有轮廓，应为 type=multipolygon",
                        "a relation of type {kind:?} has no outline; expected type=multipolygon"
                    ),
                });
            }
            return;
        }
        let wanted = !mapping::outcomes(&tags, Element::AreaRelation).is_empty();
        if !wanted || !self.seen.insert(id) {
            return;
        }
        let mut ways = Vec::new();
        let mut nested = 0;
        for member in members {
            match member.kind {
                Kind::Way => {
                    ways.push(member.id);
                    if !member.given.is_empty() {
                        self.member_ways.insert(member.id, member.given);
                    }
                }
                Kind::Relation => nested += 1,
                Kind::Node => {}
            }
        }
        self.relations.push(Relation {
            id,
            tags,
            ways,
            nested,
            centre,
        });
    }

    fn load_ways(
        &mut self,
        file: &mut dyn Elements,
        progress: &mut dyn FnMut(f64),
    ) -> Result<(), OsmError> {
        let members: HashSet<i64> = self
            .relations
            .iter()
            .flat_map(|r| r.ways.iter().copied())
            .collect();
        file.pass(
            Kind::Way,
            &mut |share| progress((1.0 + share) / 3.0),
            &mut |entity| {
                if let Entity::Way(way) = entity {
                    self.take_way(way, &members);
                }
                Ok(())
            },
        )?;
        self.take_member_ways();
        Ok(())
    }

    fn take_way(&mut self, mut way: Way, members: &HashSet<i64>) {
        let wanted = !mapping::outcomes(&way.tags, way_element(&way)).is_empty();
        if !wanted && !members.contains(&way.id) {
            return;
        }
        if !wanted {
            way.tags = Tags::default();
        }
        // Overpass writes a way twice if a query requests it twice, once without its tags.
        if let Some(known) = self.by_id.get(&way.id).and_then(|i| self.ways.get_mut(*i)) {
            if known.tags.is_empty() {
                known.tags = way.tags;
            }
            if known.nodes.is_empty() {
                known.nodes = way.nodes;
            }
            known.given.extend(way.given);
            known.centre = known.centre.or(way.centre);
            return;
        }
        self.by_id.insert(way.id, self.ways.len());
        self.ways.push(way);
    }

    /// Creates ways from members whose positions only the relations contain. Their nodes get new
    /// ids; equal positions share a node, so that rings close.
    fn take_member_ways(&mut self) {
        let mut numbers: HashMap<Place, i64> = HashMap::new();
        let mut next = i64::MIN;
        for (id, places) in std::mem::take(&mut self.member_ways) {
            if self.by_id.contains_key(&id) {
                continue;
            }
            let mut way = Way {
                id,
                ..Way::default()
            };
            for place in places {
                let mut fresh = || {
                    next += 1;
                    next
                };
                let Some(place) = place else {
                    // A node that is not in the file.
                    way.nodes.push(fresh());
                    continue;
                };
                let number = *numbers.entry(place).or_insert_with(fresh);
                way.nodes.push(number);
                way.given.push((number, place));
            }
            self.by_id.insert(id, self.ways.len());
            self.ways.push(way);
        }
    }

    fn pass_nodes<E: From<OsmError>>(
        &mut self,
        file: &mut dyn Elements,
        progress: &mut dyn FnMut(f64),
        sink: &mut dyn FnMut(Item) -> Result<(), E>,
    ) -> Result<Positions, E> {
        let mut positions = Positions::wanted_by(self.ways.iter().map(|w| w.nodes.as_slice()));
        for way in &mut self.ways {
            for (id, place) in std::mem::take(&mut way.given) {
                positions.set(id, place);
            }
        }
        let mut emitted = HashSet::new();
        // Keeps an error of the sink, because the reader can only return errors of its own type.
        let mut stopped = None;
        let outcome = file.pass(
            Kind::Node,
            &mut |share| progress((2.0 + share) / 3.0),
            &mut |entity| {
                let Entity::Node { id, place, tags } = entity else {
                    return Ok(());
                };
                positions.set(id, place);
                let outcomes = mapping::outcomes(&tags, Element::Node);
                if outcomes.is_empty() || !emitted.insert(id) {
                    return Ok(());
                }
                emit_node(id, place, &tags, outcomes, sink).map_err(|e| {
                    stopped = Some(e);
                    OsmError::Damaged(Localized::new("", ""))
                })
            },
        );
        match (stopped, outcome) {
            (Some(e), _) => Err(e),
            (None, Err(e)) => Err(e.into()),
            (None, Ok(())) => Ok(positions),
        }
    }

    fn emit_ways<E>(
        &self,
        positions: &Positions,
        sink: &mut dyn FnMut(Item) -> Result<(), E>,
    ) -> Result<(), E> {
        for way in &self.ways {
            let element = way_element(way);
            let outcomes = mapping::outcomes(&way.tags, element);
            if outcomes.is_empty() {
                continue;
            }
            let id = format!("w{}", way.id);
            let places = match positions.of(&way.nodes) {
                _ if way.nodes.is_empty() => Err(only_centre()),
                found => found,
            };
            let mut built = None;
            for outcome in outcomes {
                emit(&id, &way.tags, outcome, sink, |draft| {
                    // A line that leaves the extract keeps the parts inside; an area cannot be cut
                    // that way.
                    let places = match (&places, draft.shape) {
                        (Ok(places), _) => places,
                        (Err(_), Shape::Line) if !way.nodes.is_empty() => {
                            return parts_as(draft, &positions.runs(&way.nodes));
                        }
                        (Err(problem), Shape::Point) => return centre_as(way.centre, problem),
                        (Err(problem), _) => return Err(problem.clone()),
                    };
                    let area = draft.shape == Shape::Area
                        || draft.shape == Shape::Point && element == Element::ClosedWay;
                    if area {
                        let area = built
                            .get_or_insert_with(|| area::assemble(std::slice::from_ref(places)));
                        return area_as(draft.shape, area.as_ref());
                    }
                    way_as(draft, places)
                })?;
            }
        }
        Ok(())
    }

    fn emit_relations<E>(
        &mut self,
        positions: &Positions,
        sink: &mut dyn FnMut(Item) -> Result<(), E>,
    ) -> Result<(), E> {
        for dropped in std::mem::take(&mut self.early) {
            sink(Item::Dropped(dropped))?;
        }
        for relation in &self.relations {
            let id = format!("r{}", relation.id);
            let area = self.relation_area(relation, positions);
            for outcome in mapping::outcomes(&relation.tags, Element::AreaRelation) {
                emit(&id, &relation.tags, outcome, sink, |draft| {
                    match (&area, draft.shape) {
                        (Err(problem), Shape::Point) => centre_as(relation.centre, problem),
                        (area, shape) => area_as(shape, area.as_ref()),
                    }
                })?;
            }
        }
        Ok(())
    }

    fn emit_turns<E>(
        &self,
        positions: &Positions,
        sink: &mut dyn FnMut(Item) -> Result<(), E>,
    ) -> Result<(), E> {
        let route = |id: i64| {
            let way = self.ways.get(*self.by_id.get(&id)?)?;
            mapping::is_in(ROUTES, &way.tags, way_element(way)).then_some(way)
        };
        for turn in &self.turns {
            for item in turn.items(route, positions) {
                sink(item)?;
            }
        }
        Ok(())
    }

    fn relation_area(
        &self,
        relation: &Relation,
        positions: &Positions,
    ) -> Result<Geometry<f64>, Localized> {
        let mut ways = Vec::new();
        let mut missing = 0;
        let mut first_missing = None;
        for id in &relation.ways {
            match self.by_id.get(id).and_then(|i| self.ways.get(*i)) {
                Some(way) => {
                    ways.push(positions.of(&way.nodes).map_err(|Localized { zh, en }| {
                        both!("成员 w{id}：{zh}", "member w{id}: {en}")
                    })?)
                }
                None => {
                    missing += 1;
                    first_missing.get_or_insert(*id);
                }
            }
        }
        if let Some(first) = first_missing {
            let total = relation.ways.len();
            let more = if missing > 1 { "…" } else { "" };
            return Err(both!(
                "文件缺少其 {total} 条成员路径中的 {missing} 条（w{first}{more}）",
                "{missing} of its {total} member ways are not in the file (w{first}{more})"
            ));
        }
        if relation.ways.is_empty() && relation.centre.is_some() {
            return Err(only_centre());
        }
        if ways.is_empty() && relation.nested > 0 {
            return Err(both!(
                "其成员是关系，应为路径",
                "its members are relations; expected ways"
            ));
        }
        area::assemble(&ways)
    }
}

/// The problem of an element for which the file has the centre, but not the nodes or members.
fn only_centre() -> Localized {
    both!(
        "文件中只有其中心点；请在 Overpass 查询中用 `out geom` 取得轮廓",
        "the file contains only its centre; use `out geom` in the Overpass query to get its outline"
    )
}

fn centre_as(centre: Option<Place>, problem: &Localized) -> Result<Geometry<f64>, Localized> {
    let centre = centre.ok_or_else(|| problem.clone())?;
    Ok(Geometry::Point(Point(coord(centre))))
}

fn way_element(way: &Way) -> Element {
    let nodes = &way.nodes;
    // If only the centre is known, the way is most likely a building or a park.
    let only_centre = nodes.is_empty() && way.centre.is_some();
    if only_centre || nodes.len() > 3 && nodes.first() == nodes.last() {
        Element::ClosedWay
    } else {
        Element::OpenWay
    }
}

fn emit_node<E>(
    id: i64,
    place: Place,
    tags: &Tags,
    outcomes: Vec<Outcome>,
    sink: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    for outcome in outcomes {
        emit(&format!("n{id}"), tags, outcome, sink, |_| {
            Ok(Geometry::Point(Point(coord(place))))
        })?;
    }
    Ok(())
}

/// Passes the outcome of a mapping rule to the sink.
fn emit<E>(
    id: &str,
    tags: &Tags,
    outcome: Outcome,
    sink: &mut dyn FnMut(Item) -> Result<(), E>,
    shape: impl FnOnce(&Draft) -> Result<Geometry<f64>, Localized>,
) -> Result<(), E> {
    let dropped = |collection, field, problem| {
        Item::Dropped(Dropped {
            collection,
            id: id.to_owned(),
            field,
            problem,
        })
    };
    let mut draft = match outcome {
        Outcome::Drop {
            collection,
            problem,
        } => return sink(dropped(collection, "tags", problem)),
        Outcome::Draft(draft) => draft,
    };
    if tags.damaged {
        let problem = both!("标签不是 UTF-8 编码", "a tag is not UTF-8");
        return sink(dropped(draft.collection, "tags", problem));
    }
    let geometry = match shape(&draft) {
        Ok(geometry) => validity::normalise(geometry),
        Err(problem) => return sink(dropped(draft.collection, "geometry", problem)),
    };
    if draft.collection == GREEN
        && matches!(
            draft.properties[property::KIND].as_str(),
            Some("park" | "garden")
        )
    {
        let area = metres::area(&geometry);
        if area < POCKET_PARK_LIMIT_M2 {
            draft.collection = POCKET_PARKS;
            draft
                .properties
                .insert("area_m2".into(), json!((area * 10.0).round() / 10.0));
        }
    }
    let named = FeatureId::new(id)
        .map_err(|e| e.localized())
        .and_then(|id| {
            let properties = Properties::from_map(draft.properties).map_err(|e| e.localized())?;
            Ok((id, properties))
        });
    sink(match named {
        Ok((id, properties)) => Item::Feature {
            collection: draft.collection,
            feature: Feature {
                id,
                body: Body {
                    geometry: Some(geometry),
                    properties,
                },
            },
        },
        Err(problem) => dropped(draft.collection, "tags", problem),
    })
}

#[cfg(test)]
mod tests;
