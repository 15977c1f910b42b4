//! Measures the solvers of facility siting on random graphs like those of the OR-Library and on covering problems with
//! 5,000 demand points and 500 candidates: `cargo bench --bench siting [DIR]`. With DIR, it also writes the covering
//! problems to this folder, and `python3 benches/siting_highs.py DIR/*.txt` solves them with HiGHS.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark stops at the first error"
)]

use std::fmt::Write as _;
use std::path::Path;

use onemap::planning::siting::control::{Control, Halt};
use onemap::planning::siting::family::{numbers_of_sites, random_graph};
use onemap::planning::siting::orlib::{self, Objective};
use onemap::planning::siting::problem::{Constraints, Demand, Goal, Problem};
use onemap::planning::siting::random::Random;
use onemap::planning::siting::solve;

/// The CPU time of this process in seconds, from Linux's `/proc`.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = text
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// Runs `work` with a limit of CPU time in seconds. Also returns the CPU time that was used.
fn limited<T>(limit: f64, work: impl FnOnce(&Control<'_>) -> T) -> (T, f64) {
    let begin = cpu();
    let should_stop = || (cpu() - begin > limit).then_some(Halt::TimeLimit);
    let control = Control {
        should_stop: &should_stop,
        ..Control::unlimited()
    };
    let result = work(&control);
    (result, cpu() - begin)
}

fn family() {
    for vertices in (100..=900).step_by(100) {
        for sites in numbers_of_sites(vertices) {
            for seed in [31, 32] {
                let graph = random_graph(vertices, seed);
                let problem = orlib::Problem { graph, sites };
                for objective in [Objective::Median, Objective::Center] {
                    let (answer, seconds) =
                        limited(60.0, |control| problem.solve(objective, control));
                    println!(
                        "{objective:?}: {vertices} vertices, {sites} sites: {:?}, gap {:?}, {:?}, {seconds:.2} s",
                        answer.incumbent, answer.gap, answer.stop_reason
                    );
                }
            }
        }
    }
}

/// A covering problem with demand points and candidates at random positions in a square of 10 km by 10 km: most people
/// covered by `sites` sites, or without `sites` the fewest sites. `radius` is in metres.
fn city(radius: f64, sites: Option<usize>, seed: u64) -> Problem {
    let mut random = Random::new(seed);
    let place = |random: &mut Random| (random.unit() * 10_000.0, random.unit() * 10_000.0);
    let candidates: Vec<(f64, f64)> = (0..500).map(|_| place(&mut random)).collect();
    let point = |random: &mut Random| {
        let (x, y) = place(random);
        let distances = (0_u32..)
            .zip(&candidates)
            .map(|(at, c)| (at, (c.0 - x).hypot(c.1 - y)));
        Demand {
            weight: (1 + random.below(100)) as f64,
            reach: distances.filter(|(_, d)| *d <= 3.0 * radius).collect(),
            community: None,
        }
    };
    let mut demand: Vec<Demand> = (0..5_000).map(|_| point(&mut random)).collect();
    let goal = if sites.is_some() {
        Goal::MostCovered {
            radius,
            until: None,
        }
    } else {
        demand.retain(|d| d.reach.iter().any(|(_, distance)| *distance <= radius));
        Goal::FewestSites { radius, share: 1.0 }
    };
    Problem {
        candidates: 500,
        demand,
        goal,
        constraints: Constraints {
            sites,
            ..Constraints::default()
        },
    }
}

fn write(problem: &Problem, radius: f64, file: &Path) {
    let sites = problem.constraints.sites.unwrap_or(0);
    let mut text = format!("{} {} {sites}\n", problem.demand.len(), problem.candidates);
    for point in &problem.demand {
        write!(text, "{}", point.weight).unwrap();
        for (site, _) in point.reach.iter().filter(|(_, d)| *d <= radius) {
            write!(text, " {site}").unwrap();
        }
        text.push('\n');
    }
    std::fs::write(file, text).unwrap();
}

fn main() {
    let folder = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    for (radius, sites, seed) in [
        (500.0, Some(20), 1),
        (500.0, Some(50), 1),
        (800.0, Some(20), 1),
        (1_000.0, Some(10), 2),
        (1_000.0, Some(20), 3),
        (400.0, Some(100), 4),
        (1_500.0, Some(8), 5),
        (700.0, None, 2),
    ] {
        let problem = city(radius, sites, seed);
        if let Some(folder) = &folder {
            let name = format!("{radius}_{}_{seed}.txt", sites.unwrap_or(0));
            write(&problem, radius, &Path::new(folder).join(name));
        }
        let (plan, seconds) = limited(120.0, |control| solve(&problem, None, control).unwrap());
        println!(
            "radius {radius}, sites {sites:?}, seed {seed}: {:?}, bound {:?}, {:?}, {seconds:.2} s",
            plan.incumbent, plan.bound, plan.stop_reason
        );
    }
    family();
}
