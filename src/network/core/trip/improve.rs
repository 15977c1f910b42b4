//! A good plan for many doors: each is inserted where it costs least, then doors are moved and stretches turned around
//! while that makes the trip better. A plan that is late somewhere is worse than any that is not.

use super::super::reach::Stopped;
use super::plan::{NEVER, Plan, Row, Standing, Times, Visit, Window, next};

/// The maximum number of orders that are tried.
const MOST_ORDERS: usize = 4_000;
/// For each order, this many of the best ways to visit the doors so far are kept; they differ in where the
/// vehicle stands.
const MOST_KEPT: usize = 6;
/// For each door, the vehicle is left at one of this many parking places, those with the shortest walk. If that gives no
/// plan, all are used.
const MOST_PLACES: usize = 3;

/// How good a plan is: the sum of the delays, then the end. Tenths of a second.
type Rank = (u64, u32);

/// A way to visit the doors of an order so far.
#[derive(Clone)]
struct Front {
    late: u64,
    /// The departure from the last door.
    leaves: u32,
    visits: Vec<Visit>,
}

impl Front {
    fn rank(&self) -> Rank {
        (self.late, self.leaves)
    }

    fn parked(&self) -> Option<usize> {
        self.visits.last().and_then(|visit| visit.parked)
    }
}

struct Tries<'a, T> {
    times: &'a mut T,
    windows: &'a [Window],
    /// The parking places that are used for each door.
    places: Vec<Vec<usize>>,
    left: usize,
}

/// A plan with each visit in its window; `None` if none is found.
pub(super) fn improve<T: Times>(
    times: &mut T,
    windows: &[Window],
) -> Result<Option<Plan>, Stopped> {
    match improve_with(times, windows, MOST_PLACES)? {
        None if times.places() > MOST_PLACES => improve_with(times, windows, times.places()),
        plan => Ok(plan),
    }
}

fn improve_with<T: Times>(
    times: &mut T,
    windows: &[Window],
    most_places: usize,
) -> Result<Option<Plan>, Stopped> {
    let places = places(times, windows, most_places)?;
    let mut tries = Tries {
        times,
        windows,
        places,
        left: MOST_ORDERS,
    };
    let mut todo: Vec<usize> = (0..windows.len()).collect();
    todo.sort_by_key(|stop| (windows[*stop].until, windows[*stop].from, *stop));
    let mut order: Vec<usize> = Vec::new();
    let mut best: Option<Front> = None;
    for stop in todo {
        let mut inserted: Option<(Vec<usize>, Front)> = None;
        for at in 0..=order.len() {
            let mut tried = order.clone();
            tried.insert(at, stop);
            if let Some(front) = tries.visit(&tried)? {
                if inserted
                    .as_ref()
                    .map_or(true, |b| front.rank() < b.1.rank())
                {
                    inserted = Some((tried, front));
                }
            }
        }
        match inserted {
            Some((tried, front)) => {
                order = tried;
                best = Some(front);
            }
            None => return Ok(None),
        }
    }
    let mut best = match best {
        Some(best) => best,
        None => return Ok(None),
    };
    while let Some((tried, front)) = tries.better(&order, best.rank())? {
        order = tried;
        best = front;
    }
    let plan = Plan {
        visits: best.visits,
        end: best.leaves,
    };
    Ok(Some(plan).filter(|_| best.late == 0))
}

/// The parking places with the shortest walks to each door, without those that the vehicle does not reach.
fn places<T: Times>(
    times: &mut T,
    windows: &[Window],
    most: usize,
) -> Result<Vec<Vec<usize>>, Stopped> {
    let mut reached = Vec::new();
    if times.places() > 0 {
        let row = times.row(Row::StartRide, 0)?;
        reached.extend((0..row.len()).filter(|place| row[*place] != NEVER));
    }
    let mut chosen = Vec::with_capacity(windows.len());
    for (stop, window) in windows.iter().enumerate() {
        let mut near = Vec::new();
        for &place in &reached {
            let time = times.row(Row::On(place), window.from)?[stop];
            if time != NEVER {
                near.push((time, place));
            }
        }
        near.sort_unstable();
        near.truncate(most);
        chosen.push(near.into_iter().map(|(_, place)| place).collect());
    }
    Ok(chosen)
}

impl<T: Times> Tries<'_, T> {
    /// Tries small changes of an order and returns the first changed order whose plan is better than `rank`.
    fn better(
        &mut self,
        order: &[usize],
        rank: Rank,
    ) -> Result<Option<(Vec<usize>, Front)>, Stopped> {
        let count = order.len();
        for from in 0..count {
            for to in 0..count {
                if from == to {
                    continue;
                }
                let mut moved = order.to_vec();
                let stop = moved.remove(from);
                moved.insert(to, stop);
                let mut turned = order.to_vec();
                turned[from.min(to)..=from.max(to)].reverse();
                for tried in [moved, turned] {
                    if self.left == 0 {
                        return Ok(None);
                    }
                    self.left -= 1;
                    match self.visit(&tried)? {
                        Some(front) if front.rank() < rank => return Ok(Some((tried, front))),
                        _ => {}
                    }
                }
            }
        }
        Ok(None)
    }

    /// The best way found to visit doors in an order; `None` if there is no way from one to the next.
    fn visit(&mut self, order: &[usize]) -> Result<Option<Front>, Stopped> {
        self.times.check()?;
        let mut fronts = vec![Front {
            late: 0,
            leaves: 0,
            visits: Vec::new(),
        }];
        for &to in order {
            let window = self.windows[to];
            let mut reached: Vec<Front> = Vec::new();
            for front in &fronts {
                let standing = Standing {
                    stop: front.visits.last().map(|visit| visit.stop),
                    parked: front.parked(),
                    at: front.leaves,
                };
                let places = &self.places[to];
                let parks_at = |place: usize| places.contains(&place);
                let mut go = |visit: Visit, arrive: u32| {
                    if visit.stop != to {
                        return;
                    }
                    let begins = arrive.max(window.from);
                    let late = begins.saturating_sub(window.until);
                    let mut visits = front.visits.clone();
                    visits.push(visit);
                    reached.push(Front {
                        late: front.late + u64::from(late),
                        leaves: begins.saturating_add(window.stay),
                        visits,
                    });
                };
                next(self.times, standing, &parks_at, &mut go)?;
            }
            reached.sort_by_key(|front| (front.rank(), front.parked()));
            fronts.clear();
            for front in reached {
                let is_new = fronts.iter().all(|kept| kept.parked() != front.parked());
                if is_new && fronts.len() < MOST_KEPT {
                    fronts.push(front);
                }
            }
        }
        Ok(fronts.into_iter().next())
    }
}
