//! The common form of all problems in which each demand point is served by its cheapest open site: choose sites so that
//! the sum of these costs is smallest.
//!
//! p-median: the cost is weight × distance. Maximal covering (MCLP): the cost is the part of the weight that a
//! site does not cover, and `cap` is the whole weight.

use std::collections::BTreeMap;

/// The cost of serving each demand point from each site. Costs that are not below the `cap` of the demand point
/// are left out.
#[derive(Debug, Clone)]
pub struct Costs {
    /// Where the row of each demand point begins in `site` and `cost`; one more than there are rows.
    start: Vec<usize>,
    site: Vec<u32>,
    /// Ascending within a row.
    cost: Vec<f64>,
    /// The cost of each demand point if no site of its row is open.
    cap: Vec<f64>,
    /// The part of the objective that is the same for all plans.
    pub(in crate::planning::siting) constant: f64,
}

impl Costs {
    /// Creates costs without demand points.
    pub fn new() -> Self {
        Self {
            start: vec![0],
            site: Vec::new(),
            cost: Vec::new(),
            cap: Vec::new(),
            constant: 0.0,
        }
    }

    /// Adds a demand point: its cost from each site, and `cap`, its cost if none of these sites is open. Each site may
    /// occur only once.
    pub fn push(&mut self, row: &mut Vec<(u32, f64)>, cap: f64) {
        row.retain(|(_, cost)| *cost < cap);
        if row.is_empty() {
            self.constant += cap;
            return;
        }
        row.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        self.site.extend(row.iter().map(|(site, _)| *site));
        self.cost.extend(row.iter().map(|(_, cost)| *cost));
        self.start.push(self.site.len());
        self.cap.push(cap);
    }

    /// The number of rows: demand points whose cost depends on the plan.
    pub fn rows(&self) -> usize {
        self.cap.len()
    }

    /// The number of stored costs.
    pub fn entries(&self) -> usize {
        self.site.len()
    }

    pub(in crate::planning::siting) fn cap(&self, row: usize) -> f64 {
        self.cap[row]
    }

    pub(in crate::planning::siting) fn row(
        &self,
        row: usize,
    ) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.start[row]..self.start[row + 1];
        let sites = &self.site[range.clone()];
        sites
            .iter()
            .zip(&self.cost[range])
            .map(|(site, cost)| (*site as usize, *cost))
    }

    /// The objective if these sites are open.
    pub fn total(&self, is_open: &[bool]) -> f64 {
        let least = |row| {
            let first = self.row(row).find(|(site, _)| is_open[*site]);
            first.map_or(self.cap[row], |(_, cost)| cost)
        };
        self.constant + (0..self.rows()).map(least).sum::<f64>()
    }

    /// The costs of a part of the problem: sites with a number in `keep` are free and get this number, sites marked in
    /// `open` are always open, and all others are closed. Writes the old number of each remaining row to `rows`.
    pub(super) fn restrict(
        &self,
        keep: &[Option<u32>],
        open: &[bool],
        rows: &mut Vec<u32>,
    ) -> Self {
        let mut costs = Self::new();
        costs.constant = self.constant;
        costs.site.reserve(self.site.len());
        costs.cost.reserve(self.cost.len());
        rows.clear();
        for row in 0..self.rows() {
            let before = costs.site.len();
            let mut cap = self.cap[row];
            for (site, cost) in self.row(row) {
                if open[site] {
                    cap = cost;
                    break;
                }
                if let Some(site) = keep[site] {
                    costs.site.push(site);
                    costs.cost.push(cost);
                }
            }
            // Sites that cost as much as the open site never improve the row.
            while costs.site.len() > before && costs.cost.last().is_some_and(|last| *last >= cap) {
                costs.site.pop();
                costs.cost.pop();
            }
            if costs.site.len() == before {
                costs.constant += cap;
            } else {
                costs.start.push(costs.site.len());
                costs.cap.push(cap);
                rows.push(row as u32);
            }
        }
        costs
    }
}

impl Default for Costs {
    fn default() -> Self {
        Self::new()
    }
}

/// Which sets of sites may be chosen.
#[derive(Debug, Clone)]
pub enum Choice {
    /// Exactly this many sites.
    Count(usize),
    /// Exactly this many sites, of which at most `moves` are new.
    Moves {
        /// The number of sites.
        sites: usize,
        /// The largest number of new sites.
        moves: usize,
        /// Which sites are new.
        is_new: Vec<bool>,
    },
    /// Exactly this many sites, with a total cost of at most the budget.
    CountWithin {
        /// The number of sites.
        sites: usize,
        /// The cost of each site, at least 0.
        cost: Vec<f64>,
        /// The budget.
        budget: f64,
    },
    /// Any number of sites, with a total cost of at most the budget.
    Budget {
        /// The cost of each site, at least 0.
        cost: Vec<f64>,
        /// The budget.
        budget: f64,
    },
}

/// A problem for the solver of this module.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The number of candidates.
    pub sites: usize,
    /// The cost of each demand point from each site.
    pub costs: Costs,
    /// Which sets of sites may be chosen.
    pub choice: Choice,
    /// Sites that are always chosen.
    pub required: Vec<u32>,
    /// Sites that are never chosen.
    pub forbidden: Vec<u32>,
    /// Pairs of sites of which at most one is chosen.
    pub conflicts: Vec<(u32, u32)>,
    /// Every objective is a multiple of this; 0 if no such number is known. Bounds are rounded up to a multiple.
    pub granule: f64,
    /// If given, the search is only for a plan with at most this objective, and ends with the first one.
    pub limit: Option<f64>,
}

impl Instance {
    /// The p-median problem: exactly `p` sites with the smallest sum of costs.
    pub fn p_median(sites: usize, costs: Costs, p: usize, granule: f64) -> Self {
        Self {
            sites,
            costs,
            choice: Choice::Count(p),
            required: Vec::new(),
            forbidden: Vec::new(),
            conflicts: Vec::new(),
            granule,
            limit: None,
        }
    }

    /// The sites that are in conflict with each site.
    pub(in crate::planning::siting) fn conflicts_of(&self) -> BTreeMap<u32, Vec<u32>> {
        let mut of: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for &(a, b) in &self.conflicts {
            of.entry(a).or_default().push(b);
            of.entry(b).or_default().push(a);
        }
        of
    }

    /// Whether a set of sites is allowed by the choice, has no two sites in conflict, and has all required sites and no
    /// forbidden ones.
    pub(super) fn accepts(&self, is_open: &[bool]) -> bool {
        let open = || (0..self.sites).filter(|s| is_open[*s]);
        let choice = match &self.choice {
            Choice::Count(p) => open().count() == *p,
            Choice::Moves {
                sites,
                moves,
                is_new,
            } => open().count() == *sites && open().filter(|s| is_new[*s]).count() <= *moves,
            Choice::Budget { cost, budget } => {
                open().map(|s| cost[s]).sum::<f64>() <= *budget + SLACK * budget.abs()
            }
            Choice::CountWithin {
                sites,
                cost,
                budget,
            } => {
                open().count() == *sites
                    && open().map(|s| cost[s]).sum::<f64>() <= *budget + SLACK * budget.abs()
            }
        };
        choice
            && self.required.iter().all(|s| is_open[*s as usize])
            && !self.forbidden.iter().any(|s| is_open[*s as usize])
            && !(self.conflicts.iter()).any(|(a, b)| is_open[*a as usize] && is_open[*b as usize])
    }
}

/// Two sums that differ by at most this share count as equal, because the order of summation changes the rounding.
pub(super) const SLACK: f64 = 1e-12;
