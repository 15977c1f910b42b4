//! Tests of cutting files. The reader has a buffer of 3 bytes, so that marks and values cross its edge.

use super::*;
use crate::model::{InChinese, Localized};
use proptest::prelude::*;
use std::io::BufReader;

/// The pieces of a document read through a buffer of a few bytes, and its crs.
fn cut(text: &str, limit: usize) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    document::<SplitError>(
        BufReader::with_capacity(3, text.as_bytes()),
        limit,
        &mut |found| {
            out.push(match found {
                Found::Document => return Ok(()),
                Found::Crs(bytes) => format!("crs {}", String::from_utf8_lossy(&bytes)),
                Found::Piece(p) => format!(
                    "{}:{} {}",
                    p.line,
                    p.index,
                    p.bytes
                        .map_or_else(|n| format!("{n} bytes"), |b| String::from_utf8(b).unwrap())
                ),
            });
            Ok(())
        },
    )
    .map_err(|e| e.to_string())?;
    Ok(out)
}

fn lines(text: &str, limit: usize) -> Vec<String> {
    let mut out = Vec::new();
    sequence::<SplitError>(
        BufReader::with_capacity(3, text.as_bytes()),
        limit,
        &mut |p, s| {
            out.push(format!(
                "{}:{} {}{}",
                p.line,
                p.index,
                p.bytes.map_or_else(
                    |n| format!("{n} bytes"),
                    |b| String::from_utf8(b).unwrap().trim().to_owned()
                ),
                if s.unterminated { " cut" } else { "" }
            ));
            Ok(())
        },
    )
    .unwrap();
    out
}

#[test]
fn a_collection_is_cut_into_its_features() {
    let text = "\u{feff}{\"type\": \"FeatureCollection\", \"crs\": {\"a\": 1},\n \
                    \"features\": [ {\"a\": \"}]\\\"\"},\n{\"b\": [[1]]} ], \"x\": null}\n";
    assert_eq!(
        cut(text, 1000).unwrap(),
        [
            "crs {\"a\": 1}",
            "2:0 {\"a\": \"}]\\\"\"}",
            "3:1 {\"b\": [[1]]}"
        ]
    );
    assert_eq!(cut("{\"features\":[]}", 99).unwrap(), Vec::<String>::new());
    assert_eq!(
        cut("{\"features\":[{\"big\":\"0123456789\"},{}]}", 9).unwrap(),
        ["1:0 20 bytes", "1:1 {}"]
    );
}

#[test]
fn a_single_feature_is_one_piece() {
    assert_eq!(
        cut("{ \"type\": \"Feature\", \"id\": 7 }", 99).unwrap(),
        ["1:0 {\"type\":\"Feature\",\"id\":7}"]
    );
    assert!(cut("{\"a\":\"0123456789\"}", 9).unwrap()[0].ends_with("bytes"));
}

#[test]
fn a_cut_off_document_is_an_error_wherever_it_is_cut() {
    let text = "{\"type\":\"FeatureCollection\",\"features\":[{\"a\":\"b\"},{}],\"n\":[1]}";
    assert!(cut(text, 99).is_ok());
    for end in 0..text.len() {
        assert!(cut(&text[..end], 99).is_err(), "{}", &text[..end]);
    }
    for bad in [
        "{]",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{\"features\":[{} {}]}",
        "{} x",
        "{\"features\":[,]}",
    ] {
        assert!(cut(bad, 99).is_err(), "{bad}");
    }
    assert!(
        cut("{\"features\":[],\"crs\":{}}", 99)
            .unwrap_err()
            .contains("--crs")
    );
}

#[test]
fn an_error_names_line_and_part_in_both_languages() {
    for (text, zh, en) in [
        (
            "{\n\"a\" 1}",
            "第2行的 JSON 有误：应为冒号，实际是 '1'",
            "line 2: expected a colon, found '1'",
        ),
        (
            "{\"features\":[,]}",
            "第1行的 JSON 有误：应为要素，没有内容",
            "line 1: expected a feature, found nothing",
        ),
        (
            "{\"features\":[{",
            "文件不完整：要素列表没有写完",
            "ends in the middle of its features: the file is truncated",
        ),
    ] {
        let error = document::<SplitError>(text.as_bytes(), 99, &mut |_| Ok(())).unwrap_err();
        assert_eq!(error.localized(), Localized::new(zh, en));
    }
}

#[test]
fn a_sequence_is_cut_by_lines_or_by_separators() {
    assert_eq!(
        lines("{\"a\":1}\r\n\n{\"b\":2}\n{\"c\"", 99),
        ["1:0 {\"a\":1}", "3:1 {\"b\":2}", "4:2 {\"c\" cut"]
    );
    assert_eq!(
        lines("\u{1e}{\"a\":\n1}\n\u{1e}{\"b\":2}\n", 99),
        ["1:0 {\"a\":\n1}", "3:1 {\"b\":2}"]
    );
    assert_eq!(lines("0123456789\n{}\n", 5), ["1:0 10 bytes", "2:1 {}"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Any bytes give pieces or an error, never a panic.
    #[test]
    fn never_panics(bytes in proptest::collection::vec(
        prop_oneof![Just(b'{'), Just(b'}'), Just(b'['), Just(b']'), Just(b'"'), Just(b'\\'), Just(b','), Just(b':'), Just(b'\n'), any::<u8>()], 0..60)) {
        let _ = document::<SplitError>(&bytes[..], 20, &mut |_| Ok(()));
        let mut text = b"{\"features\":[".to_vec();
        text.extend(&bytes);
        let _ = document::<SplitError>(&text[..], 20, &mut |_| Ok(()));
        let _ = sequence::<SplitError>(&bytes[..], 20, &mut |_, _| Ok(()));
    }
}

#[test]
fn files_that_were_joined_are_cut_with_their_byte_order_marks() {
    assert_eq!(
        lines(
            "\u{feff}{\"a\":1}\n\u{feff}{\"b\":2}\r\n \u{feff}\u{feff}{\"c\":3}\n\u{feff}\n",
            100
        ),
        ["1:0 {\"a\":1}", "2:1 {\"b\":2}", "3:2 {\"c\":3}"]
    );
    // A separator and a mark, in whatever order; records may have several lines.
    for text in [
        "\u{feff}\u{1e}{\"a\":\n1}\n\u{1e}{\"b\":2}\n",
        "\u{1e}\u{feff}{\"a\":\n1}\n\u{feff}\u{1e}{\"b\":2}\n",
        "\u{feff} \u{feff}\u{1e}\u{feff}{\"a\":\n1}\n\u{feff}\u{1e}\u{feff}{\"b\":2}\n\u{feff}",
    ] {
        assert_eq!(
            lines(text, 100),
            ["1:0 {\"a\":\n1}", "3:1 {\"b\":2}"],
            "{text:?}"
        );
    }
    // Lines to which a sequence with separators was joined.
    assert_eq!(
        lines("\n{\"a\":1}\n\u{feff}\u{1e}{\"b\":2}\n\u{1e}\n", 100),
        ["2:0 {\"a\":1}", "3:1 {\"b\":2}"]
    );
    assert_eq!(
        cut("{\"features\":[{\"a\":1}]}\n\u{feff}\u{1e}{\"b\":2}\n", 100).unwrap(),
        ["1:0 {\"a\":1}", "2:1 {\"b\":2}"]
    );
    let two = "\u{feff}{\"features\":[{\"a\":1}]}\n\u{feff}{\"crs\":7,\"features\":[{\"b\":2},{\"c\":3}]}\n\
               {\"d\":4}";
    assert_eq!(
        cut(two, 100).unwrap(),
        [
            "1:0 {\"a\":1}",
            "crs 7",
            "2:1 {\"b\":2}",
            "2:2 {\"c\":3}",
            "3:3 {\"d\":4}"
        ]
    );
    let said = cut("{\"features\":[]}\u{feff}x", 100).unwrap_err();
    assert!(said.contains("expected the end of the file"), "{said}");
}
