//! Parses `rules.toml`, or reports everything that is wrong with it.

use std::collections::BTreeMap;

use serde_json::Value;
use toml::de::DeValue;

use super::read::{all, name, optional};
use super::{
    Category, ConditionRule, CountStep, Duplicates, MICRO_WISH, Notices, OTHER, PlaceRule, Privacy,
    Repeats, Reports, Rules, Side, TimeStep, Verify,
};
use super::{Responsibilities, blocks, duty, responsible};
use crate::codec::config::Problem;
use crate::codec::config::{self, Item, Table, Time, listed, nearest};
use crate::model::Level;

/// The text of the built-in rules.
pub const DEFAULT: &str = include_str!("../../../geodata/rules.toml");

impl Rules {
    /// Parses rules. Error messages call the file `rules.toml`.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        Self::read("rules.toml", text, None)
    }

    /// The built-in rules.
    pub fn built_in() -> Result<Self, Vec<Problem>> {
        Self::parse(DEFAULT)
    }

    /// Parses rules from a file with another name. If `collections` is given, place rules must name
    /// one of them.
    pub fn read(
        file: &str,
        text: &str,
        collections: Option<&[&str]>,
    ) -> Result<Self, Vec<Problem>> {
        config::read(file, text, |root| rules(root, collections))
    }
}

fn rules(root: &Table<'_>, collections: Option<&[&str]>) -> Option<Rules> {
    let categories = categories(root);
    let names: Vec<&str> = root
        .get("categories")
        .and_then(|i| i.value().as_table())
        .map(|t| t.keys().map(|k| k.get_ref().as_ref()).collect())
        .unwrap_or_default();
    let places = root.get("places").map_or(Some(Vec::new()), |list| {
        all(list.list("[[places]] tables")?, |item| {
            place(item, &names, collections)
        })
    });
    let section = |key| root.get(key).map(|item| item.table());
    let privacy = section("privacy").map_or(Some(Privacy::default()), |t| privacy(&t?));
    let verify = section("verify").map_or(Some(Verify::default()), |t| verify(&t?));
    let duplicates = section("duplicates").map_or(Some(Duplicates::default()), |t| duplicates(&t?));
    let notices = section("notices").map_or(Some(Notices::default()), |t| notices(&t?));
    let reports = section("reports").map_or(Some(Reports::default()), |t| reports(&t?));
    let responsibilities = section("responsibilities")
        .map_or(Some(Responsibilities::default()), |t| {
            responsible::list(&t?, &names)
        });
    let duty_phone = section("duty").map_or(Some(None), |t| duty::phone(&t?).map(Some));
    Some(Rules {
        categories: categories?,
        places: places?,
        privacy: privacy?,
        verify: verify?,
        duplicates: duplicates?,
        notices: notices?,
        reports: reports?,
        responsibilities: responsibilities?,
        duty_phone: duty_phone?,
    })
}

fn categories(root: &Table<'_>) -> Option<BTreeMap<String, Category>> {
    let table = root
        .need(
            "categories",
            "[categories.…] tables, one of them [categories.other]",
        )?
        .table()?;
    let read: Vec<_> = table
        .entries()
        .into_iter()
        .map(|(id, item)| {
            let fine = id.starts_with(|c: char| c.is_ascii_lowercase())
                && id.len() <= 48
                && id
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if !fine {
                item.wrong(
                    "is not a valid category id",
                    "a-z first, then a-z, 0-9 and _ (at most 48), such as `corridor_clutter`",
                );
            }
            Some((id.to_owned(), category(id, &item.table()?)?))
        })
        .collect();
    if table.entries().iter().all(|(id, _)| *id != OTHER) {
        table.wrong(
            "`categories` lacks `other`".to_owned(),
            "the table [categories.other], whose rules apply to cases of a category that was removed",
        );
    }
    read.into_iter().collect()
}

fn category(id: &str, table: &Table<'_>) -> Option<Category> {
    let name = name(table);
    let base = table
        .need(
            "level",
            "the level with which a case begins: \"green\", \"yellow\" or \"red\"",
        )
        .and_then(|i| i.level());
    let working = |key, what| {
        table
            .need(key, what)
            .and_then(|i| i.some_time(Time::Working))
    };
    let respond = working(
        "respond",
        "the working time within which a report must be filed, such as \"4h\"",
    );
    let handle = working(
        "handle",
        "the working time within which a case must be handled, such as \"16h\"",
    );
    let age = steps(table, "age", Time::Clock);
    let overdue = steps(table, "overdue", Time::Working);
    let repeats = optional(table, "repeats", |i| repeats(&i.table()?));
    let condition = optional(table, "condition", |i| condition(&i.table()?));
    let handlers = table
        .get("handlers")
        .map_or(Some(vec![id.to_owned()]), |i| {
            let list = i.list("a list of competences such as [\"corridor_clutter\"]")?;
            if list.is_empty() {
                i.wrong("is empty", "at least one competence of member units");
                return None;
            }
            all(list, |i| {
                i.text("a competence of member units").map(str::to_owned)
            })
        });
    let photo = table.get("photo").map_or(Some(false), |i| i.flag());
    let blocks = optional(table, "blocks", blocks::read);
    if id == MICRO_WISH {
        stays_green(table);
    }
    table.finish();
    Some(Category {
        id: id.to_owned(),
        name: name?,
        base: base?,
        age: age?,
        overdue: overdue?,
        respond: respond?,
        handle: handle?,
        repeats: repeats?,
        condition: condition?,
        handlers: handlers?,
        photo: photo?,
        blocks: blocks?,
    })
}

/// Reports everything that would give a micro-wish another level than green.
fn stays_green(table: &Table<'_>) {
    const EXPECTED: &str = "a category that stays green: `level = \"green\"` without steps, because a wish is no warning";
    let base = table.get("level");
    if let Some(item) = base.filter(|i| matches!(i.value().as_str(), Some("yellow" | "red"))) {
        item.wrong("is not \"green\"", EXPECTED);
    }
    for key in ["age", "overdue", "repeats", "condition"] {
        if let Some(item) = table.get(key) {
            item.wrong("gives micro-wishes a level", EXPECTED);
        }
    }
}

fn steps(table: &Table<'_>, key: &'static str, time: Time) -> Option<Vec<TimeStep>> {
    let Some(list) = table.get(key) else {
        return Some(Vec::new());
    };
    let items = list.list("a list of steps such as [{ after = \"24h\", level = \"red\" }]")?;
    let mut before: Option<TimeStep> = None;
    all(items, |item| {
        let table = item.table()?;
        let after = table
            .need("after", "the time after which the level is reached")
            .and_then(|i| i.duration(time));
        let level = table
            .need("level", "the level from then on")
            .and_then(|i| i.level());
        table.finish();
        let step = TimeStep {
            after: after?,
            level: level?,
        };
        if before.is_some_and(|b| step.after <= b.after || step.level <= b.level) {
            item.wrong(
                "is out of order",
                "steps in order, each later and more severe than the one before",
            );
        }
        before = Some(step);
        Some(step)
    })
}

fn repeats(table: &Table<'_>) -> Option<Repeats> {
    let distance_m = table
        .need("distance_m", "a distance in metres")
        .and_then(|i| i.number_in(1.0, 5000.0, "metres"));
    let window_days = table
        .need("window_days", "a number of days")
        .and_then(|i| i.whole(1, 3660, "days"));
    let mut before: Option<CountStep> = None;
    let steps = table
        .need("steps", "a list such as [{ nth = 3, level = \"red\" }]")
        .and_then(|i| i.list("a list such as [{ nth = 3, level = \"red\" }]"))
        .and_then(|items| {
            all(items, |item| {
                let table = item.table()?;
                let nth = table
                    .need("nth", "the number of the report")
                    .and_then(|i| i.whole(2, 1000, "the number of the report"));
                let level = table
                    .need("level", "the level from then on")
                    .and_then(|i| i.level());
                table.finish();
                let step = CountStep {
                    nth: nth?,
                    level: level?,
                };
                if before.is_some_and(|b| step.nth <= b.nth || step.level <= b.level) {
                    item.wrong(
                        "is out of order",
                        "steps in order, each with more reports and a more severe level than the one before",
                    );
                }
                before = Some(step);
                Some(step)
            })
        });
    table.finish();
    Some(Repeats {
        distance_m: distance_m?,
        window_days: window_days?,
        steps: steps?,
    })
}

fn condition(table: &Table<'_>) -> Option<ConditionRule> {
    let sides = [("above", Side::Above), ("below", Side::Below)];
    let side = table
        .need(
            "bad",
            "\"above\" if high values are bad, \"below\" if low values are bad",
        )
        .and_then(|i| i.one_of(&sides));
    let enter = table
        .need("enter", "the threshold at which the condition begins")
        .and_then(|i| i.number());
    let leave_item = table.need("leave", "the threshold at which the condition ends");
    let leave = leave_item.as_ref().and_then(Item::number);
    let lasts = table
        .need(
            "for",
            "how long the value must stay bad before the condition fires, such as \"10m\"",
        )
        .and_then(|i| i.duration(Time::Clock));
    let keep = table
        .need(
            "keep",
            "how long the value must stay good before the condition is resolved, such as \"30m\"",
        )
        .and_then(|i| i.some_time(Time::Clock));
    let silence_item = table.get("no_data_after");
    let silence = match &silence_item {
        None => Some(None),
        Some(item) => item.some_time(Time::Clock).map(Some),
    };
    table.finish();
    let rule = ConditionRule {
        side: side?,
        enter: enter?,
        leave: leave?,
        lasts: lasts?,
        keep: keep?,
        no_data_after: silence?,
    };
    let (apart, expected) = match rule.side {
        Side::Above => (
            rule.leave < rule.enter,
            format!("less than `enter`, {}", rule.enter),
        ),
        Side::Below => (
            rule.leave > rule.enter,
            format!("more than `enter`, {}", rule.enter),
        ),
    };
    if let (false, Some(item)) = (apart, &leave_item) {
        item.wrong(
            &format!(
                "is {}, so the condition could begin and end with every small change of the value",
                rule.leave
            ),
            &expected,
        );
    }
    if let (Some(after), Some(item)) = (rule.no_data_after, &silence_item)
        && after <= rule.lasts.max(rule.keep)
    {
        item.wrong(
            "is not longer than `for` and `keep`",
            "a longer time than `for` and `keep`",
        );
    }
    Some(rule)
}

fn place(item: &Item<'_>, known: &[&str], collections: Option<&[&str]>) -> Option<PlaceRule> {
    let table = item.table()?;
    let name = name(&table);
    let collection = table
        .need(
            "collection",
            "the collection of such places, such as \"first_aid_stations\"",
        )
        .and_then(|i| {
            let text = i.text("the name of a collection")?;
            if let Some(all) = collections.filter(|all| !all.contains(&text)) {
                let expected = match nearest(text, all) {
                    Some(near) => format!("\"{near}\"?"),
                    None => format!("one of {}", listed(all)),
                };
                i.wrong(
                    &format!("is {text:?}, which is not a collection"),
                    &expected,
                );
            }
            Some(text.to_owned())
        });
    let matches = table
        .get("where")
        .map_or(Some(BTreeMap::new()), |i| matches(&i.table()?));
    let within_m = table
        .need("within_m", "a distance in metres")
        .and_then(|i| i.number_in(0.0, 5000.0, "metres"));
    let factor = table
        .need(
            "factor",
            "the urgency factor of such a place, by which deadlines are divided, such as 2",
        )
        .and_then(|i| i.number_in(0.1, 10.0, "a factor"));
    let categories = table.get("categories").map_or(Some(Vec::new()), |i| {
        all(i.list("a list of categories")?, |i| {
            let id = i.text("a category")?;
            if !known.contains(&id) {
                let expected = match nearest(id, known) {
                    Some(near) => format!("\"{near}\"?"),
                    None => format!("one of {}", listed(known)),
                };
                i.wrong(&format!("is {id:?}, which is not a category"), &expected);
            }
            Some(id.to_owned())
        })
    });
    table.finish();
    Some(PlaceRule {
        name: name?,
        collection: collection?,
        matches: matches?,
        within_m: within_m?,
        factor: factor?,
        categories: categories?,
    })
}

fn matches(table: &Table<'_>) -> Option<BTreeMap<String, Value>> {
    let read = |item: &Item<'_>| match item.value() {
        DeValue::String(text) => Some(Value::from(text.as_ref())),
        DeValue::Boolean(flag) => Some(Value::from(*flag)),
        DeValue::Integer(number) if number.radix() == 10 => {
            let whole: Option<i64> = number.as_str().replace('_', "").parse().ok();
            whole.map(Value::from)
        }
        DeValue::Float(_) => item.number().map(Value::from),
        _ => {
            item.wrong("cannot be compared", "a text, a number, true or false");
            None
        }
    };
    let entries: Vec<_> = table
        .entries()
        .into_iter()
        .map(|(key, item)| Some((key.to_owned(), read(&item)?)))
        .collect();
    entries.into_iter().collect()
}

fn privacy(table: &Table<'_>) -> Option<Privacy> {
    let default = Privacy::default();
    let contact_days = table
        .get("contact_days")
        .map_or(Some(default.contact_days), |i| i.whole(0, 3660, "days"));
    let longest_item = table.get("contact_longest_days");
    let longest = longest_item
        .as_ref()
        .map_or(Some(default.contact_longest_days), |i| {
            i.whole(1, 3660, "days")
        });
    table.finish();
    let made = Privacy {
        contact_days: contact_days?,
        contact_longest_days: longest?,
    };
    if made.contact_longest_days < made.contact_days {
        table.wrong(
            "`privacy.contact_longest_days` is less than `contact_days`".to_owned(),
            "at least as many days",
        );
    }
    Some(made)
}

fn verify(table: &Table<'_>) -> Option<Verify> {
    let distance_m = table
        .get("distance_m")
        .map_or(Some(Verify::default().distance_m), |i| {
            i.number_in(1.0, 5000.0, "metres")
        });
    table.finish();
    Some(Verify {
        distance_m: distance_m?,
    })
}

fn duplicates(table: &Table<'_>) -> Option<Duplicates> {
    let default = Duplicates::default();
    let distance_m = table
        .get("distance_m")
        .map_or(Some(default.distance_m), |i| {
            i.number_in(1.0, 5000.0, "metres")
        });
    let hours = table
        .get("hours")
        .map_or(Some(default.hours), |i| i.whole(1, 8784, "hours"));
    table.finish();
    Some(Duplicates {
        distance_m: distance_m?,
        hours: hours?,
    })
}

/// A client that is idle for this time has its full allowance again, so its counter can be dropped.
const LONGEST_ALLOWANCE_HOURS: i64 = 24;

fn reports(table: &Table<'_>) -> Option<Reports> {
    let default = Reports::default();
    let at_once = table
        .get("at_once")
        .map_or(Some(default.at_once), |i| i.whole(1, 10_000, "reports"));
    let every = table
        .get("every")
        .map_or(Some(default.every), |i| i.some_time(Time::Clock));
    table.finish();
    let made = Reports {
        at_once: at_once?,
        every: every?,
    };
    let whole = made.every.as_secs().saturating_mul(made.at_once.into());
    if whole > LONGEST_ALLOWANCE_HOURS * 3600 {
        table.wrong(
            "`reports.at_once` times `every` is more than a day".to_owned(),
            "values whose product is at most 24 hours",
        );
    }
    Some(made)
}

fn notices(table: &Table<'_>) -> Option<Notices> {
    let default = Notices::default();
    let levels = [("yellow", Level::Yellow), ("red", Level::Red)];
    let from = table
        .get("from")
        .map_or(Some(default.from), |i| i.one_of(&levels));
    let red_inhibits_yellow = table
        .get("red_inhibits_yellow")
        .map_or(Some(default.red_inhibits_yellow), |i| i.flag());
    table.finish();
    Some(Notices {
        from: from?,
        red_inhibits_yellow: red_inhibits_yellow?,
    })
}
