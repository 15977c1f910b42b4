//! Graph files of the OR-Library's p-median problems (Beasley 1985, doi 10.1016/0377-2217(85)90251-5): a line
//! `vertices edges p`, then a line `from to length` for each edge, vertices from 1. If an edge is listed twice,
//! the last line counts. Every vertex is a demand point of weight 1 and a candidate.

use serde::Serialize;

use super::center::{self, Center};
use super::control::{Control, StopReason, gap};
use super::graph::{Graph, UNREACHABLE};
use super::median::{self, Costs, Instance};
use crate::model::{Localized, both};

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrlibError {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong, and what was expected.
    pub text: Localized,
}

/// A graph and the number of sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The graph; its vertices are numbered from 0.
    pub graph: Graph,
    /// How many sites to choose.
    pub sites: usize,
}

/// The objective to minimise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// The sum of the distances to the nearest site.
    Median,
    /// The largest distance to the nearest site.
    Center,
}

/// The result, as `onemap plan solve --json` prints it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The objective of the plan, recomputed from its sites; `None` if no plan was found in time.
    pub incumbent: Option<u64>,
    /// No plan has a smaller objective than this.
    pub bound: f64,
    /// `|incumbent − bound| / |incumbent|`.
    pub gap: Option<f64>,
    /// Why the solver stopped.
    pub stop_reason: StopReason,
    /// The chosen vertices, numbered from 1 as in the file.
    pub sites: Vec<u32>,
}

/// The most memory that a problem may need, in bytes.
pub const MEMORY_LIMIT: usize = 2 << 30;

/// The memory in bytes that a problem with this many vertices needs: for the distances, the rows of costs, and two
/// copies of the costs during the search.
pub fn memory_needed(vertices: usize) -> usize {
    vertices
        .saturating_mul(vertices)
        .saturating_mul(4 + 16 + 2 * 12)
}

/// Reads a file. Checks the memory that its problem needs before allocating it.
pub fn read(text: &str) -> Result<Problem, OrlibError> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let Some((line, head)) = lines.next() else {
        return Err(wrong(
            1,
            both!(
                "文件为空。第一行应为“顶点数 边数 p”。",
                "The file is empty. Expected `vertices edges p` in the first line."
            ),
        ));
    };
    let [vertices, edges, sites] = three(head).ok_or_else(|| {
        wrong(
            line,
            both!(
                "应为三个非负整数“顶点数 边数 p”，实为“{head}”。",
                "Expected three whole numbers `vertices edges p`, found `{head}`."
            ),
        )
    })?;
    let n = usize::try_from(vertices).unwrap_or(usize::MAX);
    if n == 0 {
        return Err(wrong(
            line,
            both!(
                "图中没有顶点，应至少有一个。",
                "The graph has no vertices; expected at least one."
            ),
        ));
    }
    if memory_needed(n) > MEMORY_LIMIT {
        let (needed, limit) = (memory_needed(n) >> 20, MEMORY_LIMIT >> 20);
        return Err(wrong(
            line,
            both!(
                "{vertices} 个顶点需要 {needed} MiB 内存，上限为 {limit} MiB。",
                "{vertices} vertices need {needed} MiB of memory. The limit is {limit} MiB."
            ),
        ));
    }
    if sites == 0 || sites > vertices {
        return Err(wrong(
            line,
            both!(
                "p 为 {sites}，应在 1 与顶点数 {vertices} 之间。",
                "p is {sites}. Expected a number between 1 and the number of vertices, {vertices}."
            ),
        ));
    }
    let longest = u64::from(u32::MAX - 1) / vertices;
    let mut list = Vec::new();
    let mut last = line;
    for (line, text) in lines {
        last = line;
        let [from, to, length] = three(text).ok_or_else(|| {
            wrong(
                line,
                both!(
                    "应为三个非负整数“起点 终点 长度”，实为“{text}”。",
                    "Expected three whole numbers `from to length`, found `{text}`."
                ),
            )
        })?;
        for vertex in [from, to] {
            if vertex == 0 || vertex > vertices {
                return Err(wrong(
                    line,
                    both!(
                        "顶点 {vertex} 不存在，应在 1 与 {vertices} 之间。",
                        "There is no vertex {vertex}. Expected a number between 1 and {vertices}."
                    ),
                ));
            }
        }
        if length > longest {
            return Err(wrong(
                line,
                both!(
                    "长度 {length} 过大，上限为 {longest}。",
                    "The length {length} is too large. The limit is {longest}."
                ),
            ));
        }
        list.push((from as u32 - 1, to as u32 - 1, length as u32));
    }
    if list.len() as u64 != edges {
        let found = list.len();
        return Err(wrong(
            last,
            both!(
                "第一行声明 {edges} 条边，实有 {found} 条。",
                "The first line declares {edges} edges, but the file has {found}."
            ),
        ));
    }
    let graph = Graph::new(n, list);
    if !graph.is_connected() {
        return Err(wrong(
            last,
            both!(
                "图不连通，有的顶点之间没有路径，应补全边。",
                "The graph is not connected: some vertices have no path between them. Add the missing edges."
            ),
        ));
    }
    let sites = sites as usize;
    Ok(Problem { graph, sites })
}

impl Problem {
    /// Solves the problem.
    pub fn solve(&self, objective: Objective, control: &Control<'_>) -> Answer {
        let n = self.graph.vertices();
        let distances = match self.graph.distances(control) {
            Ok(distances) => distances,
            Err(halt) => {
                return Answer {
                    incumbent: None,
                    bound: 0.0,
                    gap: None,
                    stop_reason: halt.into(),
                    sites: Vec::new(),
                };
            }
        };
        let rows = distances.chunks_exact(n);
        let rows = rows.map(|row| (0_u32..).zip(row.iter().map(|d| f64::from(*d))).collect());
        let (sites, bound, stop) = match objective {
            Objective::Median => {
                let mut costs = Costs::new();
                for mut row in rows.map(|row: Vec<(u32, f64)>| row) {
                    // No plan serves a vertex from farther away than its farthest vertex. This distance is the cap.
                    let farthest = row.iter().map(|(_, d)| *d).fold(0.0, f64::max);
                    costs.push(&mut row, farthest);
                }
                let instance = Instance::p_median(n, costs, self.sites, 1.0);
                let found = median::solve(&instance, None, control);
                (found.sites, found.bound, found.stop)
            }
            Objective::Center => {
                let center = Center::new(rows.collect(), n, self.sites);
                let found = center::solve(&center, control);
                (found.sites, found.bound, found.stop)
            }
        };
        let sites = sites.map(|sites| self.fill(sites));
        let incumbent = sites
            .as_ref()
            .map(|sites| value(&distances, n, sites, objective));
        Answer {
            incumbent,
            bound,
            gap: incumbent.and_then(|value| gap(value as f64, bound)),
            stop_reason: stop,
            sites: sites.unwrap_or_default().iter().map(|s| s + 1).collect(),
        }
    }

    /// Adds other sites until the plan has the required number. More sites never make the objective worse.
    fn fill(&self, mut sites: Vec<u32>) -> Vec<u32> {
        let mut others = 0..self.graph.vertices() as u32;
        while sites.len() < self.sites {
            match others.find(|s| !sites.contains(s)) {
                Some(site) => sites.push(site),
                None => break,
            }
        }
        sites.sort_unstable();
        sites
    }
}

/// The objective of a plan.
fn value(distances: &[u32], n: usize, sites: &[u32], objective: Objective) -> u64 {
    let least = |row: &[u32]| {
        let all = sites.iter().map(|s| row[*s as usize]);
        u64::from(all.min().unwrap_or(UNREACHABLE))
    };
    let least = distances.chunks_exact(n).map(least);
    match objective {
        Objective::Median => least.sum(),
        Objective::Center => least.max().unwrap_or(0),
    }
}

fn three(line: &str) -> Option<[u64; 3]> {
    let mut numbers = line.split_whitespace().map(|word| word.parse().ok());
    let found = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(found)
}

fn wrong(line: usize, text: Localized) -> OrlibError {
    OrlibError { line, text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::siting::control::Halt;
    use crate::planning::siting::family::random_graph;
    use crate::planning::siting::random::Random;

    fn error_of(text: &str) -> (usize, String) {
        let error = read(text).unwrap_err();
        (error.line, error.text.en)
    }

    #[test]
    fn the_last_of_two_edges_counts() {
        let problem = read(" 3 3 1\n 1 2 5\n2 3 5\n\n2 1 9\n").unwrap();
        let distances = problem.graph.distances(&Control::unlimited()).unwrap();
        assert_eq!(distances, [0, 9, 14, 9, 0, 5, 14, 5, 0]);
        let answer = problem.solve(Objective::Median, &Control::unlimited());
        assert_eq!((answer.incumbent, answer.sites), (Some(14), vec![2]));
        assert_eq!((answer.bound, answer.gap), (14.0, Some(0.0)));
    }

    #[test]
    fn errors_name_the_line_and_what_was_expected() {
        assert!(error_of("").1.contains("vertices edges p"));
        assert_eq!(error_of("3 x 1").0, 1);
        assert!(error_of("3 2 4\n").1.contains("between 1 and"));
        let (line, text) = error_of("3 2 1\n1 2 5\n2 4 5\n");
        assert_eq!((line, text.contains("no vertex 4")), (3, true));
        let (line, text) = error_of("3 2 1\n1 2 5\n2 3 -5\n");
        assert_eq!((line, text.contains("from to length")), (3, true));
        assert!(
            error_of("3 3 1\n1 2 5\n2 3 5\n")
                .1
                .contains("declares 3 edges")
        );
        assert!(error_of("3 1 1\n1 2 5\n").1.contains("not connected"));
        assert!(error_of("2 1 1\n1 2 4294967295\n").1.contains("too large"));
    }

    #[test]
    fn a_problem_that_needs_too_much_memory_is_refused_before_it_is_allocated() {
        let (line, text) = error_of("4000000000 0 1\n");
        assert_eq!((line, text.contains("MiB of memory")), (1, true));
    }

    #[test]
    fn a_halted_solver_says_so_and_keeps_a_valid_bound() {
        let problem = Problem {
            graph: random_graph(60, 1),
            sites: 6,
        };
        let calls = std::cell::Cell::new(0);
        let stop = || {
            calls.set(calls.get() + 1);
            (calls.get() > 63).then_some(Halt::Cancelled)
        };
        let control = Control {
            should_stop: &stop,
            ..Control::unlimited()
        };
        let best = problem.solve(Objective::Median, &Control::unlimited());
        let halted = problem.solve(Objective::Median, &control);
        let incumbent = best.incumbent.unwrap() as f64;
        assert_eq!(halted.stop_reason, StopReason::Cancelled);
        assert!(halted.bound <= incumbent && halted.incumbent.unwrap() as f64 >= incumbent);
    }

    /// All plans of `p` among `n` sites.
    fn plans(n: usize, p: usize) -> Vec<Vec<u32>> {
        let sets = (0_u32..1 << n).filter(|set| set.count_ones() as usize == p);
        sets.map(|set| (0..n as u32).filter(|s| set >> s & 1 == 1).collect())
            .collect()
    }

    #[test]
    fn small_graphs_have_the_optimum_of_all_plans() {
        let mut random = Random::new(7);
        for seed in 0..60 {
            let n = 4 + random.below(9);
            let p = 1 + random.below(n.min(5));
            let graph = random_graph(n, seed);
            let distances = graph.distances(&Control::unlimited()).unwrap();
            let problem = Problem { graph, sites: p };
            for objective in [Objective::Median, Objective::Center] {
                let all = plans(n, p);
                let best = all
                    .iter()
                    .map(|plan| value(&distances, n, plan, objective))
                    .min();
                let answer = problem.solve(objective, &Control::unlimited());
                let what = format!("{objective:?}, {n} vertices, {p} sites, seed {seed}");
                assert_eq!(answer.incumbent, best, "{what}");
                assert_eq!(answer.bound, best.unwrap() as f64, "{what}");
                assert_eq!(answer.stop_reason, StopReason::Optimal, "{what}");
                assert_eq!(answer.sites.len(), p, "{what}");
            }
        }
    }

    /// Reads `../shared/data/pmed`, which is not part of the project.
    #[test]
    fn the_first_instances_of_the_or_library_have_their_published_optima() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/pmed");
        let known = [(5819, 127), (4093, 98), (4250, 93), (3034, 74), (1355, 48)];
        for (number, (median, center)) in (1..).zip(known) {
            let file = folder.join(format!("pmed{number}.txt"));
            let Ok(text) = std::fs::read_to_string(&file) else {
                println!("skipped: {} is missing", file.display());
                return;
            };
            let problem = read(&text).unwrap();
            for (objective, optimum) in [(Objective::Median, median), (Objective::Center, center)] {
                let answer = problem.solve(objective, &Control::unlimited());
                assert_eq!(answer.incumbent, Some(optimum), "pmed{number}");
                assert_eq!(answer.bound, optimum as f64, "pmed{number}");
                assert_eq!(answer.stop_reason, StopReason::Optimal, "pmed{number}");
            }
        }
    }
}
