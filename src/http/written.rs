//! The answer to a write: the usual answer if the snapshot contains the commit, otherwise 202.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::App;
use super::answer::SEQ_HEADER;
use super::language;
use super::problem::Problem;
use crate::live::{Snapshot, Written};
use crate::model::{Localized, both};

/// The explanation in a 202 answer.
fn detail() -> Localized {
    both!(
        "修改已保存，但本服务器尚未显示。请以提交序号为参数（?min-seq=）读取 location，服务器会等到可以显示时答复。",
        "The change is saved, but this server does not show it yet. Read `location` with ?min-seq= \
         and the number of the commit; the answer then waits for it."
    )
}

/// A durable change that this server does not show yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// The number of the commit, for `?min-seq=`.
    pub seq: u64,
    /// The id of the feature, case or other resource that was written; absent if several were written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "w-4kq2m8x0p1za")]
    pub id: Option<String>,
    /// The address at which the written resource can be read.
    pub location: String,
    /// The explanation.
    pub detail: String,
    /// Further members, such as the `receipt` of a report.
    #[serde(flatten)]
    #[schema(ignore)]
    pub more: Map<String, Value>,
}

/// The resource that was written, for an answer that cannot show it yet.
pub struct Subject {
    id: Option<String>,
    location: String,
    more: Map<String, Value>,
}

impl Subject {
    /// A single resource: its id, and the address at which it can be read.
    pub fn new(id: impl Into<String>, location: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            ..Self::several(location)
        }
    }

    /// Several resources, and the address at which they can be read.
    pub fn several(location: impl Into<String>) -> Self {
        Self {
            id: None,
            location: location.into(),
            more: Map::new(),
        }
    }

    /// The address at which the resource can be read.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Adds a member to the answer.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.more.insert(key.to_owned(), value.into());
        self
    }
}

/// Answers a write. `show` builds the usual answer. It is only called with a snapshot that contains the commit,
/// so no handler answers from an older map.
///
/// # Errors
/// The errors of `show`.
pub fn answer(
    app: &App,
    written: Written,
    subject: Subject,
    show: impl FnOnce(Arc<Snapshot>) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let seq = written.seq();
    let mut response = match written {
        Written::Visible(_) => show(app.live.snapshot())?,
        Written::Pending(_) => {
            let accepted = Accepted {
                seq,
                id: subject.id,
                location: subject.location,
                detail: detail().into_language(language::current()),
                more: subject.more,
            };
            let mut response = (StatusCode::ACCEPTED, axum::Json(&accepted)).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            if let Ok(location) = HeaderValue::from_str(&accepted.location) {
                headers.insert(header::LOCATION, location);
            }
            response
        }
    };
    response
        .headers_mut()
        .insert(SEQ_HEADER, HeaderValue::from(seq));
    Ok(response)
}
