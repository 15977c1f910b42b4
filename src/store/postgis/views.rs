//! Keeps the typed views of the schema `map` in line with the schemas of the collections.
//! `migrations/postgis/0002_views.sql` contains the SQL that creates them.

use sqlx::postgres::PgConnection;

use crate::store::StoreError;

/// Updates the views of all collections to their schemas.
pub(super) async fn follow_all(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("SELECT onemap.follow_schemas()")
        .execute(connection)
        .await?;
    Ok(())
}

/// Updates the views of some collections to their schemas as this transaction sees them. A view on
/// which other database objects depend stays as it is; this never stops a commit.
pub(super) async fn follow(
    connection: &mut PgConnection,
    collections: &[String],
) -> Result<(), StoreError> {
    if !collections.is_empty() {
        sqlx::query("SELECT onemap.follow_schema(c) FROM unnest($1::text[]) AS c")
            .bind(collections)
            .execute(connection)
            .await?;
    }
    Ok(())
}
