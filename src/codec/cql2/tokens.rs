//! Splits CQL2 text into tokens.

use super::build::{Builder, Built};
use super::{FilterError, Position};

/// A token and its position: the number of its first character, counted from 1.
#[derive(Debug, Clone, PartialEq)]
struct Token {
    at: usize,
    kind: Lexeme,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lexeme {
    /// A word: a keyword, or the name of a property or function.
    Word(String),
    /// A name in double quotes.
    Quoted(String),
    /// A text in single quotes.
    Text(String),
    Number(f64),
    Symbol(&'static str),
    End,
}

impl std::fmt::Display for Lexeme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(w) => write!(f, "{:?}", short(w)),
            Self::Quoted(w) => write!(f, "the name {:?}", short(w)),
            Self::Text(t) => write!(f, "the text {:?}", short(t)),
            Self::Number(n) => write!(f, "the number {n}"),
            Self::Symbol(s) => write!(f, "{s:?}"),
            Self::End => f.write_str("the end"),
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

const SYMBOLS: &[&str] = &[
    "<>", "<=", ">=", "=", "<", ">", "(", ")", ",", "+", "-", "*", "/", "%", "^",
];

/// The tokens of an expression. The last one marks the end.
fn tokens(expression: &str) -> Built<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut at = 1;
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            at += 1;
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (kind, length) = token(rest, first, at)?;
        let (read, left) = rest.split_at(length);
        tokens.push(Token { at, kind });
        at += read.chars().count();
        rest = left;
    }
    tokens.push(Token {
        at,
        kind: Lexeme::End,
    });
    Ok(tokens)
}

/// The first token of a text and its length in bytes.
fn token(rest: &str, first: char, at: usize) -> Built<(Lexeme, usize)> {
    let wrong = |problem: String| FilterError::new(&Position::Character(at), problem);
    if first == '\'' || first == '"' {
        let (text, length) =
            quoted(rest, first).ok_or_else(|| wrong(format!("the closing {first} is missing")))?;
        return Ok(match first {
            '\'' => (Lexeme::Text(text), length),
            _ => (Lexeme::Quoted(text), length),
        });
    }
    if first.is_ascii_digit() || first == '.' {
        let length = number_length(rest);
        let number = rest[..length].parse().ok().filter(|n: &f64| n.is_finite());
        return match number {
            Some(number) => Ok((Lexeme::Number(number), length)),
            None => Err(wrong(format!(
                "expected a number, found {:?}",
                short(&rest[..length])
            ))),
        };
    }
    if is_start(first) {
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        return Ok((Lexeme::Word(rest[..length].to_owned()), length));
    }
    if rest.starts_with("!=") {
        return Err(wrong("expected <> for \"not equal\", found \"!=\"".into()));
    }
    match SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
        Some(symbol) => Ok((Lexeme::Symbol(symbol), symbol.len())),
        None => Err(wrong(format!("unexpected character {first:?}"))),
    }
}

/// Reads a text or a name up to its closing quote. A doubled quote stands for the quote itself; in
/// a text `\'` does too.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        if c == quote {
            if next != Some(quote) {
                return Some((text, i + 1));
            }
            chars.next();
        } else if c == '\\' && quote == '\'' && next == Some(quote) {
            chars.next();
            text.push(quote);
            continue;
        }
        text.push(c);
    }
    None
}

fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digits = |from: usize| {
        let tail = bytes.get(from..).unwrap_or_default();
        from + tail.iter().take_while(|b| b.is_ascii_digit()).count()
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    end
}

fn is_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == ':'
}

fn is_part(c: char) -> bool {
    // Combining marks and CJK ideographs belong to a word, as letters do.
    is_start(c) || c.is_alphanumeric() || c == '.' || ('\u{300}'..='\u{36f}').contains(&c)
}

/// A cursor over the tokens, for the parser.
pub(super) struct Cursor<'b> {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    pub builder: &'b mut Builder,
}

impl<'b> Cursor<'b> {
    pub fn new(expression: &str, builder: &'b mut Builder) -> Built<Self> {
        Ok(Self {
            tokens: tokens(expression)?,
            next: 0,
            depth: 0,
            builder,
        })
    }

    pub fn peek(&self) -> &Lexeme {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> &Lexeme {
        // The last token marks the end; the cursor never moves beyond it.
        self.tokens
            .get(self.next + ahead)
            .map_or(&Lexeme::End, |t| &t.kind)
    }

    pub fn peek_next(&self) -> &Lexeme {
        self.peek_at(1)
    }

    pub fn at(&self) -> Position {
        let token = self.tokens.get(self.next).or(self.tokens.last());
        Position::Character(token.map_or(1, |t| t.at))
    }

    pub fn advance(&mut self) {
        self.skip(1);
    }

    pub fn skip(&mut self, tokens: usize) {
        self.next += tokens;
    }

    pub fn expected(&self, what: &str) -> FilterError {
        FilterError::new(
            &self.at(),
            format!("expected {what}, found {}", self.peek()),
        )
    }

    pub fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Lexeme::Symbol(s) if *s == symbol);
        if found {
            self.advance();
        }
        found
    }

    pub fn symbol(&mut self, symbol: &str) -> Built<()> {
        match self.take_symbol(symbol) {
            true => Ok(()),
            false => Err(self.expected(&format!("{symbol:?}"))),
        }
    }

    pub fn is_word(&self, ahead: usize, word: &str) -> bool {
        matches!(self.peek_at(ahead), Lexeme::Word(w) if w.eq_ignore_ascii_case(word))
    }

    pub fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(0, word);
        if found {
            self.advance();
        }
        found
    }

    /// Parses something one nesting level deeper. The parser recurses only through this function,
    /// so the depth is always checked.
    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Built<T>) -> Built<T> {
        self.depth += 1;
        self.builder.depth(&self.at(), self.depth)?;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Parses a number with its sign.
    pub fn number(&mut self) -> Built<f64> {
        let minus = self.take_symbol("-");
        if !minus {
            self.take_symbol("+");
        }
        let Lexeme::Number(n) = *self.peek() else {
            return Err(self.expected("a number"));
        };
        self.advance();
        Ok(if minus { -n } else { n })
    }

    /// Whether the parenthesis at the cursor opens a list: a comma follows before it closes.
    pub fn is_nested_list(&self) -> bool {
        let mut open = 0;
        for token in self.tokens.iter().skip(self.next) {
            match token.kind {
                Lexeme::Symbol("(") => open += 1,
                Lexeme::Symbol(")") if open == 1 => return false,
                Lexeme::Symbol(")") => open -= 1,
                Lexeme::Symbol(",") if open == 1 => return true,
                _ => {}
            }
        }
        false
    }
}
