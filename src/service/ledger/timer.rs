//! Time is a writer: a level that rises with age, a due date that passes, a condition whose `for` or
//! `keep` runs out are stored state, and this is who stores it, each at its own moment.
//!
//! One timer a database does it, by a lease that runs out if its process dies. After a time in which
//! nobody served the map it catches up in the order of the moments, so the log tells what was true when.
//! Were two at it, the conditions of their commits would keep them from doing anything twice.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::cases;
use super::decisions::Decisions;
use super::error::LedgerError;
use super::observe::{Row, move_to};
use crate::live::{Lease, Live, Snapshot, Written};
use crate::model::names::collection::{CONDITIONS, WARNINGS};
use crate::model::{Expect, FeatureId};
use crate::service::edit_builder::EditBuilder;
use crate::service::erasure;
use crate::store::StoreError;
use crate::warnings::Actor;
use crate::warnings::condition::State;
use crate::warnings::rules::ConditionRule;

/// The name of the lease.
const LEASE: &str = "timer";
/// How long a lease holds without being renewed.
const LIFETIME: Duration = Duration::from_secs(12);
/// It is renewed when so much of its time is gone.
const RENEWAL: Duration = Duration::from_secs(4);
/// How often what is kept for a time only is looked through.
const HOUSEKEEPING: SignedDuration = SignedDuration::from_hours(1);
/// For how long a photo that belongs to no case is kept.
const LOOSE_PHOTO: SignedDuration = SignedDuration::from_hours(24);
/// For so long the lease must be ours still when a commit begins. One that takes longer fails by its
/// conditions, if another process was at it meanwhile.
const MARGIN: Duration = Duration::from_secs(6);
/// How many moments are written in a row before what is kept for a time only is looked at again.
const ROUND: usize = 256;

/// Does what time asks for as long as the process lives.
pub async fn run(live: Live) {
    let lease = Lease::new(LEASE, live.store(), LIFETIME);
    let mut tidied = Timestamp::UNIX_EPOCH;
    loop {
        let seq = live.snapshot().seq();
        let wait = match beat(&live, &lease, &mut tidied).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "the timer could not write; it tries again");
                RENEWAL
            }
        };
        // Whatever is committed may bring the next moment nearer.
        live.wait_for(seq + 1, wait).await;
    }
}

/// One beat: takes or renews the lease, does what is due, says how long there is nothing to do.
async fn beat(live: &Live, lease: &Lease, tidied: &mut Timestamp) -> Result<Duration, LedgerError> {
    if !lease.holds_for(live.store(), LIFETIME - RENEWAL).await? {
        return Ok(RENEWAL);
    }
    let now = Timestamp::now();
    if now.duration_since(*tidied) >= HOUSEKEEPING {
        *tidied = now;
        tidy(live, now).await?;
    }
    let next = write_due(live, lease, now).await?;
    Ok(next.map_or(RENEWAL, |at| {
        let wait = at
            .duration_since(Timestamp::now())
            .max(SignedDuration::ZERO);
        wait.unsigned_abs().clamp(Duration::from_millis(1), RENEWAL)
    }))
}

/// Erases what was to be kept for a time only.
async fn tidy(live: &Live, now: Timestamp) -> Result<(), StoreError> {
    let erased = live.store().erase_due_contacts(now).await?;
    erasure::erase_due(live, now).await?;
    let swept = live.store().sweep_photos(now - LOOSE_PHOTO).await?;
    if erased > 0 || swept > 0 {
        tracing::info!(
            erased,
            swept,
            "contacts and loose photos whose time was over"
        );
    }
    Ok(())
}

/// Writes everything that fell due by `now`, in the order of its moments, and says which moment comes
/// next. All that falls due at one moment is one commit.
///
/// # Errors
/// When the store fails; what was written before stays.
async fn write_due(
    live: &Live,
    lease: &Lease,
    now: Timestamp,
) -> Result<Option<Timestamp>, LedgerError> {
    for _ in 0..ROUND {
        let snapshot = live.snapshot();
        let Some(at) = next_moment(live, &snapshot) else {
            return Ok(None);
        };
        if at > now {
            return Ok(Some(at));
        }
        if is_silent(live, &snapshot, at) {
            // Another node may have heard what this one has not.
            live.hear_seen().await?;
            if next_moment(live, &snapshot) != Some(at) {
                continue;
            }
        }
        if !lease.holds_for(live.store(), MARGIN).await? {
            return Ok(None);
        }
        let edit = edit(live, &snapshot, at)?;
        if edit.is_empty() {
            // It would come up again at once, and for ever.
            tracing::error!(%at, "a moment came at which nothing changes");
            return Ok(Some(now + SignedDuration::from_secs(60)));
        }
        if let Some(Written::Pending(committed)) = edit.commit(live).await? {
            // What comes next is decided on a snapshot that has this.
            return Err(LedgerError::Behind { seq: committed.seq });
        }
    }
    Ok(Some(now))
}

/// Writes everything that fell due by `now`, for who has no timer of its own: tests and measurements.
///
/// # Errors
/// When the store fails; what was written before stays.
pub async fn tick(live: &Live, now: Timestamp) -> Result<Option<Timestamp>, LedgerError> {
    let lease = Lease::new(LEASE, live.store(), LIFETIME);
    write_due(live, &lease, now).await
}

/// Writes what time alone has done to one case by `now`. Says whether there was anything.
pub(super) async fn apply_due(
    live: &Live,
    snapshot: &Snapshot,
    id: &FeatureId,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let Some(at) = snapshot.ledger().moment_of(id).filter(|at| *at <= now) else {
        return Ok(false);
    };
    let mut edit = EditBuilder::new(&Actor::system(), at, "time");
    mark(snapshot, &Decisions::of(snapshot), id, at, &mut edit)?;
    if edit.is_empty() {
        return Ok(false);
    }
    edit.commit(live).await?;
    Ok(true)
}

/// The next moment of any case or condition.
fn next_moment(live: &Live, snapshot: &Snapshot) -> Option<Timestamp> {
    let conditions = conditions(live, snapshot).into_iter().map(|(at, _)| at);
    snapshot
        .ledger()
        .next_moment()
        .into_iter()
        .chain(conditions)
        .min()
}

/// Everything that happens at a moment, as one edit.
fn edit(live: &Live, snapshot: &Snapshot, at: Timestamp) -> Result<EditBuilder, LedgerError> {
    let decisions = Decisions::of(snapshot);
    let mut edit = EditBuilder::new(&Actor::system(), at, "time");
    let mut touched: BTreeSet<FeatureId> = BTreeSet::new();
    for id in snapshot.ledger().due_at(at) {
        mark(snapshot, &decisions, &id, at, &mut edit)?;
        touched.insert(id);
    }
    for (due, mut row) in conditions(live, snapshot) {
        if due != at {
            continue;
        }
        let Some(rule) = rule(snapshot, &row.category) else {
            continue;
        };
        let before = row.condition;
        row.condition = before.tick(&rule, at);
        let mut own = EditBuilder::new(&Actor::system(), at, "time");
        if let Err(error) = move_to(snapshot, &decisions, &mut row, &before, at, &mut own) {
            // A place that is no longer on the map: the condition moves, and no case is made of it.
            tracing::warn!(%error, condition = %row.id, "a condition fires nowhere");
            own = EditBuilder::new(&Actor::system(), at, "time");
            own.put(row.change()?, row.seq.map_or(Expect::Absent, Expect::Seq));
        }
        // Two conditions that join one case at one moment come one after the other.
        if own.ids().all(|id| !touched.contains(id)) {
            touched.extend(own.ids().cloned());
            edit.append(own);
        }
    }
    Ok(edit)
}

/// Writes what a moment makes of one case into a edit.
fn mark(
    snapshot: &Snapshot,
    decisions: &Decisions<'_>,
    id: &FeatureId,
    at: Timestamp,
    edit: &mut EditBuilder,
) -> Result<(), LedgerError> {
    let cases = snapshot.collections().get(WARNINGS);
    let Some(entry) = cases.and_then(|c| c.get(id.as_str())) else {
        return Ok(());
    };
    let case = cases::read(entry)?;
    if let Some(mut next) = decisions.fall_due(&case, at) {
        snapshot.ledger().notify(&mut next, false, Some(case.level));
        let change = cases::change(&next, entry.geometry().cloned())?;
        edit.put(change, Expect::Seq(entry.seq()));
    }
    Ok(())
}

/// The conditions that time alone will move, each with its next moment.
fn conditions(live: &Live, snapshot: &Snapshot) -> Vec<(Timestamp, Row)> {
    let Some(rows) = snapshot.collections().hidden(CONDITIONS) else {
        return Vec::new();
    };
    let due = |entry: &std::sync::Arc<crate::index::Entry>| {
        let mut row = Row::of(entry).ok()?;
        if let Some(seen) = live.seen(&row.place, &row.category) {
            row.heard(&seen);
        }
        let at = row.condition.due(&rule(snapshot, &row.category)?)?;
        Some((at, row))
    };
    rows.iter().filter_map(due).collect()
}

/// Whether a condition is to become *no data* at a moment for want of anything heard.
fn is_silent(live: &Live, snapshot: &Snapshot, at: Timestamp) -> bool {
    conditions(live, snapshot).into_iter().any(|(due, row)| {
        let rule = rule(snapshot, &row.category);
        let next = rule.map(|r| row.condition.tick(&r, due).state);
        due == at && next == Some(State::NoData)
    })
}

fn rule(snapshot: &Snapshot, category: &str) -> Option<ConditionRule> {
    snapshot
        .ledger()
        .rules()
        .categories
        .get(category)?
        .condition
}
