//! Checks the properties that a request names for numbers: numbers of people, costs, capacities.

use std::collections::BTreeSet;

use crate::index::{Collection, Entry};
use crate::model::{Canonical, Localized, RoleSet, both};

/// How many features are read to name the properties of a collection that are numbers.
const LOOKED_AT: usize = 1_000;

/// Checks that a property is a number by the schema of a collection or in one of its features. A property that the
/// caller's roles may not see counts as absent.
///
/// # Errors
/// If it is not; the text names the properties that are.
pub(super) fn is_numeric(
    source: &Collection,
    property: &str,
    roles: RoleSet,
) -> Result<(), Localized> {
    let schema = source.schema();
    let declared = schema.properties.values().filter(|p| {
        let is_number = matches!(p.kind.as_str(), "integer" | "number");
        is_number && p.is_shown_to(roles)
    });
    let mut numeric: BTreeSet<String> = declared.map(|p| p.name.clone()).collect();
    let is_found = || source.iter().any(|entry| has_number(entry, property));
    if numeric.contains(property) || (schema.shows(roles, property) && is_found()) {
        return Ok(());
    }
    for entry in source.iter().take(LOOKED_AT) {
        let properties = Canonical::new(entry.all_properties()).to_map().into_iter();
        let numbers = properties.filter(|(name, v)| v.is_number() && schema.shows(roles, name));
        numeric.extend(numbers.map(|(name, _)| name));
    }
    let names: Vec<String> = numeric.into_iter().collect();
    let (zh, en) = (names.join("、"), names.join(", "));
    Err(match names.is_empty() {
        false => both!(
            "该图层没有数值属性“{property}”，应为{zh}之一",
            "the collection has no property {property:?} with numbers; expected one of {en}"
        ),
        true => both!(
            "该图层没有数值属性“{property}”，也没有其他数值属性",
            "the collection has no property {property:?} with numbers, and no other property with numbers"
        ),
    })
}

/// Checks that a property is a number in at least one feature of a collection, unless the collection has no features.
/// A property that the caller's roles may not see counts as absent.
///
/// # Errors
/// If it is not.
pub(super) fn has_numbers(
    source: &Collection,
    property: &str,
    roles: RoleSet,
) -> Result<(), Localized> {
    is_numeric(source, property, roles)?;
    let mut entries = source.iter().peekable();
    if entries.peek().is_none() || entries.any(|entry| has_number(entry, property)) {
        return Ok(());
    }
    Err(both!(
        "该图层没有任何要素填写了“{property}”，应至少有一个要素填写数值",
        "no feature of the collection has a number in {property:?}; expected at least one"
    ))
}

fn has_number(entry: &Entry, property: &str) -> bool {
    let said = Canonical::new(entry.all_properties());
    said.number(property).is_some()
}
