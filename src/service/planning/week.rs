//! The coverage in each hour of a week: the mean, and the worst hour. Gates and facilities open and close, so that
//! people who are covered at noon may not be covered at night.

use std::sync::Arc;

use geo_types::Coord;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ask::{CoverageAsk, DemandAsk, FacilityAsk, NoCoverage, position};
use super::base::{Walks, rule};
use super::edits::ScenarioEdit;
use super::moments::{DAYS, Moment, Traveller, number_of, week};
use super::people::People;
use super::sites::Facilities;
use super::what_if::{NoWhatIf, WhatIf, overlaid};
use super::{jobs, notes, people, sites};
use crate::live::jobs::{Context, Job, JobError, Progress};
use crate::live::{Live, Snapshot};
use crate::model::{Localized, Role, RoleSet, both};
use crate::network::core::Profile;
use crate::planning::coverage::{By, Coverage, Doorway, coverage};
use crate::planning::standards::Standard;
use crate::service::routes::{Ground, NoNetwork, Routes, up_ds};

/// The kind of the job.
pub const WEEK: &str = "coverage_week";

/// A request for the coverage in each hour of a week: the arguments of its job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WeekAsk {
    /// The features that count as facilities.
    pub facility: FacilityAsk,
    /// How near a facility must be.
    pub standard: Standard,
    /// The people whose walks count.
    pub demand: DemandAsk,
    /// A moment of the first day.
    pub at: Timestamp,
    /// The id of the travel profile.
    pub profile: String,
    /// Positions of further facilities, which are always open.
    pub add: Vec<Position>,
    /// The ids of facilities that do not count.
    pub without: Vec<String>,
    /// The roles of the planner.
    pub roles: Vec<Role>,
    /// The index of the kind of areas in [`crate::planning::coverage::Demand::areas`].
    pub slot: usize,
    /// Edits to the map.
    pub edits: Vec<ScenarioEdit>,
}

/// A position in degrees, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(#[serde(with = "position")] pub Coord<f64>);

impl WeekAsk {
    /// Stores a request for a coverage, with the id of its travel profile.
    pub fn new(ask: CoverageAsk, profile: String, by: By, edits: Vec<ScenarioEdit>) -> Self {
        Self {
            facility: ask.facility,
            standard: ask.standard,
            demand: ask.demand,
            at: ask.at,
            profile,
            add: ask.add.into_iter().map(Position).collect(),
            without: ask.without,
            roles: ask.roles.iter().collect(),
            slot: by.slot().unwrap_or_default(),
            edits,
        }
    }

    fn at_moment(&self, at: Timestamp, profile: &Profile) -> CoverageAsk {
        CoverageAsk {
            facility: self.facility.clone(),
            standard: self.standard.clone(),
            demand: self.demand.clone(),
            at,
            profile: profile.clone(),
            add: self.add.iter().map(|position| position.0).collect(),
            without: self.without.clone(),
            roles: self.role_set(),
        }
    }

    fn role_set(&self) -> RoleSet {
        self.roles.iter().copied().collect()
    }
}

/// The coverage in one hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HourShown {
    /// The middle of the hour, for which opening hours are read, RFC 3339.
    #[schema(format = DateTime)]
    pub at: String,
    /// The number of people who are covered.
    pub covered: f64,
    /// The share of people who are covered, from 0 to 1; `null` without people.
    pub share: Option<f64>,
}

/// The coverage of an area over the week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AreaWeek {
    /// The id of the area, or the kind of housing.
    pub id: String,
    /// The name that is shown.
    pub name: String,
    /// The number of people.
    pub people: f64,
    /// The mean share of people who are covered, from 0 to 1.
    pub mean_share: f64,
    /// The share in the worst hour.
    pub worst_share: f64,
    /// The middle of the first worst hour, RFC 3339.
    #[schema(format = DateTime)]
    pub worst_at: String,
}

/// The coverage in each hour of a week: the result of the job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WeekAnswer {
    /// The 168 hours, from the beginning of the first day on.
    pub hours: Vec<HourShown>,
    /// The number of people.
    pub people: f64,
    /// The mean share of people who are covered, over all hours, from 0 to 1; `null` without people.
    pub mean_share: Option<f64>,
    /// The first hour with the lowest share.
    pub worst: HourShown,
    /// The first hour with the highest share.
    pub best: HourShown,
    /// The areas, the lowest share in its worst hour first.
    pub by: Vec<AreaWeek>,
    /// The number of different combinations of open ways, gates and facilities in the week. Hours with the same
    /// combination have the same coverage, which is computed once.
    pub differing_hours: usize,
    /// The number of the commit that the figures are computed from.
    pub seq: u64,
    /// The number of the commit from which the network was built.
    pub network_seq: u64,
    /// Notes for a report: what the figures rest on.
    pub notes: Vec<Localized>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum NoWeek {
    /// The request does not fit the map.
    Coverage(NoCoverage),
    /// Edits cannot be applied, or the map with edits has no network.
    WhatIf(NoWhatIf),
    /// The job was cancelled.
    Cancelled,
}

impl From<NoCoverage> for NoWeek {
    fn from(reason: NoCoverage) -> Self {
        Self::Coverage(reason)
    }
}

/// Checks a request against the map, without a network.
///
/// # Errors
/// If a field of the request does not fit the map.
pub fn preview(map: &Snapshot, ask: &WeekAsk) -> Result<(), NoWeek> {
    let overlay = overlaid(map, &ask.edits).map_err(NoWeek::WhatIf)?;
    let map = overlay.view().collections();
    let roles = ask.role_set();
    people::total(map, &ask.demand, roles)?;
    sites::wanted(map, &ask.facility, (&ask.without, roles))?;
    Ok(())
}

/// Computes the coverage in each hour of the week. `is_cancelled` is called before each computation, and `report` gets
/// the number of computations that are done and of all.
///
/// # Errors
/// If the request does not fit the map, or the job was cancelled.
pub fn coverage_week(
    ground: &Ground,
    ask: &WeekAsk,
    is_cancelled: &dyn Fn() -> bool,
    report: &dyn Fn(usize, usize),
) -> Result<WeekAnswer, NoWeek> {
    let map = WhatIf::once(ground, &ask.edits, ask.at).map_err(NoWeek::WhatIf)?;
    let ground = &map.ground;
    let none = NoCoverage::Network(NoNetwork::TooLarge);
    let ways = ground.ways().ok_or(none.clone())?;
    let profiles = ground.snapshot.profiles();
    let profile = profiles.get(&ask.profile).ok_or_else(|| {
        let name = &ask.profile;
        NoCoverage::Field(
            "profile",
            both!(
                "没有名为“{name}”的出行方式",
                "there is no profile {name:?}; expected a walking profile, such as foot"
            ),
        )
    })?;
    let roles = ask.role_set();
    let joiner = ground.joiner(profile).ok_or(none)?;
    let people = People::of(ground, &joiner, &ask.demand, roles)?;
    let of = (ask.without.as_slice(), roles, ask.at);
    let mut facilities = Facilities::of(ground, &joiner, &ask.facility, of)?;
    facilities.add(&joiner, ask.add.iter().map(|position| position.0));
    let calendar = ground.snapshot.ledger().calendar();
    let (day, _) = crate::access::gate::day_of(ask.at, calendar.offset);
    let moments = week(day, &[1.0; 24]);

    let (of_moment, firsts) = differing(ground, &facilities, &moments);
    let mut found: Vec<Coverage> = Vec::with_capacity(firsts.len());
    for (done, first) in firsts.iter().enumerate() {
        if is_cancelled() {
            return Err(NoWeek::Cancelled);
        }
        report(done, firsts.len());
        let ask = ask.at_moment(moments[*first].at, profile);
        let sites = facilities.open_at(ask.at);
        let measure = ask.standard.reach.measure();
        let walks = Walks::new(ground, ways, &ask, (&people, &sites), (measure, 1));
        found.push(coverage(
            &people.demand,
            rule(&ask),
            |door| Doorway {
                nearest: walks.field.nearest(door),
                ..Doorway::default()
            },
            |storey, has_lift| up_ds(storey, has_lift, profile),
        ));
    }
    let factors = match &ask.demand {
        DemandAsk::Buildings(factors) => Some(factors),
        DemandAsk::Collection { .. } | DemandAsk::Points(_) => None,
    };
    let is_estimated = people.demand.places.iter().any(|place| place.is_estimated);
    let unknown_hours = facilities.open_at(ask.at).unknown_hours;
    Ok(WeekAnswer {
        differing_hours: firsts.len(),
        seq: map.seq,
        network_seq: map.network_seq,
        notes: notes(Some(&ask.standard), factors, is_estimated, unknown_hours),
        ..figures(&people, ask.slot, &moments, &of_moment, &found)
    })
}

/// Numbers the moments so that two with the same number have the same coverage. Returns the number of each moment, and
/// the first moment of each number.
fn differing(
    ground: &Ground,
    facilities: &Facilities,
    moments: &[Moment],
) -> (Vec<usize>, Vec<usize>) {
    let states = Traveller::Walker.states(ground.table.plain(), moments);
    let mut known: Vec<(usize, Vec<bool>)> = Vec::new();
    let mut firsts = Vec::new();
    let numbered = moments.iter().zip(states).enumerate();
    let of_moment = numbered
        .map(|(index, (moment, state))| {
            let number = number_of(&mut known, (state, facilities.are_open(moment.at)));
            if number == firsts.len() {
                firsts.push(index);
            }
            number
        })
        .collect();
    (of_moment, firsts)
}

/// Puts the figures of all hours together.
fn figures(
    people: &People,
    slot: usize,
    moments: &[Moment],
    of_moment: &[usize],
    found: &[Coverage],
) -> WeekAnswer {
    let shown = |index: usize| {
        let all = &found[of_moment[index]].all;
        HourShown {
            at: moments[index].at.to_string(),
            covered: rounded(all.covered, 100.0),
            share: share(all.covered, all.people),
        }
    };
    let hours: Vec<HourShown> = (0..moments.len()).map(shown).collect();
    let first = |is_better: &dyn Fn(f64, f64) -> bool| {
        let mut chosen = 0;
        for (index, number) in of_moment.iter().enumerate() {
            if is_better(
                found[*number].all.covered,
                found[of_moment[chosen]].all.covered,
            ) {
                chosen = index;
            }
        }
        shown(chosen)
    };
    let mean = |of: &dyn Fn(&Coverage) -> f64| {
        let sum: f64 = of_moment.iter().map(|number| of(&found[*number])).sum();
        sum / of_moment.len().max(1) as f64
    };
    let all = found.first().map_or(0.0, |coverage| coverage.all.people);
    let mut by: Vec<AreaWeek> = Vec::new();
    for (number, area) in people.demand.areas[slot].iter().enumerate() {
        let own = |coverage: &Coverage| coverage.areas[slot][number];
        let people = found.first().map_or(0.0, |coverage| own(coverage).people);
        if people <= 0.0 {
            continue;
        }
        let mut worst = 0;
        for (index, state) in of_moment.iter().enumerate() {
            if own(&found[*state]).covered < own(&found[of_moment[worst]]).covered {
                worst = index;
            }
        }
        by.push(AreaWeek {
            id: area.id.clone(),
            name: area.name.clone(),
            people: rounded(people, 100.0),
            mean_share: rounded(mean(&|c| own(c).covered) / people, 1e4),
            worst_share: rounded(own(&found[of_moment[worst]]).covered / people, 1e4),
            worst_at: moments[worst].at.to_string(),
        });
    }
    by.sort_by(|a, b| {
        let order = a.worst_share.total_cmp(&b.worst_share);
        order.then_with(|| a.id.cmp(&b.id))
    });
    WeekAnswer {
        worst: first(&|a, b| a < b),
        best: first(&|a, b| a > b),
        hours,
        people: rounded(all, 100.0),
        mean_share: share(mean(&|coverage| coverage.all.covered), all),
        by,
        differing_hours: 0,
        seq: 0,
        network_seq: 0,
        notes: Vec::new(),
    }
}

fn share(covered: f64, people: f64) -> Option<f64> {
    (people > 0.0).then(|| rounded((covered / people).min(1.0), 1e4))
}

fn rounded(value: f64, per_unit: f64) -> f64 {
    (value * per_unit).round() / per_unit
}

/// The job that computes the coverage in each hour of a week.
#[derive(Debug)]
pub struct WeekJob {
    live: Live,
    routes: Arc<Routes>,
}

impl WeekJob {
    /// Creates the job for a map.
    pub fn new(live: &Live) -> Self {
        Self {
            live: live.clone(),
            routes: Arc::new(Routes::new(live.clone())),
        }
    }
}

impl Job for WeekJob {
    const KIND: &'static str = WEEK;
    // It only reads the map, so an interrupted one runs again from the beginning.
    const RESUMES: bool = true;
    type Arguments = WeekAsk;
    type Output = WeekAnswer;

    async fn run(&self, context: Context, ask: WeekAsk) -> Result<WeekAnswer, JobError> {
        let ground = jobs::newest(&self.live, &self.routes, &context, ask.at).await?;
        context.reads(ground.snapshot.seq()).await?;
        let (gone, is_gone) = jobs::gone();
        let told = context.clone();
        let work = context.threads().spawn(move || {
            coverage_week(&ground, &ask, &is_gone, &|done, all| {
                told.report(&Progress {
                    stage: "hours".to_owned(),
                    share: done as f64 / all.max(1) as f64,
                    done: done as u64,
                    search: None,
                });
            })
        });
        let answer = work.await.map_err(jobs::broken)?;
        drop(gone);
        answer.map_err(|reason| match reason {
            NoWeek::Cancelled => JobError::Cancelled,
            NoWeek::Coverage(reason) => jobs::no_coverage(reason),
            NoWeek::WhatIf(reason) => jobs::no_what_if(reason),
        })
    }
}

const _: () = assert!(DAYS == 7, "the answer has the hours of a week");
