//! Converts a ledger that a district kept in a spreadsheet before to backdated steps: each row
//! becomes the steps that the ledger would have recorded, each at its own time.
//!
//! A row has at least a category, the time of the report, and a place: longitude and latitude, a
//! building, or an address on the map. The column status says how far the case got; if it is empty,
//! the latest time of the row decides. A step without a time gets the time of the step before it.
//! Columns that follow from the map and the rules (level, grid, …) are ignored. Unknown columns are
//! ignored too and named in the result.

mod number;
mod steps;

use std::collections::BTreeMap;

use geo_types::{Coord, Geometry};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::cell::Cell;
use super::columns::{Column, value_name, value_named};
use super::read::Sheet;
use super::{MOST_SAID, NEEDED, Names, Problem, sheet_time};
use crate::index::{Free, Meter};
use crate::model::names::property;
use crate::model::{FeatureId, Language, Localized};
use crate::warnings::field::TEXT_LIMIT;
use crate::warnings::{ActionRequest, CaseNumber, RoomNumber, Source, Status, UnitNumber};

/// A parsed row.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The index of the row's sheet among those that were read.
    pub from: usize,
    /// The name of the row's sheet in the workbook.
    pub sheet: Option<String>,
    /// The number of the row in the sheet.
    pub row: u32,
    /// The id of the case, if the row has one.
    pub id: Option<FeatureId>,
    /// The number of the case, if the row has one.
    pub number: Option<CaseNumber>,
    /// Identifies a row without an id: the same row in a later import has the same key.
    pub key: String,
    /// The category.
    pub category: String,
    /// When the case was reported.
    pub reported_at: Timestamp,
    /// The source of the report.
    pub source: Source,
    /// The text of the reporter.
    pub note: Option<String>,
    /// The ticket number of the 12345 hotline.
    pub hotline_number: Option<String>,
    /// The description of the place.
    pub place: Option<String>,
    /// The building's id, or its name.
    pub building: Option<String>,
    /// The number of the unit (单元) of the building.
    pub building_unit: Option<String>,
    /// The number of the room.
    pub room: Option<String>,
    /// The position in degrees of WGS 84.
    pub position: Option<Coord<f64>>,
    /// The full geometry of a row that does not come from a sheet; sheets have positions only.
    pub geometry: Option<Geometry<f64>>,
    /// Whether the case is a drill.
    pub exercise: bool,
    /// The status that the case has reached.
    pub status: Status,
    /// The id of the unit in charge.
    pub unit: Option<String>,
    /// The steps after the report, in order.
    pub steps: Vec<PlannedStep>,
}

/// A step that a row describes.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedStep {
    /// The time of the step.
    pub at: Timestamp,
    /// The action with its fields.
    pub request: ActionRequest,
}

/// The cases of a sheet, and the errors in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The rows without errors.
    pub rows: Vec<Planned>,
    /// The errors in the other rows.
    pub problems: Vec<Problem>,
    /// Headers that match no known column.
    pub ignored: Vec<String>,
}

/// Parses the sheets of one or several files. `words` are the names of the property values, as
/// [`columns::words`](super::columns::words) reads them from the schema. Times after `now` are
/// refused.
pub fn plan(sheets: &[Sheet], names: &Names, words: &Map<String, Value>, now: Timestamp) -> Plan {
    let Ok(plan) = plan_metered(sheets, names, words, now, &Free);
    plan
}

/// Like [`plan`], with a meter that can stop the work.
///
/// # Errors
/// If the meter stops the work.
pub fn plan_metered<M: Meter>(
    sheets: &[Sheet],
    names: &Names,
    words: &Map<String, Value>,
    now: Timestamp,
    meter: &M,
) -> Result<Plan, M::Stop> {
    let mut plan = Plan::default();
    let mut places = Vec::with_capacity(sheets.len());
    for (from, sheet) in sheets.iter().enumerate() {
        places.push(places_of(from, sheet, &mut plan));
    }
    if !plan.problems.is_empty() {
        return Ok(plan);
    }
    // The same row has the same key in every sheet; repetitions are numbered.
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for ((from, sheet), places) in sheets.iter().enumerate().zip(&places) {
        rows_of(
            from,
            sheet,
            places,
            (names, words, now),
            meter,
            (&mut seen, &mut plan),
        )?;
    }
    Ok(plan)
}

/// The index of each column of a sheet, by the name of the column. Adds a problem to the plan for each column
/// that is missing or occurs twice.
fn places_of(from: usize, sheet: &Sheet, plan: &mut Plan) -> BTreeMap<&'static str, usize> {
    let mut places: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut wrong = |column: Option<String>, what: Localized| {
        let problem = Problem::new(sheet.header_row, column, what);
        plan.problems
            .push(problem.of_sheet(from, sheet.name.as_deref()));
    };
    for (i, header) in sheet.headers.iter().enumerate() {
        match Column::find(header) {
            Some(column) if column.read => {
                if places.insert(column.name, i).is_some() {
                    wrong(
                        Some(header.clone()),
                        Localized::new(
                            format!("有两列都是“{}”，请只保留一列", column.zh),
                            format!(
                                "two headers stand for the column {:?}; keep one of them",
                                column.zh
                            ),
                        ),
                    );
                }
            }
            Some(_) => {}
            None if header.is_empty() || plan.ignored.contains(header) => {}
            None => plan.ignored.push(header.clone()),
        }
    }
    for needed in NEEDED {
        if !places.contains_key(needed)
            && let Some(column) = Column::find(needed)
        {
            let headers: Vec<&str> = sheet
                .headers
                .iter()
                .map(String::as_str)
                .filter(|h| !h.is_empty())
                .take(60)
                .collect();
            wrong(
                None,
                Localized::new(
                    format!(
                        "缺少“{}”列；现有的表头是：{}",
                        column.zh,
                        headers.join("、")
                    ),
                    format!(
                        "there is no column {} ({}); the headers are {}",
                        column.zh,
                        column.en,
                        headers.join(", ")
                    ),
                ),
            );
        }
    }
    places
}

fn rows_of<M: Meter>(
    from: usize,
    sheet: &Sheet,
    places: &BTreeMap<&'static str, usize>,
    (names, words, now): (&Names, &Map<String, Value>, Timestamp),
    meter: &M,
    (seen, plan): (&mut BTreeMap<String, u32>, &mut Plan),
) -> Result<(), M::Stop> {
    for (row, cells) in &sheet.rows {
        meter.read(1)?;
        let mut line = Line {
            from,
            sheet,
            row: *row,
            cells,
            places,
            names,
            words,
            now,
            problems: Vec::new(),
        };
        let planned = line.read();
        line.beyond_headers();
        let problems = line.problems;
        match planned {
            Some(mut planned) if problems.is_empty() => {
                let name = match &planned.id {
                    Some(id) => id.to_string(),
                    None => planned.key.clone(),
                };
                let name_of_row = name.clone();
                let count = seen.entry(name).or_default();
                *count += 1;
                if *count > 1 && planned.id.is_some() {
                    let column = places.get("id").and_then(|i| sheet.headers.get(*i));
                    let problem = Problem::new(
                        *row,
                        column.cloned(),
                        Localized::new("与另一行的编号重复", "another row has this id"),
                    );
                    let problem = problem.in_cell(&name_of_row);
                    plan.problems
                        .push(problem.of_sheet(from, sheet.name.as_deref()));
                    continue;
                }
                if *count > 1 {
                    planned.key.push_str(&format!("|{count}"));
                }
                plan.rows.push(planned);
            }
            _ => plan.problems.extend(problems),
        }
    }
    Ok(())
}

/// One row while it is parsed.
struct Line<'a> {
    from: usize,
    sheet: &'a Sheet,
    row: u32,
    cells: &'a [Cell],
    places: &'a BTreeMap<&'static str, usize>,
    names: &'a Names,
    words: &'a Map<String, Value>,
    now: Timestamp,
    problems: Vec<Problem>,
}

impl Line<'_> {
    fn cell(&self, column: &str) -> &Cell {
        self.places
            .get(column)
            .and_then(|i| self.cells.get(*i))
            .unwrap_or(&Cell::Empty)
    }

    fn wrong(&mut self, column: &str, zh: impl Into<String>, en: impl Into<String>) {
        let place = self.places.get(column);
        let header = place.and_then(|i| self.sheet.headers.get(*i));
        let problem = Problem::new(self.row, header.cloned(), Localized::new(zh, en));
        let problem = problem.in_cell(&self.cell(column).text());
        let name = self.sheet.name.as_deref();
        self.problems.push(problem.of_sheet(self.from, name));
    }

    /// Reports a text that is not the name of any value of a property.
    fn no_value<'b>(
        &mut self,
        column: &str,
        known: impl Iterator<Item = &'b str> + Clone,
        text: &str,
    ) {
        let zh: Vec<String> = known
            .clone()
            .map(|id| value_name(self.words, self.names, column, id, Language::Chinese))
            .collect();
        let ids: Vec<&str> = known.collect();
        self.wrong(
            column,
            format!("应为 {} 之一，实际为“{text}”", zh.join("、")),
            format!("expected one of {}, found {text:?}", ids.join(", ")),
        );
    }

    fn text(&mut self, column: &str) -> Option<String> {
        let text = self.cell(column).text();
        let length = text.chars().count();
        if length > TEXT_LIMIT {
            self.wrong(
                column,
                format!("不能超过 {TEXT_LIMIT} 个字符，实际有 {length} 个"),
                format!("at most {TEXT_LIMIT} characters, found {length}"),
            );
            return None;
        }
        if text.contains('\0') {
            self.wrong(column, "含有空字符（NUL）", "contains a NUL character");
            return None;
        }
        (!text.is_empty()).then_some(text)
    }

    fn moment(&mut self, column: &str) -> Option<Timestamp> {
        let cell = self.cell(column).clone();
        if cell == Cell::Empty {
            return None;
        }
        let at = cell.moment(self.sheet.epoch);
        if at.is_none() {
            self.wrong(
                column,
                format!(
                    "应为 2026-11-22 14:05 或 2026年11月22日 下午2时05分 这样的日期和时间，实际为“{}”",
                    cell.text()
                ),
                format!(
                    "expected a date and time like 2026-11-22 14:05, found {:?}",
                    cell.text()
                ),
            );
        }
        at
    }

    fn number(&mut self, column: &str, most: f64) -> Option<f64> {
        let cell = self.cell(column).clone();
        if cell == Cell::Empty {
            return None;
        }
        let number = cell.number().filter(|n| n.abs() <= most);
        if number.is_none() {
            self.wrong(
                column,
                format!("应为 -{most} 至 {most} 的数，实际为“{}”", cell.text()),
                format!(
                    "expected a number from -{most} to {most}, found {:?}",
                    cell.text()
                ),
            );
        }
        number
    }

    /// Reports cells to the right of the last header. They are usually the rest of a text that
    /// contains a separator and would be lost.
    fn beyond_headers(&mut self) {
        let last = self.sheet.headers.len();
        let cells = self.cells.iter().enumerate().skip(last);
        let Some((i, cell)) = cells.into_iter().find(|(_, c)| **c != Cell::Empty) else {
            return;
        };
        let (number, all) = (i + 1, cell.text());
        let mut value: String = all.chars().take(MOST_SAID).collect();
        if value.len() < all.len() {
            value.push('…');
        }
        let problem = Problem::new(
            self.row,
            None,
            Localized::new(
                format!(
                    "第 {number} 列没有表头，却有内容“{value}”：若它是前一格文字中逗号后面的部分，请用英文双引号把整段文字括起来；否则请给这一列加表头"
                ),
                format!(
                    "column {number} has no header and contains {value:?}: if it belongs to a text with a comma in the cell before it, put the text in quotes (\"); otherwise give the column a header"
                ),
            ),
        );
        let name = self.sheet.name.as_deref();
        self.problems.push(problem.of_sheet(self.from, name));
    }

    fn read(&mut self) -> Option<Planned> {
        let id = self.text("id").and_then(|text| {
            FeatureId::new(&text)
                .map_err(|e| self.wrong("id", format!("“{text}”不能用作编号"), e.to_string()))
                .ok()
        });
        let category = self.category();
        let reported_at = self.past(property::REPORTED_AT);
        if reported_at.is_none() && self.cell(property::REPORTED_AT) == &Cell::Empty {
            self.wrong(
                property::REPORTED_AT,
                "缺少上报时间",
                "expected the time of the report, found nothing",
            );
        }
        let source = self.source();
        let (lon, lat) = (self.number("lon", 180.0), self.number("lat", 90.0));
        let position = match (lon, lat) {
            (Some(x), Some(y)) => Some(Coord { x, y }),
            (None, None) => None,
            _ => {
                self.wrong(
                    "lon",
                    "经度和纬度应同时填写",
                    "expected longitude and latitude, found only one of them",
                );
                None
            }
        };
        let (place, building) = (self.text("place"), self.text(property::BUILDING));
        if position.is_none() && place.is_none() && building.is_none() {
            self.wrong(
                "place",
                "缺少地点：请填写经纬度、楼栋，或地图上有的地址",
                "the place is missing: expected longitude and latitude, a building, or an address on the map",
            );
        }
        let building_unit = self.door("building_unit", |text| UnitNumber::parse(text).map(|n| n.0));
        let room = self.door("room", |text| RoomNumber::parse(text).map(|n| n.0));
        let unit = self.unit();
        let exercise = self
            .text("exercise")
            .is_some_and(|t| matches!(&*t.to_lowercase(), "是" | "yes" | "true" | "1" | "y"));
        let (note, hotline_number) = (self.text("note"), self.text("hotline_number"));
        let (status, steps) = self.steps(reported_at, unit.as_deref(), note.as_deref());
        let (category, reported_at) = (category?, reported_at?);
        let number = self.number_of(reported_at)?;
        let here = position.map_or_else(String::new, |c| format!("{},{}", c.x, c.y));
        let key = [
            "sheet",
            &category,
            &reported_at.to_string(),
            building.as_deref().unwrap_or_default(),
            place.as_deref().unwrap_or_default(),
            &here,
            note.as_deref().unwrap_or_default(),
            hotline_number.as_deref().unwrap_or_default(),
        ]
        .join("|");
        Some(Planned {
            from: self.from,
            sheet: self.sheet.name.clone(),
            row: self.row,
            id,
            number,
            key,
            category,
            reported_at,
            source,
            note,
            hotline_number,
            place,
            building,
            building_unit,
            room,
            position,
            geometry: None,
            exercise,
            status,
            unit,
            steps,
        })
    }

    /// The number of a unit or room.
    fn door(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<String, Localized>,
    ) -> Option<String> {
        let text = self.text(column)?;
        let read = parse(&text).map_err(|Localized { zh, en }| self.wrong(column, zh, en));
        read.ok()
    }

    fn category(&mut self) -> Option<String> {
        let text = self.text(property::CATEGORY).unwrap_or_default();
        let named = self.names.category(&text).map(str::to_owned);
        let found = named.or_else(|| {
            let id = value_named(self.words, property::CATEGORY, &text)?;
            self.names.categories.contains_key(&id).then_some(id)
        });
        if found.is_none() {
            let names = self.names;
            self.no_value(
                property::CATEGORY,
                names.categories.keys().map(String::as_str),
                &text,
            );
        }
        found
    }

    fn source(&mut self) -> Source {
        let Some(text) = self.text("source") else {
            return if self.cell("hotline_number") == &Cell::Empty {
                Source::GridWorker
            } else {
                Source::Hotline
            };
        };
        let named = value_named(self.words, "source", &text).unwrap_or_else(|| text.clone());
        Source::parse(&named).unwrap_or_else(|| {
            self.no_value("source", Source::ALL.iter().map(|s| s.as_str()), &text);
            Source::GridWorker
        })
    }

    fn unit(&mut self) -> Option<String> {
        let text = self.text("unit")?;
        let found = self.names.unit(&text).map(str::to_owned);
        if found.is_none() {
            self.wrong(
                "unit",
                format!("没有名为“{text}”的成员单位，或有多家单位同名"),
                format!("no unit, or more than one, is named {text:?}; see the collection units"),
            );
        }
        found
    }

    /// A time that must not be in the future.
    fn past(&mut self, column: &str) -> Option<Timestamp> {
        let at = self.moment(column)?;
        if at > self.now {
            let at = sheet_time(at);
            self.wrong(
                column,
                format!("{at} 晚于当前时间，应为已经发生的时间"),
                format!("{at} is in the future; expected a past time"),
            );
            return None;
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests;
