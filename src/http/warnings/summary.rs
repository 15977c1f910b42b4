//! The present counts and those of the last days in one answer, for wall screens in command centres.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use crate::http::App;
use crate::http::answer;
use crate::http::auth::Caller;
use crate::http::items::collection;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::work::{Advice, Cut};
use crate::index::{Budget, Meter as _, Stop};
use crate::live::{OpenThen, Snapshot};
use crate::model::both;
use crate::model::names::collection::{GRIDS, UNITS, WARNINGS};
use crate::model::names::property;
use crate::service::ledger::cases;
use crate::service::ledger::past;
use crate::warnings::responsible::Unit;
use crate::warnings::suggest::on_duty;
use crate::warnings::summary::{Day, OnTime, count, days};
use crate::warnings::{Case, OpenCounts};

/// The default and the largest number of days.
const DAYS: u32 = 30;
const MOST_DAYS: u32 = 92;
/// How long an answer waits until past days are counted.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How many cases one core handles at a time.
const CHUNK: usize = 512;
const NARROW: Advice = ("请减少天数（days=）。", "Ask for fewer days (days=).");

/// The present state and the last days. Drills and cases pending review never count.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    /// The number of the commit that the answer shows.
    pub seq: u64,
    /// When the cases were counted.
    #[schema(format = DateTime)]
    pub at: String,
    /// Today's date in China.
    #[schema(example = "2026-11-22")]
    pub today: String,
    /// The number of cases that are open now.
    pub open: OpenCounts,
    /// Cases reported today.
    pub reported_today: u32,
    /// Cases closed today.
    pub closed_today: u32,
    /// How many of the recently closed cases were handled in time.
    pub on_time: OnTime,
    /// The member units.
    pub units: UnitCounts,
    /// The last days in China's time zone, the oldest first; the last one is today.
    pub days: Vec<SummaryDay>,
}

/// The member units.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitCounts {
    /// The number of all units.
    pub total: u32,
    /// The number of units that are on duty now.
    pub on_duty: u32,
    /// The number of units that have a case to handle now.
    pub at_work: u32,
    /// The number of units whose duty hours are unknown.
    pub unknown_hours: u32,
}

/// One day of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryDay {
    /// The date in China.
    #[schema(example = "2026-11-22")]
    pub date: String,
    /// The moment at which `open` is counted: the end of the day; for today, now.
    #[schema(format = DateTime)]
    pub until: String,
    /// The number of cases that were open at `until`, as with `as_of`; null while it is still being counted.
    pub open: Option<OpenCounts>,
    /// The number of cases reported on that day.
    pub reported: u32,
    /// The number of cases closed on that day.
    pub closed: u32,
}

/// Returns the present state and the last days.
#[utoipa::path(get, path = "/api/warnings/summary", operation_id = "warning_summary", tag = "warnings",
    params(
        ("days" = Option<u32>, Query, minimum = 1, maximum = 92, description = "The number of days, including today; 30 if absent"),
        ("community" = Option<String>, Query, description = "Only these communities: the ids of their grids, separated by commas"),
    ),
    responses(
        (status = 200, description = "The present state and the last days", body = Summary),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
    ))]
pub async fn summary(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["days", "community"])?;
    let mut snapshot = app.live.snapshot();
    let many = wanted_days(&query)?;
    let now = Timestamp::now();
    let days = days(snapshot.ledger().calendar(), now, many);

    let past: Vec<Timestamp> = days[..days.len() - 1].iter().map(|d| d.until).collect();
    if past
        .iter()
        .any(|at| snapshot.past_days().find(*at).is_none())
    {
        await_days(&app, &past).await?;
        // The newer snapshot contains the counts.
        snapshot = app.live.snapshot();
    }
    let communities = wanted_communities(&query, &snapshot)?;
    let then: Vec<Option<Arc<OpenThen>>> = past
        .iter()
        .map(|at| snapshot.past_days().find(*at))
        .collect();

    let walked = Arc::clone(&snapshot);
    let summary = app
        .answer(NARROW, move |budget| {
            summarise(&walked, &communities, &days, &then, now, budget)
        })
        .await?;
    answer::json("application/json", &summary, &snapshot, &caller, &headers)
}

/// Waits at most [`PATIENCE`] until past days are counted. One job counts at a time. The job continues when no client
/// waits any more, so that the next request finds more days.
async fn await_days(app: &App, past: &[Timestamp]) -> Result<(), Problem> {
    static COUNTING: Semaphore = Semaphore::const_new(1);
    match COUNTING.try_acquire() {
        Ok(alone) => {
            let (live, moments) = (app.live.clone(), past.to_vec());
            let job = tokio::spawn(async move {
                let _alone = alone;
                past::count_days(&live, &moments).await
            });
            if let Ok(Ok(done)) = tokio::time::timeout(PATIENCE, job).await {
                done?;
            }
        }
        Err(_) => {
            let free = tokio::time::timeout(PATIENCE, COUNTING.acquire()).await;
            drop(free);
        }
    }
    Ok(())
}

fn wanted_days(query: &Query) -> Result<u32, Problem> {
    let Some(text) = query.get("days")? else {
        return Ok(DAYS);
    };
    let days = text.parse().ok();
    days.filter(|d| (1..=MOST_DAYS).contains(d)).ok_or_else(|| {
        let problem = both!(
            "days={text}：应为1至{MOST_DAYS}的整数。",
            "days={text}: expected a whole number from 1 to {MOST_DAYS}."
        );
        Problem::invalid("days", problem)
    })
}

fn wanted_communities(query: &Query, snapshot: &Snapshot) -> Result<Vec<String>, Problem> {
    let Some(text) = query.get("community")? else {
        return Ok(Vec::new());
    };
    let grids = snapshot.collections().get(GRIDS);
    let mut found = BTreeSet::new();
    for id in text.split(',').filter(|id| !id.is_empty()) {
        let entry = grids.and_then(|g| g.get(id)).ok_or_else(|| {
            let problem = both!(
                "community={id}：地图上没有这一社区。",
                "community={id}: there is no such community on the map."
            );
            Problem::invalid("community", problem)
        })?;
        let kind = cases::properties(entry).remove(property::KIND);
        if kind.as_ref().and_then(Value::as_str) != Some("community") {
            let problem = both!(
                "community={id}：该网格不是社区。",
                "community={id}: this grid is not a community."
            );
            return Err(Problem::invalid("community", problem));
        }
        found.insert(id.to_owned());
    }
    Ok(found.into_iter().collect())
}

fn summarise(
    snapshot: &Snapshot,
    communities: &[String],
    days: &[Day],
    then: &[Option<Arc<OpenThen>>],
    now: Timestamp,
    budget: &Budget,
) -> Result<Summary, Cut> {
    let calendar = snapshot.ledger().calendar();
    let cases = recent(snapshot, communities, days, budget)?;
    budget.read(snapshot.collections().get(UNITS).map_or(0, |c| c.len()))?;
    let (happened, on_time) = count(calendar, days, &cases);
    let scope = (!communities.is_empty()).then(|| snapshot.status().within(communities));
    let open = OpenThen::of(snapshot.status()).within(scope.as_ref());
    let opens = then
        .iter()
        .map(|day| day.as_ref().map(|d| d.within(scope.as_ref())))
        .chain([Some(open)]);
    let rows = days
        .iter()
        .zip(opens)
        .zip(&happened)
        .map(|((day, open), happened)| SummaryDay {
            date: day.date.to_string(),
            until: day.until.to_string(),
            open,
            reported: happened.reported,
            closed: happened.closed,
        })
        .collect();
    let today = happened.last().copied().unwrap_or_default();
    Ok(Summary {
        seq: snapshot.seq(),
        at: now.to_string(),
        today: calendar.date_of(now).to_string(),
        open,
        reported_today: today.reported,
        closed_today: today.closed,
        on_time,
        units: units(snapshot, communities, now),
        days: rows,
    })
}

/// The cases that were reported or closed in these days. Others are skipped without being parsed, because most
/// of a ledger is years old.
fn recent(
    snapshot: &Snapshot,
    communities: &[String],
    days: &[Day],
    budget: &Budget,
) -> Result<Vec<Case>, Cut> {
    let calendar = snapshot.ledger().calendar();
    let first = days.first().and_then(|d| d.date.yesterday().ok());
    let from = first
        .and_then(|date| calendar.end_of(date))
        .unwrap_or(Timestamp::MIN);
    let here = |c: &Case| {
        let community = c.community.as_ref();
        communities.is_empty() || community.is_some_and(|c| communities.contains(c))
    };
    let entries: Vec<_> = collection(snapshot, WARNINGS)?.iter().collect();
    let found: Result<Vec<Vec<Case>>, Stop> = entries
        .par_chunks(CHUNK)
        .map(|chunk| {
            budget.read(chunk.len())?;
            let mut found = Vec::new();
            for entry in chunk.iter().filter(|e| past::happened_since(e, from)) {
                // Parsing a case and keeping it costs about four reads.
                budget.read(4)?;
                budget.hold(entry.all_properties().len())?;
                found.extend(cases::read(entry).ok().filter(here));
            }
            Ok(found)
        })
        .collect();
    Ok(found?.into_iter().flatten().collect())
}

/// The numbers of member units: in total, on duty now, with a case to handle now.
fn units(snapshot: &Snapshot, communities: &[String], now: Timestamp) -> UnitCounts {
    let mut counts = UnitCounts {
        total: 0,
        on_duty: 0,
        at_work: 0,
        unknown_hours: 0,
    };
    let units = snapshot.collections().get(UNITS);
    for entry in units.into_iter().flat_map(|units| units.iter()) {
        let load = snapshot.status().load_of(entry.id().as_str());
        let unit = Unit::read(entry.id(), &cases::properties(entry), None, load);
        let serves = communities.is_empty()
            || unit.communities.is_empty()
            || unit.communities.iter().any(|c| communities.contains(c));
        if !serves {
            continue;
        }
        counts.total += 1;
        counts.at_work += u32::from(load > 0);
        match on_duty(&unit, snapshot.ledger().calendar(), now) {
            Some(true) => counts.on_duty += 1,
            Some(false) => {}
            None => counts.unknown_hours += 1,
        }
    }
    counts
}
