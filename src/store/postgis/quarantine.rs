//! Rows that plain SQL wrote are checked before the map shows them, like features that arrive over
//! HTTP: their geometry, and their properties against the schema in force at that commit.
//!
//! The first node that checks a commit records the result, so that all nodes show the same map,
//! also after a restart and after later changes of the schema. A version that fails stays in the
//! log but does not reach the map, which keeps the version before it. The row is listed as
//! quarantined until it is corrected or deleted.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::TryStreamExt;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};

use super::rows::{Numbered, Version, body, headers};
use super::{PostgisStore, views};
use crate::codec::check::Checker;
use crate::model::{Body, BuiltIns, CollectionId, FeatureId, SCHEMAS, Schema};
use crate::store::{Quarantined, StoreError};

/// Compiled schemas, keyed by collection and by the batch that wrote the schema.
pub(super) type Checkers = HashMap<(String, i64), Arc<Checker>>;

/// A version that is not a valid feature, and why.
pub(super) struct Verdict {
    collection: String,
    id: String,
    problem: String,
}

impl Verdict {
    pub(super) fn key(self) -> (String, String) {
        (self.collection, self.id)
    }

    pub(super) fn version(self, batch: i64) -> Version {
        (batch, self.collection, self.id)
    }
}

impl PostgisStore {
    /// See [`Store::quarantined`](crate::store::Store::quarantined).
    pub async fn quarantined(&self) -> Result<Vec<Quarantined>, StoreError> {
        let rows: Vec<(String, String, i64, String)> = sqlx::query_as(
            "SELECT f.collection, f.id, c.seq, q.problem FROM onemap.quarantine q \
             JOIN onemap.features f ON f.batch = q.batch AND f.collection = q.collection \
             AND f.id = q.id JOIN onemap.commits c ON c.batch = f.batch \
             ORDER BY f.collection, f.id",
        )
        .fetch_all(&self.shared.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(collection, id, seq, problem)| Quarantined {
                collection,
                id,
                seq: seq as u64,
                problem,
            })
            .collect())
    }

    /// Checks all commits that nobody has checked yet, oldest first.
    pub(super) async fn judge_pending(&self) -> Result<(), StoreError> {
        let mut connection = self.shared.pool.acquire().await?;
        let waiting = headers(
            &mut connection,
            "WHERE NOT judged ORDER BY seq",
            None,
            10_000,
        )
        .await?;
        drop(connection);
        for commit in &waiting {
            self.judge(commit).await?;
        }
        Ok(())
    }

    /// Checks a commit and records the result, unless another node has done so.
    pub(super) async fn judge(&self, commit: &Numbered) -> Result<(), StoreError> {
        match self.try_judge(commit).await {
            Ok(schemas) => self.retry(&schemas).await,
            // A standby is read-only; a node that reads from one checks commits for itself and
            // records nothing.
            Err(StoreError::Database(sqlx::Error::Database(d)))
                if d.code().as_deref() == Some("25006") =>
            {
                Ok(())
            }
            Err(other) => Err(other),
        }
    }

    /// Does the work of [`judge`](Self::judge) and returns the collections whose schemas the commit
    /// changed; none if another node has checked the commit.
    async fn try_judge(&self, commit: &Numbered) -> Result<Vec<String>, StoreError> {
        let mut connection = self.shared.pool.acquire().await?;
        let mut tx = connection
            .begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")
            .await?;
        let first =
            sqlx::query("UPDATE onemap.commits SET judged = true WHERE batch = $1 AND NOT judged")
                .bind(commit.batch)
                .execute(&mut *tx)
                .await?
                .rows_affected()
                > 0;
        if !first {
            return Ok(Vec::new());
        }
        let verdicts = self.verdicts(&mut tx, commit).await?;
        for verdict in &verdicts {
            tracing::warn!(
                collection = verdict.collection,
                id = verdict.id,
                seq = commit.header.seq,
                problem = verdict.problem,
                "a row that SQL wrote is not a valid feature and is not shown on the map"
            );
        }
        if !verdicts.is_empty() {
            let column = |f: fn(&Verdict) -> &str| verdicts.iter().map(f).collect::<Vec<_>>();
            sqlx::query(
                "INSERT INTO onemap.quarantine (batch, collection, id, problem) \
                 SELECT $1, v.* FROM unnest($2::text[], $3::text[], $4::text[]) v",
            )
            .bind(commit.batch)
            .bind(column(|v| &v.collection))
            .bind(column(|v| &v.id))
            .bind(column(|v| &v.problem))
            .execute(&mut *tx)
            .await?;
        }
        let schemas: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM onemap.changes WHERE batch = $1 AND collection = '$schemas'",
        )
        .bind(commit.batch)
        .fetch_all(&mut *tx)
        .await?;
        views::follow(&mut tx, &schemas).await?;
        tx.commit().await?;
        Ok(schemas)
    }

    /// Makes a commit with the quarantined rows of these collections, whose schemas have changed. Each new
    /// commit is checked, so the rows are checked against the new schemas.
    pub(super) async fn retry(&self, schemas: &[String]) -> Result<(), StoreError> {
        if schemas.is_empty() {
            return Ok(());
        }
        let mut connection = self.shared.pool.acquire().await?;
        let mut tx = connection
            .begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")
            .await?;
        sqlx::query(
            "SELECT set_config('onemap.account', '$system', true), \
             set_config('onemap.reason', '模式已变更，重新检查 (the schema changed; checked again)', true)",
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "UPDATE onemap.features f SET batch = f.batch FROM onemap.quarantine q \
             WHERE q.collection = ANY ($1) AND f.batch = q.batch \
             AND f.collection = q.collection AND f.id = q.id",
        )
        .bind(schemas)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The versions of a commit that are not valid features. Writes nothing.
    pub(super) async fn verdicts(
        &self,
        connection: &mut PgConnection,
        commit: &Numbered,
    ) -> Result<Vec<Verdict>, StoreError> {
        let collections: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT collection FROM onemap.changes \
             WHERE batch = $1 AND properties IS NOT NULL",
        )
        .bind(commit.batch)
        .fetch_all(&mut *connection)
        .await?;
        let mut checkers = HashMap::new();
        for collection in collections {
            if !collection.starts_with('$') {
                let checker = self.checker_at(connection, commit, &collection).await?;
                checkers.insert(collection, checker);
            }
        }
        let mut verdicts = Vec::new();
        let mut rows = sqlx::query(
            "SELECT collection, id, onemap.to_wkb(geometry), properties::text \
             FROM onemap.changes WHERE batch = $1 AND properties IS NOT NULL \
             ORDER BY collection, id",
        )
        .bind(commit.batch)
        .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let collection: &str = row.try_get(0)?;
            let id: &str = row.try_get(1)?;
            let checker = checkers.get(collection).and_then(Option::as_deref);
            if let Some(problem) = problem(
                collection,
                id,
                body(row.try_get(2)?, row.try_get(3)?, false),
                checker,
            ) {
                verdicts.push(Verdict {
                    collection: collection.to_owned(),
                    id: id.to_owned(),
                    problem,
                });
            }
        }
        Ok(verdicts)
    }

    /// The checker for the schema of a collection that was in force at a commit; `None` if there
    /// was no schema.
    async fn checker_at(
        &self,
        connection: &mut PgConnection,
        commit: &Numbered,
        collection: &str,
    ) -> Result<Option<Arc<Checker>>, StoreError> {
        // Reads versions of the schema, newest first, until one of them is valid. Usually that is the first.
        let mut before = i64::try_from(commit.header.seq).unwrap_or(i64::MAX);
        loop {
            let row: Option<(i64, i64, Option<String>)> = sqlx::query_as(
                "SELECT c.seq, h.batch, h.properties::text \
                 FROM onemap.changes h JOIN onemap.commits c ON c.batch = h.batch \
                 WHERE h.collection = '$schemas' AND h.id = $1 AND c.seq <= $2 \
                 AND NOT EXISTS (SELECT FROM onemap.quarantine q WHERE q.batch = h.batch \
                 AND q.collection = h.collection AND q.id = h.id) \
                 ORDER BY c.seq DESC LIMIT 1",
            )
            .bind(collection)
            .bind(before)
            .fetch_optional(&mut *connection)
            .await?;
            let Some((seq, batch, Some(text))) = row else {
                return Ok(None);
            };
            let key = (collection.to_owned(), batch);
            if let Ok(cache) = self.shared.checkers.lock()
                && let Some(known) = cache.get(&key)
            {
                return Ok(Some(known.clone()));
            }
            if let Ok(checker) = compile(collection, &text) {
                let checker = Arc::new(checker);
                if let Ok(mut cache) = self.shared.checkers.lock() {
                    cache.retain(|(name, _), _| name != collection);
                    cache.insert(key, checker.clone());
                }
                return Ok(Some(checker));
            }
            before = seq - 1;
        }
    }
}

fn compile(collection: &str, text: &str) -> Result<Checker, String> {
    let name = CollectionId::new(collection).map_err(|e| format!("id: {e}"))?;
    if name.is_hidden() {
        return Err("id: hidden collections have no schema".into());
    }
    let document: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let schema = Schema::parse(&name, document).map_err(|e| e.to_string())?;
    Checker::new(&schema).map_err(|e| e.to_string())
}

/// Checks that a schema written with SQL does not lower a role that the built-in schema requires.
/// Raising it is allowed.
fn keeps_protection(collection: &str, body: &Body) -> Result<(), String> {
    let name = CollectionId::new(collection).map_err(|e| format!("id: {e}"))?;
    let loosened = BuiltIns::compiled().loosened(&name, &body.properties.to_map());
    match loosened.first() {
        None => Ok(()),
        Some(first) => Err(first.to_string()),
    }
}

/// Describes what is wrong with a row; `None` if it is valid.
fn problem(
    collection: &str,
    id: &str,
    body: Result<Option<Body>, String>,
    checker: Option<&Checker>,
) -> Option<String> {
    let name = match FeatureId::new(id) {
        Ok(name) => name,
        Err(e) => return Some(format!("id: {e}")),
    };
    let body = match body {
        Ok(Some(body)) => body,
        Ok(None) => return None,
        Err(e) => return Some(e),
    };
    if collection == SCHEMAS {
        return compile(id, body.properties.as_str())
            .map(drop)
            .and_then(|()| keeps_protection(id, &body))
            .err();
    }
    if collection.starts_with('$') {
        return None;
    }
    let Some(checker) = checker else {
        return Some(format!(
            "there is no collection {collection}: it has no schema"
        ));
    };
    let problems = checker.check(&name, &body).err()?;
    let texts: Vec<_> = problems.iter().take(5).map(ToString::to_string).collect();
    Some(texts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Properties;

    #[test]
    fn a_row_that_is_not_a_schema_is_an_invalid_row_of_its_collection() {
        let judge = |id: &str, text: &str| {
            let body = Body {
                geometry: None,
                properties: Properties::parse(text).unwrap(),
            };
            problem(SCHEMAS, id, Ok(Some(body)), None)
        };
        assert_eq!(judge("trees", r#"{"properties":{}}"#), None);
        assert!(judge("Trees", r#"{"properties":{}}"#).is_some());
        assert!(judge("trees", r#"{"properties":[]}"#).is_some());
        assert!(judge("trees", r#"{"properties":{"a":{"type":"colour"}}}"#).is_some());
        let role = |role| {
            let note = format!(r#"{{"type":"string","x-onemap-role":"{role}"}}"#);
            judge(
                "entrances",
                &format!(r#"{{"properties":{{"access_note":{note}}}}}"#),
            )
        };
        assert_eq!(role("officer"), None);
        assert!(
            role("public")
                .unwrap()
                .contains("access_note/x-onemap-role")
        );
    }
}
