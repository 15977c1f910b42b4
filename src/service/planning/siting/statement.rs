//! States the problem for the solver: demand points with the sites that they reach, and constraints with sites as
//! numbers.
//!
//! The people behind one door walk the same way to a site, but the time from the door to their storey differs. If
//! people within the standard count fully and others not at all, the storeys of a door that reach the same sites are
//! merged into one demand point with the mean of these times. This changes neither who is covered nor the total of all
//! walks. For `p-median`, all storeys of a door are merged in this way. For `p-center`, the longest of these times is
//! used for all.

use std::collections::HashMap;

use super::ask::{CommunityShare, Existing, Question, SitingAsk};
use super::preview::{no_candidate, no_community};
use super::survey::Survey;
use super::walks::Walks;
use super::watch::{NoSiting, Watch};
use crate::model::both;
use crate::network::walking::{Field, Measure};
use crate::planning::coverage::{By, Dwelling};
use crate::planning::siting::problem::{Constraints, Demand, Problem};
use crate::spatial::metres::distance;

/// The most pairs of sites that are nearer to each other than allowed.
const MOST_PAIRS: usize = 1_000_000;

/// The problem, and how many people are not part of it.
#[derive(Debug)]
pub(super) struct Statement {
    pub problem: Problem,
    /// How many people are not part of the problem, because no site can serve them.
    pub left_out: f64,
    /// How many people have no walkable way near their door.
    pub no_way: f64,
    /// How many people are covered if all sites are chosen.
    pub coverable: f64,
}

type Key = (Option<u32>, Vec<(u32, u64)>);

impl Statement {
    /// States the problem of a request.
    ///
    /// # Errors
    /// If the request does not fit the map, or the job was cancelled.
    pub fn new(
        survey: &Survey,
        walks: &Walks,
        ask: &SitingAsk,
        watch: &Watch<'_>,
    ) -> Result<Self, NoSiting> {
        let covers_all = ask.problem == Question::Lscp && ask.share.unwrap_or(1.0) >= 1.0;
        let all: Vec<u32> = (0..survey.site_count() as u32).collect();
        let mut gathered = Gathered {
            survey,
            ask,
            merged: HashMap::new(),
            radius: ask.goal().radius(),
            field: covers_all
                .then(|| survey.field(&all, 1, u32::MAX))
                .flatten(),
            no_way: 0.0,
        };
        for (n, dwelling) in survey.people.demand.dwellings.iter().enumerate() {
            if n % 4096 == 0 {
                watch.go_on()?;
            }
            gathered.add(dwelling, walks);
        }
        let no_way = gathered.no_way;
        let mut demand: Vec<Demand> = Vec::with_capacity(gathered.merged.len());
        let (mut left_out, mut coverable) = (0.0, 0.0);
        let drops_unreached = drops_unreached(ask);
        for ((community, reach), (weight, is_linked)) in gathered.merged {
            let is_dropped = reach.is_empty() && (drops_unreached || covers_all && !is_linked);
            if is_dropped {
                left_out += weight;
                continue;
            }
            if !reach.is_empty() {
                coverable += weight;
            }
            demand.push(Demand {
                weight,
                reach: reach
                    .into_iter()
                    .map(|(site, d)| (site, f64::from_bits(d)))
                    .collect(),
                community,
            });
        }
        // Sorts, because the order of a hash map differs from run to run, and the same request must give the same
        // result.
        demand.sort_by(|a, b| {
            let key = |d: &Demand| (d.community, d.reach.len(), d.reach.first().map(|r| r.0));
            key(a)
                .cmp(&key(b))
                .then_with(|| compare(&a.reach, &b.reach))
        });
        if demand.is_empty() {
            return Err(NoSiting::Text(both!(
                "所有人都在步行网络之外，到不了任何候选点位。",
                "Nobody reaches any candidate: all people are outside the walking network."
            )));
        }
        Ok(Self {
            problem: Problem {
                candidates: survey.site_count(),
                demand,
                goal: ask.goal(),
                constraints: constraints(survey, ask)?,
            },
            left_out,
            no_way,
            coverable,
        })
    }
}

/// Whether people who reach no site are left out of the problem, because their walk would be infinite with every plan.
fn drops_unreached(ask: &SitingAsk) -> bool {
    matches!(ask.problem, Question::PMedian | Question::PCenter)
}

fn compare(a: &[(u32, f64)], b: &[(u32, f64)]) -> std::cmp::Ordering {
    let pairs = a.iter().zip(b);
    let different = pairs
        .map(|(a, b)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)))
        .find(|order| order.is_ne());
    different.unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// Demand points that reach the same sites at the same distances, merged.
struct Gathered<'a> {
    survey: &'a Survey,
    ask: &'a SitingAsk,
    /// For each demand point the number of people, and whether any site can be reached from their door at any distance.
    /// The latter is only correct if there is a `field`; otherwise it is not used.
    merged: HashMap<Key, (f64, bool)>,
    radius: Option<(f64, Option<f64>)>,
    /// The walks to the nearest of all sites at any distance. Only `lscp` for everybody needs them: it leaves out
    /// people who cannot reach any site.
    field: Option<Field>,
    no_way: f64,
}

impl Gathered<'_> {
    fn add(&mut self, dwelling: &Dwelling, walks: &Walks) {
        let place = &self.survey.people.demand.places[dwelling.place as usize];
        let slot = By::Community.slot().unwrap_or(1);
        let community = self.ask.community_share.as_ref().and(place.areas[slot]);
        let Some(door) = dwelling.door else {
            self.no_way += dwelling.people;
            self.merge(community, &[], 0.0, dwelling.people, false);
            return;
        };
        let reach = walks.of(door);
        let is_time = self.survey.measure() == Measure::Time;
        let storeys = if is_time { dwelling.storeys.max(1) } else { 1 };
        let people = dwelling.people / f64::from(storeys);
        let ups = (1..=storeys).map(|storey| self.survey.up(storey, dwelling.has_lift));
        let ups: Vec<Option<u32>> = ups.collect();
        let stuck = ups.iter().filter(|up| up.is_none()).count();
        if stuck > 0 {
            self.merge(community, &[], 0.0, people * stuck as f64, false);
        }
        let is_isolated = |field: &Field| field.nearest(door).is_none();
        if self.field.as_ref().is_some_and(is_isolated) {
            let people = people * (ups.len() - stuck) as f64;
            self.merge(community, &[], 0.0, people, false);
            return;
        }
        let known: Vec<u32> = ups.into_iter().flatten().collect();
        match (self.ask.problem, self.radius) {
            (Question::PCenter, _) => {
                if let Some(highest) = known.iter().max() {
                    let people = people * known.len() as f64;
                    self.merge(community, reach, f64::from(*highest), people, true);
                }
            }
            (_, None) => {
                if let Some(mean) = mean(&known) {
                    self.merge(community, reach, mean, people * known.len() as f64, true);
                }
            }
            (_, Some((_, Some(_)))) => {
                let limit = self.limit();
                for up in &known {
                    let near = within(reach, *up, limit);
                    self.merge(community, &near, f64::from(*up), people, true);
                }
            }
            (_, Some((_, None))) => self.by_reach(community, reach, &known, people),
        }
    }

    /// The highest cost of a walk that counts.
    fn limit(&self) -> u32 {
        limit(self.ask)
    }

    /// Adds the storeys of a door. Storeys that reach the same sites are merged.
    fn by_reach(&mut self, community: Option<u32>, reach: &[(u32, u32)], ups: &[u32], people: f64) {
        let limit = self.limit();
        let mut costs: Vec<u32> = reach.iter().map(|(_, cost)| *cost).collect();
        costs.sort_unstable();
        let mut groups: HashMap<usize, Vec<u32>> = HashMap::new();
        for up in ups {
            let near = costs.partition_point(|cost| cost.saturating_add(*up) <= limit);
            groups.entry(near).or_default().push(*up);
        }
        for (near, ups) in groups {
            let most = ups.iter().copied().max().unwrap_or(0);
            let near = if near == 0 {
                Vec::new()
            } else {
                within(reach, most, limit)
            };
            let mean = mean(&ups).unwrap_or(0.0);
            self.merge(community, &near, mean, people * ups.len() as f64, true);
        }
    }

    fn merge(
        &mut self,
        community: Option<u32>,
        reach: &[(u32, u32)],
        up: f64,
        people: f64,
        is_linked: bool,
    ) {
        let radius = self.radius.filter(|(_, until)| until.is_none());
        let distance = |cost: u32| {
            let whole = (f64::from(cost) + up) / SitingAsk::TENTHS;
            // A mean of walks within the radius is within the radius too, except for rounding.
            radius
                .map_or(whole, |(radius, _)| whole.min(radius))
                .to_bits()
        };
        let reach = reach.iter().map(|(site, cost)| (*site, distance(*cost)));
        let merged = self.merged.entry((community, reach.collect()));
        let (sum, linked) = merged.or_insert((0.0, false));
        *sum += people;
        *linked |= is_linked;
    }
}

fn mean(ups: &[u32]) -> Option<f64> {
    let sum: f64 = ups.iter().map(|up| f64::from(*up)).sum();
    (!ups.is_empty()).then(|| sum / ups.len() as f64)
}

fn within(reach: &[(u32, u32)], up: u32, limit: u32) -> Vec<(u32, u32)> {
    let near = reach
        .iter()
        .filter(|(_, cost)| cost.saturating_add(up) <= limit);
    near.copied().collect()
}

/// The highest cost of a walk that counts, in the unit of the measure.
pub(super) fn limit(ask: &SitingAsk) -> u32 {
    match ask.goal().radius() {
        None => u32::MAX,
        Some((_, None)) => ask.standard.reach.limit(),
        Some((_, Some(until))) => (until * SitingAsk::TENTHS).ceil() as u32,
    }
}

/// Whether the solver uses the integer program for a request.
pub(super) fn is_program(ask: &SitingAsk) -> bool {
    ask.has_capacities() || ask.backup || ask.community_share.is_some()
}

fn constraints(survey: &Survey, ask: &SitingAsk) -> Result<Constraints, NoSiting> {
    let existing: Vec<u32> = (0..survey.existing_sites as u32).collect();
    let is_relocation = ask.problem == Question::Relocation;
    let keeps = ask.existing == Existing::Keep && !is_relocation && !existing.is_empty();
    let cost = ask.has_costs().then(|| {
        let costs = survey.sites().map(|site| site.cost.unwrap_or(0.0));
        costs.collect()
    });
    let people: f64 = survey.people.demand.places.iter().map(|p| p.people).sum();
    let capacity = ask.has_capacities().then(|| {
        // If neither the site nor the request has a capacity, the site can serve everybody.
        let of = |site: &super::candidates::Candidate| {
            let own = site.capacity.or(ask.capacity);
            own.unwrap_or(people)
        };
        survey.sites().map(of).collect()
    });
    Ok(Constraints {
        sites: ask.k,
        keep_existing: keeps,
        existing: match is_relocation || keeps {
            true => existing,
            false => Vec::new(),
        },
        required: numbers(survey, "required", &ask.required)?,
        forbidden: numbers(survey, "forbidden", &ask.forbidden)?,
        cost,
        budget: ask.budget,
        capacity,
        community_share: shares(survey, ask)?,
        backup: ask.backup,
        too_close: too_close(survey, ask.min_distance_m)?,
    })
}

/// The numbers of the sites with these ids.
fn numbers(survey: &Survey, field: &str, ids: &[String]) -> Result<Vec<u32>, NoSiting> {
    let number = |(n, id): (usize, &String)| {
        let found = survey.sites().position(|site| site.id == *id);
        if let Some(found) = found {
            return Ok(found as u32);
        }
        let mut refused = survey.admitted.refused.iter();
        Err(match refused.find(|r| r.candidate.id == *id) {
            Some(refused) => {
                let (zh, en) = (&refused.why.zh, &refused.why.en);
                NoSiting::field(
                    format!("{field}[{n}]"),
                    both!(
                        "点位“{id}”不能使用：{zh}",
                        "the candidate {id:?} may not be chosen: {en}"
                    ),
                )
            }
            None => no_candidate(field, n, id),
        })
    };
    ids.iter().enumerate().map(number).collect()
}

fn shares(survey: &Survey, ask: &SitingAsk) -> Result<Vec<(u32, f64)>, NoSiting> {
    let slot = By::Community.slot().unwrap_or(1);
    let names = &survey.people.demand.areas[slot];
    match &ask.community_share {
        None => Ok(Vec::new()),
        Some(CommunityShare::All(share)) => {
            Ok((0..names.len() as u32).map(|n| (n, *share)).collect())
        }
        Some(CommunityShare::Of(list)) => {
            let number = |(n, (id, share)): (usize, &(String, f64))| {
                let found = names.iter().position(|area| area.id == *id);
                let found = found.ok_or_else(|| no_community(n, id))?;
                Ok((found as u32, *share))
            };
            list.iter().enumerate().map(number).collect()
        }
    }
}

/// The pairs of sites that are nearer to each other than `least_m`, except pairs of existing facilities.
fn too_close(survey: &Survey, least_m: Option<f64>) -> Result<Vec<(u32, u32)>, NoSiting> {
    let Some(least_m) = least_m.filter(|m| *m > 0.0) else {
        return Ok(Vec::new());
    };
    let mut order: Vec<(u32, geo_types::Coord<f64>)> =
        (0..).zip(survey.sites().map(|site| site.at)).collect();
    order.sort_by(|a, b| a.1.y.total_cmp(&b.1.y));
    // A degree of latitude has at least this many metres.
    let band = least_m / 110_000.0;
    let mut pairs = Vec::new();
    for (n, (a, at)) in order.iter().enumerate() {
        let near = order[n + 1..]
            .iter()
            .take_while(|(_, o)| o.y - at.y <= band);
        for (b, other) in near {
            let stand = (*a.max(b) as usize) < survey.existing_sites;
            if !stand && distance(*at, *other) < least_m {
                pairs.push((*a.min(b), *a.max(b)));
            }
        }
        if pairs.len() > MOST_PAIRS {
            return Err(NoSiting::field(
                "min_distance_m",
                both!(
                    "最小间距过大，互相冲突的点位对过多；请减小间距或减少候选点位",
                    "too many pairs of candidates are nearer than this; expected a shorter distance or fewer candidates"
                ),
            ));
        }
    }
    pairs.sort_unstable();
    Ok(pairs)
}
