//! The number of a unit or room in a report. The number of a unit becomes part of the public text of the place, so only
//! what stands on a door is accepted, and no other text.

use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::field::{FromJson, Text};
use crate::model::{Localized, both};

/// The words behind a number on a door. They are not stored.
const WORDS: [&str; 7] = ["单元", "單元", "室", "房", "号", "號", "门"];
/// The characters besides letters and digits that occur in the names of units.
const NAMES: &str = "甲乙丙丁东西南北中";

/// The number of a unit or room with at most `N` characters: `2`, `A`, `501`, `12-301`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorNumber<const N: usize>(pub String);

/// The number of a unit (单元).
pub type UnitNumber = DoorNumber<4>;
/// The number of a room.
pub type RoomNumber = DoorNumber<8>;

impl<const N: usize> DoorNumber<N> {
    /// Reads a number as people write it: ２单元, 501室.
    ///
    /// # Errors
    /// What was expected, if the text is no such number.
    pub fn parse(text: &str) -> Result<Self, Localized> {
        let half = |c: char| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c => c,
        };
        let plain: String = text
            .chars()
            .map(half)
            .filter(|c| !c.is_whitespace())
            .collect();
        let bare = WORDS.iter().find_map(|word| plain.strip_suffix(word));
        let number = bare.unwrap_or(&plain).to_ascii_uppercase();
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || NAMES.contains(c);
        let length = number.chars().count();
        if (1..=N).contains(&length) && number.chars().all(fits) {
            return Ok(Self(number));
        }
        Err(both!(
            "“{text}”不是门牌上的编号，应形如 2、A 或 501，最多{N}个字符",
            "expected a number as it stands on the door, such as 2, A or 501, with at most {N} characters, found {text:?}"
        ))
    }
}

impl<const N: usize> FromJson for DoorNumber<N> {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let text = Text::<40>::from_json(value)?;
        text.map(|text| Self::parse(&text.0)).transpose()
    }
}

impl<const N: usize> PartialSchema for DoorNumber<N> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(40))
            .into()
    }
}

impl<const N: usize> ToSchema for DoorNumber<N> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_on_doors_are_read_and_other_texts_are_refused() {
        for (text, expected) in [
            ("1", Some("1")),
            ("１单元", Some("1")),
            ("2 单元", Some("2")),
            ("a", Some("A")),
            ("东单元", Some("东")),
            ("12-3", Some("12-3")),
            ("单元", None),
            ("12345", None),
            ("王女士", None),
            ("1单元302", None),
            ("<b>", None),
        ] {
            let read = UnitNumber::parse(text).ok().map(|n| n.0);
            assert_eq!(read.as_deref(), expected, "{text}");
        }
        assert_eq!(RoomNumber::parse("501室").unwrap().0, "501");
        assert!(RoomNumber::parse("13800000000").is_err());
    }
}
