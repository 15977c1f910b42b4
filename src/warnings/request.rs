//! A request to act on a case, read from JSON.

use geo_types::Coord;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::actor::Actor;
use super::field::{FieldError, TEXT_LIMIT, key, moment, photos, position, text};
use super::key::KeyMark;
use super::step::{Action, PhotoKind, StepPhoto, Verdict};
use crate::model::FeatureId;

/// A requested action with the fields that were given.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionRequest {
    /// The action; never a mark of the system.
    pub action: Action,
    /// What they write.
    pub note: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Photos that were stored before.
    pub photos: Vec<StepPhoto>,
    /// The unit to dispatch to.
    pub unit: Option<String>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// The case to merge into.
    pub into: Option<FeatureId>,
    /// What a verification found.
    pub result: Option<Verdict>,
    /// Where the person stands, WGS 84 degrees.
    pub position: Option<Coord<f64>>,
    /// 1 to 5.
    pub rating: Option<u8>,
    /// Until when to park it.
    pub until: Option<Timestamp>,
    /// The client's own name for the step.
    pub key: Option<String>,
}

impl ActionRequest {
    /// An action without any field.
    pub fn new(action: Action) -> Self {
        Self {
            action,
            note: None,
            reason: None,
            photos: Vec::new(),
            unit: None,
            due_at: None,
            into: None,
            result: None,
            position: None,
            rating: None,
            until: None,
            key: None,
        }
    }

    /// Reads `{action, …}`. Members that no action knows are ignored.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, FieldError> {
        let action = match text(map, "action", 40)? {
            None => return Err(FieldError::new("action", "expected one of the actions")),
            Some(name) => Action::parse(&name)
                .filter(|a| a.is_requestable())
                .ok_or_else(|| {
                    let names: Vec<&str> = Action::requestable().map(Action::as_str).collect();
                    let problem =
                        format!("{name:?} is no action; actions are {}", names.join(", "));
                    FieldError::new("action", problem)
                })?,
        };
        let due = if map.contains_key("due_at") {
            "due_at"
        } else {
            "due"
        };
        Ok(Self {
            action,
            note: text(map, "note", TEXT_LIMIT)?,
            reason: text(map, "reason", TEXT_LIMIT)?,
            photos: photos(map, PhotoKind::of(action))?,
            unit: text(map, "unit", 200)?,
            due_at: moment(map, due)?,
            into: match text(map, "into", 200)? {
                None => None,
                Some(id) => {
                    Some(FeatureId::new(id).map_err(|e| FieldError::new("into", e.to_string()))?)
                }
            },
            result: match text(map, "result", 40)? {
                None => None,
                Some(word) => Some(Verdict::parse(&word).ok_or_else(|| {
                    FieldError::new("result", format!("expected pass or fail, found {word:?}"))
                })?),
            },
            position: position(map)?,
            rating: match map.get("rating") {
                None | Some(Value::Null) => None,
                Some(value) => Some(
                    value
                        .as_u64()
                        .and_then(|n| u8::try_from(n).ok())
                        .filter(|n| (1..=5).contains(n))
                        .ok_or_else(|| {
                            FieldError::new(
                                "rating",
                                format!("expected a whole number from 1 to 5, found {value}"),
                            )
                        })?,
                ),
            },
            until: moment(map, "until")?,
            key: key(map)?,
        })
    }

    /// The mark of its key; `None` where it has none. Photos don't count: a client that repeats a step may
    /// have uploaded them again.
    pub fn key_mark(&self, actor: &Actor) -> Option<KeyMark> {
        let key = self.key.as_deref()?;
        let content = Self {
            photos: Vec::new(),
            key: None,
            ..self.clone()
        };
        let content = format!("{content:?}");
        // Cases keep hashes of this text. The type was called `Wish` when the first were written.
        let content = content.replacen("ActionRequest", "Wish", 1);
        let action = self.action.as_str();
        Some(KeyMark::new(
            actor.account.as_deref(),
            action,
            key,
            &content,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warnings::key::Repeat;

    #[test]
    fn a_key_belongs_to_a_person_an_action_and_a_content() {
        let person = |account: &str| Actor {
            account: Some(account.into()),
            ..Actor::public()
        };
        let request = |action, note: &str| ActionRequest {
            key: Some("k".into()),
            note: Some(note.into()),
            ..ActionRequest::new(action)
        };
        let mark = |actor: &Actor, request: &ActionRequest| request.key_mark(actor).unwrap();
        let first = mark(&person("a"), &request(Action::Start, "x"));
        let kept = [first.kept()];
        assert!(!kept[0].contains('k'), "{kept:?}");
        assert_eq!(first.find(&kept), Repeat::Same);
        let mut with_photo = request(Action::Start, "x");
        with_photo.photos = vec![StepPhoto::new("p", PhotoKind::Before)];
        assert_eq!(mark(&person("a"), &with_photo).find(&kept), Repeat::Same);
        let other = mark(&person("a"), &request(Action::Start, "y"));
        assert_eq!(other.find(&kept), Repeat::Other);
        let next = mark(&person("a"), &request(Action::Handle, "x"));
        assert_eq!(next.find(&kept), Repeat::New);
        let neighbour = mark(&person("b"), &request(Action::Start, "x"));
        assert_eq!(neighbour.find(&kept), Repeat::New);
        assert_eq!(
            ActionRequest::new(Action::Start).key_mark(&person("a")),
            None
        );
    }

    #[test]
    fn a_mark_that_an_earlier_release_kept_is_still_found() {
        let person = Actor {
            account: Some("a".into()),
            ..Actor::public()
        };
        let request = ActionRequest {
            key: Some("k".into()),
            note: Some("x".into()),
            ..ActionRequest::new(Action::Start)
        };
        let kept = "54ec8573d59786a2cfc9aa043c83bc5f:92aafd8bc7c4cda40f616ddc1a50dd4c";
        let found = request.key_mark(&person).unwrap().find(&[kept.into()]);
        assert_eq!(found, Repeat::Same);
    }
}
