//! One step of a case: who did what to it, when, and what that came to. The last step stands in
//! every version of a warning, so the versions of the feature are its history, and replaying the
//! steps gives its state.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::key::KeyMark;
use crate::model::{FeatureId, Level, Localized, Role};

/// An enum whose names in data are all there is to it: text both ways, and a list of all.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name as it stands in data.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }

            /// Reads the name as it stands in data.
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
        /// 已上报: somebody said so; no officer has looked at it.
        Reported = "reported",
        /// 已立案: accepted, and waiting for a unit.
        Filed = "filed",
        /// 不予立案: no case of ours.
        Rejected = "rejected",
        /// 已合并: another case stands for it.
        Merged = "merged",
        /// 已派遣: a unit has it and has not begun.
        Dispatched = "dispatched",
        /// 已退回: the unit gave it back.
        Returned = "returned",
        /// 处置中: the unit is at it.
        Handling = "handling",
        /// 已处置: the unit says that it is done.
        Handled = "handled",
        /// 已核查: somebody else looked, and it is done.
        Verified = "verified",
        /// 已结案.
        Closed = "closed",
        /// 挂账: set aside until a date.
        Parked = "parked",
    }
}

impl Status {
    /// What pages call it in Chinese.
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

    /// Whether it has ended. An ended case may be reopened.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Rejected | Self::Merged | Self::Closed)
    }

    /// Whether time counts against somebody: while a case is parked, or waits to be verified or
    /// closed, nothing ages.
    pub fn clock_runs(self) -> bool {
        matches!(
            self,
            Self::Reported | Self::Filed | Self::Dispatched | Self::Returned | Self::Handling
        )
    }
}

words! {
    /// What is done to a case: the actions of the table, and the marks that the system makes, which
    /// change no status.
    Action {
        /// 上报.
        Report = "report",
        /// 立案.
        File = "file",
        /// 不予立案.
        Reject = "reject",
        /// 合并.
        Merge = "merge",
        /// 派遣.
        Dispatch = "dispatch",
        /// 退回.
        Return = "return",
        /// 开始处置.
        Start = "start",
        /// 处置反馈.
        Handle = "handle",
        /// 核查.
        Verify = "verify",
        /// 结案.
        Close = "close",
        /// 延时.
        Extend = "extend",
        /// 挂账.
        Park = "park",
        /// 恢复.
        Resume = "resume",
        /// 重新立案.
        Reopen = "reopen",
        /// 评单.
        Rate = "rate",
        /// 内部备注: a text for colleagues, never for the public.
        Note = "note",
        /// Mark: the level moved, or the case fell overdue.
        Level = "level",
        /// Mark: a sensor or another report joined it.
        Join = "join",
        /// Mark: another case was merged into it.
        Absorb = "absorb",
    }
}

impl Action {
    /// What pages call it in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Report => "上报",
            Self::File => "立案",
            Self::Reject => "不予立案",
            Self::Merge => "并入他案",
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
            Self::Rate => "评单",
            Self::Note => "内部备注",
            Self::Level => "等级变化",
            Self::Join => "又有上报并入",
            Self::Absorb => "并入一件同类事件",
        }
    }

    /// Whether it is a mark of the system and nothing that somebody may ask for.
    pub fn is_mark(self) -> bool {
        matches!(self, Self::Level | Self::Join | Self::Absorb)
    }

    /// Whether somebody may ask for it. A report opens a case and is no action on one.
    pub fn is_requestable(self) -> bool {
        !self.is_mark() && self != Self::Report
    }

    /// The actions that somebody may ask for, in the order of the table.
    pub fn requestable() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|a| a.is_requestable())
    }
}

words! {
    /// How a case was reported.
    Source {
        /// 居民上报.
        Resident = "resident",
        /// 12345 热线.
        Hotline = "hotline",
        /// 骑手随手拍.
        Rider = "rider",
        /// 网格员巡查.
        GridWorker = "grid_worker",
        /// 视频识别.
        Camera = "camera",
        /// 传感器.
        Sensor = "sensor",
        /// 成员单位.
        Unit = "unit",
        /// 规则触发.
        Rule = "rule",
    }
}

words! {
    /// What a verification found.
    Verdict {
        /// 合格: the work is done.
        Pass = "pass",
        /// 不合格: the work is not done, so the case goes back to the unit.
        Fail = "fail",
    }
}

words! {
    /// What a photo shows.
    PhotoKind {
        /// What was reported.
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
    /// What the photos of an action show when the request does not say.
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
    /// Its id under `/api/photos`.
    pub id: String,
    /// What it shows.
    pub kind: PhotoKind,
    /// The claim by which its uploader links it. Never kept.
    #[serde(skip)]
    pub claim: Option<String>,
}

impl StepPhoto {
    /// A photo that is linked already, or that its uploader's account links.
    pub fn new(id: impl Into<String>, kind: PhotoKind) -> Self {
        Self {
            id: id.into(),
            kind,
            claim: None,
        }
    }
}

/// What became of the notice that a step is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// It went out.
    Sent,
    /// A silence holds it back.
    SilencedBy(String),
    /// A red case of the same grid holds it back.
    InhibitedBy(FeatureId),
}

/// One step. Fields that an action has no use for are absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Step {
    /// Its number in the case, from 1.
    pub n: u32,
    /// What was done.
    pub action: Action,
    /// When it took effect.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// In which role.
    pub role: Role,
    /// By which account; absent for the public and for the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The unit to which that account belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The status before; absent for the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Status>,
    /// The status after.
    #[schema(required = false)]
    pub to: Status,
    /// The unit that a dispatch names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_unit: Option<String>,
    /// What they wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What they photographed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<StepPhoto>,
    /// Until when it is due from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// The case that stands for it from now on; for an absorption, the case that was merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<FeatureId>,
    /// What a verification found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Verdict>,
    /// 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// How far from the case a verification was made, metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<f64>,
    /// Until when it is parked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// How many more reports the case stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reports: Option<u32>,
    /// The level from now on, where it moved or its reason did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Why that level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Localized>,
    /// The mark of the client's key. The case keeps it, not the step, so that it is not published.
    #[serde(skip)]
    pub key: Option<KeyMark>,
    /// What became of its notice; absent where none was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

impl Step {
    /// A step of which only the frame is known.
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
            reports: None,
            level: None,
            why: None,
            key: None,
            notice: None,
        }
    }
}
