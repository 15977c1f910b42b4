//! The parts of a result that do not depend on the plans: the sites, the figures of the existing facilities, the notes.
//! It is stored with the problem, so that a job continues after a restart even if the map has changed.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::ask::SitingAsk;
use super::figures::{self, rounded, share};
use super::result::{
    CandidateRefused, CandidatesFound, Conflict, CurvePoint, PlanFigures, RankedPlan,
    RobustnessFound, SiteChosen, SiteTimes, SitingResult, Unserved,
};
use super::solving::Solved;
use super::statement::Statement;
use super::survey::Survey;
use crate::model::{Localized, both};
use crate::network::walking::Measure;
use crate::planning::siting::control::StopReason;
use crate::planning::siting::problem::Problem;
use crate::service::planning::{DemandAsk, notes};

/// The most refused candidates in a result.
const MOST_REFUSED: usize = 200;

/// The parts of the result that do not depend on the plans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Frame {
    sites: Vec<FrameSite>,
    before: PlanFigures,
    candidates: CandidatesFound,
    unserved: Unserved,
    notes: Vec<Localized>,
    seq: u64,
    network_seq: u64,
}

/// A site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct FrameSite {
    id: String,
    name: String,
    position: [f64; 2],
    existing: bool,
    cost: Option<f64>,
}

impl Frame {
    /// The frame of a stated problem.
    pub fn new(survey: &Survey, statement: &Statement, ask: &SitingAsk) -> Self {
        let sites = survey.sites().enumerate().map(|(n, site)| FrameSite {
            id: site.id.clone(),
            name: site.name.clone(),
            position: [site.at.x, site.at.y],
            existing: n < survey.existing_sites,
            cost: site.cost,
        });
        let refused = survey.admitted.refused.iter();
        let refused = refused.take(MOST_REFUSED).map(|r| CandidateRefused {
            id: r.candidate.id.clone(),
            name: r.candidate.name.clone(),
            position: [r.candidate.at.x, r.candidate.at.y],
            why: r.why.clone(),
        });
        let people: f64 = survey.people.demand.places.iter().map(|p| p.people).sum();
        Self {
            sites: sites.collect(),
            before: figures::before(survey, ask),
            candidates: CandidatesFound {
                count: survey.admitted.candidates.len(),
                refused: refused.collect(),
                refused_left_off: survey.admitted.refused.len().saturating_sub(MOST_REFUSED),
            },
            unserved: Unserved {
                no_way: rounded(statement.no_way),
                left_out: rounded(statement.left_out),
                attainable_share: (ask.goal().radius().is_some() && people > 0.0)
                    .then(|| (statement.coverable / people * 1e6).floor() / 1e6),
            },
            notes: notes_of(survey, statement, ask),
            seq: survey.seq,
            network_seq: survey.network_seq,
        }
    }

    /// Adds a note.
    pub fn note(&mut self, note: Localized) {
        self.notes.push(note);
    }

    /// The commit of the map that was read.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The result of a job. There is no survey if the map has changed since the problem was stated; the figures are
    /// computed from the problem alone then.
    pub fn result(
        self,
        survey: Option<&Survey>,
        problem: &Problem,
        ask: &SitingAsk,
        solved: Solved,
    ) -> SitingResult {
        let describe = |sites: &[u32]| match survey {
            Some(survey) => figures::plan(survey, problem, ask, sites),
            None => self.alone(problem, ask, sites),
        };
        let plan = &solved.plan;
        let (sites, best) = match &plan.sites {
            Some(sites) => {
                let (sites, figures) = describe(sites);
                (sites, Some(figures))
            }
            None => (Vec::new(), None),
        };
        let mut plans = Vec::new();
        if let (Some(incumbent), Some(figures)) = (plan.incumbent, best.clone()) {
            plans.push(RankedPlan {
                incumbent,
                sites: sites.clone(),
                figures,
                is_proven: plan.stop_reason == StopReason::Optimal,
            });
        }
        for other in &solved.others {
            let (sites, figures) = describe(&other.sites);
            plans.push(RankedPlan {
                incumbent: problem.objective(&other.sites),
                sites,
                figures,
                is_proven: other.is_proven,
            });
        }
        let people: f64 = problem.demand.iter().map(|d| d.weight).sum();
        let curve = solved.curve.iter().map(|point| CurvePoint {
            k: point.sites,
            covered: rounded(point.covered),
            share: share(point.covered / people.max(f64::MIN_POSITIVE)),
            is_proven: point.is_proven,
        });
        let id = |site: u32| self.sites[site as usize].id.clone();
        let robustness = solved.robustness.as_ref().map(|found| RobustnessFound {
            samples: found.runs,
            proven: found.proven,
            infeasible: found.infeasible,
            sites: found
                .sites
                .iter()
                .map(|(site, chosen)| SiteTimes {
                    id: id(*site),
                    chosen: *chosen,
                })
                .collect(),
        });
        SitingResult {
            problem: ask.problem,
            title: ask.title.clone(),
            incumbent: plan.incumbent,
            bound: plan.bound,
            gap: plan.gap,
            stop_reason: plan.stop_reason,
            seconds: (solved.seconds * 1000.0).round() / 1000.0,
            objective: figures::objective(ask),
            sites,
            figures: best,
            least_walking: plan.least_walking,
            conflicts: plan
                .conflicts
                .iter()
                .map(|constraint| Conflict {
                    constraint: *constraint,
                    name: constraint.name(),
                })
                .collect(),
            plans,
            robustness,
            curve: curve.collect(),
            standard: ask.has_standard.then(|| (&ask.standard).into()),
            question: ask.question.clone(),
            before: self.before,
            candidates: self.candidates,
            unserved: self.unserved,
            notes: self.notes,
            seq: self.seq,
            network_seq: self.network_seq,
        }
    }

    /// The sites and figures of a plan, computed from the problem without the map.
    fn alone(
        &self,
        problem: &Problem,
        ask: &SitingAsk,
        sites: &[u32],
    ) -> (Vec<SiteChosen>, PlanFigures) {
        let solved = problem.figures(sites);
        let chosen = sites.iter().map(|site| {
            let named = &self.sites[*site as usize];
            SiteChosen {
                id: named.id.clone(),
                name: named.name.clone(),
                position: named.position,
                existing: named.existing,
                cost: named.cost.filter(|_| problem.constraints.cost.is_some()),
                people: nearest_people(problem, sites, *site),
                from: None,
            }
        });
        // A problem with a radius has no walks beyond it, so the mean of all walks is not known.
        let reached = solved.demand - solved.unreached;
        let mean = (ask.goal().radius().is_none() && reached > 0.0)
            .then(|| (solved.walking / reached * 10.0).round() / 10.0);
        let is_length = ask.measure() == Measure::Length;
        let figures = PlanFigures {
            demand: rounded(solved.demand),
            covered: solved.covered.map(rounded),
            share: solved
                .covered
                .map(|c| share(c / solved.demand.max(f64::MIN_POSITIVE))),
            walking_mean_m: mean.filter(|_| is_length),
            walking_mean_s: mean.filter(|_| !is_length),
            worst: mean.map(|_| solved.worst),
            unreached: rounded(solved.unreached),
            cost: solved.cost,
            ..PlanFigures::default()
        };
        (chosen.collect(), figures)
    }
}

/// How many people have `site` as the nearest of the sites of a plan.
fn nearest_people(problem: &Problem, sites: &[u32], site: u32) -> f64 {
    let people = problem.demand.iter().filter(|demand| {
        let open = demand.reach.iter().filter(|(s, _)| sites.contains(s));
        let nearest = open.min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.is_some_and(|(s, _)| *s == site)
    });
    rounded(people.map(|demand| demand.weight).sum())
}

fn notes_of(survey: &Survey, statement: &Statement, ask: &SitingAsk) -> Vec<Localized> {
    let factors = match &ask.demand {
        DemandAsk::Buildings(factors) => Some(factors),
        DemandAsk::Collection { .. } | DemandAsk::Points(_) => None,
    };
    let is_estimated = survey.people.demand.places.iter().any(|p| p.is_estimated);
    let standard = ask.has_standard.then_some(&ask.standard);
    let mut notes = notes(standard, factors, is_estimated, survey.unknown_hours);
    if survey.has_unverified_rules {
        notes.push(both!(
            "部分选址规则未核实出处，见 placement.toml。",
            "Some rules of placement were not checked against their sources; see placement.toml."
        ));
    }
    if let Some((spacing, count)) = survey.generated {
        let spacing = spacing.round();
        notes.push(both!(
            "在未覆盖人口周边按{spacing}米间距生成了{count}处候选点位。",
            "{count} candidates were generated near uncovered people, {spacing} m apart."
        ));
    }
    let no_way = statement.no_way.round();
    if no_way > 0.0 {
        notes.push(both!(
            "{no_way}人的门口附近没有可步行的道路，无论如何选址都不能覆盖。",
            "{no_way} people have no walkable way near their door; no choice of sites covers them."
        ));
    }
    let left_out = statement.left_out.round();
    if left_out > 0.0 {
        notes.push(both!(
            "{left_out}人到不了任何点位，未计入求解。",
            "{left_out} people cannot reach any site and are not part of the problem."
        ));
    }
    notes
}

/// A hash of the problem and of the ids of its sites, in hexadecimal.
pub(super) fn fingerprint(frame: &Frame, problem: &Problem) -> String {
    let mut hash = Sha256::new();
    for site in &frame.sites {
        hash.update(site.id.as_bytes());
        hash.update([0]);
    }
    for demand in &problem.demand {
        hash.update(demand.weight.to_bits().to_le_bytes());
        hash.update(demand.community.unwrap_or(u32::MAX).to_le_bytes());
        hash.update((demand.reach.len() as u64).to_le_bytes());
        for (site, distance) in &demand.reach {
            hash.update(site.to_le_bytes());
            hash.update(distance.to_bits().to_le_bytes());
        }
    }
    let stated = (&problem.goal, &problem.constraints);
    hash.update(serde_json::to_vec(&stated).unwrap_or_default());
    hex::encode(hash.finalize())
}
