//! Tests of rules and calendar as files: checked on the command line, applied while the service runs, and
//! refused if they are invalid.

use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::server::{Server, onemap, sqlite_in};

const RULES: &str = include_str!("../geodata/rules.toml");
const CALENDAR: &str = include_str!("../geodata/calendar.toml");
const PROFILES: &str = include_str!("../geodata/profiles.toml");

async fn rules(server: &Server) -> Value {
    server.json("/api/rules").await
}

/// Requests the rules until they are as expected, because the folder is read at intervals.
async fn until(server: &Server, is: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let now = rules(server).await;
        if is(&now) {
            return now;
        }
        assert!(
            Instant::now() < deadline,
            "the rules did not become as expected: {now:#}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn category<'a>(rules: &'a Value, id: &str) -> &'a Value {
    let all = rules["categories"].as_array().unwrap();
    all.iter().find(|c| c["id"] == id).unwrap_or(&Value::Null)
}

fn write(dir: &Path, name: &str, text: &str) {
    std::fs::write(dir.join(name), text).unwrap();
}

#[tokio::test]
async fn without_configuration_the_built_in_rules_are_in_force() {
    let server = Server::start().await;
    let now = rules(&server).await;
    assert_eq!(now["rules"], RULES);
    assert_eq!(now["calendar"], CALENDAR);
    assert_eq!(now["problem"], Value::Null);
    assert_eq!(now["years"], json!([2025, 2026]));
    let clutter = category(&now, "corridor_clutter");
    assert_eq!(
        (&clutter["zh"], &clutter["photo"]),
        (&json!("楼道堆物"), &json!(true))
    );
    assert_eq!(
        clutter["repeats"]["steps"],
        json!([{"nth": 3, "level": "red"}])
    );
    assert_eq!(clutter["handle_hours"], 16.0);
    let answer = server.get("/api/rules?colour=red").await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_changed_file_is_applied_without_a_restart_and_an_invalid_one_is_not() {
    let (config, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(config.path(), "rules.toml", RULES);
    let dir = config.path().to_str().unwrap();
    let server = Server::on(&sqlite_in(data.path()), &["--config", dir]).await;
    assert_eq!(rules(&server).await["problem"], Value::Null);

    // A new table adds a category that can be used in reports at once.
    let more = format!(
        "{RULES}\n[categories.lost_dog]\nzh = \"走失犬只\"\nen = \"lost dog\"\nlevel = \"green\"\n\
         respond = \"4h\"\nhandle = \"8h\"\n"
    );
    write(config.path(), "rules.toml", &more);
    let now = until(&server, |r| category(r, "lost_dog").is_object()).await;
    let since = now["in_force_since"].clone();
    let report = json!({
        "category": "lost_dog",
        "geometry": {"type": "Point", "coordinates": [117.13, 39.22]},
    });
    let answer = server
        .client
        .request(Method::POST, format!("{}/api/warnings", server.base))
        .bearer_auth(&server.admin)
        .json(&report)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);

    // An invalid file leaves the rules in force, and its error is reported here and in the health check.
    write(
        config.path(),
        "rules.toml",
        &more.replace("factor = 1.5", "factor = \"1.5\""),
    );
    let now = until(&server, |r| r["problem"].is_object()).await;
    let line = RULES.lines().position(|l| l == "factor = 1.5").unwrap() + 1;
    assert_eq!(now["problem"]["file"], "rules.toml");
    assert_eq!(now["problem"]["line"], line);
    assert_eq!(now["problem"]["column"], 10);
    assert_eq!(
        now["problem"]["problem"],
        "`places[1].factor` is the text \"1.5\""
    );
    assert_eq!(now["problem"]["expected"], "a number");
    assert!(category(&now, "lost_dog").is_object());
    assert_eq!(now["in_force_since"], since);
    let ready = server.json("/health/ready").await;
    assert_eq!(ready["status"], "ready");
    assert_eq!(ready["config"][0]["line"], line);

    // After the correction there are no problems. A new calendar and a new collection are applied in the same
    // way.
    write(config.path(), "rules.toml", RULES);
    write(
        config.path(),
        "calendar.toml",
        &CALENDAR.replace("\"+08:00\"", "\"+06:00\""),
    );
    std::fs::create_dir(config.path().join("schemas")).unwrap();
    let schema = json!({
        "title": "水井", "x-onemap-title-en": "Wells", "x-onemap-geometry": ["Point"],
        "properties": {"name": {"type": "string"}},
    });
    write(config.path(), "schemas/wells.json", &schema.to_string());
    let now = until(&server, |r| {
        r["problem"].is_null() && r["calendar"].as_str().unwrap().contains("+06:00")
    })
    .await;
    assert!(category(&now, "lost_dog").is_null());
    let answer = server.get("/api/collections/wells").await;
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn travel_profiles_are_replaced_and_an_invalid_file_leaves_the_previous_ones_in_force() {
    let (config, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dir = config.path().to_str().unwrap();
    let server = Server::on(&sqlite_in(data.path()), &["--config", dir]).await;
    // The answer to an unknown profile lists the known ones.
    let known = async || {
        let (_, refused) = server.problem("/api/buildings/b1/access?mode=kite").await;
        refused["detail"].as_str().unwrap().to_owned()
    };
    assert!(
        known()
            .await
            .contains("ebike, foot, cargo_trike, wheelchair")
    );

    let robot = PROFILES.replace("[cargo_trike", "[robot");
    write(config.path(), "profiles.toml", &robot);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !known().await.contains("ebike, foot, robot, wheelchair") {
        assert!(Instant::now() < deadline, "{}", known().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    write(
        config.path(),
        "profiles.toml",
        &robot.replacen("mount_s = 3", "mount_s = \"3\"", 1),
    );
    let now = until(&server, |r| r["problem"].is_object()).await;
    let line = robot.lines().position(|l| l == "mount_s = 3").unwrap() + 1;
    assert_eq!(now["problem"]["file"], "profiles.toml");
    assert_eq!(now["problem"]["line"], line);
    assert_eq!(
        now["problem"]["problem"],
        "`ebike.mount_s` is the text \"3\""
    );
    assert!(known().await.contains("robot"));

    // The database stores the profiles, so a restart without --config keeps them.
    drop(server);
    let server = Server::on(&sqlite_in(data.path()), &[]).await;
    let (_, refused) = server.problem("/api/buildings/b1/access?mode=kite").await;
    assert!(refused["detail"].as_str().unwrap().contains("robot"));
}

#[tokio::test]
async fn invalid_rules_at_the_start_leave_the_previous_ones_in_force() {
    let (config, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let database = sqlite_in(data.path());
    let dir = config.path().to_str().unwrap();
    let own = RULES.replace("楼道堆物", "楼道杂物");
    write(config.path(), "rules.toml", &own);
    drop(Server::on(&database, &["--config", dir]).await);
    std::fs::write(config.path().join("rules.toml"), b"zh = \"\xc2\xa5\xb5\"\n").unwrap();
    let server = Server::on(&database, &["--config", dir]).await;
    let now = rules(&server).await;
    assert_eq!(now["rules"], own);
    assert_eq!(
        now["problem"]["problem"],
        "the byte 0xB5 is not valid UTF-8"
    );
}

#[test]
fn check_names_the_file_the_line_and_what_was_expected() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "rules.toml", RULES);
    write(dir.path(), "calendar.toml", CALENDAR);
    let path = dir.path().to_str().unwrap();
    let (out, err, ok) = onemap(&["check", path]);
    assert!(ok, "{out}{err}");
    assert!(out.contains("2 files, 0 problems"), "{out}");

    write(
        dir.path(),
        "calendar.toml",
        &CALENDAR.replacen("2026-02-23", "2026-02-03", 1),
    );
    let line = CALENDAR
        .lines()
        .position(|l| l == "to = 2026-02-23")
        .unwrap()
        + 1;
    let (out, _, ok) = onemap(&["check", path]);
    assert!(!ok);
    let wanted = format!(
        "{path}/calendar.toml:{line}:6: `to` is 2026-02-03, before the first day off, 2026-02-15; \
         expected a day that is not before `from`"
    );
    assert!(
        out.contains("before the first day off, 2026-02-15; expected"),
        "{out}\n{wanted}"
    );
    assert!(
        out.starts_with(&format!("{path}/calendar.toml:{line}:6: ")),
        "{out}"
    );
    let (out, _, ok) = onemap(&["check", "--json", path]);
    assert!(!ok);
    let said: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(said["files"], 2);
    assert_eq!(said["problems"][0]["line"], line);
    write(
        dir.path(),
        "profiles.toml",
        &PROFILES.replace("[foot", "[Foot"),
    );
    let (out, _, ok) = onemap(&["check", path]);
    assert!(!ok);
    let line = PROFILES.lines().position(|l| l == "[foot]").unwrap() + 1;
    let wanted = format!("{path}/profiles.toml:{line}:1: `Foot` is not the id of a profile");
    assert!(out.contains(&wanted), "{out}");
    assert!(out.contains("the file has no profile `foot`"), "{out}");
    let (_, err, ok) = onemap(&["check", dir.path().join("nowhere").to_str().unwrap()]);
    assert!(!ok && err.contains("nowhere"), "{err}");
}

#[test]
fn check_validates_data_and_schemas_as_an_import_would() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("schemas")).unwrap();
    write(
        dir.path(),
        "schemas/wells.json",
        "{\n  \"x-onemap-geometry\": [\"Dot\"]\n}",
    );
    let feature = |id: &str, kind: &str| {
        format!(
            "{{\"type\":\"Feature\",\"id\":\"{id}\",\"collection\":\"facilities\",\
             \"geometry\":{{\"type\":\"{kind}\",\"coordinates\":[117.1,39.2]}},\
             \"properties\":{{\"kind\":\"toolbox\"}}}}"
        )
    };
    let lines = format!(
        "{}\n{}\n",
        feature("a", "Point"),
        feature("b", "LineString")
    );
    write(dir.path(), "facilities.ndjson", &lines);
    let data = dir.path().join("facilities.ndjson");
    let (out, err, ok) = onemap(&[
        "check",
        dir.path().to_str().unwrap(),
        data.to_str().unwrap(),
    ]);
    assert!(!ok, "{out}{err}");
    assert!(
        out.contains("schemas/wells.json:2:3: /x-onemap-geometry: found \"Dot\""),
        "{out}"
    );
    assert!(out.contains("facilities.ndjson:2:1: b: geometry"), "{out}");
    assert!(out.contains("2 files, 2 problems"), "{out}");
}
