//! Whether the rules of placement permit a facility at a position of the map.

use geo_types::Coord;

use crate::index::{Collection, Collections, Entry};
use crate::model::names::property;
use crate::model::{Localized, RoleSet};
use crate::planning::placement::{Placement, Relation, Rule};
use crate::service::planning::FacilityAsk;
use crate::service::planning::shown::Shown;

/// The width of the widest way, in metres. Ways farther away than half of this are not checked.
const WIDEST_M: f64 = 60.0;

/// The rules of placement for a facility on a map.
#[derive(Debug)]
pub(super) struct Placing<'a> {
    rules: Vec<(&'a Rule, &'a Collection)>,
    roles: RoleSet,
}

impl<'a> Placing<'a> {
    /// The rules that hold for a facility and whose layers are on the map. A property that `roles` may not see counts
    /// as absent.
    pub fn new(
        placement: &'a Placement,
        map: &'a Collections,
        (facility, roles): (&FacilityAsk, RoleSet),
    ) -> Self {
        let holds = |rule: &&Rule| rule.holds_for(&facility.collection, facility.kind.as_deref());
        let rules = placement.iter().filter(holds);
        let rules = rules.filter_map(|rule| {
            let layer = map.get(&rule.collection)?;
            Some((rule, &**layer))
        });
        Self {
            rules: rules.collect(),
            roles,
        }
    }

    /// Whether one of the rules was not checked against its source.
    pub fn has_unverified(&self) -> bool {
        self.rules.iter().any(|(rule, _)| !rule.verified)
    }

    /// The reason of the first rule that forbids a facility at a position; `None` if no rule does.
    pub fn refusal(&self, at: Coord<f64>, is_host: bool) -> Option<Localized> {
        let rules = self.rules.iter().filter(|(rule, _)| rule.hosts || !is_host);
        rules
            .filter_map(|(rule, layer)| refuses(rule, layer, at, self.roles))
            .next()
    }
}

fn refuses(rule: &Rule, layer: &Collection, at: Coord<f64>, roles: RoleSet) -> Option<Localized> {
    let counts = |entry: &Entry| {
        rule.values.is_empty()
            || Shown::of(layer, entry, roles)
                .text(&rule.property)
                .is_some_and(|value| rule.values.iter().any(|v| *v == value))
    };
    let said = |entry: &Entry, metres: f64| {
        let properties = Shown::of(layer, entry, roles);
        rule.refusal(metres, properties.text(property::NAME).as_deref())
    };
    match rule.relation {
        Relation::Inside => {
            let around = layer.covering(at);
            let found = around.iter().find(|entry| counts(entry))?;
            Some(said(found, 0.0))
        }
        Relation::NearerThan(least) => {
            let near = layer.within(at, least);
            let (found, metres) = near.iter().find(|(e, m)| *m < least && counts(e))?;
            Some(said(found, *metres))
        }
        Relation::On(width) => {
            let half = |entry: &Entry| {
                let own = Shown::of(layer, entry, roles).number("width_m");
                own.unwrap_or(width) / 2.0
            };
            let near = layer.within(at, WIDEST_M / 2.0);
            let (found, metres) = near.iter().find(|(e, m)| *m < half(e) && counts(e))?;
            Some(said(found, *metres))
        }
    }
}
