//! Rules of placement: where a facility may not stand. They are read from `placement.toml`.

use crate::codec::config::{self, Item, Problem, Table};
use crate::model::{Localized, both};

/// The rules that are compiled in.
const BUILT_IN: &str = include_str!("../../geodata/placement.toml");

/// The largest distance and the largest width that a rule may have, in metres.
const FARTHEST_M: f64 = 1_000.0;

/// A rule of placement.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The id in `placement.toml`.
    pub id: String,
    /// How a refusal names the features, for example "the wall of a kindergarten or school".
    pub what: Localized,
    /// The collection whose features the rule checks.
    pub collection: String,
    /// The property whose value decides which features count.
    pub property: String,
    /// The values of `property` that count; empty if all features count.
    pub values: Vec<String>,
    /// The relation to a feature that makes the rule refuse a candidate.
    pub relation: Relation,
    /// The facilities for which the rule holds, as names of collections or values of `kind`; empty for all.
    pub facilities: Vec<String>,
    /// Whether the rule also holds for buildings and shops that host a facility.
    pub hosts: bool,
    /// The source of the rule.
    pub source: Localized,
    /// Whether the rule was checked against its source.
    pub verified: bool,
}

/// The relation between a candidate and a feature that a rule refuses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Relation {
    /// The candidate is inside the feature.
    Inside,
    /// The candidate is nearer to the feature than this, in metres.
    NearerThan(f64),
    /// The feature is a way, and the candidate is within half of its width. The number is the width in metres that is
    /// assumed for ways without a width.
    On(f64),
}

impl Rule {
    /// Whether the rule holds for a facility of a collection and kind.
    pub fn holds_for(&self, collection: &str, kind: Option<&str>) -> bool {
        let is_named = |name: &String| name == collection || Some(name.as_str()) == kind;
        self.facilities.is_empty() || self.facilities.iter().any(is_named)
    }

    /// Says why a candidate is refused. `metres` is the distance of the candidate from the feature, and `name` is the
    /// name of the feature.
    pub fn refusal(&self, metres: f64, name: Option<&str>) -> Localized {
        let Localized { zh, en } = &self.what;
        let named = |open: &str, close: &str| {
            name.map_or_else(String::new, |name| format!("{open}{name}{close}"))
        };
        let (zh_name, en_name) = (named("（", "）"), named(" (", ")"));
        match self.relation {
            Relation::Inside => {
                both!("位于{zh}{zh_name}", "inside {en}{en_name}")
            }
            Relation::On(_) => both!("位于{zh}上{zh_name}", "on {en}{en_name}"),
            Relation::NearerThan(least) => {
                let metres = (metres * 10.0).round() / 10.0;
                both!(
                    "距{zh}{metres}米{zh_name}，应不少于{least}米",
                    "{metres} m from {en}{en_name}; expected at least {least} m"
                )
            }
        }
    }
}

/// All rules of a file, in its order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Placement {
    list: Vec<Rule>,
}

impl Placement {
    /// Parses the text of a file. Errors name the file `file`.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        config::read(file, text, rules)
    }

    /// Returns the rules that are compiled in.
    ///
    /// # Errors
    /// All problems of the file. A test ensures that there are none.
    pub fn built_in() -> Result<Self, Vec<Problem>> {
        Self::read("placement.toml", BUILT_IN)
    }

    /// Returns all rules, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.list.iter()
    }
}

fn rules(root: &Table<'_>) -> Option<Placement> {
    root.accept_all();
    // All tables are read before the first problem ends the reading, so that the problems of all tables are reported.
    let entries = root.entries().into_iter();
    let read: Vec<Option<Rule>> = entries.map(|(id, item)| rule(id, &item)).collect();
    let list = read.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Placement { list })
}

fn rule(id: &str, item: &Item<'_>) -> Option<Rule> {
    let table = item.table()?;
    let text = |key: &'static str, what: &str| table.need(key, what).and_then(|i| i.text(what));
    let zh = text(
        "zh",
        "the Chinese name of what a candidate must not be in, on or near",
    );
    let en = text(
        "en",
        "the English name of what a candidate must not be in, on or near",
    );
    let collection = text("collection", "the name of a collection");
    let source_zh = text("source_zh", "the source of the rule in Chinese");
    let source_en = text("source_en", "the source of the rule in English");
    let verified = table
        .need("verified", "true or false")
        .and_then(|i| i.flag());
    let hosts = table.get("hosts").map_or(Some(false), |i| i.flag());
    let property = table.get("property").map_or(Some("kind"), |i| {
        i.text("the name of a property of the collection")
    });
    let values = words(&table, "values", "a list of values such as [\"school\"]");
    let facilities = words(
        &table,
        "facilities",
        "a list of collections or kinds such as [\"battery_swap\"]",
    );
    let relation = relation(&table, item);
    table.finish();
    Some(Rule {
        id: id.to_owned(),
        what: Localized::new(zh?, en?),
        collection: collection?.to_owned(),
        property: property?.to_owned(),
        values: values?,
        relation: relation?,
        facilities: facilities?,
        hosts: hosts?,
        source: Localized::new(source_zh?, source_en?),
        verified: verified?,
    })
}

fn relation(table: &Table<'_>, item: &Item<'_>) -> Option<Relation> {
    let found = (
        table.get("inside"),
        table.get("nearer_than_m"),
        table.get("on"),
    );
    let metres = |i: Item<'_>| i.number_in(0.1, FARTHEST_M, "a number of metres");
    match found {
        (Some(inside), None, None) => match inside.flag()? {
            true => Some(Relation::Inside),
            false => {
                inside.wrong("is false, so that the rule refuses nothing", "true");
                None
            }
        },
        (None, Some(near), None) => metres(near).map(Relation::NearerThan),
        (None, None, Some(on)) => metres(on).map(Relation::On),
        _ => {
            item.wrong(
                "does not say what is refused",
                "exactly one of `inside`, `nearer_than_m` and `on`",
            );
            None
        }
    }
}

fn words(table: &Table<'_>, key: &'static str, expected: &str) -> Option<Vec<String>> {
    let Some(item) = table.get(key) else {
        return Some(Vec::new());
    };
    let list = item.list(expected)?;
    let words = list.iter().map(|i| i.text(expected).map(str::to_owned));
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rules_are_read_and_explain_their_refusals() {
        let all = Placement::built_in().unwrap();
        let rule = all.iter().find(|rule| rule.id == "kindergarten").unwrap();
        assert_eq!(rule.relation, Relation::NearerThan(10.0));
        assert!(rule.holds_for("facilities", Some("battery_swap")));
        assert!(!rule.holds_for("first_aid_stations", None));
        let said = rule.refusal(3.04, Some("第一幼儿园"));
        assert_eq!(
            said.en,
            "3 m from the wall of a kindergarten or school (第一幼儿园); expected at least 10 m"
        );
        assert_eq!(said.zh, "距幼儿园、学校外墙3米（第一幼儿园），应不少于10米");
        let water = all.iter().find(|rule| rule.id == "water").unwrap();
        assert!(water.holds_for("pocket_parks", None));
        assert_eq!(water.refusal(0.0, None).zh, "位于水域内");
    }

    #[test]
    fn every_problem_of_a_rule_names_its_line() {
        let problems = Placement::read(
            "own.toml",
            "[a]\nzh = \"x\"\nen = \"x\"\ncollection = \"water\"\ninside = true\non = 3\nsource_zh = \"x\"\n\
             verified = 1\nkinds = []\n",
        )
        .unwrap_err();
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let text = text.join("\n");
        assert!(text.contains("own.toml:8"), "{text}");
        assert!(text.contains("source_en"), "{text}");
        assert!(text.contains("exactly one of `inside`"), "{text}");
        assert!(text.contains("kinds"), "{text}");
    }
}
