//! Runs a search over the network within the budget of a request.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use jiff::Timestamp;

use crate::http::App;
use crate::http::problem::Problem;
use crate::http::work::{Advice, Cut};
use crate::index::{Budget, Meter as _, Stop};
use crate::model::both;
use crate::network::core::{Limit, Memory};
use crate::service::routes::{Failed, Ground, NoNetwork, Unanswered};

/// The cost of a label of the search, in the unit of the budget: one visited box of an R-tree.
const LABEL: usize = 4;
/// The number of labels after which a search checks the budget.
const LABELS: usize = 256;
/// The advice in the error when the search for one destination exceeds the budget.
pub(super) const NEARER: Advice = ("请选择较近的目的地。", "Choose a nearer destination.");

thread_local! {
    /// The search memory of a thread. It is reused, so that queries do not allocate it again.
    static MEMORY: RefCell<Memory> = RefCell::new(Memory::new());
}

impl From<NoNetwork> for Problem {
    fn from(reason: NoNetwork) -> Self {
        match reason {
            NoNetwork::NotYet => Self::unavailable(both!(
                "路网正在生成，请稍后再试。",
                "The route network is being built. Try again in a moment."
            )),
            NoNetwork::TooLarge => Self::too_much(both!(
                "地图过大，无法生成路网。",
                "The map is too large for a route network."
            )),
        }
    }
}

impl App {
    /// Returns the map and the network for a query with departure `at`.
    pub(in crate::http) async fn ground(&self, at: Timestamp) -> Result<Ground, Problem> {
        if let Some(ground) = self.routes.at_hand(at)? {
            return Ok(ground);
        }
        let routes = Arc::clone(&self.routes);
        let read = tokio::task::spawn_blocking(move || routes.ground(at));
        Ok(read.await.map_err(|e| Problem::internal(&e))??)
    }

    /// Runs a search within the budget of a request. The outer error says that the budget is exhausted; the inner one
    /// is the reason why the search found nothing.
    pub(super) async fn metered<T: Send + 'static>(
        &self,
        advice: Advice,
        job: impl Fn(&mut Memory, Limit<'_>, &Budget) -> Result<T, Unanswered<Stop>> + Send + 'static,
    ) -> Result<Result<T, Failed>, Problem> {
        self.answer(advice, move |budget| {
            let stopped: Cell<Option<Stop>> = Cell::new(None);
            let is_cancelled = || spends(budget, &stopped);
            let limit = Limit {
                labels: u32::MAX,
                is_cancelled: &is_cancelled,
            };
            let found = MEMORY.with_borrow_mut(|memory| job(memory, limit, budget));
            match found {
                Ok(answer) => Ok(Ok(answer)),
                Err(Unanswered::Stopped(stop)) => Err(Cut::Stopped(stop)),
                Err(Unanswered::Failed(Failed::Limited)) => {
                    Err(Cut::Stopped(stopped.get().unwrap_or(Stop::Work)))
                }
                Err(Unanswered::Failed(failed)) => Ok(Err(failed)),
            }
        })
        .await
    }
}

/// Takes the cost of the next labels from the budget. Returns whether the budget is exhausted. The result is kept in
/// `stopped`: the budget checks the time only now and then, so without `stopped`, later searches of the same request
/// would run on.
fn spends(budget: &Budget, stopped: &Cell<Option<Stop>>) -> bool {
    if stopped.get().is_none() {
        stopped.set(budget.see(LABELS * LABEL).err());
    }
    stopped.get().is_some()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn all_searches_of_a_request_stop_once_its_time_is_up() {
        let past = Instant::now() - Duration::from_millis(1);
        let budget = Budget::new(u64::MAX, u64::MAX).until(past);
        let stopped = Cell::new(None);
        let before = (0..1_000).take_while(|_| !spends(&budget, &stopped));
        assert!(before.count() < 1_000);
        assert_eq!(stopped.get(), Some(Stop::Time));
        assert!((0..1_000).all(|_| spends(&budget, &stopped)));
    }
}
