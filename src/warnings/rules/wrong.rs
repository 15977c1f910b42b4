//! Tests of invalid rules files: each error names the line and what to write instead.

use super::Rules;

/// A small valid file; each test case below changes one thing in it.
const RIGHT: &str = r#"[categories.corridor_clutter]
zh = "楼道堆物"
en = "corridor clutter"
level = "yellow"
respond = "4h"
handle = "16h"
photo = true
handlers = ["corridor_clutter"]
age = [{ after = "2d", level = "yellow" }, { after = "7d", level = "red" }]
overdue = [{ after = "0h", level = "yellow" }, { after = "8h", level = "red" }]

[categories.corridor_clutter.repeats]
distance_m = 30
window_days = 30
steps = [{ nth = 2, level = "yellow" }, { nth = 3, level = "red" }]

[categories.corridor_clutter.condition]
bad = "above"
enter = 0.5
leave = 0.3
for = "30m"
keep = "1h"
no_data_after = "1d"

[categories.other]
zh = "其他"
en = "other"
level = "green"
respond = "8h"
handle = "24h"

[[places]]
zh = "消防出口"
en = "fire exit"
collection = "entrances"
where = { fire_exit = true }
within_m = 10
factor = 2
categories = ["corridor_clutter"]

[privacy]
contact_days = 30
contact_longest_days = 365

[verify]
distance_m = 50

[duplicates]
distance_m = 50
hours = 72

[notices]
from = "yellow"
red_inhibits_yellow = true

[reports]
at_once = 10
every = "30s"

[responsibilities.owners.committee]
zh = "社区居委会"
en = "the committee"
kind = "community"
serves = "community"

[[responsibilities.list]]
categories = ["corridor_clutter"]
housing = ["old_estate"]
place = ["building"]
owners = ["committee"]
source_zh = "未核实"
source_en = "not verified"
verified = false
"#;

const COLLECTIONS: [&str; 3] = ["buildings", "entrances", "first_aid_stations"];

/// For each invalid file: the text of [`RIGHT`] that is replaced, its replacement, the position of the error
/// (line:column), and parts of the two texts of the error: what is wrong, and what was expected.
const WRONG: &[(&str, &str, &str, &str, &str)] = &[
    // The file as a whole.
    (
        RIGHT,
        "",
        "1:1",
        "the file lacks `categories`",
        "[categories.other]",
    ),
    (RIGHT, "rules", "1:6", "key with no value", "`=`"),
    (
        "level = \"yellow\"\nr",
        "level = \"yellow\nr",
        "4:",
        "invalid basic string",
        "`\"`",
    ),
    ("[verify]", "[verify", "45:", "unclosed table", "`]`"),
    ("zh = \"其他\"", "zh = 其他", "26:", "", ""),
    (
        "photo = true",
        "photo = true\nphoto = false",
        "8:1",
        "duplicate key",
        "each key and each table once",
    ),
    ("[notices]", "[verify]", "52:2", "duplicate key", ""),
    // The list of responsibilities.
    (
        "kind = \"community\"\nserves",
        "kind = \"comunity\"\nserves",
        "63:8",
        "`responsibilities.owners.committee.kind`",
        "\"community\"",
    ),
    (
        "kind = \"community\"\nserves",
        "serves",
        "60:",
        "fits every unit",
        "`named`",
    ),
    (
        "serves = \"community\"",
        "",
        "60:",
        "lacks `serves`",
        "\"compound\", \"community\" or \"street\"",
    ),
    (
        "categories = [\"corridor_clutter\"]\nhousing",
        "categories = [\"corridor_cluter\"]\nhousing",
        "67:15",
        "which is not a category",
        "\"corridor_clutter\"?",
    ),
    (
        "housing = [\"old_estate\"]",
        "housing = [\"old\"]",
        "68:12",
        "`responsibilities.list[0].housing[0]`",
        "\"old_estate\"",
    ),
    (
        "place = [\"building\"]",
        "place = []",
        "69:9",
        "is empty",
        "\"building\"",
    ),
    (
        "owners = [\"committee\"]",
        "owners = [\"comittee\"]",
        "70:11",
        "which is not an owner",
        "\"committee\"?",
    ),
    (
        "verified = false",
        "",
        "66:",
        "lacks `verified`",
        "true or false",
    ),
    // Keys.
    (
        "respond = \"4h\"",
        "respnd = \"4h\"",
        "5:1",
        "`respnd` is not known in `categories.corridor_clutter`",
        "`respond`?",
    ),
    (
        "respond = \"4h\"",
        "respnd = \"4h\"",
        "1:",
        "`categories.corridor_clutter` lacks `respond`",
        "working time",
    ),
    (
        "[verify]",
        "[verfy]",
        "45:2",
        "the key `verfy` is not known",
        "`verify`?",
    ),
    (
        "photo = true",
        "photo = true\nblocks = { ebike = true }",
        "8:",
        "`categories.corridor_clutter.blocks` lacks `within_m`",
        "a distance in metres",
    ),
    (
        "photo = true",
        "photo = true\nblocks = { within_m = 5 }",
        "8:",
        "`categories.corridor_clutter.blocks` closes nothing",
        "`ebike = true`",
    ),
    (
        "photo = true",
        "photo = true\nblocks = { ebike = true, within_m = 5000 }",
        "8:",
        "`categories.corridor_clutter.blocks.within_m` is",
        "0.5 to 200",
    ),
    (
        "photo = true",
        "photo = true\ncolour = 1",
        "8:1",
        "`colour` is not known",
        "one of `zh`, `en`, `level`",
    ),
    (
        "nth = 3, level",
        "nth = 3, lvl = 1, level",
        "15:",
        "`lvl` is not known",
        "`level`?",
    ),
    (
        "distance_m = 50\nhours",
        "distance = 50\nhours",
        "49:1",
        "`distance` is not known in `duplicates`",
        "`distance_m`?",
    ),
    (
        "en = \"other\"\n",
        "",
        "25:",
        "`categories.other` lacks `en`",
        "the English name",
    ),
    (
        "handle = \"24h\"",
        "",
        "25:",
        "`categories.other` lacks `handle`",
        "a case must be handled",
    ),
    (
        "[categories.other]",
        "[categories.another]",
        "1:",
        "`categories` lacks `other`",
        "[categories.other]",
    ),
    (
        "enter = 0.5\n",
        "",
        "17:",
        "lacks `enter`",
        "the threshold at which the condition begins",
    ),
    (
        "collection = \"entrances\"\n",
        "",
        "32:",
        "lacks `collection`",
        "first_aid_stations",
    ),
    // Types.
    (
        "photo = true",
        "photo = \"yes\"",
        "7:9",
        "`categories.corridor_clutter.photo` is the text \"yes\"",
        "true or false",
    ),
    (
        "handle = \"16h\"",
        "handle = 16",
        "6:10",
        "is the number 16",
        "working time such as \"30m\" or \"16h\"",
    ),
    (
        "zh = \"楼道堆物\"",
        "zh = 7",
        "2:6",
        "is the number 7",
        "the Chinese name",
    ),
    (
        "en = \"other\"",
        "en = \" \"",
        "27:6",
        "is empty",
        "the English name",
    ),
    (
        "window_days = 30",
        "window_days = 30.5",
        "14:15",
        "is the number 30.5",
        "a whole number from 1",
    ),
    (
        "enter = 0.5",
        "enter = nan",
        "19:9",
        "is the number nan",
        "a number",
    ),
    (
        "[verify]\ndistance_m = 50",
        "verify = 50",
        "45:1",
        "the key `verify` is not known in `privacy`",
        "one of `contact_days`",
    ),
    (
        "age = [{ after = \"2d\", level = \"yellow\" }, { after = \"7d\", level = \"red\" }]",
        "age = \"7d\"",
        "9:7",
        "is the text \"7d\"",
        "a list of steps",
    ),
    (
        "where = { fire_exit = true }",
        "where = { fire_exit = [true] }",
        "36:23",
        "cannot be compared",
        "a text, a number",
    ),
    // Levels and words.
    (
        "level = \"green\"",
        "level = \"orange\"",
        "28:9",
        "is the text \"orange\"",
        "\"green\", \"yellow\" or \"red\"",
    ),
    (
        "level = \"green\"",
        "level = \"no_data\"",
        "28:9",
        "is the text \"no_data\"",
        "\"green\", \"yellow\" or \"red\"",
    ),
    (
        "bad = \"above\"",
        "bad = \"over\"",
        "18:7",
        "is the text \"over\"",
        "\"above\" or \"below\"",
    ),
    (
        "from = \"yellow\"",
        "from = \"green\"",
        "53:8",
        "is the text \"green\"",
        "\"yellow\" or \"red\"",
    ),
    // Durations.
    (
        "respond = \"4h\"",
        "respond = \"-4h\"",
        "5:11",
        "is negative: \"-4h\"",
        "working time such as",
    ),
    (
        "respond = \"4h\"",
        "respond = \"4 hours\"",
        "5:11",
        "is the text \"4 hours\"",
        "\"30m\" or \"16h\"",
    ),
    (
        "handle = \"16h\"",
        "handle = \"2d\"",
        "6:10",
        "counts working time in days",
        "no fixed length",
    ),
    (
        "handle = \"16h\"",
        "handle = \"0h\"",
        "6:10",
        "is zero",
        "longer than",
    ),
    (
        "after = \"7d\"",
        "after = \"9999999d\"",
        "9:",
        "is too long",
        "at most ten years",
    ),
    (
        "keep = \"1h\"",
        "keep = \"0s\"",
        "22:8",
        "is zero",
        "longer than",
    ),
    (
        "no_data_after = \"1d\"",
        "no_data_after = \"1h\"",
        "23:17",
        "is not longer than `for` and `keep`",
        "longer time",
    ),
    // Order and limits.
    (
        "after = \"7d\"",
        "after = \"1d\"",
        "9:44",
        "`categories.corridor_clutter.age[1]` is out of order",
        "each later and more severe",
    ),
    (
        "{ after = \"8h\", level = \"red\" }",
        "{ after = \"8h\", level = \"yellow\" }",
        "10:48",
        "overdue[1]` is out of order",
        "more severe than the one before",
    ),
    (
        "nth = 3",
        "nth = 2",
        "15:41",
        "steps[1]` is out of order",
        "more reports",
    ),
    (
        "nth = 2",
        "nth = 1",
        "15:18",
        "is the number 1",
        "a whole number from 2",
    ),
    (
        "leave = 0.3",
        "leave = 0.5",
        "20:9",
        "is 0.5, so the condition could begin and end",
        "less than `enter`, 0.5",
    ),
    (
        "bad = \"above\"",
        "bad = \"below\"",
        "20:9",
        "is 0.3, so the condition could begin and end",
        "more than `enter`, 0.5",
    ),
    (
        "factor = 2",
        "factor = -2",
        "38:10",
        "is the number -2",
        "a factor from 0.1 to 10",
    ),
    (
        "within_m = 10",
        "within_m = 100_000",
        "37:12",
        "is the number 100",
        "metres from 0 to 5000",
    ),
    (
        "contact_longest_days = 365",
        "contact_longest_days = 3",
        "41:",
        "is less than `contact_days`",
        "at least as many",
    ),
    (
        "hours = 72",
        "hours = 0",
        "50:9",
        "is the number 0",
        "from 1",
    ),
    (
        "handlers = [\"corridor_clutter\"]",
        "handlers = []",
        "8:12",
        "is empty",
        "at least one competence",
    ),
    (
        "at_once = 10",
        "at_once = 0",
        "57:11",
        "is the number 0",
        "from 1",
    ),
    (
        "every = \"30s\"",
        "every = \"3h\"",
        "56:",
        "`reports.at_once` times `every` is more than a day",
        "at most 24 hours",
    ),
    // References to other things.
    (
        "collection = \"entrances\"",
        "collection = \"entrance\"",
        "35:14",
        "is \"entrance\", which is not a collection",
        "\"entrances\"?",
    ),
    (
        "collection = \"entrances\"",
        "collection = \"moons\"",
        "35:14",
        "which is not a collection",
        "one of `buildings`, `entrances`",
    ),
    (
        "categories = [\"corridor_clutter\"]",
        "categories = [\"corridor_cluter\"]",
        "39:15",
        "is \"corridor_cluter\", which is not a category",
        "\"corridor_clutter\"?",
    ),
    (
        "[categories.other]",
        "[categories.Other]\n[categories.other]",
        "25:",
        "is not a valid category id",
        "a-z first",
    ),
];

fn problems(text: &str) -> Vec<String> {
    let problems = Rules::read("rules.toml", text, Some(&COLLECTIONS)).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn the_valid_file_is_accepted() {
    Rules::read("rules.toml", RIGHT, Some(&COLLECTIONS)).unwrap();
}

#[test]
fn every_mistake_in_rules_is_reported_with_position_and_expectation() {
    let mut missed = Vec::new();
    for (right, wrong, place, problem, expected) in WRONG {
        assert!(RIGHT.contains(right), "{right}");
        let told = problems(&RIGHT.replacen(right, wrong, 1));
        let place = format!("rules.toml:{place}");
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

#[test]
fn all_mistakes_are_reported_at_once_and_in_order() {
    let text = RIGHT
        .replace("photo = true", "photo = 1")
        .replace("factor = 2", "factor = \"2\"")
        .replace("hours = 72", "hour = 72");
    let told = problems(&text);
    assert_eq!(
        told,
        [
            "rules.toml:7:9: `categories.corridor_clutter.photo` is the number 1; \
             expected true or false, without quotes",
            "rules.toml:38:10: `places[0].factor` is the text \"2\"; expected a number",
            "rules.toml:50:1: the key `hour` is not known in `duplicates`; expected `hours`?",
        ]
    );
}

#[test]
fn a_byte_order_mark_does_not_shift_columns() {
    let told = problems("\u{feff}rules = 1");
    assert!(
        told.iter()
            .any(|t| t.starts_with("rules.toml:1:1: the key `rules`")),
        "{told:?}"
    );
}
