//! `/health/*` and `/metrics`: state and figures for the operator of the service.

use std::collections::BTreeMap;
use std::time::Instant;

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::problem::Problem;
use crate::codec::config::Problem as ConfigProblem;
use crate::live::Snapshot;
use crate::live::supervisor::TaskReport;
use crate::model::{SCHEMAS, both};
use crate::store::Quarantined;

/// Installs the metrics recorder. `None` if the process has one already or it cannot be built.
pub fn install() -> Option<PrometheusHandle> {
    const SECONDS: &[f64] = &[
        0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0,
    ];
    let name = Matcher::Full("onemap_http_request_seconds".to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(name, SECONDS)
        .ok()?
        .install_recorder()
        .ok()
}

/// A request that is counted and timed when it ends, by route and status. The path is not used, because the
/// number of paths is unlimited.
#[derive(Debug)]
pub struct Measured {
    method: Method,
    route: Option<MatchedPath>,
    start: Instant,
}

impl Measured {
    /// Starts timing a request.
    pub fn begin(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            start: Instant::now(),
        }
    }

    /// Counts the request.
    pub fn end(self, status: StatusCode) {
        let route = self.route.as_ref().map_or("other", MatchedPath::as_str);
        let labels = [
            ("method", self.method.as_str().to_owned()),
            ("route", route.to_owned()),
            ("status", status.as_str().to_owned()),
        ];
        metrics::counter!("onemap_http_requests_total", &labels).increment(1);
        metrics::histogram!("onemap_http_request_seconds", &labels)
            .record(self.start.elapsed().as_secs_f64());
    }
}

/// Counts and times requests, for a router that has no other layer for it.
pub async fn measure(request: Request, next: Next) -> Response {
    let measured = Measured::begin(&request);
    let response = next.run(request).await;
    measured.end(response.status());
    response
}

/// An open listener of the feed. Dropping it ends the count.
#[derive(Debug)]
pub struct Client(());

impl Client {
    /// Counts one more listener of the feed.
    pub fn new() -> Self {
        metrics::gauge!("onemap_feed_clients").increment(1.0);
        Self(())
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        metrics::gauge!("onemap_feed_clients").decrement(1.0);
    }
}

/// Counts a listener that was dropped because it did not read.
pub fn feed_stalled() {
    metrics::counter!("onemap_feed_stalled_total").increment(1);
}

/// Answers as long as the process runs.
#[utoipa::path(get, path = "/health/live", tag = "operations",
    responses((status = 200, description = "The process runs", body = Alive)))]
pub async fn live() -> Json<Alive> {
    Json(Alive { status: "live" })
}

/// The state of the node.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// `ready`; `stale` while the database is unreachable and reads are answered from memory; `read_only` while
    /// nothing can be written.
    #[schema(example = "ready")]
    pub status: &'static str,
    /// The number of the newest commit on this node.
    pub seq: u64,
    /// When the newest commit on this node was written.
    #[schema(format = DateTime)]
    pub at: String,
    /// The state of the database.
    pub store: ReadyStore,
    /// Whether writing works.
    pub writable: Writable,
    /// Rows that were written with plain SQL and are not valid features, and schemas (`$schemas`) that cannot
    /// be read.
    pub quarantined: Vec<Quarantined>,
    /// Problems in the configuration files. While a file has problems, its previous version stays in force.
    pub config: Vec<ConfigProblem>,
    /// The background tasks by name. A task that ended or panicked is restarted after a pause.
    pub tasks: BTreeMap<&'static str, TaskReport>,
}

/// The state of the database.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadyStore {
    /// `sqlite` or `postgis`.
    pub kind: &'static str,
    /// When the database last answered.
    #[schema(format = DateTime)]
    pub heard_at: String,
    /// Whether the database answers. The error itself is not shown, because it may contain host names.
    pub reachable: bool,
}

/// Whether writing works.
#[derive(Debug, Serialize, ToSchema)]
pub struct Writable {
    /// Whether writing works.
    pub ok: bool,
    /// Why the database rejects writes; the text names the fault.
    pub problem: Option<String>,
}

/// The answer of a running process.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alive {
    /// Always `live`.
    pub status: &'static str,
}

/// Reports the state of the node: whether the database answers, whether writing works, and what needs repair.
#[utoipa::path(get, path = "/health/ready", tag = "operations",
    responses((status = 200, description = "The state of the node, also if the database is unreachable", body = Ready)))]
pub async fn ready(State(app): State<App>) -> Response {
    let snapshot = app.live.snapshot();
    let condition = app.live.condition();
    let problem = app.live.store().write_problem().await;
    let status = if condition.is_stale() {
        "stale"
    } else if problem.is_some() {
        "read_only"
    } else {
        "ready"
    };
    let document = Ready {
        status,
        seq: snapshot.seq(),
        at: snapshot.at().to_string(),
        store: ReadyStore {
            kind: app.live.store().kind(),
            heard_at: condition.heard_at.to_string(),
            reachable: !condition.is_stale(),
        },
        writable: Writable {
            ok: problem.is_none(),
            problem,
        },
        quarantined: unfit(&snapshot),
        config: app.live.config_problems().as_ref().clone(),
        tasks: app.live.tasks().reports(),
    };
    (
        StatusCode::OK,
        [(header::CACHE_CONTROL, "no-store")],
        Json(document),
    )
        .into_response()
}

/// Rows that the map does not show, or of which it shows an earlier version.
fn unfit(snapshot: &Snapshot) -> Vec<Quarantined> {
    let schemas = snapshot.collections().unreadable_schemas();
    let schemas = schemas.iter().map(|(id, row)| Quarantined {
        collection: SCHEMAS.to_owned(),
        id: id.to_string(),
        seq: row.seq,
        problem: row.error.to_string(),
    });
    let rows = snapshot.quarantined().iter().cloned();
    rows.chain(schemas).collect()
}

/// Metrics for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "Prometheus text format", content_type = "text/plain", body = String)))]
pub async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    let Some(handle) = &app.metrics else {
        return Err(Problem::not_found(both!(
            "该服务进程启动时未能启用运行指标，请重启服务器。",
            "This process has no metrics, because it could not set up its recorder when it started. Restart the server."
        )));
    };
    let snapshot = app.live.snapshot();
    metrics::gauge!("onemap_seq").set(snapshot.seq() as f64);
    metrics::gauge!("onemap_quarantined").set(unfit(&snapshot).len() as f64);
    metrics::gauge!("onemap_stale").set(if app.live.condition().is_stale() {
        1.0
    } else {
        0.0
    });
    app.pools.export_metrics();
    for (id, collection) in snapshot.collections().iter() {
        metrics::gauge!("onemap_features", "collection" => id.to_string())
            .set(collection.len() as f64);
    }
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        handle.render(),
    )
        .into_response())
}
