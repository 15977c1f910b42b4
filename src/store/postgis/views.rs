//! The typed views of the schema `map` follow the schemas of the collections. The SQL that makes them
//! is `migrations/postgis/0002_views.sql`.

use sqlx::postgres::PgConnection;

use crate::store::StoreError;

/// Makes every view follow its schema.
pub(super) async fn follow_all(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("SELECT onemap.follow_schemas()")
        .execute(connection)
        .await?;
    Ok(())
}

/// Makes the views of some collections follow their schemas as this transaction sees them. A view
/// that somebody's own work stands upon stays as it is; that never stops a commit.
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
