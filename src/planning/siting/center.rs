//! p-center: finds the smallest radius within which the chosen sites reach every demand point, by binary search over
//! the distinct distances. Each step solves a covering problem (Minieka 1970, doi 10.1137/1012016).

use super::control::{Control, Progress, StopReason};
use super::cover::{self, Cover};

/// A p-center problem.
#[derive(Debug, Clone)]
pub struct Center {
    /// For each demand point, the sites that it reaches, with their distances. Distances are not weighted.
    pub rows: Vec<Vec<(u32, f64)>>,
    /// The covering problem without its rows, which depend on the radius. Its limit is the number of sites or the
    /// budget.
    pub cover: Cover,
}

impl Center {
    /// The problem to reach every demand point with at most `sites` of the candidates `0..candidates`.
    pub fn new(rows: Vec<Vec<(u32, f64)>>, candidates: usize, sites: usize) -> Self {
        Self {
            rows,
            cover: Cover {
                limit: Some(sites as f64),
                ..Cover::of_rows(Vec::new(), candidates)
            },
        }
    }

    /// The radius of a plan: the largest distance from a demand point to its nearest site.
    pub fn radius(&self, sites: &[u32]) -> f64 {
        let mut is_open = vec![false; self.cover.cost.len()];
        sites.iter().for_each(|s| is_open[*s as usize] = true);
        let least = |row: &Vec<(u32, f64)>| {
            let open = row.iter().filter(|(site, _)| is_open[*site as usize]);
            open.map(|(_, d)| *d).fold(f64::INFINITY, f64::min)
        };
        self.rows.iter().map(least).fold(0.0, f64::max)
    }

    fn within(&self, radius: f64) -> Cover {
        let near = |row: &Vec<(u32, f64)>| {
            let near = row.iter().filter(|(_, d)| *d <= radius);
            near.map(|(site, _)| *site).collect()
        };
        Cover {
            rows: self.rows.iter().map(near).collect(),
            ..self.cover.clone()
        }
    }
}

/// The result of [`solve`].
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The sites of the best plan, ascending; `None` if no plan was found.
    pub sites: Option<Vec<u32>>,
    /// The radius of the plan, recomputed from its sites; infinite if no plan was found.
    pub incumbent: f64,
    /// No plan has a smaller radius.
    pub bound: f64,
    /// Why the solver stopped.
    pub stop: StopReason,
}

/// Solves a p-center problem.
pub fn solve(center: &Center, control: &Control<'_>) -> Outcome {
    let mut radii: Vec<f64> = center.rows.iter().flatten().map(|(_, d)| *d).collect();
    radii.sort_unstable_by(f64::total_cmp);
    radii.dedup();
    // A demand point is this far from its nearest candidate, so no smaller radius reaches every demand point.
    let nearest = |row: &Vec<(u32, f64)>| row.iter().map(|(_, d)| *d).fold(f64::INFINITY, f64::min);
    let least = center.rows.iter().map(nearest).fold(0.0, f64::max);
    let mut low = radii.partition_point(|r| *r < least);
    let mut high = radii.len();
    let mut best: Option<(Vec<u32>, f64)> = None;
    let mut stop = StopReason::Optimal;
    while low < high {
        // The largest radius is the easiest to cover. It is tried first, so that there is a plan early.
        let middle = if best.is_none() {
            high - 1
        } else {
            low + (high - low) / 2
        };
        let answer = cover::solve(&center.within(radii[middle]), control);
        match answer.sites {
            Some(sites) => {
                let radius = center.radius(&sites);
                if best.as_ref().is_none_or(|(_, known)| radius < *known) {
                    (control.plan)(&sites);
                    best = Some((sites, radius));
                }
                high = radii.partition_point(|r| *r < radius).min(middle);
            }
            None if answer.stop == StopReason::Infeasible => {
                if best.is_none() {
                    return Outcome {
                        sites: None,
                        incumbent: f64::INFINITY,
                        bound: f64::INFINITY,
                        stop: StopReason::Infeasible,
                    };
                }
                low = middle + 1;
            }
            None => {
                stop = answer.stop;
                break;
            }
        }
        let bound = radii.get(low).copied().unwrap_or(least);
        let incumbent = best.as_ref().map(|(_, radius)| *radius);
        (control.progress)(Progress::new(incumbent, bound));
    }
    let incumbent = best.as_ref().map_or(f64::INFINITY, |(_, radius)| *radius);
    Outcome {
        incumbent,
        bound: match stop {
            StopReason::Optimal => incumbent,
            _ => radii.get(low).copied().unwrap_or(least).min(incumbent),
        },
        sites: best.map(|(sites, _)| sites),
        stop,
    }
}
