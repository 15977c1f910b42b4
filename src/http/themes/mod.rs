//! `/api/themes`: thematic maps (十彩民情图) of grids, communities and buildings.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::answer::{self, Answer, Tag};
use super::auth::Caller;
use super::problem::Problem;
use super::query::Query;
use super::warnings::read_as_of;
use super::work::{Advice, Cut, Kind};
use crate::model::{Localized, Role, both};
use crate::service::ledger::past;
use crate::service::themes::{NoTheme, ThemeMap, map_at};
use crate::themes::{By, More, Theme};

const JSON: &str = "application/json";

/// The advice in the error when a map takes too long.
const COARSER: Advice = (
    "请改查社区（by=community）。",
    "Request communities instead (by=community).",
);

/// The themes in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThemeList {
    /// The commit that the list shows.
    pub seq: u64,
    /// The themes, in the order of `themes.toml`.
    pub themes: Vec<ThemeShown>,
}

/// A theme.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThemeShown {
    /// The id.
    pub id: String,
    /// The title.
    pub title: Localized,
    /// What is counted, of which days and per what.
    pub note: Localized,
    /// The unit of the values.
    pub unit: Localized,
    /// The hue of its colours, in degrees of OKLCH.
    pub hue: f64,
    /// The kinds of areas for which the caller gets the theme; the first is the default.
    pub by: Vec<By>,
    /// What a higher value means.
    pub more: More,
    /// The greatest number of classes.
    pub classes: usize,
    /// How many days the theme looks back; `null` if it describes what exists.
    pub days: Option<u32>,
}

/// Whether the caller may read a theme by these areas. At one building, cases are so few that only officers see them
/// in colour.
fn is_shown(theme: &Theme, by: By, caller: &Caller) -> bool {
    let is_protected = by == By::Building && theme.is_of_cases();
    !is_protected || caller.roles().includes(Role::Officer)
}

/// Lists the themes in force.
#[utoipa::path(get, path = "/api/themes", operation_id = "themes", tag = "themes",
    responses((status = 200, description = "The themes, in the order of `themes.toml`", body = ThemeList)))]
pub async fn list(
    State(app): State<App>,
    query: Query,
    caller: Caller,
) -> Result<Json<ThemeList>, Problem> {
    query.only(&[])?;
    let snapshot = app.live.snapshot();
    let shown = |theme: &Theme| ThemeShown {
        id: theme.id.clone(),
        title: theme.title.clone(),
        note: theme.note.clone(),
        unit: theme.unit.clone(),
        hue: theme.hue,
        by: theme
            .by
            .iter()
            .copied()
            .filter(|by| is_shown(theme, *by, &caller))
            .collect(),
        more: theme.more,
        classes: theme.grouping.number,
        days: theme.days(),
    };
    Ok(Json(ThemeList {
        seq: snapshot.seq(),
        themes: snapshot.themes().iter().map(shown).collect(),
    }))
}

/// Returns a thematic map: the value and the class of each area.
///
/// The map of the present is at most about a second older than the newest commit; `seq` names the commit that it
/// shows. A past map counts the features of then, by the themes and standards of today.
#[utoipa::path(get, path = "/api/themes/{id}", operation_id = "theme", tag = "themes",
    params(
        ("id" = String, Path, description = "The id of the theme"),
        ("by" = Option<By>, Query, description = "The kind of the areas; if absent, the first that the theme has. Cases by building: officers only"),
        ("as_of" = Option<String>, Query, description = "The map as of this past moment, such as 2026-11-22T06:05:00Z"),
    ),
    responses(
        (status = 200, description = "The values, classes and texts of the theme", body = ThemeMap),
        (status = 400, description = "A parameter is wrong, or the theme is not available by these areas", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
        (status = 404, description = "There is no such theme; `detail` lists the existing ones", content_type = "application/problem+json"),
        (status = 503, description = "The network is being built; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["by", "as_of"])?;
    let snapshot = app.live.snapshot();
    let themes = snapshot.themes();
    let theme = themes.get(&id).ok_or_else(|| {
        let known: Vec<&str> = themes.iter().map(|theme| theme.id.as_str()).collect();
        let known = known.join(", ");
        Problem::not_found(both!(
            "没有专题“{id}”，现有专题：{known}。",
            "There is no theme {id:?}. The themes are {known}."
        ))
    })?;
    let by = read_by(&query, theme)?;
    if !is_shown(theme, by, &caller) {
        caller.author(Role::Officer)?;
    }
    let unavailable = |reason| match reason {
        NoTheme::Network(reason) => Problem::from(reason),
    };
    if let Some(at) = read_as_of(&query)? {
        let planning = app.themes.planning();
        let reading = map_at(&app.live, planning, (theme, by), at, past::MOST);
        let map = app.read_past(reading).await?.map_err(unavailable)?;
        return answer::json(JSON, &map, &snapshot, &caller, &headers);
    }
    let map = match app.themes.at_hand(theme, by) {
        Some(map) => map,
        None => {
            let (maps, theme) = (app.themes.clone(), theme.clone());
            let job = move |_: &_| {
                maps.make(&theme, by)
                    .map_err(|reason| Cut::Refused(unavailable(reason)))
            };
            app.answer_aside(Kind::Walk, COARSER, job).await?
        }
    };
    let tag = Tag::of_hash(&map.hash);
    let body = map.json.clone();
    Ok(Answer::new(JSON, tag, &snapshot, &caller).send(&headers, || body))
}

fn read_by(query: &Query, theme: &Theme) -> Result<By, Problem> {
    let Some(said) = query.get("by")? else {
        return Ok(theme.by.first().copied().unwrap_or(By::Grid));
    };
    let known = By::WORDS.iter().find(|(word, _)| *word == said);
    let known = known.map(|(_, by)| *by).filter(|by| theme.by.contains(by));
    known.ok_or_else(|| {
        let words: Vec<&str> = theme.by.iter().map(|by| by.as_str()).collect();
        let (words, id) = (words.join(", "), &theme.id);
        Problem::invalid(
            "by",
            both!(
                "by={said}：专题“{id}”可按 {words} 查询。",
                "by={said}: the theme {id:?} is available by {words}."
            ),
        )
    })
}
