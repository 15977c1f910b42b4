//! `/api/day-orders`: the orders of the day that are in force or announced. They are put and ended as features of
//! `day_orders`, by officers and stewards.

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

/// The orders of the day.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrdersOfDay {
    /// The commit that it shows.
    pub seq: u64,
    /// The moment for which it holds.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Those in force and those announced, in the order of their beginnings.
    pub orders: Vec<OrderOfDay>,
}

/// The orders of the day that have not ended.
#[utoipa::path(get, path = "/api/day-orders", operation_id = "day_orders", tag = "access",
    params(("at" = Option<String>, Query, description = "The moment, now where it is missing; not more than an hour ago")),
    responses(
        (status = 200, description = "The orders in force and announced", body = OrdersOfDay),
        (status = 400, description = "The moment is wrong or in the past", content_type = "application/problem+json"),
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
