//! Lists the warnings, now or as of any moment, as features or as a spreadsheet.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use geo_types::Coord;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{names, read_as_of};
use crate::http::App;
use crate::http::answer::{Answer, Tag};
use crate::http::auth::Caller;
use crate::http::items::params::Params;
use crate::http::items::{Wanted, collection, first, page};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::work::{Advice, Cut, Kind};
use crate::index::filter::Predicate;
use crate::index::{Budget, Collection, Collections, Entry, Meter as _, Select};
use crate::live::Snapshot;
use crate::model::names::collection::{GRIDS, UNITS, WARNINGS};
use crate::model::names::property;
use crate::model::{
    Body, Canonical, CollectionId, FeatureId, Language, Properties, Record, Role, RoleSet, SCHEMAS,
    both,
};
use crate::service::ledger::past::{self, Which};
use crate::warnings::sheet::columns;
use crate::warnings::sheet::write::{CaseRow, Style, WriteError, csv, xlsx};
use crate::warnings::{PrivatePlace, Status};

/// The most cases in one spreadsheet.
pub(super) const MOST_ROWS: usize = 100_000;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Lists the warnings.
///
/// The parameters are those of a collection's items (`bbox`, `limit`, `after`, `datetime`, `sortby`, any
/// property: `level=red&status=filed`), and the ones below.
#[utoipa::path(get, path = "/api/warnings", tag = "warnings", operation_id = "list_warnings",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 10000, description = "The most features on the page; if absent, 10, and all for a sheet"),
        ("as_of" = Option<String>, Query, description = "The warnings at this past moment, such as 2026-11-22T06:05:00Z"),
        ("open" = Option<bool>, Query, description = "true: only cases that have not ended and are not pending review as possible spam"),
        ("f" = Option<String>, Query, description = "json, html, or a sheet: csv, xlsx"),
        ("lang" = Option<String>, Query, description = "The language of a sheet: zh (the default) or en"),
    ),
    responses(
        (status = 200, description = "The warnings; see the collection's items for all parameters", content_type = "application/geo+json", body = ref("#/components/schemas/CaseCollection")),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = app.live.snapshot();
    let present = collection(&snapshot, WARNINGS)?;
    let as_of = read_as_of(&query)?;
    let open = wanted_open(&query)?;
    let language = language(&query)?;
    let sheet = match query.get("f")? {
        Some("csv") => Some(Sheet::Csv),
        Some("xlsx") => Some(Sheet::Xlsx),
        _ => None,
    };
    // The other parameters are those of any collection's items.
    let plain = Query::parse(&query.without(&["as_of", "lang", "open"]))?;
    let mut params = Params::read(&plain, present.schema(), caller.view())?;
    if sheet.is_some() && query.get("limit")?.is_none() {
        params.limit = MOST_ROWS;
    }
    let chosen = match (as_of, open) {
        (None, false) => None,
        (None, true) => Some(read_open(&app, &snapshot).await?),
        (Some(at), open) => {
            let reading = read_past(&app, &snapshot, &mut params, &caller, at, open);
            Some(app.read_past(reading).await?)
        }
    };
    let (features, matched) = match &chosen {
        None => (present, None),
        Some(chosen) => (&chosen.cases, chosen.matched),
    };
    let features = Arc::clone(features);
    if let Some(sheet) = sheet {
        let wanted = Rows {
            cases: features,
            snapshot,
            language,
            caller: caller.clone(),
        };
        let asked = query.without(&[]);
        return sheet
            .send(&app, wanted, params, &asked, &caller, &headers)
            .await;
    }
    let wanted = Wanted {
        path: "/api/warnings".to_owned(),
        collection: features,
        query,
        params,
        seq: match as_of {
            None => present.last_seq(),
            Some(_) => snapshot.seq(),
        },
        matched,
    };
    page(&app, &snapshot, wanted, &caller, &headers).await
}

/// Parses `lang`: the language of a spreadsheet.
pub(super) fn language(query: &Query) -> Result<Language, Problem> {
    match query.get("lang")? {
        None | Some("zh") => Ok(Language::Chinese),
        Some("en") => Ok(Language::English),
        Some(other) => Err(Problem::invalid(
            "lang",
            both!(
                "lang={other}：应为 zh 或 en。",
                "lang={other}: expected zh or en."
            ),
        )),
    }
}

/// Parses `open`.
fn wanted_open(query: &Query) -> Result<bool, Problem> {
    match query.get("open")? {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            let problem = both!(
                "open={other}：应为 true 或 false。",
                "open={other}: expected true or false."
            );
            Err(Problem::invalid("open", problem))
        }
    }
}

/// The cases of a past moment, or only the open ones. The answer is made from them instead of the present collection.
struct Chosen {
    cases: Arc<Collection>,
    /// The total number, if only a page of them was read.
    matched: Option<u64>,
}

/// Reads the cases of a past moment from the log, but only those that the page needs.
async fn read_past(
    app: &App,
    snapshot: &Arc<Snapshot>,
    params: &mut Params,
    caller: &Caller,
    at: Timestamp,
    open: bool,
) -> Result<Chosen, Problem> {
    let present = collection(snapshot, WARNINGS)?;
    let live = &app.live;
    // If only open cases are wanted, those that had ended need not be read.
    let ended = ["closed", "rejected", "merged"];
    let which = match params.equal.get(property::STATUS) {
        Some(status) if !ended.contains(&status.as_str()) => Which::Open,
        _ if open => Which::Open,
        _ => Which::All,
    };
    let all = !open
        && params.bbox.is_none()
        && params.sort.is_empty()
        && !params.has_filter(present.schema(), caller.view());
    if which == Which::All && !all {
        let cases = past::ledger_at(live, snapshot, at, past::MOST).await?;
        let cases = cases.ok_or_else(|| Problem::internal(&"there is no collection warnings"))?;
        return Ok(Chosen {
            cases: Arc::new(cases),
            matched: None,
        });
    }
    let mut ids: Vec<FeatureId> = {
        let snapshot = Arc::clone(snapshot);
        tokio::task::spawn_blocking(move || past::cases(&snapshot, at, which))
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
        // One more case than the page needs is read, to know whether there is a next page.
        let to = from
            .saturating_add(params.limit)
            .saturating_add(1)
            .min(ids.len());
        ids = ids[from..to].to_vec();
        params.offset = 0;
    }
    past::few_enough(ids.len(), past::MOST)?;
    let mut records = past::versions_at(live, &ids, at).await?;
    if open {
        records.retain(|r| {
            let properties = r.body.as_ref().map(|b| b.properties.as_str());
            properties.is_some_and(is_open)
        });
    }
    let snapshot = Arc::clone(snapshot);
    let cases = tokio::task::spawn_blocking(move || gather(&snapshot, records));
    Ok(Chosen {
        cases: cases.await.map_err(|e| Problem::internal(&e))??,
        matched,
    })
}

/// The cases that are open now: a few thousand out of perhaps hundreds of thousands.
async fn read_open(app: &App, snapshot: &Arc<Snapshot>) -> Result<Chosen, Problem> {
    let present = Arc::clone(collection(snapshot, WARNINGS)?);
    let snapshot = Arc::clone(snapshot);
    let cases = app.answer(NARROW, move |budget| {
        let mut records = Vec::new();
        for id in snapshot.ledger().open() {
            let Some(entry) = present.get(id.as_str()) else {
                continue;
            };
            // The case is copied and encoded again, which costs about four reads.
            budget.read(4)?;
            budget.hold(3 * entry.encoded().len())?;
            if is_open(entry.all_properties()) {
                records.push(record(present.schema().collection.clone(), entry));
            }
        }
        gather(&snapshot, records).map_err(Cut::from)
    });
    Ok(Chosen {
        cases: cases.await?,
        matched: None,
    })
}

/// Whether a case, in canonical JSON, has not ended and is not pending review.
fn is_open(properties: &str) -> bool {
    let case = Canonical::new(properties);
    let status = case.text(property::STATUS).and_then(|s| Status::parse(&s));
    !status.is_some_and(Status::is_ended) && !case.is_true(property::HELD)
}

/// Makes a collection of the given states of cases with the schema in force now, so that properties which are protected
/// today are protected in past states, too.
fn gather(snapshot: &Snapshot, mut records: Vec<Record>) -> Result<Arc<Collection>, Problem> {
    let schemas = snapshot.collections().hidden(SCHEMAS);
    if let Some(schema) = schemas.and_then(|s| s.get(WARNINGS)) {
        records.insert(0, record(CollectionId::schemas(), schema));
    }
    let (map, _) = Collections::load(records);
    let cases = map.get(WARNINGS).cloned();
    cases.ok_or_else(|| Problem::internal(&"the schema of the collection warnings is missing"))
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

/// The two formats of a spreadsheet.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sheet {
    Csv,
    Xlsx,
}

impl Sheet {
    async fn send(
        self,
        app: &App,
        wanted: Rows,
        params: Params,
        asked: &str,
        caller: &Caller,
        headers: &HeaderMap,
    ) -> Result<Response, Problem> {
        let (media_type, name) = self.form();
        let snapshot = Arc::clone(&wanted.snapshot);
        let tag = Tag::new(
            &snapshot,
            snapshot.seq(),
            caller,
            &["sheet", media_type, asked],
        );
        if tag.is_held(headers) {
            return Ok(Answer::new(media_type, tag, &snapshot, caller).send(headers, Vec::new));
        }
        let bytes = app
            .answer_aside(Kind::Walk, NARROW, move |budget| {
                let entries = wanted.entries(&params, budget)?;
                self.write(&wanted, &entries, budget)
            })
            .await?;
        let mut response = Answer::new(media_type, tag, &snapshot, caller).send(headers, || bytes);
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
        Ok(response)
    }

    /// The media type, and the file name for the download.
    pub(super) fn form(self) -> (&'static str, &'static str) {
        match self {
            Self::Csv => (
                "text/csv; charset=utf-8",
                "attachment; filename=\"warnings.csv\"",
            ),
            Self::Xlsx => (XLSX, "attachment; filename=\"warnings.xlsx\""),
        }
    }

    /// Writes cases in the given order.
    pub(super) fn write(
        self,
        wanted: &Rows,
        entries: &[&Arc<Entry>],
        budget: &Budget,
    ) -> Result<Vec<u8>, Cut> {
        let (schema, view) = (wanted.cases.schema(), wanted.caller.view());
        budget.read(names_to_read(&wanted.snapshot))?;
        let names = names(&wanted.snapshot, wanted.caller.roles());
        let words = columns::words(&schema.document);
        let style = Style {
            language: wanted.language,
            names: &names,
            words: &words,
            schema,
            roles: columns_of(&wanted.caller),
        };
        // XLSX counts twice, because the cells of a worksheet stay in memory until it is written; CSV is only text.
        let each = match self {
            Self::Csv => 1,
            Self::Xlsx => 2,
        };
        let rows = entries.iter().map(|entry| {
            let properties = entry.properties(schema, view);
            budget.read(each)?;
            budget.hold(each * properties.len())?;
            let place = entry.geometry().and_then(crate::service::place::anchor);
            let properties = serde_json::from_str(&properties).unwrap_or_default();
            Ok(row(entry.id().to_string(), place, properties))
        });
        match self {
            Self::Csv => csv(rows, &style),
            Self::Xlsx => xlsx(rows, &style),
        }
    }
}

impl From<WriteError> for Cut {
    fn from(error: WriteError) -> Self {
        Self::Refused(Problem::internal(&error))
    }
}

/// The row of a case. Who may see the place of a private case gets it in the columns of the place.
fn row(id: String, place: Option<Coord<f64>>, mut properties: Map<String, Value>) -> CaseRow {
    let private = properties.remove("private_place");
    let private: Option<PrivatePlace> = private.and_then(|p| serde_json::from_value(p).ok());
    let place = private.as_ref().map(PrivatePlace::position).or(place);
    if let Some(private) = private {
        let said = [
            (property::COMPOUND, private.compound),
            (property::BUILDING, private.building),
            ("building_unit", private.building_unit),
            ("place", private.place),
        ];
        let said = said.into_iter();
        properties.extend(said.filter_map(|(name, text)| Some((name.to_owned(), text?.into()))));
    }
    CaseRow {
        id,
        place,
        properties,
    }
}

/// The roles that determine the columns. A unit sees of its own cases what grid workers see; in the rows of
/// other cases these columns are empty.
fn columns_of(caller: &Caller) -> RoleSet {
    match caller.roles().contains(Role::Unit) {
        true => caller.roles().with(Role::GridWorker),
        false => caller.roles(),
    }
}

/// The advice in the error text for a request with too many cases.
pub(super) const NARROW: Advice = (
    "请缩小范围（datetime=、community=、status=），或分页查询（limit= 和 offset=）。",
    "Narrow the request down (datetime=, community=, status=), or request fewer cases at a time \
     (limit= and offset=).",
);

/// The cases of a spreadsheet.
pub(super) struct Rows {
    pub cases: Arc<Collection>,
    pub snapshot: Arc<Snapshot>,
    pub language: Language,
    pub caller: Caller,
}

impl Rows {
    /// The selected cases, in the requested order.
    fn entries(&self, params: &Params, budget: &Budget) -> Result<Vec<&Arc<Entry>>, Cut> {
        let cases = &self.cases;
        let filter = params.filter(cases, self.caller.view(), budget);
        let select = Select {
            bbox: params.bbox,
            near: params.predicate.as_ref().and_then(Predicate::near),
            after: params.after.clone(),
            filter: filter
                .as_ref()
                .map(|f| f as &(dyn Fn(&Entry) -> bool + Sync)),
            ..Select::default()
        };
        let mut found = Vec::new();
        cases.visit_metered(&select, budget, |e| found.push(e))?;
        budget.hold(size_of_val(&*found))?;
        let end = params.offset.saturating_add(params.limit);
        if found.len() > params.offset.saturating_add(MOST_ROWS) && params.limit >= MOST_ROWS {
            let count = found.len();
            return Err(Cut::Refused(Problem::invalid(
                "limit",
                both!(
                    "符合条件的事件有{count}件，一张表格最多{MOST_ROWS}件，请缩小范围\
                     （datetime=、community=、status=），或分页导出（limit= 和 offset=）。",
                    "{count} cases match, but a sheet can have at most {MOST_ROWS}. Narrow the \
                     request down (datetime=, community=, status=), or page with limit= and \
                     offset=."
                ),
            )));
        }
        if !params.sort.is_empty() {
            found = first(&found, &params.sort, end, budget)?;
        }
        found.truncate(end);
        Ok(found.split_off(params.offset.min(found.len())))
    }
}

/// How many features [`names`] reads, for the budget.
pub(super) fn names_to_read(snapshot: &Snapshot) -> usize {
    let of = |name: &str| snapshot.collections().get(name).map_or(0, |c| c.len());
    of(UNITS) + of(GRIDS)
}
