//! Tests of the audit in both stores: every write of a known caller adds a row in the transaction of its
//! commit, and rows cannot be changed.

use std::time::Duration;

use jiff::Timestamp;
use onemap::model::{Author, Edit};
use onemap::store::audit::{self, Who};
use onemap::store::{AuditEntry, AuditKind, AuditQuery, AuditRow, Store};
use sqlx::Connection;

use crate::store_suite::{Fixture, fixtures, put};

fn all() -> AuditQuery {
    AuditQuery {
        limit: 100,
        ..AuditQuery::default()
    }
}

async fn rows(store: &Store) -> Vec<AuditRow> {
    store.audit_rows(&all()).await.unwrap()
}

/// Runs `work` as a request of an account.
async fn by_li<T>(work: impl Future<Output = T>) -> T {
    audit::during("PUT", "/api/collections/buildings/items/a", None, async {
        audit::known(|| Who {
            account_id: Some("7".into()),
            account: "小李".into(),
        });
        work.await
    })
    .await
}

fn one(id: &str, levels: i64) -> Edit {
    Edit::new(Author::system(), vec![put(id, levels)])
}

#[tokio::test]
async fn a_write_of_a_known_caller_is_audited_with_its_commit() {
    for Fixture { store, .. } in &fixtures().await {
        // Writes of the program itself, and of an unknown caller, add no row.
        store.commit(one("a", 1)).await.unwrap();
        audit::during("PUT", "/api/x", None, store.commit(one("a", 2)))
            .await
            .unwrap();
        assert_eq!(rows(store).await, []);

        let committed = by_li(store.commit(one("a", 3))).await.unwrap();
        // A write without a change makes no commit and no row.
        by_li(store.commit(one("a", 3))).await.unwrap();
        let found = rows(store).await;
        assert_eq!(found.len(), 1, "{}", store.kind());
        assert_eq!(found[0].seq, Some(committed.seq));
        let expected = AuditEntry::new(AuditKind::Write)
            .by(Some("7"), "小李")
            .through("PUT", "/api/collections/buildings/items/a")
            .on("buildings", "a");
        assert_eq!(found[0].entry, expected);

        let replayed = by_li(store.replay(vec![one("a", 4), one("b", 1)]))
            .await
            .unwrap();
        let staged = by_li(async {
            let reason = Some("导入".to_owned());
            let mut staging = store.stage(Author::system(), reason).await.unwrap();
            staging.put(vec![put("c", 1), put("d", 1)]).await.unwrap();
            staging.publish().await.unwrap()
        })
        .await;
        let seqs: Vec<_> = rows(store).await.iter().map(|r| r.seq).collect();
        let expected = [committed.seq, replayed.seq, staged.seq];
        assert_eq!(seqs, expected.map(Some), "{}", store.kind());
        let last = rows(store).await.pop().unwrap().entry;
        assert_eq!(
            last.detail.as_deref(),
            Some("2 features"),
            "{}",
            store.kind()
        );
    }
}

#[tokio::test]
async fn the_audit_is_filtered_and_paged() {
    for Fixture { store, .. } in &fixtures().await {
        for (kind, account) in [
            (AuditKind::SignIn, "a"),
            (AuditKind::Look, "b"),
            (AuditKind::Look, "a"),
        ] {
            let entry = AuditEntry::new(kind).by(Some(account), account);
            store.audit(entry).await.unwrap();
        }
        let found = rows(store).await;
        let ids = |rows: Vec<AuditRow>| rows.iter().map(|r| r.id).collect::<Vec<_>>();
        let ask = |query: AuditQuery| async move { ids(store.audit_rows(&query).await.unwrap()) };
        let looks = AuditQuery {
            kind: Some(AuditKind::Look),
            ..all()
        };
        assert_eq!(ask(looks).await, [found[1].id, found[2].id]);
        let of_a = AuditQuery {
            account: Some("a".into()),
            ..all()
        };
        assert_eq!(ask(of_a).await, [found[0].id, found[2].id]);
        let page = AuditQuery {
            after: found[0].id,
            limit: 1,
            ..AuditQuery::default()
        };
        assert_eq!(ask(page).await, [found[1].id]);
        let before = AuditQuery {
            to: Some(found[0].at),
            ..all()
        };
        assert_eq!(ask(before).await, [0_i64; 0]);
        let since = AuditQuery {
            from: Some(found[2].at),
            ..all()
        };
        assert!(ask(since).await.contains(&found[2].id));
    }
}

#[tokio::test]
async fn rows_of_the_audit_cannot_be_changed_and_end_with_the_retention() {
    for Fixture { store, url, .. } in &fixtures().await {
        for _ in 0..3 {
            let entry = AuditEntry::new(AuditKind::SignIn).by(Some("a"), "a");
            store.audit(entry).await.unwrap();
        }
        for sql in ["UPDATE audit SET account = 'x'", "DELETE FROM audit"] {
            let error = execute(url, sql).await.unwrap_err().to_string();
            assert!(error.contains("append-only"), "{sql}: {error}");
        }
        let now = Timestamp::now() + Duration::from_secs(60);
        assert_eq!(
            store.sweep_audit(Timestamp::UNIX_EPOCH, 10).await.unwrap(),
            0
        );
        assert_eq!(store.sweep_audit(now, 2).await.unwrap(), 2);
        assert_eq!(rows(store).await.len(), 1);
        // After the removal of expired rows, deleting rows is forbidden again.
        assert!(execute(url, "DELETE FROM audit").await.is_err());
    }
}

#[tokio::test]
async fn reading_the_audit_by_number_misses_no_row() {
    for Fixture { store, url, .. } in &fixtures().await {
        if url.starts_with("sqlite:") {
            // With a single writer, the row with the higher number is always the later one.
            continue;
        }
        let insert = |kind: &'static str| {
            format!("INSERT INTO onemap.audit (kind, account) VALUES ('look', '{kind}')")
        };
        let mut slow = sqlx::PgConnection::connect(url).await.unwrap();
        let mut early = slow.begin().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(insert("slow")))
            .execute(&mut *early)
            .await
            .unwrap();
        let look = AuditEntry::new(AuditKind::Look).by(None, "quick");
        store.audit(look).await.unwrap();
        let first = rows(store).await;
        assert_eq!(first.len(), 1);
        early.commit().await.unwrap();
        let page = AuditQuery {
            after: first[0].id,
            ..all()
        };
        let later = store.audit_rows(&page).await.unwrap();
        let accounts: Vec<_> = later.iter().map(|r| r.entry.account.as_deref()).collect();
        assert_eq!(accounts, [Some("slow")]);

        // With many writers, a reader that polls sees every row once and in the order of the numbers.
        let writers: Vec<_> = (0..8)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move {
                    for m in 0..25 {
                        let account = format!("{n}-{m}");
                        let look = AuditEntry::new(AuditKind::Look).by(None, &account);
                        store.audit(look).await.unwrap();
                    }
                })
            })
            .collect();
        let (mut seen, mut after) = (Vec::new(), later[0].id);
        while seen.len() < 200 {
            let running = writers.iter().any(|w| !w.is_finished());
            let page = AuditQuery { after, ..all() };
            let found = store.audit_rows(&page).await.unwrap();
            assert!(
                running || !found.is_empty(),
                "only {} of 200 were seen",
                seen.len()
            );
            after = found.last().map_or(after, |r| r.id);
            seen.extend(found);
        }
        for writer in writers {
            writer.await.unwrap();
        }
        assert!(seen.is_sorted_by_key(|r| r.id));
        assert_eq!(rows(store).await.len(), 100, "a page");
        // The number of a row cannot be changed.
        let error = execute(url, "UPDATE audit SET id = DEFAULT")
            .await
            .unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

async fn execute(url: &str, sql: &'static str) -> Result<(), sqlx::Error> {
    if url.starts_with("sqlite:") {
        let mut connection = sqlx::SqliteConnection::connect(url).await?;
        sqlx::query(sql).execute(&mut connection).await?;
    } else {
        let mut connection = sqlx::PgConnection::connect(url).await?;
        sqlx::query("SET search_path = onemap")
            .execute(&mut connection)
            .await?;
        sqlx::query(sql).execute(&mut connection).await?;
    }
    Ok(())
}
