//! Walks through a module and collects what it says about routes.

use ruff_python_ast::{Decorator, Expr, ExprCall, Stmt};

use super::{
    module::{Handle, Include, Module, Route, Router},
    path::of_pattern,
};
use crate::python::{
    Source, add_imports,
    calls::{argument, dotted, keyword, last_name},
    constants::{Constant, Constants, HOLE},
    full_name,
};

/// The methods that decorators and `add_…` are called after.
const METHODS: &[&str] =
    &["get", "post", "put", "patch", "delete", "head", "options", "trace", "websocket"];

/// Collects one module.
pub(super) struct Scanner<'a> {
    source: &'a Source,
    constants: Constants,
    module: Module,
    /// The functions and classes around, by their numbers.
    around: Vec<u32>,
    functions: u32,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self {
            constants: Constants::of(source.body()),
            module: Module { imports: source.imports(), ..Module::default() },
            around: Vec::new(),
            functions: 0,
            source,
        }
    }

    pub(super) fn scan(mut self) -> Module {
        self.body(self.source.body());
        self.module
    }

    fn body(&mut self, body: &'a [Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn within(&mut self, body: &'a [Stmt]) {
        self.functions = self.functions.saturating_add(1);
        self.around.push(self.functions);
        self.body(body);
        self.around.pop();
    }

    fn statement(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.decorator(decorator));
                self.within(&function.body);
            }
            Stmt::ClassDef(class) => {
                class.decorator_list.iter().for_each(|decorator| self.decorator(decorator));
                self.within(&class.body);
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                add_imports(statement, &mut self.module.imports);
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assign(target, &assign.value);
                }
                self.expression(&assign.value);
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assign(&assign.target, value);
                    self.expression(value);
                }
            }
            Stmt::AugAssign(assign) => self.patterns(&assign.target, &assign.value),
            Stmt::Expr(expression) => self.expression(&expression.value),
            Stmt::Return(result) => {
                if let Some(value) = &result.value {
                    self.expression(value);
                }
            }
            Stmt::If(choice) => {
                self.body(&choice.body);
                choice.elif_else_clauses.iter().for_each(|clause| self.body(&clause.body));
            }
            Stmt::With(with) => self.body(&with.body),
            Stmt::For(each) => self.body(&each.body),
            Stmt::While(each) => self.body(&each.body),
            Stmt::Try(attempt) => {
                self.body(&attempt.body);
                for handler in &attempt.handlers {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    self.body(&handler.body);
                }
                self.body(&attempt.orelse);
                self.body(&attempt.finalbody);
            }
            _ => {}
        }
    }

    /// A router that gets a name, its prefix, or Django's list of paths.
    fn assign(&mut self, target: &'a Expr, value: &'a Expr) {
        if let Expr::Subscript(place) = target {
            // aiohttp applications carry the prefix under which they are to be mounted.
            let key = self.constants.text(&place.slice);
            let name = dotted(&place.value).map(|name| self.local(&name));
            if let (Some("prefix"), Some(Handle::Local(name)), Some(prefix)) =
                (key.as_deref(), name, self.constants.text(value))
                && let Some(router) = self.module.routers.get_mut(&name)
            {
                router.prefix = format!("/{}", prefix.trim_matches('/'));
            }
            return;
        }
        self.patterns(target, value);
        let (Some(name), Expr::Call(call)) = (dotted(target), value) else { return };
        let name = self.scoped(&name, self.around.len());
        let made = full_name(&call.func, &self.module.imports);
        if made.is_some_and(|made| is_router(&made)) {
            let router = self.router(call);
            self.module.routers.insert(name, router);
        } else if dotted(&call.func).is_some_and(|made| made.contains("Route")) {
            let router = self.own_router(call);
            self.module.routers.insert(name, router);
        } else if let Some((app, prefix)) = self.resource(call, 0) {
            // aiohttp keeps a path as a thing of its own, to which methods are added.
            let include = Include {
                parent: self.handle(&app),
                child: Handle::Local(name.clone()),
                as_router: Router { prefix, ..Router::default() },
            };
            self.module.includes.push(include);
            self.module.routers.insert(name, Router::default());
        }
    }

    /// The application and the path of `app.router.add_resource(path)`, within other calls too.
    fn resource(&self, call: &ExprCall, depth: usize) -> Option<(String, String)> {
        let Expr::Attribute(attribute) = &*call.func else { return None };
        let first = call.arguments.args.first()?;
        if attribute.attr.as_str() == "add_resource" {
            let receiver = dotted(&attribute.value)?;
            let app = receiver.strip_suffix(".router").unwrap_or(&receiver);
            return Some((app.to_owned(), self.constants.text(first)?));
        }
        match first {
            Expr::Call(within) if depth < 4 => self.resource(within, depth + 1),
            _ => None,
        }
    }

    /// What a call says about a router or an include.
    fn router(&self, call: &ExprCall) -> Router {
        let prefix = keyword(call, "prefix").or_else(|| keyword(call, "url_prefix"));
        Router {
            prefix: prefix.and_then(|prefix| self.known_text(prefix)).unwrap_or_default(),
            is_deprecated: self.says(call, "deprecated", true),
            is_hidden: self.says(call, "include_in_schema", false),
        }
    }

    /// A table of routes of the project's own making: `RouteTable("users")`, `RouteRegistry.create("users")`.
    fn own_router(&self, call: &ExprCall) -> Router {
        let first = call.arguments.args.first();
        let prefix = keyword(call, "prefix").or(first).and_then(|text| self.known_text(text));
        let prefix = prefix.filter(|prefix| !prefix.contains(char::is_whitespace));
        let prefix = prefix.map(|prefix| format!("/{}", prefix.trim_matches('/')));
        let prefix = prefix.filter(|prefix| prefix.len() > 1).unwrap_or_default();
        Router { prefix, ..self.router(call) }
    }

    fn says(&self, call: &ExprCall, name: &str, wanted: bool) -> bool {
        let value = keyword(call, name).and_then(|value| self.constants.value(value));
        value == Some(Constant::Bool(wanted))
    }

    /// A text of which something is spelled out.
    fn known_text(&self, expression: &Expr) -> Option<String> {
        self.constants.text(expression).filter(|text| text != HOLE)
    }

    /// `Django`'s list of paths.
    fn patterns(&mut self, target: &'a Expr, value: &'a Expr) {
        let Expr::Name(name) = target else { return };
        if name.id.as_str() != "urlpatterns" || !self.around.is_empty() {
            return;
        }
        self.module.routers.entry("urlpatterns".to_owned()).or_default();
        self.pattern_list(value);
    }

    fn pattern_list(&mut self, list: &'a Expr) {
        match list {
            Expr::List(list) => list.elts.iter().for_each(|item| self.pattern_list(item)),
            Expr::Tuple(list) => list.elts.iter().for_each(|item| self.pattern_list(item)),
            Expr::Starred(starred) => self.pattern_list(&starred.value),
            Expr::BinOp(sum) => {
                self.pattern_list(&sum.left);
                self.pattern_list(&sum.right);
            }
            Expr::Call(call) => self.pattern(call),
            _ => {}
        }
    }

    fn pattern(&mut self, call: &'a ExprCall) {
        let name = last_name(&call.func).unwrap_or_default();
        if !matches!(name, "path" | "re_path" | "url") {
            return;
        }
        let Some(path) = argument(call, 0, "route").and_then(|path| self.constants.text(path))
        else {
            return;
        };
        let path = if name == "path" { path } else { of_pattern(&path) };
        let path = format!("/{}", path.trim_start_matches('/'));
        let router = Handle::Local("urlpatterns".to_owned());
        match call.arguments.args.get(1) {
            Some(Expr::Call(include)) if last_name(&include.func) == Some("include") => {
                let Some(target) = include.arguments.args.first() else { return };
                let module = match target {
                    Expr::Tuple(pair) => {
                        pair.elts.first().and_then(|name| self.constants.text(name))
                    }
                    name => self.constants.text(name),
                };
                let Some(module) = module else { return };
                let child = Handle::Imported(format!("{module}.urlpatterns"));
                // Both sides of the joint have a slash.
                let prefix = path.trim_end_matches('/').to_owned();
                let as_router = Router { prefix, ..Router::default() };
                self.module.includes.push(Include { parent: router, child, as_router });
            }
            Some(_) => {
                let line = self.source.line(call);
                self.module.routes.push(Route {
                    router,
                    method: "ANY".to_owned(),
                    path,
                    is_deprecated: false,
                    is_hidden: false,
                    line,
                });
            }
            None => {}
        }
    }

    fn decorator(&mut self, decorator: &'a Decorator) {
        let Expr::Call(call) = &decorator.expression else { return };
        let Expr::Attribute(attribute) = &*call.func else { return };
        let Some(receiver) = dotted(&attribute.value) else { return };
        let method = attribute.attr.as_str();
        let is_route = METHODS.contains(&method)
            || matches!(method, "route" | "api_route" | "websocket_route");
        if !is_route {
            return;
        }
        let router = self.handle(&receiver);
        if router == Handle::Unknown && !is_router_like(&receiver) {
            return;
        }
        let path = argument(call, 0, "path").or_else(|| keyword(call, "rule"));
        let Some(path) = path.and_then(|path| self.constants.text(path)) else { return };
        if !path.is_empty() && !path.starts_with('/') && !path.starts_with(HOLE) {
            return;
        }
        for method in self.methods(call, method) {
            self.route(router.clone(), method, path.clone(), call);
        }
    }

    /// The methods of a route, in capitals.
    fn methods(&self, call: &ExprCall, name: &str) -> Vec<String> {
        if METHODS.contains(&name) {
            return vec![name.to_uppercase()];
        }
        if name.starts_with("websocket") {
            return vec!["WEBSOCKET".to_owned()];
        }
        let given = keyword(call, "methods").and_then(|methods| self.constants.value(methods));
        match given.map(|methods| methods.texts()) {
            Some(methods) if !methods.is_empty() => {
                methods.into_iter().map(|method| method.to_uppercase()).collect()
            }
            _ => vec!["GET".to_owned()],
        }
    }

    fn route(&mut self, router: Handle, method: String, path: String, call: &ExprCall) {
        let route = Route {
            router,
            method,
            path,
            is_deprecated: self.says(call, "deprecated", true),
            is_hidden: self.says(call, "include_in_schema", false),
            line: self.source.line(call),
        };
        self.module.routes.push(route);
    }

    /// Calls that declare routes or include routers, also within the arguments of others: `cors.add(…)`.
    fn expression(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Await(wait) => self.expression(&wait.value),
            Expr::Call(call) => {
                self.call(call);
                call.arguments.args.iter().for_each(|argument| self.expression(argument));
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &'a ExprCall) {
        let Expr::Attribute(attribute) = &*call.func else { return };
        let Some(receiver) = dotted(&attribute.value) else { return };
        let name = attribute.attr.as_str();
        let owner = receiver.strip_suffix(".router").unwrap_or(&receiver);
        match name {
            "include_router" | "register_blueprint" => {
                let child = argument(call, 0, "router").and_then(dotted);
                if let Some(child) = child {
                    let include = Include {
                        parent: self.handle(&receiver),
                        child: self.handle(&child),
                        as_router: self.router(call),
                    };
                    self.module.includes.push(include);
                }
            }
            "mount" | "add_subapp" => {
                let prefix = argument(call, 0, "path").and_then(|path| self.known_text(path));
                let child = argument(call, 1, "app").and_then(dotted);
                if let Some((prefix, child)) = prefix.zip(child) {
                    let as_router = Router { prefix, ..Router::default() };
                    let (parent, child) = (self.handle(&receiver), self.handle(&child));
                    self.module.includes.push(Include { parent, child, as_router });
                }
            }
            "add_routes" => match call.arguments.args.first() {
                Some(Expr::List(list)) => {
                    let router = self.handle(owner);
                    for item in &list.elts {
                        if let Expr::Call(call) = item {
                            let name = last_name(&call.func).unwrap_or_default();
                            self.plain_route(&router, name, call);
                        }
                    }
                }
                Some(table) => {
                    if let Some(child) = dotted(table) {
                        let include = Include {
                            parent: self.handle(owner),
                            child: self.handle(&child),
                            as_router: Router::default(),
                        };
                        self.module.includes.push(include);
                    }
                }
                None => {}
            },
            "add_api_route" | "add_url_rule" | "add_api_websocket_route" => {
                let router = self.handle(&receiver);
                let path = argument(call, 0, "path").or_else(|| keyword(call, "rule"));
                let Some(path) = path.and_then(|path| self.constants.text(path)) else { return };
                let name = if name == "add_api_websocket_route" { "websocket" } else { "route" };
                for method in self.methods(call, name) {
                    self.route(router.clone(), method, path.clone(), call);
                }
            }
            // Tables of routes that projects make for themselves.
            "add" => {
                let method = call.arguments.args.first().and_then(|text| self.constants.text(text));
                if method.is_some_and(|method| is_method(&method)) {
                    let router = self.handle(&receiver);
                    self.plain_route(&router, "route", call);
                }
            }
            _ => {
                let Some(name) = name.strip_prefix("add_") else { return };
                let router = self.handle(owner);
                self.plain_route(&router, name, call);
            }
        }
    }

    /// aiohttp's `add_route("GET", path, …)`, `add_get(path, …)`, `web.get(path, …)`.
    fn plain_route(&mut self, router: &Handle, name: &str, call: &'a ExprCall) {
        let text = |place: usize| {
            call.arguments.args.get(place).and_then(|argument| self.constants.text(argument))
        };
        let is_named = matches!(router, Handle::Local(_)) && call.arguments.args.len() > 1;
        let (method, path) = match name {
            "route" => match (text(0), text(1)) {
                (Some(method), Some(path)) if is_method(&method) => (method.to_uppercase(), path),
                // A method of a path that has a name.
                (Some(method), None) if is_method(&method) && is_named => {
                    (method.to_uppercase(), String::new())
                }
                // Starlette has the path first.
                (Some(path), _) if path.starts_with('/') => {
                    for method in self.methods(call, "route") {
                        self.route(router.clone(), method, path.clone(), call);
                    }
                    return;
                }
                _ => return,
            },
            "view" => match text(0) {
                Some(path) => ("ANY".to_owned(), path),
                None => return,
            },
            name if METHODS.contains(&name) => match text(0) {
                Some(path) => (name.to_uppercase(), path),
                None => return,
            },
            _ => return,
        };
        if !path.is_empty() && !path.starts_with('/') {
            return;
        }
        let method = if method == "*" { "ANY".to_owned() } else { method };
        self.route(router.clone(), method, path, call);
    }

    /// The router that a name means here.
    fn handle(&self, name: &str) -> Handle {
        let local = self.local(name);
        if local != Handle::Unknown {
            return local;
        }
        let first = name.split('.').next().unwrap_or(name);
        match self.module.imports.get(first) {
            Some(full) => {
                let rest = name.get(first.len()..).unwrap_or_default();
                Handle::Imported(format!("{full}{rest}"))
            }
            None => Handle::Unknown,
        }
    }

    /// A router of this module, of the innermost function that has one of this name.
    fn local(&self, name: &str) -> Handle {
        let depths = (0..=self.around.len()).rev();
        let mut names = depths.map(|depth| self.scoped(name, depth));
        let found = names.find(|name| self.module.routers.contains_key(name));
        found.map_or(Handle::Unknown, Handle::Local)
    }

    fn scoped(&self, name: &str, depth: usize) -> String {
        match depth.checked_sub(1).and_then(|depth| self.around.get(depth)) {
            Some(function) => format!("{function}/{name}"),
            None => name.to_owned(),
        }
    }
}

/// Whether a class is one that routes are declared on, by its full name.
fn is_router(class: &str) -> bool {
    const KINDS: &[&str] =
        &["Router", "FastAPI", "Flask", "Blueprint", "Application", "RouteTableDef", "Starlette"];
    KINDS.iter().any(|kind| class.ends_with(kind))
}

fn is_method(text: &str) -> bool {
    text == "*" || METHODS.contains(&text.to_lowercase().as_str())
}

/// Whether a name is one that people give to routers.
fn is_router_like(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name).to_lowercase();
    ["router", "app", "api", "blueprint", "routes", "bp"].iter().any(|word| {
        last == *word || last.strip_suffix(word).is_some_and(|rest| rest.ends_with('_'))
    })
}
