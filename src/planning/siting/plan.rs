//! The figures of a plan. They are computed again from the chosen sites, so that figures that are shown do not depend
//! on the solver.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::control::StopReason;
use super::milp;
use super::problem::{Constraint, Goal, Problem, SLACK};

/// The result of a siting problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The chosen candidates, ascending; `None` if no plan was found.
    pub sites: Option<Vec<u32>>,
    /// The objective, recomputed from the sites: people covered, number or cost of sites, walking, or the
    /// largest distance.
    pub incumbent: Option<f64>,
    /// No plan has a better objective than this.
    pub bound: Option<f64>,
    /// `|incumbent − bound| / |incumbent|`.
    pub gap: Option<f64>,
    /// Why the solver stopped.
    pub stop_reason: StopReason,
    /// The figures of the plan.
    pub figures: Option<Figures>,
    /// Whether it is proven that no equally good plan needs less walking.
    pub least_walking: bool,
    /// If no plan exists: each constraint whose removal alone would make a plan possible; or all constraints in use if
    /// there is no such constraint.
    pub conflicts: Vec<Constraint>,
}

/// The figures of a set of sites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The number of people.
    pub demand: f64,
    /// The people covered; gradual coverage counts people in part. `None` for goals without a radius.
    pub covered: Option<f64>,
    /// The sum of weight × distance to the nearest site, over the people who reach one.
    pub walking: f64,
    /// The people who reach no site.
    pub unreached: f64,
    /// The largest distance to the nearest site, over the demand points with people that reach one.
    pub worst: f64,
    /// The total cost of the sites, or their number if no costs are given. Existing facilities that are kept
    /// cost nothing.
    pub cost: f64,
}

impl Problem {
    /// Computes the figures of these sites.
    pub fn figures(&self, sites: &[u32]) -> Figures {
        let is_open = self.marks(sites);
        let mut figures = Figures {
            demand: self.demand.iter().map(|d| d.weight).sum(),
            covered: self.goal.radius().map(|_| self.covered(sites).iter().sum()),
            walking: 0.0,
            unreached: 0.0,
            worst: 0.0,
            cost: self.cost_of(sites),
        };
        for point in &self.demand {
            let open = point.reach.iter().filter(|(s, _)| is_open[*s as usize]);
            match open.map(|(_, d)| *d).min_by(f64::total_cmp) {
                Some(distance) => {
                    figures.walking += point.weight * distance;
                    if point.weight > 0.0 {
                        figures.worst = figures.worst.max(distance);
                    }
                }
                None => figures.unreached += point.weight,
            }
        }
        figures
    }

    fn marks(&self, sites: &[u32]) -> Vec<bool> {
        let mut marks = vec![false; self.candidates];
        sites.iter().for_each(|s| marks[*s as usize] = true);
        marks
    }

    /// The total cost of sites. Existing sites that are kept cost nothing.
    pub(super) fn cost_of(&self, sites: &[u32]) -> f64 {
        sites.iter().map(|site| self.cost(*site)).sum()
    }

    /// Whether a total cost is within the budget. Always true without a budget.
    pub(super) fn is_affordable(&self, cost: f64) -> bool {
        let within = |budget: f64| cost <= budget + SLACK * budget.max(1.0);
        self.constraints.budget.is_none_or(within)
    }

    /// The cost of a candidate; 0 if it exists and is kept.
    pub(super) fn cost(&self, site: u32) -> f64 {
        let constraints = &self.constraints;
        if constraints.keep_existing && constraints.existing.contains(&site) {
            return 0.0;
        }
        constraints
            .cost
            .as_ref()
            .map_or(1.0, |cost| cost[site as usize])
    }

    /// How many people of each demand point are covered.
    pub fn covered(&self, sites: &[u32]) -> Vec<f64> {
        if let Some(capacity) = &self.constraints.capacity {
            return milp::assigned(self, sites, capacity);
        }
        let is_open = self.marks(sites);
        let of_point = |point: &super::problem::Demand| {
            let open = point.reach.iter().filter(|(s, _)| is_open[*s as usize]);
            let mut shares: Vec<f64> = open.map(|(_, d)| self.coverage(*d)).collect();
            shares.sort_by(|a, b| b.total_cmp(a));
            let needed = usize::from(self.constraints.backup);
            point.weight * shares.get(needed).copied().unwrap_or(0.0)
        };
        self.demand.iter().map(of_point).collect()
    }

    /// The objective of a plan.
    pub fn objective(&self, sites: &[u32]) -> f64 {
        let figures = self.figures(sites);
        match self.goal {
            Goal::MostCovered { .. } | Goal::Relocation { .. } => figures.covered.unwrap_or(0.0),
            Goal::FewestSites { .. } => figures.cost,
            Goal::LeastWalking => figures.walking,
            Goal::BestWorst => figures.worst,
        }
    }

    /// The constraints that a plan violates. [`Problem::accepts`] also checks that everybody reaches a site.
    pub fn violated(&self, sites: &[u32]) -> BTreeSet<Constraint> {
        let constraints = &self.constraints;
        let is_open = self.marks(sites);
        let open = |list: &[u32]| list.iter().all(|s| is_open[*s as usize]);
        let mut violated = BTreeSet::new();
        let mut check = |constraint, holds: bool| {
            if !holds {
                violated.insert(constraint);
            }
        };
        if let Some(total) = self.total_sites() {
            let number = is_open.iter().filter(|o| **o).count();
            let at_most = self.goal == Goal::BestWorst && number <= total;
            check(Constraint::Sites, number == total || at_most);
        }
        if constraints.keep_existing {
            check(Constraint::KeepExisting, open(&constraints.existing));
        }
        check(Constraint::Required, open(&constraints.required));
        let closed = !constraints.forbidden.iter().any(|s| is_open[*s as usize]);
        check(Constraint::Forbidden, closed);
        check(Constraint::Budget, self.is_affordable(self.cost_of(sites)));
        let apart = |(a, b): &(u32, u32)| !(is_open[*a as usize] && is_open[*b as usize]);
        check(
            Constraint::SmallestDistance,
            constraints.too_close.iter().all(apart),
        );
        if let Goal::Relocation { moves, .. } = self.goal {
            let new = sites.iter().filter(|s| !constraints.existing.contains(s));
            check(Constraint::Moves, new.count() <= moves);
        }
        let needs_cover = matches!(self.goal, Goal::FewestSites { .. });
        if needs_cover || !constraints.community_share.is_empty() {
            let covered = self.covered(sites);
            if let Goal::FewestSites { share, .. } = self.goal {
                let pairs = covered.iter().zip(&self.demand);
                let holds = if share >= 1.0 {
                    let mut pairs = pairs;
                    // `all` holds for every demand point without people. `uncovered_point` checks these points
                    // too.
                    let all =
                        |(c, d): (&f64, &super::problem::Demand)| *c >= d.weight * (1.0 - SLACK);
                    pairs.all(all) && self.uncovered_point(sites).is_none()
                } else {
                    let demand: f64 = self.demand.iter().map(|d| d.weight).sum();
                    covered.iter().sum::<f64>() >= share * demand * (1.0 - SLACK)
                };
                check(Constraint::Cover, holds);
            }
            let mut communities: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
            for (point, covered) in self.demand.iter().zip(&covered) {
                if let Some(community) = point.community {
                    let sums = communities.entry(community).or_default();
                    sums.0 += point.weight;
                    sums.1 += covered;
                }
            }
            let holds = constraints
                .community_share
                .iter()
                .all(|(community, share)| {
                    let (people, covered) = communities.get(community).copied().unwrap_or_default();
                    covered >= share * people - SLACK * people.max(1.0)
                });
            check(Constraint::CommunityShare, holds);
        }
        violated
    }

    /// The first demand point that fewer sites cover than needed: one, or two with backup coverage.
    fn uncovered_point(&self, sites: &[u32]) -> Option<usize> {
        let is_open = self.marks(sites);
        let needed = 1 + usize::from(self.constraints.backup);
        self.demand.iter().position(|point| {
            let near = point.reach.iter().filter(|(site, distance)| {
                is_open[*site as usize] && self.coverage(*distance) >= 1.0
            });
            near.count() < needed
        })
    }

    /// Whether a plan satisfies all constraints. If the goal is a distance, everybody must also reach a site.
    pub fn accepts(&self, sites: &[u32]) -> bool {
        let reaches = match self.goal {
            Goal::LeastWalking | Goal::BestWorst => {
                let is_open = self.marks(sites);
                let reached = |d: &super::problem::Demand| {
                    d.weight <= 0.0 || d.reach.iter().any(|(s, _)| is_open[*s as usize])
                };
                self.demand.iter().all(reached)
            }
            _ => true,
        };
        reaches && self.violated(sites).is_empty()
    }
}
