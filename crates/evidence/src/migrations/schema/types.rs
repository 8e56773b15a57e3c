//! Types of columns, as far as a change from one to another must be judged.

use std::borrow::Cow;

use super::super::sql::{
    fold_parts,
    token::{Kind, Lexer, Token},
};

/// A column's type.
///
/// Names that mean the same (`int4`, `integer`, `serial`) are one type; collations are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SqlType {
    family: Family,
    is_array: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Family {
    Integer {
        bytes: u8,
        unsigned: bool,
    },
    /// Digits in all and after the point.
    Decimal(Option<(u32, u32)>),
    Float {
        bytes: u8,
    },
    /// With the longest length, if any.
    Text(Option<u32>),
    Binary(Option<u32>),
    Bits(Option<u32>),
    /// With the digits of seconds.
    Timestamp {
        zoned: bool,
        digits: u32,
    },
    Time {
        zoned: bool,
        digits: u32,
    },
    /// Values that stand in the type itself.
    Values(Vec<String>),
    /// Any other, by its name; an enumeration of the schema too.
    Named {
        name: String,
        arguments: Vec<u32>,
    },
}

/// What becomes of values when a column changes its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shift {
    /// Nothing.
    Same,
    /// All of them fit.
    Wider,
    /// Another family of types: they are cast.
    Cast,
    /// Some may not fit.
    Narrower,
}

impl SqlType {
    /// Reads a type such as `character varying(64)[]`.
    pub(crate) fn parse(text: &str) -> Self {
        let mut lexer = Lexer::new(text);
        let tokens: Vec<_> = std::iter::from_fn(|| lexer.next_token()).take(4096).collect();
        Self::from_tokens(&tokens)
    }

    /// The type that stands in these tokens, which hold nothing else.
    pub(crate) fn from_tokens(tokens: &[Token<'_>]) -> Self {
        let is_array = tokens.iter().any(|token| token.is_symbol("[") || token.is("ARRAY"));
        let mut words = Vec::new();
        let mut numbers = Vec::new();
        let mut values = Vec::new();
        for token in tokens {
            match token.kind {
                Kind::Word | Kind::Quoted => words.push(token.folded()),
                Kind::Number => numbers.push(token.text.parse().unwrap_or(u32::MAX)),
                _ => values.extend(token.literal().map(Cow::into_owned)),
            }
        }
        words.retain(|word| word != "array" && word != "pg_catalog");
        if tokens.iter().any(|token| token.is_symbol(".")) {
            words = vec![Cow::Owned(fold_parts(&words))];
        }
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        Self { family: family(&words, &numbers, values), is_array }
    }

    /// The name of a type that is none of the usual ones: perhaps an enumeration of the schema.
    pub(crate) fn custom_name(&self) -> Option<&str> {
        match &self.family {
            Family::Named { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Whether it holds any number of values.
    pub(crate) fn is_array(&self) -> bool {
        self.is_array
    }

    /// The values of an enumeration that stands in the type itself.
    pub(crate) fn values(&self) -> Option<&[String]> {
        match &self.family {
            Family::Values(values) => Some(values),
            _ => None,
        }
    }

    /// What becomes of values of this type in another. Enumerations of the schema are judged elsewhere.
    pub(crate) fn shift_to(&self, to: &Self) -> Shift {
        use Family::{Binary, Bits, Decimal, Float, Integer, Named, Text, Time, Timestamp, Values};
        if self.is_array != to.is_array {
            return Shift::Cast;
        }
        match (&self.family, &to.family) {
            (one, other) if one == other => Shift::Same,
            (Integer { bytes: from, unsigned: false }, Integer { bytes: to, unsigned: false })
            | (Integer { bytes: from, unsigned: true }, Integer { bytes: to, unsigned: true })
            | (Float { bytes: from }, Float { bytes: to }) => wider_if(from <= to),
            (Integer { bytes: from, unsigned: true }, Integer { bytes: to, unsigned: false }) => {
                wider_if(from < to)
            }
            (Integer { .. }, Integer { .. }) => Shift::Narrower,
            (Decimal(from), Decimal(to)) => wider_if(match (from, to) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some((digits, scale)), Some((to_digits, to_scale))) => {
                    scale <= to_scale
                        && digits.saturating_sub(*scale) <= to_digits.saturating_sub(*to_scale)
                }
            }),
            (Text(from), Text(to)) | (Binary(from), Binary(to)) | (Bits(from), Bits(to)) => {
                wider_if(fits(*from, *to))
            }
            (Timestamp { zoned: a, digits: from }, Timestamp { zoned: b, digits: to })
            | (Time { zoned: a, digits: from }, Time { zoned: b, digits: to })
                if a == b =>
            {
                wider_if(from <= to)
            }
            (Values(from), Values(to)) => wider_if(from.iter().all(|value| to.contains(value))),
            (Named { name: a, arguments: from }, Named { name: b, arguments: to }) if a == b => {
                let fit = from.len() == to.len() && from.iter().zip(to).all(|(a, b)| a <= b);
                wider_if(fit || to.is_empty())
            }
            _ => Shift::Cast,
        }
    }
}

fn wider_if(fits: bool) -> Shift {
    if fits { Shift::Wider } else { Shift::Narrower }
}

fn fits(from: Option<u32>, to: Option<u32>) -> bool {
    match (from, to) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(from), Some(to)) => from <= to,
    }
}

fn family(words: &[&str], numbers: &[u32], values: Vec<String>) -> Family {
    let length = numbers.first().copied();
    let unsigned = words.contains(&"unsigned");
    let zoned = words.ends_with(&["with", "time", "zone"]) || words.contains(&"local");
    let integer = |bytes| Family::Integer { bytes, unsigned };
    let digits = length.unwrap_or(6);
    match words.first().copied().unwrap_or_default() {
        "tinyint" => integer(1),
        "smallint" | "int2" | "smallserial" | "serial2" => integer(2),
        "mediumint" => integer(3),
        "int" | "integer" | "int4" | "serial" | "serial4" => integer(4),
        "bigint" | "int8" | "bigserial" | "serial8" => integer(8),
        "numeric" | "decimal" | "dec" => {
            let scale = numbers.get(1).copied().unwrap_or(0);
            Family::Decimal(length.map(|digits| (digits, scale)))
        }
        "real" | "float4" => Family::Float { bytes: 4 },
        "float" if length.is_some_and(|bits| bits < 25) => Family::Float { bytes: 4 },
        "double" | "float" | "float8" => Family::Float { bytes: 8 },
        "char" | "character" | "nchar" | "bpchar"
            if length.is_none() && !words.contains(&"varying") =>
        {
            Family::Text(Some(1))
        }
        "char" | "character" | "nchar" | "bpchar" | "varchar" | "nvarchar" | "varchar2" => {
            Family::Text(length)
        }
        "text" | "mediumtext" | "longtext" | "clob" | "ntext" => Family::Text(None),
        "tinytext" => Family::Text(Some(255)),
        "bytea" | "blob" | "mediumblob" | "longblob" | "varbinary" | "binary" => {
            Family::Binary(length)
        }
        "bit" if !words.contains(&"varying") => Family::Bits(Some(length.unwrap_or(1))),
        "bit" | "varbit" => Family::Bits(length),
        "timestamptz" => Family::Timestamp { zoned: true, digits },
        "timestamp" | "datetime" | "datetime2" => Family::Timestamp { zoned, digits },
        "timetz" => Family::Time { zoned: true, digits },
        "time" => Family::Time { zoned, digits },
        "enum" | "set" if !values.is_empty() => Family::Values(values),
        "bool" | "boolean" => named("boolean", &[]),
        _ => named(&words.join(" "), numbers),
    }
}

fn named(name: &str, arguments: &[u32]) -> Family {
    Family::Named { name: name.to_owned(), arguments: arguments.to_vec() }
}

#[cfg(test)]
mod tests;
