//! Errors with a Chinese text. This file is also part of the program for phones.

use std::fmt;

use super::Localized;

/// An error that users may see on a page: `Display` is English, and `zh` gives the Chinese text.
pub trait InChinese: fmt::Display {
    /// The error in Chinese, without a full stop at the end.
    fn zh(&self) -> String;

    /// The error in both languages.
    fn localized(&self) -> Localized {
        Localized::new(self.zh(), self.to_string())
    }

    /// The error as a sentence in both languages.
    fn sentence(&self) -> Localized {
        let Localized { zh, en } = self.localized();
        let mut letters = en.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        Localized::new(
            format!("{zh}。"),
            format!("{}{}.", first.unwrap_or_default(), letters.as_str()),
        )
    }
}
