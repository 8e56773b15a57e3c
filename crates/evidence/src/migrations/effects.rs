//! What a migration does, in flags, and what the flags come to.

use std::{collections::BTreeSet, fmt};

use crate::Class;

/// One thing that a migration does to an existing database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    // Destructive.
    /// A table dropped, or dropped and made anew empty.
    DropTable,
    /// A column dropped.
    DropColumn,
    /// A view dropped and not made anew.
    DropView,
    /// A table renamed.
    RenameTable,
    /// A column renamed.
    RenameColumn,
    /// A type renamed.
    RenameType,
    /// A value of an enumeration dropped.
    EnumValueDrop,
    /// A smaller range or length of the same family of types.
    TypeNarrow,
    /// Existing rows deleted.
    DeleteRows,
    /// The primary key of an existing table moved to other columns.
    PrimaryKeyChange,
    // Data.
    /// Existing rows written in an existing column.
    UpdateRows,
    /// Rows added to an existing table.
    InsertRows,
    /// A new column filled for existing rows.
    Backfill,
    /// Rows of existing tables copied to a new one.
    CopyRows,
    /// An existing column made NOT NULL.
    TightenNotNull,
    /// Uniqueness over existing columns.
    TightenUnique,
    /// A foreign key on an existing column.
    TightenForeignKey,
    /// A check on existing columns.
    TightenCheck,
    /// Another family of types: values are cast.
    TypeChange,
    /// A NOT NULL column without default added to an existing table.
    AddNotNullWithoutDefault,
    /// A table dropped and rebuilt from other tables.
    TableRebuild,
    // Neutral.
    /// Anything that takes nothing away from existing rows and asks nothing of them; the text names it.
    Neutral(&'static str),
    /// No effect on the database at all.
    Noop,
    /// A call or statement that cannot be resolved: at least data, perhaps more.
    Unresolved,
}

/// What a migration comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// No effect on the database.
    Noop,
    /// Takes nothing away and rewrites nothing.
    Additive,
    /// Rewrites or constrains what is stored.
    Data,
    /// Takes away what is stored or what others use.
    Destructive,
    /// Both.
    Mixed,
    /// Something in it cannot be judged.
    Unknown,
}

impl Flag {
    /// Whether it takes away what is stored or what others use.
    pub fn is_destructive(self) -> bool {
        self <= Self::PrimaryKeyChange
    }

    /// Whether it rewrites or constrains what is stored.
    pub fn is_data(self) -> bool {
        self > Self::PrimaryKeyChange && self <= Self::TableRebuild
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DropTable => "drops a table",
            Self::DropColumn => "drops a column",
            Self::DropView => "drops a view",
            Self::RenameTable => "renames a table",
            Self::RenameColumn => "renames a column",
            Self::RenameType => "renames a type",
            Self::EnumValueDrop => "drops an enum value",
            Self::TypeNarrow => "narrows a type",
            Self::DeleteRows => "deletes rows",
            Self::PrimaryKeyChange => "moves a primary key",
            Self::UpdateRows => "rewrites rows",
            Self::InsertRows => "inserts rows",
            Self::Backfill => "fills a new column",
            Self::CopyRows => "copies rows",
            Self::TightenNotNull => "makes a column NOT NULL",
            Self::TightenUnique => "makes existing columns unique",
            Self::TightenForeignKey => "adds a foreign key to an existing column",
            Self::TightenCheck => "adds a check to existing columns",
            Self::TypeChange => "casts a column to another type",
            Self::AddNotNullWithoutDefault => "adds a NOT NULL column without a default",
            Self::TableRebuild => "rebuilds a table from others",
            Self::Neutral(what) => what,
            Self::Noop => "does nothing to the database",
            Self::Unresolved => "does something that cannot be resolved",
        }
    }
}

/// Everything a migration does, each flag with what it is done to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    found: BTreeSet<(Flag, String)>,
}

impl Effects {
    /// Notes one thing; `subject` names the table, column or call, such as `users.email`.
    pub fn add(&mut self, flag: Flag, subject: impl Into<String>) {
        self.found.insert((flag, subject.into()));
    }

    /// Takes over everything from another part of the same migration.
    pub fn extend(&mut self, other: Self) {
        self.found.extend(other.found);
    }

    /// The flags with their subjects, weightiest first.
    pub fn iter(&self) -> impl Iterator<Item = (Flag, &str)> {
        self.found.iter().map(|(flag, subject)| (*flag, subject.as_str()))
    }

    /// Whether a flag was noted.
    pub fn has(&self, flag: Flag) -> bool {
        self.found.iter().any(|(found, _)| *found == flag)
    }

    /// What these do that others do not, of the same things.
    #[must_use]
    pub fn beyond(&self, others: &Self) -> Self {
        Self { found: self.found.difference(&others.found).cloned().collect() }
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What it all comes to. Destructive and data together are mixed; what cannot be resolved makes the whole unknown,
    /// unless something destructive is certain.
    pub fn label(&self) -> Label {
        let any = |test: fn(Flag) -> bool| self.found.iter().any(|(flag, _)| test(*flag));
        let only_noop = self.found.iter().all(|(flag, _)| *flag == Flag::Noop);
        match (any(Flag::is_destructive), any(Flag::is_data)) {
            (true, true) => Label::Mixed,
            (true, false) => Label::Destructive,
            _ if self.has(Flag::Unresolved) => Label::Unknown,
            (false, true) => Label::Data,
            (false, false) if only_noop => Label::Noop,
            (false, false) => Label::Additive,
        }
    }
}

impl Label {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Noop => "no-op",
            Self::Additive => "additive",
            Self::Data => "data",
            Self::Destructive => "destructive",
            Self::Mixed => "mixed",
            Self::Unknown => "unknown",
        }
    }

    /// What it means to those who run the component.
    pub fn class(self) -> Class {
        match self {
            Self::Noop => Class::None,
            Self::Additive => Class::Additive,
            Self::Data => Class::Data,
            Self::Destructive | Self::Mixed => Class::Breaking,
            Self::Unknown => Class::Unknown,
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
