//! Reads `themes.toml`.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::theme::{
    By, Content, Counted, Filter, Grouping, LEAST_RATED, Measure, Method, More, Of, Per, Theme,
    Themes,
};
use crate::codec::config::{self, Item, Problem, Table, listed, nearest};
use crate::codec::cql2::{self, Encoding};
use crate::index::filter::Predicate;
use crate::model::names::collection::{BUILDINGS, UNITS};
use crate::model::names::property;
use crate::model::{Localized, Role, RoleSet, Schema};
use crate::spatial::crs::Crs;

/// The themes that are compiled in.
const BUILT_IN: &str = include_str!("../../geodata/themes.toml");

/// The most themes of a file.
const MOST: usize = 40;
/// The most days that a theme looks back.
const MOST_DAYS: u32 = 3660;
/// The time to a door if the file names none, in minutes.
const MINUTES: u32 = 3;
/// The longest time to a door, in minutes.
const LONGEST_MINUTES: u32 = 60;

/// The schemas of the collections of a map, by the name of the collection.
pub type Schemas = BTreeMap<String, Arc<Schema>>;

impl Themes {
    /// Parses the text of a file. Errors name the file `file`. With `schemas`, the collections and properties that the
    /// themes name are checked too.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn read(file: &str, text: &str, schemas: Option<&Schemas>) -> Result<Self, Vec<Problem>> {
        config::read(file, text, |root| themes(root, schemas))
    }

    /// Returns the themes that are compiled in.
    ///
    /// # Errors
    /// All problems of the file. A test ensures that there are none.
    pub fn built_in() -> Result<Self, Vec<Problem>> {
        Self::read("themes.toml", BUILT_IN, None)
    }
}

fn themes(root: &Table<'_>, schemas: Option<&Schemas>) -> Option<Themes> {
    root.accept_all();
    let entries = root.entries();
    if entries.is_empty() {
        root.wrong(
            "the file has no theme".to_owned(),
            "at least one table such as [requests]",
        );
        return None;
    }
    if let Some((id, item)) = entries.get(MOST) {
        item.wrong(
            "is one theme too many",
            &format!("at most {MOST} themes; remove `{id}` and those after it"),
        );
    }
    // All tables are read before the first problem ends the reading, so that the problems of all tables are reported.
    let read: Vec<Option<Theme>> = entries
        .into_iter()
        .map(|(id, item)| theme(id, &item, schemas))
        .collect();
    let list = read.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Themes { list })
}

fn theme(id: &str, item: &Item<'_>, schemas: Option<&Schemas>) -> Option<Theme> {
    let table = item.table()?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_id = id.len() <= 40 && id.starts_with(|c: char| c.is_ascii_lowercase());
    if !is_id || !id.chars().all(plain) {
        item.wrong(
            "is not a valid id",
            "a small letter and then small letters, digits and `_`, such as old_estates",
        );
    }
    let text = |key: &'static str, what: &str| table.need(key, what).and_then(|i| i.text(what));
    let zh = text("zh", "the Chinese title");
    let en = text("en", "the English title");
    let note_zh = text("note_zh", "what is counted, in Chinese");
    let note_en = text("note_en", "what is counted, in English");
    let unit_zh = text("unit_zh", "the Chinese unit");
    let unit_en = text("unit_en", "the English unit");
    let hue = table.need("hue", "an angle of the colour circle");
    let hue = hue.and_then(|i| i.number_in(0.0, 360.0, "an angle of the colour circle"));
    let by = by(&table);
    let more = table.need("more", "\"worse\" or \"better\"");
    let more = more.and_then(|i| i.one_of(&[("worse", More::Worse), ("better", More::Better)]));
    let grouping = table
        .need(
            "classes",
            "a table such as { method = \"quantile\", number = 5 }",
        )
        .and_then(|i| grouping(&i.table()?, &i));
    let decimals = table.get("decimals");
    let decimals = decimals.map_or(Some(1), |i| i.whole(0, 4, "a number of decimals"));
    let least = table.get("least");
    let content = match (table.get("counted"), table.get("measure")) {
        (Some(item), None) => counted(&item, by.as_deref(), schemas).map(Content::Counted),
        (None, Some(item)) => measure(&table, &item, by.as_deref(), schemas).map(Content::Measure),
        _ => {
            item.wrong(
                "does not say what is counted",
                "exactly one of `counted` and `measure`",
            );
            None
        }
    };
    let floor = match content {
        Some(Content::Measure(Measure::Rating { .. })) => LEAST_RATED,
        _ => 1,
    };
    let least = least.map_or(Some(floor), |i| {
        i.whole(floor, 1_000_000, "the least number of features of an area")
    });
    table.finish();
    Some(Theme {
        id: id.to_owned(),
        title: Localized::new(zh?, en?),
        note: Localized::new(note_zh?, note_en?),
        unit: Localized::new(unit_zh?, unit_en?),
        hue: hue?,
        by: by?,
        more: more?,
        grouping: grouping?,
        decimals: decimals?,
        least: least?,
        content: content?,
    })
}

fn by(table: &Table<'_>) -> Option<Vec<By>> {
    const EXPECTED: &str = "a list such as [\"grid\", \"community\"]";
    let item = table.need("by", EXPECTED)?;
    let items = item.list(EXPECTED)?;
    let read: Vec<Option<By>> = items.iter().map(|i| i.one_of(&By::WORDS)).collect();
    let list = read.into_iter().collect::<Option<Vec<By>>>()?;
    let distinct: HashSet<By> = list.iter().copied().collect();
    if list.is_empty() || distinct.len() < list.len() {
        item.wrong("is empty or names an area twice", EXPECTED);
        return None;
    }
    Some(list)
}

fn grouping(table: &Table<'_>, item: &Item<'_>) -> Option<Grouping> {
    let number = table.get("number");
    let number = number.map(|i| i.whole(2, 5, "a number of classes"));
    let method = table.get("method");
    let breaks = table.get("breaks");
    table.finish();
    match (method, breaks) {
        (Some(method), None) => {
            let is_equal = method.one_of(&[("quantile", false), ("equal", true)])?;
            let method = if is_equal {
                Method::Equal
            } else {
                Method::Quantile
            };
            Some(Grouping {
                method,
                number: number.unwrap_or(Some(5))? as usize,
            })
        }
        (None, Some(breaks)) => {
            let expected = "one to four numbers, the lowest first, such as [50, 80, 95]";
            let items = breaks.list(expected)?;
            let numbers: Vec<Option<f64>> = items.iter().map(Item::number).collect();
            let limits = numbers.into_iter().collect::<Option<Vec<f64>>>()?;
            if !(1..=4).contains(&limits.len()) || limits.windows(2).any(|p| p[0] >= p[1]) {
                breaks.wrong("is not a list of ascending limits", expected);
                return None;
            }
            let classes = limits.len() + 1;
            if let Some(wanted) = number
                && wanted? as usize != classes
            {
                item.wrong(
                    "has a number of classes that differs from its breaks",
                    &format!("no `number`, because the breaks make {classes} classes"),
                );
                return None;
            }
            Some(Grouping {
                number: classes,
                method: Method::Breaks(limits),
            })
        }
        _ => {
            item.wrong(
                "does not say how values are divided",
                "exactly one of `method` and `breaks`",
            );
            None
        }
    }
}

/// What a table `counted` is checked against.
struct Place<'a> {
    /// The schema of the collection, if it is known.
    schema: Option<&'a Schema>,
    collection: &'a str,
}

fn counted(item: &Item<'_>, by: Option<&[By]>, schemas: Option<&Schemas>) -> Option<Counted> {
    #[derive(Clone, Copy, PartialEq)]
    enum Named {
        Count,
        Sum,
        Mean,
        Share,
    }
    let table = item.table()?;
    let collection = table.need("collection", "the name of a collection")?;
    let name = collection.text("the name of a collection")?;
    let schema = schemas.map(|all| all.get(name));
    if let (Some(None), Some(all)) = (schema, schemas) {
        let known: Vec<&str> = all.keys().map(String::as_str).collect();
        let problem = format!("names {name:?}, which is not a collection");
        collection.wrong(&problem, &suggested(name, &known));
    }
    let place = Place {
        schema: schema.flatten().map(AsRef::as_ref),
        collection: name,
    };
    let filter = match table.get("filter") {
        None => Some(None),
        Some(item) => filter_of(&item, &place).map(Some),
    };
    let words = [
        ("count", Named::Count),
        ("sum", Named::Sum),
        ("mean", Named::Mean),
        ("share", Named::Share),
    ];
    let of = table
        .get("of")
        .map_or(Some(Named::Count), |i| i.one_of(&words))?;
    let part = table.get("part");
    let number = table.get("property");
    if let Some(number) = &number {
        has(number, &place, &["number", "integer"], "a number");
    }
    let text = number.as_ref().map(|i| i.text("the name of a property"));
    let property = match (of, text) {
        (Named::Count, Some(_)) | (Named::Sum | Named::Mean, None) => {
            item.wrong(
                "does not fit its property",
                "`property` with `of = \"sum\"`, \"mean\" or \"share\", and without it `of = \"count\"`",
            );
            None
        }
        (_, text) => text.map_or(Some(None), |t| t.map(|t| Some(t.to_owned()))),
    };
    let part = match (of, part) {
        (Named::Share, Some(item)) => filter_of(&item, &place),
        (Named::Share, None) => {
            item.wrong(
                "lacks `part`",
                "a CQL2 filter of the features whose share is shown",
            );
            None
        }
        (_, Some(part)) => {
            part.wrong("has no meaning here", "`part` only with `of = \"share\"`");
            None
        }
        (_, None) => None,
    };
    let per = per(&table, of == Named::Count || of == Named::Sum, by);
    let last = last(&table, item, &place);
    if by.is_some_and(|by| by.contains(&By::Building)) && name != BUILDINGS {
        let known = place
            .schema
            .map(|s| s.properties.contains_key(property::BUILDING));
        if known == Some(false) {
            collection.wrong(
                "has no property `building`, so its features belong to no building",
                "`by` without \"building\"",
            );
        }
    }
    table.finish();
    let (filter, property) = (filter?, property?);
    let of = match (of, property) {
        (Named::Count, _) => Of::Count,
        (Named::Sum, Some(name)) => Of::Sum(name),
        (Named::Mean, Some(name)) => Of::Mean(name),
        (Named::Share, weight) => Of::Share {
            part: part?,
            weight,
        },
        _ => return None,
    };
    Some(Counted {
        collection: name.to_owned(),
        filter,
        of,
        per: per?,
        last: last?,
    })
}

fn per(table: &Table<'_>, may_divide: bool, by: Option<&[By]>) -> Option<Per> {
    let Some(item) = table.get("per") else {
        return Some(Per::Nothing);
    };
    let per = item.one_of(&[
        ("household", Per::Household),
        ("100_households", Per::HundredHouseholds),
        ("km2", Per::Km2),
    ])?;
    if !may_divide {
        item.wrong(
            "has no meaning here",
            "`per` only with `of = \"count\"` or \"sum\"",
        );
    }
    if per == Per::Km2 && by.is_some_and(|by| by.contains(&By::Building)) {
        item.wrong(
            "is the area of a grid or community",
            "\"household\" or \"100_households\", or `by` without \"building\"",
        );
    }
    Some(per)
}

/// Reads `days` and `time`, which belong together.
fn last(table: &Table<'_>, item: &Item<'_>, place: &Place<'_>) -> Option<Option<(String, u32)>> {
    let days = table.get("days");
    let days = days.map(|i| i.whole(1, MOST_DAYS, "a number of days"));
    let time = table.get("time");
    if let Some(time) = &time {
        has(time, place, &["date", "date-time"], "a date or time");
    }
    match (days, time) {
        (None, None) => Some(None),
        (Some(days), Some(time)) => {
            let name = time.text("the name of a property with a time")?;
            Some(Some((name.to_owned(), days?)))
        }
        _ => {
            item.wrong(
                "has only one of `days` and `time`",
                "both, such as days = 30 and time = \"reported_at\", or none",
            );
            None
        }
    }
}

fn filter_of(item: &Item<'_>, place: &Place<'_>) -> Option<Filter> {
    const EXPECTED: &str = "a CQL2 filter such as \"kind = 'gate' AND ebike <> 'no'\"";
    let text = item.text(EXPECTED)?;
    let node = match cql2::parse(text, Encoding::Text, Crs::Crs84) {
        Ok(node) => node,
        Err(error) => {
            item.wrong(&format!("cannot be read: {error}"), EXPECTED);
            return None;
        }
    };
    if let Some(schema) = place.schema
        && let Err(error) = Predicate::compile(&node, schema, RoleSet::PUBLIC)
    {
        item.wrong(
            &format!("does not fit `{}`: {error}", place.collection),
            "a CQL2 filter of properties that the public may see",
        );
        return None;
    }
    Some(Filter {
        text: text.to_owned(),
        node,
    })
}

/// Checks that the schema has a property that the public may see, with one of these types or formats.
fn has(item: &Item<'_>, place: &Place<'_>, kinds: &[&str], what: &str) {
    let (Some(schema), Some(name)) = (place.schema, item.text("the name of a property")) else {
        return;
    };
    let shown = schema.properties.values();
    let shown = shown.filter(|p| p.is_shown_to(Role::Public.into()));
    let fits = |p: &&crate::model::PropertySchema| {
        let format = schema.document["properties"][&p.name]["format"].as_str();
        kinds.contains(&p.kind.as_str()) || format.is_some_and(|f| kinds.contains(&f))
    };
    let names: Vec<&str> = shown.filter(fits).map(|p| p.name.as_str()).collect();
    if !names.contains(&name) {
        let problem = format!(
            "names {name:?}, which is not {what} of `{}` that the public may see",
            place.collection
        );
        item.wrong(&problem, &suggested(name, &names));
    }
}

fn suggested(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("{near:?}?"),
        None if known.is_empty() => "another collection; this one has none".to_owned(),
        None => format!("one of {}", listed(known)),
    }
}

fn measure(
    table: &Table<'_>,
    item: &Item<'_>,
    by: Option<&[By]>,
    schemas: Option<&Schemas>,
) -> Option<Measure> {
    const EXPECTED: &str = "\"on_time\", \"on_time:KIND_OF_UNIT\", \"rating\", \"doors_reached\", \
                            \"doors_reached:MINUTES\" or \"within_reach:STANDARD\"";
    let days = table.get("days");
    let text = item.text(EXPECTED)?;
    let (name, of) = match text.split_once(':') {
        Some((name, of)) => (name, Some(of)),
        None => (text, None),
    };
    let is_of_cases = matches!(name, "on_time" | "rating");
    if is_of_cases && by.is_some_and(|by| by.contains(&By::Building)) {
        item.wrong(
            "is a measure of closed cases, which are too few at one building",
            "`by` without \"building\"",
        );
    }
    let number = match (&days, is_of_cases) {
        (Some(days), false) => {
            days.wrong(
                "has no meaning here",
                "`days` only with the measures \"on_time\" and \"rating\"",
            );
            None
        }
        (Some(days), true) => days.whole(1, MOST_DAYS, "a number of days"),
        (None, true) => {
            item.wrong(
                "lacks `days` beside it",
                "the number of days that it looks back",
            );
            None
        }
        (None, false) => None,
    };
    match (name, of) {
        ("on_time", units) => {
            if let Some(kind) = units {
                let schema = schemas.and_then(|all| all.get(UNITS));
                let values = schema.and_then(|s| s.properties.get(property::KIND));
                let values =
                    values.map(|p| p.values.iter().map(String::as_str).collect::<Vec<_>>());
                if let Some(values) = values.filter(|v| !v.is_empty() && !v.contains(&kind)) {
                    item.wrong(
                        &format!("names {kind:?}, which is not a kind of unit"),
                        &suggested(kind, &values),
                    );
                }
            }
            Some(Measure::OnTime {
                days: number?,
                units: units.map(str::to_owned),
            })
        }
        ("rating", None) => Some(Measure::Rating { days: number? }),
        ("doors_reached", None) => Some(Measure::DoorsReached { minutes: MINUTES }),
        ("doors_reached", Some(minutes)) => match minutes.parse::<u32>() {
            Ok(minutes) if (1..=LONGEST_MINUTES).contains(&minutes) => {
                Some(Measure::DoorsReached { minutes })
            }
            _ => {
                item.wrong(
                    &format!("has the time {minutes:?}"),
                    &format!("a whole number of minutes from 1 to {LONGEST_MINUTES}"),
                );
                None
            }
        },
        ("within_reach", Some(standard)) if !standard.is_empty() => {
            Some(Measure::WithinReach(standard.to_owned()))
        }
        _ => {
            item.wrong(&format!("is {text:?}, which is not a measure"), EXPECTED);
            None
        }
    }
}
