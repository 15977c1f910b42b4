//! Which rules to change: the best set of at most k changes, such as gates that open.
//!
//! Changes that do not influence each other are in different components, and the gain of a set is the sum of the gains
//! of its parts. In each component all sets of up to k changes are measured, the small ones first. If the time ends
//! before that, the gain of opening everything is a bound for the sets that were not measured. Dynamic programming over
//! the number of changes combines the components.
//!
//! A change that may influence all others, such as the reversal of a street, is shared by the components. This is
//! repeated for each set of shared changes, on the map with these changes.

#[cfg(test)]
mod tests;

/// Why the search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The best set is proven to be the best.
    Optimal,
    /// The time limit was reached.
    TimeLimit,
}

/// The best set that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// The changes, in ascending order.
    pub changes: Vec<u32>,
    /// The gain of the set.
    pub gain: f64,
    /// No set gains more than this; `None` if that is not known.
    pub bound: Option<f64>,
    /// Why the search ended.
    pub stop: Stop,
}

impl Best {
    /// `|gain − bound| / |gain|`; `None` without a bound, or if the gain is 0 and the bound is not.
    pub fn gap(&self) -> Option<f64> {
        let bound = self.bound?;
        let difference = (bound - self.gain).abs();
        if difference == 0.0 {
            return Some(0.0);
        }
        (self.gain != 0.0).then(|| difference / self.gain.abs())
    }
}

/// Changes, in groups that do not influence each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Groups {
    /// The changes that may influence all others, in ascending order.
    pub shared: Vec<u32>,
    /// The other changes: each is in exactly one component, in ascending order. For any set of shared changes, the
    /// gain of the changes of one component does not depend on the changes of the other components.
    pub components: Vec<Vec<u32>>,
}

/// The gains of changes. All sets are in ascending order.
pub trait Gains {
    /// The gain of a set of shared changes; `None` if the time is over and it was not measured before.
    fn of_shared(&mut self, shared: &[u32]) -> Option<f64>;

    /// What a set of changes of one component gains in addition to a set of shared changes, which was measured before
    /// unless it is empty; `None` if the time is over and the set was not measured before.
    fn of(&mut self, shared: &[u32], component: usize, set: &[u32]) -> Option<f64>;

    /// A gain that no set of changes of a component exceeds in addition to a set of shared changes, which was measured
    /// before unless it is empty: that of everything opened. `None` if it is not known.
    fn opened(&mut self, shared: &[u32], component: usize) -> Option<f64>;

    /// A gain that no set of shared changes exceeds: that of all of them opened; and for each component, what opening
    /// its changes gains in addition to that. `None` if it is not known.
    fn opened_with_shared(&mut self) -> Option<(f64, Vec<f64>)>;
}

/// The best sets of a component: for each size, the best set of at most that many changes.
#[derive(Debug, Default)]
struct Sets {
    best: Vec<(f64, Vec<u32>)>,
    /// All sets of up to this size were measured.
    complete: usize,
}

impl Sets {
    fn new() -> Self {
        Self {
            best: vec![(0.0, Vec::new())],
            complete: 0,
        }
    }

    /// Records the gain of a set. The set replaces the best set of its size, and of each greater size, that gains less.
    fn take(&mut self, gain: f64, set: &[u32]) {
        while self.best.len() <= set.len() {
            let last = self.best.last().cloned().unwrap_or_default();
            self.best.push(last);
        }
        for best in &mut self.best[set.len()..] {
            if gain > best.0 {
                *best = (gain, set.to_vec());
            }
        }
    }

    /// The best set of at most `size` changes.
    fn up_to(&self, size: usize) -> &(f64, Vec<u32>) {
        &self.best[size.min(self.best.len() - 1)]
    }
}

/// Finds the best set of at most `k` changes.
///
/// For each set of shared changes, the best changes beside it are found: with it, the components are independent. The
/// gain of a set of shared changes, plus a bound of what the components gain in addition, limits all sets that contain
/// these shared changes and no others. If that is not more than the best gain so far, they are not measured.
pub fn best_set(groups: &Groups, k: usize, gains: &mut impl Gains) -> Best {
    let components = &groups.components;
    let mut best = beside(&[], components, k, gains);
    let mut all_measured = best.stop == Stop::Optimal;
    for size in 1..=k.min(groups.shared.len()) {
        let mut at: Vec<usize> = (0..size).collect();
        loop {
            let shared: Vec<u32> = at.iter().map(|n| groups.shared[*n]).collect();
            match gains.of_shared(&shared) {
                Some(own) => {
                    best.take(own, &shared, Vec::new());
                    let limits = (0..components.len()).map(|n| gains.opened(&shared, n));
                    let limits: Option<Vec<f64>> = limits.collect();
                    let limit = limits.map(|limits| own + of_opened(&limits, k - size));
                    if limit.is_none_or(|limit| limit > best.gain) {
                        let part = beside(&shared, components, k - size, gains);
                        best.take(own + part.gain, &shared, part.changes);
                        all_measured &= part.stop == Stop::Optimal;
                    }
                }
                None => all_measured = false,
            }
            // The gains of other single changes may be known already.
            let is_over = !all_measured && size > 1;
            if is_over || !next(&mut at, groups.shared.len()) {
                break;
            }
        }
        if !all_measured {
            break;
        }
    }
    if all_measured {
        best.bound = Some(best.gain);
    } else if k > 0 && !groups.shared.is_empty() {
        // Not all sets with shared changes were measured. Without changes of a component, none of them gains more than
        // all shared changes opened. At most k − 1 components add to that.
        let opened = gains.opened_with_shared();
        let limit = opened.map(|(shared, components)| shared + of_opened(&components, k - 1));
        best.bound = best.bound.zip(limit).map(|(a, b)| a.max(b));
    }
    best.bound = best.bound.map(|bound| bound.max(best.gain));
    best.stop = match best.bound {
        Some(bound) if bound <= best.gain => Stop::Optimal,
        _ => Stop::TimeLimit,
    };
    best
}

impl Best {
    /// Takes a set of shared changes and others into account.
    fn take(&mut self, gain: f64, shared: &[u32], mut others: Vec<u32>) {
        if gain > self.gain {
            others.extend(shared);
            others.sort_unstable();
            (self.gain, self.changes) = (gain, others);
        }
    }
}

/// The largest sum if at most `k` components are opened.
fn of_opened(opened: &[f64], k: usize) -> f64 {
    let mut opened: Vec<f64> = opened.iter().copied().filter(|gain| *gain > 0.0).collect();
    opened.sort_by(|a, b| b.total_cmp(a));
    opened.iter().take(k).sum()
}

/// Finds the best set of at most `k` changes of the components beside a set of shared changes.
fn beside(shared: &[u32], components: &[Vec<u32>], k: usize, gains: &mut impl Gains) -> Best {
    let mut all: Vec<Sets> = components.iter().map(|_| Sets::new()).collect();
    let is_in_time = look_at_all(shared, components, k, gains, &mut all);
    let found = together(&all, k, |sets, size| sets.up_to(size).0);
    let mut changes: Vec<u32> = Vec::new();
    for (sets, size) in all.iter().zip(&found.1) {
        changes.extend(&sets.up_to(*size).1);
    }
    changes.sort_unstable();
    let gain = found.0;
    if is_in_time {
        return Best {
            changes,
            gain,
            bound: Some(gain),
            stop: Stop::Optimal,
        };
    }
    let opened: Vec<Option<f64>> = (0..components.len())
        .map(|component| {
            let is_complete = all[component].complete >= k.min(components[component].len());
            match is_complete {
                true => Some(0.0),
                false => gains.opened(shared, component),
            }
        })
        .collect();
    let bound = opened.iter().all(Option::is_some).then(|| {
        let limits: Vec<(f64, &Sets)> = opened
            .iter()
            .zip(&all)
            .map(|(opened, sets)| (opened.unwrap_or(0.0), sets))
            .collect();
        let limit = |(opened, sets): &(f64, &Sets), size: usize| match size <= sets.complete {
            true => sets.up_to(size).0,
            // Some sets of that size may not have been measured.
            false => opened.max(sets.up_to(size).0),
        };
        together(&limits, k, limit).0.max(gain)
    });
    Best {
        stop: match bound {
            Some(bound) if bound <= gain => Stop::Optimal,
            _ => Stop::TimeLimit,
        },
        changes,
        gain,
        bound,
    }
}

/// Measures the sets of all components, the small ones first. Returns whether there was time for all.
fn look_at_all(
    shared: &[u32],
    components: &[Vec<u32>],
    k: usize,
    gains: &mut impl Gains,
    all: &mut [Sets],
) -> bool {
    let mut is_in_time = true;
    for size in 1..=k {
        for (number, changes) in components.iter().enumerate() {
            if size > changes.len() {
                all[number].complete = k;
                continue;
            }
            // The best smaller set with one more change is probably good. It is measured first, in case the time ends.
            if size > 1 {
                let (_, smaller) = all[number].up_to(size - 1).clone();
                // The changes with the largest single gains come first, for the same reason.
                let mut others: Vec<(f64, u32)> = Vec::new();
                for more in changes.iter().filter(|c| !smaller.contains(c)) {
                    others.push((gains.of(shared, number, &[*more]).unwrap_or(0.0), *more));
                }
                others.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                for (_, more) in others {
                    let mut set = smaller.clone();
                    set.push(more);
                    set.sort_unstable();
                    match gains.of(shared, number, &set) {
                        Some(gain) => all[number].take(gain, &set),
                        None => return false,
                    }
                }
            }
            let mut at: Vec<usize> = (0..size).collect();
            let mut is_complete = true;
            loop {
                let set: Vec<u32> = at.iter().map(|n| changes[*n]).collect();
                match gains.of(shared, number, &set) {
                    Some(gain) => all[number].take(gain, &set),
                    // The gains of other single changes may be known already.
                    None if size == 1 => is_complete = false,
                    None => return false,
                }
                if !next(&mut at, changes.len()) {
                    break;
                }
            }
            if is_complete {
                all[number].complete = size;
            }
            is_in_time &= is_complete;
        }
        if !is_in_time {
            return false;
        }
    }
    true
}

/// Steps to the next combination of `at.len()` numbers below `count`; `false` after the last.
fn next(at: &mut [usize], count: usize) -> bool {
    let size = at.len();
    let Some(place) = (0..size).rev().find(|n| at[*n] + size - n < count) else {
        return false;
    };
    at[place] += 1;
    for later in place + 1..size {
        at[later] = at[later - 1] + 1;
    }
    true
}

/// Distributes `k` changes over the parts so that the sum of their values is largest. Returns the sum, and how many
/// changes each part gets.
fn together<T>(parts: &[T], k: usize, value: impl Fn(&T, usize) -> f64) -> (f64, Vec<usize>) {
    // For each number of changes, the best sum over the parts so far, and how many changes each of them got.
    let mut best: Vec<(f64, Vec<usize>)> = vec![(0.0, Vec::new()); k + 1];
    for part in parts {
        let values: Vec<f64> = (0..=k).map(|size| value(part, size)).collect();
        best = (0..=k)
            .map(|all| {
                let options = (0..=all).map(|own| (best[all - own].0 + values[own], own));
                // Of equal sums, the one with fewer changes of this part is chosen.
                let mut chosen = (f64::NEG_INFINITY, 0);
                for option in options {
                    if option.0 > chosen.0 {
                        chosen = option;
                    }
                }
                let mut sizes = best[all - chosen.1].1.clone();
                sizes.push(chosen.1);
                (chosen.0, sizes)
            })
            .collect();
    }
    best.pop().unwrap_or_default()
}
