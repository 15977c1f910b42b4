//! The solver of facility siting on random graphs of the OR-Library's family, in all its sizes.

use std::cell::Cell;

use onemap::planning::siting::control::{Control, Halt, StopReason};
use onemap::planning::siting::family::{numbers_of_sites, random_graph};
use onemap::planning::siting::orlib::{Objective, Problem};

#[test]
fn the_family_of_the_or_library_is_proven_up_to_500_vertices_and_nearly_up_to_900() {
    // The solver is stopped after a number of calls of `should_stop`, so that the result does not depend on the speed
    // of the machine. This many calls take about a minute.
    let looks = Cell::new(0);
    let should_stop = || {
        looks.set(looks.get() + 1);
        (looks.get() > 2_000_000).then_some(Halt::TimeLimit)
    };
    let control = Control {
        should_stop: &should_stop,
        progress: &|_| {},
        plan: &|_| {},
    };
    for vertices in (100..=900).step_by(100) {
        for (seed, sites) in (1..).zip(numbers_of_sites(vertices)) {
            let graph = random_graph(vertices, seed);
            let problem = Problem { graph, sites };
            for objective in [Objective::Median, Objective::Center] {
                looks.set(0);
                let answer = problem.solve(objective, &control);
                let what = format!("{objective:?}, {vertices} vertices, {sites} sites: {answer:?}");
                if vertices <= 500 || objective == Objective::Center {
                    assert_eq!(answer.stop_reason, StopReason::Optimal, "{what}");
                    assert_eq!(answer.gap, Some(0.0), "{what}");
                } else {
                    assert!(answer.gap.unwrap() <= 0.001, "{what}");
                }
                assert_eq!(answer.sites.len(), sites, "{what}");
            }
        }
    }
}
