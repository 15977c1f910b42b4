//! The columns of the sheet, their headers, and the names of values.

use serde_json::{Map, Value};

use super::Names;
use crate::model::Language;
use crate::model::names::property;

/// The type of the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// A moment.
    Moment,
}

/// A column of the sheet.
#[derive(Debug)]
pub struct Column {
    /// The property of a warning, or `id`, `lon`, `lat`.
    pub name: &'static str,
    /// The header in Chinese.
    pub zh: &'static str,
    /// The header in English.
    pub en: &'static str,
    /// Other headers that districts use for this column.
    pub also: &'static [&'static str],
    /// The type of the cells in the column.
    pub kind: Kind,
    /// Whether the column is exported.
    pub out: bool,
    /// Whether the column is imported. The values of other columns follow from the map and the
    /// rules.
    pub read: bool,
}

const fn column(
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    also: &'static [&'static str],
    kind: Kind,
) -> Column {
    Column {
        name,
        zh,
        en,
        also,
        kind,
        out: true,
        read: true,
    }
}

/// A column that is exported and ignored on import.
const fn derived(name: &'static str, zh: &'static str, en: &'static str, kind: Kind) -> Column {
    Column {
        read: false,
        ..column(name, zh, en, &[], kind)
    }
}

/// A column that is only imported.
const fn incoming(
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    also: &'static [&'static str],
    kind: Kind,
) -> Column {
    Column {
        out: false,
        ..column(name, zh, en, also, kind)
    }
}

use Kind::{Moment, Number, Text};

/// All columns, in the order of the export.
pub const COLUMNS: &[Column] = &[
    column(
        "id",
        "编号",
        "ID",
        &["案件编号", "事件编号", "工单编号", "case id"],
        Text,
    ),
    column(property::NUMBER, "受理编号", "Number", &["受理号"], Text),
    column(
        property::CATEGORY,
        "类别",
        "Category",
        &["问题类别", "事件类别", "案件类别", "类型", "问题类型"],
        Text,
    ),
    derived("level", "等级", "Level", Text),
    column(
        property::STATUS,
        "状态",
        "Status",
        &["案件状态", "办理状态"],
        Text,
    ),
    column(
        "place",
        "地点",
        "Place",
        &["地址", "位置", "事发地点", "发生地点", "address"],
        Text,
    ),
    column(property::BUILDING, "楼栋", "Building", &["楼栋编号"], Text),
    column(
        "building_unit",
        "单元",
        "Building unit",
        &["单元号", "楼门"],
        Text,
    ),
    column("room", "房间", "Room", &["房号", "室号"], Text),
    derived(property::COMPOUND, "小区", "Compound", Text),
    derived(property::GRID, "网格", "Grid", Text),
    derived(property::COMMUNITY, "社区", "Community", Text),
    derived(property::HOUSING, "房屋类型", "Housing", Text),
    column("lon", "经度", "Longitude", &["lng"], Number),
    column("lat", "纬度", "Latitude", &[], Number),
    column("source", "来源", "Source", &["上报渠道", "信息来源"], Text),
    column(
        "hotline_number",
        "热线工单号",
        "Hotline number",
        &["12345工单号", "热线编号"],
        Text,
    ),
    column(
        "note",
        "说明",
        "Note",
        &["描述", "问题描述", "情况说明", "事件描述", "description"],
        Text,
    ),
    column(
        "unit",
        "承办单位",
        "Unit",
        &["处置单位", "责任单位", "主办单位", "unit in charge"],
        Text,
    ),
    column(
        property::REPORTED_AT,
        "上报时间",
        "Reported at",
        &["发现时间", "登记时间", "受理时间"],
        Moment,
    ),
    column(property::FILED_AT, "立案时间", "Filed at", &[], Moment),
    column(
        "dispatched_at",
        "派遣时间",
        "Dispatched at",
        &["派单时间", "交办时间"],
        Moment,
    ),
    column(
        "due_at",
        "办理期限",
        "Due at",
        &["处置期限", "期限", "截止时间", "due"],
        Moment,
    ),
    column(
        "handled_at",
        "处置时间",
        "Handled at",
        &["办结时间", "完成时间"],
        Moment,
    ),
    incoming(
        "verified_at",
        "核查时间",
        "Verified at",
        &["核实时间"],
        Moment,
    ),
    column(
        property::CLOSED_AT,
        "结案时间",
        "Closed at",
        &["办结归档时间"],
        Moment,
    ),
    column(
        "parked_until",
        "挂账至",
        "Parked until",
        &["挂账期限"],
        Moment,
    ),
    derived("overdue_at", "超期时间", "Overdue since", Moment),
    column("rating", "评分", "Rating", &["评价", "满意度"], Number),
    incoming(
        "because",
        "不予立案原因",
        "Why not",
        &["退回原因", "挂账原因", "why"],
        Text,
    ),
    derived("reason", "预警原因", "Why this level", Text),
    derived("since", "预警开始时间", "Level since", Moment),
    derived("reports", "上报次数", "Reports", Number),
    derived("merged_into", "合并到", "Merged into", Text),
    column("exercise", "演练", "Drill", &[], Text),
];

impl Column {
    /// The header in one language.
    pub fn header(&self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        }
    }

    /// The column with a header, in either language and regardless of spacing and case.
    pub fn find(header: &str) -> Option<&'static Self> {
        let plain = |text: &str| -> String {
            text.chars()
                .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '*' | '＊' | '\u{feff}'))
                .flat_map(char::to_lowercase)
                .collect()
        };
        let named = |wanted: &str| {
            COLUMNS.iter().find(|c| {
                [c.name, c.zh, c.en]
                    .iter()
                    .chain(c.also)
                    .any(|name| plain(name) == wanted)
            })
        };
        let wanted = plain(header);
        // 上报时间（必填） matches 上报时间.
        let bare = || wanted.split(['(', '（']).next();
        named(&wanted).or_else(|| named(bare()?))
    }
}

/// Reads the names of the values of each property from the schema of `warnings`.
pub fn words(schema: &Value) -> Map<String, Value> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .filter_map(|(name, p)| Some((name.clone(), p.get("x-onemap-values")?.clone())))
        .collect()
}

/// The id of the value whose id, or whose name in either language, is `text`.
pub fn value_named(words: &Map<String, Value>, property: &str, text: &str) -> Option<String> {
    let values = words.get(property)?.as_object()?;
    values
        .iter()
        .find(|(id, names)| {
            let is = |key: &str| {
                names
                    .get(key)
                    .and_then(Value::as_str)
                    .is_some_and(|name| name.eq_ignore_ascii_case(text))
            };
            id.as_str() == text || is("zh") || is("en")
        })
        .map(|(id, _)| id.clone())
}

/// The name of a value; the value itself if it has no name.
pub fn value_name(
    words: &Map<String, Value>,
    names: &Names,
    property: &str,
    value: &str,
    language: Language,
) -> String {
    let known = match property {
        property::CATEGORY => names
            .categories
            .get(value)
            .map(|n| language.of(n).to_owned()),
        "unit" => Some(names.unit_name(value).to_owned()),
        property::COMMUNITY => names.grids.get(value).cloned(),
        _ => None,
    };
    known
        .or_else(|| {
            let key = match language {
                Language::Chinese => "zh",
                Language::English => "en",
            };
            let name = words.get(property)?.get(value)?.get(key)?;
            name.as_str().map(str::to_owned)
        })
        .unwrap_or_else(|| value.to_owned())
}
