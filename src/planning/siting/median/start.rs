//! First plans: greedy, improved by interchange (Teitz, Bart 1968) with the gains of all swaps computed at once
//! (Resende, Werneck 2007, doi 10.1016/j.ejor.2005.05.049).

use super::instance::{Choice, Instance};
use crate::planning::siting::control::Control;
use crate::planning::siting::random::Random;

/// Finds and improves plans.
#[derive(Debug)]
pub(super) struct Search<'a> {
    instance: &'a Instance,
    is_required: Vec<bool>,
    is_forbidden: Vec<bool>,
    conflicts: Vec<Vec<u32>>,
    /// For each row: its nearest open site, the cost of that site, and the cost of the second nearest open site.
    near: Vec<(u32, f64, f64)>,
    gain: Vec<f64>,
    loss: Vec<f64>,
    /// For each pair of a closed site and an open site (the column): how much of the loss from closing the open site is
    /// avoided if the closed site is opened instead.
    extra: Vec<f64>,
}

/// The number of sites, the number of moves and the cost of a plan, which [`Choice`] limits.
struct Used {
    sites: usize,
    moves: usize,
    spent: f64,
}

/// Stands for the nearest open site of a row without an open site.
const NONE: u32 = u32::MAX;

impl<'a> Search<'a> {
    pub fn new(instance: &'a Instance) -> Self {
        let sites = instance.sites;
        let mark = |list: &[u32]| {
            let mut marks = vec![false; sites];
            list.iter().for_each(|s| marks[*s as usize] = true);
            marks
        };
        let mut conflicts = vec![Vec::new(); sites];
        for (site, others) in instance.conflicts_of() {
            conflicts[site as usize] = others;
        }
        Self {
            is_required: mark(&instance.required),
            is_forbidden: mark(&instance.forbidden),
            conflicts,
            instance,
            near: Vec::new(),
            gain: Vec::new(),
            loss: Vec::new(),
            extra: Vec::new(),
        }
    }

    fn conflicting(&self, is_open: &[bool], site: usize) -> usize {
        let open = |s: &&u32| is_open[**s as usize];
        self.conflicts[site].iter().filter(open).count()
    }

    /// The number of sites, the number of moves and the cost of a plan, which [`Choice`] limits.
    fn used(&self, is_open: &[bool]) -> Used {
        let open = || (0..self.instance.sites).filter(|s| is_open[*s]);
        Used {
            sites: open().count(),
            moves: match &self.instance.choice {
                Choice::Moves { is_new, .. } => open().filter(|s| is_new[*s]).count(),
                _ => 0,
            },
            spent: match &self.instance.choice {
                Choice::Budget { cost, .. } | Choice::CountWithin { cost, .. } => {
                    open().map(|s| cost[s]).sum()
                }
                _ => 0.0,
            },
        }
    }

    /// Whether a site can be added to an incomplete plan.
    fn may_add(&self, used: &Used, is_open: &[bool], site: usize) -> bool {
        if is_open[site] || self.is_forbidden[site] || self.conflicting(is_open, site) > 0 {
            return false;
        }
        match &self.instance.choice {
            Choice::Count(p) => used.sites < *p,
            Choice::Moves {
                sites,
                moves,
                is_new,
            } => used.sites < *sites && (!is_new[site] || used.moves < *moves),
            Choice::CountWithin {
                sites,
                cost,
                budget,
            } => used.sites < *sites && used.spent + cost[site] <= *budget,
            Choice::Budget { cost, budget } => used.spent + cost[site] <= *budget,
        }
    }

    /// Builds a plan from the required sites and the sites `first` that fit, then adds the best site as long as one
    /// fits. [`Instance::accepts`] may still refuse the result.
    pub fn greedy(&mut self, first: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut is_open = self.is_required.clone();
        for site in first {
            if self.may_add(&self.used(&is_open), &is_open, site) {
                is_open[site] = true;
            }
        }
        loop {
            let possible: Vec<bool> = self.addable(&is_open);
            self.look(&is_open);
            self.gain.clear();
            self.gain.resize(self.instance.sites, 0.0);
            for (row, (_, first, _)) in self.near.iter().enumerate() {
                for (site, cost) in self.instance.costs.row(row) {
                    if cost >= *first {
                        break;
                    }
                    self.gain[site] += first - cost;
                }
            }
            let worth = |site: usize| match &self.instance.choice {
                Choice::Budget { cost, .. } if cost[site] > 0.0 => self.gain[site] / cost[site],
                Choice::Budget { .. } => f64::MAX,
                _ => self.gain[site],
            };
            let best = (0..self.instance.sites)
                .filter(|site| possible[*site])
                .max_by(|a, b| worth(*a).total_cmp(&worth(*b)).then(b.cmp(a)));
            match best {
                Some(site) => is_open[site] = true,
                None => return is_open,
            }
        }
    }

    /// Which sites can be added.
    fn addable(&self, is_open: &[bool]) -> Vec<bool> {
        let used = self.used(is_open);
        let sites = 0..self.instance.sites;
        sites
            .map(|site| self.may_add(&used, is_open, site))
            .collect()
    }

    /// Computes the nearest and the second nearest open site of each row.
    fn look(&mut self, is_open: &[bool]) {
        let costs = &self.instance.costs;
        self.near.clear();
        self.near.extend((0..costs.rows()).map(|row| {
            let cap = costs.cap(row);
            let mut open = costs.row(row).filter(|(site, _)| is_open[*site]);
            match open.next() {
                None => (NONE, cap, cap),
                Some((site, first)) => {
                    let second = open.next().map_or(cap, |(_, cost)| cost);
                    (site as u32, first, second)
                }
            }
        }));
    }

    /// Makes the best swap of an open site for a closed one as long as a swap lowers the objective. Returns the
    /// objective.
    pub fn interchange(&mut self, is_open: &mut [bool], control: &Control<'_>) -> f64 {
        let costs = &self.instance.costs;
        let sites = self.instance.sites;
        let mut open: Vec<usize> = (0..sites).filter(|s| is_open[*s]).collect();
        let mut column = vec![0_u32; sites];
        loop {
            self.look(is_open);
            let total = costs.constant + self.near.iter().map(|n| n.1).sum::<f64>();
            if control.halt().is_some() || open.is_empty() {
                return total;
            }
            for (at, site) in open.iter().enumerate() {
                column[*site] = at as u32;
            }
            let width = open.len();
            for (all, size) in [
                (&mut self.gain, sites),
                (&mut self.loss, width),
                (&mut self.extra, sites * width),
            ] {
                all.clear();
                all.resize(size, 0.0);
            }
            for (row, &(near, first, second)) in self.near.iter().enumerate() {
                if near == NONE {
                    for (site, cost) in costs.row(row) {
                        self.gain[site] += first - cost;
                    }
                    continue;
                }
                let at = column[near as usize] as usize;
                self.loss[at] += second - first;
                for (site, cost) in costs.row(row) {
                    if cost >= second {
                        break;
                    }
                    if cost < first {
                        self.gain[site] += first - cost;
                        self.extra[site * width + at] += second - first;
                    } else if !is_open[site] {
                        self.extra[site * width + at] += second - cost;
                    }
                }
            }
            let mut best: Option<(f64, usize, usize)> = None;
            let worth_it = 1e-9 * total.abs().max(1e-300);
            for site in (0..sites).filter(|s| !is_open[*s] && !self.is_forbidden[*s]) {
                let in_the_way = self.conflicting(is_open, site);
                for at in 0..width {
                    let better = self.gain[site] - self.loss[at] + self.extra[site * width + at];
                    if better > best.map_or(worth_it, |b| b.0)
                        && self.may_swap(&open, at, site, in_the_way)
                    {
                        best = Some((better, at, site));
                    }
                }
            }
            let Some((_, at, site)) = best else {
                return total;
            };
            is_open[open[at]] = false;
            is_open[site] = true;
            open[at] = site;
        }
    }

    fn may_swap(&self, open: &[usize], at: usize, site: usize, in_the_way: usize) -> bool {
        let leaving = open[at];
        let clears = self.conflicts[site].contains(&(leaving as u32));
        if self.is_required[leaving] || in_the_way > usize::from(clears) {
            return false;
        }
        match &self.instance.choice {
            Choice::Count(_) => true,
            Choice::Moves { moves, is_new, .. } => {
                let moved = open.iter().filter(|s| is_new[**s]).count();
                moved - usize::from(is_new[leaving]) + usize::from(is_new[site]) <= *moves
            }
            Choice::Budget { cost, budget } | Choice::CountWithin { cost, budget, .. } => {
                let spent: f64 = open.iter().map(|s| cost[*s]).sum();
                spent - cost[leaving] + cost[site] <= *budget
            }
        }
    }

    /// Replaces `number` open sites that are not required by random sites that fit.
    pub fn shake(&self, is_open: &[bool], number: usize, random: &mut Random) -> Vec<bool> {
        let mut is_open = is_open.to_vec();
        let sites = self.instance.sites;
        for _ in 0..number {
            let open: Vec<usize> = (0..sites)
                .filter(|s| is_open[*s] && !self.is_required[*s])
                .collect();
            if open.is_empty() {
                break;
            }
            let leaving = open[random.below(open.len())];
            is_open[leaving] = false;
            let used = self.used(&is_open);
            let possible: Vec<usize> = (0..sites)
                .filter(|s| *s != leaving && self.may_add(&used, &is_open, *s))
                .collect();
            match possible.get(random.below(possible.len())) {
                Some(site) => is_open[*site] = true,
                None => is_open[leaving] = true,
            }
        }
        is_open
    }
}
