//! Solves what the root node of a covering problem has left undecided as an integer program, with `microlp`. If many
//! sites are chosen, its linear bounds are much better than those of subgradient steps.

use std::time::Duration;

use microlp::{
    ComparisonOp, LinearExpr, OptimizationDirection, ResumeOptions, SolveOptions, Variable,
};

use super::instance::{Choice, Instance};
use crate::planning::siting::control::{Control, Halt};

/// The most cost entries of a problem. Larger problems are solved by branching.
const ENTRIES: usize = 60_000;
/// How long `microlp` runs between two checks of the control. The first times are shorter, because a program with a
/// limit often ends soon.
const SLICE: Duration = Duration::from_millis(300);
const FIRST_SLICE: Duration = Duration::from_millis(20);

/// How the program ended.
#[derive(Debug)]
pub(super) enum End {
    /// This plan is proven to be the best.
    Optimal(Vec<bool>),
    /// No plan is within [`Instance::limit`].
    Beaten,
    /// The control stopped the program. No plan is better than this bound; the plan is the best one found.
    Halted(Halt, f64, Option<Vec<bool>>),
    /// The problem does not suit this solver, or `microlp` failed.
    Unknown,
}

/// Whether the instance is a covering problem of a suitable size. In a covering problem, all costs of a row are equal.
pub(super) fn suits(instance: &Instance) -> bool {
    let is_flat = |row: usize| {
        let mut costs = instance.costs.row(row).map(|(_, cost)| cost);
        costs
            .next()
            .is_some_and(|first| costs.all(|cost| cost == first))
    };
    instance.costs.entries() <= ENTRIES
        && instance.conflicts.is_empty()
        && instance.required.is_empty()
        && matches!(instance.choice, Choice::Count(_) | Choice::Budget { .. })
        && (0..instance.costs.rows()).all(is_flat)
}

pub(super) fn solve(
    instance: &Instance,
    hint: Option<&[bool]>,
    control: &Control<'_>,
    report: &mut dyn FnMut(f64, Option<Vec<bool>>),
) -> End {
    let mut model = microlp::Problem::new(OptimizationDirection::Minimize);
    let sites: Vec<Variable> = (0..instance.sites)
        .map(|_| model.add_binary_var(0.0))
        .collect();
    let mut constant = instance.costs.constant;
    for row in 0..instance.costs.rows() {
        let mut sum = LinearExpr::empty();
        let mut low = 0.0;
        for (site, cost) in instance.costs.row(row) {
            sum.add(sites[site], 1.0);
            low = cost;
        }
        // The share of the row that no site serves.
        let missed = model.add_var(instance.costs.cap(row) - low, (0.0, 1.0));
        constant += low;
        sum.add(missed, 1.0);
        model.add_constraint(sum, ComparisonOp::Ge, 1.0);
    }
    let mut sum = LinearExpr::empty();
    let (compare, right) = match &instance.choice {
        Choice::Budget { cost, budget } => {
            for (site, price) in sites.iter().zip(cost) {
                sum.add(*site, *price);
            }
            (ComparisonOp::Le, *budget)
        }
        Choice::Count(number) => {
            sites.iter().for_each(|site| sum.add(*site, 1.0));
            (ComparisonOp::Eq, *number as f64)
        }
        _ => return End::Unknown,
    };
    model.add_constraint(sum, compare, right);
    let mut options = SolveOptions::default();
    let mut slice = FIRST_SLICE;
    options.time_limit = Some(slice);
    options.warm_start = hint.map(|plan| {
        let value = |(site, open): (&Variable, &bool)| (*site, f64::from(u8::from(*open)));
        sites.iter().zip(plan).map(value).collect()
    });
    let mut state = model.solve_with(options);
    loop {
        let Ok(outcome) = state else {
            return End::Unknown;
        };
        let plan: Option<Vec<bool>> = outcome
            .solution()
            .map(|found| sites.iter().map(|s| found.var_value(*s) > 0.5).collect());
        if outcome.is_optimal() {
            return plan.map_or(End::Unknown, End::Optimal);
        }
        let bound = outcome
            .stats()
            .best_bound
            .map_or(f64::NEG_INFINITY, |b| b + constant);
        if let Some(limit) = instance.limit {
            let reaches = |plan: &Vec<bool>| instance.costs.total(plan) <= limit;
            if plan.as_ref().is_some_and(reaches) {
                return plan.map_or(End::Unknown, End::Optimal);
            }
            let next = match instance.granule > 0.0 {
                true => (bound / instance.granule - 1e-6).ceil() * instance.granule,
                false => bound,
            };
            if next > limit {
                return End::Beaten;
            }
        }
        if let Some(halt) = control.halt() {
            return End::Halted(halt, bound, plan);
        }
        report(bound, plan);
        let mut again = ResumeOptions::default();
        slice = (2 * slice).min(SLICE);
        again.time_limit = Some(slice);
        state = outcome.resume_with(again);
    }
}
