//! What is in force beside the features themselves. All that closes a way or a gate for a while comes together here.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::live::Snapshot;
use crate::network::attributes::{Closure, Days, Order};
use crate::service::access::in_force;

/// What is in force at a moment, and comes into force later.
#[derive(Debug, Clone)]
pub struct Conditions {
    /// Holidays, make-up workdays and the offset of local time.
    pub days: Days,
    /// Orders of the day.
    pub orders: Vec<Order>,
    /// Cases that close the ways near them.
    pub closures: Vec<Closure>,
    /// Features that are shut whatever they say; each `collection/id`.
    pub shut: HashSet<String>,
}

impl Conditions {
    /// What is in force on a map for who sets out at a moment.
    pub fn of(snapshot: &Snapshot, at: Timestamp) -> Self {
        Self {
            days: in_force::days(snapshot),
            orders: in_force::orders(snapshot, at),
            closures: in_force::closures(snapshot),
            shut: in_force::shut(snapshot, at),
        }
    }
}
