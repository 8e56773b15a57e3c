//! What OpenAPI 3 and Swagger 2 say in different words, in one.

use std::collections::BTreeMap;

use super::document::{Document, Spot};

const METHODS: [(&str, &str); 9] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("trace", "TRACE"),
    ("query", "QUERY"),
];

/// A path, or a webhook, with its operations.
#[derive(Debug)]
pub(super) struct Path<'a> {
    /// The template, or the webhook's name.
    pub name: &'a str,
    /// Whether it is a webhook.
    pub is_webhook: bool,
    /// The reference instead of its operations, where that leads nowhere.
    pub unresolved: Option<Spot<'a>>,
    /// By method in capital letters.
    pub operations: BTreeMap<&'static str, Operation<'a>>,
}

impl Path<'_> {
    /// The template without the names of its parameters.
    pub(super) fn shape(&self) -> String {
        let mut shape = String::with_capacity(self.name.len());
        let mut rest = self.name;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((_, after)) = after.split_once('}') else { break };
            shape.push_str(before);
            shape.push_str("{}");
            rest = after;
        }
        shape.push_str(rest);
        shape
    }

    /// How people name an operation of it.
    pub(super) fn label(&self, method: &str) -> String {
        let kind = if self.is_webhook { "webhook:" } else { "" };
        format!("{method} {kind}{}", self.name)
    }
}

/// The names of a template's parameters, in order.
fn template_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

/// An operation.
#[derive(Debug)]
pub(super) struct Operation<'a> {
    /// Where it stands.
    pub spot: Spot<'a>,
    /// Those of its path included.
    pub parameters: Vec<Parameter<'a>>,
    /// What is sent, where something is.
    pub body: Option<Body<'a>>,
    /// By status.
    pub responses: BTreeMap<&'a str, Response<'a>>,
    /// References to such parts that lead nowhere.
    pub unresolved: Vec<&'a str>,
}

/// A parameter of a request.
#[derive(Clone, Debug)]
pub(super) struct Parameter<'a> {
    /// Where it stands.
    pub spot: Spot<'a>,
    /// `query`, `header`, `path`, `cookie` or `formData`.
    pub location: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Which of the path's parameters it is, whatever the name.
    pub position: Option<usize>,
    /// Whether it must be sent.
    pub is_required: bool,
    /// Whether the path declares it for all operations.
    pub is_shared: bool,
    /// What its values are like.
    pub schema: Option<Spot<'a>>,
    /// Whether its values are written as text, so that a number is a string too.
    pub is_text: bool,
}

impl Parameter<'_> {
    /// What stays the same when a parameter of the path gets another name.
    pub(super) fn key(&self) -> (&str, String) {
        match self.position {
            Some(position) => (self.location, format!("{{{position}}}")),
            None if self.location == "header" => (self.location, self.name.to_ascii_lowercase()),
            None => (self.location, self.name.to_owned()),
        }
    }
}

/// What is sent with a request.
#[derive(Debug)]
pub(super) struct Body<'a> {
    /// Where it stands.
    pub spot: Spot<'a>,
    /// Whether it must be sent.
    pub is_required: bool,
    /// By media type.
    pub content: Content<'a>,
}

/// A response.
#[derive(Debug)]
pub(super) struct Response<'a> {
    /// Where it stands.
    pub spot: Spot<'a>,
    /// By media type.
    pub content: Content<'a>,
    /// By name in small letters, with the name as written.
    pub headers: BTreeMap<String, (&'a str, Spot<'a>)>,
}

/// Schemas by media type.
pub(super) type Content<'a> = BTreeMap<String, Media<'a>>;

/// What stands for one media type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Media<'a> {
    /// Where it stands.
    pub spot: Spot<'a>,
    /// What its values are like.
    pub schema: Option<Spot<'a>>,
}

/// All paths and webhooks of a description.
pub(super) fn paths<'a>(document: &Document<'a>) -> Vec<Path<'a>> {
    let root = document.root();
    let reader = Reader { document, is_swagger: root.get("swagger").is_some(), root };
    let of = |key: &str, is_webhook: bool| {
        let items = root.get(key).into_iter().flat_map(Spot::members);
        items.filter(|(name, _)| !name.starts_with("x-")).map(move |(name, item)| {
            let operations = reader.operations(name, item);
            let unresolved = operations.is_none().then_some(item);
            let operations = operations.unwrap_or_default();
            Path { name, is_webhook, unresolved, operations }
        })
    };
    let mut paths: Vec<_> = of("paths", false).collect();
    paths.extend(of("webhooks", true));
    paths.sort_by_key(|path| (path.is_webhook, path.name));
    paths
}

/// Whether a media type keeps numbers and strings apart.
pub(super) fn is_typed(media_type: &str) -> bool {
    let name = media_type.split(';').next().unwrap_or_default().trim();
    name == "application/json" || name.ends_with("+json")
}

#[derive(Clone, Copy)]
struct Reader<'d, 'a> {
    document: &'d Document<'a>,
    is_swagger: bool,
    root: Spot<'a>,
}

impl<'a> Reader<'_, 'a> {
    fn operations(
        self,
        path: &str,
        item: Spot<'a>,
    ) -> Option<BTreeMap<&'static str, Operation<'a>>> {
        let item = self.document.resolve(item)?;
        let operations = METHODS.iter().filter_map(|(key, method)| {
            let spot = item.get(key).filter(|spot| spot.value.is_object())?;
            Some((*method, self.operation(path, item, spot)))
        });
        Some(operations.collect())
    }

    fn operation(self, path: &str, item: Spot<'a>, spot: Spot<'a>) -> Operation<'a> {
        let mut declared = Vec::new();
        for (owner, is_shared) in [(spot, false), (item, true)] {
            for parameter in owner.get("parameters").into_iter().flat_map(Spot::items) {
                if let Some(parameter) = self.document.resolve(parameter) {
                    declared.push((parameter, is_shared));
                }
            }
        }
        let mut parameters: Vec<Parameter<'a>> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for (parameter, is_shared) in &declared {
            let Some(parameter) = self.parameter(path, *parameter, *is_shared) else { continue };
            if seen.insert((parameter.location, parameter.name)) {
                parameters.push(parameter);
            }
        }
        let body = if self.is_swagger {
            declared
                .iter()
                .find(|(parameter, _)| parameter.text("in") == Some("body"))
                .map(|(parameter, _)| self.swagger_body(spot, *parameter))
        } else {
            spot.get("requestBody").and_then(|body| self.body(body))
        };
        let responses = spot.get("responses").into_iter().flat_map(Spot::members);
        let responses = responses
            .filter(|(status, _)| !status.starts_with("x-"))
            .filter_map(|(status, response)| Some((status, self.response(spot, response)?)));
        let responses = responses.collect();
        let unresolved = self.unresolved(item, spot);
        Operation { spot, parameters, body, responses, unresolved }
    }

    /// References to parts of an operation that lead nowhere.
    fn unresolved(self, item: Spot<'a>, operation: Spot<'a>) -> Vec<&'a str> {
        let listed = [item, operation].into_iter().filter_map(|owner| owner.get("parameters"));
        let named = operation.get("responses").into_iter().flat_map(Spot::members);
        let parts = listed.flat_map(Spot::items).chain(named.map(|(_, response)| response));
        parts
            .chain(operation.get("requestBody"))
            .filter(|part| self.document.resolve(*part).is_none())
            .filter_map(Spot::reference)
            .collect()
    }

    fn parameter(self, path: &str, spot: Spot<'a>, is_shared: bool) -> Option<Parameter<'a>> {
        let (name, location) = (spot.text("name")?, spot.text("in")?);
        if self.is_swagger && location == "body" {
            return None;
        }
        let content = spot.get("content").and_then(|content| content.members().next());
        let (schema, is_text) = match (spot.get("schema"), content) {
            (Some(schema), _) => (Some(schema), true),
            (None, Some((media, content))) => (content.get("schema"), !is_typed(media)),
            // In Swagger 2 the parameter is its own schema.
            (None, None) => (self.is_swagger.then_some(spot), true),
        };
        let is_in_path = location == "path";
        let position = template_names(path).position(|known| is_in_path && known == name);
        let is_required = is_in_path || spot.flag("required");
        Some(Parameter { spot, location, name, position, is_required, is_shared, schema, is_text })
    }

    fn body(self, body: Spot<'a>) -> Option<Body<'a>> {
        let spot = self.document.resolve(body)?;
        Some(Body { spot, is_required: spot.flag("required"), content: content(spot) })
    }

    fn swagger_body(self, operation: Spot<'a>, spot: Spot<'a>) -> Body<'a> {
        let media = Media { spot, schema: spot.get("schema") };
        let content = self.media_types(operation, "consumes").into_iter();
        let content = content.map(|name| (name, media)).collect();
        Body { spot, is_required: spot.flag("required"), content }
    }

    fn response(self, operation: Spot<'a>, response: Spot<'a>) -> Option<Response<'a>> {
        let spot = self.document.resolve(response)?;
        let content = match spot.get("schema") {
            Some(schema) if self.is_swagger => {
                let media = Media { spot, schema: Some(schema) };
                let names = self.media_types(operation, "produces").into_iter();
                names.map(|name| (name, media)).collect()
            }
            _ => content(spot),
        };
        let headers = spot.get("headers").into_iter().flat_map(Spot::members);
        let headers = headers.filter_map(|(name, header)| {
            Some((name.to_ascii_lowercase(), (name, self.document.resolve(header)?)))
        });
        Some(Response { spot, content, headers: headers.collect() })
    }

    /// What an operation, or else the whole description, consumes or produces.
    fn media_types(self, operation: Spot<'a>, key: &str) -> Vec<String> {
        let declared = operation.get(key).or_else(|| self.root.get(key));
        let names = declared.into_iter().flat_map(Spot::items);
        let names: Vec<_> =
            names.filter_map(|name| name.value.as_str().map(str::to_ascii_lowercase)).collect();
        if names.is_empty() { vec!["application/json".to_owned()] } else { names }
    }
}

fn content(spot: Spot<'_>) -> Content<'_> {
    let content = spot.get("content").into_iter().flat_map(Spot::members);
    content
        .map(|(name, spot)| (name.to_ascii_lowercase(), Media { spot, schema: spot.get("schema") }))
        .collect()
}

/// What values of a header are like: a schema of its own, or in Swagger 2 the header itself.
pub(super) fn header_schema(header: Spot<'_>) -> Option<Spot<'_>> {
    header.get("schema").or_else(|| header.get("type").map(|_| header))
}
