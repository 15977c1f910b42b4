//! The case service with its timer, the replay and the import must agree: the same reports and steps give the
//! same cases in each of them.

use geo_types::{Coord, Point};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::NewReport;
use super::receipt::Ticket;
use super::replay::Replay;
use super::testkit::*;
use super::timer;
use crate::model::FeatureId;
use crate::service::place::Where;
use crate::warnings::sheet::plan::{Planned, PlannedStep};
use crate::warnings::{Action, Actor, Case, Report, Source, Status, rules};

/// Sequences of actions that a spreadsheet can express, too.
const WAYS: &[&[Action]] = &[
    &[],
    &[Action::File],
    &[Action::Reject],
    &[Action::File, Action::Park],
    &[Action::File, Action::Dispatch],
    &[
        Action::File,
        Action::Dispatch,
        Action::Return,
        Action::Dispatch,
        Action::Start,
    ],
    &[
        Action::File,
        Action::Dispatch,
        Action::Start,
        Action::Handle,
    ],
    &[
        Action::File,
        Action::Dispatch,
        Action::Start,
        Action::Handle,
        Action::Verify,
        Action::Close,
    ],
];
const CATEGORIES: [&str; 4] = [
    "street_encroachment",
    "corridor_clutter",
    "wrong_access",
    "micro_wish",
];
/// Two places within the distance at which reports count as repetitions, and one beyond it.
const PLACES: [(f64, f64); 3] = [(117.002, 39.002), (117.00205, 39.002), (117.0048, 39.0048)];

/// A case from its report to its last step.
#[derive(Debug)]
struct Life {
    id: FeatureId,
    key: String,
    category: &'static str,
    at: Coord<f64>,
    exercise: bool,
    reported_at: Timestamp,
    steps: Vec<(Timestamp, Action)>,
}

/// An event of a case.
enum Happening<'a> {
    Report(&'a Life),
    Step(&'a Life, Action),
}

fn who(action: Action) -> Actor {
    match action {
        Action::Start | Action::Handle | Action::Return => worker(),
        Action::Verify => grid_worker(),
        _ => officer(),
    }
}

/// All events, ordered by time.
fn story(lives: &[Life]) -> Vec<(Timestamp, Happening<'_>)> {
    let mut all = Vec::new();
    for life in lives {
        all.push((life.reported_at, Happening::Report(life)));
        let steps = life.steps.iter();
        all.extend(steps.map(|(at, action)| (*at, Happening::Step(life, *action))));
    }
    all.sort_by_key(|(at, _)| *at);
    all
}

/// Runs the events through the service, with the timer at the moment of each event.
async fn served(town: &Town, lives: &[Life], end: Timestamp) {
    for (at, happening) in story(lives) {
        timer::tick(town.live(), at).await.unwrap();
        match happening {
            Happening::Report(life) => {
                let place = Where::Geometry(Point(life.at).into());
                let mut new = NewReport::new(life.category, place, Source::GridWorker);
                new.key = Some(life.key.clone());
                new.exercise = life.exercise;
                let reported = town.service.report(new, &grid_worker(), at).await.unwrap();
                assert_eq!(reported.id, life.id);
            }
            Happening::Step(life, action) => town.act(&life.id, action, &who(action), at).await,
        }
    }
    timer::tick(town.live(), end).await.unwrap();
}

fn replayed(replay: &mut Replay<'_>, lives: &[Life], end: Timestamp) {
    for (at, happening) in story(lives) {
        match happening {
            Happening::Report(life) => {
                let mut report = Report::new(
                    life.id.clone(),
                    at,
                    grid_worker(),
                    life.category,
                    Source::GridWorker,
                );
                report.exercise = life.exercise;
                let place = Where::Geometry(Point(life.at).into());
                replay.report(report, &place).unwrap();
            }
            Happening::Step(life, action) => {
                let who = who(action);
                replay.act(&life.id, &request(action), &who, at).unwrap();
            }
        }
    }
    replay.until(end).unwrap();
}

/// The same cases as rows of a spreadsheet, the last one first.
fn rows(lives: &[Life]) -> Vec<Planned> {
    let row = |(n, life): (usize, &Life)| Planned {
        from: 0,
        sheet: None,
        row: n as u32 + 2,
        id: Some(life.id.clone()),
        number: None,
        key: life.key.clone(),
        category: life.category.to_owned(),
        reported_at: life.reported_at,
        source: Source::GridWorker,
        note: None,
        hotline_number: None,
        place: None,
        building: None,
        building_unit: None,
        room: None,
        position: Some(life.at),
        geometry: None,
        exercise: life.exercise,
        status: Status::Reported,
        unit: None,
        steps: life
            .steps
            .iter()
            .map(|(at, action)| PlannedStep {
                at: *at,
                request: request(*action),
            })
            .collect(),
    };
    lives.iter().enumerate().rev().map(row).collect()
}

/// The part of a case that the engine decides. Who acted, and whether notices were sent, is left out.
fn decided(case: &Case) -> impl PartialEq + std::fmt::Debug + use<> {
    let last = case.step.as_ref().map(|s| (s.n, s.action, s.at, s.to));
    let place = (
        case.grid.clone(),
        case.community.clone(),
        case.compound.clone(),
    );
    let times = (case.since, case.due_at, case.overdue_at, case.closed_at);
    let weight = (
        case.ledger.nth,
        case.ledger.factor,
        case.ledger.pauses.clone(),
    );
    let level = (case.status, case.level, case.reason.clone());
    (
        case.id.clone(),
        level,
        times,
        weight,
        last,
        place,
        case.reports,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn service_replay_and_import_make_the_same_cases(
        lives in prop::collection::vec(
            (
                (0..CATEGORIES.len(), 0..PLACES.len(), prop::bool::weighted(0.2)),
                1..4_000_i64,
                0..WAYS.len(),
                prop::collection::vec(1..3_000_i64, 6),
            ),
            1..10,
        ),
        rest in 1..30_000_i64,
    ) {
        let text = rules::DEFAULT.replace("photo = true", "photo = false");
        // The town is committed now, so all events happen later.
        let mut now = Timestamp::now() + SignedDuration::from_mins(1);
        let mut end = now;
        let mut moments = 0;
        let mut lived = Vec::new();
        for ((category, place, exercise), gap, way, gaps) in lives {
            // Each event gets a moment of its own.
            let mut next = |at: Timestamp, minutes: i64| {
                moments += 1;
                at + SignedDuration::from_mins(minutes) + SignedDuration::from_millis(moments)
            };
            now = super::surroundings::moment(next(now, gap));
            let mut at = now;
            let mut steps = Vec::new();
            for (action, gap) in WAYS[way].iter().zip(gaps) {
                at = next(at, gap);
                steps.push((at, *action));
            }
            end = end.max(at);
            let key = format!("agreement-{}", lived.len());
            lived.push(Life {
                id: Ticket::of_report(grid_worker().account.as_deref(), Some(&key)).unwrap().id,
                key,
                category: CATEGORIES[category],
                at: Coord::from(PLACES[place]),
                exercise,
                reported_at: now,
                steps,
            });
        }
        let end = end + SignedDuration::from_mins(rest);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (town, other) = (Town::with_rules(Some(&text)).await, Town::with_rules(Some(&text)).await);
            let empty = town.live().snapshot();
            let mut replay = Replay::new(&empty);
            replayed(&mut replay, &lived, end);
            served(&town, &lived, end).await;
            let imported = other.service.import(rows(&lived), &officer(), end, false, crate::index::Free).await.unwrap();
            assert!(imported.problems.is_empty(), "{:?}", imported.problems);
            for life in &lived {
                let served = town.case(&life.id);
                let replayed = replay.case(&life.id).unwrap();
                assert_eq!(decided(&served), decided(replayed), "replay: {life:?}");
                assert_eq!(served.ledger.notice, replayed.ledger.notice, "notice: {life:?}");
                assert_eq!(decided(&served), decided(&other.case(&life.id)), "import: {life:?}");
            }
        });
    }
}
