//! Applies steps to a case. The status table decides whether a step is allowed.

use jiff::Timestamp;

use super::{Case, CasePhoto, Handler};
use crate::model::{Level, Localized};
use crate::warnings::calendar::Calendar;
use crate::warnings::key::{KeyMark, Repeat};
use crate::warnings::level;
use crate::warnings::rules::Rules;
use crate::warnings::step::{Action, Notice, Step, Verdict};

/// The number of idempotency keys that a case keeps. Clients repeat a step soon, so older keys are
/// not needed.
const KEYS: usize = 64;

impl Case {
    /// Whether the case already has a step with this key.
    pub fn knows(&self, key: &KeyMark) -> Repeat {
        key.find(&self.ledger.keys)
    }

    /// Applies a step. A step that the case already has changes nothing. The caller has checked
    /// with [`decide`](crate::warnings::decide) that the step is allowed.
    pub fn apply(&mut self, step: &Step) {
        if step.n <= self.steps {
            return;
        }
        let ran = self.status.clock_runs();
        let was_supervised = self.is_supervised();
        let turn = self.turn();
        self.keep_time(step);
        self.status = step.to;
        self.steps = step.n;
        // A supervised case has a due date of its own, beside that of whoever must act next.
        if let Some(due_at) = step.due_at.filter(|_| step.action != Action::Supervise) {
            self.due_at = Some(due_at);
        }
        self.carry_out(step);
        if self.turn() != turn {
            // Whoever was urged has done their part.
            self.urged_at = None;
            self.urges = 0;
        }
        self.photos.extend(step.photos.iter().map(|p| CasePhoto {
            id: p.id.clone(),
            kind: p.kind,
            at: step.at,
        }));
        self.reports = self.reports.saturating_add(step.reports.unwrap_or(0));
        if let Some(key) = &step.key {
            let keys = &mut self.ledger.keys;
            keys.push(key.kept());
            let surplus = keys.len().saturating_sub(KEYS);
            keys.drain(..surplus);
        }
        self.mark_overdue(ran, step.at);
        self.mark_supervise_overdue(was_supervised, step.at);
        self.step = Some(step.clone());
        self.apply_level(step);
    }

    /// Applies the effects of the action.
    fn carry_out(&mut self, step: &Step) {
        match step.action {
            Action::File => {
                self.filed_at = Some(step.at);
                self.due_at = step.due_at;
                if step.public_text.is_some() {
                    self.public_text = step.public_text.clone();
                }
                // Filing a case is also its review.
                self.held = false;
            }
            Action::Reject | Action::Close => self.closed_at = Some(step.at),
            Action::Merge => {
                self.closed_at = Some(step.at);
                self.merged_into = step.into.clone();
            }
            Action::Dispatch | Action::Claim => {
                self.unit = step.to_unit.clone();
                self.dispatched_at = Some(step.at);
                self.due_at = step.due_at;
            }
            Action::Return => {
                self.ledger.returned += 1;
                self.due_at = step.due_at;
            }
            Action::Handle => {
                self.handled_at = Some(step.at);
                self.ledger.handler = Some(Handler {
                    account: step.account.clone(),
                    unit: step.unit.clone(),
                });
            }
            Action::Verify if step.result == Some(Verdict::Fail) => {
                self.ledger.failed += 1;
                self.handled_at = None;
            }
            Action::Park => {
                self.parked_until = step.until;
                self.ledger.before_park = step.from;
            }
            Action::Resume => {
                if self.overdue_at == self.parked_until {
                    self.overdue_at = None;
                }
                self.parked_until = None;
                self.ledger.before_park = None;
            }
            Action::Reopen => {
                self.ledger.reopened += 1;
                self.filed_at = Some(step.at);
                self.due_at = step.due_at;
                self.closed_at = None;
                self.handled_at = None;
                self.held = false;
                // The case will be closed again and may be rated again then.
                self.rating = None;
                self.rating_reason = None;
                self.supervise_due_at = None;
                self.supervise_overdue_at = None;
            }
            Action::Rate => {
                self.rating = step.rating;
                self.rating_reason = step.reason.clone();
            }
            Action::Urge => {
                self.urged_at = Some(step.at);
                self.urges = self.urges.saturating_add(1);
            }
            Action::Supervise => {
                self.supervise_due_at = step.due_at;
                self.supervise_overdue_at = None;
            }
            Action::Publish => self.public_text = step.public_text.clone(),
            Action::Block => self.blocks = step.blocks,
            Action::Report
            | Action::Start
            | Action::Verify
            | Action::Extend
            | Action::Note
            | Action::Level
            | Action::SuperviseOverdue
            | Action::Join
            | Action::Absorb => {}
        }
    }

    /// Stops or restarts the clock of the case.
    fn keep_time(&mut self, step: &Step) {
        let (ran, runs) = (self.status.clock_runs(), step.to.clock_runs());
        if ran && !runs {
            self.ledger.paused_at = Some(step.at);
        } else if !ran
            && runs
            && let Some(from) = self.ledger.paused_at.take()
        {
            self.ledger.pauses.push((from, step.at.max(from)));
        }
    }

    /// Updates the overdue mark. While the clock is stopped, the mark stays as it was.
    fn mark_overdue(&mut self, ran: bool, now: Timestamp) {
        if self.status.clock_runs() {
            self.overdue_at = self.due_at.filter(|due| *due <= now);
        } else if ran {
            // A step at exactly the due time is in time.
            self.overdue_at = self.due_at.filter(|due| *due < now);
        }
        // A case that is still parked after its date is overdue.
        if self.overdue_at.is_none() {
            self.overdue_at = self.parked_until.filter(|until| *until <= now);
        }
    }

    /// Updates the mark that the due date of a supervised case passed. Verifying the work at exactly that time is in
    /// time; a mark that is set stays.
    fn mark_supervise_overdue(&mut self, was_supervised: bool, now: Timestamp) {
        let due = self.supervise_due_at;
        if self.supervise_overdue_at.is_some() {
            return;
        }
        if self.is_supervised() {
            self.supervise_overdue_at = due.filter(|due| *due <= now);
        } else if was_supervised {
            self.supervise_overdue_at = due.filter(|due| *due < now);
        }
    }

    fn apply_level(&mut self, step: &Step) {
        if let Some(level) = step.level {
            if level != self.level {
                self.since = step.at;
            }
            self.level = level;
        }
        if let Some(why) = &step.why {
            self.reason = why.clone();
        }
        if let Some(notice) = &step.notice {
            self.ledger.notice = Some(notice.clone());
        }
    }

    /// Writes a level and its reason into the last step. Returns whether the level rose.
    pub fn judged(&mut self, level: Level, why: Localized) -> bool {
        let before = self.level;
        let Some(mut step) = self.step.take() else {
            return false;
        };
        if level != self.level || self.steps == 1 {
            step.level = Some(level);
        }
        if why != self.reason {
            step.why = Some(why);
        }
        self.apply_level(&step);
        self.step = Some(step);
        self.level > before
    }

    /// Records what happened to the notice of the last step.
    pub fn noticed(&mut self, notice: Notice) {
        if let Some(step) = &mut self.step {
            step.notice = Some(notice.clone());
        }
        self.ledger.notice = Some(notice);
    }

    /// Applies a step and computes the level at its time. Returns whether the level rose.
    pub fn apply_judged(&mut self, step: &Step, rules: &Rules, calendar: &Calendar) -> bool {
        self.apply(step);
        self.judge(rules, calendar)
    }

    /// Computes the level at the time of the last step and writes it into that step. A case that
    /// ended keeps its level. Returns whether the level rose.
    pub fn judge(&mut self, rules: &Rules, calendar: &Calendar) -> bool {
        let Some(at) = self.step.as_ref().map(|s| s.at) else {
            return false;
        };
        if self.status.is_ended() {
            return false;
        }
        let assessment = level::assess(&self.facts(), rules, calendar, at);
        self.judged(assessment.level, assessment.reason)
    }
}
