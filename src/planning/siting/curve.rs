//! The curve of coverage over the number of sites: how many people the best plan covers with no new site, with one,
//! with two, and so on.

use std::cell::Cell;

use super::control::{Control, Halt, StopReason};
use super::problem::{Goal, Problem, Refusal};
use super::solve::best_of;

/// How often the solver may ask whether to stop, for each point. This limits the effort independently of the speed of
/// the machine, so that the same problem gives the same curve. While `microlp` runs, the solver asks by elapsed time,
/// so there the caller has to limit the time.
const EFFORT: usize = 2_000;

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The number of sites, in addition to the existing ones that are kept.
    pub sites: usize,
    /// How many people the plan covers.
    pub covered: f64,
    /// Whether it is proven that no plan covers more. Otherwise this is the best plan that was found.
    pub is_proven: bool,
}

/// Returns the curve from 0 to `most` sites. Numbers of sites for which there is no plan are left out. The curve ends
/// before the first number of sites with which [`Problem::check`] finds an error. It is empty unless the goal is to
/// cover most people with a number of sites.
///
/// `begin` is called before each point with the number of points that are left, this one included, so that the caller
/// can limit the time of each point. A point whose search `control` stops has the best plan found. The curve ends if
/// `control` still stops the search after `begin` was called.
///
/// # Errors
///
/// All errors in the problem statement.
pub fn curve(
    problem: &Problem,
    most: usize,
    control: &Control<'_>,
    begin: &dyn Fn(usize),
) -> Result<Vec<Point>, Vec<Refusal>> {
    let refused = problem.check();
    if !refused.is_empty() {
        return Err(refused);
    }
    let mut points = Vec::new();
    if !matches!(problem.goal, Goal::MostCovered { .. }) || problem.constraints.sites.is_none() {
        return Ok(points);
    }
    for sites in 0..=most {
        begin(most - sites + 1);
        if control.halt().is_some() {
            break;
        }
        let mut other = problem.clone();
        other.constraints.sites = Some(sites);
        if !other.check().is_empty() {
            // For example, more sites than there are candidates.
            break;
        }
        let looks = Cell::new(0_usize);
        let should_stop = || {
            looks.set(looks.get() + 1);
            let is_over = looks.get() > EFFORT;
            control.halt().or(is_over.then_some(Halt::TimeLimit))
        };
        let inner = Control {
            should_stop: &should_stop,
            progress: &|_| {},
            plan: &|_| {},
        };
        let plan = best_of(&other, &inner)?;
        if let Some(covered) = plan.incumbent {
            points.push(Point {
                sites,
                covered,
                is_proven: plan.stop_reason == StopReason::Optimal,
            });
        }
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::problem::{Constraints, Demand};
    use super::*;

    /// Four villages, each with a site. One site exists and is kept.
    fn villages() -> Problem {
        let village = |weight, site| Demand {
            weight,
            reach: vec![(site, 10.0)],
            community: None,
        };
        Problem {
            candidates: 4,
            demand: vec![
                village(5.0, 0),
                village(9.0, 1),
                village(2.0, 2),
                village(7.0, 3),
            ],
            goal: Goal::MostCovered {
                radius: 20.0,
                until: None,
            },
            constraints: Constraints {
                sites: Some(2),
                existing: vec![2],
                keep_existing: true,
                ..Constraints::default()
            },
        }
    }

    fn all(problem: &Problem) -> Result<Vec<Point>, Vec<Refusal>> {
        curve(problem, 9, &Control::unlimited(), &|_| {})
    }

    #[test]
    fn each_further_site_covers_the_largest_village_that_is_left() {
        let problem = villages();
        let points = all(&problem).unwrap();
        let found: Vec<(usize, f64)> = points.iter().map(|p| (p.sites, p.covered)).collect();
        assert_eq!(found, [(0, 2.0), (1, 11.0), (2, 18.0), (3, 23.0)]);
        assert!(points.iter().all(|p| p.is_proven));
        let mut least = problem.clone();
        least.goal = Goal::LeastWalking;
        assert!(all(&least).unwrap().is_empty());
    }

    #[test]
    fn an_invalid_problem_has_no_curve_but_errors() {
        for change in [
            |problem: &mut Problem| problem.demand[1].weight = -1.0,
            |problem: &mut Problem| problem.constraints.sites = Some(9),
        ] {
            let mut problem = villages();
            change(&mut problem);
            assert_eq!(all(&problem).unwrap_err(), problem.check());
        }
    }

    #[test]
    fn the_time_of_one_point_does_not_end_the_curve() {
        let problem = villages();
        let (asked, begun) = (Cell::new(0), RefCell::new(Vec::new()));
        let begin = |left: usize| {
            begun.borrow_mut().push(left);
            asked.set(0);
        };
        // Each point may ask once and is then stopped.
        let should_stop = || {
            asked.set(asked.get() + 1);
            (asked.get() > 1).then_some(Halt::TimeLimit)
        };
        let control = Control {
            should_stop: &should_stop,
            ..Control::unlimited()
        };
        let points = curve(&problem, 3, &control, &begin).unwrap();
        let sites: Vec<usize> = points.iter().map(|p| p.sites).collect();
        assert_eq!((sites, begun.take()), (vec![0, 1, 2, 3], vec![4, 3, 2, 1]));
        // A caller without any time left gets no curve.
        let stopped = Control {
            should_stop: &|| Some(Halt::TimeLimit),
            ..Control::unlimited()
        };
        assert_eq!(curve(&problem, 3, &stopped, &|_| {}).unwrap(), []);
    }
}
