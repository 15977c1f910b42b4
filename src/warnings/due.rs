//! The effect of time on a case: when its level or one of its overdue marks changes next, and the
//! state after that.

use jiff::Timestamp;

use super::{Calendar, Case, Rules, level, table};

/// The maximum number of moments examined for one case.
const MOST: usize = 64;

/// When a case next changes although nobody acts on it, because of time or because new rules came
/// into force at `rules_since`. `None` if it will not change.
pub fn next(
    case: &Case,
    rules: &Rules,
    calendar: &Calendar,
    rules_since: Timestamp,
) -> Option<Timestamp> {
    if case.status.is_ended() {
        return None;
    }
    let facts = case.facts();
    let last = case.step.as_ref().map_or(case.since, |s| s.at);
    let mut at = last.max(rules_since);
    // Moments that would not change the case are skipped, so that they do not become due again and
    // again.
    for _ in 0..MOST {
        if apply(case, rules, calendar, at).is_some() {
            return Some(at);
        }
        let supervised = case.supervise_due_at.filter(|due| *due > at);
        let leveled = level::next_moment(&facts, rules, calendar, at);
        at = leveled.into_iter().chain(supervised).min()?;
    }
    None
}

/// The case after the moment `at`; `None` if that moment changes nothing.
pub fn apply(case: &Case, rules: &Rules, calendar: &Calendar, at: Timestamp) -> Option<Case> {
    let stepped = |mark| {
        let mut next = case.clone();
        next.apply_judged(&mark, rules, calendar);
        next
    };
    let next = stepped(table::level_mark(case, at));
    let same = next.level == case.level
        && next.reason == case.reason
        && next.overdue_at == case.overdue_at;
    if !same {
        Some(next)
    } else if next.supervise_overdue_at != case.supervise_overdue_at {
        Some(stepped(table::supervise_mark(case, at)))
    } else {
        None
    }
}
