//! The columns of the tables in the schema `onemap`, and how their values are converted to SQLite values and
//! back.

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{Postgres, Row};

use crate::store::StoreError;
use crate::store::backup::cells::{Cell, quoted};

/// The types in which values are passed between PostgreSQL and SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int,
    Real,
    Text,
    Blob,
}

/// A column of a table in the schema `onemap`.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub name: String,
    /// The name of the type in PostgreSQL.
    type_name: String,
    /// Whether the database generates the value if none is given.
    pub numbered: bool,
    kind: Kind,
}

impl Column {
    fn new(name: String, type_name: String, numbered: bool) -> Self {
        let kind = match type_name.as_str() {
            "smallint" | "integer" | "bigint" | "boolean" | "timestamp with time zone" => Kind::Int,
            "real" | "double precision" => Kind::Real,
            "bytea" => Kind::Blob,
            t if t.contains("geometry") => Kind::Blob,
            _ => Kind::Text,
        };
        Self {
            name,
            type_name,
            numbered,
            kind,
        }
    }

    /// The SQL expression that reads the column as a value of its [`Kind`].
    pub(super) fn reading(&self) -> String {
        let name = quoted(&self.name);
        match self.type_name.as_str() {
            "timestamp with time zone" => format!("onemap.micros({name})"),
            "boolean" => format!("{name}::int::bigint"),
            "smallint" | "integer" | "bigint" => format!("{name}::bigint"),
            "real" | "double precision" => format!("{name}::float8"),
            "bytea" => name,
            t if t.contains("geometry") => format!("onemap.to_wkb({name})"),
            t if t.ends_with("[]") => format!("to_jsonb({name})::text"),
            _ => format!("{name}::text"),
        }
    }

    /// The SQL expression that converts the column of the same name in `u` to the column's type.
    pub(super) fn writing(&self) -> String {
        let value = format!("u.{}", quoted(&self.name));
        match self.type_name.as_str() {
            "timestamp with time zone" => format!("onemap.from_micros({value})"),
            "boolean" => format!("{value} <> 0"),
            "bytea" | "text" | "bigint" | "double precision" => value,
            t if t.contains("geometry") => format!("onemap.from_wkb({value})"),
            t if t.ends_with("[]") => format!(
                "CASE WHEN {value} IS NOT NULL THEN \
                 ARRAY(SELECT jsonb_array_elements_text({value}::jsonb))::{t} END"
            ),
            t => format!("{value}::{t}"),
        }
    }

    /// The PostgreSQL array type in which the values of the column are sent.
    pub(super) fn array(&self) -> &'static str {
        match self.kind {
            Kind::Int => "bigint[]",
            Kind::Real => "double precision[]",
            Kind::Text => "text[]",
            Kind::Blob => "bytea[]",
        }
    }

    /// Reads a value that the expression of [`reading`](Self::reading) returned.
    pub(super) fn cell(&self, row: &PgRow, i: usize) -> Result<Cell, StoreError> {
        let cell = match self.kind {
            Kind::Int => row.try_get::<Option<i64>, _>(i)?.map(Cell::Int),
            Kind::Real => row.try_get::<Option<f64>, _>(i)?.map(Cell::Real),
            Kind::Text => row.try_get::<Option<String>, _>(i)?.map(Cell::Text),
            Kind::Blob => row.try_get::<Option<Vec<u8>>, _>(i)?.map(Cell::Blob),
        };
        Ok(cell.unwrap_or(Cell::Null))
    }

    /// Binds the values that several rows have in this column as one array.
    pub(super) fn bind<'q>(
        &self,
        query: sqlx::query::Query<'q, Postgres, PgArguments>,
        values: impl Iterator<Item = Cell>,
    ) -> Result<sqlx::query::Query<'q, Postgres, PgArguments>, StoreError> {
        let odd = |cell: &Cell| {
            StoreError::corrupt(
                format!("column {}", self.name),
                format!("{cell:?} is not a {}", self.type_name),
            )
        };
        Ok(match self.kind {
            Kind::Int => query.bind(
                values
                    .map(|c| match c {
                        Cell::Null => Ok(None),
                        Cell::Int(n) => Ok(Some(n)),
                        other => Err(odd(&other)),
                    })
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            Kind::Real => query.bind(
                values
                    .map(|c| match c {
                        Cell::Null => Ok(None),
                        Cell::Real(x) => Ok(Some(x)),
                        Cell::Int(n) => Ok(Some(n as f64)),
                        other => Err(odd(&other)),
                    })
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            Kind::Text => query.bind(
                values
                    .map(|c| match c {
                        Cell::Null => Ok(None),
                        Cell::Text(text) => Ok(Some(text)),
                        Cell::Int(n) => Ok(Some(n.to_string())),
                        other => Err(odd(&other)),
                    })
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            Kind::Blob => query.bind(
                values
                    .map(|c| match c {
                        Cell::Null => Ok(None),
                        Cell::Blob(bytes) => Ok(Some(bytes)),
                        other => Err(odd(&other)),
                    })
                    .collect::<Result<Vec<_>, _>>()?,
            ),
        })
    }
}

/// The columns of a table; empty if there is no such table.
pub(super) async fn columns_of(
    connection: &mut PgConnection,
    table: &str,
) -> Result<Vec<Column>, StoreError> {
    let rows: Vec<(String, String, bool)> = sqlx::query_as(
        "SELECT a.attname::text, format_type(a.atttypid, NULL), a.attidentity <> '' \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'onemap' AND c.relname = $1 AND c.relkind = 'r' \
         AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum",
    )
    .bind(table)
    .fetch_all(connection)
    .await?;
    let column = |(name, type_name, numbered)| Column::new(name, type_name, numbered);
    Ok(rows.into_iter().map(column).collect())
}

/// The names of all tables of One Map. A table comes after those that its foreign keys reference.
pub(super) async fn tables(connection: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    let mut names: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'onemap' AND c.relkind = 'r' AND c.relname <> 'migrations' ORDER BY 1",
    )
    .fetch_all(&mut *connection)
    .await?;
    let needs: Vec<(String, String)> = sqlx::query_as(
        "SELECT DISTINCT a.relname::text, b.relname::text FROM pg_constraint k \
         JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid \
         JOIN pg_namespace n ON n.oid = a.relnamespace \
         WHERE k.contype = 'f' AND n.nspname = 'onemap' AND a.oid <> b.oid",
    )
    .fetch_all(connection)
    .await?;
    let mut ordered: Vec<String> = Vec::with_capacity(names.len());
    while !names.is_empty() {
        let (ready, waiting): (Vec<String>, Vec<String>) = names.into_iter().partition(|table| {
            needs
                .iter()
                .all(|(who, whom)| who != table || ordered.contains(whom))
        });
        if ready.is_empty() {
            // Tables that reference each other in a circle remain here. One Map has no such tables.
            ordered.extend(waiting);
            break;
        }
        ordered.extend(ready);
        names = waiting;
    }
    Ok(ordered)
}
