//! The schema that some files make together: extensions merged, federation's own parts left out.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use apollo_compiler::{
    Name, Node,
    ast::{
        Definition, Directive, DirectiveDefinition, EnumValueDefinition, FieldDefinition,
        InputValueDefinition, OperationType, Type, Value,
    },
    parser::SourceSpan,
};
use camino::Utf8Path;

use super::{source::SourceFile, values::MOST_VALUES_OF_A_SCHEMA};
use crate::Source;

/// A file with its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct NamedFile<'a> {
    pub(super) path: &'a Utf8Path,
    pub(super) file: &'a SourceFile,
}

/// Something of a file.
#[derive(Debug)]
pub(super) struct Part<'a, T> {
    pub(super) node: &'a T,
    pub(super) file: NamedFile<'a>,
}

// By hand, since derived ones would ask the same of `T`.
impl<T> Clone for Part<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Part<'_, T> {}

/// Parts by name.
pub(super) type Parts<'a, T> = BTreeMap<&'a str, Part<'a, T>>;

impl<'a> NamedFile<'a> {
    pub(super) fn place(self, span: Option<SourceSpan>) -> Source {
        match self.file.line(span) {
            Some(line) => Source::line(self.path, line),
            None => Source::file(self.path),
        }
    }

    fn part<T>(self, node: &'a T) -> Part<'a, T> {
        Part { node, file: self }
    }
}

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    Input,
}

impl Kind {
    /// The kind in a sentence.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Scalar => "a scalar",
            Self::Object => "an object type",
            Self::Interface => "an interface",
            Self::Union => "a union",
            Self::Enum => "an enum",
            Self::Input => "an input type",
        }
    }
}

/// A type with all its extensions.
#[derive(Clone, Debug)]
pub(super) struct TypeDefinition<'a> {
    pub(super) kind: Kind,
    /// The name where it is defined, or first extended.
    pub(super) name: Part<'a, Name>,
    pub(super) description: Option<&'a str>,
    pub(super) directives: Vec<Part<'a, Directive>>,
    pub(super) interfaces: Parts<'a, Name>,
    pub(super) fields: Parts<'a, FieldDefinition>,
    pub(super) input_fields: Parts<'a, InputValueDefinition>,
    pub(super) values: Parts<'a, EnumValueDefinition>,
    pub(super) members: Parts<'a, Name>,
}

impl<'a> TypeDefinition<'a> {
    fn new(kind: Kind, name: Part<'a, Name>) -> Self {
        Self {
            kind,
            name,
            description: None,
            directives: Vec::new(),
            interfaces: Parts::new(),
            fields: Parts::new(),
            input_fields: Parts::new(),
            values: Parts::new(),
            members: Parts::new(),
        }
    }

    /// Where it is defined.
    pub(super) fn place(&self) -> Source {
        self.name.file.place(self.name.node.location())
    }
}

/// A schema as clients see it.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema<'a> {
    pub(super) types: BTreeMap<&'a str, TypeDefinition<'a>>,
    pub(super) directive_definitions: Parts<'a, DirectiveDefinition>,
    /// The directives on the schema itself.
    pub(super) directives: Vec<Part<'a, Directive>>,
    /// The names of the root types.
    pub(super) roots: Roots<'a>,
    /// Built-in scalars that something refers to.
    pub(super) standard_scalars: BTreeSet<&'static str>,
    /// The first file of it.
    pub(super) file: Option<&'a Utf8Path>,
    /// How many values of defaults may still be read.
    pub(super) values_left: Cell<u32>,
    /// Whether it is part of a federation, or the schema of a whole one.
    is_federated: bool,
}

/// The root types.
#[derive(Clone, Debug, Default)]
pub(super) struct Roots<'a> {
    pub(super) query: Option<&'a str>,
    pub(super) mutation: Option<&'a str>,
    pub(super) subscription: Option<&'a str>,
    /// Where the first of them is declared, if it is.
    pub(super) place: Option<Source>,
}

/// The scalars of the specification.
const STANDARD_SCALARS: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

impl<'a> Schema<'a> {
    /// Puts the definitions of files together.
    pub(super) fn new(files: impl IntoIterator<Item = NamedFile<'a>>) -> Self {
        let files: Vec<_> = files.into_iter().collect();
        let mut schema = Self {
            is_federated: is_federated(&files),
            values_left: Cell::new(MOST_VALUES_OF_A_SCHEMA),
            ..Self::default()
        };
        let mut declares_roots = false;
        for file in files {
            schema.file = schema.file.or(Some(file.path));
            for definition in &file.file.document.definitions {
                declares_roots |= matches!(definition, Definition::SchemaDefinition(_));
                schema.take(file, definition);
            }
        }
        if !declares_roots {
            schema.name_usual_roots();
        }
        schema.standard_scalars = schema.referenced_scalars();
        schema
    }

    fn take(&mut self, file: NamedFile<'a>, definition: &'a Definition) {
        match definition {
            Definition::OperationDefinition(_) | Definition::FragmentDefinition(_) => {}
            Definition::SchemaDefinition(it) => {
                self.take_roots(file, &it.root_operations);
                self.take_schema_directives(file, &it.directives);
            }
            Definition::SchemaExtension(it) => {
                self.take_roots(file, &it.root_operations);
                self.take_schema_directives(file, &it.directives);
            }
            Definition::DirectiveDefinition(it) => {
                if !self.is_federations_definition(it) {
                    self.directive_definitions.insert(&it.name, file.part(it.as_ref()));
                }
            }
            _ => self.take_type(file, definition),
        }
    }

    fn take_roots(
        &mut self,
        file: NamedFile<'a>,
        operations: &'a [Node<(OperationType, apollo_compiler::ast::NamedType)>],
    ) {
        for operation in operations {
            let (kind, name) = operation.as_ref();
            let root = match kind {
                OperationType::Query => &mut self.roots.query,
                OperationType::Mutation => &mut self.roots.mutation,
                OperationType::Subscription => &mut self.roots.subscription,
            };
            *root = Some(name);
            self.roots.place.get_or_insert_with(|| file.place(name.location()));
        }
    }

    fn name_usual_roots(&mut self) {
        let named = |name: &str| self.types.get_key_value(name).map(|(name, _)| *name);
        let (query, mutation, subscription) =
            (named("Query"), named("Mutation"), named("Subscription"));
        self.roots.query = query.or(self.roots.query);
        self.roots.mutation = mutation.or(self.roots.mutation);
        self.roots.subscription = subscription.or(self.roots.subscription);
    }

    fn take_schema_directives(&mut self, file: NamedFile<'a>, directives: &'a [Node<Directive>]) {
        let own = directives.iter().filter(|directive| !links_specification(directive));
        self.directives.extend(own.map(|directive| file.part(directive.as_ref())));
    }

    fn take_type(&mut self, file: NamedFile<'a>, definition: &'a Definition) {
        let (Some(kind), Some(name)) = (kind_of(definition), definition.name()) else { return };
        let is_standard = STANDARD_SCALARS.contains(&name.as_str());
        let directives = definition.directives();
        if is_standard || is_federations(name) || self.is_hidden(directives) {
            return;
        }
        let is_federated = self.is_federated;
        let shown = |directives: &[Node<Directive>]| !(is_federated && is_inaccessible(directives));
        let named = file.part(name);
        let entry = self.types.entry(name).or_insert_with(|| TypeDefinition::new(kind, named));
        if !definition.is_extension_definition() {
            (entry.kind, entry.name) = (kind, named);
            entry.description = description_of(definition);
        }
        entry.directives.extend(directives.iter().map(|directive| file.part(directive.as_ref())));
        let parts = Contents::of(definition);
        entry.interfaces.extend(parts.interfaces.iter().map(|it| (it.as_str(), file.part(it))));
        entry.members.extend(parts.members.iter().map(|it| (it.as_str(), file.part(it))));
        let fields = parts.fields.iter().filter(|it| shown(&it.directives));
        entry.fields.extend(fields.map(|it| (it.name.as_str(), file.part(it.as_ref()))));
        let inputs = parts.input_fields.iter().filter(|it| shown(&it.directives));
        entry.input_fields.extend(inputs.map(|it| (it.name.as_str(), file.part(it.as_ref()))));
        let values = parts.values.iter().filter(|it| shown(&it.directives));
        entry.values.extend(values.map(|it| (it.value.as_str(), file.part(it.as_ref()))));
    }

    /// Whether a federation keeps something from clients.
    fn is_hidden(&self, directives: &[Node<Directive>]) -> bool {
        self.is_federated && is_inaccessible(directives)
    }

    /// Whether a directive tells composers how subgraphs fit together, and clients nothing.
    pub(super) fn is_for_composers(&self, directive: &str) -> bool {
        is_federations(directive) || (self.is_federated && FOR_COMPOSERS.contains(&directive))
    }

    /// Arguments by name, without those that a federation keeps from clients.
    pub(super) fn arguments(
        &self,
        file: NamedFile<'a>,
        arguments: &'a [Node<InputValueDefinition>],
    ) -> Parts<'a, InputValueDefinition> {
        let shown = arguments.iter().filter(|argument| !self.is_hidden(&argument.directives));
        shown.map(|argument| (argument.name.as_str(), file.part(argument.as_ref()))).collect()
    }

    fn is_federations_definition(&self, definition: &DirectiveDefinition) -> bool {
        let refers =
            |argument: &Node<InputValueDefinition>| is_federations(argument.ty.inner_named_type());
        is_federations(&definition.name)
            || definition.arguments.iter().any(refers)
            || (self.is_federated && matches!(definition.name.as_str(), "link" | "core"))
    }

    fn referenced_scalars(&self) -> BTreeSet<&'static str> {
        let mut names = BTreeSet::new();
        let mut refer = |ty: &Type| {
            let name = ty.inner_named_type().as_str();
            names.extend(STANDARD_SCALARS.iter().find(|scalar| **scalar == name));
        };
        for definition in self.types.values() {
            for field in definition.fields.values() {
                refer(&field.node.ty);
                field.node.arguments.iter().for_each(|argument| refer(&argument.ty));
            }
            definition.input_fields.values().for_each(|field| refer(&field.node.ty));
        }
        for definition in self.directive_definitions.values() {
            definition.node.arguments.iter().for_each(|argument| refer(&argument.ty));
        }
        // Introspection and the built-in directives always need them.
        names.extend(["Boolean", "String"]);
        names
    }
}

fn kind_of(definition: &Definition) -> Option<Kind> {
    Some(match definition {
        Definition::ScalarTypeDefinition(_) | Definition::ScalarTypeExtension(_) => Kind::Scalar,
        Definition::ObjectTypeDefinition(_) | Definition::ObjectTypeExtension(_) => Kind::Object,
        Definition::InterfaceTypeDefinition(_) | Definition::InterfaceTypeExtension(_) => {
            Kind::Interface
        }
        Definition::UnionTypeDefinition(_) | Definition::UnionTypeExtension(_) => Kind::Union,
        Definition::EnumTypeDefinition(_) | Definition::EnumTypeExtension(_) => Kind::Enum,
        Definition::InputObjectTypeDefinition(_) | Definition::InputObjectTypeExtension(_) => {
            Kind::Input
        }
        _ => return None,
    })
}

fn description_of(definition: &Definition) -> Option<&str> {
    let description = match definition {
        Definition::ScalarTypeDefinition(it) => &it.description,
        Definition::ObjectTypeDefinition(it) => &it.description,
        Definition::InterfaceTypeDefinition(it) => &it.description,
        Definition::UnionTypeDefinition(it) => &it.description,
        Definition::EnumTypeDefinition(it) => &it.description,
        Definition::InputObjectTypeDefinition(it) => &it.description,
        _ => return None,
    };
    description.as_deref()
}

/// What a definition or an extension holds.
#[derive(Clone, Copy, Default)]
pub(super) struct Contents<'a> {
    pub(super) interfaces: &'a [Name],
    pub(super) fields: &'a [Node<FieldDefinition>],
    pub(super) input_fields: &'a [Node<InputValueDefinition>],
    pub(super) values: &'a [Node<EnumValueDefinition>],
    pub(super) members: &'a [Name],
}

impl<'a> Contents<'a> {
    pub(super) fn of(definition: &'a Definition) -> Self {
        let none = Self::default();
        match definition {
            Definition::ObjectTypeDefinition(it) => {
                Self { interfaces: &it.implements_interfaces, fields: &it.fields, ..none }
            }
            Definition::ObjectTypeExtension(it) => {
                Self { interfaces: &it.implements_interfaces, fields: &it.fields, ..none }
            }
            Definition::InterfaceTypeDefinition(it) => {
                Self { interfaces: &it.implements_interfaces, fields: &it.fields, ..none }
            }
            Definition::InterfaceTypeExtension(it) => {
                Self { interfaces: &it.implements_interfaces, fields: &it.fields, ..none }
            }
            Definition::UnionTypeDefinition(it) => Self { members: &it.members, ..none },
            Definition::UnionTypeExtension(it) => Self { members: &it.members, ..none },
            Definition::EnumTypeDefinition(it) => Self { values: &it.values, ..none },
            Definition::EnumTypeExtension(it) => Self { values: &it.values, ..none },
            Definition::InputObjectTypeDefinition(it) => Self { input_fields: &it.fields, ..none },
            Definition::InputObjectTypeExtension(it) => Self { input_fields: &it.fields, ..none },
            _ => none,
        }
    }
}

/// Whether a name belongs to the machinery of a federation, which no client sees.
fn is_federations(name: &str) -> bool {
    ["join__", "link__", "core__", "federation__"].iter().any(|prefix| name.starts_with(prefix))
}

fn is_inaccessible(directives: &[Node<Directive>]) -> bool {
    directives.iter().any(|directive| directive.name == "inaccessible")
}

/// Directives of the federation specification that no client can notice.
const FOR_COMPOSERS: [&str; 10] = [
    "composeDirective",
    "extends",
    "external",
    "interfaceObject",
    "key",
    "override",
    "provides",
    "requires",
    "shareable",
    "tag",
];

/// Whether it is `@link` or `@core` of a specification, which tells composers what the directives mean.
fn links_specification(directive: &Directive) -> bool {
    let names_specification = |value: &Value| {
        value.as_str().is_some_and(|url| url.starts_with("https://specs.apollo.dev/"))
    };
    matches!(directive.name.as_str(), "link" | "core")
        && directive.arguments.iter().any(|argument| names_specification(&argument.value))
}

/// Whether files are for a composer, or what one wrote: they link its specification, or say which subgraph has what.
fn is_federated(files: &[NamedFile<'_>]) -> bool {
    let definitions = files.iter().flat_map(|file| &file.file.document.definitions);
    definitions.into_iter().any(|definition| match definition {
        Definition::DirectiveDefinition(it) => {
            matches!(it.name.as_str(), "join__graph" | "join__type")
        }
        Definition::SchemaDefinition(_) | Definition::SchemaExtension(_) => {
            definition.directives().iter().any(|directive| links_specification(directive))
        }
        _ => false,
    })
}
