//! The numbers of deliveries and walks in a day, read from `deliveries.toml`.

use serde::{Deserialize, Serialize};

use crate::codec::config::{self, Item, Problem, Table};
use crate::model::Localized;

/// The file that is compiled in.
const BUILT_IN: &str = include_str!("../../geodata/deliveries.toml");

/// The largest number of origins that a file may ask for.
pub const MOST_ORIGINS: u32 = 20;
/// The upper limit of deliveries per household and day, and of walks per person and day.
pub const MOST_A_DAY: f64 = 100.0;

/// The numbers of deliveries and walks in a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deliveries {
    /// Deliveries per household and day.
    pub per_household_day: f64,
    /// The share of each hour of the day, from 0:00. The shares need not add up to 1.
    pub hours: [f64; 24],
    /// The features from which riders start.
    pub origins: Origins,
    /// The hours in which a gate that bars e-bikes could admit them, in the syntax of opening hours.
    pub ebike_window: String,
    /// Walks per person and day.
    pub walks_per_person_day: f64,
    /// The features to which residents walk: the collection, and the kind if only that kind counts.
    pub walks_to: (String, Option<String>),
    /// The source of the figures.
    pub source: Localized,
    /// Whether the figures were checked against that source.
    pub verified: bool,
}

/// The features from which riders start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origins {
    /// The collection.
    pub collection: String,
    /// The value of the property `kind`, if only that kind counts.
    pub kind: Option<String>,
    /// The largest number of features that are used.
    pub most: u32,
}

impl Deliveries {
    /// Parses the text of a file. Errors name the file `file`.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        config::read(file, text, deliveries)
    }

    /// Returns the figures that are compiled in.
    ///
    /// # Errors
    /// All problems of the file. A test ensures that there are none.
    pub fn built_in() -> Result<Self, Vec<Problem>> {
        Self::read("deliveries.toml", BUILT_IN)
    }

    /// The share of each hour of the day, scaled so that all shares add up to 1. All are 0 if no hour has a share.
    pub fn shares(&self) -> [f64; 24] {
        let sum: f64 = self.hours.iter().sum();
        self.hours
            .map(|share| if sum > 0.0 { share / sum } else { 0.0 })
    }
}

fn deliveries(root: &Table<'_>) -> Option<Deliveries> {
    let a_day = |item: Item<'_>| item.number_in(0.0, MOST_A_DAY, "a number per day");
    let text = |key: &'static str, what: &str| root.need(key, what).and_then(|i| i.text(what));
    let per_household_day = root
        .need("per_household_day", "deliveries per household and day")
        .and_then(a_day);
    let hours = root.need("hours", "24 shares").and_then(|i| shares(&i));
    let origins = root
        .need("origins", "a table such as { collection = \"facilities\" }")
        .and_then(|i| features(&i.table()?, true));
    let ebike_window = text("ebike_window", "opening hours such as 11:00-13:00");
    let walks = root
        .need("walks", "a table with `per_person_day` and `collection`")
        .and_then(|i| {
            let table = i.table()?;
            let a_day = table
                .need("per_person_day", "walks per person and day")
                .and_then(a_day);
            let to = features(&table, false);
            Some((a_day?, to?))
        });
    let source_zh = text("source_zh", "the source of the figures in Chinese");
    let source_en = text("source_en", "the source of the figures in English");
    let verified = root
        .need("verified", "true or false")
        .and_then(|i| i.flag());
    root.finish();
    let (walks_per_person_day, to) = walks?;
    Some(Deliveries {
        per_household_day: per_household_day?,
        hours: hours?,
        origins: origins?,
        ebike_window: ebike_window?.to_owned(),
        walks_per_person_day,
        walks_to: (to.collection, to.kind),
        source: Localized::new(source_zh?, source_en?),
        verified: verified?,
    })
}

fn shares(item: &Item<'_>) -> Option<[f64; 24]> {
    let expected = "24 numbers of at least 0, at least one of them above 0";
    let numbers = item.list(expected)?;
    let numbers: Option<Vec<f64>> = numbers.iter().map(Item::number).collect();
    let numbers = numbers?;
    match <[f64; 24]>::try_from(numbers) {
        Ok(hours) if hours.iter().all(|h| *h >= 0.0) && hours.iter().sum::<f64>() > 0.0 => {
            Some(hours)
        }
        _ => {
            item.wrong(
                "is not a valid list of shares, one for each hour of the day",
                expected,
            );
            None
        }
    }
}

fn features(table: &Table<'_>, has_most: bool) -> Option<Origins> {
    let collection = table
        .need("collection", "the name of a collection")
        .and_then(|i| i.text("the name of a collection"));
    let kind = match table.get("kind") {
        None => Some(None),
        Some(item) => item.text("a value of `kind`").map(Some),
    };
    let most = match table.get("most").filter(|_| has_most) {
        None => Some(MOST_ORIGINS),
        Some(item) => item.whole(1, MOST_ORIGINS, "the number of origins"),
    };
    table.finish();
    Some(Origins {
        collection: collection?.to_owned(),
        kind: kind?.map(str::to_owned),
        most: most?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_figures_are_read() {
        let deliveries = Deliveries::built_in().unwrap();
        assert!(deliveries.per_household_day > 0.0);
        assert!((deliveries.shares().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(deliveries.origins.collection, "facilities");
        assert!(!deliveries.verified, "the figures are assumptions");
    }

    #[test]
    fn wrong_figures_are_named_with_what_is_expected() {
        let text = BUILT_IN
            .replace("0, 0]", "0, -1]")
            .replace("\nverified = false", "");
        let problems = Deliveries::read("own.toml", &text).unwrap_err();
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let text = text.join("\n");
        assert!(
            text.contains("24 numbers") && text.contains("verified"),
            "{text}"
        );
    }
}
