//! The protobuf messages of PBF. Only the fields that are used are declared; others are ignored.

/// The header of a blob.
#[derive(Clone, PartialEq, prost::Message)]
pub struct BlobHeader {
    /// `OSMHeader` or `OSMData`.
    #[prost(string, required, tag = "1")]
    pub kind: String,
    /// The size of the blob, in bytes.
    #[prost(int32, required, tag = "3")]
    pub size: i32,
}

/// A block, compressed or not.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Blob {
    /// The data, if it is not compressed.
    #[prost(bytes = "vec", optional, tag = "1")]
    pub raw: Option<Vec<u8>>,
    /// The size of the decompressed data, in bytes.
    #[prost(int32, optional, tag = "2")]
    pub raw_size: Option<i32>,
    /// The data compressed with zlib.
    #[prost(bytes = "vec", optional, tag = "3")]
    pub zlib: Option<Vec<u8>>,
    /// The data compressed with LZMA, which is not supported.
    #[prost(bytes = "vec", optional, tag = "4")]
    pub lzma: Option<Vec<u8>>,
    /// The data compressed with bzip2, which is not supported.
    #[prost(bytes = "vec", optional, tag = "5")]
    pub bzip2: Option<Vec<u8>>,
    /// The data compressed with LZ4, which is not supported.
    #[prost(bytes = "vec", optional, tag = "6")]
    pub lz4: Option<Vec<u8>>,
    /// The data compressed with Zstandard, which is not supported.
    #[prost(bytes = "vec", optional, tag = "7")]
    pub zstd: Option<Vec<u8>>,
}

/// The header block: which features the file needs its reader to support.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HeaderBlock {
    /// The features that a reader must support.
    #[prost(string, repeated, tag = "4")]
    pub required_features: Vec<String>,
}

/// A data block of a few thousand elements.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PrimitiveBlock {
    /// The texts that the elements refer to.
    #[prost(message, required, tag = "1")]
    pub strings: StringTable,
    /// The elements.
    #[prost(message, repeated, tag = "2")]
    pub groups: Vec<PrimitiveGroup>,
    /// The unit of positions, in nanodegrees; 100 if missing.
    #[prost(int32, optional, tag = "17")]
    pub granularity: Option<i32>,
    /// Nanodegrees to add to every latitude.
    #[prost(int64, optional, tag = "19")]
    pub lat_offset: Option<i64>,
    /// Nanodegrees to add to every longitude.
    #[prost(int64, optional, tag = "20")]
    pub lon_offset: Option<i64>,
}

/// The texts of a block, to which elements refer by index.
#[derive(Clone, PartialEq, prost::Message)]
pub struct StringTable {
    /// Each text once. UTF-8 by the format, but not checked.
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub strings: Vec<Vec<u8>>,
}

/// Elements of one kind.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PrimitiveGroup {
    /// Nodes as one message each.
    #[prost(message, repeated, tag = "1")]
    pub nodes: Vec<Node>,
    /// Nodes as columns: ids, latitudes, longitudes, tags.
    #[prost(message, optional, tag = "2")]
    pub dense: Option<DenseNodes>,
    /// Ways.
    #[prost(message, repeated, tag = "3")]
    pub ways: Vec<Way>,
    /// Relations.
    #[prost(message, repeated, tag = "4")]
    pub relations: Vec<Relation>,
}

/// A node.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Node {
    /// The id of the element in OpenStreetMap.
    #[prost(sint64, required, tag = "1")]
    pub id: i64,
    /// The keys of the tags, as indices into the texts of the block.
    #[prost(uint32, repeated, tag = "2")]
    pub keys: Vec<u32>,
    /// The values of the tags, as indices into the texts of the block.
    #[prost(uint32, repeated, tag = "3")]
    pub values: Vec<u32>,
    /// Latitude in units of the block.
    #[prost(sint64, required, tag = "8")]
    pub lat: i64,
    /// Longitude in units of the block.
    #[prost(sint64, required, tag = "9")]
    pub lon: i64,
}

/// Nodes as columns; ids and positions are differences.
#[derive(Clone, PartialEq, prost::Message)]
pub struct DenseNodes {
    /// The ids of the nodes, each as the difference to the one before.
    #[prost(sint64, repeated, tag = "1")]
    pub id: Vec<i64>,
    /// The latitudes, each as the difference to the one before, in units of `granularity`.
    #[prost(sint64, repeated, tag = "8")]
    pub lat: Vec<i64>,
    /// The longitudes, each as the difference to the one before, in units of `granularity`.
    #[prost(sint64, repeated, tag = "9")]
    pub lon: Vec<i64>,
    /// Keys and values in turn, with a zero after each node; empty if no node has tags.
    #[prost(int32, repeated, tag = "10")]
    pub keys_values: Vec<i32>,
}

/// A way.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Way {
    /// The id of the element in OpenStreetMap.
    #[prost(int64, required, tag = "1")]
    pub id: i64,
    /// The keys of the tags, as indices into the texts of the block.
    #[prost(uint32, repeated, tag = "2")]
    pub keys: Vec<u32>,
    /// The values of the tags, as indices into the texts of the block.
    #[prost(uint32, repeated, tag = "3")]
    pub values: Vec<u32>,
    /// The ids of the nodes, each as the difference to the one before.
    #[prost(sint64, repeated, tag = "8")]
    pub refs: Vec<i64>,
}

/// A relation.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Relation {
    /// The id of the element in OpenStreetMap.
    #[prost(int64, required, tag = "1")]
    pub id: i64,
    /// The keys of the tags, as indices into the texts of the block.
    #[prost(uint32, repeated, tag = "2")]
    pub keys: Vec<u32>,
    /// The values of the tags, as indices into the texts of the block.
    #[prost(uint32, repeated, tag = "3")]
    pub values: Vec<u32>,
    /// The role of each member.
    #[prost(uint32, repeated, tag = "8")]
    pub roles: Vec<u32>,
    /// The ids of the members, each as the difference to the one before.
    #[prost(sint64, repeated, tag = "9")]
    pub member_ids: Vec<i64>,
    /// What each member is: 0 node, 1 way, 2 relation.
    #[prost(int32, repeated, tag = "10")]
    pub types: Vec<i32>,
}
