//! A file that comes in, as plain cells: CSV in UTF-8 or in GB 18030 (as Excel writes it in China),
//! or the first sheet of an XLSX.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx, open_workbook_from_rs};
use encoding_rs::GB18030;
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::CHINA;

/// The most rows of one file. A year of a busy district has 70,000 cases; more comes in parts.
pub const MOST_ROWS: usize = 20_000;
/// The most columns.
pub const MOST_COLUMNS: usize = 200;
/// The most that an XLSX may unpack to: `MOST_ROWS` rows take a tenth of it.
const MOST_UNPACKED: u64 = 256 << 20;

/// Why a file is no sheet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not CSV.
    #[error("line {line} is not CSV: {problem}")]
    Csv {
        /// The line.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// It is in an encoding that is not taken.
    #[error("this text is neither UTF-8, UTF-16 nor GB 18030; save it as \"CSV UTF-8\" or XLSX")]
    Encoding,
    /// It is not XLSX.
    #[error("this is not an XLSX file: {0}")]
    Xlsx(String),
    /// It has more than is taken at once.
    #[error("a file has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns; bring it in parts")]
    TooBig,
    /// It is small, and unpacks to more than any sheet.
    #[error("this XLSX unpacks to more than {} MB, and no sheet does; bring it in parts", MOST_UNPACKED >> 20)]
    Bomb,
    /// It has no row at all.
    #[error("the file is empty: expected a first row with headers")]
    Empty,
}

/// One cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text, without the blanks around it.
    Text(String),
    /// A number.
    Number(f64),
    /// A date, of which the sheet does not say the zone: China's.
    Moment(Timestamp),
}

/// A sheet: headers, and rows with their numbers as the sheet counts them, the header being 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// The first row.
    pub headers: Vec<String>,
    /// The others, without empty ones.
    pub rows: Vec<(u32, Vec<Cell>)>,
}

/// Reads CSV, separated by commas, semicolons or tabs.
pub fn csv(bytes: &[u8]) -> Result<Sheet, ReadError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // UTF-16, as spreadsheets save "Unicode text", is known by its first bytes.
        Err(_) => match GB18030.decode(bytes) {
            (text, _, false) => text.into_owned(),
            _ => return Err(ReadError::Encoding),
        },
    };
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let separator = [b',', b'\t', b';']
        .into_iter()
        .max_by_key(|s| (first.bytes().filter(|b| b == s).count(), *s == b','))
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| ReadError::Csv {
            line: e.position().map_or(0, csv::Position::line),
            problem: e.to_string(),
        })?;
        if rows.len() > MOST_ROWS || record.len() > MOST_COLUMNS {
            return Err(ReadError::TooBig);
        }
        rows.push(record.iter().map(text_cell).collect());
    }
    Sheet::of(rows)
}

/// Reads the first sheet of an XLSX. Cells are read as they stream by: the size that a sheet says it
/// has is not believed.
pub fn xlsx(bytes: &[u8]) -> Result<Sheet, ReadError> {
    let wrong = |e: calamine::XlsxError| ReadError::Xlsx(e.to_string());
    unpacks_to_less(bytes, MOST_UNPACKED)?;
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(wrong)?;
    let name = book
        .sheet_names()
        .first()
        .cloned()
        .ok_or(ReadError::Empty)?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(wrong)?;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(wrong)? {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        let value = match cell.get_value() {
            DataRef::Empty | DataRef::Error(_) => continue,
            DataRef::Int(n) => Cell::Number(*n as f64),
            DataRef::Float(n) => Cell::Number(*n),
            DataRef::String(s) => plain_cell(s),
            DataRef::SharedString(s) => plain_cell(s),
            DataRef::Bool(b) => Cell::Text(if *b { "yes" } else { "no" }.to_owned()),
            DataRef::DateTime(at) => {
                // A fraction of a day is never exactly a second.
                let (y, mo, d, h, mi, s, milli) = at.to_ymd_hms_milli();
                let up = SignedDuration::from_secs(i64::from(milli >= 500));
                civil(y, mo, d, h, mi, s)
                    .map_or(Cell::Number(at.as_f64()), |t| Cell::Moment(t + up))
            }
            DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => plain_cell(s),
        };
        if value == Cell::Empty {
            continue;
        }
        if row > MOST_ROWS || column >= MOST_COLUMNS {
            return Err(ReadError::TooBig);
        }
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        let line = &mut rows[row];
        if line.len() <= column {
            line.resize(column + 1, Cell::Empty);
        }
        line[column] = value;
    }
    Sheet::of(rows)
}

/// Whether the parts of an archive unpack to no more than that: tried, since the sizes that it says
/// they have are not believed either.
fn unpacks_to_less(bytes: &[u8], most: u64) -> Result<(), ReadError> {
    let wrong = |e: zip::result::ZipError| ReadError::Xlsx(e.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(wrong)?;
    let mut left = most;
    for i in 0..archive.len() {
        let part = archive.by_index(i).map_err(wrong)?;
        let mut part = part.take(left.saturating_add(1));
        let size = std::io::copy(&mut part, &mut std::io::sink())
            .map_err(|e| ReadError::Xlsx(e.to_string()))?;
        left = left.checked_sub(size).ok_or(ReadError::Bomb)?;
    }
    Ok(())
}

impl Sheet {
    fn of(rows: Vec<Vec<Cell>>) -> Result<Self, ReadError> {
        let mut lines = rows
            .into_iter()
            .zip(1_u32..)
            .filter(|(cells, _)| cells.iter().any(|c| *c != Cell::Empty));
        let (header, _) = lines.next().ok_or(ReadError::Empty)?;
        Ok(Self {
            headers: header.iter().map(Cell::text).collect(),
            rows: lines.map(|(cells, row)| (row, cells)).collect(),
        })
    }
}

/// A cell of CSV: the apostrophe that keeps a spreadsheet from running it is taken off.
fn text_cell(text: &str) -> Cell {
    let text = text.trim();
    let bare = text
        .strip_prefix('\'')
        .filter(|rest| rest.starts_with(['=', '+', '-', '@', '\'']));
    plain_cell(bare.unwrap_or(text))
}

fn plain_cell(text: &str) -> Cell {
    let text = text.trim();
    if text.is_empty() {
        Cell::Empty
    } else {
        Cell::Text(text.to_owned())
    }
}

impl Cell {
    /// The cell as text; a whole number without a point.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(n) => n.to_string(),
            Self::Moment(at) => at.to_string(),
        }
    }

    /// The cell as a number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(n) => Some(*n),
            Self::Text(text) => text.parse().ok().filter(|n: &f64| n.is_finite()),
            _ => None,
        }
    }

    /// The cell as a moment. A time without a zone is China's; a day alone is its first moment.
    pub fn moment(&self) -> Option<Timestamp> {
        match self {
            Self::Moment(at) => Some(*at),
            Self::Text(text) => moment(text),
            // A date that lost its format: a day since the last of 1899, between 1954 and 2119.
            Self::Number(n) if (20_000.0..80_000.0).contains(n) => {
                let seconds = ((n - 25_569.0) * 86_400.0).round() as i64;
                Timestamp::from_second(seconds - i64::from(CHINA.seconds())).ok()
            }
            _ => None,
        }
    }
}

/// Reads `2026-11-22T14:05:00+08:00`, `2026-11-22 14:05`, `2026/11/22`, `2026年11月22日 14时05分`.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let numbers: Vec<u16> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    let known = text
        .chars()
        .all(|c| c.is_ascii_digit() || "-/.: T年月日时分秒".contains(c));
    if !known {
        return None;
    }
    let small = |i: usize| {
        numbers
            .get(i)
            .copied()
            .map_or(Some(0), |n| u8::try_from(n).ok())
    };
    let (year, month, day) = (*numbers.first()?, small(1)?, small(2)?);
    if !(3..=6).contains(&numbers.len()) || !(1900..=2200).contains(&year) {
        return None;
    }
    civil(year, month, day, small(3)?, small(4)?, small(5)?)
}

fn civil(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<Timestamp> {
    let small = |n: u8| i8::try_from(n).ok();
    let date = Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
    // 24:00 is midnight at the end of the day.
    let (date, hour) = if hour == 24 {
        (date.checked_add(1.day()).ok()?, 0)
    } else {
        (date, hour)
    };
    let time = jiff::civil::Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
    CHINA.to_timestamp(DateTime::from_parts(date, time)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let expected: Timestamp = "2026-11-22T06:05:00Z".parse().unwrap();
        for text in [
            "2026-11-22T14:05:00+08:00",
            "2026-11-22T06:05:00Z",
            "2026-11-22 14:05",
            "2026/11/22 14:05:00",
            "2026.11.22 14:05",
            "2026年11月22日 14时05分",
            "2026年11月22日14:05",
        ] {
            assert_eq!(moment(text), Some(expected), "{text}");
        }
        let day: Timestamp = "2026-11-21T16:00:00Z".parse().unwrap();
        assert_eq!(moment("2026/11/22"), Some(day));
        assert_eq!(Cell::Number(46_348.0).moment(), Some(day));
        for text in [
            "",
            "昨天",
            "22-11-2026",
            "2026-13-01",
            "2026-11",
            "2026-11-22 25:00",
            "0",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_sheet_saved_by_excel_in_china_is_read() {
        let text = "编号,类别\r\nA-1,楼道堆物\r\n,\r\nA-2,\"占道\r\n经营\"\r\n";
        let (gbk, _, _) = GB18030.encode(text);
        for bytes in [text.as_bytes(), &gbk, format!("\u{feff}{text}").as_bytes()] {
            let sheet = csv(bytes).unwrap();
            assert_eq!(sheet.headers, ["编号", "类别"]);
            assert_eq!(sheet.rows.len(), 2);
            assert_eq!(sheet.rows[1].0, 4);
            assert_eq!(sheet.rows[0].1[1], Cell::Text("楼道堆物".into()));
        }
        let tabs = csv("编号\t类别\nA-1\ta,b".as_bytes()).unwrap();
        assert_eq!(tabs.rows[0].1[1], Cell::Text("a,b".into()));
        let wide: Vec<u8> = std::iter::once(0xfeff)
            .chain(text.replace(',', "\t").encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(csv(&wide).unwrap(), csv(text.as_bytes()).unwrap());
        let latin = b"id,category\n\xe9\xff,1";
        assert_eq!(csv(latin), Err(ReadError::Encoding));
        assert_eq!(csv(b""), Err(ReadError::Empty));
        assert!(matches!(xlsx(b"PK not really"), Err(ReadError::Xlsx(_))));
    }

    #[test]
    fn a_small_archive_that_unpacks_to_more_than_any_sheet_is_refused() {
        use std::io::Write;
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for part in ["xl/a.xml", "xl/b.xml"] {
            archive
                .start_file(part, zip::write::SimpleFileOptions::default())
                .unwrap();
            archive.write_all(&vec![b' '; 600_000]).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        assert!(bytes.len() < 10_000);
        assert_eq!(unpacks_to_less(&bytes, 1_200_000), Ok(()));
        assert_eq!(unpacks_to_less(&bytes, 1_199_999), Err(ReadError::Bomb));
        assert_eq!(unpacks_to_less(&bytes, 0), Err(ReadError::Bomb));
        assert!(matches!(
            unpacks_to_less(&bytes[..bytes.len() - 40], 1_200_000),
            Err(ReadError::Xlsx(_))
        ));
    }
}
