//! What is told of migrations.

use super::Label;
use crate::{Rule, rule::rules};

rules! {
    NO_OP = "migrations.no-op", None, "a migration was added that does nothing to the database";
    MERGE = "migrations.merge", None, "a migration was added that joins two lines of migrations and does nothing else";
    ADDITIVE = "migrations.additive", Additive, "a migration was added that takes nothing away from existing rows and asks nothing of them";
    DATA = "migrations.data", Data, "a migration was added that rewrites or constrains what is stored";
    DESTRUCTIVE = "migrations.destructive", Breaking, "a migration was added that takes away what is stored or what others use, so there is no way back without a copy";
    MIXED = "migrations.mixed", Breaking, "a migration was added that rewrites what is stored and takes something away as well";
    UNKNOWN = "migrations.unknown", Unknown, "a migration was added whose effect cannot be told from its text";
    SQUASHED = "migrations.squashed", None, "a migration was added that stands for released ones, so a database that has those is not touched";
    DUPLICATED = "migrations.duplicated", Dangerous, "a migration does the same as another one under another id, as backports do; a database that meets both runs it twice";
    INSERTED = "migrations.inserted", Data, "a migration was added below a released one, so a database at the old head counts it as applied and never runs it";
    REFUSED = "migrations.out-of-order", Breaking, "a migration was added below a released one, and the tool refuses to apply it to a database that is further";
    EDITED = "migrations.edited", Breaking, "a released migration does something else now, so databases differ by when they ran it";
    RUN_AGAIN = "migrations.run-again", Additive, "a migration that is run whenever it changes has changed; its class is that of what it does beyond what it did";
    EDITED_BACKWARD = "migrations.edited-way-back", Fix, "the way back of a released migration changed; what it did on the way forward is the same";
    EDITED_IN_FORM = "migrations.edited-in-form", None, "the text of a released migration changed, and it means the same";
    RE_PARENTED = "migrations.re-parented", Breaking, "a released migration follows another one now, so databases disagree about what lies below it";
    REQUIREMENTS = "migrations.requirements-changed", Dangerous, "a released migration requires other migrations now, which databases that ran it may not have";
    REMOVED = "migrations.removed", Breaking, "a released migration is gone, so a database that records it is at a place that nobody knows";
    REPLACED_REMOVED = "migrations.replaced-removed", Dangerous, "a released migration is gone that another one stands for, so only databases that ran all of those can upgrade";
    RENUMBERED = "migrations.renumbered", Breaking, "a released migration has another id now, so a database that ran it runs it again";
    MOVED = "migrations.moved", None, "migrations lie in another folder; their ids are the same";
    RENAMED = "migrations.renamed", None, "the file of a migration has another name; its id is the same";
    SEVERAL_HEADS = "migrations.several-heads", Breaking, "more than one migration has nothing above it, so the upgrade does not know where to end";
    ID_COLLISION = "migrations.id-collision", Breaking, "two files claim the same id, so only one of them is ever run";
    DANGLING_PARENT = "migrations.dangling-parent", Breaking, "a migration follows one that is not there, so the tool cannot order them";
    CYCLE = "migrations.cycle", Breaking, "migrations follow each other in a circle, so none of them can be the first";
}

/// The rule for an added migration that comes to a label.
pub(super) fn of_label(label: Label) -> &'static Rule {
    match label {
        Label::Noop => &NO_OP,
        Label::Additive => &ADDITIVE,
        Label::Data => &DATA,
        Label::Destructive => &DESTRUCTIVE,
        Label::Mixed => &MIXED,
        Label::Unknown => &UNKNOWN,
    }
}
