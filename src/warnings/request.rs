//! A request to act on a case: the body that a client sends, and its parsed form.

use geo_types::Coord;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::actor::Actor;
use super::field::{
    Field, FieldError, Key, LongText, MomentField, PhotosField, Position, PublicText, Rating,
    RequestableAction, ShortText,
};
use super::key::KeyMark;
use super::rules::Blocks;
use super::step::{Action, PhotoKind, StepPhoto, Verdict};
use crate::model::{FeatureId, InChinese as _, both};

type ActionField = Field<RequestableAction>;
type VerdictField = Field<Verdict>;
type PositionField = Field<Position>;
type RatingField = Field<Rating>;
type FlagField = Field<bool>;
type MetresField = Field<f64>;
type PublicTextField = Field<PublicText>;

/// An action and its fields. The status table decides which fields an action needs:
///
/// file `public_text?` · reject `reason` · merge `into` · dispatch `unit`, `due_at?` · return `reason` · start `photos?` · handle
/// `note`, `photos` · verify `result`, `position` or `reason` · close · extend `due_at`, `reason` · park `until`,
/// `reason` · resume · urge `note` · supervise `due_at`, `reason` · block `ebike`, `foot`, `within_m?` · reopen
/// `reason` · rate `rating`, `receipt` · claim · publish `public_text` · note `note` (an internal note, never public). `?` marks optional fields.
///
/// Members that are not listed here are ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ActionBody {
    /// The action to take.
    #[serde(default)]
    #[schema(required)]
    pub action: ActionField,
    /// A note. Every action accepts one.
    #[serde(default)]
    #[schema(inline)]
    pub note: LongText,
    /// The reason for the action.
    #[serde(default)]
    #[schema(inline)]
    pub reason: LongText,
    /// Photos, with the claims from the responses to their uploads. Every action accepts photos.
    #[serde(default)]
    #[schema(inline)]
    pub photos: PhotosField,
    /// The id of the unit to dispatch to.
    #[serde(default)]
    #[schema(inline)]
    pub unit: ShortText,
    /// The due date: a time in RFC 3339, or a date, which means the end of that day in China's time zone.
    #[serde(default)]
    #[schema(inline)]
    pub due_at: MomentField,
    /// An older name of `due_at`, kept for existing clients.
    #[serde(default)]
    #[schema(ignore)]
    pub due: MomentField,
    /// The id of the case to merge into.
    #[serde(default)]
    #[schema(inline)]
    pub into: ShortText,
    /// The result of a verification: pass or fail.
    #[serde(default)]
    pub result: VerdictField,
    /// The position of the person.
    #[serde(default)]
    pub position: PositionField,
    /// The reporter's rating of the handling, 1 to 5.
    #[serde(default)]
    #[schema(inline)]
    pub rating: RatingField,
    /// The date until which to park the case: a time in RFC 3339, or a date, which means the end of that day
    /// in China's time zone.
    #[serde(default)]
    #[schema(inline)]
    pub until: MomentField,
    /// Whether the ways near the case are closed for e-bikes, ridden or pushed. If only one of `ebike` and `foot` is
    /// given, the other one is false. If both are false, the ways are open again.
    #[serde(default)]
    #[schema(inline)]
    pub ebike: FlagField,
    /// Whether the ways near the case are closed for people on foot.
    #[serde(default)]
    #[schema(inline)]
    pub foot: FlagField,
    /// The distance from the case within which ways are closed, in metres, 0.5 to 200. If it is missing, the distance
    /// that applied before is used, or that of the category, or 5.
    #[serde(default)]
    #[schema(inline)]
    pub within_m: MetresField,
    /// Only for micro-wishes: the text on the public board, at most 200 characters. It must not name the person or say
    /// where they live. An empty text takes the present one down.
    #[serde(default)]
    #[schema(inline)]
    pub public_text: PublicTextField,
    /// The secret from the response to the report. It proves that the caller is the reporter,
    /// without an account.
    #[serde(default)]
    #[schema(inline)]
    pub receipt: ShortText,
    /// The client's idempotency key: repeating the same step with its key makes no second step, and
    /// another step with that key is refused.
    #[serde(default)]
    #[schema(inline)]
    pub key: Key,
}

/// A requested action with its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionRequest {
    /// The action. It is never one that only the system records.
    pub action: Action,
    /// The note.
    pub note: Option<String>,
    /// The reason.
    pub reason: Option<String>,
    /// The photos, which must have been uploaded before.
    pub photos: Vec<StepPhoto>,
    /// The id of the unit to dispatch to.
    pub unit: Option<String>,
    /// The due date.
    pub due_at: Option<Timestamp>,
    /// The id of the case to merge into.
    pub into: Option<FeatureId>,
    /// The result of a verification.
    pub result: Option<Verdict>,
    /// The position of the person, in degrees of WGS 84.
    pub position: Option<Coord<f64>>,
    /// The rating, 1 to 5.
    pub rating: Option<u8>,
    /// The date until which to park the case.
    pub until: Option<Timestamp>,
    /// Whether ways near the case are closed for e-bikes.
    pub ebike: Option<bool>,
    /// Whether ways near the case are closed for people on foot.
    pub foot: Option<bool>,
    /// The distance from the case within which ways are closed, in metres.
    pub within_m: Option<f64>,
    /// The text for the public board of wishes; an empty one takes the present text down.
    pub public_text: Option<String>,
    /// The client's idempotency key.
    pub key: Option<String>,
}

impl ActionRequest {
    /// An action without fields.
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
            ebike: None,
            foot: None,
            within_m: None,
            public_text: None,
            key: None,
        }
    }

    /// Parses the fields of a body, except for the receipt, which identifies the caller.
    ///
    /// # Errors
    /// The first invalid field, or a missing action.
    pub fn read(body: ActionBody) -> Result<Self, FieldError> {
        let action = body.action.get("action")?;
        let Some(RequestableAction(action)) = action else {
            return Err(FieldError::new(
                "action",
                both!(
                    "请填写要执行的操作",
                    "expected the name of an action, such as file; found none"
                ),
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
            ebike: body.ebike.get("ebike")?,
            foot: body.foot.get("foot")?,
            within_m: body.within_m.get("within_m")?.map(within).transpose()?,
            public_text: body.public_text.get("public_text")?.map(|text| text.0),
            key: body.key.text("key")?,
        })
    }

    /// The hashes of the request's key and content; `None` if the request has no key. Photos are not part of
    /// the content, because a client that repeats a step may have uploaded them again.
    pub fn key_mark(&self, actor: &Actor) -> Option<KeyMark> {
        let key = self.key.as_deref()?;
        let content = Self {
            photos: Vec::new(),
            key: None,
            ..self.clone()
        };
        let content = format!("{content:?}");
        // Existing cases contain hashes of this text, written when the type was still called
        // `Wish`.
        let content = content.replacen("ActionRequest", "Wish", 1);
        // Fields that were added later are left out if none of them is set, so that the hash is the same as that of
        // an older program.
        let content = content.replacen(NEWEST_FIELD, "", 1);
        let content = content.replacen(NEW_FIELDS, "", 1);
        let action = self.action.as_str();
        Some(KeyMark::new(
            actor.account.as_deref(),
            action,
            key,
            &content,
        ))
    }
}

/// The text of the newer fields in the `Debug` format of a request that has none of them.
const NEW_FIELDS: &str = ", ebike: None, foot: None, within_m: None";

/// The text of the newest field, which came later than the [`NEW_FIELDS`].
const NEWEST_FIELD: &str = ", public_text: None";

/// Checks the distance from a case within which ways are closed, in metres.
fn within(metres: f64) -> Result<f64, FieldError> {
    let (least, most) = (Blocks::NEAREST_M, Blocks::FARTHEST_M);
    if (least..=most).contains(&metres) {
        return Ok(metres);
    }
    Err(FieldError::new(
        "within_m",
        both!(
            "应为{least}至{most}米，实际为 {metres}",
            "expected {least} to {most} metres, found {metres}"
        ),
    ))
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
    fn key_marks_of_an_earlier_release_are_still_found() {
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
