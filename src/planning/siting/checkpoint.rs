//! What a job stores so that its search can be resumed after a restart: the reduced problem and the incumbent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::control::Control;
use super::plan::Plan;
use super::problem::{Demand, Problem, Refusal};
use super::solve;

/// The state of a search that can be resumed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The problem, in which demand points with the same reach and community are merged into one.
    pub problem: Problem,
    /// The sites of the best plan so far.
    pub incumbent: Option<Vec<u32>>,
}

impl Checkpoint {
    /// Creates the checkpoint of a search that has not begun.
    pub fn new(problem: &Problem) -> Self {
        Self {
            problem: reduced(problem),
            incumbent: None,
        }
    }

    /// Solves the problem, starting from the stored incumbent. An incumbent that the problem does not accept is
    /// ignored.
    ///
    /// # Errors
    ///
    /// All errors in the problem statement.
    pub fn resume(&self, control: &Control<'_>) -> Result<Plan, Vec<Refusal>> {
        let known = self.incumbent.as_deref();
        let is_known = |sites: &&[u32]| {
            sites
                .iter()
                .all(|s| (*s as usize) < self.problem.candidates)
        };
        solve(&self.problem, known.filter(is_known), control)
    }
}

/// Merges demand points with the same reach and community, for example the doors of one stairwell. Their weights are
/// added up.
pub fn reduced(problem: &Problem) -> Problem {
    type Key = (Option<u32>, Vec<(u32, u64)>);
    let mut merged: BTreeMap<Key, f64> = BTreeMap::new();
    for point in &problem.demand {
        let mut reach: Vec<(u32, u64)> = point
            .reach
            .iter()
            .map(|(site, d)| (*site, d.to_bits()))
            .collect();
        reach.sort_unstable();
        *merged.entry((point.community, reach)).or_default() += point.weight;
    }
    let demand = merged
        .into_iter()
        .map(|((community, reach), weight)| Demand {
            weight,
            reach: reach
                .into_iter()
                .map(|(site, d)| (site, f64::from_bits(d)))
                .collect(),
            community,
        });
    Problem {
        demand: demand.collect(),
        ..problem.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::super::control::{Halt, StopReason};
    use super::super::problem::{Constraints, Goal};
    use super::super::random::Random;
    use super::*;

    fn city(random: &mut Random) -> Problem {
        let mut place = || [random.below(1000) as f64, random.below(1000) as f64];
        let sites: Vec<[f64; 2]> = (0..40).map(|_| place()).collect();
        let homes: Vec<[f64; 2]> = (0..200).map(|_| place()).collect();
        let point = |home: &[f64; 2]| Demand {
            weight: 1.0 + home[0] % 7.0,
            reach: (0_u32..)
                .zip(&sites)
                .map(|(at, s)| (at, (s[0] - home[0]).hypot(s[1] - home[1]).round()))
                .collect(),
            community: None,
        };
        Problem {
            candidates: 40,
            // Every home twice.
            demand: homes.iter().chain(&homes).map(point).collect(),
            goal: Goal::LeastWalking,
            constraints: Constraints {
                sites: Some(6),
                ..Constraints::default()
            },
        }
    }

    #[test]
    fn a_search_that_was_stopped_goes_on_from_its_stored_checkpoint() {
        let problem = city(&mut Random::new(9));
        let mut checkpoint = Checkpoint::new(&problem);
        assert!(
            checkpoint.problem.demand.len() <= 200,
            "homes that are the same are merged"
        );
        let best = solve(&problem, None, &Control::unlimited()).unwrap();
        let incumbent = RefCell::new(None);
        let looks = Cell::new(0);
        let stop = || {
            looks.set(looks.get() + 1);
            (looks.get() > 12).then_some(Halt::Cancelled)
        };
        let control = Control {
            should_stop: &stop,
            plan: &|sites| *incumbent.borrow_mut() = Some(sites.to_vec()),
            ..Control::unlimited()
        };
        let stopped = checkpoint.resume(&control).unwrap();
        assert_eq!(stopped.stop_reason, StopReason::Cancelled);
        checkpoint.incumbent = incumbent.into_inner();
        assert!(problem.accepts(checkpoint.incumbent.as_ref().unwrap()));
        let stored = serde_json::to_string(&checkpoint).unwrap();
        let stored: Checkpoint = serde_json::from_str(&stored).unwrap();
        assert_eq!(stored, checkpoint);
        let finished = stored.resume(&Control::unlimited()).unwrap();
        assert_eq!(finished.stop_reason, StopReason::Optimal);
        assert_eq!(finished.incumbent, best.incumbent);
    }
}
