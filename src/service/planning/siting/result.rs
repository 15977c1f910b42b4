//! The result of a siting job.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::ask::Question;
use crate::model::Localized;
use crate::planning::siting::control::StopReason;
use crate::planning::siting::problem::Constraint;
use crate::planning::standards::StandardShown;

/// The result of a siting: where facilities should stand, what that achieves, and whether a better plan may exist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingResult)]
pub struct SitingResult {
    /// The siting problem of the request.
    pub problem: Question,
    /// The title of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The objective of the best plan, computed again from its sites; `null` if no plan was found.
    pub incumbent: Option<f64>,
    /// The bound of the objective: no plan is better than this. `null` if no bound is known.
    pub bound: Option<f64>,
    /// `|incumbent − bound| / |incumbent|`; 0 proves that no plan is better.
    pub gap: Option<f64>,
    /// Why the solver stopped: `optimal`, `time_limit`, `cancelled`, `infeasible`, `solver_failed`.
    #[schema(value_type = String, example = "optimal")]
    pub stop_reason: StopReason,
    /// How long the solver searched for the best plan, in seconds.
    pub seconds: f64,
    /// The name and unit of `incumbent` and `bound`.
    pub objective: Objective,
    /// The sites of the best plan, including existing facilities that stay.
    pub sites: Vec<SiteChosen>,
    /// What the best plan achieves; `null` if no plan was found.
    pub figures: Option<PlanFigures>,
    /// The same figures for the existing facilities alone.
    pub before: PlanFigures,
    /// Whether it is proven that no equally good plan needs less walking.
    pub least_walking: bool,
    /// If no plan exists: each constraint whose removal alone makes a plan possible. If there is no such constraint,
    /// all constraints in use.
    pub conflicts: Vec<Conflict>,
    /// The best plans, the best first.
    pub plans: Vec<RankedPlan>,
    /// How often each site is chosen when people, walking speed and links vary; `null` if this was not asked for.
    pub robustness: Option<RobustnessFound>,
    /// How many candidates may be chosen, and which were refused.
    pub candidates: CandidatesFound,
    /// For each number of sites (0, 1, 2 …), how many people the best plan with so many sites covers; empty unless the
    /// problem is `mclp` with `k`.
    pub curve: Vec<CurvePoint>,
    /// The people whom no plan can serve.
    pub unserved: Unserved,
    /// The standard; `null` if the request had none.
    pub standard: Option<StandardShown>,
    /// The number of the commit whose map was read. The edits of the request are not part of this commit.
    pub seq: u64,
    /// The number of the commit from which the walking network was built.
    pub network_seq: u64,
    /// Notes for a report: the data and assumptions behind the figures.
    pub notes: Vec<Localized>,
    /// The request.
    #[schema(value_type = Object)]
    pub question: Value,
}

/// What is maximised or minimised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingObjective)]
pub struct Objective {
    /// `covered`, `sites`, `cost`, `walking` or `worst`.
    pub name: String,
    /// `people`, `sites`, `cost`, `person_m`, `person_s`, `m` or `s`.
    pub unit: String,
    /// Whether more is better.
    pub maximised: bool,
    /// Its name for people: `zh` and `en`.
    #[serde(flatten)]
    pub title: Localized,
}

/// A site of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingSite)]
pub struct SiteChosen {
    /// The id of the feature, the point, or the generated candidate.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Longitude and latitude, WGS 84 degrees.
    pub position: [f64; 2],
    /// Whether it is a facility that exists.
    pub existing: bool,
    /// Its cost; `null` if the request has no costs.
    pub cost: Option<f64>,
    /// How many people have it as their nearest site; with a standard, only people for whom it is within the standard.
    pub people: f64,
    /// For relocation: the id of the facility that moves here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// What a plan achieves. Coverage is counted as in `POST /api/plan/coverage`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingFigures)]
pub struct PlanFigures {
    /// The number of people.
    pub demand: f64,
    /// The number of people within the standard; `null` without a standard.
    pub covered: Option<f64>,
    /// The share of people within the standard, from 0 to 1; `null` without a standard.
    pub share: Option<f64>,
    /// The share of people with at least two sites within the standard, from 0 to 1; `null` without a standard.
    pub backup_share: Option<f64>,
    /// How many people the objective counts, where that is not `covered`: with capacities, backup or gradual coverage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<f64>,
    /// The mean walk to the nearest site in metres, there and back if the standard counts both; `null` if the standard
    /// is a time.
    pub walking_mean_m: Option<f64>,
    /// The mean walk to the nearest site in seconds, with stairs and lifts, there and back if the standard counts both;
    /// `null` unless the standard is a time.
    pub walking_mean_s: Option<f64>,
    /// The longest walk to the nearest site, in metres, or in seconds if the standard is a time.
    pub worst: Option<f64>,
    /// How many people cannot reach any site.
    pub unreached: f64,
    /// The total cost of the sites; without costs in the request, the number of new sites.
    pub cost: f64,
}

/// A constraint because of which no plan exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingConflict)]
pub struct Conflict {
    /// The constraint.
    #[schema(value_type = String, example = "budget")]
    pub constraint: Constraint,
    /// Its name for people.
    pub name: Localized,
}

/// One of the best plans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingPlan)]
pub struct RankedPlan {
    /// The objective of the plan.
    pub incumbent: f64,
    /// The sites.
    pub sites: Vec<SiteChosen>,
    /// What the plan achieves.
    pub figures: PlanFigures,
    /// Whether it is proven that no other plan is better, except those before it in the list.
    pub is_proven: bool,
}

/// How often sites are chosen in samples of the problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingRobustness)]
pub struct RobustnessFound {
    /// How many samples have a plan. A sample whose search ended without a plan, because the time was up or the solver
    /// failed, is counted neither here nor in `infeasible`.
    pub samples: u32,
    /// In how many of these the plan is proven to be the best.
    pub proven: u32,
    /// For how many further samples it is proven that no plan satisfies the constraints.
    pub infeasible: u32,
    /// The sites that were chosen in some sample, most often chosen first.
    pub sites: Vec<SiteTimes>,
}

/// How often a site is chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingSiteTimes)]
pub struct SiteTimes {
    /// The id of the site.
    pub id: String,
    /// In how many samples it was chosen.
    pub chosen: u32,
}

/// The candidates of a siting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingCandidates)]
pub struct CandidatesFound {
    /// How many candidates may be chosen, not counting existing facilities.
    pub count: usize,
    /// Candidates that may not be chosen, at most 200.
    pub refused: Vec<CandidateRefused>,
    /// How many further candidates may not be chosen.
    pub refused_left_off: usize,
}

/// A candidate that may not be chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingRefusedCandidate)]
pub struct CandidateRefused {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Longitude and latitude, WGS 84 degrees.
    pub position: [f64; 2],
    /// Why it may not be chosen.
    pub why: Localized,
}

/// A point of the curve of coverage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingCurvePoint)]
pub struct CurvePoint {
    /// The number of sites, not counting existing facilities that stay.
    pub k: usize,
    /// How many people the objective counts as covered.
    pub covered: f64,
    /// The share of all people, from 0 to 1.
    pub share: f64,
    /// Whether it is proven that no plan covers more; otherwise the plan is the best that was found.
    pub is_proven: bool,
}

/// The people whom no plan can serve.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingUnserved)]
pub struct Unserved {
    /// How many people have no walkable way near their door.
    pub no_way: f64,
    /// How many people are not part of the problem, because they cannot reach any site at any distance: for `p-median`,
    /// `p-center`, and `lscp` with `share` 1. They include the people of `no_way`.
    pub left_out: f64,
    /// The share of people who are covered if all candidates are chosen (with gradual coverage: at least in part), from
    /// 0 to 1, rounded down; `null` for `p-median` and `p-center`.
    pub attainable_share: Option<f64>,
}
