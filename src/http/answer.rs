//! Answers that can be cached: strong entity tags, 304 and `Cache-Control`.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use headers::{ETag, HeaderMapExt as _, IfNoneMatch};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::auth::Caller;
use super::html;
use super::language;
use super::problem::Problem;
use crate::live::Snapshot;
use crate::model::{CollectionId, Language, SCHEMAS, both};

/// The header with the number of the commit that an answer shows, or that a write made.
pub const SEQ_HEADER: HeaderName = HeaderName::from_static("onemap-seq");

/// A strong entity tag.
///
/// [`Tag::new`] and [`Tag::of_feature`] make a tag before the body exists: from the id of the map, the number of
/// the last commit that could have changed the answer, and the request. So the body must depend on nothing else.
/// [`Tag::of_bytes`] hashes the body, for small documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// The tag of an answer that depends on the commit `seq` and on the given parts of the request.
    pub fn new(snapshot: &Snapshot, seq: u64, caller: &Caller, request: &[&str]) -> Self {
        let mut hash = Sha256::new();
        hash.update(snapshot.store_id().as_bytes());
        hash.update(env!("CARGO_PKG_VERSION"));
        hash.update(caller.view().key());
        for part in request {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        Self(format!("\"{seq:x}-{}\"", hex::encode(&digest[..9])))
    }

    /// The tag of one feature. It contains the id of the map, the commit that wrote the feature, and everything
    /// else that determines the bytes: the schema in force, the role, and the form that the query asks for
    /// (empty for the default form).
    pub fn of_feature(
        snapshot: &Snapshot,
        collection: &CollectionId,
        seq: u64,
        caller: &Caller,
        shape: &str,
    ) -> Self {
        let schemas = snapshot.collections().hidden(SCHEMAS);
        let schema = schemas
            .and_then(|s| s.get(collection.as_str()))
            .map_or(0, |e| e.seq());
        let mut hash = Sha256::new();
        hash.update(env!("CARGO_PKG_VERSION"));
        hash.update(schema.to_le_bytes());
        hash.update(caller.view().key());
        hash.update(shape);
        let digest = hash.finalize();
        let rest = u64::from_be_bytes(std::array::from_fn(|i| digest[i]));
        Self(format!("\"{seq:x}-{}-{rest:x}\"", map_name(snapshot)))
    }

    /// The tag of an answer, made from its bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::of_hash(&Sha256::digest(bytes).into())
    }

    /// The tag of bytes whose hash is known.
    pub fn of_hash(hash: &[u8; 32]) -> Self {
        Self(format!("\"{}\"", hex::encode(&hash[..12])))
    }

    /// The commit number in a feature's tag, as a client sends it in `If-Match`; `None` if the tag is from
    /// another map or is not the tag of a feature.
    pub fn feature_seq(snapshot: &Snapshot, text: &str) -> Option<u64> {
        let inner = text.trim().strip_prefix('"')?.strip_suffix('"')?;
        let (seq, rest) = inner.split_once('-')?;
        let (map, _) = rest.split_once('-')?;
        (map == map_name(snapshot)).then(|| u64::from_str_radix(seq, 16).ok())?
    }

    /// Whether the client already has this answer.
    pub fn is_held(&self, headers: &HeaderMap) -> bool {
        // A compressing proxy may have made the tag weak. Weak tags are enough for 304.
        headers.typed_get::<IfNoneMatch>().is_some_and(|held| {
            let tag = self.0.parse::<ETag>();
            tag.is_ok_and(|tag| !held.precondition_passes(&tag))
        })
    }

    /// The tag as it appears in the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A short id of the map, for tags.
fn map_name(snapshot: &Snapshot) -> String {
    hex::encode(&snapshot.store_id().as_bytes()[..4])
}

/// An answer made from a snapshot.
#[derive(Debug)]
pub struct Answer {
    media_type: &'static str,
    tag: Tag,
    seq: u64,
    private: bool,
}

impl Answer {
    /// An answer with a media type and a tag.
    pub fn new(media_type: &'static str, tag: Tag, snapshot: &Snapshot, caller: &Caller) -> Self {
        Self {
            media_type,
            tag,
            seq: snapshot.seq(),
            private: caller.is_known(),
        }
    }

    /// The answer with a small document, which is built even if the client already has it. Its tag is the hash of its
    /// bytes.
    pub fn whole(
        media_type: &'static str,
        body: impl Into<Bytes>,
        snapshot: &Snapshot,
        caller: &Caller,
        headers: &HeaderMap,
    ) -> Response {
        let body = body.into();
        Self::new(media_type, Tag::of_bytes(&body), snapshot, caller).send(headers, || body)
    }

    /// The answer, or 304 if the client already has it. The body is only built if it is needed.
    pub fn send<B: Into<Bytes>>(self, headers: &HeaderMap, body: impl FnOnce() -> B) -> Response {
        let held = self.tag.is_held(headers);
        let mut response = if held {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Response::new(Body::from(body().into()))
        };
        let map = response.headers_mut();
        map.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.media_type),
        );
        if let Ok(tag) = HeaderValue::from_str(self.tag.as_str()) {
            map.insert(header::ETAG, tag);
        }
        map.insert(SEQ_HEADER, HeaderValue::from(self.seq));
        map.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static(if self.private {
                "private, no-cache"
            } else {
                "no-cache"
            }),
        );
        let vary = if self.media_type == html::MEDIA_TYPE {
            let tag = match language::current() {
                Language::Chinese => "zh-CN",
                Language::English => "en",
            };
            map.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(tag));
            "accept, accept-encoding, accept-language, authorization, cookie"
        } else {
            "accept, accept-encoding, authorization, cookie"
        };
        map.insert(header::VARY, HeaderValue::from_static(vary));
        response
    }
}

/// The answer with a small JSON document and the given media type. Its tag is the hash of its bytes.
///
/// # Errors
/// If the document cannot be written as JSON.
pub fn json(
    media_type: &'static str,
    document: &impl Serialize,
    snapshot: &Snapshot,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let body = serde_json::to_vec(document).map_err(|e| Problem::internal(&e))?;
    Ok(Answer::whole(media_type, body, snapshot, caller, headers))
}

const CODINGS: [&str; 2] = ["gzip", "br"];

/// Removes the suffix of the content coding from the entity tags of a conditional request, and returns the
/// coding. A strong tag names exact bytes, so compressed responses have their own tags ([`tag_encodings`]).
pub fn untag_encodings(headers: &mut HeaderMap) -> Option<&'static str> {
    let mut asked_with = None;
    for name in [header::IF_NONE_MATCH, header::IF_MATCH] {
        let Some(text) = headers.get(&name).and_then(|v| v.to_str().ok()) else {
            continue;
        };
        let mut plain = text.to_owned();
        for coding in CODINGS {
            let ending = format!("-{coding}\"");
            if plain.contains(&ending) {
                asked_with = Some(coding);
                plain = plain.replace(&ending, "\"");
            }
        }
        if let Ok(value) = HeaderValue::from_str(&plain) {
            headers.insert(name, value);
        }
    }
    asked_with
}

/// Adds the content coding of a compressed response to its entity tag. `asked_with` is the result of
/// [`untag_encodings`]. Runs outside of the compression layer.
pub fn tag_encodings(response: &mut Response, asked_with: Option<&'static str>) {
    let coding = match response.headers().get(header::CONTENT_ENCODING) {
        Some(v) => CODINGS.into_iter().find(|c| v.as_bytes() == c.as_bytes()),
        None if response.status() == StatusCode::NOT_MODIFIED => asked_with,
        None => None,
    };
    if let Some(coding) = coding
        && let Some(tag) = response.headers().get(header::ETAG)
        && let Some(inner) = tag.to_str().ok().and_then(|t| t.strip_suffix('"'))
        && let Ok(tag) = HeaderValue::from_str(&format!("{inner}-{coding}\""))
    {
        response.headers_mut().insert(header::ETAG, tag);
    }
}

/// The representations of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON or GeoJSON.
    Json,
    /// A page for people.
    Html,
}

/// Whether a browser opens an address, so that an error is shown to a person. A request that asks for another form
/// with `f=` comes from a program.
pub fn is_visit(request: &Request) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let query = request.uri().query().unwrap_or_default();
    reads
        && !query
            .split('&')
            .any(|p| p.starts_with("f=") && p != "f=html")
        && accepted(request.headers()) == Form::Html
}

/// Chooses the representation: `f=` first, then the `Accept` header, otherwise JSON.
pub fn negotiate(query: &super::query::Query, headers: &HeaderMap) -> Result<Form, Problem> {
    match query.get("f")? {
        Some("json" | "geojson") => return Ok(Form::Json),
        Some("html") => return Ok(Form::Html),
        Some(other) => {
            return Err(Problem::invalid(
                "f",
                both!(
                    "f={other}：应为 json 或 html。",
                    "f={other}: expected json or html."
                ),
            ));
        }
        None => {}
    }
    Ok(accepted(headers))
}

/// The representation that the `Accept` header prefers; JSON if it is missing.
fn accepted(headers: &HeaderMap) -> Form {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("*/*");
    let weight = |types: &[&str]| {
        accept
            .split(',')
            .filter_map(|range| {
                let mut parts = range.split(';').map(str::trim);
                let name = parts.next()?;
                let q = parts
                    .find_map(|p| p.strip_prefix("q="))
                    .and_then(|q| q.parse::<f32>().ok())
                    .unwrap_or(1.0);
                types.contains(&name).then_some(q)
            })
            .fold(0.0_f32, f32::max)
    };
    let html = weight(&["text/html", "application/xhtml+xml"]);
    let json = weight(&[
        "application/json",
        "application/geo+json",
        "application/*",
        "application/schema+json",
        "application/vnd.oai.openapi+json;version=3.0",
    ]);
    if html > json { Form::Html } else { Form::Json }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::query::Query;

    fn form(query: &str, accept: &str) -> Option<Form> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        negotiate(&Query::parse(query).unwrap(), &headers).ok()
    }

    #[test]
    fn a_browser_gets_pages_and_programs_get_json() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(form("", browser), Some(Form::Html));
        assert_eq!(form("f=json", browser), Some(Form::Json));
        assert_eq!(form("", "*/*"), Some(Form::Json));
        assert_eq!(
            form("", "application/geo+json, text/html;q=0.5"),
            Some(Form::Json)
        );
        assert_eq!(form("f=xml", "*/*"), None);
    }

    #[test]
    fn a_tag_matches_after_a_proxy_made_it_weak() {
        let tag = Tag::of_bytes(b"tile");
        let mut headers = HeaderMap::new();
        let held = format!("\"a\", W/{}", tag.as_str());
        headers.insert(header::IF_NONE_MATCH, held.parse().unwrap());
        assert!(tag.is_held(&headers));
        assert!(!Tag::of_bytes(b"another").is_held(&headers));
    }
}
