//! Keeps the thematic maps of the present up to date.
//!
//! A map is made when it is first asked for. After that it is made again when a commit or a new day changes what it
//! reads: at most once a second, in the background, as long as somebody asks for it. Requests get the newest complete
//! map, already written as JSON. It says the commit that it shows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::make::{NoTheme, ThemeMap, make, sources, walks};
use crate::live::{Built, Live, Network, Snapshot};
use crate::model::date_in_china;
use crate::planning::standards::Standards;
use crate::service::planning::Planning;
use crate::service::routes::{Ground, Routes, Table};
use crate::themes::{By, Theme, noon};

/// The least time between two builds. After a build that takes longer, the pause is several times as long as the build,
/// so that a stream of commits does not keep a core busy.
const REST: Duration = Duration::from_secs(1);
const REST_FACTOR: u32 = 4;
/// How often the maps are checked without a commit: a new day begins, or a new network is complete.
const TICK: Duration = Duration::from_secs(5);
/// A map that nobody has asked for in this time is dropped.
const IDLE: Duration = Duration::from_secs(3600);

/// The thematic maps of one process.
#[derive(Debug)]
pub struct ThemeMaps {
    live: Live,
    routes: Arc<Routes>,
    planning: Arc<Planning>,
    kept: Mutex<HashMap<(String, By), Wanted>>,
    /// Held while a map is made, so that requests for the same map wait for one build.
    making: Mutex<()>,
}

/// A map that is kept up to date.
#[derive(Debug)]
struct Wanted {
    map: Arc<Kept>,
    asked: Instant,
}

/// A thematic map, written as JSON.
#[derive(Debug)]
pub struct Kept {
    /// The JSON text.
    pub json: bytes::Bytes,
    /// The SHA-256 hash of the text.
    pub hash: [u8; 32],
    theme: Theme,
    inputs: Inputs,
}

/// What a map was made from. A map with equal inputs has the same values.
#[derive(Debug)]
struct Inputs {
    day: Date,
    /// The last commit in each collection that the theme reads.
    seqs: Vec<Option<u64>>,
    standards: Arc<Standards>,
    ground: Option<(Arc<Built<Network>>, Arc<Table>)>,
}

impl Inputs {
    fn of(theme: &Theme, by: By, snapshot: &Snapshot, day: Date, ground: Option<&Ground>) -> Self {
        let names = sources(theme, by, snapshot.standards());
        let map = snapshot.collections();
        Self {
            day,
            seqs: names
                .iter()
                .map(|name| map.get(name).map(|c| c.last_seq()))
                .collect(),
            standards: Arc::clone(snapshot.standards()),
            ground: ground.map(|g| (Arc::clone(&g.network), Arc::clone(&g.table))),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let same_ground = match (&self.ground, &other.ground) {
            (Some(own), Some(other)) => {
                Arc::ptr_eq(&own.0, &other.0) && Arc::ptr_eq(&own.1, &other.1)
            }
            (own, other) => own.is_none() && other.is_none(),
        };
        same_ground
            && self.day == other.day
            && self.seqs == other.seqs
            && (self.ground.is_none() || Arc::ptr_eq(&self.standards, &other.standards))
    }
}

impl ThemeMaps {
    /// Keeps the maps of a live map, and starts the task that renews them.
    pub fn start(live: Live, routes: Arc<Routes>, planning: Arc<Planning>) -> Arc<Self> {
        let maps = Arc::new(Self {
            live,
            routes,
            planning,
            kept: Mutex::default(),
            making: Mutex::default(),
        });
        let own = Arc::clone(&maps);
        let task = move || Arc::clone(&own).follow();
        maps.live.tasks().spawn("theme maps", task);
        maps
    }

    /// Returns the newest map of a theme; `None` if it was not made since the theme is in force.
    pub fn at_hand(&self, theme: &Theme, by: By) -> Option<Arc<Kept>> {
        let mut kept = self.kept();
        let wanted = kept.get_mut(&(theme.id.clone(), by))?;
        wanted.asked = Instant::now();
        (wanted.map.theme == *theme).then(|| Arc::clone(&wanted.map))
    }

    /// Makes the map of a theme, unless another request has just made it.
    ///
    /// # Errors
    /// If the theme needs the network and there is none yet.
    pub fn make(&self, theme: &Theme, by: By) -> Result<Arc<Kept>, NoTheme> {
        let _turn = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(map) = self.at_hand(theme, by) {
            return Ok(map);
        }
        let map = self.made(theme, by, None)?;
        let map = map.ok_or(NoTheme::Network(crate::service::routes::NoNetwork::NotYet))?;
        let wanted = Wanted {
            map: Arc::clone(&map),
            asked: Instant::now(),
        };
        self.kept().insert((theme.id.clone(), by), wanted);
        Ok(map)
    }

    /// Makes a map; `None` if its inputs are those of `before`.
    fn made(
        &self,
        theme: &Theme,
        by: By,
        before: Option<&Kept>,
    ) -> Result<Option<Arc<Kept>>, NoTheme> {
        let day = date_in_china(Timestamp::now());
        let ground = match noon(day).filter(|_| walks(theme)) {
            Some(at) => Some(self.routes.ground(at).map_err(NoTheme::Network)?),
            None => None,
        };
        let snapshot = match &ground {
            Some(ground) => Arc::clone(&ground.snapshot),
            None => self.live.snapshot(),
        };
        let inputs = Inputs::of(theme, by, &snapshot, day, ground.as_ref());
        if before.is_some_and(|b| b.theme == *theme && b.inputs.is_same(&inputs)) {
            return Ok(None);
        }
        let map: ThemeMap = make(
            theme,
            by,
            (&snapshot, ground.as_ref()),
            &self.planning,
            (day, snapshot.seq(), snapshot.at()),
        )?;
        // Numbers and texts are always written.
        let json = serde_json::to_vec(&map).unwrap_or_default();
        Ok(Some(Arc::new(Kept {
            hash: Sha256::digest(&json).into(),
            json: json.into(),
            theme: theme.clone(),
            inputs,
        })))
    }

    async fn follow(self: Arc<Self>) {
        let mut seqs = self.live.seqs();
        loop {
            seqs.mark_unchanged();
            let began = Instant::now();
            let own = Arc::clone(&self);
            // A panic is passed on, so that the supervisor restarts the task.
            match tokio::task::spawn_blocking(move || own.renew()).await {
                Ok(()) => {}
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => return,
            }
            tokio::time::sleep(REST.max(began.elapsed() * REST_FACTOR)).await;
            // Both a change and the end of the wait lead to the next check.
            let _ = tokio::time::timeout(TICK, seqs.changed()).await;
        }
    }

    /// Makes the kept maps again whose inputs have changed, and drops those that nobody asks for.
    fn renew(&self) {
        let themes = Arc::clone(self.live.snapshot().themes());
        self.kept().retain(|(id, by), wanted| {
            let theme = themes.get(id);
            wanted.asked.elapsed() < IDLE && theme.is_some_and(|theme| theme.by.contains(by))
        });
        let all: Vec<((String, By), Arc<Kept>)> = self
            .kept()
            .iter()
            .map(|(key, wanted)| (key.clone(), Arc::clone(&wanted.map)))
            .collect();
        for ((id, by), before) in all {
            let Some(theme) = themes.get(&id) else {
                continue;
            };
            // Without a network, the last map stays.
            if let Ok(Some(map)) = self.made(theme, by, Some(&before))
                && let Some(wanted) = self.kept().get_mut(&(id, by))
            {
                wanted.map = map;
            }
        }
    }

    /// The planning service, for maps of past moments.
    pub fn planning(&self) -> &Arc<Planning> {
        &self.planning
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<(String, By), Wanted>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
