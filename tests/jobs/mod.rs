//! Jobs: the queue and the runner on both stores, uploads, and the interface.

mod broken_off;
mod http;
mod imports;
mod runner;
mod uploads;

use jiff::{SignedDuration, Timestamp};
use onemap::model::{Author, Role};
use onemap::store::NewJob;
use serde_json::json;

/// A job of a kind that an account makes. Every account is named after its id.
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
