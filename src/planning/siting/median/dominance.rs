//! Finds dominated sites: sites that another site can replace without a worse objective.

use super::instance::{Choice, Instance};

/// The sites that may be closed because another open candidate serves every demand point at least as well and
/// costs no more. Of equal sites the first one stays. Stops before fewer sites remain than have to be chosen.
pub(super) fn dominated(instance: &Instance) -> Vec<u32> {
    if !instance.conflicts.is_empty() || !instance.required.is_empty() {
        return Vec::new();
    }
    let costs = &instance.costs;
    let mut columns: Vec<Vec<(u32, f64)>> = vec![Vec::new(); instance.sites];
    for row in 0..costs.rows() {
        for (site, cost) in costs.row(row) {
            columns[site].push((row as u32, cost));
        }
    }
    let needed = match &instance.choice {
        Choice::Count(sites) | Choice::Moves { sites, .. } | Choice::CountWithin { sites, .. } => {
            *sites
        }
        Choice::Budget { .. } => 0,
    };
    let may_replace = |other: usize, site: usize| match &instance.choice {
        Choice::Count(_) => true,
        Choice::Moves { is_new, .. } => is_new[other] == is_new[site],
        // If the number of sites is fixed and their cost is limited, a dominated site may be needed to reach the number
        // within the budget.
        Choice::CountWithin { .. } => false,
        Choice::Budget { cost, .. } => cost[other] <= cost[site],
    };
    let mut is_closed = vec![false; instance.sites];
    let mut left = instance.sites;
    for site in 0..instance.sites {
        if left <= needed {
            break;
        }
        // A site that replaces this one is at least as good in every row, so it is also found in the row with
        // the fewest such sites. Only that row is searched.
        let shortest = columns[site]
            .iter()
            .map(|(row, cost)| {
                let as_good = costs.row(*row as usize).take_while(|(_, c)| c <= cost);
                as_good.map(|(other, _)| other).collect::<Vec<usize>>()
            })
            .min_by_key(Vec::len);
        let others = shortest.unwrap_or_default();
        let is_replaced = others.into_iter().any(|other| {
            other != site
                && !is_closed[other]
                && may_replace(other, site)
                && covers(&columns[other], &columns[site])
                // Of two sites that can replace each other, the one with the higher number is closed.
                && (other < site || !covers(&columns[site], &columns[other]) || !may_replace(site, other))
        });
        if is_replaced {
            is_closed[site] = true;
            left -= 1;
        }
    }
    (0..instance.sites as u32)
        .filter(|site| is_closed[*site as usize])
        .collect()
}

/// Whether `better` has a cost that is at most as high in every row of `column`.
fn covers(better: &[(u32, f64)], column: &[(u32, f64)]) -> bool {
    let mut better = better.iter().peekable();
    column.iter().all(|(row, cost)| {
        while better.next_if(|(r, _)| r < row).is_some() {}
        better.peek().is_some_and(|(r, c)| r == row && c <= cost)
    })
}

#[cfg(test)]
mod tests {
    use super::super::instance::Costs;
    use super::*;

    #[test]
    fn a_site_is_dominated_by_one_that_serves_everybody_better() {
        let mut costs = Costs::new();
        costs.push(&mut vec![(0, 3.0), (1, 2.0), (2, 2.0)], 9.0);
        costs.push(&mut vec![(0, 4.0), (1, 4.0), (2, 4.0)], 9.0);
        costs.push(&mut vec![(3, 1.0), (0, 8.0), (1, 7.0), (2, 7.0)], 9.0);
        let one = Instance::p_median(4, costs.clone(), 1, 1.0);
        assert_eq!(dominated(&one), [0, 2]);
        let three = Instance::p_median(4, costs, 3, 1.0);
        assert_eq!(dominated(&three), [0], "three must remain");
    }
}
