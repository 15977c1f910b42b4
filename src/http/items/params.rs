//! Parses the parameters of a request for items: those of OGC API – Features, Parts 1 and 2, and a few that
//! only this service has.

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
/// The most properties to sort by.
const MAX_KEYS: usize = 4;
/// The most properties that `properties` may name.
const MAX_CHOSEN: usize = 200;
/// The largest offset with `sortby`. The sort keys of all features up to the end of the page are kept in memory.
pub const MAX_SORTED: usize = 20_000;
/// The largest offset without `sortby`.
const MAX_OFFSET: usize = 10_000_000;
/// The number of features on a page without `limit`.
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

/// The parsed parameters of a request for a page of items.
#[derive(Debug)]
pub struct Params {
    /// Only features that intersect this box.
    pub bbox: Option<Bounds>,
    /// The most features on the page.
    pub limit: usize,
    /// The number of features to skip.
    pub offset: usize,
    /// Only features whose ids come after this one.
    pub after: Option<FeatureId>,
    /// The coordinate system of the answer.
    pub crs: Crs,
    /// The properties to return; `None` for all.
    pub properties: Option<Vec<String>>,
    /// The sort order, as properties and whether each is descending. Empty for the order of the ids.
    pub sort: Vec<(String, bool)>,
    /// Properties and the values that they must have.
    pub equal: BTreeMap<String, String>,
    /// The time span that features must intersect.
    pub datetime: Option<Span>,
    /// The filter expression.
    pub predicate: Option<Predicate>,
}

impl Params {
    /// Parses the query of a request to a collection. Only parameters that this view allows are accepted.
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
                // A protected property is treated as unknown, so that no filter can probe it.
                let (known, id) = (KNOWN.join(", "), &schema.collection);
                return Err(Problem::invalid(
                    name,
                    both!(
                        "没有名为“{name}”的参数或可查询属性。可用参数：{known}；可查询属性见 \
                         /api/collections/{id}/queryables。",
                        "There is no parameter or queryable property {name:?}. The parameters are: \
                         {known}. /api/collections/{id}/queryables lists the properties."
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

    /// Whether features are filtered by properties, time or an expression.
    pub fn has_filter(&self, schema: &Schema, view: View<'_>) -> bool {
        !self.equal.is_empty() || self.predicate.is_some() || self.temporal(schema, view).is_some()
    }

    /// The time property of the features and the requested span. A caller who does not see the property cannot
    /// filter by it.
    fn temporal<'a>(&self, schema: &'a Schema, view: View<'_>) -> Option<(&'a str, Span)> {
        let span = self.datetime?;
        let name = schema.time.as_deref()?;
        let property = schema.properties.get(name)?;
        property.is_shown_to(view.roles).then_some((name, span))
    }

    /// The filter by properties, time and expression, if there is one. The cost of the expression counts
    /// against the budget.
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

    /// The filter by properties and time, if there is one.
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
        // A property that the caller does not see never matches.
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

    /// Whether the answer contains the features in their stored form.
    pub fn is_plain(&self) -> bool {
        self.crs == Crs::Crs84 && self.properties.is_none()
    }
}

/// A text as it appears in canonical JSON.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The valid values of `limit`, for error texts.
const LIMIT: (&str, &str) = ("1至10000的整数", "a whole number from 1 to 10000");

/// The error for a wrong value of a parameter.
fn wrong_value(name: &str, why: Localized) -> Problem {
    let Localized { zh, en } = why;
    Problem::invalid(name, both!("{name}：{zh}。", "{name}: {en}."))
}

/// Parses `limit`, from 1. A larger value than the maximum gives the maximum, as the standard says.
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

/// Parses `properties`: names in the schema that the caller may see, or properties that features have beyond
/// the schema.
fn chosen(list: &str, schema: &Schema, view: View<'_>) -> Result<Vec<String>, Problem> {
    let wrong = |why| wrong_value("properties", why);
    let mut names: Vec<String> = Vec::new();
    for name in list.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let known = schema.properties.get(name);
        if known.is_some_and(|p| !view.roles.includes(p.role)) {
            return Err(wrong(both!(
                "没有属性“{name}”，可用的属性见该图层的 /queryables",
                "there is no property {name:?}; /queryables of the collection lists the properties"
            )));
        }
        if names.len() == MAX_CHOSEN {
            return Err(wrong(both!(
                "最多{MAX_CHOSEN}个属性",
                "expected at most {MAX_CHOSEN} properties"
            )));
        }
        if !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// Parses `sortby`: at most [`MAX_KEYS`] different properties of the schema that the caller may see.
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
            // A protected property is treated as unknown.
            let (name, id) = (
                name.chars().take(80).collect::<String>(),
                &schema.collection,
            );
            return Err(wrong(both!(
                "没有属性“{name}”，可用的属性见 /api/collections/{id}/queryables",
                "there is no property {name:?}; /api/collections/{id}/queryables lists the properties"
            )));
        };
        // The order of all features would reveal the values by which they are sorted, including those that the
        // caller may not see.
        if known.role != Role::Public && view.is_scoped(schema) {
            return Err(wrong(both!(
                "限定社区或单位的账号不能按受保护的属性（如 {name}）排序",
                "an account that is restricted to communities or a unit cannot sort by protected properties \
                 such as {name}"
            )));
        }
        if sort.iter().any(|(other, _)| other == name) {
            return Err(wrong(both!("{name} 出现了两次", "{name} is repeated")));
        }
        if sort.len() == MAX_KEYS {
            return Err(wrong(both!(
                "最多按{MAX_KEYS}个属性排序",
                "expected at most {MAX_KEYS} properties"
            )));
        }
        sort.push((name.to_owned(), key.starts_with('-')));
    }
    Ok(sort)
}

/// Parses `offset` up to its maximum.
fn offset(query: &Query, sorted: bool) -> Result<usize, Problem> {
    let (most, instead_zh, instead) = if sorted {
        (
            MAX_SORTED,
            "请缩小查询范围，或不用 sortby",
            "narrow the request down, or leave sortby out",
        )
    } else {
        (
            MAX_OFFSET,
            "请按“next”链接翻页",
            "use the link \"next\" to page",
        )
    };
    let offset: u64 = query
        .parsed("offset", ("不小于0的整数", "a whole number of at least 0"))?
        .unwrap_or(0);
    usize::try_from(offset)
        .ok()
        .filter(|offset| *offset <= most)
        .ok_or_else(|| {
            let detail = both!(
                "offset={offset}：最多跳过{most}个；{instead_zh}。",
                "offset={offset}: at most {most} features can be skipped; {instead}."
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
    fn the_filter_on_raw_text_never_drops_a_feature_with_the_value() {
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
            // The same key in a nested object or within a text does not match.
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
    fn sorting_accepts_a_few_known_properties_and_a_limited_offset() {
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
