//! The timer writes the changes that time alone causes: a level that rises with age, a due date that passes, a
//! condition whose `for` or `keep` ends, a project that is not done by its due date. Each change takes effect at its own moment.
//!
//! One process per database runs it. A lease ensures this, and expires if the process dies. If no process ran
//! for a while, the timer catches up in the order of the moments. If two processes ran it, the preconditions of
//! their commits would refuse the second write.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::cases;
use super::error::LedgerError;
use super::numbering;
use super::observe::{Row, move_to};
use super::surroundings::OnMap;
use crate::grids::projects::DELAYED;
use crate::live::{Lease, Live, Snapshot, Written};
use crate::model::names::collection::{CONDITIONS, PROJECTS, WARNINGS};
use crate::model::{Body, Canonical, Change, CollectionId, Expect, FeatureId, Properties};
use crate::service::edit_builder::EditBuilder;
use crate::service::erasure;
use crate::store::StoreError;
use crate::warnings::Actor;
use crate::warnings::condition::State;
use crate::warnings::engine::{self, Event};
use crate::warnings::rules::ConditionRule;

/// The name of the lease.
const LEASE: &str = "timer";
/// The lease expires this long after its last renewal.
const LIFETIME: Duration = Duration::from_secs(12);
/// The lease is renewed after this time.
const RENEWAL: Duration = Duration::from_secs(4);
/// The interval between clean-ups of data that is kept for a limited time.
const HOUSEKEEPING: SignedDuration = SignedDuration::from_hours(1);
/// How long a photo without a case is kept.
const LOOSE_PHOTO: SignedDuration = SignedDuration::from_hours(24);
/// The lease must still last this long when a commit begins. If the commit takes longer and another process
/// takes the lease and writes meanwhile, the preconditions of the commit do not hold and it is refused.
const MARGIN: Duration = Duration::from_secs(6);
/// How many moments are written before the lease and the clean-up are checked again.
const ROUND: usize = 256;

/// Runs the timer as long as the process lives.
pub async fn run(live: Live) {
    let lease = Lease::new(LEASE, live.store(), LIFETIME);
    let mut chores = Chores::default();
    loop {
        let seq = live.snapshot().seq();
        let wait = match beat(&live, &lease, &mut chores).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "the timer failed to write; it will try again");
                RENEWAL
            }
        };
        // A new commit ends the wait early, because it may bring the next due moment forward.
        live.wait_for(seq + 1, wait).await;
    }
}

/// The work of the timer beside the due changes.
#[derive(Default)]
struct Chores {
    /// When the last clean-up was.
    tidied: Timestamp,
    /// The cases that still need a number.
    unnumbered: Vec<FeatureId>,
}

/// One round: takes or renews the lease, writes due changes, and returns the time until the next moment.
async fn beat(live: &Live, lease: &Lease, chores: &mut Chores) -> Result<Duration, LedgerError> {
    if !lease.holds_for(live.store(), LIFETIME - RENEWAL).await? {
        return Ok(RENEWAL);
    }
    let now = Timestamp::now();
    if now.duration_since(chores.tidied) >= HOUSEKEEPING {
        chores.tidied = now;
        tidy(live, now).await?;
        chores.unnumbered = numbering::unnumbered(&live.snapshot());
    }
    let next = write_due(live, lease, now).await?;
    if !chores.unnumbered.is_empty() {
        numbering::number_some(live, &mut chores.unnumbered, now).await?;
        return Ok(Duration::ZERO);
    }
    Ok(next.map_or(RENEWAL, |at| {
        let wait = at
            .duration_since(Timestamp::now())
            .max(SignedDuration::ZERO);
        wait.unsigned_abs().clamp(Duration::from_millis(1), RENEWAL)
    }))
}

/// Erases data whose retention time has passed.
async fn tidy(live: &Live, now: Timestamp) -> Result<(), StoreError> {
    let erased = live.store().erase_due_contacts(now).await?;
    erasure::erase_due(live, now).await?;
    let swept = live.store().sweep_photos(now - LOOSE_PHOTO).await?;
    if erased > 0 || swept > 0 {
        tracing::info!(erased, swept, "erased contacts and photos without a case");
    }
    Ok(())
}

/// Writes everything that is due by `now`, in the order of the moments; all changes of one moment share one commit.
/// Returns when to look again; `None` if nothing is scheduled or this process lost the lease.
///
/// # Errors
/// If the store fails. What was written before stays.
async fn write_due(
    live: &Live,
    lease: &Lease,
    now: Timestamp,
) -> Result<Option<Timestamp>, LedgerError> {
    for _ in 0..ROUND {
        let mut snapshot = live.snapshot();
        let Some(at) = next_moment(&snapshot) else {
            return Ok(None);
        };
        if at > now {
            return Ok(Some(at));
        }
        if is_silent(&snapshot, at) {
            // Another node may have received an observation meanwhile.
            live.load_last_seen().await?;
            snapshot = live.snapshot();
            if next_moment(&snapshot) != Some(at) {
                continue;
            }
        }
        if !lease.holds_for(live.store(), MARGIN).await? {
            return Ok(None);
        }
        let edit = edit(&snapshot, at)?;
        if edit.is_empty() {
            // A moment without a change would be due again at once, so the round ends.
            tracing::error!(%at, "the schedule has a due moment at which no case or condition changes; \
                                  the timer tries again in a minute");
            return Ok(Some(now + SignedDuration::from_secs(60)));
        }
        if let Some(Written::Pending(committed)) = edit.commit(live).await? {
            // The next decision needs a snapshot that contains this commit.
            return Err(LedgerError::Behind { seq: committed.seq });
        }
    }
    Ok(Some(now))
}

/// Writes everything that is due by `now`, for tests and benchmarks that run no timer. Returns the same as a round of
/// the timer: when to look again, or `None`.
///
/// # Errors
/// If the store fails. What was written before stays.
pub async fn tick(live: &Live, now: Timestamp) -> Result<Option<Timestamp>, LedgerError> {
    let lease = Lease::new(LEASE, live.store(), LIFETIME);
    write_due(live, &lease, now).await
}

/// Writes the due transitions of one case up to `now`. Returns whether there were any.
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
    mark(snapshot, &OnMap::of(snapshot), id, at, &mut edit)?;
    if edit.is_empty() {
        return Ok(false);
    }
    edit.commit(live).await?;
    Ok(true)
}

/// The next moment at which a case, a condition or a project changes.
fn next_moment(snapshot: &Snapshot) -> Option<Timestamp> {
    let conditions = conditions(snapshot).into_iter().map(|(at, _)| at);
    snapshot
        .ledger()
        .next_moment()
        .into_iter()
        .chain(conditions)
        .chain(snapshot.project_dues().next_moment())
        .min()
}

/// All transitions of one moment as one edit.
fn edit(snapshot: &Snapshot, at: Timestamp) -> Result<EditBuilder, LedgerError> {
    let around = OnMap::of(snapshot);
    let mut edit = EditBuilder::new(&Actor::system(), at, "time");
    let mut touched: BTreeSet<FeatureId> = BTreeSet::new();
    for id in snapshot.ledger().due_at(at) {
        mark(snapshot, &around, &id, at, &mut edit)?;
        touched.insert(id);
    }
    for id in snapshot.project_dues().due_at(at) {
        delay(snapshot, id, &mut edit)?;
    }
    for (due, mut row) in conditions(snapshot) {
        if due != at {
            continue;
        }
        let Some(rule) = rule(snapshot, &row.category) else {
            continue;
        };
        let before = row.condition;
        row.condition = before.tick(&rule, at);
        let mut own = EditBuilder::new(&Actor::system(), at, "time");
        if let Err(error) = move_to(snapshot, &around, &mut row, &before, at, &mut own) {
            // The place was deleted from the map. The condition changes, but opens no case.
            tracing::warn!(%error, condition = %row.id, "a condition fires at a place that is not on the map");
            own = EditBuilder::new(&Actor::system(), at, "time");
            own.put(row.change()?, row.seq.map_or(Expect::Absent, Expect::Seq));
        }
        // An edit changes a case at most once. If two conditions are added to one case at the same moment, the next
        // commit writes the second.
        if own.ids().all(|id| !touched.contains(id)) {
            touched.extend(own.ids().cloned());
            edit.append(own);
        }
    }
    Ok(edit)
}

/// Adds the changes of one case at a moment to an edit.
fn mark(
    snapshot: &Snapshot,
    around: &OnMap<'_>,
    id: &FeatureId,
    at: Timestamp,
    edit: &mut EditBuilder,
) -> Result<(), LedgerError> {
    let cases = snapshot.collections().get(WARNINGS);
    let Some(entry) = cases.and_then(|c| c.get(id.as_str())) else {
        return Ok(());
    };
    let case = cases::read(entry)?;
    let next = engine::step(around, &case, Event::Time { at })?.case;
    if next.steps > case.steps {
        let change = cases::change(&next, entry.geometry().cloned())?;
        edit.put(change, Expect::Seq(entry.seq()));
    }
    Ok(())
}

/// Marks a project as late.
fn delay(snapshot: &Snapshot, id: &FeatureId, edit: &mut EditBuilder) -> Result<(), LedgerError> {
    let projects = snapshot.collections().get(PROJECTS);
    let Some(entry) = projects.and_then(|all| all.get(id.as_str())) else {
        return Ok(());
    };
    let mut properties = Canonical::new(entry.all_properties()).to_map();
    properties.insert("state".to_owned(), DELAYED.into());
    let change = Change {
        collection: CollectionId::new(PROJECTS)
            .map_err(|e| StoreError::bad_id("collection", &e))?,
        id: id.clone(),
        body: Some(Body {
            geometry: entry.geometry().cloned(),
            properties: Properties::from_map(properties)
                .map_err(|e| StoreError::corrupt("a project", e))?,
        }),
    };
    edit.put(change, Expect::Seq(entry.seq()));
    Ok(())
}

/// The conditions that time alone will change, each with its next moment.
fn conditions(snapshot: &Snapshot) -> Vec<(Timestamp, Row)> {
    let Some(rows) = snapshot.collections().hidden(CONDITIONS) else {
        return Vec::new();
    };
    let due = |entry: &std::sync::Arc<crate::index::Entry>| {
        let mut row = Row::of(entry).ok()?;
        if let Some(seen) = snapshot.last_seen().find(&row.place, &row.category) {
            row.heard(seen);
        }
        let at = row.condition.due(&rule(snapshot, &row.category)?)?;
        Some((at, row))
    };
    rows.iter().filter_map(due).collect()
}

/// Whether a condition becomes *no data* at a moment because its sensor stopped reporting.
fn is_silent(snapshot: &Snapshot, at: Timestamp) -> bool {
    conditions(snapshot).into_iter().any(|(due, row)| {
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
