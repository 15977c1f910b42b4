//! The network for one query.

use super::potentials::Potentials;
use super::profile::Profile;
use super::terrain::Terrain;
use super::topology::Topology;

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

impl<'a, A: ?Sized> View<'a, A> {
    /// The network without its bounds.
    pub(super) fn terrain(&self) -> Terrain<'a, A> {
        Terrain {
            topology: self.topology,
            attributes: self.attributes,
            profile: self.profile,
        }
    }
}
