//! Collects everything that restricts ways and gates temporarily and is not stored in the features themselves: special
//! days, day orders and closures.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::live::Snapshot;
use crate::network::attributes::{Closure, Days, Order};
use crate::service::access::in_force;

/// The conditions that apply at a departure time or start to apply after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditions {
    /// Holidays, make-up workdays and the offset of local time.
    pub days: Days,
    /// Day orders (当日管制).
    pub orders: Vec<Order>,
    /// Closures of the ways near a case.
    pub closures: Vec<Closure>,
    /// Features that are shut regardless of their properties, each written `collection/id`.
    pub shut: HashSet<String>,
}

impl Conditions {
    /// Reads the conditions of a map for a departure at `at`.
    pub fn of(snapshot: &Snapshot, at: Timestamp) -> Self {
        Self {
            days: in_force::days(snapshot),
            orders: in_force::orders(snapshot, at),
            closures: in_force::closures(snapshot),
            shut: in_force::shut(snapshot, at),
        }
    }
}
