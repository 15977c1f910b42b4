//! Standards: how near a facility must be, and the source of the figure. They are read from `standards.toml`.

use serde::{Deserialize, Serialize};

use crate::codec::config::{self, Item, Problem, Table};
use crate::model::Localized;
use crate::network::walking::Measure;

/// The standards that are compiled in.
const BUILT_IN: &str = include_str!("../../geodata/standards.toml");

/// The longest walk that a standard may allow: in metres, and in minutes.
pub const LONGEST: (f64, f64) = (20_000.0, 240.0);

/// The longest walk to a facility that satisfies a standard.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The length in metres.
    Metres(f64),
    /// The time in minutes.
    Minutes(f64),
}

impl Reach {
    /// Whether the walk is measured in metres or in minutes.
    pub fn measure(self) -> Measure {
        match self {
            Self::Metres(_) => Measure::Length,
            Self::Minutes(_) => Measure::Time,
        }
    }

    /// The limit in the unit of its measure: decimetres or tenths of a second.
    pub fn limit(self) -> u32 {
        match self {
            Self::Metres(metres) => (metres * 10.0).round() as u32,
            Self::Minutes(minutes) => (minutes * 600.0).round() as u32,
        }
    }
}

/// A standard: how near a facility must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standard {
    /// The id in `standards.toml`; `None` for a standard that a request contains.
    pub id: Option<String>,
    /// The name that is shown.
    pub title: Localized,
    /// The longest walk that satisfies the standard.
    pub reach: Reach,
    /// Whether the way back counts too.
    pub there_and_back: bool,
    /// The features that count as the facility, if the standard names them.
    pub facility: Option<FacilityKind>,
    /// The source of the figure.
    pub source: Localized,
    /// Whether the figure was checked against its source.
    pub verified: bool,
}

/// Which features count as the facility of a standard.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FacilityKind {
    /// The collection.
    pub collection: String,
    /// The value of the property `kind`, if only that kind counts.
    pub kind: Option<String>,
    /// Whether only stations with a defibrillator count.
    pub aed: bool,
    /// The smallest and the largest area in m², if the area is limited.
    pub area_m2: Option<(f64, f64)>,
}

/// A standard in a response: how near a facility must be, and the source of the figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StandardShown {
    /// The id in `standards.toml`; `null` for a standard that the request contains.
    pub id: Option<String>,
    /// The name of the standard.
    pub title: Localized,
    /// The longest walk that satisfies the standard, in metres; `null` if the standard is a time.
    pub metres: Option<f64>,
    /// The longest walk that satisfies the standard, in minutes; `null` if the standard is a length.
    pub minutes: Option<f64>,
    /// Whether the way back counts too.
    pub there_and_back: bool,
    /// The features that count as the facility, if the standard names them.
    pub facility: Option<StandardFacility>,
    /// The source of the figure.
    pub source: Localized,
    /// Whether the figure was checked against its source.
    pub verified: bool,
}

/// The features that count as the facility of a standard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StandardFacility {
    /// The collection.
    pub collection: String,
    /// The value of the property `kind`, if only that kind counts.
    pub kind: Option<String>,
    /// Whether only stations with a defibrillator count.
    pub aed: bool,
    /// The smallest and the largest area in m², if the area is limited.
    pub area_m2: Option<[f64; 2]>,
}

impl From<&Standard> for StandardShown {
    fn from(standard: &Standard) -> Self {
        let (metres, minutes) = match standard.reach {
            Reach::Metres(metres) => (Some(metres), None),
            Reach::Minutes(minutes) => (None, Some(minutes)),
        };
        Self {
            id: standard.id.clone(),
            title: standard.title.clone(),
            metres,
            minutes,
            there_and_back: standard.there_and_back,
            facility: standard.facility.as_ref().map(|f| StandardFacility {
                collection: f.collection.clone(),
                kind: f.kind.clone(),
                aed: f.aed,
                area_m2: f.area_m2.map(|(from, to)| [from, to]),
            }),
            source: standard.source.clone(),
            verified: standard.verified,
        }
    }
}

/// All standards of a file, in its order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Standards {
    list: Vec<Standard>,
}

impl Standards {
    /// Parses the text of a file. Errors name the file `file`.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        config::read(file, text, standards)
    }

    /// Returns the standards that are compiled in.
    ///
    /// # Errors
    /// All problems of the file. A test ensures that there are none.
    pub fn built_in() -> Result<Self, Vec<Problem>> {
        Self::read("standards.toml", BUILT_IN)
    }

    /// Returns a standard by its id.
    pub fn get(&self, id: &str) -> Option<&Standard> {
        self.list.iter().find(|s| s.id.as_deref() == Some(id))
    }

    /// Returns all standards, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Standard> {
        self.list.iter()
    }
}

fn standards(root: &Table<'_>) -> Option<Standards> {
    let entries = root.entries();
    if entries.is_empty() {
        root.wrong(
            "the file has no standard".to_owned(),
            "at least one table such as [pocket_park_300]",
        );
        return None;
    }
    root.accept_all();
    // All tables are read before the first problem ends the reading, so that the problems of all tables are reported.
    let read: Vec<Option<Standard>> = entries
        .into_iter()
        .map(|(id, item)| standard(id, &item))
        .collect();
    let list = read.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Standards { list })
}

fn standard(id: &str, item: &Item<'_>) -> Option<Standard> {
    let table = item.table()?;
    let text = |key: &'static str, what: &str| table.need(key, what).and_then(|i| i.text(what));
    let zh = text("zh", "the Chinese name");
    let en = text("en", "the English name");
    let source_zh = text("source_zh", "the source of the figure in Chinese");
    let source_en = text("source_en", "the source of the figure in English");
    let verified = table
        .need("verified", "true or false")
        .and_then(|i| i.flag());
    let there_and_back = table
        .get("there_and_back")
        .map_or(Some(false), |i| i.flag());
    let metres = table.get("metres");
    let minutes = table.get("minutes");
    let reach = match (metres, minutes) {
        (Some(m), None) => m
            .number_in(1.0, LONGEST.0, "a number of metres")
            .map(Reach::Metres),
        (None, Some(m)) => m
            .number_in(0.1, LONGEST.1, "a number of minutes")
            .map(Reach::Minutes),
        _ => {
            item.wrong(
                "does not say how long a walk may be",
                "exactly one of `metres` and `minutes`",
            );
            None
        }
    };
    let facility = match table.get("facility") {
        None => Some(None),
        Some(item) => item.table().and_then(|t| facility(&t)).map(Some),
    };
    table.finish();
    Some(Standard {
        id: Some(id.to_owned()),
        title: Localized::new(zh?, en?),
        reach: reach?,
        there_and_back: there_and_back?,
        facility: facility?,
        source: Localized::new(source_zh?, source_en?),
        verified: verified?,
    })
}

fn facility(table: &Table<'_>) -> Option<FacilityKind> {
    let collection = table
        .need("collection", "the name of a collection")
        .and_then(|i| i.text("the name of a collection"));
    let kind = match table.get("kind") {
        None => Some(None),
        Some(item) => item.text("a value of `kind`").map(Some),
    };
    let aed = table.get("aed").map_or(Some(false), |i| i.flag());
    let area_m2 = match table.get("area_m2") {
        None => Some(None),
        Some(item) => area(&item).map(Some),
    };
    table.finish();
    Some(FacilityKind {
        collection: collection?.to_owned(),
        kind: kind?.map(str::to_owned),
        aed: aed?,
        area_m2: area_m2?,
    })
}

fn area(item: &Item<'_>) -> Option<(f64, f64)> {
    let expected = "two areas in m² such as [400, 10000]";
    let list = item.list(expected)?;
    let numbers: Option<Vec<f64>> = list.iter().map(Item::number).collect();
    match numbers?.as_slice() {
        [from, to] if from <= to => Some((*from, *to)),
        _ => {
            item.wrong("is not a range of areas, the smallest first", expected);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_standards_are_read() {
        let all = Standards::built_in().unwrap();
        let aed = all.get("aed_4").unwrap();
        assert_eq!(aed.reach, Reach::Minutes(4.0));
        assert_eq!(aed.reach.limit(), 2400);
        assert!(aed.there_and_back && aed.verified);
        let park = all.get("pocket_park_300").unwrap();
        assert_eq!(park.reach.measure(), Measure::Length);
        assert_eq!(park.reach.limit(), 3000);
        let facility = park.facility.as_ref().unwrap();
        assert_eq!(facility.area_m2, Some((400.0, 10_000.0)));
        assert!(!park.verified);
    }

    #[test]
    fn every_problem_names_its_line_and_what_is_expected() {
        let problems = Standards::read(
            "own.toml",
            "[bench]\nzh = \"座椅\"\nen = \"Bench\"\nmetres = 100\nminutes = 2\nverified = true\nsource_en = \"x\"\n",
        )
        .unwrap_err();
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let text = text.join("\n");
        assert!(text.contains("own.toml"), "{text}");
        assert!(text.contains("source_zh"), "{text}");
        assert!(
            text.contains("exactly one of `metres` and `minutes`"),
            "{text}"
        );
    }
}
