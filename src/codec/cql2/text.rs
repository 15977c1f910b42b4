//! Parses CQL2 text: a recursive descent parser over tokens.
//!
//! Precedence from weakest to strongest: `OR`, `AND`, `NOT`, predicates, `+ -`, `* / % div`, `^`,
//! the sign.

use super::build::{Builder, Built};
use super::tokens::{Cursor, Lexeme};
use super::wkt;
use super::{Arithmetic, Compare, FilterError, Kind, Node, Op, Position};

/// Keywords. A property with one of these names must be written in double quotes.
const RESERVED: &[&str] = &[
    "and", "or", "not", "like", "between", "in", "is", "null", "div",
];

pub(super) fn parse(expression: &str, builder: &mut Builder) -> Built {
    let mut parser = Cursor::new(expression, builder)?;
    let node = parser.expression()?;
    match parser.peek() {
        Lexeme::End => Ok(node),
        _ => Err(parser.expected("an operator or the end")),
    }
}

impl Cursor<'_> {
    fn expression(&mut self) -> Built {
        self.deeper(|p| p.chain("or", Op::Or, |p| p.chain("and", Op::And, Self::negation)))
    }

    /// Parses `a AND b AND c` (or the same with `OR`) into one node with all operands.
    fn chain(&mut self, word: &str, op: Op, operand: impl Fn(&mut Self) -> Built) -> Built {
        let at = self.at();
        let first = operand(self)?;
        if !self.is_word(0, word) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.take_word(word) {
            operands.push(operand(self)?);
        }
        self.builder.call(at, op, operands)
    }

    fn negation(&mut self) -> Built {
        let at = self.at();
        if !self.take_word("not") {
            return self.predicate();
        }
        let inner = self.deeper(Self::negation)?;
        self.builder.call(at, Op::Not, vec![inner])
    }

    fn predicate(&mut self) -> Built {
        let at = self.at();
        let left = self.sum()?;
        if let Some(compare) = self.compare() {
            self.advance();
            let right = self.sum()?;
            return self
                .builder
                .call(at, Op::Compare(compare), vec![left, right]);
        }
        if self.take_word("is") {
            let negated = self.take_word("not");
            if !self.take_word("null") {
                return Err(self.expected("NULL"));
            }
            let test = self.builder.call(at, Op::IsNull, vec![left])?;
            return self.negated(test, negated);
        }
        let negated = self.is_word(0, "not");
        let ahead = usize::from(negated);
        if self.is_word(ahead, "like") {
            self.skip(ahead + 1);
            let pattern = self.sum()?;
            let test = self.builder.call(at, Op::Like, vec![left, pattern])?;
            return self.negated(test, negated);
        }
        if self.is_word(ahead, "between") {
            self.skip(ahead + 1);
            let low = self.sum()?;
            if !self.take_word("and") {
                return Err(self.expected("AND and the upper bound"));
            }
            let high = self.sum()?;
            let test = self.builder.call(at, Op::Between, vec![left, low, high])?;
            return self.negated(test, negated);
        }
        if self.is_word(ahead, "in") {
            self.skip(ahead + 1);
            let list = self.list()?;
            let test = self.builder.call(at, Op::In, vec![left, list])?;
            return self.negated(test, negated);
        }
        if negated {
            self.advance();
            return Err(self.expected("LIKE, BETWEEN or IN after NOT"));
        }
        Ok(left)
    }

    fn negated(&mut self, test: Node, negated: bool) -> Built {
        match negated {
            true => self.builder.call(test.at.clone(), Op::Not, vec![test]),
            false => Ok(test),
        }
    }

    fn compare(&self) -> Option<Compare> {
        let Lexeme::Symbol(symbol) = self.peek() else {
            return None;
        };
        Some(match *symbol {
            "=" => Compare::Eq,
            "<>" => Compare::Ne,
            "<" => Compare::Lt,
            "<=" => Compare::Le,
            ">" => Compare::Gt,
            ">=" => Compare::Ge,
            _ => return None,
        })
    }

    fn sum(&mut self) -> Built {
        self.arithmetic(Self::product, |p| match p.peek() {
            Lexeme::Symbol("+") => Some(Arithmetic::Add),
            Lexeme::Symbol("-") => Some(Arithmetic::Subtract),
            _ => None,
        })
    }

    fn product(&mut self) -> Built {
        self.arithmetic(Self::power, |p| match p.peek() {
            Lexeme::Symbol("*") => Some(Arithmetic::Multiply),
            Lexeme::Symbol("/") => Some(Arithmetic::Divide),
            Lexeme::Symbol("%") => Some(Arithmetic::Remainder),
            _ => p.is_word(0, "div").then_some(Arithmetic::WholeDivide),
        })
    }

    fn power(&mut self) -> Built {
        self.arithmetic(Self::signed, |p| match p.peek() {
            Lexeme::Symbol("^") => Some(Arithmetic::Power),
            _ => None,
        })
    }

    fn arithmetic(
        &mut self,
        operand: impl Fn(&mut Self) -> Built,
        operator: impl Fn(&Self) -> Option<Arithmetic>,
    ) -> Built {
        let at = self.at();
        let mut left = operand(self)?;
        while let Some(op) = operator(self) {
            self.advance();
            let right = operand(self)?;
            let op = Op::Arithmetic(op);
            left = self.builder.call(at.clone(), op, vec![left, right])?;
        }
        Ok(left)
    }

    fn signed(&mut self) -> Built {
        let at = self.at();
        if self.take_symbol("+") {
            return match self.peek() {
                Lexeme::Number(_) => self.primary(),
                _ => Err(self.expected("a number after +")),
            };
        }
        if !self.take_symbol("-") {
            return self.primary();
        }
        let inner = self.deeper(Self::signed)?;
        if let Kind::Number(n) = inner.kind {
            return self.builder.node(at, Kind::Number(-n));
        }
        let minus = self.builder.node(at.clone(), Kind::Number(-1.0))?;
        let op = Op::Arithmetic(Arithmetic::Multiply);
        self.builder.call(at, op, vec![minus, inner])
    }

    fn primary(&mut self) -> Built {
        let at = self.at();
        match self.peek().clone() {
            Lexeme::Number(n) => {
                self.advance();
                self.builder.node(at, Kind::Number(n))
            }
            Lexeme::Text(text) => {
                self.advance();
                self.builder.node(at, Kind::Text(text))
            }
            Lexeme::Quoted(name) => {
                self.advance();
                self.builder.node(at, Kind::Property(name))
            }
            Lexeme::Symbol("(") => self.parenthesised(),
            Lexeme::Word(word) => self.word(at, &word),
            _ => Err(self.expected("a value, a property, a function or \"(\"")),
        }
    }

    fn word(&mut self, at: Position, word: &str) -> Built {
        let lower = word.to_ascii_lowercase();
        if RESERVED.contains(&lower.as_str()) {
            return Err(self.expected("a value, a property, a function or \"(\""));
        }
        if let Some(shape) = wkt::shape(self, word) {
            let value = wkt::read(self, shape)?;
            return self.builder.geometry(at, &value);
        }
        self.advance();
        if !matches!(self.peek(), Lexeme::Symbol("(")) {
            return match lower.as_str() {
                "true" => self.builder.node(at, Kind::Bool(true)),
                "false" => self.builder.node(at, Kind::Bool(false)),
                _ => self.builder.node(at, Kind::Property(word.to_owned())),
            };
        }
        match lower.as_str() {
            "date" => self.instant(true),
            "timestamp" => self.instant(false),
            "interval" => self.interval(at),
            "bbox" => self.bbox(at),
            _ => {
                let op = Op::named(word);
                let args = match &op {
                    Op::Array(_) => self.arguments(|p| match p.peek() {
                        Lexeme::Symbol("(") => p.list(),
                        _ => p.expression(),
                    })?,
                    _ => self.arguments(Self::expression)?,
                };
                self.builder.call(at, op, args)
            }
        }
    }

    fn arguments(&mut self, argument: impl Fn(&mut Self) -> Built) -> Built<Vec<Node>> {
        self.symbol("(")?;
        let mut args = Vec::new();
        if self.take_symbol(")") {
            return Ok(args);
        }
        loop {
            args.push(self.deeper(&argument)?);
            if !self.take_symbol(",") {
                break;
            }
        }
        match self.take_symbol(")") {
            true => Ok(args),
            false => Err(self.expected("\",\" or \")\"")),
        }
    }

    /// Parses a list such as `(1, 2, 3)`; it may have one value or none.
    fn list(&mut self) -> Built {
        let at = self.at();
        let items = self.arguments(|p| match p.peek() {
            Lexeme::Symbol("(") if p.is_nested_list() => p.list(),
            _ => p.expression(),
        })?;
        self.builder.node(at, Kind::Array(items))
    }

    /// Parses what stands in parentheses: `(a OR b)` is an expression, `(1, 2)` is a list.
    fn parenthesised(&mut self) -> Built {
        let at = self.at();
        self.symbol("(")?;
        let first = self.expression()?;
        if self.take_symbol(")") {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.take_symbol(",") {
            items.push(self.expression()?);
        }
        match self.take_symbol(")") {
            true => self.builder.node(at, Kind::Array(items)),
            false => Err(self.expected("an operator, \",\" or \")\"")),
        }
    }

    fn instant(&mut self, is_date: bool) -> Built {
        self.symbol("(")?;
        let at = self.at();
        let Lexeme::Text(text) = self.peek().clone() else {
            return Err(self.expected("a date or time in single quotes"));
        };
        let node = match is_date {
            true => self.builder.date(at, &text)?,
            false => self.builder.timestamp(at, &text)?,
        };
        self.advance();
        self.symbol(")")?;
        Ok(node)
    }

    fn interval(&mut self, at: Position) -> Built {
        let ends = self.arguments(|p| match p.peek().clone() {
            Lexeme::Text(text) => {
                let node = p.builder.bound(p.at(), &text)?;
                p.advance();
                Ok(node)
            }
            _ => p.sum(),
        })?;
        match ends.len() {
            2 => self.builder.node(at, Kind::Interval(ends)),
            n => Err(FilterError::new(
                &at,
                format!("INTERVAL takes 2 arguments, found {n}"),
            )),
        }
    }

    fn bbox(&mut self, at: Position) -> Built {
        self.symbol("(")?;
        let mut numbers = vec![self.number()?];
        while self.take_symbol(",") {
            numbers.push(self.number()?);
        }
        self.symbol(")")?;
        self.builder.bbox(at, &numbers)
    }
}
