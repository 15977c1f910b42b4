//! Why a file cannot be cut into features, in both languages.

use std::fmt;
use std::io;

use crate::model::InChinese;

/// Why a file cannot be cut into features. The text continues after the name of the file.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// The file could not be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file ends before this part of the document is complete.
    #[error("ends in the middle of {0}: the file is truncated")]
    Truncated(Part),
    /// The text is not JSON, or not GeoJSON, at this place.
    #[error("line {line}: expected {expected}, found {}", found_in_english(*.found))]
    Unexpected {
        /// The line, from 1.
        line: u64,
        /// The part that was expected there.
        expected: Part,
        /// The byte that was found instead; `None` if the part is empty.
        found: Option<u8>,
    },
    /// The member `crs` of a collection comes after its features.
    #[error(
        "has its member crs after the features, where it comes too late: give the coordinate system with --crs"
    )]
    LateCrs,
}

fn found_in_english(found: Option<u8>) -> String {
    found.map_or_else(|| "nothing".to_owned(), |b| format!("{:?}", char::from(b)))
}

impl InChinese for SplitError {
    fn zh(&self) -> String {
        match self {
            Self::Io(error) => format!("无法读取（{error}）"),
            Self::Truncated(part) => format!("文件不完整：{}没有写完", part.zh()),
            Self::Unexpected {
                line,
                expected,
                found,
            } => {
                let found = found.map_or_else(
                    || "没有内容".to_owned(),
                    |b| format!("实际是 {:?}", char::from(b)),
                );
                format!("第{line}行的 JSON 有误：应为{}，{found}", expected.zh())
            }
            Self::LateCrs => "坐标系写在要素之后，请用 --crs 指定".to_owned(),
        }
    }
}

/// A part of a GeoJSON document, as error texts name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The whole document.
    Document,
    /// The `{` that begins a document.
    Object,
    /// A member of an object.
    Member,
    /// The name of a member.
    MemberName,
    /// The `:` after the name of a member.
    Colon,
    /// The `,` or `}` after a member.
    EndOfMember,
    /// The `[` that begins the list of features.
    List,
    /// The list of features.
    Features,
    /// A feature in the list.
    Feature,
    /// The `,` or `]` after a feature.
    EndOfFeature,
    /// The end of the file.
    EndOfFile,
}

impl Part {
    fn zh(self) -> &'static str {
        match self {
            Self::Document => "JSON 文档",
            Self::Object => "JSON 对象",
            Self::Member => "对象成员",
            Self::MemberName => "成员名",
            Self::Colon => "冒号",
            Self::EndOfMember => "逗号或对象的结尾",
            Self::List => "列表",
            Self::Features => "要素列表",
            Self::Feature => "要素",
            Self::EndOfFeature => "逗号或要素列表的结尾",
            Self::EndOfFile => "文件结尾",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Document => "the JSON document",
            Self::Object => "a JSON object",
            Self::Member => "a member",
            Self::MemberName => "a member's name",
            Self::Colon => "a colon",
            Self::EndOfMember => "a comma or the end of the object",
            Self::List => "a list",
            Self::Features => "its features",
            Self::Feature => "a feature",
            Self::EndOfFeature => "a comma or the end of the features",
            Self::EndOfFile => "the end of the file",
        })
    }
}
