//! Reads tables that other programs write as markup and name `.xls`: HTML and SpreadsheetML (Excel
//! 2003 XML). HTML is rarely well-formed, so tags are read one by one, in any order.

use super::cell::{Cell, Epoch};
use super::table::{MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, Merged, ReadError, Room, Table, decoded};
use crate::model::both;

/// The maximum nesting depth of tables in cells of tables.
const DEEPEST: usize = 16;

/// A token of markup.
enum Token<'a> {
    /// An opening tag such as `<td colspan="2">`: the name in lower case without its prefix, the
    /// attributes, and whether the tag closes itself.
    Open(String, &'a str, bool),
    /// A closing tag such as `</td>`.
    Close(String),
    /// A text that may contain entities.
    Text(&'a str),
    /// A text without entities (CDATA).
    Plain(&'a str),
}

struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// Consumes the text up to and including `end`, and returns the part before it.
    fn until(&mut self, end: &str) -> &'a str {
        let (before, after) = self.rest.split_once(end).unwrap_or((self.rest, ""));
        self.rest = after;
        before
    }

    /// Skips a script or a style, in which angle brackets do not mark tags.
    fn skip_to_end_of(&mut self, name: &str) {
        while let Some((_, after)) = self.rest.split_once("</") {
            let is = |n: &str| n.eq_ignore_ascii_case(name);
            if after.get(..name.len()).is_some_and(is) {
                self.rest = after;
                self.until(">");
                return;
            }
            self.rest = after;
        }
        self.rest = "";
    }

    /// Consumes the content of a tag, up to the closing bracket outside of quotation marks.
    fn tag(&mut self) -> &'a str {
        let mut quote = None;
        let end = self.rest.char_indices().find(|(_, c)| match (quote, c) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quote = Some(*c);
                false
            }
            (Some(open), c) if open == *c => {
                quote = None;
                false
            }
            _ => false,
        });
        let end = end.map_or(self.rest.len(), |(i, _)| i);
        let (tag, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        tag
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            if let Some(rest) = self.rest.strip_prefix("<!--") {
                self.rest = rest;
                self.until("-->");
                continue;
            }
            if let Some(rest) = self.rest.strip_prefix("<![CDATA[") {
                self.rest = rest;
                return Some(Token::Plain(self.until("]]>")));
            }
            if let Some(rest) = self.rest.strip_prefix('<') {
                let begins = |f: fn(&char) -> bool| rest.chars().next().is_some_and(|c| f(&c));
                if begins(|c| matches!(c, '!' | '?')) {
                    self.until(">");
                    continue;
                }
                if begins(|c| c.is_ascii_alphabetic() || *c == '/') {
                    self.rest = rest;
                    let tag = self.tag();
                    if let Some(name) = tag.strip_prefix('/') {
                        return Some(Token::Close(local(name.trim())));
                    }
                    let end = tag.find(|c: char| c.is_ascii_whitespace() || c == '/');
                    let (name, attributes) = tag.split_at(end.unwrap_or(tag.len()));
                    let name = local(name);
                    if matches!(name.as_str(), "script" | "style") && !tag.ends_with('/') {
                        self.skip_to_end_of(&name);
                        continue;
                    }
                    return Some(Token::Open(name, attributes, tag.ends_with('/')));
                }
            }
            let first = self.rest.chars().next().map_or(0, char::len_utf8);
            let tail = self.rest.get(first..).unwrap_or_default();
            let end = tail.find('<').map_or(self.rest.len(), |i| i + first);
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Token::Text(text));
        }
    }
}

fn local(name: &str) -> String {
    let name = name.rsplit(':').next().unwrap_or(name);
    name.to_ascii_lowercase()
}

/// The value of an attribute, ignoring its prefix and case.
fn attribute(mut attributes: &str, wanted: &str) -> Option<String> {
    loop {
        attributes = attributes.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let end = attributes.find(|c: char| c.is_ascii_whitespace() || c == '=')?;
        let (name, rest) = attributes.split_at(end);
        let rest = rest.trim_start();
        let Some(rest) = rest.strip_prefix('=') else {
            attributes = rest;
            continue;
        };
        let rest = rest.trim_start();
        let (value, rest) = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inner = rest.get(1..).unwrap_or_default();
                inner.split_once(quote).unwrap_or((inner, ""))
            }
            _ => {
                let end = rest.find(|c: char| c.is_ascii_whitespace());
                rest.split_at(end.unwrap_or(rest.len()))
            }
        };
        if local(name) == wanted {
            return Some(unescaped(value));
        }
        attributes = rest;
    }
}

fn number(attributes: &str, name: &str) -> Option<usize> {
    attribute(attributes, name)?.trim().parse().ok()
}

/// Resolves the entities of a text; unknown ones stay as they are.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // Looks for the end of an entity in the next few bytes only, because an ampersand may stand
        // alone.
        let end = after.bytes().take(10).position(|b| b == b';');
        let entity = end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?)));
        let resolved = entity.and_then(|(name, tail)| {
            let c = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "nbsp" => ' ',
                _ => {
                    let digits = name.strip_prefix('#')?;
                    let code = match digits.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => digits.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((c, tail))
        });
        match resolved {
            Some((c, tail)) => {
                out.push(c);
                rest = tail;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// An HTML table while it is read.
#[derive(Default)]
struct Building {
    table: Table,
    /// The number of rows begun.
    rows: usize,
    /// Whether the last row is still open.
    in_row: bool,
    column: usize,
    /// The text of the open cell, and how many columns and rows it spans.
    cell: Option<(String, usize, usize)>,
    /// For each column, the number of further rows that a cell above spans.
    taken: Vec<usize>,
}

impl Building {
    fn begin_row(&mut self, room: &mut Room<'_>) -> Result<(), ReadError> {
        self.end_row(room)?;
        if self.rows > MOST_ROWS {
            return Err(ReadError::TooBig);
        }
        self.rows += 1;
        self.in_row = true;
        self.column = 0;
        Ok(())
    }

    fn end_row(&mut self, room: &mut Room<'_>) -> Result<(), ReadError> {
        self.end_cell(room)?;
        if self.in_row {
            // Counts this row in the columns after its last cell, which cells of earlier rows may span.
            for left in self.taken.iter_mut().skip(self.column) {
                *left = left.saturating_sub(1);
            }
        }
        self.in_row = false;
        Ok(())
    }

    fn begin_cell(&mut self, room: &mut Room<'_>, attributes: &str) -> Result<(), ReadError> {
        self.end_cell(room)?;
        if !self.in_row {
            self.begin_row(room)?;
        }
        let span = |name| number(attributes, name).unwrap_or(1).clamp(1, MOST_ROWS);
        self.cell = Some((String::new(), span("colspan"), span("rowspan")));
        Ok(())
    }

    fn end_cell(&mut self, room: &mut Room<'_>) -> Result<(), ReadError> {
        let Some((text, across, down)) = self.cell.take() else {
            return Ok(());
        };
        while let Some(left) = self.taken.get_mut(self.column).filter(|n| **n > 0) {
            *left -= 1;
            self.column += 1;
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let cell = Cell::of_text(&words.join(" "));
        let row = self.rows.saturating_sub(1);
        self.table.put(room, row, self.column, cell)?;
        if across > 1 || down > 1 {
            self.table.merged.push(Merged {
                row,
                column: self.column,
                down,
                across,
            });
        }
        let end = self.column.saturating_add(across).min(MOST_COLUMNS + 1);
        if down > 1 && self.taken.len() < end {
            self.taken.resize(end, 0);
        }
        for left in self.taken.iter_mut().take(end).skip(self.column) {
            *left = down - 1;
        }
        self.column = end;
        Ok(())
    }

    /// Adds a space to the open cell, because a tag inside of a cell separates two words.
    fn space(&mut self) {
        if let Some((cell, ..)) = self.cell.as_mut() {
            cell.push(' ');
        }
    }
}

/// Reads the tables of an HTML page.
pub(super) fn html(bytes: &[u8], room: &mut Room<'_>) -> Result<Vec<Table>, ReadError> {
    let text = decoded(bytes)?;
    let mut open: Vec<Building> = Vec::new();
    let mut tables = Vec::new();
    for token in Tokens::new(&text) {
        room.check_wanted()?;
        match token {
            Token::Open(name, attributes, _) => match (name.as_str(), open.last_mut()) {
                ("table", _) => {
                    if open.len() >= DEEPEST || tables.len() >= MOST_SHEETS {
                        return Err(ReadError::TooBig);
                    }
                    open.push(Building::default());
                }
                ("tr", Some(table)) => table.begin_row(room)?,
                ("td" | "th", Some(table)) => table.begin_cell(room, attributes)?,
                (_, Some(table)) => table.space(),
                _ => {}
            },
            Token::Close(name) => match (name.as_str(), open.last_mut()) {
                ("table", Some(table)) => {
                    table.end_cell(room)?;
                    table.table.spread(room)?;
                    tables.extend(open.pop().map(|b| b.table));
                }
                ("td" | "th", Some(table)) => table.end_cell(room)?,
                ("tr", Some(table)) => table.end_row(room)?,
                (_, Some(table)) => table.space(),
                _ => {}
            },
            Token::Text(text) => {
                if let Some((cell, ..)) = open.last_mut().and_then(|t| t.cell.as_mut()) {
                    cell.push_str(&unescaped(text));
                }
            }
            Token::Plain(text) => {
                if let Some((cell, ..)) = open.last_mut().and_then(|t| t.cell.as_mut()) {
                    cell.push_str(text);
                }
            }
        }
    }
    // The page ends inside of a table.
    while let Some(mut table) = open.pop() {
        table.end_cell(room)?;
        table.table.spread(room)?;
        tables.push(table.table);
    }
    if tables.is_empty() {
        return Err(ReadError::Markup(both!(
            "网页文件中没有表格（Excel 另存的“网页”将工作表存放在旁边的文件夹中）",
            "this HTML page has no table (Excel's \"web page\" keeps its sheets in a folder beside it)"
        )));
    }
    if tables.len() > 1 {
        for (table, n) in tables.iter_mut().zip(1..) {
            table.name = Some(format!("table {n}"));
        }
    }
    Ok(tables)
}

/// Reads the worksheets of a SpreadsheetML document.
pub(super) fn spreadsheet_ml(bytes: &[u8], room: &mut Room<'_>) -> Result<Vec<Table>, ReadError> {
    let text = decoded(bytes)?;
    let mut epoch = Epoch::Year1900;
    let mut tables: Vec<Table> = Vec::new();
    let (mut row, mut column) = (0usize, 0usize);
    // The type and the text of the open `Data` element.
    let mut data: Option<(String, String)> = None;
    let (mut in_comment, mut in_visible) = (false, false);
    // The number of further columns and rows that the open cell spans.
    let (mut across, mut down) = (0usize, 0usize);
    for token in Tokens::new(&text) {
        room.check_wanted()?;
        match token {
            Token::Open(name, attributes, closed) => match name.as_str() {
                "date1904" => epoch = Epoch::Year1904,
                "worksheet" => {
                    if tables.len() >= MOST_SHEETS {
                        return Err(ReadError::TooBig);
                    }
                    tables.push(Table {
                        name: attribute(attributes, "name"),
                        ..Table::default()
                    });
                    row = 0;
                }
                "row" => {
                    row = place(attributes, row);
                    column = 0;
                    let more = number(attributes, "span").unwrap_or(0);
                    if closed {
                        row = row.saturating_add(more).saturating_add(1);
                    }
                }
                "cell" => {
                    column = place(attributes, column);
                    across = number(attributes, "mergeacross").unwrap_or(0);
                    down = number(attributes, "mergedown").unwrap_or(0);
                    if closed {
                        column = column.saturating_add(across).saturating_add(1);
                    }
                }
                "comment" => in_comment = !closed,
                "data" if !in_comment && !closed => {
                    let kind = attribute(attributes, "type").unwrap_or_default();
                    data = Some((kind, String::new()));
                }
                "visible" => in_visible = !closed,
                _ => {}
            },
            Token::Close(name) => match name.as_str() {
                "row" => row = row.saturating_add(1),
                "cell" => {
                    if let Some(table) = tables.last_mut()
                        && (across > 0 || down > 0)
                    {
                        table.merged.push(Merged {
                            row,
                            column,
                            down: down.saturating_add(1),
                            across: across.saturating_add(1),
                        });
                    }
                    column = column.saturating_add(across).saturating_add(1);
                }
                "comment" => in_comment = false,
                "visible" => in_visible = false,
                "data" => {
                    if let (Some((kind, text)), Some(table)) = (data.take(), tables.last_mut()) {
                        table.put(room, row, column, value_of(&kind, &text))?;
                    }
                }
                _ => {}
            },
            Token::Text(text) if in_visible => {
                if let Some(table) = tables.last_mut() {
                    table.hidden = text.contains("Hidden");
                }
            }
            Token::Text(text) => {
                if let Some((_, value)) = data.as_mut() {
                    value.push_str(&unescaped(text));
                }
            }
            Token::Plain(text) => {
                if let Some((_, value)) = data.as_mut() {
                    value.push_str(text);
                }
            }
        }
    }
    for table in &mut tables {
        table.epoch = epoch;
        table.spread(room)?;
    }
    if tables.is_empty() {
        return Err(ReadError::Markup(both!(
            "SpreadsheetML 文件中没有工作表",
            "this SpreadsheetML document has no worksheet"
        )));
    }
    Ok(tables)
}

/// The index from `ss:Index`, converted to count from 0; `next` if the attribute is missing.
fn place(attributes: &str, next: usize) -> usize {
    number(attributes, "index").map_or(next, |n| n.saturating_sub(1))
}

fn value_of(kind: &str, text: &str) -> Cell {
    match kind {
        "Number" => match text.trim().parse::<f64>() {
            Ok(n) if n.is_finite() => Cell::Number(n),
            _ => Cell::of_text(text),
        },
        "Boolean" => Cell::of_text(if text.trim() == "1" { "yes" } else { "no" }),
        _ => Cell::of_text(text),
    }
}
