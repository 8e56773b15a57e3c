//! What happened: years of releases as they were, and some invented weeks up to now.

mod deployments;

use std::collections::BTreeMap;

use trainyard_api as api;
use trainyard_attest::Outcome;
use trainyard_bundle::{Bundle, Pin};
use trainyard_client::ChannelPlace;
use trainyard_upgrade::plan::StoredRelease;

use super::{
    audits,
    clock::{DAY, HOUR, machine},
    migrations,
    pipeline::{self, LINUX, MACOS, Month, PIPELINE, STEPS, Step, WINDOWS, channel},
    products,
    releases::{self, Released},
    teller::{Said, Teller, broken, enclose, time},
};
use crate::error::CommandError;

/// How long the invented weeks are, in days.
const WEEKS: i64 = 70;
/// The first line of Backend.AI whose migrations the registry knows.
const KEPT_FROM: &str = "24.3";

/// Tells the story; says which versions it is about, and the moment at which it ends, which is now.
pub(super) async fn tell(
    mut teller: Teller,
    all: Vec<Released>,
) -> Result<(Cast, i64), CommandError> {
    let newest = all.last().map_or(0, |last| last.at);
    // A machine whose clock is behind the facts is taken along.
    let now = machine().max(newest + (WEEKS + 5) * DAY);
    teller.enrol_parties().await?;
    products::make(&teller).await?;
    teller.enrol_people().await?;
    let months = pipeline::months(now - (WEEKS + 31) * DAY);
    history(&teller, all, &months).await?;
    let weeks = Weeks { teller: &teller, now };
    weeks.all(&months).await?;
    weeks.deployments(&months).await?;
    Ok((weeks.cast(), now))
}

/// The product and the component that clusters run.
const CLUSTERS: (&str, &str) = ("backend-ai", "backend-ai");
/// What a cluster is.
const CLUSTER: &[&str] = &["os=Ubuntu 24.04", "gpus=64", "database=PostgreSQL 16"];

fn cluster_channel(channel: &str) -> ChannelPlace<'_> {
    ChannelPlace { product: CLUSTERS.0, stream: CLUSTERS.1, channel }
}

/// Something that happens.
enum Happening {
    Released(Box<Released>),
    Month(usize, Step),
}

/// Years of releases, and a pipeline a month.
async fn history(
    teller: &Teller,
    all: Vec<Released>,
    months: &[Month],
) -> Result<(), CommandError> {
    let released = all.into_iter().map(|it| (it.at, Happening::Released(Box::new(it))));
    let mut happenings: Vec<(i64, Happening)> = released.collect();
    for (place, month) in months.iter().enumerate() {
        let steps = STEPS.map(|(after, step)| (month.at + after, Happening::Month(place, step)));
        happenings.extend(steps);
    }
    happenings.sort_by_key(|(at, _)| *at);
    let kept = migrations::backend_ai().into_iter().skip_while(|it| it.release.line != KEPT_FROM);
    let kept: BTreeMap<String, StoredRelease> =
        kept.map(|it| (it.release.version.clone(), it)).collect();
    let audits = audits::all();
    for (at, happening) in happenings {
        teller.at(at);
        match happening {
            Happening::Released(it) => {
                teller.publish(it.by(), (it.product, &it.stream), &it.release).await?;
                if it.is_in_development() {
                    let why = "a commit on the way, which was never released";
                    let (who, version) = (teller.by(it.by()), &it.release.version);
                    let yanked = who.yank(it.product, &it.stream, version, true, why).await;
                    yanked.map_err(|error| broken(&error))?;
                }
                if let Some(facts) =
                    kept.get(&it.release.version).filter(|_| it.stream == "backend-ai")
                {
                    enclose(teller, &it, "upgrade", facts).await?;
                }
                let place = (it.product, it.stream.as_str(), it.release.version.as_str());
                if let Some(found) = audits.get(&place) {
                    enclose(teller, &it, "audit", found).await?;
                }
            }
            Happening::Month(place, step) => {
                pipeline::take(teller, months, place, step).await?;
            }
        }
    }
    Ok(())
}

/// The invented weeks up to now.
struct Weeks<'a> {
    teller: &'a Teller,
    now: i64,
}

/// The bundles of the last three months.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    /// It has been in production.
    pub(crate) first: String,
    /// It failed at a studio.
    pub(crate) second: String,
    /// It is that one mended, and in production.
    pub(crate) mended: String,
    /// It is on its way.
    pub(crate) third: String,
    /// It has an addon that is too young.
    pub(crate) young: String,
}

impl Weeks<'_> {
    /// Some days ago, which the clock is set to.
    fn ago(&self, days: i64) -> &Teller {
        self.teller.at(self.now - days * DAY)
    }

    fn cast(&self) -> Cast {
        let month = |days: i64| pipeline::month_of(self.now - days * DAY);
        let (second, third) = (month(35), month(4));
        Cast {
            first: month(66),
            mended: format!("{second}.1"),
            second,
            young: format!("{third}.1"),
            third,
        }
    }

    /// A bundle that is well, one that is not and is mended, one on its way, and one with an addon that is too young.
    async fn all(&self, months: &[Month]) -> Result<(), CommandError> {
        let Cast { first, second, mended, third, .. } = self.cast();
        let newest = pipeline::newest(self.ago(66), &third, self.now, &[]).await?;
        let without = |names: &[&str]| -> Vec<String> {
            let pins = newest.pins.iter().filter(|pin| names.contains(&pin.name.as_str()));
            pins.map(|pin| format!("{}@{}", pin.name, pin.version)).collect()
        };
        self.first(&first, &without(&["core", "houdini", "maya", "nuke", "deadline"])).await?;
        let bundle = self.second(&second, &without(&["maya", "nuke"])).await?;
        self.mended(&mended, bundle, &first).await?;
        self.risk(&first).await?;
        self.long_lived(months).await?;
        self.server().await?;
        self.proven_cluster().await?;
        self.derived(&mended).await?;
        self.risky_cluster().await?;
        pipeline::enter(self.teller, &newest, self.now - 5 * DAY - 4 * HOUR).await?;
        self.polyaxon().await?;
        self.third(&third, newest).await
    }

    async fn first(&self, version: &str, exclusions: &[String]) -> Result<(), CommandError> {
        let at = self.now - 66 * DAY;
        let bundle = self.bundle(version, at, exclusions).await?;
        pipeline::enter(self.teller, &bundle, at).await?;
        let digest = self.teller.digest(PIPELINE, version).await?;
        self.ago(60).attest("ayon", &digest, Said::well("northlight/ada", LINUX)).await?;
        let tests = &[
            "opens a scene",
            "publishes a model",
            "~ renders a frame: twice as slow",
            "loads a rig",
        ];
        let outcome = Outcome::Warned;
        let warned = Said { who: "kestrel/bo", outcome, environment: WINDOWS, flavour: "", tests };
        self.ago(58).attest("ayon", &digest, warned).await?;
        let why = "two studios have worked with it; Kestrel's slow frames are their farm's";
        self.ago(51).promote("ayon-team/mira", channel("production"), version, why).await
    }

    /// It fails at one studio, which no majority outvotes.
    async fn second(&self, version: &str, exclusions: &[String]) -> Result<Bundle, CommandError> {
        let at = self.now - 35 * DAY;
        let bundle = self.bundle(version, at, exclusions).await?;
        pipeline::enter(self.teller, &bundle, at).await?;
        let digest = self.teller.digest(PIPELINE, version).await?;
        let well = Said::well("northlight/ada", LINUX);
        let said = self.ago(33).attest("ayon", &digest, well).await?;
        let tests =
            &["! opens a scene: Houdini does not start", "publishes a model", "loads a rig"];
        let outcome = Outcome::Failed;
        let failed = Said { who: "tidepool/chen", outcome, environment: MACOS, flavour: "", tests };
        self.ago(31).attest("ayon", &digest, failed).await?;
        let why = "it was run on last month's machines";
        let withdrawn = self.ago(30).by("northlight/ada").withdraw("ayon", &said, why).await;
        withdrawn.map_err(|error| broken(&error))?;
        self.ago(29).is_refused("ayon-team/mira", channel("production"), version).await?;
        let demote = api::Demote {
            version: Some(version.to_owned()),
            why: "Houdini does not start on macOS at Tidepool".to_owned(),
        };
        let demoted = self.ago(28).by("ayon-team/mira").demote(channel("latest"), &demote).await;
        demoted.map_err(|error| broken(&error))?;
        Ok(bundle)
    }

    /// The same with the Houdini of the month before.
    async fn mended(
        &self,
        version: &str,
        mut bundle: Bundle,
        before: &str,
    ) -> Result<(), CommandError> {
        let at = self.now - 27 * DAY;
        let before = self.published(before).await?;
        for pin in bundle.pins.iter_mut().filter(|pin| pin.name == "houdini") {
            if let Some(older) = before.pin("houdini") {
                pin.version.clone_from(&older.version);
            }
        }
        bundle.version = Some(pipeline::numbered(version));
        pipeline::enter(self.teller, &bundle, at).await?;
        let digest = self.teller.digest(PIPELINE, version).await?;
        self.ago(24).attest("ayon", &digest, Said::well("tidepool/chen", MACOS)).await?;
        self.ago(22).attest("ayon", &digest, Said::well("northlight/ada", LINUX)).await?;
        let why = "mended, and two studios have worked with it for two weeks";
        self.ago(12).promote("ayon-team/mira", channel("production"), version, why).await?;
        let rollout = api::ChangeRollout {
            version: version.to_owned(),
            starts: None,
            first_percent: 10,
            lasts_secs: Some(20 * 86_400),
            paused: None,
            is_paused: false,
            is_over: false,
            why: "studios take it in turn, a tenth at once".to_owned(),
        };
        let manager = self.ago(12).by("ayon-team/mira");
        let changed = manager.change_rollout(channel("production"), &rollout).await;
        changed.map(drop).map_err(|error| broken(&error))
    }

    /// A risk is declared, and turns out to be none of the bundle's.
    async fn risk(&self, version: &str) -> Result<(), CommandError> {
        let risk = api::NewRisk {
            name: "slow-frames".to_owned(),
            stream: PIPELINE.1.to_owned(),
            effect: api::RiskEffect::Conditional,
            versions: format!("=={version}"),
            from: None,
            condition: Some("farm == deadline".to_owned()),
            message: "frames render twice as slowly on some farms".to_owned(),
            url: None,
            fixed_in: None,
            why: "Kestrel and Northlight both see it".to_owned(),
        };
        let manager = self.ago(11).by("ayon-team/mira");
        manager.declare_risk("ayon", &risk).await.map_err(|error| broken(&error))?;
        let why = "the farms' drivers were too old; nothing is wrong with the bundle";
        let lifted = self.ago(10).by("ayon-team/mira").lift_risk("ayon", "slow-frames", why).await;
        lifted.map(drop).map_err(|error| broken(&error))
    }

    /// A bundle that has proven itself, for those in the middle of a show.
    async fn long_lived(&self, months: &[Month]) -> Result<(), CommandError> {
        let old = months.iter().rev().find(|month| month.at + 76 * DAY <= self.now - 10 * DAY);
        let Some(old) = old else { return Ok(()) };
        let why = "two months in production without a complaint";
        self.ago(10).promote("ayon-team/mira", channel("lts"), &old.version, why).await
    }

    /// A studio's own bundle: that of everybody, with an older Maya and without what it has no use for.
    async fn derived(&self, base: &str) -> Result<(), CommandError> {
        let whole = self.published(base).await?;
        let older = self.published(&self.cast().first).await?;
        let of = |bundle: &Bundle, name: &str| bundle.pin(name).map(|pin| pin.version.clone());
        let maya =
            of(&older, "maya").filter(|version| of(&whole, "maya").as_ref() != Some(version));
        let maya = maya.map(|version| Pin::new("maya", version));
        let maya = maya.and_then(|pin| serde_json::to_value(pin).ok());
        let removals = ["kitsu", "shotgrid", "tvpaint", "unreal"];
        let removals = removals.into_iter().filter(|name| whole.pin(name).is_some());
        let asked = api::Derive {
            base: api::BundleSource {
                stream: Some(PIPELINE.1.to_owned()),
                version: Some(base.to_owned()),
                ..api::BundleSource::default()
            },
            name: "Northlight".to_owned(),
            version: Some(base.to_owned()),
            overrides: maya.into_iter().collect(),
            additions: Vec::new(),
            removals: removals.map(str::to_owned).collect(),
        };
        let studio = self.ago(8).by("northlight/ada");
        let derived = studio.derive_bundle("ayon", &asked).await.map_err(|error| broken(&error))?;
        let derived: Bundle = serde_json::from_value(derived.bundle.unwrap_or_default())
            .map_err(|error| CommandError::environment(&error))?;
        let release = releases::bundle(&derived)?;
        self.teller.publish("northlight/ada", ("ayon", "northlight"), &release).await
    }

    /// One that is on its way, and one with an addon that is too young for it.
    async fn third(&self, version: &str, mut bundle: Bundle) -> Result<(), CommandError> {
        let digest = self.teller.digest(PIPELINE, version).await?;
        self.ago(3).attest("ayon", &digest, Said::well("kestrel/bo", WINDOWS)).await?;
        let later = api::Schedule {
            version: version.to_owned(),
            due: time(self.now + 9 * DAY),
            why: "if the second studio is content by then".to_owned(),
        };
        let manager = self.ago(2).by("ayon-team/mira");
        let scheduled = manager.schedule(channel("production"), &later).await;
        scheduled.map_err(|error| broken(&error))?;
        let young = self.cast().young;
        let comfyui = self.teller.admin().releases("ayon", "comfyui", 50).await;
        let comfyui = comfyui.map_err(|error| broken(&error))?;
        let newest =
            comfyui.iter().find(|release| !release.is_prerelease && !release.version.contains('+'));
        let Some(newest) = newest else { return Ok(()) };
        bundle.pins.push(Pin::new("comfyui", &newest.version));
        bundle.version = Some(pipeline::numbered(&young));
        let release = releases::bundle(&bundle)?;
        self.ago(2).publish("ayon-team/robot", PIPELINE, &release).await?;
        let digest = self.teller.digest(PIPELINE, &young).await?;
        let robot = Said::well("ayon-team/quinn", &["os=Ubuntu 24.04", "runner=hosted"]);
        self.teller.attest("ayon", &digest, robot).await?;
        self.ago(1).is_refused("ayon-team/mira", channel("latest"), &young).await.map(drop)
    }

    async fn bundle(
        &self,
        version: &str,
        at: i64,
        exclusions: &[String],
    ) -> Result<Bundle, CommandError> {
        let exclusions: Vec<&str> = exclusions.iter().map(String::as_str).collect();
        pipeline::newest(self.teller.at(at), version, at, &exclusions).await
    }

    async fn published(&self, version: &str) -> Result<Bundle, CommandError> {
        let found = self.teller.admin().release(PIPELINE.0, PIPELINE.1, version).await;
        let found = found.map_err(|error| broken(&error))?;
        serde_json::from_str(found.document.get())
            .map_err(|error| CommandError::environment(&error))
    }

    /// The newest server, which a studio runs.
    async fn server(&self) -> Result<(), CommandError> {
        let at = |channel| ChannelPlace { product: "ayon", stream: "server", channel };
        let latest = self.teller.admin().channel(at("latest")).await;
        let Some(version) = latest.map_err(|error| broken(&error))?.channel.head else {
            return Ok(());
        };
        let digest = self.teller.digest(("ayon", "server"), &version).await?;
        let machine = &["os=Debian 13", "database=PostgreSQL 17"];
        self.ago(10).attest("ayon", &digest, Said::well("tidepool/chen", machine)).await?;
        let why = "Tidepool has run it since summer";
        self.ago(10).promote("ayon-team/mira", at("production"), &version, why).await
    }

    /// A release in production.
    async fn proven_cluster(&self) -> Result<(), CommandError> {
        let proven = self.teller.digest(CLUSTERS, "26.7.0").await?;
        self.ago(9).attest("backend-ai", &proven, Said::well("glasshill/noor", CLUSTER)).await?;
        let why = "Glasshill has run it since summer";
        let at = cluster_channel("production");
        self.ago(9).promote("backend-ai-team/haneul", at, "26.7.0", why).await
    }

    /// A release that is being rolled out, and an upgrade that nobody should take.
    async fn risky_cluster(&self) -> Result<(), CommandError> {
        let manager = || self.teller.by("backend-ai-team/haneul");
        let digest = self.teller.digest(CLUSTERS, "26.8.1").await?;
        let tests = &["starts a session", "~ migrates the database: 40 minutes", "mounts a folder"];
        let (who, outcome) = ("ferncliff/luca", Outcome::Warned);
        let warned = Said { who, outcome, environment: CLUSTER, flavour: "", tests };
        self.ago(7).attest("backend-ai", &digest, warned).await?;
        let rollout = api::ChangeRollout {
            version: "26.8.1".to_owned(),
            starts: None,
            first_percent: 5,
            lasts_secs: Some(14 * 86_400),
            paused: None,
            is_paused: false,
            is_over: false,
            why: "large clusters last".to_owned(),
        };
        self.ago(6);
        let changed = manager().change_rollout(cluster_channel("latest"), &rollout).await;
        changed.map_err(|error| broken(&error))?;
        let risk = api::NewRisk {
            name: "skipped-migrations".to_owned(),
            stream: "backend-ai".to_owned(),
            effect: api::RiskEffect::Block,
            versions: "==25.6.0".to_owned(),
            from: Some(">=24.9.8,<24.10".to_owned()),
            condition: None,
            message: "7 migrations lie below where such a database stands, and Alembic passes over them without a word"
                .to_owned(),
            url: None,
            fixed_in: None,
            why: "found by `trainyard upgrade plan`".to_owned(),
        };
        self.ago(6);
        manager().declare_risk("backend-ai", &risk).await.map_err(|error| broken(&error))?;
        let risk = api::NewRisk {
            name: "long-migration".to_owned(),
            effect: api::RiskEffect::Conditional,
            versions: "==26.8.1".to_owned(),
            from: None,
            condition: Some("sessions > 100000".to_owned()),
            message: "the database is migrated for 40 minutes on large clusters".to_owned(),
            why: "Ferncliff saw it while it tested".to_owned(),
            ..risk
        };
        manager().declare_risk("backend-ai", &risk).await.map(drop).map_err(|error| broken(&error))
    }

    /// A platform in production, and a freeze.
    async fn polyaxon(&self) -> Result<(), CommandError> {
        let at = |channel| ChannelPlace { product: "polyaxon", stream: "platform", channel };
        let latest = self.teller.admin().channel(at("latest")).await;
        let latest = latest.map_err(|error| broken(&error))?.channel.head;
        if let Some(version) = latest {
            let digest = self.teller.digest(("polyaxon", "platform"), &version).await?;
            let cluster = &["os=Ubuntu 24.04", "kubernetes=1.33"];
            self.ago(4).attest("polyaxon", &digest, Said::well("ferncliff/sol", cluster)).await?;
            let why = "it has run at Ferncliff for a week";
            self.ago(4).promote("polyaxon-team/priya", at("production"), &version, why).await?;
        }
        // Four parts of the newest bundle stand at commits that no public repository has. Whether it fits together is not for
        // us to say, so somebody holds it back, and tells why.
        for name in ["edge", "latest"] {
            let hold = api::Hold {
                version: "2.16.0".to_owned(),
                is_held: true,
                why: "this demo knows no numbers for four of its parts, so their requirements cannot be checked".to_owned(),
            };
            let held = self.ago(5).by("polyaxon-team/priya").hold(at(name), &hold).await;
            held.map_err(|error| broken(&error))?;
        }
        let freeze = api::ChangeChannel {
            is_frozen: true,
            why: "Ferncliff publishes its results this month".to_owned(),
        };
        let manager = self.ago(4).by("polyaxon-team/priya");
        let frozen = manager.freeze(at("production"), &freeze).await;
        frozen.map(drop).map_err(|error| broken(&error))
    }
}
