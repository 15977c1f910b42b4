//! The ledger of the demo. At the first start, sixty days of steps are replayed and committed. Afterwards a
//! live feed adds reports and steps through the case service.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize as _;
use serde_json::Value;

use crate::codec::photo;
use crate::demo::{self, Event, OpenCase, Sighting, What, Who};
use crate::live::Snapshot;
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{Author, Canonical, Change, Edit, FeatureId, Role};
use crate::service::ledger::NewReport;
use crate::service::ledger::cases;
use crate::service::ledger::replay::{Replay, ReplayError};
use crate::service::ledger::{CaseService, LedgerError};
use crate::service::numbers;
use crate::service::place::Where;
use crate::store::{Store, StoreError, Uploader};
use crate::warnings::{Action, ActionBody, ActionRequest, Actor, Case, Report, Source};

/// The ids of the demo's stored photos, by the names in the script.
#[derive(Debug, Clone, Default)]
pub struct Photos(HashMap<String, String>);

impl Photos {
    /// Draws the photos and stores them.
    pub async fn keep(store: &Store) -> anyhow::Result<Self> {
        let drawn = tokio::task::spawn_blocking(|| -> anyhow::Result<Vec<_>> {
            let read = |(name, bytes): (String, Vec<u8>)| Ok((name, photo::read(&bytes)?));
            demo::photos()?.into_iter().map(read).collect()
        });
        let mut ids = HashMap::new();
        for (name, photo) in drawn.await?? {
            let uploader = Uploader::default();
            store.put_photo(&photo, &uploader, Timestamp::now()).await?;
            ids.insert(name, photo.id);
        }
        Ok(Self(ids))
    }

    /// The names of the photos instead of ids, for output without a store.
    pub fn named() -> Self {
        Self::default()
    }
}

/// Links the photos of the cases to them.
async fn attach(store: &Store, edits: &[Edit]) -> Result<(), StoreError> {
    let mut photos: BTreeMap<FeatureId, BTreeSet<String>> = BTreeMap::new();
    for change in edits.iter().flat_map(|e| &e.changes) {
        let body = change.body.as_ref().map(|b| b.properties.to_map());
        let list = body.as_ref().and_then(|map| map.get("photos")?.as_array());
        for photo in list.into_iter().flatten() {
            if let Some(id) = photo["id"].as_str() {
                photos
                    .entry(change.id.clone())
                    .or_default()
                    .insert(id.to_owned());
            }
        }
    }
    let collection = cases::collection()?;
    for (case, ids) in photos {
        let ids: Vec<String> = ids.into_iter().collect();
        store
            .attach_photos(&collection, &case, "photos", &ids)
            .await?;
    }
    Ok(())
}

/// Runs a script on a replay. Skips the steps that the ledger refuses, and returns their number.
///
/// # Errors
/// If a case cannot be encoded.
pub fn play(
    replay: &mut Replay<'_>,
    script: &[Event],
    photos: &Photos,
) -> Result<usize, ReplayError> {
    let mut refused = 0;
    for event in script {
        let played = match &event.what {
            What::Report(seen) => replay.report(report(event, seen)?, &place(seen)),
            What::Act(what) => {
                let id = cases::id(&event.case)?;
                match request(what, photos) {
                    Some(request) => replay.act(&id, &request, &actor(&event.who), event.at),
                    None => continue,
                }
            }
        };
        match played {
            Ok(()) => {}
            Err(ReplayError::Store(error)) => return Err(error.into()),
            Err(error) => {
                tracing::debug!(%error, case = event.case, "the ledger refused a step of the \
                                                            demo's script");
                refused += 1;
            }
        }
    }
    Ok(refused)
}

/// Replays the demo's script of the sixty days that end at `now`. Returns the edits, and the resulting cases as
/// features. The snapshot must contain the district.
///
/// # Errors
/// If a case cannot be encoded.
pub fn history(
    snapshot: &Snapshot,
    district: &[Change],
    photos: &Photos,
    now: Timestamp,
) -> Result<(Vec<Edit>, Vec<Change>), ReplayError> {
    let script = demo::script(district, now);
    let mut replay = Replay::new(snapshot);
    let refused = play(&mut replay, &script, photos)?;
    replay.until(now)?;
    if refused > 0 {
        tracing::debug!(refused, "the ledger refused steps of the demo");
    }
    Ok((replay.take_edits(), replay.features()?))
}

/// Commits the cases of the last sixty days to a demo map, unless its newest case was reported less than a day ago.
/// Cases of an earlier run are replaced. `since` is the moment from which the demo map exists.
///
/// # Errors
/// If the store fails.
pub async fn renew(store: &Store, since: Timestamp, now: Timestamp) -> anyhow::Result<()> {
    let snapshot = Snapshot::load(store).await?;
    if !snapshot.is_demo() {
        return Ok(());
    }
    let old = cases(&snapshot);
    let newest = old.iter().map(|c| c.reported_at).max();
    if newest.is_some_and(|at| now.duration_since(at) < SignedDuration::from_hours(24)) {
        return Ok(());
    }
    let photos = Photos::keep(store).await?;
    let mut edits = Vec::new();
    if !old.is_empty() {
        let ledger = cases::collection()?;
        let gone = old.into_iter().map(|case| Change {
            collection: ledger.clone(),
            id: case.id,
            body: None,
        });
        let mut edit = Edit::new(Author::system(), gone.collect());
        // The old cases are removed from every past moment, because the new ones replace the whole past.
        edit.effective_at = Some(since);
        edits.push(edit.because("the demo's ledger, up to today"));
    }
    let own = photos.clone();
    let snapshot = Arc::new(snapshot);
    let map = Arc::clone(&snapshot);
    let past = tokio::task::spawn_blocking(move || {
        history(&map, &demo::district(now), &own, now).map(|(past, _)| past)
    });
    edits.extend(past.await??);
    numbers::give(store, snapshot.collections(), &mut edits).await?;
    let with_photos = edits.clone();
    store.replay(edits).await?;
    attach(store, &with_photos).await?;
    Ok(())
}

/// Adds reports and handles them, so that the map keeps changing.
pub async fn go_on(service: CaseService, speed: f64) {
    let now = Timestamp::now();
    let seed = u64::try_from(now.as_second()).unwrap_or_default();
    let mut feed = demo::Feed::new(seed, &demo::district(now)).with_speed(speed);
    let photos = match Photos::keep(service.live().store()).await {
        Ok(photos) => photos,
        Err(error) => {
            tracing::warn!(%error, "the photos of the demo could not be stored");
            Photos::named()
        }
    };
    loop {
        let now = Timestamp::now();
        let (wait, event) = feed.next(now, &open(&service.live().snapshot()));
        if let Some(event) = event
            && let Err(error) = take(&service, &event, &photos).await
        {
            tracing::debug!(%error, case = event.case, "the ledger refused a step of the demo");
        }
        tokio::time::sleep(wait).await;
    }
}

/// Performs one event of the demo feed through the case service, as a request would.
async fn take(service: &CaseService, event: &Event, photos: &Photos) -> Result<(), LedgerError> {
    let who = actor(&event.who);
    match &event.what {
        What::Report(seen) => {
            let mut new = NewReport::new(seen.category, place(seen), source(seen));
            new.words = Some(seen.place.clone());
            new.note = Some(seen.note.to_owned());
            new.hotline_number.clone_from(&seen.hotline_number);
            new.demo = true;
            service.report(new, &who, event.at).await?;
        }
        What::Act(what) => {
            if let Some(mut request) = request(what, photos) {
                let id = cases::id(&event.case)?;
                // The feed picks any competent unit; an officer picks the responsible one.
                if request.action == Action::Dispatch {
                    let best = service.best_unit(&id, event.at);
                    request.unit = best.map(|unit| unit.to_string()).or(request.unit);
                }
                service.act(&id, &request, &who, None, event.at).await?;
            }
        }
    }
    Ok(())
}

fn report(event: &Event, seen: &Sighting) -> Result<Report, StoreError> {
    let id = cases::id(&event.case)?;
    let mut report = Report::new(id, event.at, actor(&event.who), seen.category, source(seen));
    report.note = Some(seen.note.to_owned());
    report.place = Some(seen.place.clone());
    report.hotline_number.clone_from(&seen.hotline_number);
    report.demo = true;
    Ok(report)
}

fn place(seen: &Sighting) -> Where {
    Where::Geometry(seen.at.into())
}

fn source(seen: &Sighting) -> Source {
    Source::parse(seen.source).unwrap_or(Source::Resident)
}

fn actor(who: &Who) -> Actor {
    Actor {
        roles: who.role.into(),
        account: who.account.clone(),
        unit: who.unit.clone(),
        communities: Vec::new(),
        is_reporter: who.is_reporter && who.role == Role::Public,
    }
}

fn request(what: &Value, photos: &Photos) -> Option<ActionRequest> {
    let body = ActionBody::deserialize(what).ok()?;
    let mut request = ActionRequest::read(body).ok()?;
    for photo in &mut request.photos {
        let Some(stored) = photos.0.get(&photo.id) else {
            continue;
        };
        photo.id.clone_from(stored);
    }
    Some(request)
}

/// The demo's cases.
fn cases(snapshot: &Snapshot) -> Vec<Case> {
    let Some(all) = snapshot.collections().get(WARNINGS) else {
        return Vec::new();
    };
    let marked = all
        .iter()
        .filter(|e| Canonical::new(e.all_properties()).is_true(property::DEMO));
    marked.filter_map(|e| cases::read(e).ok()).collect()
}

/// The demo's open cases, in the form that the feed needs.
fn open(snapshot: &Snapshot) -> Vec<OpenCase> {
    let Some(all) = snapshot.collections().get(WARNINGS) else {
        return Vec::new();
    };
    let open = all.iter().filter(|e| {
        let case = Canonical::new(e.all_properties());
        case.is_true(property::DEMO) && !case.has(property::CLOSED_AT)
    });
    open.filter_map(|e| {
        let case = cases::read(e).ok()?;
        Some(OpenCase {
            at: cases::spot(e, &case)?.into(),
            id: case.id.to_string(),
            status: case.status.to_string(),
            category: case.category,
            grid: case.grid?,
            unit: case.unit,
            source: case.source.to_string(),
            note: case.note.unwrap_or_default(),
            reported_at: case.reported_at,
            parked_until: case.parked_until,
        })
    })
    .collect()
}
