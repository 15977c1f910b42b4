//! Syntax errors of JSON texts, in both languages.

use serde_json::error::Category;

use crate::model::{Localized, both};

/// The error of a JSON text, with the position. The detail of the parser is English; the Chinese text has it in
/// brackets.
pub fn problem_of(error: &serde_json::Error) -> Localized {
    let whole = error.to_string();
    let detail = whole.split(" at line ").next().unwrap_or_default();
    let (line, column) = (error.line(), error.column());
    let what = match error.classify() {
        Category::Eof => "JSON 不完整",
        Category::Syntax => "JSON 语法错误",
        Category::Data => "内容不符合要求",
        Category::Io => "无法读取",
    };
    if line == 0 {
        return both!("{what}（{detail}）", "{whole}");
    }
    both!("第{line}行第{column}列{what}（{detail}）", "{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_has_its_position_in_both_languages() {
        let error = serde_json::from_str::<Vec<u8>>("[1,\n 2 x]").unwrap_err();
        let problem = problem_of(&error);
        assert_eq!(problem.zh, "第2行第4列JSON 语法错误（expected `,` or `]`）");
        assert_eq!(problem.en, "expected `,` or `]` at line 2 column 4");
        let error = serde_json::from_str::<Vec<u8>>("[1").unwrap_err();
        assert!(problem_of(&error).zh.contains("JSON 不完整"));
        let error = serde_json::from_value::<u8>("x".into()).unwrap_err();
        assert!(problem_of(&error).zh.starts_with("内容不符合要求（"));
    }
}
