//! Tests of the write path over real stores.

use super::testkit::*;
use super::timer;
use super::{LedgerError, NewSilence, Observation};
use crate::model::{Level, Role};
use crate::warnings::condition::State;
use crate::warnings::{Action, Actor, Notice, Refusal, Source, Status};
use jiff::{SignedDuration, Timestamp};

/// A Monday at 09:00 in Tianjin.
fn monday() -> Timestamp {
    at("2026-03-02T01:00:00Z")
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

#[tokio::test]
async fn a_case_passes_all_steps_and_ends_with_its_rating() {
    let town = Town::new().await;
    let now = monday();
    let mut request = super::NewReport::new("other", yard(), Source::Resident);
    request.key = Some("4e0f3cf6-9f0e-4d0e-a5d4-2b2f2a3d9c11".into());
    request.contact = Some("138 0000 0000".into());
    let first = town
        .service
        .report(request.clone(), &Actor::public(), now)
        .await
        .unwrap();
    let again = town
        .service
        .report(request, &Actor::public(), now + minutes(1))
        .await
        .unwrap();
    assert_eq!((&again.id, &again.receipt), (&first.id, &first.receipt));
    assert!(again.again && !first.again);
    let id = first.id;
    let opened = town.case(&id);
    assert_eq!(opened.grid.as_deref(), Some("g1"));
    assert_eq!(opened.community.as_deref(), Some("c1"));
    assert_eq!(opened.housing.as_deref(), Some("old_estate"));
    assert_eq!(opened.since, now);
    assert!(opened.due_at > Some(now));

    let reporter = Actor {
        is_reporter: true,
        ..Actor::public()
    };
    let way = [
        (Action::File, officer(), Status::Filed),
        (Action::Dispatch, officer(), Status::Dispatched),
        (Action::Start, worker(), Status::Handling),
        (Action::Handle, worker(), Status::Handled),
        (Action::Verify, grid_worker(), Status::Verified),
        (Action::Close, officer(), Status::Closed),
        (Action::Rate, reporter, Status::Closed),
    ];
    for (n, (action, who, status)) in way.into_iter().enumerate() {
        let now = now + minutes(10 * (n as i64 + 1));
        town.act(&id, action, &who, now).await;
        assert_eq!(town.case(&id).status, status, "{action}");
    }
    let closed = town.case(&id);
    assert_eq!((closed.rating, closed.steps), (Some(5), 8));
    let contact = town.live().store().contact(&id).await.unwrap();
    assert_eq!(
        contact, None,
        "the retention time of the contact has passed"
    );
}

#[tokio::test]
async fn a_repeated_key_makes_one_step_and_an_old_entity_tag_is_a_conflict() {
    let town = Town::new().await;
    let report = town.report("other", monday()).await;
    let mut file = request(Action::File);
    file.key = Some("k1".into());
    let now = monday() + minutes(5);
    let act = |expect| town.service.act(&report.id, &file, &ACTOR, expect, now);
    static ACTOR: std::sync::LazyLock<Actor> = std::sync::LazyLock::new(officer);
    let first = act(Some(report.written.seq())).await.unwrap();
    let second = act(Some(report.written.seq())).await.unwrap();
    assert!(!first.again && second.again);
    assert_eq!(town.case(&report.id).steps, 2);
    let park = request(Action::Park);
    let late = town
        .service
        .act(
            &report.id,
            &park,
            &officer(),
            Some(report.written.seq()),
            now,
        )
        .await;
    assert!(
        matches!(late, Err(LedgerError::Changed { found, .. }) if found == first.written.seq())
    );
}

#[tokio::test]
async fn of_two_officers_who_file_a_case_at_once_one_gets_a_conflict() {
    let town = Town::new().await;
    let report = town.report("other", monday()).await;
    let now = monday() + minutes(5);
    let (file, reject) = (request(Action::File), request(Action::Reject));
    let (wang, li) = (officer(), actor(Role::Officer, "li", None));
    let (a, b) = tokio::join!(
        town.service.act(&report.id, &file, &wang, None, now),
        town.service.act(&report.id, &reject, &li, None, now),
    );
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    let error = a.err().or(b.err()).unwrap();
    assert!(
        matches!(error, LedgerError::Refused(Refusal::WrongState { .. })),
        "{error}"
    );
    assert_eq!(town.case(&report.id).steps, 2);
}

#[tokio::test]
async fn a_merge_changes_both_cases_in_one_commit() {
    let town = Town::new().await;
    let first = town.report("wrong_access", monday()).await;
    let second = town.report("wrong_access", monday() + minutes(1)).await;
    let mut merge = request(Action::Merge);
    merge.into = Some(first.id.clone());
    let now = monday() + minutes(5);
    town.service
        .act(&second.id, &merge, &officer(), None, now)
        .await
        .unwrap();
    let (stays, gone) = (town.case(&first.id), town.case(&second.id));
    assert_eq!(
        (gone.status, gone.merged_into),
        (Status::Merged, Some(first.id))
    );
    assert_eq!((stays.reports, stays.ledger.nth), (2, Some(2)));
    assert_eq!(stays.step.unwrap().action, Action::Absorb);
}

#[tokio::test]
async fn the_third_report_at_a_place_makes_its_case_red() {
    let town = Town::new().await;
    let mut last = None;
    for n in 0..3 {
        let now = monday() + SignedDuration::from_hours(24 * n);
        last = Some(town.report("corridor_clutter", now).await.id);
    }
    let third = town.case(&last.unwrap());
    assert_eq!((third.ledger.nth, third.level), (Some(3), Level::Red));
    assert!(third.reason.en.contains("3rd"), "{}", third.reason.en);
    assert_eq!(third.step.unwrap().notice, Some(Notice::Sent));
}

#[tokio::test]
async fn public_reports_beyond_the_limit_are_pending_review() {
    let town = Town::new().await;
    let mut held = Vec::new();
    for n in 0..7 {
        let request = super::NewReport::new("other", yard(), Source::Resident);
        let now = monday() + SignedDuration::from_secs(n);
        let report = town
            .service
            .report(request, &Actor::public(), now)
            .await
            .unwrap();
        held.push(town.case(&report.id).held);
    }
    assert_eq!(held, [false, false, false, false, false, true, true]);
    let far = crate::service::place::Where::Geometry(geo_types::Point::new(116.0, 39.0).into());
    let request = super::NewReport::new("other", far, Source::Resident);
    let report = town
        .service
        .report(request, &Actor::public(), monday())
        .await
        .unwrap();
    assert!(
        town.case(&report.id).held,
        "the place is outside of all grids"
    );
}

#[tokio::test]
async fn a_silence_holds_notices_back_and_the_case_says_why() {
    let town = Town::new().await;
    let silence = NewSilence {
        grid: Some("g1".into()),
        community: None,
        category: None,
        warning: None,
        reason: "施工".into(),
        until: monday() + SignedDuration::from_hours(5),
    };
    let (id, _) = town
        .service
        .silence(silence, &officer(), monday())
        .await
        .unwrap();
    let quiet = town.report("blocked_route", monday() + minutes(1)).await;
    let notice = town.case(&quiet.id).step.unwrap().notice;
    assert_eq!(notice, Some(Notice::SilencedBy(id.to_string())));
    town.service
        .unsilence(&id, &officer(), monday() + minutes(2))
        .await
        .unwrap()
        .committed();
    let loud = town.report("blocked_route", monday() + minutes(3)).await;
    assert_eq!(town.case(&loud.id).step.unwrap().notice, Some(Notice::Sent));
    let gone = town.service.unsilence(&id, &officer(), monday()).await;
    assert!(matches!(gone, Err(LedgerError::NoSuchSilence(_))));
}

/// Opens a red case and three yellow cases: in the same grid, in the next grid, and in the first grid after the
/// red case ended. Returns the red case and the notices of the yellow ones.
async fn notices_beside_a_red_case(town: &Town) -> (crate::model::FeatureId, [Notice; 3]) {
    let mut red = None;
    for n in 0..3 {
        let report = town.report("corridor_clutter", monday() + minutes(n)).await;
        red = Some(report.id);
    }
    let red = red.unwrap();
    let opened = town.case(&red);
    // One red case never holds back the notices of another.
    assert_eq!(
        (opened.level, opened.step.unwrap().notice),
        (Level::Red, Some(Notice::Sent))
    );
    let notice = |report: super::Reported| {
        let case = town.case(&report.id);
        assert_eq!(case.level, Level::Yellow);
        case.step.unwrap().notice.unwrap()
    };
    let same_grid = notice(town.report("blocked_route", monday() + minutes(4)).await);
    let next_door =
        crate::service::place::Where::Geometry(geo_types::Point::new(117.008, 39.002).into());
    let request = super::NewReport::new("blocked_route", next_door, Source::GridWorker);
    let now = monday() + minutes(5);
    let next_grid = town.service.report(request, &grid_worker(), now).await;
    let next_grid = notice(next_grid.unwrap());
    town.act(&red, Action::Reject, &officer(), monday() + minutes(6))
        .await;
    let afterwards = notice(
        town.report("street_encroachment", monday() + minutes(7))
            .await,
    );
    (red, [same_grid, next_grid, afterwards])
}

#[tokio::test]
async fn a_red_case_holds_back_the_yellow_notices_of_its_grid() {
    let (red, notices) = notices_beside_a_red_case(&Town::new().await).await;
    assert_eq!(
        notices,
        [Notice::InhibitedBy(red), Notice::Sent, Notice::Sent]
    );
    let loud = include_str!("../../../geodata/rules.toml")
        .replace("red_inhibits_yellow = true", "red_inhibits_yellow = false");
    let town = Town::with_rules(Some(&loud)).await;
    let (_, notices) = notices_beside_a_red_case(&town).await;
    assert_eq!(notices, [Notice::Sent, Notice::Sent, Notice::Sent]);
}

#[tokio::test]
async fn a_case_that_is_handled_at_the_due_moment_is_in_time() {
    for (late, is_overdue) in [(minutes(0), false), (minutes(1), true)] {
        let town = Town::new().await;
        let id = town.report("other", monday()).await.id;
        town.act(&id, Action::File, &officer(), monday() + minutes(1))
            .await;
        town.act(&id, Action::Dispatch, &officer(), monday() + minutes(2))
            .await;
        town.act(&id, Action::Start, &worker(), monday() + minutes(3))
            .await;
        let due = town.case(&id).due_at.unwrap();
        town.act(&id, Action::Handle, &worker(), due + late).await;
        let handled = town.case(&id);
        assert_eq!(handled.status, Status::Handled);
        assert_eq!(handled.overdue_at, is_overdue.then_some(due));
    }
}

fn seen(value: f64, at: Timestamp) -> Observation {
    Observation {
        place: "wq-3".into(),
        category: "corridor_clutter".into(),
        value,
        at: Some(at),
    }
}

#[tokio::test]
async fn a_sensor_opens_one_case_which_stays_open_when_it_stops_reporting() {
    let town = Town::new().await;
    let look = |value, now| {
        let service = town.service.clone();
        async move {
            service
                .observe(&seen(value, now), &grid_worker(), now)
                .await
                .unwrap()
        }
    };
    let now = monday();
    assert_eq!(look(0.1, now).await.condition.state, State::Inactive);
    assert_eq!(
        look(0.8, now + minutes(1)).await.condition.state,
        State::Pending
    );
    // Half an hour later the condition has held long enough, without another observation.
    timer::tick(town.live(), now + minutes(40)).await.unwrap();
    let cases = town.cases();
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].reported_at, now + minutes(31));
    assert_eq!(
        (cases[0].source, cases[0].building.as_deref()),
        (Source::Sensor, Some("wq-3"))
    );
    let late = look(0.0, now).await;
    assert!(late.late && late.condition.state == State::Firing);
    // The condition ends, and then the sensor is silent for days.
    look(0.0, now + minutes(60)).await;
    timer::tick(town.live(), now + SignedDuration::from_hours(3 * 24))
        .await
        .unwrap();
    let end = look(0.8, now + SignedDuration::from_hours(73)).await;
    assert_eq!(end.condition.state, State::Pending);
    assert!(!town.cases()[0].status.is_ended());
}

#[tokio::test]
async fn a_value_that_alternates_for_a_day_causes_one_notice() {
    let town = Town::new().await;
    for n in 0..24 * 60 {
        let now = monday() + minutes(n);
        // The value stays high for an hour. Then it crosses the lower and the upper threshold in turn, once a
        // minute.
        let value = match (n, n % 2) {
            (..60, _) => 0.8,
            (..600, 0) => 0.55,
            (..600, _) => 0.45,
            (_, 0) => 0.35,
            _ => 0.25,
        };
        town.service
            .observe(&seen(value, now), &grid_worker(), now)
            .await
            .unwrap();
    }
    timer::tick(town.live(), monday() + SignedDuration::from_hours(25))
        .await
        .unwrap();
    let cases = town.cases();
    assert_eq!(cases.len(), 1);
    let ids = [cases[0].id.clone()];
    let store = town.live().store();
    let collection = super::cases::collection().unwrap();
    let versions = store.versions_of(&collection, &ids[0]).await.unwrap();
    let told = versions.iter().filter(|(_, r)| {
        let body = r.body.as_ref().unwrap();
        body.properties.to_map()["step"].get("notice").is_some()
    });
    assert_eq!(told.count(), 1);
}

#[tokio::test]
async fn an_observation_dated_1970_is_refused() {
    let town = Town::new().await;
    let old = seen(0.9, Timestamp::from_second(10).unwrap());
    let refused = town.service.observe(&old, &grid_worker(), monday()).await;
    assert!(matches!(refused, Err(LedgerError::Field(e)) if e.field == "at"));
}

#[tokio::test]
async fn merged_cases_do_not_count_as_earlier_reports() {
    let town = Town::new().await;
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(
            town.report("corridor_clutter", monday() + minutes(n))
                .await
                .id,
        );
    }
    let stays = town.report("street_encroachment", monday()).await.id;
    let merge = crate::warnings::ActionRequest {
        into: Some(stays.clone()),
        ..request(Action::Merge)
    };
    let now = monday() + minutes(9);
    let third = ids.last().unwrap();
    town.service
        .act(third, &merge, &officer(), None, now)
        .await
        .unwrap();
    let stays = town.case(&stays);
    assert_eq!((stays.reports, stays.ledger.nth), (2, Some(1)));
    assert_eq!(stays.level, Level::Yellow);
}

#[tokio::test]
async fn a_report_with_a_very_large_area_is_pending_review() {
    let town = Town::new().await;
    let crate::service::place::Where::Geometry(yard) = yard() else {
        unreachable!("the yard is a point");
    };
    let at = crate::service::place::anchor(&yard).unwrap();
    for (half, held) in [(0.0005, false), (0.05, true)] {
        let around = geo_types::Rect::new((at.x - half, at.y - half), (at.x + half, at.y + half));
        let place = crate::service::place::Where::Geometry(around.to_polygon().into());
        let request = super::NewReport::new("other", place, Source::Resident);
        let report = town
            .service
            .report(request, &Actor::public(), monday())
            .await;
        assert_eq!(town.case(&report.unwrap().id).held, held, "{half}");
    }
}
