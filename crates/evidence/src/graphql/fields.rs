//! Fields, their arguments, input fields and enum values held against each other.

use apollo_compiler::ast::{
    DirectiveList, EnumValueDefinition, FieldDefinition, InputValueDefinition, Value,
};

use super::{
    compare::Comparison,
    difference::{Difference, TextChange, by_name, literal, quoted},
    directives::Site,
    reference::Reference,
    rules,
    schema::{Part, Parts, TypeDefinition},
    values::{Meaning, is_safe_input, is_safe_output},
};
use crate::{Class, Rule, Source};

impl<'a> Comparison<'a> {
    pub(super) fn fields(
        &mut self,
        type_name: &str,
        before: Option<&'a TypeDefinition<'a>>,
        after: &'a TypeDefinition<'a>,
    ) {
        let none = Parts::new();
        let old_fields = before.map_or(&none, |before| &before.fields);
        for (name, old, new) in by_name(old_fields, &after.fields) {
            let path = format!("{type_name}.{name}");
            match (old, new) {
                (Some(old), None) => self.tell(
                    Difference::new(&rules::FIELD_REMOVED, path, gone(&old.node.directives))
                        .known_as(Reference::FieldRemoved)
                        .was_at(old.file.place(old.node.name.location()))
                        .at(after.place()),
                ),
                (None, Some(new)) => {
                    let sentence = format!("the field is new, of type {}", quoted(&new.node.ty));
                    let mut difference = Difference::new(&rules::FIELD_ADDED, &path, sentence)
                        .at(new.file.place(new.node.name.location()))
                        .part(before.is_none());
                    difference.old = before.map(TypeDefinition::place);
                    self.tell(difference);
                    self.field(&path, None, new);
                }
                (Some(_), Some(new)) => self.field(&path, old, new),
                (None, None) => {}
            }
        }
    }

    fn field(
        &mut self,
        path: &str,
        old: Option<&Part<'a, FieldDefinition>>,
        new: &Part<'a, FieldDefinition>,
    ) {
        let places = Places {
            old: old.map(|old| old.file.place(old.node.name.location())),
            new: new.file.place(new.node.name.location()),
        };
        let description = old.and_then(|old| old.node.description.as_deref());
        if let Some(change) = TextChange::between(description, new.node.description.as_deref()) {
            let rule = match change {
                TextChange::Added => &rules::FIELD_DESCRIPTION_ADDED,
                TextChange::Changed => &rules::FIELD_DESCRIPTION_CHANGED,
                TextChange::Removed => &rules::FIELD_DESCRIPTION_REMOVED,
            };
            self.tell(places.put(Difference::new(rule, path, change.sentence())));
        }
        self.field_deprecation(path, old, new, &places);
        if let Some(old) = old.filter(|old| old.node.ty != new.node.ty) {
            let sentence = type_sentence(&old.node.ty, &new.node.ty);
            let difference = Difference::new(&rules::FIELD_TYPE_CHANGED, path, sentence);
            self.tell(places.put(if is_safe_output(&old.node.ty, &new.node.ty) {
                difference.in_class(Class::Additive)
            } else {
                difference.known_as(Reference::FieldChangedKind)
            }));
        }
        self.arguments(path, old, new, &places);
        let old_uses = old.map(|old| old.directives(&old.node.directives)).unwrap_or_default();
        let new_uses = new.directives(&new.node.directives);
        self.uses(Site::FieldDefinition, path, &old_uses, &new_uses, old.is_none());
    }

    fn field_deprecation(
        &mut self,
        path: &str,
        old: Option<&Part<'a, FieldDefinition>>,
        new: &Part<'a, FieldDefinition>,
        places: &Places,
    ) {
        let was = old.and_then(|old| Deprecation::of(&old.node.directives));
        let is = Deprecation::of(&new.node.directives);
        let marked = format!("{path}.@deprecated");
        let difference = match (&was, &is) {
            (None, None) => return,
            (None, Some(is)) => Difference::new(
                &rules::FIELD_DEPRECATION_ADDED,
                marked,
                format!("the field is deprecated{}", is.because()),
            ),
            (Some(_), None) => Difference::new(
                &rules::FIELD_DEPRECATION_REMOVED,
                marked,
                "the field is no longer deprecated",
            ),
            (Some(was), Some(is)) => {
                let reason = is.reason.as_deref().unwrap_or_default();
                let sentence = format!("the reason of its deprecation is {}", quoted(reason));
                match ReasonChange::between(was, is) {
                    None => return,
                    Some(ReasonChange::Added) => {
                        Difference::new(&rules::FIELD_DEPRECATION_REASON_ADDED, marked, sentence)
                    }
                    Some(ReasonChange::Changed) => {
                        Difference::new(&rules::FIELD_DEPRECATION_REASON_CHANGED, marked, sentence)
                    }
                    Some(ReasonChange::Removed) => Difference::new(
                        &rules::FIELD_DEPRECATION_REASON_REMOVED,
                        path,
                        "its deprecation no longer says why",
                    ),
                }
            }
        };
        self.tell(places.put(difference));
    }

    fn arguments(
        &mut self,
        field: &str,
        old: Option<&Part<'a, FieldDefinition>>,
        new: &Part<'a, FieldDefinition>,
        places: &Places,
    ) {
        let old_arguments =
            old.map(|old| self.old.arguments(old.file, &old.node.arguments)).unwrap_or_default();
        let new_arguments = self.new.arguments(new.file, &new.node.arguments);
        for (name, before, after) in by_name(&old_arguments, &new_arguments) {
            let path = format!("{field}.{name}");
            match (before, after) {
                (Some(before), None) => self.tell(
                    Difference::new(
                        &rules::FIELD_ARGUMENT_REMOVED,
                        path,
                        gone(&before.node.directives).replace("field", "argument"),
                    )
                    .known_as(Reference::ArgRemoved)
                    .was_at(before.place())
                    .at(places.new.clone()),
                ),
                (None, Some(after)) => {
                    let difference = self.argument_added(path, after, old.is_none());
                    self.tell(Difference { old: places.old.clone(), ..difference });
                }
                (Some(before), Some(after)) => self.argument(&path, before, after),
                (None, None) => {}
            }
        }
    }

    fn argument_added(
        &self,
        path: String,
        new: &Part<'a, InputValueDefinition>,
        is_part: bool,
    ) -> Difference {
        let default = Meaning::of_default(self.new, new.node);
        let rule = &rules::FIELD_ARGUMENT_ADDED;
        let new_one = |what: &str| {
            let sentence = format!("{what} is new, of type {}", quoted(&new.node.ty));
            Difference::new(rule, path, sentence).at(new.place())
        };
        if is_part {
            return new_one("the argument").in_class(Class::Additive).part(true);
        }
        if new.node.ty.is_non_null() && default.is_none() {
            return new_one("a required argument").known_as(Reference::RequiredArgAdded);
        }
        new_one("an optional argument")
            .in_class(Class::Dangerous)
            .known_as(Reference::OptionalArgAdded)
    }

    fn argument(
        &mut self,
        path: &str,
        old: &Part<'a, InputValueDefinition>,
        new: &Part<'a, InputValueDefinition>,
    ) {
        let places = Places { old: Some(old.place()), new: new.place() };
        let descriptions = (old.node.description.as_deref(), new.node.description.as_deref());
        if let Some(change) = TextChange::between(descriptions.0, descriptions.1) {
            let rule = &rules::FIELD_ARGUMENT_DESCRIPTION_CHANGED;
            self.tell(places.put(Difference::new(rule, path, change.sentence())));
        }
        let is_safe = is_safe_input(&old.node.ty, &new.node.ty);
        let rule = &rules::FIELD_ARGUMENT_DEFAULT_CHANGED;
        if let Some(difference) = self.default_changed(rule, path, old, new) {
            // The reference implementation tells no default that is new, and none of an argument that broke anyway.
            let is_known = is_safe && old.node.default_value.is_some();
            let reference = is_known.then_some(Reference::ArgDefaultValueChange);
            self.tell(places.put(Difference { reference, ..difference }));
        }
        if old.node.ty != new.node.ty {
            let sentence = type_sentence(&old.node.ty, &new.node.ty);
            let difference = Difference::new(&rules::FIELD_ARGUMENT_TYPE_CHANGED, path, sentence);
            self.tell(places.put(if is_safe {
                difference.in_class(Class::Additive)
            } else {
                difference.known_as(Reference::ArgChangedKind)
            }));
        }
        let old_uses = old.directives(&old.node.directives);
        let new_uses = new.directives(&new.node.directives);
        self.uses(Site::ArgumentDefinition, path, &old_uses, &new_uses, false);
    }

    /// A default that means something else; defaults of input types count where they fill in.
    pub(super) fn default_changed(
        &self,
        rule: &'static Rule,
        path: &str,
        old: &Part<'a, InputValueDefinition>,
        new: &Part<'a, InputValueDefinition>,
    ) -> Option<Difference> {
        if Meaning::of_default(self.old, old.node) == Meaning::of_default(self.new, new.node) {
            return None;
        }
        let sentence = match (&old.node.default_value, &new.node.default_value) {
            (Some(was), Some(is)) if was == is => {
                format!("the default {} now fills in other values", literal(is))
            }
            (Some(was), Some(is)) => {
                format!("the default changed from {} to {}", literal(was), literal(is))
            }
            (Some(was), None) => format!("the default {} is gone", literal(was)),
            (None, is) => {
                let is = is.as_ref().map(|is| literal(is)).unwrap_or_default();
                format!("it got the default {is}")
            }
        };
        Some(Difference::new(rule, path, sentence))
    }

    pub(super) fn input_fields(
        &mut self,
        type_name: &str,
        before: Option<&'a TypeDefinition<'a>>,
        after: &'a TypeDefinition<'a>,
    ) {
        let none = Parts::new();
        let old_fields = before.map_or(&none, |before| &before.input_fields);
        for (name, old, new) in by_name(old_fields, &after.input_fields) {
            let path = format!("{type_name}.{name}");
            match (old, new) {
                (Some(old), None) => self.tell(
                    Difference::new(&rules::INPUT_FIELD_REMOVED, path, gone(&old.node.directives))
                        .known_as(Reference::FieldRemoved)
                        .was_at(old.place())
                        .at(after.place()),
                ),
                (None, Some(new)) => {
                    let difference = self.input_field_added(&path, new, before.is_none());
                    let old = before.map(TypeDefinition::place);
                    self.tell(Difference { old, ..difference });
                    self.input_field(&path, None, new);
                }
                (Some(_), Some(new)) => self.input_field(&path, old, new),
                (None, None) => {}
            }
        }
    }

    fn input_field_added(
        &self,
        path: &str,
        new: &Part<'a, InputValueDefinition>,
        is_part: bool,
    ) -> Difference {
        let rule = &rules::INPUT_FIELD_ADDED;
        let has_default = Meaning::of_default(self.new, new.node).is_some();
        let new_one = |what: &str| {
            let sentence = format!("{what} is new, of type {}", quoted(&new.node.ty));
            Difference::new(rule, path, sentence).at(new.place())
        };
        match (is_part, has_default, new.node.ty.is_non_null()) {
            (true, ..) => new_one("the field").in_class(Class::Additive).part(true),
            (false, true, _) => new_one("a field with a default")
                .in_class(Class::Dangerous)
                .known_as(Reference::OptionalInputFieldAdded),
            (false, false, true) => {
                new_one("a required field").known_as(Reference::RequiredInputFieldAdded)
            }
            (false, false, false) => new_one("an optional field")
                .in_class(Class::Additive)
                .known_as(Reference::OptionalInputFieldAdded),
        }
    }

    fn input_field(
        &mut self,
        path: &str,
        old: Option<&Part<'a, InputValueDefinition>>,
        new: &Part<'a, InputValueDefinition>,
    ) {
        let places = Places { old: old.map(Part::place), new: new.place() };
        let description = old.and_then(|old| old.node.description.as_deref());
        if let Some(change) = TextChange::between(description, new.node.description.as_deref()) {
            let rule = match change {
                TextChange::Added => &rules::INPUT_FIELD_DESCRIPTION_ADDED,
                TextChange::Changed => &rules::INPUT_FIELD_DESCRIPTION_CHANGED,
                TextChange::Removed => &rules::INPUT_FIELD_DESCRIPTION_REMOVED,
            };
            self.tell(places.put(Difference::new(rule, path, change.sentence())));
        }
        if let Some(old) = old {
            let rule = &rules::INPUT_FIELD_DEFAULT_VALUE_CHANGED;
            if let Some(difference) = self.default_changed(rule, path, old, new) {
                self.tell(places.put(difference));
            }
            if old.node.ty != new.node.ty {
                let sentence = type_sentence(&old.node.ty, &new.node.ty);
                let difference = Difference::new(&rules::INPUT_FIELD_TYPE_CHANGED, path, sentence);
                self.tell(places.put(if is_safe_input(&old.node.ty, &new.node.ty) {
                    difference.in_class(Class::Additive)
                } else {
                    difference.known_as(Reference::FieldChangedKind)
                }));
            }
        }
        let old_uses = old.map(|old| old.directives(&old.node.directives)).unwrap_or_default();
        let new_uses = new.directives(&new.node.directives);
        self.uses(Site::InputFieldDefinition, path, &old_uses, &new_uses, old.is_none());
    }

    pub(super) fn enum_value(
        &mut self,
        path: &str,
        old: Option<&Part<'a, EnumValueDefinition>>,
        new: &Part<'a, EnumValueDefinition>,
    ) {
        let places = Places {
            old: old.map(|old| old.file.place(old.node.value.location())),
            new: new.file.place(new.node.value.location()),
        };
        let description = old.and_then(|old| old.node.description.as_deref());
        if let Some(change) = TextChange::between(description, new.node.description.as_deref()) {
            let rule = &rules::ENUM_VALUE_DESCRIPTION_CHANGED;
            self.tell(places.put(Difference::new(rule, path, change.sentence())));
        }
        self.enum_value_deprecation(path, old, new, &places);
        let old_uses = old.map(|old| old.directives(&old.node.directives)).unwrap_or_default();
        let new_uses = new.directives(&new.node.directives);
        self.uses(Site::EnumValue, path, &old_uses, &new_uses, old.is_none());
    }

    fn enum_value_deprecation(
        &mut self,
        path: &str,
        old: Option<&Part<'a, EnumValueDefinition>>,
        new: &Part<'a, EnumValueDefinition>,
        places: &Places,
    ) {
        let was = old.and_then(|old| Deprecation::of(&old.node.directives));
        let is = Deprecation::of(&new.node.directives);
        let marked = format!("{path}.@deprecated");
        let (none, was_deprecated) = (Deprecation { reason: None }, was.is_some());
        let is_deprecated = is.is_some();
        let (was, is) = (was.unwrap_or(none.clone()), is.unwrap_or(none));
        let difference = match ReasonChange::between(&was, &is) {
            None => return,
            Some(ReasonChange::Added) => {
                let class = if was_deprecated { Class::Docs } else { Class::Additive };
                let sentence = format!("the value is deprecated{}", is.because());
                Difference::new(&rules::ENUM_VALUE_DEPRECATION_REASON_ADDED, marked, sentence)
                    .in_class(class)
            }
            Some(ReasonChange::Removed) => {
                let sentence = if is_deprecated {
                    "its deprecation no longer says why"
                } else {
                    "the value is no longer deprecated"
                };
                Difference::new(&rules::ENUM_VALUE_DEPRECATION_REASON_REMOVED, path, sentence)
                    .in_class(if is_deprecated { Class::Docs } else { Class::Fix })
            }
            Some(ReasonChange::Changed) => Difference::new(
                &rules::ENUM_VALUE_DEPRECATION_REASON_CHANGED,
                marked,
                format!("the value is deprecated{}", is.because()),
            ),
        };
        self.tell(places.put(difference));
    }
}

impl Part<'_, InputValueDefinition> {
    /// Where it is defined.
    pub(super) fn place(&self) -> Source {
        self.file.place(self.node.name.location())
    }
}

/// Where something stands in both schemas.
struct Places {
    old: Option<Source>,
    new: Source,
}

impl Places {
    /// Something that was in neither schema before is part of what is new around it.
    fn put(&self, difference: Difference) -> Difference {
        let is_part = self.old.is_none();
        Difference { old: self.old.clone(), ..difference.at(self.new.clone()).part(is_part) }
    }
}

/// `@deprecated` with its reason.
#[derive(Clone, Debug)]
struct Deprecation {
    reason: Option<String>,
}

/// The reason where none is given, by the specification.
const USUAL_REASON: &str = "No longer supported";

impl Deprecation {
    fn of(directives: &DirectiveList) -> Option<Self> {
        let directive = directives.get("deprecated")?;
        let reason = match directive.specified_argument_by_name("reason").map(AsRef::as_ref) {
            None => Some(USUAL_REASON.to_owned()),
            Some(Value::String(reason)) => Some(reason.clone()),
            Some(_) => None,
        };
        Some(Self { reason })
    }

    fn says_nothing(&self) -> bool {
        self.reason.as_deref().is_none_or(|reason| reason == USUAL_REASON)
    }

    /// `: the reason`, where there is one.
    fn because(&self) -> String {
        let reason = self.reason.as_deref().filter(|reason| !reason.is_empty());
        reason.map(|reason| format!(": {}", quoted(reason))).unwrap_or_default()
    }
}

enum ReasonChange {
    Added,
    Changed,
    Removed,
}

impl ReasonChange {
    fn between(was: &Deprecation, is: &Deprecation) -> Option<Self> {
        if was.reason.as_deref().unwrap_or_default() == is.reason.as_deref().unwrap_or_default() {
            return None;
        }
        Some(match () {
            () if was.says_nothing() => Self::Added,
            () if is.says_nothing() => Self::Removed,
            () => Self::Changed,
        })
    }
}

fn gone(directives: &DirectiveList) -> String {
    let was = if directives.has("deprecated") { "the deprecated field" } else { "the field" };
    format!("{was} is gone")
}

fn type_sentence(old: &apollo_compiler::ast::Type, new: &apollo_compiler::ast::Type) -> String {
    format!("its type changed from {} to {}", quoted(old), quoted(new))
}
