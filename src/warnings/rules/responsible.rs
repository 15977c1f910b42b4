//! The list of responsibilities (权责清单): the table `[responsibilities]` of `rules.toml`. It says which units are
//! responsible for a case, by its category, the kind of housing and the place.

use std::collections::BTreeMap;

use super::read::{all, name, optional};
use crate::codec::config::{Item, Table, listed, nearest};
use crate::model::Localized;

/// The most owners of one entry.
pub const MOST_OWNERS: usize = 4;

/// The kinds of member units, as in `units.kind`.
const KINDS: [(&str, &str); 7] = [
    ("street_office", "street_office"),
    ("community", "community"),
    ("department", "department"),
    ("utility", "utility"),
    ("property", "property"),
    ("company", "company"),
    ("association", "association"),
];

/// The kinds of housing, as in `warnings.housing`.
const HOUSING: [(&str, &str); 3] = [
    ("old_estate", "old_estate"),
    ("commodity", "commodity"),
    ("mixed_use", "mixed_use"),
];

/// Where a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// In a building.
    Building,
    /// In an estate (小区), outside of its buildings.
    Compound,
    /// Elsewhere, such as in a street.
    Street,
}

const SITES: [(&str, Site); 3] = [
    ("building", Site::Building),
    ("compound", Site::Compound),
    ("street", Site::Street),
];

/// What ties a unit to the place of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    /// The unit manages the estate of the case.
    Compound,
    /// The unit serves the community of the case.
    Community,
    /// The unit serves the whole subdistrict.
    Street,
}

const SERVES: [(&str, Serves); 3] = [
    ("compound", Serves::Compound),
    ("community", Serves::Community),
    ("street", Serves::Street),
];

/// A kind of owner, such as the property company of the estate.
#[derive(Debug, Clone, PartialEq)]
pub struct Owner {
    /// The name, for example 小区物业, the estate's property company.
    pub name: Localized,
    /// The kind of the unit, as in `units.kind`; `None` for any.
    pub kind: Option<String>,
    /// A part of the unit's name; `None` for any.
    pub named: Option<String>,
    /// What ties the unit to the place.
    pub serves: Serves,
}

/// An entry of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Responsibility {
    /// The categories; empty for all.
    pub categories: Vec<String>,
    /// The kinds of housing; empty for all, also for places without any.
    pub housing: Vec<String>,
    /// Where the case is; empty for anywhere.
    pub sites: Vec<Site>,
    /// The ids of the owners: the first one that has a unit at the place is responsible.
    pub owners: Vec<String>,
    /// Where the entry comes from.
    pub source: Localized,
    /// Whether the entry was checked against its source.
    pub verified: bool,
}

/// The list of responsibilities.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Responsibilities {
    /// The owners by id.
    pub owners: BTreeMap<String, Owner>,
    /// The entries; the first one that fits a case applies to it.
    pub list: Vec<Responsibility>,
}

impl Responsibilities {
    /// The entry that applies to a case; `None` if none does.
    pub fn of(&self, category: &str, housing: Option<&str>, site: Site) -> Option<&Responsibility> {
        let has = |list: &[String], word: &str| list.iter().any(|w| w == word);
        self.list.iter().find(|entry| {
            (entry.categories.is_empty() || has(&entry.categories, category))
                && (entry.housing.is_empty() || housing.is_some_and(|h| has(&entry.housing, h)))
                && (entry.sites.is_empty() || entry.sites.contains(&site))
        })
    }
}

/// Reads the table. `categories` are the ids of the categories of the file.
pub(super) fn list(table: &Table<'_>, categories: &[&str]) -> Option<Responsibilities> {
    let expected = "[responsibilities.owners.…] tables, such as [responsibilities.owners.property]";
    let owners_table = table.need("owners", expected).and_then(|i| i.table());
    let owners: Option<BTreeMap<String, Owner>> = owners_table.as_ref().and_then(|owners| {
        let read: Vec<_> = owners
            .entries()
            .into_iter()
            .map(|(id, item)| Some((id.to_owned(), owner(&item)?)))
            .collect();
        read.into_iter().collect()
    });
    let ids: Vec<&str> = owners_table
        .iter()
        .flat_map(Table::entries)
        .map(|(id, _)| id)
        .collect();
    let expected = "[[responsibilities.list]] tables";
    let list = table
        .need("list", expected)
        .and_then(|item| all(item.list(expected)?, |item| entry(item, categories, &ids)));
    table.finish();
    Some(Responsibilities {
        owners: owners?,
        list: list?,
    })
}

fn owner(item: &Item<'_>) -> Option<Owner> {
    let table = item.table()?;
    let name = name(&table);
    let kind = optional(&table, "kind", |i| i.one_of(&KINDS).map(str::to_owned));
    let named = optional(&table, "named", |i| {
        i.text("a part of the unit's name").map(str::to_owned)
    });
    let serves = table
        .need(
            "serves",
            "what ties the unit to the place: \"compound\", \"community\" or \"street\"",
        )
        .and_then(|i| i.one_of(&SERVES));
    table.finish();
    let made = Owner {
        name: name?,
        kind: kind?,
        named: named?,
        serves: serves?,
    };
    if made.kind.is_none() && made.named.is_none() {
        item.wrong(
            "fits every unit",
            "a `kind` of unit, a part of its name in `named`, or both",
        );
        return None;
    }
    Some(made)
}

fn entry(item: &Item<'_>, categories: &[&str], owners: &[&str]) -> Option<Responsibility> {
    let table = item.table()?;
    let list = |key, what| {
        table
            .get(key)
            .map_or(Some(Vec::new()), |item| some(&item, what))
    };
    let concerned = list("categories", "a list of categories")
        .and_then(|items| all(items, |i| known(i, categories, "a category")));
    let housing = list("housing", "a list such as [\"old_estate\"]")
        .and_then(|items| all(items, |i| i.one_of(&HOUSING).map(str::to_owned)));
    let sites = list("place", "a list such as [\"building\", \"compound\"]")
        .and_then(|items| all(items, |i| i.one_of(&SITES)));
    let expected = "a list of owners, the responsible one first, such as [\"property\"]";
    let responsible = table.need("owners", expected).and_then(|item| {
        let items = some(&item, expected)?;
        if items.len() > MOST_OWNERS {
            item.wrong("is too long", &format!("at most {MOST_OWNERS} owners"));
            return None;
        }
        all(items, |i| known(i, owners, "an owner"))
    });
    let text = |key| {
        let what = "where the entry comes from";
        table.need(key, what).and_then(|i| i.text(what))
    };
    let (zh, en) = (text("source_zh"), text("source_en"));
    let verified = table
        .need("verified", "true or false")
        .and_then(|i| i.flag());
    table.finish();
    Some(Responsibility {
        categories: concerned?,
        housing: housing?,
        sites: sites?,
        owners: responsible?,
        source: Localized::new(zh?, en?),
        verified: verified?,
    })
}

/// The items of a list that is not empty.
fn some<'r>(item: &Item<'r>, expected: &str) -> Option<Vec<Item<'r>>> {
    let items = item.list(expected)?;
    if items.is_empty() {
        item.wrong("is empty", expected);
        return None;
    }
    Some(items)
}

/// A word that must be one of those that the file defines.
fn known(item: &Item<'_>, words: &[&str], what: &str) -> Option<String> {
    let word = item.text(what)?;
    if words.contains(&word) {
        return Some(word.to_owned());
    }
    let expected = match nearest(word, words) {
        Some(near) => format!("\"{near}\"?"),
        None => format!("one of {}", listed(words)),
    };
    item.wrong(&format!("is {word:?}, which is not {what}"), &expected);
    None
}
