//! What holds for all routes, on routes of the tests' own.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Body, extract::Request, http::StatusCode, routing::get};
use camino::Utf8PathBuf;
use tower::ServiceExt as _;
use trainyard_store::Database;

use super::{app::App, dressed};
use crate::Settings;

/// What is written down.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn panics() {
    panic!("a shelf fell over");
}

#[test]
fn a_panic_is_an_answer_and_a_line_in_the_log() {
    let lines = Lines::default();
    let own = lines.clone();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).with_writer(move || own.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("registry.db")).unwrap();
        let mut settings = Settings::new(Database::File(path));
        settings.address.set_port(0);
        let running = crate::start(settings.clone()).await.unwrap();
        let app = App::new(running.desk().clone(), settings);
        let router =
            Router::new().route("/panics", get(panics)).route("/works", get(|| async { "so" }));
        let router = dressed(&app, router);
        let ask = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap()
        };
        let answer = ask("/panics").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert!(answer.headers().contains_key("x-request-id"));
        let body = axum::body::to_bytes(answer.into_body(), 1 << 16).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("\"code\":\"fault\"") && !body.contains("shelf"), "{body}");
        assert_eq!(ask("/works").await.status(), StatusCode::OK);
        running.stop().await;
    });
    let written = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(
        written.contains("a handler panicked") && written.contains("a shelf fell over"),
        "{written}"
    );
    assert!(written.contains("status=500"), "{written}");
}
