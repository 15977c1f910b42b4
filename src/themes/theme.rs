//! A theme: its texts, what it counts, by which areas, and in which classes.

use serde::Serialize;

use crate::codec::cql2::Node;
use crate::model::Localized;

/// The least number of ratings from which a mean is shown. A mean of fewer could reveal how one person rated.
pub const LEAST_RATED: u32 = 10;

/// The kind of the areas of a thematic map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ThemeBy)]
pub enum By {
    /// Grids (网格).
    Grid,
    /// Communities (社区).
    Community,
    /// Buildings (楼栋).
    Building,
}

impl By {
    /// The names in files and requests.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("grid", Self::Grid),
        ("community", Self::Community),
        ("building", Self::Building),
    ];

    /// The name in files and requests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Community => "community",
            Self::Building => "building",
        }
    }
}

/// What a higher value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ThemeMore)]
pub enum More {
    /// A higher value is worse.
    Worse,
    /// A higher value is better.
    Better,
}

/// How the values of a theme are divided into classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Grouping {
    /// How the limits of the classes are found.
    pub method: Method,
    /// The greatest number of classes.
    pub number: usize,
}

/// How the limits of classes are found.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    /// Each class has about the same number of areas.
    Quantile,
    /// Each class covers the same range of values.
    Equal,
    /// The limits between the classes, ascending.
    Breaks(Vec<f64>),
}

/// A theme of `themes.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// The id: the name of the table.
    pub id: String,
    /// The title.
    pub title: Localized,
    /// A sentence that says what is counted, of which days and per what.
    pub note: Localized,
    /// The unit of the values.
    pub unit: Localized,
    /// The hue for recognition, in degrees of OKLCH.
    pub hue: f64,
    /// The kinds of areas for which the theme is available; the first is the default.
    pub by: Vec<By>,
    /// What a higher value means.
    pub more: More,
    /// The classes.
    pub grouping: Grouping,
    /// How many decimals the values have.
    pub decimals: u32,
    /// Areas whose value rests on fewer features than this have no value.
    pub least: u32,
    /// What is counted or computed.
    pub content: Content,
}

impl Theme {
    /// Whether the values are made from the cases of the ledger.
    pub fn is_of_cases(&self) -> bool {
        use crate::model::names::collection::WARNINGS;
        match &self.content {
            Content::Counted(counted) => counted.collection == WARNINGS,
            Content::Measure(measure) => measure.days().is_some(),
        }
    }

    /// How many days the theme looks back; `None` if it describes what exists.
    pub fn days(&self) -> Option<u32> {
        match &self.content {
            Content::Counted(counted) => counted.last.as_ref().map(|(_, days)| *days),
            Content::Measure(measure) => measure.days(),
        }
    }
}

/// What a theme shows.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are a few dozen themes, so their size does not matter"
)]
pub enum Content {
    /// A number of features, or a figure of one of their properties.
    Counted(Counted),
    /// A measure that the program computes.
    Measure(Measure),
}

/// Features that are counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// The collection.
    pub collection: String,
    /// Which features count; `None` for all.
    pub filter: Option<Filter>,
    /// The figure.
    pub of: Of,
    /// What the figure is divided by.
    pub per: Per,
    /// The property with the time of a feature, and how many days back it may lie.
    pub last: Option<(String, u32)>,
}

/// A CQL2 filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The filter as the file has it.
    pub text: String,
    /// The parsed filter.
    pub node: Node,
}

/// The figure of the features of an area.
#[derive(Debug, Clone, PartialEq)]
pub enum Of {
    /// Their number.
    Count,
    /// The sum of a property.
    Sum(String),
    /// The mean of a property.
    Mean(String),
    /// The share in per cent of those that match a filter. Each feature counts once, or as often as its property
    /// `weight` says.
    Share {
        /// The filter.
        part: Filter,
        /// The name of the property.
        weight: Option<String>,
    },
}

/// What a figure is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// Nothing.
    Nothing,
    /// The number of households of the area.
    Household,
    /// A hundredth of the number of households of the area.
    HundredHouseholds,
    /// The size of the area in km².
    Km2,
}

/// A measure that the program computes.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// The share of closed cases that were handled by their due date, in per cent.
    OnTime {
        /// How many days ago a case may have been closed.
        days: u32,
        /// The kind of the units whose cases count; `None` for all.
        units: Option<String>,
    },
    /// The mean rating of closed cases, 1 to 5.
    Rating {
        /// How many days ago a case may have been closed.
        days: u32,
    },
    /// The share of unit doors that riders reach within a time, in per cent.
    DoorsReached {
        /// The longest time in minutes.
        minutes: u32,
    },
    /// The share of people with a facility within a standard, by walks on the network, in per cent.
    WithinReach(
        /// The id of the standard, or its id without the number at the end.
        String,
    ),
}

impl Measure {
    /// How many days a measure of cases looks back; `None` for the others.
    pub fn days(&self) -> Option<u32> {
        match self {
            Self::OnTime { days, .. } | Self::Rating { days } => Some(*days),
            Self::DoorsReached { .. } | Self::WithinReach(_) => None,
        }
    }
}

/// All themes of a file, in its order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Themes {
    pub(super) list: Vec<Theme>,
}

impl Themes {
    /// Returns a theme by its id.
    pub fn get(&self, id: &str) -> Option<&Theme> {
        self.list.iter().find(|theme| theme.id == id)
    }

    /// Returns all themes, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Theme> {
        self.list.iter()
    }
}
