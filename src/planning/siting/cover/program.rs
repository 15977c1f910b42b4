//! Solves what the root node of a covering problem has left undecided as an integer program, with `microlp`. If a cover
//! needs many sites, it closes the gap much faster than branching with Lagrangian bounds.

use std::time::Duration;

use microlp::{
    ComparisonOp, LinearExpr, OptimizationDirection, ResumeOptions, SolveOptions, Variable,
};

use super::reduce::Sub;

/// How long `microlp` runs between two reports.
const SLICE: Duration = Duration::from_millis(300);

/// How the program ended.
#[derive(Debug)]
pub(super) enum End<T> {
    /// These columns are the cheapest cover.
    Optimal(Vec<u32>),
    /// `report` ended the program.
    Stopped(T),
    /// `microlp` failed.
    Unknown,
}

/// Finds the cheapest columns that cover all rows, of each pair of `conflicts` at most one. `hint` is a known cover.
/// `report` is called every 0.3 s with a bound and the best cover so far; the program ends if it returns something.
pub(super) fn solve<T>(
    sub: &Sub,
    conflicts: &[(u32, u32)],
    hint: Option<&[bool]>,
    mut report: impl FnMut(f64, Option<Vec<u32>>) -> Option<T>,
) -> End<T> {
    let mut model = microlp::Problem::new(OptimizationDirection::Minimize);
    let columns = sub.cost.iter().map(|cost| model.add_binary_var(*cost));
    let columns: Vec<Variable> = columns.collect();
    let sum = |list: &[u32]| {
        let mut sum = LinearExpr::empty();
        list.iter()
            .for_each(|at| sum.add(columns[*at as usize], 1.0));
        sum
    };
    for row in &sub.rows {
        model.add_constraint(sum(row), ComparisonOp::Ge, 1.0);
    }
    for (a, b) in conflicts {
        model.add_constraint(sum(&[*a, *b]), ComparisonOp::Le, 1.0);
    }
    let mut options = SolveOptions::default();
    options.time_limit = Some(SLICE);
    options.warm_start = hint.map(|plan| {
        let value = |(column, open): (&Variable, &bool)| (*column, f64::from(u8::from(*open)));
        columns.iter().zip(plan).map(value).collect()
    });
    let mut state = model.solve_with(options);
    loop {
        let Ok(outcome) = state else {
            return End::Unknown;
        };
        let plan: Option<Vec<u32>> = outcome.solution().map(|found| {
            let open = (0_u32..).zip(&columns);
            let open = open.filter(|(_, column)| found.var_value(**column) > 0.5);
            open.map(|(at, _)| at).collect()
        });
        if outcome.is_optimal() {
            return plan.map_or(End::Unknown, End::Optimal);
        }
        let bound = outcome.stats().best_bound.unwrap_or(f64::NEG_INFINITY);
        if let Some(end) = report(bound, plan) {
            return End::Stopped(end);
        }
        let mut again = ResumeOptions::default();
        again.time_limit = Some(SLICE);
        state = outcome.resume_with(again);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cover, solve as solve_cover};
    use super::*;
    use crate::planning::siting::control::{Control, StopReason};
    use crate::planning::siting::random::Random;

    /// The least cost of all covers.
    fn brute_force(cover: &Cover) -> Option<f64> {
        let sites = cover.cost.len() as u32;
        let plans = (0_u32..1 << sites).map(|set| {
            let plan = (0..sites).filter(|site| set >> site & 1 == 1);
            plan.collect::<Vec<u32>>()
        });
        let cost = |plan: &Vec<u32>| plan.iter().map(|site| cover.cost[*site as usize]).sum();
        let costs = plans
            .filter(|plan| cover.accepts(plan))
            .map(|plan| cost(&plan));
        costs.min_by(f64::total_cmp)
    }

    #[test]
    fn the_program_and_the_whole_solver_find_the_cheapest_of_all_covers() {
        let mut random = Random::new(31);
        let mut infeasible = 0;
        for round in 0..150 {
            let mut cover = Cover::of_rows(Vec::new(), 12);
            for _ in 0..12 {
                let row = [0; 2].map(|_| random.below(12) as u32);
                let mut row = row.to_vec();
                row.sort_unstable();
                row.dedup();
                cover.rows.push(row);
            }
            if round % 2 == 0 {
                cover.cost = (0..12).map(|_| 1.0 + random.unit()).collect();
                cover.granule = 0.0;
            }
            for _ in 0..20 * random.below(2) {
                let (a, b) = (random.below(12) as u32, random.below(12) as u32);
                if a != b {
                    cover.conflicts.push((a.min(b), a.max(b)));
                }
            }
            let best = brute_force(&cover);
            let found = solve_cover(&cover, &Control::unlimited());
            let rows = (0..).zip(cover.rows.iter().map(Vec::as_slice));
            let sub = Sub::new(rows, 12, |site| cover.cost[site as usize], |_| true).unwrap();
            let number = |site: u32| sub.names.iter().position(|name| *name == site);
            let pairs = cover.conflicts.iter();
            let pairs = pairs.filter_map(|(a, b)| Some((number(*a)? as u32, number(*b)? as u32)));
            let pairs: Vec<(u32, u32)> = pairs.collect();
            let end = solve(&sub, &pairs, None, |_, _| None::<()>);
            let say = || format!("round {round}: {found:?}, {end:?}, {best:?}: {cover:?}");
            let Some(best) = best else {
                assert_eq!(found.stop, StopReason::Infeasible, "{}", say());
                assert!(matches!(end, End::Unknown), "{}", say());
                infeasible += 1;
                continue;
            };
            assert_eq!(found.stop, StopReason::Optimal, "{}", say());
            assert!((found.incumbent - best).abs() < 1e-9, "{}", say());
            assert!(found.bound >= best - 1e-6, "{}", say());
            let End::Optimal(columns) = &end else {
                panic!("{}", say());
            };
            let cost: f64 = columns.iter().map(|at| sub.cost[*at as usize]).sum();
            assert!((cost - best).abs() < 1e-9, "{}", say());
        }
        assert!((5..75).contains(&infeasible), "{infeasible}");
    }
}
