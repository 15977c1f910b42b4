//! The coverage of the facilities of the map, kept with the walks that were searched, so that further facilities can be
//! tried quickly.

use std::sync::Arc;

use super::ask::CoverageAsk;
use super::people::{People, join};
use super::sites::Sites;
use super::straight::Straight;
use crate::live::Ways;
use crate::network::core::Profile;
use crate::network::walking::{Field, Graph, Heading, Joins, Measure, Moment, Walk};
use crate::planning::coverage::{Count, Doorway, Rule};
use crate::service::routes::{Ground, Joined, up_ds};

/// How many of the nearest facilities are kept for each door: the second one is for the backup share.
const WANTED: usize = 2;

/// The coverage of the facilities of the map, with everything that is needed to try further ones.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) people: Arc<People>,
    pub(super) found: Arc<Found>,
    pub(super) count: Count,
    pub(super) straight: Straight,
}

/// What depends on the facilities and the moment, and not on how near a facility must be. Coverages with other
/// distances share it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) sites: Sites,
    pub(super) walks: Walks,
    /// The walks by length, if the standard is measured in time.
    pub(super) lengths: Option<Walks>,
    pub(super) doorways: Vec<Doorway>,
}

/// The walks from all doors to their nearest facilities, in one measure: length or time.
#[derive(Debug)]
pub(super) struct Walks {
    graph: Graph,
    pub(super) field: Field,
    pub(super) factor: u32,
}

impl Walks {
    pub(super) fn new(
        ground: &Ground,
        ways: &Ways,
        ask: &CoverageAsk,
        (people, sites): (&People, &Sites),
        (measure, wanted): (Measure, usize),
    ) -> Self {
        let heading = match ask.standard.there_and_back {
            true => Heading::ThereAndBack,
            false => Heading::ToSite,
        };
        let factor = match heading {
            Heading::ThereAndBack => 2,
            Heading::ToSite | Heading::FromSite => 1,
        };
        let moment = Moment {
            at: ask.at.as_millisecond().div_euclid(100),
            measure,
            heading,
        };
        let (topology, profile) = (&ways.topology, &ask.profile);
        let places = people.joins(measure, factor);
        let graph = Graph::new(topology, ground.table.as_ref(), profile, moment, &places);
        let mut all = Joins::default();
        for joined in &sites.joined {
            all.push(joined.iter().map(|j| join(j, measure, factor)));
        }
        let walking = graph.on(topology, ground.table.as_ref(), profile);
        let field = walking.field(&all, wanted, u32::MAX);
        Self {
            graph,
            field,
            factor,
        }
    }

    /// Returns the walks to the added `sites` that are among the nearest of their door, each with the number of the
    /// door. The added sites are numbered from `first` on.
    pub(super) fn with(
        &self,
        ground: &Ground,
        ways: &Ways,
        profile: &Profile,
        (sites, first): (&[Vec<Joined>], u32),
    ) -> Vec<(u32, Walk)> {
        let mut joins = Joins::default();
        for joined in sites {
            let measure = self.graph.moment().measure;
            joins.push(joined.iter().map(|j| join(j, measure, self.factor)));
        }
        let walking = self
            .graph
            .on(&ways.topology, ground.table.as_ref(), profile);
        walking.with(&self.field, &joins, first, u32::MAX)
    }
}

impl Found {
    pub(super) fn new(
        ground: &Ground,
        ways: &Ways,
        ask: &CoverageAsk,
        people: &People,
        sites: Sites,
    ) -> Self {
        let measure = ask.standard.reach.measure();
        let of = (people, &sites);
        let walks = Walks::new(ground, ways, ask, of, (measure, WANTED));
        let lengths = (measure == Measure::Time)
            .then(|| Walks::new(ground, ways, ask, of, (Measure::Length, 1)));
        let doors = people.door_count() as u32;
        let doorways: Vec<Doorway> = (0..doors)
            .map(|door| {
                let mut nearest = walks.field.walks(door).into_iter();
                let first = nearest.next();
                let by_length = match &lengths {
                    Some(lengths) => lengths.field.nearest(door),
                    None => first,
                };
                Doorway {
                    nearest: first,
                    second: nearest.next(),
                    length_dm: by_length.map(|walk| walk.cost / walks.factor),
                }
            })
            .collect();
        Self {
            sites,
            walks,
            lengths,
            doorways,
        }
    }

    pub(super) fn doorway(&self, door: u32) -> Doorway {
        self.doorways
            .get(door as usize)
            .copied()
            .unwrap_or_default()
    }
}

impl Base {
    pub(super) fn new(ask: &CoverageAsk, people: Arc<People>, found: Arc<Found>) -> Self {
        let count = Count::new(
            &people.demand,
            rule(ask),
            |door| found.doorway(door),
            |storey, has_lift| up_ds(storey, has_lift, &ask.profile),
        );
        let straight = Straight::new(ask, &people.demand, &found.sites.positions);
        Self {
            people,
            found,
            count,
            straight,
        }
    }

    pub(super) fn straight_share(&self, people: f64) -> Option<f64> {
        let all = self.count.coverage().all.people;
        (all > 0.0).then(|| (people / all).min(1.0))
    }
}

/// The rule by which people count as covered.
pub(super) fn rule(ask: &CoverageAsk) -> Rule {
    let standard = &ask.standard;
    Rule {
        limit: standard.reach.limit(),
        is_time: standard.reach.measure() == Measure::Time,
        there_and_back: standard.there_and_back,
    }
}
