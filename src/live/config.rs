//! Configuration on its way into the store: schemas become commits like everything else.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::model::{Author, Body, Change, CollectionId, Edit, FeatureId, Properties, Schema};
use crate::store::{Committed, Store, StoreError};

/// Reads `DIR/schemas/*.json`; each file must be a schema, named as its collection.
pub fn read_schemas(dir: &Path) -> Result<Vec<(CollectionId, Value)>, String> {
    let folder = dir.join("schemas");
    let list = std::fs::read_dir(&folder)
        .map_err(|e| format!("{}: {e}; expected schemas/*.json there", folder.display()))?;
    let mut schemas = Vec::new();
    for entry in list {
        let path = entry
            .map_err(|e| format!("{}: {e}", folder.display()))?
            .path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let place = path.display();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let id = CollectionId::new(&*stem).map_err(|e| format!("{place}: {e}"))?;
        let text = std::fs::read_to_string(&path).map_err(|e| format!("{place}: {e}"))?;
        let document: Value = serde_json::from_str(&text)
            .map_err(|e| format!("{place}:{}:{}: {e}", e.line(), e.column()))?;
        Schema::parse(&id, document.clone()).map_err(|e| format!("{place}: {e}"))?;
        schemas.push((id, document));
    }
    schemas.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(schemas)
}

/// Commits schemas. Those that are so already change nothing, so this may run at every start.
///
/// Built-in schemas (`only_missing`) never replace what the store has: a district that protects more
/// than they do must not lose that because somebody started a node without its configuration.
pub async fn install_schemas(
    store: &Store,
    schemas: Vec<(CollectionId, Value)>,
    only_missing: bool,
) -> Result<Committed, StoreError> {
    let mut known = BTreeSet::new();
    if only_missing {
        store
            .load_collection(&CollectionId::schemas(), |r| {
                known.insert(r.id);
            })
            .await?;
    }
    let mut changes = Vec::with_capacity(schemas.len());
    for (id, document) in schemas {
        let Value::Object(map) = document else {
            continue;
        };
        let properties = Properties::from_map(map)
            .map_err(|e| StoreError::corrupt(format!("schema of {id}"), e))?;
        let id = FeatureId::new(id.as_str()).map_err(|e| StoreError::bad_id("schema", &e))?;
        if known.contains(&id) {
            continue;
        }
        changes.push(Change {
            collection: CollectionId::schemas(),
            id,
            body: Some(Body {
                geometry: None,
                properties,
            }),
        });
    }
    store
        .commit(Edit::new(Author::system(), changes).because("schemas of the configuration"))
        .await
}
