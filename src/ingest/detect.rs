//! Detects the format of a file by its first bytes, since its name may be wrong.

use std::io::{self, Read};

use crate::model::{Localized, both};

/// A format that can be imported.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[schema(as = FileImportFormat)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A FeatureCollection or a single Feature.
    GeoJson,
    /// One feature per line, or one after each record separator (RFC 8142).
    GeoJsonSequence,
    /// An OpenStreetMap extract in the binary format.
    OsmPbf,
    /// OSM XML, as JOSM and Overpass write it.
    OsmXml,
    /// A workbook or CSV with cases, which the ledger reads.
    Sheet,
}

/// How many bytes of a file are read to detect its format.
const PEEK: u64 = 64 * 1024;

/// Reads the first bytes of a file. The caller must keep them, since a pipe can be read only once.
pub fn head(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(PEEK).read_to_end(&mut head)?;
    Ok(head)
}

/// The format of a file that begins with these bytes. The error names the format that was found instead, and
/// how to convert it.
pub fn of_bytes(head: &[u8]) -> Result<Format, Localized> {
    const KNOWN: &str = "expected GeoJSON, newline-delimited GeoJSON, OSM PBF, OSM XML, or a ledger of cases \
        (XLSX, XLS or CSV with the headers 类别 and 上报时间)";
    const KNOWN_ZH: &str = "应为 GeoJSON、逐行 GeoJSON、OSM PBF、OSM XML，或预警台账（XLSX、XLS 或 CSV，\
        表头含“类别”和“上报时间”）";
    // A file concatenated from several may begin with several byte order marks.
    let mut text = head.trim_ascii_start();
    while let Some(rest) = text.strip_prefix(b"\xef\xbb\xbf") {
        text = rest.trim_ascii_start();
    }
    if text.is_empty() {
        return Err(("文件为空", "is empty").into());
    }
    if head
        .get(4..)
        .is_some_and(|h| contains(&h[..h.len().min(32)], b"OSMHeader"))
    {
        return Ok(Format::OsmPbf);
    }
    if let Some((name, code)) = wide_encoding(head) {
        return Err(both!(
            "是 {name} 编码的文本，可用 `iconv -f {code} -t UTF-8 IN > OUT` 转换；{KNOWN_ZH}",
            "is {name} text: `iconv -f {code} -t UTF-8 IN > OUT` converts it; {KNOWN}"
        ));
    }
    match text {
        [0x1e, ..] => Ok(Format::GeoJsonSequence),
        [b'{', ..] => Ok(of_object(text)),
        [0x1f, 0x8b, ..] => Err((
            "是 gzip 压缩文件，请先解压",
            "is compressed with gzip: unpack it first",
        )
            .into()),
        [b'P', b'K', 3, 4, ..] => Err(both!(
            "是 ZIP 压缩文件，请先解压；{KNOWN_ZH}",
            "is a ZIP archive: unpack it first; {KNOWN}"
        )),
        [0, 0, 0x27, 0x0a, ..]
        | [b'S', b'Q', b'L', b'i', b't', b'e', ..]
        | [b'f', b'g', b'b', ..] => Err(both!(
            "是 Shapefile、GeoPackage 或 FlatGeobuf；{KNOWN_ZH}。可用 \
                 `ogr2ogr -f GeoJSONSeq OUT.geojsonl IN` 转换",
            "is a Shapefile, GeoPackage or FlatGeobuf; {KNOWN}. \
                 `ogr2ogr -f GeoJSONSeq OUT.geojsonl IN` converts it"
        )),
        [b'<', ..] => match root_of(text) {
            b"osm" => Ok(Format::OsmXml),
            b"osmChange" => Err(both!(
                "是变更文件（osmChange），不是完整数据，可用 `osmium apply-changes` 生成完整数据",
                "is a list of changes (osmChange), not an extract: `osmium apply-changes` makes an \
                 extract of it"
            )),
            b"kml" | b"gml" | b"gpx" => Err(both!(
                "是 KML、GML 或 GPX；{KNOWN_ZH}。可用 `ogr2ogr -f GeoJSONSeq OUT.geojsonl IN` 转换",
                "is KML, GML or GPX; {KNOWN}. `ogr2ogr -f GeoJSONSeq OUT.geojsonl IN` converts it"
            )),
            _ => Err(both!(
                "是 XML，但不是 OSM XML；{KNOWN_ZH}",
                "is XML, but not OSM XML; {KNOWN}"
            )),
        },
        [b'[', ..] => Err(both!("是 JSON 列表；{KNOWN_ZH}", "is a JSON list; {KNOWN}")),
        _ => Err(both!(
            "无法识别文件格式；{KNOWN_ZH}",
            "has an unknown format; {KNOWN}"
        )),
    }
}

/// The name of the first element of an XML text, without its prefix; empty if these bytes have none.
fn root_of(mut text: &[u8]) -> &[u8] {
    loop {
        text = text.trim_ascii_start();
        let end: &[u8] = match text {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            // Skip a document type: the reader refuses it with a better text.
            [b'<', b'!', ..] => b">",
            [b'<', name @ ..] => {
                let end = name
                    .iter()
                    .position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
                let name = &name[..end.unwrap_or(name.len())];
                let prefix = name.iter().position(|b| *b == b':').map_or(0, |i| i + 1);
                return &name[prefix..];
            }
            _ => return b"",
        };
        match text.windows(end.len()).position(|w| w == end) {
            Some(at) => text = &text[at + end.len()..],
            None => return b"",
        }
    }
}

/// The encoding of UTF-16 or UTF-32 text and its name in iconv. Detected by the byte order mark, or by zeros
/// around the first character of JSON. With a mark, iconv detects the byte order itself.
fn wide_encoding(head: &[u8]) -> Option<(&'static str, &'static str)> {
    let is_start = |b: u8| matches!(b, b'{' | b'[' | 0x1e | b' ' | b'\t' | b'\r' | b'\n');
    Some(match *head {
        [0xff, 0xfe, 0, 0, ..] => ("UTF-32 (little-endian)", "UTF-32"),
        [0, 0, 0xfe, 0xff, ..] => ("UTF-32 (big-endian)", "UTF-32"),
        [0xff, 0xfe, ..] => ("UTF-16 (little-endian)", "UTF-16"),
        [0xfe, 0xff, ..] => ("UTF-16 (big-endian)", "UTF-16"),
        [b, 0, 0, 0, ..] if is_start(b) => ("UTF-32 (little-endian)", "UTF-32LE"),
        [0, 0, 0, b, ..] if is_start(b) => ("UTF-32 (big-endian)", "UTF-32BE"),
        [b, 0, ..] if is_start(b) => ("UTF-16 (little-endian)", "UTF-16LE"),
        [0, b, ..] if is_start(b) => ("UTF-16 (big-endian)", "UTF-16BE"),
        _ => return None,
    })
}

/// The format of a text that begins with `{`: a sequence if its first line is a complete object without a member
/// `features` or is longer than these bytes, otherwise GeoJSON.
fn of_object(text: &[u8]) -> Format {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    let mut string_from = 0;
    for (i, &b) in text.iter().enumerate() {
        if in_string {
            match b {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    in_string = false;
                    let rest = text[i + 1..].trim_ascii_start();
                    if depth == 1
                        && &text[string_from..i] == b"features"
                        && rest.first() == Some(&b':')
                    {
                        return Format::GeoJson;
                    }
                }
                _ => {}
            }
            continue;
        }
        match b {
            b'"' => {
                in_string = true;
                string_from = i + 1;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'\n' if depth > 0 => return Format::GeoJson,
            b'\n' => return Format::GeoJsonSequence,
            _ => {}
        }
    }
    // The first line is longer than these bytes: read it as a sequence, which covers a single feature too.
    Format::GeoJsonSequence
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|w| w == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_content() {
        for (text, expected) in [
            (
                &b"{\"type\":\"FeatureCollection\",\"features\":[]}"[..],
                Format::GeoJson,
            ),
            (
                b"\xef\xbb\xbf\n{\n  \"type\": \"Feature\"\n}",
                Format::GeoJson,
            ),
            (
                b"{\"type\":\"Feature\"}\n{\"type\":\"Feature\"}\n",
                Format::GeoJsonSequence,
            ),
            (
                b"{\"type\":\"Feature\",\"properties\":{\"features\":1}}",
                Format::GeoJsonSequence,
            ),
            (b"\x1e{\"type\":\n\"Feature\"}\n", Format::GeoJsonSequence),
            (
                b"\xef\xbb\xbf \xef\xbb\xbf\n\x1e{\"type\":\"Feature\"}\n",
                Format::GeoJsonSequence,
            ),
            (b"\x1e\xef\xbb\xbf{}", Format::GeoJsonSequence),
            (b"\0\0\0\x0d\x0a\x09OSMHeader", Format::OsmPbf),
            (b"<osm>", Format::OsmXml),
            (
                b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <kml> -->\n<osm version='0.6'>",
                Format::OsmXml,
            ),
        ] {
            assert_eq!(
                of_bytes(text),
                Ok(expected),
                "{}",
                String::from_utf8_lossy(text)
            );
        }
        for bad in [
            &b""[..],
            b"  \n",
            b"\x1f\x8b\x08",
            b"PK\x03\x04",
            b"<osmChange version=\"0.6\">",
            b"<kml xmlns=\"x\">",
            b"<?xml version=\"1.0\"?>",
            b"hello",
            b"{\0\"\0}\0",
            b"[1]",
        ] {
            assert!(of_bytes(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn text_in_another_encoding_is_named_with_the_command_that_converts_it() {
        let wide = |text: &str, big: bool| -> Vec<u8> {
            let units = text.encode_utf16();
            let bytes = |u: u16| {
                if big {
                    u.to_be_bytes()
                } else {
                    u.to_le_bytes()
                }
            };
            units.flat_map(bytes).collect()
        };
        for (head, name, from) in [
            (
                wide("\u{feff}{}", false),
                "UTF-16 (little-endian)",
                "UTF-16",
            ),
            (
                wide("\u{feff}\u{1e}{}", true),
                "UTF-16 (big-endian)",
                "UTF-16",
            ),
            (
                wide("\u{1e}{}\n", false),
                "UTF-16 (little-endian)",
                "UTF-16LE",
            ),
            (wide("\n[", true), "UTF-16 (big-endian)", "UTF-16BE"),
            (
                b"\xff\xfe\0\0{\0\0\0".to_vec(),
                "UTF-32 (little-endian)",
                "UTF-32",
            ),
            (
                b"\0\0\0{\0\0\0}".to_vec(),
                "UTF-32 (big-endian)",
                "UTF-32BE",
            ),
        ] {
            let said = of_bytes(&head).unwrap_err();
            let command = format!("`iconv -f {from} -t UTF-8 IN > OUT`");
            for said in [said.en, said.zh] {
                assert!(said.contains(name) && said.contains(&command), "{said}");
            }
        }
    }
}
