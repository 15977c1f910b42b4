//! Tests of jobs: the queue and the runner on both stores, uploads, and the HTTP interface.

mod broken_off;
mod http;
mod imports;
mod runner;
mod uploads;

use jiff::{SignedDuration, Timestamp};
use onemap::model::{Author, Role};
use onemap::store::NewJob;
use serde_json::json;

/// A job that an account creates. The name of each account is derived from its id.
pub fn job_of(owner: &str, kind: &str) -> NewJob {
    NewJob {
        kind: kind.to_owned(),
        arguments: json!({}),
        owner: owner.to_owned(),
        author: Author {
            role: Role::Steward,
            account: Some(owner.to_owned()),
        },
        parent: None,
        upload: None,
        seq: None,
        expires_at: Timestamp::now() + SignedDuration::from_hours(24),
    }
}
