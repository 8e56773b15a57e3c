//! The 22 kinds of change that graphql-js tells, GraphQL's reference implementation.

/// A kind of change of the reference implementation.
///
/// It knows fewer kinds than [GraphQL Inspector](super::rules) and weighs some of them otherwise, so a difference says
/// both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the reference implementation's and say it all")]
pub enum Reference {
    TypeRemoved,
    TypeChangedKind,
    TypeRemovedFromUnion,
    ValueRemovedFromEnum,
    RequiredInputFieldAdded,
    ImplementedInterfaceRemoved,
    FieldRemoved,
    FieldChangedKind,
    RequiredArgAdded,
    ArgRemoved,
    ArgChangedKind,
    DirectiveRemoved,
    DirectiveArgRemoved,
    RequiredDirectiveArgAdded,
    DirectiveRepeatableRemoved,
    DirectiveLocationRemoved,
    ValueAddedToEnum,
    TypeAddedToUnion,
    OptionalInputFieldAdded,
    OptionalArgAdded,
    ImplementedInterfaceAdded,
    ArgDefaultValueChange,
}

impl Reference {
    /// Its name there.
    pub fn name(self) -> &'static str {
        match self {
            Self::TypeRemoved => "TYPE_REMOVED",
            Self::TypeChangedKind => "TYPE_CHANGED_KIND",
            Self::TypeRemovedFromUnion => "TYPE_REMOVED_FROM_UNION",
            Self::ValueRemovedFromEnum => "VALUE_REMOVED_FROM_ENUM",
            Self::RequiredInputFieldAdded => "REQUIRED_INPUT_FIELD_ADDED",
            Self::ImplementedInterfaceRemoved => "IMPLEMENTED_INTERFACE_REMOVED",
            Self::FieldRemoved => "FIELD_REMOVED",
            Self::FieldChangedKind => "FIELD_CHANGED_KIND",
            Self::RequiredArgAdded => "REQUIRED_ARG_ADDED",
            Self::ArgRemoved => "ARG_REMOVED",
            Self::ArgChangedKind => "ARG_CHANGED_KIND",
            Self::DirectiveRemoved => "DIRECTIVE_REMOVED",
            Self::DirectiveArgRemoved => "DIRECTIVE_ARG_REMOVED",
            Self::RequiredDirectiveArgAdded => "REQUIRED_DIRECTIVE_ARG_ADDED",
            Self::DirectiveRepeatableRemoved => "DIRECTIVE_REPEATABLE_REMOVED",
            Self::DirectiveLocationRemoved => "DIRECTIVE_LOCATION_REMOVED",
            Self::ValueAddedToEnum => "VALUE_ADDED_TO_ENUM",
            Self::TypeAddedToUnion => "TYPE_ADDED_TO_UNION",
            Self::OptionalInputFieldAdded => "OPTIONAL_INPUT_FIELD_ADDED",
            Self::OptionalArgAdded => "OPTIONAL_ARG_ADDED",
            Self::ImplementedInterfaceAdded => "IMPLEMENTED_INTERFACE_ADDED",
            Self::ArgDefaultValueChange => "ARG_DEFAULT_VALUE_CHANGE",
        }
    }

    /// Whether it breaks clients there; else it is dangerous.
    pub fn is_breaking(self) -> bool {
        self < Self::ValueAddedToEnum
    }
}
