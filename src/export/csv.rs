//! CSV export: one row per feature, in UTF-8 with the byte order mark that Excel needs. A text that
//! begins like a formula gets an apostrophe in front, because a spreadsheet would run it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

use geo_types::Geometry;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{ExportError, Features};
use crate::codec::wkt;
use crate::model::Schema;

/// The maximum number of property columns; a spreadsheet has 16,384 columns.
pub(super) const MOST_COLUMNS: usize = 2_000;

/// The names of the columns that are not properties.
const ID: &str = "id";
const GEOMETRY: &str = "WKT";

pub(super) struct Csv<W: Write> {
    out: csv::Writer<W>,
    columns: BTreeSet<String>,
    has_geometry: bool,
}

impl<W: Write> Csv<W> {
    /// Writes the header line.
    pub fn new(mut out: W, columns: BTreeSet<String>, schema: &Schema) -> io::Result<Self> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut out = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        let has_geometry = !schema.without_geometry;
        out.write_field(ID)?;
        for name in &columns {
            match name.as_str() {
                ID | GEOMETRY => out.write_field(format!("properties.{name}"))?,
                name => out.write_field(name)?,
            }
        }
        if has_geometry {
            out.write_field(GEOMETRY)?;
        }
        out.write_record(None::<&[u8]>)?;
        Ok(Self {
            out,
            columns,
            has_geometry,
        })
    }
}

impl<W: Write> Features for Csv<W> {
    fn put(
        &mut self,
        id: &str,
        geometry: Option<&Geometry<f64>>,
        properties: &str,
    ) -> Result<(), ExportError> {
        let members = members(properties)?;
        if let Some((name, _)) = members.iter().find(|(n, _)| !self.columns.contains(&**n)) {
            return Err(ExportError::NewProperty(name.to_string()));
        }
        let out = &mut self.out;
        out.write_field(&*harmless(id.into())).map_err(broken)?;
        // Columns and members are sorted by name, so both are read in step.
        let mut members = members.into_iter().peekable();
        for column in &self.columns {
            let value = members.next_if(|(name, _)| name == column);
            let text = value.map_or(Cow::Borrowed(""), |(_, value)| cell(value));
            out.write_field(&*text).map_err(broken)?;
        }
        if self.has_geometry {
            let text = geometry.map(wkt::text).unwrap_or_default();
            out.write_field(text).map_err(broken)?;
        }
        out.write_record(None::<&[u8]>).map_err(broken)?;
        Ok(())
    }

    fn end(&mut self) -> Result<(), ExportError> {
        self.out.flush()?;
        Ok(())
    }
}

/// The members of a canonical JSON object, in the order of their names.
pub(super) fn members(properties: &str) -> Result<Vec<(Cow<'_, str>, &RawValue)>, ExportError> {
    type Map<'a> = std::collections::BTreeMap<Cow<'a, str>, &'a RawValue>;
    let map: Map<'_> = serde_json::from_str(properties)
        .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?;
    Ok(map.into_iter().collect())
}

/// The content of a cell: a text as it is, a list or an object as JSON.
fn cell(value: &RawValue) -> Cow<'_, str> {
    match serde_json::from_str::<Value>(value.get()) {
        Ok(Value::Null) => Cow::Borrowed(""),
        Ok(Value::String(text)) => harmless(text.into()),
        _ => Cow::Borrowed(value.get()),
    }
}

fn harmless(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) {
        return format!("'{text}").into();
    }
    text
}

fn broken(error: csv::Error) -> io::Error {
    error.into()
}
