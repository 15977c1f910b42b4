//! Tests of the timer and of past states of the map, over real stores.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::past;
use super::testkit::*;
use super::timer;
use crate::index::Entry;
use crate::model::names::collection::RULES;
use crate::model::{Author, CollectionId, Edit, FeatureId, Level, Record};
use crate::warnings::{Action, StatusBoard};
use serde_json::json;

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

/// A Monday at 09:00 in Tianjin.
fn monday() -> Timestamp {
    at("2026-03-02T01:00:00Z")
}

#[tokio::test]
async fn transitions_missed_during_a_pause_are_written_in_order_with_their_own_times() {
    let town = Town::new().await;
    let slow = town.report("wrong_access", monday()).await.id;
    let quick = town.report("blocked_route", monday()).await.id;
    let before = town.live().snapshot().seq();
    let town = town.reopened().await;
    let now = monday() + hours(24 * 20);
    let next = timer::tick(town.live(), now).await.unwrap();
    assert!(next.is_none_or(|at| at > now));
    let store = town.live().store();
    let log = store.commits_after(before, 1000).await.unwrap();
    assert!(log.len() >= 3, "{log:?}");
    assert!(
        log.windows(2)
            .all(|w| w[0].effective_at <= w[1].effective_at),
        "{log:?}"
    );
    for id in [&slow, &quick] {
        let case = town.case(id);
        assert_eq!(case.level, Level::Red);
        assert!(case.since < now && case.since > monday());
        assert!(log.iter().any(|c| c.effective_at == case.since));
        assert!(case.overdue_at.is_some() && case.overdue_at == case.due_at);
    }
    // A second call writes nothing.
    let seq = town.live().snapshot().seq();
    timer::tick(town.live(), now).await.unwrap();
    assert_eq!(town.live().snapshot().seq(), seq);
}

#[tokio::test]
async fn transitions_due_at_the_same_moment_share_one_commit() {
    let town = Town::new().await;
    for _ in 0..20 {
        town.report("wrong_access", monday()).await;
    }
    let due = town.live().snapshot().ledger().next_moment().unwrap();
    let before = town.live().snapshot().seq();
    timer::tick(town.live(), due).await.unwrap();
    let log = town
        .live()
        .store()
        .commits_after(before, 100)
        .await
        .unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!((log[0].size, log[0].effective_at), (20, due));
}

#[tokio::test]
async fn an_action_is_logged_after_the_transitions_that_were_due_before_it() {
    let town = Town::new().await;
    let id = town.report("blocked_route", monday()).await.id;
    let before = town.live().snapshot().seq();
    let now = monday() + hours(30);
    town.act(&id, Action::File, &officer(), now).await;
    let log = town
        .live()
        .store()
        .commits_after(before, 100)
        .await
        .unwrap();
    assert!(log.len() >= 2);
    assert_eq!(log.last().unwrap().effective_at, now);
    assert_eq!(town.case(&id).level, Level::Red);
    assert!(town.case(&id).since < now);
}

#[tokio::test]
async fn the_due_date_of_a_supervised_case_passes_in_a_commit_of_its_own() {
    let town = Town::new().await;
    let id = town.report("wrong_access", monday()).await.id;
    let now = monday() + hours(1);
    town.act(&id, Action::File, &officer(), now).await;
    let mut supervise = request(Action::Supervise);
    supervise.due_at = Some(now + hours(1));
    let by = officer();
    let acted = town.service.act(&id, &supervise, &by, None, now).await;
    acted.unwrap();
    let before = town.live().snapshot().seq();
    let town = town.reopened().await;
    timer::tick(town.live(), now + hours(1)).await.unwrap();
    let log = town.live().store().commits_after(before, 9).await.unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].effective_at, now + hours(1));
    let case = town.case(&id);
    assert_eq!(case.supervise_overdue_at, Some(now + hours(1)));
    assert_eq!(case.overdue_at, None);
}

#[tokio::test]
async fn new_rules_are_applied_to_open_cases_once() {
    let town = Town::new().await;
    let id = town
        .report("wrong_access", Timestamp::now() - hours(1))
        .await
        .id;
    assert_eq!(town.case(&id).level, Level::Green);
    let green = "en = \"wrong access information\"\nlevel = \"green\"";
    let text =
        include_str!("../../../geodata/rules.toml").replace(green, &green.replace("green", "red"));
    let rows = vec![row(RULES, "rules", None, json!({"text": text}))];
    town.live()
        .commit(Edit::new(Author::system(), rows))
        .await
        .unwrap()
        .committed();
    timer::tick(town.live(), Timestamp::now()).await.unwrap();
    assert_eq!(town.case(&id).level, Level::Red);
    let seq = town.live().snapshot().seq();
    let next = timer::tick(town.live(), Timestamp::now()).await.unwrap();
    assert_eq!(town.live().snapshot().seq(), seq);
    assert!(next.is_none_or(|at| at > Timestamp::now()));
}

#[tokio::test]
async fn the_running_timer_writes_a_transition_when_it_is_due() {
    let rules = include_str!("../../../geodata/rules.toml").replace(
        "age = [{ after = \"14d\", level = \"yellow\" }]",
        "age = [{ after = \"1m\", level = \"yellow\" }]",
    );
    let town = Town::with_rules(Some(&rules)).await;
    let began = Timestamp::now() - SignedDuration::from_secs(59);
    let id = town.report("wrong_access", began).await.id;
    let running = tokio::spawn(timer::run(town.live().clone()));
    let patience = std::time::Duration::from_secs(20);
    let raised = async {
        while town.case(&id).level != Level::Yellow {
            let seq = town.live().snapshot().seq();
            town.live().wait_for(seq + 1, patience).await;
        }
    };
    tokio::time::timeout(patience, raised).await.unwrap();
    running.abort();
    let case = town.case(&id);
    assert_eq!(case.since, case.reported_at + SignedDuration::from_mins(1));
}

/// The API hides an expired contact in any case. So this test looks at the rows of the table and the bytes of
/// the file.
#[tokio::test]
async fn the_timer_erases_expired_contacts() {
    let town = Town::new().await;
    let now = Timestamp::now();
    let store = town.live().store();
    let contacts = [
        ("over", "138 0000 0001", now - hours(1)),
        ("kept", "138 0000 0002", now + hours(1)),
    ];
    for (case, contact, until) in contacts {
        store.put_contact(&id(case), contact, until).await.unwrap();
    }
    // The contact may be in the database file or in the write-ahead log next to it.
    let is_written = |contact: &str| {
        ["", "-wal"].iter().any(|end| {
            let mut name = town.file().into_os_string();
            name.push(end);
            let bytes = std::fs::read(name).unwrap_or_default();
            bytes
                .windows(contact.len())
                .any(|w| w == contact.as_bytes())
        })
    };
    assert!(is_written("138 0000 0001"));
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(town.file());
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let cases = async || -> Vec<String> {
        sqlx::query_scalar("SELECT warning FROM contacts ORDER BY warning")
            .fetch_all(&pool)
            .await
            .unwrap()
    };
    assert_eq!(cases().await, ["kept", "over"]);
    let running = tokio::spawn(timer::run(town.live().clone()));
    let erased = async {
        while cases().await.len() > 1 || is_written("138 0000 0001") {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let patience = std::time::Duration::from_secs(60);
    let erased = tokio::time::timeout(patience, erased).await;
    running.abort();
    erased.expect("the timer erases the expired contact");
    assert_eq!(cases().await, ["kept"]);
    assert!(is_written("138 0000 0002"));
}

/// Every commit wakes the timer. The lease is renewed when a third of its lifetime has passed.
#[tokio::test]
async fn two_hundred_commits_renew_the_lease_only_a_few_times() {
    let town = Town::new().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(town.file())
        .busy_timeout(std::time::Duration::from_secs(60));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    for event in ["INSERT", "UPDATE"] {
        let counts = format!(
            "CREATE TABLE IF NOT EXISTS lease_writes (name TEXT); \
             CREATE TRIGGER count_{event} AFTER {event} ON leases \
             BEGIN INSERT INTO lease_writes VALUES (new.name); END"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(counts))
            .execute(&pool)
            .await
            .unwrap();
    }
    let count = async || -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM lease_writes WHERE name = 'timer'")
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    let began = std::time::Instant::now();
    let running = tokio::spawn(timer::run(town.live().clone()));
    let taken = async {
        while count().await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let patience = std::time::Duration::from_secs(60);
    tokio::time::timeout(patience, taken).await.unwrap();
    for _ in 0..200 {
        town.report("wrong_access", Timestamp::now()).await;
    }
    running.abort();
    // Renewals are at least 4 s apart, however slow the machine is.
    let most = 2 + i64::try_from(began.elapsed().as_secs() / 4).unwrap();
    let renewed = count().await;
    assert!(renewed <= most, "{renewed} writes, at most {most} expected");
}

/// The state at a moment according to the log: every commit in effect by then, in the order of the log.
async fn replayed(town: &Town, moment: Timestamp) -> BTreeMap<(CollectionId, FeatureId), Record> {
    let store = town.live().store();
    let mut all = BTreeMap::new();
    for header in store.commits_after(0, 100_000).await.unwrap() {
        if header.effective_at > moment {
            continue;
        }
        store
            .records_of(&header, |r| {
                all.insert((r.collection.clone(), r.id.clone()), r);
            })
            .await
            .unwrap();
    }
    all.retain(|_, r| r.body.is_some());
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// The map as of any moment is the same as a replay of the log up to that moment.
    #[test]
    fn the_map_as_of_a_moment_equals_a_replay_of_the_log(
        steps in prop::collection::vec((0..6usize, 0..12usize, 1..2000i64), 5..40),
        moments in prop::collection::vec(0..60_000i64, 6),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let town = Town::new().await;
            // The town was committed just now, so the events begin one minute later.
            let begin = Timestamp::now() + SignedDuration::from_mins(1);
            let mut now = begin;
            let mut ids: Vec<FeatureId> = Vec::new();
            let categories = ["wrong_access", "blocked_route", "corridor_clutter", "other"];
            let actions = [Action::File, Action::Reject, Action::Dispatch, Action::Start,
                Action::Handle, Action::Verify, Action::Close, Action::Reopen, Action::Park,
                Action::Resume, Action::Return, Action::Extend];
            for (which, action, minutes) in steps {
                now += SignedDuration::from_mins(minutes);
                if which < 2 || ids.is_empty() {
                    ids.push(town.report(categories[action % 4], now).await.id);
                } else if which == 2 {
                    timer::tick(town.live(), now).await.unwrap();
                } else {
                    let action = actions[action];
                    let who = match action {
                        Action::Start | Action::Handle | Action::Return => worker(),
                        Action::Verify => grid_worker(),
                        _ => officer(),
                    };
                    // An action that the status table does not allow changes nothing.
                    let _ = town.service.act(&ids[which % ids.len()], &request(action), &who, None, now).await;
                }
            }
            let grids = CollectionId::new("grids").unwrap();
            let cases = CollectionId::new("warnings").unwrap();
            for minutes in moments {
                let moment = begin + SignedDuration::from_mins(minutes);
                let log = replayed(&town, moment).await;
                let mut board = StatusBoard::default();
                for record in log.values() {
                    board.apply(record);
                }
                let known = past::status_at(town.live(), moment, past::MOST).await.unwrap();
                assert_eq!(known.grids(), board.grids(), "{moment}");
                let snapshot = town.live().snapshot();
                let ids = past::cases(&snapshot, moment, past::Which::All);
                let found = past::versions_at(town.live(), &ids, moment).await.unwrap();
                let expected: Vec<&Record> = log.values().filter(|r| r.collection == cases).collect();
                assert_eq!(found.iter().collect::<Vec<_>>(), expected);
                let whole = past::ledger_at(town.live(), &snapshot, moment, past::MOST).await.unwrap();
                let same = whole.unwrap();
                let said = |e: &Arc<Entry>| (e.id().clone(), e.seq(), e.all_properties().to_owned());
                let wanted = expected.iter().map(|r| {
                    let properties = &r.body.as_ref().unwrap().properties;
                    (r.id.clone(), r.seq, properties.as_str().to_owned())
                });
                assert_eq!(
                    same.iter().map(said).collect::<Vec<_>>(),
                    wanted.collect::<Vec<_>>()
                );
                let found = past::collection_at(town.live(), "grids", moment).await.unwrap();
                let expected: Vec<&Record> = log.values().filter(|r| r.collection == grids).collect();
                assert_eq!(found.iter().collect::<Vec<_>>(), expected);
            }
        });
    }
}

#[tokio::test]
async fn a_project_becomes_late_at_midnight_in_china_with_nobody_writing() {
    let town = Town::new().await;
    let live = town.live();
    let project = |id: &str, state: &str, due: &str| {
        row(
            "projects",
            id,
            None,
            json!({"name": id, "kind": "micro", "state": state, "due_on": due}),
        )
    };
    let rows = vec![
        project("tomorrow", "under_way", "2999-03-02"),
        project("done", "done", "2999-03-02"),
        project("later", "planned", "2999-03-05"),
        // Late when it was written: it is marked at once.
        project("past", "planned", "2020-01-01"),
    ];
    let _ = live
        .commit(Edit::new(Author::system(), rows))
        .await
        .unwrap();
    let state = |id: &str| {
        let map = live.snapshot();
        let all = map.collections().get("projects").unwrap();
        let entry = all.get(id).unwrap();
        serde_json::from_str::<serde_json::Value>(entry.all_properties()).unwrap()["state"].clone()
    };
    let midnight = at("2999-03-02T16:00:00Z");
    let next = timer::tick(live, midnight - hours(1)).await.unwrap();
    assert_eq!(next, Some(midnight));
    assert_eq!(
        (state("tomorrow"), state("past")),
        (json!("under_way"), json!("delayed"))
    );
    let seq = live.snapshot().seq();
    let next = timer::tick(live, midnight).await.unwrap();
    assert_eq!(next, Some(at("2999-03-05T16:00:00Z")));
    assert_eq!(
        (state("tomorrow"), state("done"), state("later")),
        (json!("delayed"), json!("done"), json!("planned"))
    );
    let log = live.store().commits_after(seq, 10).await.unwrap();
    assert_eq!(
        log.iter().map(|c| c.effective_at).collect::<Vec<_>>(),
        [midnight]
    );
    // A new due date starts the clock again.
    let again = project("tomorrow", "under_way", "2999-03-04");
    let _ = live
        .commit(Edit::new(Author::system(), vec![again]))
        .await
        .unwrap();
    assert_eq!(
        live.snapshot().project_dues().next_moment(),
        Some(at("2999-03-04T16:00:00Z"))
    );
}
