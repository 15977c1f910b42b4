//! Compares the result of each goal with all plans of a small town. The figures of each plan come from a request for
//! the coverage with its sites.

use serde_json::{Value, json};

use super::{HOMES, PLACES, Town, crossing, ids, metres, people, points, station, subsets};

fn base(problem: &str) -> Value {
    json!({
        "problem": problem,
        "facility": {"collection": "first_aid_stations"},
        "demand": people(&HOMES),
        "candidates": points(&PLACES),
    })
}

/// The coverage of the town with stations at the chosen candidates and without some existing stations.
async fn plan(town: &Town, standard: &Value, chosen: &[usize], without: &[&str]) -> Value {
    let add: Vec<Value> = chosen
        .iter()
        .map(|n| {
            let [lon, lat] = crossing(PLACES[*n].0, PLACES[*n].1);
            json!({"lon": lon, "lat": lat})
        })
        .collect();
    town.coverage(&json!({
        "standard": standard,
        "facility": {"collection": "first_aid_stations"},
        "demand": people(&HOMES), "add": add, "without": without,
    }))
    .await
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("not a number: {value}"))
}

/// The numbers of the candidates `c0`, `c1` … in a plan.
fn numbers(plan: &Value) -> Vec<usize> {
    let ids = ids(&plan["sites"]).into_iter();
    let own = ids.filter_map(|id| id.strip_prefix('c')?.parse().ok());
    own.collect()
}

#[tokio::test]
async fn the_best_plans_cover_as_many_as_any_and_their_figures_are_those_of_a_coverage() {
    let town = Town::start().await;
    town.server
        .put("first_aid_stations", &station("old", (3, 3)))
        .await;
    let standard = metres(200.0);
    let mut all = Vec::new();
    for chosen in subsets(PLACES.len(), 2) {
        let found = plan(&town, &standard, &chosen, &[]).await;
        all.push(number(&found["covered"]));
    }
    all.sort_by(|a, b| b.total_cmp(a));

    let mut body = base("mclp");
    body["standard"] = standard.clone();
    body["k"] = json!(2);
    body["plans"] = json!(4);
    body["title"] = json!("急救站");
    let found = town.siting(&body).await;
    assert_eq!(found["stop_reason"], "optimal");
    assert_eq!(
        (&found["gap"], &found["least_walking"]),
        (&json!(0.0), &json!(true))
    );
    assert_eq!(found["incumbent"], found["bound"]);
    assert_eq!(found["objective"]["unit"], "people");
    let plans = found["plans"].as_array().unwrap();
    assert_eq!(plans.len(), 4);
    for (ranked, expected) in plans.iter().zip(&all) {
        assert_eq!(number(&ranked["incumbent"]), *expected);
        assert_eq!(ranked["is_proven"], true);
        let again = plan(&town, &standard, &numbers(ranked), &[]).await;
        let figures = &ranked["figures"];
        for key in ["demand", "covered", "share", "backup_share"] {
            assert_eq!(figures[key], again[key], "{key}");
        }
        assert_eq!(figures["walking_mean_m"], again["distance_m"]["mean"]);
        assert_eq!(figures["worst"], again["distance_m"]["max"]);
        let served: f64 = ranked["sites"]
            .as_array()
            .unwrap()
            .iter()
            .map(|site| number(&site["people"]))
            .sum();
        assert_eq!(served, number(&figures["covered"]));
        assert!(ids(&ranked["sites"]).contains(&"old".to_owned()));
    }
    assert_eq!(plans[0]["sites"], found["sites"]);
    assert_eq!(plans[0]["figures"], found["figures"]);
    let sets: std::collections::BTreeSet<_> = plans.iter().map(|p| ids(&p["sites"])).collect();
    assert_eq!(sets.len(), 4, "the plans differ");

    let before = plan(&town, &standard, &[], &[]).await;
    assert_eq!(found["before"]["covered"], before["covered"]);
    let curve = found["curve"].as_array().unwrap();
    assert_eq!(curve[0]["covered"], before["covered"]);
    assert_eq!(curve[2]["covered"], found["incumbent"]);
    assert!(curve.is_sorted_by_key(|p| (number(&p["covered"]) * 100.0) as u64));
    assert_eq!(curve.last().unwrap()["k"], PLACES.len());
    assert_eq!(found["question"], body);
    let notes = found["notes"].to_string();
    assert!(notes.contains("未核实"), "{notes}");
}

#[tokio::test]
async fn the_fewest_sites_cover_everybody_or_a_share() {
    let town = Town::start().await;
    let standard = metres(300.0);
    let mut least: Vec<f64> = Vec::new();
    for size in 0..=PLACES.len() {
        let mut best = 0.0_f64;
        for chosen in subsets(PLACES.len(), size) {
            best = best.max(number(
                &plan(&town, &standard, &chosen, &[]).await["covered"],
            ));
        }
        least.push(best);
    }
    let demand: f64 = HOMES.iter().map(|h| f64::from(h.2)).sum();
    for share in [1.0, 0.8] {
        let expected = least.iter().position(|best| *best >= share * demand);
        let mut body = base("lscp");
        body["standard"] = standard.clone();
        body["share"] = json!(share);
        let found = town.siting(&body).await;
        assert_eq!(found["stop_reason"], "optimal", "{found}");
        let sites = expected.expect("some plan covers everybody");
        assert_eq!(number(&found["incumbent"]), sites as f64, "share {share}");
        assert_eq!(found["sites"].as_array().unwrap().len(), sites);
        let title = (&found["objective"]["zh"], &found["objective"]["en"]);
        assert_eq!(title, (&json!("新增点位数"), &json!("number of new sites")));
        let again = plan(&town, &standard, &numbers(&found), &[]).await;
        assert_eq!(found["figures"]["covered"], again["covered"]);
        assert!(number(&again["covered"]) >= share * demand);
    }
}

#[tokio::test]
async fn the_least_walking_and_the_best_worst_case_are_those_of_all_plans() {
    let town = Town::start().await;
    let standard = metres(10_000.0);
    let (mut mean, mut worst) = (f64::INFINITY, f64::INFINITY);
    for chosen in subsets(PLACES.len(), 3) {
        let found = plan(&town, &standard, &chosen, &[]).await;
        mean = mean.min(number(&found["distance_m"]["mean"]));
        worst = worst.min(number(&found["distance_m"]["max"]));
    }
    let mut body = base("p-median");
    body["k"] = json!(3);
    let found = town.siting(&body).await;
    assert_eq!(
        (&found["stop_reason"], &found["standard"]),
        (&json!("optimal"), &json!(null))
    );
    assert_eq!(number(&found["figures"]["walking_mean_m"]), mean);
    let demand = number(&found["figures"]["demand"]);
    assert!((number(&found["incumbent"]) / demand - mean).abs() < 0.1);
    assert_eq!(found["objective"]["unit"], "person_m");
    assert!(found["figures"]["covered"].is_null() && found["curve"] == json!([]));

    body["problem"] = json!("p-center");
    let found = town.siting(&body).await;
    assert_eq!(found["stop_reason"], "optimal");
    assert_eq!(number(&found["incumbent"]), worst);
    assert_eq!(number(&found["figures"]["worst"]), worst);
}

#[tokio::test]
async fn moving_stations_covers_as_many_as_any_other_move_and_says_which_one_moves_where() {
    let town = Town::start().await;
    let old = [("a", (0, 5)), ("b", (3, 3)), ("c", (6, 6))];
    for (id, at) in old {
        town.server
            .put("first_aid_stations", &station(id, at))
            .await;
    }
    let standard = metres(200.0);
    for moves in [1_usize, 2] {
        let mut best = number(&plan(&town, &standard, &[], &[]).await["covered"]);
        for count in 1..=moves {
            for chosen in subsets(PLACES.len(), count) {
                for gone in subsets(old.len(), count) {
                    let gone: Vec<&str> = gone.iter().map(|n| old[*n].0).collect();
                    let found = plan(&town, &standard, &chosen, &gone).await;
                    best = best.max(number(&found["covered"]));
                }
            }
        }
        let mut body = base("relocation");
        body["standard"] = standard.clone();
        body["moves"] = json!(moves);
        let found = town.siting(&body).await;
        assert_eq!(found["stop_reason"], "optimal");
        assert_eq!(number(&found["incumbent"]), best, "{moves} moves");
        assert_eq!(found["figures"]["covered"], found["incumbent"]);
        let sites = found["sites"].as_array().unwrap();
        assert_eq!(sites.len(), old.len());
        let new: Vec<&Value> = sites.iter().filter(|s| s["existing"] == false).collect();
        assert!(!new.is_empty() && new.len() <= moves);
        let stay = ids(&found["sites"]);
        for site in new {
            let from = site["from"].as_str().unwrap();
            assert!(old.iter().any(|(id, _)| *id == from) && !stay.contains(&from.to_owned()));
        }
    }
}

#[tokio::test]
async fn a_time_counts_stairs_and_the_way_back_as_a_coverage_does() {
    let town = Town::start().await;
    let house = |n: usize, (column, row): (usize, usize), levels: u32| {
        let [lon, lat] = crossing(column, row);
        let (west, south) = (lon + 0.0001, lat + 0.0001);
        let (east, north) = (west + 0.0002, south + 0.0002);
        json!({
            "type": "Feature", "id": format!("house-{n}"),
            "geometry": {"type": "Polygon", "coordinates": [[
                [west, south], [east, south], [east, north], [west, north], [west, south],
            ]]},
            "properties": {"levels": levels, "households": 10 + n, "kind": "residential"},
        })
    };
    for (n, (column, row, _)) in HOMES.iter().enumerate() {
        let levels = [1, 6, 18][n % 3];
        town.server
            .put("buildings", &house(n, (*column, *row), levels))
            .await;
    }
    let body = json!({
        "problem": "mclp", "standard": "aed_4", "k": 2, "candidates": points(&PLACES),
        "at": "2026-11-30T12:00:00+08:00", "plans": 1,
    });
    let found = town.siting(&body).await;
    assert_eq!(found["stop_reason"], "optimal");
    let mut best = 0.0_f64;
    for chosen in subsets(PLACES.len(), 2) {
        let add: Vec<Value> = chosen
            .iter()
            .map(|n| {
                let [lon, lat] = crossing(PLACES[*n].0, PLACES[*n].1);
                json!({"lon": lon, "lat": lat})
            })
            .collect();
        let again = town
            .coverage(&json!({"standard": "aed_4", "at": body["at"], "add": add}))
            .await;
        let covered = number(&again["covered"]);
        if numbers(&found) == chosen {
            assert_eq!(found["figures"]["covered"], again["covered"]);
            assert_eq!(
                found["figures"]["walking_mean_s"],
                again["duration_s"]["mean"]
            );
            assert_eq!(found["figures"]["worst"], again["duration_s"]["max"]);
        }
        best = best.max(covered);
    }
    assert!(best > 10.0);
    assert!((number(&found["incumbent"]) - best).abs() < 0.01, "{found}");
    // Upper storeys are farther than ground floors, so a part of the people behind a door may be uncovered.
    let share = number(&found["figures"]["share"]);
    assert!(share > 0.0 && share < 1.0);
}

#[tokio::test]
async fn a_robust_site_is_chosen_in_every_sample_and_one_with_a_rival_in_some() {
    let town = Town::start().await;
    let homes = [(0, 0, 900), (6, 0, 50), (6, 6, 52)];
    let mut body = base("mclp");
    body["demand"] = people(&homes);
    body["candidates"] = points(&[(0, 0), (6, 0), (6, 6)]);
    body["standard"] = metres(150.0);
    body["k"] = json!(2);
    body["robustness"] = json!({"samples": 60, "demand_sd": 0.3, "missing_links": 0.0});
    let found = town.siting(&body).await;
    let robust = &found["robustness"];
    assert_eq!(
        (&robust["samples"], &robust["proven"]),
        (&json!(60), &json!(60))
    );
    let times = |id: &str| {
        let sites = robust["sites"].as_array().unwrap().iter();
        let one = sites.clone().find(|s| s["id"] == id).unwrap();
        one["chosen"].as_u64().unwrap()
    };
    assert_eq!(times("c0"), 60);
    assert_eq!(times("c1") + times("c2"), 60);
    assert!(times("c1") > 5 && times("c2") > 5, "{robust}");
    // The same seed gives the same samples.
    assert_eq!(town.siting(&body).await["robustness"], *robust);
}

#[tokio::test]
async fn a_siting_on_a_scenario_answers_as_if_its_edits_had_been_made() {
    let town = Town::start().await;
    let standard = metres(200.0);
    // The edits add a station in the south-west and delete a street.
    let edits = json!([
        {"collection": "first_aid_stations", "id": "tried", "op": "put", "feature": station("tried", (0, 1))},
        {"collection": "routes", "id": "column-5", "op": "delete"},
    ]);
    let mut body = base("mclp");
    body["standard"] = standard.clone();
    body["k"] = json!(1);
    let plain = town.siting(&body).await;
    body["edits"] = edits.clone();
    let found = town.siting(&body).await;
    assert!(ids(&found["sites"]).contains(&"tried".to_owned()));
    assert_eq!(plain["before"]["covered"], 0.0);
    let add: Vec<Value> = found["sites"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|site| site["existing"] == false)
        .map(|site| json!({"lon": site["position"][0], "lat": site["position"][1]}))
        .collect();
    let mut ask = json!({
        "standard": standard, "edits": edits,
        "facility": {"collection": "first_aid_stations"}, "demand": people(&HOMES),
    });
    let before = town.coverage(&ask).await;
    assert_eq!(found["before"]["covered"], before["covered"]);
    ask["add"] = json!(add);
    let again = town.coverage(&ask).await;
    assert_eq!(found["figures"]["covered"], again["covered"]);
    assert_eq!(
        found["figures"]["walking_mean_m"],
        again["distance_m"]["mean"]
    );
    assert_eq!(found["seq"], again["seq"]);

    // The same edits, saved as a scenario.
    let saved = town.request(reqwest::Method::POST, "/api/plan/scenarios");
    let saved = saved
        .json(&json!({"name": "试点", "edits": edits}))
        .send()
        .await
        .unwrap();
    let saved: Value = saved.json().await.unwrap();
    body["scenario"] = saved["id"].clone();
    body["edits"] = json!([]);
    let named = town.siting(&body).await;
    assert_eq!(named["sites"], found["sites"]);
    body["edits"] = edits;
    let (status, refused) = crate::support::server::problem(town.ask(&body).await).await;
    assert_eq!(status, reqwest::StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused["errors"][0]["field"], "edits");
    body["scenario"] = json!(null);
    body["edits"] = json!([{"collection": "benches", "id": "a", "op": "delete"}]);
    let (_, refused) = crate::support::server::problem(town.ask(&body).await).await;
    assert_eq!(
        refused["errors"][0]["field"], "edits[0].collection",
        "{refused}"
    );
}
