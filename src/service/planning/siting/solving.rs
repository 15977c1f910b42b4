//! Solves a stated problem: finds the best plan, the next best ones, the curve of coverage, and how robust the plan is.
//! Each of the last three takes at most half of the time limit.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::ask::SitingAsk;
use super::watch::NoSiting;
use crate::live::jobs::{Progress, Search};
use crate::model::both;
use crate::planning::siting::alternatives::{Alternative, alternatives};
use crate::planning::siting::control::{Control, Halt, StopReason, gap};
use crate::planning::siting::curve::{Point, curve};
use crate::planning::siting::plan::Plan;
use crate::planning::siting::problem::{Problem, Refusal};
use crate::planning::siting::robust::{Robustness, Sampling, robustness};
use crate::planning::siting::solve;

/// How many sites beyond `k` the curve has.
const FURTHER: usize = 10;

/// Everything that the solver found.
#[derive(Debug)]
pub(super) struct Solved {
    pub plan: Plan,
    pub others: Vec<Alternative>,
    pub curve: Vec<Point>,
    pub robustness: Option<Robustness>,
    /// How long the solver searched for the best plan, interrupted runs included, in seconds.
    pub seconds: f64,
}

/// What the solver needs besides the problem.
pub(super) struct Solving<'a> {
    pub ask: &'a SitingAsk,
    pub stop: &'a AtomicBool,
    /// How long earlier runs of the job searched.
    pub spent: Duration,
    /// The best plan of earlier runs of the job.
    pub first: Option<Vec<u32>>,
    /// Called with the progress.
    pub report: &'a dyn Fn(Progress),
    /// Called with each better plan and the time spent so far.
    pub keep: &'a dyn Fn(&[u32], Duration),
}

impl Solving<'_> {
    /// Solves a problem.
    ///
    /// # Errors
    /// If the solver does not accept the problem, or the job was cancelled.
    pub fn run(&self, problem: &Problem) -> Result<Solved, NoSiting> {
        let limit = Duration::from_secs(u64::from(self.ask.time_limit_s));
        let begun = Instant::now();
        let spent = || self.spent + begun.elapsed();
        let should_stop = || self.halt(spent() >= limit);
        let share = || (spent().as_secs_f64() / limit.as_secs_f64()).min(1.0);
        self.say("solving", share(), 0, Search::default());
        let progress = |state: crate::planning::siting::control::Progress| {
            let search = Search {
                incumbent: state.incumbent,
                bound: state.bound.is_finite().then_some(state.bound),
                gap: state.gap,
            };
            self.say("solving", share(), 0, search);
        };
        let plan = |sites: &[u32]| (self.keep)(sites, spent());
        let control = Control {
            should_stop: &should_stop,
            progress: &progress,
            plan: &plan,
        };
        let plan = solve(problem, self.first.as_deref(), &control).map_err(|r| refused(&r))?;
        let plan = no_worse(problem, plan, self.first.as_deref());
        let seconds = spent().as_secs_f64();
        self.go_on()?;
        let mut solved = Solved {
            plan,
            others: Vec::new(),
            curve: Vec::new(),
            robustness: None,
            seconds,
        };
        let Some(sites) = solved.plan.sites.clone() else {
            return Ok(solved);
        };
        let search = Search {
            incumbent: solved.plan.incumbent,
            bound: solved.plan.bound,
            gap: solved.plan.gap,
        };
        if self.ask.plans > 1 {
            self.say("plans", 0.0, 1, search);
            let others = self.timed(limit / 2, |control| {
                alternatives(problem, &sites, self.ask.plans - 1, control)
            });
            solved.others = others?;
        }
        self.say("plans", 0.5, solved.others.len() as u64 + 1, search);
        let most = self.ask.k.unwrap_or(0).saturating_add(FURTHER);
        solved.curve = self.curve(problem, most, limit / 2)?;
        if let Some(sampling) = &self.ask.robustness {
            solved.robustness = Some(self.robustness(problem, sampling, limit / 2, search)?);
        }
        Ok(solved)
    }

    /// Finds the curve of coverage. Each point may take an equal share of the time that is left.
    fn curve(
        &self,
        problem: &Problem,
        most: usize,
        limit: Duration,
    ) -> Result<Vec<Point>, NoSiting> {
        let end = Instant::now() + limit;
        let until = Cell::new(end);
        let begin = |left: usize| {
            let now = Instant::now();
            let rest = end.saturating_duration_since(now);
            until.set(now + rest / u32::try_from(left).unwrap_or(u32::MAX));
        };
        let should_stop = || self.halt(Instant::now() >= until.get());
        let control = Control {
            should_stop: &should_stop,
            progress: &|_| {},
            plan: &|_| {},
        };
        let points = curve(problem, most, &control, &begin).map_err(|r| refused(&r))?;
        self.go_on()?;
        Ok(points)
    }

    fn robustness(
        &self,
        problem: &Problem,
        sampling: &Sampling,
        limit: Duration,
        search: Search,
    ) -> Result<Robustness, NoSiting> {
        let begun = Instant::now();
        let mut times: BTreeMap<u32, u32> = BTreeMap::new();
        let mut all = Robustness {
            runs: 0,
            proven: 0,
            infeasible: 0,
            sites: Vec::new(),
        };
        for run in 0..sampling.runs {
            let share = f64::from(run) / f64::from(sampling.runs.max(1));
            self.say("robustness", share, u64::from(run), search);
            let Some(left) = limit.checked_sub(begun.elapsed()) else {
                break;
            };
            let one = Sampling {
                runs: 1,
                seed: sampling.seed.wrapping_add(u64::from(run)),
                ..sampling.clone()
            };
            let found = self.timed(left, |control| robustness(problem, &one, control))?;
            all.runs += found.runs;
            all.proven += found.proven;
            all.infeasible += found.infeasible;
            for (site, chosen) in found.sites {
                *times.entry(site).or_default() += chosen;
            }
        }
        all.sites = times.into_iter().collect();
        all.sites
            .sort_by_key(|(site, chosen)| (u32::MAX - chosen, *site));
        Ok(all)
    }

    /// Runs a part of the work under a time limit.
    fn timed<T>(
        &self,
        limit: Duration,
        work: impl FnOnce(&Control<'_>) -> Result<T, Vec<Refusal>>,
    ) -> Result<T, NoSiting> {
        let begun = Instant::now();
        let should_stop = || self.halt(begun.elapsed() >= limit);
        let control = Control {
            should_stop: &should_stop,
            progress: &|_| {},
            plan: &|_| {},
        };
        let done = work(&control).map_err(|r| refused(&r))?;
        self.go_on()?;
        Ok(done)
    }

    fn halt(&self, is_over: bool) -> Option<Halt> {
        if self.stop.load(Ordering::Relaxed) {
            return Some(Halt::Cancelled);
        }
        is_over.then_some(Halt::TimeLimit)
    }

    fn go_on(&self) -> Result<(), NoSiting> {
        match self.stop.load(Ordering::Relaxed) {
            true => Err(NoSiting::Cancelled),
            false => Ok(()),
        }
    }

    fn say(&self, stage: &str, share: f64, done: u64, search: Search) {
        (self.report)(Progress {
            stage: stage.to_owned(),
            share,
            done,
            search: Some(search),
        });
    }
}

/// Returns the plan of earlier runs if this run ended before it found one as good, otherwise the plan of this run.
fn no_worse(problem: &Problem, mut plan: Plan, first: Option<&[u32]>) -> Plan {
    let is_known = |sites: &&[u32]| sites.iter().all(|s| (*s as usize) < problem.candidates);
    let Some(first) = first
        .filter(is_known)
        .filter(|sites| problem.accepts(sites))
    else {
        return plan;
    };
    let is_as_good = plan
        .sites
        .as_deref()
        .is_some_and(|found| !is_better(problem, first, found));
    if plan.stop_reason == StopReason::Optimal || is_as_good {
        return plan;
    }
    let value = problem.objective(first);
    plan.sites = Some(first.to_vec());
    plan.incumbent = Some(value);
    plan.gap = plan.bound.and_then(|bound| gap(value, bound));
    plan.figures = Some(problem.figures(first));
    plan.least_walking = false;
    plan
}

/// Whether `plan` is better than `other`. This is never so if the problem does not have all sites of both, or does not
/// accept `plan`.
pub(super) fn is_better(problem: &Problem, plan: &[u32], other: &[u32]) -> bool {
    let mut all = plan.iter().chain(other);
    if all.any(|site| *site as usize >= problem.candidates) || !problem.accepts(plan) {
        return false;
    }
    let (value, known) = (problem.objective(plan), problem.objective(other));
    match problem.goal.is_maximised() {
        true => value > known,
        false => value < known,
    }
}

/// The error for a problem that the solver does not accept.
fn refused(refusals: &[Refusal]) -> NoSiting {
    let zh: Vec<&str> = refusals.iter().map(|r| r.text.zh.as_str()).collect();
    let en: Vec<&str> = refusals.iter().map(|r| r.text.en.as_str()).collect();
    let (zh, en) = (zh.join(""), en.join(" "));
    NoSiting::Text(both!("{zh}", "{en}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::siting::problem::{Constraints, Demand, Goal};

    /// Two villages, with a site in each of them and one between them.
    fn villages() -> Problem {
        let home = |weight, distances: [f64; 3]| Demand {
            weight,
            reach: (0..3).zip(distances).collect(),
            community: None,
        };
        Problem {
            candidates: 3,
            demand: vec![home(5.0, [10.0, 90.0, 50.0]), home(4.0, [90.0, 15.0, 50.0])],
            goal: Goal::BestWorst,
            constraints: Constraints {
                sites: Some(1),
                ..Constraints::default()
            },
        }
    }

    #[test]
    fn a_run_without_time_returns_the_plan_of_the_run_before_it() {
        let problem = villages();
        // The result of a solver that was stopped before it found a plan.
        let stopped = Plan {
            sites: None,
            incumbent: None,
            bound: Some(10.0),
            gap: None,
            stop_reason: StopReason::TimeLimit,
            figures: None,
            least_walking: false,
            conflicts: Vec::new(),
        };
        let known = no_worse(&problem, stopped.clone(), Some(&[2]));
        assert_eq!((known.incumbent, known.gap), (Some(50.0), Some(0.8)));
        assert_eq!(known.sites.as_deref(), Some(&[2][..]));
        // A plan that the problem does not accept, a plan with an unknown site, and a worse plan are not used.
        assert_eq!(
            no_worse(&problem, stopped.clone(), Some(&[0, 1])).sites,
            stopped.sites
        );
        assert_eq!(no_worse(&problem, stopped, Some(&[9])).incumbent, None);
        let best = solve(&problem, None, &Control::unlimited()).unwrap();
        assert_eq!(no_worse(&problem, best.clone(), Some(&[0])), best);
    }
}
