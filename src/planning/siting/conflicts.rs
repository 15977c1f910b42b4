//! Finds the constraints because of which a problem has no plan.

use super::problem::{Constraint, Goal, Problem};

/// Each constraint whose removal alone would make a plan possible. All constraints in use if there is no such
/// constraint. `has_plan` returns whether a problem has a plan.
pub(super) fn conflicting(
    problem: &Problem,
    has_plan: impl Fn(&Problem) -> bool,
) -> Vec<Constraint> {
    let mut used = problem.constraints.used();
    match problem.goal {
        Goal::Relocation { .. } => used.push(Constraint::Moves),
        Goal::FewestSites { .. } => used.push(Constraint::Cover),
        _ => {}
    }
    let to_blame = |constraint: &Constraint| {
        without(problem, *constraint).is_some_and(|other| has_plan(&other))
    };
    let alone: Vec<Constraint> = used.iter().copied().filter(to_blame).collect();
    if alone.is_empty() { used } else { alone }
}

/// The problem without one constraint; `None` if it cannot be stated without it.
fn without(problem: &Problem, constraint: Constraint) -> Option<Problem> {
    let mut other = problem.clone();
    let constraints = &mut other.constraints;
    match constraint {
        Constraint::Sites => {
            // Candidates that cost nothing and a budget of 0 allow any number of sites.
            constraints.sites = None;
            if constraints.budget.is_none() {
                constraints.cost = Some(vec![0.0; problem.candidates]);
                constraints.budget = Some(0.0);
            }
        }
        Constraint::KeepExisting => {
            let kept = constraints.existing.len();
            constraints.keep_existing = false;
            constraints.sites = constraints.sites.map(|sites| sites + kept);
        }
        Constraint::Required => constraints.required.clear(),
        Constraint::Forbidden => constraints.forbidden.clear(),
        Constraint::Budget => {
            constraints.budget = None;
            if constraints.sites.is_none() && !matches!(other.goal, Goal::FewestSites { .. }) {
                constraints.budget = Some(constraints.cost.iter().flatten().sum());
            }
        }
        Constraint::Capacity => constraints.capacity = None,
        Constraint::CommunityShare => constraints.community_share.clear(),
        Constraint::Backup => constraints.backup = false,
        Constraint::SmallestDistance => constraints.too_close.clear(),
        Constraint::Moves => {
            let all = constraints.existing.len();
            if let Goal::Relocation { moves, .. } = &mut other.goal {
                *moves = all;
            }
        }
        Constraint::Cover => {
            // Any plan that satisfies the other constraints is accepted. Without a budget, its cost does not matter.
            if let Goal::FewestSites { radius, .. } = other.goal {
                other.goal = Goal::MostCovered {
                    radius,
                    until: None,
                };
            }
            if constraints.budget.is_none() {
                constraints.cost = Some(vec![0.0; problem.candidates]);
                constraints.budget = Some(0.0);
            }
        }
        Constraint::Gradual => return None,
    }
    Some(other)
}

#[cfg(test)]
mod tests {
    use super::super::control::{Control, StopReason};
    use super::super::problem::{Constraints, Demand};
    use super::super::solve;
    use super::*;

    /// Two villages in different communities. Sites 0 and 1 are near the first one, sites 2 and 3 near the second one.
    /// No site reaches both.
    fn villages(goal: Goal, constraints: Constraints) -> Problem {
        let village = |weight, sites: [u32; 2], community| Demand {
            weight,
            reach: sites.map(|site| (site, 10.0)).to_vec(),
            community: Some(community),
        };
        Problem {
            candidates: 4,
            demand: vec![village(60.0, [0, 1], 0), village(40.0, [2, 3], 1)],
            goal,
            constraints,
        }
    }

    fn most() -> Goal {
        Goal::MostCovered {
            radius: 20.0,
            until: None,
        }
    }

    fn fewest(share: f64) -> Goal {
        Goal::FewestSites {
            radius: 20.0,
            share,
        }
    }

    fn none() -> Constraints {
        Constraints::default()
    }

    /// Two sites are chosen.
    fn two() -> Constraints {
        Constraints {
            sites: Some(2),
            ..none()
        }
    }

    fn conflicts(problem: &Problem) -> Vec<Constraint> {
        assert_eq!(problem.check(), []);
        let plan = solve(problem, None, &Control::unlimited()).unwrap();
        assert_eq!(plan.stop_reason, StopReason::Infeasible, "{problem:?}");
        plan.conflicts
    }

    /// For each constraint a problem that has no plan because of this constraint alone.
    fn alone(constraint: Constraint) -> Vec<Problem> {
        let all_communities = vec![(0, 0.9), (1, 0.9)];
        match constraint {
            // No site reaches both villages.
            Constraint::Sites => [Goal::LeastWalking, Goal::BestWorst]
                .map(|goal| {
                    let one = Constraints {
                        sites: Some(1),
                        ..none()
                    };
                    villages(goal, one)
                })
                .to_vec(),
            // Sites 0 and 1 are required, but are too many for k = 1 and too near each other.
            Constraint::Required => {
                let both = Constraints {
                    sites: Some(1),
                    required: vec![0, 1],
                    too_close: vec![(0, 1)],
                    ..none()
                };
                vec![villages(most(), both)]
            }
            // The second village has no other sites.
            Constraint::Forbidden => [Goal::LeastWalking, Goal::BestWorst]
                .map(|goal| {
                    let forbidden = vec![2, 3];
                    villages(goal, Constraints { forbidden, ..two() })
                })
                .to_vec(),
            Constraint::Budget => [Goal::LeastWalking, Goal::BestWorst]
                .map(|goal| {
                    let dear = Constraints {
                        cost: Some(vec![3.0, 4.0, 5.0, 6.0]),
                        budget: Some(7.0),
                        ..none()
                    };
                    villages(goal, dear)
                })
                .to_vec(),
            // Without the share to cover, the shares of the communities still cannot be reached, and vice versa.
            Constraint::Capacity => {
                let small = Constraints {
                    capacity: Some(vec![10.0; 4]),
                    community_share: all_communities,
                    ..none()
                };
                vec![villages(fewest(0.9), small)]
            }
            Constraint::Backup => {
                let backup = Constraints {
                    backup: true,
                    community_share: all_communities,
                    forbidden: Vec::new(),
                    ..none()
                };
                let mut problem = villages(fewest(1.0), backup);
                problem.demand[1].reach.pop();
                vec![problem]
            }
            // Half of the community reaches no site.
            Constraint::CommunityShare => {
                let share = Constraints {
                    community_share: vec![(1, 0.9)],
                    ..two()
                };
                let mut problem = villages(most(), share);
                problem.demand.push(Demand {
                    weight: 40.0,
                    reach: Vec::new(),
                    community: Some(1),
                });
                vec![problem]
            }
            // Each site near one village is too near each site of the other.
            Constraint::SmallestDistance => [Goal::LeastWalking, Goal::BestWorst]
                .map(|goal| {
                    let too_close = vec![(0, 2), (0, 3), (1, 2), (1, 3)];
                    villages(goal, Constraints { too_close, ..two() })
                })
                .to_vec(),
            // A fifth of the people reach no site.
            Constraint::Cover => [0.9, 1.0]
                .map(|share| {
                    let mut problem = villages(fewest(share), none());
                    problem.demand.push(Demand {
                        weight: 25.0,
                        reach: Vec::new(),
                        community: None,
                    });
                    problem
                })
                .to_vec(),
            // Site 0 exists. It is forbidden, and it is too near site 2, which is required.
            Constraint::KeepExisting => {
                let kept = Constraints {
                    existing: vec![0],
                    keep_existing: true,
                    forbidden: vec![0],
                    required: vec![2],
                    too_close: vec![(0, 2)],
                    ..none()
                };
                vec![villages(fewest(1.0), kept)]
            }
            // The only site exists at a forbidden candidate, and another one is required.
            Constraint::Moves => {
                let goal = Goal::Relocation {
                    moves: 0,
                    radius: 20.0,
                    until: None,
                };
                let stuck = Constraints {
                    existing: vec![0],
                    forbidden: vec![0],
                    required: vec![2],
                    ..none()
                };
                vec![villages(goal, stuck)]
            }
            Constraint::Gradual => Vec::new(),
        }
    }

    #[test]
    fn a_constraint_that_alone_leaves_no_plan_is_the_only_one_that_is_named() {
        for constraint in [
            Constraint::Sites,
            Constraint::KeepExisting,
            Constraint::Required,
            Constraint::Forbidden,
            Constraint::Budget,
            Constraint::Capacity,
            Constraint::CommunityShare,
            Constraint::Backup,
            Constraint::SmallestDistance,
            Constraint::Moves,
            Constraint::Cover,
        ] {
            let problems = alone(constraint);
            assert!(!problems.is_empty(), "{constraint:?}");
            for problem in problems {
                assert_eq!(conflicts(&problem), [constraint], "{problem:?}");
            }
        }
    }

    #[test]
    fn of_two_constraints_that_leave_no_plan_together_both_are_named() {
        // Without the smallest distance, one site at each village is a plan. If not everybody must be covered, a single
        // site is a plan.
        let near = Constraints {
            too_close: vec![(0, 2), (0, 3), (1, 2), (1, 3)],
            ..none()
        };
        let found = conflicts(&villages(fewest(1.0), near));
        assert_eq!(found, [Constraint::SmallestDistance, Constraint::Cover]);
    }

    #[test]
    fn if_no_constraint_alone_is_to_blame_all_of_them_are_named() {
        let both = Constraints {
            forbidden: vec![0, 1],
            too_close: vec![(2, 3)],
            required: vec![2, 3],
            ..none()
        };
        let found = conflicts(&villages(
            Goal::BestWorst,
            Constraints {
                sites: Some(2),
                ..both
            },
        ));
        assert_eq!(
            found,
            [
                Constraint::Sites,
                Constraint::Required,
                Constraint::Forbidden,
                Constraint::SmallestDistance
            ]
        );
    }
}
