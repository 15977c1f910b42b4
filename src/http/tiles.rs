//! Vector tiles made from the snapshot (WebMercatorQuad, in the OGC order zoom / row / column), and TileJSON.
//!
//! Tiles are cached as long as nothing in them has changed. A collection knows the bounding boxes of its recent
//! changes, so a write only invalidates the tiles that it touches, and no stale tile is served.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;
use tokio::sync::{Mutex, OwnedSemaphorePermit};
use utoipa::ToSchema;

use super::App;
use super::answer::{Answer, Tag};
use super::auth::Caller;
use super::items;
use super::problem::Problem;
use super::query::Query;
use super::work::{Advice, Kind};
use crate::index::Collection;
use crate::live::Snapshot;
use crate::model::{CollectionId, InChinese as _, both};
use crate::spatial::tile::Tile;

const MVT: &str = "application/vnd.mapbox-vector-tile";
/// The highest zoom level of tiles. Beyond it, clients enlarge the tiles of this level.
const MAXZOOM: u8 = 18;
/// The size of the tile cache in bytes.
const KEPT: u64 = 256 * 1024 * 1024;
/// The advice in the error text for a tile that takes too much work.
const NARROW: Advice = (
    "请减少图层（collections=），或使用更高的缩放级别。",
    "Request fewer collections (collections=) or a tile of a higher zoom level.",
);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    collections: Vec<CollectionId>,
    tile: Tile,
    /// The roles and communities that the tile was drawn for.
    view: String,
}

#[derive(Debug, Clone)]
struct Drawn {
    /// The commit up to which the tile is known to be unchanged.
    seq: u64,
    bytes: Bytes,
    tag: Tag,
}

/// The tile cache.
#[derive(Debug)]
pub struct Cache {
    kept: moka::sync::Cache<Key, Drawn>,
    /// Locks that are held while a tile is drawn, chosen by the hash of its key. If many clients want the same
    /// missing tile (as wall screens do after a change), one request draws it and the others wait. The number
    /// is fixed, so no clean-up is needed, and high enough that two tiles seldom share a lock.
    drawing: Vec<Arc<Mutex<()>>>,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            kept: moka::sync::Cache::builder()
                .max_capacity(KEPT)
                .weigher(|_, drawn: &Drawn| {
                    u32::try_from(drawn.bytes.len() + 200).unwrap_or(u32::MAX)
                })
                .build(),
            drawing: (0..256).map(|_| Arc::default()).collect(),
        }
    }
}

impl Cache {
    /// The cached tile if it is still valid, otherwise a tile drawn as of the commit `seq`.
    async fn get_or_draw(
        self: &Arc<Self>,
        key: Key,
        seq: u64,
        holds: impl Fn(&Drawn) -> bool,
        turn: impl Future<Output = Result<OwnedSemaphorePermit, Problem>>,
        draw: impl FnOnce(OwnedSemaphorePermit) -> Result<Vec<u8>, Problem> + Send + 'static,
    ) -> Result<Drawn, Problem> {
        let kept = || self.kept.get(&key).filter(&holds);
        if let Some(drawn) = kept() {
            return Ok(drawn);
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let place = hasher.finish() as usize % self.drawing.len();
        let alone = Arc::clone(&self.drawing[place]).lock_owned().await;
        // Another request may have drawn the tile from an older snapshot, so the tile is checked again.
        if let Some(drawn) = kept() {
            return Ok(drawn);
        }
        let turn = turn.await?;
        let cache = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            // Drawing continues when the client disconnects, so that the next client finds the tile. Waiting
            // for a turn does not continue, because a map that was moved no longer needs its previous tiles.
            let _alone = alone;
            let bytes = draw(turn)?;
            let drawn = Drawn {
                seq,
                tag: Tag::of_bytes(&bytes),
                bytes: bytes.into(),
            };
            cache.kept.insert(key, drawn.clone());
            Ok(drawn)
        })
        .await
        .map_err(|e| Problem::internal(&e))?
    }
}

/// Returns a tile of one collection.
#[utoipa::path(get, path = "/api/collections/{collectionId}/tiles/WebMercatorQuad/{z}/{y}/{x}", tag = "tiles",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("z" = u32, Path, description = "Zoom"),
        ("y" = u32, Path, description = "Row, from the north"),
        ("x" = u32, Path, description = "Column, from the west"),
    ),
    responses(
        (status = 200, description = "A Mapbox Vector Tile with one layer, which has the name of the collection. Empty if it contains no features", content_type = "application/vnd.mapbox-vector-tile", body = Vec<u8>),
        (status = 400, description = "There is no such tile", content_type = "application/problem+json"),
        (status = 404, description = "No such collection", content_type = "application/problem+json"),
    ))]
pub async fn collection(
    State(app): State<App>,
    Path((name, z, y, x)): Path<(String, String, String, String)>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    draw(&app, &[&name], (&z, &y, &x), &caller, &headers).await
}

/// Returns a tile of several collections.
#[utoipa::path(get, path = "/api/tiles/WebMercatorQuad/{z}/{y}/{x}", tag = "tiles",
    params(
        ("z" = u32, Path, description = "Zoom"),
        ("y" = u32, Path, description = "Row, from the north"),
        ("x" = u32, Path, description = "Column, from the west"),
        ("collections" = Option<Vec<String>>, Query, style = Form, explode = false, description = "The collections to draw; all, if absent"),
    ),
    responses(
        (status = 200, description = "A Mapbox Vector Tile with one layer for each collection", content_type = "application/vnd.mapbox-vector-tile", body = Vec<u8>),
        (status = 400, description = "There is no such tile", content_type = "application/problem+json"),
        (status = 404, description = "No such collection", content_type = "application/problem+json"),
    ))]
pub async fn several(
    State(app): State<App>,
    Path((z, y, x)): Path<(String, String, String)>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["collections"])?;
    let names: Vec<String> = match query.get("collections")? {
        Some(list) => list
            .split(',')
            .map(|n| n.trim().to_owned())
            .filter(|n| !n.is_empty())
            .collect(),
        None => app
            .live
            .snapshot()
            .collections()
            .iter()
            .filter(|(_, c)| !c.schema().without_geometry)
            .map(|(id, _)| id.to_string())
            .collect(),
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    draw(&app, &names, (&z, &y, &x), &caller, &headers).await
}

async fn draw(
    app: &App,
    names: &[&str],
    (z, y, x): (&str, &str, &str),
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let number = |name: &str, text: &str| -> Result<u32, Problem> {
        // Many clients append a file extension to the row or column.
        let plain = text
            .strip_suffix(".mvt")
            .or_else(|| text.strip_suffix(".pbf"))
            .unwrap_or(text);
        plain.parse().map_err(|_| {
            let detail = both!(
                "{name}={text}：应为整数。",
                "{name}={text}: expected a whole number."
            );
            Problem::invalid(name, detail)
        })
    };
    let tile = Tile::new(number("z", z)?, number("y", y)?, number("x", x)?).map_err(|e| {
        let zh = e.zh();
        Problem::invalid("tile", both!("{z}/{y}/{x}：{zh}。", "{z}/{y}/{x}: {e}."))
    })?;
    let snapshot = app.live.snapshot();
    let mut layers: Vec<Arc<Collection>> = Vec::with_capacity(names.len());
    for name in names {
        layers.push(Arc::clone(drawable(&snapshot, name)?));
    }
    layers.sort_by(|a, b| a.schema().collection.cmp(&b.schema().collection));
    layers.dedup_by(|a, b| a.schema().collection == b.schema().collection);

    // If no layer has protected properties, all callers get the same tile: that of the public.
    let protects = layers.iter().any(|l| l.schema().protects());
    let viewer = match protects {
        true => caller.clone(),
        false => Caller { principal: None },
    };
    let scoped = layers.iter().any(|l| viewer.view().is_scoped(l.schema()));
    let view = match scoped {
        true => viewer.view().key(),
        false => viewer.roles().to_string(),
    };
    let key = Key {
        collections: layers
            .iter()
            .map(|l| l.schema().collection.clone())
            .collect(),
        tile,
        view,
    };
    let seq = snapshot.seq();
    let area = tile.buffered_bounds();
    let shown = layers.clone();
    let holds = |drawn: &Drawn| !layers.iter().any(|l| l.changed_since(drawn.seq, &area));
    let app = app.clone();
    let (cache, pools) = (app.clone(), app.clone());
    let draw = move |turn| {
        app.go_on(turn, NARROW, |budget| {
            let mut all = Vec::new();
            for collection in &shown {
                // A tile is its layers one after the other, because layers are repeated protobuf fields.
                let layer = collection.tile_layer_metered(&tile, viewer.view(), budget)?;
                all.extend_from_slice(&layer.unwrap_or_default());
            }
            Ok(all)
        })
    };
    let turn = pools.pools.turn(Kind::Tile);
    let drawn = cache.tiles.get_or_draw(key, seq, holds, turn, draw).await?;
    let answer = Answer::new(MVT, drawn.tag, &snapshot, caller);
    Ok(answer.send(headers, || drawn.bytes))
}

/// Finds a collection that has tiles.
fn drawable<'a>(snapshot: &'a Snapshot, name: &str) -> Result<&'a Arc<Collection>, Problem> {
    let collection = items::collection(snapshot, name)?;
    if collection.schema().without_geometry {
        return Err(Problem::not_found(both!(
            "图层“{name}”的要素没有图形，因此没有瓦片，请用 /api/collections/{name}/items 查看。",
            "{name} has no tiles, because its features have no geometry. List them with \
             /api/collections/{name}/items."
        )));
    }
    Ok(collection)
}

/// TileJSON 3.0.0: the address and the content of a collection's tiles.
#[derive(Debug, Serialize, ToSchema)]
pub struct TileJson {
    /// Always `3.0.0`.
    pub tilejson: &'static str,
    /// The title of the collection.
    pub name: String,
    /// What the collection contains.
    pub description: String,
    /// The attribution that the map must show.
    pub attribution: String,
    /// Always `xyz`.
    pub scheme: &'static str,
    /// The address template of the tiles, with `{z}`, `{y}` and `{x}`.
    pub tiles: [String; 1],
    /// The lowest zoom level with features.
    pub minzoom: u8,
    /// The highest zoom level of tiles.
    pub maxzoom: u8,
    /// West, south, east, north, in degrees. Absent for an empty collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[f64; 4]>,
    /// The single layer.
    pub vector_layers: [VectorLayer; 1],
}

/// A layer of vector tiles.
#[derive(Debug, Serialize, ToSchema)]
pub struct VectorLayer {
    /// The id of the collection.
    pub id: String,
    /// The title of the collection.
    pub description: String,
    /// The titles of the properties, by the name of the property.
    pub fields: BTreeMap<String, String>,
    /// The lowest zoom level with features.
    pub minzoom: u8,
    /// The highest zoom level of tiles.
    pub maxzoom: u8,
}

/// Returns the TileJSON of a collection.
#[utoipa::path(get, path = "/api/collections/{collectionId}/tilejson.json", tag = "tiles",
    params(("collectionId" = String, Path, description = "The collection's id")),
    responses(
        (status = 200, description = "TileJSON 3.0.0", body = TileJson),
        (status = 404, description = "No such collection", content_type = "application/problem+json"),
    ))]
pub async fn tilejson(
    State(app): State<App>,
    Path(name): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let snapshot = app.live.snapshot();
    let collection = drawable(&snapshot, &name)?;
    let base = app.base(&headers);
    let body = || {
        let schema = collection.schema();
        let hidden: Vec<&str> = schema.hidden_from(caller.roles()).collect();
        let fields: BTreeMap<String, String> = schema
            .properties
            .values()
            .filter(|p| !hidden.contains(&p.name.as_str()))
            .map(|p| (p.name.clone(), p.title_zh.clone()))
            .collect();
        let (minzoom, maxzoom) = (schema.minzoom, MAXZOOM.max(schema.minzoom));
        TileJson {
            tilejson: "3.0.0",
            name: schema.title_zh.clone(),
            description: schema.description_zh.clone(),
            attribution: super::catalogue::attribution(&snapshot),
            scheme: "xyz",
            tiles: [format!(
                "{base}/api/collections/{name}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
            )],
            minzoom,
            maxzoom,
            bounds: collection.bounds().map(|b| b.to_numbers()),
            vector_layers: [VectorLayer {
                id: name.clone(),
                description: schema.title_zh.clone(),
                fields,
                minzoom,
                maxzoom,
            }],
        }
    };
    super::answer::json("application/json", &body(), &snapshot, &caller, &headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Semaphore;

    #[tokio::test]
    async fn concurrent_requests_for_a_tile_share_one_valid_drawing() {
        let cache = Arc::new(Cache::default());
        let drawings = Arc::new(AtomicUsize::new(0));
        let want = |seq: u64| {
            let (cache, drawings) = (Arc::clone(&cache), Arc::clone(&drawings));
            let key = Key {
                collections: Vec::new(),
                tile: Tile::new(0, 0, 0).unwrap(),
                view: String::new(),
            };
            async move {
                let draw = move |_| {
                    drawings.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(std::time::Duration::from_millis(50));
                    Ok(seq.to_be_bytes().to_vec())
                };
                let turns = Arc::new(Semaphore::new(2));
                let turn = async { Ok(turns.acquire_owned().await.unwrap()) };
                // In this test every commit invalidates the tile.
                let holds = |drawn: &Drawn| drawn.seq >= seq;
                let drawn = cache.get_or_draw(key, seq, holds, turn, draw);
                drawn.await.unwrap().seq
            }
        };
        let all = (0..8).map(|_| want(1));
        assert_eq!(futures_util::future::join_all(all).await, [1; 8]);
        assert_eq!(drawings.load(Ordering::Relaxed), 1);
        let (before, after) = tokio::join!(want(2), want(3));
        assert!(before >= 2 && after == 3, "a request got an older tile");
    }
}
