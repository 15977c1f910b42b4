//! Compares the best set for random gains with the best of all sets.

use std::collections::HashSet;

use super::*;
use crate::network::core::tests::make::Rng;

/// The gains of a person: by each single change, and by one pair of changes.
type Person = (Vec<f64>, (u32, u32, f64));

/// A random problem. The gain of a set is the sum over the people of its component. Each person gains the largest value
/// of a change in the set, or of their pair if both of its changes are in the set.
struct Town {
    components: Vec<Vec<u32>>,
    /// The people of each component.
    people: Vec<Vec<Person>>,
    /// How many sets may still be measured.
    left: usize,
}

impl Town {
    fn random(rng: &mut Rng, left: usize) -> Self {
        let mut next = 0;
        let mut town = Self {
            components: Vec::new(),
            people: Vec::new(),
            left,
        };
        for _ in 0..1 + rng.below(3) {
            let size = 1 + rng.below(4);
            let changes: Vec<u32> = (next..next + size).collect();
            next += size;
            let people = (0..1 + rng.below(4)).map(|_| {
                let single = changes.iter().map(|_| f64::from(rng.below(20)) - 3.0);
                let single: Vec<f64> = single.collect();
                let pick = |rng: &mut Rng| changes[rng.below(size) as usize];
                let pair = (pick(rng), pick(rng), f64::from(rng.below(30)));
                (single, pair)
            });
            town.people.push(people.collect());
            town.components.push(changes);
        }
        town
    }

    fn gain(&self, component: usize, set: &[u32]) -> f64 {
        let changes = &self.components[component];
        let people = self.people[component].iter();
        let of_one = |(single, (a, b, both)): &Person| {
            let alone = changes.iter().zip(single).filter(|(c, _)| set.contains(c));
            let alone = alone
                .map(|(_, gain)| *gain)
                .fold(f64::NEG_INFINITY, f64::max);
            let paired = set.contains(a) && set.contains(b);
            let most = if paired { alone.max(*both) } else { alone };
            if most.is_finite() { most } else { 0.0 }
        };
        people.map(of_one).sum()
    }
}

impl Gains for Town {
    fn of(&mut self, component: usize, set: &[u32]) -> Option<f64> {
        self.left = self.left.checked_sub(1)?;
        Some(self.gain(component, set))
    }

    fn opened(&mut self, component: usize) -> Option<f64> {
        // No set gains more than the sum of the largest gains of all people.
        let people = self.people[component].iter();
        Some(
            people
                .map(|(single, pair)| single.iter().copied().fold(pair.2, f64::max))
                .sum(),
        )
    }
}

/// The largest gain of all sets of at most `k` changes.
fn by_force(town: &Town, k: usize) -> f64 {
    let changes: Vec<u32> = town.components.concat();
    let mut best = 0.0_f64;
    for bits in 0_u32..1 << changes.len() {
        if bits.count_ones() as usize > k {
            continue;
        }
        let chosen: HashSet<u32> = (0..changes.len())
            .filter(|n| bits & (1 << n) != 0)
            .map(|n| changes[n])
            .collect();
        let parts = town
            .components
            .iter()
            .enumerate()
            .map(|(number, component)| {
                let own: Vec<u32> = component
                    .iter()
                    .copied()
                    .filter(|c| chosen.contains(c))
                    .collect();
                town.gain(number, &own)
            });
        best = best.max(parts.sum());
    }
    best
}

#[test]
fn the_best_set_is_that_of_all_sets() {
    let mut rng = Rng(3);
    for round in 0..400 {
        let mut town = Town::random(&mut rng, usize::MAX);
        let k = rng.below(5) as usize;
        let components = town.components.clone();
        let best = best_set(&components, k, &mut town);
        assert_eq!(best.stop, Stop::Optimal);
        assert_eq!(best.gain, by_force(&town, k), "round {round}");
        assert_eq!((best.bound, best.gap()), (Some(best.gain), Some(0.0)));
        assert!(best.changes.len() <= k && best.changes.is_sorted());
        let parts = components.iter().enumerate().map(|(number, component)| {
            let own: Vec<u32> = component
                .iter()
                .copied()
                .filter(|c| best.changes.contains(c))
                .collect();
            town.gain(number, &own)
        });
        assert_eq!(
            parts.sum::<f64>(),
            best.gain,
            "round {round}: the set has that gain"
        );
    }
}

#[test]
fn without_time_for_all_sets_the_bound_holds() {
    let mut rng = Rng(5);
    let (mut cut, mut open) = (0, 0);
    for round in 0..400 {
        let left = rng.below(20) as usize;
        let mut town = Town::random(&mut rng, left);
        let k = 1 + rng.below(4) as usize;
        let components = town.components.clone();
        let best = best_set(&components, k, &mut town);
        let most = by_force(&town, k);
        let bound = best.bound.unwrap();
        assert!(
            best.gain <= most + 1e-9 && bound >= most - 1e-9,
            "round {round}: {best:?} {most}"
        );
        match best.stop {
            Stop::Optimal => assert!((best.gain - most).abs() < 1e-9, "round {round}"),
            Stop::TimeLimit => cut += 1,
        }
        open += usize::from(bound > most);
    }
    assert!(cut > 50 && open > 20, "{cut} {open}");
}
