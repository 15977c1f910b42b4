//! The register of case numbers in SQLite.

use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;

use super::SqliteStore;
use crate::store::StoreError;
use crate::store::case_number::{Numbered, ToNumber};

impl SqliteStore {
    /// See [`Store::number_cases`](crate::store::Store::number_cases).
    pub async fn number_cases(&self, cases: &[ToNumber]) -> Result<Vec<Numbered>, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let mut all = Vec::with_capacity(cases.len());
            for case in cases {
                all.push(number(&mut tx, case).await?);
            }
            tx.commit().await?;
            Ok(all)
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::cases_numbered`](crate::store::Store::cases_numbered).
    pub async fn cases_numbered(&self, day: &str, running: i64) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT warning FROM case_numbers WHERE day = ? AND running = ? ORDER BY street",
        )
        .bind(day)
        .bind(running)
        .fetch_all(&self.shared.readers)
        .await?)
    }
}

async fn number(tx: &mut SqliteConnection, case: &ToNumber) -> Result<Numbered, StoreError> {
    let (id, day) = (case.id.as_str(), case.day());
    let known: Option<(String, i64)> =
        sqlx::query_as("SELECT day, running FROM case_numbers WHERE warning = ?1")
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
    match known {
        Some((known, running)) if known == day => return Ok(Numbered::given(running)),
        // The case was deleted and reported again on another day, as those of the demo are.
        Some(_) => {
            sqlx::query("DELETE FROM case_numbers WHERE warning = ?1")
                .bind(id)
                .execute(&mut *tx)
                .await?;
        }
        None => {}
    }
    let running: i64 = match case.wanted {
        Some(wanted) => {
            let other: Option<String> = sqlx::query_scalar(
                "SELECT warning FROM case_numbers WHERE day = ?1 AND street = ?2 AND running = ?3",
            )
            .bind(&day)
            .bind(&case.street)
            .bind(i64::from(wanted))
            .fetch_optional(&mut *tx)
            .await?;
            if let Some(by) = other {
                return Ok(Numbered::Taken { by });
            }
            i64::from(wanted)
        }
        None => {
            let last: Option<i64> = sqlx::query_scalar(
                "SELECT max(running) FROM case_numbers \
                 WHERE day = ?1 AND (street = ?2 OR street = '' OR ?2 = '')",
            )
            .bind(&day)
            .bind(&case.street)
            .fetch_one(&mut *tx)
            .await?;
            last.unwrap_or_default() + 1
        }
    };
    sqlx::query("INSERT INTO case_numbers (day, street, running, warning) VALUES (?1, ?2, ?3, ?4)")
        .bind(&day)
        .bind(&case.street)
        .bind(running)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(Numbered::given(running))
}
