//! Tests of uploaded files: chunks, limits and expiry.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use onemap::store::backup::{backup, restore};
use onemap::store::{Store, StoreError, UploadLimits, UploadRefusal};
use sqlx::{Connection as _, SqliteConnection};

use super::job_of;
use crate::store_suite::{Fixture, fixtures};
use crate::support::server::{Server, sqlite_in, token};

const LIMITS: UploadLimits = UploadLimits {
    one: 100,
    account: 150,
    total: 200,
};

fn in_an_hour() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(1)
}

async fn begin(store: &Store, owner: &str) -> String {
    let upload = store.create_upload(owner, "a.geojson", in_an_hour()).await;
    upload.unwrap().id
}

async fn append(store: &Store, id: &str, bytes: usize) -> Result<(), UploadRefusal> {
    let data = vec![7; bytes];
    match store.append_upload(id, &data, &LIMITS, in_an_hour()).await {
        Ok(()) => Ok(()),
        Err(StoreError::Upload(refusal)) => Err(refusal),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn an_uploaded_file_can_be_read_in_chunks_until_it_expires() {
    for Fixture { store, .. } in &fixtures().await {
        let id = begin(store, "a").await;
        for data in [&b"one"[..], b"", b"three"] {
            store
                .append_upload(&id, data, &LIMITS, in_an_hour())
                .await
                .unwrap();
        }
        assert!(!store.upload(&id).await.unwrap().unwrap().complete);
        let upload = store.finish_upload(&id, in_an_hour()).await.unwrap();
        assert_eq!((upload.bytes, upload.chunks, upload.complete), (8, 3, true));
        let late = store
            .append_upload(&id, b"late", &LIMITS, in_an_hour())
            .await;
        assert!(matches!(late, Err(StoreError::NoUpload { .. })));
        let mut read = Vec::new();
        for n in 0..upload.chunks {
            read.extend(store.upload_chunk(&id, n).await.unwrap().unwrap());
        }
        assert_eq!(read, b"onethree");
        assert_eq!(store.upload_chunk(&id, 3).await.unwrap(), None);

        assert_eq!(store.expire_uploads(Timestamp::now()).await.unwrap(), 0);
        let later = Timestamp::now() + SignedDuration::from_hours(2);
        assert_eq!(store.expire_uploads(later).await.unwrap(), 1);
        assert_eq!(store.upload(&id).await.unwrap(), None);
        assert_eq!(store.sweep_chunks().await.unwrap(), 3);
        assert_eq!(store.sweep_chunks().await.unwrap(), 0);
        assert_eq!(store.upload_chunk(&id, 0).await.unwrap(), None);
    }
}

#[tokio::test]
async fn uploads_are_limited_per_file_per_account_and_in_total() {
    for Fixture { store, .. } in &fixtures().await {
        let first = begin(store, "a").await;
        assert_eq!(append(store, &first, 100).await, Ok(()));
        assert_eq!(append(store, &first, 1).await, Err(UploadRefusal::One(100)));
        let second = begin(store, "a").await;
        let refused = append(store, &second, 51).await;
        assert_eq!(refused, Err(UploadRefusal::Account(150)));
        assert_eq!(append(store, &second, 50).await, Ok(()));
        let third = begin(store, "b").await;
        let refused = append(store, &third, 51).await;
        assert_eq!(refused, Err(UploadRefusal::Total(200)));
        // The space counts as free as soon as the file is removed, even before its chunks are.
        store.delete_upload(&first).await.unwrap();
        assert_eq!(append(store, &third, 51).await, Ok(()));
    }
}

#[tokio::test]
async fn the_file_of_a_job_is_deleted_with_it_and_backups_contain_neither() {
    for Fixture { store, .. } in &fixtures().await {
        let id = begin(store, "a").await;
        append(store, &id, 10).await.unwrap();
        let mut new = job_of("a", "import");
        new.upload = Some(id.clone());
        let job = store.create_job(new, 1).await.unwrap();
        store.cancel_job(&job.id).await.unwrap();

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("map.backup");
        let manifest = backup(store, &file, &|_, _| {}).await.unwrap();
        for table in ["jobs", "uploads", "upload_chunks"] {
            assert_eq!(manifest.rows[table], 0, "{table}");
        }
        let target = sqlite_in(folder.path());
        restore(&target, &file, false, &|_, _| {}).await.unwrap();
        let restored = Store::open(&target).await.unwrap();
        assert_eq!(restored.job(&job.id).await.unwrap(), None);
        restored.close().await.unwrap();

        assert!(store.delete_job(&job.id).await.unwrap());
        assert_eq!(store.upload(&id).await.unwrap(), None);
        assert_eq!(store.sweep_chunks().await.unwrap(), 1);
    }
}

#[tokio::test]
async fn an_incomplete_upload_is_removed_when_the_server_stops() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let mut server = Server::on(&database, &[]).await;
    let steward = token(&database, "steward");
    let address = server.base.strip_prefix("http://").unwrap();
    let mut client = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /api/imports HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {steward}\r\n\
         content-type: application/octet-stream\r\ncontent-length: 1000\r\n\r\n{{"
    );
    client.write_all(head.as_bytes()).unwrap();
    let mut file = SqliteConnection::connect(&database).await.unwrap();
    let mut count = async || -> i64 {
        let question = sqlx::query_scalar("SELECT count(*) FROM uploads");
        question.fetch_one(&mut file).await.unwrap()
    };
    // If this never happens, the test runner's time limit ends the test.
    while count().await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.stop();
    assert_eq!(count().await, 0);
}
