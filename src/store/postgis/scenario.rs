//! Scenarios in PostgreSQL.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::PostgisStore;
use crate::store::scenario::has_room;
use crate::store::{
    ScenarioContent, ScenarioLimits, ScenarioWritten, StoreError, StoredScenario, now,
};

const COLUMNS: &str = "id, name, author, saved_by, onemap.micros(created_at), onemap.micros(saved_at), version, seq, \
                       edits, existing, question";
/// Locks the table until the end of the transaction, so that nodes write one after the other and cannot exceed the
/// limits together.
const ALONE: &str = "LOCK TABLE onemap.scenarios IN SHARE ROW EXCLUSIVE MODE";

impl PostgisStore {
    /// See [`Store::create_scenario`](crate::store::Store::create_scenario).
    pub async fn create_scenario(
        &self,
        content: ScenarioContent,
        limits: &ScenarioLimits,
    ) -> Result<ScenarioWritten, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        sqlx::query(ALONE).execute(&mut *tx).await?;
        let id = Uuid::now_v7().to_string();
        if !has_room(sizes(&mut tx, &id).await?, &content, limits) {
            return Ok(ScenarioWritten::Full);
        }
        sqlx::query(
            "INSERT INTO onemap.scenarios (id, name, author, saved_by, created_at, saved_at, version, seq, edits, \
             existing, question) VALUES ($1, $2, $3, $3, onemap.from_micros($4), onemap.from_micros($4), 1, $5, $6, \
             $7, $8)",
        )
        .bind(&id)
        .bind(&content.name)
        .bind(&content.saved_by)
        .bind(now().as_microsecond())
        .bind(content.seq as i64)
        .bind(&content.edits)
        .bind(&content.existing)
        .bind(&content.question)
        .execute(&mut *tx)
        .await?;
        let made = one(&mut tx, &id).await?;
        tx.commit().await?;
        Ok(made.map_or(ScenarioWritten::Missing, |s| {
            ScenarioWritten::Done(s.into())
        }))
    }

    /// See [`Store::scenarios`](crate::store::Store::scenarios).
    pub async fn scenarios(&self) -> Result<Vec<StoredScenario>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM onemap.scenarios ORDER BY saved_at DESC, id DESC");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&self.shared.pool)
            .await?;
        rows.iter().map(StoredScenario::read).collect()
    }

    /// See [`Store::scenario`](crate::store::Store::scenario).
    pub async fn scenario(&self, id: &str) -> Result<Option<StoredScenario>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM onemap.scenarios WHERE id = $1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(&self.shared.pool)
            .await?;
        row.as_ref().map(StoredScenario::read).transpose()
    }

    /// See [`Store::save_scenario`](crate::store::Store::save_scenario).
    pub async fn save_scenario(
        &self,
        id: &str,
        content: ScenarioContent,
        expected: Option<u64>,
        limits: &ScenarioLimits,
    ) -> Result<ScenarioWritten, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        sqlx::query(ALONE).execute(&mut *tx).await?;
        let Some(present) = one(&mut tx, id).await? else {
            return Ok(ScenarioWritten::Missing);
        };
        if expected.is_some_and(|version| version != present.version) {
            return Ok(ScenarioWritten::Overtaken(present.into()));
        }
        if !has_room(sizes(&mut tx, id).await?, &content, limits) {
            return Ok(ScenarioWritten::Full);
        }
        sqlx::query(
            "UPDATE onemap.scenarios SET name = $2, saved_by = $3, saved_at = onemap.from_micros($4), \
             version = version + 1, seq = $5, edits = $6, existing = $7, question = $8 WHERE id = $1",
        )
        .bind(id)
        .bind(&content.name)
        .bind(&content.saved_by)
        .bind(now().as_microsecond())
        .bind(content.seq as i64)
        .bind(&content.edits)
        .bind(&content.existing)
        .bind(&content.question)
        .execute(&mut *tx)
        .await?;
        let saved = one(&mut tx, id).await?;
        tx.commit().await?;
        Ok(saved.map_or(ScenarioWritten::Missing, |s| {
            ScenarioWritten::Done(s.into())
        }))
    }

    /// See [`Store::delete_scenario`](crate::store::Store::delete_scenario).
    pub async fn delete_scenario(
        &self,
        id: &str,
        expected: Option<u64>,
    ) -> Result<ScenarioWritten, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        sqlx::query(ALONE).execute(&mut *tx).await?;
        let Some(present) = one(&mut tx, id).await? else {
            return Ok(ScenarioWritten::Missing);
        };
        if expected.is_some_and(|version| version != present.version) {
            return Ok(ScenarioWritten::Overtaken(present.into()));
        }
        sqlx::query("DELETE FROM onemap.scenarios WHERE id = $1")
            .bind(id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(ScenarioWritten::Done(present.into()))
    }
}

async fn one(db: &mut PgConnection, id: &str) -> Result<Option<StoredScenario>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM onemap.scenarios WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(StoredScenario::read).transpose()
}

/// The number of all scenarios except `but`, and the bytes of their edits, existing features and questions.
async fn sizes(db: &mut PgConnection, but: &str) -> Result<(i64, i64), StoreError> {
    Ok(sqlx::query_as(
        "SELECT count(*), coalesce(sum(octet_length(edits) + octet_length(existing) \
         + coalesce(octet_length(question), 0)), 0)::bigint FROM onemap.scenarios WHERE id <> $1",
    )
    .bind(but)
    .fetch_one(db)
    .await?)
}
