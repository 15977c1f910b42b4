//! `/api/day-orders`: the day orders (当日管制) that are in force or announced. Officers and stewards create and end
//! them as features of `day_orders`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::card::read_at;
use crate::http::App;
use crate::http::answer;
use crate::http::auth::Caller;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::service::access::{OrderOfDay, orders_of_the_day};

/// The day orders.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrdersOfDay {
    /// The number of the commit that the answer shows.
    pub seq: u64,
    /// The moment that the answer shows.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The orders in force and the announced ones, ordered by their beginning.
    pub orders: Vec<OrderOfDay>,
}

/// Lists the day orders that have not ended.
#[utoipa::path(get, path = "/api/day-orders", operation_id = "day_orders", tag = "access",
    params(("at" = Option<String>, Query, description = "The moment; now, if absent. At most an hour ago")),
    responses(
        (status = 200, description = "The orders in force and announced", body = OrdersOfDay),
        (status = 400, description = "The moment is not valid or more than an hour ago", content_type = "application/problem+json"),
    ))]
pub async fn day_orders(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["at"])?;
    let at = read_at(&query)?;
    let snapshot = app.live.snapshot();
    let document = OrdersOfDay {
        seq: snapshot.seq(),
        at,
        orders: orders_of_the_day(&snapshot, caller.view(), at, None),
    };
    answer::json("application/json", &document, &snapshot, &caller, &headers)
}
