//! What a request for items asks for: the parameters of OGC API – Features, parts 1 and 2, and a few
//! of ours.

mod place;
mod span;

use std::collections::BTreeMap;

use serde_json::Value;

pub use self::place::{bbox, crs};
pub use self::span::Span;
use self::span::span;
use super::filter;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::index::filter::Predicate;
use crate::index::{Budget, Collection, Entry};
use crate::model::{
    Canonical, FeatureId, InChinese as _, Localized, Role, Schema, View, both, pick,
};
use crate::spatial::bounds::Bounds;
use crate::spatial::crs::Crs;

/// The most features on a page.
pub const MAX_LIMIT: usize = 10_000;
/// The most properties that a page is sorted by.
const MAX_KEYS: usize = 4;
/// The most properties that one may choose.
const MAX_CHOSEN: usize = 200;
/// How far one may go by offset in an order of one's own: up to here the keys are kept.
pub const MAX_SORTED: usize = 20_000;
/// How far one may go by offset in the order of the ids.
const MAX_OFFSET: usize = 10_000_000;
/// The features on a page where nothing is said.
pub const DEFAULT_LIMIT: usize = 10;

/// Parameters that are not properties.
const KNOWN: &[&str] = &[
    "after",
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "f",
    "filter",
    "filter-crs",
    "filter-lang",
    "limit",
    "offset",
    "properties",
    "sortby",
];

/// A request for a page of items, understood.
#[derive(Debug)]
pub struct Params {
    /// Only what meets this box.
    pub bbox: Option<Bounds>,
    /// How many at most.
    pub limit: usize,
    /// How many to pass over.
    pub offset: usize,
    /// Only ids after this one.
    pub after: Option<FeatureId>,
    /// The system of the answer's coordinates.
    pub crs: Crs,
    /// The properties wanted; `None` for all.
    pub properties: Option<Vec<String>>,
    /// The order, where it is not that of the ids: property and whether it descends.
    pub sort: Vec<(String, bool)>,
    /// Properties that must have a value.
    pub equal: BTreeMap<String, String>,
    /// The span of time that must be met.
    pub datetime: Option<Span>,
    /// The expression that must hold.
    pub predicate: Option<Predicate>,
}

impl Params {
    /// Reads the query of a request to a collection, as somebody with this view may ask it.
    pub fn read<'a>(
        query: &Query,
        schema: &Schema,
        view: impl Into<View<'a>>,
    ) -> Result<Self, Problem> {
        let view = view.into();
        let visible = |name: &str| {
            schema
                .properties
                .get(name)
                .is_some_and(|p| p.is_shown_to(view.roles))
        };
        let mut equal = BTreeMap::new();
        for name in query.names() {
            if KNOWN.contains(&name) || name == "min-seq" {
                continue;
            }
            if !visible(name) {
                // A protected property is answered as if it did not exist: no filter may probe it.
                let (known, id) = (KNOWN.join(", "), &schema.collection);
                return Err(Problem::invalid(
                    name,
                    both!(
                        "没有名为“{name}”的参数或可查询属性。可用参数：{known}；可查询属性见 \
                         /api/collections/{id}/queryables。",
                        "There is no parameter or queryable property {name:?} here. Parameters: {known}. \
                         Properties: see /api/collections/{id}/queryables."
                    ),
                ));
            }
            if let Some(value) = query.get(name)? {
                equal.insert(name.to_owned(), value.to_owned());
            }
        }
        let properties = match query.get("properties")? {
            None => None,
            Some(list) => Some(chosen(list, schema, view)?),
        };
        let sort = sort(query.get("sortby")?, schema, view)?;
        Ok(Self {
            bbox: bbox(query)?,
            limit: limit(query)?,
            offset: offset(query, !sort.is_empty())?,
            after: query
                .get("after")?
                .map(FeatureId::new)
                .transpose()
                .map_err(|e| wrong_value("after", e.localized()))?,
            crs: crs(query, "crs")?.unwrap_or(Crs::Crs84),
            properties,
            sort,
            equal,
            datetime: query.get("datetime")?.map(span).transpose()?,
            predicate: filter::read(query, schema, view.roles, crs(query, "filter-crs")?)?,
        })
    }

    /// Whether features are chosen by their properties, their time or an expression.
    pub fn has_filter(&self, schema: &Schema, view: View<'_>) -> bool {
        !self.equal.is_empty() || self.predicate.is_some() || self.temporal(schema, view).is_some()
    }

    /// The property that is the time of features and the span that it must meet. Who may not see the
    /// time may not ask by it.
    fn temporal<'a>(&self, schema: &'a Schema, view: View<'_>) -> Option<(&'a str, Span)> {
        let span = self.datetime?;
        let name = schema.time.as_deref()?;
        let property = schema.properties.get(name)?;
        property.is_shown_to(view.roles).then_some((name, span))
    }

    /// The filter on properties, on time and by an expression, where there is one. What the expression
    /// costs counts for the budget.
    pub fn filter<'a>(
        &'a self,
        collection: &'a Collection,
        view: View<'a>,
        budget: &'a Budget,
    ) -> Option<impl Fn(&Entry) -> bool + Sync + 'a> {
        let plain = self.plain_filter(collection, view);
        if plain.is_none() && self.predicate.is_none() {
            return None;
        }
        let schema = collection.schema();
        Some(move |entry: &Entry| {
            plain.as_ref().is_none_or(|f| f(entry))
                && self.predicate.as_ref().is_none_or(|predicate| {
                    let matches = predicate.matches(entry, schema, view, budget);
                    matches.unwrap_or_else(|stop| {
                        budget.halt(stop);
                        false
                    })
                })
        })
    }

    /// The filter on properties and time, where there is one.
    fn plain_filter<'a>(
        &'a self,
        collection: &'a Collection,
        view: View<'a>,
    ) -> Option<impl Fn(&Entry) -> bool + Sync + 'a> {
        let schema = collection.schema();
        let temporal = self.temporal(schema, view);
        if self.equal.is_empty() && temporal.is_none() {
            return None;
        }
        let looked_for: Vec<(String, String)> = self
            .equal
            .iter()
            .map(|(name, wanted)| (name.clone(), quoted(wanted)))
            .collect();
        let names: Vec<&str> = self
            .equal
            .keys()
            .map(String::as_str)
            .chain(temporal.map(|(name, _)| name))
            .collect();
        // A property that the caller may not see never matches.
        let asked: Vec<Role> = names
            .iter()
            .filter_map(|name| schema.properties.get(*name))
            .map(|p| p.role)
            .filter(|role| *role != Role::Public && view.is_scoped(schema))
            .collect();
        Some(move |entry: &Entry| {
            let text = entry.all_properties();
            if !looked_for
                .iter()
                .all(|(name, wanted)| Canonical::new(text).may_be(name, wanted))
            {
                return false;
            }
            if !asked.is_empty() {
                let roles = view.on(schema, text);
                if !asked.iter().all(|role| roles.includes(*role)) {
                    return false;
                }
            }
            let values = pick(text, &names);
            let meets = |value: Option<&Value>, span: Span| {
                value.and_then(Value::as_str).is_some_and(|t| span.meets(t))
            };
            self.equal
                .values()
                .zip(&values)
                .all(|(wanted, v)| equals(v, wanted))
                && temporal.is_none_or(|(_, span)| meets(values.last(), span))
        })
    }

    /// Whether the answer is made of the features as they are kept.
    pub fn is_plain(&self) -> bool {
        self.crs == Crs::Crs84 && self.properties.is_none()
    }
}

/// A text as it stands in canonical JSON.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// What `limit` has to be.
const LIMIT: (&str, &str) = ("1至10000的整数", "a whole number from 1 to 10000");

/// Why the value of a parameter is refused.
fn wrong_value(name: &str, why: Localized) -> Problem {
    let Localized { zh, en } = why;
    Problem::invalid(name, both!("{name}：{zh}。", "{name}: {en}."))
}

/// `limit`, from 1; more than the most is answered with the most, as the standard has it.
pub fn limit(query: &Query) -> Result<usize, Problem> {
    match query.parsed::<u64>("limit", LIMIT)? {
        None => Ok(DEFAULT_LIMIT),
        Some(0) => Err(Problem::invalid(
            "limit",
            both!(
                "limit=0：应为1至10000的整数。",
                "limit=0: expected a whole number from 1 to 10000."
            ),
        )),
        Some(n) => Ok(usize::try_from(n).unwrap_or(MAX_LIMIT).min(MAX_LIMIT)),
    }
}

/// `properties`: names of the schema that the caller may see, or of what features have beyond it.
fn chosen(list: &str, schema: &Schema, view: View<'_>) -> Result<Vec<String>, Problem> {
    let wrong = |why| wrong_value("properties", why);
    let mut names: Vec<String> = Vec::new();
    for name in list.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let known = schema.properties.get(name);
        if known.is_some_and(|p| !view.roles.includes(p.role)) {
            return Err(wrong(both!(
                "没有属性“{name}”",
                "there is no property {name:?} here"
            )));
        }
        if names.len() == MAX_CHOSEN {
            return Err(wrong(both!(
                "最多{MAX_CHOSEN}个属性",
                "at most {MAX_CHOSEN} are taken"
            )));
        }
        if !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// `sortby`: a few different properties of the schema that the caller may see.
fn sort(
    list: Option<&str>,
    schema: &Schema,
    view: View<'_>,
) -> Result<Vec<(String, bool)>, Problem> {
    let wrong = |why| wrong_value("sortby", why);
    let mut sort: Vec<(String, bool)> = Vec::new();
    let keys = list.unwrap_or_default().split(',').map(str::trim);
    for key in keys.filter(|k| !k.is_empty()) {
        let name = key.trim_start_matches(['+', '-', ' ']);
        let known = schema.properties.get(name);
        let Some(known) = known.filter(|p| p.is_shown_to(view.roles)) else {
            // A protected property is answered as if it did not exist.
            let (name, id) = (
                name.chars().take(80).collect::<String>(),
                &schema.collection,
            );
            return Err(wrong(both!(
                "没有属性“{name}”，可用的属性见 /api/collections/{id}/queryables",
                "there is no property {name:?} here; see /api/collections/{id}/queryables"
            )));
        };
        // The order of the features tells the values by which it is made, of all features.
        if known.role != Role::Public && view.is_scoped(schema) {
            return Err(wrong(both!(
                "限定社区或单位的账号不能按受保护的属性（如 {name}）排序",
                "an account that is bound to communities or a unit cannot sort by protected properties \
                 such as {name}"
            )));
        }
        if sort.iter().any(|(other, _)| other == name) {
            return Err(wrong(both!("{name} 出现了两次", "{name} is given twice")));
        }
        if sort.len() == MAX_KEYS {
            return Err(wrong(both!(
                "最多按{MAX_KEYS}个属性排序",
                "at most {MAX_KEYS} properties are taken"
            )));
        }
        sort.push((name.to_owned(), key.starts_with('-')));
    }
    Ok(sort)
}

/// `offset`, as far as one may go.
fn offset(query: &Query, sorted: bool) -> Result<usize, Problem> {
    let (most, instead_zh, instead) = if sorted {
        (
            MAX_SORTED,
            "请缩小查询范围，或不用 sortby",
            "narrow the selection, or leave sortby out",
        )
    } else {
        (
            MAX_OFFSET,
            "请按“next”链接翻页",
            "page with the link \"next\"",
        )
    };
    let offset: u64 = query
        .parsed("offset", ("不小于0的整数", "a whole number from 0"))?
        .unwrap_or(0);
    usize::try_from(offset)
        .ok()
        .filter(|offset| *offset <= most)
        .ok_or_else(|| {
            let detail = both!(
                "offset={offset}：最多跳过{most}个；{instead_zh}。",
                "offset={offset}: at most {most} are passed over; {instead}."
            );
            Problem::invalid("offset", detail)
        })
}

fn equals(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(s) => s == wanted,
        Value::Number(n) => match (n.as_f64(), wanted.parse::<f64>()) {
            (Some(a), Ok(b)) => a == b,
            _ => false,
        },
        Value::Bool(b) => wanted.parse() == Ok(*b),
        Value::Array(list) => list.iter().any(|v| equals(v, wanted)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_without_parsing_never_leaves_out_what_has_the_value() {
        use serde_json::json;
        let values = [
            json!("a"),
            json!("ab"),
            json!("引号\"\\和\n换行"),
            json!(""),
            json!(5),
            json!(5.5),
            json!(true),
            json!(["a", "b"]),
            json!(null),
        ];
        let wanted = [
            "a",
            "ab",
            "b",
            "引号\"\\和\n换行",
            "",
            "5",
            "5.0",
            "5.5",
            "true",
            "x",
        ];
        for value in &values {
            // The same key deeper down, and in a text, says nothing.
            let map = json!({"a": {"k": "x"}, "b": "\"k\":\"x\"", "k": value});
            let text = crate::model::Properties::parse(&map.to_string()).unwrap();
            for wanted in wanted {
                let may = Canonical::new(text.as_str()).may_be("k", &quoted(wanted));
                assert!(may || !equals(value, wanted), "{value} {wanted}");
            }
        }
        assert!(!Canonical::new(r#"{"k":"ab"}"#).may_be("k", &quoted("a")));
    }

    #[test]
    fn a_page_is_sorted_by_a_few_known_properties_and_not_from_far_on() {
        let id = crate::model::CollectionId::new("gates").unwrap();
        let schema = serde_json::json!({"properties": {
            "a": {}, "b": {}, "c": {}, "d": {}, "e": {}, "code": {"x-onemap-role": "rider"},
        }});
        let schema = Schema::parse(&id, schema).unwrap();
        let read = |text: &str, role| {
            let query = Query::parse(text).unwrap();
            Params::read(&query, &schema, role).map(|p| p.sort)
        };
        let named = |n: &str, down| (n.to_owned(), down);
        let sort = read("sortby=a,-b, +c,d", Role::Public).unwrap();
        let expected = [
            named("a", false),
            named("b", true),
            named("c", false),
            named("d", false),
        ];
        assert_eq!(sort, expected);
        assert!(read("sortby=code", Role::Rider).is_ok());
        for wrong in [
            "sortby=code",
            "sortby=unknown",
            "sortby=-",
            "sortby=a,-a",
            "sortby=a,b,c,d,e",
            "sortby=a&offset=20001",
            "offset=10000001",
            "offset=18446744073709551616",
        ] {
            assert!(read(wrong, Role::Public).is_err(), "{wrong}");
        }
        let many: Vec<String> = (0..1_000).map(|n| format!("k{n}")).collect();
        assert!(read(&format!("properties={}", many.join(",")), Role::Public).is_err());
        assert!(read("offset=10000000", Role::Public).is_ok());
        assert!(read("sortby=a&offset=20000", Role::Public).is_ok());
    }
}
