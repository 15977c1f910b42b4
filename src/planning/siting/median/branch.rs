//! Branch and bound. A node fixes some sites to be open or closed. Subgradient steps improve the bound of the node and
//! fix further sites: if no plan in which a site is open can improve the incumbent, the site is closed, and vice versa.

use std::rc::Rc;

use super::dominance::dominated;
use super::dual::{Relaxed, Rest};
use super::instance::{Choice, Costs, Instance};
use super::program;
use super::start::Search;
use crate::planning::siting::control::{Control, Halt, Progress, StopReason};
use crate::planning::siting::random::Random;

/// The result of [`solve`].
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The sites of the best plan, ascending; `None` if no plan was found.
    pub sites: Option<Vec<u32>>,
    /// The objective of this plan, recomputed from the sites; infinite if no plan was found.
    pub incumbent: f64,
    /// No plan has a smaller objective.
    pub bound: f64,
    /// Why the solver stopped. [`StopReason::Infeasible`] if no plan exists, or none within [`Instance::limit`].
    pub stop: StopReason,
}

/// A relative gap below this counts as zero if [`Instance::granule`] is 0 (not known).
const TOLERANCE: f64 = 1e-7;
/// If the open nodes need more memory than this, the deepest one is taken next instead of the one with the best
/// bound.
const NODE_BYTES: usize = 256 << 20;

/// Solves an instance, starting from `first` if it is given (the incumbent of a checkpoint).
pub fn solve(instance: &Instance, first: Option<&[u32]>, control: &Control<'_>) -> Outcome {
    let mut solver = Solver {
        instance,
        control,
        best: None,
        incumbent: f64::INFINITY,
        closed_bound: f64::INFINITY,
        reported: None,
    };
    let halt = solver.run(first);
    solver.outcome(halt)
}

struct Solver<'a> {
    instance: &'a Instance,
    control: &'a Control<'a>,
    best: Option<Vec<bool>>,
    incumbent: f64,
    /// The least bound of the nodes that were closed without branching.
    closed_bound: f64,
    reported: Option<(f64, f64)>,
}

/// What a node decides about a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fixed {
    Free,
    Open,
    Closed,
}

/// A node of the search tree: the sites of a [`Part`], some of them fixed.
struct Node {
    bound: f64,
    depth: u32,
    fixed: Vec<Fixed>,
    multipliers: Rc<[f32]>,
}

/// The instance without the sites that the root node has fixed.
struct Part<'a> {
    instance: std::borrow::Cow<'a, Instance>,
    conflicts: Vec<Vec<u32>>,
    /// The number of each site in the whole instance.
    names: Vec<u32>,
    /// Sites of the whole instance that are always open.
    open: Vec<u32>,
}

/// How many subgradient steps a node gets, the factor of their length, and after how many steps without progress this
/// factor shrinks.
struct Effort {
    steps: usize,
    scale: f64,
    patience: usize,
}

const ROOT: Effort = Effort {
    steps: 6000,
    scale: 1.5,
    patience: 25,
};
const INNER: Effort = Effort {
    steps: 150,
    scale: 0.4,
    patience: 8,
};

/// The most candidate sites for which both children are bounded before a node is split (strong branching).
const PROBED: usize = 200;
/// The number of subgradient steps for the bound of each of these children.
const PROBE_STEPS: usize = 30;
/// The most cost entries that strong branching may read at one node.
const PROBE_WORK: usize = 8_000_000;

/// How a node ends.
enum End {
    Pruned,
    /// The node must be split into two children: one with this site open, one with it closed.
    Branch(usize),
    Halted(Halt),
}

impl Solver<'_> {
    fn run(&mut self, first: Option<&[u32]>) -> Option<Halt> {
        self.start(first);
        if self.is_found() {
            return None;
        }
        let instance = self.instance;
        let whole = Part {
            conflicts: lists(instance),
            names: (0..instance.sites as u32).collect(),
            open: Vec::new(),
            instance: std::borrow::Cow::Borrowed(instance),
        };
        let mut fixed = vec![Fixed::Free; instance.sites];
        for site in &instance.forbidden {
            fixed[*site as usize] = Fixed::Closed;
        }
        for site in &instance.required {
            if !open(&mut fixed, &whole.conflicts, *site as usize) {
                return None;
            }
        }
        let multipliers = self.first_multipliers();
        let mut root = Node {
            // No cost is negative, so 0 is a bound.
            bound: instance.costs.constant.min(0.0),
            depth: 0,
            fixed,
            multipliers: multipliers.into(),
        };
        let site = match self.work(&whole, &mut root, &ROOT) {
            End::Pruned => return None,
            End::Halted(halt) => {
                self.closed_bound = self.closed_bound.min(root.bound);
                return Some(halt);
            }
            End::Branch(site) => site,
        };
        let (mut part, mut root, mut site) = contract(&whole, &root, site)?;
        // Dominance is checked after fixing, because sites dominate others more often in fewer rows.
        let dominated = dominated(&part.instance);
        if !dominated.is_empty() {
            for other in dominated {
                root.fixed[other as usize] = Fixed::Closed;
            }
            if root.fixed[site] == Fixed::Closed {
                site = with(&root.fixed, Fixed::Free).next()? as usize;
            }
            (part, root, site) = contract(&part, &root, site)?;
        }
        if program::suits(&part.instance) {
            let inside = self.best.as_ref().map(|best| {
                let here = part.names.iter().map(|name| best[*name as usize]);
                here.collect::<Vec<bool>>()
            });
            let control = *self.control;
            let floor = root.bound;
            let end = program::solve(
                &part.instance,
                inside.as_deref(),
                &control,
                &mut |bound, plan| {
                    self.offer_part(&part, plan);
                    self.report(bound.max(floor));
                },
            );
            match end {
                // The library may exceed a budget by its tolerance. Then the plan is refused, and branching decides.
                program::End::Optimal(plan) if !part.instance.accepts(&plan) => {}
                program::End::Optimal(plan) => {
                    self.offer_part(&part, Some(plan));
                    self.closed_bound = self.closed_bound.min(self.incumbent);
                    return None;
                }
                program::End::Beaten => {
                    self.closed_bound = self.closed_bound.min(self.incumbent);
                    return None;
                }
                program::End::Halted(halt, bound, plan) => {
                    self.offer_part(&part, plan);
                    self.closed_bound = self.closed_bound.min(bound.max(floor));
                    return Some(halt);
                }
                program::End::Unknown => {}
            }
        }
        self.branch(&part, root, site)
    }

    fn branch(&mut self, part: &Part<'_>, root: Node, site: usize) -> Option<Halt> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut search = Search::new(&part.instance);
        let mut random = Random::new(2);
        self.shake(part, &mut search, &mut random, 200, root.bound);
        self.split(part, &mut nodes, root, site);
        let size = part.instance.costs.rows() * 4 + part.instance.sites + 64;
        for round in 1_usize.. {
            let floor = nodes.iter().map(|n| n.bound).fold(f64::INFINITY, f64::min);
            self.report(floor);
            if round.is_multiple_of(50) {
                self.shake(part, &mut search, &mut random, 10, floor);
            }
            let next = if nodes.len() * size > NODE_BYTES {
                (0..nodes.len()).max_by_key(|n| nodes[*n].depth)
            } else {
                (0..nodes.len()).min_by(|a, b| {
                    let (a, b) = (&nodes[*a], &nodes[*b]);
                    a.bound.total_cmp(&b.bound).then(b.depth.cmp(&a.depth))
                })
            }?;
            let mut node = nodes.swap_remove(next);
            if self.is_beaten(node.bound) {
                self.close(node.bound);
                continue;
            }
            match self.work(part, &mut node, &INNER) {
                End::Pruned => {}
                End::Branch(site) => self.split(part, &mut nodes, node, site),
                End::Halted(halt) => {
                    self.closed_bound = self.closed_bound.min(floor).min(node.bound);
                    return Some(halt);
                }
            }
        }
        None
    }

    /// Looks for better plans near the incumbent, among the sites that the root has not fixed.
    fn shake(
        &mut self,
        part: &Part<'_>,
        search: &mut Search<'_>,
        random: &mut Random,
        rounds: usize,
        bound: f64,
    ) {
        for round in 0..rounds {
            let Some(best) = &self.best else { return };
            if self.is_beaten(bound) || self.halt().is_some() {
                return;
            }
            let inside = part.names.iter().map(|name| best[*name as usize]);
            let inside: Vec<bool> = inside.collect();
            let mut plan = search.shake(&inside, 1 + round % 8, random);
            search.interchange(&mut plan, self.control);
            let open: Vec<u32> = (0_u32..).zip(&plan).filter(|p| *p.1).map(|p| p.0).collect();
            self.offer(part.plan(self.instance.sites, open.iter()));
        }
    }

    fn offer_part(&mut self, part: &Part<'_>, plan: Option<Vec<bool>>) {
        if let Some(plan) = plan {
            let open: Vec<u32> = (0_u32..).zip(&plan).filter(|p| *p.1).map(|p| p.0).collect();
            self.offer(part.plan(self.instance.sites, open.iter()));
        }
    }

    /// Adds the two children of a node: one with `site` closed, one with it open.
    fn split(&mut self, part: &Part<'_>, nodes: &mut Vec<Node>, node: Node, site: usize) {
        let mut other = Node {
            bound: node.bound,
            depth: node.depth + 1,
            fixed: node.fixed.clone(),
            multipliers: node.multipliers.clone(),
        };
        other.fixed[site] = Fixed::Closed;
        nodes.push(other);
        let mut node = node;
        node.depth += 1;
        if open(&mut node.fixed, &part.conflicts, site) {
            nodes.push(node);
        }
    }

    /// Finds a first plan by greedy choice and interchange, then by a few random restarts near the best plan.
    fn start(&mut self, first: Option<&[u32]>) {
        let instance = self.instance;
        let mut search = Search::new(instance);
        let mut random = Random::new(1);
        let known = first.map(|sites| sites.iter().map(|s| *s as usize).collect());
        let mut starts: Vec<Vec<usize>> = known.into_iter().collect();
        starts.push(Vec::new());
        for sites in starts {
            let mut plan = search.greedy(sites);
            if instance.accepts(&plan) {
                search.interchange(&mut plan, self.control);
                self.offer(plan);
            }
        }
        for round in 0..10 {
            let Some(best) = &self.best else { return };
            if self.halt().is_some() {
                return;
            }
            let mut plan = search.shake(best, 1 + round % 4, &mut random);
            if instance.accepts(&plan) {
                search.interchange(&mut plan, self.control);
                self.offer(plan);
            }
        }
    }

    /// Makes a plan of the whole instance the incumbent if it is better. Returns whether it is.
    fn offer(&mut self, plan: Vec<bool>) -> bool {
        let total = self.instance.costs.total(&plan);
        let is_better = total < self.incumbent && self.instance.accepts(&plan);
        if is_better {
            self.incumbent = total;
            let open: Vec<u32> = (0_u32..).zip(&plan).filter(|p| *p.1).map(|p| p.0).collect();
            (self.control.plan)(&open);
            self.best = Some(plan);
        }
        is_better
    }

    /// The first multiplier of each row: between the costs of its nearest and its second nearest open site in the best
    /// plan.
    fn first_multipliers(&self) -> Vec<f32> {
        let costs = &self.instance.costs;
        let of_row = |row| {
            let is_open = |site: usize| self.best.as_ref().is_some_and(|best| best[site]);
            let mut open = costs.row(row).filter(|(site, _)| is_open(*site));
            let cap = costs.cap(row);
            let first = open.next().map_or(cap, |(_, cost)| cost);
            let second = open.next().map_or(cap, |(_, cost)| cost);
            (first + 0.5 * (second.min(2.0 * first + 1.0) - first).max(0.0)) as f32
        };
        (0..costs.rows()).map(of_row).collect()
    }

    /// A bound rounded up to the next possible objective.
    fn rounded(&self, bound: f64) -> f64 {
        let granule = self.instance.granule;
        if granule > 0.0 {
            // A bound that exceeds a multiple by less than the rounding error of the sum counts as that
            // multiple.
            let error = 1e-6 + 1e-11 * (bound / granule).abs();
            (bound / granule - error).ceil() * granule
        } else {
            bound
        }
    }

    /// Whether the search is for a plan within a limit, and has found one.
    fn is_found(&self) -> bool {
        let limit = self.instance.limit;
        limit.is_some_and(|limit| self.incumbent <= limit)
    }

    fn halt(&self) -> Option<Halt> {
        if self.is_found() {
            return Some(Halt::TimeLimit);
        }
        self.control.halt()
    }

    /// Whether no plan with an objective of at least `bound` improves the incumbent, or is within the limit.
    fn is_beaten(&self, bound: f64) -> bool {
        if let Some(limit) = self.instance.limit {
            return self.rounded(bound) > limit;
        }
        let tolerance = if self.instance.granule > 0.0 {
            1e-12
        } else {
            TOLERANCE
        };
        self.rounded(bound) >= self.incumbent - tolerance * self.incumbent.abs()
    }

    /// The objective that sets the length of subgradient steps: the incumbent, or a value above the bound if there is
    /// no incumbent.
    fn target(&self, bound: f64) -> f64 {
        if let Some(limit) = self.instance.limit {
            // A bound just above the limit is enough.
            return limit + self.instance.granule.max(1e-3 * limit.abs() + 1e-9);
        }
        if self.incumbent.is_finite() {
            self.incumbent
        } else {
            bound + 0.05 * bound.abs() + 1.0
        }
    }

    fn close(&mut self, bound: f64) {
        self.closed_bound = self.closed_bound.min(self.rounded(bound));
    }

    fn report(&mut self, floor: f64) {
        let bound = self
            .rounded(floor.min(self.closed_bound))
            .min(self.incumbent);
        let state = (self.incumbent, bound);
        if self.reported != Some(state) && bound.is_finite() {
            self.reported = Some(state);
            let incumbent = self.best.is_some().then_some(self.incumbent);
            (self.control.progress)(Progress::new(incumbent, bound));
        }
    }

    /// Improves the bound of a node and fixes sites in it, until the node ends.
    fn work(&mut self, part: &Part<'_>, node: &mut Node, effort: &Effort) -> End {
        let mut average: Vec<f64> = vec![0.5; part.instance.sites];
        let mut multipliers: Vec<f64> = node.multipliers.iter().map(|m| f64::from(*m)).collect();
        let mut effort = Effort { ..*effort };
        let mut relaxed = Relaxed::default();
        loop {
            let chosen: Vec<u32> = with(&node.fixed, Fixed::Open).collect();
            let mut free: Vec<u32> = with(&node.fixed, Fixed::Free).collect();
            if let Choice::Budget { cost, budget } = &part.instance.choice {
                let spent: f64 = chosen.iter().map(|s| cost[*s as usize]).sum();
                let left = budget - spent + super::instance::SLACK * budget.abs();
                for site in free.iter().filter(|s| cost[**s as usize] > left) {
                    node.fixed[*site as usize] = Fixed::Closed;
                }
                free.retain(|s| cost[*s as usize] <= left);
            }
            let Some(rest) = Rest::of(&part.instance.choice, &chosen, &free) else {
                return End::Pruned;
            };
            let all = match &rest {
                Rest::Count { sites }
                | Rest::Moves { sites, .. }
                | Rest::CountWithin { sites, .. } => *sites == free.len(),
                Rest::Budget { cost, budget } => cost.iter().sum::<f64>() <= *budget,
            };
            let none = matches!(
                rest,
                Rest::Count { sites: 0 }
                    | Rest::Moves { sites: 0, .. }
                    | Rest::CountWithin { sites: 0, .. }
            );
            let collide = all && !none && part.collide(&free);
            if free.is_empty() || none || (all && !collide) {
                let rest: &[u32] = if none { &[] } else { &free };
                let plan = part.plan(self.instance.sites, chosen.iter().chain(rest));
                let total = self.instance.costs.total(&plan);
                if self.instance.accepts(&plan) {
                    self.offer(plan);
                    self.closed_bound = self.closed_bound.min(total);
                }
                return End::Pruned;
            }
            if all && collide && !matches!(rest, Rest::Budget { .. }) {
                return End::Pruned;
            }
            let costs = part.restrict(&node.fixed, &free);
            let mut step = Steps {
                part,
                node: &mut *node,
                free: &free,
                chosen: &chosen,
                costs: &costs.0,
                rows: &costs.1,
                rest: &rest,
            };
            let end = step.run(
                self,
                &mut multipliers,
                &mut average,
                &mut relaxed,
                &mut effort,
            );
            if let Some(end) = end {
                let kept: Vec<f32> = multipliers.iter().map(|m| *m as f32).collect();
                node.multipliers = kept.into();
                return end;
            }
        }
    }

    fn outcome(self, halt: Option<Halt>) -> Outcome {
        let bound = self.rounded(self.closed_bound).min(self.incumbent);
        let sites = self.best.as_ref().map(|best| {
            let open = (0..best.len()).filter(|s| best[*s]);
            open.map(|s| s as u32).collect()
        });
        if self.instance.limit.is_some() {
            let is_found = self.is_found();
            return Outcome {
                incumbent: self.incumbent,
                bound,
                sites: sites.filter(|_| is_found),
                stop: match halt {
                    _ if is_found => StopReason::Optimal,
                    Some(halt) => halt.into(),
                    None => StopReason::Infeasible,
                },
            };
        }
        let is_done = self.best.is_some() && self.is_beaten(bound);
        let stop = match halt {
            _ if is_done => StopReason::Optimal,
            Some(halt) => halt.into(),
            None if sites.is_none() => StopReason::Infeasible,
            None => StopReason::Optimal,
        };
        Outcome {
            incumbent: self.incumbent,
            bound,
            sites,
            stop,
        }
    }
}

impl Part<'_> {
    fn collide(&self, sites: &[u32]) -> bool {
        let mut is_in = vec![false; self.instance.sites];
        sites.iter().for_each(|s| is_in[*s as usize] = true);
        let hits = |site: &u32| {
            self.conflicts[*site as usize]
                .iter()
                .any(|o| is_in[*o as usize])
        };
        sites.iter().any(hits)
    }

    /// Returns the plan of the whole problem, as a flag for each of its `sites`: the sites that are always open,
    /// and the sites of this part in `chosen`.
    fn plan<'s>(&self, sites: usize, chosen: impl Iterator<Item = &'s u32>) -> Vec<bool> {
        let mut plan = vec![false; sites];
        for site in &self.open {
            plan[*site as usize] = true;
        }
        for site in chosen {
            plan[self.names[*site as usize] as usize] = true;
        }
        plan
    }

    fn restrict(&self, fixed: &[Fixed], free: &[u32]) -> (Costs, Vec<u32>) {
        let mut keep = vec![None; fixed.len()];
        for (at, site) in free.iter().enumerate() {
            keep[*site as usize] = Some(at as u32);
        }
        let open: Vec<bool> = fixed.iter().map(|f| *f == Fixed::Open).collect();
        let mut rows = Vec::new();
        let costs = self.instance.costs.restrict(&keep, &open, &mut rows);
        (costs, rows)
    }
}

/// The subgradient steps of a node with a fixed set of free sites.
struct Steps<'a, 'b> {
    part: &'a Part<'b>,
    node: &'a mut Node,
    free: &'a [u32],
    chosen: &'a [u32],
    costs: &'a Costs,
    rows: &'a [u32],
    rest: &'a Rest,
}

impl Steps<'_, '_> {
    /// Runs subgradient steps until the node ends (`Some`), or until so many sites are fixed that the costs should be
    /// restricted to the free sites again (`None`).
    fn run(
        &mut self,
        solver: &mut Solver<'_>,
        multipliers: &mut [f64],
        average: &mut [f64],
        relaxed: &mut Relaxed,
        effort: &mut Effort,
    ) -> Option<End> {
        let rows = self.rows.iter().enumerate();
        let mut here: Vec<f64> = rows
            .map(|(row, whole)| multipliers[*whole as usize].min(self.costs.cap(row)))
            .collect();
        let mut kept = here.clone();
        let mut best = f64::NEG_INFINITY;
        let mut subgradient = Vec::new();
        let mut direction = vec![0.0; here.len()];
        let mut fails = 0;
        let mut fixed = 0;
        let end = loop {
            if let Some(halt) = solver.halt() {
                break Some(End::Halted(halt));
            }
            let bound = relaxed.solve(self.costs, &here, self.free.len(), self.rest);
            let is_better = bound > best;
            if is_better {
                let small = 1e-7 * bound.abs();
                fails = if bound > best + small { 0 } else { fails + 1 };
                best = bound;
                kept.copy_from_slice(&here);
                self.node.bound = self.node.bound.max(bound);
            } else {
                fails += 1;
            }
            if self.node.depth == 0 {
                solver.report(self.node.bound);
            }
            for (at, site) in self.free.iter().enumerate() {
                let value = &mut average[*site as usize];
                *value += 0.1 * (relaxed.chosen[at] - *value);
            }
            if is_better || effort.steps.is_multiple_of(10) {
                self.try_plan(solver, relaxed, effort.steps.is_multiple_of(50));
            }
            if solver.is_beaten(self.node.bound) {
                solver.close(self.node.bound);
                return Some(End::Pruned);
            }
            match self.fix(solver, relaxed, bound) {
                None => return Some(End::Pruned),
                Some(more) => fixed += more,
            }
            if fixed > 0 && fixed * 10 >= self.free.len() {
                break None;
            }
            if fails >= effort.patience {
                fails = 0;
                effort.scale *= if self.node.depth == 0 { 0.8 } else { 0.6 };
                here.copy_from_slice(&kept);
                relaxed.solve(self.costs, &here, self.free.len(), self.rest);
                direction.fill(0.0);
            }
            if effort.steps == 0 || effort.scale < 0.002 {
                break if fixed > 0 {
                    None
                } else {
                    self.split_at(solver, &kept, average)
                };
            }
            effort.steps -= 1;
            relaxed.subgradient(self.costs, &here, &mut subgradient);
            let target = solver.target(best);
            let above = (target - bound).max(1e-9 * target.abs()) * effort.scale;
            if !ascend(self.costs, &mut here, &mut direction, &subgradient, above) {
                // The direction is zero: the relaxed solution serves every row once, and the bound cannot rise further.
                break if fixed > 0 {
                    None
                } else {
                    self.split_at(solver, &kept, average)
                };
            }
        };
        for (row, m) in self.rows.iter().zip(&kept) {
            multipliers[*row as usize] = *m;
        }
        end
    }

    /// Chooses the site to branch on. Of the free sites whose share in the relaxed solutions is nearest to a half, it
    /// is the one with the largest product of the rises of the bounds of both children.
    fn split_at(&self, solver: &Solver<'_>, kept: &[f64], average: &[f64]) -> Option<End> {
        let doubt = |at: &usize| (average[self.free[*at] as usize] - 0.5).abs();
        let mut sites: Vec<usize> = (0..self.free.len()).collect();
        sites.sort_by(|a, b| doubt(a).total_cmp(&doubt(b)));
        // In large nodes, strong branching takes too long. The site whose average share is nearest to a half is taken.
        let probed = PROBE_WORK / (2 * PROBE_STEPS * self.costs.entries().max(1));
        if probed < 20 {
            return sites.first().map(|at| End::Branch(self.free[*at] as usize));
        }
        sites.truncate(probed.min(PROBED));
        let target = solver.target(self.node.bound);
        let rise = |fixed: Fixed, at: usize| {
            let mut status = self.node.fixed.clone();
            let site = self.free[at] as usize;
            let is_possible = match fixed {
                Fixed::Open => open(&mut status, &self.part.conflicts, site),
                _ => {
                    status[site] = Fixed::Closed;
                    true
                }
            };
            let bound = if is_possible {
                self.probe(&status, kept, target)
            } else {
                f64::INFINITY
            };
            let bound = bound.min(target + 1.0);
            (bound - self.node.bound).max(1e-9 * target.abs())
        };
        let mut best = (0.0, *sites.first()?);
        for at in sites {
            if solver.halt().is_some() {
                break;
            }
            let score = rise(Fixed::Closed, at) * rise(Fixed::Open, at);
            if score > best.0 {
                best = (score, at);
            }
        }
        Some(End::Branch(self.free[best.1] as usize))
    }

    /// The bound of a child of this node after a few subgradient steps.
    fn probe(&self, fixed: &[Fixed], kept: &[f64], target: f64) -> f64 {
        let chosen: Vec<u32> = with(fixed, Fixed::Open).collect();
        let free: Vec<u32> = with(fixed, Fixed::Free).collect();
        let Some(rest) = Rest::of(&self.part.instance.choice, &chosen, &free) else {
            return f64::INFINITY;
        };
        let (costs, rows) = self.part.restrict(fixed, &free);
        let mut here = Vec::with_capacity(rows.len());
        let mut own = self.rows.iter().enumerate().peekable();
        for (at, row) in rows.iter().enumerate() {
            while own.next_if(|(_, whole)| *whole < row).is_some() {}
            let multiplier = own.peek().map_or(0.0, |(old, _)| kept[*old]);
            here.push(multiplier.min(costs.cap(at)));
        }
        let mut relaxed = Relaxed::default();
        let mut direction = vec![0.0; here.len()];
        let mut subgradient = Vec::new();
        let mut best = f64::NEG_INFINITY;
        let mut scale = 0.4;
        for step in 0..PROBE_STEPS {
            let bound = relaxed.solve(&costs, &here, free.len(), &rest);
            if bound <= best && step % 4 == 3 {
                scale *= 0.6;
            }
            best = best.max(bound);
            relaxed.subgradient(&costs, &here, &mut subgradient);
            ascend(
                &costs,
                &mut here,
                &mut direction,
                &subgradient,
                scale * (target - bound),
            );
            if best >= target {
                break;
            }
        }
        best
    }

    fn try_plan(&self, solver: &mut Solver<'_>, relaxed: &Relaxed, improve: bool) {
        let free = self.free.iter().enumerate();
        let taken: Vec<u32> = free
            .filter(|(at, _)| relaxed.chosen[*at] > 0.999)
            .map(|(_, site)| *site)
            .collect();
        let sites = solver.instance.sites;
        let mut plan = self.part.plan(sites, self.chosen.iter().chain(&taken));
        if !solver.instance.accepts(&plan) {
            return;
        }
        if improve && self.node.depth < 12 {
            let mut search = Search::new(solver.instance);
            search.interchange(&mut plan, solver.control);
        }
        solver.offer(plan);
    }

    /// Fixes the free sites for which the opposite decision cannot improve the incumbent. Returns their number;
    /// `None` if two sites that must be open exclude each other.
    fn fix(&mut self, solver: &Solver<'_>, relaxed: &Relaxed, bound: f64) -> Option<usize> {
        if !solver.incumbent.is_finite() && solver.instance.limit.is_none() {
            return Some(0);
        }
        let mut number = 0;
        for (at, site) in self.free.iter().enumerate() {
            let site = *site as usize;
            if self.node.fixed[site] != Fixed::Free {
                continue;
            }
            if relaxed.if_in[at] > 0.0 && solver.is_beaten(bound + relaxed.if_in[at]) {
                self.node.fixed[site] = Fixed::Closed;
                number += 1;
            } else if relaxed.if_out[at] > 0.0 && solver.is_beaten(bound + relaxed.if_out[at]) {
                number += 1;
                if !open(&mut self.node.fixed, &self.part.conflicts, site) {
                    return None;
                }
            }
        }
        Some(number)
    }
}

/// Moves the multipliers along the deflected subgradient. Returns false if the direction is zero.
fn ascend(
    costs: &Costs,
    multipliers: &mut [f64],
    direction: &mut [f64],
    subgradient: &[f64],
    above: f64,
) -> bool {
    for (d, g) in direction.iter_mut().zip(subgradient) {
        *d = *g + 0.5 * *d;
    }
    let norm: f64 = direction.iter().map(|d| d * d).sum();
    if norm < 1e-12 {
        return false;
    }
    for (row, (m, d)) in multipliers.iter_mut().zip(direction.iter()).enumerate() {
        *m = (*m + above / norm * d).clamp(0.0, costs.cap(row));
    }
    true
}

/// Opens a site and closes the sites in conflict with it. Returns false if the site is closed or one of the others is
/// open.
fn open(fixed: &mut [Fixed], conflicts: &[Vec<u32>], site: usize) -> bool {
    if fixed[site] == Fixed::Closed {
        return false;
    }
    fixed[site] = Fixed::Open;
    for other in &conflicts[site] {
        match fixed[*other as usize] {
            Fixed::Open => return false,
            _ => fixed[*other as usize] = Fixed::Closed,
        }
    }
    true
}

fn with(fixed: &[Fixed], what: Fixed) -> impl Iterator<Item = u32> + '_ {
    let sites = fixed.iter().enumerate();
    sites
        .filter(move |(_, f)| **f == what)
        .map(|(s, _)| s as u32)
}

fn lists(instance: &Instance) -> Vec<Vec<u32>> {
    let mut lists = vec![Vec::new(); instance.sites];
    for (site, others) in instance.conflicts_of() {
        lists[site as usize] = others;
    }
    lists
}

/// The instance without the sites that the root has fixed; `None` if no plan is possible or `site` is fixed.
fn contract<'a>(whole: &Part<'_>, root: &Node, site: usize) -> Option<(Part<'a>, Node, usize)> {
    let free: Vec<u32> = with(&root.fixed, Fixed::Free).collect();
    let chosen: Vec<u32> = with(&root.fixed, Fixed::Open).collect();
    let (costs, rows) = whole.restrict(&root.fixed, &free);
    let choice = match Rest::of(&whole.instance.choice, &chosen, &free)? {
        Rest::Count { sites } => Choice::Count(sites),
        Rest::CountWithin {
            sites,
            cost,
            budget,
        } => Choice::CountWithin {
            sites,
            cost,
            budget,
        },
        Rest::Moves {
            sites,
            moves,
            is_new,
        } => Choice::Moves {
            sites,
            moves,
            is_new,
        },
        Rest::Budget { cost, budget } => Choice::Budget { cost, budget },
    };
    let number = |site: u32| free.binary_search(&site).ok().map(|at| at as u32);
    let pairs = whole.instance.conflicts.iter();
    let instance = Instance {
        sites: free.len(),
        costs,
        choice,
        required: Vec::new(),
        forbidden: Vec::new(),
        conflicts: pairs
            .filter_map(|(a, b)| Some((number(*a)?, number(*b)?)))
            .collect(),
        granule: whole.instance.granule,
        limit: whole.instance.limit,
    };
    let node = Node {
        bound: root.bound,
        depth: 0,
        fixed: vec![Fixed::Free; free.len()],
        multipliers: rows.iter().map(|r| root.multipliers[*r as usize]).collect(),
    };
    let site = number(site as u32)? as usize;
    let part = Part {
        conflicts: lists(&instance),
        names: free.iter().map(|s| whole.names[*s as usize]).collect(),
        open: {
            let here = chosen.iter().map(|s| whole.names[*s as usize]);
            whole.open.iter().copied().chain(here).collect()
        },
        instance: std::borrow::Cow::Owned(instance),
    };
    Some((part, node, site))
}
