//! Everything that is told of GraphQL schemas.
//!
//! Names, conditions and weights are those of GraphQL Inspector 8, so that both can be compared finding by finding; what
//! has no counterpart there is `standard-scalar-removed`, which graphql-js tells, and what is said of whole documents.
//! Where the weight depends on the context, the class here is the heaviest, apart from `@oneOf`.

use crate::rule::rules;

rules! {
    // The schema as a whole.
    SCHEMA_QUERY_TYPE_CHANGED = "graphql.schema-query-type-changed", Breaking, "the root type of queries is another one, so operations start elsewhere; additive where there was none";
    SCHEMA_MUTATION_TYPE_CHANGED = "graphql.schema-mutation-type-changed", Breaking, "the root type of mutations is another one, so operations start elsewhere; additive where there was none";
    SCHEMA_SUBSCRIPTION_TYPE_CHANGED = "graphql.schema-subscription-type-changed", Breaking, "the root type of subscriptions is another one, so operations start elsewhere; additive where there was none";
    SCHEMA_ADDED = "graphql.schema-added", Additive, "a schema is described for the first time";
    SCHEMA_REMOVED = "graphql.schema-removed", Unknown, "a schema is described no more, and no file says whether the API is gone too";
    SCHEMA_COLLAPSED = "graphql.schema-collapsed", Unknown, "nearly all types are gone at once, which is more often a broken document than a decision";

    // Types.
    TYPE_REMOVED = "graphql.type-removed", Breaking, "a type is gone, so operations that name it or reach it are refused";
    TYPE_ADDED = "graphql.type-added", Additive, "a type is new and nobody depends on it yet";
    TYPE_KIND_CHANGED = "graphql.type-kind-changed", Breaking, "a type became another kind of type, so operations that use it are refused";
    TYPE_DESCRIPTION_CHANGED = "graphql.type-description-changed", Docs, "the description of a type changed";
    TYPE_DESCRIPTION_REMOVED = "graphql.type-description-removed", Docs, "the description of a type is gone";
    TYPE_DESCRIPTION_ADDED = "graphql.type-description-added", Docs, "a type got a description";
    STANDARD_SCALAR_REMOVED = "graphql.standard-scalar-removed", Breaking, "nothing refers to a built-in scalar any more, so variables of that type are refused";

    // Fields of objects and interfaces, and their arguments.
    FIELD_REMOVED = "graphql.field-removed", Breaking, "a field is gone, so operations that select it are refused";
    FIELD_ADDED = "graphql.field-added", Additive, "a field is new and no operation selects it yet";
    FIELD_TYPE_CHANGED = "graphql.field-type-changed", Breaking, "a field returns another type than clients expect; additive where it only promises more";
    FIELD_DESCRIPTION_CHANGED = "graphql.field-description-changed", Docs, "the description of a field changed";
    FIELD_DESCRIPTION_ADDED = "graphql.field-description-added", Docs, "a field got a description";
    FIELD_DESCRIPTION_REMOVED = "graphql.field-description-removed", Docs, "the description of a field is gone";
    FIELD_DEPRECATION_ADDED = "graphql.field-deprecation-added", Additive, "a field is deprecated from now on and still works";
    FIELD_DEPRECATION_REMOVED = "graphql.field-deprecation-removed", Fix, "a field is no longer deprecated";
    FIELD_DEPRECATION_REASON_CHANGED = "graphql.field-deprecation-reason-changed", Docs, "the reason why a field is deprecated changed";
    FIELD_DEPRECATION_REASON_ADDED = "graphql.field-deprecation-reason-added", Docs, "a deprecated field got a reason";
    FIELD_DEPRECATION_REASON_REMOVED = "graphql.field-deprecation-reason-removed", Docs, "a deprecated field lost its reason";
    FIELD_ARGUMENT_ADDED = "graphql.field-argument-added", Breaking, "an argument is new: breaking where it is required, else dangerous since the answer may depend on it";
    FIELD_ARGUMENT_REMOVED = "graphql.field-argument-removed", Breaking, "an argument is gone, so operations that give it are refused";
    FIELD_ARGUMENT_TYPE_CHANGED = "graphql.field-argument-type-changed", Breaking, "an argument takes less than clients may send; additive where it only takes more";
    FIELD_ARGUMENT_DEFAULT_CHANGED = "graphql.field-argument-default-changed", Dangerous, "clients that leave an argument out get another answer than before";
    FIELD_ARGUMENT_DESCRIPTION_CHANGED = "graphql.field-argument-description-changed", Docs, "the description of an argument changed";

    // Input types.
    INPUT_FIELD_REMOVED = "graphql.input-field-removed", Breaking, "a field of an input type is gone, so operations that send it are refused";
    INPUT_FIELD_ADDED = "graphql.input-field-added", Breaking, "a field of an input type is new: breaking where it is required, dangerous with a default, else additive";
    INPUT_FIELD_TYPE_CHANGED = "graphql.input-field-type-changed", Breaking, "a field of an input type takes less than clients may send; additive where it only takes more";
    INPUT_FIELD_DEFAULT_VALUE_CHANGED = "graphql.input-field-default-value-changed", Dangerous, "clients that leave an input field out get another answer than before";
    INPUT_FIELD_DESCRIPTION_ADDED = "graphql.input-field-description-added", Docs, "a field of an input type got a description";
    INPUT_FIELD_DESCRIPTION_REMOVED = "graphql.input-field-description-removed", Docs, "the description of a field of an input type is gone";
    INPUT_FIELD_DESCRIPTION_CHANGED = "graphql.input-field-description-changed", Docs, "the description of a field of an input type changed";

    // Enums, unions and interfaces.
    ENUM_VALUE_REMOVED = "graphql.enum-value-removed", Breaking, "an enum value is gone, so operations that send it are refused";
    ENUM_VALUE_ADDED = "graphql.enum-value-added", Dangerous, "an enum value is new, and clients that handle all values may meet one they do not know";
    ENUM_VALUE_DESCRIPTION_CHANGED = "graphql.enum-value-description-changed", Docs, "the description of an enum value changed";
    ENUM_VALUE_DEPRECATION_REASON_CHANGED = "graphql.enum-value-deprecation-reason-changed", Docs, "the reason why an enum value is deprecated changed";
    ENUM_VALUE_DEPRECATION_REASON_ADDED = "graphql.enum-value-deprecation-reason-added", Additive, "an enum value is deprecated from now on and still works; docs where it was deprecated without a reason";
    ENUM_VALUE_DEPRECATION_REASON_REMOVED = "graphql.enum-value-deprecation-reason-removed", Fix, "an enum value is no longer deprecated, or no longer says why";
    UNION_MEMBER_REMOVED = "graphql.union-member-removed", Breaking, "a union lost a member, so operations with a fragment on it are refused";
    UNION_MEMBER_ADDED = "graphql.union-member-added", Dangerous, "a union has a new member, and clients that handle all members may meet one they do not know";
    OBJECT_TYPE_INTERFACE_ADDED = "graphql.object-type-interface-added", Dangerous, "a type implements one more interface, and clients may meet it where they did not expect it";
    OBJECT_TYPE_INTERFACE_REMOVED = "graphql.object-type-interface-removed", Breaking, "a type implements an interface no more, so operations with a fragment on it are refused";

    // Definitions of directives.
    DIRECTIVE_REMOVED = "graphql.directive-removed", Breaking, "a directive is gone, so operations that use it are refused";
    DIRECTIVE_ADDED = "graphql.directive-added", Additive, "a directive is new and nobody uses it yet";
    DIRECTIVE_DESCRIPTION_CHANGED = "graphql.directive-description-changed", Docs, "the description of a directive changed";
    DIRECTIVE_LOCATION_ADDED = "graphql.directive-location-added", Additive, "a directive may stand at one more place";
    DIRECTIVE_LOCATION_REMOVED = "graphql.directive-location-removed", Breaking, "a directive may no longer stand where it could, so operations that put it there are refused";
    DIRECTIVE_REPEATABLE_ADDED = "graphql.directive-repeatable-added", Additive, "a directive may be repeated";
    DIRECTIVE_REPEATABLE_REMOVED = "graphql.directive-repeatable-removed", Dangerous, "a directive may no longer be repeated, which few operations do";
    DIRECTIVE_ARGUMENT_ADDED = "graphql.directive-argument-added", Breaking, "an argument of a directive is new: breaking where it cannot be null, else additive";
    DIRECTIVE_ARGUMENT_REMOVED = "graphql.directive-argument-removed", Breaking, "an argument of a directive is gone, so operations that give it are refused";
    DIRECTIVE_ARGUMENT_TYPE_CHANGED = "graphql.directive-argument-type-changed", Breaking, "an argument of a directive takes less than before; additive where it only takes more";
    DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED = "graphql.directive-argument-default-value-changed", Dangerous, "a directive without the argument means something else than before";
    DIRECTIVE_ARGUMENT_DESCRIPTION_CHANGED = "graphql.directive-argument-description-changed", Docs, "the description of an argument of a directive changed";

    // Uses of directives in the schema: what they mean is their own, so most are dangerous.
    DIRECTIVE_USAGE_SCHEMA_ADDED = "graphql.directive-usage-schema-added", Dangerous, "a directive was put on the schema, and what it does may change the answers";
    DIRECTIVE_USAGE_SCHEMA_REMOVED = "graphql.directive-usage-schema-removed", Dangerous, "a directive was taken off the schema, and what it did may be missed";
    DIRECTIVE_USAGE_SCALAR_ADDED = "graphql.directive-usage-scalar-added", Dangerous, "a directive was put on a scalar, and what it does may change the answers";
    DIRECTIVE_USAGE_SCALAR_REMOVED = "graphql.directive-usage-scalar-removed", Dangerous, "a directive was taken off a scalar, and what it did may be missed";
    DIRECTIVE_USAGE_OBJECT_ADDED = "graphql.directive-usage-object-added", Dangerous, "a directive was put on an object type, and what it does may change the answers";
    DIRECTIVE_USAGE_OBJECT_REMOVED = "graphql.directive-usage-object-removed", Dangerous, "a directive was taken off an object type, and what it did may be missed";
    DIRECTIVE_USAGE_INTERFACE_ADDED = "graphql.directive-usage-interface-added", Dangerous, "a directive was put on an interface, and what it does may change the answers";
    DIRECTIVE_USAGE_INTERFACE_REMOVED = "graphql.directive-usage-interface-removed", Dangerous, "a directive was taken off an interface, and what it did may be missed";
    DIRECTIVE_USAGE_UNION_MEMBER_ADDED = "graphql.directive-usage-union-member-added", Dangerous, "a directive was put on a union, and what it does may change the answers";
    DIRECTIVE_USAGE_UNION_MEMBER_REMOVED = "graphql.directive-usage-union-member-removed", Dangerous, "a directive was taken off a union, and what it did may be missed";
    DIRECTIVE_USAGE_ENUM_ADDED = "graphql.directive-usage-enum-added", Dangerous, "a directive was put on an enum, and what it does may change the answers";
    DIRECTIVE_USAGE_ENUM_REMOVED = "graphql.directive-usage-enum-removed", Dangerous, "a directive was taken off an enum, and what it did may be missed";
    DIRECTIVE_USAGE_ENUM_VALUE_ADDED = "graphql.directive-usage-enum-value-added", Dangerous, "a directive was put on an enum value, and what it does may change the answers";
    DIRECTIVE_USAGE_ENUM_VALUE_REMOVED = "graphql.directive-usage-enum-value-removed", Dangerous, "a directive was taken off an enum value, and what it did may be missed";
    DIRECTIVE_USAGE_INPUT_OBJECT_ADDED = "graphql.directive-usage-input-object-added", Dangerous, "a directive was put on an input type, and what it does may change the answers; breaking for `@oneOf`";
    DIRECTIVE_USAGE_INPUT_OBJECT_REMOVED = "graphql.directive-usage-input-object-removed", Dangerous, "a directive was taken off an input type, and what it did may be missed";
    DIRECTIVE_USAGE_INPUT_FIELD_DEFINITION_ADDED = "graphql.directive-usage-input-field-definition-added", Dangerous, "a directive was put on a field of an input type, and what it does may change the answers";
    DIRECTIVE_USAGE_INPUT_FIELD_DEFINITION_REMOVED = "graphql.directive-usage-input-field-definition-removed", Dangerous, "a directive was taken off a field of an input type, and what it did may be missed";
    DIRECTIVE_USAGE_FIELD_DEFINITION_ADDED = "graphql.directive-usage-field-definition-added", Dangerous, "a directive was put on a field, and what it does may change the answers";
    DIRECTIVE_USAGE_FIELD_DEFINITION_REMOVED = "graphql.directive-usage-field-definition-removed", Dangerous, "a directive was taken off a field, and what it did may be missed";
    DIRECTIVE_USAGE_ARGUMENT_DEFINITION_ADDED = "graphql.directive-usage-argument-definition-added", Dangerous, "a directive was put on an argument, and what it does may change the answers";
    DIRECTIVE_USAGE_ARGUMENT_DEFINITION_REMOVED = "graphql.directive-usage-argument-definition-removed", Dangerous, "a directive was taken off an argument, and what it did may be missed";
    DIRECTIVE_USAGE_ARGUMENT_ADDED = "graphql.directive-usage-argument-added", Additive, "a directive in the schema is given one more argument, or another value for it";
    DIRECTIVE_USAGE_ARGUMENT_REMOVED = "graphql.directive-usage-argument-removed", Dangerous, "a directive in the schema is given an argument no more, or another value for it";
}
