//! The network of a map with uncommitted edits.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Conditions, Ground, NoNetwork, Table};
use crate::live::overlay::Effect;
use crate::live::{Network, Overlay};
use crate::model::names::collection::{DAY_ORDERS, GRIDS};

/// Which part of a network must be rebuilt after edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Touched {
    /// Nothing: the edits concern neither ways nor gates nor walls.
    Nothing,
    /// Who may pass, and when.
    Attributes,
    /// Nodes and edges: something on the network was put, moved or deleted.
    Topology,
}

impl Ground {
    /// Returns the data for a query on the map with edits, as if they had been committed and the network built again.
    /// `self` is the data without them.
    ///
    /// If the edits put, move or delete something that the network is made of, this takes as long as building the
    /// network; if they change who may pass, as long as reading all attributes; otherwise nearly no time.
    ///
    /// # Errors
    /// If the map with the edits is too large for a network.
    pub fn with_edits(&self, overlay: &Overlay, at: Timestamp) -> Result<Self, NoNetwork> {
        let view = Arc::new(overlay.view().clone());
        match touched(overlay) {
            Touched::Nothing => Ok(Self {
                snapshot: view,
                ..self.clone()
            }),
            Touched::Attributes => {
                let ways = self.ways().ok_or(NoNetwork::TooLarge)?;
                // The nodes and edges have not changed, so a network that was up to date without the edits is up to
                // date with them.
                let seq = if self.network.value.is_of(&self.snapshot) {
                    view.seq()
                } else {
                    self.network.seq
                };
                let conditions = Conditions::of(&view, at);
                Ok(Self {
                    table: Arc::new(Table::new(&view, ways, seq, &conditions, at)),
                    network: Arc::clone(&self.network),
                    snapshot: view,
                })
            }
            Touched::Topology => Self::of_map(view, at),
        }
    }
}

fn touched(overlay: &Overlay) -> Touched {
    let (before, after) = (overlay.base().collections(), overlay.view().collections());
    let of_one = |collection: &str, id: &str| {
        let find = |map: &crate::index::Collections| map.get(collection)?.get(id).cloned();
        if Network::differs(collection, find(before).as_deref(), find(after).as_deref()) {
            Touched::Topology
        } else if Network::reads(collection) || matches!(collection, DAY_ORDERS | GRIDS) {
            // Day orders hold in subdistricts, which are grids.
            Touched::Attributes
        } else {
            Touched::Nothing
        }
    };
    let effects = overlay.effects();
    let changed = effects.filter(|(_, _, e)| !matches!(e, Effect::Unchanged | Effect::Missing));
    changed
        .map(|(collection, id, _)| of_one(collection.as_str(), id.as_str()))
        .max()
        .unwrap_or(Touched::Nothing)
}
