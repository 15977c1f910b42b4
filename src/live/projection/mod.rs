//! Projections: state in memory that is computed from the collections and is cheap to update with every
//! commit.
//!
//! Each one implements [`Projection`] and is listed at the end of this file. The list defines
//! [`Projections`], which every snapshot holds. Applying commits one by one gives the same state as
//! loading the final collections; `tests.rs` checks this for all projections.

mod case_book;
mod case_closures;
mod case_schedule;
mod day_orders;
mod demo_mark;
mod grid_status;
mod last_seen;
mod passages;
mod past_days;
mod planning_rules;
mod project_dues;
mod project_ratings;
mod quarantine;
#[cfg(test)]
mod tests;
mod themes_in_force;
mod travel_profiles;
mod way_attributes;
mod wishes;

use std::fmt::Debug;
use std::sync::Arc;

use jiff::Timestamp;

pub use case_book::book_of;
pub use case_closures::{CaseClosure, CaseClosures};
pub use case_schedule::CaseSchedule;
pub use day_orders::DayOrders;
pub use demo_mark::DemoMark;
pub use last_seen::LastSeen;
pub use passages::Passages;
pub use past_days::{OpenThen, PastDays};
pub use planning_rules::PlanningRules;
pub use project_dues::ProjectDues;
pub use project_ratings::ratings_of;
pub use quarantine::Quarantine;
pub use themes_in_force::ThemesInForce;
pub use travel_profiles::TravelProfiles;
pub use way_attributes::{WayAttributes, geometry_stamp};
pub use wishes::{PublishedWish, Wishes};

use crate::grids::{CaseBook, Ratings};
use crate::index::{Collection, Collections, Entry};
use crate::model::{FeatureId, Record};
use crate::store::{DeviceLastSeen, PassageCount, Quarantined, StoreError};
use crate::warnings::StatusBoard;

/// State that is computed from the collections and from facts outside the log.
pub trait Projection: Clone + PartialEq + Debug + Send + Sync + 'static {
    /// The state of these collections, before any fact.
    ///
    /// # Errors
    /// If the built-in rules or a built-in schema cannot be read.
    fn load(map: &Collections) -> Result<Self, StoreError>;

    /// Whether an event may change the state. Called for every event, so it must be cheap.
    fn is_affected_by(&self, event: &Event<'_>) -> bool;

    /// Updates the state with an event.
    fn apply(&mut self, event: &Event<'_>);
}

/// An event that may change projections.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A commit, or several commits applied in one step.
    Commit(&'a Step<'a>),
    /// A fact that the store keeps outside the log.
    Fact(&'a Fact),
}

/// Something outside the log that projections keep.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// All rows that are in quarantine now.
    Quarantined(Vec<Quarantined>),
    /// Observations. One that is not newer than the known observation of its place and category is
    /// ignored.
    LastSeen(Vec<DeviceLastSeen>),
    /// Counts of passages; one that is not higher than the known one of its hour changes nothing.
    Passages(Vec<PassageCount>),
    /// The cases that were open at this moment are being read from the log.
    Counting(Timestamp),
    /// The cases that were open at this moment; `None` if they could not be counted.
    Counted(Timestamp, Option<Arc<OpenThen>>),
}

/// A commit, with the collections before and after it.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The collections before the commit.
    pub before: &'a Collections,
    /// The collections after the commit.
    pub after: &'a Collections,
    /// The features that the commit put or deleted.
    pub records: &'a [Record],
    /// The earliest moment at which one of the changes takes effect.
    pub effective_from: Timestamp,
}

/// What a step changed in one collection.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Touched<'a> {
    Nothing,
    /// The ids of the features that the step put or deleted.
    Features(Vec<&'a FeatureId>),
    /// The whole collection: it was added or removed together with its schema.
    Whole,
}

impl<'a> Step<'a> {
    fn touched(&self, name: &str) -> Touched<'a> {
        if rows(self.before, name).is_some() != rows(self.after, name).is_some() {
            return Touched::Whole;
        }
        let own = |r: &&Record| r.collection.as_str() == name;
        let ids: Vec<&FeatureId> = self.records.iter().filter(own).map(|r| &r.id).collect();
        if ids.is_empty() || rows(self.after, name).is_none() {
            return Touched::Nothing;
        }
        Touched::Features(ids)
    }

    fn touches(&self, names: &[&str]) -> bool {
        let came_or_went =
            |name: &&str| rows(self.before, name).is_some() != rows(self.after, name).is_some();
        names.iter().any(came_or_went)
            || (self.records.iter()).any(|r| names.contains(&r.collection.as_str()))
    }

    /// A feature after the step.
    fn find(&self, name: &str, id: &FeatureId) -> Option<&'a Entry> {
        let found = rows(self.after, name)?.get(id.as_str())?;
        Some(found.as_ref())
    }
}

/// A collection as projections read it. A collection without a schema is not shown, and no
/// projection reads it. Collections whose names begin with `$` never have a schema.
fn rows<'a>(map: &'a Collections, name: &str) -> Option<&'a Collection> {
    let found = match name.starts_with('$') {
        true => map.hidden(name),
        false => map.get(name),
    };
    found.map(AsRef::as_ref)
}

/// The features of a collection, in the order of their ids.
fn entries<'a>(map: &'a Collections, name: &str) -> impl Iterator<Item = &'a Entry> + use<'a> {
    let rows = rows(map, name);
    rows.into_iter().flat_map(|c| c.iter()).map(AsRef::as_ref)
}

macro_rules! projections {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)+) => {
        /// The state of all projections. Cheap to clone: clones share unchanged parts.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Projections {
            $($(#[$doc])* pub $name: Arc<$type>,)+
        }

        impl Projections {
            /// The state of every projection over these collections and facts.
            ///
            /// # Errors
            /// When a built-in rule or schema cannot be read.
            pub fn load(map: &Collections, facts: &[Fact]) -> Result<Self, StoreError> {
                let mut all = Self {
                    $($name: Arc::new(<$type as Projection>::load(map)?),)+
                };
                for fact in facts {
                    all.apply(&Event::Fact(fact));
                }
                Ok(all)
            }

            /// Applies an event to all projections. Returns whether one of them may have changed.
            pub fn apply(&mut self, event: &Event<'_>) -> bool {
                let mut changed = false;
                $(if Projection::is_affected_by(&*self.$name, event) {
                    Projection::apply(Arc::make_mut(&mut self.$name), event);
                    changed = true;
                })+
                changed
            }

            /// The names of the projections that differ.
            #[cfg(test)]
            pub(super) fn differing(&self, other: &Self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$name != other.$name {
                    names.push(stringify!($name));
                })+
                names
            }
        }
    };
}

projections! {
    /// The level of every grid.
    grid_status: StatusBoard,
    /// The cases of each grid and building.
    case_book: CaseBook,
    /// The rules in force and when each open case changes next.
    schedule: CaseSchedule,
    /// When each project becomes late.
    project_dues: ProjectDues,
    /// The ratings of projects by residents.
    project_ratings: Ratings,
    /// The day orders.
    day_orders: DayOrders,
    /// Whether the synthetic district is on the map.
    demo: DemoMark,
    /// Rows that were written with plain SQL and are not valid features.
    quarantine: Quarantine,
    /// Cases that were open at the end of past days.
    past_days: PastDays,
    /// When each place was last observed.
    last_seen: LastSeen,
    /// How often gates let people in.
    passages: Passages,
    /// Who may pass ways and gates.
    way_attributes: WayAttributes,
    /// The travel profiles in force.
    travel_profiles: TravelProfiles,
    /// The standards and the rules of placement in force.
    planning_rules: PlanningRules,
    /// The published micro-wishes, and the figures of the fulfilled ones.
    wishes: Wishes,
    /// The themes in force.
    themes: ThemesInForce,
}
