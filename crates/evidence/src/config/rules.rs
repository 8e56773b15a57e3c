//! The table of the rules.

use crate::rule::rules;

rules! {
    KEY_ADDED = "config.key-added", Additive, "a key that may be left out was added, so old files still load";
    TYPE_WIDENED = "config.type-widened", Additive, "a key takes more kinds of values, and every old value is still right";
    ENUM_VALUE_ADDED = "config.enum-value-added", Additive, "a key takes one more of a list of values";
    LIMIT_LOOSENED = "config.limit-loosened", Additive, "a range, length or pattern lets more values pass";
    KEY_BECAME_OPTIONAL = "config.key-became-optional", Additive, "a key that had to be set may be left out";
    ALIAS_ADDED = "config.alias-added", Additive, "a key is read under one more name";
    KEY_RENAMED_WITH_ALIAS = "config.key-renamed-with-alias", Additive, "a key has another name, and is still read under the old one";
    KEY_DEPRECATED = "config.key-deprecated", Additive, "a key was marked as deprecated, and still works";
    UNKNOWN_KEYS_ACCEPTED = "config.unknown-keys-accepted", Additive, "keys that nobody declared no longer stop a file from loading";
    SCHEMA_ADDED = "config.schema-added", Additive, "a schema was added; where it judges files that were free before, it may refuse some";
    SAMPLE_KEY_ADDED = "config.sample-key-added", Additive, "a sample shows a new key that is commented or comes with a value";
    SAMPLE_KEY_COMMENTED = "config.sample-key-commented", Additive, "a sample shows a key as a comment now, so it may be left out";

    IMAGE_CHANGED = "config.image-changed", Fix, "a chart runs another release of an image; what that changes is told where the image is made";

    KEY_REMOVED = "config.key-removed", Dangerous, "a key was removed where unknown keys are ignored, so old files load and the operator's intent is lost";
    DEFAULT_CHANGED = "config.default-changed", Dangerous, "who did not set the key gets another behaviour";
    SAMPLE_KEY_REMOVED = "config.sample-key-removed", Dangerous, "a sample no longer shows a key, so it may no longer be read";
    SAMPLE_KEY_UNCOMMENTED = "config.sample-key-uncommented", Dangerous, "a sample shows a key as set that was a comment, so it may be needed now";
    SAMPLE_BLANK_ADDED = "config.sample-blank-added", Dangerous, "a sample shows a new key without a value, which operators may have to fill in";

    KEY_REFUSED = "config.key-refused", Breaking, "a key was removed where unknown keys are refused, so old files no longer load";
    REQUIRED_KEY_ADDED = "config.required-key-added", Breaking, "a key was added that must be set, so old files no longer load";
    KEY_BECAME_REQUIRED = "config.key-became-required", Breaking, "a key must be set that could be left out";
    KEY_RENAMED = "config.key-renamed", Breaking, "a key has another name and is not read under the old one";
    ALIAS_REMOVED = "config.alias-removed", Breaking, "a key is no longer read under one of its names";
    NAMES_CHANGED = "config.names-changed", Breaking, "the rule that makes the names of keys changed: a prefix, a separator or a spelling";
    TYPE_NARROWED = "config.type-narrowed", Breaking, "a key takes fewer kinds of values than before";
    TYPE_CHANGED = "config.type-changed", Breaking, "a key takes other kinds of values than before";
    ENUM_VALUE_REMOVED = "config.enum-value-removed", Breaking, "a key no longer takes a value that it listed";
    LIMIT_TIGHTENED = "config.limit-tightened", Breaking, "a range, length or pattern refuses values that it let pass";
    PATTERN_CHANGED = "config.pattern-changed", Breaking, "values must match something else, and nothing shows that the old ones do";
    UNKNOWN_KEYS_REFUSED = "config.unknown-keys-refused", Breaking, "keys that nobody declared stop a file from loading";

    CONDITION_CHANGED = "config.condition-changed", Unknown, "a condition over several keys or values changed, which is not judged";
    SCHEMA_REMOVED = "config.schema-removed", Unknown, "a schema was removed, so nothing tells any more what may be written";

    KEY_UNDEPRECATED = "config.key-undeprecated", Docs, "a key is no longer marked as deprecated";
    DESCRIPTION_CHANGED = "config.description-changed", Docs, "title, description or examples of a key changed";
    SAMPLE_VALUE_CHANGED = "config.sample-value-changed", Docs, "a sample shows another value; a sample's values are no defaults";
}
