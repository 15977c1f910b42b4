//! The walks from every door to every site of a siting that cost at most a limit.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::survey::Survey;
use super::watch::{NoSiting, Watch};
use crate::model::{Localized, both};
use crate::planning::siting::memory::{MEMORY_LIMIT, memory_needed};

/// After the walks of this many sites, the memory for the walks of all sites is estimated.
const SAMPLE: usize = 24;

/// The walks of each door.
#[derive(Debug)]
pub(super) struct Walks {
    /// For each door, the index of its first walk in `walks`; at the end, the number of all walks.
    first: Vec<usize>,
    /// The number of the site and the cost of the walk, in ascending order of the site.
    walks: Vec<(u32, u32)>,
}

impl Walks {
    /// The walks of a door: the number of the site and the cost.
    pub fn of(&self, door: u32) -> &[(u32, u32)] {
        match self.first.get(door as usize..door as usize + 2) {
            Some(&[from, until]) => &self.walks[from..until],
            _ => &[],
        }
    }

    /// Searches the walks from all doors to all sites that cost at most `limit`.
    ///
    /// # Errors
    /// If the problem would need too much memory, or the job was cancelled.
    pub fn search(
        survey: &Survey,
        limit: u32,
        is_program: bool,
        watch: &Watch<'_>,
    ) -> Result<Self, NoSiting> {
        let doors = survey.people.door_count();
        let sites = survey.site_count();
        let room = Room {
            doors,
            sites,
            is_program,
            limit: memory_limit(),
        };
        if limit == u32::MAX {
            // Without a limit, nearly every door reaches every site.
            room.check(doors.saturating_mul(sites))?;
        }
        let (pairs, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        watch.report("walks", 0.0, 0);
        let of_site = |site: usize| -> Result<Vec<(u32, u32)>, NoSiting> {
            watch.go_on()?;
            let field = survey.field(&[site as u32], 1, limit);
            let walk = |door: u32| Some((door, field.as_ref()?.nearest(door)?.cost));
            let walks: Vec<(u32, u32)> = (0..doors as u32).filter_map(walk).collect();
            let so_far = pairs.fetch_add(walks.len(), Ordering::Relaxed) + walks.len();
            let count = done.fetch_add(1, Ordering::Relaxed) + 1;
            watch.report("walks", count as f64 / sites.max(1) as f64, count as u64);
            let expected = match count >= SAMPLE {
                true => so_far.saturating_mul(sites) / count,
                false => so_far,
            };
            room.check(expected)?;
            Ok(walks)
        };
        // Sites that are neighbours in the list are often neighbours on the map. A stride spreads the first sites, from
        // which the memory is estimated, over the map.
        let order = stride(sites);
        let found: Vec<(usize, Vec<(u32, u32)>)> = order
            .into_par_iter()
            .map(|site| Ok((site, of_site(site)?)))
            .collect::<Result<_, NoSiting>>()?;
        let mut by_site: Vec<Vec<(u32, u32)>> = vec![Vec::new(); sites];
        for (site, walks) in found {
            by_site[site] = walks;
        }
        Ok(Self::by_door(doors, by_site))
    }

    fn by_door(doors: usize, by_site: Vec<Vec<(u32, u32)>>) -> Self {
        let mut first = vec![0; doors + 1];
        for (door, _) in by_site.iter().flatten() {
            first[*door as usize + 1] += 1;
        }
        for door in 0..doors {
            first[door + 1] += first[door];
        }
        let mut next = first.clone();
        let mut walks = vec![(0, 0); first[doors]];
        for (site, of_site) in by_site.into_iter().enumerate() {
            for (door, cost) in of_site {
                let place = &mut next[door as usize];
                walks[*place] = (site as u32, cost);
                *place += 1;
            }
        }
        Self { first, walks }
    }
}

/// All numbers below `count`. The first ones, about [`SAMPLE`], are spread over the whole range.
fn stride(count: usize) -> Vec<usize> {
    let step = (count / SAMPLE).max(1);
    (0..step)
        .flat_map(|from| (from..count).step_by(step))
        .collect()
}

/// The memory that a problem may take.
struct Room {
    doors: usize,
    sites: usize,
    is_program: bool,
    limit: usize,
}

impl Room {
    fn check(&self, pairs: usize) -> Result<(), NoSiting> {
        let needed = memory_needed(self.doors, self.sites, pairs, self.is_program);
        if needed <= self.limit {
            return Ok(());
        }
        Err(NoSiting::Text(too_large(needed, self.limit)))
    }
}

fn too_large(needed: usize, limit: usize) -> Localized {
    let (needed, limit) = (needed >> 20, limit >> 20);
    both!(
        "求解约需{needed} MiB内存，最多可用{limit} MiB。请减少候选点位，或缩小人口范围；按标准距离计算的问题（mclp、lscp）比全网的（p-median、p-center）省内存。",
        "Solving this needs about {needed} MiB of memory, and {limit} MiB may be used. Use fewer candidates or fewer people; \
         problems with a standard (mclp, lscp) need less than those over the whole network (p-median, p-center)."
    )
}

/// How many bytes a problem may take: half of what is free, at most [`MEMORY_LIMIT`].
fn memory_limit() -> usize {
    let known = std::fs::read_to_string("/proc/meminfo").ok();
    let free = known.as_deref().and_then(available);
    free.map_or(MEMORY_LIMIT, |bytes| (bytes / 2).min(MEMORY_LIMIT))
}

/// The memory that is available, from the text of `/proc/meminfo`.
fn available(text: &str) -> Option<usize> {
    let line = text.lines().find(|l| l.starts_with("MemAvailable:"))?;
    let kilobytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_are_sorted_by_door_and_site() {
        let walks = Walks::by_door(3, vec![vec![(0, 5), (2, 7)], vec![], vec![(2, 3)]]);
        assert_eq!(walks.of(0), [(0, 5)]);
        assert_eq!(walks.of(1), []);
        assert_eq!(walks.of(2), [(0, 7), (2, 3)]);
        assert_eq!(walks.of(3), []);
    }

    #[test]
    fn the_stride_has_every_site_once() {
        for count in [0, 1, 5, 24, 25, 100, 241] {
            let mut all = stride(count);
            all.sort_unstable();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_problem_that_needs_more_memory_than_there_is_is_refused() {
        let room = Room {
            doors: 1_000,
            sites: 100,
            is_program: false,
            limit: 1 << 30,
        };
        assert!(room.check(100_000).is_ok());
        let Err(NoSiting::Text(said)) = room.check(100_000_000) else {
            panic!("expected a refusal");
        };
        assert!(said.en.contains("1024 MiB may be used"), "{said}");
        let text = "MemTotal:  100 kB\nMemAvailable:    2048 kB\n";
        assert_eq!(available(text), Some(2 << 20));
    }
}
