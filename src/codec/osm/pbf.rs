//! The binary format of OpenStreetMap (PBF): blobs, each a zlib-compressed block of some thousand elements. A block
//! without elements of the wanted kind is decompressed only once.
//!
//! Format: <https://wiki.openstreetmap.org/wiki/PBF_Format>. The format allows 64 KiB for the header of a blob and
//! 32 MiB for a blob. Larger ones are refused before memory is allocated for them, and so is a block with more
//! elements than any known writer puts into one ([`limits`]).

mod limits;
pub(super) mod message;

use std::cell::Cell;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::read::ZlibDecoder;
use prost::Message;

use self::message::{Blob, BlobHeader, HeaderBlock, PrimitiveBlock, PrimitiveGroup};
use super::area::Place;
use super::elements::{Elements, Entity, Kind, Member, OsmError, Part, Way};
use super::tags::Tags;
use crate::model::{Localized, both};

/// The largest header of a blob, in bytes.
const LARGEST_HEADER: u32 = 64 << 10;
/// The largest blob, in bytes, compressed or not.
const LARGEST_BLOB: u64 = 32 << 20;
/// The most bytes of text in the tags of one block. Tags may share a text in the file but copy it in memory.
const MOST_TAGS: usize = 64 << 20;
/// The memory of a tag without its texts, in bytes.
const TAG: usize = 32;
/// The PBF features that this reader supports.
const KNOWN: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];

/// The kinds of elements in a block.
#[derive(Clone, Copy, Default)]
struct Kinds {
    nodes: bool,
    ways: bool,
    relations: bool,
}

impl Kinds {
    fn of(block: &PrimitiveBlock) -> Self {
        let any = |has: fn(&PrimitiveGroup) -> bool| block.groups.iter().any(has);
        Self {
            nodes: any(|g| !g.nodes.is_empty() || g.dense.is_some()),
            ways: any(|g| !g.ways.is_empty()),
            relations: any(|g| !g.relations.is_empty()),
        }
    }

    fn has(self, kind: Kind) -> bool {
        match kind {
            Kind::Node => self.nodes,
            Kind::Way => self.ways,
            Kind::Relation => self.relations,
        }
    }
}

/// A PBF file.
pub struct PbfFile<R: Read + Seek> {
    input: BufReader<R>,
    total: u64,
    /// The kinds of elements in each block that was decompressed before.
    blocks: Vec<Kinds>,
}

impl<R: Read + Seek> PbfFile<R> {
    /// Opens a file and determines its length.
    pub fn new(mut file: R) -> Result<Self, OsmError> {
        let total = file.seek(SeekFrom::End(0))?;
        Ok(Self {
            input: BufReader::with_capacity(1 << 18, file),
            total,
            blocks: Vec::new(),
        })
    }

    /// Calls `each` with every block that has elements of the kind.
    fn blocks(
        &mut self,
        kind: Kind,
        progress: &mut dyn FnMut(f64),
        each: &mut dyn FnMut(PrimitiveBlock) -> Result<(), OsmError>,
    ) -> Result<(), OsmError> {
        self.input.rewind()?;
        // The position after the last complete blob.
        let mut whole = 0;
        let mut headed = false;
        let mut index = 0;
        while let Some((header, bytes)) = self.header(whole, headed)? {
            let size = u64::try_from(header.size)
                .ok()
                .filter(|size| *size <= LARGEST_BLOB)
                .ok_or_else(|| {
                    let size = header.size;
                    OsmError::Damaged(both!(
                        "第{whole}个字节之后的数据块标明的长度无效（{size}个字节）",
                        "the block after byte {whole} states an invalid length of {size} bytes"
                    ))
                })?;
            let end = whole + bytes + size;
            if end > self.total {
                return Err(self.cut(whole, headed));
            }
            let is_data = header.kind == "OSMData";
            let known = self.blocks.get(index).copied().filter(|_| is_data);
            if header.kind != "OSMHeader" && !is_data || known.is_some_and(|k| !k.has(kind)) {
                self.input.seek_relative(size as i64)?;
            } else {
                let mut packed = vec![0; size as usize];
                self.input.read_exact(&mut packed)?;
                // Data blocks are counted from 1, without the header.
                let at_block = |error| in_block(error, is_data.then_some(index + 1), whole);
                let data = unpack(&packed).map_err(at_block)?;
                drop(packed);
                if is_data {
                    if !headed {
                        return Err(OsmError::Damaged(both!(
                            "文件不以文件头开始",
                            "the file does not begin with a header"
                        )));
                    }
                    let block = decode(&data).map_err(at_block)?;
                    let kinds = Kinds::of(&block);
                    if known.is_none() {
                        self.blocks.push(kinds);
                    }
                    if kinds.has(kind) {
                        each(block).map_err(at_block)?;
                    }
                } else {
                    check_header(&data).map_err(at_block)?;
                    headed = true;
                }
            }
            index += usize::from(is_data);
            whole = end;
            progress(whole as f64 / self.total.max(1) as f64);
        }
        if headed {
            Ok(())
        } else {
            Err(OsmError::Damaged(both!(
                "没有文件头",
                "the file has no header"
            )))
        }
    }

    /// The next blob header, and its size in bytes including the length field; `None` at the end.
    fn header(&mut self, at: u64, headed: bool) -> Result<Option<(BlobHeader, u64)>, OsmError> {
        if at == self.total {
            return Ok(None);
        }
        if at + 4 > self.total {
            return Err(self.cut(at, headed));
        }
        let mut length = [0; 4];
        self.input.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length);
        if length > LARGEST_HEADER {
            return Err(OsmError::Damaged(both!(
                "数据块头标明的长度过大（{length}个字节）",
                "the header of a block states a length of {length} bytes, which is too long"
            )));
        }
        let bytes = 4 + u64::from(length);
        if at + bytes > self.total {
            return Err(self.cut(at, headed));
        }
        let mut header = vec![0; length as usize];
        self.input.read_exact(&mut header)?;
        let header = BlobHeader::decode(header.as_slice()).map_err(damaged)?;
        Ok(Some((header, bytes)))
    }

    fn cut(&self, whole: u64, headed: bool) -> OsmError {
        if headed {
            OsmError::Truncated {
                read: whole,
                total: self.total,
            }
        } else {
            OsmError::Damaged(both!("文件头不完整", "the header is incomplete"))
        }
    }
}

fn damaged(error: prost::DecodeError) -> OsmError {
    OsmError::Damaged(both!(
        "数据无法解码（{error}）",
        "the data cannot be decoded: {error}"
    ))
}

/// Adds the number of the damaged block, and the byte at which it begins, to an error.
fn in_block(error: OsmError, number: Option<usize>, at: u64) -> OsmError {
    match (error, number) {
        (OsmError::Damaged(Localized { zh, en }), Some(number)) => OsmError::Damaged(both!(
            "第{number}个数据块（第{at}个字节起）：{zh}",
            "block {number} (at byte {at}): {en}"
        )),
        (OsmError::Damaged(Localized { zh, en }), None) => OsmError::Damaged(both!(
            "文件头（第{at}个字节起）：{zh}",
            "the header (at byte {at}): {en}"
        )),
        (error, _) => error,
    }
}

/// Decodes a block after checking its contents against the limits.
fn decode(data: &[u8]) -> Result<PrimitiveBlock, OsmError> {
    limits::check_block(data).map_err(OsmError::Damaged)?;
    PrimitiveBlock::decode(data).map_err(damaged)
}

/// The data of a blob.
fn unpack(packed: &[u8]) -> Result<Vec<u8>, OsmError> {
    let blob = Blob::decode(packed).map_err(damaged)?;
    let too_big = || {
        OsmError::Damaged(both!(
            "数据块解压后超过 32 MiB",
            "a block has more than 32 MiB when unpacked"
        ))
    };
    let size = blob.raw_size.and_then(|size| u64::try_from(size).ok());
    if size.is_some_and(|size| size > LARGEST_BLOB) {
        return Err(too_big());
    }
    if let Some(raw) = blob.raw {
        return Ok(raw);
    }
    let Some(zlib) = blob.zlib else {
        let others = [
            (&blob.lzma, "LZMA"),
            (&blob.bzip2, "bzip2"),
            (&blob.lz4, "LZ4"),
            (&blob.zstd, "Zstandard (zstd)"),
        ];
        let named = others.iter().find(|(data, _)| data.is_some());
        return Err(match named {
            Some((_, name)) => OsmError::Compression(name),
            None => OsmError::Damaged(both!("数据块为空", "a block is empty")),
        });
    };
    let mut data = Vec::with_capacity(size.unwrap_or(0) as usize);
    ZlibDecoder::new(zlib.as_slice())
        .take(LARGEST_BLOB + 1)
        .read_to_end(&mut data)
        .map_err(|e: io::Error| {
            OsmError::Damaged(both!(
                "数据块无法解压（{e}）",
                "a block cannot be unpacked: {e}"
            ))
        })?;
    if data.len() as u64 > LARGEST_BLOB {
        return Err(too_big());
    }
    let found = data.len();
    match size {
        Some(size) if size != found as u64 => Err(OsmError::Damaged(both!(
            "数据块标明{size}个字节，实际为{found}个字节",
            "a block states a length of {size} bytes, but has {found}"
        ))),
        _ => Ok(data),
    }
}

fn check_header(data: &[u8]) -> Result<(), OsmError> {
    limits::check_header(data).map_err(OsmError::Damaged)?;
    let header = HeaderBlock::decode(data).map_err(damaged)?;
    let mut required = header.required_features.into_iter();
    match required.find(|f| !KNOWN.contains(&f.as_str())) {
        Some(other) => Err(OsmError::Feature(other)),
        None => Ok(()),
    }
}

impl<R: Read + Seek> Elements for PbfFile<R> {
    fn pass(
        &mut self,
        kind: Kind,
        progress: &mut dyn FnMut(f64),
        each: &mut dyn FnMut(Entity) -> Result<(), OsmError>,
    ) -> Result<(), OsmError> {
        self.blocks(kind, progress, &mut |block| {
            let reader = BlockReader::new(&block);
            for group in &block.groups {
                match kind {
                    Kind::Node => reader.nodes(group, each)?,
                    Kind::Way => reader.ways(group, each)?,
                    Kind::Relation => reader.relations(group, each)?,
                }
            }
            Ok(())
        })
    }
}

/// Reads the elements of one block. In a damaged file a position may overflow; it becomes a position outside of the
/// globe, which the check of the feature refuses.
struct BlockReader<'a> {
    strings: &'a [Vec<u8>],
    granularity: i64,
    /// Longitude and latitude, in nanodegrees.
    offset: (i64, i64),
    /// The memory of the tags read so far, in bytes.
    tagged: Cell<usize>,
}

impl<'a> BlockReader<'a> {
    fn new(block: &'a PrimitiveBlock) -> Self {
        Self {
            strings: &block.strings.strings,
            granularity: i64::from(block.granularity.unwrap_or(100)),
            offset: (block.lon_offset.unwrap_or(0), block.lat_offset.unwrap_or(0)),
            tagged: Cell::new(0),
        }
    }

    fn place(&self, lon: i64, lat: i64) -> Place {
        let small = |offset: i64, value: i64| {
            let nano = self
                .granularity
                .saturating_mul(value)
                .saturating_add(offset);
            i32::try_from(nano.div_euclid(100)).unwrap_or(i32::MAX)
        };
        (small(self.offset.0, lon), small(self.offset.1, lat))
    }

    fn text(&self, index: u32) -> &'a [u8] {
        let index = usize::try_from(index).ok();
        index
            .and_then(|i| self.strings.get(i))
            .map_or(b"", Vec::as_slice)
    }

    fn tags(&self, keys: &[u32], values: &[u32]) -> Result<Tags, OsmError> {
        let pairs = keys.iter().zip(values);
        self.tags_of(pairs.map(|(k, v)| (self.text(*k), self.text(*v))))
    }

    fn tags_of(
        &self,
        pairs: impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
    ) -> Result<Tags, OsmError> {
        let sizes = pairs.clone().map(|(k, v)| k.len() + v.len() + TAG);
        let tagged = sizes.fold(self.tagged.get(), usize::saturating_add);
        self.tagged.set(tagged);
        if tagged > MOST_TAGS {
            let most = MOST_TAGS >> 20;
            return Err(OsmError::Damaged(both!(
                "其中元素的标签合计超过 {most} MiB",
                "the tags of its elements take more than {most} MiB"
            )));
        }
        Ok(Tags::from_bytes(pairs))
    }

    fn nodes(
        &self,
        group: &PrimitiveGroup,
        each: &mut dyn FnMut(Entity) -> Result<(), OsmError>,
    ) -> Result<(), OsmError> {
        if let Some(dense) = &group.dense {
            let mut keys_values = dense
                .keys_values
                .iter()
                .map(|i| u32::try_from(*i).unwrap_or(0));
            let places = undelta(&dense.lon).zip(undelta(&dense.lat));
            for (id, (lon, lat)) in undelta(&dense.id).zip(places) {
                // The keys and values of all nodes in one list, with a zero after each node.
                let mut pairs = Vec::new();
                while let Some(key) = keys_values.next().filter(|key| *key != 0) {
                    let value = keys_values.next().unwrap_or(0);
                    pairs.push((self.text(key), self.text(value)));
                }
                each(Entity::Node {
                    id,
                    place: self.place(lon, lat),
                    tags: self.tags_of(pairs.into_iter())?,
                })?;
            }
        }
        for node in &group.nodes {
            each(Entity::Node {
                id: node.id,
                place: self.place(node.lon, node.lat),
                tags: self.tags(&node.keys, &node.values)?,
            })?;
        }
        Ok(())
    }

    fn ways(
        &self,
        group: &PrimitiveGroup,
        each: &mut dyn FnMut(Entity) -> Result<(), OsmError>,
    ) -> Result<(), OsmError> {
        for way in &group.ways {
            each(Entity::Way(Way {
                id: way.id,
                tags: self.tags(&way.keys, &way.values)?,
                nodes: undelta(&way.refs).collect(),
                ..Way::default()
            }))?;
        }
        Ok(())
    }

    fn relations(
        &self,
        group: &PrimitiveGroup,
        each: &mut dyn FnMut(Entity) -> Result<(), OsmError>,
    ) -> Result<(), OsmError> {
        for relation in &group.relations {
            let mut roles = relation.roles.iter();
            let members = undelta(&relation.member_ids).zip(&relation.types);
            let members = members.map(|(id, kind)| Member {
                kind: match kind {
                    0 => Kind::Node,
                    1 => Kind::Way,
                    _ => Kind::Relation,
                },
                id,
                part: match roles.next() {
                    Some(role) => Part::of_role(self.text(*role)),
                    None => Part::Other,
                },
                given: Vec::new(),
            });
            each(Entity::Relation {
                id: relation.id,
                tags: self.tags(&relation.keys, &relation.values)?,
                members: members.collect(),
                centre: None,
            })?;
        }
        Ok(())
    }
}

/// Decodes numbers that are stored as differences from the previous one.
fn undelta(numbers: &[i64]) -> impl Iterator<Item = i64> {
    numbers.iter().scan(0i64, |last, delta| {
        *last = last.wrapping_add(*delta);
        Some(*last)
    })
}
