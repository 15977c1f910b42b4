//! `/health/*` and `/metrics`: for who operates the service.

use std::time::Instant;

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde_json::{Value, json};

use super::App;
use super::problem::Problem;

/// Installs the recorder; once a process.
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

/// A request that is counted and timed when it ends, by route and status; never by path, since paths are
/// unlimited.
#[derive(Debug)]
pub struct Measured {
    method: Method,
    route: Option<MatchedPath>,
    start: Instant,
}

impl Measured {
    /// Starts the clock.
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

/// Counts and times a request, for a router that has no other layer of routes.
pub async fn measure(request: Request, next: Next) -> Response {
    let measured = Measured::begin(&request);
    let response = next.run(request).await;
    measured.end(response.status());
    response
}

/// One listener of the feed, counted while it lives.
#[derive(Debug)]
pub struct Client(());

impl Client {
    /// Counts it.
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

/// The process is there.
#[utoipa::path(get, path = "/health/live", tag = "operations",
    responses((status = 200, description = "`{status: live}`", body = Value)))]
pub async fn live() -> Json<Value> {
    Json(json!({"status": "live"}))
}

/// The node can answer, and how well.
#[utoipa::path(get, path = "/health/ready", tag = "operations",
    responses((status = 200, description = "`status` is ready, stale while the database is away and reads are answered from memory, or read_only while nothing can be written; \
        `writable` is `{ok, problem}`: whether writing works, and what keeps it from working; \
        `quarantined` names rows that plain SQL wrote and that are no valid features; `config` what is wrong with the files of the \
        configuration, in whose place the ones before them are in force; `tasks` are those that run as long as the process, by name, each \
        `{state: running | waiting | stopped, since, restarts, problem}`: one that ended or panicked is started again after a pause", body = Value)))]
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
    let document = json!({
        "status": status,
        "seq": snapshot.seq(),
        "at": snapshot.at().to_string(),
        "store": {
            "kind": app.live.store().kind(),
            "heard_at": condition.heard_at.to_string(),
            // What a driver says may name hosts: only that there is trouble is told.
            "reachable": !condition.is_stale(),
        },
        "writable": {"ok": problem.is_none(), "problem": problem},
        "quarantined": snapshot.quarantined(),
        "config": *app.live.config_problems(),
        "tasks": app.live.tasks().reports(),
    });
    (
        StatusCode::OK,
        [(header::CACHE_CONTROL, "no-store")],
        Json(document),
    )
        .into_response()
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "Prometheus text format", content_type = "text/plain", body = String)))]
pub async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    let Some(handle) = &app.metrics else {
        return Err(Problem::not_found("This process keeps no figures."));
    };
    let snapshot = app.live.snapshot();
    metrics::gauge!("onemap_seq").set(snapshot.seq() as f64);
    metrics::gauge!("onemap_quarantined").set(snapshot.quarantined().len() as f64);
    metrics::gauge!("onemap_stale").set(if app.live.condition().is_stale() {
        1.0
    } else {
        0.0
    });
    app.pools.tell();
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
