//! A small town for tests of the ledger: two grids of one community, a compound with a building, two units. It
//! has its own store.

use geo_types::{Coord, Geometry, Point, Rect};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{CaseService, NewReport, Reported};
use crate::live::Live;
use crate::model::names::collection::RULES;
use crate::model::{Author, Body, Change, CollectionId, Edit, FeatureId, Properties, Role};
use crate::service::place::Where;
use crate::store::Store;
use crate::warnings::{Action, ActionRequest, Actor, Case, Source};

/// The town and its service.
pub(super) struct Town {
    folder: tempfile::TempDir,
    pub service: CaseService,
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn id(text: &str) -> FeatureId {
    FeatureId::new(text).unwrap()
}

pub(super) fn row(
    collection: &str,
    name: &str,
    geometry: Option<Geometry<f64>>,
    said: Value,
) -> Change {
    Change {
        collection: CollectionId::new(collection).unwrap(),
        id: id(name),
        body: Some(Body {
            geometry,
            properties: Properties::parse(&said.to_string()).unwrap(),
        }),
    }
}

fn area(w: f64, s: f64, e: f64, n: f64) -> Option<Geometry<f64>> {
    Some(
        Rect::new(Coord { x: w, y: s }, Coord { x: e, y: n })
            .to_polygon()
            .into(),
    )
}

/// The position of the compound's yard.
pub(super) fn yard() -> Where {
    Where::Geometry(Point::new(117.002, 39.002).into())
}

/// The actor of an account.
pub(super) fn actor(role: Role, account: &str, unit: Option<&str>) -> Actor {
    Actor {
        roles: role.into(),
        account: Some(account.to_owned()),
        unit: unit.map(str::to_owned),
        ..Actor::public()
    }
}

pub(super) fn officer() -> Actor {
    actor(Role::Officer, "wang", None)
}

pub(super) fn worker() -> Actor {
    actor(Role::GridWorker, "zhang", Some("u1"))
}

pub(super) fn grid_worker() -> Actor {
    actor(Role::GridWorker, "liu", None)
}

/// An action with its required fields.
pub(super) fn request(action: Action) -> ActionRequest {
    let said = json!({
        "action": action.as_str(), "reason": "因为", "note": "好了", "unit": "u1", "result": "pass",
        "rating": 5, "ebike": true, "photos": [], "due": "2099-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z",
    });
    let mut request = ActionRequest::read(serde_json::from_value(said).unwrap()).unwrap();
    if action == Action::Dispatch {
        request.due_at = None;
    }
    request
}

impl Town {
    pub async fn new() -> Self {
        Self::with_rules(None).await
    }

    /// A town with the given rules.
    pub async fn with_rules(rules: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        crate::service::config::install_schemas(
            &store,
            crate::model::BuiltIns::compiled(),
            &[],
            true,
        )
        .await
        .unwrap();
        let mut rows = vec![
            row(
                "grids",
                "c1",
                area(117.0, 39.0, 117.01, 39.01),
                json!({"kind": "community", "code": "120113001001"}),
            ),
            row(
                "grids",
                "g1",
                area(117.0, 39.0, 117.005, 39.01),
                json!({"kind": "grid", "parent": "c1", "code": "120113001001001"}),
            ),
            row(
                "grids",
                "g2",
                area(117.005, 39.0, 117.01, 39.01),
                json!({"kind": "grid", "parent": "c1", "code": "120113001001002"}),
            ),
            row(
                "compounds",
                "wq",
                area(117.001, 39.001, 117.004, 39.004),
                json!({"name": "温泉花园", "housing": "old_estate"}),
            ),
            row(
                "buildings",
                "wq-3",
                area(117.003, 39.003, 117.0033, 39.0032),
                json!({"name": "温泉花园3号楼", "compound": "wq", "grid": "g1"}),
            ),
            row(
                "units",
                "u1",
                Some(Point::new(117.001, 39.001).into()),
                json!({"name": "执法队", "competences": all_competences()}),
            ),
            row(
                "units",
                "u2",
                Some(Point::new(117.002, 39.001).into()),
                json!({"name": "公园处", "competences": ["parks"]}),
            ),
        ];
        if let Some(text) = rules {
            rows.push(row(RULES, "rules", None, json!({"text": text})));
        }
        store
            .commit(Edit::new(Author::system(), rows))
            .await
            .unwrap();
        let live = Live::start(store).await.unwrap();
        Self {
            folder,
            service: CaseService::new(live),
        }
    }

    /// The same town after its process was killed and started again.
    pub async fn reopened(self) -> Self {
        let Self { folder, service } = self;
        drop(service);
        let live = Live::start(open(&folder).await).await.unwrap();
        Self {
            folder,
            service: CaseService::new(live),
        }
    }

    /// The path of the database file.
    pub fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("onemap.db")
    }

    pub fn live(&self) -> &Live {
        self.service.live()
    }

    pub fn case(&self, id: &FeatureId) -> Case {
        let snapshot = self.live().snapshot();
        let cases = snapshot.collections().get("warnings").unwrap();
        super::cases::read(cases.get(id.as_str()).unwrap()).unwrap()
    }

    pub fn cases(&self) -> Vec<Case> {
        let snapshot = self.live().snapshot();
        let cases = snapshot.collections().get("warnings").unwrap();
        cases
            .iter()
            .map(|e| super::cases::read(e).unwrap())
            .collect()
    }

    pub async fn report(&self, category: &str, now: Timestamp) -> Reported {
        let request = NewReport::new(category, yard(), Source::GridWorker);
        self.service
            .report(request, &grid_worker(), now)
            .await
            .unwrap()
    }

    pub async fn act(&self, id: &FeatureId, action: Action, actor: &Actor, now: Timestamp) {
        self.service
            .act(id, &request(action), actor, None, now)
            .await
            .unwrap();
    }
}

fn all_competences() -> Vec<&'static str> {
    vec![
        "street_encroachment",
        "corridor_clutter",
        "flying_wire_charging",
        "blocked_route",
        "wrong_access",
        "damaged_facility",
        "other",
    ]
}

async fn open(folder: &tempfile::TempDir) -> Store {
    let url = format!("sqlite:{}", folder.path().join("onemap.db").display());
    Store::open(&url).await.unwrap()
}
