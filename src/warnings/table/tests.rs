//! Compares the table with a second copy of it, and tests properties of cases under random actions.

mod wishes;

use geo_types::Coord;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::fill::shifted;
use super::{Context, Refusal, absorb_mark, allowed, decide, join_mark, level_mark};
use crate::model::{FeatureId, InChinese as _, Level, Role};
use crate::warnings::case::{Case, Turn};
use crate::warnings::key::Repeat;
use crate::warnings::report::Report;
use crate::warnings::step::{Action, PhotoKind, Source, Status, StepPhoto, Verdict};
use crate::warnings::{ActionRequest, Actor};
use crate::warnings::{Calendar, Rules, due, level};

/// A second copy of the status table. The columns of each line: action | from | who | to.
const ORACLE: &str = "
    file     | reported                                      | officer   | filed
    reject   | reported                                      | officer   | rejected
    merge    | reported filed                                | officer   | merged
    dispatch | filed returned                                | officer   | dispatched
    return   | dispatched handling                           | the unit  | returned
    start    | dispatched                                    | the unit  | handling
    handle   | handling                                      | the unit  | handled
    verify   | handled                                       | verifier  | verified/dispatched
    close    | verified                                      | officer   | closed
    extend   | dispatched handling                           | officer   | same
    park     | filed dispatched returned handling handled    | officer   | parked
    resume   | parked                                        | officer   | before
    reopen   | closed rejected                               | officer   | filed
    rate     | closed                                        | reporter  | same
    claim    | filed                                         | wish unit | dispatched
    urge     | filed dispatched returned handling handled    | officer   | same
    supervise| filed dispatched returned handling handled    | officer   | same
    block    | filed dispatched returned handling handled    | officer   | same
    publish  | filed dispatched returned handling handled    | wish officer | same
    note     | any                                           | staff     | same
";

fn oracle() -> Vec<[&'static str; 4]> {
    let rows = ORACLE.lines().filter(|l| !l.trim().is_empty());
    rows.map(|line| {
        let mut cells = line.split('|').map(str::trim);
        std::array::from_fn(|_| cells.next().unwrap())
    })
    .collect()
}

/// Whether a person has a relation to a case, by the names used in the table.
fn is(who: &str, case: &Case, actor: &Actor) -> bool {
    let role = actor.roles.foremost().as_str();
    let officer = ["officer", "admin"].contains(&role);
    let here = actor.communities.is_empty() || actor.communities == ["north"];
    match who {
        "officer" => officer && here,
        "wish officer" => case.category == "micro_wish" && officer && here,
        "wish unit" => case.category == "micro_wish" && actor.unit.is_some(),
        "the unit" => case.unit.is_some() && actor.unit == case.unit,
        "verifier" => {
            let may = officer || ["grid_worker", "planner", "steward"].contains(&role);
            may && here && !handled_it(case, actor)
        }
        "staff" => {
            let theirs = case.unit.is_some() && actor.unit == case.unit;
            let may = officer || ["grid_worker", "planner", "steward"].contains(&role);
            (may && here) || theirs
        }
        "reporter" => {
            let theirs = actor.is_reporter || actor.account.as_deref() == Some("rita");
            theirs && case.rating.is_none()
        }
        other => unreachable!("{other}"),
    }
}

fn handled_it(case: &Case, actor: &Actor) -> bool {
    case.ledger
        .handler
        .as_ref()
        .is_some_and(|h| h.account == actor.account || (h.unit.is_some() && h.unit == actor.unit))
}

fn now() -> Timestamp {
    "2026-11-23T01:30:00Z".parse().unwrap()
}

fn by(role: Role, account: &str) -> Actor {
    Actor {
        roles: role.into(),
        account: Some(account.to_owned()),
        ..Actor::public()
    }
}

fn of_unit(account: &str, unit: &str) -> Actor {
    Actor {
        unit: Some(unit.to_owned()),
        ..by(Role::GridWorker, account)
    }
}

fn people() -> Vec<Actor> {
    let bound = |account: &str, community: &str| Actor {
        communities: vec![community.to_owned()],
        ..by(Role::Officer, account)
    };
    vec![
        Actor::public(),
        Actor {
            is_reporter: true,
            ..Actor::public()
        },
        by(Role::Rider, "rita"),
        by(Role::GridWorker, "wang"),
        of_unit("u1", "unit-a"),
        of_unit("u2", "unit-a"),
        of_unit("u3", "unit-b"),
        by(Role::Officer, "olga"),
        bound("nora", "north"),
        bound("sun", "south"),
        by(Role::Planner, "pan"),
        by(Role::Admin, "root"),
        Actor {
            unit: Some("unit-a".to_owned()),
            ..by(Role::Officer, "anna")
        },
    ]
}

fn books() -> (Rules, Calendar) {
    (Rules::built_in().unwrap(), Calendar::built_in().unwrap())
}

fn opened(rules: &Rules, calendar: &Calendar) -> Case {
    opened_as("corridor_clutter", rules, calendar)
}

fn opened_as(category: &str, rules: &Rules, calendar: &Calendar) -> Case {
    let id = FeatureId::new("w-1").unwrap();
    let reporter = by(Role::Rider, "rita");
    let mut report = Report::new(id, now(), reporter, category, Source::Rider);
    report.community = Some("north".to_owned());
    report.grid = Some("north-1".to_owned());
    report.note = Some("旧家具".to_owned());
    report.due_at = Context::new(now(), rules, calendar).respond_by(category);
    let mut case = Case::open(report);
    case.judge(rules, calendar);
    case
}

/// A request with all fields that any action needs.
fn full(action: Action) -> ActionRequest {
    ActionRequest {
        note: Some("清理完毕".to_owned()),
        reason: Some("户主不在".to_owned()),
        photos: match action {
            _ if action.is_internal() => Vec::new(),
            _ => vec![StepPhoto::new("p1", PhotoKind::of(action))],
        },
        unit: Some("unit-a".to_owned()),
        into: Some(FeatureId::new("w-2").unwrap()),
        result: Some(Verdict::Pass),
        rating: Some(4),
        until: Some("2030-01-01T00:00:00Z".parse().unwrap()),
        due_at: Some("2030-01-01T00:00:00Z".parse().unwrap()),
        ebike: Some(true),
        public_text: (action == Action::Publish).then(|| "换灯管".to_owned()),
        ..ActionRequest::new(action)
    }
}

struct Book {
    rules: Rules,
    calendar: Calendar,
    competences: Vec<String>,
    other: Case,
}

impl Book {
    fn new() -> Self {
        let (rules, calendar) = books();
        let mut other = opened(&rules, &calendar);
        other.id = FeatureId::new("w-2").unwrap();
        Self {
            rules,
            calendar,
            competences: vec!["corridor_clutter".to_owned()],
            other,
        }
    }

    fn at(&self, now: Timestamp) -> Context<'_> {
        Context {
            competences: Some(&self.competences),
            into: Some(&self.other),
            ..Context::new(now, &self.rules, &self.calendar)
        }
    }

    /// Takes a case through steps, one hour apart; panics if one is refused.
    fn walk(&self, case: &mut Case, steps: &[(Action, Actor)]) {
        for (action, actor) in steps {
            let at = case.step.as_ref().unwrap().at + SignedDuration::from_hours(1);
            let step = decide(case, actor, &full(*action), &self.at(at)).unwrap();
            case.apply_judged(&step, &self.rules, &self.calendar);
        }
    }

    /// The remaining working time of a case at the time of its last step.
    fn left(&self, case: &Case) -> SignedDuration {
        let at = case.step.as_ref().unwrap().at;
        self.calendar.working_between(at, case.due_at.unwrap())
    }

    fn open(&self) -> Case {
        opened(&self.rules, &self.calendar)
    }

    fn wish(&self) -> Case {
        opened_as("micro_wish", &self.rules, &self.calendar)
    }
}

fn officer() -> Actor {
    by(Role::Officer, "olga")
}

fn to_handled() -> Vec<(Action, Actor)> {
    vec![
        (Action::File, officer()),
        (Action::Dispatch, officer()),
        (Action::Start, of_unit("u1", "unit-a")),
        (Action::Handle, of_unit("u1", "unit-a")),
    ]
}

#[test]
fn a_case_goes_from_report_to_closing() {
    let book = Book::new();
    let mut case = book.open();
    assert_eq!(case.turn(), Some(Turn::Officer));
    book.walk(&mut case, &to_handled());
    assert_eq!(case.unit.as_deref(), Some("unit-a"));
    assert_eq!(case.turn(), Some(Turn::Verifier));
    let rest = [
        (Action::Verify, by(Role::GridWorker, "wang")),
        (Action::Close, officer()),
        (Action::Rate, by(Role::Rider, "rita")),
    ];
    book.walk(&mut case, &rest);
    assert_eq!((case.status, case.rating), (Status::Closed, Some(4)));
    assert_eq!(case.steps, 8);
    assert_eq!(case.turn(), None);
    assert_eq!(allowed(&case, &officer()), [Action::Reopen, Action::Note]);
    let kinds: Vec<PhotoKind> = case.photos.iter().map(|p| p.kind).collect();
    assert!(kinds.contains(&PhotoKind::Before) && kinds.contains(&PhotoKind::After));
}

#[test]
fn a_resumed_case_has_its_old_status_and_remaining_time() {
    let book = Book::new();
    for steps in 1..=4 {
        let mut case = book.open();
        book.walk(&mut case, &to_handled()[..steps]);
        let (before, due) = (case.status, case.due_at.unwrap());
        book.walk(&mut case, &[(Action::Park, officer())]);
        let left = book.left(&case);
        assert_eq!(case.status, Status::Parked);
        assert_eq!(allowed(&case, &officer()), [Action::Resume, Action::Note]);
        assert!(case.parked_until.is_some());
        book.walk(&mut case, &[(Action::Resume, officer())]);
        assert_eq!(case.status, before);
        assert_eq!(case.parked_until, None);
        // Parked for an hour. While a case waits for verification its clock does not run.
        if before.clock_runs() {
            assert!(case.due_at >= Some(due + SignedDuration::from_hours(1)));
            assert!(book.left(&case) >= left);
        } else {
            assert_eq!(case.due_at, Some(due));
        }
    }
}

#[test]
fn a_note_an_urge_and_a_supervision_change_nothing_else_of_a_case() {
    let book = Book::new();
    for (action, steps) in [
        (Action::Note, 0..=4),
        (Action::Urge, 1..=4),
        (Action::Supervise, 1..=4),
    ]
    .into_iter()
    .flat_map(|(action, steps)| steps.map(move |n| (action, n)))
    {
        let mut case = book.open();
        book.walk(&mut case, &to_handled()[..steps]);
        let before = case.clone();
        let at = before.step.as_ref().unwrap().at;
        let step = decide(&case, &officer(), &full(action), &book.at(at)).unwrap();
        case.apply_judged(&step, &book.rules, &book.calendar);
        assert_eq!(case.steps, before.steps + 1);
        assert_eq!(case.step.as_ref().unwrap().note, full(action).note);
        let urged = action == Action::Urge;
        assert_eq!(
            (case.urged_at, case.urges),
            (urged.then_some(at), u32::from(urged))
        );
        let due = full(action).due_at.filter(|_| action == Action::Supervise);
        assert_eq!(
            (case.supervise_due_at, case.supervise_overdue_at),
            (due, None)
        );
        let unchanged = Case {
            steps: before.steps,
            step: before.step.clone(),
            urged_at: None,
            urges: 0,
            supervise_due_at: None,
            ..case
        };
        assert_eq!(unchanged, before);
    }
}

#[test]
fn an_urge_ends_when_the_turn_passes_to_somebody_else() {
    let book = Book::new();
    let mut case = book.open();
    let urge = || (Action::Urge, officer());
    book.walk(&mut case, &to_handled()[..1]);
    book.walk(&mut case, &[urge(), to_handled().remove(1)]);
    assert_eq!((case.urged_at, case.urges), (None, 0));
    book.walk(&mut case, &[urge(), to_handled().remove(2), urge()]);
    assert_eq!(
        (case.urged_at, case.urges),
        (case.step.as_ref().map(|s| s.at), 2)
    );
    book.walk(&mut case, &[to_handled().remove(3)]);
    assert_eq!((case.urged_at, case.urges), (None, 0));
}

#[test]
fn a_supervised_case_has_its_own_due_date_which_no_pause_moves() {
    let book = Book::new();
    let mut case = book.open();
    book.walk(&mut case, &to_handled()[..3]);
    let (unit_due, due) = (case.due_at, now() + SignedDuration::from_hours(240));
    let at = case.step.as_ref().unwrap().at;
    let request = ActionRequest {
        due_at: Some(due),
        ..full(Action::Supervise)
    };
    let step = decide(&case, &officer(), &request, &book.at(at)).unwrap();
    case.apply_judged(&step, &book.rules, &book.calendar);
    assert_eq!((case.due_at, case.supervise_due_at), (unit_due, Some(due)));

    // The timer writes the passing of the date as a mark of its own, also while the case waits to be verified.
    book.walk(&mut case, &[to_handled().remove(3)]);
    let (rules, calendar) = (&book.rules, &book.calendar);
    assert_eq!(due::next(&case, rules, calendar, now()), Some(due));
    let late = due::apply(&case, rules, calendar, due).unwrap();
    assert_eq!(late.supervise_overdue_at, Some(due));
    assert_eq!(late.step.as_ref().unwrap().action, Action::SuperviseOverdue);
    assert_eq!(
        (late.level, &late.reason, late.overdue_at),
        (case.level, &case.reason, None)
    );
    assert_eq!(due::next(&late, rules, calendar, now()), None);

    // A case whose work is verified by then is in time; a new date gives a late one another chance.
    let verify = |case: &mut Case, at: Timestamp| {
        let verifier = by(Role::GridWorker, "wang");
        let step = decide(case, &verifier, &full(Action::Verify), &book.at(at)).unwrap();
        case.apply_judged(&step, rules, calendar);
    };
    let mut in_time = case.clone();
    verify(&mut in_time, due);
    assert_eq!(in_time.supervise_overdue_at, None);
    assert_eq!(due::next(&in_time, rules, calendar, now()), None);
    let mut too_late = case.clone();
    verify(&mut too_late, due + SignedDuration::from_secs(1));
    assert_eq!(too_late.supervise_overdue_at, Some(due));
    let mut renewed = late;
    book.walk(&mut renewed, &[(Action::Supervise, officer())]);
    assert_eq!(renewed.supervise_due_at, full(Action::Supervise).due_at);
    assert_eq!(renewed.supervise_overdue_at, None);
    let again = [(Action::Close, officer()), (Action::Reopen, officer())];
    book.walk(&mut too_late, &again);
    assert_eq!(
        (too_late.supervise_due_at, too_late.supervise_overdue_at),
        (None, None)
    );
}

#[test]
fn remaining_working_minutes_are_kept_over_a_weekend() {
    let book = Book::new();
    let mut case = book.open();
    let at = |text: &str| -> Timestamp { format!("{text}:00+08:00").parse().unwrap() };
    // The clock was stopped from Friday evening to Saturday morning, 25 working minutes before the
    // due time.
    case.ledger.paused_at = Some(at("2026-03-13T17:05"));
    case.due_at = Some(at("2026-03-13T17:30"));
    let due = |now: &str| shifted(&case, at(now), &book.calendar);
    assert_eq!(due("2026-03-14T10:00"), Some(at("2026-03-16T08:55")));
    // Within one afternoon working time equals elapsed time.
    assert_eq!(due("2026-03-13T17:15"), Some(at("2026-03-13T17:40")));
}

#[test]
fn a_case_parked_beyond_its_date_is_overdue_until_resumed() {
    let book = Book::new();
    let mut case = book.open();
    book.walk(&mut case, &to_handled());
    book.walk(&mut case, &[(Action::Park, officer())]);
    let until = case.parked_until.unwrap();
    let facts = case.facts();
    let next = level::next_moment(&facts, &book.rules, &book.calendar, now());
    assert_eq!(next, Some(until));
    case.apply_judged(&level_mark(&case, until), &book.rules, &book.calendar);
    assert_eq!(
        (case.status, case.overdue_at),
        (Status::Parked, Some(until))
    );
    assert!(case.reason.zh.ends_with("挂账已到期"), "{}", case.reason.zh);
    book.walk(&mut case, &[(Action::Resume, officer())]);
    assert_eq!((case.status, case.overdue_at), (Status::Handled, None));
    assert!(!case.reason.zh.contains("挂账"), "{}", case.reason.zh);
}

#[test]
fn a_failed_verification_returns_the_case_and_postpones_the_due_date() {
    let book = Book::new();
    let mut case = book.open();
    book.walk(&mut case, &to_handled());
    let due = case.due_at.unwrap();
    let request = ActionRequest {
        result: Some(Verdict::Fail),
        ..full(Action::Verify)
    };
    let at = case.handled_at.unwrap() + SignedDuration::from_hours(30);
    let step = decide(&case, &by(Role::GridWorker, "wang"), &request, &book.at(at)).unwrap();
    case.apply_judged(&step, &book.rules, &book.calendar);
    assert_eq!(case.status, Status::Dispatched);
    assert_eq!(case.handled_at, None);
    assert!(case.due_at >= Some(due + SignedDuration::from_hours(30)));
    assert_eq!(case.ledger.failed, 1);
}

#[test]
fn a_handler_and_their_unit_cannot_verify_the_case() {
    let book = Book::new();
    let mut case = book.open();
    book.walk(&mut case, &to_handled());
    let try_by = |actor: &Actor| decide(&case, actor, &full(Action::Verify), &book.at(now()));
    for actor in [of_unit("u1", "unit-a"), of_unit("u2", "unit-a")] {
        let refusal = try_by(&actor).unwrap_err();
        assert!(matches!(refusal, Refusal::WrongState { .. }), "{refusal}");
        assert_eq!(refusal.allowed(), [Action::Note]);
    }
    assert!(try_by(&of_unit("u3", "unit-b")).is_ok());
    let rider = try_by(&by(Role::Rider, "rita")).unwrap_err();
    assert!(matches!(rider, Refusal::WrongPerson { .. }));
    let said = rider.zh();
    assert!(!said.contains(|c: char| c.is_ascii_lowercase()), "{said}");
}

#[test]
fn a_missing_or_invalid_field_is_named() {
    let book = Book::new();
    let spoilt = |steps: usize, action: Action, spoil: &dyn Fn(&mut ActionRequest)| {
        let mut case = book.open();
        book.walk(&mut case, &to_handled()[..steps]);
        let actor = match action {
            Action::Handle | Action::Return => of_unit("u1", "unit-a"),
            _ => officer(),
        };
        let mut request = full(action);
        spoil(&mut request);
        let context = Context {
            distance_m: request.position.map(|p| p.x),
            competences: (request.unit.as_deref() != Some("nobody")).then_some(&book.competences),
            into: request
                .into
                .as_ref()
                .filter(|i| i.as_str() == "w-2")
                .map(|_| &book.other),
            ..book.at(now())
        };
        match decide(&case, &actor, &request, &context) {
            Err(Refusal::Invalid { error, allowed }) => {
                assert!(allowed.contains(&action));
                error.field
            }
            other => unreachable!("{action}: {other:?}"),
        }
    };
    assert_eq!(spoilt(0, Action::Reject, &|w| w.reason = None), "reason");
    assert_eq!(spoilt(0, Action::Note, &|w| w.note = None), "note");
    let with_photo = |w: &mut ActionRequest| w.photos = full(Action::Start).photos;
    for action in [Action::Note, Action::Urge, Action::Supervise] {
        assert_eq!(spoilt(2, action, &with_photo), "photos");
    }
    assert_eq!(spoilt(0, Action::Merge, &|w| w.into = None), "into");
    let into = |id: &str| FeatureId::new(id).ok();
    assert_eq!(spoilt(0, Action::Merge, &|w| w.into = into("w-1")), "into");
    assert_eq!(spoilt(0, Action::Merge, &|w| w.into = into("w-9")), "into");
    let mut elsewhere = book.other.clone();
    elsewhere.community = Some("south".to_owned());
    let context = Context {
        into: Some(&elsewhere),
        ..book.at(now())
    };
    let nora = Actor {
        communities: vec!["north".to_owned()],
        ..officer()
    };
    let beyond = decide(&book.open(), &nora, &full(Action::Merge), &context);
    assert!(beyond.is_err_and(|e| e.to_string().starts_with("into: ")));
    assert_eq!(spoilt(1, Action::Dispatch, &|w| w.unit = None), "unit");
    let nobody = |w: &mut ActionRequest| w.unit = Some("nobody".to_owned());
    assert_eq!(spoilt(1, Action::Dispatch, &nobody), "unit");
    assert_eq!(
        spoilt(1, Action::Dispatch, &|w| w.due_at = Some(now())),
        "due_at"
    );
    assert_eq!(spoilt(2, Action::Return, &|w| w.reason = None), "reason");
    assert_eq!(spoilt(2, Action::Extend, &|w| w.due_at = None), "due_at");
    assert_eq!(spoilt(1, Action::Urge, &|w| w.note = None), "note");
    assert_eq!(spoilt(3, Action::Supervise, &|w| w.due_at = None), "due_at");
    assert_eq!(
        spoilt(3, Action::Supervise, &|w| w.due_at = Some(now())),
        "due_at"
    );
    assert_eq!(spoilt(3, Action::Supervise, &|w| w.reason = None), "reason");
    assert_eq!(spoilt(1, Action::Block, &|w| w.ebike = None), "ebike");
    assert_eq!(spoilt(2, Action::Park, &|w| w.until = None), "until");
    assert_eq!(spoilt(3, Action::Handle, &|w| w.note = None), "note");
    assert_eq!(spoilt(3, Action::Handle, &|w| w.photos.clear()), "photos");
    assert_eq!(spoilt(4, Action::Verify, &|w| w.result = None), "result");
    assert_eq!(spoilt(4, Action::Verify, &|w| w.reason = None), "position");
    let far = |w: &mut ActionRequest| {
        w.reason = None;
        w.position = Some(Coord { x: 51.0, y: 0.0 });
    };
    assert_eq!(spoilt(4, Action::Verify, &far), "position");
}

#[test]
fn dispatching_to_an_incompetent_unit_lists_its_competences() {
    let mut book = Book::new();
    book.competences = vec!["green_care".to_owned()];
    let mut case = book.open();
    book.walk(&mut case, &to_handled()[..1]);
    let refusal = decide(&case, &officer(), &full(Action::Dispatch), &book.at(now()));
    let said = refusal.unwrap_err().to_string();
    assert!(
        said.contains("green_care") && said.contains("corridor_clutter"),
        "{said}"
    );
}

#[test]
fn a_repeated_key_makes_no_second_step() {
    let book = Book::new();
    let mut case = book.open();
    let request = ActionRequest {
        key: Some("k-1".to_owned()),
        ..full(Action::File)
    };
    let step = decide(&case, &officer(), &request, &book.at(now())).unwrap();
    let knows = |case: &Case, action| {
        let request = ActionRequest {
            action,
            ..request.clone()
        };
        let key = request.key_mark(&officer()).unwrap();
        case.knows(&key)
    };
    assert_eq!(knows(&case, Action::File), Repeat::New);
    case.apply_judged(&step, &book.rules, &book.calendar);
    assert_eq!(knows(&case, Action::File), Repeat::Same);
    // The same key for another action is a different key.
    assert_eq!(knows(&case, Action::Dispatch), Repeat::New);
    let once = case.clone();
    case.apply(&step);
    assert_eq!(case, once);
}

#[test]
fn a_case_is_marked_overdue_from_its_due_date_until_the_next_step() {
    let book = Book::new();
    let mut case = book.open();
    let due = case.due_at.unwrap();
    case.apply_judged(&level_mark(&case, due), &book.rules, &book.calendar);
    assert_eq!(case.overdue_at, Some(due));
    let at = due + SignedDuration::from_hours(1);
    let step = decide(&case, &officer(), &full(Action::File), &book.at(at)).unwrap();
    case.apply_judged(&step, &book.rules, &book.calendar);
    assert_eq!(case.overdue_at, None);
    assert!(case.due_at.unwrap() > at);
}

#[test]
fn a_merged_case_adds_its_reports_to_the_other() {
    let book = Book::new();
    let (mut case, mut other) = (book.open(), book.other.clone());
    other.apply_judged(&join_mark(&other, now(), 1), &book.rules, &book.calendar);
    book.walk(&mut case, &[(Action::Merge, officer())]);
    assert_eq!(
        (case.status, case.merged_into.as_ref()),
        (Status::Merged, Some(&other.id))
    );
    other.apply_judged(
        &absorb_mark(&other, &case, now()),
        &book.rules,
        &book.calendar,
    );
    assert_eq!((other.reports, other.status), (3, Status::Reported));
    assert_eq!(other.step.unwrap().into, Some(case.id));
}

fn tries() -> impl Strategy<Value = Vec<(usize, Action, Value, u32)>> {
    let fields = prop::collection::vec(any::<bool>(), 11).prop_map(|has| {
        let all = json!({
            "note": "n", "reason": "r", "photos": ["p1", {"id": "p2", "kind": "other"}],
            "unit": "unit-a", "due_at": "2030-01-01T00:00:00Z", "into": "w-2", "result": "fail",
            "until": "2030-01-01", "rating": 3, "ebike": true, "public_text": "换灯管",
        });
        let Value::Object(all) = all else {
            unreachable!()
        };
        // Most requests get all required fields, otherwise few cases would advance.
        let kept = all
            .into_iter()
            .zip(has)
            .filter(|((k, _), has)| *has || k != "reason");
        Value::Object(kept.map(|(entry, _)| entry).collect())
    });
    let one = (0..people().len(), select(Action::ALL), fields, 0..4000u32);
    prop::collection::vec(one, 0..120)
}

/// A permitted action that brings the case closer to its end. Random actions alone would rarely close a case.
fn way_on(case: &Case) -> (Actor, Action) {
    let unit = || of_unit("u2", "unit-a");
    match case.status {
        Status::Reported => (officer(), Action::File),
        Status::Filed | Status::Returned => (officer(), Action::Dispatch),
        Status::Dispatched => (unit(), Action::Start),
        Status::Handling => (unit(), Action::Handle),
        Status::Handled => (by(Role::GridWorker, "wang"), Action::Verify),
        Status::Verified => (officer(), Action::Close),
        Status::Parked => (officer(), Action::Resume),
        Status::Closed => (by(Role::Rider, "rita"), Action::Rate),
        Status::Rejected | Status::Merged => (officer(), Action::Reopen),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever people try, only the table decides, and replaying the history gives the same state.
    #[test]
    fn random_actions_follow_the_table_and_replay_to_the_same_state(tries in tries(), wish in any::<bool>()) {
        let book = Book::new();
        let people = people();
        let mut case = if wish { book.wish() } else { book.open() };
        let mut replayed = case.clone();
        let mut clock = now();
        let mut verified_since_handled = false;
        for (who, action, fields, minutes) in tries {
            clock += SignedDuration::from_mins(i64::from(minutes));
            let (actor, request) = if minutes % 2 == 0 {
                let (actor, action) = way_on(&case);
                (actor, full(action))
            } else {
                let mut request = ActionRequest::new(Action::File);
                if !action.is_mark() && action != Action::Report {
                    let mut body = fields.clone();
                    body["action"] = json!(action.as_str());
                    request = ActionRequest::read(serde_json::from_value(body).unwrap()).unwrap();
                } else {
                    request.action = action;
                }
                (people[who].clone(), request)
            };
            let rows = oracle();
            let name = request.action.as_str();
            let status = case.status.as_str();
            let fits = |row: &&[&str; 4]| row[1].split(' ').any(|s| s == status || s == "any");
            let may: Vec<&str> = rows
                .iter()
                .filter(|row| fits(row) && is(row[2], &case, &actor))
                .map(|row| row[0])
                .collect();
            let said: Vec<&str> = allowed(&case, &actor).into_iter().map(Action::as_str).collect();
            prop_assert_eq!(&said, &may);

            let row = rows.iter().find(|row| row[0] == name && fits(row));
            match decide(&case, &actor, &request, &book.at(clock)) {
                Ok(step) => {
                    prop_assert!(may.contains(&name));
                    let before = case.clone();
                    case.apply_judged(&step, &book.rules, &book.calendar);
                    let to = match row.unwrap()[3] {
                        "same" => before.status.as_str(),
                        "before" => before.ledger.before_park.unwrap().as_str(),
                        "verified/dispatched" if request.result == Some(Verdict::Fail) => "dispatched",
                        "verified/dispatched" => "verified",
                        always => always,
                    };
                    prop_assert_eq!(case.status.as_str(), to);
                    match request.action {
                        Action::Handle => verified_since_handled = false,
                        Action::Verify => {
                            prop_assert!(!handled_it(&before, &actor));
                            verified_since_handled = request.result == Some(Verdict::Pass);
                        }
                        Action::Close => prop_assert!(verified_since_handled),
                        _ => {}
                    }
                    // Checking for overdue later gives the same result.
                    if !case.status.is_ended() {
                        let at = case.step.as_ref().unwrap().at;
                        let now = level::assess(&case.facts(), &book.rules, &book.calendar, at);
                        prop_assert_eq!(now.overdue_at, case.overdue_at);
                        prop_assert_eq!((now.level, &now.reason), (case.level, &case.reason));
                    }
                    // The step as stored in the log, with its level.
                    let logged = serde_json::to_string(case.step.as_ref().unwrap()).unwrap();
                    replayed.apply(&serde_json::from_str(&logged).unwrap());
                    prop_assert_eq!(&replayed, &case);
                    let read = Case::read(&case.id, &case.properties().unwrap()).unwrap();
                    prop_assert_eq!(&read, &case);
                }
                Err(refusal) => {
                    let listed: Vec<&str> = refusal.allowed().iter().map(|a| a.as_str()).collect();
                    prop_assert_eq!(&listed, &may);
                    match refusal {
                        Refusal::Invalid { .. } => prop_assert!(may.contains(&name)),
                        Refusal::WrongPerson { .. } => prop_assert!(row.is_some() && !may.contains(&name)),
                        Refusal::WrongState { .. } => {
                            let done = ["rate", "verify", "claim", "publish"].contains(&name);
                            prop_assert!((row.is_none() || done) && !may.contains(&name));
                        }
                    }
                }
            }
            prop_assert_eq!(case.status.is_ended(), case.closed_at.is_some());
            prop_assert_eq!(case.status == Status::Parked, case.parked_until.is_some());
            prop_assert!(!wish || case.level == Level::Green);
            prop_assert_eq!(case.urged_at.is_some(), case.urges > 0);
            if case.is_supervised() {
                let at = case.step.as_ref().unwrap().at;
                let late = case.supervise_due_at.filter(|due| *due <= at);
                prop_assert_eq!(case.supervise_overdue_at, late);
            }
        }
    }
}
