//! Tests of past states of the map.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::ledger::{Ledger, a_moment, jiff_now};
use crate::support::server::problem;

#[tokio::test]
async fn as_of_returns_the_past_state_of_the_map() {
    let ledger = Ledger::start().await;
    let before = a_moment().await;
    let id = ledger.case().await;
    let reported = a_moment().await;
    ledger.act(&ledger.officer, &id, "file", json!({})).await;
    let filed = a_moment().await;
    ledger
        .act(&ledger.officer, &id, "dispatch", json!({"unit": "u1"}))
        .await;
    for (at, status) in [
        (&reported, "reported"),
        (&filed, "filed"),
        (&jiff_now(), "dispatched"),
    ] {
        let then = ledger
            .json(None, &format!("/api/warnings?as_of={at}"))
            .await;
        assert_eq!(
            then["features"][0]["properties"]["status"], status,
            "{then}"
        );
        assert_eq!(then["numberMatched"], 1);
        let grids = ledger
            .json(None, &format!("/api/grids/status?as_of={at}"))
            .await;
        assert_eq!(grids["open"]["yellow"], 1, "{grids}");
    }
    let then = ledger
        .json(None, &format!("/api/warnings?as_of={before}"))
        .await;
    assert_eq!(then["features"], json!([]));
    for path in [
        "/api/warnings?as_of=yesterday",
        "/api/grids/status?as_of=2999-01-01T00:00:00Z",
    ] {
        let (status, said) = problem(ledger.get(None, path).await).await;
        assert_eq!(
            (status, &said["parameter"]),
            (StatusCode::BAD_REQUEST, &json!("as_of"))
        );
    }
}
