//! How the tools behave that carry migrations out, one row each.

use trainyard_evidence::migrations::{Late, when_late};

/// What a tool does with what it did not expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surprise {
    /// It stops, with words of which these are part.
    Stops(&'static str),
    /// It goes on.
    Unnoticed,
}

/// What a tool remembers of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Memory {
    /// Where the database stands; everything below counts as applied.
    Heads,
    /// Every single migration that was applied.
    Each,
}

/// A tool's habits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) memory: Memory,
    /// The database records a migration that the files do not have.
    pub(crate) on_unknown: Surprise,
    /// The text of an applied migration is another one.
    pub(crate) on_edited: Surprise,
    /// Applies all that is pending; empty where each project has its own way.
    pub(crate) upgrade: &'static str,
    /// Makes it apply what comes late; empty where nothing does.
    pub(crate) upgrade_late: &'static str,
    /// Makes it overlook unknown migrations; empty where nothing does.
    pub(crate) upgrade_unknown: &'static str,
}

impl Tool {
    /// What it does with migrations that come late.
    pub(crate) fn late(&self) -> Late {
        when_late(self.name)
    }

    /// The tool of a framework; an unknown one is taken for a list of files whose newest number is remembered.
    pub(crate) fn of(framework: &str) -> &'static Self {
        TOOLS.iter().find(|tool| tool.name == framework).unwrap_or(&PLAIN)
    }
}

const PLAIN: Tool = Tool {
    name: "sql",
    memory: Memory::Heads,
    on_unknown: Surprise::Stops("no such version"),
    on_edited: Surprise::Unnoticed,
    upgrade: "",
    upgrade_late: "",
    upgrade_unknown: "",
};

const TOOLS: &[Tool] = &[
    Tool {
        name: "alembic",
        memory: Memory::Heads,
        on_unknown: Surprise::Stops("Can't locate revision identified by"),
        on_edited: Surprise::Unnoticed,
        upgrade: "alembic upgrade heads",
        upgrade_late: "",
        upgrade_unknown: "",
    },
    Tool {
        name: "django",
        memory: Memory::Each,
        on_unknown: Surprise::Unnoticed,
        on_edited: Surprise::Unnoticed,
        upgrade: "python manage.py migrate",
        upgrade_late: "",
        upgrade_unknown: "",
    },
    Tool {
        name: "flyway",
        memory: Memory::Each,
        on_unknown: Surprise::Stops("Detected applied migration not resolved locally"),
        on_edited: Surprise::Stops("Migration checksum mismatch"),
        upgrade: "flyway migrate",
        upgrade_late: "flyway -outOfOrder=true migrate",
        upgrade_unknown: "flyway -ignoreMigrationPatterns=*:missing migrate",
    },
    Tool {
        name: "sqlx",
        memory: Memory::Each,
        on_unknown: Surprise::Stops("was previously applied but is missing"),
        on_edited: Surprise::Stops("was previously applied but has been modified"),
        upgrade: "sqlx migrate run",
        upgrade_late: "sqlx migrate run",
        upgrade_unknown: "sqlx migrate run --ignore-missing",
    },
    Tool {
        name: "diesel",
        memory: Memory::Each,
        on_unknown: Surprise::Unnoticed,
        on_edited: Surprise::Unnoticed,
        upgrade: "diesel migration run",
        upgrade_late: "diesel migration run",
        upgrade_unknown: "",
    },
    Tool {
        name: "goose",
        memory: Memory::Each,
        on_unknown: Surprise::Unnoticed,
        on_edited: Surprise::Unnoticed,
        upgrade: "goose up",
        upgrade_late: "goose -allow-missing up",
        upgrade_unknown: "",
    },
    Tool {
        name: "rails",
        memory: Memory::Each,
        on_unknown: Surprise::Unnoticed,
        on_edited: Surprise::Unnoticed,
        upgrade: "bin/rails db:migrate",
        upgrade_late: "bin/rails db:migrate",
        upgrade_unknown: "",
    },
    Tool {
        name: "prisma",
        memory: Memory::Each,
        on_unknown: Surprise::Unnoticed,
        on_edited: Surprise::Unnoticed,
        upgrade: "npx prisma migrate deploy",
        upgrade_late: "npx prisma migrate deploy",
        upgrade_unknown: "",
    },
    Tool { name: "ayon", ..PLAIN },
    PLAIN,
];
