//! The protobuf messages of a Mapbox Vector Tile (specification 2.1, `vector_tile.proto`).

/// A layer: features of one collection and the keys and values that they share.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Layer {
    #[prost(uint32, required, tag = "15")]
    pub(super) version: u32,
    #[prost(string, required, tag = "1")]
    pub(super) name: String,
    #[prost(message, repeated, tag = "2")]
    pub(super) features: Vec<Feature>,
    #[prost(string, repeated, tag = "3")]
    pub(super) keys: Vec<String>,
    #[prost(message, repeated, tag = "4")]
    pub(super) values: Vec<Value>,
    #[prost(uint32, optional, tag = "5")]
    pub(super) extent: Option<u32>,
}

/// A feature: its attributes as pairs of indices, its geometry as commands.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Feature {
    #[prost(uint64, optional, tag = "1")]
    pub(super) id: Option<u64>,
    #[prost(uint32, repeated, tag = "2")]
    pub(super) tags: Vec<u32>,
    #[prost(enumeration = "GeomType", optional, tag = "3")]
    pub(super) kind: Option<i32>,
    #[prost(uint32, repeated, tag = "4")]
    pub(super) geometry: Vec<u32>,
}

/// What the commands draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
pub(super) enum GeomType {
    Unknown = 0,
    Point = 1,
    LineString = 2,
    Polygon = 3,
}

/// One attribute value, of which exactly one field is set.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Value {
    #[prost(string, optional, tag = "1")]
    pub(super) string_value: Option<String>,
    #[prost(double, optional, tag = "3")]
    pub(super) double_value: Option<f64>,
    #[prost(uint64, optional, tag = "5")]
    pub(super) uint_value: Option<u64>,
    #[prost(sint64, optional, tag = "6")]
    pub(super) sint_value: Option<i64>,
    #[prost(bool, optional, tag = "7")]
    pub(super) bool_value: Option<bool>,
}
