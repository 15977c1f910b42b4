//! Reads and writes rows of any table, value by value, in the types of SQLite.

use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row, Sqlite, TypeInfo, ValueRef};

use crate::store::StoreError;

/// The most values per statement; the limit of SQLite is 32,766.
const VALUES: usize = 8_000;
/// The most bytes per statement, since a photo may have several megabytes.
const BYTES: usize = 4 << 20;

/// A value in a type of SQLite.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Cell {
    /// The approximate size in bytes.
    pub(in crate::store) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
            _ => 8,
        }
    }

    /// Adds the value to a hash, with type and length, so that different lists of values hash different bytes.
    pub(in crate::store) fn hash(&self, hash: &mut Sha256) {
        let (kind, bytes): (u8, &[u8]) = match self {
            Self::Null => (0, &[]),
            Self::Int(n) => (1, &n.to_be_bytes()),
            Self::Real(x) => (2, &x.to_bits().to_be_bytes()),
            Self::Text(text) => (3, text.as_bytes()),
            Self::Blob(bytes) => (4, bytes),
        };
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
}

/// A quoted SQL identifier.
pub(in crate::store) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// All values of a row of SQLite.
pub(in crate::store) fn read(row: &SqliteRow) -> Result<Vec<Cell>, StoreError> {
    let mut cells = Vec::with_capacity(row.len());
    for i in 0..row.len() {
        let value = row.try_get_raw(i)?;
        let kind = if value.is_null() {
            "NULL".to_owned()
        } else {
            value.type_info().name().to_owned()
        };
        cells.push(match kind.as_str() {
            "NULL" => Cell::Null,
            "REAL" => Cell::Real(row.try_get_unchecked(i)?),
            "TEXT" => Cell::Text(row.try_get_unchecked(i)?),
            "BLOB" => Cell::Blob(row.try_get_unchecked(i)?),
            _ => Cell::Int(row.try_get_unchecked(i)?),
        });
    }
    Ok(cells)
}

/// Writes rows into a table of a SQLite file, many per statement.
pub(in crate::store) struct Inserts {
    head: String,
    columns: usize,
    rows: Vec<Vec<Cell>>,
    bytes: usize,
}

impl Inserts {
    pub(in crate::store) fn new(table: &str, columns: &[String]) -> Self {
        let names: Vec<String> = columns.iter().map(|c| quoted(c)).collect();
        Self {
            head: format!(
                "INSERT INTO {} ({}) VALUES ",
                quoted(table),
                names.join(", ")
            ),
            columns: columns.len(),
            rows: Vec::new(),
            bytes: 0,
        }
    }

    /// Adds a row, and writes the gathered rows if they fill a statement.
    pub(in crate::store) async fn push(
        &mut self,
        to: &mut SqliteConnection,
        row: Vec<Cell>,
    ) -> Result<(), StoreError> {
        self.bytes += row.iter().map(Cell::size).sum::<usize>();
        self.rows.push(row);
        if self.bytes >= BYTES || (self.rows.len() + 1) * self.columns > VALUES {
            self.flush(to).await?;
        }
        Ok(())
    }

    /// Writes the gathered rows.
    pub(in crate::store) async fn flush(
        &mut self,
        to: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let one = format!("({})", vec!["?"; self.columns].join(","));
        let sql = format!("{}{}", self.head, vec![one; self.rows.len()].join(","));
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        for cell in self.rows.drain(..).flatten() {
            query = bind(query, cell);
        }
        query.execute(to).await?;
        self.bytes = 0;
        Ok(())
    }
}

type Query<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

fn bind(query: Query<'_>, cell: Cell) -> Query<'_> {
    match cell {
        Cell::Null => query.bind(None::<i64>),
        Cell::Int(n) => query.bind(n),
        Cell::Real(x) => query.bind(x),
        Cell::Text(text) => query.bind(text),
        Cell::Blob(bytes) => query.bind(bytes),
    }
}
