//! `/api/warnings`: the ledger as it stands. Its features are those of the collection `warnings`.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::App;
use super::auth::Caller;
use super::items;
use super::problem::Problem;
use super::query::Query;

/// The warnings, with the parameters of a collection's items: `level=red&status=filed`.
#[utoipa::path(get, path = "/api/warnings", tag = "warnings", operation_id = "listWarnings",
    responses((status = 200, description = "The warnings; see the collection's items for all parameters", content_type = "application/geo+json", body = Value)))]
pub async fn list(
    app: State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    items::list(app, Path("warnings".to_owned()), query, caller, headers).await
}
