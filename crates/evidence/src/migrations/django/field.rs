//! What a Django field is in the database.

use ruff_python_ast::{Expr, ExprCall};

use super::syntax::{Module, fingerprint};
use crate::python::calls::{argument, keyword};

/// A field's definition, as far as the database sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// What it makes.
    pub(super) kind: Kind,
    /// Whether it may be NULL.
    pub(super) null: bool,
    /// Whether its values are unique.
    pub(super) unique: bool,
    /// Whether it is the primary key.
    pub(super) is_primary: bool,
    /// Whether existing rows get a value when it is added.
    pub(super) fills: bool,
    /// The column's own name, where it is not the usual one.
    pub(super) db_column: Option<String>,
    /// Whether it has an index of its own.
    pub(super) has_index: bool,
    /// Default, collation, comment and tablespace in the database, told apart by a fingerprint.
    pub(super) details: u64,
}

/// What a field makes in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A column.
    Column(Type),
    /// A column with a foreign key.
    Reference(Reference),
    /// A table between two models.
    Many(Many),
    /// Nothing: it is put together from other fields.
    Virtual,
    /// A column that the database computes.
    Generated,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// The model, lower case; `self` for its own.
    pub(super) to: String,
    /// The field there, where it is not the primary key.
    pub(super) to_field: Option<String>,
    /// Whether the database enforces it.
    pub(super) is_enforced: bool,
}

/// A table between two models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Many {
    /// The other model, lower case.
    pub(super) to: String,
    /// Whether a model of its own is the table.
    pub(super) has_model: bool,
    /// The table's own name, where it is not the usual one.
    pub(super) table: Option<String>,
}

/// A column's type. What has no difference in any database is one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Text of at most so many characters.
    Text(Option<u64>),
    /// Text that compares without case.
    Caseless,
    /// Whole numbers of so many bits.
    Integer {
        /// The size.
        bits: u8,
        /// Whether negative ones are refused.
        is_positive: bool,
    },
    /// Decimal numbers.
    Decimal {
        /// All digits.
        digits: Option<u64>,
        /// Those after the point.
        places: Option<u64>,
    },
    /// A list of values.
    Array(Box<Self>),
    /// A type without a size, by its name.
    Plain(&'static str),
    /// A field class that Django does not have.
    Foreign(String),
}

/// Django's classes whose columns have no size, with the name of the type.
const PLAIN: &[(&str, &str)] = &[
    ("BooleanField", "boolean"),
    ("NullBooleanField", "boolean"),
    ("FloatField", "float"),
    ("DateField", "date"),
    ("DateTimeField", "timestamp"),
    ("TimeField", "time"),
    ("DurationField", "interval"),
    ("UUIDField", "uuid"),
    ("JSONField", "json"),
    ("BinaryField", "bytes"),
    ("GenericIPAddressField", "address"),
    ("IPAddressField", "address"),
    ("HStoreField", "hstore"),
    ("SearchVectorField", "tsvector"),
    ("IntegerRangeField", "integer range"),
    ("BigIntegerRangeField", "bigint range"),
    ("DecimalRangeField", "decimal range"),
    ("DateRangeField", "date range"),
    ("DateTimeRangeField", "timestamp range"),
];

/// Django's classes of text, with the length that they have when none is given.
const TEXTS: &[(&str, Option<u64>)] = &[
    ("CharField", None),
    ("TextField", None),
    ("SlugField", Some(50)),
    ("EmailField", Some(254)),
    ("URLField", Some(200)),
    ("FilePathField", Some(100)),
    ("FileField", Some(100)),
    ("ImageField", Some(100)),
    ("CommaSeparatedIntegerField", None),
];

/// Django's classes of whole numbers, with their bits and whether they refuse negative ones.
const INTEGERS: &[(&str, u8, bool)] = &[
    ("PositiveSmallIntegerField", 16, true),
    ("PositiveBigIntegerField", 64, true),
    ("PositiveIntegerField", 32, true),
    ("SmallIntegerField", 16, false),
    ("BigIntegerField", 64, false),
    ("IntegerField", 32, false),
    ("SmallAutoField", 16, false),
    ("BigAutoField", 64, false),
    ("AutoField", 32, false),
];

/// Classes of other packages that are one of Django's by another name.
const ALIASES: &[(&str, &str)] = &[
    ("AutoOneToOneField", "OneToOneField"),
    ("ParentalKey", "ForeignKey"),
    ("ParentalManyToManyField", "ManyToManyField"),
    ("SortedManyToManyField", "ManyToManyField"),
    ("CreationDateTimeField", "DateTimeField"),
    ("ModificationDateTimeField", "DateTimeField"),
    ("AutoCreatedField", "DateTimeField"),
    ("AutoLastModifiedField", "DateTimeField"),
    ("AutoSlugField", "SlugField"),
];

/// Classes that make no column.
const VIRTUAL: &[&str] = &["GenericForeignKey", "GenericRelation", "TaggableManager"];

impl Field {
    /// Reads a field from its call; `None` where it is no call of a named class.
    pub(super) fn read(expression: &Expr, module: &Module<'_>) -> Option<Self> {
        let Expr::Call(call) = expression else { return None };
        let full = module.full_name(&call.func)?;
        let class = known_class(full.rsplit('.').next().unwrap_or(&full));
        let kind = Kind::read(&full, class, call, module);
        let says = |name: &str| keyword(call, name).and_then(|value| module.flag(value));
        let is_one_to_one = class.ends_with("OneToOneField");
        let is_primary = says("primary_key").unwrap_or(false);
        Some(Self {
            null: says("null").unwrap_or(class == "NullBooleanField"),
            unique: is_primary || says("unique").unwrap_or(is_one_to_one),
            is_primary,
            fills: fills(call, &kind, module),
            db_column: keyword(call, "db_column").and_then(|value| module.text(value)),
            has_index: says("db_index").unwrap_or(matches!(kind, Kind::Reference(_)))
                || class == "SlugField",
            details: details(call),
            kind,
        })
    }

    /// The model that it refers to, lower case.
    pub(super) fn target(&self) -> Option<&str> {
        match &self.kind {
            Kind::Reference(reference) => Some(&reference.to),
            Kind::Many(many) => Some(&many.to),
            _ => None,
        }
    }

    /// The name of its column, if it has one.
    pub(super) fn column(&self, name: &str) -> Option<String> {
        let usual = match &self.kind {
            Kind::Column(_) | Kind::Generated => name.to_owned(),
            Kind::Reference(_) => format!("{name}_id"),
            Kind::Many(_) | Kind::Virtual => return None,
        };
        Some(self.db_column.clone().unwrap_or(usual))
    }
}

/// Django's own class that one of this name is or extends, else the name itself.
///
/// Who extends a field class nearly always keeps its name at the end; the column is then of the same type.
fn known_class(class: &str) -> &str {
    if let Some((_, known)) = ALIASES.iter().find(|(alias, _)| *alias == class) {
        return known;
    }
    let plain = PLAIN.iter().map(|(name, _)| *name);
    let known = plain
        .chain(TEXTS.iter().map(|(name, _)| *name))
        .chain(INTEGERS.iter().map(|(name, ..)| *name))
        .chain(VIRTUAL.iter().copied())
        .chain(["DecimalField", "ArrayField", "ForeignKey", "OneToOneField", "ManyToManyField"])
        .chain(["GeneratedField", "CICharField", "CITextField", "CIEmailField"])
        .chain(["HybridCloudForeignKey"]);
    known.filter(|known| class.ends_with(known)).max_by_key(|known| known.len()).unwrap_or(class)
}

fn details(call: &ExprCall) -> u64 {
    const DETAILS: &[&str] = &["db_default", "db_collation", "db_comment", "db_tablespace"];
    let given = DETAILS.iter().filter_map(|name| keyword(call, name));
    given.fold(0, |sum, value| sum.rotate_left(7) ^ fingerprint(value))
}

/// Whether existing rows get a value when the field is added: a default, the time, or an empty text that may stay so.
fn fills(call: &ExprCall, kind: &Kind, module: &Module<'_>) -> bool {
    let says = |name: &str| keyword(call, name).and_then(|value| module.flag(value));
    let is_given = |name: &str| {
        keyword(call, name).is_some_and(|value| {
            module.full_name(value).as_deref().and_then(|full| full.rsplit('.').next())
                != Some("NOT_PROVIDED")
        })
    };
    let has_default = keyword(call, "default").is_some_and(|value| !value.is_none_literal_expr())
        && is_given("default");
    let may_be_empty = says("blank") == Some(true)
        && matches!(kind, Kind::Column(Type::Text(_) | Type::Caseless | Type::Plain("bytes")));
    has_default
        || is_given("db_default")
        || says("auto_now") == Some(true)
        || says("auto_now_add") == Some(true)
        || may_be_empty
}

impl Kind {
    fn read(full: &str, class: &str, call: &ExprCall, module: &Module<'_>) -> Self {
        let to = || argument(call, 0, "to").map_or_else(|| "?".to_owned(), |to| module.model(to));
        match class {
            "ForeignKey" | "OneToOneField" => Self::Reference(Reference {
                to: to(),
                to_field: keyword(call, "to_field").and_then(|value| module.text(value)),
                is_enforced: keyword(call, "db_constraint").and_then(|value| module.flag(value))
                    != Some(false),
            }),
            // A number that names a row of another database.
            "HybridCloudForeignKey" => {
                Self::Reference(Reference { to: to(), to_field: None, is_enforced: false })
            }
            "ManyToManyField" => Self::Many(Many {
                to: to(),
                has_model: keyword(call, "through")
                    .is_some_and(|value| !value.is_none_literal_expr()),
                table: keyword(call, "db_table").and_then(|value| module.text(value)),
            }),
            "GeneratedField" => Self::Generated,
            _ if VIRTUAL.contains(&class) => Self::Virtual,
            _ => Self::Column(Type::read(full, class, call, module)),
        }
    }
}

impl Type {
    fn read(full: &str, class: &str, call: &ExprCall, module: &Module<'_>) -> Self {
        let size = |name: &str| keyword(call, name).and_then(|value| module.number(value));
        if class.starts_with("CI") {
            return Self::Caseless;
        }
        if class == "JSONField" && full.starts_with("jsonfield.") {
            return Self::Text(None);
        }
        if let Some((_, usual)) = TEXTS.iter().find(|(name, _)| *name == class) {
            return Self::Text(match class {
                "TextField" => None,
                _ => size("max_length").or(*usual),
            });
        }
        if let Some(&(_, bits, is_positive)) = INTEGERS.iter().find(|(name, ..)| *name == class) {
            return Self::Integer { bits, is_positive };
        }
        if let Some((_, name)) = PLAIN.iter().find(|(name, _)| *name == class) {
            return Self::Plain(name);
        }
        match class {
            "DecimalField" => {
                Self::Decimal { digits: size("max_digits"), places: size("decimal_places") }
            }
            "ArrayField" => {
                let base =
                    argument(call, 0, "base_field").and_then(|base| Field::read(base, module));
                match base.map(|base| base.kind) {
                    Some(Kind::Column(base)) => Self::Array(Box::new(base)),
                    _ => Self::Array(Box::new(Self::Foreign("?".to_owned()))),
                }
            }
            // What has a greatest length is text.
            _ => match size("max_length") {
                Some(length) => Self::Text(Some(length)),
                None => Self::Foreign(class.to_owned()),
            },
        }
    }
}
