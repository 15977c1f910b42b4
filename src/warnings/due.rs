//! What time alone does to a case: when its level or its overdue mark changes next, and what it is then.

use jiff::Timestamp;

use super::{Calendar, Case, Rules, level, table};

/// The most moments that are looked at for one case.
const MOST: usize = 64;

/// When time alone, or the rules that came into force at `rules_since`, next changes a case that nobody
/// acts on. `None` when nothing changes any more.
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
    // A moment that would leave the case as it is must not come up again and again.
    for _ in 0..MOST {
        if apply(case, rules, calendar, at).is_some() {
            return Some(at);
        }
        at = level::next_moment(&facts, rules, calendar, at)?;
    }
    None
}

/// The case after the moment `at`; `None` where that moment changes nothing.
pub fn apply(case: &Case, rules: &Rules, calendar: &Calendar, at: Timestamp) -> Option<Case> {
    let mut next = case.clone();
    next.apply_judged(&table::level_mark(case, at), rules, calendar);
    let same = next.level == case.level
        && next.reason == case.reason
        && next.overdue_at == case.overdue_at;
    (!same).then_some(next)
}
