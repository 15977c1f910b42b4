//! Tests of invalid themes files: each error names the line and what to write instead.

use std::sync::Arc;

use super::{Schemas, Themes};
use crate::model::{BuiltIns, Schema};

/// A small valid file; each test case below changes one thing in it.
const RIGHT: &str = r#"[requests]
zh = "诉求热度"
en = "Requests"
note_zh = "近30天每百户上报的事件数"
note_en = "Cases of the last 30 days per 100 households"
unit_zh = "件/百户"
unit_en = "per 100 households"
hue = 25
by = ["grid", "community"]
more = "worse"
decimals = 2
least = 3
classes = { method = "quantile", number = 4 }

[requests.counted]
collection = "warnings"
filter = "category = 'other'"
of = "count"
per = "100_households"
days = 30
time = "reported_at"

[old]
zh = "老旧小区"
en = "Old estates"
note_zh = "户数占比"
note_en = "Share of households"
unit_zh = "%"
unit_en = "%"
hue = 85
by = ["grid"]
more = "worse"
classes = { breaks = [1, 50] }
counted = { collection = "buildings", of = "share", part = "housing = 'old_estate'", property = "households" }

[rated]
zh = "群众满意"
en = "Satisfaction"
note_zh = "平均评分"
note_en = "Mean rating"
unit_zh = "分"
unit_en = "of 5"
hue = 340
by = ["community"]
more = "better"
classes = { method = "equal" }
least = 10
measure = "rating"
days = 90
"#;

/// For each invalid file: the text of [`RIGHT`] that is replaced, its replacement, the position of the error
/// (line:column), and parts of the two texts of the error: what is wrong, and what was expected.
const WRONG: &[(&str, &str, &str, &str, &str)] = &[
    // The file as a whole.
    (RIGHT, "", "1:1", "the file has no theme", "[requests]"),
    (RIGHT, "themes", "1:7", "key with no value", "`=`"),
    (
        RIGHT,
        "hue = 25\n",
        "1:7",
        "`hue` is the number 25",
        "a table",
    ),
    ("[old]", "[requests]", "23:2", "duplicate key", "once"),
    ("[old]", "[old", "23:", "unclosed table", "`]`"),
    (
        "[old]",
        "[Old]",
        "23:1",
        "`Old` is not a valid id",
        "small letter",
    ),
    // The texts.
    (
        "zh = \"诉求热度\"",
        "",
        "1:1",
        "`requests` lacks `zh`",
        "the Chinese title",
    ),
    (
        "en = \"Old estates\"",
        "en = \"\"",
        "25:6",
        "`old.en` is empty",
        "the English title",
    ),
    (
        "note_zh = \"户数占比\"",
        "not_zh = \"户数占比\"",
        "26:1",
        "the key `not_zh` is not known",
        "`note_zh`?",
    ),
    (
        "unit_en = \"of 5\"",
        "unit_en = 5",
        "42:11",
        "`rated.unit_en` is the number 5",
        "the English unit",
    ),
    // Hue, areas, direction, classes.
    (
        "hue = 25",
        "hue = 400",
        "8:7",
        "`requests.hue` is the number 400",
        "from 0 to 360",
    ),
    (
        "by = [\"grid\"]",
        "by = [\"gird\"]",
        "31:7",
        "`old.by[0]`",
        "\"grid\" or \"community\"",
    ),
    (
        "by = [\"grid\"]",
        "by = []",
        "31:6",
        "`old.by` is empty",
        "[\"grid\", \"community\"]",
    ),
    (
        "by = [\"grid\"]",
        "by = [\"grid\", \"grid\"]",
        "31:6",
        "names an area twice",
        "a list",
    ),
    (
        "more = \"better\"",
        "more = \"good\"",
        "45:8",
        "`rated.more`",
        "\"worse\" or \"better\"",
    ),
    (
        "more = \"better\"",
        "",
        "36:1",
        "lacks `more`",
        "\"worse\" or \"better\"",
    ),
    (
        "number = 4",
        "number = 9",
        "13:43",
        "is the number 9",
        "from 2 to 5",
    ),
    (
        "method = \"quantile\"",
        "method = \"jenks\"",
        "13:22",
        "`requests.classes.method`",
        "\"quantile\" or \"equal\"",
    ),
    (
        "breaks = [1, 50]",
        "breaks = [50, 1]",
        "33:22",
        "ascending limits",
        "the lowest first",
    ),
    (
        "breaks = [1, 50]",
        "breaks = [1, \"50\"]",
        "33:26",
        "`old.classes.breaks[1]` is the text",
        "a number",
    ),
    (
        "breaks = [1, 50]",
        "breaks = [1, 50], method = \"equal\"",
        "33:11",
        "does not say how values",
        "exactly one of",
    ),
    (
        "breaks = [1, 50]",
        "breaks = [1, 50], number = 5",
        "33:11",
        "differs from its breaks",
        "3 classes",
    ),
    (
        "decimals = 2",
        "decimals = 9",
        "11:12",
        "`requests.decimals`",
        "from 0 to 4",
    ),
    (
        "least = 3",
        "least = 0",
        "12:9",
        "`requests.least`",
        "from 1",
    ),
    // A mean of fewer ratings could reveal how one person rated.
    (
        "least = 10",
        "least = 2",
        "47:9",
        "`rated.least`",
        "from 10",
    ),
    // What is counted.
    (
        "measure = \"rating\"\ndays = 90",
        "",
        "36:1",
        "does not say what is counted",
        "exactly one of",
    ),
    (
        "collection = \"warnings\"",
        "collection = \"warning\"",
        "16:14",
        "names \"warning\"",
        "\"warnings\"?",
    ),
    (
        "category = 'other'",
        "category == 'other'",
        "17:10",
        "cannot be read: at character",
        "a CQL2 filter",
    ),
    (
        "category = 'other'",
        "categry = 'other'",
        "17:10",
        "no queryable property \"categry\"",
        "the public may see",
    ),
    // Properties that the public may not see can't be counted.
    (
        "category = 'other'",
        "rating > 3",
        "17:10",
        "no queryable property \"rating\"",
        "the public may see",
    ),
    (
        "of = \"count\"",
        "of = \"sum\"",
        "15:1",
        "does not fit its property",
        "`property`",
    ),
    (
        "of = \"count\"",
        "of = \"number\"",
        "18:6",
        "`requests.counted.of`",
        "\"count\" or \"sum\"",
    ),
    (
        "of = \"count\"",
        "of = \"mean\"\nproperty = \"category\"",
        "19:12",
        "names \"category\", which is not a number",
        "`reports`",
    ),
    (
        "per = \"100_households\"",
        "per = \"person\"",
        "19:7",
        "`requests.counted.per`",
        "\"household\"",
    ),
    (
        "days = 30",
        "",
        "15:1",
        "only one of `days` and `time`",
        "reported_at",
    ),
    (
        "days = 30",
        "days = 0",
        "20:8",
        "`requests.counted.days`",
        "from 1",
    ),
    (
        "time = \"reported_at\"",
        "time = \"reported\"",
        "21:8",
        "which is not a date or time",
        "\"reported_at\"?",
    ),
    (
        "time = \"reported_at\"",
        "time = \"reported_at\"\nsince = 3",
        "22:1",
        "the key `since` is not known",
        "one of",
    ),
    (
        "part = \"housing = 'old_estate'\", ",
        "",
        "34:11",
        "lacks `part`",
        "CQL2 filter",
    ),
    (
        "of = \"share\", part",
        "of = \"sum\", part",
        "34:",
        "`old.counted.part` has no meaning",
        "\"share\"",
    ),
    // Measures.
    (
        "measure = \"rating\"",
        "measure = \"ratings\"",
        "48:11",
        "which is not a measure",
        "\"rating\"",
    ),
    (
        "measure = \"rating\"",
        "measure = \"on_time:proprety\"",
        "48:11",
        "which is not a kind of unit",
        "\"property\"?",
    ),
    (
        "measure = \"rating\"\ndays = 90",
        "measure = \"doors_reached:soon\"",
        "48:11",
        "has the time \"soon\"",
        "1 to 60",
    ),
    (
        "measure = \"rating\"\ndays = 90",
        "measure = \"within_reach\"",
        "48:11",
        "which is not a measure",
        "\"within_reach:STANDARD\"",
    ),
    (
        "measure = \"rating\"",
        "measure = \"doors_reached\"",
        "49:8",
        "`rated.days` has no meaning",
        "\"on_time\"",
    ),
    (
        "measure = \"rating\"\ndays = 90",
        "measure = \"rating\"",
        "48:11",
        "lacks `days`",
        "number of days",
    ),
    (
        "by = [\"community\"]\nmore = \"better\"",
        "by = [\"building\"]\nmore = \"better\"",
        "48:11",
        "too few at one building",
        "without \"building\"",
    ),
];

fn schemas() -> Schemas {
    let parse = |(id, document): (&crate::model::CollectionId, &serde_json::Map<_, _>)| {
        let schema = Schema::parse(id, serde_json::Value::Object(document.clone())).unwrap();
        (id.to_string(), Arc::new(schema))
    };
    BuiltIns::compiled().documents().map(parse).collect()
}

fn problems(text: &str) -> Vec<String> {
    let problems = Themes::read("themes.toml", text, Some(&schemas())).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn the_valid_file_and_the_built_in_file_are_accepted() {
    Themes::read("themes.toml", RIGHT, Some(&schemas())).unwrap();
    let text = include_str!("../../geodata/themes.toml");
    let themes = Themes::read("themes.toml", text, Some(&schemas())).unwrap();
    assert_eq!(themes.iter().count(), 10);
}

#[test]
fn every_mistake_in_themes_is_reported_with_position_and_expectation() {
    let mut missed = Vec::new();
    for (right, wrong, place, problem, expected) in WRONG {
        assert!(RIGHT.contains(right), "{right}");
        let told = problems(&RIGHT.replacen(right, wrong, 1));
        let place = format!("themes.toml:{place}");
        let found = told.iter().any(|t| {
            let parts = t.split_once("; expected ");
            parts.is_some_and(|(what, wanted)| {
                t.starts_with(&place) && what.contains(problem) && wanted.contains(expected)
            })
        });
        if !found {
            missed.push(format!(
                "{wrong:?}: no {place} {problem:?} {expected:?} in\n{told:#?}"
            ));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
