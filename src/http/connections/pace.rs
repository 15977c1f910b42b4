//! The minimum speed at which a client must send and read.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// The client was too slow.
#[derive(Debug, thiserror::Error)]
#[error("the client sends or reads too slowly")]
pub struct TooSlow;

/// The time that a client has left before it is too slow, and a timer for its end.
#[derive(Debug)]
pub struct Pace {
    credit: Credit,
    timer: Option<Pin<Box<Sleep>>>,
}

/// The time that a client has left, as a leaky bucket: waiting uses it up, transferred bytes restore it up to `stall`.
/// So a client may pause for `stall`, and must keep up `rate` on average.
#[derive(Debug)]
struct Credit {
    stall: Duration,
    /// The minimum speed in bytes per second.
    rate: u32,
    left: Duration,
    waiting_since: Option<Instant>,
}

impl Pace {
    pub fn new(stall: Duration, rate: u32) -> Self {
        Self {
            credit: Credit::new(stall, rate),
            timer: None,
        }
    }

    /// Waits for the client. Ready when the client has taken too long.
    pub fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<TooSlow> {
        let end = self.credit.wait(Instant::now());
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        if timer.deadline() != end {
            timer.as_mut().reset(end);
        }
        timer.as_mut().poll(cx).map(|()| TooSlow)
    }

    /// Records transferred bytes. Returns `true` if the connection had been waiting for them.
    pub fn moved(&mut self, bytes: usize) -> bool {
        self.credit.waiting_since.is_some() && self.credit.moved(bytes, Instant::now())
    }
}

impl Credit {
    fn new(stall: Duration, rate: u32) -> Self {
        Self {
            stall,
            rate: rate.max(1),
            left: stall,
            waiting_since: None,
        }
    }

    /// Starts or continues waiting. Returns the moment at which the time runs out.
    fn wait(&mut self, now: Instant) -> Instant {
        *self.waiting_since.get_or_insert(now) + self.left
    }

    fn moved(&mut self, bytes: usize, now: Instant) -> bool {
        let Some(since) = self.waiting_since.take() else {
            return false;
        };
        let earned = Duration::from_secs_f64(bytes as f64 / f64::from(self.rate));
        let left = self
            .left
            .saturating_sub(now.saturating_duration_since(since));
        self.left = left.saturating_add(earned).min(self.stall);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A client sends `bytes` once in each interval `every`. Returns after how many seconds it counts as too slow;
    /// 10,000 if it is not too slow for 10,000 s.
    fn goes_on(bytes: usize, every: Duration) -> u64 {
        let mut credit = Credit::new(30 * SECOND, 1_000);
        let start = Instant::now();
        let mut now = start;
        while (now - start).as_secs() < 10_000 {
            let end = credit.wait(now);
            if end < now + every {
                return (end - start).as_secs();
            }
            now += every;
            credit.moved(bytes, now);
        }
        10_000
    }

    #[test]
    fn silent_and_slow_clients_are_ended_and_fast_ones_are_not() {
        assert_eq!(goes_on(0, 60 * SECOND), 30);
        assert_eq!(goes_on(1, 3 * SECOND), 30);
        assert_eq!(goes_on(500, SECOND), 59);
        assert_eq!(goes_on(1_000, SECOND), 10_000);
    }

    #[test]
    fn a_fast_start_does_not_allow_a_longer_pause() {
        let mut credit = Credit::new(30 * SECOND, 1_000);
        let now = Instant::now();
        credit.wait(now);
        credit.moved(1_000_000, now + SECOND);
        assert_eq!(credit.wait(now + SECOND), now + 31 * SECOND);
    }
}
