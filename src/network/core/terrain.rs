//! The network as a traveller with a profile may use it.

use super::profile::Profile;
use super::topology::Topology;

/// The nodes and edges, who may pass them, and how fast. Bounds of travel times are computed from it, so it does not
/// contain them; see [`super::View`].
#[derive(Debug)]
pub(super) struct Terrain<'a, A: ?Sized> {
    pub(super) topology: &'a Topology,
    pub(super) attributes: &'a A,
    pub(super) profile: &'a Profile,
}

impl<A: ?Sized> Clone for Terrain<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: ?Sized> Copy for Terrain<'_, A> {}
