//! An empty sheet for the import: the headers with explanations, and lists to choose values from.

use rust_xlsxwriter::{DataValidation, Format, FormatAlign, Note, Workbook};
use serde_json::{Map, Value};

use super::columns::{COLUMNS, Column, Kind, value_name};
use super::write::WriteError;
use super::{NEEDED, Names};
use crate::model::Language;
use crate::model::names::property;

/// The rows below the header in which values are chosen from lists.
const ROWS: u32 = 1_000;
/// The most characters of a list in a cell. A longer list is left out, because Excel refuses it.
const LONGEST_LIST: usize = 255;

/// Writes an empty workbook with the columns that the import reads.
///
/// # Errors
/// If the workbook cannot be written.
pub fn template(
    language: Language,
    names: &Names,
    words: &Map<String, Value>,
) -> Result<Vec<u8>, WriteError> {
    let is_chinese = language == Language::Chinese;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(if is_chinese { "台账导入" } else { "Import" })?;
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold().set_align(FormatAlign::Center);
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let text = Format::new().set_num_format("@");
    for (column, to) in COLUMNS.iter().filter(|c| c.read).zip(0_u16..) {
        let mut header = column.header(language).to_owned();
        if NEEDED.contains(&column.name) {
            header.push_str(if is_chinese {
                "（必填）"
            } else {
                " (required)"
            });
        }
        sheet.write_string_with_format(0, to, header, &bold)?;
        sheet.set_column_width(to, 18)?;
        if column.kind == Kind::Moment {
            sheet.set_column_format(to, &date)?;
        } else if column.kind == Kind::Text {
            // Without this format, Excel removes leading zeros.
            sheet.set_column_format(to, &text)?;
        }
        if let Some((zh, en)) = explained(column) {
            let note = Note::new(if is_chinese { zh } else { en });
            sheet.insert_note(0, to, &note.add_author_prefix(false))?;
        }
        let values = values(column, language, names, words);
        let length = values.iter().map(|v| v.chars().count() + 1).sum::<usize>();
        if !values.is_empty() && length <= LONGEST_LIST {
            let list = DataValidation::new().allow_list_strings(&values)?;
            sheet.add_data_validation(1, to, ROWS, to, &list)?;
        }
    }
    Ok(book.save_to_buffer()?)
}

/// The values of a column, if only these are accepted.
fn values(
    column: &Column,
    language: Language,
    names: &Names,
    words: &Map<String, Value>,
) -> Vec<String> {
    let ids: Vec<&str> = match column.name {
        property::CATEGORY => names.categories.keys().map(String::as_str).collect(),
        property::STATUS | "source" => {
            let known = words.get(column.name).and_then(Value::as_object);
            known
                .into_iter()
                .flatten()
                .map(|(id, _)| id.as_str())
                .collect()
        }
        _ => Vec::new(),
    };
    ids.into_iter()
        .map(|id| value_name(words, names, column.name, id, language))
        .collect()
}

/// What to enter in a column, in Chinese and English.
fn explained(column: &Column) -> Option<(&'static str, &'static str)> {
    Some(match column.name {
        "id" => (
            "可不填。填写后，再次导入同一编号的事件时只补充后续步骤。",
            "Optional. Rows with the id of a known case continue that case.",
        ),
        property::STATUS => (
            "可不填。不填时按最后一个时间判断。",
            "Optional. If it is empty, the latest time decides.",
        ),
        "place" => (
            "地点、楼栋、经纬度至少填一项。地址应含地图上的楼栋或小区名称，如 温泉花园3号楼。",
            "Enter a place, a building, or longitude and latitude. A place contains the name of a building or compound on \
             the map.",
        ),
        property::BUILDING => (
            "楼栋名称或编号，如 温泉花园3号楼。",
            "The name or the id of a building on the map.",
        ),
        "building_unit" => ("单元号，如 2。", "The number of the unit, such as 2."),
        "room" => (
            "房间号，如 501。仅工作人员可见。",
            "The number of the room, such as 501. Only staff can see it.",
        ),
        "lon" => (
            "WGS-84 坐标（度），如 117.13205。高德、腾讯地图的坐标请先转换。",
            "Degrees of WGS 84, such as 117.13205. Convert coordinates of AMap or Tencent maps first.",
        ),
        "lat" => (
            "WGS-84 坐标（度），如 39.22118。",
            "Degrees of WGS 84, such as 39.22118.",
        ),
        "unit" => (
            "成员单位的名称或编号。",
            "The name or the id of a member unit.",
        ),
        "rating" => ("1 至 5。", "1 to 5."),
        "exercise" => ("演练填“是”。", "Enter yes for a drill."),
        _ if column.kind == Kind::Moment => (
            "如 2026-11-22 14:05。",
            "A date and time such as 2026-11-22 14:05.",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::*;
    use crate::model::Localized;

    #[test]
    fn the_import_reads_every_header_of_the_template() {
        let category = Localized::new("楼道堆物", "corridor clutter");
        let names = Names {
            categories: [("corridor_clutter".to_owned(), category)].into(),
            ..Names::default()
        };
        for language in [Language::Chinese, Language::English] {
            let bytes = template(language, &names, &Map::new()).unwrap();
            let book = read(&bytes).unwrap();
            let headers = &book.sheets[0].headers;
            let found = headers
                .iter()
                .filter_map(|h| Column::find(h))
                .map(|c| c.name);
            let wanted = COLUMNS.iter().filter(|c| c.read).map(|c| c.name);
            assert!(found.eq(wanted), "{headers:?}");
            assert!(book.sheets[0].rows.is_empty());
        }
    }
}
