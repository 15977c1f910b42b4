//! Lagrangian bounds: the constraint that every demand point is served exactly once is relaxed with one
//! multiplier per demand point. The relaxed problem is solved by choosing the sites with the most negative
//! reduced costs (Cornuéjols, Fisher, Nemhauser 1977, doi 10.1287/mnsc.23.8.789). Subgradients are deflected
//! (Camerini, Fratta, Maffioli 1975, doi 10.1007/BFb0120697), and step lengths follow Held and Karp.

use super::instance::{Choice, Costs};

/// Which sets of free sites may still be chosen.
#[derive(Debug, Clone)]
pub(super) enum Rest {
    Count {
        sites: usize,
    },
    /// The Lagrangian bound ignores the budget; a node whose cheapest possible sites exceed the budget is
    /// dropped.
    CountWithin {
        sites: usize,
        cost: Vec<f64>,
        budget: f64,
    },
    Moves {
        sites: usize,
        moves: usize,
        is_new: Vec<bool>,
    },
    Budget {
        cost: Vec<f64>,
        budget: f64,
    },
}

impl Rest {
    /// What the choice still allows for the `free` sites if the sites `chosen` are open. `None` if no plan is possible.
    pub(super) fn of(choice: &Choice, chosen: &[u32], free: &[u32]) -> Option<Self> {
        let pick = |all: &[bool]| free.iter().map(|s| all[*s as usize]).collect::<Vec<_>>();
        match choice {
            Choice::Count(sites) => {
                let sites = sites.checked_sub(chosen.len())?;
                (sites <= free.len()).then_some(Self::Count { sites })
            }
            Choice::Moves {
                sites,
                moves,
                is_new,
            } => {
                let sites = sites.checked_sub(chosen.len())?;
                let moved = chosen.iter().filter(|s| is_new[**s as usize]).count();
                let moves = moves.checked_sub(moved)?;
                let is_new = pick(is_new);
                let new = is_new.iter().filter(|n| **n).count();
                let possible = free.len() - new + new.min(moves);
                (sites <= possible).then_some(Self::Moves {
                    sites,
                    moves,
                    is_new,
                })
            }
            Choice::CountWithin {
                sites,
                cost,
                budget,
            } => {
                let sites = sites.checked_sub(chosen.len())?;
                let spent: f64 = chosen.iter().map(|s| cost[*s as usize]).sum();
                let cost: Vec<f64> = free.iter().map(|s| cost[*s as usize]).collect();
                let budget = budget - spent + super::instance::SLACK * budget.abs();
                let mut cheapest = cost.clone();
                cheapest.sort_unstable_by(f64::total_cmp);
                let least: f64 = cheapest.iter().take(sites).sum();
                (sites <= free.len() && least <= budget).then_some(Self::CountWithin {
                    sites,
                    cost,
                    budget,
                })
            }
            Choice::Budget { cost, budget } => {
                let spent: f64 = chosen.iter().map(|s| cost[*s as usize]).sum();
                let slack = super::instance::SLACK * budget.abs();
                (spent <= budget + slack).then(|| Self::Budget {
                    cost: free.iter().map(|s| cost[*s as usize]).collect(),
                    budget: (budget - spent).max(0.0) + slack,
                })
            }
        }
    }
}

/// The relaxed problem at given multipliers.
#[derive(Debug, Default)]
pub(super) struct Relaxed {
    /// The reduced cost of each site: never positive.
    pub reduced: Vec<f64>,
    /// How much of each site the relaxed solution chooses: 0 to 1.
    pub chosen: Vec<f64>,
    /// By how much the bound rises if a site that is not chosen must be chosen.
    pub if_in: Vec<f64>,
    /// By how much the bound rises if a chosen site must be left out.
    pub if_out: Vec<f64>,
    order: Vec<u32>,
}

impl Relaxed {
    /// Computes the bound at `multipliers`. Each multiplier is at most the `cap` of its row.
    pub fn solve(&mut self, costs: &Costs, multipliers: &[f64], sites: usize, rest: &Rest) -> f64 {
        self.reduced.clear();
        self.reduced.resize(sites, 0.0);
        let mut bound = costs.constant;
        for (row, multiplier) in multipliers.iter().enumerate() {
            bound += multiplier;
            for (site, cost) in costs.row(row) {
                let saved = cost - multiplier;
                if saved >= 0.0 {
                    break;
                }
                self.reduced[site] += saved;
            }
        }
        for all in [&mut self.chosen, &mut self.if_in, &mut self.if_out] {
            all.clear();
            all.resize(sites, 0.0);
        }
        match rest {
            Rest::Count { sites } | Rest::CountWithin { sites, .. } => {
                bound + self.pick(*sites, usize::MAX, &[])
            }
            Rest::Moves {
                sites,
                moves,
                is_new,
            } => bound + self.pick(*sites, *moves, is_new),
            Rest::Budget { cost, budget } => bound + self.fill(cost, *budget),
        }
    }

    /// Chooses the best `sites` sites, at most `moves` of them new. Returns the sum of their reduced costs.
    fn pick(&mut self, sites: usize, moves: usize, is_new: &[bool]) -> f64 {
        let reduced = &self.reduced;
        self.order.clear();
        self.order.extend(0..reduced.len() as u32);
        let by_cost = |a: &u32, b: &u32| {
            let (x, y) = (reduced[*a as usize], reduced[*b as usize]);
            x.total_cmp(&y).then(a.cmp(b))
        };
        let new = |s: u32| is_new.get(s as usize).copied().unwrap_or(false);
        let is_limited = !is_new.is_empty();
        if is_limited {
            self.order.sort_unstable_by(by_cost);
        } else if sites > 0 && sites < self.order.len() {
            self.order.select_nth_unstable_by(sites - 1, by_cost);
        }
        let (mut taken, mut moved, mut sum) = (0, 0, 0.0);
        // The worst reduced cost of the chosen sites and of the chosen new ones, and the best reduced cost of the other
        // sites and of the old ones among them.
        let (mut worst, mut worst_new) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        let (mut best, mut best_old) = (f64::INFINITY, f64::INFINITY);
        for &site in &self.order {
            let cost = reduced[site as usize];
            let fits = taken < sites && (!new(site) || moved < moves);
            if fits {
                taken += 1;
                sum += cost;
                worst = worst.max(cost);
                if new(site) {
                    moved += 1;
                    worst_new = worst_new.max(cost);
                }
                self.chosen[site as usize] = 1.0;
            } else {
                best = best.min(cost);
                if !new(site) {
                    best_old = best_old.min(cost);
                }
            }
        }
        let is_full = is_limited && moved >= moves;
        for (site, &cost) in reduced.iter().enumerate() {
            let is_moved = new(site as u32);
            if self.chosen[site] > 0.0 {
                // If no more sites may be new, only another old site can replace a chosen old one.
                let other = if is_full && !is_moved { best_old } else { best };
                self.if_out[site] = (other - cost).max(0.0);
            } else {
                let other = if is_full && is_moved {
                    worst_new
                } else {
                    worst
                };
                self.if_in[site] = (cost - other).max(0.0);
            }
        }
        sum
    }

    /// Fills the budget with the sites of the best ratio of reduced cost to cost; the last site may be chosen
    /// in part. Returns the sum of their reduced costs.
    fn fill(&mut self, cost: &[f64], budget: f64) -> f64 {
        let reduced = &self.reduced;
        self.order.clear();
        self.order.extend(0..reduced.len() as u32);
        let ratio = |s: u32| {
            let (gain, price) = (reduced[s as usize], cost[s as usize]);
            if price > 0.0 {
                gain / price
            } else {
                f64::NEG_INFINITY
            }
        };
        self.order
            .sort_unstable_by(|a, b| ratio(*a).total_cmp(&ratio(*b)).then(a.cmp(b)));
        let (mut left, mut sum, mut last) = (budget, 0.0, 0.0);
        for &site in &self.order {
            let (gain, price) = (reduced[site as usize], cost[site as usize]);
            if price <= left {
                left -= price;
                self.chosen[site as usize] = 1.0;
                sum += gain;
            } else {
                let share = left / price;
                self.chosen[site as usize] = share;
                sum += share * gain;
                last = gain / price;
                break;
            }
        }
        // By linear programming duality, one more unit of budget lowers the relaxed objective by `−last`.
        for site in 0..reduced.len() {
            let net = reduced[site] - last * cost[site];
            self.if_in[site] = net.max(0.0);
            self.if_out[site] = (-net).max(0.0);
        }
        sum
    }

    /// Writes the subgradient: for each row, 1 minus how often the chosen sites serve it.
    pub fn subgradient(&self, costs: &Costs, multipliers: &[f64], out: &mut Vec<f64>) {
        out.clear();
        out.extend(multipliers.iter().enumerate().map(|(row, multiplier)| {
            let served: f64 = costs
                .row(row)
                .take_while(|(_, cost)| cost < multiplier)
                .map(|(site, _)| self.chosen[site])
                .sum();
            1.0 - served
        }));
    }
}
