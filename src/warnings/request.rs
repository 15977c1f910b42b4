//! A request to act on a case: the body that a client sends, and what is read from it.

use geo_types::Coord;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::actor::Actor;
use super::field::{
    Field, FieldError, Key, LongText, MomentField, PhotosField, Position, Rating,
    RequestableAction, ShortText,
};
use super::key::KeyMark;
use super::step::{Action, PhotoKind, StepPhoto, Verdict};
use crate::model::{FeatureId, InChinese as _, both};

type ActionField = Field<RequestableAction>;
type VerdictField = Field<Verdict>;
type PositionField = Field<Position>;
type RatingField = Field<Rating>;

/// An action and its fields. Which of them it needs, the table of the ledger says:
///
/// file · reject `reason` · merge `into` · dispatch `unit`, `due_at?` · return `reason` · start `photos?` · handle
/// `note`, `photos` · verify `result`, `position` or `reason` · close · extend `due_at`, `reason` · park `until`,
/// `reason` · resume · reopen `reason` · rate `rating`, `receipt` · note `note`: for colleagues, never public.
///
/// Members that no action knows are ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ActionBody {
    /// What is to be done.
    #[serde(default)]
    #[schema(required)]
    pub action: ActionField,
    /// What they write. Every action takes it.
    #[serde(default)]
    #[schema(inline)]
    pub note: LongText,
    /// Why.
    #[serde(default)]
    #[schema(inline)]
    pub reason: LongText,
    /// Photos, as their uploads were answered. Every action takes them.
    #[serde(default)]
    #[schema(inline)]
    pub photos: PhotosField,
    /// The id of the unit to dispatch to.
    #[serde(default)]
    #[schema(inline)]
    pub unit: ShortText,
    /// When it is due: RFC 3339, or a day in China, whose end is meant.
    #[serde(default)]
    #[schema(inline)]
    pub due_at: MomentField,
    /// Another name for `due_at`, for callers that have always said it.
    #[serde(default)]
    #[schema(ignore)]
    pub due: MomentField,
    /// The id of the case to merge into.
    #[serde(default)]
    #[schema(inline)]
    pub into: ShortText,
    /// What a verification found.
    #[serde(default)]
    pub result: VerdictField,
    /// Where the person stands.
    #[serde(default)]
    pub position: PositionField,
    /// What the reporter thinks of what was done.
    #[serde(default)]
    #[schema(inline)]
    pub rating: RatingField,
    /// Until when to park it: RFC 3339, or a day in China, whose end is meant.
    #[serde(default)]
    #[schema(inline)]
    pub until: MomentField,
    /// The secret that the reporter got, in place of an account.
    #[serde(default)]
    #[schema(inline)]
    pub receipt: ShortText,
    /// The client's own name for the step: the same step sent again with its key takes no second one, and another
    /// step with that key is refused.
    #[serde(default)]
    #[schema(inline)]
    pub key: Key,
}

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
    /// The position of the person, WGS 84 degrees.
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

    /// Reads the fields of a body. The receipt is not among them: it says who asks.
    ///
    /// # Errors
    /// The first field that is wrong, or a missing action.
    pub fn read(body: ActionBody) -> Result<Self, FieldError> {
        let action = body.action.get("action")?;
        let Some(RequestableAction(action)) = action else {
            return Err(FieldError::new(
                "action",
                both!("请填写要执行的操作", "expected one of the actions"),
            ));
        };
        let due_at = match body.due_at.at("due_at")? {
            Some(at) => Some(at),
            None => body.due.at("due")?,
        };
        let into = body.into.text("into")?.map(FeatureId::new).transpose();
        Ok(Self {
            action,
            note: body.note.text("note")?,
            reason: body.reason.text("reason")?,
            photos: body.photos.photos(PhotoKind::of(action))?,
            unit: body.unit.text("unit")?,
            due_at,
            into: into.map_err(|e| FieldError::new("into", e.localized()))?,
            result: body.result.get("result")?,
            position: body.position.get("position")?.map(Coord::from),
            rating: body.rating.get("rating")?.map(|rating| rating.0),
            until: body.until.at("until")?,
            key: body.key.text("key")?,
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
