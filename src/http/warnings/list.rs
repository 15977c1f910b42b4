//! The warnings: now or as of any moment, as features or as a sheet.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;

use super::{names, read_as_of};
use crate::http::App;
use crate::http::answer::{Answer, Tag};
use crate::http::auth::Caller;
use crate::http::items::params::Params;
use crate::http::items::{Wanted, collection, page};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::index::{Collection, Collections, Entry, Select};
use crate::live::desk::CASES;
use crate::live::history::{self, Which};
use crate::live::{Live, Snapshot};
use crate::model::{
    Body, CollectionId, FeatureId, Properties, Record, Role, RoleSet, SCHEMAS, Schema, View,
};
use crate::warnings::sheet::columns;
use crate::warnings::sheet::write::{CaseRow, Style, csv, xlsx};
use crate::warnings::sheet::{Language, Names};

/// The most cases of one sheet.
pub(super) const MOST_ROWS: usize = 100_000;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The warnings.
///
/// The parameters are those of a collection's items (`bbox`, `limit`, `after`, `datetime`, `sortby`,
/// any property: `level=red&status=filed`), and four more.
#[utoipa::path(get, path = "/api/warnings", tag = "warnings", operation_id = "list_warnings",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 10000, description = "The most features on the page (10); of a sheet all"),
        ("as_of" = Option<String>, Query, description = "The warnings as they were at this moment: 2026-11-22T06:05:00Z"),
        ("open" = Option<bool>, Query, description = "true: only those that have not ended and are not held back as likely spam"),
        ("f" = Option<String>, Query, description = "json, html, or a sheet: csv, xlsx"),
        ("lang" = Option<String>, Query, description = "The language of a sheet: zh (the default) or en"),
    ),
    responses(
        (status = 200, description = "The warnings; see the collection's items for all parameters", content_type = "application/geo+json", body = Value),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = app.live.snapshot();
    let present = collection(&snapshot, CASES)?;
    let as_of = read_as_of(&query)?;
    let open = wanted_open(&query)?;
    let language = language(&query)?;
    let sheet = match query.get("f")? {
        Some("csv") => Some(Sheet::Csv),
        Some("xlsx") => Some(Sheet::Xlsx),
        _ => None,
    };
    // The rest is what every collection's items take.
    let plain = Query::parse(&query.without(&["as_of", "lang", "open"]))?;
    let mut params = Params::read(&plain, present.schema(), caller.view())?;
    if sheet.is_some() && query.get("limit")?.is_none() {
        params.limit = MOST_ROWS;
    }
    let chosen = match (as_of, open) {
        (None, false) => None,
        (None, true) => Some(read_open(&snapshot).await?),
        (Some(at), open) => {
            Some(read_past(&app.live, &snapshot, &mut params, &caller, at, open).await?)
        }
    };
    let (features, matched) = match &chosen {
        None => (present, None),
        Some(chosen) => (&chosen.cases, chosen.matched),
    };
    if let Some(sheet) = sheet {
        return sheet
            .send(
                &app, &snapshot, features, &params, &query, language, &caller, &headers,
            )
            .await;
    }
    let wanted = Wanted {
        path: "/api/warnings",
        collection: features,
        query: &query,
        params: &params,
        seq: match as_of {
            None => present.last_seq(),
            Some(_) => snapshot.seq(),
        },
        matched,
    };
    page(&app, &snapshot, &wanted, &caller, &headers).await
}

/// The parameter `lang`: the language of a sheet.
pub(super) fn language(query: &Query) -> Result<Language, Problem> {
    match query.get("lang")? {
        None | Some("zh") => Ok(Language::Chinese),
        Some("en") => Ok(Language::English),
        Some(other) => Err(Problem::invalid(
            "lang",
            format!("lang={other}: expected zh or en."),
        )),
    }
}

/// The parameter `open`.
fn wanted_open(query: &Query) -> Result<bool, Problem> {
    match query.get("open")? {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            let problem = format!("open={other}: expected true or false.");
            Err(Problem::invalid("open", problem))
        }
    }
}

/// Cases apart from those of the map: of a past moment, or the open ones.
struct Chosen {
    cases: Arc<Collection>,
    /// How many there were, where only a page of them was read.
    matched: Option<u64>,
}

/// Reads what the cases were out of the log, and no more of them than the page needs.
async fn read_past(
    live: &Live,
    snapshot: &Arc<Snapshot>,
    params: &mut Params,
    caller: &Caller,
    at: Timestamp,
    open: bool,
) -> Result<Chosen, Problem> {
    let present = collection(snapshot, CASES)?;
    // Who asks for what was open then need not read what had ended.
    let ended = ["closed", "rejected", "merged"];
    let which = match params.equal.get("status") {
        Some(status) if !ended.contains(&status.as_str()) => Which::Open,
        _ if open => Which::Open,
        _ => Which::All,
    };
    let all = !open
        && params.bbox.is_none()
        && params.sort.is_empty()
        && params.filter(present, caller.view()).is_none();
    if which == Which::All && !all {
        let cases = history::ledger_at(live, snapshot, at).await?;
        let cases = cases.ok_or_else(|| Problem::internal(&"there are no warnings"))?;
        return Ok(Chosen {
            cases: Arc::new(cases),
            matched: None,
        });
    }
    let mut ids: Vec<FeatureId> = {
        let snapshot = Arc::clone(snapshot);
        tokio::task::spawn_blocking(move || history::cases(&snapshot, at, which))
            .await
            .map_err(|e| Problem::internal(&e))?
    };
    let mut matched = None;
    if all {
        matched = Some(ids.len() as u64);
        let start = match &params.after {
            Some(after) => ids.partition_point(|id| id <= after),
            None => 0,
        };
        let from = start.saturating_add(params.offset).min(ids.len());
        // One more than the page, so that it knows of the next.
        let to = from
            .saturating_add(params.limit)
            .saturating_add(1)
            .min(ids.len());
        ids = ids[from..to].to_vec();
        params.offset = 0;
    }
    let mut records = history::versions_at(live, &ids, at).await?;
    if open {
        records.retain(|r| {
            let properties = r.body.as_ref().map(|b| b.properties.as_str());
            properties.is_some_and(is_open)
        });
    }
    let cases = gather(snapshot, records).await?;
    Ok(Chosen { cases, matched })
}

/// The cases that are open now: a few thousand of what may be hundreds of thousands.
async fn read_open(snapshot: &Arc<Snapshot>) -> Result<Chosen, Problem> {
    let present = collection(snapshot, CASES)?;
    let records = snapshot
        .ledger()
        .open()
        .filter_map(|id| present.get(id.as_str()))
        .filter(|entry| is_open(entry.all_properties()))
        .map(|entry| record(present.schema().collection.clone(), entry))
        .collect();
    Ok(Chosen {
        cases: gather(snapshot, records).await?,
        matched: None,
    })
}

/// Whether a case, in canonical JSON, has not ended and is not held back.
fn is_open(properties: &str) -> bool {
    let ended = ["closed", "rejected", "merged"]
        .iter()
        .any(|s| properties.contains(&format!("\"status\":\"{s}\"")));
    !ended && !properties.contains("\"held\":true")
}

/// Cases as a collection of their own, under the schema in force: what it protects today it protects of
/// the past too.
async fn gather(snapshot: &Snapshot, mut records: Vec<Record>) -> Result<Arc<Collection>, Problem> {
    let schemas = snapshot.collections().hidden(SCHEMAS);
    if let Some(schema) = schemas.and_then(|s| s.get(CASES)) {
        records.insert(0, record(CollectionId::schemas(), schema));
    }
    let cases = tokio::task::spawn_blocking(move || {
        let (map, _) = Collections::load(records);
        map.get(CASES).cloned()
    })
    .await
    .map_err(|e| Problem::internal(&e))?;
    cases.ok_or_else(|| Problem::internal(&"a ledger without its schema"))
}

fn record(collection: CollectionId, entry: &Entry) -> Record {
    Record {
        collection,
        id: entry.id().clone(),
        seq: entry.seq(),
        updated_at: entry.updated_at(),
        body: Some(Body {
            geometry: entry.geometry().cloned(),
            properties: Properties::from_canonical(entry.all_properties()),
        }),
    }
}

/// The two kinds of sheet.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sheet {
    Csv,
    Xlsx,
}

impl Sheet {
    #[expect(
        clippy::too_many_arguments,
        reason = "one call, and each is a different thing"
    )]
    async fn send(
        self,
        app: &App,
        snapshot: &Snapshot,
        cases: &Collection,
        params: &Params,
        query: &Query,
        language: Language,
        caller: &Caller,
        headers: &HeaderMap,
    ) -> Result<Response, Problem> {
        let (media_type, name) = self.form();
        let asked = query.without(&[]);
        let tag = Tag::new(
            snapshot,
            snapshot.seq(),
            caller,
            &["sheet", media_type, &asked],
        );
        if tag.is_held(headers) {
            return Ok(Answer::new(media_type, tag, snapshot, caller).send(headers, Vec::new));
        }
        let _turn = app.turn().await?;
        let bytes = tokio::task::block_in_place(|| {
            let rows = rows(cases, params, caller.view())?;
            let names = names(snapshot);
            self.write(&rows, cases.schema(), &names, language, columns_of(caller))
        })?;
        let mut response = Answer::new(media_type, tag, snapshot, caller).send(headers, || bytes);
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
        Ok(response)
    }

    /// Its media type, and its name for those who keep it.
    pub(super) fn form(self) -> (&'static str, &'static str) {
        match self {
            Self::Csv => (
                "text/csv; charset=utf-8",
                "attachment; filename=\"warnings.csv\"",
            ),
            Self::Xlsx => (XLSX, "attachment; filename=\"warnings.xlsx\""),
        }
    }

    pub(super) fn write(
        self,
        rows: &[CaseRow],
        schema: &Schema,
        names: &Names,
        language: Language,
        roles: RoleSet,
    ) -> Result<Vec<u8>, Problem> {
        let words = columns::words(&schema.document);
        let style = Style {
            language,
            names,
            words: &words,
            schema,
            roles,
        };
        let written = match self {
            Self::Csv => csv(rows, &style),
            Self::Xlsx => xlsx(rows, &style),
        };
        written.map_err(|e| Problem::internal(&e))
    }
}

/// The roles by which a sheet has its columns. A unit sees of its own cases what grid workers see; in
/// the rows of others these columns are empty.
pub(super) fn columns_of(caller: &Caller) -> RoleSet {
    match caller.roles().contains(Role::Unit) {
        true => caller.roles().with(Role::GridWorker),
        false => caller.roles(),
    }
}

/// The cases that are wanted, in the order wanted, as far as the caller sees them.
fn rows(cases: &Collection, params: &Params, view: View<'_>) -> Result<Vec<CaseRow>, Problem> {
    let filter = params.filter(cases, view);
    let select = Select {
        bbox: params.bbox,
        after: params.after.clone(),
        filter: filter
            .as_ref()
            .map(|f| f as &(dyn Fn(&Entry) -> bool + Sync)),
        ..Select::default()
    };
    let found = cases.select(&select).entries;
    if found.len() > params.offset.saturating_add(MOST_ROWS) && params.limit >= MOST_ROWS {
        return Err(Problem::invalid(
            "limit",
            format!(
                "{} cases match, and a sheet has at most {MOST_ROWS}: narrow them down (datetime=, \
                 community=, status=), or page with limit= and offset=.",
                found.len()
            ),
        ));
    }
    let mut rows: Vec<CaseRow> = found
        .iter()
        .map(|entry| row(entry, cases.schema(), view))
        .collect();
    crate::http::items::sort_by(&mut rows, &params.sort, |row| &row.properties);
    Ok(rows
        .into_iter()
        .skip(params.offset)
        .take(params.limit)
        .collect())
}

/// One case as a row, as far as somebody sees it.
pub(super) fn row(entry: &Entry, schema: &Schema, view: View<'_>) -> CaseRow {
    CaseRow {
        id: entry.id().to_string(),
        place: entry.geometry().and_then(crate::live::place::anchor),
        properties: serde_json::from_str(&entry.properties(schema, view)).unwrap_or_default(),
    }
}
