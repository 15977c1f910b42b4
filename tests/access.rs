//! Tests of getting into a building of the demo district over HTTP: the access card, day orders, and that door
//! codes are never included.

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::ledger::account;
use crate::support::server::{Server, onemap, problem, sqlite_in, token};

const HOUSE: &str = "wenquan-huayuan-3";
const STREET: &str = "120113001";

/// A server with the demo district, without its cases.
struct Town {
    server: Server,
    _folder: tempfile::TempDir,
}

impl Town {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = sqlite_in(folder.path());
        let data = concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/guoyuan/");
        let files: Vec<String> = ["grids", "compounds", "buildings", "entrances", "facilities"]
            .into_iter()
            .map(|name| format!("{data}{name}.geojson"))
            .collect();
        let mut arguments = vec!["import"];
        arguments.extend(files.iter().map(String::as_str));
        arguments.extend(["--database", &database]);
        let (_, err, ok) = onemap(&arguments);
        assert!(ok, "{err}");
        Self {
            server: Server::on(&database, &[]).await,
            _folder: folder,
        }
    }

    async fn card(&self, query: &str) -> Value {
        let path = format!("/api/buildings/{HOUSE}/access?{query}");
        self.server.json(&path).await
    }

    async fn refused(&self, building: &str, query: &str) -> (StatusCode, String, Value) {
        let path = format!("/api/buildings/{building}/access?{query}");
        let request = self.server.request(Method::GET, &path);
        let answer = request
            .header("accept-language", "zh")
            .send()
            .await
            .unwrap();
        let (status, said) = problem(answer).await;
        (status, said["detail"].as_str().unwrap().to_owned(), said)
    }
}

/// Returns a time of tomorrow's date, in the local time of the district.
fn tomorrow(time: &str) -> String {
    let day = Timestamp::now() + SignedDuration::from_hours(24 + 8);
    let day = day.to_string();
    format!("{}T{time}:00%2B08:00", &day[..10])
}

fn plain(moment: &str) -> String {
    moment.replace("%2B", "+")
}

fn gate<'a>(card: &'a Value, end: &str) -> &'a Value {
    let id = format!("wenquan-huayuan-gate-{end}");
    let gates = card["gates"].as_array().unwrap();
    gates.iter().find(|g| g["id"] == id.as_str()).unwrap()
}

#[tokio::test]
async fn a_card_lists_the_gates_best_first_with_reasons() {
    let town = Town::start().await;
    let card = town.card(&format!("at={}", tomorrow("10:00"))).await;
    assert_eq!(card["building"]["name"], "温泉花园3号楼");
    assert_eq!(card["building"]["compound"], "wenquan-huayuan");
    assert_eq!(
        (&card["lift"], &card["building"]["levels"]),
        (&json!(true), &json!(11))
    );
    let order: Vec<&str> = card["gates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| g["id"].as_str().unwrap().rsplit('-').next().unwrap())
        .collect();
    assert_eq!(order.len(), 5);
    assert_eq!(order[..2], ["e", "n"]);
    assert_eq!(order[4], "e2");

    let east = gate(&card, "e");
    assert_eq!(
        (&east["admits"], &east["credential"]),
        (&json!("yes"), &json!("register"))
    );
    assert_eq!(east["reason"]["zh"], "可骑行进入，开放至11:00");
    assert_eq!(east["guidance"], "登记后可骑行");
    assert_eq!(
        (&east["evidence"], &east["checked_on"]),
        (&json!("survey"), &json!("2026-06-13"))
    );
    let spans = json!([
        {"from": "06:30", "until": "11:00"},
        {"from": "13:30", "until": "17:00"},
        {"from": "20:00", "until": "22:30"},
    ]);
    assert_eq!(east["today"]["open"], spans);
    let north = gate(&card, "n");
    assert_eq!(north["admits"], "dismount");
    assert_eq!(north["reason"]["zh"], "下车推行进入");
    let south = gate(&card, "s");
    assert_eq!(
        (&south["admits"], &south["on_foot"]),
        (&json!("no"), &json!("yes"))
    );
    let locked = gate(&card, "e2");
    assert_eq!(
        (&locked["admits"], &locked["on_foot"]),
        (&json!("no"), &json!("no"))
    );
    assert_eq!(
        locked["reason"],
        json!({"zh": "长期上锁", "en": "kept locked"})
    );

    // At noon e-bikes have to wait at the east gate, but people on foot do not.
    let noon = town.card(&format!("at={}", tomorrow("12:00"))).await;
    let east = gate(&noon, "e");
    assert_eq!(
        (&east["admits"], &east["on_foot"]),
        (&json!("no"), &json!("yes"))
    );
    assert_eq!(east["reason"]["zh"], "此时车辆不能进入，13:30开放");
    assert!(east["opens"].is_string());
    assert_eq!(noon["gates"][0]["id"], "wenquan-huayuan-gate-n");
    let on_foot = town
        .card(&format!("mode=foot&at={}", tomorrow("12:00")))
        .await;
    assert_eq!(gate(&on_foot, "e")["admits"], "yes");
    assert_eq!(gate(&on_foot, "e")["on_foot"], Value::Null);

    let near = &card["parking"][0];
    assert!(near["distance_m"].as_f64().unwrap() <= 300.0, "{near}");
    let now = town.card("").await;
    assert_eq!(now["mode"], "ebike");
}

#[tokio::test]
async fn an_address_leads_to_its_door_and_a_wrong_one_lists_the_existing_units_and_rooms() {
    let town = Town::start().await;
    let card = town.card("unit=2单元&room=502").await;
    let door = "wenquan-huayuan-3-2";
    assert_eq!(card["door"], door);
    let doors = card["doors"].as_array().unwrap();
    assert_eq!(doors.len(), 2);
    assert!(
        doors
            .iter()
            .all(|d| d["rooms"].is_string() && d["admits"] == "yes")
    );
    assert_eq!(
        (&card["step_free"], &card["intercom"]),
        (&doors[1]["step_free"], &doors[1]["intercom"])
    );
    // Without a unit, it is unknown which of the two doors is meant.
    assert_eq!(town.card("").await["door"], Value::Null);

    let (status, text, said) = town.refused(HOUSE, "unit=9").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(text, "温泉花园3号楼没有“9”单元，现有单元：1、2。");
    assert_eq!(said["known"], json!(["1", "2"]));
    let (status, text, said) = town.refused(HOUSE, "unit=2&room=9901").await;
    assert_eq!(
        (status, &said["parameter"]),
        (StatusCode::NOT_FOUND, &json!("room"))
    );
    assert!(text.contains("没有“9901”室"), "{text}");
    let (status, text, _) = town.refused("no-such", "").await;
    assert_eq!(
        (status, text.as_str()),
        (
            StatusCode::NOT_FOUND,
            "地图上没有楼栋“no-such”，请搜索地址后重新选择楼栋。"
        )
    );
    for (query, parameter) in [
        ("at=2020-01-01T00:00:00Z", "at"),
        ("at=2099-01-01T00:00:00Z", "at"),
        ("at=noon", "at"),
        ("mode=car", "mode"),
        ("floor=3", "floor"),
    ] {
        let (status, text, said) = town.refused(HOUSE, query).await;
        assert_eq!(
            (status, &said["parameter"]),
            (StatusCode::BAD_REQUEST, &json!(parameter))
        );
        assert!(text.contains(parameter), "{text}");
    }
    let english = town
        .server
        .request(Method::GET, "/api/buildings/no-such/access");
    let english = english
        .header("accept-language", "en")
        .send()
        .await
        .unwrap();
    assert_eq!(
        problem(english).await.1["detail"],
        "There is no building \"no-such\" on the map; search for the address (GET /api/search) to get the \
         id of a building."
    );
}

#[tokio::test]
async fn every_building_of_the_demo_has_a_card() {
    let town = Town::start().await;
    let page = "/api/collections/buildings/items?limit=10000&properties=compound";
    let all = town.server.json(page).await;
    let all = all["features"].as_array().unwrap();
    assert!(all.len() > 1_000);
    let mut with_gates = 0;
    for building in all.iter().step_by(17) {
        let id = building["id"].as_str().unwrap();
        let card = town
            .server
            .json(&format!("/api/buildings/{id}/access"))
            .await;
        let compound = &building["properties"]["compound"];
        if compound.is_string() {
            assert_eq!(&card["building"]["compound"], compound, "{id}");
        }
        for gate in card["gates"].as_array().unwrap() {
            let gate = gate["id"].as_str().unwrap();
            let path = format!("/api/collections/entrances/items/{gate}");
            let feature = town.server.json(&path).await;
            let said = &feature["properties"]["compound"];
            assert!(
                said.is_null() || *said == card["building"]["compound"],
                "{id}: {gate}"
            );
            with_gates += 1;
        }
    }
    assert!(with_gates > 100, "{with_gates}");
}

#[tokio::test]
async fn a_card_contains_no_code_and_shows_its_notes_to_riders_only() {
    let town = Town::start().await;
    let (rider, steward) = (
        token(&town.server.database, "rider"),
        token(&town.server.database, "steward"),
    );
    // A gate and a door get the same unique text as their door code.
    for id in ["wenquan-huayuan-gate-s", "wenquan-huayuan-3-2"] {
        let path = format!("/api/collections/entrances/items/{id}");
        let change =
            json!({"properties": {"access_code": "canary-7q#", "access_note": "只告诉骑手"}});
        let answer = town
            .server
            .write(Method::PATCH, &path, &change)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let path = format!("/api/buildings/{HOUSE}/access?unit=2&room=502");
    for (token, notes) in [(None, 0), (Some(&rider), 2), (Some(&steward), 2)] {
        let request = town.server.request(Method::GET, &path);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let text = answer.text().await.unwrap();
        assert!(!text.contains("canary-7q#"), "{text}");
        assert_eq!(text.matches("只告诉骑手").count(), notes);
        // Only callers that may request a door code see which doors have one.
        let has_code = text.contains("\"has_code\":true");
        assert_eq!(has_code, notes > 0, "{text}");
    }
    let ask = |token: Option<&String>| {
        let path = "/api/entrances/wenquan-huayuan-3-2/code";
        let request = town.server.request(Method::POST, path);
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    };
    assert_eq!(
        ask(None).send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    let told: Value = ask(Some(&rider))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(told["code"], "canary-7q#");
}

async fn put_order(town: &Town, token: &str, id: &str, properties: Value) -> reqwest::Response {
    let path = format!("/api/collections/day_orders/items/{id}");
    let feature = json!({"type": "Feature", "id": id, "geometry": null, "properties": properties});
    let request = town.server.request(Method::PUT, &path).bearer_auth(token);
    request
        .header("accept-language", "zh")
        .json(&feature)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_day_order_applies_from_the_next_request_and_ends_by_itself() {
    let town = Town::start().await;
    let officer = account(&town.server.database, "officer", "指挥员", &[]);
    let at = |time: &str| format!("at={}", tomorrow(time));
    let storm = json!({
        "street": STREET, "kind": "storm", "reason": "暴雨橙色预警",
        "from": plain(&tomorrow("09:00")), "until": plain(&tomorrow("12:00")),
    });
    let rider = token(&town.server.database, "rider");
    let refused = put_order(&town, &rider, "storm", storm.clone()).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        gate(&town.card(&at("10:00")).await, "n")["admits"],
        "dismount"
    );
    let put = put_order(&town, &officer, "storm", storm.clone()).await;
    assert_eq!(put.status(), StatusCode::CREATED);

    let card = town.card(&at("10:00")).await;
    let north = gate(&card, "n");
    assert_eq!(
        (&north["admits"], &north["order"]),
        (&json!("yes"), &json!("storm"))
    );
    assert_eq!(north["reason"]["zh"], "暴雨管制：可骑行进入，开放至12:00");
    assert_eq!(card["orders"][0]["reason"], "暴雨橙色预警");
    assert_eq!(card["gates"][0]["id"], "wenquan-huayuan-gate-n");
    // Another order in force, which does not concern the gate, is not named.
    let snow = json!({
        "street": STREET, "kind": "snow", "reason": "道路结冰",
        "from": plain(&tomorrow("09:30")), "until": plain(&tomorrow("11:00")),
    });
    put_order(&town, &officer, "snow", snow).await;
    let both = town.card(&at("10:00")).await;
    assert_eq!(both["orders"].as_array().unwrap().len(), 2);
    assert_eq!(gate(&both, "n")["order"], "storm");
    let path = "/api/collections/day_orders/items/snow";
    let lifted = town
        .server
        .request(Method::DELETE, path)
        .bearer_auth(&officer);
    assert!(lifted.send().await.unwrap().status().is_success());
    // A gate without a condition for storms is unchanged.
    assert_eq!(gate(&card, "e")["order"], Value::Null);
    for time in ["08:59", "12:00"] {
        let card = town.card(&at(time)).await;
        assert_eq!(gate(&card, "n")["admits"], "dismount", "{time}");
        assert_eq!(card["orders"], json!([]), "{time}");
    }

    let announced = town.server.json("/api/day-orders").await;
    let first = &announced["orders"][0];
    assert_eq!(
        (&first["id"], &first["in_force"]),
        (&json!("storm"), &json!(false))
    );
    assert_eq!(first["title"]["zh"], "暴雨管制");
    assert!(
        first["street_name"].as_str().unwrap().contains("街道"),
        "{first}"
    );
    let then = town
        .server
        .json(&format!("/api/day-orders?{}", at("10:00")))
        .await;
    assert_eq!(then["orders"][0]["in_force"], true);
    let over = town
        .server
        .json(&format!("/api/day-orders?{}", at("12:00")))
        .await;
    assert_eq!(over["orders"], json!([]));

    // An order for another street changes nothing here, and an ended one no longer applies.
    let mut elsewhere = storm.clone();
    elsewhere["street"] = json!("120113001003");
    assert_eq!(
        put_order(&town, &officer, "storm", elsewhere)
            .await
            .status(),
        StatusCode::OK
    );
    assert_eq!(
        gate(&town.card(&at("10:00")).await, "n")["admits"],
        "dismount"
    );
    assert_eq!(
        put_order(&town, &officer, "storm", storm.clone())
            .await
            .status(),
        StatusCode::OK
    );
    let path = "/api/collections/day_orders/items/storm";
    let lifted = town
        .server
        .request(Method::DELETE, path)
        .bearer_auth(&officer);
    assert!(lifted.send().await.unwrap().status().is_success());
    assert_eq!(
        gate(&town.card(&at("10:00")).await, "n")["admits"],
        "dismount"
    );

    let mut backwards = storm;
    backwards["until"] = json!(plain(&tomorrow("08:00")));
    let (status, said) = problem(put_order(&town, &officer, "storm", backwards).await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = said["detail"].as_str().unwrap();
    assert!(
        text.contains("properties.until") && text.contains("应晚于 from"),
        "{text}"
    );
}

async fn report(town: &Town, token: Option<&str>, body: Value) -> reqwest::Response {
    let request = town
        .server
        .request(Method::POST, "/api/warnings")
        .json(&body);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request.send().await.unwrap()
}

async fn act(town: &Town, token: &str, case: &str, body: Value) {
    let path = format!("/api/warnings/{case}/actions");
    let request = town.server.request(Method::POST, &path).bearer_auth(token);
    let answer = request.json(&body).send().await.unwrap();
    assert_eq!(
        answer.status(),
        StatusCode::OK,
        "{}",
        answer.text().await.unwrap()
    );
}

#[tokio::test]
async fn a_gate_that_two_riders_or_one_grid_worker_report_is_shut_until_an_officer_ends_the_case() {
    let town = Town::start().await;
    let database = &town.server.database;
    let [first, second] = ["骑手甲", "骑手乙"].map(|name| account(database, "rider", name, &[]));
    let worker = account(database, "grid_worker", "网格员", &[]);
    let officer = account(database, "officer", "指挥员", &[]);
    let wrong = |note: &str| json!({"category": "wrong_access", "entrance": "wenquan-huayuan-gate-n", "note": note});
    let north = async || gate(&town.card("").await, "n").clone();

    assert_eq!(north().await["reported_until"], Value::Null);
    let mut cases = Vec::new();
    // Reports of one rider, however many, and of somebody without an account do not close a gate.
    for (token, note) in [
        (Some(&first), "锁了"),
        (Some(&first), "还是锁着"),
        (None, "锁了"),
    ] {
        let answer = report(&town, token.map(String::as_str), wrong(note)).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let case: Value = answer.json().await.unwrap();
        assert_eq!(case["properties"]["entrance"], "wenquan-huayuan-gate-n");
        assert_eq!(case["properties"]["compound"], "wenquan-huayuan");
        assert!(!case.to_string().contains("reporter_role"), "{case}");
        cases.push(case["id"].as_str().unwrap().to_owned());
        assert_eq!(north().await["admits"], "dismount", "{note}");
    }
    let answer = report(&town, Some(&second), wrong("进不去")).await;
    let case: Value = answer.json().await.unwrap();
    let last = case["id"].as_str().unwrap().to_owned();
    let shut = north().await;
    assert_eq!(
        (&shut["admits"], &shut["on_foot"]),
        (&json!("no"), &json!("no"))
    );
    assert!(
        shut["reason"]["zh"].as_str().unwrap().contains("待核实"),
        "{shut}"
    );
    let until: Timestamp = shut["reported_until"].as_str().unwrap().parse().unwrap();
    let left = until.duration_since(Timestamp::now());
    assert!(left <= SignedDuration::from_hours(12) && left > SignedDuration::from_hours(11));
    // The report of a merged case counts as long as the case into which it was merged is open.
    act(
        &town,
        &officer,
        &last,
        json!({"action": "merge", "into": cases[0]}),
    )
    .await;
    assert_eq!(north().await["admits"], "no");
    // After twelve hours without a new confirmed report the gate is no longer closed.
    let later = Timestamp::now() + SignedDuration::from_hours(13);
    let card = town.card(&format!("at={later}")).await;
    assert_eq!(gate(&card, "n")["reported_until"], Value::Null);
    for case in &cases {
        act(
            &town,
            &officer,
            case,
            json!({"action": "reject", "reason": "门开着"}),
        )
        .await;
    }
    assert_eq!(north().await["admits"], "dismount");

    let answer = report(&town, Some(&worker), wrong("门禁坏了")).await;
    let case: Value = answer.json().await.unwrap();
    assert_eq!(north().await["admits"], "no");
    let case = case["id"].as_str().unwrap();
    act(
        &town,
        &officer,
        case,
        json!({"action": "reject", "reason": "已修好"}),
    )
    .await;
    assert_eq!(north().await["admits"], "dismount");

    let unknown = json!({"category": "wrong_access", "entrance": "no-such-gate"});
    let (status, said) = problem(report(&town, Some(&first), unknown).await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(said["errors"][0]["field"], "entrance", "{said}");
}

#[tokio::test]
async fn what_people_say_of_a_gate_is_counted_once_an_hour_and_address() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    // The server trusts the test as a proxy, so that the test can send requests from many IP addresses.
    let mut server = Server::on(&database, &["--trust-proxy", "127.0.0.0/8"]).await;
    let house = json!({
        "type": "Feature", "id": "h", "properties": {"name": "1号楼"},
        "geometry": {"type": "Polygon", "coordinates": [[[117.13, 39.22], [117.1302, 39.22], [117.1302, 39.2202], [117.13, 39.22]]]},
    });
    let door = json!({
        "type": "Feature", "id": "d", "properties": {"kind": "unit_door", "building": "h", "unit": "1"},
        "geometry": {"type": "Point", "coordinates": [117.1301, 39.22]},
    });
    server.put("buildings", &house).await;
    server.put("entrances", &door).await;
    {
        let server = &server;
        let say = async |id: &str, address: u8, body: Value| {
            let request = server.request(Method::POST, &format!("/api/entrances/{id}/passages"));
            let request = request.header("x-forwarded-for", format!("203.0.113.{address}"));
            request.json(&body).send().await.unwrap()
        };
        let counted = async |address, passed| {
            let answer = say("d", address, json!({"passed": passed})).await;
            assert_eq!(answer.status(), StatusCode::OK);
            answer.json::<Value>().await.unwrap()["counted"]
                .as_bool()
                .unwrap()
        };
        let said =
            async || server.json("/api/buildings/h/access").await["doors"][0]["passages"].clone();
        assert!(counted(1, true).await);
        assert!(
            !counted(1, false).await,
            "a second report from the same address within the hour is not counted"
        );
        assert!(counted(2, true).await);
        assert_eq!(said().await, Value::Null);
        assert!(counted(3, false).await);
        let told = said().await;
        assert_eq!((&told["passed"], &told["total"]), (&json!(2), &json!(3)));
        assert!(
            told["text"]["zh"]
                .as_str()
                .unwrap()
                .ends_with("，3 次中 2 次放行"),
            "{told}"
        );

        assert_eq!(
            say("none", 4, json!({"passed": true})).await.status(),
            StatusCode::NOT_FOUND
        );
        for wrong in [json!({}), json!({"passed": "ja"})] {
            let (status, said) = problem(say("d", 4, wrong).await).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(said["errors"][0]["field"], "passed");
        }
    }
    // The counts are still there after a restart.
    server.stop();
    let server = Server::on(&database, &[]).await;
    let card = server.json("/api/buildings/h/access").await;
    assert_eq!(card["doors"][0]["passages"]["total"], 3);
}
