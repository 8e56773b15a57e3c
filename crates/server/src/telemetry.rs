//! What the server writes down while it runs, and what it tells of requests to a collector of traces.

use std::io::IsTerminal as _;

use axum::http::HeaderMap;
use opentelemetry::{
    propagation::{Extractor, TextMapPropagator as _},
    trace::TracerProvider as _,
};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, fmt, layer::SubscriberExt as _, registry::LookupSpan,
    util::SubscriberInitExt as _,
};

/// The target of all spans; log lines have none of them, unless a filter asks for it.
pub(crate) const SPANS: &str = "trainyard::span";

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogForm {
    /// For people.
    #[default]
    Text,
    /// For programs: a JSON object a line.
    Json,
}

/// What runs beside the server; what is left to be told is told when this is dropped.
#[derive(Debug, Default)]
#[must_use = "what is left to be told is told when it is dropped"]
pub struct Telemetry(Option<SdkTracerProvider>);

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.0.take().map(|provider| provider.shutdown()) {
            tracing::warn!(%error, "some traces were not told");
        }
    }
}

/// Whether a filter, as [`begin`] takes one, can be read. *Errors*: what is wrong with it, for people.
pub fn check_filter(filter: &str) -> Result<(), String> {
    EnvFilter::try_new(filter).map(drop).map_err(|error| error.to_string())
}

/// Begins to write log lines to standard error, for the whole process; `filter` as `info,trainyard=debug`.
///
/// A filter that cannot be read counts as `info`. Where somebody has begun before, nothing happens.
pub fn begin(form: LogForm, filter: &str) {
    let _ = tracing_subscriber::registry().with(lines(form, filter)).try_init();
}

/// Writes log lines to standard error, in colour where a person reads them.
fn lines<S>(form: LogForm, filter: &str) -> impl Layer<S>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span>,
{
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let lines = match form {
        LogForm::Text => lines.boxed(),
        LogForm::Json => lines.json().flatten_event(true).boxed(),
    };
    lines.with_filter(filter)
}

/// The same, and tells a collector of requests (OTLP over HTTP), by the standard variables of OpenTelemetry: where, which part
/// of them, under which name. `name` is what the service is called where none of them says.
///
/// To be called outside of a runtime: the exporter has a thread of its own. *Errors*: an address that cannot be asked.
pub fn begin_with_traces(
    form: LogForm,
    filter: &str,
    name: Option<&str>,
) -> Result<Telemetry, ExporterBuildError> {
    let exporter = SpanExporter::builder().with_http().build()?;
    let resource = Resource::builder();
    let resource = match name {
        Some(name) => resource.with_service_name(name.to_owned()),
        None => resource,
    };
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource.build())
        .build();
    let spans = tracing_opentelemetry::layer()
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracer(provider.tracer("trainyard"))
        .with_filter(filter_fn(|of| of.is_span() && of.target() == SPANS));
    let all = tracing_subscriber::registry().with(lines(form, filter)).with(spans);
    let _ = all.try_init();
    Ok(Telemetry(Some(provider)))
}

/// Lets a request's span go on from whoever asks, where they say so (W3C Trace Context).
pub(crate) fn follow(span: &Span, headers: &HeaderMap) {
    if !span.is_disabled() {
        let parent = TraceContextPropagator::new().extract(&Headers(headers));
        // Where nobody traces, there is nothing to go on from.
        let _ = span.set_parent(parent);
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}
