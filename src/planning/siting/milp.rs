//! Coverage with constraints that the p-median and the covering solver do not support (capacities, backup,
//! least shares of communities, a share of all people): a mixed-integer program, solved by `microlp`.

use std::collections::BTreeMap;
use std::time::Duration;

use microlp::{
    ComparisonOp, Error, LinearExpr, OptimizationDirection, ResumeOptions, Solution, SolveOptions,
    Variable,
};

use super::control::{Control, Progress, StopReason};
use super::problem::{Goal, Problem, SLACK};

/// The result of [`solve`].
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub sites: Option<Vec<u32>>,
    /// No plan has a better objective than this; infinite if no bound is known.
    pub bound: f64,
    pub stop: StopReason,
}

/// `microlp` runs for this long between two checks of the time limit and of cancellation.
const SLICE: Duration = Duration::from_millis(400);

/// Demand points of the same community that the same sites cover to the same degree.
struct Group {
    weight: f64,
    /// The sites that cover the group, each with the share of a person that it covers: above 0, at most 1.
    near: Vec<(u32, f64)>,
    community: Option<u32>,
}

/// The community; and the sites, each with the bits of the `f64` share of a person that it covers.
type Key = (Option<u32>, Vec<(u32, u64)>);

fn groups(problem: &Problem) -> Vec<Group> {
    let mut groups: BTreeMap<Key, f64> = BTreeMap::new();
    let by_community = !problem.constraints.community_share.is_empty();
    for point in &problem.demand {
        let covers = point
            .reach
            .iter()
            .map(|(site, d)| (*site, problem.coverage(*d)));
        let mut near: Vec<(u32, u64)> = covers
            .filter(|(_, share)| *share > 0.0)
            .map(|(site, share)| (site, share.to_bits()))
            .collect();
        near.sort_unstable();
        let community = point.community.filter(|_| by_community);
        *groups.entry((community, near)).or_default() += point.weight;
    }
    let group = |((community, near), weight): (Key, f64)| Group {
        weight,
        near: near
            .iter()
            .map(|(site, share)| (*site, f64::from_bits(*share)))
            .collect(),
        community,
    };
    groups.into_iter().map(group).collect()
}

/// Solves a problem of coverage with all its constraints, starting from `first` if it is given.
pub(super) fn solve(problem: &Problem, first: Option<&[u32]>, control: &Control<'_>) -> Outcome {
    let (model, sites) = model(problem);
    let mut options = SolveOptions::default();
    options.time_limit = Some(SLICE);
    options.warm_start = first.map(|plan| {
        let value = |(at, site): (usize, &Variable)| {
            (*site, f64::from(u8::from(plan.contains(&(at as u32)))))
        };
        sites.iter().enumerate().map(value).collect()
    });
    let is_max = !matches!(problem.goal, Goal::FewestSites { .. });
    let unknown = if is_max {
        f64::INFINITY
    } else {
        f64::NEG_INFINITY
    };
    let mut best: Option<Vec<u32>> = first.map(<[u32]>::to_vec);
    let mut bound = unknown;
    let mut state = model.solve_with(options);
    loop {
        let outcome = match state {
            Ok(outcome) => outcome,
            Err(Error::Infeasible) if best.is_none() => {
                return Outcome {
                    sites: None,
                    bound,
                    stop: StopReason::Infeasible,
                };
            }
            // The incumbent and the bound found before the error stay valid.
            Err(_) => {
                return Outcome {
                    sites: best,
                    bound,
                    stop: StopReason::SolverFailed,
                };
            }
        };
        // Whether the library found a plan that violates a constraint by more than the tolerance of `Problem::accepts`.
        let mut is_refused = false;
        if let Some(solution) = outcome.solution() {
            let open = (0_u32..).zip(&sites);
            let plan: Vec<u32> = open
                .filter(|(_, v)| solution.var_value(**v) > 0.5)
                .map(|(site, _)| site)
                .collect();
            let better = |known: &Vec<u32>| {
                let (new, old) = (problem.objective(&plan), problem.objective(known));
                if is_max { new > old } else { new < old }
            };
            is_refused = !problem.accepts(&plan);
            if !is_refused && best.as_ref().is_none_or(better) {
                (control.plan)(&plan);
                best = Some(plan);
            }
        }
        bound = outcome.stats().best_bound.unwrap_or(bound);
        if outcome.is_optimal() {
            // The optimum of the library bounds all plans, even if the plan of the library is refused.
            let optimum = outcome.solution().map_or(bound, Solution::objective);
            let proven = best.as_ref().map(|plan| problem.objective(plan));
            let proven = proven.filter(|value| {
                let loss = if is_max {
                    optimum - value
                } else {
                    value - optimum
                };
                !is_refused || loss <= SLACK * value.abs()
            });
            return Outcome {
                sites: best,
                bound: proven.unwrap_or(optimum),
                stop: match proven {
                    Some(_) => StopReason::Optimal,
                    None => StopReason::SolverFailed,
                },
            };
        }
        let value = best.as_ref().map(|plan| problem.objective(plan));
        if bound.is_finite() {
            (control.progress)(Progress::new(value, bound));
        }
        if let Some(halt) = control.halt() {
            return Outcome {
                sites: best,
                bound,
                stop: halt.into(),
            };
        }
        let mut again = ResumeOptions::default();
        again.time_limit = Some(SLICE);
        state = outcome.resume_with(again);
    }
}

/// The program, and the variable of each site.
fn model(problem: &Problem) -> (microlp::Problem, Vec<Variable>) {
    let constraints = &problem.constraints;
    let counts_sites = matches!(problem.goal, Goal::FewestSites { .. });
    let mut model = microlp::Problem::new(if counts_sites {
        OptimizationDirection::Minimize
    } else {
        OptimizationDirection::Maximize
    });
    let always = constraints.always();
    let sites: Vec<Variable> = (0..problem.candidates as u32)
        .map(|site| {
            let price = if counts_sites {
                problem.cost(site)
            } else {
                0.0
            };
            let low = i32::from(always.contains(&site));
            let high = i32::from(!constraints.forbidden.contains(&site));
            // If a site is both required and forbidden, the row below makes the problem infeasible; the bounds
            // of the variable stay in order.
            model.add_integer_var(price, (low.min(high), high))
        })
        .collect();
    for site in always.iter().filter(|s| constraints.forbidden.contains(s)) {
        row(
            &mut model,
            [(sites[*site as usize], 1.0)],
            ComparisonOp::Ge,
            1.0,
        );
    }
    if let Some(total) = problem.total_sites() {
        let all = sites.iter().map(|s| (*s, 1.0));
        row(&mut model, all, ComparisonOp::Eq, total as f64);
    }
    if let Some(budget) = constraints.budget {
        let costs = (0_u32..).zip(&sites).map(|(at, s)| (*s, problem.cost(at)));
        row(&mut model, costs, ComparisonOp::Le, budget);
    }
    for (a, b) in &constraints.too_close {
        let pair = [(sites[*a as usize], 1.0), (sites[*b as usize], 1.0)];
        row(&mut model, pair, ComparisonOp::Le, 1.0);
    }
    if let Goal::Relocation { moves, .. } = problem.goal {
        let is_new = |at: &u32| !constraints.existing.contains(at);
        let new = (0_u32..).zip(&sites).filter(|(at, _)| is_new(at));
        row(
            &mut model,
            new.map(|(_, s)| (*s, 1.0)),
            ComparisonOp::Le,
            moves as f64,
        );
    }
    cover_rows(problem, &mut model, &sites);
    (model, sites)
}

/// The variables and rows of the demand.
fn cover_rows(problem: &Problem, model: &mut microlp::Problem, sites: &[Variable]) {
    let constraints = &problem.constraints;
    let worth = match problem.goal {
        Goal::FewestSites { .. } => 0.0,
        _ => 1.0,
    };
    let share = match problem.goal {
        Goal::FewestSites { share, .. } => Some(share),
        _ => None,
    };
    let mut people: BTreeMap<Option<u32>, Vec<(Variable, f64)>> = BTreeMap::new();
    let mut all: Vec<(Variable, f64)> = Vec::new();
    let mut loads: BTreeMap<u32, Vec<(Variable, f64)>> = BTreeMap::new();
    for group in groups(problem) {
        let weight = group.weight;
        let in_parts = constraints.capacity.is_some() || group.near.iter().any(|n| n.1 < 1.0);
        let everybody = share.is_some_and(|share| share >= 1.0);
        let mut served = Vec::new();
        if in_parts {
            // One variable for each site: the share of the group that it serves.
            let mut sum = Vec::new();
            for (site, part) in &group.near {
                let variable = model.add_var(worth * weight * part, (0.0, 1.0));
                let site_row = [(variable, 1.0), (sites[*site as usize], -1.0)];
                row(model, site_row, ComparisonOp::Le, 0.0);
                sum.push((variable, 1.0));
                served.push((variable, weight * part));
                loads.entry(*site).or_default().push((variable, weight));
            }
            let compare = if everybody && weight > 0.0 {
                ComparisonOp::Eq
            } else {
                ComparisonOp::Le
            };
            row(model, sum, compare, 1.0);
            if everybody && weight <= 0.0 {
                let near = group
                    .near
                    .iter()
                    .map(|(site, _)| (sites[*site as usize], 1.0));
                row(model, near, ComparisonOp::Ge, 1.0);
            }
        } else {
            let needed = 1.0 + f64::from(u8::from(constraints.backup));
            let near = group
                .near
                .iter()
                .map(|(site, _)| (sites[*site as usize], 1.0));
            if everybody {
                row(model, near, ComparisonOp::Ge, needed);
                continue;
            }
            // If one site is enough, integer variables for the sites make the coverage an integer too. If two are
            // needed, one site would allow a coverage of 0.5, so this variable must be an integer itself.
            let variable = if constraints.backup {
                model.add_integer_var(worth * weight, (0, 1))
            } else {
                model.add_var(worth * weight, (0.0, 1.0))
            };
            let with = near.chain([(variable, -needed)]);
            row(model, with, ComparisonOp::Ge, 0.0);
            served.push((variable, weight));
        }
        all.extend(&served);
        people.entry(group.community).or_default().extend(served);
    }
    if let Some(capacity) = &constraints.capacity {
        for (site, mut load) in loads {
            load.push((sites[site as usize], -capacity[site as usize]));
            row(model, load, ComparisonOp::Le, 0.0);
        }
    }
    let total = |community: Option<u32>| -> f64 {
        let of = |d: &&super::problem::Demand| community.is_none() || d.community == community;
        problem.demand.iter().filter(of).map(|d| d.weight).sum()
    };
    if let Some(share) = share.filter(|share| *share < 1.0) {
        row(model, all, ComparisonOp::Ge, share * total(None));
    }
    for (community, share) in &constraints.community_share {
        if share * total(Some(*community)) <= 0.0 {
            continue;
        }
        // If everybody must be covered, every least share of a community holds anyway.
        let everybody = matches!(problem.goal, Goal::FewestSites { share, .. } if share >= 1.0);
        if !everybody {
            let covered = people.get(&Some(*community)).cloned().unwrap_or_default();
            row(
                model,
                covered,
                ComparisonOp::Ge,
                share * total(Some(*community)),
            );
        }
    }
}

fn row(
    model: &mut microlp::Problem,
    terms: impl IntoIterator<Item = (Variable, f64)>,
    compare: ComparisonOp,
    right: f64,
) {
    let mut sum = LinearExpr::empty();
    for (variable, factor) in terms {
        sum.add(variable, factor);
    }
    model.add_constraint(sum, compare, right);
}

/// For each demand point, how many of its people these sites can serve within their capacities. As many people
/// as possible are served while every community has its least share; if that is impossible, the least shares
/// are ignored.
pub(super) fn assigned(problem: &Problem, sites: &[u32], capacity: &[f64]) -> Vec<f64> {
    let with_shares = if problem.constraints.community_share.is_empty() {
        None
    } else {
        assign(problem, sites, capacity, true)
    };
    with_shares
        .or_else(|| assign(problem, sites, capacity, false))
        .unwrap_or_else(|| vec![0.0; problem.demand.len()])
}

fn assign(
    problem: &Problem,
    sites: &[u32],
    capacity: &[f64],
    with_shares: bool,
) -> Option<Vec<f64>> {
    let mut model = microlp::Problem::new(OptimizationDirection::Maximize);
    let mut loads: BTreeMap<u32, Vec<(Variable, f64)>> = BTreeMap::new();
    let mut communities: BTreeMap<u32, Vec<(Variable, f64)>> = BTreeMap::new();
    let mut of_point: Vec<Vec<(Variable, f64)>> = Vec::new();
    for point in &problem.demand {
        let mut served = Vec::new();
        for (site, distance) in &point.reach {
            let share = problem.coverage(*distance);
            if share > 0.0 && point.weight > 0.0 && sites.contains(site) {
                let variable = model.add_var(share, (0.0, point.weight));
                loads.entry(*site).or_default().push((variable, 1.0));
                served.push((variable, share));
            }
        }
        if served.len() > 1 {
            let sum = served.iter().map(|(v, _)| (*v, 1.0));
            row(&mut model, sum, ComparisonOp::Le, point.weight);
        }
        if let Some(community) = point.community {
            communities.entry(community).or_default().extend(&served);
        }
        of_point.push(served);
    }
    for (site, load) in loads {
        row(&mut model, load, ComparisonOp::Le, capacity[site as usize]);
    }
    for (community, share) in problem
        .constraints
        .community_share
        .iter()
        .filter(|_| with_shares)
    {
        let people = problem
            .demand
            .iter()
            .filter(|d| d.community == Some(*community));
        let least = share * people.map(|d| d.weight).sum::<f64>();
        let served = communities.get(community).cloned().unwrap_or_default();
        if least > 0.0 {
            row(&mut model, served, ComparisonOp::Ge, least);
        }
    }
    let solved = model.solve().ok()?;
    let solution = solved.solution()?;
    let covered = |served: &Vec<(Variable, f64)>| {
        served
            .iter()
            .map(|(v, share)| share * solution.var_value(*v))
            .sum()
    };
    Some(of_point.iter().map(covered).collect())
}

#[cfg(test)]
mod tests {
    use super::super::problem::{Constraints, Demand};
    use super::*;

    /// Three villages with a site each. With site 0, plans cost 5e-8 more than the budget: `microlp` accepts rows that
    /// are violated by up to 1e-7, `Problem::accepts` does not.
    fn nearly_free(required: Vec<u32>) -> Problem {
        let village = |weight, site| Demand {
            weight,
            reach: vec![(site, 10.0)],
            community: Some(site),
        };
        Problem {
            candidates: 3,
            demand: vec![village(60.0, 0), village(40.0, 1), village(5.0, 2)],
            goal: Goal::MostCovered {
                radius: 20.0,
                until: None,
            },
            constraints: Constraints {
                required,
                cost: Some(vec![5e-8, 9.0, 1.0]),
                budget: Some(1.0),
                community_share: vec![(2, 0.5)],
                ..Constraints::default()
            },
        }
    }

    #[test]
    fn a_plan_is_not_optimal_if_the_library_found_a_better_one_that_is_refused() {
        let problem = nearly_free(Vec::new());
        assert!(problem.accepts(&[2]) && !problem.accepts(&[0, 2]));
        let found = solve(&problem, Some(&[2]), &Control::unlimited());
        assert_eq!(found.sites.as_deref(), Some(&[2][..]));
        assert_eq!((found.stop, found.bound), (StopReason::SolverFailed, 65.0));
    }

    #[test]
    fn without_a_plan_that_is_accepted_the_solver_failed() {
        let problem = nearly_free(vec![0]);
        let found = solve(&problem, None, &Control::unlimited());
        assert_eq!((found.sites, found.stop), (None, StopReason::SolverFailed));
    }
}
