//! The HTTP interface of the map, one file for each resource.
//!
//! A request that reads the map takes one snapshot and answers from it alone. The store is used only for writes, for
//! credentials, for past commits, and for the tables beside the map, such as accounts and jobs.

mod access;
mod accounts;
mod admission;
mod answer;
pub mod assets;
mod audit;
pub mod auth;
mod body;
mod budget;
mod cards;
mod catalogue;
pub mod connections;
mod drain;
mod entrances;
mod error_page;
mod events;
mod grids;
mod handovers;
mod html;
mod imports;
mod in_flight;
mod invites;
mod items;
mod jobs;
mod language;
mod limit;
pub mod metrics;
mod nearest;
mod network;
mod openapi;
mod origin;
mod passwords;
mod patrols;
mod photos;
mod plan;
mod presets;
mod problem;
mod projects;
mod proxy;
mod query;
mod routes;
mod rules;
mod search;
mod session;
mod shapes;
mod styles;
mod themes;
mod tiles;
mod warnings;
mod webhooks;
mod wishes;
mod work;
mod written;

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::cors::{Any, CorsLayer};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::trace::TraceLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::live::Live;
use crate::live::jobs::Jobs;
use crate::model::both;
use crate::service::checkers::Checkers;
use crate::service::grids::{Cards, Reaches};
use crate::service::ledger::CaseService;
use crate::service::network_file::Files;
use crate::service::planning::Planning;
use crate::service::routes::Routes;
use crate::service::themes::ThemeMaps;
use crate::store::UploadLimits;
use crate::store::audit::during;
pub use events::FeedLimits;
use problem::Problem;
pub use proxy::Proxies;

/// The longest URI that is accepted, in bytes.
const LONGEST_URI: usize = 8 * 1024;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// The settings of the operator.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address at which clients reach the service, if it differs because of a proxy.
    pub public_url: Option<String>,
    /// How many commits the feed can replay to a client that reconnects.
    pub feed_retention: u64,
    /// How many clients may listen to the feed, and how far one may fall behind.
    pub feed_limits: FeedLimits,
    /// The limits for connections.
    pub connections: connections::Settings,
    /// Whether this process itself serves TLS.
    pub tls: bool,
    /// Proxies whose headers `X-Forwarded-For`, `-Host` and `-Proto` are trusted.
    pub trust_proxy: Proxies,
    /// How much may be uploaded for imports.
    pub uploads: UploadLimits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            public_url: None,
            feed_retention: 10_000,
            feed_limits: FeedLimits::default(),
            connections: connections::Settings::default(),
            tls: false,
            trust_proxy: Proxies::None,
            uploads: UploadLimits::default(),
        }
    }
}

/// The state that handlers share. It is a single pointer, because every layer and extractor clones it.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

/// The content of the shared state.
#[derive(Debug)]
pub struct Parts {
    live: Live,
    jobs: Jobs,
    /// The write path of the ledger.
    service: CaseService,
    /// Routes over the network.
    routes: Arc<Routes>,
    /// Coverage and sitings over the network.
    planning: Arc<Planning>,
    /// The thematic maps.
    themes: Arc<ThemeMaps>,
    /// The network files for phones.
    files: Arc<Files>,
    /// What cards are made from.
    cards: Cards,
    /// Who has facilities within reach.
    reaches: Arc<Reaches>,
    options: Options,
    /// The path of the public address, without a slash at the end.
    prefix: String,
    principals: auth::Principals,
    checkers: Checkers,
    tiles: Arc<tiles::Cache>,
    metrics: Option<PrometheusHandle>,
    /// Limits how many large requests run at once.
    pools: Arc<work::Pools>,
    /// Limits how many passwords are hashed at once.
    passwords: passwords::Passwords,
    /// The limits for what one client may send.
    limits: Arc<admission::Limits>,
    /// The places of feed listeners.
    places: Arc<events::Places>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Creates the shared state for a live map and its jobs.
    pub fn new(
        live: Live,
        jobs: Jobs,
        options: Options,
        metrics: Option<PrometheusHandle>,
    ) -> Self {
        let routes = Arc::new(Routes::new(live.clone()));
        let planning: Arc<Planning> = Arc::default();
        let themes = ThemeMaps::start(live.clone(), Arc::clone(&routes), Arc::clone(&planning));
        Self(Arc::new(Parts {
            jobs,
            service: CaseService::new(live.clone()),
            routes,
            planning,
            themes,
            files: Arc::default(),
            cards: Cards::default(),
            reaches: Arc::default(),
            live,
            places: Arc::new(events::Places::new(options.feed_limits)),
            limits: Arc::new(admission::Limits::new(&options.connections)),
            prefix: options
                .public_url
                .as_deref()
                .map_or_else(String::new, |url| proxy::path_of(url).to_owned()),
            options,
            principals: auth::Principals::default(),
            checkers: Checkers::default(),
            tiles: Arc::default(),
            metrics,
            pools: Arc::default(),
            passwords: passwords::Passwords::default(),
        }))
    }

    /// Whether a peer is a trusted proxy, so that its connections carry many clients.
    fn is_proxy(&self, peer: std::net::IpAddr) -> bool {
        self.options.trust_proxy.contains(peer)
    }

    /// The address of this service as the client sees it, without a slash at the end.
    fn base(&self, headers: &HeaderMap) -> String {
        if let Some(url) = &self.options.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let named = |name: HeaderName| {
            headers.get(name).and_then(|v| v.to_str().ok()).filter(|h| {
                h.chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".-:[]_".contains(c))
            })
        };
        // `App::receive` has removed this header if the peer is not a trusted proxy.
        let host = named(FORWARDED_HOST)
            .or_else(|| named(header::HOST))
            .unwrap_or("localhost");
        let scheme = if self.is_https(headers) {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{host}")
    }

    /// Scheme, host and port of this service as the client sees it.
    fn origin(&self, headers: &HeaderMap) -> String {
        let base = self.base(headers);
        let path = proxy::path_of(&base).len();
        base[..base.len() - path].to_owned()
    }

    fn is_https(&self, headers: &HeaderMap) -> bool {
        match (&self.options.public_url, headers.get(FORWARDED_PROTO)) {
            (Some(url), _) => url.starts_with("https:"),
            (None, Some(scheme)) => scheme == "https",
            (None, None) => self.options.tls,
        }
    }

    /// The path of the cookies.
    fn cookie_path(&self) -> &str {
        match self.prefix.as_str() {
            "" => "/",
            prefix => prefix,
        }
    }
}

/// All routes, and the OpenAPI document.
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(catalogue::landing))
        .routes(routes!(catalogue::conformance))
        .routes(routes!(catalogue::list))
        .routes(routes!(catalogue::one))
        .routes(routes!(catalogue::schema))
        .routes(routes!(catalogue::queryables))
        .routes(routes!(items::list, items::create))
        .routes(routes!(
            items::read,
            items::put,
            items::patch,
            items::delete
        ))
        .routes(routes!(tiles::collection))
        .routes(routes!(tiles::several))
        .routes(routes!(tiles::tilejson))
        .routes(routes!(styles::style))
        .routes(routes!(events::events))
        .routes(routes!(grids::status))
        .routes(routes!(cards::grid))
        .routes(routes!(cards::building))
        .routes(routes!(cards::grid_reach))
        .routes(routes!(cards::building_reach))
        .routes(routes!(themes::list))
        .routes(routes!(themes::one))
        .routes(routes!(patrols::list, patrols::note))
        .routes(routes!(handovers::list, handovers::create))
        .routes(routes!(handovers::preview))
        .routes(routes!(handovers::read, handovers::withdraw))
        .routes(routes!(handovers::receive))
        .routes(routes!(rules::rules))
        .routes(routes!(presets::list))
        .routes(routes!(presets::put, presets::delete))
        .routes(routes!(access::card))
        .routes(routes!(access::board))
        .routes(routes!(access::day_orders))
        .routes(routes!(access::passage))
        .routes(routes!(entrances::code))
        .routes(routes!(photos::create))
        .routes(routes!(photos::read))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::delete))
        .routes(routes!(webhooks::deliveries))
        .routes(routes!(warnings::list, warnings::report))
        .routes(routes!(warnings::summary))
        .routes(routes!(warnings::figures))
        .routes(routes!(warnings::duplicates))
        .routes(routes!(warnings::place))
        .routes(routes!(warnings::units))
        .routes(routes!(warnings::import))
        .routes(routes!(warnings::import_template))
        .routes(routes!(warnings::export))
        .routes(routes!(warnings::caller))
        .routes(routes!(warnings::read))
        .routes(routes!(warnings::act))
        .routes(routes!(warnings::history))
        .routes(routes!(warnings::contact, warnings::erase_contact))
        .routes(routes!(warnings::observe))
        .routes(routes!(warnings::conditions))
        .routes(routes!(wishes::list))
        .routes(routes!(projects::list))
        .routes(routes!(projects::rate))
        .routes(routes!(warnings::silences, warnings::begin_silence))
        .routes(routes!(warnings::end_silence))
        .routes(routes!(nearest::nearest, routes::nearest))
        .routes(routes!(routes::isochrone, routes::isochrone_from))
        .routes(routes!(search::search))
        .routes(routes!(routes::route))
        .routes(routes!(routes::trip))
        .routes(routes!(plan::coverage, plan::shown_coverage))
        .routes(routes!(plan::coverage_week))
        .routes(routes!(plan::create_siting))
        .routes(routes!(plan::standards))
        .routes(routes!(plan::list_scenarios, plan::create_scenario))
        .routes(routes!(
            plan::read_scenario,
            plan::save_scenario,
            plan::delete_scenario
        ))
        .routes(routes!(network::network))
        .routes(routes!(network::part))
        .routes(routes!(session::read, session::sign_in, session::sign_out))
        .routes(routes!(session::change_password))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::read, accounts::change, accounts::disable))
        .routes(routes!(accounts::create_token))
        .routes(routes!(accounts::revoke_token))
        .routes(routes!(invites::list, invites::create))
        .routes(routes!(invites::revoke))
        .routes(routes!(invites::accept))
        .routes(routes!(audit::list))
        .routes(routes!(imports::plan))
        .routes(routes!(imports::commit))
        .routes(routes!(imports::undo))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::read, jobs::delete))
        .routes(routes!(jobs::job_events))
        .routes(routes!(metrics::live))
        .routes(routes!(metrics::ready))
        .routes(routes!(metrics::metrics))
}

/// The OpenAPI document.
pub fn openapi_document() -> serde_json::Value {
    openapi::finish(&routes().into_openapi())
}

/// The service as an axum router.
pub fn router(app: App) -> Router {
    let (router, _) = routes().split_for_parts();
    let document = Arc::new(openapi_document());
    let describe = move |headers: HeaderMap, State(app): State<App>| {
        let mut document = (*document).clone();
        document["servers"] = serde_json::json!([{"url": app.base(&headers)}]);
        async move {
            (
                [(
                    header::CONTENT_TYPE,
                    "application/vnd.oai.openapi+json;version=3.0",
                )],
                Json(document).into_response().into_body(),
            )
        }
    };
    let router = router
        .route(
            "/api",
            axum::routing::get(|State(app): State<App>| async move {
                axum::response::Redirect::permanent(&format!("{}/api/", app.prefix))
            }),
        )
        .route("/api/openapi.json", axum::routing::get(describe))
        .route_layer(middleware::from_fn_with_state(app.clone(), on_record))
        .fallback(assets::serve)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app);
    with_layers(router)
}

/// Adds the layers around all routes: limits, compression, CORS, request ids, logs. Public, so that a benchmark
/// can put a plain handler behind the same layers.
pub fn with_layers(router: Router) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::ACCEPT_LANGUAGE,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            CONTENT_CRS,
            answer::SEQ_HEADER,
            HeaderName::from_static(search::DIRECTORY_SEQ),
            REQUEST_ID,
        ])
        // The CORS headers are the same for every request, so caches need not tell requests apart by them.
        .vary([])
        .max_age(Duration::from_secs(3600));

    router
        .layer(DefaultBodyLimit::max(body::LIMIT))
        .layer(middleware::from_fn(guard))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(cors)
        .layer(CatchPanicLayer::custom(caught))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(|request: &Request| {
                    let id = request
                        .headers()
                        .get(&REQUEST_ID)
                        .and_then(|v| v.to_str().ok())
                        .unwrap_or_default();
                    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
                })
                .on_response(|response: &Response, took: Duration, _: &tracing::Span| {
                    tracing::debug!(status = response.status().as_u16(), ms = took.as_secs_f64() * 1e3, "answered");
                })
                // Refusals are not logged, so that a client cannot fill the log with them. Internal errors are
                // logged where they occur.
                .on_failure(()),
        )
        .layer(SetRequestIdLayer::new(REQUEST_ID, RequestIds::new()))
        .layer(middleware::from_fn(outermost))
}

/// Refuses too long URLs, counts large answers against the budget, converts plain-text errors to problem documents, and
/// problem documents to pages for a person who opened an address in a browser.
async fn guard(request: Request, next: Next) -> Response {
    let address = request.uri().path_and_query();
    let length = address.map_or(0, |a| a.as_str().len());
    if length > LONGEST_URI {
        return Problem::uri_too_long(both!(
            "网址有{length}个字节，超过上限{LONGEST_URI}个字节，请缩短网址。",
            "The URL has {length} bytes. The limit is {LONGEST_URI} bytes; send a shorter URL."
        ))
        .into_response();
    }
    let admitted = request.extensions().get::<budget::Admitted>().cloned();
    let version = request.version();
    // The way up to the home page, whatever public path precedes the path that arrives here.
    let up = answer::is_visit(&request)
        .then(|| "../".repeat(request.uri().path().matches('/').count().saturating_sub(1)));
    let mut response = next.run(request).await;
    if let Some(admitted) = admitted {
        response = budget::count(response, &admitted, version);
    }
    // axum's extractors answer with plain text, which is converted to a problem document here.
    let plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|v| v.as_bytes().starts_with(b"text/plain"));
    let status = response.status();
    if plain && (status.is_client_error() || status.is_server_error()) {
        response = Problem::of_status(status).into_response();
    }
    match up {
        Some(up) => error_page::for_people(response, &up).await,
        None => response,
    }
}

/// Counts and times a request, and writes its entries to the audit.
///
/// One layer does both, because each layer costs two allocations and a copy of the layers below it.
async fn on_record(State(app): State<App>, request: Request, next: Next) -> Response {
    let measured = metrics::Measured::begin(&request);
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let address = origin::ClientAddress::of(request.headers(), request.extensions(), &app);
    let address = address.map(|a| a.0);
    let response = during(method.as_str(), uri.path(), address, next.run(request)).await;
    measured.end(response.status());
    response
}

/// The outermost layer. Adds content codings to entity tags, forbids browsers to guess media types, drains
/// unread request bodies and sets the language of errors.
async fn outermost(mut request: Request, next: Next) -> Response {
    let language = language::preferred(request.headers());
    let coding = answer::untag_encodings(request.headers_mut());
    let (request, unread) = drain::watch(request);
    let mut response = language::answering(language, next.run(request)).await;
    answer::tag_encodings(&mut response, coding);
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Some(unread) = unread {
        unread.drain(&mut response).await;
    }
    response
}

/// Gives each request an id: a random part that is generated once per process, and a counter. Generating a
/// random id for each request would cost a system call.
#[derive(Debug, Clone)]
struct RequestIds {
    process: u64,
    next: Arc<AtomicU64>,
}

impl RequestIds {
    fn new() -> Self {
        Self {
            process: uuid::Uuid::new_v4().as_u64_pair().0,
            next: Arc::default(),
        }
    }
}

impl MakeRequestId for RequestIds {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:016x}-{number:x}", self.process);
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

async fn wrong_method(request: Request) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    Problem::wrong_method(both!(
        "{path} 不支持 {method} 方法，可用的方法见 /api/openapi.json。",
        "{path} does not support {method}. /api/openapi.json lists the methods."
    ))
    .into_response()
}

fn caught(cause: Box<dyn std::any::Any + Send>) -> Response {
    let text = cause
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    let mut response = Problem::internal(&text).into_response();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
