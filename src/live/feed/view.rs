//! A commit as one role sees it, encoded once for all listeners of that role. Roles that see the same
//! properties of a feature share its bytes.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde_json::json;

use super::{FeedChange, FeedCommit};
use crate::model::Role;

/// A view, and for whom it was made.
#[derive(Debug)]
pub(super) struct Known {
    role: Role,
    view: Arc<View>,
}

/// What one role sees of a commit.
#[derive(Debug)]
pub struct View {
    /// JSON of each change, in the commit's order: `{collection, id, kind, feature}`.
    pub changes: Vec<Bytes>,
    whole: OnceLock<Bytes>,
}

impl View {
    /// The message for listeners that want everything, which is written once and shared.
    pub fn whole(&self, write: impl FnOnce() -> Bytes) -> Bytes {
        self.whole.get_or_init(write).clone()
    }
}

impl FeedCommit {
    /// What `role` sees of it. Encoded when the first listener of that role asks.
    pub fn view(&self, role: Role) -> Arc<View> {
        // A lock that broke guards a list that is whole: views are made before they are put in.
        let mut views = self.views.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(known) = views.iter().find(|k| k.role == role) {
            return Arc::clone(&known.view);
        }
        let alike = |known: &&Known| {
            let mut changes = self.changes.iter();
            changes.all(|change| sees_the_same(change, known.role, role))
        };
        if let Some(known) = views.iter().find(alike) {
            let view = Arc::clone(&known.view);
            let shared = Arc::clone(&view);
            views.push(Known { role, view });
            return shared;
        }
        let mut made = 0;
        let changes: Vec<Bytes> = (self.changes.iter().enumerate())
            .map(|(i, change)| {
                let like = |known: &&Known| sees_the_same(change, known.role, role);
                if let Some(known) = views.iter().find(like) {
                    return known.view.changes[i].clone();
                }
                let bytes = encode(change, role);
                made += bytes.len();
                bytes
            })
            .collect();
        // The message with all of them is about as long as they are.
        let message: usize = changes.iter().map(Bytes::len).sum();
        self.bytes.fetch_add(made + message, Ordering::Relaxed);
        let view = Arc::new(View {
            changes,
            whole: OnceLock::new(),
        });
        views.push(Known {
            role,
            view: Arc::clone(&view),
        });
        view
    }
}

fn sees_the_same(change: &FeedChange, one: Role, other: Role) -> bool {
    match &change.now {
        None => true,
        Some((_, schema)) => schema.hidden_from(one).eq(schema.hidden_from(other)),
    }
}

fn encode(change: &FeedChange, role: Role) -> Bytes {
    let kind = if change.now.is_some() {
        "put"
    } else {
        "delete"
    };
    let head = json!({"collection": change.collection, "id": change.id, "kind": kind});
    let mut out = head.to_string().into_bytes();
    if let Some((entry, schema)) = &change.now {
        // The feature is JSON already, so it goes in before the closing brace.
        out.pop();
        out.extend_from_slice(b",\"feature\":");
        entry.write_feature(&mut out, schema, role, None);
        out.push(b'}');
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::super::tests::commit;
    use super::*;

    #[test]
    fn a_role_sees_its_properties_and_roles_that_see_the_same_share_the_bytes() {
        let told = commit(
            7,
            &[
                ("a", json!({"name": "门", "secret": "canary"})),
                ("b", json!({"name": "墙"})),
            ],
        );
        let text = |role| {
            let view = told.view(role);
            let parts: Vec<&str> = view
                .changes
                .iter()
                .map(|b| std::str::from_utf8(b).unwrap())
                .collect();
            format!("[{}]", parts.join(","))
        };
        for role in Role::ALL {
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
        let bytes = |role: Role| told.view(role).changes[0].as_ptr();
        assert_eq!(bytes(Role::Public), bytes(Role::Rider));
        assert_eq!(bytes(Role::GridWorker), bytes(Role::Admin));
        assert_ne!(bytes(Role::Public), bytes(Role::Admin));
    }

    #[test]
    fn each_set_of_visible_properties_is_encoded_once_and_counted() {
        let told = commit(7, &[("a", json!({"secret": "x".repeat(10_000)}))]);
        let before = told.memory();
        for _ in 0..100 {
            for role in Role::ALL {
                told.view(role);
            }
        }
        let encoded = told.memory() - before;
        // For those who see the secret and for those who do not, each with its message.
        assert!((20_000..22_000).contains(&encoded), "{encoded}");
        let view = told.view(Role::Public);
        let one = view.whole(|| Bytes::from_static(b"message"));
        assert_eq!(view.whole(|| unreachable!()), one);
    }
}
