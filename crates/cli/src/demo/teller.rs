//! Who tells a demo's story: somebody with a token, at a moment, over HTTP.

use std::{collections::BTreeMap, fmt::Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use trainyard_api as api;
use trainyard_attest::{Environment, Outcome, PrivateKey, Statement, TestResult, Tests};
use trainyard_client::{ChannelPlace, Client, ClientError, ClientSettings};
use trainyard_server::Randomness;

use super::{
    clock::Watch,
    people::{PARTIES, PEOPLE},
    releases::Released,
};
use crate::error::CommandError;

/// Everybody in a story, the registry they speak to, and its clock.
pub(super) struct Teller {
    watch: Watch,
    address: String,
    admin: Client,
    clients: BTreeMap<&'static str, Client>,
    keys: BTreeMap<&'static str, PrivateKey>,
    folder: Utf8PathBuf,
}

/// The moment as the registry's interface writes it.
pub(super) fn time(moment: i64) -> api::Time {
    let moment = Timestamp::from_microsecond(moment).unwrap_or_default();
    api::Time(moment.to_string())
}

/// A story that goes on otherwise than it was written.
pub(super) fn broken(error: &ClientError) -> CommandError {
    let mut text = format!("the demo's story broke: {error}");
    if let Some(problem) = error.problem() {
        for error in &problem.errors {
            let _ = write!(text, "; {}", error.detail);
        }
        for finding in &problem.findings {
            let _ = write!(text, "; {}: {}", finding.subject, finding.message);
        }
        for condition in problem.conditions.iter().filter(|condition| !condition.is_met) {
            let _ = write!(text, "; {}", condition.text);
        }
    }
    CommandError::internal(text)
}

impl Teller {
    /// Somebody who holds the first token.
    pub(super) fn new(
        address: &str,
        token: &str,
        watch: Watch,
        folder: &Utf8Path,
    ) -> Result<Self, CommandError> {
        Ok(Self {
            watch,
            address: address.to_owned(),
            admin: client(address, token)?,
            clients: BTreeMap::new(),
            keys: BTreeMap::new(),
            folder: folder.to_owned(),
        })
    }

    /// Sets the clock.
    pub(super) fn at(&self, moment: i64) -> &Self {
        self.watch.set(moment);
        self
    }

    /// Whoever administers the registry.
    pub(super) fn admin(&self) -> &Client {
        &self.admin
    }

    /// Somebody of the story, as `party/name`.
    pub(super) fn by(&self, who: &str) -> &Client {
        self.clients.get(who).unwrap_or(&self.admin)
    }

    /// Enrols the parties.
    pub(super) async fn enrol_parties(&self) -> Result<(), CommandError> {
        let why = || "the demo begins".to_owned();
        for (name, title) in PARTIES {
            let party =
                api::NewParty { name: (*name).to_owned(), title: (*title).to_owned(), why: why() };
            self.admin.enrol_party(&party).await.map_err(|error| broken(&error))?;
        }
        Ok(())
    }

    /// Enrols everybody; their keys lie in a folder, for whoever wants to sign something.
    pub(super) async fn enrol_people(&mut self) -> Result<(), CommandError> {
        let why = || "the demo begins".to_owned();
        for person in PEOPLE {
            let (party, name) = person.name.split_once('/').unwrap_or_default();
            let principal = api::NewPrincipal {
                name: name.to_owned(),
                title: person.title.to_owned(),
                why: why(),
            };
            let enrolled = self.admin.enrol_principal(party, &principal).await;
            enrolled.map_err(|error| broken(&error))?;
            if person.signs {
                self.give_key(person.name, party, name).await?;
            }
            let token = api::NewToken {
                name: person.name.replace('/', "-"),
                principal: Some(person.name.to_owned()),
                grants: person.grants(),
                until: None,
                why: why(),
            };
            let issued = self.admin.issue_token(&token).await.map_err(|error| broken(&error))?;
            let secret = issued.secret.unwrap_or_default();
            self.clients.insert(person.name, client(&self.address, &secret)?);
        }
        Ok(())
    }

    async fn give_key(
        &mut self,
        who: &'static str,
        party: &str,
        name: &str,
    ) -> Result<(), CommandError> {
        let bytes = Randomness::system().bytes()?;
        let key = PrivateKey::from_bytes(&bytes);
        let public = key.public_key();
        let path = self.folder.join(format!("{}.pem", who.replace('/', "-")));
        fs_err::write(path, key.to_pem())?;
        let key_body = api::NewKey {
            public: public.to_openssh(),
            until: None,
            replaces: None,
            why: "the demo begins".to_owned(),
        };
        let enrolled = self.admin.enrol_key(party, name, &key_body).await;
        enrolled.map_err(|error| broken(&error))?;
        self.keys.insert(who, key);
        Ok(())
    }

    /// Somebody publishes something; says its digest.
    pub(super) async fn publish(
        &self,
        who: &str,
        (product, stream): (&str, &str),
        release: &api::NewRelease,
    ) -> Result<(), CommandError> {
        let published = self.by(who).publish(product, stream, release).await;
        published.map(drop).map_err(|error| broken(&error))
    }

    /// The digest of what was published.
    pub(super) async fn digest(
        &self,
        (product, stream): (&str, &str),
        version: &str,
    ) -> Result<String, CommandError> {
        let found = self.admin.release(product, stream, version).await;
        found.map(|found| found.release.digest).map_err(|error| broken(&error))
    }

    /// Somebody hands in what their tests said; says what it is called.
    pub(super) async fn attest(
        &self,
        product: &str,
        digest: &str,
        said: Said<'_>,
    ) -> Result<String, CommandError> {
        let mut environment = Environment::default();
        for fact in said.environment {
            environment
                .add_written(fact)
                .map_err(|error| CommandError::internal(error.to_string()))?;
        }
        let statement = Statement::TestResult(TestResult {
            name: String::new(),
            digest: digest.to_owned(),
            flavour: said.flavour.to_owned(),
            outcome: said.outcome,
            environment,
            url: None,
            finished_on: None,
            tests: said.tests(),
        });
        let envelope = statement.to_envelope();
        let mut envelope = envelope.map_err(|error| CommandError::internal(error.to_string()))?;
        if let Some(key) = self.keys.get(said.who) {
            envelope.sign(key);
        }
        let bytes = envelope.to_json().into_bytes();
        let id = trainyard_registry::Digest::of(&bytes).to_string();
        let taken = self.by(said.who).attest(product, bytes).await;
        taken.map(|_| id).map_err(|error| broken(&error))
    }

    /// Somebody promotes.
    pub(super) async fn promote(
        &self,
        who: &str,
        place: ChannelPlace<'_>,
        version: &str,
        why: &str,
    ) -> Result<(), CommandError> {
        let wish = api::Promote {
            version: version.to_owned(),
            expected: None,
            is_forced: false,
            why: why.to_owned(),
        };
        let promoted = self.by(who).promote(place, &wish).await;
        promoted.map(drop).map_err(|error| broken(&error))
    }

    /// Somebody tries to promote what a rule refuses; says the sentences of what is missing.
    pub(super) async fn is_refused(
        &self,
        who: &str,
        place: ChannelPlace<'_>,
        version: &str,
    ) -> Result<Vec<String>, CommandError> {
        let wish = api::Promote {
            version: version.to_owned(),
            expected: None,
            is_forced: false,
            why: "it looks fine".to_owned(),
        };
        match self.by(who).promote(place, &wish).await {
            Err(ClientError::Refused(problem)) => {
                let unmet = problem.conditions.iter().filter(|condition| !condition.is_met);
                Ok(unmet.map(|condition| condition.text.clone()).collect())
            }
            Err(error) => Err(broken(&error)),
            Ok(_) => {
                let message = format!("the demo's story broke: {version} was let in");
                Err(CommandError::internal(message))
            }
        }
    }
}

/// What somebody's tests said.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) who: &'a str,
    pub(super) outcome: Outcome,
    pub(super) environment: &'a [&'a str],
    pub(super) flavour: &'a str,
    /// Names of tests, those that did not pass first marked `! `, and those with warnings `~ `.
    pub(super) tests: &'a [&'a str],
}

impl<'a> Said<'a> {
    /// That all is well.
    pub(super) fn well(who: &'a str, environment: &'a [&'a str]) -> Self {
        let tests = &["opens a scene", "publishes a model", "renders a frame", "loads a rig"];
        Self { who, outcome: Outcome::Passed, environment, flavour: "", tests }
    }

    fn tests(&self) -> Tests {
        let mut tests = Tests::default();
        for test in self.tests {
            if let Some(failed) = test.strip_prefix("! ") {
                tests.failed.push(failed.to_owned());
            } else if let Some(warned) = test.strip_prefix("~ ") {
                tests.warned.push(warned.to_owned());
            } else {
                tests.passed.push((*test).to_owned());
            }
        }
        tests
    }
}

fn client(address: &str, token: &str) -> Result<Client, CommandError> {
    let mut settings = ClientSettings::new(address);
    settings.token = Some(token.to_owned());
    Client::new(settings).map_err(|error| broken(&error))
}

/// Keeps a document beside a release: what upgrade plans must know of it, or how its audit ended.
pub(super) async fn enclose(
    teller: &Teller,
    it: &Released,
    kind: &str,
    facts: &impl Serialize,
) -> Result<(), CommandError> {
    let text = serde_json::to_string(facts).and_then(RawValue::from_string);
    let document = text.map_err(|error| CommandError::environment(&error))?;
    let body = api::NewEnclosure { document, why: String::new() };
    let place = (it.product, it.stream.as_str(), it.release.version.as_str());
    let enclosed = teller.by(it.by()).enclose(place, kind, &body).await;
    enclosed.map(drop).map_err(|error| broken(&error))
}
