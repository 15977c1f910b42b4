//! Caches compiled schemas, so that each schema is compiled once and not for every write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::codec::check::Checker;
use crate::model::{CollectionId, Schema, SchemaError};

/// A checker and the schema that it was compiled from.
type Compiled = (Arc<Schema>, Arc<Checker>);

/// The compiled checkers of the schemas in force.
#[derive(Debug, Default)]
pub struct Checkers(Mutex<HashMap<CollectionId, Compiled>>);

impl Checkers {
    /// The checker of a schema.
    pub fn of(&self, schema: &Arc<Schema>) -> Result<Arc<Checker>, SchemaError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, checker)) = known.get(&schema.collection)
            && Arc::ptr_eq(of, schema)
        {
            return Ok(Arc::clone(checker));
        }
        let checker = Arc::new(Checker::new(schema)?);
        known.insert(
            schema.collection.clone(),
            (Arc::clone(schema), Arc::clone(&checker)),
        );
        Ok(checker)
    }
}
