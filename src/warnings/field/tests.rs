use serde_json::json;

use super::*;

/// The error text for an invalid value.
fn problem<T: FromJson + std::fmt::Debug>(value: Value) -> String {
    let field: Field<T> = serde_json::from_value(value).unwrap();
    field.get("f").unwrap_err().to_string()
}

fn read<T: FromJson>(value: Value) -> Option<T> {
    let field: Field<T> = serde_json::from_value(value).unwrap();
    field.get("f").unwrap()
}

#[test]
fn a_wrong_value_is_named_with_what_is_expected() {
    for (found, expected) in [
        (problem::<Text<3>>(json!(5)), "f: expected a text, found 5"),
        (
            problem::<Text<3>>(json!("一二三四")),
            "f: at most 3 characters, found 4",
        ),
        (
            problem::<Text<3>>(json!("a\u{0}b")),
            "f: contains a NUL character",
        ),
        (
            problem::<Moment>(json!("tomorrow")),
            "f: expected a moment like 2026-11-22T18:00:00+08:00, found \"tomorrow\"",
        ),
        (
            problem::<Instant>(json!("2026-11-22")),
            "f: expected a moment like 2026-11-22T06:05:00Z, found \"2026-11-22\"",
        ),
        (
            problem::<bool>(json!("yes")),
            "f: expected true or false, found \"yes\"",
        ),
        (
            problem::<f64>(json!("5")),
            "f: expected a number, found \"5\"",
        ),
        (
            problem::<Verdict>(json!("good")),
            "f: expected pass or fail, found \"good\"",
        ),
        (
            problem::<Rating>(json!(6)),
            "f: expected a whole number from 1 to 5, found 6",
        ),
        (
            problem::<Position>(json!({"lon": 181, "lat": 0})),
            "f: expected {lon, lat} in degrees, found {\"lat\":0,\"lon\":181}",
        ),
        (
            problem::<Position>(json!("here")),
            "f: expected {lon, lat} in degrees, found \"here\"",
        ),
        (
            problem::<Photos>(json!("p1")),
            "f: expected a list of {id, claim, kind} or of ids, found \"p1\"",
        ),
        (
            problem::<Photos>(json!([{"id": "p1", "kind": "selfie"}])),
            "f: expected a list of {id, claim, kind} or of ids, found {\"id\":\"p1\",\"kind\":\"selfie\"}",
        ),
        (
            problem::<Photos>(json!(vec!["p"; 13])),
            "f: at most 12 photos in one step, found 13",
        ),
    ] {
        assert_eq!(found, expected);
    }
    let marks = problem::<RequestableAction>(json!("join"));
    assert!(
        marks.starts_with("f: \"join\" is not an action; actions are file, "),
        "{marks}"
    );
    let sources = problem::<Source>(json!("rumour"));
    assert!(
        sources.starts_with("f: expected one of resident, "),
        "{sources}"
    );
}

#[test]
fn null_and_blanks_count_as_absent() {
    assert_eq!(read::<Text<3>>(json!(null)), None);
    assert_eq!(read::<Text<3>>(json!("  ")), None);
    assert_eq!(read::<Text<3>>(json!(" abc ")), Some(Text("abc".into())));
    assert_eq!(read::<Verdict>(json!("")), None);
    assert_eq!(read::<Rating>(json!(null)), None);
}

#[test]
fn a_day_means_its_end_in_china() {
    let Moment(at) = read(json!("2026-11-22")).unwrap();
    assert_eq!(at.to_string(), "2026-11-22T15:59:59Z");
}

#[test]
fn photos_are_named_by_id_or_claim_and_once_only() {
    let list = json!(["p1", {"id": "p2", "claim": "c", "kind": "before"}, "p1"]);
    let field: Field<Photos> = serde_json::from_value(list).unwrap();
    let photos = field.photos(PhotoKind::After).unwrap();
    let claimed = StepPhoto {
        id: "p2".into(),
        kind: PhotoKind::Before,
        claim: Some("c".into()),
    };
    assert_eq!(photos, [StepPhoto::new("p1", PhotoKind::After), claimed]);
}
