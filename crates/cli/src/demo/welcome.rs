//! `trainyard serve --demo`: what is printed, and the end of it.

use std::net::SocketAddr;

use anstyle::Style;
use trainyard_report::Outcome;

use super::{Cast, Demo};
use crate::{error::CommandError, printer::Printer, surroundings};

/// How the welcome is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Text,
    /// For programs: one line with `url` and `token`.
    Json,
}

/// Serves the demo until somebody ends it.
pub(crate) fn run(
    address: Option<SocketAddr>,
    form: Form,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::environment(&error))?;
    runtime.block_on(async {
        let demo = Demo::start(address).await?;
        printer.print(&demo.welcome(form).await)?;
        trainyard_server::asked_to_end().await;
        demo.stop().await
    })?;
    Ok(Outcome::Clean)
}

impl Demo {
    async fn welcome(&self, form: Form) -> String {
        let link = self.sign_in_link().await;
        let (url, token, folder) = (self.url(), self.token(), self.folder());
        if form == Form::Json {
            let started = serde_json::json!({
                "url": url, "token": token, "sign-in": link, "folder": folder,
                "commands": self.commands(),
            });
            return format!("{started}\n");
        }
        let title = Style::new().bold();
        // Whoever built it and did not install it has no `trainyard` yet.
        let path = surroundings::folder_off_path();
        let path = path.map_or(String::new(), |folder| format!("PATH={folder}:$PATH "));
        let commands = self.commands().join("\n  ");
        format!(
            "{title}The demo is served at {url}{title:#}\n\
            Three real platforms with their releases, and people who do not exist. Press Ctrl+C, and it is gone.\n\n\
            Sign in as its administrator, by a link that works once:\n  {link}\n\n\
            In another terminal:\n  \
            export {path}TRAINYARD_REGISTRY={url} TRAINYARD_TOKEN={token} XDG_STATE_HOME={folder}\n  {commands}\n",
            link = link.as_deref().unwrap_or("(none: sign in with the token below)"),
        )
    }

    /// Five commands to try.
    fn commands(&self) -> Vec<String> {
        let Cast { third, .. } = self.cast();
        let key = self.folder().join("northlight-ada.pem");
        vec![
            format!("trainyard channel why pipeline/production {third} --product ayon"),
            format!(
                "trainyard attest pipeline@{third} --verdict PASSED --env os=linux --key {key} --product ayon"
            ),
            "trainyard offer backend-ai/latest --runs 26.7.0 --wariness 80 --product backend-ai"
                .to_owned(),
            "trainyard exposure --product backend-ai".to_owned(),
            "trainyard registry verify".to_owned(),
        ]
    }
}
