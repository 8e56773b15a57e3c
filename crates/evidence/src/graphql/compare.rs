//! Two schemas held against each other: root types, types, members.

use apollo_compiler::Name;

use super::{
    difference::{Difference, TextChange, by_name},
    directives::Site,
    reference::Reference,
    rules,
    schema::{Kind, Part, Parts, Schema, TypeDefinition},
};
use crate::{Class, Rule, Source};

/// Tells every difference: directives first, then the schema itself, then types by name.
///
/// *Cost*: n log n in the number of definitions.
pub(super) fn compare<'a>(old: &'a Schema<'a>, new: &'a Schema<'a>) -> Vec<Difference> {
    let mut comparison = Comparison { old, new, found: Vec::new() };
    comparison.directive_definitions();
    comparison.roots();
    comparison.uses(Site::Schema, "", &old.directives, &new.directives, false);
    comparison.types();
    comparison.standard_scalars();
    comparison.found
}

/// Two schemas and what was found so far.
pub(super) struct Comparison<'a> {
    pub(super) old: &'a Schema<'a>,
    pub(super) new: &'a Schema<'a>,
    pub(super) found: Vec<Difference>,
}

impl<'a> Comparison<'a> {
    pub(super) fn tell(&mut self, difference: Difference) {
        self.found.push(difference);
    }

    fn roots(&mut self) {
        let (old, new) = (&self.old.roots, &self.new.roots);
        for (rule, noun, before, after) in [
            (&rules::SCHEMA_QUERY_TYPE_CHANGED, "queries", old.query, new.query),
            (&rules::SCHEMA_MUTATION_TYPE_CHANGED, "mutations", old.mutation, new.mutation),
            (
                &rules::SCHEMA_SUBSCRIPTION_TYPE_CHANGED,
                "subscriptions",
                old.subscription,
                new.subscription,
            ),
        ] {
            if before == after {
                continue;
            }
            let sentence = match (before, after) {
                (Some(before), Some(after)) => {
                    format!("{noun} start at `{after}` instead of `{before}`")
                }
                (Some(before), None) => format!("{noun} are gone, they started at `{before}`"),
                (None, _) => {
                    format!("{noun} are possible, they start at `{}`", after.unwrap_or_default())
                }
            };
            let mut difference = Difference::new(rule, "", sentence);
            if before.is_none() {
                difference = difference.in_class(Class::Additive);
            }
            let place_of = |schema: &Schema<'_>, root: Option<&str>| {
                let definition = root.and_then(|root| schema.types.get(root));
                schema.roots.place.clone().or_else(|| definition.map(TypeDefinition::place))
            };
            difference.old = place_of(self.old, before);
            difference.new = place_of(self.new, after);
            self.found.push(difference);
        }
    }

    fn types(&mut self) {
        let (old, new) = (self.old, self.new);
        for (name, before, after) in by_name(&old.types, &new.types) {
            match (before, after) {
                (Some(before), None) => self.tell(
                    Difference::new(
                        &rules::TYPE_REMOVED,
                        name,
                        format!("{} is gone", before.kind.noun()),
                    )
                    .known_as(Reference::TypeRemoved)
                    .was_at(before.place()),
                ),
                (None, Some(after)) => {
                    let sentence = format!("{} is new", after.kind.noun());
                    self.tell(
                        Difference::new(&rules::TYPE_ADDED, name, sentence).at(after.place()),
                    );
                    self.type_contents(name, None, after);
                }
                (Some(before), Some(after)) if before.kind == after.kind => {
                    self.type_contents(name, Some(before), after);
                }
                (Some(before), Some(after)) => {
                    let (was, is) = (before.kind.noun(), after.kind.noun());
                    self.tell(
                        Difference::new(
                            &rules::TYPE_KIND_CHANGED,
                            name,
                            format!("{was} became {is}"),
                        )
                        .known_as(Reference::TypeChangedKind)
                        .was_at(before.place())
                        .at(after.place()),
                    );
                    self.type_description(name, Some(before), after);
                }
                (None, None) => {}
            }
        }
    }

    fn type_contents(
        &mut self,
        name: &str,
        before: Option<&'a TypeDefinition<'a>>,
        after: &'a TypeDefinition<'a>,
    ) {
        self.interfaces(name, before, after);
        match after.kind {
            Kind::Object | Kind::Interface => self.fields(name, before, after),
            Kind::Input => self.input_fields(name, before, after),
            Kind::Enum => self.enum_values(name, before, after),
            Kind::Union => self.members(name, before, after),
            Kind::Scalar => {}
        }
        let old_directives = before.map_or(&[][..], |before| &before.directives);
        let site = Site::of(after.kind);
        self.uses(site, name, old_directives, &after.directives, before.is_none());
        self.type_description(name, before, after);
    }

    fn type_description(
        &mut self,
        name: &str,
        before: Option<&TypeDefinition<'_>>,
        after: &TypeDefinition<'_>,
    ) {
        let old = before.and_then(|before| before.description);
        let Some(change) = TextChange::between(old, after.description) else { return };
        let rule = match change {
            TextChange::Added => &rules::TYPE_DESCRIPTION_ADDED,
            TextChange::Changed => &rules::TYPE_DESCRIPTION_CHANGED,
            TextChange::Removed => &rules::TYPE_DESCRIPTION_REMOVED,
        };
        let mut difference =
            Difference::new(rule, name, change.sentence()).at(after.place()).part(before.is_none());
        difference.old = before.map(TypeDefinition::place);
        self.tell(difference);
    }

    fn interfaces(
        &mut self,
        name: &str,
        before: Option<&'a TypeDefinition<'a>>,
        after: &'a TypeDefinition<'a>,
    ) {
        self.names(
            name,
            before,
            after,
            |definition| &definition.interfaces,
            &Wording {
                added: (
                    &rules::OBJECT_TYPE_INTERFACE_ADDED,
                    Reference::ImplementedInterfaceAdded,
                    "it implements",
                ),
                removed: (
                    &rules::OBJECT_TYPE_INTERFACE_REMOVED,
                    Reference::ImplementedInterfaceRemoved,
                    "it no longer implements",
                ),
            },
        );
    }

    fn members(
        &mut self,
        name: &str,
        before: Option<&'a TypeDefinition<'a>>,
        after: &'a TypeDefinition<'a>,
    ) {
        self.names(
            name,
            before,
            after,
            |definition| &definition.members,
            &Wording {
                added: (
                    &rules::UNION_MEMBER_ADDED,
                    Reference::TypeAddedToUnion,
                    "it has the new member",
                ),
                removed: (
                    &rules::UNION_MEMBER_REMOVED,
                    Reference::TypeRemovedFromUnion,
                    "it lost the member",
                ),
            },
        );
    }

    /// Interfaces of a type, or members of a union.
    fn names(
        &mut self,
        name: &str,
        before: Option<&'a TypeDefinition<'a>>,
        after: &'a TypeDefinition<'a>,
        names_of: for<'m> fn(&'m TypeDefinition<'a>) -> &'m Parts<'a, Name>,
        wording: &Wording,
    ) {
        let none = Parts::new();
        let is_new = before.is_none();
        let place = |part: &Part<'_, Name>| part.file.place(part.node.location());
        for (other, old, new) in by_name(before.map_or(&none, names_of), names_of(after)) {
            match (old, new) {
                (None, Some(new)) => {
                    let (rule, reference, words) = wording.added;
                    let mut difference =
                        Difference::new(rule, name, format!("{words} `{other}`")).at(place(new));
                    if is_new {
                        difference = difference.in_class(Class::Additive).part(true);
                    } else {
                        difference = difference.known_as(reference);
                    }
                    difference.old = before.map(TypeDefinition::place);
                    self.tell(difference);
                }
                (Some(old), None) => {
                    let (rule, reference, words) = wording.removed;
                    self.tell(
                        Difference::new(rule, name, format!("{words} `{other}`"))
                            .known_as(reference)
                            .was_at(place(old))
                            .at(after.place()),
                    );
                }
                _ => {}
            }
        }
    }

    fn enum_values(
        &mut self,
        name: &str,
        before: Option<&'a TypeDefinition<'a>>,
        after: &'a TypeDefinition<'a>,
    ) {
        let none = Parts::new();
        let is_new = before.is_none();
        for (value, old, new) in by_name(before.map_or(&none, |it| &it.values), &after.values) {
            let path = format!("{name}.{value}");
            if let (Some(old), None) = (old, new) {
                self.tell(
                    Difference::new(&rules::ENUM_VALUE_REMOVED, path, "the value is gone")
                        .known_as(Reference::ValueRemovedFromEnum)
                        .was_at(old.file.place(old.node.value.location()))
                        .at(after.place()),
                );
                continue;
            }
            let Some(new) = new else { continue };
            if old.is_none() {
                let mut difference =
                    Difference::new(&rules::ENUM_VALUE_ADDED, &path, "the value is new")
                        .at(new.file.place(new.node.value.location()));
                if is_new {
                    difference = difference.in_class(Class::Additive).part(true);
                } else {
                    difference = difference.known_as(Reference::ValueAddedToEnum);
                    difference.old = before.map(TypeDefinition::place);
                }
                self.tell(difference);
            }
            self.enum_value(&path, old, new);
        }
    }

    /// A built-in scalar that nothing refers to is no part of a schema.
    fn standard_scalars(&mut self) {
        for scalar in self.old.standard_scalars.difference(&self.new.standard_scalars) {
            let sentence = "nothing refers to the built-in scalar any more";
            let mut difference =
                Difference::new(&rules::STANDARD_SCALAR_REMOVED, *scalar, sentence)
                    .known_as(Reference::TypeRemoved);
            difference.old = self.old.file.map(Source::file);
            difference.new = self.new.file.map(Source::file);
            self.found.push(difference);
        }
    }
}

/// What to tell of names that came or went.
struct Wording {
    added: (&'static Rule, Reference, &'static str),
    removed: (&'static Rule, Reference, &'static str),
}
