//! Encodes a commit as JSON, once for all listeners with the same rights. Listeners that see the same
//! properties of a feature share its bytes.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde_json::json;

use super::{FeedChange, FeedCommit};
use crate::model::{RoleSet, View};

/// An encoded commit, and the roles that see each of its changes.
#[derive(Debug)]
pub(super) struct Known {
    roles: Vec<RoleSet>,
    encoded: Arc<Encoded>,
}

/// The part of a commit that listeners with the same rights see.
#[derive(Debug)]
pub struct Encoded {
    /// One JSON object for each change, in the commit's order: `{collection, id, kind, feature}`.
    pub changes: Vec<Bytes>,
    whole: OnceLock<Bytes>,
}

impl Encoded {
    /// The message for listeners without a filter. It is written once and shared.
    pub fn whole(&self, write: impl FnOnce() -> Bytes) -> Bytes {
        self.whole.get_or_init(write).clone()
    }
}

impl FeedCommit {
    /// The commit as somebody with the rights of `view` sees it. It is encoded when the first listener
    /// with these rights asks.
    pub fn encoded(&self, view: View<'_>) -> Arc<Encoded> {
        let roles: Vec<RoleSet> = (self.changes.iter())
            .map(|change| match &change.now {
                Some((entry, schema)) => view.on(schema, entry.all_properties()),
                None => RoleSet::PUBLIC,
            })
            .collect();
        // A panic of another thread leaves the list intact: a commit is encoded before it is added.
        let mut views = self.views.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(known) = views.iter().find(|k| k.roles == roles) {
            return Arc::clone(&known.encoded);
        }
        let same = |i: usize, change: &FeedChange, known: &Known| {
            sees_the_same(change, known.roles[i], roles[i])
        };
        let alike = |known: &&Known| {
            let mut changes = self.changes.iter().enumerate();
            changes.all(|(i, change)| same(i, change, known))
        };
        if let Some(known) = views.iter().find(alike) {
            let encoded = Arc::clone(&known.encoded);
            let shared = Arc::clone(&encoded);
            views.push(Known { roles, encoded });
            return shared;
        }
        let mut made = 0;
        let changes: Vec<Bytes> = (self.changes.iter().enumerate())
            .map(|(i, change)| {
                if let Some(known) = views.iter().find(|known| same(i, change, known)) {
                    return known.encoded.changes[i].clone();
                }
                let bytes = encode(change, roles[i]);
                made += bytes.len();
                bytes
            })
            .collect();
        // The shared message is about as long as all changes together.
        let message: usize = changes.iter().map(Bytes::len).sum();
        self.bytes.fetch_add(made + message, Ordering::Relaxed);
        let encoded = Arc::new(Encoded {
            changes,
            whole: OnceLock::new(),
        });
        views.push(Known {
            roles,
            encoded: Arc::clone(&encoded),
        });
        encoded
    }
}

fn sees_the_same(change: &FeedChange, one: RoleSet, other: RoleSet) -> bool {
    match &change.now {
        None => true,
        Some((_, schema)) => schema.hidden_from(one).eq(schema.hidden_from(other)),
    }
}

fn encode(change: &FeedChange, roles: RoleSet) -> Bytes {
    let kind = if change.now.is_some() {
        "put"
    } else {
        "delete"
    };
    let head = json!({"collection": change.collection, "id": change.id, "kind": kind});
    let mut out = head.to_string().into_bytes();
    if let Some((entry, schema)) = &change.now {
        // The feature is JSON already. It is inserted before the closing brace.
        out.pop();
        out.extend_from_slice(b",\"feature\":");
        entry.write_feature(&mut out, schema, roles, None);
        out.push(b'}');
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::super::tests::commit;
    use super::*;
    use crate::model::Role;

    #[test]
    fn a_role_sees_its_properties_and_roles_that_see_the_same_share_the_bytes() {
        let told = commit(
            7,
            &[
                ("a", json!({"name": "门", "secret": "canary"})),
                ("b", json!({"name": "墙"})),
            ],
        );
        let text = |role: Role| {
            let view = told.encoded(role.into());
            let parts: Vec<&str> = view
                .changes
                .iter()
                .map(|b| std::str::from_utf8(b).unwrap())
                .collect();
            format!("[{}]", parts.join(","))
        };
        for role in Role::ALL.iter().copied() {
            let changes: serde_json::Value = serde_json::from_str(&text(role)).unwrap();
            let secret = &changes[0]["feature"]["properties"]["secret"];
            assert_eq!(
                secret == "canary",
                role.includes(Role::GridWorker),
                "{role}"
            );
            assert_eq!(changes[1]["feature"]["properties"]["name"], "墙");
            assert_eq!(changes[1]["kind"], "put");
        }
        let bytes = |role: Role| told.encoded(role.into()).changes[0].as_ptr();
        assert_eq!(bytes(Role::Public), bytes(Role::Rider));
        assert_eq!(bytes(Role::GridWorker), bytes(Role::Admin));
        assert_ne!(bytes(Role::Public), bytes(Role::Admin));
    }

    #[test]
    fn a_unit_gets_properties_of_its_own_cases_that_others_do_not_get() {
        let told = commit(
            7,
            &[
                ("a", json!({"unit": "u1", "secret": "canary"})),
                ("b", json!({"unit": "u2", "secret": "canary"})),
            ],
        );
        let unit = View {
            unit: Some("u1"),
            ..Role::Unit.into()
        };
        let heard = told.encoded(unit);
        let sees = |i: usize| {
            std::str::from_utf8(&heard.changes[i])
                .unwrap()
                .contains("canary")
        };
        assert!(sees(0) && !sees(1));
        let public = told.encoded(Role::Public.into());
        assert_eq!(heard.changes[1].as_ptr(), public.changes[1].as_ptr());
    }

    #[test]
    fn each_set_of_visible_properties_is_encoded_once_and_counted() {
        let told = commit(7, &[("a", json!({"secret": "x".repeat(10_000)}))]);
        let before = told.memory();
        for _ in 0..100 {
            for role in Role::ALL.iter().copied() {
                told.encoded(role.into());
            }
        }
        let encoded = told.memory() - before;
        // There are two encodings, with the secret and without it, each with its message.
        assert!((20_000..22_000).contains(&encoded), "{encoded}");
        let view = told.encoded(Role::Public.into());
        let one = view.whole(|| Bytes::from_static(b"message"));
        assert_eq!(view.whole(|| unreachable!()), one);
    }
}
