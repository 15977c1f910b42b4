//! The contact of a reporter: a telephone number in China. It is stored in one form, so that an officer can dial it and
//! the calls of one person can be compared. `web/src/core/form/contact.ts` has the same rules; both must pass the cases
//! of `tests/support/contacts.json`.

use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::field::{FromJson, Text};
use crate::model::{Localized, both};

/// The longest contact as written, in characters.
const WRITTEN_LIMIT: usize = 200;
/// The most digits of an extension.
const EXTENSION: usize = 6;
/// The words before an extension.
const EXTENSIONS: [&str; 9] = [
    "转分机",
    "轉分機",
    "分机",
    "分機",
    "转",
    "轉",
    "ext",
    "x",
    "#",
];

/// A telephone number: `13800000000`, `022-26390000`, `022-26390000转801`, `400-800-8800`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumber(pub String);

impl PhoneNumber {
    /// Reads a number as people write it: full-width digits, blanks, hyphens and brackets, `+86` in front, an extension
    /// behind.
    ///
    /// # Errors
    /// What was expected, if the text is no complete number.
    pub fn parse(text: &str) -> Result<Self, Localized> {
        let plain: String = text.chars().filter_map(plain).collect();
        let plain = plain.replace("tel:", "");
        let (number, extension) = split_extension(&plain);
        let digits: Option<String> = number
            .chars()
            .enumerate()
            .filter(|(_, c)| !matches!(c, '-' | '(' | ')'))
            .map(|(i, c)| (c.is_ascii_digit() || (i == 0 && c == '+')).then_some(c))
            .collect();
        let is_extension = extension.is_none_or(|e| {
            (1..=EXTENSION).contains(&e.len()) && e.bytes().all(|b| b.is_ascii_digit())
        });
        let digits = digits.filter(|_| is_extension).ok_or_else(|| wrong(text))?;
        let abroad = ["+86", "0086"].iter().find_map(|p| digits.strip_prefix(p));
        // Behind +86 the leading zero of the area code is usually left out.
        let number = match abroad.or_else(|| digits.strip_prefix("86").filter(|n| n.len() >= 10)) {
            Some(rest) => national(rest).or_else(|| national(&format!("0{rest}"))),
            None => national(&digits),
        };
        let number = number.ok_or_else(|| match local(&digits) {
            true => no_area(text),
            false => wrong(text),
        })?;
        Ok(Self(match extension {
            Some(extension) => format!("{number}转{extension}"),
            None => number,
        }))
    }
}

/// A half-width character without blanks; every dash becomes `-`.
fn plain(c: char) -> Option<char> {
    let half = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '—' | '–' | '―' | '−' | '‐' | '‑' | '·' | '.' => '-',
        c => c,
    };
    (!half.is_whitespace() && half != '\u{feff}').then(|| half.to_ascii_lowercase())
}

/// Splits a number from its extension. A third group behind hyphens is an extension too: 022-26390000-801.
fn split_extension(text: &str) -> (&str, Option<&str>) {
    let word = EXTENSIONS.iter().find_map(|word| text.split_once(word));
    if let Some((number, extension)) = word {
        let number = number.trim_end_matches(['-', ',', '(']);
        return (number, Some(extension.trim_matches([':', '-', ')'])));
    }
    match *text.split('-').collect::<Vec<_>>() {
        [area, number, extension] if area.starts_with('0') && number.len() >= 7 => {
            let end = area.len() + 1 + number.len();
            (text.get(..end).unwrap_or(text), Some(extension))
        }
        _ => (text, None),
    }
}

/// The number in the form in which it is stored; `None` if these digits are no complete number.
fn national(digits: &str) -> Option<String> {
    let second = digits.as_bytes().get(1).copied().unwrap_or_default();
    if digits.len() == 11 && digits.starts_with('1') && (b'3'..=b'9').contains(&second) {
        return Some(digits.to_owned());
    }
    if digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800")) {
        return Some(format!(
            "{}-{}-{}",
            &digits[..3],
            &digits[3..6],
            &digits[6..]
        ));
    }
    // The area codes of the largest cities have three digits (010, 020 to 029), all others four.
    let short = digits.starts_with("01") || digits.starts_with("02");
    let (area, number) = digits.split_at_checked(if short { 3 } else { 4 })?;
    let is_area = area.starts_with('0')
        && !area.starts_with("00")
        && (!area.starts_with("01") || area == "010");
    let is_number = match short {
        true => number.len() == 8,
        false => matches!(number.len(), 7 | 8),
    };
    let starts = number.starts_with(|c: char| ('2'..='9').contains(&c));
    (is_area && is_number && starts).then(|| format!("{area}-{number}"))
}

/// Whether digits are the number of a landline without its area code.
fn local(digits: &str) -> bool {
    matches!(digits.len(), 7 | 8) && digits.starts_with(|c: char| ('2'..='9').contains(&c))
}

fn no_area(text: &str) -> Localized {
    both!(
        "“{text}”缺少区号，座机应形如 022-26390000",
        "{text:?} has no area code; expected a landline such as 022-26390000"
    )
}

fn wrong(text: &str) -> Localized {
    both!(
        "“{text}”不是完整的电话号码，应为11位手机号，或带区号的座机（如 022-26390000，分机写作 022-26390000转801）",
        "{text:?} is not a complete telephone number; expected a mobile number of 11 digits, or a landline with its area \
         code such as 022-26390000 or 022-26390000转801"
    )
}

impl FromJson for PhoneNumber {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let text = Text::<WRITTEN_LIMIT>::from_json(value)?;
        text.map(|text| Self::parse(&text.0)).transpose()
    }
}

impl PartialSchema for PhoneNumber {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(WRITTEN_LIMIT))
            .into()
    }
}

impl ToSchema for PhoneNumber {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stored_in_one_form_and_other_texts_are_refused() {
        let cases: Value =
            serde_json::from_str(include_str!("../../tests/support/contacts.json")).unwrap();
        for (text, expected) in cases["numbers"].as_object().unwrap() {
            let read = PhoneNumber::parse(text).map(|n| n.0);
            assert_eq!(read.as_deref().ok(), expected.as_str(), "{text}");
        }
        for text in cases["refused"].as_array().unwrap() {
            let text = text.as_str().unwrap();
            let said = PhoneNumber::parse(text).unwrap_err();
            assert!(
                said.zh.contains(text) && said.en.contains("expected"),
                "{text}"
            );
        }
        let landline = PhoneNumber::parse("26390000").unwrap_err();
        assert!(landline.zh.contains("缺少区号"), "{landline:?}");
    }
}
