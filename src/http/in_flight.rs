//! Counts the requests in progress, in total and for each client.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::connections::Settings;
use super::origin::Origin;
use super::problem::Problem;
use crate::model::both;

/// The number of locks over the counters, so that many requests can start at once without waiting for each
/// other.
const SHARDS: usize = 16;

/// The counters of the requests in progress.
#[derive(Debug)]
pub struct InFlight {
    most: usize,
    most_of_one: usize,
    all: AtomicUsize,
    of: [Mutex<HashMap<Origin, usize>>; SHARDS],
    hasher: RandomState,
}

/// A request in progress. It is counted until this value is dropped.
#[derive(Debug)]
pub struct Place {
    of: Arc<InFlight>,
    who: Origin,
}

impl InFlight {
    /// Counters with the limits of the settings.
    pub fn new(settings: &Settings) -> Arc<Self> {
        Arc::new(Self {
            most: settings.requests,
            most_of_one: settings.requests_of_one,
            all: AtomicUsize::new(0),
            of: Default::default(),
            hasher: RandomState::new(),
        })
    }

    /// Takes a place for a request.
    ///
    /// # Errors
    /// 429 if this client has too many requests in progress, 503 if all clients together have.
    pub fn enter(self: &Arc<Self>, who: Origin) -> Result<Place, Problem> {
        if self.all.fetch_add(1, Ordering::Relaxed) >= self.most {
            self.all.fetch_sub(1, Ordering::Relaxed);
            return Err(Problem::unavailable(both!(
                "服务器繁忙，请稍后再试。",
                "Too many requests are in progress. Try again in a moment."
            )));
        }
        let mut of = self.shard(&who);
        let count = of.entry(who.clone()).or_default();
        if *count >= self.most_of_one {
            self.all.fetch_sub(1, Ordering::Relaxed);
            let (zh, whose) = match &who {
                Origin::Account(_) => ("账号", "account"),
                Origin::Address(_) => ("地址", "address"),
            };
            let most = self.most_of_one;
            return Err(Problem::too_many(
                both!(
                    "该{zh}同时进行的请求（含实时连接）已达{most}个，请关闭一些页面，或稍后再试。",
                    "This {whose} already has {most} requests in progress, including open feeds. \
                     Close some pages, or try again in a moment."
                ),
                std::time::Duration::from_secs(1),
            ));
        }
        *count += 1;
        drop(of);
        Ok(Place {
            of: Arc::clone(self),
            who,
        })
    }

    fn shard(&self, who: &Origin) -> std::sync::MutexGuard<'_, HashMap<Origin, usize>> {
        let shard = self.hasher.hash_one(who) as usize % SHARDS;
        self.of[shard].lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.of.all.fetch_sub(1, Ordering::Relaxed);
        let mut of = self.of.shard(&self.who);
        if let Some(count) = of.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                of.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::response::IntoResponse as _;

    use super::*;

    #[test]
    fn one_client_cannot_use_all_places() {
        let places = InFlight::new(&Settings {
            requests: 3,
            requests_of_one: 2,
            ..Settings::default()
        });
        let address = |n: u8| Origin::Address(IpAddr::from([10, 0, 0, n]));
        let status = |who: Origin| places.enter(who).map_err(|p| p.into_response().status());
        let first = status(address(1)).unwrap();
        let _second = status(address(1)).unwrap();
        assert_eq!(status(address(1)).unwrap_err(), 429);
        let other = status(Origin::Account("wall".to_owned())).unwrap();
        assert_eq!(status(address(2)).unwrap_err(), 503);
        drop(first);
        let again = status(address(1)).unwrap();
        drop((again, other, _second));
        assert_eq!(places.all.load(Ordering::Relaxed), 0);
        assert!(places.of.iter().all(|of| of.lock().unwrap().is_empty()));
    }
}
