//! Generates years of a ledger with the case engine of the service: cases with all their steps and
//! timed transitions. The same seed gives the same cases.
//!
//! The duration of the cases is chosen so that the given number of reports per week leads to about
//! the given number of open cases at any moment.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use onemap::live::Snapshot;
use onemap::model::{FeatureId, Role};
use onemap::service::ledger::cases;
use onemap::service::ledger::replay::Replay;
use onemap::service::place::Where;
use onemap::store::Store;
use onemap::warnings::{
    Action, ActionRequest, Actor, PhotoKind, Report, Source, StepPhoto, Verdict,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// The size of the generated ledger.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub weeks: u32,
    /// The number of reports per week.
    pub a_week: u32,
    /// The approximate number of cases that are open at any moment.
    pub open: u32,
}

/// The result of filling the ledger.
#[derive(Debug, Default)]
pub struct Filled {
    pub cases: usize,
    pub commits: usize,
    pub refused: usize,
    /// The time for deciding the steps.
    pub deciding: Duration,
    /// The time for writing the steps.
    pub writing: Duration,
}

const CATEGORIES: [(&str, f64); 7] = [
    ("street_encroachment", 0.30),
    ("corridor_clutter", 0.25),
    ("flying_wire_charging", 0.15),
    ("blocked_route", 0.08),
    ("wrong_access", 0.04),
    ("damaged_facility", 0.08),
    ("other", 0.10),
];
const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The remaining steps of a case.
struct Life {
    id: FeatureId,
    category: &'static str,
    /// The remaining steps in reverse order, so that the next one is last.
    steps: Vec<(Timestamp, Actor, ActionRequest)>,
}

/// Generates the cases of the weeks before `now` and writes them in one transaction per week.
pub async fn fill(store: &Store, size: Size, now: Timestamp) -> Filled {
    let snapshot = Snapshot::load(store).await.unwrap();
    let town = Town::of(&snapshot);
    let mut rng = StdRng::seed_from_u64(20_261_122);
    let mut replay = Replay::new(&snapshot);
    let mut filled = Filled::default();
    let mut lives: HashMap<u32, Life> = HashMap::new();
    let mut due: BinaryHeap<Reverse<(Timestamp, u32)>> = BinaryHeap::new();
    let mut serial = 0;
    for week in 0..size.weeks {
        let from = now - WEEK * i32::try_from(size.weeks - week).unwrap();
        let to = from + WEEK;
        let began = Instant::now();
        for _ in 0..size.a_week {
            let at = from + SignedDuration::from_secs(rng.random_range(0..7 * 24 * 3600));
            serial += 1;
            let life = town.life(&mut rng, at, size);
            due.push(Reverse((at, serial)));
            lives.insert(serial, life);
        }
        while due.peek().is_some_and(|next| next.0.0 < to) {
            let Some(Reverse((at, serial))) = due.pop() else {
                break;
            };
            let life = lives.get_mut(&serial).unwrap();
            let Some((_, actor, request)) = life.steps.pop() else {
                continue;
            };
            // The first step of a case is its report, which is not in `steps`.
            let played = if replay.case(&life.id).is_none() {
                life.steps.push((at, actor, request));
                filled.cases += 1;
                let (report, place) = town.report(&mut rng, life, at);
                replay.report(report, &place)
            } else {
                replay.act(&life.id, &request, &actor, at)
            };
            filled.refused += usize::from(played.is_err());
            match life.steps.last() {
                Some((next, ..)) => due.push(Reverse(((*next).max(at), serial))),
                None => {
                    replay.forget(&life.id);
                    lives.remove(&serial);
                }
            }
        }
        replay.until(to).unwrap();
        let edits = replay.take_edits();
        filled.deciding += began.elapsed();
        filled.commits += edits.len();
        let began = Instant::now();
        store.replay(edits).await.unwrap();
        filled.writing += began.elapsed();
    }
    filled
}

/// The buildings, grids and units of the town.
struct Town {
    buildings: Vec<FeatureId>,
    units: HashMap<&'static str, Vec<String>>,
    /// The id of a photo, as steps refer to it.
    photo: String,
}

impl Town {
    fn of(snapshot: &Snapshot) -> Self {
        let map = snapshot.collections();
        let buildings = map.get("buildings").unwrap();
        let units = map.get("units").unwrap();
        let mut competent: HashMap<&'static str, Vec<String>> = HashMap::new();
        for unit in units.iter() {
            let said = cases::properties(unit);
            for (category, _) in CATEGORIES {
                let handles = snapshot.ledger().rules().category(category).unwrap();
                let list = said["competences"].as_array().unwrap();
                if list.iter().any(|c| handles.handlers.iter().any(|h| c == h)) {
                    competent
                        .entry(category)
                        .or_default()
                        .push(unit.id().to_string());
                }
            }
        }
        Self {
            buildings: buildings.iter().map(|e| e.id().clone()).collect(),
            units: competent,
            photo: "0".repeat(64),
        }
    }

    fn report(&self, rng: &mut StdRng, life: &Life, at: Timestamp) -> (Report, Where) {
        let source = match rng.random_range(0..10) {
            0..4 => Source::GridWorker,
            4..7 => Source::Resident,
            7..9 => Source::Hotline,
            _ => Source::Rider,
        };
        let mut report = Report::new(life.id.clone(), at, officer(), life.category, source);
        report.note = Some("楼道里堆放旧家具和纸箱，影响疏散，居民多次反映。".to_owned());
        let house = rng.random_range(0..self.buildings.len());
        (report, Where::Building(self.buildings[house].clone()))
    }

    /// The steps of a case after its report, in reverse order.
    fn life(&self, rng: &mut StdRng, at: Timestamp, size: Size) -> Life {
        let category = pick(rng);
        // Random ids in no order, as the ids of real reports are.
        let id = FeatureId::new(format!("w-{:016x}", rng.random::<u64>())).unwrap();
        let mean = f64::from(size.open) / f64::from(size.a_week) * 7.0 * 24.0 * 3600.0;
        // The duration in seconds: exponentially distributed, but at least an hour and at most a year.
        let long = (-mean * (1.0 - rng.random::<f64>()).ln()).clamp(3600.0, 365.0 * 86_400.0);
        let after = |share: f64| at + SignedDuration::from_secs((long * share) as i64);
        let units = &self.units[category];
        let unit = units[rng.random_range(0..units.len())].clone();
        let worker = Actor {
            roles: Role::GridWorker.into(),
            account: Some(format!("account-{unit}")),
            unit: Some(unit.clone()),
            ..Actor::public()
        };
        let verifier = Actor {
            roles: Role::GridWorker.into(),
            account: Some("grid-worker".to_owned()),
            ..Actor::public()
        };
        let mut steps = Vec::with_capacity(8);
        if rng.random_bool(0.04) {
            let mut reject = ActionRequest::new(Action::Reject);
            reject.reason = Some("不属于网格事项".to_owned());
            steps.push((after(0.05), officer(), reject));
        } else {
            steps.push((after(0.03), officer(), ActionRequest::new(Action::File)));
            let mut dispatch = ActionRequest::new(Action::Dispatch);
            dispatch.unit = Some(unit);
            steps.push((after(0.06), officer(), dispatch));
            steps.push((
                after(0.3),
                worker.clone(),
                ActionRequest::new(Action::Start),
            ));
            if rng.random_bool(0.1) {
                let mut extend = ActionRequest::new(Action::Extend);
                extend.reason = Some("需与业主协商".to_owned());
                extend.due_at = Some(after(1.0) + SignedDuration::from_hours(24 * 90));
                steps.push((after(0.4), officer(), extend));
            }
            let mut handle = ActionRequest::new(Action::Handle);
            handle.note = Some("已清理，现场恢复畅通。".to_owned());
            handle.photos = [PhotoKind::Before, PhotoKind::After]
                .map(|kind| StepPhoto::new(&self.photo, kind))
                .into();
            steps.push((after(0.85), worker, handle));
            let mut verify = ActionRequest::new(Action::Verify);
            verify.result = Some(Verdict::Pass);
            verify.reason = Some("电话核实".to_owned());
            steps.push((after(0.95), verifier, verify));
            steps.push((after(1.0), officer(), ActionRequest::new(Action::Close)));
            if rng.random_bool(0.3) {
                let mut rate = ActionRequest::new(Action::Rate);
                rate.rating = Some(rng.random_range(3..=5));
                let reporter = Actor {
                    is_reporter: true,
                    ..officer()
                };
                steps.push((after(1.1), reporter, rate));
            }
        }
        steps.reverse();
        Life {
            id,
            category,
            steps,
        }
    }
}

fn pick(rng: &mut StdRng) -> &'static str {
    let mut at = rng.random::<f64>();
    for (category, share) in CATEGORIES {
        if at < share {
            return category;
        }
        at -= share;
    }
    "other"
}

fn officer() -> Actor {
    Actor {
        roles: Role::Officer.into(),
        account: Some("officer".to_owned()),
        ..Actor::public()
    }
}
