//! The condition of a category at a place, derived from observations: inactive → pending → firing →
//! recovering → inactive (resolved), or *no data*, which is neither good nor resolved.
//!
//! This state machine is separate from the case: a condition that ends never closes a case. A value
//! that oscillates around one threshold fires once, because the thresholds for entering and leaving
//! differ.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rules::{ConditionRule, Side};

/// The state of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConditionState)]
pub enum State {
    /// The value is in the normal range.
    Inactive,
    /// The value is at or beyond the threshold `enter`, but not yet for the time `for` of the rule.
    Pending,
    /// The condition is met (触发).
    Firing,
    /// The value is back beyond the threshold `leave`, but not yet for the time `keep` of the rule.
    Recovering,
    /// No observation has arrived for too long, or none ever.
    NoData,
}

/// The condition of one category at a place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The state.
    pub state: State,
    /// When the state began.
    pub since: Timestamp,
    /// When the condition began to fire. Kept in the states recovering and *no data*, until it is resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fired_at: Option<Timestamp>,
    /// The last observed value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// When the last value was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}

impl Condition {
    /// The initial state, before any observation.
    pub fn unknown(at: Timestamp) -> Self {
        Self {
            state: State::NoData,
            since: at,
            fired_at: None,
            value: None,
            observed_at: None,
        }
    }

    /// Applies an observation, after the transitions that became due before it. An observation that
    /// is not newer than the last one arrived late and is ignored.
    ///
    /// The condition may fire and be resolved between two observations. To notice that, call
    /// [`Condition::walk`] before.
    #[must_use]
    pub fn observe(&self, rule: &ConditionRule, value: f64, at: Timestamp) -> Self {
        if self.observed_at.is_some_and(|last| at <= last) || !value.is_finite() {
            return *self;
        }
        let before = self.tick(rule, at);
        let now = Self {
            value: Some(value),
            observed_at: Some(at),
            ..before
        };
        // Transitions that time has made are not undone: a state never begins before the state that it
        // follows.
        let from = at.max(before.since);
        let entered = rule.is_entered(value);
        let next = match before.state {
            State::Inactive | State::Pending | State::NoData if before.fired_at.is_none() => {
                match (entered, before.state) {
                    (true, State::Pending) => return now,
                    (true, _) => now.moved(State::Pending, from),
                    (false, State::Inactive) => return now,
                    (false, _) => now.moved(State::Inactive, from),
                }
            }
            _ => match (rule.is_left(value), before.state) {
                (true, State::Recovering) | (false, State::Firing) => return now,
                (true, _) => now.moved(State::Recovering, from),
                (false, _) => now.moved(State::Firing, from),
            },
        };
        // If `for` or `keep` is zero, the transition follows at once.
        next.tick(rule, from)
    }

    /// When the next transition becomes due if no observation arrives.
    pub fn due(&self, rule: &ConditionRule) -> Option<Timestamp> {
        self.step(rule).map(|next| next.since)
    }

    /// The state at the moment `at` if no observation arrives.
    #[must_use]
    pub fn tick(&self, rule: &ConditionRule, at: Timestamp) -> Self {
        let mut now = *self;
        while let Some(next) = now.step(rule).filter(|n| n.since <= at) {
            now = next;
        }
        now
    }

    /// The transitions that become due by `at` without an observation, in order.
    pub fn walk(&self, rule: &ConditionRule, at: Timestamp) -> Vec<Self> {
        let step = |c: &Self| c.step(rule).filter(|n| n.since <= at);
        std::iter::successors(step(self), step).collect()
    }

    /// Whether the condition began to fire after the state `before`. Then it opens a case or joins an open one.
    pub fn fired_after(&self, before: &Self) -> bool {
        self.fired_at.is_some() && self.fired_at != before.fired_at
    }

    /// Whether more than the last value differs, so that the condition must be stored.
    pub fn moved_from(&self, before: &Self) -> bool {
        (self.state, self.since, self.fired_at) != (before.state, before.since, before.fired_at)
    }

    /// The next state that follows from time alone, if there is one.
    fn step(&self, rule: &ConditionRule) -> Option<Self> {
        let patient = match self.state {
            State::Pending => self.after(rule.lasts, State::Firing),
            State::Recovering => self.after(rule.keep, State::Inactive),
            State::Inactive | State::Firing | State::NoData => None,
        };
        let silent = match (self.state, self.observed_at, rule.no_data_after) {
            (State::NoData, ..) | (_, None, _) | (_, _, None) => None,
            (_, Some(heard), Some(patience)) => heard
                .checked_add(patience)
                .ok()
                .map(|at| self.moved(State::NoData, at.max(self.since))),
        };
        match (patient, silent) {
            // If both become due at the same moment, the state becomes *no data*.
            (Some(p), Some(s)) if s.since <= p.since => Some(s),
            (Some(p), _) => Some(p),
            (None, s) => s,
        }
    }

    fn after(&self, time: jiff::SignedDuration, state: State) -> Option<Self> {
        let at = self.since.checked_add(time).ok()?;
        Some(self.moved(state, at))
    }

    fn moved(&self, state: State, since: Timestamp) -> Self {
        let fired_at = match state {
            State::Firing | State::Recovering | State::NoData => self
                .fired_at
                .or_else(|| (state == State::Firing).then_some(since)),
            State::Inactive | State::Pending => None,
        };
        Self {
            state,
            since,
            fired_at,
            ..*self
        }
    }
}

impl ConditionRule {
    fn is_entered(&self, value: f64) -> bool {
        match self.side {
            Side::Above => value >= self.enter,
            Side::Below => value <= self.enter,
        }
    }

    fn is_left(&self, value: f64) -> bool {
        match self.side {
            Side::Above => value < self.leave,
            Side::Below => value > self.leave,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use proptest::prelude::*;

    const RULE: ConditionRule = ConditionRule {
        side: Side::Above,
        enter: 0.5,
        leave: 0.3,
        lasts: SignedDuration::from_mins(10),
        keep: SignedDuration::from_mins(30),
        no_data_after: Some(SignedDuration::from_mins(120)),
    };

    fn minute(n: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + n * 60).unwrap()
    }

    /// The condition after observations given as (minute, value).
    fn after(observations: &[(i64, f64)]) -> Condition {
        observations
            .iter()
            .fold(Condition::unknown(minute(0)), |c, (at, value)| {
                c.observe(&RULE, *value, minute(*at))
            })
    }

    #[test]
    fn a_condition_fires_after_for_and_is_resolved_after_keep() {
        let pending = after(&[(0, 0.6)]);
        assert_eq!(
            (pending.state, pending.due(&RULE)),
            (State::Pending, Some(minute(10)))
        );
        let firing = pending.tick(&RULE, minute(10));
        assert_eq!(
            (firing.state, firing.fired_at),
            (State::Firing, Some(minute(10)))
        );
        assert!(firing.fired_after(&pending));
        let recovering = firing.observe(&RULE, 0.2, minute(20));
        assert_eq!(recovering.state, State::Recovering);
        assert_eq!(recovering.due(&RULE), Some(minute(50)));
        let over = recovering.tick(&RULE, minute(50));
        assert_eq!(
            (over.state, over.since, over.fired_at),
            (State::Inactive, minute(50), None)
        );
    }

    #[test]
    fn values_between_the_thresholds_change_nothing() {
        assert_eq!(after(&[(0, 0.4)]).state, State::Inactive);
        assert_eq!(
            after(&[(0, 0.6), (11, 0.6), (12, 0.4)]).state,
            State::Firing
        );
        assert_eq!(after(&[(0, 0.6), (5, 0.4)]).state, State::Inactive);
        let again = after(&[(0, 0.6), (11, 0.6), (12, 0.2), (20, 0.4)]);
        assert_eq!(
            (again.state, again.fired_at),
            (State::Firing, Some(minute(10)))
        );
    }

    #[test]
    fn missing_observations_give_no_data_until_the_next_one() {
        let silent = after(&[(0, 0.6), (11, 0.6)]).tick(&RULE, minute(999));
        assert_eq!((silent.state, silent.since), (State::NoData, minute(131)));
        assert_eq!(
            silent.fired_at,
            Some(minute(10)),
            "it has not been resolved"
        );
        assert_eq!(silent.due(&RULE), None);
        let back = silent.observe(&RULE, 0.6, minute(1000));
        assert_eq!(back.state, State::Firing);
        assert!(
            !back.fired_after(&silent),
            "the same condition must not fire a second time"
        );
        let better = silent.observe(&RULE, 0.1, minute(1000));
        assert_eq!(
            (better.state, better.since),
            (State::Recovering, minute(1000))
        );
        let calm = after(&[(0, 0.1)]).tick(&RULE, minute(120));
        assert_eq!(calm.state, State::NoData);
        assert_eq!(calm.observe(&RULE, 0.1, minute(121)).state, State::Inactive);
    }

    #[test]
    fn late_observations_are_ignored() {
        let now = after(&[(0, 0.1), (10, 0.1)]);
        assert_eq!(now.observe(&RULE, 0.9, minute(5)), now);
        assert_eq!(now.observe(&RULE, 0.9, minute(10)), now);
        assert_eq!(now.observe(&RULE, f64::NAN, minute(20)), now);
        // The value was observed in time, but the timer has already made the transition, which is
        // not undone.
        let fired = after(&[(0, 0.6)]).tick(&RULE, minute(10));
        let next = fired.observe(&RULE, 0.1, minute(9));
        assert_eq!((next.state, next.since), (State::Recovering, minute(10)));
    }

    #[test]
    fn a_condition_can_fire_on_low_values() {
        let rule = ConditionRule {
            side: Side::Below,
            enter: 0.5,
            leave: 0.8,
            lasts: SignedDuration::ZERO,
            ..RULE
        };
        let firing = Condition::unknown(minute(0)).observe(&rule, 0.4, minute(0));
        assert_eq!(
            (firing.state, firing.fired_at),
            (State::Firing, Some(minute(0)))
        );
        assert_eq!(firing.observe(&rule, 0.7, minute(1)).state, State::Firing);
        assert_eq!(
            firing.observe(&rule, 0.9, minute(1)).state,
            State::Recovering
        );
    }

    #[test]
    fn a_condition_round_trips_through_json() {
        let now = after(&[(0, 0.6)]);
        let json = serde_json::to_value(now).unwrap();
        assert_eq!(json["state"], "pending");
        assert_eq!(serde_json::from_value::<Condition>(json).unwrap(), now);
    }

    fn firings(rule: &ConditionRule, values: impl Iterator<Item = (Timestamp, f64)>) -> usize {
        let mut now = Condition::unknown(minute(0));
        let mut fired = 0;
        for (at, value) in values {
            for next in now.walk(rule, at) {
                fired += usize::from(next.fired_after(&now));
                now = next;
            }
            let next = now.observe(rule, value, at);
            fired += usize::from(next.fired_after(&now));
            now = next;
        }
        fired
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn a_day_of_oscillation_around_one_threshold_fires_at_most_once(
            lasts in 0_i64..40,
            keep in 1_i64..40,
            at_leave in any::<bool>(),
            begins_bad in any::<bool>(),
        ) {
            let rule = ConditionRule {
                lasts: SignedDuration::from_mins(lasts),
                keep: SignedDuration::from_mins(keep),
                ..RULE
            };
            let (bad, good) = if at_leave { (0.35, 0.25) } else { (0.55, 0.45) };
            let values = (0..1440).map(|m| {
                let value = if (m % 2 == 0) == begins_bad { bad } else { good };
                (minute(m), value)
            });
            // In half of the cases, the condition fires before the oscillation.
            let before = [(minute(-100), 0.9), (minute(-50), 0.9)];
            let values = before.into_iter().filter(|_| at_leave).chain(values);
            prop_assert!(firings(&rule, values) <= 1);
        }

        #[test]
        fn evaluating_late_equals_evaluating_every_minute(
            observations in prop::collection::vec((1_i64..200, 0.0..1.0_f64), 0..20),
            last in 0_i64..400,
        ) {
            let mut asleep = Condition::unknown(minute(0));
            let mut awake = asleep;
            let mut now = 0;
            for (gap, value) in observations {
                for m in now..now + gap {
                    awake = awake.tick(&RULE, minute(m));
                }
                now += gap;
                awake = awake.observe(&RULE, value, minute(now));
                asleep = asleep.observe(&RULE, value, minute(now));
                prop_assert_eq!(awake, asleep);
                if let Some(due) = awake.due(&RULE) {
                    prop_assert_eq!(awake.tick(&RULE, due).since, due);
                    prop_assert!(awake.tick(&RULE, due).moved_from(&awake));
                }
            }
            for m in now..now + last {
                awake = awake.tick(&RULE, minute(m));
            }
            prop_assert_eq!(awake, asleep.tick(&RULE, minute(now + last - 1).max(minute(now))));
        }
    }
}
