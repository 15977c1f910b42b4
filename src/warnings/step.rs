//! One step of a case: who did what, when, and with which effect. Every version of a warning
//! contains its last step, so the versions of the feature are its history, and replaying the steps
//! gives its state.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::key::KeyMark;
use super::rules::Blocks;
use crate::model::{FeatureId, Level, Localized, Role};

/// Defines an enum whose variants have names in data: conversion to and from text, and a list of
/// all.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// All variants.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in the API and the database.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }

            /// Parses a name from the API or the database.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|x| x.as_str() == text)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(Self::ALL.iter().map(|x| x.as_str())))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// The status of a case.
    Status {
        /// Reported (已上报): no officer has examined it.
        Reported = "reported",
        /// Filed (已立案): accepted, and waiting to be dispatched.
        Filed = "filed",
        /// Rejected (不予立案): not a matter for the ledger.
        Rejected = "rejected",
        /// Merged (已合并) into another case.
        Merged = "merged",
        /// Dispatched (已派遣) to a unit that has not begun.
        Dispatched = "dispatched",
        /// Returned (已退回) by the unit.
        Returned = "returned",
        /// Handling (处置中): the unit is working on it.
        Handling = "handling",
        /// Handled (已处置): the unit reports that it is done.
        Handled = "handled",
        /// Verified (已核查) by another person.
        Verified = "verified",
        /// Closed (已结案).
        Closed = "closed",
        /// Parked (挂账) until a date.
        Parked = "parked",
    }
}

impl Status {
    /// The Chinese name on pages.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Reported => "已上报",
            Self::Filed => "已立案",
            Self::Rejected => "不予立案",
            Self::Merged => "已合并",
            Self::Dispatched => "已派遣",
            Self::Returned => "已退回",
            Self::Handling => "处置中",
            Self::Handled => "已处置",
            Self::Verified => "已核查",
            Self::Closed => "已结案",
            Self::Parked => "挂账",
        }
    }

    /// Whether the case has ended. An ended case may be reopened.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Rejected | Self::Merged | Self::Closed)
    }

    /// Whether time counts. The clock is stopped while a case is parked or waits to be verified or
    /// closed.
    pub fn clock_runs(self) -> bool {
        matches!(
            self,
            Self::Reported | Self::Filed | Self::Dispatched | Self::Returned | Self::Handling
        )
    }
}

words! {
    /// The actions of the status table, and the steps that only the system records (marks), which
    /// change no status.
    Action {
        /// Report (上报).
        Report = "report",
        /// File (立案).
        File = "file",
        /// Reject (不予立案).
        Reject = "reject",
        /// Merge into another case (合并).
        Merge = "merge",
        /// Dispatch to a unit (派遣).
        Dispatch = "dispatch",
        /// Return by the unit (退回).
        Return = "return",
        /// Start handling (开始处置).
        Start = "start",
        /// Report as handled (处置反馈).
        Handle = "handle",
        /// Verify (核查).
        Verify = "verify",
        /// Close (结案).
        Close = "close",
        /// Extend the due date (延时).
        Extend = "extend",
        /// Park until a date (挂账).
        Park = "park",
        /// Resume a parked case (恢复).
        Resume = "resume",
        /// Reopen (重新立案).
        Reopen = "reopen",
        /// Rate the handling (群众评价).
        Rate = "rate",
        /// Urge whoever must act next (催办).
        Urge = "urge",
        /// Supervise (督办): the case gets a second due date of its own.
        Supervise = "supervise",
        /// Close ways near the case, or open them again (阻断), whatever its category says.
        Block = "block",
        /// Claim by a unit (认领) that takes on a micro-wish.
        Claim = "claim",
        /// Publish a text about a micro-wish on the public board (公示), correct it or take it down.
        Publish = "publish",
        /// An internal note (内部备注), never shown to the public.
        Note = "note",
        /// Mark: the level changed, or the case became overdue.
        Level = "level",
        /// Mark: the due date of a supervised case passed (督办超期), and nothing else changed.
        SuperviseOverdue = "supervise_overdue",
        /// Mark: a sensor or another report joined the case.
        Join = "join",
        /// Mark: another case was merged into this one.
        Absorb = "absorb",
    }
}

impl Action {
    /// The Chinese name on pages.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Report => "上报",
            Self::File => "立案",
            Self::Reject => "不予立案",
            Self::Merge => "并入其他事件",
            Self::Dispatch => "派遣",
            Self::Return => "退回",
            Self::Start => "开始处置",
            Self::Handle => "处置完成",
            Self::Verify => "核查",
            Self::Close => "结案",
            Self::Extend => "延时",
            Self::Park => "挂账",
            Self::Resume => "恢复办理",
            Self::Reopen => "重新立案",
            Self::Rate => "群众评价",
            Self::Urge => "催办",
            Self::Supervise => "督办",
            Self::Block => "阻断",
            Self::Claim => "认领",
            Self::Publish => "公示",
            Self::Note => "内部备注",
            Self::Level => "等级变化",
            Self::SuperviseOverdue => "督办超期",
            Self::Join => "新的上报并入",
            Self::Absorb => "并入同类事件",
        }
    }

    /// Whether the action is a mark that only the system records.
    pub fn is_mark(self) -> bool {
        matches!(
            self,
            Self::Level | Self::SuperviseOverdue | Self::Join | Self::Absorb
        )
    }

    /// Whether only those who may read the texts of steps may know of the step: how an office works on a case is not
    /// public.
    pub fn is_internal(self) -> bool {
        matches!(
            self,
            Self::Urge | Self::Supervise | Self::SuperviseOverdue | Self::Publish | Self::Note
        )
    }

    /// Whether a caller may request the action on a case. `Report` opens a case and is not an
    /// action on one.
    pub fn is_requestable(self) -> bool {
        !self.is_mark() && self != Self::Report
    }

    /// The actions that a caller may request, in the order of the table.
    pub fn requestable() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|a| a.is_requestable())
    }
}

words! {
    /// The source of a report.
    Source {
        /// A resident (居民上报).
        Resident = "resident",
        /// The 12345 hotline (热线).
        Hotline = "hotline",
        /// A rider (骑手随手拍).
        Rider = "rider",
        /// A grid worker on patrol (网格员巡查).
        GridWorker = "grid_worker",
        /// Video recognition (视频识别).
        Camera = "camera",
        /// A sensor (传感器).
        Sensor = "sensor",
        /// A member unit (成员单位).
        Unit = "unit",
        /// A rule (规则触发).
        Rule = "rule",
    }
}

words! {
    /// The result of a verification.
    Verdict {
        /// Pass (合格): the work is done.
        Pass = "pass",
        /// Fail (不合格): the work is not done, and the case returns to the unit.
        Fail = "fail",
    }
}

words! {
    /// The subject of a photo.
    PhotoKind {
        /// The reported problem.
        Report = "report",
        /// The place before the work.
        Before = "before",
        /// The place after the work.
        After = "after",
        /// Anything else.
        Other = "other",
    }
}

impl PhotoKind {
    /// The usual kind of the photos of an action, if the request gives none.
    pub fn of(action: Action) -> Self {
        match action {
            Action::Report | Action::Join => Self::Report,
            Action::Start => Self::Before,
            Action::Handle => Self::After,
            _ => Self::Other,
        }
    }
}

/// A photo of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StepPhoto {
    /// The photo's id under `/api/photos`.
    pub id: String,
    /// What the photo shows.
    pub kind: PhotoKind,
    /// The secret from the answer to the upload, which allows linking the photo. It is never stored.
    #[serde(skip)]
    pub claim: Option<String>,
}

impl StepPhoto {
    /// Creates a photo without a claim: it is linked already, or the account that uploaded it links it.
    pub fn new(id: impl Into<String>, kind: PhotoKind) -> Self {
        Self {
            id: id.into(),
            kind,
            claim: None,
        }
    }
}

/// Whether the notice of a step was sent, or what suppressed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The notice was sent.
    Sent,
    /// A silence with this id suppressed the notice.
    SilencedBy(String),
    /// The red case with this id in the same grid suppressed the notice.
    InhibitedBy(FeatureId),
}

/// A step of a case. Fields that do not apply to its action are absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Step {
    /// The number of the step in the case, from 1.
    pub n: u32,
    /// The action.
    pub action: Action,
    /// When the step took effect.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The role in which the person acted.
    pub role: Role,
    /// The name of the account; absent for the public and for the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The id of the unit to which the account belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The status before the step; absent for the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Status>,
    /// The status after the step.
    #[schema(required = false)]
    pub to: Status,
    /// The id of the unit to which the case was dispatched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_unit: Option<String>,
    /// The note that the person wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The reason that the person gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The photos that the person added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<StepPhoto>,
    /// The new due date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// The case into which this one was merged; for an absorption, the case that was merged into
    /// this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<FeatureId>,
    /// The result of a verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Verdict>,
    /// The reporter's rating, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// The distance of the verifier from the case, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<f64>,
    /// The date until which the case is parked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Which ways near the case are closed from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Blocks>,
    /// The text about a micro-wish for the public board, as an officer wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_text: Option<String>,
    /// The number of reports added to the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reports: Option<u32>,
    /// The level after the step; present in the first step and in steps that changed the level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The reason for the level, if the reason changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Localized>,
    /// The hashes of the client's idempotency key. They are stored in the case and not in the step,
    /// so that they are not published.
    #[serde(skip)]
    pub key: Option<KeyMark>,
    /// Whether the notice of the step was sent, or what suppressed it; absent if no notice was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

impl Step {
    /// A step with only its required fields.
    pub fn new(n: u32, action: Action, at: Timestamp, role: Role, to: Status) -> Self {
        Self {
            n,
            action,
            at,
            role,
            account: None,
            unit: None,
            from: None,
            to,
            to_unit: None,
            note: None,
            reason: None,
            photos: Vec::new(),
            due_at: None,
            into: None,
            result: None,
            rating: None,
            distance_m: None,
            until: None,
            blocks: None,
            public_text: None,
            reports: None,
            level: None,
            why: None,
            key: None,
            notice: None,
        }
    }
}
