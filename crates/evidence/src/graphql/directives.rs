//! Definitions of directives, and their uses in the schema, held against each other.

use std::collections::BTreeMap;

use apollo_compiler::{
    Node,
    ast::{Argument, Directive, DirectiveDefinition, DirectiveList, DirectiveLocation},
};

use super::{
    compare::Comparison,
    difference::{Difference, TextChange, by_name, literal, quoted},
    reference::Reference,
    rules,
    schema::{Kind, NamedFile, Part, Parts, Schema},
    values::is_safe_input,
};
use crate::{Class, Rule};

/// What a directive stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Site {
    Schema,
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    EnumValue,
    InputObject,
    InputFieldDefinition,
    FieldDefinition,
    ArgumentDefinition,
}

impl Site {
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Scalar => Self::Scalar,
            Kind::Object => Self::Object,
            Kind::Interface => Self::Interface,
            Kind::Union => Self::Union,
            Kind::Enum => Self::Enum,
            Kind::Input => Self::InputObject,
        }
    }

    /// The rules of a directive that was put there, and of one that was taken off.
    fn rules(self) -> (&'static Rule, &'static Rule) {
        match self {
            Self::Schema => {
                (&rules::DIRECTIVE_USAGE_SCHEMA_ADDED, &rules::DIRECTIVE_USAGE_SCHEMA_REMOVED)
            }
            Self::Scalar => {
                (&rules::DIRECTIVE_USAGE_SCALAR_ADDED, &rules::DIRECTIVE_USAGE_SCALAR_REMOVED)
            }
            Self::Object => {
                (&rules::DIRECTIVE_USAGE_OBJECT_ADDED, &rules::DIRECTIVE_USAGE_OBJECT_REMOVED)
            }
            Self::Interface => {
                (&rules::DIRECTIVE_USAGE_INTERFACE_ADDED, &rules::DIRECTIVE_USAGE_INTERFACE_REMOVED)
            }
            Self::Union => (
                &rules::DIRECTIVE_USAGE_UNION_MEMBER_ADDED,
                &rules::DIRECTIVE_USAGE_UNION_MEMBER_REMOVED,
            ),
            Self::Enum => {
                (&rules::DIRECTIVE_USAGE_ENUM_ADDED, &rules::DIRECTIVE_USAGE_ENUM_REMOVED)
            }
            Self::EnumValue => (
                &rules::DIRECTIVE_USAGE_ENUM_VALUE_ADDED,
                &rules::DIRECTIVE_USAGE_ENUM_VALUE_REMOVED,
            ),
            Self::InputObject => (
                &rules::DIRECTIVE_USAGE_INPUT_OBJECT_ADDED,
                &rules::DIRECTIVE_USAGE_INPUT_OBJECT_REMOVED,
            ),
            Self::InputFieldDefinition => (
                &rules::DIRECTIVE_USAGE_INPUT_FIELD_DEFINITION_ADDED,
                &rules::DIRECTIVE_USAGE_INPUT_FIELD_DEFINITION_REMOVED,
            ),
            Self::FieldDefinition => (
                &rules::DIRECTIVE_USAGE_FIELD_DEFINITION_ADDED,
                &rules::DIRECTIVE_USAGE_FIELD_DEFINITION_REMOVED,
            ),
            Self::ArgumentDefinition => (
                &rules::DIRECTIVE_USAGE_ARGUMENT_DEFINITION_ADDED,
                &rules::DIRECTIVE_USAGE_ARGUMENT_DEFINITION_REMOVED,
            ),
        }
    }

    /// Whether `@deprecated` there has rules of its own.
    fn tells_deprecation(self) -> bool {
        matches!(self, Self::FieldDefinition | Self::EnumValue)
    }
}

impl<'a, T> Part<'a, T> {
    /// Directives on it.
    pub(super) fn directives(&self, directives: &'a DirectiveList) -> Vec<Part<'a, Directive>> {
        directives
            .iter()
            .map(|directive| Part { node: directive.as_ref(), file: self.file })
            .collect()
    }
}

/// Where directives of the specification may stand; what a schema says of them instead is a copy.
const SPECIFIED: [(&str, &[DirectiveLocation]); 5] = {
    use DirectiveLocation::{
        ArgumentDefinition, EnumValue, Field, FieldDefinition, FragmentSpread, InlineFragment,
        InputFieldDefinition, InputObject, Scalar,
    };
    [
        ("include", &[Field, FragmentSpread, InlineFragment]),
        ("skip", &[Field, FragmentSpread, InlineFragment]),
        ("deprecated", &[FieldDefinition, ArgumentDefinition, InputFieldDefinition, EnumValue]),
        ("specifiedBy", &[Scalar]),
        ("oneOf", &[InputObject]),
    ]
};

impl<'a> Comparison<'a> {
    pub(super) fn directive_definitions(&mut self) {
        let (old, new) = (self.old, self.new);
        for (name, before, after) in by_name(&old.directive_definitions, &new.directive_definitions)
        {
            let path = format!("@{name}");
            if let Some((_, locations)) = SPECIFIED.iter().find(|(specified, _)| *specified == name)
            {
                self.specified_directive(&path, locations, before, after);
                continue;
            }
            match (before, after) {
                (Some(before), None) => self.tell(
                    Difference::new(&rules::DIRECTIVE_REMOVED, path, "the directive is gone")
                        .known_as(Reference::DirectiveRemoved)
                        .was_at(before.place()),
                ),
                (None, Some(after)) => {
                    self.tell(
                        Difference::new(&rules::DIRECTIVE_ADDED, &path, "the directive is new")
                            .at(after.place()),
                    );
                    self.directive_definition(&path, None, after);
                }
                (Some(_), Some(after)) => self.directive_definition(&path, before, after),
                (None, None) => {}
            }
        }
    }

    /// A copy of the specification's own definition. The reference implementation believes it, and tells locations that
    /// the copy leaves out; nobody is harmed by them.
    fn specified_directive(
        &mut self,
        path: &str,
        specified: &[DirectiveLocation],
        before: Option<&Part<'a, DirectiveDefinition>>,
        after: Option<&Part<'a, DirectiveDefinition>>,
    ) {
        let locations_of = |definition: Option<&Part<'a, DirectiveDefinition>>| {
            definition.map_or(specified, |part| part.node.locations.as_slice()).to_vec()
        };
        let (old, new) = (locations_of(before), locations_of(after));
        for location in old.iter().filter(|location| !new.contains(location)) {
            let sentence =
                format!("the copy of its definition leaves out {}", quoted(location.name()));
            let mut difference =
                Difference::new(&rules::DIRECTIVE_LOCATION_REMOVED, path, sentence)
                    .in_class(Class::None)
                    .known_as(Reference::DirectiveLocationRemoved)
                    .part(true);
            difference.old = before.map(Part::<DirectiveDefinition>::place);
            difference.new = after.map(Part::<DirectiveDefinition>::place);
            self.tell(difference);
        }
    }

    fn directive_definition(
        &mut self,
        path: &str,
        old: Option<&Part<'a, DirectiveDefinition>>,
        new: &Part<'a, DirectiveDefinition>,
    ) {
        let (is_part, old_place) = (old.is_none(), old.map(Part::<DirectiveDefinition>::place));
        let put = |difference: Difference| Difference {
            old: old_place.clone(),
            ..difference.at(new.place()).part(is_part)
        };
        let description = old.and_then(|old| old.node.description.as_deref());
        if let Some(change) = TextChange::between(description, new.node.description.as_deref()) {
            let rule = &rules::DIRECTIVE_DESCRIPTION_CHANGED;
            self.tell(put(Difference::new(rule, path, change.sentence())));
        }
        let was_repeatable = old.is_some_and(|old| old.node.repeatable);
        if was_repeatable && !new.node.repeatable {
            let sentence = "it may no longer be repeated";
            self.tell(put(Difference::new(&rules::DIRECTIVE_REPEATABLE_REMOVED, path, sentence)
                .known_as(Reference::DirectiveRepeatableRemoved)));
        }
        if new.node.repeatable && !was_repeatable {
            let sentence = "it may be repeated";
            self.tell(put(Difference::new(&rules::DIRECTIVE_REPEATABLE_ADDED, path, sentence)));
        }
        let old_locations = old.map_or(&[][..], |old| old.node.locations.as_slice());
        for location in new.node.locations.iter().filter(|it| !old_locations.contains(it)) {
            let sentence = format!("it may stand on {}", quoted(location.name()));
            self.tell(put(Difference::new(&rules::DIRECTIVE_LOCATION_ADDED, path, sentence)));
        }
        for location in old_locations.iter().filter(|it| !new.node.locations.contains(it)) {
            let sentence = format!("it may no longer stand on {}", quoted(location.name()));
            self.tell(put(Difference::new(&rules::DIRECTIVE_LOCATION_REMOVED, path, sentence)
                .known_as(Reference::DirectiveLocationRemoved)));
        }
        self.directive_arguments(path, old, new);
    }

    fn directive_arguments(
        &mut self,
        directive: &str,
        old: Option<&Part<'a, DirectiveDefinition>>,
        new: &Part<'a, DirectiveDefinition>,
    ) {
        let old_arguments =
            old.map(|old| self.old.arguments(old.file, &old.node.arguments)).unwrap_or_default();
        let new_arguments: Parts<'_, _> = self.new.arguments(new.file, &new.node.arguments);
        for (name, before, after) in by_name(&old_arguments, &new_arguments) {
            let path = format!("{directive}.{name}");
            match (before, after) {
                (Some(before), None) => self.tell(
                    Difference::new(
                        &rules::DIRECTIVE_ARGUMENT_REMOVED,
                        path,
                        "the argument is gone",
                    )
                    .known_as(Reference::DirectiveArgRemoved)
                    .was_at(before.place())
                    .at(new.place()),
                ),
                (None, Some(after)) => {
                    let ty = &after.node.ty;
                    let sentence = format!("its argument `{name}` is new, of type {}", quoted(ty));
                    let mut difference =
                        Difference::new(&rules::DIRECTIVE_ARGUMENT_ADDED, directive, sentence)
                            .at(after.place())
                            .part(old.is_none());
                    difference.old = old.map(Part::<DirectiveDefinition>::place);
                    if old.is_none() || !ty.is_non_null() {
                        difference = difference.in_class(Class::Additive);
                    } else if after.node.default_value.is_none() {
                        difference = difference.known_as(Reference::RequiredDirectiveArgAdded);
                    }
                    self.tell(difference);
                }
                (Some(before), Some(after)) => {
                    let put = |difference: Difference| {
                        difference.was_at(before.place()).at(after.place())
                    };
                    let texts =
                        (before.node.description.as_deref(), after.node.description.as_deref());
                    if let Some(change) = TextChange::between(texts.0, texts.1) {
                        let rule = &rules::DIRECTIVE_ARGUMENT_DESCRIPTION_CHANGED;
                        self.tell(put(Difference::new(rule, &path, change.sentence())));
                    }
                    let rule = &rules::DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED;
                    if let Some(difference) = self.default_changed(rule, &path, before, after) {
                        self.tell(put(difference));
                    }
                    let (was, is) = (&before.node.ty, &after.node.ty);
                    if was != is {
                        let sentence =
                            format!("its type changed from {} to {}", quoted(was), quoted(is));
                        let rule = &rules::DIRECTIVE_ARGUMENT_TYPE_CHANGED;
                        let mut difference = put(Difference::new(rule, path, sentence));
                        if is_safe_input(was, is) {
                            difference = difference.in_class(Class::Additive);
                        }
                        self.tell(difference);
                    }
                }
                (None, None) => {}
            }
        }
    }

    /// Directives on something. Those of one name are taken in the order in which they stand.
    pub(super) fn uses(
        &mut self,
        site: Site,
        owner: &str,
        old: &[Part<'a, Directive>],
        new: &[Part<'a, Directive>],
        is_new: bool,
    ) {
        let (old, new) = (uses_by_name(self.old, old), uses_by_name(self.new, new));
        let none = Vec::new();
        for (name, before, after) in by_name(&old, &new) {
            let path = format!("{owner}.@{name}");
            let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
            for index in 0..before.len().max(after.len()) {
                match (before.get(index), after.get(index)) {
                    (Some(before), None) => self.use_removed(site, name, &path, before),
                    (None, Some(after)) => self.use_added(site, name, &path, after, is_new),
                    (Some(before), Some(after)) => self.use_arguments(&path, Some(before), after),
                    (None, None) => {}
                }
            }
        }
    }

    fn use_added(
        &mut self,
        site: Site,
        name: &str,
        path: &str,
        new: &Part<'a, Directive>,
        is_new: bool,
    ) {
        let class = match name {
            _ if is_new => Class::Additive,
            "deprecated" => Class::Additive,
            "oneOf" => Class::Breaking,
            _ => Class::Dangerous,
        };
        let is_told = name == "deprecated" && site.tells_deprecation();
        let sentence = format!("`@{name}` was put on it");
        self.tell(
            Difference::new(site.rules().0, path, sentence)
                .in_class(class)
                .at(new.use_place())
                .part(is_new || is_told),
        );
        self.use_arguments(path, None, new);
    }

    fn use_removed(&mut self, site: Site, name: &str, path: &str, old: &Part<'a, Directive>) {
        let class = match name {
            "deprecated" => Class::Fix,
            "oneOf" => Class::Additive,
            _ => Class::Dangerous,
        };
        let is_told = name == "deprecated" && site.tells_deprecation();
        let sentence = format!("`@{name}` was taken off it");
        self.tell(
            Difference::new(site.rules().1, path, sentence)
                .in_class(class)
                .was_at(old.use_place())
                .part(is_told),
        );
    }

    /// Another value counts as an argument taken off and put on again.
    fn use_arguments(
        &mut self,
        path: &str,
        old: Option<&Part<'a, Directive>>,
        new: &Part<'a, Directive>,
    ) {
        let old_arguments = old.map(|old| arguments_of(old.node)).unwrap_or_default();
        let new_arguments = arguments_of(new.node);
        let put = |difference: Difference| {
            let old = old.map(Part::<Directive>::use_place);
            Difference { old, ..difference.at(new.use_place()) }
        };
        for (name, before, after) in by_name(&old_arguments, &new_arguments) {
            let path = format!("{path}.{name}");
            let sentence = match (before, after) {
                (Some(before), Some(after)) if before.value == after.value => continue,
                (Some(before), Some(after)) => {
                    format!("changed from {} to {}", literal(&before.value), literal(&after.value))
                }
                (Some(before), None) => format!("{} is given no more", literal(&before.value)),
                (None, after) => {
                    let value = after.map(|after| literal(&after.value)).unwrap_or_default();
                    format!("{value} is given")
                }
            };
            if before.is_some() {
                let rule = &rules::DIRECTIVE_USAGE_ARGUMENT_REMOVED;
                self.tell(put(Difference::new(rule, &path, &sentence)));
            }
            if after.is_some() {
                let is_part = old.is_none() || before.is_some();
                let rule = &rules::DIRECTIVE_USAGE_ARGUMENT_ADDED;
                self.tell(put(Difference::new(rule, path, sentence).part(is_part)));
            }
        }
    }
}

impl Part<'_, DirectiveDefinition> {
    fn place(&self) -> crate::Source {
        self.file.place(self.node.name.location())
    }
}

impl Part<'_, Directive> {
    fn use_place(&self) -> crate::Source {
        let file: NamedFile<'_> = self.file;
        file.place(self.node.name.location())
    }
}

/// Uses of directives that clients may notice.
fn uses_by_name<'a>(
    schema: &Schema<'_>,
    uses: &[Part<'a, Directive>],
) -> BTreeMap<&'a str, Vec<Part<'a, Directive>>> {
    let mut by_name: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for each in uses.iter().filter(|each| !schema.is_for_composers(&each.node.name)) {
        by_name.entry(each.node.name.as_str()).or_default().push(*each);
    }
    by_name
}

fn arguments_of(directive: &Directive) -> BTreeMap<&str, &Node<Argument>> {
    directive.arguments.iter().map(|argument| (argument.name.as_str(), argument)).collect()
}
