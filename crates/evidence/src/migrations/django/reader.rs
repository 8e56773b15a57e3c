//! Reads the operations of a migration from its syntax tree.

use std::collections::BTreeSet;

use ruff_python_ast::{Expr, ExprCall, Operator};

use super::{
    custom,
    field::Field,
    library::Library,
    operation::{Constraint, ConstraintKind, NewModel, Operation, Unique},
    orm,
    syntax::{Module, fields_named, fingerprint},
};
use crate::python::{
    calls::{argument, keyword, last_name},
    constants::Constant,
};

/// More operations of one migration are not read; those that are left out count as one that is not known.
const MOST_OPERATIONS: usize = 20_000;

/// Reads lists of operations.
pub(super) struct Reader<'a> {
    pub(super) module: &'a Module<'a>,
    /// Other modules of the tree, where they are at hand.
    pub(super) library: Option<&'a Library<'a>>,
    /// How deep classes and lists of the module have led.
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(module: &'a Module<'a>, library: Option<&'a Library<'a>>) -> Self {
        Self { module, library, depth: 0 }
    }

    /// The operations of a list, in their order.
    pub(super) fn list(&mut self, expression: &'a Expr) -> Vec<Operation> {
        let mut operations = Vec::new();
        self.add_list(expression, &mut operations);
        operations
    }

    pub(super) fn add_list(&mut self, expression: &'a Expr, into: &mut Vec<Operation>) {
        if into.len() >= MOST_OPERATIONS {
            into.truncate(MOST_OPERATIONS);
            into.push(Operation::Unknown { what: "operations".to_owned() });
            return;
        }
        match expression {
            Expr::List(list) => list.elts.iter().for_each(|item| self.add_item(item, into)),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|item| self.add_item(item, into)),
            Expr::BinOp(sum) if sum.op == Operator::Add => {
                self.add_list(&sum.left, into);
                self.add_list(&sum.right, into);
            }
            Expr::If(choice) => {
                self.add_list(&choice.body, into);
                self.add_list(&choice.orelse, into);
            }
            Expr::ListComp(list) => self.add_item(&list.elt, into),
            Expr::Generator(list) => self.add_item(&list.elt, into),
            Expr::Call(call) if matches!(last_name(&call.func), Some("list" | "tuple")) => {
                call.arguments.args.iter().for_each(|list| self.add_list(list, into));
            }
            Expr::Name(name) => match self.module.assigned(name.id.as_str()) {
                Some(value) if self.depth < 4 => {
                    self.depth += 1;
                    self.add_list(value, into);
                    self.depth -= 1;
                }
                _ => into.push(Operation::Unknown { what: name.id.to_string() }),
            },
            _ => into.push(Operation::Unknown { what: "operations".to_owned() }),
        }
    }

    fn add_item(&mut self, item: &'a Expr, into: &mut Vec<Operation>) {
        match item {
            Expr::Starred(starred) => self.add_list(&starred.value, into),
            Expr::Call(call) => into.push(self.operation(call)),
            Expr::If(choice) => {
                self.add_item(&choice.body, into);
                self.add_item(&choice.orelse, into);
            }
            Expr::Name(name) => match self.module.assigned(name.id.as_str()) {
                Some(value @ Expr::Call(_)) if self.depth < 4 => {
                    self.depth += 1;
                    self.add_item(value, into);
                    self.depth -= 1;
                }
                _ => into.push(Operation::Unknown { what: name.id.to_string() }),
            },
            _ => into.push(Operation::Unknown { what: "an operation".to_owned() }),
        }
    }

    fn operation(&mut self, call: &'a ExprCall) -> Operation {
        let Some(name) = last_name(&call.func) else {
            return Operation::Unknown { what: "an operation".to_owned() };
        };
        let own = call.func.as_name_expr().and_then(|name| self.module.class(name.id.as_str()));
        let own = own.map(|class| (self.module, class)).or_else(|| {
            let full = self.module.full_name(&call.func)?;
            self.library?.class(self.module.path(), &full)
        });
        match own {
            Some((home, class)) if self.depth < 4 => {
                self.depth += 1;
                let operation = custom::operation(self, home, class, call);
                self.depth -= 1;
                operation
            }
            _ => self.known(name, call).unwrap_or_else(|| Operation::Unknown {
                what: self.module.full_name(&call.func).unwrap_or_else(|| name.to_owned()),
            }),
        }
    }

    /// An operation of Django, or of a package that is widely used; `None` for other classes.
    pub(super) fn known(&mut self, name: &str, call: &'a ExprCall) -> Option<Operation> {
        let text = |place: usize, name: &str| {
            argument(call, place, name)
                .and_then(|value| self.module.text(value))
                .unwrap_or_else(|| "?".to_owned())
        };
        Some(match name {
            "CreateModel" => Operation::CreateModel(Box::new(self.new_model(call))),
            "DeleteModel" => Operation::DeleteModel { model: text(0, "name") },
            "RenameModel" => {
                Operation::RenameModel { model: text(0, "old_name"), to: text(1, "new_name") }
            }
            "AlterModelTable" => Operation::AlterModelTable {
                model: text(0, "name"),
                table: argument(call, 1, "table").and_then(|table| self.module.text(table)),
            },
            "AddField" | "AlterField" => {
                let (model, name_of) = (text(0, "model_name"), text(1, "name"));
                let field = argument(call, 2, "field").and_then(|field| self.field(field));
                match (field, name) {
                    (None, _) => Operation::Unknown { what: format!("{model}.{name_of}") },
                    (Some(field), "AddField") => {
                        Operation::AddField { model, name: name_of, field }
                    }
                    (Some(field), _) => Operation::AlterField { model, name: name_of, field },
                }
            }
            "RemoveField" => {
                Operation::RemoveField { model: text(0, "model_name"), name: text(1, "name") }
            }
            "RenameField" => Operation::RenameField {
                model: text(0, "model_name"),
                name: text(1, "old_name"),
                to: text(2, "new_name"),
            },
            "AlterUniqueTogether" => Operation::UniqueTogether {
                model: text(0, "name"),
                sets: argument(call, 1, "unique_together")
                    .map_or_else(Vec::new, |sets| self.sets(sets)),
            },
            "AddConstraint" | "AddConstraintNotValid" => {
                let constraint = argument(call, 1, "constraint");
                let mut constraint =
                    constraint.map_or_else(unknown_constraint, |it| self.constraint(it));
                if let ("AddConstraintNotValid", ConstraintKind::Check { fields, condition }) =
                    (name, constraint.kind.clone())
                {
                    constraint.kind = ConstraintKind::CheckLater { fields, condition };
                }
                Operation::AddConstraint { model: text(0, "model_name"), constraint }
            }
            "RemoveConstraint" => {
                Operation::RemoveConstraint { model: text(0, "model_name"), name: text(1, "name") }
            }
            "ValidateConstraint" => Operation::ValidateConstraint {
                model: text(0, "model_name"),
                name: text(1, "name"),
            },
            "AlterOrderWithRespectTo" => Operation::OrderWithRespectTo {
                model: text(0, "name"),
                is_kept: argument(call, 1, "order_with_respect_to")
                    .is_some_and(|field| !field.is_none_literal_expr()),
            },
            "AlterModelOptions" => Operation::Options {
                model: text(0, "name"),
                managed: argument(call, 1, "options")
                    .and_then(|options| self.option_flag(options, "managed")),
            },
            "SeparateDatabaseAndState" => Operation::Separate {
                database: argument(call, 0, "database_operations")
                    .map_or_else(Vec::new, |list| self.optional_list(list)),
                state: argument(call, 1, "state_operations")
                    .map_or_else(Vec::new, |list| self.optional_list(list)),
            },
            "RunSQL" => Operation::Sql {
                statements: argument(call, 0, "sql")
                    .map_or_else(|| vec![None], |sql| self.statements(sql)),
                state: argument(call, 2, "state_operations")
                    .map_or_else(Vec::new, |list| self.optional_list(list)),
            },
            "RunPython" => Operation::Python(argument(call, 0, "code").map_or_else(
                || orm::Work::unresolved("RunPython"),
                |code| orm::work(self.module, self.library, code),
            )),
            _ => return simple(name, text(0, "model_name")),
        })
    }

    fn optional_list(&mut self, list: &'a Expr) -> Vec<Operation> {
        if list.is_none_literal_expr() { Vec::new() } else { self.list(list) }
    }

    fn field(&self, expression: &'a Expr) -> Option<Field> {
        match expression {
            Expr::Name(name) => Field::read(self.module.assigned(name.id.as_str())?, self.module),
            _ => Field::read(expression, self.module),
        }
    }

    fn new_model(&mut self, call: &'a ExprCall) -> NewModel {
        let text = |place: usize, name: &str| {
            argument(call, place, name).and_then(|value| self.module.text(value))
        };
        let mut model = NewModel {
            name: text(0, "name").unwrap_or_else(|| "?".to_owned()),
            has_table: true,
            ..NewModel::default()
        };
        if let Some(Expr::List(list)) = argument(call, 1, "fields") {
            // An altered field that is not among them is told as one that is not known.
            model.fields = list.elts.iter().filter_map(|item| self.named_field(item)).collect();
        }
        if let Some(Expr::Tuple(bases)) = argument(call, 3, "bases") {
            let mut texts = bases.elts.iter().filter_map(|base| self.module.text(base));
            model.base = texts.next().map(|base| base.to_lowercase());
        }
        let Some(options) = argument(call, 2, "options") else { return model };
        model.is_proxy = self.option_flag(options, "proxy") == Some(true);
        model.has_table = !model.is_proxy && self.option_flag(options, "managed") != Some(false);
        model.table = self.option(options, "db_table").and_then(|table| self.module.text(table));
        if let Some(sets) = self.option(options, "unique_together") {
            model.unique_together = self.sets(sets);
        }
        if let Some(Expr::List(list)) = self.option(options, "constraints") {
            model.constraints = list.elts.iter().map(|it| self.constraint(it)).collect();
        }
        model
    }

    fn named_field(&self, item: &'a Expr) -> Option<(String, Field)> {
        let Expr::Tuple(pair) = item else { return None };
        let [name, field] = pair.elts.as_slice() else { return None };
        Some((self.module.text(name)?, self.field(field)?))
    }

    fn option(&self, options: &'a Expr, name: &str) -> Option<&'a Expr> {
        let Expr::Dict(dict) = options else { return None };
        let mut items = dict.items.iter();
        let item = items.find(|item| {
            let key = item.key.as_ref().and_then(|key| self.module.text(key));
            key.as_deref() == Some(name)
        })?;
        Some(&item.value)
    }

    fn option_flag(&self, options: &'a Expr, name: &str) -> Option<bool> {
        self.option(options, name).and_then(|value| self.module.flag(value))
    }

    /// Sets of field names; one set may stand alone.
    fn sets(&self, expression: &Expr) -> Vec<BTreeSet<String>> {
        let expression = match expression {
            Expr::Call(call) => call.arguments.args.first().unwrap_or(expression),
            _ => expression,
        };
        let value = self.module.value(expression);
        let Some(items) = value.as_ref().and_then(Constant::as_list) else { return Vec::new() };
        if items.iter().any(|item| item.as_text().is_some()) {
            let only = items.iter().filter_map(Constant::as_text).map(str::to_owned).collect();
            return vec![only];
        }
        items.iter().map(|item| item.texts().into_iter().collect()).collect()
    }

    fn constraint(&self, expression: &Expr) -> Constraint {
        let Expr::Call(call) = expression else { return unknown_constraint() };
        let text = |name: &str| keyword(call, name).and_then(|value| self.module.text(value));
        let name = text("name").unwrap_or_else(|| "?".to_owned());
        let class = last_name(&call.func).unwrap_or_default();
        let kind = match class {
            _ if class.ends_with("UniqueConstraint") => ConstraintKind::Unique(self.unique(call)),
            _ if class.ends_with("CheckConstraint") => {
                let condition = argument(call, 0, "check").or_else(|| keyword(call, "condition"));
                match condition {
                    Some(condition) => ConstraintKind::Check {
                        fields: fields_named(condition).into_iter().collect(),
                        condition: fingerprint(condition),
                    },
                    None => ConstraintKind::Unknown,
                }
            }
            _ if class.ends_with("ExclusionConstraint") => match keyword(call, "expressions") {
                Some(list) => ConstraintKind::Exclusion {
                    fields: self.excluded(list),
                    condition: fingerprint(list),
                },
                None => ConstraintKind::Unknown,
            },
            _ => ConstraintKind::Unknown,
        };
        Constraint { name, kind }
    }

    fn excluded(&self, list: &Expr) -> BTreeSet<String> {
        let Expr::List(list) = list else { return BTreeSet::new() };
        let first = list.elts.iter().filter_map(|item| item.as_tuple_expr()?.elts.first());
        first
            .flat_map(|item| match self.module.text(item) {
                Some(name) => vec![name],
                None => fields_named(item),
            })
            .collect()
    }

    fn unique(&self, call: &ExprCall) -> Unique {
        let fields = keyword(call, "fields").and_then(|value| self.module.value(value));
        let fields = fields.map(|fields| fields.texts()).unwrap_or_default();
        let mut unique = Unique::of(fields.into_iter().collect());
        for expression in &call.arguments.args {
            unique.keys.insert(format!("{:x}", fingerprint(expression)));
            unique.fields.extend(fields_named(expression));
        }
        unique.condition = keyword(call, "condition")
            .filter(|condition| !condition.is_none_literal_expr())
            .map(fingerprint);
        unique.counts_nulls =
            keyword(call, "nulls_distinct").and_then(|it| self.module.flag(it)) == Some(false);
        unique
    }

    /// The statements of `RunSQL`: a text, a list of texts, a list of texts with parameters.
    pub(super) fn statements(&self, sql: &Expr) -> Vec<Option<String>> {
        if last_name(sql) == Some("noop") {
            return Vec::new();
        }
        let items = match sql {
            Expr::List(list) => &list.elts,
            Expr::Tuple(list) => &list.elts,
            _ => {
                return match self.module.value(sql) {
                    Some(Constant::List(items)) => items.iter().map(statement).collect(),
                    Some(value) => vec![statement(&value)],
                    None => vec![None],
                };
            }
        };
        let text = |item: &Expr| match item {
            Expr::Tuple(pair) => pair.elts.first().and_then(|sql| self.module.text(sql)),
            Expr::List(pair) => pair.elts.first().and_then(|sql| self.module.text(sql)),
            sql => self.module.text(sql),
        };
        items.iter().map(text).collect()
    }
}

fn statement(value: &Constant) -> Option<String> {
    match value {
        Constant::Text(text) => Some(text.clone()),
        Constant::List(pair) => pair.first().and_then(Constant::as_text).map(str::to_owned),
        _ => None,
    }
}

fn unknown_constraint() -> Constraint {
    Constraint { name: "?".to_owned(), kind: ConstraintKind::Unknown }
}

/// Operations whose class alone says what they do.
///
/// Those that are not Django's own: `RequireVersion` of pulpcore stops on old servers, django-pgtrigger makes triggers.
fn simple(name: &str, subject: String) -> Option<Operation> {
    let what = match name {
        "AddIndex" | "AddIndexConcurrently" => "adds an index",
        "RemoveIndex" | "RemoveIndexConcurrently" => "drops an index",
        "RenameIndex" => "renames an index",
        "AlterIndexTogether" => "changes indexes",
        "AlterModelTableComment" => "comments a table",
        "CreateExtension" | "BloomExtension" | "BtreeGinExtension" | "BtreeGistExtension"
        | "CITextExtension" | "CryptoExtension" | "HStoreExtension" | "TrigramExtension"
        | "UnaccentExtension" | "VectorExtension" => "creates an extension",
        "CreateCollation" => "creates a collation",
        "RemoveCollation" => "drops a collation",
        "AddTrigger" | "CompileTrigger" => "creates a trigger",
        "RemoveTrigger" => "drops a trigger",
        "AlterModelManagers" | "AlterConstraint" | "RequireVersion" => {
            return Some(Operation::Nothing { what: name.to_owned() });
        }
        _ => return None,
    };
    Some(Operation::Neutral { what, subject })
}
