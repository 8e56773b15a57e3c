//! What Python and its library offer.

use std::rc::Rc;

use super::{
    Machine,
    calls::{item_like, rows_of},
    columns,
    value::{Arguments, Value},
};
use crate::migrations::schema::Action;

/// Words that names of functions begin with which only read.
const READING: &[&str] = &[
    "has", "is", "get", "find", "fetch", "list", "count", "check", "exists", "generic", "inspect",
    "load", "read", "select", "table", "should", "can", "assert", "validate", "log", "format",
    "query", "lookup", "search", "collect", "reflect",
];

/// Words in names of functions which write, whatever they begin with.
const WRITING: &[&str] =
    &["create", "insert", "update", "delete", "drop", "add", "set", "migrate", "save", "sync"];

/// Functions and exceptions of Python itself that touch no database.
const BUILT_IN: &[&str] = &[
    "print",
    "len",
    "range",
    "int",
    "float",
    "bool",
    "isinstance",
    "any",
    "all",
    "sum",
    "min",
    "max",
    "abs",
    "round",
    "type",
    "id",
    "hash",
    "open",
    "super",
    "hasattr",
    "format",
    "vars",
    "input",
    "bytes",
    "ord",
    "chr",
    "divmod",
    "issubclass",
    "callable",
    "object",
    "slice",
    "bytearray",
    "hex",
    "pow",
    "exit",
    "globals",
    "locals",
    "delattr",
    "dir",
    "ValueError",
    "RuntimeError",
    "Exception",
    "TypeError",
    "KeyError",
    "AssertionError",
    "NotImplementedError",
];

/// Modules and loggers that touch no database.
const HARMLESS_MODULES: &[&str] = &[
    "uuid",
    "json",
    "re",
    "datetime",
    "time",
    "os",
    "logging",
    "warnings",
    "secrets",
    "hashlib",
    "decimal",
    "math",
    "itertools",
    "collections",
    "functools",
    "textwrap",
    "typing",
    "enum",
    "dataclasses",
    "string",
    "random",
    "copy",
    "pathlib",
    "sys",
    "base64",
    "ipaddress",
    "operator",
    "shlex",
    "tqdm",
    "logger",
    "log",
    "contextlib",
    "urllib",
    "pprint",
    "zlib",
    "hmac",
    "calendar",
    "traceback",
    "inspect",
    "abc",
    "packaging",
    "dateutil",
    "pytz",
    "click",
    "inflection",
    "yaml",
    "toml",
    "attr",
    "attrs",
    "pydantic",
    "trafaret",
    "msgpack",
    "yarl",
    "asyncio",
    "importlib",
    "concurrent",
    "threading",
    "queue",
    "multiprocessing",
    "shutil",
    "tempfile",
    "locale",
    "gettext",
    "types",
    "numbers",
    "fractions",
    "statistics",
    "bisect",
    "heapq",
    "csv",
    "io",
    "glob",
    "fnmatch",
    "html",
    "unicodedata",
    "binascii",
    "struct",
    "signal",
    "platform",
    "getpass",
    "socket",
    "zoneinfo",
];

/// Methods of containers, files and loggers, which may be called for what they do there.
const CONTAINER_METHODS: &[&str] = &[
    "append",
    "extend",
    "add",
    "update",
    "pop",
    "popitem",
    "sort",
    "clear",
    "insert",
    "remove",
    "setdefault",
    "reverse",
    "discard",
    "write",
    "close",
    "info",
    "debug",
    "warning",
    "warn",
    "error",
    "exception",
    "critical",
    "log",
    "echo",
    "print",
    "join",
    "put",
    "set",
    "seek",
    "flush",
];

/// Whether a method of something from elsewhere touches nothing but that.
pub(super) fn is_of_container(full: &str, last: &str) -> bool {
    full.contains("()") && CONTAINER_METHODS.contains(&last)
}

/// Whether a name says that nothing is written.
pub(super) fn reads_only(name: &str) -> bool {
    let words: Vec<&str> = name.trim_start_matches('_').split('_').collect();
    words.first().is_some_and(|first| READING.contains(first))
        && !words.iter().any(|word| WRITING.contains(word))
}

/// Whether a function of Python's library or of a logger touches no database.
pub(super) fn is_harmless(full: &str) -> bool {
    match full.split_once('.') {
        None => BUILT_IN.contains(&full),
        Some((root, _)) => HARMLESS_MODULES.contains(&root),
    }
}

impl<'a> Machine<'a> {
    /// Functions that Python itself has.
    pub(super) fn call_builtin(
        &mut self,
        full: &str,
        arguments: &Arguments<'a>,
    ) -> Option<Value<'a>> {
        let first = arguments.places.first();
        Some(match full {
            "list"
            | "tuple"
            | "set"
            | "frozenset"
            | "sorted"
            | "reversed"
            | "iter"
            | "collections.OrderedDict"
            | "typing.cast"
            | "cast" => {
                let value = if full.ends_with("cast") { arguments.places.get(1) } else { first };
                match value {
                    None => Value::list(Vec::new()),
                    Some(Value::Class(class)) if class.is_enumeration => {
                        let members = class.members.iter();
                        let members = members.map(|(name, value)| {
                            Value::Member(name.as_str().into(), Rc::new(value.clone()))
                        });
                        Value::list(members.collect())
                    }
                    Some(value) => value.clone(),
                }
            }
            "dict" => first.cloned().unwrap_or_else(|| {
                let pairs = arguments.names.iter();
                let pairs = pairs.map(|(name, value)| (Value::text(name.as_str()), value.clone()));
                Value::Dict(Rc::new(pairs.collect()))
            }),
            "str" | "textwrap.dedent" | "repr" => match first {
                Some(value) => match value.shown() {
                    Some(text) => Value::text(text),
                    None => value.clone(),
                },
                None => Value::text(""),
            },
            "enumerate" => match first {
                Some(Value::List(items)) => {
                    let items = items.iter().enumerate().map(|(place, item)| {
                        let place = Value::Number(place.to_string().into());
                        Value::list(vec![place, item.clone()])
                    });
                    Value::list(items.collect())
                }
                Some(other) if other.is_from_rows() => {
                    Value::list(vec![Value::list(vec![Value::Unknown, item_like(other)])])
                }
                _ => Value::Unknown,
            },
            "zip" => {
                let lists: Option<Vec<_>> = arguments
                    .places
                    .iter()
                    .map(|value| match value {
                        Value::List(items) => Some(items),
                        _ => None,
                    })
                    .collect();
                match lists.as_deref() {
                    Some([one, other]) => {
                        let pairs = one.iter().zip(other.iter());
                        let pairs = pairs.map(|(a, b)| Value::list(vec![a.clone(), b.clone()]));
                        Value::list(pairs.collect())
                    }
                    _ => rows_of(arguments),
                }
            }
            "map" | "filter" | "list.map" => {
                let (function, items) = (first?, arguments.places.get(1)?);
                let mut results = Vec::new();
                let (function, items) = (function.clone(), items.clone());
                self.loop_over(&items, &mut |machine, item| {
                    let one = Arguments { places: vec![item.clone()], names: Vec::new() };
                    let value = machine.call_value(&function, one, false);
                    results.push(if full == "filter" { item } else { value });
                });
                Value::list(results)
            }
            // What is bound to a function beforehand is not known afterwards.
            "next" | "copy.copy" | "copy.deepcopy" | "asyncio.run" | "functools.partial" => {
                first.cloned().unwrap_or(Value::Unknown)
            }
            "getattr" => {
                let name = arguments.places.get(1).and_then(Value::as_text).map(str::to_owned);
                match (first.cloned(), name) {
                    (Some(owner), Some(name)) => self.attribute_of(&owner, &name),
                    _ => Value::Unknown,
                }
            }
            "globals" => {
                // The module of the revision is the first scope.
                let names = self.scopes.first().map(|module| module.names.clone());
                let pairs = names.unwrap_or_default().into_iter();
                Value::Dict(Rc::new(
                    pairs.map(|(name, value)| (Value::text(name), value)).collect(),
                ))
            }
            "setattr" => {
                if let Some(Value::Entity(table)) = first {
                    let columns =
                        arguments.places.get(1).map(columns::column_names).unwrap_or_default();
                    let table = columns::folded(table);
                    self.act(Action::Update { table, columns });
                }
                Value::None
            }
            "importlib.import_module" | "import_module" => match first.and_then(Value::as_text) {
                Some(name) => Value::Named(name.into()),
                None => Value::Named("a.module".into()),
            },
            _ => return None,
        })
    }
}
