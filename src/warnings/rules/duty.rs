//! The duty room (值班室): the table `[duty]` of `rules.toml`.

use crate::codec::config::Table;

/// The longest telephone number, in characters.
const LONGEST: usize = 40;

/// Reads the telephone of the duty room.
pub(super) fn phone(table: &Table<'_>) -> Option<String> {
    let expected = "a telephone number such as \"022-2600 0000\"";
    let item = table.need("phone", expected);
    let phone = item.and_then(|item| {
        let text = item.text(expected)?;
        let fits = text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | '(' | ')'));
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if !fits || digits < 3 || text.chars().count() > LONGEST {
            item.wrong(
                &format!("is {text:?}, which is not a telephone number"),
                "at least three digits, with spaces, hyphens, + and parentheses only",
            );
            return None;
        }
        Some(text.to_owned())
    });
    table.finish();
    phone
}
