//! The operations of a Django migration, as values.

use std::collections::BTreeSet;

use super::{
    field::Field,
    orm::{Deed, Work},
};

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    CreateModel(Box<NewModel>),
    DeleteModel {
        model: String,
    },
    RenameModel {
        model: String,
        to: String,
    },
    /// Another table name; `None` for the usual one.
    AlterModelTable {
        model: String,
        table: Option<String>,
    },
    AddField {
        model: String,
        name: String,
        field: Field,
    },
    RemoveField {
        model: String,
        name: String,
    },
    AlterField {
        model: String,
        name: String,
        field: Field,
    },
    RenameField {
        model: String,
        name: String,
        to: String,
    },
    /// All sets of fields that are unique together from now on.
    UniqueTogether {
        model: String,
        sets: Vec<BTreeSet<String>>,
    },
    AddConstraint {
        model: String,
        constraint: Constraint,
    },
    RemoveConstraint {
        model: String,
        name: String,
    },
    /// A constraint that was added without looking at existing rows looks at them now.
    ValidateConstraint {
        model: String,
        name: String,
    },
    /// An order among rows, kept in a column of its own.
    OrderWithRespectTo {
        model: String,
        is_kept: bool,
    },
    /// Options of the model; `managed` where it is among them.
    Options {
        model: String,
        managed: Option<bool>,
    },
    /// Takes nothing away and asks nothing of existing rows.
    Neutral {
        what: &'static str,
        subject: String,
    },
    /// Touches nothing in the database.
    Nothing {
        what: String,
    },
    /// What is done to the database, and what Django takes the models to be afterwards.
    Separate {
        database: Vec<Self>,
        state: Vec<Self>,
    },
    /// Statements, `None` for one that is not spelled out.
    Sql {
        statements: Vec<Option<String>>,
        state: Vec<Self>,
    },
    /// What a function does.
    Python(Work),
    /// A class that is not known.
    Unknown {
        what: String,
    },
}

impl Operation {
    /// Whether a part of it could not be told from the migration's own file.
    pub(super) fn is_unclear(&self) -> bool {
        match self {
            Self::Unknown { .. } => true,
            Self::Python(work) => work.deeds.iter().any(|deed| matches!(deed, Deed::Unresolved(_))),
            Self::Separate { database, .. } => database.iter().any(Self::is_unclear),
            _ => false,
        }
    }

    /// Whether it alters what a field refers to, itself or one within it.
    pub(super) fn alters_reference(&self) -> bool {
        match self {
            Self::AlterField { field, .. } => field.target().is_some(),
            Self::Separate { database, state } => {
                database.iter().chain(state).any(Self::alters_reference)
            }
            _ => false,
        }
    }
}

/// A model when it is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NewModel {
    pub(super) name: String,
    pub(super) fields: Vec<(String, Field)>,
    /// Whether Django makes a table for it.
    pub(super) has_table: bool,
    pub(super) is_proxy: bool,
    /// The model that it extends, lower case.
    pub(super) base: Option<String>,
    pub(super) table: Option<String>,
    pub(super) unique_together: Vec<BTreeSet<String>>,
    pub(super) constraints: Vec<Constraint>,
}

/// A constraint of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Constraint {
    pub(super) name: String,
    pub(super) kind: ConstraintKind,
}

/// What a constraint asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ConstraintKind {
    Unique(Unique),
    /// A condition, told apart by its fingerprint.
    Check {
        fields: BTreeSet<String>,
        condition: u64,
    },
    /// A condition on new rows alone.
    CheckLater {
        fields: BTreeSet<String>,
        condition: u64,
    },
    /// No two rows that overlap.
    Exclusion {
        fields: BTreeSet<String>,
        condition: u64,
    },
    /// A class that is not known.
    Unknown,
}

/// What is unique together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unique {
    /// The fields and expressions; what has no name is told apart by its fingerprint.
    pub(super) keys: BTreeSet<String>,
    /// The fields that these name.
    pub(super) fields: BTreeSet<String>,
    /// Which rows it is asked of.
    pub(super) condition: Option<u64>,
    /// Whether two NULLs count as equal.
    pub(super) counts_nulls: bool,
}

impl Unique {
    /// Uniqueness of plain fields.
    pub(super) fn of(fields: BTreeSet<String>) -> Self {
        Self { keys: fields.clone(), fields, ..Self::default() }
    }

    /// Whether rows that obey this also obey another.
    pub(super) fn implies(&self, other: &Self) -> bool {
        self.keys.is_subset(&other.keys)
            && (self.condition.is_none() || self.condition == other.condition)
            && (self.counts_nulls || !other.counts_nulls)
    }
}
