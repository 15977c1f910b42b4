//! Tests of levels over time: examples, and property tests that compare with a level computed
//! minute by minute.

use super::*;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().unwrap()
}

fn rules() -> Rules {
    Rules::built_in().unwrap()
}

fn china() -> Calendar {
    Calendar::built_in().unwrap()
}

/// Corridor clutter at Building 7, reported on a Monday morning, due in 16 working hours.
fn clutter() -> Facts {
    Facts {
        category: "corridor_clutter".to_owned(),
        reported_at: at("2026-11-02T09:00"),
        due_at: Some(at("2026-11-04T10:00")),
        pauses: Vec::new(),
        nth: 1,
        factor: 1.0,
        near: None,
        place: Some(Localized::new("7号楼", "Building 7")),
        parked_until: None,
        exercise: false,
    }
}

fn ask(facts: &Facts, when: &str) -> Assessment {
    assess(facts, &rules(), &china(), at(when))
}

#[test]
fn a_case_begins_at_its_base_level() {
    let now = ask(&clutter(), "2026-11-02T09:00");
    assert_eq!(
        (now.level, now.since),
        (Level::Yellow, at("2026-11-02T09:00"))
    );
    assert_eq!(now.reason.zh, "黄色：楼道堆物（7号楼）");
    assert_eq!(now.reason.en, "yellow: corridor clutter at Building 7");
    assert_eq!(now.overdue_at, None);
}

#[test]
fn a_case_overdue_by_a_working_day_is_red_at_predicted_moments() {
    let (facts, rules, china) = (clutter(), rules(), china());
    let next = |after| next_moment(&facts, &rules, &china, after);
    let (due, red) = (at("2026-11-04T10:00"), at("2026-11-05T10:30"));
    assert_eq!(next(facts.reported_at), Some(due));
    assert_eq!(next(due), Some(red));
    let now = ask(&facts, "2026-11-04T10:00");
    assert_eq!((now.level, now.overdue_at), (Level::Yellow, Some(due)));
    assert_eq!(now.reason.zh, "黄色：楼道堆物（7号楼）；已超期");
    assert_eq!(
        now.reason.en,
        "yellow: corridor clutter at Building 7; overdue"
    );
    let now = ask(&facts, "2026-11-08T10:00");
    assert_eq!((now.level, now.since), (Level::Red, red));
    assert_eq!(
        now.reason.zh,
        "红色：楼道堆物（7号楼）；已超期16个工作小时以上"
    );
    assert_eq!(
        now.reason.en,
        "red: corridor clutter at Building 7; over 16 working hours overdue"
    );
}

#[test]
fn the_third_report_within_the_window_is_red_at_once() {
    let facts = Facts {
        nth: 3,
        ..clutter()
    };
    let now = ask(&facts, "2026-11-02T09:00");
    assert_eq!((now.level, now.since), (Level::Red, facts.reported_at));
    assert_eq!(now.reason.zh, "红色：30天内第3次楼道堆物上报（7号楼）");
    assert_eq!(
        now.reason.en,
        "red: 3rd corridor clutter report at Building 7 within 30 days"
    );
    let now = ask(&facts, "2026-11-06T09:00");
    assert_eq!(
        now.reason.en,
        "red: 3rd corridor clutter report at Building 7 within 30 days; \
             over 8 working hours overdue"
    );
    assert_eq!(
        now.reason.zh,
        "红色：30天内第3次楼道堆物上报（7号楼）；已超期8个工作小时以上"
    );
}

#[test]
fn at_a_fire_exit_the_second_report_counts_as_four_and_time_runs_twice_as_fast() {
    let facts = Facts {
        nth: 2,
        factor: 2.0,
        near: Some(Localized::new("消防出口", "fire exit")),
        ..clutter()
    };
    let now = ask(&facts, "2026-11-02T09:00");
    assert_eq!(now.level, Level::Red);
    assert_eq!(
        now.reason.zh,
        "红色：30天内第2次楼道堆物上报（7号楼，临近消防出口）"
    );
    assert_eq!(
        now.reason.en,
        "red: 2nd corridor clutter report at Building 7 (near a fire exit) within 30 days"
    );
    let once = Facts { nth: 1, ..facts };
    let red = next_moment(&once, &rules(), &china(), at("2026-11-04T10:00"));
    assert_eq!(red, Some(at("2026-11-04T16:00")));
}

#[test]
fn cases_parked_or_waiting_for_verification_do_not_age() {
    let mut facts = clutter();
    facts.pauses.push(Pause {
        from: at("2026-11-03T09:00"),
        until: None,
        moved_due: true,
    });
    assert_eq!(
        next_moment(&facts, &rules(), &china(), facts.reported_at),
        None
    );
    assert_eq!(ask(&facts, "2026-12-31T09:00").level, Level::Yellow);
    // Handled in time; the verification fails a day after the due date.
    facts.pauses[0] = Pause {
        from: at("2026-11-03T09:00"),
        until: Some(at("2026-11-05T09:00")),
        moved_due: false,
    };
    let now = ask(&facts, "2026-11-05T09:00");
    assert_eq!(now.overdue_at, Some(at("2026-11-05T09:00")));
}

#[test]
fn a_drill_says_that_it_is_one() {
    let facts = Facts {
        exercise: true,
        ..clutter()
    };
    let reason = ask(&facts, "2026-11-02T09:00").reason;
    assert_eq!(reason.zh, "演练 · 黄色：楼道堆物（7号楼）");
    assert_eq!(reason.en, "drill · yellow: corridor clutter at Building 7");
}

const DAY: i64 = 1440;

prop_compose! {
    fn any_facts()(
        category in prop::sample::select(vec![
            "street_encroachment", "corridor_clutter", "flying_wire_charging", "blocked_route",
            "wrong_access", "damaged_facility", "other", "gone",
        ]),
        reported in 0..200 * DAY,
        due in prop::option::of(-DAY..20 * DAY),
        pauses in prop::collection::vec((0..5 * DAY, 1..5 * DAY, any::<bool>()), 0..3),
        open in prop::option::of(0..5 * DAY),
        parked in prop::option::of(0..5 * DAY),
        nth in 1_u32..8,
        factor in prop::sample::select(vec![0.5, 1.0, 1.5, 2.0, 3.0]),
    ) -> Facts {
        let minute = |m: i64| at("2026-01-01T00:00")
            .checked_add(SignedDuration::from_mins(m))
            .unwrap();
        let mut end = reported;
        let mut list = Vec::new();
        for (gap, length, moved_due) in pauses {
            let from = end + gap;
            end = from + length;
            list.push(Pause { from: minute(from), until: Some(minute(end)), moved_due });
        }
        if let Some(gap) = open {
            list.push(Pause { from: minute(end + gap), until: None, moved_due: false });
        }
        Facts {
            category: category.to_owned(),
            reported_at: minute(reported),
            due_at: due.map(|d| minute(reported + d)),
            pauses: list,
            nth,
            factor,
            near: None,
            place: None,
            parked_until: parked.map(|p| minute(end + p)),
            exercise: false,
        }
    }
}

/// Computes the level by counting every minute, directly from the definition of the rules.
fn counted(facts: &Facts, rules: &Rules, calendar: &Calendar, at: Timestamp) -> Level {
    let rule = rules.category(&facts.category).unwrap();
    let minutes = |from: Timestamp, works: &dyn Fn(Timestamp) -> bool, parked: bool| {
        let mut n = 0_i64;
        let mut now = from;
        while now < at {
            let still = facts.pauses.iter().any(|p| {
                (parked || !p.moved_due || p.until.is_none())
                    && p.from <= now
                    && p.until.is_none_or(|u| now < u)
            });
            n += i64::from(!still && works(now));
            now = now.checked_add(SignedDuration::from_mins(1)).unwrap();
        }
        n
    };
    let mut worst = rule.base;
    let reached = |step: &TimeStep, minutes: i64| {
        SignedDuration::from_mins(minutes) >= shortened(step.after, facts.factor)
    };
    let age = minutes(facts.reported_at, &|_| true, true);
    for step in rule.age.iter().filter(|s| reached(s, age)) {
        worst = worst.max(step.level);
    }
    if let Some(due) = facts.due_at.filter(|d| *d <= at) {
        let late = minutes(due, &|m| calendar.is_working(m), false);
        // The clock was stopped when the case became due and has not run since, so it is not
        // overdue.
        let paused = |t| {
            facts.pauses.iter().any(|p| {
                (!p.moved_due || p.until.is_none()) && p.from <= t && p.until.is_none_or(|u| t < u)
            })
        };
        let begun = late > 0 || {
            let mut t = due;
            while t <= at && paused(t) {
                t = t.checked_add(SignedDuration::from_mins(1)).unwrap();
            }
            t <= at
        };
        for step in rule.overdue.iter().filter(|s| begun && reached(s, late)) {
            worst = worst.max(step.level);
        }
    }
    for step in rule.repeats.iter().flat_map(|r| &r.steps) {
        if f64::from(facts.nth) * facts.factor >= f64::from(step.nth) {
            worst = worst.max(step.level);
        }
    }
    worst
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn assessing_late_equals_assessing_at_every_moment(facts in any_facts(), later in 0..60 * DAY) {
        let (rules, china) = (rules(), china());
        let end = facts.reported_at.checked_add(SignedDuration::from_mins(later)).unwrap();
        let mut now = assess(&facts, &rules, &china, facts.reported_at);
        let mut moment = facts.reported_at;
        while let Some(next) = next_moment(&facts, &rules, &china, moment).filter(|n| *n <= end) {
            prop_assert!(next > moment);
            let then = assess(&facts, &rules, &china, next);
            prop_assert_ne!(&then, &now);
            prop_assert!(then.level >= now.level, "time alone never lowers a level");
            if then.level > now.level {
                prop_assert_eq!(then.since, next);
            }
            (now, moment) = (then, next);
        }
        prop_assert_eq!(now, assess(&facts, &rules, &china, end));
    }

    #[test]
    fn the_level_equals_counting_every_minute(facts in any_facts(), later in 0..30 * DAY) {
        let (rules, china) = (rules(), china());
        let at = facts.reported_at.checked_add(SignedDuration::from_mins(later)).unwrap();
        let level = assess(&facts, &rules, &china, at).level;
        prop_assert_eq!(level, counted(&facts, &rules, &china, at));
    }
}
