//! Problem documents (RFC 9457): what went wrong, in words that somebody can act on.
//!
//! Use the constructor that says what happened; no handler builds a status by hand.
//!
//! | who must move | constructor | status |
//! | --- | --- | --- |
//! | the caller: the request is wrong | [`Problem::invalid`] | 400 |
//! | the caller: the feature is wrong | [`Problem::unprocessable`] | 422 |
//! | the caller: a field is wrong | [`Problem::wrong_field`] | 422 |
//! | the caller: ask for less | [`Problem::too_much`] | 422 |
//! | the caller: who are you? | [`Problem::unauthenticated`] | 401 |
//! | an administrator: more rights | [`Problem::forbidden`] | 403 |
//! | the caller: there is no such thing | [`Problem::not_found`] | 404 |
//! | the caller: read again first | [`Problem::changed_meanwhile`] | 412 |
//! | the caller: faster | [`Problem::timed_out`] | 408 |
//! | the caller: more slowly | [`Problem::too_many`] | 429 |
//! | nobody: wait | [`Problem::unavailable`], [`Problem::behind`] | 503 |
//! | the operator: free some space | [`Problem::full`] | 507 |
//! | us | [`Problem::internal`] | 500 |

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::model::SCHEMAS;
use crate::service::ledger::past::PastError;
use crate::store::{Fault, StoreError, UploadRefusal};

/// An error answer: `application/problem+json`. Boxed, because errors are rare and results are not.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    title: &'static str,
    detail: String,
    more: Map<String, Value>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status,
            title,
            detail: detail.into(),
            more: Map::new(),
            header: None,
        }))
    }

    /// A parameter or header that is not as it should be; names it and what was expected.
    pub fn invalid(name: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Invalid request", detail).with("parameter", name)
    }

    /// A body that is no document of the expected kind.
    pub fn bad_body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Invalid body", detail)
    }

    /// A feature that its collection does not take; `errors` lists every fault with its place.
    pub fn unprocessable(detail: impl Into<String>, errors: Vec<Value>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid feature", detail)
            .with("errors", Value::Array(errors))
    }

    /// A field of a body that is missing or wrong; names it and what was expected.
    pub fn wrong_field(field: &str, problem: &str) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Invalid field",
            format!("{field}: {problem}."),
        )
        .with("errors", json!([{"field": field, "problem": problem}]))
    }

    /// A question whose answer takes more work or memory than one request may; says what to ask instead.
    pub fn too_much(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Too much at once", detail)
    }

    /// Nobody has said who they are, or nobody knows them.
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::UNAUTHORIZED, "Not signed in", detail);
        problem.0.header = Some((
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"onemap\""),
        ));
        problem
    }

    /// Who asks may not do that.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Not allowed", detail)
    }

    /// There is no such thing.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", detail)
    }

    /// The thing is there, but not for this method.
    pub fn method_not_allowed(allow: &'static str, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", detail);
        problem.0.header = Some((header::ALLOW, HeaderValue::from_static(allow)));
        problem
    }

    /// No such method here; the router says in `Allow` which there are.
    pub fn wrong_method(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", detail)
    }

    /// A name that is taken already.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "Conflict", detail)
    }

    /// Somebody else was quicker.
    pub fn changed_meanwhile(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "Changed meanwhile", detail)
    }

    /// More than we take at once.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Too large", detail)
    }

    /// Bytes of a kind that is not taken here.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Unsupported media type",
            detail,
        )
    }

    /// A body that came too slowly.
    pub fn timed_out(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "Too slow", detail)
    }

    /// More in a short time than one address may send.
    pub fn too_many(detail: impl Into<String>, wait: std::time::Duration) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests", detail);
        let seconds = wait.as_secs() + 1;
        problem.0.header = Some((header::RETRY_AFTER, HeaderValue::from(seconds)));
        problem
    }

    /// An address that nobody means.
    pub fn uri_too_long(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::URI_TOO_LONG, "Address too long", detail)
    }

    /// What a layer below the handlers refused.
    pub fn of_status(status: StatusCode) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self::new(
            status,
            title,
            format!("{title}: the request was refused before it reached the resource."),
        )
    }

    /// The database is away, or this node is not ready: waiting helps.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "Temporarily unavailable",
            detail,
        );
        problem.0.header = Some((header::RETRY_AFTER, HeaderValue::from_static("5")));
        problem
    }

    /// The disk is full; nothing was written.
    pub fn full(detail: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::INSUFFICIENT_STORAGE, "Disk full", detail);
        problem.0.header = Some((header::RETRY_AFTER, HeaderValue::from_static("30")));
        problem
    }

    /// This process has not read a commit yet that the request needs: waiting helps.
    pub fn behind(seq: u64) -> Self {
        Self::unavailable(format!(
            "Commit {seq} has not arrived on this server yet, and the request depends on it. Nothing was \
             written. Try again in a moment."
        ))
        .with("seq", seq)
    }

    /// A fault of ours. What it was stands in the log, not in the answer.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal error",
            "Something failed that should not have. The log has it under this request's id \
             (x-request-id).",
        )
    }

    /// The database cannot do what it is asked. Reads are answered from memory all the same.
    fn fault(fault: &Fault) -> Self {
        let rest = "nothing was written. Reads still work.";
        match fault {
            Fault::Full => Self::full(format!(
                "The disk of the service is full; {rest} Try again when space is free."
            )),
            Fault::Away | Fault::Busy => Self::unavailable(format!(
                "The database cannot be reached or is busy; {rest} Try again in a moment."
            )),
            fault => Self::unavailable(format!("Nothing can be written now ({fault}); {rest}")),
        }
    }

    /// Adds a member for programs.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.more.insert(key.to_owned(), value.into());
        self
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Precondition {
                ref collection,
                ref id,
                found,
                ..
            } if collection.as_str() == SCHEMAS => Self::conflict(format!(
                "The schema of {id} was changed while this was written; nothing was written. Read \
                 /api/collections/{id}/schema and send it again."
            ))
            .with("seq", found),
            StoreError::Precondition {
                collection,
                id,
                found: None,
                ..
            } => Self::not_found(format!("There is no feature {id:?} in {collection}.")),
            StoreError::Precondition {
                collection,
                id,
                found: Some(seq),
                ..
            } => Self::changed_meanwhile(format!(
                "The feature {id:?} in {collection} was changed by commit {seq}; read it again and \
                 repeat the change."
            ))
            .with("seq", seq),
            StoreError::TooManyJobs { most } => Self::too_many(
                format!(
                    "The account has {most} jobs that have not ended. Wait until one has ended, or \
                     cancel one (DELETE /api/jobs/ID)."
                ),
                std::time::Duration::from_secs(10),
            ),
            StoreError::JobThere { kind } => Self::conflict(format!(
                "There is a job {kind:?} of this job already: one of the kind is made, unless it \
                 failed, was cancelled or was lost."
            )),
            StoreError::Upload(refusal @ UploadRefusal::Total(_)) => {
                Self::full(sentence(&refusal.to_string()))
            }
            StoreError::Upload(refusal) => Self::too_large(sentence(&refusal.to_string())),
            error @ StoreError::NoUpload { .. } => Self::conflict(sentence(&error.to_string())),
            error @ (StoreError::NameTaken { .. }
            | StoreError::Disabled { .. }
            | StoreError::LastAdmin { .. }) => Self::conflict(sentence(&error.to_string())),
            error => match error.fault() {
                Some(fault) => {
                    tracing::warn!(%error, "the database does not work");
                    Self::fault(&fault)
                }
                None => Self::internal(&error),
            },
        }
    }
}

/// An error text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

impl From<PastError> for Problem {
    fn from(error: PastError) -> Self {
        match error {
            PastError::Store(error) => error.into(),
            PastError::TooMany { .. } => Self::too_much(format!(
                "{error}. Ask for a moment when fewer were open, or for a page without filters (limit=, \
                 then the link \"next\")."
            )),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let parts = *self.0;
        let mut document = json!({
            "type": "about:blank",
            "title": parts.title,
            "status": parts.status.as_u16(),
            "detail": parts.detail,
        });
        if let Value::Object(map) = &mut document {
            map.extend(parts.more);
        }
        let mut response = (
            parts.status,
            [
                (header::CONTENT_TYPE, "application/problem+json"),
                (header::CACHE_CONTROL, "no-store"),
            ],
            document.to_string(),
        )
            .into_response();
        if let Some((name, value)) = parts.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
