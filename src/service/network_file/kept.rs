//! A cache of the network files that were built last. Phones request the same areas repeatedly, first the manifest and
//! then its parts.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::{NetworkFile, NoFile, Part};
use crate::access::gate::day_of;
use crate::live::{Built, Network, Snapshot};
use crate::network::Profiles;
use crate::service::access::in_force;
use crate::spatial::bounds::Bounds;

/// The most files that are kept.
const MOST: usize = 8;
/// A file of an older commit is still served for this long, so that frequent commits do not each cause a new
/// build.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

/// The network files that were built last.
#[derive(Debug, Default)]
pub struct Files {
    /// The newest first.
    kept: Mutex<Vec<Arc<NetworkFile>>>,
    /// Held while a file is built, so that requests for the same area wait for one build.
    building: Mutex<()>,
}

impl Files {
    /// Returns the cached file of an area if it was built today, and either shows the newest commit or is younger
    /// than [`FRESH`].
    pub fn at_hand(
        &self,
        snapshot: &Snapshot,
        network: &Built<Network>,
        area: Option<Bounds>,
        now: Timestamp,
    ) -> Option<Arc<NetworkFile>> {
        let offset = in_force::days(snapshot).offset;
        let day = day_of(now, offset);
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let file = kept.iter().find(|file| file.area == area)?;
        let is_of_map = file.seq == snapshot.seq() && file.network_seq == network.seq;
        let is_fresh = now.duration_since(file.built_at).abs() < FRESH;
        let is_today = day_of(file.built_at, offset) == day;
        (is_today && (is_of_map || is_fresh)).then(|| Arc::clone(file))
    }

    /// Returns the file of an area. Builds it if no cached one can be used.
    ///
    /// # Errors
    /// If there is no network, or the area is too large.
    pub fn get(
        &self,
        snapshot: &Snapshot,
        network: &Built<Network>,
        profiles: &Profiles,
        area: Option<Bounds>,
        now: Timestamp,
    ) -> Result<Arc<NetworkFile>, NoFile> {
        let _turn = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = self.at_hand(snapshot, network, area, now) {
            return Ok(file);
        }
        let file = NetworkFile::of(snapshot, network, profiles, area, now)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // A part that another kept file also has is stored once.
        let parts = file.parts.clone().map(|part| {
            let all = kept.iter().flat_map(|file| &file.parts);
            let known = all.clone().find(|known| known.hash == part.hash);
            known.map_or(part, Arc::clone)
        });
        let file = Arc::new(NetworkFile { parts, ..file });
        kept.insert(0, Arc::clone(&file));
        kept.truncate(MOST);
        Ok(file)
    }

    /// Returns a part by its hash, if it is kept.
    pub fn part(&self, hash: &str) -> Option<Arc<Part>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut parts = kept.iter().flat_map(|file| &file.parts);
        parts.find(|part| part.hash == hash).map(Arc::clone)
    }
}
