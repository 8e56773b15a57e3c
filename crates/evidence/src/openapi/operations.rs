//! What changed about an operation itself: how settled it is, its names, its body and responses.

use std::collections::BTreeSet;

use super::{
    document::Spot,
    interface::Interface,
    model::{Body, Content, Media, Operation, Response, header_schema, is_typed},
    schemas::{Context, Place},
    stability,
    sunset::{self, Sunset},
};

const OPERATION: &str = "the operation";

impl<'a> Interface<'_, 'a> {
    /// Compares an operation that is on both sides.
    pub(super) fn compare_operation(
        &mut self,
        at: usize,
        old: &Operation<'a>,
        new: &Operation<'a>,
    ) {
        if !self.compare_stability(at, old.spot, new.spot) {
            return;
        }
        if old.unresolved != new.unresolved {
            let text = "refers to parts that are not found, and to others than before";
            self.tell("reference-unresolved", at, Some(old.spot), Some(new.spot), OPERATION, text);
        }
        self.compare_deprecation(at, old.spot, new.spot);
        self.compare_names(at, old.spot, new.spot);
        self.compare_operation_security(at, old.spot, new.spot);
        self.compare_servers(at, old.spot, new.spot);
        self.compare_parameters(at, &old.parameters, &new.parameters);
        self.compare_bodies(at, old, new);
        self.compare_responses(at, old, new);
    }

    /// Tells whether what else changed matters: of what is not promised, nothing does.
    fn compare_stability(&mut self, at: usize, old: Spot<'a>, new: Spot<'a>) -> bool {
        let key = "x-stability-level";
        let (Some(was), Some(is)) = (stability::of(old), stability::of(new)) else {
            if old.value.get(key) != new.value.get(key) {
                let rule = "api-invalid-stability-level";
                let text = format!("has another `{key}`, and one of the two is unknown");
                self.tell(rule, at, Some(old), Some(new), OPERATION, text);
            }
            return stability::of(new).is_none_or(stability::Stability::is_promised);
        };
        if was != is && was.is_promised() {
            let rule = if is < was { "api-stability-decreased" } else { "api-stability-increased" };
            let text = format!("went from {} to {}", was.as_str(), is.as_str());
            self.tell(rule, at, Some(old), Some(new), OPERATION, text);
        }
        is.is_promised()
    }

    fn compare_deprecation(&mut self, at: usize, old: Spot<'a>, new: Spot<'a>) {
        let (was, is) = (sunset::of(old), sunset::of(new));
        let (rule, text) = match (old.flag("deprecated"), new.flag("deprecated"), was, is) {
            (true, false, ..) => ("endpoint-reactivated", "is deprecated no longer".to_owned()),
            (false, true, _, Sunset::Missing) => {
                ("endpoint-deprecated", "is deprecated".to_owned())
            }
            (false, true, _, Sunset::Unclear) => (
                "api-deprecated-sunset-parse",
                "is deprecated with a sunset that is no date".to_owned(),
            ),
            (false, true, _, Sunset::On(day)) if day.is_past() => (
                "api-sunset-date-too-small",
                format!("is deprecated with the sunset {day}, which has passed"),
            ),
            (false, true, _, Sunset::On(day)) => {
                ("endpoint-deprecated-with-sunset", format!("is deprecated until {day}"))
            }
            (true, true, Sunset::On(_) | Sunset::Unclear, Sunset::Missing) => {
                ("sunset-deleted", "lost its sunset date".to_owned())
            }
            (true, true, Sunset::Unclear, Sunset::On(_))
            | (true, true, Sunset::On(_), Sunset::Unclear) => (
                "api-path-sunset-parse",
                "has another sunset, and one of the two is no date".to_owned(),
            ),
            (true, true, Sunset::On(was), Sunset::On(is)) if is < was && is.is_past() => (
                "api-sunset-date-changed-too-small",
                format!("has the sunset {is}, which has passed, instead of {was}"),
            ),
            _ => return,
        };
        self.tell(rule, at, Some(old), Some(new), OPERATION, text);
    }

    fn compare_names(&mut self, at: usize, old: Spot<'a>, new: Spot<'a>) {
        let key = "operationId";
        match (old.text(key), new.text(key)) {
            (Some(was), is) if is != Some(was) => {
                let text = match is {
                    Some(is) => format!("has the id `{is}` instead of `{was}`"),
                    None => format!("lost its id `{was}`"),
                };
                self.tell(
                    "api-operation-id-removed",
                    at,
                    old.get(key),
                    new.get(key),
                    OPERATION,
                    text,
                );
            }
            (None, Some(is)) => {
                let text = format!("has the id `{is}` now");
                self.tell("api-operation-id-added", at, None, new.get(key), OPERATION, text);
            }
            _ => {}
        }
        let tags = |spot: Spot<'a>| -> BTreeSet<&'a str> {
            let tags = spot.get("tags").into_iter().flat_map(Spot::items);
            tags.filter_map(|tag| tag.value.as_str()).collect()
        };
        let (was, is) = (tags(old), tags(new));
        for tag in is.difference(&was) {
            let text = format!("gained the tag `{tag}`");
            self.tell("api-tag-added", at, Some(old), Some(new), OPERATION, text);
        }
        for tag in was.difference(&is) {
            let text = format!("lost the tag `{tag}`");
            self.tell("api-tag-removed", at, Some(old), Some(new), OPERATION, text);
        }
    }

    fn compare_bodies(&mut self, at: usize, old: &Operation<'a>, new: &Operation<'a>) {
        let noun = "the request body";
        match (&old.body, &new.body) {
            (None, None) => {}
            (None, Some(body)) => {
                let (rule, text) = if body.is_required {
                    ("request-body-added-required", "is new and required")
                } else {
                    ("request-body-added-optional", "is new and optional")
                };
                self.tell(rule, at, Some(old.spot), Some(body.spot), noun, text);
            }
            (Some(body), None) => {
                let spot = Some(body.spot);
                self.tell("request-body-removed", at, spot, Some(new.spot), noun, "disappeared");
            }
            (Some(old), Some(new)) => self.compare_body(at, old, new),
        }
    }

    fn compare_body(&mut self, at: usize, old: &Body<'a>, new: &Body<'a>) {
        let noun = "the request body";
        let (was, is) = (Some(old.spot), Some(new.spot));
        match (old.is_required, new.is_required) {
            (false, true) => {
                self.tell("request-body-became-required", at, was, is, noun, "became required");
            }
            (true, false) => {
                self.tell("request-body-became-optional", at, was, is, noun, "became optional");
            }
            _ => {}
        }
        for (name, media) in &old.content {
            if let Some(other) = counterpart(name, &new.content) {
                self.compare_media(at, name, *media, other, Place::RequestBody);
            } else {
                let text = format!("is not taken as `{name}` any more");
                let rule = "request-body-media-type-removed";
                self.tell(rule, at, Some(media.spot), is, noun, text);
            }
        }
        for (name, media) in &new.content {
            if counterpart(name, &old.content).is_none() {
                let text = format!("is taken as `{name}` too");
                let rule = "request-body-media-type-added";
                self.tell(rule, at, was, Some(media.spot), noun, text);
            }
        }
    }

    fn compare_responses(&mut self, at: usize, old: &Operation<'a>, new: &Operation<'a>) {
        let noun = "the response";
        for (status, response) in &old.responses {
            if let Some(other) = new.responses.get(status) {
                self.compare_response(at, status, response, other);
                continue;
            }
            let rule = match is_success(status) {
                Some(true) => "response-success-status-removed",
                Some(false) => "response-non-success-status-removed",
                None => continue,
            };
            let text = format!("with status {status} disappeared");
            self.tell(rule, at, Some(response.spot), Some(new.spot), noun, text);
        }
        for (status, response) in &new.responses {
            if old.responses.contains_key(status) {
                continue;
            }
            let rule = match is_success(status) {
                Some(true) => "response-success-status-added",
                Some(false) => "response-non-success-status-added",
                None => continue,
            };
            let text = format!("with status {status} is new");
            self.tell(rule, at, Some(old.spot), Some(response.spot), noun, text);
        }
    }

    fn compare_response(
        &mut self,
        at: usize,
        status: &str,
        old: &Response<'a>,
        new: &Response<'a>,
    ) {
        self.compare_headers(at, old, new);
        let mut removed = Vec::new();
        let mut added: Vec<(&String, Media<'a>)> = new
            .content
            .iter()
            .filter(|(name, _)| !old.content.contains_key(*name))
            .map(|(name, media)| (name, *media))
            .collect();
        for (name, media) in &old.content {
            match new.content.get(name) {
                Some(other) => self.compare_media(at, name, *media, *other, Place::ResponseBody),
                None => removed.push((name, *media)),
            }
        }
        for (name, media) in removed {
            let related = added.iter().position(|(other, _)| relation(name, other).is_some());
            if let Some(place) = related {
                let (other, new) = added.remove(place);
                self.tell_renamed_media(at, name, media, other, new);
            } else {
                let text = format!("with status {status} is not given as `{name}` any more");
                let rule = "response-media-type-removed";
                self.tell(rule, at, Some(media.spot), Some(new.spot), "the response", text);
            }
        }
        for (name, media) in added {
            let text = format!("with status {status} is given as `{name}` too");
            let rule = "response-media-type-added";
            self.tell(rule, at, Some(old.spot), Some(media.spot), "the response", text);
        }
    }

    fn tell_renamed_media(
        &mut self,
        at: usize,
        name: &str,
        old: Media<'a>,
        other: &str,
        new: Media<'a>,
    ) {
        let rule = match relation(name, other) {
            Some(Relation::OtherParameters) => "response-media-type-name-changed",
            Some(Relation::MoreGeneral) => "response-media-type-name-generalized",
            Some(Relation::MoreSpecial) => "response-media-type-name-specialized",
            None => return,
        };
        let text = format!("is given as `{other}` instead of `{name}`");
        self.tell(rule, at, Some(old.spot), Some(new.spot), "the response", text);
        self.compare_media(at, other, old, new, Place::ResponseBody);
    }

    fn compare_media(
        &mut self,
        at: usize,
        name: &str,
        old: Media<'a>,
        new: Media<'a>,
        place: Place,
    ) {
        let is_request = place == Place::RequestBody;
        let noun = if is_request { "the request body" } else { "the response body" };
        let named = |request: &'static str, response: &'static str| {
            if is_request { request } else { response }
        };
        match (old.schema, new.schema) {
            (Some(old), Some(new)) => {
                let pair = self.schemas.pair(old, new, Context::of(place, !is_typed(name)));
                if pair.is_none() && old.reference() != new.reference() {
                    let text = "has another reference, which leads nowhere";
                    self.tell("reference-unresolved", at, Some(old), Some(new), noun, text);
                }
                self.start_from(at, pair);
            }
            (None, Some(schema)) => {
                let rule = named(
                    "request-body-media-type-schema-added",
                    "response-body-media-type-schema-added",
                );
                let text = format!("has a schema for `{name}` now");
                self.tell(rule, at, Some(old.spot), Some(schema), noun, text);
            }
            (Some(schema), None) => {
                let rule = named(
                    "request-body-media-type-schema-removed",
                    "response-body-media-type-schema-removed",
                );
                let text = format!("has no schema for `{name}` any more");
                self.tell(rule, at, Some(schema), Some(new.spot), noun, text);
            }
            (None, None) => {}
        }
    }

    fn compare_headers(&mut self, at: usize, old: &Response<'a>, new: &Response<'a>) {
        let noun = "the response header";
        for (key, (name, header)) in &old.headers {
            let was = Some(*header);
            let Some((_, other)) = new.headers.get(key) else {
                let rule = if header.flag("required") {
                    "required-response-header-removed"
                } else {
                    "optional-response-header-removed"
                };
                self.tell(rule, at, was, Some(new.spot), noun, format!("`{name}` disappeared"));
                continue;
            };
            if header.flag("required") && !other.flag("required") {
                let text = format!("`{name}` became optional");
                self.tell("response-header-became-optional", at, was, Some(*other), noun, text);
            }
            if let Some((old, new)) = header_schema(*header).zip(header_schema(*other)) {
                let context = Context::of(Place::ResponseHeader, true);
                let pair = self.schemas.pair(old, new, context);
                self.start_from(at, pair);
            }
        }
        for (key, (name, header)) in &new.headers {
            if !old.headers.contains_key(key) {
                let text = format!("`{name}` is new");
                self.tell("response-header-added", at, Some(old.spot), Some(*header), noun, text);
            }
        }
    }
}

/// Whether a status, or a range such as `2XX`, is one of success; `None` for `default`, which is none in particular.
fn is_success(status: &str) -> Option<bool> {
    let first = status.bytes().next().filter(u8::is_ascii_digit)?;
    Some(first == b'2')
}

/// The content of the same media type, or of one that covers it, whatever its parameters.
fn counterpart<'a>(name: &str, content: &Content<'a>) -> Option<Media<'a>> {
    let essence = |name: &str| name.split(';').next().unwrap_or_default().trim().to_owned();
    let of_same = || content.iter().find(|(other, _)| essence(other) == essence(name));
    let covering = || content.iter().find(|(other, _)| is_within(&essence(name), &essence(other)));
    let other = || of_same().or_else(covering).map(|(_, media)| media);
    content.get(name).or_else(other).copied()
}

/// How a media type is related to the one that took its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    OtherParameters,
    MoreGeneral,
    MoreSpecial,
}

fn relation(old: &str, new: &str) -> Option<Relation> {
    let (old, old_parameters) = old.split_once(';').unwrap_or((old, ""));
    let (new, new_parameters) = new.split_once(';').unwrap_or((new, ""));
    let is_same = old.trim() == new.trim();
    let is_more_general = is_within(old.trim(), new.trim());
    if !is_same && !is_more_general && !is_within(new.trim(), old.trim()) {
        return None;
    }
    Some(match () {
        () if old_parameters.trim() != new_parameters.trim() => Relation::OtherParameters,
        () if is_more_general => Relation::MoreGeneral,
        () => Relation::MoreSpecial,
    })
}

/// Whether whatever is of one media type is of the other: `application/problem+json` is `application/json`.
fn is_within(name: &str, other: &str) -> bool {
    let Some(((kind, name), (other_kind, other))) = name.split_once('/').zip(other.split_once('/'))
    else {
        return false;
    };
    let is_any = other_kind == "*" || (other_kind == kind && other == "*");
    is_any
        || (kind == other_kind && name.rsplit_once('+').is_some_and(|(_, suffix)| suffix == other))
}
