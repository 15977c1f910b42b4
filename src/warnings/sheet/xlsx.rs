//! Reads XLSX (ECMA-376). Cells are read as a stream; the size that a sheet declares is not
//! trusted.

use std::io::{Cursor, Read};

use calamine::{DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx, open_workbook_from_rs};
use jiff::SignedDuration;

use super::cell::{Cell, Epoch, civil};
use super::table::{MOST_SHEETS, MOST_UNPACKED, Merged, ReadError, Room, Table};
use crate::model::both;

/// Reads every worksheet.
pub(super) fn tables(bytes: &[u8], room: &mut Room<'_>) -> Result<Vec<Table>, ReadError> {
    let wrong = |e: calamine::XlsxError| ReadError::Xlsx(e.to_string());
    check_parts(bytes, MOST_UNPACKED, room)?;
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(wrong)?;
    let epoch = if book.has_1904_epoch() {
        Epoch::Year1904
    } else {
        Epoch::Year1900
    };
    let sheets = book.sheets_metadata().to_vec();
    if sheets.len() > MOST_SHEETS {
        return Err(ReadError::TooBig);
    }
    let mut tables = Vec::new();
    for sheet in sheets {
        let mut table = Table {
            name: Some(sheet.name.clone()),
            hidden: sheet.visible != SheetVisible::Visible,
            epoch,
            ..Table::default()
        };
        // Chart sheets have no cells.
        if sheet.typ == SheetType::WorkSheet {
            let mut cells = book.worksheet_cells_reader(&sheet.name).map_err(wrong)?;
            while let Some(cell) = cells.next_cell().map_err(wrong)? {
                let (row, column) = cell.get_position();
                let value = value_of(cell.get_value());
                table.put(room, row as usize, column as usize, value)?;
            }
            drop(cells);
            let merged = book.merge_cells_by_sheet_name(&sheet.name).map_err(wrong)?;
            table.merged = merged.iter().map(merged_at).collect();
            table.spread(room)?;
        }
        tables.push(table);
    }
    Ok(tables)
}

fn merged_at(cells: &Dimensions) -> Merged {
    let size = |from: u32, to: u32| to.saturating_sub(from).saturating_add(1) as usize;
    let (from, to) = (cells.start, cells.end);
    Merged {
        row: from.0 as usize,
        column: from.1 as usize,
        down: size(from.0, to.0),
        across: size(from.1, to.1),
    }
}

fn value_of(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        // An error such as `#N/A` is kept as text, so that an error message about the cell can
        // quote it.
        DataRef::Error(e) => Cell::of_text(&e.to_string()),
        DataRef::Int(n) => Cell::Number(*n as f64),
        DataRef::Float(n) => Cell::Number(*n),
        DataRef::String(s) => Cell::of_text(s),
        DataRef::SharedString(s) => Cell::of_text(s),
        DataRef::Bool(b) => Cell::Text(if *b { "yes" } else { "no" }.to_owned()),
        DataRef::DateTime(at) => {
            // A date cell stores a time as a fraction of a day, which is rarely a whole number of seconds, so
            // it is rounded to seconds.
            let (y, mo, d, h, mi, s, milli) = at.to_ymd_hms_milli();
            let up = SignedDuration::from_secs(i64::from(milli >= 500));
            civil(y, mo, d, h, mi, s).map_or(Cell::Number(at.as_f64()), |t| Cell::Moment(t + up))
        }
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => Cell::of_text(s),
    }
}

/// Checks that an archive is an XLSX and that its parts unpack to at most `most` bytes. The parts
/// are unpacked to count their bytes, because the sizes that the archive declares are not trusted.
fn check_parts(bytes: &[u8], most: u64, room: &Room<'_>) -> Result<(), ReadError> {
    let wrong = |e: zip::result::ZipError| ReadError::Xlsx(e.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(wrong)?;
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| Some(name.ok()?.trim_start_matches('/').to_owned()))
        .collect();
    let has = |part: &str| names.iter().any(|name| name == part);
    if has("xl/workbook.bin") {
        return Err(ReadError::Other(both!(
            "二进制工作簿（.xlsb）",
            "a binary workbook (.xlsb)"
        )));
    }
    if has("content.xml") && has("META-INF/manifest.xml") {
        return Err(ReadError::Other(both!(
            "OpenDocument 文件",
            "an OpenDocument file"
        )));
    }
    if has("word/document.xml") {
        return Err(ReadError::Other(both!("Word 文档", "a Word document")));
    }
    if !names.iter().any(|name| name.starts_with("xl/")) {
        return Err(ReadError::Other(both!("ZIP 压缩包", "a ZIP archive")));
    }
    let mut left = most;
    let mut unpacked = vec![0; 64 << 10];
    for i in 0..archive.len() {
        let mut part = archive.by_index(i).map_err(wrong)?;
        loop {
            room.check_wanted()?;
            let size = part
                .read(&mut unpacked)
                .map_err(|e| ReadError::Xlsx(e.to_string()))?;
            if size == 0 {
                break;
            }
            left = left.checked_sub(size as u64).ok_or(ReadError::Bomb)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let room = Room::default();
        assert_eq!(check_parts(&bytes, 1_200_000, &room), Ok(()));
        assert_eq!(check_parts(&bytes, 1_199_999, &room), Err(ReadError::Bomb));
        assert_eq!(check_parts(&bytes, 0, &room), Err(ReadError::Bomb));
        assert!(matches!(
            check_parts(&bytes[..bytes.len() - 40], 1_200_000, &room),
            Err(ReadError::Xlsx(_))
        ));
    }
}
