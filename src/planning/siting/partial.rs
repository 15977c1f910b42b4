//! The fewest sites, or the least cost, that cover a share of all people. The linear relaxation of this problem is weak,
//! because it covers a part of every demand point. So the least cost is searched: is there a plan within this cost that
//! covers the share? Each question is a maximal covering problem, whose solver fixes most sites as soon as it knows how
//! many people may be left uncovered.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::control::{Control, Halt, Progress, StopReason};
use super::instance::{Found, Missed, granule_of, instance, missed};
use super::median::{self, Choice, Instance};
use super::problem::{Problem, SLACK};

/// How often a question of the first round may ask whether to stop. Each round has four times the effort of the one
/// before it.
const EFFORT: usize = 1_000;
/// If costs are not whole numbers, the bound is not improved by less than this share.
const FINE: f64 = 1e-3;

/// Finds the least cost that covers this share of all people. [`Problem::needs_program`] must not be set: the search knows
/// no constraint that depends on who is covered.
pub(super) fn solve(
    problem: &Problem,
    share: f64,
    first: Option<&[u32]>,
    control: &Control<'_>,
) -> Found {
    Search::new(problem, share, first, control).run()
}

/// The answer to the question whether a plan within a cost covers the share.
enum Answer {
    /// Yes: the plan is the incumbent now.
    Yes,
    No,
    /// The effort was used up.
    Unknown,
    Halted(Halt),
}

struct Search<'a> {
    problem: &'a Problem,
    control: &'a Control<'a>,
    instance: Instance,
    cost: Vec<f64>,
    /// All costs are multiples of this; 0 if no such number is known.
    granule: f64,
    best: Option<Vec<u32>>,
    /// The cost of the best plan.
    high: f64,
    /// No plan costs less than this.
    low: f64,
}

impl<'a> Search<'a> {
    fn new(
        problem: &'a Problem,
        share: f64,
        first: Option<&[u32]>,
        control: &'a Control<'a>,
    ) -> Self {
        let Missed {
            costs,
            demand,
            granule,
        } = missed(problem);
        // Half of the tolerance of `Problem::accepts`, so that it accepts every plan that is found.
        let needed = share * demand * (1.0 - 0.5 * SLACK);
        let cost: Vec<f64> = (0..problem.candidates as u32)
            .map(|site| problem.cost(site))
            .collect();
        let mut instance = instance(problem, costs, Choice::Count(0), granule);
        instance.limit = Some(demand - needed);
        let high = first.map(|sites| problem.cost_of(sites));
        Self {
            granule: granule_of(cost.iter().copied()),
            high: high.unwrap_or(f64::INFINITY),
            best: first.map(<[u32]>::to_vec),
            low: 0.0,
            problem,
            control,
            instance,
            cost,
        }
    }

    fn run(mut self) -> Found {
        if self.best.is_none() {
            self.offer(self.greedy());
        }
        if self.best.is_none() {
            let all = self.cost.iter().sum::<f64>();
            let budget = self.problem.constraints.budget.unwrap_or(all);
            match self.ask(budget.min(all), None) {
                Answer::Yes => {}
                Answer::Unknown => return self.found(StopReason::SolverFailed),
                Answer::No => return self.found(StopReason::Infeasible),
                Answer::Halted(halt) => return self.found(halt.into()),
            }
        }
        let mut effort = EFFORT;
        while effort < usize::MAX / 4 {
            let asked = self.round(effort);
            if self.is_closed() {
                return self.found(StopReason::Optimal);
            }
            if let Some(halt) = asked {
                return self.found(halt.into());
            }
            effort *= 4;
        }
        self.found(StopReason::SolverFailed)
    }

    /// A plan built from the sites that cover most people for their cost. It may violate constraints.
    fn greedy(&self) -> Vec<u32> {
        let costs = &self.instance.costs;
        let mut is_closed = vec![false; self.cost.len()];
        for site in &self.instance.forbidden {
            is_closed[*site as usize] = true;
        }
        let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); self.cost.len()];
        let mut gain = vec![0.0; self.cost.len()];
        let mut left = costs.constant;
        for row in 0..costs.rows() {
            left += costs.cap(row);
            for (site, _) in costs.row(row) {
                rows_of[site].push(row as u32);
                gain[site] += costs.cap(row);
            }
        }
        let conflicts = self.instance.conflicts_of();
        let mut is_covered = vec![false; costs.rows()];
        let mut required = self.instance.required.iter().map(|site| *site as usize);
        let mut plan = Vec::new();
        let limit = self.instance.limit.unwrap_or(0.0);
        loop {
            let best = || {
                let worth = |site: usize| gain[site] / self.cost[site].max(1e-9);
                let open = (0..self.cost.len()).filter(|s| !is_closed[*s] && gain[*s] > 0.0);
                open.max_by(|a, b| worth(*a).total_cmp(&worth(*b)).then(b.cmp(a)))
            };
            let Some(site) = required.next().or_else(|| best().filter(|_| left > limit)) else {
                return plan;
            };
            plan.push(site as u32);
            is_closed[site] = true;
            for other in conflicts.get(&(site as u32)).into_iter().flatten() {
                is_closed[*other as usize] = true;
            }
            for row in &rows_of[site] {
                let row = *row as usize;
                if !std::mem::replace(&mut is_covered[row], true) {
                    left -= costs.cap(row);
                    costs
                        .row(row)
                        .for_each(|(site, _)| gain[site] -= costs.cap(row));
                }
            }
        }
    }

    /// Makes a plan the incumbent if it is better and satisfies all constraints. Returns whether it satisfies them.
    fn offer(&mut self, mut sites: Vec<u32>) -> bool {
        sites.sort_unstable();
        let is_accepted = self.problem.accepts(&sites);
        let cost = self.problem.cost_of(&sites);
        if is_accepted && cost < self.high {
            self.high = cost;
            (self.control.plan)(&sites);
            self.best = Some(sites);
        }
        is_accepted
    }

    /// Lowers the cost of the best plan and raises the bound with a limited effort for each question.
    fn round(&mut self, effort: usize) -> Option<Halt> {
        // The best plan is improved as long as that is easy.
        loop {
            if self.is_closed() {
                return None;
            }
            match self.ask(self.below(self.high), Some(effort)) {
                Answer::Yes => {}
                Answer::No => {
                    self.low = self.high;
                    return None;
                }
                Answer::Unknown => break,
                Answer::Halted(halt) => return Some(halt),
            }
        }
        // The highest cost is searched for which it is easy to see that it is too low.
        let mut open = self.below(self.high);
        while let Some(middle) = self.between(self.low, open) {
            match self.ask(middle, Some(effort)) {
                Answer::Yes => return None,
                Answer::No => self.low = self.above(middle),
                Answer::Unknown => open = middle,
                Answer::Halted(halt) => return Some(halt),
            }
        }
        None
    }

    /// The highest possible cost below this one.
    fn below(&self, cost: f64) -> f64 {
        if self.granule > 0.0 {
            cost - self.granule
        } else {
            cost * (1.0 - SLACK)
        }
    }

    /// No plan costs less than this if none is within `cost`.
    fn above(&self, cost: f64) -> f64 {
        self.rounded(cost + self.granule)
    }

    fn rounded(&self, cost: f64) -> f64 {
        if self.granule > 0.0 {
            (cost / self.granule - 1e-6).ceil() * self.granule
        } else {
            cost
        }
    }

    /// A cost between the bound and a cost that is not answered, to ask for next; `None` if there is none.
    fn between(&self, low: f64, open: f64) -> Option<f64> {
        if self.granule > 0.0 {
            let middle = low + ((open - low) / self.granule / 2.0).floor() * self.granule;
            (low < open).then_some(middle)
        } else {
            (open - low > FINE * open).then_some(f64::midpoint(low, open))
        }
    }

    fn is_closed(&self) -> bool {
        self.best.is_some() && self.low >= self.high * (1.0 - SLACK)
    }

    /// Asks whether a plan within a cost covers the share.
    fn ask(&mut self, budget: f64, effort: Option<usize>) -> Answer {
        self.instance.choice = self.choice(budget);
        let looks = Cell::new(0_usize);
        let is_over = || effort.is_some_and(|effort| looks.get() > effort);
        let should_stop = || {
            looks.set(looks.get() + 1);
            let over = is_over().then_some(Halt::TimeLimit);
            self.control.halt().or(over)
        };
        let inner = Control {
            should_stop: &should_stop,
            ..Control::unlimited()
        };
        let found = median::solve(&self.instance, self.best.as_deref(), &inner);
        let is_accepted = found.sites.is_some_and(|sites| self.offer(sites));
        let answer = match found.stop {
            StopReason::Optimal if !is_accepted => Answer::Unknown,
            StopReason::Optimal => Answer::Yes,
            StopReason::Infeasible => Answer::No,
            _ if is_over() => Answer::Unknown,
            StopReason::Cancelled => Answer::Halted(Halt::Cancelled),
            StopReason::TimeLimit | StopReason::SolverFailed => Answer::Halted(Halt::TimeLimit),
        };
        let low = self.low.min(self.high);
        let incumbent = self.best.is_some().then_some(self.high);
        (self.control.progress)(Progress::new(incumbent, low));
        answer
    }

    /// The sets of sites within a cost. If all sites cost the same and any two may stand together, a plan with fewer
    /// sites can be filled up, so that the number of sites is exact.
    fn choice(&self, budget: f64) -> Choice {
        let kept = self.cost.iter().filter(|cost| **cost == 0.0).count();
        let is_unit = self.cost.iter().all(|cost| *cost == 1.0 || *cost == 0.0);
        let always = self.problem.constraints.always();
        let free = always
            .iter()
            .filter(|site| self.cost[**site as usize] == 0.0);
        if is_unit && self.instance.conflicts.is_empty() && free.count() == kept {
            let forbidden: BTreeSet<u32> = self.instance.forbidden.iter().copied().collect();
            let most = self.cost.len() - forbidden.len();
            return Choice::Count((budget as usize + kept).min(most));
        }
        Choice::Budget {
            cost: self.cost.clone(),
            budget,
        }
    }

    fn found(self, stop: StopReason) -> Found {
        Found {
            bound: self.low.min(self.high),
            sites: self.best,
            stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::siting::problem::{Constraints, Demand, Goal};
    use crate::planning::siting::random::Random;
    use crate::planning::siting::solve;

    /// Homes in clusters and candidates, both at random in a square, with households of 2.62 persons.
    fn estate(random: &mut Random, homes: usize, candidates: usize, side: f64) -> Problem {
        let place = |random: &mut Random| (side * random.unit(), side * random.unit());
        let sites: Vec<(f64, f64)> = (0..candidates).map(|_| place(random)).collect();
        let centres: Vec<(f64, f64)> = (0..homes.div_ceil(15)).map(|_| place(random)).collect();
        let home = |n: usize| {
            let (x, y) = centres[n % centres.len()];
            let (x, y) = (x + 200.0 * random.unit(), y + 200.0 * random.unit());
            let walks = (0_u32..).zip(&sites);
            let walks = walks.map(|(site, s)| (site, 1.25 * (s.0 - x).hypot(s.1 - y)));
            Demand {
                weight: 2.62 * (1 + random.below(60)) as f64,
                reach: walks.filter(|(_, d)| *d <= 400.0).collect(),
                community: None,
            }
        };
        Problem {
            candidates,
            demand: (0..homes).map(home).collect(),
            goal: Goal::FewestSites {
                radius: 300.0,
                share: 0.8,
            },
            constraints: Constraints::default(),
        }
    }

    /// The least cost of all plans.
    fn brute_force(problem: &Problem) -> Option<f64> {
        let plans = (0_u32..1 << problem.candidates).map(|set| {
            let sites = (0..problem.candidates as u32).filter(|s| set >> s & 1 == 1);
            sites.collect::<Vec<u32>>()
        });
        let costs = plans.filter_map(|plan| {
            let accepted = problem.accepts(&plan);
            accepted.then(|| problem.cost_of(&plan))
        });
        costs.min_by(f64::total_cmp)
    }

    #[test]
    fn the_least_cost_that_covers_a_share_equals_the_best_of_all_plans() {
        let mut random = Random::new(21);
        let (mut found, mut infeasible) = (0, 0);
        for round in 0..300 {
            let sites = 6 + random.below(5);
            let mut problem = estate(&mut random, 40, sites, 650.0);
            problem.goal = Goal::FewestSites {
                radius: 300.0,
                share: [0.3, 0.5, 0.7, 0.9, 0.97][random.below(5)],
            };
            let site = |random: &mut Random| random.below(sites) as u32;
            let constraints = &mut problem.constraints;
            match random.below(3) {
                0 => {}
                1 => {
                    let cost = (0..sites).map(|_| random.below(6) as f64);
                    constraints.cost = Some(cost.collect());
                }
                _ => constraints.cost = Some((0..sites).map(|_| 9.0 * random.unit()).collect()),
            }
            if constraints.cost.is_some() && random.below(3) == 0 {
                constraints.budget = Some((2 + random.below(12)) as f64);
            }
            if random.below(3) == 0 {
                constraints.required = vec![site(&mut random)];
            }
            if random.below(3) == 0 {
                let closed = site(&mut random);
                constraints.forbidden = vec![closed, closed];
            }
            if random.below(3) == 0 {
                constraints.existing = vec![0, 1];
                constraints.keep_existing = random.below(2) == 0;
            }
            for _ in 0..random.below(4) {
                let (a, b) = (site(&mut random), site(&mut random));
                if a < b && (a, b) != (0, 1) {
                    constraints.too_close.push((a, b));
                }
            }
            let plan = solve(&problem, None, &Control::unlimited()).unwrap();
            let best = brute_force(&problem);
            let say = || format!("round {round}: {plan:?}, expected {best:?}: {problem:?}");
            let Some(best) = best else {
                assert_eq!(plan.stop_reason, StopReason::Infeasible, "{}", say());
                infeasible += 1;
                continue;
            };
            assert_eq!(plan.stop_reason, StopReason::Optimal, "{}", say());
            let near = |value: Option<f64>| (value.unwrap() - best).abs() <= 1e-6;
            assert!(near(plan.incumbent) && near(plan.bound), "{}", say());
            assert!(problem.accepts(plan.sites.as_ref().unwrap()), "{}", say());
            found += 1;
        }
        assert!(found > 150 && infeasible > 30, "{found}, {infeasible}");
    }

    #[test]
    fn a_share_of_a_district_is_proven() {
        let mut random = Random::new(22);
        for (homes, candidates, side) in [(400, 300, 2_000.0), (800, 500, 2_500.0)] {
            let problem = estate(&mut random, homes, candidates, side);
            let looks = Cell::new(0);
            let stop = || {
                looks.set(looks.get() + 1);
                (looks.get() > 20_000).then_some(Halt::TimeLimit)
            };
            let control = Control {
                should_stop: &stop,
                ..Control::unlimited()
            };
            let plan = solve(&problem, None, &control).unwrap();
            assert_eq!(plan.stop_reason, StopReason::Optimal, "{plan:?}");
            assert_eq!(plan.gap, Some(0.0));
            let covered = plan.figures.unwrap().covered.unwrap();
            let people: f64 = problem.demand.iter().map(|d| d.weight).sum();
            assert!(
                covered >= 0.8 * people * (1.0 - SLACK),
                "{covered} of {people}"
            );
        }
    }

    #[test]
    fn a_stopped_search_returns_a_plan_that_covers_the_share_and_a_valid_bound() {
        let problem = estate(&mut Random::new(23), 200, 150, 1_500.0);
        let best = solve(&problem, None, &Control::unlimited()).unwrap();
        assert_eq!(best.stop_reason, StopReason::Optimal);
        for most in [0, 1, 3, 10, 30, 100, 300] {
            let looks = Cell::new(0);
            let stop = || {
                looks.set(looks.get() + 1);
                (looks.get() > most).then_some(Halt::Cancelled)
            };
            let control = Control {
                should_stop: &stop,
                ..Control::unlimited()
            };
            let plan = solve(&problem, None, &control).unwrap();
            assert!(plan.bound <= best.incumbent, "{plan:?}");
            assert!(plan.incumbent >= best.incumbent, "{plan:?}");
            let sites = plan.sites.as_ref().unwrap();
            assert!(problem.accepts(sites), "{plan:?}");
            // Continued from this plan, it is proven too.
            let again = solve(&problem, Some(sites), &Control::unlimited()).unwrap();
            assert_eq!(again.incumbent, best.incumbent);
        }
    }
}
