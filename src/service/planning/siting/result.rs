//! The result of a siting job.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::ask::Question;
use crate::model::Localized;
use crate::planning::siting::control::StopReason;
use crate::planning::siting::problem::Constraint;
use crate::planning::standards::StandardShown;

/// The result of a siting: where facilities should stand, how good that is, and how sure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingResult)]
pub struct SitingResult {
    /// What was asked for.
    pub problem: Question,
    /// The title of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The objective of the best plan, computed again from its sites; `null` if no plan was found.
    pub incumbent: Option<f64>,
    /// No plan is better than this.
    pub bound: Option<f64>,
    /// `|incumbent − bound| / |incumbent|`; 0 is a proof that the plan is the best.
    pub gap: Option<f64>,
    /// Why the solver stopped: `optimal`, `time_limit`, `cancelled`, `infeasible`, `solver_failed`.
    #[schema(value_type = String, example = "optimal")]
    pub stop_reason: StopReason,
    /// How long the solver searched, in seconds.
    pub seconds: f64,
    /// What `incumbent` and `bound` are.
    pub objective: Objective,
    /// The sites of the best plan, existing facilities that stay among them.
    pub sites: Vec<SiteChosen>,
    /// What the best plan achieves; `null` if no plan was found.
    pub figures: Option<PlanFigures>,
    /// The same figures of the map as it is.
    pub before: PlanFigures,
    /// Whether it is proven that no equally good plan needs less walking.
    pub least_walking: bool,
    /// If there is no plan: each constraint without which there would be one; all in use if no single one is to blame.
    pub conflicts: Vec<Conflict>,
    /// The best plans, the best first.
    pub plans: Vec<RankedPlan>,
    /// How often each site is chosen when people, walking speed and links vary; `null` if this was not asked for.
    pub robustness: Option<RobustnessFound>,
    /// The candidates.
    pub candidates: CandidatesFound,
    /// How many people the best plan covers with 0, 1, 2 … sites; only for `mclp` with a number of sites.
    pub curve: Vec<CurvePoint>,
    /// The people who are in no plan, whatever is chosen.
    pub unserved: Unserved,
    /// The standard; `null` if the request had none.
    pub standard: Option<StandardShown>,
    /// The commit of the map that was read.
    pub seq: u64,
    /// The commit from which the network was built.
    pub network_seq: u64,
    /// Notes for a report: what the figures rest on.
    pub notes: Vec<Localized>,
    /// The request.
    #[schema(value_type = Object)]
    pub question: Value,
}

/// What an objective is.
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
    /// Its cost; `null` if the request has none.
    pub cost: Option<f64>,
    /// How many people have it as their nearest site; with a standard, only those within it.
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
    /// How many of them are within the standard; `null` without a standard.
    pub covered: Option<f64>,
    /// The share of people within the standard, from 0 to 1; `null` without a standard.
    pub share: Option<f64>,
    /// The share of people with two sites within the standard.
    pub backup_share: Option<f64>,
    /// How many people the objective counts, where that is not `covered`: with capacities, backup or gradual coverage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<f64>,
    /// The mean walk in metres; `null` if the standard is a time.
    pub walking_mean_m: Option<f64>,
    /// The mean walk in seconds, with stairs and lifts, and back where that counts; `null` if the standard is a length.
    pub walking_mean_s: Option<f64>,
    /// The longest walk, in the unit of the standard: metres or seconds.
    pub worst: Option<f64>,
    /// How many people reach no site.
    pub unreached: f64,
    /// The total cost of the sites, or the number of new ones.
    pub cost: f64,
}

/// A constraint that leaves no plan.
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
    /// The objective.
    pub incumbent: f64,
    /// The sites.
    pub sites: Vec<SiteChosen>,
    /// What the plan achieves.
    pub figures: PlanFigures,
    /// Whether it is proven that only the plans before it are better.
    pub is_proven: bool,
}

/// How often sites are chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingRobustness)]
pub struct RobustnessFound {
    /// How many samples were solved; fewer than asked for if the time was up.
    pub samples: u32,
    /// In how many of them the plan is proven to be the best.
    pub proven: u32,
    /// How many samples had no plan.
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
    /// How many may be chosen, without existing facilities.
    pub count: usize,
    /// Those that may not be chosen.
    pub refused: Vec<CandidateRefused>,
    /// How many refused ones are not listed.
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
    /// The number of sites beside the existing ones.
    pub k: usize,
    /// How many people the objective counts as covered.
    pub covered: f64,
    /// The share of all people, from 0 to 1.
    pub share: f64,
    /// Whether it is proven that no plan covers more; otherwise it is the best plan found (greedy, then swaps).
    pub is_proven: bool,
}

/// The people whom no plan serves.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = SitingUnserved)]
pub struct Unserved {
    /// How many people live behind doors near which there is no way.
    pub no_way: f64,
    /// How many people are not part of the problem, because they reach no site at any distance (`lscp` for
    /// everybody, `p-median`, `p-center`).
    pub left_out: f64,
    /// The largest share of people that can be within the standard, with all candidates, rounded down; `null` without a
    /// standard.
    pub attainable_share: Option<f64>,
}
