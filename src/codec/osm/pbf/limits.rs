//! Limits on the contents of a block. A block of 32 MiB can hold sixteen million empty elements, which take a
//! gigabyte when decoded. So the elements, texts and numbers of a block are counted before it is decoded.
//!
//! The format recommends at most 8,000 elements per block; the limits are higher, since some writers exceed that.
//! Encoding: <https://protobuf.dev/programming-guides/encoding/>.

use crate::model::{Localized, both};

/// The most elements in a block; each group of elements counts as one too.
const ELEMENTS: u64 = 1 << 18;
/// The most texts in a block.
const TEXTS: u64 = 1 << 18;
/// The most numbers (ids, positions, references, members) in the elements of a block.
const NUMBERS: u64 = 1 << 23;
/// The most PBF features that the header of a file may require.
const REQUIRED: u64 = 1_000;

/// One field of a message.
enum Value<'a> {
    Number,
    Bytes(&'a [u8]),
}

/// The fields of a message, in order, each with its number. Ends at the first invalid byte; decoding fails there
/// too.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let count = usize::try_from(count).ok()?;
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => self.varint().map(|_| Value::Number)?,
            1 => self.take(8).map(|_| Value::Number)?,
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Number)?,
            // Protobuf groups, which PBF does not use.
            _ => return None,
        };
        Some((key >> 3, value))
    }
}

/// The number of numbers in a field: one, or several in a packed field.
fn numbers(value: &Value<'_>) -> u64 {
    match value {
        Value::Number => 1,
        // The last byte of each varint has no continuation bit.
        Value::Bytes(packed) => packed.iter().filter(|byte| **byte < 0x80).count() as u64,
    }
}

#[derive(Default)]
struct Count {
    elements: u64,
    texts: u64,
    numbers: u64,
}

impl Count {
    fn check(&self) -> Result<(), Localized> {
        for (count, most, what_zh, what) in [
            (self.elements, ELEMENTS, "个元素", "elements"),
            (self.texts, TEXTS, "个字符串", "texts"),
            (self.numbers, NUMBERS, "个数值", "numbers"),
        ] {
            if count > most {
                return Err(both!(
                    "超过{most}{what_zh}，而格式建议每个数据块不超过8000个元素；可用 \
                     `osmium cat IN.osm.pbf -o OUT.osm.pbf` 重新生成文件",
                    "has more than {most} {what}, while the format recommends at most 8000 elements in a block; \
                     `osmium cat IN.osm.pbf -o OUT.osm.pbf` writes the file again with smaller blocks"
                ));
            }
        }
        Ok(())
    }

    fn group(&mut self, group: &[u8]) -> Result<(), Localized> {
        for (number, value) in Fields(group) {
            match (number, value) {
                (1, Value::Bytes(node)) => self.element(node, &[2, 3]),
                (2, Value::Bytes(dense)) => {
                    for (number, value) in Fields(dense) {
                        let count = numbers(&value);
                        match number {
                            1 => self.elements += count,
                            8..=10 => self.numbers += count,
                            _ => {}
                        }
                    }
                }
                (3, Value::Bytes(way)) => self.element(way, &[2, 3, 8]),
                (4, Value::Bytes(relation)) => self.element(relation, &[2, 3, 9, 10]),
                _ => {}
            }
            self.check()?;
        }
        Ok(())
    }

    /// Counts an element, and the numbers in the fields whose field numbers are in `fields`.
    fn element(&mut self, element: &[u8], fields: &[u64]) {
        self.elements += 1;
        for (number, value) in Fields(element) {
            if fields.contains(&number) {
                self.numbers += numbers(&value);
            }
        }
    }
}

/// Checks a block against the limits; the error names the exceeded limit.
pub(super) fn check_block(data: &[u8]) -> Result<(), Localized> {
    let mut count = Count::default();
    for (number, value) in Fields(data) {
        match (number, value) {
            (1, Value::Bytes(strings)) => {
                count.texts += Fields(strings).filter(|(number, _)| *number == 1).count() as u64;
            }
            (2, Value::Bytes(group)) => {
                count.elements += 1;
                count.group(group)?;
            }
            _ => {}
        }
        count.check()?;
    }
    Ok(())
}

/// Checks that a header does not require more features than the limit.
pub(super) fn check_header(data: &[u8]) -> Result<(), Localized> {
    let required = Fields(data).filter(|(number, _)| *number == 4).count() as u64;
    if required > REQUIRED {
        return Err(both!(
            "文件头要求支持的 PBF 特性（required_features）超过{REQUIRED}项",
            "its header lists more than {REQUIRED} required PBF features"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use prost::Message;

    use super::super::message::{
        Blob, BlobHeader, DenseNodes, HeaderBlock, Node, PrimitiveBlock, PrimitiveGroup, Relation,
        StringTable, Way,
    };
    use super::super::{Elements, Kind, PbfFile};
    use super::*;

    fn block(group: PrimitiveGroup) -> PrimitiveBlock {
        PrimitiveBlock {
            strings: StringTable {
                strings: vec![b"".to_vec(), b"building".to_vec(), b"yes".to_vec()],
            },
            groups: vec![group],
            ..PrimitiveBlock::default()
        }
    }

    fn blob(kind: &str, data: &[u8]) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(data).unwrap();
        let blob = Blob {
            raw_size: i32::try_from(data.len()).ok(),
            zlib: Some(packed.finish().unwrap()),
            ..Blob::default()
        };
        let blob = blob.encode_to_vec();
        let header = BlobHeader {
            kind: kind.to_owned(),
            size: i32::try_from(blob.len()).unwrap(),
        };
        let header = header.encode_to_vec();
        let length = u32::try_from(header.len()).unwrap().to_be_bytes();
        [&length[..], &header, &blob].concat()
    }

    /// A file with a header and these blocks.
    fn file(blocks: &[Vec<u8>]) -> Vec<u8> {
        let header = HeaderBlock {
            required_features: vec!["OsmSchema-V0.6".into(), "DenseNodes".into()],
        };
        let mut file = blob("OSMHeader", &header.encode_to_vec());
        for block in blocks {
            file.extend(blob("OSMData", block));
        }
        file
    }

    /// Reads all nodes and returns their number, or the error.
    fn nodes(file: Vec<u8>) -> Result<u64, String> {
        let mut count = 0;
        let mut pbf = PbfFile::new(Cursor::new(file)).unwrap();
        pbf.pass(Kind::Node, &mut |_| {}, &mut |_| {
            count += 1;
            Ok(())
        })
        .map_err(|e| e.to_string())?;
        Ok(count)
    }

    fn dense(count: i64) -> Vec<u8> {
        let count = usize::try_from(count).unwrap();
        let group = PrimitiveGroup {
            dense: Some(DenseNodes {
                id: vec![1; count],
                lat: vec![1; count],
                lon: vec![1; count],
                keys_values: Vec::new(),
            }),
            ..PrimitiveGroup::default()
        };
        block(group).encode_to_vec()
    }

    #[test]
    fn a_block_with_too_many_elements_is_refused_before_it_is_decoded() {
        let most = i64::try_from(ELEMENTS).unwrap() - 1;
        assert_eq!(
            nodes(file(&[dense(8_000), dense(most)])),
            Ok(8_000 + most as u64)
        );
        let said = nodes(file(&[dense(8_000), dense(most + 1)])).unwrap_err();
        assert!(said.contains("block 2"), "{said}");
        assert!(said.contains("more than 262144 elements"), "{said}");

        // Two bytes per element: 32 MiB would decode to more than a gigabyte.
        let empty = |number: u8| [number << 3 | 2, 0].repeat(ELEMENTS as usize + 1);
        for number in [1, 3, 4] {
            let group = empty(number);
            let strings = StringTable::default().encode_to_vec();
            let mut data = vec![0x0a, u8::try_from(strings.len()).unwrap()];
            data.extend(strings);
            data.push(0x12);
            prost::encoding::encode_varint(group.len() as u64, &mut data);
            data.extend(group);
            let said = nodes(file(&[data])).unwrap_err();
            assert!(said.contains("block 1"), "{said}");
            assert!(said.contains("elements"), "{said}");
        }
        // Groups without elements take memory as well.
        let groups = empty(2);
        assert!(nodes(file(&[groups])).unwrap_err().contains("elements"));
    }

    #[test]
    fn texts_and_numbers_are_counted_as_they_are_decoded() {
        let texts = StringTable {
            strings: vec![Vec::new(); TEXTS as usize + 1],
        };
        let crowded = PrimitiveBlock {
            strings: texts,
            ..PrimitiveBlock::default()
        };
        let said = check_block(&crowded.encode_to_vec()).unwrap_err();
        assert!(said.en.contains("texts"), "{said}");

        let half = NUMBERS as usize / 2;
        let way = |refs: usize| Way {
            id: 1,
            refs: vec![300; refs],
            ..Way::default()
        };
        let relation = |members: usize| Relation {
            id: 1,
            member_ids: vec![1; members],
            types: vec![0; members],
            ..Relation::default()
        };
        let node = Node {
            id: 1,
            keys: vec![1],
            values: vec![2],
            ..Node::default()
        };
        let group = |refs, members| PrimitiveGroup {
            nodes: vec![node.clone()],
            ways: vec![way(refs)],
            relations: vec![relation(members)],
            dense: None,
        };
        let fits = block(group(half - 2, half / 2)).encode_to_vec();
        assert_eq!(check_block(&fits), Ok(()));
        let many = block(group(half - 1, half / 2)).encode_to_vec();
        assert!(check_block(&many).unwrap_err().en.contains("numbers"));
        // Not packed: each number has its own key.
        let loose = [0x40, 1].repeat(10);
        let mut count = Count::default();
        count.element(&loose, &[8]);
        assert_eq!((count.elements, count.numbers), (1, 10));
    }

    #[test]
    fn tags_that_repeat_a_long_text_are_refused() {
        let long = vec![b'x'; 1 << 20];
        let way = Way {
            id: 1,
            keys: vec![1; 100],
            values: vec![1; 100],
            ..Way::default()
        };
        let group = PrimitiveGroup {
            ways: vec![way],
            ..PrimitiveGroup::default()
        };
        let mut block = block(group);
        block.strings.strings[1] = long;
        let mut pbf = PbfFile::new(Cursor::new(file(&[block.encode_to_vec()]))).unwrap();
        let read = pbf.pass(Kind::Way, &mut |_| {}, &mut |_| Ok(()));
        let said = read.unwrap_err().to_string();
        assert!(said.contains("block 1") && said.contains("tags"), "{said}");
    }
}
