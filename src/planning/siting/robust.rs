//! How robust a plan is: the problem is solved again with other demand, other walking speeds and some links missing.
//! The result says how often each site is chosen ("in 93 of 100").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::control::{Control, StopReason};
use super::problem::{Problem, Refusal};
use super::random::Random;
use super::solve;

/// What varies between the runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// How many times the problem is solved.
    pub runs: u32,
    /// The seed of the random numbers. The same seed gives the same samples.
    pub seed: u64,
    /// The standard deviation of the logarithm of each weight: 0.2 varies demand by about 20 %.
    pub demand_spread: f64,
    /// The standard deviation of the logarithm of the walking speed. All people of a run have the same speed.
    pub speed_spread: f64,
    /// The share of links between a demand point and a candidate that are removed, from 0 to 1. The link to the nearest
    /// candidate is never removed.
    pub missing_links: f64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            runs: 100,
            seed: 1,
            demand_spread: 0.2,
            speed_spread: 0.1,
            missing_links: 0.02,
        }
    }
}

/// How often sites are chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Robustness {
    /// How many runs gave a plan. A run that ended without a plan, because the solver was stopped or failed, is counted
    /// neither here nor in `infeasible`.
    pub runs: u32,
    /// In how many of these runs the plan is proven to be the best.
    pub proven: u32,
    /// For how many further runs it is proven that no plan satisfies the constraints.
    pub infeasible: u32,
    /// Each site that was chosen, with the number of runs that chose it, most often chosen first.
    pub sites: Vec<(u32, u32)>,
}

/// Solves random samples of a problem and counts how often each site is chosen.
///
/// # Errors
///
/// All errors in the problem statement.
pub fn robustness(
    problem: &Problem,
    sampling: &Sampling,
    control: &Control<'_>,
) -> Result<Robustness, Vec<Refusal>> {
    let mut random = Random::new(sampling.seed);
    let mut found = Robustness {
        runs: 0,
        proven: 0,
        infeasible: 0,
        sites: Vec::new(),
    };
    let mut times: BTreeMap<u32, u32> = BTreeMap::new();
    let quiet = Control {
        progress: &|_| {},
        plan: &|_| {},
        ..*control
    };
    for _ in 0..sampling.runs {
        let sample = resample(problem, sampling, &mut random);
        if control.halt().is_some() {
            break;
        }
        let plan = solve(&sample, None, &quiet)?;
        if control.halt().is_some() {
            // The plan of a stopped search may be far from the best one, so it is not counted.
            break;
        }
        match plan.sites {
            Some(sites) => {
                found.runs += 1;
                found.proven += u32::from(plan.stop_reason == StopReason::Optimal);
                sites
                    .iter()
                    .for_each(|site| *times.entry(*site).or_default() += 1);
            }
            None if plan.stop_reason == StopReason::Infeasible => found.infeasible += 1,
            // The library for integer programs failed, so it is not known whether there is a plan.
            None => {}
        }
    }
    found.sites = times.into_iter().collect();
    found
        .sites
        .sort_by_key(|(site, times)| (u32::MAX - times, *site));
    Ok(found)
}

/// Draws one sample of a problem. Whole-number weights are rounded to whole numbers.
pub fn resample(problem: &Problem, sampling: &Sampling, random: &mut Random) -> Problem {
    let mut sample = problem.clone();
    let slower = (sampling.speed_spread * random.normal()).exp();
    for point in &mut sample.demand {
        let is_whole = point.weight.fract() == 0.0;
        point.weight *= (sampling.demand_spread * random.normal()).exp();
        if is_whole {
            point.weight = point.weight.round();
        }
        let nearest = point
            .reach
            .iter()
            .map(|(_, d)| *d)
            .fold(f64::INFINITY, f64::min);
        point
            .reach
            .retain(|(_, d)| random.unit() >= sampling.missing_links || *d <= nearest);
        for (_, distance) in &mut point.reach {
            *distance *= slower;
        }
    }
    sample
}

#[cfg(test)]
mod tests {
    use super::super::problem::{Constraints, Demand, Goal};
    use super::*;

    /// Two villages far apart. Sites 0 and 1 are in the villages. Site 2 is halfway, far from both.
    fn villages() -> Problem {
        let home = |weight, distances: [f64; 3]| Demand {
            weight,
            reach: (0..3).zip(distances).collect(),
            community: None,
        };
        Problem {
            candidates: 3,
            demand: vec![
                home(50.0, [10.0, 900.0, 500.0]),
                home(40.0, [20.0, 900.0, 500.0]),
                home(60.0, [900.0, 15.0, 500.0]),
            ],
            goal: Goal::LeastWalking,
            constraints: Constraints {
                sites: Some(2),
                ..Constraints::default()
            },
        }
    }

    #[test]
    fn a_plan_without_rivals_is_chosen_every_time() {
        let sampling = Sampling {
            runs: 30,
            missing_links: 0.0,
            ..Sampling::default()
        };
        let found = robustness(&villages(), &sampling, &Control::unlimited()).unwrap();
        assert_eq!((found.runs, found.proven, found.infeasible), (30, 30, 0));
        assert_eq!(found.sites, [(0, 30), (1, 30)]);
    }

    #[test]
    fn a_rival_is_chosen_in_some_of_the_runs_and_the_same_seed_repeats_them() {
        let mut problem = villages();
        problem.constraints.sites = Some(1);
        // The only site goes to the village with more people in the sample.
        problem.goal = Goal::MostCovered {
            radius: 100.0,
            until: None,
        };
        problem.demand.remove(1);
        let sampling = Sampling::default();
        let found = robustness(&problem, &sampling, &Control::unlimited()).unwrap();
        let times: BTreeMap<u32, u32> = found.sites.iter().copied().collect();
        assert_eq!(times.values().sum::<u32>(), 100);
        assert!(times[&1] > times[&0] && times[&0] > 5, "{times:?}");
        let again = robustness(&problem, &sampling, &Control::unlimited()).unwrap();
        assert_eq!(found, again);
    }

    #[test]
    fn only_proven_samples_count_as_infeasible() {
        let mut problem = villages();
        problem.goal = Goal::MostCovered {
            radius: 100.0,
            until: None,
        };
        problem.constraints.community_share = vec![(7, 0.5)];
        problem.constraints.sites = None;
        problem.constraints.required = vec![0];
        // The integer program accepts a required site that costs 5e-8 too much, and its plan is refused.
        problem.constraints.cost = Some(vec![5e-8, 0.0, 0.0]);
        problem.constraints.budget = Some(0.0);
        let sampling = Sampling {
            runs: 5,
            ..Sampling::default()
        };
        let counts = |problem: &Problem| {
            let found = robustness(problem, &sampling, &Control::unlimited()).unwrap();
            (found.runs, found.proven, found.infeasible)
        };
        assert_eq!(counts(&problem), (0, 0, 0));
        problem.constraints.cost = Some(vec![5.0, 0.0, 0.0]);
        assert_eq!(counts(&problem), (0, 0, 5));
    }
}
