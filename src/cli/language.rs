//! The language of the command line: texts that exist in both languages are Chinese under a Chinese locale, otherwise
//! English. Help texts, logs and some messages for the operator are always English.

use std::sync::OnceLock;

use crate::export::ExportError;
use crate::ingest::ImportError;
use crate::model::{InChinese, Language, Localized};
use crate::store::StoreError;
use crate::warnings::sheet::read::ReadError;

/// A text in the language of the locale.
pub(super) fn local(text: Localized) -> String {
    text.into_language(language())
}

/// An error and its causes, in the language of the locale.
pub(super) fn error_text(error: &anyhow::Error) -> String {
    in_language(error, language())
}

/// The language of the locale.
pub(super) fn language() -> Language {
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    *LANGUAGE.get_or_init(|| of_locale(|name| std::env::var(name).ok()))
}

/// The first of these variables that is set names the locale, as in POSIX.
fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    match locale {
        Some(locale) if locale.starts_with("zh") => Language::Chinese,
        _ => Language::English,
    }
}

/// A cause is left out if the error before it already contains its text, as is common in libraries.
fn in_language(error: &anyhow::Error, language: Language) -> String {
    let colon = match language {
        Language::Chinese => "：",
        Language::English => ": ",
    };
    let mut text = String::new();
    for cause in error.chain() {
        let chinese = (language == Language::Chinese).then(|| chinese(cause));
        let (said, is_complete) = match chinese.flatten() {
            Some(zh) => (zh, true),
            None => (cause.to_string(), false),
        };
        if !text.contains(&said) {
            if !text.is_empty() {
                text.push_str(colon);
            }
            text.push_str(&said);
        }
        // An error with a Chinese text includes its causes in that text.
        if is_complete {
            break;
        }
    }
    text
}

fn chinese(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let of = |error: Option<&dyn InChinese>| error.map(InChinese::zh);
    of(error.downcast_ref::<StoreError>().map(|e| e as _))
        .or_else(|| of(error.downcast_ref::<ImportError>().map(|e| e as _)))
        .or_else(|| of(error.downcast_ref::<ExportError>().map(|e| e as _)))
        .or_else(|| of(error.downcast_ref::<ReadError>().map(|e| e as _)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_selects_the_language() {
        let language = |all: &[(&str, &str)]| {
            of_locale(|name| {
                let found = all.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(language(&[("LANG", "zh_CN.UTF-8")]), Language::Chinese);
        assert_eq!(language(&[]), Language::English);
        let overridden = [("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")];
        assert_eq!(language(&overridden), Language::English);
        let empty = [("LANG", "zh_CN.UTF-8"), ("LC_ALL", "")];
        assert_eq!(language(&empty), Language::Chinese);
    }

    #[test]
    fn a_cause_that_the_error_already_contains_is_not_repeated() {
        let error = anyhow::anyhow!("file 7 is gone")
            .context("store: file 7 is gone")
            .context("cannot open");
        let text = in_language(&error, Language::English);
        assert_eq!(text, "cannot open: store: file 7 is gone");
    }

    #[test]
    fn errors_of_the_store_are_chinese_under_a_chinese_locale() {
        let missing = StoreError::Missing {
            path: "/srv/onemap.db".to_owned(),
        };
        let error = anyhow::Error::new(missing).context("onemap.db");
        let text = in_language(&error, Language::Chinese);
        assert!(
            text.starts_with("onemap.db：/srv/onemap.db 处没有数据库"),
            "{text}"
        );
        assert!(in_language(&error, Language::English).contains("there is no database"));
    }
}
