//! The figures of a month.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use rayon::prelude::*;

use super::names;
use crate::http::App;
use crate::http::answer::{Answer, Tag};
use crate::http::auth::Caller;
use crate::http::items::collection;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::live::desk::{self, CASES};
use crate::model::Role;
use crate::warnings::figures::{Month, Table};
use crate::warnings::{Case, figures as counted};

/// What the ledger comes to in a month.
#[utoipa::path(get, path = "/api/warnings/figures", operation_id = "warning_figures", tag = "warnings",
    params(("month" = String, Query, description = "The month in China's time: 2026-11", example = "2026-11")),
    responses(
        (status = 200, description = "`{month, by: {community, unit, category: [row]}, total: row}`, each row `{key, name, reported, filed, rejected, closed, on_time, on_time_share, returned, reopened, rated, rating_mean, hours_to_close_median}`. Each number counts what happened in the month itself; the last seven are of the cases closed in it", body = Value),
        (status = 400, description = "No month", content_type = "application/problem+json"),
        (status = 401, description = "This takes an account", content_type = "application/problem+json"),
        (status = 403, description = "This takes the role grid_worker", content_type = "application/problem+json"),
    ))]
pub async fn figures(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["month"])?;
    caller.author(Role::GridWorker)?;
    let month = query.get("month")?.and_then(Month::parse).ok_or_else(|| {
        Problem::invalid(
            "month",
            "Say which month, as year and month: month=2026-11.",
        )
    })?;
    let snapshot = app.live.snapshot();
    let cases = collection(&snapshot, CASES)?;
    let tag = Tag::new(
        &snapshot,
        snapshot.seq(),
        &caller,
        &["figures", &month.to_string()],
    );
    if tag.is_held(&headers) {
        return Ok(
            Answer::new("application/json", tag, &snapshot, &caller).send(&headers, Vec::new)
        );
    }
    let _turn = app.turn().await?;
    let body = tokio::task::block_in_place(|| {
        let entries: Vec<_> = cases.iter().collect();
        let beginnings = month.beginnings();
        let concerned: Vec<Case> = entries
            .par_iter()
            .filter(|e| beginnings.iter().any(|b| e.all_properties().contains(b)))
            .filter_map(|e| desk::read(e).ok())
            .collect();
        let names = names(&snapshot);
        let said = counted::figures(&month, &concerned, |table, key| {
            let named = match table {
                Table::Community => names.grids.get(key).cloned(),
                Table::Unit => names.units.get(key).cloned(),
                Table::Category => names.categories.get(key).map(|n| n.zh.clone()),
            };
            named.unwrap_or_else(|| key.to_owned())
        });
        serde_json::to_vec(&said)
    })
    .map_err(|e| Problem::internal(&e))?;
    Ok(Answer::new("application/json", tag, &snapshot, &caller).send(&headers, || body))
}
