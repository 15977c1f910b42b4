//! The network for one query, and the limits of the query.

use super::potentials::Potentials;
use super::profile::Profile;
use super::topology::Topology;

/// The limits of a search.
#[derive(Clone, Copy)]
pub struct Limit<'a> {
    /// The maximum number of labels that are settled.
    pub labels: u32,
    /// Called regularly; returns whether the search must stop.
    pub is_cancelled: &'a dyn Fn() -> bool,
}

impl Limit<'_> {
    /// No limit, for tests and small networks.
    pub const NONE: Limit<'static> = Limit {
        labels: u32::MAX,
        is_cancelled: &|| false,
    };
}

impl std::fmt::Debug for Limit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limit")
            .field("labels", &self.labels)
            .finish()
    }
}

/// The network as one query sees it.
#[derive(Debug)]
pub struct View<'a, A: ?Sized> {
    /// The nodes and edges.
    pub topology: &'a Topology,
    /// The attributes: who may pass which feature, and when.
    pub attributes: &'a A,
    /// The travel profile.
    pub profile: &'a Profile,
    /// Lower bounds for this profile on this topology. Without them, the search uses bounds from straight lines.
    pub potentials: Option<&'a Potentials>,
}

impl<A: ?Sized> Clone for View<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: ?Sized> Copy for View<'_, A> {}
