//! The part of the protobuf wire format that writing tiles needs.
//!
//! The tiles are not built from generated messages: a tile has thousands of features with a few
//! small fields each, and building a tree of messages and walking it twice takes longer than
//! encoding the geometries. Fields may come in any order, so each is written as soon as it is
//! known.

/// The fields of `vector_tile.proto` (specification 2.1), as tags: number and wire type.
pub(super) mod tag {
    const VARINT: u8 = 0;
    const EIGHT_BYTES: u8 = 1;
    const BYTES: u8 = 2;
    const fn tag(field: u8, wire_type: u8) -> u8 {
        field << 3 | wire_type
    }

    pub const TILE_LAYER: u8 = tag(3, BYTES);
    pub const LAYER_VERSION: u8 = tag(15, VARINT);
    pub const LAYER_NAME: u8 = tag(1, BYTES);
    pub const LAYER_FEATURE: u8 = tag(2, BYTES);
    pub const LAYER_KEY: u8 = tag(3, BYTES);
    pub const LAYER_VALUE: u8 = tag(4, BYTES);
    pub const LAYER_EXTENT: u8 = tag(5, VARINT);
    pub const FEATURE_ID: u8 = tag(1, VARINT);
    pub const FEATURE_TAGS: u8 = tag(2, BYTES);
    pub const FEATURE_TYPE: u8 = tag(3, VARINT);
    pub const FEATURE_GEOMETRY: u8 = tag(4, BYTES);
    pub const VALUE_STRING: u8 = tag(1, BYTES);
    pub const VALUE_DOUBLE: u8 = tag(3, EIGHT_BYTES);
    pub const VALUE_UINT: u8 = tag(5, VARINT);
    pub const VALUE_SINT: u8 = tag(6, VARINT);
    pub const VALUE_BOOL: u8 = tag(7, VARINT);
}

/// Appends a variable-length integer (varint).
pub(super) fn varint(out: &mut Vec<u8>, mut v: u64) {
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
}

/// The number of bytes of a varint.
pub(super) fn varint_len(v: u64) -> usize {
    (64 - (v | 1).leading_zeros() as usize).div_ceil(7)
}

/// Appends a field with a varint.
pub(super) fn number(out: &mut Vec<u8>, tag: u8, v: u64) {
    out.push(tag);
    varint(out, v);
}

/// Appends a length-delimited field: a text, a message or packed numbers.
pub(super) fn bytes(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    number(out, tag, content.len() as u64);
    out.extend_from_slice(content);
}

/// ZigZag encoding: maps a signed number to an unsigned one that is small if the number is near 0.
pub(super) fn zigzag(v: i64) -> u64 {
    (v << 1 ^ v >> 63) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varint_len_equals_the_written_length() {
        for v in [
            0,
            1,
            127,
            128,
            16_383,
            16_384,
            u64::from(u32::MAX),
            u64::MAX,
        ] {
            let mut out = Vec::new();
            varint(&mut out, v);
            assert_eq!(out.len(), varint_len(v), "{v}");
        }
        let mut out = Vec::new();
        varint(&mut out, 300);
        assert_eq!(out, [0xac, 0x02]);
        assert_eq!([0, -1, 1, -2].map(zigzag), [0, 1, 2, 3]);
    }
}
