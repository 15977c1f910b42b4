//! Reads an extract in three passes (relations, ways, nodes), so that a province fits into memory: only
//! the members, ways and positions that features need are kept. Blocks without the wanted kind of
//! element are not unpacked again.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use geo::InteriorPoint;
use geo_types::{Coord, Geometry, LineString, MultiLineString, Point};
use osmpbf::{BlobDecode, BlobReader, PrimitiveBlock, RelMemberType};
use serde_json::json;

use super::area::{self, Place, coord};
use super::mapping::{self, Draft, Element, Outcome, POCKET_PARK_LIMIT_M2, Shape};
use super::tags::Tags;
use super::{Dropped, Item};
use crate::model::names::collection::{BUILDINGS, GREEN, POCKET_PARKS};
use crate::model::{Body, Feature, FeatureId, Properties};
use crate::spatial::{metres, validity};

/// Why a file is no readable extract.
#[derive(Debug, thiserror::Error)]
pub enum OsmError {
    /// The file could not be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file is not what it says it is.
    #[error("is damaged or no OSM PBF: {0}")]
    Damaged(String),
    /// The file ends in the middle.
    #[error("ends in the middle of a block, after {read} of {total} bytes: the file is truncated")]
    Truncated {
        /// Bytes up to the end of the last whole block.
        read: u64,
        /// Bytes of the file.
        total: u64,
    },
    /// Its blocks are packed in a way that is not read.
    #[error(
        "is compressed with {0}, which is not read; `osmium cat IN.osm.pbf -o OUT.osm.pbf -f \
         pbf,pbf_compression=zlib` writes it with zlib"
    )]
    Compression(&'static str),
    /// The file asks for what this reader does not do.
    #[error("needs the PBF feature {0:?}, which is not supported")]
    Feature(String),
}

impl From<osmpbf::Error> for OsmError {
    fn from(e: osmpbf::Error) -> Self {
        match e.into_kind() {
            osmpbf::ErrorKind::Io(e) if e.kind() != io::ErrorKind::UnexpectedEof => Self::Io(e),
            osmpbf::ErrorKind::Blob(osmpbf::BlobError::Empty) => {
                Self::Damaged("a block is empty".into())
            }
            osmpbf::ErrorKind::Blob(e) => Self::Damaged(format!("{e:?}")),
            osmpbf::ErrorKind::Protobuf { err, location } => {
                Self::Damaged(format!("{location}: {err}"))
            }
            other => Self::Damaged(format!("{other:?}")),
        }
    }
}

/// Reads an extract and hands out features and dropped elements: nodes, then ways, then relations, each
/// in the file's order. `progress` gets the share done, 0 to 1.
///
/// # Errors
/// When the file cannot be read to its end; what was handed out before is not to be used then. An error
/// of `sink` ends the reading and is handed back.
pub fn read<E: From<OsmError>>(
    path: &Path,
    progress: &mut dyn FnMut(f64),
    sink: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    let mut extract = Extract::survey(path, progress)?;
    extract.load_ways(path, progress)?;
    let positions = Positions::wanted_by(&extract.ways);
    let positions = extract.pass_nodes(path, positions, progress, sink)?;
    extract.emit_ways(&positions, sink)?;
    extract.emit_relations(&positions, sink)
}

struct Way {
    id: i64,
    tags: Tags,
    nodes: Vec<i64>,
}

struct Relation {
    id: i64,
    tags: Tags,
    ways: Vec<i64>,
    /// Members that are relations; an area can't have them.
    nested: usize,
}

/// Which kinds of elements a block has.
#[derive(Clone, Copy, Default)]
struct Kinds {
    nodes: bool,
    ways: bool,
}

#[derive(Default)]
struct Extract {
    blocks: Vec<Kinds>,
    relations: Vec<Relation>,
    ways: Vec<Way>,
    /// Problems found before their element's turn.
    early: Vec<Dropped>,
}

impl Extract {
    fn survey(path: &Path, progress: &mut dyn FnMut(f64)) -> Result<Self, OsmError> {
        let mut extract = Self::default();
        let mut blocks = Vec::new();
        each_block(
            path,
            &|_| true,
            &mut |share| progress(share / 3.0),
            &mut |block| {
                let mut kinds = Kinds::default();
                for group in block.groups() {
                    kinds.nodes |=
                        group.nodes().next().is_some() || group.dense_nodes().next().is_some();
                    kinds.ways |= group.ways().next().is_some();
                    for relation in group.relations() {
                        extract.take_relation(&relation);
                    }
                }
                blocks.push(kinds);
                Ok(())
            },
        )?;
        extract.blocks = blocks;
        Ok(extract)
    }

    fn take_relation(&mut self, relation: &osmpbf::Relation<'_>) {
        let tags = raw_tags(relation.raw_tags(), relation.raw_stringtable());
        let kind = tags.get("type").unwrap_or_default();
        if kind != "multipolygon" && kind != "boundary" {
            // Sites and three-dimensional buildings have parts of their own, which are features.
            if tags.get("building").is_some() {
                self.early.push(Dropped {
                    collection: BUILDINGS,
                    id: format!("r{}", relation.id()),
                    field: "tags",
                    problem: format!(
                        "a relation of type {kind:?} has no outline; expected type=multipolygon"
                    ),
                });
            }
            return;
        }
        if mapping::outcomes(&tags, Element::AreaRelation).is_empty() {
            return;
        }
        let mut ways = Vec::new();
        let mut nested = 0;
        for member in relation.members() {
            match member.member_type {
                RelMemberType::Way => ways.push(member.member_id),
                RelMemberType::Relation => nested += 1,
                RelMemberType::Node => {}
            }
        }
        self.relations.push(Relation {
            id: relation.id(),
            tags,
            ways,
            nested,
        });
    }

    fn load_ways(&mut self, path: &Path, progress: &mut dyn FnMut(f64)) -> Result<(), OsmError> {
        let members: HashSet<i64> = self
            .relations
            .iter()
            .flat_map(|r| r.ways.iter().copied())
            .collect();
        let (blocks, ways) = (&self.blocks, &mut self.ways);
        each_block(
            path,
            &|i| blocks.get(i).is_none_or(|k| k.ways),
            &mut |share| progress((1.0 + share) / 3.0),
            &mut |block| {
                for way in block.groups().flat_map(|g| g.ways()) {
                    let tags = raw_tags(way.raw_tags(), way.raw_stringtable());
                    let nodes: Vec<i64> = way.refs().collect();
                    let wanted = !mapping::outcomes(&tags, way_element(&nodes)).is_empty();
                    if wanted || members.contains(&way.id()) {
                        ways.push(Way {
                            id: way.id(),
                            tags: if wanted { tags } else { Tags::default() },
                            nodes,
                        });
                    }
                }
                Ok(())
            },
        )
    }

    fn pass_nodes<E: From<OsmError>>(
        &self,
        path: &Path,
        mut positions: Positions,
        progress: &mut dyn FnMut(f64),
        sink: &mut dyn FnMut(Item) -> Result<(), E>,
    ) -> Result<Positions, E> {
        // A sink's error travels around the reader's own.
        let mut stopped = None;
        let outcome = each_block(
            path,
            &|i| self.blocks.get(i).is_none_or(|k| k.nodes),
            &mut |share| progress((2.0 + share) / 3.0),
            &mut |block| {
                let strings = block.raw_stringtable();
                for group in block.groups() {
                    let dense = group.dense_nodes().map(|n| {
                        (
                            n.id(),
                            place(n.nano_lon(), n.nano_lat()),
                            raw_tags(n.raw_tags(), strings),
                        )
                    });
                    let plain = group.nodes().map(|n| {
                        (
                            n.id(),
                            place(n.nano_lon(), n.nano_lat()),
                            raw_tags(n.raw_tags(), strings),
                        )
                    });
                    for (id, place, tags) in dense.chain(plain) {
                        positions.set(id, place);
                        if let Err(e) = emit_node(id, place, &tags, sink) {
                            stopped = Some(e);
                            return Err(OsmError::Damaged(String::new()));
                        }
                    }
                }
                Ok(())
            },
        );
        match (stopped, outcome) {
            (Some(e), _) => Err(e),
            (None, Err(e)) => Err(e.into()),
            (None, Ok(())) => Ok(positions),
        }
    }

    fn emit_ways<E>(
        &self,
        positions: &Positions,
        sink: &mut dyn FnMut(Item) -> Result<(), E>,
    ) -> Result<(), E> {
        for way in &self.ways {
            let element = way_element(&way.nodes);
            let outcomes = mapping::outcomes(&way.tags, element);
            if outcomes.is_empty() {
                continue;
            }
            let id = format!("w{}", way.id);
            let places = positions.of(way);
            let mut built = None;
            for outcome in outcomes {
                emit(&id, &way.tags, outcome, sink, |draft| {
                    // A line that leaves the extract keeps the parts within; an area can't.
                    let places = match (&places, draft.shape) {
                        (Ok(places), _) => places,
                        (Err(_), Shape::Line) => return parts_as(draft, &positions.runs(way)),
                        (Err(problem), _) => return Err(problem.clone()),
                    };
                    let area = draft.shape == Shape::Area
                        || draft.shape == Shape::Point && element == Element::ClosedWay;
                    if area {
                        let area = built
                            .get_or_insert_with(|| area::assemble(std::slice::from_ref(places)));
                        return area_as(draft.shape, area.as_ref());
                    }
                    way_as(draft, places)
                })?;
            }
        }
        Ok(())
    }

    fn emit_relations<E>(
        &mut self,
        positions: &Positions,
        sink: &mut dyn FnMut(Item) -> Result<(), E>,
    ) -> Result<(), E> {
        for dropped in std::mem::take(&mut self.early) {
            sink(Item::Dropped(dropped))?;
        }
        let by_id: HashMap<i64, usize> = self
            .ways
            .iter()
            .enumerate()
            .map(|(i, w)| (w.id, i))
            .collect();
        for relation in &self.relations {
            let id = format!("r{}", relation.id);
            let area = self.relation_area(relation, &by_id, positions);
            for outcome in mapping::outcomes(&relation.tags, Element::AreaRelation) {
                emit(&id, &relation.tags, outcome, sink, |draft| {
                    area_as(draft.shape, area.as_ref())
                })?;
            }
        }
        Ok(())
    }

    fn relation_area(
        &self,
        relation: &Relation,
        by_id: &HashMap<i64, usize>,
        positions: &Positions,
    ) -> Result<Geometry<f64>, String> {
        let mut ways = Vec::new();
        let mut missing = 0;
        let mut first_missing = None;
        for id in &relation.ways {
            match by_id.get(id).and_then(|i| self.ways.get(*i)) {
                Some(way) => ways.push(
                    positions
                        .of(way)
                        .map_err(|e| format!("member w{id}: {e}"))?,
                ),
                None => {
                    missing += 1;
                    first_missing.get_or_insert(*id);
                }
            }
        }
        if let Some(first) = first_missing {
            return Err(format!(
                "{missing} of its {} member ways are not in the file (w{first}{})",
                relation.ways.len(),
                if missing > 1 { "…" } else { "" }
            ));
        }
        if ways.is_empty() && relation.nested > 0 {
            return Err("its members are relations; an area is made of ways".into());
        }
        area::assemble(&ways)
    }
}

fn way_element(nodes: &[i64]) -> Element {
    if nodes.len() > 3 && nodes.first() == nodes.last() {
        Element::ClosedWay
    } else {
        Element::OpenWay
    }
}

fn place(nano_lon: i64, nano_lat: i64) -> Place {
    // Positions beyond 32 bits are beyond the earth: kept out of range, so that the check refuses them.
    let small = |nano: i64| i32::try_from(nano.div_euclid(100)).unwrap_or(i32::MAX);
    (small(nano_lon), small(nano_lat))
}

fn raw_tags<I>(pairs: impl Iterator<Item = (I, I)>, strings: &[Vec<u8>]) -> Tags
where
    usize: TryFrom<I>,
{
    let text = |i: I| -> &[u8] {
        usize::try_from(i)
            .ok()
            .and_then(|i| strings.get(i))
            .map_or(b"", Vec::as_slice)
    };
    Tags::from_bytes(pairs.map(|(k, v)| (text(k), text(v))))
}

fn emit_node<E>(
    id: i64,
    place: Place,
    tags: &Tags,
    sink: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    for outcome in mapping::outcomes(tags, Element::Node) {
        emit(&format!("n{id}"), tags, outcome, sink, |_| {
            Ok(Geometry::Point(Point(coord(place))))
        })?;
    }
    Ok(())
}

/// Turns what a rule said into an item.
fn emit<E>(
    id: &str,
    tags: &Tags,
    outcome: Outcome,
    sink: &mut dyn FnMut(Item) -> Result<(), E>,
    shape: impl FnOnce(&Draft) -> Result<Geometry<f64>, String>,
) -> Result<(), E> {
    let dropped = |collection, field, problem| {
        Item::Dropped(Dropped {
            collection,
            id: id.to_owned(),
            field,
            problem,
        })
    };
    let mut draft = match outcome {
        Outcome::Drop {
            collection,
            problem,
        } => return sink(dropped(collection, "tags", problem)),
        Outcome::Draft(draft) => draft,
    };
    if tags.damaged {
        let problem = "a tag is not UTF-8".to_owned();
        return sink(dropped(draft.collection, "tags", problem));
    }
    let geometry = match shape(&draft) {
        Ok(geometry) => validity::normalise(geometry),
        Err(problem) => return sink(dropped(draft.collection, "geometry", problem)),
    };
    if draft.collection == GREEN
        && matches!(draft.properties["kind"].as_str(), Some("park" | "garden"))
    {
        let area = metres::area(&geometry);
        if area < POCKET_PARK_LIMIT_M2 {
            draft.collection = POCKET_PARKS;
            draft
                .properties
                .insert("area_m2".into(), json!((area * 10.0).round() / 10.0));
        }
    }
    let named = FeatureId::new(id)
        .map_err(|e| e.to_string())
        .and_then(|id| {
            let properties = Properties::from_map(draft.properties).map_err(|e| e.to_string())?;
            Ok((id, properties))
        });
    sink(match named {
        Ok((id, properties)) => Item::Feature {
            collection: draft.collection,
            feature: Feature {
                id,
                body: Body {
                    geometry: Some(geometry),
                    properties,
                },
            },
        },
        Err(problem) => dropped(draft.collection, "tags", problem),
    })
}

/// An area as the shape that a rule wants.
fn area_as(shape: Shape, area: Result<&Geometry<f64>, &String>) -> Result<Geometry<f64>, String> {
    let area = area.map_err(Clone::clone)?;
    Ok(match shape {
        Shape::Area => area.clone(),
        Shape::Point => Geometry::Point(
            area.interior_point()
                .ok_or("no point could be found inside the area")?,
        ),
        Shape::Line => {
            let polygons = match area {
                Geometry::Polygon(p) => std::slice::from_ref(p),
                Geometry::MultiPolygon(m) => m.0.as_slice(),
                _ => &[],
            };
            let mut rings: Vec<LineString<f64>> = polygons
                .iter()
                .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
                .cloned()
                .collect();
            if rings.len() == 1
                && let Some(ring) = rings.pop()
            {
                Geometry::LineString(ring)
            } else {
                Geometry::MultiLineString(MultiLineString(rings))
            }
        }
    })
}

/// A way as a line, or the middle of it.
fn way_as(draft: &Draft, places: &[Place]) -> Result<Geometry<f64>, String> {
    let mut coords: Vec<Coord<f64>> = places.iter().copied().map(coord).collect();
    coords.dedup();
    if draft.shape == Shape::Point {
        let middle = coords.get(coords.len() / 2).ok_or("the way has no nodes")?;
        return Ok(Geometry::Point(Point(*middle)));
    }
    if coords.len() < 2 {
        return Err("a line has at least 2 different positions".into());
    }
    if draft.reversed {
        coords.reverse();
    }
    Ok(Geometry::LineString(LineString(coords)))
}

/// The parts of a way that are in the file, as one or several lines.
fn parts_as(draft: &Draft, runs: &[Vec<Place>]) -> Result<Geometry<f64>, String> {
    let mut lines = Vec::new();
    for run in runs {
        if let Ok(Geometry::LineString(line)) = way_as(draft, run) {
            lines.push(line);
        }
    }
    if lines.len() > 1 {
        if draft.reversed {
            lines.reverse();
        }
        return Ok(Geometry::MultiLineString(MultiLineString(lines)));
    }
    lines
        .pop()
        .map(Geometry::LineString)
        .ok_or_else(|| "no two nodes in a row are in the file".into())
}

/// Where the nodes of the kept ways are; found by bisection, 16 bytes a node.
struct Positions {
    ids: Vec<i64>,
    places: Vec<Place>,
}

impl Positions {
    const UNKNOWN: Place = (i32::MIN, i32::MIN);

    fn wanted_by(ways: &[Way]) -> Self {
        let mut ids: Vec<i64> = ways.iter().flat_map(|w| w.nodes.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        let places = vec![Self::UNKNOWN; ids.len()];
        Self { ids, places }
    }

    fn set(&mut self, id: i64, place: Place) {
        if let Ok(i) = self.ids.binary_search(&id) {
            self.places[i] = place;
        }
    }

    fn get(&self, id: i64) -> Option<Place> {
        let i = self.ids.binary_search(&id).ok()?;
        Some(self.places[i]).filter(|p| *p != Self::UNKNOWN)
    }

    fn of(&self, way: &Way) -> Result<Vec<Place>, String> {
        let places: Vec<Place> = way.nodes.iter().filter_map(|id| self.get(*id)).collect();
        let missing = way.nodes.len() - places.len();
        if missing == 0 {
            return Ok(places);
        }
        Err(format!(
            "{missing} of its {} nodes are not in the file",
            way.nodes.len()
        ))
    }

    /// The stretches of a way whose nodes are known.
    fn runs(&self, way: &Way) -> Vec<Vec<Place>> {
        way.nodes
            .iter()
            .map(|id| self.get(*id))
            .collect::<Vec<_>>()
            .split(Option::is_none)
            .map(|run| run.iter().flatten().copied().collect())
            .collect()
    }
}

/// Counts the bytes that were taken, so that a file that ends in the middle is noticed.
struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.taken.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// With what the block that begins at a byte is compressed, where it is nothing that is read. The library
/// says only that it finds no data.
fn compression(path: &Path, start: u64) -> Option<&'static str> {
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut length = [0; 4];
    file.read_exact(&mut length).ok()?;
    file.seek_relative(i64::from(u32::from_be_bytes(length)))
        .ok()?;
    let mut fields = BufReader::new(file).bytes().map_while(Result::ok);
    let mut number = || -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = fields.next()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    };
    loop {
        match number()? {
            // raw_size
            0x10 => {
                number()?;
            }
            0x22 => return Some("LZMA"),
            0x2a => return Some("bzip2"),
            0x32 => return Some("LZ4"),
            0x3a => return Some("Zstandard (zstd)"),
            _ => return None,
        }
    }
}

/// Calls `each` with every wanted block, numbered from 0 among data blocks.
fn each_block(
    path: &Path,
    wanted: &dyn Fn(usize) -> bool,
    progress: &mut dyn FnMut(f64),
    each: &mut dyn FnMut(&PrimitiveBlock) -> Result<(), OsmError>,
) -> Result<(), OsmError> {
    const KNOWN: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];
    let file = File::open(path)?;
    let total = file.metadata()?.len();
    let taken = Arc::new(AtomicU64::new(0));
    let reader = BlobReader::new(Counted {
        inner: BufReader::with_capacity(1 << 20, file),
        taken: Arc::clone(&taken),
    });
    let done = || taken.load(Ordering::Relaxed);
    let mut whole = 0;
    let mut index = 0;
    let mut headed = false;
    for blob in reader {
        let blob = blob.map_err(|e| {
            let e = OsmError::from(e);
            if done() >= total && headed {
                OsmError::Truncated { read: whole, total }
            } else {
                e
            }
        })?;
        let start = std::mem::replace(&mut whole, done());
        let data = matches!(blob.get_type(), osmpbf::BlobType::OsmData);
        if !headed && data {
            return Err(OsmError::Damaged("it does not begin with a header".into()));
        }
        if data && !wanted(index) {
            index += 1;
            continue;
        }
        let decoded = blob.decode().map_err(|e| match compression(path, start) {
            Some(name) => OsmError::Compression(name),
            None => e.into(),
        })?;
        match decoded {
            BlobDecode::OsmHeader(header) => {
                headed = true;
                if let Some(other) = header
                    .required_features()
                    .iter()
                    .find(|f| !KNOWN.contains(&f.as_str()))
                {
                    return Err(OsmError::Feature(other.clone()));
                }
            }
            BlobDecode::OsmData(block) => {
                each(&block)?;
                index += 1;
            }
            BlobDecode::Unknown(_) => {}
        }
        progress(whole as f64 / total.max(1) as f64);
    }
    if whole != total {
        return Err(OsmError::Truncated { read: whole, total });
    }
    if !headed {
        return Err(OsmError::Damaged("it has no header".into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
