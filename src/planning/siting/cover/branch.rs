//! Branch and bound for covering. A node chooses some sites and excludes others. Its bound is Lagrangian, with
//! a multiplier for each row (Beasley 1987, doi 10.1016/0377-2217(87)90141-X). A node is split at the row with
//! the fewest sites, into one child for each of these sites, in which the site is chosen.

use std::rc::Rc;

use super::problem::Cover;
use super::program;
use super::reduce::Sub;
use crate::planning::siting::control::{Control, Halt, Progress, StopReason};

/// The result of [`solve`].
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The sites of the best cover, ascending; `None` if none was found (or none within the limit).
    pub sites: Option<Vec<u32>>,
    /// The cost of this cover; infinite if none was found.
    pub incumbent: f64,
    /// No cover costs less. If a cover within the limit was found, the search ended early, and this is not a bound.
    pub bound: f64,
    /// Why the solver stopped. [`StopReason::Infeasible`] if no cover exists, or none within the limit.
    pub stop: StopReason,
}

/// Solves a covering problem.
pub fn solve(cover: &Cover, control: &Control<'_>) -> Outcome {
    let mut conflicts = vec![Vec::new(); cover.cost.len()];
    for &(a, b) in &cover.conflicts {
        conflicts[a as usize].push(b);
        conflicts[b as usize].push(a);
    }
    let mut solver = Solver {
        cover,
        conflicts,
        control,
        best: None,
        cutoff: cover.limit.map_or(f64::INFINITY, |limit| {
            // The first possible cost above the limit.
            if cover.granule > 0.0 {
                ((limit / cover.granule + 1e-6).floor() + 1.0) * cover.granule
            } else {
                limit * (1.0 + 1e-9) + f64::MIN_POSITIVE
            }
        }),
        closed: f64::INFINITY,
    };
    let halt = solver.run();
    let cost = |sites: &Vec<u32>| sites.iter().map(|s| cover.cost[*s as usize]).sum();
    let incumbent = solver.best.as_ref().map_or(f64::INFINITY, cost);
    let is_found = solver.best.is_some();
    let bound = solver.rounded(solver.closed).min(incumbent);
    let is_answered = is_found && cover.limit.is_some();
    let is_proven = is_answered || (is_found && solver.is_beaten(bound));
    let stop = match halt {
        Some(halt) if !is_proven => halt.into(),
        _ if is_found => StopReason::Optimal,
        _ => StopReason::Infeasible,
    };
    Outcome {
        sites: solver.best,
        incumbent,
        bound,
        stop,
    }
}

struct Solver<'a> {
    cover: &'a Cover,
    conflicts: Vec<Vec<u32>>,
    control: &'a Control<'a>,
    best: Option<Vec<u32>>,
    /// The search is only for covers with a lower cost than this.
    cutoff: f64,
    /// The least bound of the nodes that were closed without branching.
    closed: f64,
}

/// What a node decides about a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fixed {
    Free,
    Chosen,
    Excluded,
}

#[derive(Clone)]
struct Node {
    bound: f64,
    depth: u32,
    fixed: Vec<Fixed>,
    /// The multiplier of each row of the whole problem.
    multipliers: Rc<[f32]>,
}

/// Nodes with more entries than this are not searched for dominated rows and sites. The whole problem always is, once.
const REDUCED_ENTRIES: usize = 400_000;
/// The most entries of a problem that is solved as an integer program.
const PROGRAM_ENTRIES: usize = 60_000;
/// If the open nodes need more memory than this, the deepest one is taken next instead of the one with the best bound.
const NODE_BYTES: usize = 256 << 20;

enum End {
    Pruned,
    Split(Vec<u32>),
    Halted(Halt),
}

impl Solver<'_> {
    fn run(&mut self) -> Option<Halt> {
        let mut root = Node {
            bound: 0.0,
            depth: 0,
            fixed: vec![Fixed::Free; self.cover.cost.len()],
            multipliers: vec![0.0; self.cover.rows.len()].into(),
        };
        for site in &self.cover.forbidden {
            root.fixed[*site as usize] = Fixed::Excluded;
        }
        for site in &self.cover.required {
            if !self.choose(&mut root.fixed, *site) {
                return None;
            }
        }
        let mut rows: Vec<u32> = (0..self.cover.rows.len() as u32).collect();
        // A row that contains all sites of another row is dropped in all nodes, because each site that covers the other
        // row covers it too.
        if let Some(mut sub) = self.sub(&root.fixed, &rows) {
            while sub.drop_rows() || (self.cover.conflicts.is_empty() && sub.drop_columns()) {
                if let Some(halt) = self.control.halt() {
                    self.closed = 0.0;
                    return Some(halt);
                }
            }
            if self.cover.conflicts.is_empty() {
                for state in root.fixed.iter_mut().filter(|f| **f == Fixed::Free) {
                    *state = Fixed::Excluded;
                }
                for site in &sub.names {
                    root.fixed[*site as usize] = Fixed::Free;
                }
            }
            rows = sub.row_names;
            rows.sort_unstable();
        }
        let mut nodes = vec![root];
        let size = self.cover.rows.len() * 4 + self.cover.cost.len() + 64;
        while !nodes.is_empty() {
            if self.cover.limit.is_some() && self.best.is_some() {
                return None;
            }
            let floor = nodes.iter().map(|n| n.bound).fold(f64::INFINITY, f64::min);
            let bound = self.rounded(floor.min(self.closed));
            if let (Some(_), None) = (&self.best, self.cover.limit) {
                let known = Progress::new(Some(self.cutoff), bound.min(self.cutoff));
                (self.control.progress)(known);
            }
            let deepest = nodes.len() * size > NODE_BYTES || self.cover.limit.is_some();
            let next = (0..nodes.len()).min_by(|a, b| {
                let (a, b) = (&nodes[*a], &nodes[*b]);
                let by_depth = b.depth.cmp(&a.depth);
                let by_bound = a.bound.total_cmp(&b.bound);
                if deepest {
                    by_depth.then(by_bound)
                } else {
                    by_bound.then(by_depth)
                }
            })?;
            let mut node = nodes.swap_remove(next);
            if self.is_beaten(node.bound) {
                self.close(node.bound);
                continue;
            }
            let mut end = self.work(&mut node, &rows);
            if node.depth == 0 && matches!(end, End::Split(_)) {
                end = self.program(&node, &rows).unwrap_or(end);
            }
            match end {
                End::Pruned => {}
                End::Halted(halt) => {
                    self.closed = self.closed.min(floor).min(node.bound);
                    return Some(halt);
                }
                End::Split(sites) => {
                    // One of these sites must be chosen. The child of each site excludes the sites before it,
                    // so that no plan occurs in two children.
                    node.depth += 1;
                    for site in sites {
                        let mut half = node.clone();
                        if self.choose(&mut half.fixed, site) {
                            nodes.push(half);
                        }
                        node.fixed[site as usize] = Fixed::Excluded;
                    }
                }
            }
        }
        None
    }

    /// Solves the root node as an integer program, if it is small enough. `None` if branching must decide.
    fn program(&mut self, node: &Node, rows: &[u32]) -> Option<End> {
        let mut sub = self.sub(&node.fixed, rows)?;
        if self.cover.limit.is_some() || sub.entries() > PROGRAM_ENTRIES {
            return None;
        }
        while sub.drop_rows() || (self.cover.conflicts.is_empty() && sub.drop_columns()) {}
        let mut number = vec![None; node.fixed.len()];
        for (at, site) in (0_u32..).zip(&sub.names) {
            number[*site as usize] = Some(at);
        }
        let pairs = self.cover.conflicts.iter();
        let pairs = pairs.filter_map(|(a, b)| Some((number[*a as usize]?, number[*b as usize]?)));
        let conflicts: Vec<(u32, u32)> = pairs.collect();
        let hint = self.best.as_ref().map(|best| {
            let is_open = sub.names.iter().map(|site| best.contains(site));
            is_open.collect::<Vec<bool>>()
        });
        let spent = self.spent(&node.fixed);
        let floor = node.bound;
        let plan = |columns: Vec<u32>| {
            let sites = columns.iter().map(|at| sub.names[*at as usize]);
            chosen(&node.fixed).into_iter().chain(sites).collect()
        };
        let end = program::solve(&sub, &conflicts, hint.as_deref(), |bound, columns| {
            let bound = (spent + bound).max(floor);
            if let Some(columns) = columns {
                self.offer(plan(columns));
            }
            if self.is_beaten(bound) {
                self.close(bound);
                return Some(End::Pruned);
            }
            let known = self.best.is_some().then_some(self.cutoff);
            (self.control.progress)(Progress::new(known, self.rounded(bound)));
            let halt = self.control.halt()?;
            self.closed = self.closed.min(bound);
            Some(End::Halted(halt))
        });
        match end {
            program::End::Stopped(end) => Some(end),
            program::End::Optimal(columns) => {
                let plan: Vec<u32> = plan(columns);
                // The library may violate a row by its tolerance. Then branching decides.
                let is_cover = self.cover.accepts(&plan);
                let cost: f64 = plan
                    .iter()
                    .map(|site| self.cover.cost[*site as usize])
                    .sum();
                self.offer(plan);
                self.close(cost);
                is_cover.then_some(End::Pruned)
            }
            program::End::Unknown => None,
        }
    }

    fn choose(&self, fixed: &mut [Fixed], site: u32) -> bool {
        if fixed[site as usize] == Fixed::Excluded {
            return false;
        }
        fixed[site as usize] = Fixed::Chosen;
        for other in &self.conflicts[site as usize] {
            if fixed[*other as usize] == Fixed::Chosen {
                return false;
            }
            fixed[*other as usize] = Fixed::Excluded;
        }
        true
    }

    fn rounded(&self, bound: f64) -> f64 {
        let granule = self.cover.granule;
        if granule > 0.0 {
            (bound / granule - 1e-6).ceil() * granule
        } else {
            bound
        }
    }

    fn is_beaten(&self, bound: f64) -> bool {
        let tolerance = if self.cover.granule > 0.0 { 1e-9 } else { 1e-7 };
        self.rounded(bound) >= self.cutoff * (1.0 - tolerance)
    }

    fn close(&mut self, bound: f64) {
        self.closed = self.closed.min(self.rounded(bound));
    }

    /// The rows that the chosen sites do not cover, with the free sites; `None` if a row has no site left.
    fn sub(&self, fixed: &[Fixed], rows: &[u32]) -> Option<Sub> {
        let is = |site: u32, what| fixed[site as usize] == what;
        let open = rows.iter().filter_map(|row| {
            let sites = self.cover.rows[*row as usize].as_slice();
            let is_covered = sites.iter().any(|s| is(*s, Fixed::Chosen));
            (!is_covered).then_some((*row, sites))
        });
        let cost = |site: u32| self.cover.cost[site as usize];
        Sub::new(open, fixed.len(), cost, |site| is(site, Fixed::Free))
    }

    /// Removes the sites that a cover does not need, and keeps the cover if it costs less than the best one.
    fn offer(&mut self, sites: Vec<u32>) {
        let mut count = vec![0_u32; self.cover.cost.len()];
        sites.iter().for_each(|s| count[*s as usize] = 1);
        let mut is_open: Vec<bool> = count.iter().map(|c| *c > 0).collect();
        let mut order = sites;
        order.sort_by(|a, b| {
            let cost = |s: &u32| self.cover.cost[*s as usize];
            cost(b).total_cmp(&cost(a)).then(a.cmp(b))
        });
        let mut covered: Vec<u32> = (self.cover.rows.iter())
            .map(|row| row.iter().filter(|s| is_open[**s as usize]).count() as u32)
            .collect();
        let mut columns: Vec<Vec<u32>> = vec![Vec::new(); is_open.len()];
        for (row, sites) in self.cover.rows.iter().enumerate() {
            for site in sites.iter().filter(|s| is_open[**s as usize]) {
                columns[*site as usize].push(row as u32);
            }
        }
        for site in order {
            let rows = &columns[site as usize];
            let is_needed = self.cover.required.contains(&site)
                || rows.iter().any(|r| covered[*r as usize] == 1);
            if !is_needed {
                rows.iter().for_each(|r| covered[*r as usize] -= 1);
                is_open[site as usize] = false;
            }
        }
        let plan: Vec<u32> = (0_u32..)
            .zip(&is_open)
            .filter(|p| *p.1)
            .map(|p| p.0)
            .collect();
        let cost: f64 = plan.iter().map(|s| self.cover.cost[*s as usize]).sum();
        if cost < self.cutoff && self.cover.accepts(&plan) {
            self.cutoff = cost;
            if self.cover.limit.is_none() {
                (self.control.plan)(&plan);
            }
            self.best = Some(plan);
        }
    }

    fn work(&mut self, node: &mut Node, rows: &[u32]) -> End {
        let all: Vec<f64> = node.multipliers.iter().map(|m| f64::from(*m)).collect();
        let mut multipliers = all;
        loop {
            let Some(mut sub) = self.sub(&node.fixed, rows) else {
                return End::Pruned;
            };
            let spent = self.spent(&node.fixed);
            if sub.rows.is_empty() {
                self.offer(chosen(&node.fixed));
                self.close(spent);
                return End::Pruned;
            }
            if self.is_beaten(spent) {
                self.close(spent);
                return End::Pruned;
            }
            if sub.entries() <= REDUCED_ENTRIES {
                let before = sub.names.len();
                while sub.drop_rows() || (self.cover.conflicts.is_empty() && sub.drop_columns()) {}
                if self.cover.conflicts.is_empty() && sub.names.len() < before {
                    for state in node.fixed.iter_mut().filter(|f| **f == Fixed::Free) {
                        *state = Fixed::Excluded;
                    }
                    for site in &sub.names {
                        node.fixed[*site as usize] = Fixed::Free;
                    }
                }
            }
            let single: Vec<u32> = (sub.rows.iter().filter(|row| row.len() == 1))
                .map(|row| sub.names[row[0] as usize])
                .collect();
            if !single.is_empty() {
                if !single
                    .iter()
                    .all(|site| self.choose(&mut node.fixed, *site))
                {
                    return End::Pruned;
                }
                continue;
            }
            match self.ascend(node, &sub, spent, &mut multipliers) {
                Ascent::Smaller => {}
                Ascent::Pruned => return End::Pruned,
                Ascent::Halted(halt) => return End::Halted(halt),
                Ascent::Stalled(reduced) => {
                    node.multipliers = multipliers.iter().map(|m| *m as f32).collect();
                    let Some(row) = sub.rows.iter().min_by_key(|row| row.len()) else {
                        return End::Pruned;
                    };
                    let mut sites = row.clone();
                    sites.sort_by(|a, b| {
                        let cost = |c: &u32| reduced[*c as usize];
                        cost(a).total_cmp(&cost(b)).then(a.cmp(b))
                    });
                    let names = sites.iter().map(|c| sub.names[*c as usize]);
                    return End::Split(names.collect());
                }
            }
        }
    }

    fn spent(&self, fixed: &[Fixed]) -> f64 {
        let sites = chosen(fixed);
        sites.iter().map(|s| self.cover.cost[*s as usize]).sum()
    }

    /// Improves the bound of a node by subgradient steps, builds covers and fixes sites.
    fn ascend(
        &mut self,
        node: &mut Node,
        sub: &Sub,
        spent: f64,
        multipliers: &mut [f64],
    ) -> Ascent {
        let (steps, patience) = if node.depth == 0 {
            (4000, 25)
        } else {
            (150, 12)
        };
        let mut here: Vec<f64> = (sub.row_names.iter().zip(&sub.rows))
            .map(|(name, row)| {
                let known = multipliers[*name as usize];
                if known > 0.0 || node.depth > 0 {
                    return known;
                }
                let share = |c: &u32| sub.cost[*c as usize] / sub.columns[*c as usize].len() as f64;
                row.iter().map(share).fold(f64::INFINITY, f64::min)
            })
            .collect();
        let mut kept = here.clone();
        let mut reduced = vec![0.0; sub.names.len()];
        let mut kept_reduced = reduced.clone();
        let mut direction = vec![0.0; here.len()];
        let (mut best, mut fails) = (f64::NEG_INFINITY, 0);
        let mut scale: f64 = if node.depth == 0 { 1.0 } else { 0.5 };
        let mut fixed = 0;
        for step in 0..steps {
            if let Some(halt) = self.control.halt() {
                return Ascent::Halted(halt);
            }
            reduced.copy_from_slice(&sub.cost);
            let mut bound = spent;
            for (row, multiplier) in sub.rows.iter().zip(&here) {
                bound += multiplier;
                for column in row {
                    reduced[*column as usize] -= multiplier;
                }
            }
            bound += reduced.iter().map(|r| r.min(0.0)).sum::<f64>();
            if bound > best {
                fails = if bound > best + 1e-7 * best.abs() {
                    0
                } else {
                    fails + 1
                };
                best = bound;
                kept.copy_from_slice(&here);
                kept_reduced.copy_from_slice(&reduced);
                node.bound = node.bound.max(bound);
            } else {
                fails += 1;
            }
            if step % 10 == 0 || (step < 40 && node.depth == 0) {
                self.try_cover(node, sub, &reduced);
            }
            if self.is_beaten(node.bound) {
                self.close(node.bound);
                return Ascent::Pruned;
            }
            if self.cover.limit.is_some() && self.best.is_some() {
                return Ascent::Pruned;
            }
            for (column, cost) in reduced.iter().enumerate() {
                let site = sub.names[column];
                if node.fixed[site as usize] != Fixed::Free {
                    continue;
                }
                if *cost > 0.0 && self.is_beaten(bound + cost) {
                    node.fixed[site as usize] = Fixed::Excluded;
                    fixed += 1;
                } else if *cost < 0.0 && self.is_beaten(bound - cost) {
                    fixed += 1;
                    if !self.choose(&mut node.fixed, site) {
                        return Ascent::Pruned;
                    }
                }
            }
            if fixed * 8 > sub.names.len() {
                break;
            }
            if fails >= patience {
                fails = 0;
                scale *= if node.depth == 0 { 0.8 } else { 0.6 };
                here.copy_from_slice(&kept);
                reduced.copy_from_slice(&kept_reduced);
                direction.fill(0.0);
                if scale < 0.003 {
                    break;
                }
            }
            let mut norm = 0.0;
            for (row, (d, m)) in sub.rows.iter().zip(direction.iter_mut().zip(&here)) {
                let covered = row.iter().filter(|c| reduced[**c as usize] < 0.0).count();
                *d = 1.0 - covered as f64 + 0.4 * *d;
                if *m <= 0.0 && *d < 0.0 {
                    *d = 0.0;
                }
                norm += *d * *d;
            }
            if norm < 1e-12 {
                break;
            }
            let target = if self.cutoff.is_finite() {
                self.cutoff
            } else {
                best * 1.1 + 1.0
            };
            let length = scale * (target - bound).max(1e-6 * target) / norm;
            for (m, d) in here.iter_mut().zip(&direction) {
                *m = (*m + length * d).max(0.0);
            }
        }
        for (name, m) in sub.row_names.iter().zip(&kept) {
            multipliers[*name as usize] = *m;
        }
        if fixed > 0 {
            Ascent::Smaller
        } else {
            Ascent::Stalled(kept_reduced)
        }
    }

    /// Builds a cover greedily, by reduced cost for each newly covered row.
    fn try_cover(&mut self, node: &Node, sub: &Sub, reduced: &[f64]) {
        let mut is_covered = vec![false; sub.rows.len()];
        let mut left: Vec<usize> = sub.columns.iter().map(Vec::len).collect();
        let mut is_possible = vec![true; sub.names.len()];
        let mut plan = chosen(&node.fixed);
        let mut open = sub.rows.len();
        while open > 0 {
            let price = |c: usize| {
                let cost = reduced[c];
                let rows = left[c] as f64;
                if cost < 0.0 { cost * rows } else { cost / rows }
            };
            let next = (0..sub.names.len())
                .filter(|c| is_possible[*c] && left[*c] > 0)
                .min_by(|a, b| {
                    price(*a)
                        .total_cmp(&price(*b))
                        .then(left[*b].cmp(&left[*a]))
                });
            let Some(column) = next else { return };
            is_possible[column] = false;
            let site = sub.names[column];
            if self.conflicts[site as usize]
                .iter()
                .any(|o| plan.contains(o))
            {
                continue;
            }
            plan.push(site);
            for row in &sub.columns[column] {
                if !std::mem::replace(&mut is_covered[*row as usize], true) {
                    open -= 1;
                    for other in &sub.rows[*row as usize] {
                        left[*other as usize] -= 1;
                    }
                }
            }
        }
        self.offer(plan);
    }
}

/// How the subgradient steps of a node end.
enum Ascent {
    Pruned,
    /// Sites were fixed, so the problem of the node must be reduced again.
    Smaller,
    /// The bound rises no further. The value is the reduced costs at the best bound.
    Stalled(Vec<f64>),
    Halted(Halt),
}

fn chosen(fixed: &[Fixed]) -> Vec<u32> {
    let sites = (0_u32..).zip(fixed);
    sites
        .filter(|(_, f)| **f == Fixed::Chosen)
        .map(|(s, _)| s)
        .collect()
}
