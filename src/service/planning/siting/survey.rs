//! What a siting needs from the map: the people, the facilities that exist, the candidates, and the walking network at
//! the moment.

use std::collections::HashMap;

use geo_types::Coord;

use super::ask::{Existing, SitingAsk};
use super::candidates::{Admitted, Candidate};
use super::preview::nobody;
use super::watch::{NoSiting, Watch};
use crate::live::Ways;
use crate::model::both;
use crate::model::names::property;
use crate::network::core::Profile;
use crate::network::walking::{Field, Graph, Heading, Joins, Measure, Moment};
use crate::planning::coverage::{Coverage, Doorway, Rule, coverage};
use crate::service::place::anchor;
use crate::service::planning::people::{People, join};
use crate::service::planning::shown::Shown;
use crate::service::planning::{CoverageAsk, Sites, WhatIf};
use crate::service::routes::{Ground, Joined, NoNetwork, up_ds};

/// The part of a map that a siting reads.
#[derive(Debug)]
pub(super) struct Survey {
    pub ground: Ground,
    pub ask: CoverageAsk,
    pub people: People,
    /// The facilities that exist and are open at the moment.
    pub existing: Vec<Candidate>,
    pub existing_joined: Vec<Vec<Joined>>,
    /// The candidates, without the existing facilities.
    pub admitted: Admitted,
    /// How many sites are existing facilities. They have the first numbers. 0 if existing facilities do not count.
    pub existing_sites: usize,
    /// The coverage of the existing facilities alone.
    pub before: Coverage,
    /// Whether a rule of placement is used that was not checked against its source.
    pub has_unverified_rules: bool,
    /// The generated candidates: their spacing in metres and their number. `None` if none were asked for.
    pub generated: Option<(f64, usize)>,
    pub unknown_hours: usize,
    /// The commit of the map without edits, and the one from which its network was built.
    pub seq: u64,
    pub network_seq: u64,
    graph: Graph,
}

impl Survey {
    /// Reads the map, except the candidates, which [`admit`](super::admission::admit) adds.
    ///
    /// # Errors
    /// If there is no network, or the request does not fit the map.
    pub fn new(map: WhatIf, ask: &SitingAsk, watch: &Watch<'_>) -> Result<Self, NoSiting> {
        let WhatIf {
            ground,
            seq,
            network_seq,
        } = map;
        let profile = profile(&ground, ask)?;
        let coverage_ask = ask.coverage(profile);
        watch.report("people", 0.0, 0);
        let none = NoSiting::Network(NoNetwork::TooLarge);
        let Some(joiner) = ground.joiner(&coverage_ask.profile) else {
            return Err(none);
        };
        let Some(ways) = ground.ways() else {
            return Err(none);
        };
        let roles = ask.role_set();
        let people = People::of(&ground, &joiner, &ask.demand, roles)?;
        watch.go_on()?;
        if people.demand.places.is_empty() {
            return Err(nobody());
        }
        let no_ids: &[String] = &[];
        let sites = Sites::of(&ground, &joiner, &ask.facility, (no_ids, roles, ask.at))?;
        let graph = graph(&ground, ways, &coverage_ask, &people);
        let mut survey = Self {
            existing: facilities(&ground, ask, &sites),
            existing_joined: sites.joined,
            existing_sites: 0,
            before: Coverage::default(),
            admitted: Admitted::default(),
            has_unverified_rules: false,
            generated: None,
            unknown_hours: sites.unknown_hours,
            people,
            ask: coverage_ask.clone(),
            graph,
            ground: ground.clone(),
            seq,
            network_seq,
        };
        let all: Vec<u32> = (0..survey.existing.len() as u32).collect();
        survey.existing_sites = survey.existing.len();
        survey.before = survey.coverage(&survey.doorways(&all));
        if ask.existing == Existing::Ignore {
            survey.existing_sites = 0;
        }
        Ok(survey)
    }

    /// All sites of the problem: the existing facilities that count, then the candidates.
    pub fn sites(&self) -> impl Iterator<Item = &Candidate> {
        let existing = self.existing.iter().take(self.existing_sites);
        existing.chain(&self.admitted.candidates)
    }

    /// The number of sites of the problem.
    pub fn site_count(&self) -> usize {
        self.existing_sites + self.admitted.candidates.len()
    }

    /// The points at which a site joins the network.
    pub fn joined(&self, site: usize) -> &[Joined] {
        match site.checked_sub(self.existing_sites) {
            None => &self.existing_joined[site],
            Some(candidate) => &self.admitted.joined[candidate],
        }
    }

    /// 2 if walks count there and back, otherwise 1.
    pub fn factor(&self) -> u32 {
        factor(&self.ask)
    }

    /// The measure of walks.
    pub fn measure(&self) -> Measure {
        self.ask.standard.reach.measure()
    }

    /// The walks from all doors to the nearest `wanted` of some sites that cost at most `limit`. `None` if there is no
    /// network.
    pub fn field(&self, sites: &[u32], wanted: usize, limit: u32) -> Option<Field> {
        let ways = self.ground.ways()?;
        let mut joins = Joins::default();
        for site in sites {
            let joined = self.joined(*site as usize).iter();
            joins.push(joined.map(|j| join(j, self.measure(), self.factor())));
        }
        let table = self.ground.table.as_ref();
        let walking = self.graph.on(&ways.topology, table, &self.ask.profile);
        Some(walking.field(&joins, wanted, limit))
    }

    /// The walks from each door to the nearest two of some sites. A walk names a site by its index in `sites`.
    pub fn doorways(&self, sites: &[u32]) -> Vec<Doorway> {
        let doors = self.people.door_count();
        let Some(field) = self.field(sites, 2, u32::MAX) else {
            return vec![Doorway::default(); doors];
        };
        let doorway = |door: u32| {
            let mut nearest = field.walks(door).into_iter();
            let first = nearest.next();
            let length_dm = match self.measure() {
                Measure::Length => first.map(|walk| walk.cost / self.factor()),
                Measure::Time => None,
            };
            Doorway {
                nearest: first,
                second: nearest.next(),
                length_dm,
            }
        };
        (0..doors as u32).map(doorway).collect()
    }

    /// Who is covered with these walks.
    pub fn coverage(&self, doorways: &[Doorway]) -> Coverage {
        let rule = Rule {
            limit: self.ask.standard.reach.limit(),
            is_time: self.measure() == Measure::Time,
            there_and_back: self.ask.standard.there_and_back,
        };
        coverage(
            &self.people.demand,
            rule,
            |door| doorways.get(door as usize).copied().unwrap_or_default(),
            |storey, has_lift| up_ds(storey, has_lift, &self.ask.profile),
        )
    }

    /// The time from a door to a storey, and back if walks count there and back, in tenths of a second; 0 if walks are
    /// measured in metres. `None` if the storey cannot be reached, for example in a wheelchair without a lift.
    pub fn up(&self, storey: u32, has_lift: bool) -> Option<u32> {
        match self.measure() {
            Measure::Length => Some(0),
            Measure::Time => {
                let once = up_ds(storey, has_lift, &self.ask.profile)?;
                Some(once.saturating_mul(self.factor()))
            }
        }
    }
}

fn factor(ask: &CoverageAsk) -> u32 {
    if ask.standard.there_and_back { 2 } else { 1 }
}

fn graph(ground: &Ground, ways: &Ways, ask: &CoverageAsk, people: &People) -> Graph {
    let measure = ask.standard.reach.measure();
    let moment = Moment {
        at: ask.at.as_millisecond().div_euclid(100),
        measure,
        heading: match ask.standard.there_and_back {
            true => Heading::ThereAndBack,
            false => Heading::ToSite,
        },
    };
    let places = people.joins(measure, factor(ask));
    let table = ground.table.as_ref();
    Graph::new(&ways.topology, table, &ask.profile, moment, &places)
}

/// The travel profile of a request.
pub(super) fn profile(ground: &Ground, ask: &SitingAsk) -> Result<Profile, NoSiting> {
    let found = ground.snapshot.profiles().get(&ask.profile).cloned();
    found.ok_or_else(|| {
        let name = &ask.profile;
        NoSiting::field(
            "profile",
            both!(
                "没有名为“{name}”的出行方式",
                "there is no profile {name:?}; expected a walking profile, such as foot"
            ),
        )
    })
}

/// The facilities that exist, in the order of the sites.
fn facilities(ground: &Ground, ask: &SitingAsk, sites: &Sites) -> Vec<Candidate> {
    let source = ground.snapshot.collections().get(&ask.facility.collection);
    let mut names: HashMap<&str, (String, Coord<f64>, Option<f64>)> = HashMap::new();
    for id in &sites.ids {
        let Some((source, entry)) = source.and_then(|c| Some((c, c.get(id)?))) else {
            continue;
        };
        let said = Shown::of(source, entry, ask.role_set());
        let name = said.text(property::NAME).map(|name| name.into_owned());
        let at = entry.geometry().and_then(anchor).unwrap_or_default();
        let capacity = said.number("capacity").filter(|n| *n >= 0.0);
        names.insert(id, (name.unwrap_or_else(|| id.clone()), at, capacity));
    }
    let facility = |id: &String| {
        let (name, at, capacity) = names.remove(id.as_str()).unwrap_or_default();
        Candidate {
            id: id.clone(),
            collection: Some(ask.facility.collection.clone()),
            name,
            at,
            is_host: false,
            cost: Some(0.0),
            capacity,
        }
    };
    sites.ids.iter().map(facility).collect()
}
