//! A collection as the target of a write: checks rights and preconditions, commits, and answers.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use geo_types::Geometry;
use serde_json::{Map, Value, json};

use super::doubts::{self, Sent};
use super::patch::patched;
use super::{GEOJSON, collection, guard};
use crate::codec::geojson::read::Limits;
use crate::http::App;
use crate::http::answer::Tag;
use crate::http::auth::Caller;
use crate::http::problem::{Problem, WrongField};
use crate::http::query::segment;
use crate::http::written::{self, Subject};
use crate::index::{Collection, Entry};
use crate::live::Written;
use crate::model::{
    Body, Change, Edit, Expect, Feature, FeatureId, InChinese as _, Localized, both,
};
use crate::service::place;
use crate::spatial::validity;
use crate::store::StoreError;

/// A collection that the caller may write to.
pub(super) struct Target {
    pub schema: std::sync::Arc<crate::model::Schema>,
    /// The commit that wrote the schema. A write is refused if the schema changed after it was checked.
    pub version: Option<u64>,
    pub author: crate::model::Author,
}

pub(super) enum Refused {
    Precondition,
    Problem(Problem),
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Precondition => Problem::changed_meanwhile(both!(
                "要素的当前状态与 If-Match 或 If-None-Match 的要求不符，请重新读取。",
                "The feature does not match If-Match or If-None-Match. Read it again."
            )),
            Refused::Problem(p) => p,
        }
    }
}

impl Target {
    pub fn open(app: &App, caller: &Caller, name: &str) -> Result<Self, Problem> {
        let snapshot = app.live.snapshot();
        let schema = collection(&snapshot, name)?.schema().clone();
        if let Some(how) = &schema.read_only {
            return Err(Problem::method_not_allowed("GET, HEAD", how.clone()));
        }
        let author = caller.author_as_any(&schema.write_roles)?;
        Ok(Self {
            version: snapshot.collections().schema_version(name),
            schema,
            author,
        })
    }

    /// Refuses a write outside of the communities to which the account is restricted.
    pub fn check_reach(
        &self,
        app: &App,
        caller: &Caller,
        geometry: Option<&Geometry<f64>>,
    ) -> Result<(), Problem> {
        if caller.view().communities.is_empty() {
            return Ok(());
        }
        let snapshot = app.live.snapshot();
        let community = geometry
            .and_then(place::anchor)
            .and_then(|position| place::community_at(snapshot.collections(), position));
        if caller.view().reaches(community.as_deref()) {
            return Ok(());
        }
        let own = caller.view().communities.join(", ");
        Err(Problem::forbidden(match community {
            Some(id) => both!(
                "该要素位于社区 {id}，本账号仅限社区 {own}。",
                "The feature is in the community {id}, but the account is restricted to {own}."
            ),
            None => both!(
                "该要素不在任何社区内，本账号仅限社区 {own}。",
                "The feature is in no community of the map, but the account is restricted to {own}."
            ),
        }))
    }

    pub fn collection<'a>(
        &self,
        snapshot: &'a crate::live::Snapshot,
    ) -> Result<&'a std::sync::Arc<Collection>, Problem> {
        collection(snapshot, self.schema.collection.as_str())
    }

    /// The feature to store after a replacement: the body with the stored properties that the caller does not
    /// see.
    pub fn admit(
        &self,
        caller: &Caller,
        present: Option<&Entry>,
        feature: Feature,
    ) -> Result<Feature, Problem> {
        Ok(Feature {
            id: feature.id,
            body: guard::with_hidden(&self.schema, caller.roles(), present, feature.body)?,
        })
    }

    /// The feature to store after a patch.
    pub fn patched(
        &self,
        caller: &Caller,
        entry: &Entry,
        patch: &Map<String, Value>,
        limits: &Limits,
    ) -> Result<Body, Problem> {
        if let Some(Value::Object(change)) = patch.get("properties") {
            guard::only_visible(&self.schema, caller.roles(), change)?;
        }
        patched(entry, patch, limits)
    }

    /// The precondition of a replacement: what `If-Match` or `If-None-Match` demands. If stored properties that the
    /// caller does not see are kept, the version that they came from must also be unchanged.
    pub fn expect(
        &self,
        caller: &Caller,
        present: Option<&Entry>,
        demanded: Option<Expect>,
    ) -> Result<Option<Expect>, Refused> {
        if !guard::depends_on_present(&self.schema, caller.roles()) {
            return Ok(demanded);
        }
        let read = present.map_or(Expect::Absent, |entry| Expect::Seq(entry.seq()));
        let holds = match demanded {
            None => true,
            Some(Expect::Present) => read != Expect::Absent,
            Some(demanded) => demanded == read,
        };
        match holds {
            true => Ok(Some(read)),
            false => Err(Refused::Precondition),
        }
    }

    pub async fn put(
        &self,
        app: &App,
        caller: &Caller,
        present: Option<&Entry>,
        feature: Feature,
        expect: Option<Expect>,
    ) -> Result<Written, Refused> {
        let (body, claims) =
            guard::take_claims(&self.schema, present, feature.body).map_err(Refused::Problem)?;
        let body = Body {
            geometry: body.geometry.map(validity::normalise),
            properties: body.properties,
        };
        // Both the old and the new position are checked.
        for geometry in present
            .map(Entry::geometry)
            .into_iter()
            .chain([body.geometry.as_ref()])
        {
            self.check_reach(app, caller, geometry)
                .map_err(Refused::Problem)?;
        }
        let checker = app
            .checkers
            .of(&self.schema)
            .map_err(|e| Refused::Problem(Problem::internal(&e)))?;
        if let Err(problems) = checker.check(&feature.id, &body) {
            let collection = &self.schema.collection;
            let (zh, en) = problems.first().map_or_else(Default::default, |p| {
                let Localized { zh, en } = p.localized();
                (format!("{}：{zh}", p.field), format!("{}: {en}", p.field))
            });
            let errors = problems.iter();
            return Err(Refused::Problem(Problem::unprocessable(
                both!(
                    "该要素不符合图层“{collection}”的要求：{zh}。",
                    "The feature is not valid for the collection {collection}: {en}."
                ),
                errors
                    .map(|p| WrongField::new(p.field.as_str(), p.localized()))
                    .collect(),
            )));
        }
        let collection = self.schema.collection.clone();
        if !claims.is_empty() {
            let account = caller.principal.as_ref().map(|p| p.account.as_str());
            let store = app.live.store();
            store
                .link_photos(&collection, &feature.id, &claims, account)
                .await
                .map_err(|e| Refused::Problem(e.into()))?
                .map_err(|e| Refused::Problem(Problem::wrong_field("photos", e.localized())))?;
        }
        let change = Change {
            collection: collection.clone(),
            id: feature.id.clone(),
            body: Some(body),
        };
        let mut edit =
            Edit::new(self.author.clone(), vec![change]).checked_by(&collection, self.version);
        if let Some(expect) = expect {
            edit = edit.expecting(collection, feature.id, expect);
        }
        match app.live.commit(edit).await {
            Ok(written) => Ok(written),
            Err(e @ StoreError::Precondition { .. }) if e.schema_changed().is_none() => {
                Err(Refused::Precondition)
            }
            Err(e) => Err(Refused::Problem(e.into())),
        }
    }

    /// The id and the address of a written feature, for an answer that cannot show the feature yet.
    pub fn subject(&self, app: &App, headers: &HeaderMap, id: &FeatureId) -> Subject {
        let location = format!(
            "{}/api/collections/{}/items/{}",
            app.base(headers),
            self.schema.collection,
            segment(id.as_str())
        );
        Subject::new(id.as_str(), location)
    }

    /// The answer to a write: the feature as it is now, or 202 if this server does not show the commit yet.
    pub fn answer(
        &self,
        app: &App,
        caller: &Caller,
        headers: &HeaderMap,
        id: &FeatureId,
        sent: Sent,
        (status, written): (StatusCode, Written),
    ) -> Result<Response, Problem> {
        let subject = self.subject(app, headers, id);
        let place = HeaderValue::from_str(subject.location());
        written::answer(app, written, subject, |snapshot| {
            let mut response = self.shown(app, &snapshot, caller, headers, id, (status, sent))?;
            if status == StatusCode::CREATED
                && let Ok(place) = place
            {
                response.headers_mut().insert(header::LOCATION, place);
            }
            Ok(response)
        })
    }

    pub fn shown(
        &self,
        app: &App,
        snapshot: &crate::live::Snapshot,
        caller: &Caller,
        headers: &HeaderMap,
        id: &FeatureId,
        (status, sent): (StatusCode, Sent),
    ) -> Result<Response, Problem> {
        let collection = self.collection(snapshot)?;
        let Some(entry) = collection.get(id.as_str()) else {
            // The feature has been deleted after the write, so there is nothing to show.
            return Ok(StatusCode::NO_CONTENT.into_response());
        };
        let mut bytes = entry.feature_json(collection.schema(), caller.view(), None);
        let doubts = doubts::of(snapshot.collections(), entry, sent);
        if !doubts.is_empty() {
            // The closing brace is removed, so that another member can be appended.
            bytes.pop();
            bytes.extend_from_slice(format!(",\"warnings\":{}}}", json!(doubts)).as_bytes());
        }
        let id_of = &self.schema.collection;
        let shape = app.base(headers);
        let tag = Tag::of_feature(snapshot, id_of, entry.seq(), caller, &shape);
        let mut response = (
            status,
            [
                (header::CONTENT_TYPE, HeaderValue::from_static(GEOJSON)),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ],
            bytes,
        )
            .into_response();
        let map = response.headers_mut();
        if let Ok(tag) = HeaderValue::from_str(tag.as_str()) {
            map.insert(header::ETAG, tag);
        }
        Ok(response)
    }
}

/// What `If-Match` or `If-None-Match` demands of a feature.
pub(super) fn expectation(
    app: &App,
    target: &Target,
    id: &FeatureId,
    headers: &HeaderMap,
) -> Result<Option<Expect>, Problem> {
    let text = |name: header::HeaderName| {
        headers
            .get(name)
            .map(|v| v.to_str().unwrap_or_default().trim().to_owned())
    };
    let snapshot = app.live.snapshot();
    if let Some(tags) = text(header::IF_MATCH) {
        if tags == "*" {
            return Ok(Some(Expect::Present));
        }
        let known: Vec<u64> = tags
            .split(',')
            .filter_map(|tag| Tag::feature_seq(&snapshot, tag))
            .collect();
        let now = target
            .collection(&snapshot)?
            .get(id.as_str())
            .map(|e| e.seq());
        // Of several tags, the one that matches the present version is used, else the first.
        return known
            .iter()
            .find(|seq| Some(**seq) == now)
            .or(known.first())
            .map(|seq| Some(Expect::Seq(*seq)))
            .ok_or_else(|| {
                Problem::changed_meanwhile(both!(
                    "If-Match: {tags} 不是本服务要素的 ETag，请重新读取要素。",
                    "If-Match: {tags} is not the ETag of a feature of this service. Read the \
                     feature again."
                ))
            });
    }
    match text(header::IF_NONE_MATCH).as_deref() {
        None => Ok(None),
        Some("*") => Ok(Some(Expect::Absent)),
        Some(tags) => Err(Problem::invalid(
            "If-None-Match",
            both!(
                "If-None-Match: {tags}：写入时只能填 *，表示仅在要素不存在时新建。",
                "If-None-Match: {tags}: expected *, which means that the feature must not exist yet."
            ),
        )),
    }
}
