//! Tests with workbooks of Excel 97 to 2003, built record by record.

use super::super::read::{self, Book};
use super::*;

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

/// A string of two-byte characters with a two-byte length.
fn text(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = u16::try_from(units.len()).unwrap().to_le_bytes().to_vec();
    bytes.push(1);
    bytes.extend(units.into_iter().flat_map(u16::to_le_bytes));
    bytes
}

fn at(row: u16, column: u16, look: u16) -> Vec<u8> {
    [row, column, look]
        .into_iter()
        .flat_map(u16::to_le_bytes)
        .collect()
}

fn label(row: u16, column: u16, words: &str) -> Vec<u8> {
    record(LABEL, &[at(row, column, 0), text(words)].concat())
}

fn bof(kind: u16) -> Vec<u8> {
    record(BOF, &[BIFF8.to_le_bytes(), kind.to_le_bytes()].concat())
}

/// A workbook stream: the global records, and sheets with a name, a state and records.
fn stream(globals: &[Vec<u8>], sheets: &[(&str, u8, Vec<u8>)]) -> Vec<u8> {
    let head = |places: &[usize]| {
        let mut head = bof(5);
        head.extend(globals.concat());
        for ((name, state, _), place) in sheets.iter().zip(places) {
            let mut data = u32::try_from(*place).unwrap().to_le_bytes().to_vec();
            data.extend([*state, 0]);
            // The length of a sheet name has one byte.
            let mut name = text(name);
            name.remove(1);
            data.extend(name);
            head.extend(record(BOUND_SHEET, &data));
        }
        head.extend(record(EOF, &[]));
        head
    };
    let mut place = head(&vec![0; sheets.len()]).len();
    let mut places = Vec::new();
    let mut bodies = Vec::new();
    for (_, _, records) in sheets {
        places.push(place);
        let body = [bof(0x10), records.clone(), record(EOF, &[])].concat();
        place += body.len();
        bodies.extend(body);
    }
    [head(&places), bodies].concat()
}

/// A compound file with one stream, padded so that it is stored in regular sectors.
fn compound(name: &str, mut stream: Vec<u8>) -> Vec<u8> {
    stream.resize(stream.len().max(4096).next_multiple_of(512), 0);
    let sectors = stream.len() / 512;
    assert!(sectors < 126);
    let mut header = vec![0u8; 512];
    header[..8].copy_from_slice(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    header[30..32].copy_from_slice(&9u16.to_le_bytes());
    header[44..48].copy_from_slice(&1u32.to_le_bytes());
    header[48..52].copy_from_slice(&1u32.to_le_bytes());
    header[60..64].copy_from_slice(&u32::MAX.wrapping_sub(1).to_le_bytes());
    header[68..72].copy_from_slice(&u32::MAX.wrapping_sub(1).to_le_bytes());
    header[76..].fill(0xff);
    header[76..80].copy_from_slice(&0u32.to_le_bytes());
    // Sector 0 is the sector table, 1 the directory; the stream begins at 2.
    let mut table = vec![0xffff_fffd_u32, 0xffff_fffe];
    table.extend((0..sectors as u32).map(|i| i + 3));
    *table.last_mut().unwrap() = 0xffff_fffe;
    table.resize(128, u32::MAX);
    let entry = |name: &str, kind: u8, start: u32, size: u32| {
        let mut entry = vec![0u8; 128];
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..units.len()].copy_from_slice(&units);
        entry[64..66].copy_from_slice(&(units.len() as u16 + 2).to_le_bytes());
        entry[66] = kind;
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry[120..124].copy_from_slice(&size.to_le_bytes());
        entry
    };
    let mut folder = entry("Root Entry", 5, 0xffff_fffe, 0);
    folder.extend(entry(name, 2, 2, stream.len() as u32));
    folder.resize(512, 0);
    let table: Vec<u8> = table.into_iter().flat_map(u32::to_le_bytes).collect();
    [header, table, folder, stream].concat()
}

fn read(stream: Vec<u8>) -> Result<Book, ReadError> {
    read::read(&compound("Workbook", stream))
}

fn header() -> Vec<u8> {
    [
        label(0, 0, "编号"),
        label(0, 1, "类别"),
        label(0, 2, "上报时间"),
    ]
    .concat()
}

#[test]
fn a_workbook_of_excel_97_is_read_with_all_its_sheets() {
    // The texts of cells are in one list, which continues in another record in the middle of a
    // word, with one byte per character there.
    let mut list = [2u32.to_le_bytes(), 2u32.to_le_bytes()].concat();
    list.extend(text("楼道堆物"));
    list.extend([5, 0, 1]);
    list.extend("占道".encode_utf16().flat_map(u16::to_le_bytes));
    let more = [&[0u8][..], b"abc"].concat();
    let format = [&164u16.to_le_bytes()[..], &text("yyyy\"年\"m\"月\"d\"日\"")].concat();
    let globals = [
        record(FORMAT, &format),
        record(XF, &[0, 0, 0, 0]),
        record(XF, &[0, 0, 164, 0]),
        record(SST, &list),
        record(CONTINUE, &more),
    ];
    let sst = |row, column, index: u32| {
        record(
            LABEL_SST,
            &[&at(row, column, 0)[..], &index.to_le_bytes()].concat(),
        )
    };
    let number = |row, column, look, n: f64| {
        record(
            NUMBER,
            &[&at(row, column, look)[..], &n.to_le_bytes()].concat(),
        )
    };
    let mut packed = at(1, 0, 0)[..4].to_vec();
    packed.extend([&0u16.to_le_bytes()[..], &((7u32 << 2) | 2).to_le_bytes()].concat());
    packed.extend(0u16.to_le_bytes());
    let formula = |row, column, value: [u8; 8]| {
        record(
            FORMULA,
            &[at(row, column, 0), value.to_vec(), vec![0; 8]].concat(),
        )
    };
    let first = [
        header(),
        record(MUL_RK, &packed),
        sst(1, 1, 0),
        number(1, 2, 1, 46_088.5),
        // A chart inside of the sheet has records like those of cells.
        bof(0x20),
        label(2, 0, "图"),
        record(EOF, &[]),
        formula(3, 0, [0, 0, 0, 0, 0, 0, 0xff, 0xff]),
        record(STRING, &text("A-9")),
        sst(3, 1, 1),
        record(BOOL_ERR, &[&at(3, 2, 0)[..], &[0x2a, 1]].concat()),
    ];
    let stream = stream(
        &globals,
        &[
            ("一月", 0, first.concat()),
            ("藏", 1, header()),
            ("二月", 0, [header(), label(1, 0, "B-1")].concat()),
        ],
    );
    let book = read(stream).unwrap();
    let names: Vec<_> = book
        .sheets
        .iter()
        .map(|s| s.name.clone().unwrap())
        .collect();
    assert_eq!(names, ["一月", "二月"]);
    assert_eq!(book.skipped[0].sheet, "藏");
    let rows = &book.sheets[0].rows;
    assert_eq!(rows[0].0, 2);
    assert_eq!(
        (rows[0].1[0].number(), rows[0].1[1].text()),
        (Some(7.0), "楼道堆物".into())
    );
    assert_eq!(
        rows[0].1[2],
        Cell::Moment("2026-03-07T04:00:00Z".parse().unwrap())
    );
    assert_eq!(rows[1].0, 4);
    let last: Vec<String> = rows[1].1.iter().map(Cell::text).collect();
    assert_eq!(last, ["A-9", "占道abc", "#N/A"]);
}

#[test]
fn a_workbook_of_an_old_mac_counts_from_1904() {
    let unformatted = record(
        NUMBER,
        &[&at(1, 2, 0)[..], &44_626f64.to_le_bytes()].concat(),
    );
    let stream = stream(
        &[record(DATE_MODE, &[1, 0]), record(XF, &[0; 4])],
        &[("a", 0, [header(), unformatted].concat())],
    );
    let sheet = &read(stream).unwrap().sheets[0];
    let at = sheet.rows[0].1[2].moment(sheet.epoch).unwrap();
    assert_eq!(at.to_string(), "2026-03-06T16:00:00Z");
}

#[test]
fn older_and_encrypted_workbooks_are_refused_with_their_type() {
    let said = |bytes: &[u8]| read::read(bytes).unwrap_err().to_string();
    let locked = stream(&[record(FILE_PASS, &[1, 0])], &[]);
    assert!(said(&compound("Workbook", locked)).contains("password"));
    assert!(said(&compound("EncryptedPackage", Vec::new())).contains("password"));
    assert!(said(&compound("Book", Vec::new())).contains("Excel 5 or 95"));
    assert!(said(&compound("WordDocument", Vec::new())).contains("Word"));
}

#[test]
fn damage_at_any_position_gives_an_error() {
    let whole = stream(
        &[record(XF, &[0; 4])],
        &[(
            "一月",
            0,
            [header(), label(1, 0, "A-1"), label(1, 1, "x")].concat(),
        )],
    );
    let file = compound("Workbook", whole);
    for cut in (0..file.len()).step_by(37) {
        // Any result is accepted, but reading must not panic.
        let _ = read::read(&file[..cut]);
    }
    for place in 0..file.len() {
        for value in [0, 0x7f, 0xff] {
            let mut damaged = file.clone();
            damaged[place] = value;
            let _ = read::read(&damaged);
        }
    }
    // A sheet that begins after the end of the file, and a directory whose sector points to itself.
    let mut beyond = file.clone();
    let name = beyond.windows(2).position(|w| w == [0x85, 0x00]).unwrap();
    beyond[name + 4..name + 8].fill(0x7f);
    assert!(matches!(read::read(&beyond), Err(ReadError::Xls(_))));
    let mut circle = file;
    circle[512 + 4..512 + 8].copy_from_slice(&1u32.to_le_bytes());
    assert!(matches!(read::read(&circle), Err(ReadError::Xls(_))));
}

#[test]
fn a_format_shows_a_date_or_not() {
    for date in [
        "yyyy-m-d",
        "yyyy\"年\"m\"月\"d\"日\"",
        "[$-804]h:mm",
        "m/d/yy h:mm",
    ] {
        assert!(is_date_format(date), "{date}");
    }
    for none in ["General", "0.00E+00", "#,##0\"day\"", "[Red]0", "0\\m", "@"] {
        assert!(!is_date_format(none), "{none}");
    }
}

#[test]
fn all_four_encodings_of_numbers_are_read() {
    assert_eq!(rk_number(0x3ff0_0000), 1.0);
    assert_eq!(rk_number((46_088 << 2) | 2), 46_088.0);
    assert_eq!(rk_number((12_345 << 2) | 3), 123.45);
    assert_eq!(rk_number((-5_i32 << 2).cast_unsigned() | 2), -5.0);
}

#[test]
fn merged_cells_of_excel_97_are_copied_into_all_their_rows() {
    let merged = |row: (u16, u16), column: (u16, u16)| -> Vec<u8> {
        let numbers = [1, row.0, row.1, column.0, column.1];
        numbers.iter().flat_map(|n: &u16| n.to_le_bytes()).collect()
    };
    let body = [
        header(),
        label(1, 0, "1"),
        label(1, 1, "占道"),
        label(1, 2, "2026-03-07"),
        label(2, 0, "2"),
        label(2, 2, "2026-03-08"),
        record(MERGED_CELLS, &merged((1, 60_000), (1, 1))),
    ]
    .concat();
    let book = read(stream(&[], &[("a", 0, body)])).unwrap();
    let column = |n: usize| book.sheets[0].rows[n].1[1].text();
    assert_eq!((column(0), column(1)), ("占道".into(), "占道".into()));
    assert_eq!(book.sheets[0].rows.len(), 2);
}
