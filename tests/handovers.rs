//! Tests of shift handovers: the table of each kind of store, and officers who sign over HTTP.

use jiff::{SignedDuration, Timestamp};
use onemap::store::{HandoverShift, NewHandover, Signature};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::store_suite::{Fixture, fixtures};
use crate::support::ledger::{Ledger, account, square};
use crate::support::server::problem;

fn at(hour: i64) -> Timestamp {
    let day: Timestamp = "2026-11-29T00:00:00Z".parse().unwrap();
    day + SignedDuration::from_hours(hour)
}

fn signed(account: &str, hour: i64) -> Signature {
    Signature {
        account_id: account.to_lowercase(),
        account: account.to_owned(),
        at: at(hour),
    }
}

fn new(communities: &[&str], by: &str, hour: i64) -> NewHandover {
    NewHandover {
        communities: communities.iter().map(ToString::to_string).collect(),
        shift: HandoverShift {
            from: at(hour - 12),
            next_from: at(hour),
            next_until: at(hour + 12),
        },
        given: signed(by, hour),
        note: "北门施工".to_owned(),
        content: "{}".to_owned(),
    }
}

#[tokio::test]
async fn one_handover_is_open_for_the_same_communities_and_two_accounts_sign_it() {
    for Fixture { store, .. } in &fixtures().await {
        let create =
            async |new: &NewHandover, oldest| store.create_handover(new, oldest).await.unwrap();
        let first = new(&[], "A", 0);
        let id = create(&first, at(-99)).await.unwrap();
        let stored = store.handover(&id).await.unwrap().unwrap();
        assert_eq!((&stored.handover, &stored.taken), (&first, &None));
        assert_eq!(
            create(&new(&[], "B", 1), at(-99)).await,
            None,
            "one is open"
        );
        let other = create(&new(&["c1", "c2"], "C", 2), at(-99)).await.unwrap();

        assert!(
            !store.take_handover(&id, &signed("A", 3)).await.unwrap(),
            "the giver"
        );
        assert!(store.take_handover(&id, &signed("B", 3)).await.unwrap());
        assert!(
            !store.take_handover(&id, &signed("D", 4)).await.unwrap(),
            "twice"
        );
        assert!(!store.withdraw_handover(&id).await.unwrap(), "it is signed");
        assert!(!store.take_handover("none", &signed("D", 4)).await.unwrap());
        let stored = store.handover(&id).await.unwrap().unwrap();
        assert_eq!(stored.taken, Some(signed("B", 3)));

        // Open ones come first, then the newest; a list has no note and no content.
        let third = create(&new(&[], "B", 12), at(-99)).await.unwrap();
        let list = store.handovers(10).await.unwrap();
        let ids: Vec<&str> = list.iter().map(|h| h.id.as_str()).collect();
        assert_eq!(ids, [&third, &other, &id]);
        assert_eq!(list[1].handover.communities, ["c1", "c2"]);
        assert_eq!(
            (
                list[2].handover.note.as_str(),
                list[2].handover.content.as_str()
            ),
            ("", "")
        );
        assert_eq!(store.handovers(1).await.unwrap().len(), 1);

        // Those that were taken over before the limit are deleted, and open ones are not.
        assert!(store.withdraw_handover(&third).await.unwrap());
        assert!(!store.withdraw_handover(&third).await.unwrap());
        create(&new(&[], "A", 24), at(4)).await.unwrap();
        assert_eq!(store.handover(&id).await.unwrap(), None);
        assert!(store.handover(&other).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn an_officer_hands_over_and_the_next_one_sees_what_has_changed_and_signs() {
    let ledger = Ledger::start().await;
    let next = account(&ledger.database, "officer", "王值班", &[]);
    let officer = Some(ledger.officer.as_str());
    let supervised = ledger.at("handling").await;
    let due = Timestamp::now() + SignedDuration::from_hours(300);
    let step = json!({"due": due.to_string(), "reason": "市民多次反映"});
    ledger
        .act(&ledger.officer, &supervised, "supervise", step)
        .await;
    let new = ledger.case().await;
    ledger.at("closed").await;

    let after = |minutes: i64| {
        let at = Timestamp::now() + SignedDuration::from_mins(minutes);
        at.strftime("%FT%H:%M:%SZ").to_string()
    };
    let (from, next_from, next_until) = (after(-60), after(-1), after(600));
    let path =
        format!("/api/handovers/preview?from={from}&next_from={next_from}&next_until={next_until}");
    let preview = ledger.json(officer, &path).await;
    let content = &preview["content"];
    assert_eq!(preview["communities"], json!([]));
    assert_eq!(content["shift"]["from"], from.as_str());
    assert_eq!(content["shift"]["until"], content["next"]["from"]);
    assert_eq!(
        (&content["open"]["to_file"], &content["open"]["supervised"]),
        (&json!(1), &json!(1))
    );
    let done = &content["done"];
    assert_eq!(
        (&done["reported"], &done["closed"], &done["dispatched"]),
        (&json!(3), &json!(1), &json!(2))
    );
    let listed = content["cases"].as_array().unwrap();
    let row = listed
        .iter()
        .find(|c| c["id"] == supervised.as_str())
        .unwrap();
    assert!(
        row["why"]
            .as_array()
            .unwrap()
            .contains(&json!("supervised")),
        "{row}"
    );
    assert_eq!(
        (&row["unit"], &row["status"]),
        (&json!("单位u1"), &json!("handling"))
    );

    let body = json!({"from": from, "next_from": next_from, "next_until": next_until,
        "note": "北门施工，夜间留意"});
    let post = |token: &str, path: &str, body: &Value| ledger.post(path, Some(token), body).send();
    let made = post(&ledger.officer, "/api/handovers", &body)
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: Value = made.json().await.unwrap();
    let path = format!("/api/handovers/{}", made["id"].as_str().unwrap());
    assert_eq!(made["content"]["cases"], content["cases"]);
    assert_eq!(
        (&made["given"]["account"], &made["given"]["own"]),
        (&json!("指挥员"), &json!(true))
    );

    // One is open: the answer names it. The giver cannot take over, and only the giver can withdraw.
    let (status, said) = problem(post(&next, "/api/handovers", &body).await.unwrap()).await;
    assert_eq!(
        (status, &said["handover"]),
        (StatusCode::CONFLICT, &made["id"])
    );
    let receive = format!("{path}/receive");
    let (status, _) = problem(post(&ledger.officer, &receive, &json!({})).await.unwrap()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let delete = async |token: &str| {
        let request = ledger
            .server
            .request(Method::DELETE, &path)
            .bearer_auth(token);
        request.send().await.unwrap().status()
    };
    assert_eq!(delete(&next).await, StatusCode::FORBIDDEN);

    // What has changed since: the content stays as it was.
    ledger.act(&ledger.officer, &new, "file", json!({})).await;
    ledger
        .act(
            &ledger.unit,
            &supervised,
            "handle",
            json!({"note": "已清理", "photos": [ledger.photo(7).await]}),
        )
        .await;
    ledger.case().await;
    let seen = ledger.json(Some(&next), &path).await;
    assert_eq!(
        (&seen["content"], &seen["note"]),
        (&made["content"], &json!("北门施工，夜间留意"))
    );
    let since = &seen["since"];
    assert_eq!(
        (&since["reported"], &since["filed"], &since["handled"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let present = seen["present"].as_array().unwrap();
    let row = present
        .iter()
        .find(|c| c["id"] == supervised.as_str())
        .unwrap();
    assert_eq!(row["status"], "handled");

    let taken: Value = post(&next, &receive, &json!({}))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&taken["taken"]["account"], &taken["taken"]["own"]),
        (&json!("王值班"), &json!(true))
    );
    let again = post(&next, &receive, &json!({})).await.unwrap();
    assert_eq!(again.status(), StatusCode::OK, "twice is once");
    let third = account(&ledger.database, "officer", "李值班", &[]);
    let (status, _) = problem(post(&third, &receive, &json!({})).await.unwrap()).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(delete(&ledger.officer).await, StatusCode::CONFLICT);
    let list = ledger.json(officer, "/api/handovers").await;
    assert_eq!(list["handovers"][0]["taken"]["account"], "王值班");

    // The shift that began with this handover is the next one to hand over.
    let preview = ledger.json(Some(&next), "/api/handovers/preview").await;
    let shift = json!({"from": next_from, "until": next_until});
    assert_eq!(preview["content"]["shift"], shift);
    assert_eq!(preview["content"]["next"]["from"], next_until.as_str());

    // Withdrawn before receipt, it is gone, and the audit has all of it.
    let made: Value = post(&ledger.officer, "/api/handovers", &json!({}))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let path = format!("/api/handovers/{}", made["id"].as_str().unwrap());
    let request = ledger
        .server
        .request(Method::DELETE, &path)
        .bearer_auth(&ledger.officer);
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::NO_CONTENT
    );
    let (status, _) = problem(ledger.get(officer, &path).await).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let admin = Some(ledger.server.admin.as_str());
    let audit = ledger
        .json(admin, "/api/audit?kind=write&limit=10000")
        .await;
    let said = |what: &str| {
        let rows = audit["rows"].as_array().unwrap().iter();
        rows.filter(|r| {
            r["detail"]
                .as_str()
                .is_some_and(|d| d.starts_with("shift handover") && d.ends_with(what))
        })
        .count()
    };
    assert_eq!(
        (said("handed over"), said("taken over"), said("withdrawn")),
        (2, 1, 1)
    );
}

#[tokio::test]
async fn officers_see_and_sign_the_handovers_of_their_own_communities() {
    let ledger = Ledger::start().await;
    let far = json!({"kind": "community", "code": "120113001021000", "name": "辰庆社区"});
    ledger.server.put("grids", &square("c2", 0.001, far)).await;
    let bound = |name: &str, more: &str| {
        account(&ledger.database, "officer", name, &["--communities", more])
    };
    let (own, same, other) = (bound("甲", "c1"), bound("乙", "c1"), bound("丙", "c2"));
    ledger.case().await;
    let post = |token: &str, path: &str, body: Value| {
        let request = ledger.post(path, Some(token), &body);
        async { request.send().await.unwrap() }
    };
    let made: Value = post(&own, "/api/handovers", json!({"note": "仅温泉社区"}))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        made["communities"],
        json!([{"id": "c1", "name": "温泉社区"}])
    );
    assert_eq!(made["content"]["open"]["to_file"], 1);
    let elsewhere = ledger.json(Some(&other), "/api/handovers/preview").await;
    assert_eq!(elsewhere["content"]["open"]["to_file"], 0);

    let path = format!("/api/handovers/{}", made["id"].as_str().unwrap());
    let ids = async |token: &str| {
        ledger.json(Some(token), "/api/handovers").await["handovers"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        (
            ids(&same).await,
            ids(&other).await,
            ids(&ledger.officer).await
        ),
        (1, 0, 1)
    );
    let (status, _) = problem(ledger.get(Some(&other), &path).await).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = problem(post(&other, &format!("{path}/receive"), json!({})).await).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    // Another community hands over beside it, and so does the whole street. That one is not for an officer of c1.
    assert_eq!(
        post(&other, "/api/handovers", json!({})).await.status(),
        StatusCode::CREATED
    );
    assert_eq!(
        post(&ledger.officer, "/api/handovers", json!({}))
            .await
            .status(),
        StatusCode::CREATED
    );
    assert_eq!((ids(&same).await, ids(&ledger.officer).await), (1, 3));
    assert_eq!(
        post(&same, &format!("{path}/receive"), json!({}))
            .await
            .status(),
        StatusCode::OK
    );

    let now = Timestamp::now();
    let wrong = [
        (json!({"from": "2020-01-01T00:00:00Z"}), "from"),
        (
            json!({"from": (now + SignedDuration::from_hours(1)).to_string()}),
            "from",
        ),
        (json!({"next_from": "2020-01-01T00:00:00Z"}), "next_from"),
        (
            json!({"next_until": (now - SignedDuration::from_hours(1)).to_string()}),
            "next_until",
        ),
        (json!({"note": "长".repeat(2001)}), "note"),
    ];
    for (body, field) in wrong {
        let (status, said) = problem(post(&same, "/api/handovers", body).await).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert_eq!(said["errors"][0]["field"], field, "{said}");
    }
    for path in ["/api/handovers", "/api/handovers/preview", path.as_str()] {
        let (status, _) = problem(ledger.get(Some(&ledger.worker), path).await).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _) = problem(ledger.get(None, path).await).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
}
