//! The statistics of a month.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::list::names_to_read;
use super::names;
use crate::http::App;
use crate::http::answer::{Answer, Tag};
use crate::http::auth::Caller;
use crate::http::items::collection;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::work::{Advice, Kind};
use crate::index::{Budget, Collection, Entry, Meter as _, Stop};
use crate::model::names::collection::WARNINGS;
use crate::model::{Canonical, Role, both};
use crate::service::ledger::cases;
use crate::service::patrols::{CommunityRounds, by_community};
use crate::warnings::figures::{Figures, Month, Table};
use crate::warnings::{Case, figures as counted};

/// The number of cases that one thread handles at a time.
const CHUNK: usize = 512;
const NARROW: Advice = (
    "该月事件过多，无法一次统计，请改为导出表格（/api/warnings?f=csv&datetime=）。",
    "The month has too many cases to count in one request. Export them as a sheet instead \
     (/api/warnings?f=csv&datetime=).",
);

/// The statistics of a month beside those of the month before, counted from the same state of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthReport {
    #[serde(flatten)]
    figures: Figures,
    /// The patrol rounds in the month by community.
    rounds: Vec<CommunityRounds>,
    /// The figures of the month before.
    previous: Figures,
    /// The patrol rounds in the month before by community.
    previous_rounds: Vec<CommunityRounds>,
    /// The commit as of which both were counted: the version of the data.
    seq: u64,
}

/// Returns the statistics of the ledger for a month, beside those of the month before.
#[utoipa::path(get, path = "/api/warnings/figures", operation_id = "warning_figures", tag = "warnings",
    params(("month" = String, Query, description = "The month in China's time zone, such as 2026-11", example = "2026-11")),
    responses(
        (status = 200, description = "`{month, by: {community, unit, category: [row]}, total: row}`, each row `{key, name, reported, filed, rejected, closed, on_time, on_time_share, returned, reopened, rated, rating_mean, hours_to_close_median}`. Each number counts what happened in the month itself; the last seven members describe the cases that were closed in the month. `rounds` has the patrol rounds of each community. `previous` and `previous_rounds` have the same members for the month before, and `seq` is the commit as of which both were counted", body = MonthReport),
        (status = 400, description = "The month is missing or not valid", content_type = "application/problem+json"),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role grid_worker", content_type = "application/problem+json"),
    ))]
pub async fn figures(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["month"])?;
    caller.author(Role::GridWorker)?;
    let asked = query.get("month")?.and_then(Month::parse);
    let (month, before) = asked.and_then(|m| Some((m, m.previous()?))).ok_or_else(|| {
        Problem::invalid(
            "month",
            both!(
                "请填写年和月，例如 month=2026-11。",
                "The parameter month is missing or invalid. Expected a year and a month, such as month=2026-11."
            ),
        )
    })?;
    let snapshot = app.live.snapshot();
    let cases = collection(&snapshot, WARNINGS)?;
    let walked_in = async |m: &Month| app.live.store().walked_days(m.first(), m.end()).await;
    let days = [walked_in(&month).await?, walked_in(&before).await?];
    // Rounds are not in the log, so they are part of the tag.
    let rounds = days.each_ref().map(|days| days.values().sum::<u32>());
    let tag = Tag::new(
        &snapshot,
        snapshot.seq(),
        &caller,
        &["figures", &month.to_string(), &format!("{rounds:?}")],
    );
    if tag.is_held(&headers) {
        return Ok(
            Answer::new("application/json", tag, &snapshot, &caller).send(&headers, Vec::new)
        );
    }
    let cases = Arc::clone(cases);
    let walked = Arc::clone(&snapshot);
    let roles = caller.roles();
    let body = app
        .answer_aside(Kind::Walk, NARROW, move |budget| {
            budget.read(names_to_read(&walked))?;
            let names = names(&walked, roles);
            let name = |table: Table, key: &str| {
                let named = match table {
                    Table::Community => names.grids.get(key).cloned(),
                    Table::Unit => names.units.get(key).cloned(),
                    Table::Category => names.categories.get(key).map(|n| n.zh.clone()),
                };
                named.unwrap_or_else(|| key.to_owned())
            };
            let count = |month: &Month| -> Result<Figures, Stop> {
                let concerned = concerned(&cases, month, budget)?;
                Ok(counted::figures(month, &concerned, name))
            };
            let rounds = |days: &BTreeMap<String, u32>| {
                by_community(walked.collections(), days, |key| {
                    name(Table::Community, key)
                })
            };
            let said = MonthReport {
                figures: count(&month)?,
                rounds: rounds(&days[0]),
                previous: count(&before)?,
                previous_rounds: rounds(&days[1]),
                seq: walked.seq(),
            };
            Ok(serde_json::to_vec(&said).map_err(|e| Problem::internal(&e))?)
        })
        .await?;
    Ok(Answer::new("application/json", tag, &snapshot, &caller).send(&headers, || body))
}

/// The cases with an event in the month. Other cases are skipped without being parsed.
fn concerned(cases: &Collection, month: &Month, budget: &Budget) -> Result<Vec<Case>, Stop> {
    let entries: Vec<_> = cases.iter().collect();
    let happened = |e: &Arc<Entry>| month.concerns(Canonical::new(e.all_properties()));
    let found: Result<Vec<Vec<Case>>, Stop> = entries
        .par_chunks(CHUNK)
        .map(|chunk| {
            budget.read(chunk.len())?;
            let mut found = Vec::new();
            for entry in chunk.iter().filter(|e| happened(e)) {
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
