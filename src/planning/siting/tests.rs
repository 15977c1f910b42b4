//! Tests every goal with every constraint that applies to it against all plans of small random problems.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::control::{Control, Halt, Progress, StopReason};
use super::plan::Plan;
use super::problem::{Constraint, Constraints, Demand, Goal, Problem};
use super::random::Random;
use super::solve;

fn goals(random: &mut Random) -> [Goal; 7] {
    let radius = (10 + random.below(40)) as f64;
    let until = Some(radius + 20.0);
    let moves = random.below(3);
    [
        Goal::MostCovered {
            radius,
            until: None,
        },
        Goal::MostCovered { radius, until },
        Goal::FewestSites { radius, share: 1.0 },
        Goal::FewestSites { radius, share: 0.7 },
        Goal::LeastWalking,
        Goal::BestWorst,
        Goal::Relocation {
            moves,
            radius,
            until: None,
        },
    ]
}

/// A random problem: demand points and candidates in a square of 100 by 100, and two communities. A few candidates are
/// too far from a demand point to be reached.
fn town(random: &mut Random, goal: Goal) -> Problem {
    let candidates = 4 + random.below(5);
    let points = 5 + random.below(9);
    let mut place = || [random.below(100) as f64, random.below(100) as f64];
    let sites: Vec<[f64; 2]> = (0..candidates).map(|_| place()).collect();
    let homes: Vec<[f64; 2]> = (0..points).map(|_| place()).collect();
    let demand = homes.iter().map(|home| Demand {
        weight: random.below(20) as f64,
        reach: (0_u32..)
            .zip(&sites)
            .map(|(at, site)| (at, (site[0] - home[0]).hypot(site[1] - home[1]).round()))
            .filter(|(at, distance)| *at == 0 || *distance < 95.0)
            .collect(),
        community: Some(u32::from(home[0] > 50.0)),
    });
    Problem {
        candidates,
        demand: demand.collect(),
        goal,
        constraints: Constraints::default(),
    }
}

/// Adds each constraint that applies, with a probability of one third.
fn constrain(problem: &mut Problem, random: &mut Random) {
    let n = problem.candidates;
    let goal = problem.goal.clone();
    let constraints = &mut problem.constraints;
    let mut wants = |constraint| goal.allows(constraint) && random.below(3) == 0;
    let asked: Vec<Constraint> = [
        Constraint::KeepExisting,
        Constraint::Required,
        Constraint::Forbidden,
        Constraint::Budget,
        Constraint::Capacity,
        Constraint::CommunityShare,
        Constraint::Backup,
        Constraint::SmallestDistance,
    ]
    .into_iter()
    .filter(|c| wants(*c))
    .collect();
    let is_asked = |constraint| asked.contains(&constraint);
    let mut some = |number: usize| -> Vec<u32> {
        let mut sites: Vec<u32> = (0..number).map(|_| random.below(n) as u32).collect();
        sites.sort_unstable();
        sites.dedup();
        sites
    };
    if matches!(goal, Goal::Relocation { moves, .. } if moves < 4) {
        constraints.existing = some(8);
        constraints.existing.truncate(n - 1);
        let existing = constraints.existing.len();
        if let Goal::Relocation { moves, .. } = &mut problem.goal {
            *moves = (*moves).min(existing);
        }
    }
    if is_asked(Constraint::KeepExisting) {
        constraints.existing = some(2);
        constraints.keep_existing = true;
    }
    if is_asked(Constraint::Required) {
        constraints.required = some(1);
    }
    if is_asked(Constraint::Forbidden) {
        constraints.forbidden = some(2);
    }
    if is_asked(Constraint::SmallestDistance) {
        let pairs = some(4).into_iter().zip(some(4));
        constraints.too_close = pairs.filter(|(a, b)| a != b).collect();
    }
    if goal.allows(Constraint::Sites) {
        let kept = if constraints.keep_existing {
            constraints.existing.len()
        } else {
            0
        };
        constraints.sites = Some(1 + random.below((n - kept).min(3)));
    }
    if is_asked(Constraint::Budget) {
        constraints.cost = Some((0..n).map(|_| (1 + random.below(9)) as f64).collect());
        constraints.budget = Some((3 + random.below(15)) as f64);
        if goal == Goal::BestWorst || random.below(2) == 0 {
            constraints.sites = None;
        }
    }
    if is_asked(Constraint::CommunityShare) {
        constraints.community_share = vec![(random.below(2) as u32, 0.3 + 0.5 * random.unit())];
    }
    let is_gradual = matches!(goal, Goal::MostCovered { until: Some(_), .. });
    if is_asked(Constraint::Capacity) {
        constraints.capacity = Some((0..n).map(|_| random.below(90) as f64).collect());
    } else if is_asked(Constraint::Backup) && !is_gradual {
        constraints.backup = true;
    }
}

/// The best objective of all plans; and, of the plans with this objective, the fewest unreached people and the least
/// walking.
fn brute_force(problem: &Problem) -> Option<(f64, (f64, f64))> {
    let is_max = matches!(
        problem.goal,
        Goal::MostCovered { .. } | Goal::Relocation { .. }
    );
    let mut best: Option<(f64, (f64, f64))> = None;
    for set in 0_u32..1 << problem.candidates {
        let sites: Vec<u32> = (0..problem.candidates as u32)
            .filter(|s| set >> s & 1 == 1)
            .collect();
        if !problem.accepts(&sites) {
            continue;
        }
        let objective = problem.objective(&sites);
        let figures = problem.figures(&sites);
        let walking = (figures.unreached, figures.walking);
        best = Some(match best {
            None => (objective, walking),
            Some((known, least)) => {
                let gain = if is_max {
                    objective - known
                } else {
                    known - objective
                };
                if gain > 1e-6 {
                    (objective, walking)
                } else if gain > -1e-6 {
                    (known, if walking < least { walking } else { least })
                } else {
                    (known, least)
                }
            }
        });
    }
    best
}

fn check(problem: &Problem, what: &str) -> (Plan, bool) {
    let plan = solve(problem, None, &Control::unlimited())
        .unwrap_or_else(|refused| panic!("{what}: {refused:?} {problem:?}"));
    let expected = brute_force(problem);
    let say = || format!("{what}: {plan:?}, expected {expected:?}: {problem:?}");
    let Some((best, least)) = expected else {
        assert_eq!(plan.stop_reason, StopReason::Infeasible, "{}", say());
        assert!(plan.sites.is_none(), "{}", say());
        return (plan, false);
    };
    assert_eq!(plan.stop_reason, StopReason::Optimal, "{}", say());
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * b.abs().max(1.0);
    assert!(near(plan.incumbent.unwrap(), best), "{}", say());
    assert!(near(plan.bound.unwrap(), best), "{}", say());
    assert!(problem.accepts(plan.sites.as_ref().unwrap()), "{}", say());
    if plan.least_walking {
        let figures = plan.figures.as_ref().unwrap();
        assert!(
            near(figures.unreached, least.0) && near(figures.walking, least.1),
            "{}",
            say()
        );
    }
    let is_proven = plan.least_walking;
    (plan, is_proven)
}

#[test]
fn every_goal_with_every_constraint_equals_the_best_of_all_plans() {
    let mut random = Random::new(11);
    let (mut proven, mut infeasible, mut all) = (0, 0, 0);
    for round in 0..60 {
        for goal in goals(&mut random) {
            let mut problem = town(&mut random, goal);
            constrain(&mut problem, &mut random);
            if !problem.check().is_empty() {
                continue;
            }
            let (plan, is_proven) = check(&problem, &format!("round {round}"));
            all += 1;
            infeasible += usize::from(plan.sites.is_none());
            proven += usize::from(is_proven);
        }
    }
    assert!(all > 350, "{all} problems were stated");
    assert!(
        infeasible > 20 && infeasible < all / 2,
        "{infeasible} of {all} are infeasible"
    );
    assert!(
        2 * proven > all - infeasible,
        "least walking is proven for {proven} of {all}"
    );
}

/// A problem that has a plan until `constraint` is added to it.
fn impossible(constraint: Constraint) -> Problem {
    let reach = |distances: [f64; 3]| (0..3).zip(distances).collect();
    let point = |weight, distances| Demand {
        weight,
        reach: reach(distances),
        community: Some(0),
    };
    let mut problem = Problem {
        candidates: 3,
        demand: vec![point(5.0, [1.0, 9.0, 9.0]), point(3.0, [9.0, 1.0, 1.0])],
        goal: Goal::FewestSites {
            radius: 2.0,
            share: 1.0,
        },
        constraints: Constraints::default(),
    };
    let constraints = &mut problem.constraints;
    match constraint {
        Constraint::Forbidden => constraints.forbidden = vec![0],
        Constraint::Budget => {
            constraints.cost = Some(vec![4.0, 5.0, 6.0]);
            constraints.budget = Some(8.0);
        }
        Constraint::Capacity => constraints.capacity = Some(vec![4.0, 9.0, 9.0]),
        Constraint::Backup => constraints.backup = true,
        Constraint::SmallestDistance => constraints.too_close = vec![(0, 1), (0, 2)],
        Constraint::CommunityShare => {
            problem.goal = Goal::MostCovered {
                radius: 2.0,
                until: None,
            };
            constraints.sites = Some(1);
            constraints.community_share = vec![(0, 0.9)];
        }
        Constraint::Required => {
            problem.goal = Goal::BestWorst;
            constraints.sites = Some(1);
            constraints.required = vec![0, 1];
        }
        Constraint::KeepExisting => {
            constraints.existing = vec![1];
            constraints.keep_existing = true;
            constraints.too_close = vec![(0, 1)];
        }
        Constraint::Moves => {
            problem.goal = Goal::Relocation {
                moves: 0,
                radius: 2.0,
                until: None,
            };
            constraints.existing = vec![1];
            constraints.forbidden = vec![1];
        }
        Constraint::Sites | Constraint::Gradual | Constraint::Cover => {}
    }
    problem
}

#[test]
fn an_infeasible_problem_names_the_constraints_that_make_it_so() {
    for constraint in [
        Constraint::Forbidden,
        Constraint::Budget,
        Constraint::Capacity,
        Constraint::Backup,
        Constraint::SmallestDistance,
        Constraint::CommunityShare,
        Constraint::Required,
        Constraint::KeepExisting,
        Constraint::Moves,
    ] {
        let problem = impossible(constraint);
        assert_eq!(problem.check(), [], "{constraint:?}");
        let (plan, _) = check(&problem, &format!("{constraint:?}"));
        assert_eq!(
            plan.stop_reason,
            StopReason::Infeasible,
            "{constraint:?}: {plan:?}"
        );
        assert!(
            plan.conflicts.contains(&constraint),
            "{constraint:?}: {:?}",
            plan.conflicts
        );
    }
}

#[test]
fn constraints_that_do_not_apply_are_refused_by_name() {
    let mut random = Random::new(3);
    for goal in goals(&mut random) {
        for constraint in [
            Constraint::Capacity,
            Constraint::CommunityShare,
            Constraint::Backup,
            Constraint::Budget,
            Constraint::KeepExisting,
        ] {
            let mut problem = town(&mut random, goal.clone());
            let n = problem.candidates;
            let constraints = &mut problem.constraints;
            match goal {
                Goal::Relocation { .. } => constraints.existing = vec![0, 1, 2],
                Goal::FewestSites { .. } => {}
                _ => constraints.sites = Some(1),
            }
            match constraint {
                Constraint::Capacity => constraints.capacity = Some(vec![1.0; n]),
                Constraint::CommunityShare => constraints.community_share = vec![(0, 0.5)],
                Constraint::Backup => constraints.backup = true,
                Constraint::Budget => {
                    constraints.cost = Some(vec![1.0; n]);
                    constraints.budget = Some(2.0);
                    if goal == Goal::BestWorst {
                        constraints.sites = None;
                    }
                }
                _ => constraints.keep_existing = true,
            }
            let refused = problem.check();
            let is_gradual = matches!(goal, Goal::MostCovered { until: Some(_), .. });
            let is_fine =
                goal.allows(constraint) && !(is_gradual && constraint == Constraint::Backup);
            assert_eq!(
                refused.is_empty(),
                is_fine,
                "{goal:?}, {constraint:?}: {refused:?}"
            );
            if !goal.allows(constraint) {
                let named = refused
                    .iter()
                    .any(|r| r.text.en.contains(&constraint.name().en));
                assert!(named, "{refused:?}");
            }
        }
    }
}

#[test]
fn wrong_statements_are_refused_with_their_field() {
    let mut random = Random::new(4);
    let good = {
        let mut problem = town(&mut random, Goal::LeastWalking);
        problem.constraints.sites = Some(2);
        problem
    };
    assert_eq!(good.check(), []);
    type Change = fn(&mut Problem);
    let wrong: [(&str, Change); 8] = [
        ("demand[1].weight", |p| p.demand[1].weight = -1.0),
        ("demand[0].weight", |p| p.demand[0].weight = f64::NAN),
        ("demand[2]", |p| {
            p.demand[2].weight = 5.0;
            p.demand[2].reach.clear();
        }),
        ("demand[0].reach", |p| p.demand[0].reach.push((99, 1.0))),
        ("constraints.sites", |p| p.constraints.sites = Some(99)),
        ("constraints.sites", |p| p.constraints.sites = None),
        ("constraints.required", |p| {
            p.constraints.required = vec![99]
        }),
        ("constraints.cost", |p| p.constraints.budget = Some(3.0)),
    ];
    for (field, change) in wrong {
        let mut problem = good.clone();
        change(&mut problem);
        let refused = solve(&problem, None, &Control::unlimited()).unwrap_err();
        assert_eq!(refused[0].field, field, "{refused:?}");
    }
    let mut nothing = good;
    (nothing.candidates, nothing.demand) = (0, Vec::new());
    let fields: Vec<String> = nothing.check().into_iter().map(|r| r.field).collect();
    assert!(fields.contains(&"candidates".to_owned()) && fields.contains(&"demand".to_owned()));
}

#[test]
fn a_cancelled_solver_returns_a_valid_plan_and_bound() {
    let mut random = Random::new(5);
    for goal in goals(&mut random) {
        let mut problem = town(&mut random, goal);
        constrain(&mut problem, &mut random);
        if !problem.check().is_empty() {
            continue;
        }
        let stop = || Some(Halt::Cancelled);
        let control = Control {
            should_stop: &stop,
            ..Control::unlimited()
        };
        let plan = solve(&problem, None, &control).unwrap();
        let best = brute_force(&problem);
        if let (Some(bound), Some((best, _))) = (plan.bound, best) {
            let is_max = matches!(
                problem.goal,
                Goal::MostCovered { .. } | Goal::Relocation { .. }
            );
            let holds = if is_max {
                bound >= best - 1e-6
            } else {
                bound <= best + 1e-6
            };
            assert!(holds, "{plan:?}: {problem:?}");
        }
        if let Some(sites) = &plan.sites {
            assert!(problem.accepts(sites));
        }
    }
}

/// A random problem of 40 people and 20 candidates with costs. The budget is the least cost of a cover, or just below
/// it.
fn dear(random: &mut Random, is_affordable: bool) -> Problem {
    let costs: Vec<f64> = (0..20).map(|_| 5.0 + random.below(9) as f64).collect();
    let person = |_| {
        // Site 20 covers everybody, but its cost of 1,000 is far above every budget.
        let mut near: BTreeSet<u32> = (0..20).filter(|_| random.below(5) == 0).collect();
        near.extend([random.below(20) as u32, 20]);
        Demand {
            weight: 1.0,
            reach: near.into_iter().map(|site| (site, 1.0)).collect(),
            community: None,
        }
    };
    let demand: Vec<Demand> = (0..40).map(person).collect();
    let mut problem = Problem {
        candidates: 21,
        demand,
        goal: Goal::FewestSites {
            radius: 2.0,
            share: 1.0,
        },
        constraints: Constraints {
            cost: Some(costs.into_iter().chain([1_000.0]).collect()),
            ..Constraints::default()
        },
    };
    let least = solve(&problem, None, &Control::unlimited()).unwrap();
    let least = least.incumbent.unwrap();
    assert!(least < 1_000.0);
    problem.constraints.budget = Some(if is_affordable { least } else { least - 1.0 });
    problem
}

#[test]
fn a_stopped_search_for_fewest_sites_never_returns_a_plan_over_the_budget() {
    let mut random = Random::new(8);
    for is_affordable in [true, false, true, false] {
        let problem = dear(&mut random, is_affordable);
        let plan = solve(&problem, None, &Control::unlimited()).unwrap();
        let expected = match is_affordable {
            true => StopReason::Optimal,
            false => StopReason::Infeasible,
        };
        assert_eq!(plan.stop_reason, expected);
        for looks in 0..40 {
            let asked = Cell::new(0);
            let stop = || {
                asked.set(asked.get() + 1);
                (asked.get() > looks).then_some(Halt::TimeLimit)
            };
            let kept = RefCell::new(Vec::new());
            let keep = |sites: &[u32]| kept.borrow_mut().push(sites.to_vec());
            let report = |state: Progress| {
                let cost = state.incumbent.unwrap_or(0.0);
                assert!(Some(cost) <= problem.constraints.budget, "{state:?}");
            };
            let control = Control {
                should_stop: &stop,
                progress: &report,
                plan: &keep,
            };
            let plan = solve(&problem, None, &control).unwrap();
            if let Some(sites) = &plan.sites {
                assert!(problem.accepts(sites), "{looks} looks: {plan:?}");
            }
            assert!(kept.take().iter().all(|sites| problem.accepts(sites)));
        }
    }
}

#[test]
fn only_constraints_on_who_is_covered_need_the_memory_of_an_integer_program() {
    let mut random = Random::new(9);
    let fewest = |share| Goal::FewestSites {
        radius: 20.0,
        share,
    };
    let mut problem = town(&mut random, fewest(1.0));
    let everybody = problem.memory();
    problem.goal = fewest(0.5);
    assert_eq!(problem.memory(), everybody);
    problem.goal = fewest(1.0);
    problem.constraints.backup = true;
    assert!(problem.memory() > everybody);
}
