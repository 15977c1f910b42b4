//! Tests with files as districts have them.

use std::io::{Cursor, Write};

use encoding_rs::GB18030;

use super::super::cell::Cell;
use super::*;
use crate::model::InChinese as _;

const HEADER: [&str; 3] = ["编号", "类别", "上报时间"];
const TEXT: &str = "编号,类别,上报时间\nA-1,楼道堆物,2026-03-07\n";

fn names(book: &Book) -> Vec<&str> {
    let sheets = book.sheets.iter();
    sheets.map(|s| s.name.as_deref().unwrap_or("")).collect()
}

fn skipped(book: &Book) -> Vec<(&str, usize, &str)> {
    let all = book.skipped.iter();
    all.map(|s| (s.sheet.as_str(), s.rows, s.why_zh.as_str()))
        .collect()
}

/// Builds a workbook from sheets with a name, a state and rows of numbers and texts.
fn workbook(settings: &str, sheets: &[(&str, &str, &[&[&str]])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, text: &str| {
        archive
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    };
    let relation = |id: usize| {
        format!(
            r#"<Relationship Id="r{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/s{id}.xml"/>"#
        )
    };
    let mut list = String::new();
    let mut relations = String::new();
    for (i, (name, state, rows)) in sheets.iter().enumerate() {
        list.push_str(&format!(
            r#"<sheet name="{name}" sheetId="{n}" state="{state}" r:id="r{i}"/>"#,
            n = i + 1
        ));
        relations.push_str(&relation(i));
        let mut data = String::new();
        for (row, cells) in rows.iter().enumerate() {
            data.push_str("<row>");
            for (column, cell) in cells.iter().enumerate() {
                let place = format!("{}{}", char::from(b'A' + column as u8), row + 1);
                data.push_str(&match cell.parse::<f64>() {
                    Ok(_) => format!(r#"<c r="{place}"><v>{cell}</v></c>"#),
                    Err(_) if cell.is_empty() => String::new(),
                    Err(_) => format!(r#"<c r="{place}" t="inlineStr"><is><t>{cell}</t></is></c>"#),
                });
            }
            data.push_str("</row>");
        }
        part(
            &format!("xl/worksheets/s{i}.xml"),
            &format!(
                r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{data}</sheetData></worksheet>"#
            ),
        );
    }
    part(
        "xl/workbook.xml",
        &format!(
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{settings}<sheets>{list}</sheets></workbook>"#
        ),
    );
    part(
        "xl/_rels/workbook.xml.rels",
        &format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"#
        ),
    );
    part(
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r0" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    );
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_sheet_saved_by_excel_in_china_is_read() {
    let text = "编号,类别\r\nA-1,楼道堆物\r\n,\r\nA-2,\"占道\r\n经营\"\r\n";
    let (gbk, _, _) = GB18030.encode(text);
    for bytes in [text.as_bytes(), &gbk, format!("\u{feff}{text}").as_bytes()] {
        let book = read(bytes).unwrap();
        let sheet = &book.sheets[0];
        assert_eq!(sheet.headers, ["编号", "类别"]);
        assert_eq!(sheet.rows.len(), 2);
        assert_eq!(sheet.rows[1].0, 4);
        assert_eq!(sheet.rows[0].1[1], Cell::Text("楼道堆物".into()));
    }
    let tabs = read("编号\t类别\nA-1\ta,b".as_bytes()).unwrap();
    assert_eq!(tabs.sheets[0].rows[0].1[1], Cell::Text("a,b".into()));
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(text.replace(',', "\t").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(read(&wide).unwrap(), read(text.as_bytes()).unwrap());
    assert_eq!(read(b"id,category\n\xe9\xff,1"), Err(ReadError::Encoding));
    assert_eq!(read(b""), Err(ReadError::Empty));
    assert!(matches!(
        read(b"PK\x03\x04 not really"),
        Err(ReadError::Xlsx(_))
    ));
}

#[test]
fn the_separator_is_stated_in_the_first_line_or_detected() {
    let plain = read(TEXT.as_bytes()).unwrap();
    for text in [
        format!("sep=;\r\n{}", TEXT.replace(',', ";")),
        format!("\u{feff}\"sep=;\"\n{}", TEXT.replace(',', ";")),
        format!("SEP=\t\n{}", TEXT.replace(',', "\t")),
        TEXT.replace(',', ";"),
        TEXT.replace(',', "|"),
    ] {
        assert_eq!(read(text.as_bytes()).unwrap(), plain, "{text}");
    }
    // The title has more commas than the header has semicolons.
    let titled = format!("一,二,三,四,五,六\n{}", TEXT.replace(',', ";"));
    let sheet = &read(titled.as_bytes()).unwrap().sheets[0];
    assert_eq!(
        (&sheet.headers, sheet.header_row),
        (&HEADER.map(str::to_owned).to_vec(), 2)
    );
}

#[test]
fn every_sheet_with_the_header_is_read_and_the_others_are_named() {
    let rows: &[&[&str]] = &[&HEADER, &["A-1", "楼道堆物", "2026-03-07"]];
    let titled: &[&[&str]] = &[
        &["某某街道台账"],
        &[],
        &["制表：", "张三"],
        &HEADER,
        &["A-2", "楼道堆物", "2026-03-08"],
        &HEADER,
        &["A-3", "楼道堆物", "2026-03-09"],
    ];
    let bytes = workbook(
        "",
        &[
            ("字典", "hidden", rows),
            ("一月", "visible", rows),
            ("说明", "visible", &[&["类别", "说明"], &["a", "b"]]),
            ("二月", "visible", titled),
            ("Sheet3", "visible", &[]),
            ("底稿", "veryHidden", rows),
        ],
    );
    let book = read(&bytes).unwrap();
    assert_eq!(names(&book), ["一月", "二月"]);
    assert_eq!(
        skipped(&book),
        [
            ("字典", 2, "已隐藏"),
            ("说明", 2, "没有带“类别”和“上报时间”的表头"),
            ("Sheet3", 0, "空表"),
            ("底稿", 2, "已隐藏"),
        ]
    );
    let second = &book.sheets[1];
    assert_eq!(second.header_row, 4);
    let ids: Vec<(u32, String)> = second.rows.iter().map(|(n, c)| (*n, c[0].text())).collect();
    assert_eq!(ids, [(5, "A-2".to_owned()), (7, "A-3".to_owned())]);
}

#[test]
fn a_hidden_sheet_is_read_only_if_no_other_has_the_header() {
    let rows: &[&[&str]] = &[&HEADER, &["A-1", "楼道堆物", "2026-03-07"]];
    for state in ["hidden", "veryHidden"] {
        let front: &[&[&str]] = &[&["请勿修改"]];
        let bytes = workbook("", &[("封面", "visible", front), ("数据", state, rows)]);
        assert_eq!(names(&read(&bytes).unwrap()), ["数据"], "{state}");
    }
    // If no sheet has the header, the most similar one is read, and its error says what is missing.
    let none: &[&[&str]] = &[&["台账"], &["编号", "类别", "地点"], &["1", "2", "3"]];
    let bytes = workbook("", &[("空", "visible", &[]), ("表", "visible", none)]);
    let book = read(&bytes).unwrap();
    assert_eq!((names(&book), book.sheets[0].header_row), (vec!["表"], 2));
    // A visible sheet is preferred to a hidden one, even if the hidden one has more of the headers.
    let fewer: &[&[&str]] = &[&["编号", "地点"], &["1", "3"]];
    let bytes = workbook("", &[("底稿", "hidden", none), ("表", "visible", fewer)]);
    assert_eq!(names(&read(&bytes).unwrap()), ["表"]);
}

#[test]
fn date_numbers_follow_the_epoch_of_the_workbook() {
    let rows: &[&[&str]] = &[&HEADER, &["A-1", "楼道堆物", "44626"]];
    for (settings, expected) in [
        (r#"<workbookPr date1904="1"/>"#, "2026-03-06T16:00:00Z"),
        (r#"<workbookPr date1904="true"/>"#, "2026-03-06T16:00:00Z"),
        ("", "2022-03-05T16:00:00Z"),
    ] {
        let book = read(&workbook(settings, &[("a", "visible", rows)])).unwrap();
        let sheet = &book.sheets[0];
        let at = sheet.rows[0].1[2].moment(sheet.epoch).unwrap();
        assert_eq!(at.to_string(), expected, "{settings}");
    }
}

#[test]
fn html_named_xls_is_read_as_a_table() {
    let page = "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head>\
        <meta charset=gb2312><style>td > b {color:red}</style>\
        <script>if (1 < 2) document.write('<table>')</script></head><body>\
        <table border=1>\n<tr><td colspan=3>某某街道 &amp; 社区台账</td></tr>\
        <TR><TH>编号<TH>类别<TH>上报<br>时间</TR>\
        <tr><td x:num=\"1\">1</td><td rowspan='2'>楼道堆物</td><td>2026-03-07&nbsp;14:05</td></tr>\
        <tr><td>2</td><td>2026&#47;3&#x2F;8</td></tr>\
        <!-- <tr><td>9</td></tr> --></table></body></html>";
    let (gbk, _, _) = GB18030.encode(page);
    for bytes in [page.as_bytes(), &gbk] {
        let book = read(bytes).unwrap();
        let sheet = &book.sheets[0];
        assert_eq!(sheet.header_row, 2);
        let rows: Vec<(u32, Vec<String>)> = sheet
            .rows
            .iter()
            .map(|(n, cells)| (*n, cells.iter().map(Cell::text).collect()))
            .collect();
        let row = |n: u32, cells: [&str; 3]| (n, cells.map(str::to_owned).to_vec());
        assert_eq!(
            rows,
            [
                row(3, ["1", "楼道堆物", "2026-03-07 14:05"]),
                row(4, ["2", "楼道堆物", "2026/3/8"])
            ]
        );
    }
    let frames = "<html><frameset><frame src=\"sheet001.htm\"></frameset></html>";
    let said = read(frames.as_bytes()).unwrap_err().to_string();
    assert!(said.contains("save it as .xlsx"), "{said}");
}

#[test]
fn spreadsheet_ml_named_xls_is_read() {
    let text = "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n\
        <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
        <ExcelWorkbook><Date1904/></ExcelWorkbook>\
        <Worksheet ss:Name=\"藏\"><Table><Row><Cell><Data ss:Type=\"String\">类别</Data></Cell>\
        <Cell><Data ss:Type=\"String\">上报时间</Data></Cell></Row></Table>\
        <WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>\
        <Worksheet ss:Name=\"台账\"><Table>\
        <Row ss:Index=\"3\"><Cell><Data ss:Type=\"String\">编号</Data></Cell>\
        <Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">类别</Data></Cell>\
        <Cell><Data ss:Type=\"String\">上报时间</Data></Cell></Row>\
        <Row><Cell><Data ss:Type=\"Number\">7</Data><Comment><Data>批注</Data></Comment></Cell>\
        <Cell><Data ss:Type=\"String\">楼道&amp;堆物</Data></Cell>\
        <Cell ss:Index=\"4\"><Data ss:Type=\"DateTime\">2026-03-07T14:05:00.000</Data></Cell></Row>\
        <Row><Cell/><Cell/><Cell/><Cell><Data ss:Type=\"Number\">44626</Data></Cell></Row>\
        </Table></Worksheet></Workbook>";
    let book = read(text.as_bytes()).unwrap();
    assert_eq!(names(&book), ["台账"]);
    assert_eq!(skipped(&book), [("藏", 1, "已隐藏")]);
    let sheet = &book.sheets[0];
    assert_eq!((sheet.header_row, sheet.rows[0].0), (3, 4));
    let cells = &sheet.rows[0].1;
    assert_eq!(
        (cells[0].number(), cells[1].text()),
        (Some(7.0), "楼道&堆物".to_owned())
    );
    let at = |row: usize| {
        sheet.rows[row].1[3]
            .moment(sheet.epoch)
            .unwrap()
            .to_string()
    };
    assert_eq!(at(0), "2026-03-07T06:05:00Z");
    assert_eq!(at(1), "2026-03-06T16:00:00Z");
}

#[test]
fn a_file_that_is_not_a_sheet_is_refused_with_its_type() {
    let mut word = zip::ZipWriter::new(Cursor::new(Vec::new()));
    word.start_file(
        "word/document.xml",
        zip::write::SimpleFileOptions::default(),
    )
    .unwrap();
    let word = word.finish().unwrap().into_inner();
    for (bytes, expected) in [
        (&b"%PDF-1.7"[..], "a PDF"),
        (b"{\"type\":\"FeatureCollection\"}", "JSON"),
        (b"<?xml version=\"1.0\"?><kml/>", "an XML file"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"Rar!\x1a", "RAR"),
        (&word, "a Word document"),
        (b"a,b\0c", "a binary file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "damaged"),
    ] {
        let Localized { zh, en } = read(bytes).unwrap_err().localized();
        assert!(en.contains(expected), "{en}");
        // The Chinese text has no English words.
        assert!(
            !zh.split(|c: char| !c.is_ascii_lowercase())
                .any(|word| word.len() > 4),
            "{zh}"
        );
    }
}

#[test]
fn a_text_shared_by_all_cells_takes_limited_memory() {
    let long = "x".repeat(32_000);
    let mut shared = Table::default();
    let mut room = Room::default();
    let filled = (0..20_000).try_for_each(|row| {
        (0..200).try_for_each(|column| shared.put(&mut room, row, column, Cell::Text(long.clone())))
    });
    assert_eq!(filled, Err(ReadError::Bomb));
    let mut room = Room::default();
    let corners = (0..100).try_for_each(|_| {
        let mut table = Table::default();
        table.put(&mut room, MOST_ROWS, 199, Cell::Number(1.0))?;
        (0..MOST_ROWS).try_for_each(|row| table.put(&mut room, row, 199, Cell::Number(1.0)))
    });
    assert_eq!(corners, Err(ReadError::TooBig));
}

#[test]
fn ledgers_are_recognized_by_their_beginning() {
    let rows: &[&[&str]] = &[&HEADER];
    assert!(is_likely(&workbook("", &[("a", "visible", rows)])));
    assert!(is_likely(TEXT.as_bytes()));
    assert!(is_likely(b"<html><table>"));
    let units = || std::iter::once(0xfeff).chain(TEXT.encode_utf16());
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    // Cut off in the middle of a row, like the beginning of a long file.
    for bytes in [
        &little[..],
        &big,
        &little[..little.len() - 7],
        &big[..big.len() - 7],
    ] {
        assert!(is_likely(bytes));
    }
    assert!(is_likely(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"));
    for other in [
        &b"{\"type\":\"Feature\"}"[..],
        b"name,colour\na,b\n",
        b"\0\0\0\x0d\x0a\x09OSMHeader",
        b"<osm/>",
    ] {
        assert!(!is_likely(other), "{other:?}");
    }
}

#[test]
fn a_quote_that_is_not_closed_is_refused_with_its_line() {
    let row = |note: &str| format!("A-9,楼道堆物,{note}\n");
    let head = "编号,类别,上报时间\n";
    for (text, line) in [
        // The file ends inside of the cell: all rows below would be one text.
        (format!("{head}{}{}", row("\"堵门"), row("x")), 2),
        (format!("{head}{}{}", row("\"a\nb\""), row("\"")), 4),
        (format!("sep=,\r\n{head}{}", row("\"\"\"")), 3),
        // The next quotation mark further down closes the cell, and text follows it.
        (format!("{head}{}{}", row("\"堵门"), row("\"x\"")), 2),
        (format!("{}\"a\r\rb", head.replace('\n', "\r")), 2),
    ] {
        assert_eq!(
            read(text.as_bytes()),
            Err(ReadError::Quote { line }),
            "{text}"
        );
        let said = ReadError::Quote { line }.to_string();
        assert!(
            said.contains(&format!("line {line} has a quotation mark")),
            "{said}"
        );
    }
    for (note, cell) in [
        ("5\" pipe", "5\" pipe"),
        ("\"a\"\"b\"", "a\"b"),
        ("\"a\"b", "ab"),
        ("\"a\" \"", "a \""),
        ("\"a,\r\nb\" ", "a,\r\nb"),
        ("\"\"", ""),
    ] {
        let text = format!("{head}{}{}", row(note), row("end"));
        let rows = &read(text.as_bytes()).unwrap().sheets[0].rows;
        assert_eq!(rows.len(), 2, "{text}");
        let found = rows[0].1.get(2).map_or_else(String::new, Cell::text);
        assert_eq!(found, cell);
    }
    // The beginning of a valid file may end inside of a cell.
    assert!(is_likely(format!("{head}{}", row("\"a\nb\nc")).as_bytes()));
}

fn texts(sheet: &Sheet) -> Vec<Vec<String>> {
    let rows = sheet.rows.iter();
    rows.map(|(_, cells)| cells.iter().map(Cell::text).collect())
        .collect()
}

/// The expected cells of merged cells in every file format. A header spans two columns, and so does
/// a cell of a row; a category spans three rows.
const SPREAD: [[&str; 4]; 4] = [
    ["1", "楼道堆物", "2026-03-07", "甲"],
    ["2", "楼道堆物", "2026-03-08", ""],
    ["3", "楼道堆物", "2026-03-09", ""],
    ["4", "占道", "2026-03-10", "2026-03-10"],
];

fn assert_spread(book: &Book) {
    let sheet = &book.sheets[0];
    let mut rows = texts(sheet);
    rows.iter_mut().for_each(|row| row.resize(4, String::new()));
    assert_eq!(rows, SPREAD);
}

#[test]
fn a_merged_cell_stands_in_every_row_and_in_every_column_that_has_a_header() {
    let html = "<table><tr><td rowspan=2>编号<td colspan=2>何事何时<td rowspan=2>说明\
        <tr><td>类别<td>上报时间\
        <tr><td>1<td rowspan=3>楼道堆物<td>2026-03-07<td>甲\
        <tr><td>2<td>2026-03-08<tr><td>3<td>2026-03-09\
        <tr><td>4<td>占道<td colspan=9>2026-03-10</table>";
    assert_spread(&read(html.as_bytes()).unwrap());

    let cell = |text: &str, more: &str| {
        format!("<Cell {more}><Data ss:Type=\"String\">{text}</Data></Cell>")
    };
    let row = |cells: &[String]| format!("<Row>{}</Row>", cells.concat());
    let plain = |text: &str| cell(text, "");
    let rows = [
        row(&["编号", "类别", "上报时间", "说明"].map(plain)),
        row(&[
            plain("1"),
            cell("楼道堆物", "ss:MergeDown=\"2\""),
            plain("2026-03-07"),
            plain("甲"),
        ]),
        row(&[plain("2"), cell("2026-03-08", "ss:Index=\"3\"")]),
        row(&[plain("3"), cell("2026-03-09", "ss:Index=\"3\"")]),
        row(&[
            plain("4"),
            plain("占道"),
            cell("2026-03-10", "ss:MergeAcross=\"1\""),
        ]),
    ];
    let text = format!(
        "<?xml version=\"1.0\"?><Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
         <Worksheet><Table>{}</Table></Worksheet></Workbook>",
        rows.concat()
    );
    assert_spread(&read(text.as_bytes()).unwrap());

    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    let plain = rust_xlsxwriter::Format::new();
    for (column, header) in (0..).zip(["编号", "类别", "上报时间", "说明"]) {
        sheet.write(0, column, header).unwrap();
    }
    for (row, cells) in (1..).zip(SPREAD) {
        sheet.write(row, 0, cells[0]).unwrap();
        sheet.write(row, 2, cells[2]).unwrap();
    }
    sheet.write(1, 3, "甲").unwrap();
    sheet.write(4, 1, "占道").unwrap();
    sheet.merge_range(1, 1, 3, 1, "楼道堆物", &plain).unwrap();
    sheet.merge_range(4, 2, 4, 3, "2026-03-10", &plain).unwrap();
    // Rows without other cells stay empty.
    sheet.merge_range(6, 0, 60, 0, "合计", &plain).unwrap();
    let mut book = read(&workbook.save_to_buffer().unwrap()).unwrap();
    let last = book.sheets[0].rows.pop().unwrap();
    assert_eq!((last.0, last.1[0].text().as_str()), (7, "合计"));
    assert_spread(&book);

    // A header spans two columns, one of which has no header of its own; cells below may span both
    // as well.
    let html =
        "<table><tr><td colspan=2>类别<td>上报时间<tr><td colspan=2>占道<td>2026-03-07</table>";
    let book = read(html.as_bytes()).unwrap();
    assert_eq!(book.sheets[0].headers, ["类别", "", "上报时间"]);
    assert_eq!(texts(&book.sheets[0]), [["占道", "", "2026-03-07"]]);
}

#[test]
fn merged_cells_cannot_exceed_the_memory_limit() {
    let page = |rows: usize, text: &str| {
        let header = "<tr><td>类别<td>上报时间<td>说明";
        let first = format!("<tr><td>占道<td>2026-03-07<td rowspan=99999 colspan=9>{text}");
        let rest = "<tr><td>占道<td>2026-03-08".repeat(rows - 1);
        format!("<table>{header}{first}{rest}</table>")
    };
    let book = read(page(15_000, "同上").as_bytes()).unwrap();
    let last = texts(&book.sheets[0]).pop().unwrap();
    assert_eq!(last, ["占道", "2026-03-08", "同上"]);
    // At most 64 MB of text, however small the file is.
    let long = "长".repeat(10_000);
    assert_eq!(read(page(15_000, &long).as_bytes()), Err(ReadError::Bomb));
}

#[test]
fn reading_stops_when_the_client_disconnects() {
    let budget = crate::index::Budget::new(u64::MAX, u64::MAX);
    let page = "<table><tr><td>类别<td>上报时间<tr><td>占道<td>2026-03-07</table>";
    let book = workbook("", &[("a", "visible", &[&HEADER])]);
    let files = [TEXT.as_bytes(), page.as_bytes(), &book];
    for file in files {
        assert_eq!(read_metered(file, &budget), read(file));
    }
    budget.stop();
    for file in files {
        assert_eq!(read_metered(file, &budget), Err(ReadError::Stopped));
    }
}
