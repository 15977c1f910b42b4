//! Limits the number of feed listeners: in total, for clients without an account, for each account and for each
//! address.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::http::origin::Origin;
use crate::http::problem::Problem;
use crate::model::both;

/// After how long a refused client should try again.
const RETRY: Duration = Duration::from_secs(10);

/// Limits for listeners. Each listener holds a connection, a task and up to `waiting_bytes` of events.
#[derive(Debug, Clone, Copy)]
pub struct FeedLimits {
    /// The most listeners in total.
    pub places: usize,
    /// How many of these listeners are reserved for accounts.
    pub reserved: usize,
    /// The most listeners without an account from one IP address.
    pub per_address: usize,
    /// The most listeners of one account.
    pub per_account: usize,
    /// How many bytes of events may wait for a client that reads slowly.
    pub waiting_bytes: usize,
    /// How long a client may read nothing while events wait.
    pub patience: Duration,
}

impl Default for FeedLimits {
    fn default() -> Self {
        Self {
            places: 2_000,
            reserved: 500,
            per_address: 400,
            per_account: 400,
            waiting_bytes: 256 << 10,
            patience: Duration::from_secs(20),
        }
    }
}

/// The current listeners.
#[derive(Debug)]
pub struct Places {
    limits: FeedLimits,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    total: usize,
    /// Listeners without an account.
    public: usize,
    by: HashMap<Origin, usize>,
}

/// The place of one listener. Dropping it frees the place.
#[derive(Debug)]
pub(in crate::http) struct Place {
    places: Arc<Places>,
    who: Origin,
}

impl Places {
    /// The limits, with no place taken yet.
    pub fn new(limits: FeedLimits) -> Self {
        Self {
            limits,
            taken: Mutex::default(),
        }
    }

    /// The limits in force.
    pub(super) fn limits(&self) -> &FeedLimits {
        &self.limits
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // A panic of another thread leaves these plain numbers intact.
        self.taken.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Takes a place.
    ///
    /// # Errors
    /// 429 if the account or address has all its places; 503 if all places, or all that clients without an account may
    /// take, are taken. Both have `Retry-After`.
    pub(in crate::http) fn take(self: &Arc<Self>, who: Origin) -> Result<Place, Problem> {
        let limits = &self.limits;
        let mut taken = self.taken();
        let share = taken.by.get(&who).copied().unwrap_or(0);
        match &who {
            Origin::Account(name) if share >= limits.per_account => {
                return Err(Problem::too_many(
                    both!(
                        "账号“{name}”已打开{share}个实时连接，达到单个账号的上限，请关闭一些页面，\
                         或使用其他账号。",
                        "The account {name} already has {share} open feeds, which is the limit for \
                         one account. Close one, or use another account."
                    ),
                    RETRY,
                ));
            }
            Origin::Address(_) if share >= limits.per_address => {
                return Err(Problem::too_many(
                    both!(
                        "该地址已打开{share}个实时连接，达到未登录时的上限，请关闭一些页面，或登录。",
                        "This address already has {share} open feeds, which is the limit without \
                         an account. Close one, or sign in."
                    ),
                    RETRY,
                ));
            }
            _ => {}
        }
        let for_public = limits.places.saturating_sub(limits.reserved);
        let is_public = matches!(who, Origin::Address(_));
        if is_public && taken.public >= for_public && taken.total < limits.places {
            return Err(Problem::unavailable(both!(
                "未登录用户的实时连接已满，请稍后再试，或登录。",
                "The limit of open feeds for clients without an account is reached. Try again in a \
                 moment, or sign in."
            )));
        }
        if taken.total >= limits.places {
            return Err(Problem::unavailable(both!(
                "实时连接已满，请稍后再试。",
                "The limit of open feeds is reached. Try again in a moment."
            )));
        }
        taken.total += 1;
        taken.public += usize::from(is_public);
        *taken.by.entry(who.clone()).or_default() += 1;
        Ok(Place {
            places: Arc::clone(self),
            who,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.total = taken.total.saturating_sub(1);
        if matches!(self.who, Origin::Address(_)) {
            taken.public = taken.public.saturating_sub(1);
        }
        // Clients without a listener are removed from the map, so that it does not grow.
        if let Some(share) = taken.by.get_mut(&self.who) {
            *share = share.saturating_sub(1);
            if *share == 0 {
                taken.by.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::http::{StatusCode, header};
    use axum::response::IntoResponse as _;

    use super::*;

    fn address(n: u8) -> Origin {
        Origin::Address(IpAddr::from([10, 0, 0, n]))
    }

    fn account(name: &str) -> Origin {
        Origin::Account(name.to_owned())
    }

    /// The status of a refusal. Checks that it has `Retry-After`.
    fn refusal(places: &Arc<Places>, who: Origin) -> StatusCode {
        let response = places.take(who).unwrap_err().into_response();
        assert!(response.headers().contains_key(header::RETRY_AFTER));
        response.status()
    }

    #[test]
    fn addresses_get_their_share_but_no_place_reserved_for_accounts() {
        let places = Arc::new(Places::new(FeedLimits {
            places: 6,
            reserved: 2,
            per_address: 3,
            per_account: 2,
            ..FeedLimits::default()
        }));
        let one: Vec<Place> = (0..3).map(|_| places.take(address(1)).unwrap()).collect();
        assert_eq!(refusal(&places, address(1)), StatusCode::TOO_MANY_REQUESTS);
        let other = places.take(address(2)).unwrap();
        assert_eq!(
            refusal(&places, address(2)),
            StatusCode::SERVICE_UNAVAILABLE
        );

        let _wall = [places.take(account("wall")), places.take(account("wall"))];
        assert_eq!(
            refusal(&places, account("wall")),
            StatusCode::TOO_MANY_REQUESTS
        );
        assert_eq!(
            refusal(&places, account("desk")),
            StatusCode::SERVICE_UNAVAILABLE
        );

        drop(other);
        let _desk = places.take(account("desk")).unwrap();
        assert_eq!(
            refusal(&places, address(2)),
            StatusCode::SERVICE_UNAVAILABLE
        );
        drop(one);
        let _again = places.take(address(1)).unwrap();
        let taken = places.taken();
        assert_eq!((taken.total, taken.public, taken.by.len()), (4, 1, 3));
    }
}
