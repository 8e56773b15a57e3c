//! Who may call: servers, security requirements and schemes; and shared schemas by name.

use std::collections::{BTreeMap, BTreeSet};

use super::{document::Spot, finding::Owner, interface::Interface};
use crate::{Class, document::compact::Value};

/// The scopes that a requirement asks for, by scheme.
type Requirement<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

impl<'a> Interface<'_, 'a> {
    /// Compares what holds for the description as a whole.
    pub(super) fn compare_document(&mut self) {
        let (old, new) = (self.old.root(), self.new.root());
        self.compare_root_servers(old, new);
        let requirements =
            (requirements(old).unwrap_or_default(), requirements(new).unwrap_or_default());
        self.compare_requirements(Owner::Document, "api-global-security", requirements, old, new);
        self.compare_schemes(old, new);
        self.compare_schema_names(old, new);
    }

    /// Compares who may call an operation; what it does not say itself, the description says.
    pub(super) fn compare_operation_security(&mut self, at: usize, old: Spot<'a>, new: Spot<'a>) {
        let (own_old, own_new) = (requirements(old), requirements(new));
        if own_old.is_none() && own_new.is_none() {
            return;
        }
        let usual_old = || requirements(self.old.root()).unwrap_or_default();
        let usual_new = || requirements(self.new.root()).unwrap_or_default();
        let requirements = (own_old.unwrap_or_else(usual_old), own_new.unwrap_or_else(usual_new));
        self.compare_requirements(Owner::Operation(at), "api-security", requirements, old, new);
    }

    fn compare_requirements(
        &mut self,
        owner: Owner,
        family: &str,
        (was, is): (Vec<Requirement<'a>>, Vec<Requirement<'a>>),
        old: Spot<'a>,
        new: Spot<'a>,
    ) {
        let schemes = |one: &Requirement<'a>| one.keys().copied().collect::<Vec<_>>();
        let places = (old.get("security").or(Some(old)), new.get("security").or(Some(new)));
        let was_open = was.is_empty() || was.iter().any(BTreeMap::is_empty);
        let is_open = is.is_empty() || is.iter().any(BTreeMap::is_empty);
        for one in is.iter().filter(|one| !one.is_empty()) {
            let Some(before) = was.iter().find(|other| schemes(other) == schemes(one)) else {
                // One more way in does no harm, unless it is the first one.
                let class = (!was_open || is_open).then_some(Class::Additive);
                let text = format!("may be called with {}", schemes(one).join(" and "));
                self.tell_as(class, &format!("{family}-added"), owner, places.0, places.1, text);
                continue;
            };
            for (scheme, scopes) in one {
                let known = before.get(scheme).cloned().unwrap_or_default();
                for scope in scopes.difference(&known) {
                    let text = format!("asks for the scope `{scope}` of `{scheme}`");
                    let rule = format!("{family}-scope-added");
                    self.tell_as(None, &rule, owner, places.0, places.1, text);
                }
                for scope in known.difference(scopes) {
                    let text = format!("asks for the scope `{scope}` of `{scheme}` no longer");
                    let rule = format!("{family}-scope-removed");
                    self.tell_as(None, &rule, owner, places.0, places.1, text);
                }
            }
        }
        for one in was.iter().filter(|one| !one.is_empty()) {
            if !is.iter().any(|other| schemes(other) == schemes(one)) {
                let class = is_open.then_some(Class::Additive);
                let text =
                    format!("may not be called with {} any more", schemes(one).join(" and "));
                self.tell_as(class, &format!("{family}-removed"), owner, places.0, places.1, text);
            }
        }
        let was_free = was.iter().any(BTreeMap::is_empty);
        if was_free && !is_open {
            let text = "may not be called without credentials any more";
            self.tell_as(None, &format!("{family}-removed"), owner, places.0, places.1, text);
        }
    }

    fn compare_schemes(&mut self, old: Spot<'a>, new: Spot<'a>) {
        let noun = "the security scheme";
        let was = named_parts(old, "securitySchemes", "securityDefinitions");
        let is = named_parts(new, "securitySchemes", "securityDefinitions");
        for (name, scheme) in &was {
            let Some(other) = is.get(name) else {
                let text = format!("`{name}` disappeared");
                self.tell_document(
                    "api-security-component-removed",
                    Some(*scheme),
                    None,
                    noun,
                    text,
                );
                continue;
            };
            let (scheme, other) = (
                self.old.resolve(*scheme).unwrap_or(*scheme),
                self.new.resolve(*other).unwrap_or(*other),
            );
            self.compare_scheme(name, scheme, other);
        }
        for (name, scheme) in is.iter().filter(|(name, _)| !was.contains_key(*name)) {
            let text = format!("`{name}` is new");
            self.tell_document("api-security-component-added", None, Some(*scheme), noun, text);
        }
    }

    fn compare_scheme(&mut self, name: &str, old: Spot<'a>, new: Spot<'a>) {
        let noun = "the security scheme";
        let places = (Some(old), Some(new));
        for key in ["type", "scheme", "in", "name", "openIdConnectUrl"] {
            let (was, is) = (old.text(key), new.text(key));
            if was != is {
                let said = |text: Option<&str>| text.unwrap_or("nothing").to_owned();
                let text = format!("`{name}` has `{key}` {} instead of {}", said(is), said(was));
                let rule = "api-security-component-type-changed";
                self.tell_document(rule, places.0, places.1, noun, text);
                if key == "type" {
                    return;
                }
            }
        }
        let flows = |scheme: Spot<'a>| -> BTreeMap<&'a str, Spot<'a>> {
            match (scheme.get("flows"), scheme.text("flow")) {
                (Some(flows), _) => flows.members().collect(),
                (None, Some(flow)) => BTreeMap::from([(flow, scheme)]),
                (None, None) => BTreeMap::new(),
            }
        };
        let (was, is) = (flows(old), flows(new));
        for (flow, old) in &was {
            if let Some(new) = is.get(flow) {
                self.compare_flow(name, *old, *new);
            } else {
                let text = format!("`{name}` lost the flow `{flow}`");
                let rule = "api-security-component-type-changed";
                self.tell_document(rule, Some(*old), places.1, noun, text);
            }
        }
    }

    fn compare_flow(&mut self, name: &str, old: Spot<'a>, new: Spot<'a>) {
        let noun = "the security scheme";
        let places = (Some(old), Some(new));
        for (key, rule) in [
            ("authorizationUrl", "api-security-component-oauth-url-changed"),
            ("tokenUrl", "api-security-component-oauth-token-url-changed"),
        ] {
            if old.text(key) != new.text(key) {
                let text = format!("`{name}` has another `{key}`");
                self.tell_document(rule, places.0, places.1, noun, text);
            }
        }
        let scopes = |flow: Spot<'a>| -> BTreeMap<&'a str, &'a Value> {
            let scopes = flow.get("scopes").into_iter().flat_map(Spot::members);
            scopes.map(|(scope, words)| (scope, words.value)).collect()
        };
        let (was, is) = (scopes(old), scopes(new));
        for (scope, words) in &was {
            let (rule, text) = match is.get(scope) {
                None => (
                    "api-security-component-oauth-scope-removed",
                    format!("`{name}` lost the scope `{scope}`"),
                ),
                Some(other) if other != words => (
                    "api-security-component-oauth-scope-changed",
                    format!("`{name}` describes the scope `{scope}` otherwise"),
                ),
                Some(_) => continue,
            };
            self.tell_document(rule, places.0, places.1, noun, text);
        }
        for scope in is.keys().filter(|scope| !was.contains_key(*scope)) {
            let text = format!("`{name}` gained the scope `{scope}`");
            let rule = "api-security-component-oauth-scope-added";
            self.tell_document(rule, places.0, places.1, noun, text);
        }
    }

    fn compare_schema_names(&mut self, old: Spot<'a>, new: Spot<'a>) {
        let is = named_parts(new, "schemas", "definitions");
        for (name, schema) in named_parts(old, "schemas", "definitions") {
            if !is.contains_key(name) {
                let text = format!("`{name}` disappeared");
                self.tell_document("api-schema-removed", Some(schema), None, "the schema", text);
            }
        }
    }

    fn compare_root_servers(&mut self, old: Spot<'a>, new: Spot<'a>) {
        let (was, is) = (servers(old), servers(new));
        self.tell_servers(Owner::Document, &was, &is, old, new);
    }

    /// Compares the servers that an operation names for itself.
    pub(super) fn compare_servers(&mut self, at: usize, old: Spot<'a>, new: Spot<'a>) {
        if let Some((was, is)) = old.get("servers").zip(new.get("servers"))
            && was.value != is.value
        {
            let (was, is) = (servers(old), servers(new));
            self.tell_servers(Owner::Operation(at), &was, &is, old, new);
        }
    }

    fn tell_servers(
        &mut self,
        owner: Owner,
        was: &BTreeSet<String>,
        is: &BTreeSet<String>,
        old: Spot<'a>,
        new: Spot<'a>,
    ) {
        let places = (old.get("servers").or(Some(old)), new.get("servers").or(Some(new)));
        for server in was.difference(is) {
            let text = format!("is served at `{server}` no longer");
            self.tell_as(None, "server-removed", owner, places.0, places.1, text);
        }
        for server in is.difference(was) {
            let text = format!("is served at `{server}` too");
            self.tell_as(None, "server-added", owner, places.0, places.1, text);
        }
    }
}

fn requirements<'a>(spot: Spot<'a>) -> Option<Vec<Requirement<'a>>> {
    let list = spot.get("security").filter(|list| list.value.as_array().is_some())?;
    let requirement = |one: Spot<'a>| {
        let schemes = one.members().map(|(name, scopes)| {
            (name, scopes.items().filter_map(|scope| scope.value.as_str()).collect())
        });
        schemes.collect()
    };
    Some(list.items().map(requirement).collect())
}

/// What has names in `components`, or in Swagger 2 at the top.
fn named_parts<'a>(root: Spot<'a>, key: &str, swagger: &str) -> BTreeMap<&'a str, Spot<'a>> {
    let parts = root.get("components").and_then(|components| components.get(key));
    parts.or_else(|| root.get(swagger)).into_iter().flat_map(Spot::members).collect()
}

/// The addresses of servers; in Swagger 2 scheme, host and path make one.
fn servers(spot: Spot<'_>) -> BTreeSet<String> {
    if let Some(servers) = spot.get("servers") {
        return servers
            .items()
            .filter_map(|server| server.text("url").map(str::to_owned))
            .collect();
    }
    let host = spot.text("host").unwrap_or_default();
    let base = spot.text("basePath").unwrap_or_default();
    if host.is_empty() && base.is_empty() {
        return BTreeSet::new();
    }
    let schemes = spot.get("schemes").into_iter().flat_map(Spot::items);
    let schemes: Vec<_> = schemes.filter_map(|scheme| scheme.value.as_str()).collect();
    if schemes.is_empty() {
        return BTreeSet::from([format!("{host}{base}")]);
    }
    schemes.iter().map(|scheme| format!("{scheme}://{host}{base}")).collect()
}
