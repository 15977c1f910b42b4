//! `onemap erase`: takes personal data out of the present and of every version in the log.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;

use super::{print, with_store};
use crate::model::names::collection::WARNINGS;
use crate::model::{Author, CollectionId, FeatureId, Role, Schema};
use crate::store::{CONTACT, Erasure, Opening, Store};

/// Erase personal data of one feature from all its versions. What was erased is remembered (not the
/// text), so that a restored backup is cleaned again. Safe beside a running server.
#[derive(Debug, Args)]
pub struct EraseArgs {
    /// The collection: duties.
    collection: String,
    /// The id of the feature.
    id: String,
    /// A property to erase, or several: all that the schema marks x-onemap-personal where none is named.
    /// `contact` is how the reporter of a warning can be reached; `step/note` is a property within one.
    #[arg(long = "property", value_name = "PROPERTY")]
    properties: Vec<String>,
    /// Why, for the audit: a request of the person, a court order. Not the data itself.
    #[arg(long, env = "ONEMAP_REASON")]
    reason: String,
    /// The answer as JSON.
    #[arg(long, env = "ONEMAP_JSON")]
    json: bool,
}

pub(super) async fn run(database: &str, args: EraseArgs) -> anyhow::Result<ExitCode> {
    let reason = args.reason.trim();
    if reason.is_empty() {
        bail!("Say why with --reason; the audit keeps it.");
    }
    let collection = CollectionId::new(&args.collection)
        .with_context(|| format!("{:?} is no name of a collection", args.collection))?;
    let id = FeatureId::new(&args.id).with_context(|| format!("{:?} is no id", args.id))?;
    let store = Store::open_as(database, Opening::Existing).await?;
    let done = with_store(store, async |store| {
        let schema = schema(store, &collection).await?;
        let paths = paths(&schema, &args.properties)?;
        let erasure = Erasure {
            photos: schema.photo_lists().any(|list| paths.contains(&list.name)),
            collection,
            id,
            paths,
        };
        let author = Author {
            role: Role::Admin,
            account: None,
        };
        let cleaned = store.erase(&erasure, author, reason).await?;
        Ok((erasure, cleaned))
    });
    let (erasure, cleaned) = done.await?;
    if args.json {
        let said = json!({
            "collection": erasure.collection, "id": erasure.id, "properties": erasure.paths,
            "versions": cleaned.versions, "seq": cleaned.seq,
        });
        print(&said.to_string())?;
    } else {
        print(&format!(
            "Erased {} of {}/{} from {} versions. Backups made before still hold it; `onemap restore` \
             erases it again.",
            erasure.paths.join(", "),
            erasure.collection,
            erasure.id,
            cleaned.versions
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The schema of a collection as the database has it.
async fn schema(store: &Store, collection: &CollectionId) -> anyhow::Result<Schema> {
    let mut found = None;
    store
        .load_collection(&CollectionId::schemas(), |record| {
            if record.id.as_str() == collection.as_str() {
                found = record.body;
            }
        })
        .await?;
    let Some(body) = found else {
        bail!("There is no collection {collection} in this database.");
    };
    Ok(Schema::parse(collection, body.properties.to_map().into())?)
}

/// What is to be erased: what is named, as far as the schema says that it is personal.
fn paths(schema: &Schema, named: &[String]) -> anyhow::Result<Vec<String>> {
    let mut personal = schema.personal.clone();
    if schema.collection.as_str() == WARNINGS {
        personal.push(CONTACT.to_owned());
    }
    if personal.is_empty() {
        bail!(
            "The schema of {} marks no property as personal (x-onemap-personal).",
            schema.collection
        );
    }
    if let Some(other) = named.iter().find(|name| !personal.contains(name)) {
        bail!(
            "{other:?} of {} is not marked as personal (x-onemap-personal). Marked are {}.",
            schema.collection,
            personal.join(", ")
        );
    }
    Ok(match named {
        [] => personal,
        named => named.to_vec(),
    })
}
