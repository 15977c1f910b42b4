//! Tests that filters reveal no protected data. A property that the role of the caller may not see counts as unknown.
//! If the caller sees only a part of a feature, its other properties have no value.

use onemap::model::{Role, Schema};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::ledger::{LAT, LON, Ledger, account, square};
use crate::support::server::{Server, token};
use crate::support::{building, gate};

/// The ways in which an expression can use a property.
const WAYS: &[&str] = &[
    "{p} = 'x'",
    "{p} > 1",
    "{p} IS NULL",
    "NOT ({p} IS NOT NULL)",
    "true OR {p} LIKE '%'",
    "false AND {p} = 'x'",
    "CASEI({p}) IN (ACCENTI('x'))",
    "'x' BETWEEN {p} AND {p}",
    "{p} + 1 = 2",
    "char_length({p}) > 0",
    "A_CONTAINS({p}, ('x'))",
    "A_OVERLAPS(({p}), ('x'))",
    "T_AFTER(INTERVAL({p}, '..'), DATE('2026-11-22'))",
    "S_INTERSECTS({p}, POINT(117 39))",
    "{p}({p}) = 1",
];

/// Sends a filter with the property `name` in place of `{p}`. Returns the answer with `{p}` in place of `name`.
async fn answer(
    server: &Server,
    token: Option<&str>,
    collection: &str,
    way: &str,
    name: &str,
) -> (StatusCode, String) {
    let url = format!("{}/api/collections/{collection}/items", server.base);
    let filter = way.replace("{p}", name);
    let request = server.client.get(url).query(&[("filter", filter)]);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let answer = request.send().await.unwrap();
    (
        answer.status(),
        answer.text().await.unwrap().replace(name, "{p}"),
    )
}

#[tokio::test]
async fn a_filter_on_a_hidden_property_is_answered_as_if_it_did_not_exist() {
    let server = Server::start().await;
    server.put("entrances", &gate("g1", LON, LAT)).await;
    let rider = token(&server.database, "rider");
    let mut protected = 0;
    for (collection, document) in onemap::demo::schemas() {
        let schema = Schema::parse(&collection, document).unwrap();
        for property in schema
            .properties
            .values()
            .filter(|p| p.role != Role::Public)
        {
            protected += 1;
            let below_rider = !Role::Rider.includes(property.role);
            for way in WAYS {
                let tokens = [None, below_rider.then_some(rider.as_str())];
                for token in tokens.into_iter().take(1 + usize::from(below_rider)) {
                    let name = &property.name;
                    let real = answer(&server, token, collection.as_str(), way, name).await;
                    // As long as the real name, so that positions in error texts are equal.
                    let unknown = "q".repeat(name.len());
                    let other = answer(&server, token, collection.as_str(), way, &unknown).await;
                    assert_eq!(
                        real.0,
                        StatusCode::BAD_REQUEST,
                        "{collection}.{name}: {way}"
                    );
                    assert_eq!(real, other, "{collection}.{name}: {way}");
                }
            }
        }
    }
    assert!(protected > 5, "{protected}");
    // A role that may see a property can use it in filters. Door codes can never be used, because each reading of a
    // code is recorded.
    for (role, name, status) in [
        ("rider", "access_note", StatusCode::OK),
        ("rider", "access_code", StatusCode::BAD_REQUEST),
        ("steward", "access_code", StatusCode::BAD_REQUEST),
    ] {
        let token = token(&server.database, role);
        let found = answer(&server, Some(&token), "entrances", "{p} IS NOT NULL", name).await;
        assert_eq!(found.0, status, "{role} {name}");
        if status == StatusCode::OK {
            let page: Value = serde_json::from_str(&found.1).unwrap();
            assert_eq!(page["numberMatched"], 1, "{role} {name}");
        }
    }
}

#[tokio::test]
async fn a_filter_on_a_case_elsewhere_uses_only_its_visible_properties() {
    let ledger = Ledger::start().await;
    let mut community = square(
        "c2",
        0.01,
        json!({"kind": "community", "code": "120113001021000", "name": "新华社区"}),
    );
    for position in community["geometry"]["coordinates"][0]
        .as_array_mut()
        .unwrap()
    {
        position[0] = json!(position[0].as_f64().unwrap() + 0.06);
    }
    ledger.server.put("grids", &community).await;
    let house = building("b2", LON + 0.06, LAT);
    ledger.server.put("buildings", &house).await;
    for (house, note) in [("b1", "三楼楼道"), ("b2", "五楼楼道")] {
        let case = json!({"building": house, "category": "other", "note": note});
        ledger.report(Some(&ledger.worker), case).await;
    }
    let bound = account(
        &ledger.database,
        "officer",
        "bound",
        &["--communities", "c1"],
    );
    for (officer, filter, matched) in [
        (&ledger.officer, "note LIKE '%楼道'", 2),
        (&ledger.officer, "note IS NULL", 0),
        (&bound, "note LIKE '%楼道'", 1),
        (&bound, "note = '五楼楼道'", 0),
        (&bound, "note <> '三楼楼道'", 0),
        (&bound, "NOT (note = '三楼楼道')", 0),
        // The result is the same as for a case without a note.
        (&bound, "note IS NULL", 1),
        (&bound, "char_length(note) > 0 OR building = 'b2'", 2),
    ] {
        let url = format!("{}/api/collections/warnings/items", ledger.server.base);
        let asked = ledger.server.client.request(Method::GET, url);
        let asked = asked.query(&[("filter", filter)]).bearer_auth(officer);
        let page: Value = asked.send().await.unwrap().json().await.unwrap();
        assert_eq!(page["numberMatched"], matched, "{filter}: {page}");
    }
}
