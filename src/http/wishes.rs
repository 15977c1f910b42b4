//! `/api/wishes`: the public board of micro-wishes (微心愿). It shows the text that an officer wrote for it, and nothing
//! of the person who asked: not their words, not where they live, not the number of the case.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::answer::{Answer, Tag};
use super::auth::Caller;
use super::problem::Problem;
use super::query::Query;
use crate::live::{PublishedWish, Snapshot};
use crate::model::names::collection::{GRIDS, UNITS};
use crate::model::names::property;
use crate::model::{Canonical, FeatureId, Role, date_in_china};
use crate::warnings::Status;

const JSON: &str = "application/json";
/// The most wishes in one answer.
const MOST: usize = 200;

/// The board of wishes.
#[derive(Debug, Serialize, ToSchema)]
pub struct WishBoard {
    /// The commit as of which everything in the answer is true.
    pub seq: u64,
    /// How many open wishes with a public text there are, also beyond `wishes`.
    pub matched: usize,
    /// The open wishes: first those that no unit has claimed, and the oldest first.
    pub wishes: Vec<BoardWish>,
    /// The figures of the fulfilled wishes.
    pub totals: BoardTotals,
}

/// An open wish on the board.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardWish {
    /// The id, by which a member unit claims the wish.
    pub id: String,
    /// The text that an officer wrote for the board.
    pub text: String,
    /// The community of the person who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<BoardName>,
    /// The day on which the wish was filed, in China's time zone.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
    /// How far the wish is.
    pub state: WishState,
    /// The unit that takes care of the wish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<BoardName>,
}

/// A feature that the board names.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardName {
    /// The id of the feature.
    pub id: String,
    /// The public name of the feature; its id if it has none.
    pub name: String,
}

/// How far a wish is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WishState {
    /// Waits for a unit that claims it (待认领).
    Waiting,
    /// A unit takes care of it (认领中).
    Claimed,
    /// The duty room looks for another way (协调中): the unit gave it back, or it is parked.
    Arranging,
    /// The unit has done it, and somebody verifies that (待核实).
    Done,
}

/// The figures of all fulfilled wishes.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardTotals {
    /// How many wishes were fulfilled: closed after verification.
    pub fulfilled: u32,
    /// How many units fulfilled at least one.
    pub units: usize,
    /// How many of the fulfilled wishes were rated by the person who asked.
    pub rated: u32,
    /// The mean of the ratings, from 1 to 5, with one decimal; `null` without ratings.
    pub rating_mean: Option<f64>,
}

impl WishState {
    fn of(status: Status) -> Self {
        match status {
            Status::Filed => Self::Waiting,
            Status::Dispatched | Status::Handling => Self::Claimed,
            Status::Handled | Status::Verified => Self::Done,
            _ => Self::Arranging,
        }
    }
}

/// Lists the open micro-wishes that an officer published, with the figures of those that were fulfilled.
///
/// A wish leaves the board when it is closed, or when an officer takes its text down.
#[utoipa::path(get, path = "/api/wishes", operation_id = "list_wishes", tag = "warnings",
    params(
        ("community" = Option<String>, Query, description = "Only wishes of the community with this id. The totals are those of the whole map"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The most wishes in the answer; 200 without it"),
    ),
    responses(
        (status = 200, description = "The board, from one state of the ledger", body = WishBoard),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["community", "limit"])?;
    let community = query.get("community")?;
    let limit = query.parsed::<usize>("limit", ("1至200的整数", "a whole number from 1 to 200"))?;
    let limit = limit.unwrap_or(MOST).clamp(1, MOST);
    let snapshot = app.live.snapshot();
    let asked = limit.to_string();
    let request = ["wishes", community.unwrap_or_default(), &asked];
    let tag = Tag::new(&snapshot, snapshot.seq(), &caller, &request);
    let body = || {
        let board = board(&snapshot, community, limit);
        serde_json::to_vec(&board).unwrap_or_default()
    };
    Ok(Answer::new(JSON, tag, &snapshot, &caller).send(&headers, body))
}

fn board(snapshot: &Snapshot, community: Option<&str>, limit: usize) -> WishBoard {
    let wishes = snapshot.wishes();
    let here =
        |wish: &PublishedWish| community.is_none_or(|id| wish.community.as_deref() == Some(id));
    let mut open: Vec<(&FeatureId, &PublishedWish)> =
        wishes.published().filter(|(_, w)| here(w)).collect();
    open.sort_by_key(|(id, wish)| (WishState::of(wish.status), wish.since, *id));
    let matched = open.len();
    open.truncate(limit);
    let totals = wishes.totals();
    let mean = f64::from(totals.rating_sum) / f64::from(totals.rated);
    WishBoard {
        seq: snapshot.seq(),
        matched,
        wishes: open
            .into_iter()
            .map(|(id, wish)| shown(snapshot, id, wish))
            .collect(),
        totals: BoardTotals {
            fulfilled: totals.fulfilled,
            units: wishes.helpers(),
            rated: totals.rated,
            rating_mean: (totals.rated > 0).then(|| (mean * 10.0).round() / 10.0),
        },
    }
}

fn shown(snapshot: &Snapshot, id: &FeatureId, wish: &PublishedWish) -> BoardWish {
    let state = WishState::of(wish.status);
    // A unit that gave the wish back is no longer in charge, although the case still names it.
    let unit = wish
        .unit
        .as_deref()
        .filter(|_| matches!(state, WishState::Claimed | WishState::Done));
    BoardWish {
        id: id.to_string(),
        text: wish.text.clone(),
        community: wish
            .community
            .as_deref()
            .map(|id| named(snapshot, GRIDS, id)),
        since: date_in_china(wish.since),
        state,
        unit: unit.map(|id| named(snapshot, UNITS, id)),
    }
}

/// A feature with its public name.
fn named(snapshot: &Snapshot, collection: &str, id: &str) -> BoardName {
    BoardName {
        id: id.to_owned(),
        name: public_name(snapshot, collection, id).unwrap_or_else(|| id.to_owned()),
    }
}

/// The name of a feature, if the public may see it.
pub(super) fn public_name(snapshot: &Snapshot, collection: &str, id: &str) -> Option<String> {
    let collection = snapshot.collections().get(collection)?;
    let entry = collection.get(id)?;
    let name = Canonical::new(entry.all_properties()).text(property::NAME)?;
    let shown = collection.schema().shows(Role::Public, property::NAME);
    shown.then(|| name.into_owned())
}
