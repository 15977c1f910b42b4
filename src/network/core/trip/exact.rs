//! The best plan for a few doors, by dynamic programming. A state is the set of doors visited, the last of
//! them, and the place of the vehicle. Of two travellers in the same state, the earlier one can do everything
//! that the later one can, because waiting is allowed everywhere.

use std::collections::HashMap;

use super::super::reach::Stopped;
use super::plan::{Plan, Standing, Times, Visit, Window, next};

/// The maximum number of doors for which the best plan is found.
pub const MOST_EXACT: usize = 8;

/// The limit is checked after this many states.
const STATES: usize = 64;

/// The doors visited, as bits; the last of them, and the place of the vehicle.
type State = (u32, usize, Option<usize>);

/// How a state is reached at the earliest time.
#[derive(Clone, Copy)]
struct Reached {
    /// The beginning of the visit, in tenths of a second since the departure.
    begins: u32,
    rides: bool,
    before: Option<State>,
}

/// The plan that ends first, with each visit in its window; `None` if there is none.
pub(super) fn exact<T: Times>(times: &mut T, windows: &[Window]) -> Result<Option<Plan>, Stopped> {
    let mut known: HashMap<State, Reached> = HashMap::new();
    let mut layer = reach(times, windows, None, Standing::START, &mut known)?;
    for _ in 1..windows.len() {
        let mut further = Vec::new();
        for (number, state) in layer.into_iter().enumerate() {
            if number % STATES == 0 {
                times.check()?;
            }
            let reached = match known.get(&state) {
                Some(reached) => *reached,
                None => continue,
            };
            let standing = Standing {
                stop: Some(state.1),
                parked: state.2,
                at: reached.begins.saturating_add(windows[state.1].stay),
            };
            further.extend(reach(times, windows, Some(state), standing, &mut known)?);
        }
        layer = further;
    }
    let end = |state: &State| {
        let reached = known.get(state)?;
        Some(reached.begins.saturating_add(windows[state.1].stay))
    };
    let ends = layer.iter().filter_map(|state| Some((end(state)?, *state)));
    let (end, last) = match ends.min() {
        Some(best) => best,
        None => return Ok(None),
    };
    let mut visits = Vec::with_capacity(windows.len());
    let mut at = Some(last);
    while let Some(state) = at {
        let reached = match known.get(&state) {
            Some(reached) => reached,
            None => break,
        };
        visits.push(Visit {
            stop: state.1,
            parked: state.2,
            rides: reached.rides,
        });
        at = reached.before;
    }
    visits.reverse();
    Ok(Some(Plan { visits, end }))
}

/// Tries each visit that can be next. Updates `known`, and returns the states that were not known before.
fn reach<T: Times>(
    times: &mut T,
    windows: &[Window],
    before: Option<State>,
    standing: Standing,
    known: &mut HashMap<State, Reached>,
) -> Result<Vec<State>, Stopped> {
    let visited = before.map_or(0, |state| state.0);
    let mut new = Vec::new();
    let mut offer = |visit: Visit, arrive: u32| {
        let window = &windows[visit.stop];
        let begins = arrive.max(window.from);
        if visited & 1 << visit.stop != 0 || begins > window.until {
            return;
        }
        let state = (visited | 1 << visit.stop, visit.stop, visit.parked);
        let reached = Reached {
            begins,
            rides: visit.rides,
            before,
        };
        match known.get_mut(&state) {
            Some(best) if best.begins <= begins => {}
            Some(best) => *best = reached,
            None => {
                known.insert(state, reached);
                new.push(state);
            }
        }
    };
    next(times, standing, &|_| true, &mut offer)?;
    Ok(new)
}
