//! Limits how many requests a client may send: a burst, then one per interval. Clients without an account are
//! counted by address.

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use moka::sync::Cache;

use super::origin::Origin;
use super::problem::Problem;
use crate::model::both;
use crate::warnings::Rules;

/// What one client may send: `burst` requests at once, then one every `pause`.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// How many requests may come at once.
    pub burst: u32,
    /// The time after which one more request is allowed.
    pub pause: Duration,
}

impl Allowance {
    /// The limit for photo uploads.
    pub const PHOTOS: Self = Self {
        burst: 30,
        pause: Duration::from_secs(10),
    };

    /// The limit for door codes: enough for deliveries, too little to copy all codes.
    pub const CODES: Self = Self {
        burst: 20,
        pause: Duration::from_secs(60),
    };

    /// The limit for answers to the question whether a gate let somebody in: enough for a busy rider.
    pub const PASSAGES: Self = Self {
        burst: 30,
        pause: Duration::from_secs(60),
    };

    /// The limit for answers of one address to the question whether one gate let somebody in: one per hour.
    pub const PASSAGES_OF_GATE: Self = Self {
        burst: 1,
        pause: Duration::from_secs(3600),
    };

    /// The limit for requests with an invalid token.
    pub const WRONG_TOKENS: Self = Self {
        burst: 60,
        pause: Duration::from_secs(1),
    };

    /// The limit for requests with the cookie of an ended session.
    pub const WRONG_SESSIONS: Self = Self {
        burst: 300,
        pause: Duration::from_millis(100),
    };

    /// The limit for failed sign-ins.
    pub const WRONG_SIGN_INS: Self = Self {
        burst: 10,
        pause: Duration::from_secs(6),
    };

    /// The limit for failed sign-ins in the audit, for all addresses together.
    pub const AUDITED_FAILURES: Self = Self {
        burst: 300,
        pause: Duration::from_secs(1),
    };

    /// The limit for reports, and for ratings of projects, from the rules in force.
    pub fn of_reports(rules: &Rules) -> Self {
        Self {
            burst: rules.reports.at_once,
            pause: rules.reports.every.unsigned_abs(),
        }
    }
}

/// The name of what is counted, in Chinese and English, for the text "too many …".
pub type Counted = (&'static str, &'static str);

/// The generic cell rate algorithm (ITU-T I.371). For each address or account it stores only the moment at which
/// the full allowance is available again.
#[derive(Debug)]
pub struct Limiter<K: Hash + Eq + Send + Sync + 'static = IpAddr> {
    whole_again: Cache<K, Arc<Mutex<Instant>>>,
}

impl<K: Hash + Eq + Send + Sync + 'static> Default for Limiter<K> {
    fn default() -> Self {
        Self {
            // After a day without requests, the full allowance is available under any rules.
            whole_again: Cache::builder()
                .max_capacity(100_000)
                .time_to_idle(Duration::from_secs(24 * 3600))
                .build(),
        }
    }
}

impl Limiter {
    /// Counts a request of an address. Accounts are not limited here.
    ///
    /// # Errors
    /// 429 with `Retry-After` if nothing is left of the allowance.
    pub fn take(&self, who: &Origin, of: Allowance) -> Result<(), Problem> {
        let Origin::Address(who) = who else {
            return Ok(());
        };
        self.take_at(*who, of, Instant::now()).map_err(|wait| {
            let seconds = wait.as_secs() + 1;
            let detail = both!(
                "该地址的请求过多，请{seconds}秒后再试，或登录后再试。",
                "Too many requests from this address. Try again in {seconds} s, or sign in."
            );
            Problem::too_many(detail, wait)
        })
    }

    /// Counts a failure of an address. It never refuses; [`check`](Self::check) refuses the next request.
    pub fn count(&self, who: IpAddr, of: Allowance) {
        let _counted = self.take_at(who, of, Instant::now());
    }

    /// Refuses an address that has used up its allowance. Counts nothing.
    ///
    /// # Errors
    /// 429 with `Retry-After`; the text names what was counted.
    pub fn check(&self, who: IpAddr, of: Allowance, (zh, en): Counted) -> Result<(), Problem> {
        let Some(cell) = self.whole_again.get(&who) else {
            return Ok(());
        };
        let whole_again = *cell.lock().unwrap_or_else(|e| e.into_inner());
        let used = whole_again.saturating_duration_since(Instant::now());
        let most = of.pause * of.burst.saturating_sub(1);
        match used.checked_sub(most) {
            None | Some(Duration::ZERO) => Ok(()),
            Some(wait) => {
                let seconds = wait.as_secs() + 1;
                let detail = both!(
                    "该地址{zh}过多，请{seconds}秒后再试。",
                    "Too many {en} from this address. Try again in {seconds} s."
                );
                Err(Problem::too_many(detail, wait))
            }
        }
    }
}

impl Limiter<String> {
    /// Counts a request of an account.
    ///
    /// # Errors
    /// 429 with `Retry-After` if nothing is left of the allowance; the text names what was counted.
    pub fn take_of_account(
        &self,
        who: &str,
        of: Allowance,
        (zh, en): Counted,
    ) -> Result<(), Problem> {
        self.take_at(who.to_owned(), of, Instant::now())
            .map_err(|wait| {
                let seconds = wait.as_secs() + 1;
                let text = both!(
                    "该账号{zh}过多，请{seconds}秒后再试。",
                    "Too many {en} for one account. Try again in {seconds} s."
                );
                Problem::too_many(text, wait)
            })
    }
}

impl<K: Hash + Eq + Send + Sync + 'static> Limiter<K> {
    /// Counts a request. Returns whether the allowance permits it.
    pub fn has_one(&self, who: K, of: Allowance) -> bool {
        self.take_at(who, of, Instant::now()).is_ok()
    }

    /// Counts a request at a moment. The error is how long to wait.
    fn take_at(&self, who: K, of: Allowance, now: Instant) -> Result<(), Duration> {
        let cell = self.whole_again.get_with(who, || Arc::new(Mutex::new(now)));
        // A panic of another thread leaves this plain value intact.
        let mut whole_again = cell.lock().unwrap_or_else(|e| e.into_inner());
        let used = whole_again.saturating_duration_since(now);
        let most = of.pause * of.burst.saturating_sub(1);
        if used > most {
            return Err(used - most);
        }
        *whole_again = now + used + of.pause;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_three_is_allowed_and_then_one_a_minute() {
        let minute = Duration::from_secs(60);
        let three = Allowance {
            burst: 3,
            pause: minute,
        };
        let limiter = Limiter::default();
        let take_at = |who, now| limiter.take_at(who, three, now);
        let (a, b) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let start = Instant::now();
        for _ in 0..3 {
            assert_eq!(take_at(a, start), Ok(()));
        }
        assert_eq!(take_at(a, start), Err(minute));
        assert_eq!(take_at(b, start), Ok(()));
        let later = start + Duration::from_secs(45);
        assert_eq!(take_at(a, later), Err(Duration::from_secs(15)));
        assert_eq!(take_at(a, start + minute), Ok(()));
        assert_eq!(take_at(a, start + minute), Err(minute));
        for _ in 0..3 {
            assert_eq!(take_at(a, start + 10 * minute), Ok(()));
        }
        assert!(take_at(a, start + 10 * minute).is_err());
    }

    #[test]
    fn failures_are_counted_and_then_refused_until_the_pause_is_over() {
        let two = Allowance {
            burst: 2,
            pause: Duration::from_secs(60),
        };
        let limiter = Limiter::default();
        let who = IpAddr::from([10, 0, 0, 1]);
        assert!(limiter.check(who, two, ("尝试", "tries")).is_ok());
        limiter.count(who, two);
        assert!(limiter.check(who, two, ("尝试", "tries")).is_ok());
        limiter.count(who, two);
        assert!(limiter.check(who, two, ("尝试", "tries")).is_err());
        // Failures during the pause do not extend it.
        limiter.count(who, two);
        let later = Instant::now() + Duration::from_secs(61);
        assert_eq!(limiter.take_at(who, two, later), Ok(()));
        assert!(
            limiter
                .check(IpAddr::from([10, 0, 0, 2]), two, ("尝试", "tries"))
                .is_ok()
        );
    }
}
