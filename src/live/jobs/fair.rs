//! The order of queued jobs: round robin over the owners, and the oldest job of each owner first.

use crate::store::OwnerQueue;

/// Chooses the owner whose oldest job starts next: the owner with the fewest running jobs; among equals the one
/// whose last job started earliest; among equals the one whose job has waited longest.
pub(super) fn next(queues: &[OwnerQueue]) -> Option<&OwnerQueue> {
    queues
        .iter()
        .min_by_key(|q| (q.running, q.last_started, q.oldest.as_str()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::*;

    fn queue(owner: &str, oldest: &str, running: u64, last_started: Option<i64>) -> OwnerQueue {
        OwnerQueue {
            owner: owner.to_owned(),
            oldest: oldest.to_owned(),
            running,
            last_started: last_started.map(|s| Timestamp::from_second(s).unwrap()),
        }
    }

    fn owner(queues: &[OwnerQueue]) -> &str {
        &next(queues).unwrap().owner
    }

    #[test]
    fn fewest_running_comes_first_then_longest_unserved_then_longest_waiting() {
        assert_eq!(next(&[]), None);
        let a = queue("a", "1", 1, Some(1));
        let b = queue("b", "9", 0, Some(5));
        assert_eq!(owner(&[a.clone(), b.clone()]), "b");
        let c = queue("c", "7", 0, Some(3));
        assert_eq!(owner(&[a.clone(), b.clone(), c.clone()]), "c");
        let d = queue("d", "8", 0, None);
        let e = queue("e", "6", 0, None);
        assert_eq!(owner(&[a, b, c, d, e]), "e");
    }

    proptest::proptest! {
        /// Between two jobs of one owner, every other waiting owner has a job started.
        #[test]
        fn nobody_is_passed_over_twice(waiting in proptest::collection::vec(1_usize..6, 1..6)) {
            let mut left: BTreeMap<usize, usize> = waiting.iter().copied().enumerate().collect();
            let mut started: BTreeMap<usize, i64> = BTreeMap::new();
            let mut since: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for time in 0.. {
                let queues: Vec<OwnerQueue> = left
                    .iter()
                    .filter(|(_, jobs)| **jobs > 0)
                    .map(|(owner, _)| {
                        queue(&owner.to_string(), &format!("{owner}"), 0, started.get(owner).copied())
                    })
                    .collect();
                let Some(turn) = next(&queues) else { break };
                let turn: usize = turn.owner.parse().unwrap();
                if let Some(others) = since.insert(turn, Vec::new()) {
                    for (owner, jobs) in &left {
                        proptest::prop_assert!(
                            *owner == turn || *jobs == 0 || others.contains(owner),
                            "{owner} was passed over by {turn}"
                        );
                    }
                }
                for others in since.values_mut() {
                    others.push(turn);
                }
                started.insert(turn, time);
                *left.get_mut(&turn).unwrap() -= 1;
            }
        }
    }
}
