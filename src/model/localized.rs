//! Texts in both languages of the product: Chinese for its users, and English.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The text in this language.
    pub fn of(self, text: &Localized) -> &str {
        match self {
            Self::Chinese => &text.zh,
            Self::English => &text.en,
        }
    }
}

/// A text in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Localized {
    /// The Chinese text.
    pub zh: String,
    /// The English text.
    pub en: String,
}

impl Localized {
    /// Creates a text from its Chinese and English version.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// The text in one language.
    pub fn into_language(self, language: Language) -> String {
        match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        }
    }
}

/// Writes the English text, for logs and the command line.
impl fmt::Display for Localized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl From<(&str, &str)> for Localized {
    fn from((zh, en): (&str, &str)) -> Self {
        Self::new(zh, en)
    }
}

/// Formats a text in both languages, Chinese first: `both!("没有网格 {id}。", "There is no grid {id}.")`.
macro_rules! both {
    ($zh:literal, $en:literal $(,)?) => {
        $crate::model::Localized::new(
            ::std::fmt::format(::std::format_args!($zh)),
            ::std::fmt::format(::std::format_args!($en)),
        )
    };
}
pub(crate) use both;
