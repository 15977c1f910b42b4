//! `onemap erase`: erases personal data from the present state and from every version in the log.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;

use super::{print, with_store};
use crate::model::names::collection::WARNINGS;
use crate::model::{Author, CollectionId, FeatureId, Role, Schema};
use crate::store::{CONTACT, Erasure, Opening, Store};

/// Erase personal data of one feature from all its versions. The erasure is recorded without the data, so that
/// it is repeated when a backup is restored. The server may run meanwhile.
#[derive(Debug, Args)]
pub struct EraseArgs {
    /// The collection, such as duties.
    collection: String,
    /// The id of the feature.
    id: String,
    /// The property to erase. May be repeated. Without it, all properties that the schema marks as
    /// x-onemap-personal. `contact` is the contact of a warning's reporter; `step/note` is a property within
    /// another.
    #[arg(long = "property", value_name = "PROPERTY")]
    properties: Vec<String>,
    /// The reason for the audit log, for example a request of the person. Do not repeat the data itself.
    #[arg(long, env = "ONEMAP_REASON")]
    reason: String,
    /// Print the answer as JSON.
    #[arg(long, env = "ONEMAP_JSON")]
    json: bool,
}

pub(super) async fn run(database: &str, args: EraseArgs) -> anyhow::Result<ExitCode> {
    let reason = args.reason.trim();
    if reason.is_empty() {
        bail!("--reason is missing. Give the reason for the erasure, which the audit records.");
    }
    let collection = CollectionId::new(&args.collection)
        .with_context(|| format!("{:?} is not a valid name of a collection", args.collection))?;
    let id = FeatureId::new(&args.id)
        .with_context(|| format!("{:?} is not a valid id of a feature", args.id))?;
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
            "Erased {} of {}/{} from {} versions. Earlier backups still contain it; `onemap \
             restore` erases it again.",
            erasure.paths.join(", "),
            erasure.collection,
            erasure.id,
            cleaned.versions
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the schema of a collection from the database.
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

/// Returns the properties to erase: those in `named`, or all personal ones if `named` is empty. Fails if the schema
/// does not mark one of them as personal.
fn paths(schema: &Schema, named: &[String]) -> anyhow::Result<Vec<String>> {
    let mut personal = schema.personal.clone();
    if schema.collection.as_str() == WARNINGS {
        personal.push(CONTACT.to_owned());
    }
    if personal.is_empty() {
        bail!(
            "The schema of {} marks no property as personal. Mark the properties to erase with x-onemap-personal.",
            schema.collection
        );
    }
    if let Some(other) = named.iter().find(|name| !personal.contains(name)) {
        bail!(
            "{other:?} of {} is not marked as personal (x-onemap-personal). The marked properties \
             are: {}.",
            schema.collection,
            personal.join(", ")
        );
    }
    Ok(match named {
        [] => personal,
        named => named.to_vec(),
    })
}
