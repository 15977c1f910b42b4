//! The elements of an extract in any format, and the errors of reading a file.

use std::io;

use super::area::Place;
use super::tags::Tags;
use crate::model::{InChinese, Localized};

/// The three kinds of OpenStreetMap elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A node: one position.
    Node,
    /// A way: a list of nodes.
    Way,
    /// A relation: a list of members.
    Relation,
}

/// One OpenStreetMap element with its tags.
#[derive(Debug)]
pub enum Entity {
    /// A node: one position.
    Node {
        /// The id of the element in OpenStreetMap, unique among its kind.
        id: i64,
        /// The position of the node (longitude, latitude).
        place: Place,
        /// The tags of the node.
        tags: Tags,
    },
    /// A way: a list of nodes.
    Way(Way),
    /// A relation: a list of members with roles.
    Relation {
        /// The id of the element in OpenStreetMap, unique among its kind.
        id: i64,
        /// The tags of the relation.
        tags: Tags,
        /// The members of the relation, in order.
        members: Vec<Member>,
        /// The centre of the relation's bounding box, if the file has only that.
        centre: Option<Place>,
    },
}

/// A way of OpenStreetMap: a line, or the outline of an area.
#[derive(Debug, Default)]
pub struct Way {
    /// The id of the element in OpenStreetMap, unique among its kind.
    pub id: i64,
    /// The tags of the way.
    pub tags: Tags,
    /// The ids of the way's nodes, in order.
    pub nodes: Vec<i64>,
    /// Positions of the way's nodes, by node id, if the way itself contains them.
    pub given: Vec<(i64, Place)>,
    /// The centre of the way's bounding box, if the file has only that.
    pub centre: Option<Place>,
}

/// The role of a member in a turn restriction. Areas need no roles, because the shapes decide what
/// is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// The way on which a vehicle arrives.
    From,
    /// The node or the ways between.
    Via,
    /// The way onto which a vehicle leaves.
    To,
    /// Any other role.
    #[default]
    Other,
}

impl Part {
    /// The part that a role stands for.
    pub fn of_role(role: &[u8]) -> Self {
        match role {
            b"from" => Self::From,
            b"via" => Self::Via,
            b"to" => Self::To,
            _ => Self::Other,
        }
    }
}

/// A member of a relation.
#[derive(Debug)]
pub struct Member {
    /// Whether the member is a node, a way or a relation.
    pub kind: Kind,
    /// The id of the element in OpenStreetMap, unique among its kind.
    pub id: i64,
    /// The role of the member in a turn restriction.
    pub part: Part,
    /// The positions of a way, if the relation itself contains them; `None` for a node that the relation
    /// leaves out.
    pub given: Vec<Option<Place>>,
}

/// A file whose elements can be read several times.
pub trait Elements {
    /// Passes all elements of a kind to `each`, in the order of the file. `progress` gets the
    /// fraction done, from 0 to 1.
    ///
    /// # Errors
    /// If the file cannot be read to its end. An error of `each` ends the pass and is returned.
    fn pass(
        &mut self,
        kind: Kind,
        progress: &mut dyn FnMut(f64),
        each: &mut dyn FnMut(Entity) -> Result<(), OsmError>,
    ) -> Result<(), OsmError>;
}

/// Why a file cannot be read as an extract. The text is appended to the name of the file, as in
/// `a.osm.pbf is damaged…`.
#[derive(Debug, thiserror::Error)]
pub enum OsmError {
    /// The file could not be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file is damaged or is not OSM PBF.
    #[error("is damaged, or is not an OSM PBF file: {0}")]
    Damaged(Localized),
    /// The file ends in the middle.
    #[error("ends in the middle of a block, after {read} of {total} bytes: the file is truncated")]
    Truncated {
        /// The position of the end of the last complete block, in bytes.
        read: u64,
        /// The size of the file in bytes.
        total: u64,
    },
    /// The blocks of the file are compressed with an algorithm that is not supported.
    #[error(
        "is compressed with {0}, which is not supported; `osmium cat IN.osm.pbf -o OUT.osm.pbf -f \
         pbf,pbf_compression=zlib` converts it to zlib"
    )]
    Compression(&'static str),
    /// The file requires a PBF feature that is not supported.
    #[error("needs the PBF feature {0:?}, which is not supported")]
    Feature(String),
    /// The file is not valid OSM XML.
    #[error("is not valid OSM XML (byte {at}): {problem}")]
    Xml {
        /// The position of the error, in bytes from the beginning.
        at: u64,
        /// What is wrong at that position.
        problem: Localized,
    },
    /// The XML ends too early; the value is its length in bytes.
    #[error("ends before </osm>, after {0} bytes: the file is truncated")]
    Unfinished(u64),
    /// The server that wrote the file stopped with this remark before the file was complete.
    #[error("is incomplete: the server that wrote it says {0:?}. Run the query again")]
    Remark(String),
}

impl InChinese for OsmError {
    fn zh(&self) -> String {
        match self {
            Self::Io(error) => format!("无法读取（{error}）"),
            Self::Damaged(problem) => format!("文件已损坏，或不是 OSM PBF 文件：{}", problem.zh),
            Self::Truncated { read, total } => {
                format!("文件不完整，在第{read}个字节后的数据块中间结束（共{total}个字节）")
            }
            Self::Compression(name) => format!(
                "以 {name} 压缩，不支持读取；可用 `osmium cat IN.osm.pbf -o OUT.osm.pbf -f \
                 pbf,pbf_compression=zlib` 改为 zlib 压缩"
            ),
            Self::Feature(name) => format!("需要 PBF 特性 {name:?}，不支持读取"),
            Self::Xml { at, problem } => {
                format!("不是有效的 OSM XML（第{at}个字节）：{}", problem.zh)
            }
            Self::Unfinished(read) => {
                format!("文件不完整，在第{read}个字节处结束，缺少 </osm>")
            }
            Self::Remark(text) => {
                format!("数据不完整，生成它的服务器提示 {text:?}，请重新查询")
            }
        }
    }
}
