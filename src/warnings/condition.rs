//! The condition of a place and category as observations tell it: inactive → pending → firing →
//! recovering → inactive again (resolved), and *no data*, which is neither good nor over.
//!
//! It is a machine of its own beside the case: that a sensor is quiet never closes a case. A value that
//! flaps around one threshold fires once, because entering and leaving have thresholds of their own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rules::{ConditionRule, Side};

/// Where a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In order.
    Inactive,
    /// Beyond `enter`, not yet for long enough.
    Pending,
    /// 触发: it is so.
    Firing,
    /// Back behind `leave`, not yet for long enough.
    Recovering,
    /// Nothing has been heard for too long, or ever.
    NoData,
}

/// A place's condition of one category.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// Since when it has been firing, through recovering and silence, until it is resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fired_at: Option<Timestamp>,
    /// The last value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// When the last value was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}

impl Condition {
    /// Before anything was observed: nothing is known.
    pub fn unknown(at: Timestamp) -> Self {
        Self {
            state: State::NoData,
            since: at,
            fired_at: None,
            value: None,
            observed_at: None,
        }
    }

    /// Takes an observation up, after what fell due before it. One that is not newer than the last is
    /// ignored: it came late, and what it says is past.
    ///
    /// Who must not miss a firing in between asks for [`Condition::walk`] first.
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
        // What time has already done stays done: a state never begins before the one it follows.
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
        // With `for` or `keep` of nothing, it is so at once.
        next.tick(rule, from)
    }

    /// When time alone moves it next, with nothing more heard.
    pub fn due(&self, rule: &ConditionRule) -> Option<Timestamp> {
        self.step(rule).map(|next| next.since)
    }

    /// What time alone makes of it by `at`.
    #[must_use]
    pub fn tick(&self, rule: &ConditionRule, at: Timestamp) -> Self {
        let mut now = *self;
        while let Some(next) = now.step(rule).filter(|n| n.since <= at) {
            now = next;
        }
        now
    }

    /// Everything that time alone makes of it by `at`, in order; empty where nothing fell due.
    pub fn walk(&self, rule: &ConditionRule, at: Timestamp) -> Vec<Self> {
        let step = |c: &Self| c.step(rule).filter(|n| n.since <= at);
        std::iter::successors(step(self), step).collect()
    }

    /// Whether it came to fire between `before` and now: a case is opened or joined.
    pub fn fired_after(&self, before: &Self) -> bool {
        self.fired_at.is_some() && self.fired_at != before.fired_at
    }

    /// Whether anything but the last value differs: only then is there something to write down.
    pub fn moved_from(&self, before: &Self) -> bool {
        (self.state, self.since, self.fired_at) != (before.state, before.since, before.fired_at)
    }

    /// The next state by time alone, whenever that is.
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
            // At the same moment, that nothing is known comes first.
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
