//! `/api/projects`: the livelihood projects (民生实事) for everybody, and their rating by residents.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::App;
use super::answer::{Answer, Tag};
use super::auth::Caller;
use super::body::JsonBody;
use super::limit::Allowance;
use super::origin::{ClientAddress, Origin};
use super::photos::named;
use super::problem::Problem;
use super::query::Query;
use super::wishes::public_name;
use super::written::{self, Accepted, Subject};
use crate::grids::projects::ProjectState;
use crate::grids::{ProjectRating, Rated};
use crate::index::Entry;
use crate::live::Snapshot;
use crate::model::names::collection::{GRIDS, PROJECTS, UNITS};
use crate::model::names::property;
use crate::model::{Canonical, FeatureId, Role, Schema, both};
use crate::service::place;
use crate::service::projects::{RatingError, rate as rate_project};
use crate::warnings::field::{Field, Key, Rating};

type StarsField = Field<Rating>;

const JSON: &str = "application/json";
/// The most projects in one answer.
const MOST: usize = 200;
/// The shortest key of a device, in bytes. A shorter one could be the key of another device too.
const LEAST_KEY: usize = 32;

/// The livelihood projects.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectBoard {
    /// The commit as of which everything in the answer is true.
    pub seq: u64,
    /// How many projects there are, also beyond `projects`.
    pub matched: usize,
    /// The projects: delayed ones first, done ones last, then by due date.
    pub projects: Vec<BoardProject>,
    /// How many projects of each kind are in which state.
    pub kinds: Vec<ProjectKind>,
    /// How residents rate all projects together.
    pub rating: ProjectRating,
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardProject {
    /// The id.
    pub id: String,
    /// The public name.
    pub name: String,
    /// The kind: `livelihood`, `secretary` or `micro`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// How far the project is.
    pub state: ProjectState,
    /// How much is done, in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<u32>,
    /// What is done, and for whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The lead unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<ProjectName>,
    /// The street, community or grid in which it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<ProjectName>,
    /// A point in or on its geometry: longitude and latitude in degrees, WGS 84.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<[f64; 2]>,
    /// The day on which work begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub starts_on: Option<Date>,
    /// The day by whose end in China it is promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub due_on: Option<Date>,
    /// The day on which it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub done_on: Option<Date>,
    /// The planned steps.
    pub milestones: Vec<Milestone>,
    /// Photos from before the work, as ids for `/api/photos/{id}`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photos_before: Vec<String>,
    /// Photos from after the work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photos_after: Vec<String>,
    /// How residents rate it.
    pub rating: ProjectRating,
}

/// A feature that a project names.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectName {
    /// The id of the feature.
    pub id: String,
    /// The public name of the feature; its id if it has none.
    pub name: String,
}

/// A planned step of a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct Milestone {
    /// The name.
    pub name: String,
    /// The day by which it is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub due_on: Option<Date>,
    /// The day on which it was reached; absent until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub done_on: Option<Date>,
}

/// The projects of a kind, by state.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ProjectKind {
    /// The kind: `livelihood`, `secretary` or `micro`; empty for projects without one.
    pub kind: String,
    /// How many are not begun.
    pub planned: u32,
    /// How many are begun.
    pub under_way: u32,
    /// How many were not done by their due date.
    pub delayed: u32,
    /// How many are done.
    pub done: u32,
}

/// Lists the livelihood projects (民生实事), as everybody may read them.
#[utoipa::path(get, path = "/api/projects", operation_id = "list_projects", tag = "grids",
    params(("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The most projects in the answer; 200 without it")),
    responses(
        (status = 200, description = "The projects, from one state of the map", body = ProjectBoard),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["limit"])?;
    let limit = query.parsed::<usize>("limit", ("1至200的整数", "a whole number from 1 to 200"))?;
    let limit = limit.unwrap_or(MOST).clamp(1, MOST);
    let snapshot = app.live.snapshot();
    let request = ["projects", &limit.to_string()];
    let tag = Tag::new(&snapshot, snapshot.seq(), &caller, &request);
    let body = || serde_json::to_vec(&board(&snapshot, limit)).unwrap_or_default();
    Ok(Answer::new(JSON, tag, &snapshot, &caller).send(&headers, body))
}

/// The rating of a project by a device.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ProjectRatingBody {
    /// The stars, 1 to 5.
    #[serde(default)]
    #[schema(inline, required)]
    pub stars: StarsField,
    /// The key of the device: at least 32 random characters that the client generates once and keeps. The same key
    /// changes the rating that it gave before. Only a hash of it is stored.
    #[serde(default)]
    #[schema(inline, required)]
    pub key: Key,
}

/// A saved rating.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectRated {
    /// The id of the project.
    pub id: String,
    /// The stars of this device.
    pub stars: u8,
    /// How residents rate the project, with this rating.
    pub rating: ProjectRating,
}

/// Rates a project that is done, without an account.
///
/// A device rates a project once; with the same key it changes its rating. A rating has no text, and neither the
/// account nor the network address is stored.
#[utoipa::path(put, path = "/api/projects/{id}/rating", operation_id = "rate_project", tag = "grids",
    params(("id" = String, Path, description = "The id of the project")),
    request_body = ProjectRatingBody,
    responses(
        (status = 200, description = "The saved rating", body = ProjectRated),
        (status = 202, description = "Saved, but not yet visible on this server; read `location` with `?min-seq=`", body = Accepted),
        (status = 404, description = "No such project", content_type = "application/problem+json"),
        (status = 409, description = "The project is not done yet", content_type = "application/problem+json"),
        (status = 422, description = "The stars or the key are missing or wrong; `errors` names them", content_type = "application/problem+json"),
        (status = 429, description = "Too many ratings from one address; `Retry-After` says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn rate(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    JsonBody(body): JsonBody<ProjectRatingBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let stars = body.stars.get("stars")?.ok_or_else(|| {
        Problem::wrong_field("stars", both!("请选择1至5星", "expected 1 to 5 stars"))
    })?;
    let key = body.key.get("key")?.map(|key| key.0).unwrap_or_default();
    if key.len() < LEAST_KEY {
        let problem = both!(
            "应为至少{LEAST_KEY}个字节的随机文本，由客户端生成并保存",
            "expected a random text of at least {LEAST_KEY} bytes that the client generates and keeps"
        );
        return Err(Problem::wrong_field("key", problem));
    }
    let missing = || {
        Problem::not_found(both!(
            "没有编号为“{id}”的民生项目。",
            "There is no project {id:?}; /api/projects lists them."
        ))
    };
    let project = FeatureId::new(&*id).map_err(|_| missing())?;
    let allowance = Allowance::of_reports(app.live.snapshot().ledger().rules());
    app.limits
        .ratings
        .take(&Origin::Address(address), allowance)?;
    let rated = rate_project(&app.live, &project, stars.0, &key, Timestamp::now()).await;
    let written = rated.map_err(|error| match error {
        RatingError::Unknown(_) => missing(),
        RatingError::NotDone(_) => Problem::conflict(both!(
            "项目“{id}”尚未完成，完成后方可评价。",
            "The project {id:?} is not done yet. It can be rated once it is done."
        )),
        RatingError::Behind { seq } => Problem::behind(seq),
        RatingError::Store(error) => error.into(),
    })?;
    let here = format!("{}/api/projects", app.base(&headers));
    written::answer(&app, written, Subject::new(&*id, here), |snapshot| {
        let rated = ProjectRated {
            id: id.clone(),
            stars: stars.0,
            rating: snapshot.project_ratings().of(&id).into(),
        };
        Ok(axum::Json(rated).into_response())
    })
}

/// A project with what decides its place in the list.
struct Found<'a> {
    entry: &'a Entry,
    state: ProjectState,
    due_on: Option<Date>,
}

fn board(snapshot: &Snapshot, limit: usize) -> ProjectBoard {
    let all = snapshot.collections().get(PROJECTS);
    let entries = all.into_iter().flat_map(|all| all.iter());
    let mut kinds: BTreeMap<(u8, String), ProjectKind> = BTreeMap::new();
    let mut rated = Rated::default();
    let mut found: Vec<Found<'_>> = entries
        .map(|entry| {
            let row = Canonical::new(entry.all_properties());
            let state = ProjectState::of(row);
            let kind = row.text(property::KIND).unwrap_or_default().into_owned();
            let kinds = kinds.entry((rank(&kind), kind.clone())).or_default();
            kinds.kind = kind;
            *match state {
                ProjectState::Planned => &mut kinds.planned,
                ProjectState::UnderWay => &mut kinds.under_way,
                ProjectState::Delayed => &mut kinds.delayed,
                ProjectState::Done => &mut kinds.done,
            } += 1;
            rated += snapshot.project_ratings().of(entry.id().as_str());
            let due_on = row.text("due_on").and_then(|due| due.parse().ok());
            Found {
                entry,
                state,
                due_on,
            }
        })
        .collect();
    let far = Date::MAX;
    found.sort_by_key(|f| (f.state.order(), f.due_on.unwrap_or(far), f.entry.id()));
    let matched = found.len();
    found.truncate(limit);
    let schema = all.map(|all| all.schema());
    let shown = |f: &Found<'_>| schema.map(|schema| project(snapshot, schema, f));
    ProjectBoard {
        seq: snapshot.seq(),
        matched,
        projects: found.iter().filter_map(shown).collect(),
        kinds: kinds.into_values().collect(),
        rating: rated.into(),
    }
}

/// The order of the kinds: what the street promises first.
fn rank(kind: &str) -> u8 {
    match kind {
        "livelihood" => 0,
        "secretary" => 1,
        "micro" => 2,
        _ => 3,
    }
}

/// A project with the properties that the public may see.
fn project(snapshot: &Snapshot, schema: &Schema, found: &Found<'_>) -> BoardProject {
    let entry = found.entry;
    let row = Canonical::new(entry.all_properties());
    let shows = |name: &str| schema.shows(Role::Public, name);
    let text = |name: &str| {
        let text = row.text(name).filter(|_| shows(name));
        text.map(|text| text.into_owned())
    };
    let day = |name: &str| text(name).and_then(|day| day.parse::<Date>().ok());
    let link = |name: &str, collection: &str| {
        text(name).map(|id| ProjectName {
            name: public_name(snapshot, collection, &id).unwrap_or_else(|| id.clone()),
            id,
        })
    };
    let progress = row.number("progress").filter(|_| shows("progress"));
    let mut lists = row.to_map();
    let milestones = lists.remove("milestones").filter(|_| shows("milestones"));
    let photos = |name: &str| -> Vec<String> {
        let list = lists.get(name).filter(|_| shows(name));
        named(list).map(str::to_owned).collect()
    };
    BoardProject {
        id: entry.id().to_string(),
        name: text(property::NAME).unwrap_or_else(|| entry.id().to_string()),
        kind: text(property::KIND),
        state: found.state,
        progress: progress.map(|percent| percent.clamp(0.0, 100.0) as u32),
        summary: text("summary"),
        lead: link("lead", UNITS),
        place: link(property::GRID, GRIDS),
        at: (entry.geometry().and_then(place::anchor)).map(|at| [at.x, at.y]),
        starts_on: day("starts_on"),
        due_on: found.due_on.filter(|_| shows("due_on")),
        done_on: day("done_on"),
        milestones: milestones.map(steps).unwrap_or_default(),
        photos_before: photos("photos_before"),
        photos_after: photos("photos_after"),
        rating: snapshot.project_ratings().of(entry.id().as_str()).into(),
    }
}

fn steps(milestones: Value) -> Vec<Milestone> {
    let Value::Array(steps) = milestones else {
        return Vec::new();
    };
    let step = |step: Value| {
        let day = |name: &str| step.get(name)?.as_str()?.parse().ok();
        Some(Milestone {
            name: step.get(property::NAME)?.as_str()?.to_owned(),
            due_on: day("due_on"),
            done_on: day("done_on"),
        })
    };
    steps.into_iter().filter_map(step).collect()
}
