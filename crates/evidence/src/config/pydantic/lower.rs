//! Settings classes as a contract.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    field::{Choices, Preset},
    forest::{ClassId, Forest},
    read::{Class, Field},
    types::{Type, is_automatic, quoted_text},
};
use crate::{
    Unreadable,
    config::contract::{
        Accepts, Alternative, Contract, Key, Kind, Limit, Limits, Object, ObjectId, PIECE, Place,
        UnknownKeys,
    },
};

/// Keys that are inherited, and types that are looked at, in all; real settings stay far below.
const MOST_STEPS: usize = 400_000;

/// Types nested deeper, by themselves or through names that lead to other names, are refused.
const DEEPEST: usize = 60;

/// The contract of all settings classes, in the order of the files.
///
/// *Errors*: `Malformed` where inheritance or types unfold into too much.
pub(super) fn contract(forest: &Forest) -> Result<Contract, Unreadable> {
    let mut ids: Vec<ClassId> = forest.settings().iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    let ids: HashMap<_, _> =
        ids.into_iter().enumerate().map(|(place, id)| (id, ObjectId(place))).collect();
    let files = forest.paths().map(ToOwned::to_owned).collect();
    let objects = vec![Object::default(); ids.len()];
    let mut lowering = Lowering {
        forest,
        ids,
        contract: Contract { files, objects },
        configs: HashMap::new(),
        line: None,
        steps: 0,
    };
    for (id, bases) in forest.settings() {
        lowering.class(*id, bases)?;
    }
    if lowering.steps >= MOST_STEPS {
        return Err(too_much());
    }
    Ok(lowering.contract)
}

struct Lowering<'a> {
    forest: &'a Forest,
    ids: HashMap<ClassId, ObjectId>,
    contract: Contract,
    /// What classes are configured with, their bases' included.
    configs: HashMap<ClassId, BTreeMap<String, String>>,
    /// The line of the present field.
    line: Option<u32>,
    steps: usize,
}

impl Lowering<'_> {
    /// Fills in a class whose bases are filled in.
    fn class(&mut self, id: ClassId, bases: &[ClassId]) -> Result<(), Unreadable> {
        let (Some(class), Some(own)) = (self.forest.class(id), self.ids.get(&id).copied()) else {
            return Ok(());
        };
        let mut object = Object {
            label: class.name.clone(),
            place: Place { file: id.0, line: Some(class.line) },
            notes: class.doc.clone(),
            refused_names: class.refused.clone(),
            is_entry: class.bases.iter().any(|base| base == "BaseSettings"),
            ..Object::default()
        };
        let mut config = BTreeMap::new();
        // The first base counts most, so it comes last.
        for base in bases.iter().rev() {
            config.extend(self.configs.get(base).cloned().unwrap_or_default());
            self.inherit(&mut object, *base)?;
        }
        config.extend(class.config.clone());
        configure(&mut object, &config);
        let is_first_edition = is_first_edition(class, &config);
        for field in &class.fields {
            let key = self.key(id.0, field, &config, is_first_edition);
            object.keys.insert(field.name.clone(), key);
        }
        self.configs.insert(id, config);
        if let Some(place) = self.contract.objects.get_mut(own.0) {
            *place = object;
        }
        Ok(())
    }

    fn inherit(&mut self, object: &mut Object, base: ClassId) -> Result<(), Unreadable> {
        let Some(base_id) = self.ids.get(&base).copied() else { return Ok(()) };
        let Some(inherited) = self.contract.object(base_id) else { return Ok(()) };
        let keys: usize = inherited.keys.values().map(Key::weight).sum();
        self.steps += keys + inherited.refused_names.len();
        if self.steps > MOST_STEPS {
            return Err(too_much());
        }
        for (name, key) in &inherited.keys {
            let declared_in = Some(key.declared_in.unwrap_or(base_id));
            object.keys.insert(name.clone(), Key { declared_in, ..key.clone() });
        }
        object.refused_names.extend(inherited.refused_names.iter().cloned());
        object.is_entry |= inherited.is_entry;
        Ok(())
    }

    fn key(
        &mut self,
        module: usize,
        field: &Field,
        config: &BTreeMap<String, String>,
        is_first_edition: bool,
    ) -> Key {
        let facts = &field.facts;
        self.line = Some(field.line);
        let mut accepts = self.accepts(module, &field.annotation, 0);
        let choices = match &facts.choices {
            Some(Choices::Values(values)) => Some(values),
            Some(Choices::Function(name)) => self.forest.choices(module, name),
            None => None,
        };
        if let Some(values) = choices {
            self.steps += values.len();
            choose(&mut accepts, values);
        }
        limit(&mut accepts, &facts.limits);
        let takes_null =
            accepts.alternatives.iter().any(|alternative| alternative.kind == Kind::Null);
        let default = match &facts.default {
            Preset::Value(text) => Some(self.value(module, text)),
            // The first edition makes null the default of whatever may be null.
            Preset::Missing if is_first_edition && takes_null => Some("null".to_owned()),
            Preset::Missing => None,
        };
        Key {
            names: names(field, config),
            place: Place { file: module, line: Some(field.line) },
            declared_in: None,
            is_required: default.is_none(),
            default,
            is_deprecated: facts.is_deprecated,
            notes: facts.notes.clone(),
            accepts,
        }
    }

    /// The value of a default, looked up where it is the name of a constant.
    fn value(&mut self, module: usize, text: &str) -> String {
        let is_name = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let constant = is_name(text).then(|| self.forest.constant(module, text)).flatten();
        let mut meant = constant.map(|(_, constant)| constant.text.clone());
        // A member of an enumeration is as good as its value.
        if let Some((class, member)) = text.split_once('.').filter(|(class, _)| is_name(class)) {
            let class = self.forest.named(module, class).and_then(|id| self.forest.class(id));
            let class = class.filter(|class| Forest::is_enumeration(class));
            meant = class.and_then(|class| {
                let found = class.members.iter().find(|(name, _)| name == member)?;
                self.steps += class.members.len();
                Some(member_value(class, found))
            });
        }
        let value = meant.unwrap_or_else(|| text.to_owned());
        self.steps += value.len() / PIECE;
        value
    }

    fn accepts(&mut self, module: usize, meant: &Type, depth: usize) -> Accepts {
        self.steps += 1;
        if depth > DEEPEST {
            self.steps = MOST_STEPS;
        }
        if self.steps >= MOST_STEPS {
            return Accepts::any();
        }
        match meant {
            Type::Null => Accepts::of(Kind::Null),
            Type::Literals(values) => {
                self.steps += values.len();
                Accepts::values(values.iter().cloned())
            }
            Type::Union(types) => {
                let mut union = Accepts::default();
                for one in types {
                    union.widen(self.accepts(module, one, depth + 1));
                }
                union
            }
            Type::Limited(inner, limits) => {
                let mut accepts = self.accepts(module, inner, depth + 1);
                limit(&mut accepts, limits);
                accepts
            }
            Type::Other(text) => {
                self.steps += text.len() / PIECE;
                Accepts::of(Kind::Named(text.clone()))
            }
            Type::Name(name) => self.named(module, name, depth),
            Type::Of(name, items) => self.applied(module, name, items, depth),
        }
    }

    fn named(&mut self, module: usize, name: &str, depth: usize) -> Accepts {
        if let Some(id) = self.forest.named(module, name) {
            if let Some(object) = self.ids.get(&id) {
                return Accepts::of(Kind::Object(*object));
            }
            if let Some(class) = self.forest.class(id).filter(|class| Forest::is_enumeration(class))
            {
                self.steps += class.members.len();
                return members(class);
            }
        }
        if let Some((there, constant)) = self.forest.constant(module, name) {
            return self.accepts(there, &constant.meant, depth + 1);
        }
        builtin(name)
    }

    fn applied(&mut self, module: usize, name: &str, items: &[Type], depth: usize) -> Accepts {
        match (name, items) {
            (
                "list" | "List" | "set" | "Set" | "frozenset" | "FrozenSet" | "Sequence"
                | "Iterable" | "Collection" | "MutableSequence" | "deque" | "AbstractSet",
                [item],
            ) => Accepts::of(Kind::List(Box::new(self.accepts(module, item, depth + 1)))),
            ("tuple" | "Tuple", [item, Type::Other(rest)]) if rest == "..." => {
                Accepts::of(Kind::List(Box::new(self.accepts(module, item, depth + 1))))
            }
            ("tuple" | "Tuple", items) => {
                let items: Vec<_> = items
                    .iter()
                    .map(|item| self.accepts(module, item, depth + 1).describe())
                    .collect();
                Accepts::of(Kind::Named(format!("tuple of {}", items.join(", "))))
            }
            (
                "dict" | "Dict" | "Mapping" | "MutableMapping" | "OrderedDict" | "defaultdict",
                [_, value],
            ) => {
                let accepts = self.accepts(module, value, depth + 1);
                let unknown_keys =
                    if accepts.is_any { UnknownKeys::Free } else { UnknownKeys::Typed(accepts) };
                let place = Place { file: module, line: self.line };
                Accepts::of(Kind::Object(self.add(Object {
                    place,
                    unknown_keys,
                    ..Object::default()
                })))
            }
            // A generic class of our own is as good as its plain form.
            (name, _) => self.named(module, name, depth),
        }
    }

    fn add(&mut self, object: Object) -> ObjectId {
        let id = ObjectId(self.contract.objects.len());
        self.contract.objects.push(object);
        id
    }
}

/// The names that a field is read under.
fn names(field: &Field, config: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = field.facts.aliases.iter().cloned().collect();
    let is_set = |name: &str| config.get(name).is_some_and(|value| value == "true");
    let by_name = ["populate_by_name", "validate_by_name", "allow_population_by_field_name"];
    let generator = config.get("alias_generator").map(String::as_str).unwrap_or_default();
    let generated = generated(&field.name, generator);
    if names.is_empty() {
        names.extend(generated.clone());
    }
    if names.is_empty() || by_name.into_iter().any(is_set) {
        names.insert(field.name.clone());
    }
    names
}

/// What a generator that is known by its name makes of a field's name.
fn generated(name: &str, generator: &str) -> Option<String> {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(char::to_uppercase).into_iter().flatten();
        first.chain(letters).collect::<String>()
    };
    let words = || name.split('_');
    if generator.contains("kebab") {
        return Some(name.replace('_', "-"));
    }
    match generator.rsplit('.').next()? {
        "to_pascal" => Some(words().map(capital).collect()),
        "to_camel" | "camelize" | "to_lower_camel" => {
            let mut words = words();
            let first = words.next().unwrap_or_default().to_owned();
            Some(words.fold(first, |made, word| made + &capital(word)))
        }
        _ => None,
    }
}

fn configure(object: &mut Object, config: &BTreeMap<String, String>) {
    if config.get("extra").is_some_and(|extra| extra.contains("forbid")) {
        object.unknown_keys = UnknownKeys::Refused;
    }
    for (name, words) in [
        ("env_prefix", "the prefix of its variables"),
        ("env_nested_delimiter", "the delimiter of nested variables"),
        ("alias_generator", "the way its keys are spelled"),
    ] {
        let value = config.get(name).filter(|value| !matches!(value.as_str(), "null" | "\"\""));
        object.naming.extend(value.map(|value| (words, value.clone())));
    }
}

/// Whether a class is of pydantic's first edition, whose optional fields need no default.
fn is_first_edition(class: &Class, config: &BTreeMap<String, String>) -> bool {
    config.contains_key("allow_population_by_field_name")
        || class.bases.iter().any(|base| base == "BaseSettingsModel")
}

fn limit(accepts: &mut Accepts, limits: &Limits) {
    for alternative in &mut accepts.alternatives {
        let is_fitting = |name: &str| match alternative.kind {
            Kind::Null | Kind::Boolean => false,
            Kind::Integer | Kind::Number => {
                matches!(name, "minimum" | "maximum" | "step" | "conversion")
            }
            Kind::Text => {
                matches!(name, "smallest length" | "largest length" | "pattern" | "conversion")
            }
            Kind::List(_) | Kind::Object(_) => matches!(name, "smallest length" | "largest length"),
            Kind::Named(_) => true,
        };
        let fitting = limits.iter().filter(|(name, _)| is_fitting(name));
        alternative.limits.extend(fitting.map(|(name, limit)| (*name, limit.clone())));
    }
}

/// Narrows texts, and lists of texts, to what a field offers.
fn choose(accepts: &mut Accepts, values: &[String]) {
    for alternative in &mut accepts.alternatives {
        match &mut alternative.kind {
            Kind::Text => alternative.values = Some(values.iter().cloned().collect()),
            Kind::List(items) => {
                for item in items.alternatives.iter_mut().filter(|item| item.kind == Kind::Text) {
                    item.values = Some(values.iter().cloned().collect());
                }
            }
            _ => {}
        }
    }
}

/// The values of an enumeration.
fn members(class: &Class) -> Accepts {
    let members = class.members.iter().filter(|(name, _)| !name.starts_with('_'));
    Accepts::values(members.map(|member| member_value(class, member)))
}

/// The value of a member, made of its name where that is left to Python.
fn member_value(class: &Class, (name, value): &(String, String)) -> String {
    let is_text = class.bases.iter().any(|base| base == "StrEnum");
    let made = is_automatic(value) && is_text;
    if made { quoted_text(&name.to_lowercase()) } else { value.clone() }
}

/// What a type takes that no module of ours declares.
fn builtin(name: &str) -> Accepts {
    let at_least = |value, is_exclusive| ("minimum", Limit::AtLeast { value, is_exclusive });
    let at_most = |value, is_exclusive| ("maximum", Limit::AtMost { value, is_exclusive });
    let limited = |kind, limit| {
        let limits = Limits::from([limit]);
        Accepts {
            alternatives: vec![Alternative { limits, ..Alternative::of(kind) }],
            ..Accepts::default()
        }
    };
    match name {
        "Any" | "object" | "JsonValue" => Accepts::any(),
        "str" | "SecretStr" | "Path" | "PurePath" | "StrictStr" => Accepts::of(Kind::Text),
        "int" | "StrictInt" => Accepts::of(Kind::Integer),
        "float" | "StrictFloat" | "FiniteFloat" => Accepts::of(Kind::Number),
        "bool" | "StrictBool" => Accepts::of(Kind::Boolean),
        "PositiveInt" => limited(Kind::Integer, at_least(0.0, true)),
        "NonNegativeInt" => limited(Kind::Integer, at_least(0.0, false)),
        "NegativeInt" => limited(Kind::Integer, at_most(0.0, true)),
        "NonPositiveInt" => limited(Kind::Integer, at_most(0.0, false)),
        "PositiveFloat" => limited(Kind::Number, at_least(0.0, true)),
        "NonNegativeFloat" => limited(Kind::Number, at_least(0.0, false)),
        "FilePath" | "DirectoryPath" | "NewPath" | "HttpUrl" | "AnyUrl" | "AnyHttpUrl"
        | "AnyWebsocketUrl" | "EmailStr" | "PostgresDsn" | "RedisDsn" | "IPvAnyAddress"
        | "IPvAnyNetwork" | "UUID" | "UUID4" => {
            limited(Kind::Text, ("format", Limit::Like(name.to_owned())))
        }
        "list" | "List" | "set" | "Set" | "tuple" | "Tuple" | "Sequence" => {
            Accepts::of(Kind::List(Box::new(Accepts::any())))
        }
        other => Accepts::of(Kind::Named(other.to_owned())),
    }
}

fn too_much() -> Unreadable {
    let message = "its classes inherit and refer to too much".to_owned();
    Unreadable::Malformed { message, line: None }
}
