//! Chooses the solver for a siting problem, and breaks ties by least walking.

use std::cell::Cell;

use super::center::{self, Center};
use super::conflicts::conflicting;
use super::control::{Control, Halt, Progress, StopReason, gap};
use super::cover::{self, Cover};
use super::instance::{Found, Missed, granule_of, instance, missed};
use super::median::{self, Choice, Costs};
use super::milp;
use super::partial;
use super::plan::Plan;
use super::problem::{Constraint, Goal, Problem, Refusal};

/// How often the search for least walking among equally good plans may ask whether to stop. This limits its effort
/// independently of the speed of the machine, so that the same problem always gives the same plan.
const TIE_EFFORT: usize = 4_000;

/// How many pairs of a demand point and a site may be read to try swaps that make the walking less.
const SWAP_EFFORT: usize = 200_000_000;

/// Solves a problem, starting from `first` if it is given (the incumbent of a checkpoint).
///
/// # Errors
///
/// All errors in the problem statement. Nothing is solved in that case.
pub fn solve(
    problem: &Problem,
    first: Option<&[u32]>,
    control: &Control<'_>,
) -> Result<Plan, Vec<Refusal>> {
    let refused = problem.check();
    if !refused.is_empty() {
        return Err(refused);
    }
    let first = first.filter(|sites| problem.accepts(sites));
    let mut found = find(problem, first, control);
    let mut conflicts = Vec::new();
    if found.stop == StopReason::Infeasible {
        conflicts = conflicting(problem, |other| has_plan(other, control));
    }
    let mut least_walking = false;
    if let Some(sites) = &found.sites
        && control.halt().is_none()
    {
        let (sites, is_proven) = with_least_walking(problem, sites, control);
        least_walking = is_proven && found.stop == StopReason::Optimal;
        found.sites = Some(sites);
    }
    Ok(finish(problem, found, least_walking, conflicts))
}

/// Solves a problem without breaking ties by walking and without naming conflicts, for callers that solve many
/// variants of one problem.
///
/// # Errors
///
/// All errors in the problem statement. Nothing is solved in that case.
pub(super) fn best_of(problem: &Problem, control: &Control<'_>) -> Result<Plan, Vec<Refusal>> {
    let refused = problem.check();
    if !refused.is_empty() {
        return Err(refused);
    }
    let found = find(problem, None, control);
    Ok(finish(problem, found, false, Vec::new()))
}

/// Whether the solver finds a plan for a problem. [`Problem::check`] is not called first.
fn has_plan(problem: &Problem, control: &Control<'_>) -> bool {
    let quiet = Control {
        progress: &|_| {},
        plan: &|_| {},
        ..*control
    };
    find(problem, None, &quiet).sites.is_some()
}

fn finish(
    problem: &Problem,
    found: Found,
    least_walking: bool,
    conflicts: Vec<Constraint>,
) -> Plan {
    let figures = found.sites.as_ref().map(|sites| problem.figures(sites));
    let incumbent = found.sites.as_ref().map(|sites| problem.objective(sites));
    let mut bound = found.bound;
    if let Some(value) = incumbent {
        // The objective is summed in another order than the bound. A rounding difference must not make it look
        // better than the bound.
        bound = if problem.goal.is_maximised() {
            bound.max(value)
        } else {
            bound.min(value)
        };
        let is_rounding = (bound - value).abs() <= super::problem::SLACK * value.abs();
        if found.stop == StopReason::Optimal && is_rounding {
            bound = value;
        }
    }
    Plan {
        sites: found.sites,
        incumbent,
        bound: bound.is_finite().then_some(bound),
        gap: incumbent.and_then(|value| gap(value, bound)),
        stop_reason: found.stop,
        figures,
        least_walking,
        conflicts,
    }
}

fn find(problem: &Problem, first: Option<&[u32]>, control: &Control<'_>) -> Found {
    match problem.goal {
        Goal::MostCovered { .. } | Goal::Relocation { .. } if !problem.needs_program() => {
            most_covered(problem, first, control)
        }
        Goal::FewestSites { share, .. } if !problem.needs_program() => {
            if problem.is_partial() {
                partial::solve(problem, share, first, control)
            } else {
                fewest(problem, control)
            }
        }
        Goal::MostCovered { .. } | Goal::Relocation { .. } | Goal::FewestSites { .. } => {
            let found = milp::solve(problem, first, control);
            Found {
                sites: found.sites,
                bound: found.bound,
                stop: found.stop,
            }
        }
        Goal::LeastWalking => least_walking(problem, first, control),
        Goal::BestWorst => best_worst(problem, control),
    }
}

/// Which sets of sites the p-median solver may choose; `None` if neither the number of sites nor a budget is given.
fn choice(problem: &Problem) -> Option<Choice> {
    let constraints = &problem.constraints;
    let costs = || {
        (0..problem.candidates as u32)
            .map(|s| problem.cost(s))
            .collect()
    };
    let total = problem.total_sites();
    Some(match (&problem.goal, total, constraints.budget) {
        (Goal::Relocation { moves, .. }, Some(sites), _) => {
            let is_new = |s: &u32| !constraints.existing.contains(s);
            Choice::Moves {
                sites,
                moves: *moves,
                is_new: (0..problem.candidates as u32).map(|s| is_new(&s)).collect(),
            }
        }
        (_, Some(sites), Some(budget)) => Choice::CountWithin {
            sites,
            cost: costs(),
            budget,
        },
        (_, Some(sites), None) => Choice::Count(sites),
        (_, None, Some(budget)) => Choice::Budget {
            cost: costs(),
            budget,
        },
        (_, None, None) => return None,
    })
}

fn most_covered(problem: &Problem, first: Option<&[u32]>, control: &Control<'_>) -> Found {
    let Missed {
        costs,
        demand,
        granule,
    } = missed(problem);
    let Some(choice) = choice(problem) else {
        return Found {
            sites: None,
            bound: demand,
            stop: StopReason::Infeasible,
        };
    };
    let instance = instance(problem, costs, choice, granule);
    // The solver minimises the number of people who are not covered. Progress reports have the number who are.
    let report = |state: Progress| {
        let covered = state.incumbent.map(|missed| demand - missed);
        (control.progress)(Progress::new(covered, demand - state.bound));
    };
    let inner = Control {
        progress: &report,
        ..*control
    };
    let found = median::solve(&instance, first, &inner);
    Found {
        sites: found.sites,
        bound: demand - found.bound,
        stop: found.stop,
    }
}

fn fewest(problem: &Problem, control: &Control<'_>) -> Found {
    let cover = Cover {
        rows: problem.demand.iter().map(|d| near(problem, d)).collect(),
        cost: (0..problem.candidates as u32)
            .map(|s| problem.cost(s))
            .collect(),
        required: problem.constraints.always(),
        forbidden: problem.constraints.forbidden.clone(),
        conflicts: problem.constraints.too_close.clone(),
        granule: granule_of((0..problem.candidates as u32).map(|s| problem.cost(s))),
        limit: None,
    };
    // The search is for the least cost and knows no budget, so covers over the budget are not plans.
    let report = |state: Progress| {
        let incumbent = state.incumbent.filter(|cost| problem.is_affordable(*cost));
        (control.progress)(Progress::new(incumbent, state.bound));
    };
    let is_plan = |sites: &[u32]| problem.is_affordable(problem.cost_of(sites));
    let keep = |sites: &[u32]| {
        if is_plan(sites) {
            (control.plan)(sites);
        }
    };
    let inner = Control {
        progress: &report,
        plan: &keep,
        ..*control
    };
    let found = cover::solve(&cover, &inner);
    let sites = found.sites.filter(|sites| is_plan(sites));
    let stop = match found.stop {
        // The cheapest cover costs more than the budget.
        StopReason::Optimal if sites.is_none() => StopReason::Infeasible,
        stop => stop,
    };
    Found {
        sites,
        bound: found.bound,
        stop,
    }
}

/// The sites that cover a demand point.
fn near(problem: &Problem, point: &super::problem::Demand) -> Vec<u32> {
    let covers = point
        .reach
        .iter()
        .filter(|(_, d)| problem.coverage(*d) >= 1.0);
    covers.map(|(site, _)| *site).collect()
}

fn least_walking(problem: &Problem, first: Option<&[u32]>, control: &Control<'_>) -> Found {
    let farthest = farthest(problem);
    let weight: f64 = problem.demand.iter().map(|d| d.weight).sum();
    // The cost of a demand point that reaches no site. It is higher than the cost of any plan in which all reach one.
    let missing = 2.0 * weight * farthest + 1.0;
    let mut costs = Costs::new();
    for point in problem.demand.iter().filter(|d| d.weight > 0.0) {
        let cost = |(site, d): &(u32, f64)| (*site, point.weight * d);
        let mut row: Vec<(u32, f64)> = point.reach.iter().map(cost).collect();
        let reaches_all = row.len() == problem.candidates;
        let worst = row.iter().map(|(_, c)| *c).fold(0.0, f64::max);
        costs.push(&mut row, if reaches_all { worst } else { missing });
    }
    let numbers = problem.demand.iter().flat_map(|d| {
        let costs = d.reach.iter().map(|(_, distance)| distance * d.weight);
        costs.chain([d.weight])
    });
    let granule = granule_of(numbers.chain([missing]));
    let Some(choice) = choice(problem) else {
        return Found {
            sites: None,
            bound: 0.0,
            stop: StopReason::Infeasible,
        };
    };
    let found = median::solve(&instance(problem, costs, choice, granule), first, control);
    let reaches = found
        .sites
        .as_ref()
        .is_some_and(|sites| problem.accepts(sites));
    if reaches || found.stop != StopReason::Optimal {
        let stop = if reaches || found.stop != StopReason::Infeasible {
            found.stop
        } else {
            StopReason::Infeasible
        };
        return Found {
            sites: found.sites.filter(|_| reaches),
            bound: found.bound,
            stop,
        };
    }
    Found {
        sites: None,
        bound: found.bound,
        stop: StopReason::Infeasible,
    }
}

fn farthest(problem: &Problem) -> f64 {
    let all = problem.demand.iter().flat_map(|d| &d.reach);
    all.map(|(_, distance)| *distance).fold(0.0, f64::max)
}

fn best_worst(problem: &Problem, control: &Control<'_>) -> Found {
    let constraints = &problem.constraints;
    let peopled = problem.demand.iter().filter(|d| d.weight > 0.0);
    let rows = peopled.map(|d| d.reach.clone()).collect();
    let (cost, limit): (Vec<f64>, f64) = match (problem.total_sites(), constraints.budget) {
        (Some(sites), _) => (vec![1.0; problem.candidates], sites as f64),
        (None, budget) => (
            (0..problem.candidates as u32)
                .map(|s| problem.cost(s))
                .collect(),
            budget.unwrap_or(0.0),
        ),
    };
    let center = Center {
        rows,
        cover: Cover {
            rows: Vec::new(),
            granule: granule_of(cost.iter().copied()),
            cost,
            required: constraints.always(),
            forbidden: constraints.forbidden.clone(),
            conflicts: constraints.too_close.clone(),
            limit: Some(limit),
        },
    };
    let found = center::solve(&center, control);
    Found {
        sites: found.sites,
        bound: found.bound,
        stop: found.stop,
    }
}

/// Searches the plans that are as good as this one for the plan with the least walking. Returns the best plan found,
/// and whether it is proven to have the least walking.
fn with_least_walking(problem: &Problem, sites: &[u32], control: &Control<'_>) -> (Vec<u32>, bool) {
    if problem.goal == Goal::LeastWalking {
        return (sites.to_vec(), true);
    }
    let swapped = by_swaps(problem, sites, control);
    if problem.needs_program() || problem.is_partial() {
        return (swapped, false);
    }
    let Some((costs, choice, is_exact)) = lexicographic(problem, &swapped) else {
        return (swapped, false);
    };
    let looks = Cell::new(0_usize);
    let should_stop = || {
        looks.set(looks.get() + 1);
        let is_over = looks.get() > TIE_EFFORT;
        control.halt().or(is_over.then_some(Halt::TimeLimit))
    };
    let inner = Control {
        should_stop: &should_stop,
        ..Control::unlimited()
    };
    let granule = f64::from(u8::from(is_exact));
    let found = median::solve(
        &instance(problem, costs, choice, granule),
        Some(&swapped),
        &inner,
    );
    match found.sites {
        Some(better) if problem.accepts(&better) && is_as_good(problem, &better, &swapped) => {
            (better, is_exact && found.stop == StopReason::Optimal)
        }
        _ => (swapped, false),
    }
}

/// Whether the objective of a plan is as good as that of another one, and the plan needs no more walking.
fn is_as_good(problem: &Problem, plan: &[u32], other: &[u32]) -> bool {
    let (new, old) = (problem.objective(plan), problem.objective(other));
    let loss = if problem.goal.is_maximised() {
        old - new
    } else {
        new - old
    };
    let (a, b) = (problem.figures(plan), problem.figures(other));
    let walking = (a.unreached, a.walking) <= (b.unreached, b.walking);
    loss <= super::problem::SLACK * old.abs() && walking
}

/// States the search for least walking among plans as good as `sites` as a p-median problem. Losing coverage, or
/// exceeding the largest distance of `sites`, costs more than all walking. If the goal is the fewest sites, the cost of
/// `sites` is the budget. Distances are rounded to a tenth of their unit. Also returns whether all costs are exact
/// whole numbers, so that the least walking can be proven. Returns `None` if the problem is too large.
fn lexicographic(problem: &Problem, sites: &[u32]) -> Option<(Costs, Choice, bool)> {
    let entries: usize = problem.demand.iter().map(|d| d.reach.len()).sum();
    if entries > 4_000_000 {
        return None;
    }
    let weight: f64 = problem.demand.iter().map(|d| d.weight).sum();
    let tenths = |distance: f64| (distance * 10.0).round();
    let far = tenths(2.0 * farthest(problem) + 1.0);
    let is_whole = granule_of(problem.demand.iter().map(|d| d.weight)) > 0.0;
    let is_gradual = problem
        .goal
        .radius()
        .is_some_and(|(_, until)| until.is_some());
    let smallest = match problem.goal {
        Goal::MostCovered { .. } | Goal::Relocation { .. } => {
            if is_whole && !is_gradual {
                1.0
            } else {
                1e-6 * weight
            }
        }
        _ => 1.0,
    };
    // Losing the smallest possible amount of coverage costs more than all walking.
    let unit = (weight * far + 1.0) / smallest;
    let worst = problem.figures(sites).worst;
    let mut costs = Costs::new();
    for point in &problem.demand {
        let cost = |(site, d): &(u32, f64)| {
            let lost = match problem.goal {
                Goal::BestWorst if *d > worst && point.weight > 0.0 => unit,
                Goal::BestWorst => 0.0,
                Goal::FewestSites { .. } if problem.coverage(*d) < 1.0 => unit,
                Goal::FewestSites { .. } => 0.0,
                _ => point.weight * (1.0 - problem.coverage(*d)) * unit,
            };
            (*site, point.weight * tenths(*d) + lost)
        };
        let mut row = point.reach.iter().map(cost).collect();
        let lost = match problem.goal {
            Goal::BestWorst | Goal::FewestSites { .. } => unit,
            _ => point.weight * unit,
        };
        costs.push(&mut row, lost + point.weight * far);
    }
    let choice = match problem.goal {
        Goal::FewestSites { .. } => Choice::Budget {
            cost: (0..problem.candidates as u32)
                .map(|s| problem.cost(s))
                .collect(),
            budget: problem.cost_of(sites),
        },
        _ => choice(problem)?,
    };
    // An `f64` is exact for whole numbers up to 2⁵³, which is about 9e15.
    let is_exact = is_whole && !is_gradual && unit * (weight + 1.0) < 4e15;
    Some((costs, choice, is_exact))
}

/// Swaps single sites as long as the objective stays as good and the walking becomes less.
fn by_swaps(problem: &Problem, sites: &[u32], control: &Control<'_>) -> Vec<u32> {
    let mut plan = sites.to_vec();
    if !problem.needs_program() && !problem.is_partial() {
        // The p-median solver improves these plans.
        return plan;
    }
    let entries: usize = problem.demand.iter().map(|d| d.reach.len()).sum();
    let mut left = SWAP_EFFORT / entries.max(1);
    loop {
        let walking = problem.figures(&plan).walking;
        let better = swaps(problem, &plan).into_iter().find_map(|(at, site)| {
            left = left.checked_sub(1)?;
            if control.halt().is_some() {
                return None;
            }
            let mut other = plan.clone();
            other[at] = site;
            other.sort_unstable();
            let less = problem.figures(&other).walking < walking;
            (less && problem.accepts(&other) && is_as_good(problem, &other, &plan)).then_some(other)
        });
        match better {
            Some(other) => plan = other,
            None => return plan,
        }
    }
}

/// The swaps of a site of the plan for another site that make the walking less, the best first: the position in the
/// plan, and the other site.
fn swaps(problem: &Problem, plan: &[u32]) -> Vec<(usize, u32)> {
    let mut place = vec![usize::MAX; problem.candidates];
    for (at, site) in plan.iter().enumerate() {
        place[*site as usize] = at;
    }
    // A person who reaches no site counts as if the walk was longer than all walks together.
    let weight: f64 = problem.demand.iter().map(|d| d.weight).sum();
    let lost = (weight + 1.0) * (farthest(problem) + 1.0);
    let width = plan.len();
    // What closing a site of the plan costs, what opening another site saves, and how much less a swap costs than both.
    let mut loss = vec![0.0; width];
    let mut gain = vec![0.0; problem.candidates];
    let mut shared = vec![0.0; problem.candidates * width];
    for point in problem.demand.iter().filter(|d| d.weight > 0.0) {
        let (mut first, mut second, mut nearest) = (lost, lost, None);
        for (site, distance) in &point.reach {
            let at = place[*site as usize];
            if at == usize::MAX {
            } else if *distance < first {
                (first, second, nearest) = (*distance, first, Some(at));
            } else {
                second = second.min(*distance);
            }
        }
        if let Some(at) = nearest {
            loss[at] += point.weight * (second - first);
        }
        for (site, distance) in &point.reach {
            let site = *site as usize;
            if place[site] != usize::MAX {
                continue;
            }
            gain[site] += point.weight * (first - distance).max(0.0);
            if let Some(at) = nearest {
                let without = second - distance.max(first);
                shared[site * width + at] += point.weight * without.max(0.0);
            }
        }
    }
    let mut found = Vec::new();
    for site in (0..problem.candidates).filter(|s| place[*s] == usize::MAX) {
        for at in 0..width {
            let saved = gain[site] + shared[site * width + at] - loss[at];
            if saved > 0.0 {
                found.push((saved, at, site as u32));
            }
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    found.into_iter().map(|(_, at, site)| (at, site)).collect()
}
