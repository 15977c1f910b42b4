//! The language in which a request is answered.
//!
//! Texts for people (`title` and `detail` of problem documents) are in Chinese where `Accept-Language` prefers
//! Chinese to English, and in English otherwise. Browsers of the users in China ask for Chinese, and the pages
//! send the language that is selected in them. A request without the header, or with other languages only,
//! probably comes from a program and gets English.

use axum::http::{HeaderMap, header};

use crate::model::Language;

tokio::task_local! {
    static LANGUAGE: Language;
}

/// The language that a request prefers.
pub fn preferred(headers: &HeaderMap) -> Language {
    let mut chinese = 0.0_f32;
    let mut english = 0.0_f32;
    let mut first = Language::English;
    let ranges = headers
        .get_all(header::ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','));
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let weight = parts
            .find_map(|p| p.strip_prefix("q="))
            .map_or(Some(1.0), |q| q.parse::<f32>().ok())
            .filter(|q| q.is_finite())
            .unwrap_or_default();
        let main = tag.split('-').next().unwrap_or_default();
        let (best, language) = if main.eq_ignore_ascii_case("zh") {
            (&mut chinese, Language::Chinese)
        } else if main.eq_ignore_ascii_case("en") {
            (&mut english, Language::English)
        } else {
            continue;
        };
        if weight > *best {
            *best = weight;
            if chinese == 0.0 || english == 0.0 {
                first = language;
            }
        }
    }
    match chinese.total_cmp(&english) {
        std::cmp::Ordering::Greater => Language::Chinese,
        std::cmp::Ordering::Less => Language::English,
        // If both have the same weight, the first one counts.
        std::cmp::Ordering::Equal => first,
    }
}

/// Runs a request so that [`current`] returns its language.
pub async fn answering<F: Future>(language: Language, request: F) -> F::Output {
    LANGUAGE.scope(language, request).await
}

/// Like [`answering`], for synchronous code.
pub fn answering_now<T>(language: Language, answer: impl FnOnce() -> T) -> T {
    LANGUAGE.sync_scope(language, answer)
}

/// The language of the current task's request; English outside of a request.
pub fn current() -> Language {
    LANGUAGE
        .try_with(|language| *language)
        .unwrap_or(Language::English)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_decides_between_chinese_and_english() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, text.parse().unwrap());
            preferred(&headers)
        };
        for chinese in [
            "zh-CN,zh;q=0.9,en;q=0.8",
            "zh",
            "ZH-Hans-CN",
            "en;q=0.5, zh;q=0.7",
            "zh,en",
            "fr,zh;q=0.2",
            "en;q=0,zh;q=0.1",
        ] {
            assert_eq!(of(chinese), Language::Chinese, "{chinese}");
        }
        for english in [
            "",
            "*",
            "de-DE,de;q=0.9",
            "en",
            "en-GB,zh;q=0.9",
            "en,zh",
            "zh;q=0",
            "zh;q=x, en;q=0.1",
        ] {
            assert_eq!(of(english), Language::English, "{english}");
        }
        assert_eq!(preferred(&HeaderMap::new()), Language::English);
    }

    #[tokio::test]
    async fn a_request_finds_its_language() {
        assert_eq!(current(), Language::English);
        let found = answering(Language::Chinese, async { current() }).await;
        assert_eq!(found, Language::Chinese);
        assert_eq!(answering_now(Language::Chinese, current), Language::Chinese);
    }
}
