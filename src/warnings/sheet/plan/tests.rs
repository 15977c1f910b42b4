//! Tests of planning: sheets, and the steps and errors that they give.

use serde_json::json;

use super::super::read;
use super::*;
use crate::warnings::Action;

fn names() -> Names {
    Names {
        categories: [
            ("corridor_clutter", "楼道堆物", "corridor clutter"),
            ("street_encroachment", "占道经营", "street encroachment"),
        ]
        .into_iter()
        .map(|(id, zh, en)| (id.to_owned(), Localized::new(zh, en)))
        .collect(),
        units: [("u1", "消防队"), ("u2", "城管"), ("u3", "城管")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .into(),
        grids: BTreeMap::new(),
    }
}

fn planned(text: &str) -> Plan {
    let words = json!({"status": {"closed": {"zh": "已结案", "en": "closed"}},
            "source": {"hotline": {"zh": "12345 热线", "en": "hotline"}}});
    let now = "2026-11-22T06:00:00Z".parse().unwrap();
    plan(
        &read::read(text.as_bytes()).unwrap().sheets,
        &names(),
        words.as_object().unwrap(),
        now,
    )
}

#[test]
fn a_row_of_an_old_ledger_becomes_the_steps_that_it_took() {
    let plan = planned(
        "序号,案件编号,问题类别,地点,承办单位,上报时间,立案时间,处置时间,结案时间,状态,满意度\n\
             1,A-1,楼道堆物,温泉花园3号楼,消防队,2026/11/01 09:00,2026/11/01 10:00,2026/11/02 10:00,2026/11/03 08:00,已结案,5\n",
    );
    assert_eq!(plan.problems, []);
    assert_eq!(plan.ignored, ["序号"]);
    let row = &plan.rows[0];
    assert_eq!(row.id.as_ref().unwrap().as_str(), "A-1");
    assert_eq!(
        (row.category.as_str(), row.status),
        ("corridor_clutter", Status::Closed)
    );
    let steps: Vec<(Action, String)> = row
        .steps
        .iter()
        .map(|s| (s.request.action, s.at.to_string()))
        .collect();
    let at = |action: Action, at: &str| (action, at.to_owned());
    assert_eq!(
        steps,
        [
            at(Action::File, "2026-11-01T02:00:00Z"),
            // The sheet has no time for this step, so it gets that of the step before.
            at(Action::Dispatch, "2026-11-01T02:00:00Z"),
            at(Action::Start, "2026-11-01T02:00:00Z"),
            at(Action::Handle, "2026-11-02T02:00:00Z"),
            at(Action::Verify, "2026-11-02T02:00:00Z"),
            at(Action::Close, "2026-11-03T00:00:00Z"),
            at(Action::Rate, "2026-11-03T00:00:00Z"),
        ]
    );
    assert_eq!(row.steps[1].request.unit.as_deref(), Some("u1"));
    assert_eq!(row.steps[6].request.rating, Some(5));
}

#[test]
fn every_error_names_its_row_and_column() {
    let plan = planned(
        "类别,地点,上报时间,结案时间,承办单位,经度,纬度,期限\n\
             不知道,温泉花园,2026-11-01,,,,,\n\
             楼道堆物,,2026-11-01,,,,,\n\
             楼道堆物,a,昨天,,,,,\n\
             楼道堆物,a,2026-11-05,2026-11-01,消防队,,,\n\
             楼道堆物,a,2026-12-05,,,,,\n\
             楼道堆物,a,2026-11-05,,城管,,,\n\
             楼道堆物,,2026-11-05,,,117,,\n\
             楼道堆物,a,2026-11-05,,消防队,117,39,2026-11-01\n\
             楼道堆物,a,2026-11-05,,,917,39,\n",
    );
    let said: Vec<(u32, &str)> = plan
        .problems
        .iter()
        .map(|p| (p.row, p.column.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        said,
        [
            (2, "类别"),
            (3, "地点"),
            (4, "上报时间"),
            (5, "结案时间"),
            (6, "上报时间"),
            (7, "承办单位"),
            (8, "经度"),
            (8, "地点"),
            (9, "期限"),
            (10, "经度"),
            (10, "经度"),
        ]
    );
    assert!(plan.rows.is_empty());
    let [first, .., future] = &plan.problems[..5] else {
        panic!("{plan:?}");
    };
    assert!(first.problem_zh.starts_with("应为 "), "{first:?}");
    assert_eq!(
        future.problem_zh,
        "2026-12-05 00:00 晚于当前时间，应为已经发生的时间"
    );
    let plan = planned("类别,地点\n楼道堆物,a\n");
    assert!(plan.problems[0].problem.contains("上报时间"), "{plan:?}");
}

#[test]
fn a_repeated_import_finds_the_same_row_and_duplicates_are_distinguished() {
    let text =
        "类别,地点,上报时间,状态\n楼道堆物,a,2026-11-01 08:00,\n楼道堆物,a,2026-11-01 08:00,\n";
    let (one, two) = (planned(text), planned(text));
    assert_eq!(one, two);
    assert_ne!(one.rows[0].key, one.rows[1].key);
    let twice =
        planned("编号,类别,地点,上报时间\nA,楼道堆物,a,2026-11-01\nA,楼道堆物,a,2026-11-01\n");
    assert_eq!(twice.problems[0].row, 3);
    let unknown = planned("类别,地点,上报时间,来源,热线编号\n占道经营,a,2026-11-01,,T-7\n");
    assert_eq!(unknown.rows[0].source, Source::Hotline);
}

#[test]
fn cells_right_of_the_last_header_are_reported() {
    let head = "编号,类别,上报时间,经度,纬度,说明\n";
    let row = |note: &str| format!("A-1,楼道堆物,2026-03-07,117.1,39.2,{note}\n");
    let plan = planned(&format!("{head}{}", row("堵门,很急,,")));
    assert_eq!((plan.rows.len(), plan.problems.len()), (0, 1));
    let problem = &plan.problems[0];
    assert_eq!(problem.row, 2);
    assert!(problem.problem.contains("column 7"), "{}", problem.problem);
    assert!(problem.problem.contains("\"很急\""), "{}", problem.problem);
    assert!(problem.problem.contains("put the text in quotes"));
    assert!(problem.problem_zh.contains("第 7 列"));
    assert!(problem.problem_zh.contains("“很急”"));
    // A long text is quoted in part.
    let long = planned(&format!(
        "{head}{}",
        row(&format!("a,{}", "长".repeat(5000)))
    ));
    assert!(long.problems[0].problem.chars().count() < 250);
    for good in ["\"堵门,很急\"", "堵门,, ,"] {
        let plan = planned(&format!("{head}{}", row(good)));
        assert_eq!((plan.rows.len(), plan.problems), (1, Vec::new()), "{good}");
    }
}

#[test]
fn planning_stops_when_the_client_disconnects() {
    let text = "编号,类别,上报时间,楼栋\nA-1,楼道堆物,2026-03-07 09:00,b1\n";
    let sheets = read::read(text.as_bytes()).unwrap().sheets;
    let budget = crate::index::Budget::new(u64::MAX, u64::MAX);
    let words = Map::new();
    let plan = || {
        plan_metered(
            &sheets,
            &Names::default(),
            &words,
            Timestamp::now(),
            &budget,
        )
    };
    assert!(plan().is_ok());
    budget.stop();
    assert_eq!(plan(), Err(crate::index::Stop::Gone));
}
