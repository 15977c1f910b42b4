//! The next best plans after the best one, in order. All plans except the best one are divided into parts that do not
//! overlap: the plans of part `i` have the first `i` sites of the best plan and not the site after them. The best plan
//! of all parts is the next best plan. Then its part is divided in the same way (Murty 1968; Lawler 1972, doi
//! 10.1287/mnsc.18.7.401).
//!
//! A plan that only adds sites to a listed one is not listed.

use super::control::{Control, StopReason};
use super::plan::Plan;
use super::problem::{Problem, Refusal};
use super::solve::best_of;

/// One of the next best plans.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The chosen candidates, ascending.
    pub sites: Vec<u32>,
    /// Whether it is proven that only the best plan and the alternatives before this one are better.
    pub is_proven: bool,
}

/// A part of the plans: those with all `required` and none of the `forbidden` sites.
struct Part {
    required: Vec<u32>,
    forbidden: Vec<u32>,
    /// The best plan of the part.
    sites: Vec<u32>,
    is_proven: bool,
}

/// Returns up to `count` plans after `best`, better ones first. Fewer if there are no more, or if the search is
/// stopped.
///
/// # Errors
///
/// All errors in the problem statement.
pub fn alternatives(
    problem: &Problem,
    best: &[u32],
    count: usize,
    control: &Control<'_>,
) -> Result<Vec<Alternative>, Vec<Refusal>> {
    let quiet = Control {
        progress: &|_| {},
        plan: &|_| {},
        ..*control
    };
    let mut parts: Vec<Part> = Vec::new();
    let mut found: Vec<Alternative> = Vec::new();
    let mut split = Part {
        required: problem.constraints.required.clone(),
        forbidden: problem.constraints.forbidden.clone(),
        sites: best.to_vec(),
        is_proven: true,
    };
    // A part that was not solved because of a halt may have a better plan than the parts that were.
    let mut is_complete = true;
    while found.len() < count {
        is_complete &= divide(problem, &split, &mut parts, &quiet)?;
        let next = (0..parts.len()).reduce(|a, b| {
            if is_better(problem, &parts[b].sites, &parts[a].sites) {
                b
            } else {
                a
            }
        });
        let Some(next) = next else { break };
        split = parts.swap_remove(next);
        let rest_is_proven = parts.iter().all(|part| part.is_proven);
        found.push(Alternative {
            sites: split.sites.clone(),
            is_proven: is_complete && split.is_proven && rest_is_proven,
        });
        if control.halt().is_some() {
            break;
        }
    }
    Ok(found)
}

/// Divides the plans of a part other than its best one, and solves each new part. Returns false if a new part was not
/// solved because of a halt or a failure.
fn divide(
    problem: &Problem,
    split: &Part,
    parts: &mut Vec<Part>,
    control: &Control<'_>,
) -> Result<bool, Vec<Refusal>> {
    let mut required = split.required.clone();
    let always = problem.constraints.always();
    for site in &split.sites {
        if required.contains(site) || always.contains(site) {
            continue;
        }
        if control.halt().is_some() {
            return Ok(false);
        }
        let mut part = problem.clone();
        part.constraints.required.clone_from(&required);
        part.constraints.forbidden.clone_from(&split.forbidden);
        part.constraints.forbidden.push(*site);
        let plan: Plan = best_of(&part, control)?;
        if let Some(sites) = plan.sites {
            parts.push(Part {
                required: part.constraints.required,
                forbidden: part.constraints.forbidden,
                sites,
                is_proven: plan.stop_reason == StopReason::Optimal,
            });
        } else if plan.stop_reason != StopReason::Infeasible {
            return Ok(false);
        }
        required.push(*site);
    }
    Ok(true)
}

/// Whether a plan is better than another one: by the objective; if it is equal, by fewer people who reach no site, and
/// then by less walking.
fn is_better(problem: &Problem, plan: &[u32], other: &[u32]) -> bool {
    let (new, old) = (problem.objective(plan), problem.objective(other));
    let more = if problem.goal.is_maximised() {
        new - old
    } else {
        old - new
    };
    let slack = super::problem::SLACK * old.abs().max(1.0);
    if more.abs() > slack {
        return more > 0.0;
    }
    let (a, b) = (problem.figures(plan), problem.figures(other));
    (a.unreached, a.walking) < (b.unreached, b.walking)
}

#[cfg(test)]
mod tests {
    use super::super::problem::{Constraints, Demand, Goal};
    use super::super::random::Random;
    use super::super::solve;
    use super::*;

    /// A random problem with 8 candidates: choose 3 in addition to an existing one that is kept.
    fn town(random: &mut Random, goal: Goal) -> Problem {
        let mut place = || [random.below(100) as f64, random.below(100) as f64];
        let sites: Vec<[f64; 2]> = (0..8).map(|_| place()).collect();
        let homes: Vec<[f64; 2]> = (0..12).map(|_| place()).collect();
        let demand = homes.iter().map(|home| Demand {
            weight: 1.0 + home[0],
            reach: (0_u32..)
                .zip(&sites)
                .map(|(at, s)| (at, (s[0] - home[0]).hypot(s[1] - home[1]).round()))
                .collect(),
            community: None,
        });
        Problem {
            candidates: 8,
            demand: demand.collect(),
            goal,
            constraints: Constraints {
                sites: Some(3),
                existing: vec![2],
                keep_existing: true,
                ..Constraints::default()
            },
        }
    }

    #[test]
    fn the_next_best_plans_are_those_of_all_plans_in_order() {
        let mut random = Random::new(11);
        for round in 0..40 {
            let goal = if round % 2 == 0 {
                Goal::LeastWalking
            } else {
                Goal::MostCovered {
                    radius: 25.0,
                    until: None,
                }
            };
            let problem = town(&mut random, goal);
            let mut all: Vec<f64> = (0_u32..1 << 8)
                .map(|set| (0..8).filter(|s| set >> s & 1 == 1).collect::<Vec<u32>>())
                .filter(|sites| problem.accepts(sites))
                .map(|sites| problem.objective(&sites))
                .collect();
            all.sort_by(f64::total_cmp);
            if problem.goal.is_maximised() {
                all.reverse();
            }
            let best = solve(&problem, None, &Control::unlimited()).unwrap();
            let best = best.sites.unwrap();
            let others = alternatives(&problem, &best, 4, &Control::unlimited()).unwrap();
            assert_eq!(others.len(), 4);
            let mut seen = vec![best];
            for (other, expected) in others.iter().zip(&all[1..]) {
                assert!(other.is_proven && problem.accepts(&other.sites));
                let objective = problem.objective(&other.sites);
                assert!((objective - expected).abs() < 1e-6, "round {round}");
                assert!(!seen.contains(&other.sites));
                seen.push(other.sites.clone());
            }
        }
    }

    #[test]
    fn a_plan_without_alternatives_has_none() {
        let mut problem = town(&mut Random::new(3), Goal::LeastWalking);
        problem.constraints.required = vec![0, 1, 4];
        let others = alternatives(&problem, &[0, 1, 2, 4], 3, &Control::unlimited()).unwrap();
        assert!(others.is_empty());
    }
}
