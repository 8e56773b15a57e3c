//! Holds a file against the schema: keys, types, choices; every error at once.

use serde_json::Value as Json;
use trainyard_report::Code;

use super::{
    node::{Node, Value, shorten},
    suggest::nearest,
};
use crate::{
    file::patterns,
    problem::{Problem, Problems},
};

/// Reports what does not fit the schema and takes it out, so that what is left can be read.
///
/// What `below` says, over which the file is laid, need not be said again.
pub(crate) fn validate(
    root: &Json,
    node: &mut Node,
    below: Option<&Node>,
    problems: &mut Problems,
) {
    Validator { root, below, keys: Vec::new(), problems }.check(root, node, "");
}

/// No policy says more in one list or table; checks across them may then compare each with each.
const MOST_ITEMS: usize = 500;

/// Keys that must be there, but without which the rest of their table is looked at all the same.
const READ_WITHOUT: [&str; 4] = ["components", "kind", "name", "path"];

struct Validator<'a> {
    root: &'a Json,
    below: Option<&'a Node>,
    /// The keys of the tables around what is looked at.
    keys: Vec<String>,
    problems: &'a mut Problems,
}

impl<'a> Validator<'a> {
    /// Checks one value; `false` where nothing of it can be used.
    fn check(&mut self, schema: &'a Json, node: &mut Node, path: &str) -> bool {
        path.clone_into(&mut node.place.path);
        let choices = self.choices(schema);
        let fitting: Vec<&Json> =
            choices.iter().copied().filter(|choice| fits(choice, node)).collect();
        let Some(choice) = fitting.first() else {
            self.wrong_type(&choices, node, path);
            return false;
        };
        if fitting
            .iter()
            .all(|choice| choice.get("const").is_some() || choice.get("enum").is_some())
            && !self.check_choice(&fitting, node, path)
        {
            return false;
        }
        if type_of(choice).is_empty() {
            node.make_plain();
            return true;
        }
        let items = node.length();
        let most = choice
            .get("maxItems")
            .and_then(Json::as_u64)
            .and_then(|most| usize::try_from(most).ok());
        let most = most.unwrap_or(MOST_ITEMS);
        if items > most {
            let message =
                format!("`{path}` has {items} entries, more than the {most} there may be");
            self.complain(Code::POLICY_BAD_VALUE, node, path, message);
            return false;
        }
        match &mut node.value {
            Value::Table(_) => self.check_table(choice, node, path),
            Value::Array(_) => self.check_list(choice, node, path),
            Value::Integer(number) => {
                let minimum = choice.get("minimum").and_then(Json::as_i64).unwrap_or(i64::MIN);
                let maximum = choice.get("maximum").and_then(Json::as_i64).unwrap_or(i64::MAX);
                if (minimum..=maximum).contains(number) {
                    return true;
                }
                let message = if *number < minimum {
                    format!("`{path}` must be at least {minimum}")
                } else {
                    format!("`{path}` must be at most {maximum}")
                };
                self.complain(Code::POLICY_BAD_VALUE, node, path, message);
                false
            }
            _ => true,
        }
    }

    /// The alternatives a schema leaves, references and nested choices resolved.
    fn choices(&self, schema: &'a Json) -> Vec<&'a Json> {
        if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
            let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            return target.map(|target| self.choices(target)).unwrap_or_default();
        }
        let nested = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Json::as_array);
        match nested {
            Some(choices) => choices.iter().flat_map(|choice| self.choices(choice)).collect(),
            None => vec![schema],
        }
    }

    /// A value of which only some are allowed.
    fn check_choice(&mut self, choices: &[&Json], node: &Node, path: &str) -> bool {
        let allowed: Vec<&Json> = choices
            .iter()
            .flat_map(|choice| match choice.get("enum").and_then(Json::as_array) {
                Some(values) => values.iter().collect(),
                None => choice.get("const").into_iter().collect::<Vec<_>>(),
            })
            .collect();
        let words: Vec<&str> = allowed.iter().filter_map(|value| value.as_str()).collect();
        match &node.value {
            Value::String(text) if !words.contains(&text.as_str()) => {
                let help = match nearest(text, words.iter().copied()) {
                    Some(word) => format!("did you mean \"{word}\"?"),
                    None => format!("write {}", quoted(&words)),
                };
                let message =
                    format!("\"{}\" is no value of `{path}`", shorten(text).escape_debug());
                let problem = self.problem(Code::POLICY_BAD_VALUE, node, path, message);
                self.problems
                    .push(problem.label(format!("expected {}", quoted(&words))).help(help));
                false
            }
            Value::Boolean(value) if !allowed.contains(&&Json::Bool(*value)) => {
                let message =
                    format!("`{path}` can be turned off with `false`, but `{value}` says nothing");
                let problem = self.problem(Code::POLICY_BAD_VALUE, node, path, message);
                self.problems.push(problem.help("remove the line, or write what is meant"));
                false
            }
            _ => true,
        }
    }

    fn check_list(&mut self, schema: &'a Json, node: &mut Node, path: &str) -> bool {
        let Value::Array(items) = &mut node.value else { return true };
        let is_empty = items.is_empty();
        if let Some(item_schema) = schema.get("items") {
            let mut index = 0usize;
            items.retain_mut(|item| {
                let item_path = format!("{path}[{index}]");
                // Lists are laid over others as a whole.
                let below = self.below.take();
                let usable = self.check(item_schema, item, &item_path);
                self.below = below;
                if !usable {
                    self.problems.lose(item_path);
                }
                index += 1;
                usable
            });
        }
        if is_empty && schema.get("minItems").and_then(Json::as_u64).is_some_and(|least| least > 0)
        {
            self.complain(
                Code::POLICY_BAD_VALUE,
                node,
                path,
                format!("`{path}` must not be empty"),
            );
            return false;
        }
        true
    }

    fn check_table(&mut self, schema: &'a Json, node: &mut Node, path: &str) -> bool {
        let known = schema.get("properties").and_then(Json::as_object);
        let others = schema.get("additionalProperties").filter(|others| !others.is_boolean());
        let closed = schema.get("additionalProperties") == Some(&Json::Bool(false));
        let Value::Table(entries) = &mut node.value else { return true };
        let present: Vec<String> = entries.keys().cloned().collect();
        entries.retain(|key, entry| {
            let path = super::node::join_path(path, key);
            match known.and_then(|known| known.get(key)).or(others) {
                Some(schema) => {
                    self.keys.push(key.clone());
                    let usable = self.check(schema, entry, &path);
                    self.keys.pop();
                    if !usable {
                        self.problems.lose(path);
                    }
                    usable
                }
                None if closed => {
                    let keys: Vec<&str> =
                        known.into_iter().flatten().map(|(key, _)| key.as_str()).collect();
                    self.unknown_key(key, &keys, entry, &path, schema);
                    false
                }
                None => {
                    entry.make_plain();
                    true
                }
            }
        });
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
        let mut is_readable = true;
        for key in required.filter_map(Json::as_str) {
            if self.is_said_below(key) {
                continue;
            }
            let is_known = |name: &String| known.is_some_and(|known| known.contains_key(name));
            let is_meant =
                |name: &String| name == key || (!is_known(name) && nearest(name, [key]).is_some());
            let path_of_key = super::node::join_path(path, key);
            if node.get(key).is_none()
                && !present.iter().any(is_meant)
                && !self.problems.has_lost(&path_of_key)
            {
                self.missing_key(key, node, path);
            }
            if node.get(key).is_none() {
                self.problems.lose(path_of_key);
                is_readable &= READ_WITHOUT.contains(&key);
            }
        }
        is_readable
    }

    /// Whether what the file is laid over says a key of the table that is looked at.
    fn is_said_below(&self, key: &str) -> bool {
        let mut keys = self.keys.iter().map(String::as_str).chain([key]);
        self.below.is_some_and(|below| keys.try_fold(below, Node::get).is_some())
    }

    fn missing_key(&mut self, key: &str, node: &Node, path: &str) {
        let message = if path.is_empty() {
            format!("`{key}` is missing")
        } else {
            format!("`{path}` lacks `{key}`")
        };
        let problem = self.problem(Code::POLICY_WRONG_TYPE, node, path, message);
        self.problems.push(problem.help(format!("add `{key} = ...`")));
    }

    fn unknown_key(&mut self, key: &str, keys: &[&str], node: &Node, path: &str, schema: &Json) {
        let table = match path.strip_suffix(key).map(|table| table.trim_end_matches('.')) {
            Some("") | None => "the top level".to_owned(),
            Some(table) => format!("`{table}`"),
        };
        let elsewhere = || homes(self.root, key).filter(|_| schema.get("properties").is_some());
        let help = if let Some(word) = nearest(key, keys.iter().copied()) {
            format!("did you mean `{word}`?")
        } else if let Some(home) = elsewhere() {
            format!("`{key}` belongs in {home}")
        } else if let Some(header) = dotted_name(path, node) {
            if let Some((table, _)) = path.rsplit_once('.') {
                self.problems.lose(table);
            }
            format!("a name with a dot stands in quotes: [{header}]")
        } else if keys.len() <= 16 {
            format!("keys here are {}", ticked(keys))
        } else {
            "see `trainyard policy schema` for the keys there are".to_owned()
        };
        let message = format!("unknown key `{}`", shorten(key).escape_debug());
        let problem = Problem::new(Code::POLICY_UNKNOWN_KEY, path, node.place.key.clone(), message);
        self.problems.push(problem.label(format!("not a key of {table}")).help(help));
    }

    fn wrong_type(&mut self, choices: &[&Json], node: &Node, path: &str) {
        let mut wanted: Vec<&str> = choices.iter().map(|choice| expected(choice)).collect();
        wanted.dedup();
        let wanted = listed(&wanted, "or");
        let help = correction(choices, &node.value);
        let message = format!("`{path}` must be {wanted}");
        let problem = self.problem(Code::POLICY_WRONG_TYPE, node, path, message);
        let problem = problem.label(format!("this is {}", node.value.type_name())).maybe_help(help);
        self.problems.push(problem);
    }

    fn complain(&mut self, code: Code, node: &Node, path: &str, message: String) {
        let problem = self.problem(code, node, path, message);
        self.problems.push(problem);
    }

    #[expect(clippy::unused_self, reason = "reads like its siblings")]
    fn problem(&self, code: Code, node: &Node, path: &str, message: String) -> Problem {
        Problem::new(code, path, node.place.span.clone(), message)
    }
}

/// What to write instead of a value of the wrong type, where that can be told.
fn correction(choices: &[&Json], value: &Value) -> Option<String> {
    let constants: Vec<&str> =
        choices.iter().filter_map(|choice| choice.get("const")?.as_str()).collect();
    let takes = |name: &str| choices.iter().any(|choice| type_of(choice) == name);
    let takes_text = choices.iter().any(|choice| type_of(choice) == "string" && !is_date(choice));
    let takes_date = choices.iter().any(|choice| is_date(choice));
    let takes_span = choices
        .iter()
        .any(|choice| choice.get("pattern").and_then(Json::as_str) == Some(patterns::SPAN));
    match value {
        _ if !constants.is_empty() => Some(format!("write {}", quoted(&constants))),
        Value::Integer(number @ 1..) if takes_span => {
            Some(format!("write it with its unit, such as \"{number} days\""))
        }
        Value::Integer(_) | Value::Number(_) if takes_span => {
            Some("write a number and a unit, such as \"2 weeks\"".to_owned())
        }
        Value::Time(text) if takes_date => Some(match text.get(..10).filter(|day| is_day(day)) {
            Some(day) => format!("leave out the time: {day}"),
            None => "write a day, such as 2025-03-31".to_owned(),
        }),
        Value::Number(_)
        | Value::Integer(_)
        | Value::Boolean(_)
        | Value::Date(_)
        | Value::Time(_)
            if takes_text =>
        {
            Some("put it in quotes".to_owned())
        }
        Value::Number(_) | Value::Integer(_) | Value::String(_) if takes_date => {
            Some("write a day, such as 2025-03-31".to_owned())
        }
        Value::String(text) if takes("array") => {
            Some(format!("put it in brackets: [\"{}\"]", shorten(text).escape_debug()))
        }
        Value::String(text) if takes("integer") && text.parse::<i64>().is_ok() => {
            Some(format!("leave out the quotes: {text}"))
        }
        Value::String(text) if takes("boolean") && matches!(text.as_str(), "true" | "false") => {
            Some(format!("leave out the quotes: {text}"))
        }
        Value::Table(_) if takes("array") => {
            Some("a table that may stand several times has two brackets: [[...]]".to_owned())
        }
        Value::Array(_) if takes("object") => {
            Some("a table that stands once has one bracket: [...]".to_owned())
        }
        _ => None,
    }
}

/// Whether a schema asks for a day.
fn is_date(schema: &Json) -> bool {
    schema.get("format").and_then(Json::as_str) == Some("date")
}

/// Whether a text is a day and nothing more.
fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// Whether a value has the type a schema asks for.
fn fits(schema: &Json, node: &Node) -> bool {
    let is_date = is_date(schema);
    match (&node.value, type_of(schema)) {
        (_, "")
        | (Value::Integer(_), "integer")
        | (Value::Boolean(_), "boolean")
        | (Value::Array(_), "array")
        | (Value::Table(_), "object") => true,
        (Value::String(text), "string") => !is_date || is_day(text),
        (Value::Date(_), "string") => is_date,
        _ => false,
    }
}

/// The schema's type; empty where any will do.
fn type_of(schema: &Json) -> &str {
    match schema.get("type").and_then(Json::as_str) {
        Some(name) => name,
        None if schema.get("properties").is_some() => "object",
        None if schema.get("enum").is_some() || schema.get("const").is_some() => "string",
        None => "",
    }
}

/// What a schema asks for, with its article.
fn expected(schema: &Json) -> &'static str {
    match type_of(schema) {
        "string" if is_date(schema) => "a date such as 2025-03-31",
        "string" => "a string",
        "integer" => "an integer",
        "boolean" if schema.get("const") == Some(&Json::Bool(false)) => "`false`",
        "boolean" => "`true` or `false`",
        "array" => "a list",
        "object" => "a table",
        _ => "something else",
    }
}

/// The header that was meant where a name was taken for several, such as `lines.declared."1.2"`.
fn dotted_name(path: &str, node: &Node) -> Option<String> {
    let table = ["lines.declared.", "components.", "groups.", "streams."]
        .iter()
        .find_map(|table| path.strip_prefix(table).map(|name| (table.trim_end_matches('.'), name)));
    let (table, name) = table.filter(|(_, name)| name.matches('.').count() == 1)?;
    node.as_table().map(|_| format!("{table}.\"{name}\""))
}

/// The table of the schema that knows a key, as a person would write its header.
fn homes(root: &Json, key: &str) -> Option<&'static str> {
    const TABLES: [(&str, &str); 14] = [
        ("/$defs/ProductFile", "[product]"),
        ("/$defs/RulesFile", "[rules], or [components.<name>.rules] for one component"),
        ("/$defs/PrereleaseFile", "[rules.prerelease]"),
        ("/$defs/LevelsFile", "[rules.levels]"),
        ("/$defs/CadenceFile", "[rules.cadence]"),
        ("/$defs/NextDevelopmentFile", "[rules.next-development]"),
        ("/$defs/LinesFile", "[lines]"),
        ("/$defs/DeclaredLineFile", "[lines.declared.\"<line>\"]"),
        ("/$defs/GroupFile", "[groups.<name>]"),
        ("/$defs/ComponentFile", "[components.<name>]"),
        ("/$defs/EvidenceFile", "[evidence], or [components.<name>.evidence] for one component"),
        ("/$defs/WaiverFile", "[[waivers]]"),
        ("/$defs/MilestoneFile", "[milestones.<name>]"),
        ("", "the top level"),
    ];
    TABLES
        .iter()
        .find(|(pointer, _)| {
            let table = root.pointer(pointer).and_then(|table| table.get("properties"));
            table.is_some_and(|properties| properties.get(key).is_some())
        })
        .map(|(_, header)| *header)
}

/// `"a", "b" or "c"`.
fn quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    listed(&words, "or")
}

/// `a`, `b` and `c`, in ticks.
pub(crate) fn ticked<T: std::fmt::Display>(words: &[T]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    listed(&words, "and")
}

/// Puts commas and a last word between items.
pub(crate) fn listed<T: AsRef<str>>(items: &[T], last: &str) -> String {
    match items {
        [] => "nothing".to_owned(),
        [only] => only.as_ref().to_owned(),
        [front @ .., end] => {
            let front: Vec<&str> = front.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", front.join(", "), end.as_ref())
        }
    }
}
