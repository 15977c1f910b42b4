//! Shift handovers (交接班): an officer signs at the end of a shift, and another one for receipt. What is handed over is
//! stored as it was at the handover.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rayon::prelude::*;

use crate::index::{Budget, Entry, Meter as _, Stop};
use crate::live::{Live, Snapshot};
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{Canonical, InChinese, Role, RoleSet, View, both};
use crate::service::ledger::cases;
use crate::store::{
    AuditEntry, AuditKind, HandoverShift, NewHandover, Principal, Signature, StoreError,
    StoredHandover, now,
};
use crate::warnings::handover::{
    Content, Happened, Listed, Reason, Shift, concerns, content, following, happened, is_overdue,
    shifts_at,
};
use crate::warnings::{Case, FieldError};

/// For how many days handovers are kept after they were taken over.
pub const KEPT_DAYS: i64 = 366;
/// The most handovers in a list.
const MOST_SHOWN: usize = 60;
/// How many handovers of all officers are read to find those that the caller may see.
const MOST_READ: u32 = 1_000;
/// The longest shift.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many cases one core handles at a time.
const CHUNK: usize = 512;

/// The times that an officer set; those that are absent are the usual ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct Times {
    /// When the shift began.
    pub from: Option<Timestamp>,
    /// When the next shift begins.
    pub next_from: Option<Timestamp>,
    /// When the next shift ends.
    pub next_until: Option<Timestamp>,
}

/// Why a handover was refused.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// There is no such handover in the communities of the account.
    #[error("there is no handover {0:?}; /api/handovers lists all handovers")]
    Missing(String),
    /// Another handover of the same communities is open.
    #[error(
        "{} handed over already, and nobody has taken over yet. Take over first, or let {} withdraw the handover",
        .0.handover.given.account, .0.handover.given.account
    )]
    Open(Box<StoredHandover>),
    /// The handover is no longer open.
    #[error("{} has already taken over", .0.account)]
    Taken(Signature),
    /// The same person cannot sign twice.
    #[error("you handed this shift over yourself; somebody else must take over")]
    Own,
    /// Somebody else handed over.
    #[error("only {0}, who handed over, may withdraw the handover")]
    NotOwn(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl InChinese for HandoverError {
    fn zh(&self) -> String {
        match self {
            Self::Missing(id) => format!("没有交接班记录“{id}”，或不在本账号所限的社区内"),
            Self::Open(open) => {
                let giver = &open.handover.given.account;
                format!("“{giver}”已交班，尚无人接班。请先接班，或由“{giver}”撤回")
            }
            Self::Taken(by) => format!("“{}”已接班，不能再接班或撤回", by.account),
            Self::Own => "交班人不能自己接班，请由下一班人员登录后接班".to_owned(),
            Self::NotOwn(giver) => format!("只有交班人“{giver}”可以撤回"),
            Self::Store(error) => error.zh(),
        }
    }
}

/// The shift that an account usually hands over at `now`, and the next one: the shift that began with the last handover
/// of the same communities, until it ends; otherwise by the clock.
///
/// # Errors
/// If the store fails.
pub async fn usual_shifts(
    live: &Live,
    by: &Principal,
    now: Timestamp,
) -> Result<(Shift, Shift), StoreError> {
    let communities = scope_of(by);
    let all = live.store().handovers(MOST_READ).await?;
    let mut own = all
        .iter()
        .filter(|h| h.taken.is_some() && h.handover.communities == communities);
    let begun = own.next().map(|h| Shift {
        from: h.handover.shift.next_from,
        until: h.handover.shift.next_until,
    });
    let running = begun.filter(|shift| shift.from <= now && now < shift.until);
    if let Some((this, next)) = running.and_then(|this| Some((this, following(this)?))) {
        return Ok((this, next));
    }
    let offset = live.snapshot().ledger().calendar().offset;
    let nothing = Shift {
        from: now,
        until: now,
    };
    Ok(shifts_at(now, offset).unwrap_or((nothing, nothing)))
}

/// The shift that is handed over at `now` and the next one: the usual ones, with the times that the officer set.
///
/// # Errors
/// The field whose time is not possible.
pub fn shifts(
    usual: (Shift, Shift),
    times: Times,
    now: Timestamp,
) -> Result<(Shift, Shift), FieldError> {
    let from = times.from.unwrap_or(usual.0.from);
    if from > now || now.duration_since(from) > LONGEST {
        return Err(FieldError::new(
            "from",
            both!(
                "本班开始时间应在最近7天内",
                "expected the beginning of the shift within the last 7 days"
            ),
        ));
    }
    let next = Shift {
        from: times.next_from.unwrap_or(usual.1.from),
        until: times.next_until.unwrap_or(usual.1.until),
    };
    let far = now.duration_since(next.from).abs() > LONGEST;
    if far || next.from < from {
        return Err(FieldError::new(
            "next_from",
            both!(
                "下一班开始时间应晚于本班开始时间，且在前后7天内",
                "expected the beginning of the next shift after that of this one, within 7 days from now"
            ),
        ));
    }
    if next.until <= next.from.max(now) || next.until.duration_since(next.from) > LONGEST {
        return Err(FieldError::new(
            "next_until",
            both!(
                "下一班结束时间应晚于现在和下一班开始时间，一班不超过7天",
                "expected the end of the next shift after now and after its beginning, which is at most 7 days before"
            ),
        ));
    }
    let this = Shift {
        from,
        until: next.from,
    };
    Ok((this, next))
}

/// What an account would hand over now.
///
/// # Errors
/// If the work exceeds the budget.
pub fn draft(
    snapshot: &Snapshot,
    view: View<'_>,
    shifts: (Shift, Shift),
    now: Timestamp,
    budget: &Budget,
) -> Result<Content, Stop> {
    let known = concerned(snapshot, shifts.0.from, view, budget)?;
    let names = cases::names(snapshot, view.roles).units;
    let unit = |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    Ok(content(&known, (snapshot.seq(), now), shifts, unit))
}

/// What happened since a handover in its communities, and how its cases are now. A case that no longer exists is
/// missing.
///
/// # Errors
/// If the work exceeds the budget.
pub fn since(
    snapshot: &Snapshot,
    communities: &[String],
    roles: RoleSet,
    then: &Content,
    until: Timestamp,
    budget: &Budget,
) -> Result<(Happened, Vec<Listed>), Stop> {
    let view = View {
        roles,
        unit: None,
        communities,
    };
    let known = concerned(snapshot, then.at, view, budget)?;
    let names = cases::names(snapshot, roles).units;
    let unit = |id: &String| names.get(id).unwrap_or(id).clone();
    let warnings = snapshot.collections().get(WARNINGS);
    let present = |listed: &Listed| {
        let case = Case::of(warnings?.get(&listed.id)?).ok()?;
        let overdue = is_overdue(&case, until).then_some(Reason::Overdue);
        Some(Listed::of(
            &case,
            case.unit.as_ref().map(unit),
            overdue.into_iter().collect(),
        ))
    };
    budget.read(then.cases.len() * 4)?;
    let present = then.cases.iter().filter_map(present).collect();
    Ok((happened(&known, then.at, until), present))
}

/// The cases in the communities of a view that are open, or on which something was done since `from`.
fn concerned(
    snapshot: &Snapshot,
    from: Timestamp,
    view: View<'_>,
    budget: &Budget,
) -> Result<Vec<Case>, Stop> {
    let warnings = snapshot.collections().get(WARNINGS);
    let entries: Vec<&Arc<Entry>> = warnings.into_iter().flat_map(|c| c.iter()).collect();
    let here = |properties: Canonical<'_>| {
        let community = properties.text(property::COMMUNITY);
        view.reaches(community.as_deref()) && concerns(properties, from)
    };
    let found: Result<Vec<Vec<Case>>, Stop> = entries
        .par_chunks(CHUNK)
        .map(|chunk| {
            budget.read(chunk.len())?;
            let mut found = Vec::new();
            for entry in chunk {
                if !here(Canonical::new(entry.all_properties())) {
                    continue;
                }
                // Parsing a case and keeping it costs about four reads.
                budget.read(4)?;
                budget.hold(entry.all_properties().len())?;
                found.extend(cases::read(entry).ok());
            }
            Ok(found)
        })
        .collect();
    Ok(found?.into_iter().flatten().collect())
}

/// Whether an account may see and sign a handover: all its communities are the account's.
fn reaches(by: &Principal, handover: &StoredHandover) -> bool {
    let theirs = &handover.handover.communities;
    by.communities.is_empty()
        || (!theirs.is_empty() && theirs.iter().all(|c| by.communities.contains(c)))
}

/// The last handovers that an account may see, without note and content: open ones first, then the newest first.
///
/// # Errors
/// If the store fails.
pub async fn list(live: &Live, by: &Principal) -> Result<Vec<StoredHandover>, StoreError> {
    let all = live.store().handovers(MOST_READ).await?;
    let seen = all.into_iter().filter(|h| reaches(by, h));
    Ok(seen.take(MOST_SHOWN).collect())
}

/// A handover that an account may see.
///
/// # Errors
/// If there is none, or the store fails.
pub async fn one(live: &Live, by: &Principal, id: &str) -> Result<StoredHandover, HandoverError> {
    let found = live.store().handover(id).await?;
    found
        .filter(|h| reaches(by, h))
        .ok_or_else(|| HandoverError::Missing(id.to_owned()))
}

/// Reads the stored content of a handover.
///
/// # Errors
/// If somebody changed it with SQL.
pub fn content_of(handover: &StoredHandover) -> Result<Content, StoreError> {
    serde_json::from_str(&handover.handover.content)
        .map_err(|e| StoreError::corrupt(format!("handover {}: content", handover.id), e))
}

/// Hands a shift over: stores what is handed over under the account.
///
/// # Errors
/// If a handover of the same communities is open, or the store fails.
pub async fn hand_over(
    live: &Live,
    by: &Principal,
    content: &Content,
    note: String,
) -> Result<StoredHandover, HandoverError> {
    let new = NewHandover {
        shift: HandoverShift {
            from: content.shift.from,
            next_from: content.next.from,
            next_until: content.next.until,
        },
        given: signature(by),
        note,
        content: serde_json::to_string(content)
            .map_err(|e| StoreError::corrupt("a handover to store", e))?,
        communities: scope_of(by),
    };
    let store = live.store();
    let oldest = new.given.at - SignedDuration::from_hours(KEPT_DAYS * 24);
    // The open handover may be taken over or withdrawn before it is read, then storing is tried once more.
    for _ in 0..2 {
        if let Some(id) = store.create_handover(&new, oldest).await? {
            written(live, &id, "handed over").await?;
            return Ok(StoredHandover {
                id,
                handover: new,
                taken: None,
            });
        }
        let all = store.handovers(MOST_READ).await?;
        let mut open = all.into_iter().filter(|h| h.taken.is_none());
        if let Some(open) = open.find(|h| h.handover.communities == new.communities) {
            return Err(HandoverError::Open(open.into()));
        }
    }
    Err(StoreError::corrupt(
        "handovers",
        std::io::Error::other("an open handover cannot be found"),
    )
    .into())
}

/// Signs a handover for receipt.
///
/// # Errors
/// If there is none, the account gave it itself, somebody else has signed, or the store fails.
pub async fn take(live: &Live, by: &Principal, id: &str) -> Result<StoredHandover, HandoverError> {
    let open = one(live, by, id).await?;
    if let Some(taken) = open.taken {
        // The account signed already, and the answer was lost or the key was pressed twice.
        if taken.account_id == by.account_id {
            return one(live, by, id).await;
        }
        return Err(HandoverError::Taken(taken));
    }
    if open.handover.given.account_id == by.account_id {
        return Err(HandoverError::Own);
    }
    if live.store().take_handover(id, &signature(by)).await? {
        written(live, id, "taken over").await?;
    }
    let signed = one(live, by, id).await?;
    match &signed.taken {
        Some(taken) if taken.account_id != by.account_id => {
            Err(HandoverError::Taken(taken.clone()))
        }
        _ => Ok(signed),
    }
}

/// Withdraws an open handover. Only who gave it and administrators may.
///
/// # Errors
/// If there is none, somebody else gave it, somebody has taken over, or the store fails.
pub async fn withdraw(live: &Live, by: &Principal, id: &str) -> Result<(), HandoverError> {
    let open = one(live, by, id).await?;
    let given = &open.handover.given;
    if given.account_id != by.account_id && !by.roles.contains(Role::Admin) {
        return Err(HandoverError::NotOwn(given.account.clone()));
    }
    if let Some(taken) = open.taken {
        return Err(HandoverError::Taken(taken));
    }
    if live.store().withdraw_handover(id).await? {
        written(live, id, "withdrawn").await?;
        return Ok(());
    }
    match one(live, by, id).await?.taken {
        Some(taken) => Err(HandoverError::Taken(taken)),
        None => Err(HandoverError::Missing(id.to_owned())),
    }
}

/// The communities of an account's handovers; empty for the whole map.
fn scope_of(by: &Principal) -> Vec<String> {
    let mut communities = by.communities.clone();
    communities.sort();
    communities.dedup();
    communities
}

fn signature(by: &Principal) -> Signature {
    Signature {
        account_id: by.account_id.clone(),
        account: by.account.clone(),
        at: now(),
    }
}

/// Records a signature in the audit, because there is no commit for it.
async fn written(live: &Live, id: &str, what: &str) -> Result<(), StoreError> {
    let entry = AuditEntry::new(AuditKind::Write)
        .of_this_request()
        .saying(&format!("shift handover {id} {what}"));
    live.store().audit(entry).await
}
