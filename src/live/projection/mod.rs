//! Projections: state in memory that follows from the collections and is small enough to be brought up
//! to date with every commit.
//!
//! Each implements [`Projection`] and stands in the one list at the end of this file. The list makes
//! [`Projections`], which every snapshot holds. For each of them, applying commits one by one gives the
//! same state as loading the collections that they led to: `tests.rs` checks this for the whole list.

mod case_schedule;
mod day_orders;
mod demo_mark;
mod grid_status;
mod last_seen;
mod past_days;
mod quarantine;
#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::sync::Arc;

use jiff::Timestamp;

pub use case_schedule::CaseSchedule;
pub use day_orders::DayOrders;
pub use demo_mark::DemoMark;
pub use last_seen::LastSeen;
pub use past_days::{OpenThen, PastDays};
pub use quarantine::Quarantine;

use crate::index::{Collection, Collections, Entry};
use crate::model::{FeatureId, Record};
use crate::store::{DeviceLastSeen, Quarantined, StoreError};
use crate::warnings::StatusBoard;

/// State that follows from the collections and from facts beside the log.
pub trait Projection: Clone + PartialEq + Debug + Send + Sync + 'static {
    /// The state of these collections, before any fact.
    ///
    /// # Errors
    /// When a built-in rule or schema cannot be read.
    fn load(map: &Collections) -> Result<Self, StoreError>;

    /// Whether an event may change the state. Called for every event, so it must be cheap.
    fn is_affected_by(&self, event: &Event<'_>) -> bool;

    /// Brings the state up to date.
    fn apply(&mut self, event: &Event<'_>);
}

/// What changes a projection.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A commit, or several folded into one step.
    Commit(&'a Step<'a>),
    /// Something that the store keeps beside the log.
    Fact(&'a Fact),
}

/// Something that is no commit and that projections keep.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// All rows that are in quarantine now.
    Quarantined(Vec<Quarantined>),
    /// Observations; one that is not newer than the known one of its place and category changes nothing.
    LastSeen(Vec<DeviceLastSeen>),
    /// The cases that were open at this moment are being read from the log.
    Counting(Timestamp),
    /// What was open at this moment; `None` where it could not be counted.
    Counted(Timestamp, Option<Arc<OpenThen>>),
}

/// The collections before and after a commit, and the commit.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The collections before it.
    pub before: &'a Collections,
    /// The collections after it.
    pub after: &'a Collections,
    /// The features that it put or deleted.
    pub records: &'a [Record],
    /// The earliest moment at which a part of it took effect.
    pub effective_from: Timestamp,
}

/// What a step changed of one collection.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Touched<'a> {
    Nothing,
    /// These features, each as the collection after the step has it.
    Features(Vec<&'a FeatureId>),
    /// The collection came or went, as it does with the row of its schema.
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

/// A collection as far as projections read it: one without a schema is not shown, and counts nowhere;
/// what begins with `$` never has one.
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
        /// All projections. Cheap to copy: a copy shares what an event does not change.
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

            /// Applies an event to all projections. Returns whether one changed.
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
    /// The rules in force and when each open case changes next.
    schedule: CaseSchedule,
    /// The orders of the day.
    day_orders: DayOrders,
    /// Whether the synthetic district is on the map.
    demo: DemoMark,
    /// Rows that plain SQL wrote and that are no valid features.
    quarantine: Quarantine,
    /// What was open at the end of past days.
    past_days: PastDays,
    /// When each place was last observed.
    last_seen: LastSeen,
}
