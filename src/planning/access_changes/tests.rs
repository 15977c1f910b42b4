//! Compares the best set for random gains with the best of all sets.

use super::*;
use crate::network::core::tests::make::Rng;

/// The gains of a person: by each single change, and by one pair of changes.
type Person = (Vec<(u32, f64)>, (u32, u32, f64));

/// A random problem. Each person gains the largest value of a change in the set, or of their pair if both of its changes
/// are in the set. The changes of a component only matter to its own people, and shared changes to everybody.
struct Town {
    groups: Groups,
    /// The people of each component, and at last those to whom only shared changes matter.
    people: Vec<Vec<Person>>,
    /// How many sets may still be measured.
    left: usize,
}

impl Town {
    fn random(rng: &mut Rng, left: usize) -> Self {
        let mut town = Self {
            groups: Groups::default(),
            people: Vec::new(),
            left,
        };
        let shared = rng.below(4);
        town.groups.shared = (0..shared).collect();
        let mut next = shared;
        for _ in 0..1 + rng.below(3) {
            let size = 1 + rng.below(if shared > 0 { 3 } else { 4 });
            let own: Vec<u32> = (next..next + size).collect();
            next += size;
            let changes = [town.groups.shared.clone(), own.clone()].concat();
            town.people.push(people(rng, &changes));
            town.groups.components.push(own);
        }
        let public = match shared {
            0 => Vec::new(),
            _ => people(rng, &town.groups.shared),
        };
        town.people.push(public);
        town
    }

    /// The gain of a set for the people of a component.
    fn gain(&self, component: usize, set: &[u32]) -> f64 {
        let of_one = |(single, (a, b, both)): &Person| {
            let alone = single.iter().filter(|(change, _)| set.contains(change));
            let alone = alone
                .map(|(_, gain)| *gain)
                .fold(f64::NEG_INFINITY, f64::max);
            let paired = set.contains(a) && set.contains(b);
            let most = if paired { alone.max(*both) } else { alone };
            if most.is_finite() { most } else { 0.0 }
        };
        self.people[component].iter().map(of_one).sum()
    }

    fn gain_of_all(&self, set: &[u32]) -> f64 {
        (0..self.people.len()).map(|n| self.gain(n, set)).sum()
    }

    /// A gain that no set of these changes exceeds for the people of a component.
    fn most(&self, component: usize, changes: &[u32]) -> f64 {
        let of_one = |(single, (a, b, both)): &Person| {
            let alone = single.iter().filter(|(change, _)| changes.contains(change));
            let most = alone.map(|(_, gain)| *gain).fold(0.0, f64::max);
            let paired = changes.contains(a) && changes.contains(b);
            if paired { most.max(*both) } else { most }
        };
        self.people[component].iter().map(of_one).sum()
    }
}

fn people(rng: &mut Rng, changes: &[u32]) -> Vec<Person> {
    let count = 1 + rng.below(4);
    let person = |_| {
        let single = changes.iter().map(|c| (*c, f64::from(rng.below(20)) - 3.0));
        let single = single.collect();
        let mut pick = || changes[rng.below(changes.len() as u32) as usize];
        let (a, b) = (pick(), pick());
        (single, (a, b, f64::from(rng.below(30))))
    };
    (0..count).map(person).collect()
}

impl Gains for Town {
    fn of_shared(&mut self, shared: &[u32]) -> Option<f64> {
        self.left = self.left.checked_sub(1)?;
        Some(self.gain_of_all(shared))
    }

    fn of(&mut self, shared: &[u32], component: usize, set: &[u32]) -> Option<f64> {
        self.left = self.left.checked_sub(1)?;
        let together = [shared, set].concat();
        Some(self.gain(component, &together) - self.gain(component, shared))
    }

    fn opened(&mut self, shared: &[u32], component: usize) -> Option<f64> {
        let changes = [shared, &self.groups.components[component]].concat();
        Some(self.most(component, &changes) - self.gain(component, shared))
    }

    fn opened_with_shared(&mut self) -> Option<(f64, Vec<f64>)> {
        let shared = &self.groups.shared;
        let all = (0..self.people.len()).map(|n| self.most(n, shared)).sum();
        let components = self.groups.components.iter().enumerate();
        let more = components.map(|(n, own)| {
            let changes = [shared.as_slice(), own].concat();
            self.most(n, &changes) - self.most(n, shared)
        });
        Some((all, more.collect()))
    }
}

/// The largest gain of all sets of at most `k` changes.
fn by_force(town: &Town, k: usize) -> f64 {
    let count = town.groups.shared.len() + town.groups.components.concat().len();
    let mut best = 0.0_f64;
    for bits in 0_u32..1 << count {
        if bits.count_ones() as usize > k {
            continue;
        }
        let chosen: Vec<u32> = (0..count as u32).filter(|n| bits & (1 << n) != 0).collect();
        best = best.max(town.gain_of_all(&chosen));
    }
    best
}

#[test]
fn the_best_set_is_that_of_all_sets() {
    let mut rng = Rng(3);
    let mut mixed = 0;
    for round in 0..400 {
        let mut town = Town::random(&mut rng, usize::MAX);
        let k = rng.below(5) as usize;
        let groups = town.groups.clone();
        let best = best_set(&groups, k, &mut town);
        assert_eq!(best.stop, Stop::Optimal);
        assert_eq!(best.gain, by_force(&town, k), "round {round}");
        assert_eq!((best.bound, best.gap()), (Some(best.gain), Some(0.0)));
        assert!(best.changes.len() <= k && best.changes.is_sorted());
        assert_eq!(
            town.gain_of_all(&best.changes),
            best.gain,
            "round {round}: the set has that gain"
        );
        let shared = best.changes.iter().filter(|c| groups.shared.contains(c));
        mixed += usize::from((1..best.changes.len()).contains(&shared.count()));
    }
    assert!(mixed > 50, "{mixed}");
}

#[test]
fn without_time_for_all_sets_the_bound_holds() {
    let mut rng = Rng(5);
    let (mut cut, mut open) = (0, 0);
    for round in 0..400 {
        let left = rng.below(20) as usize;
        let mut town = Town::random(&mut rng, left);
        let k = 1 + rng.below(4) as usize;
        let groups = town.groups.clone();
        let best = best_set(&groups, k, &mut town);
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
