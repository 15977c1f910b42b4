//! Converts a siting problem to an instance of the solvers for sums, and what they found.

use std::collections::BTreeMap;

use super::control::StopReason;
use super::median::{Choice, Costs, Instance};
use super::problem::Problem;

/// The result of a solver. The bound is an upper bound if the goal is to cover people, otherwise a lower bound.
pub(super) struct Found {
    pub sites: Option<Vec<u32>>,
    pub bound: f64,
    pub stop: StopReason,
}

pub(super) fn instance(problem: &Problem, costs: Costs, choice: Choice, granule: f64) -> Instance {
    Instance {
        sites: problem.candidates,
        costs,
        choice,
        required: problem.constraints.always(),
        forbidden: problem.constraints.forbidden.clone(),
        conflicts: problem.constraints.too_close.clone(),
        granule,
        limit: None,
    }
}

/// The number of which all sums of these numbers are multiples: 1 if all of them are whole, otherwise 0 (not known).
pub(super) fn granule_of(mut numbers: impl Iterator<Item = f64>) -> f64 {
    let whole = numbers.all(|n| n.fract() == 0.0 && n.abs() < 1e15);
    f64::from(u8::from(whole))
}

/// Who is not covered, as costs: the cost of a demand point is the weight that no chosen site covers.
pub(super) struct Missed {
    pub costs: Costs,
    /// The number of people.
    pub demand: f64,
    /// See [`Instance::granule`].
    pub granule: f64,
}

pub(super) fn missed(problem: &Problem) -> Missed {
    // Demand points that the same sites cover to the same degree are merged into one.
    let mut merged: BTreeMap<Vec<(u32, u64)>, f64> = BTreeMap::new();
    let mut demand = 0.0;
    for point in &problem.demand {
        let covers = point
            .reach
            .iter()
            .map(|(site, d)| (*site, problem.coverage(*d)));
        let covers = covers.filter(|(_, share)| *share > 0.0);
        let mut key: Vec<(u32, u64)> = covers.map(|(s, share)| (s, share.to_bits())).collect();
        key.sort_unstable();
        demand += point.weight;
        if point.weight > 0.0 {
            *merged.entry(key).or_default() += point.weight;
        }
    }
    let is_gradual = problem
        .goal
        .radius()
        .is_some_and(|(_, until)| until.is_some());
    let granule = if is_gradual {
        0.0
    } else {
        granule_of(merged.values().copied())
    };
    let mut costs = Costs::new();
    for (key, weight) in &merged {
        let cost = |share: u64| weight * (1.0 - f64::from_bits(share));
        let mut row = key
            .iter()
            .map(|(site, share)| (*site, cost(*share)))
            .collect();
        costs.push(&mut row, *weight);
    }
    Missed {
        costs,
        demand,
        granule,
    }
}
