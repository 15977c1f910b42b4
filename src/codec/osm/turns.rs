//! Converts turn restrictions to features: the members of the relation become the ids of routes and
//! the position that they share.

use serde_json::{Map, Value, json};

use super::area::coord;
use super::elements::{Kind, Member, Part, Way};
use super::mapping::Restriction;
use super::positions::Positions;
use super::{Dropped, Item};
use crate::model::names::collection::TURNS;
use crate::model::names::property;
use crate::model::{Body, Feature, FeatureId, InChinese, Localized, Properties, both};

/// A turn restriction as it is in the file.
pub struct Turn {
    id: i64,
    restriction: Result<Restriction, Localized>,
    from: Vec<i64>,
    via_nodes: Vec<i64>,
    via_ways: Vec<i64>,
    to: Vec<i64>,
}

impl Turn {
    pub fn new(id: i64, restriction: Result<Restriction, Localized>, members: &[Member]) -> Self {
        let of = |part: Part, kind: Kind| -> Vec<i64> {
            let own = members.iter().filter(|m| m.part == part && m.kind == kind);
            own.map(|m| m.id).collect()
        };
        Self {
            id,
            restriction,
            from: of(Part::From, Kind::Way),
            via_nodes: of(Part::Via, Kind::Node),
            via_ways: of(Part::Via, Kind::Way),
            to: of(Part::To, Kind::Way),
        }
    }

    /// Converts the restriction to features, or to one dropped element. `no_entry` may have several
    /// `from` ways and `no_exit` several `to` ways; each pair of ways becomes one feature. `route`
    /// returns the way with an id if the way is imported as a route.
    pub fn items<'a>(
        &self,
        route: impl Fn(i64) -> Option<&'a Way>,
        positions: &Positions,
    ) -> Vec<Item> {
        let dropped = |field: &'static str, problem: Localized| {
            vec![Item::Dropped(Dropped {
                collection: TURNS,
                id: format!("r{}", self.id),
                field,
                problem,
            })]
        };
        let restriction = match &self.restriction {
            Ok(restriction) => restriction,
            Err(problem) => return dropped("tags", problem.clone()),
        };
        let mut items = Vec::new();
        for (n, (from, to)) in self.pairs().enumerate() {
            let via = match self.via(from, to, &route, positions) {
                Ok(via) => via,
                Err(problem) => return dropped("geometry", problem),
            };
            let mut properties = Map::new();
            properties.insert("from".into(), format!("w{from}").into());
            properties.insert("via".into(), via);
            properties.insert("to".into(), format!("w{to}").into());
            properties.insert(property::KIND.into(), restriction.kind.into());
            if !restriction.except.is_empty() {
                properties.insert("except".into(), restriction.except.clone().into());
            }
            let id = match n {
                0 => format!("r{}", self.id),
                n => format!("r{}-{}", self.id, n + 1),
            };
            match (FeatureId::new(&id), Properties::from_map(properties)) {
                (Ok(id), Ok(properties)) => items.push(Item::Feature {
                    collection: TURNS,
                    feature: Feature {
                        id,
                        body: Body {
                            geometry: None,
                            properties,
                        },
                    },
                }),
                (Err(e), _) => return dropped("tags", e.localized()),
                (_, Err(e)) => return dropped("tags", e.localized()),
            }
        }
        if items.is_empty() {
            let problem = both!(
                "应有角色为 from、via 和 to 的成员",
                "expected members with the roles from, via and to"
            );
            return dropped("geometry", problem);
        }
        items
    }

    fn pairs(&self) -> impl Iterator<Item = (i64, i64)> {
        let from = self.from.iter();
        from.flat_map(|from| self.to.iter().map(move |to| (*from, *to)))
    }

    /// The position that the two ways share, or the ways between them.
    fn via<'a>(
        &self,
        from: i64,
        to: i64,
        route: &impl Fn(i64) -> Option<&'a Way>,
        positions: &Positions,
    ) -> Result<Value, Localized> {
        let way = |id: i64| {
            let missing = || {
                both!(
                    "成员 w{id} 不是道路，或不在文件中",
                    "its member w{id} is not a route or not in the file"
                )
            };
            route(id).ok_or_else(missing)
        };
        let (first, last) = (way(from)?, way(to)?);
        if let [one, more @ ..] = self.via_ways.as_slice() {
            let mut before = (from, first);
            for id in self.via_ways.iter().copied() {
                let here = (id, way(id)?);
                check_meet(before, here)?;
                before = here;
            }
            check_meet(before, (to, last))?;
            let name = |id: &i64| Value::from(format!("w{id}"));
            return Ok(match more {
                [] => name(one),
                _ => self.via_ways.iter().map(name).collect(),
            });
        }
        let [node] = self.via_nodes.as_slice() else {
            let count = self.via_nodes.len();
            return Err(both!(
                "角色为 via 的成员应为一个节点或若干条路径，实际有 {count} 个节点",
                "expected one node, or one or more ways, with the role via; found {count} nodes"
            ));
        };
        for (id, way) in [(from, first), (to, last)] {
            if !way.nodes.contains(node) {
                return Err(both!(
                    "成员 n{node} 不在 w{id} 上",
                    "its member n{node} is not on w{id}"
                ));
            }
        }
        let place = positions.get(*node);
        let place = place.ok_or_else(|| {
            both!(
                "文件中没有成员 n{node}",
                "its member n{node} is not in the file"
            )
        })?;
        let at = coord(place);
        Ok(json!([at.x, at.y]))
    }
}

fn check_meet(a: (i64, &Way), b: (i64, &Way)) -> Result<(), Localized> {
    let shared = a.1.nodes.iter().any(|node| b.1.nodes.contains(node));
    let (first, second) = (a.0, b.0);
    let problem = || {
        both!(
            "成员 w{first} 和 w{second} 不相接",
            "its members w{first} and w{second} do not meet"
        )
    };
    shared.then_some(()).ok_or_else(problem)
}

#[cfg(test)]
mod tests;
