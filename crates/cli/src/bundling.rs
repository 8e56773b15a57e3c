//! Reads bundles and catalogues for the commands on them.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use trainyard_bundle::{
    Bundle, Catalogue, Delta, Demand, Expectations, Manifest, Numbered, Origin,
    read::{self, Gitlink, Imported},
    server_demand,
};
use trainyard_evidence::{EntryKind, Tree};
use trainyard_git::{FolderTree, Repository};
use trainyard_history::{CommitId, Moment};
use trainyard_policy::Policy;
use trainyard_report::Finding;
use trainyard_version::Scheme;

use crate::{
    args::{Global, bundle::BundleCheck},
    error::CommandError,
    progress, site, surroundings,
};

mod evidence;
mod loaded;
mod tags;

pub(crate) use self::{
    evidence::{ChangeTold, ComponentEvidence, between},
    loaded::{Loaded, load, refused},
};

/// Larger manifests are not read: 16 MB, for lists of addons.
const LARGEST_BYTES: u64 = 16 << 20;

/// What a catalogue begins with that a registry has: `registry:PRODUCT`.
const REGISTRY: &str = "registry:";

/// What is known of releases.
pub(crate) struct Sources {
    pub(crate) catalogue: Catalogue,
    /// What is wrong with the manifests.
    pub(crate) findings: Vec<Finding>,
}

impl Sources {
    /// What is wrong with the manifests of pinned releases, and with files that hold none.
    pub(crate) fn findings_about(&self, bundle: &Bundle) -> Vec<Finding> {
        let titles: Vec<_> =
            bundle.pins.iter().map(|pin| format!("{} {}", pin.name, pin.version)).collect();
        let is_about = |finding: &&Finding| {
            titles.contains(&finding.subject)
                || finding.code == trainyard_report::Code::BUNDLE_FILE_UNREADABLE
        };
        self.findings.iter().filter(is_about).cloned().collect()
    }
}

/// Reads manifests from folders, files and the registry, and from the trees of clones' tags.
pub(crate) fn catalogue(
    global: &Global,
    paths: &[Utf8PathBuf],
    clones: &[String],
) -> Result<Sources, CommandError> {
    let mut all = Imported::default();
    for path in paths {
        match path.as_str().strip_prefix(REGISTRY) {
            Some(product) => all.manifests.extend(crate::registry::manifests(global, product)?),
            None => all.extend(of_path(&global.directory, path)?),
        }
    }
    let policy = if clones.is_empty() { None } else { known_policy(global)? };
    for clone in clones {
        let (name, path) = clone_of(clone);
        let repository = surroundings::repository(&global.directory.join(path))?;
        let read = progress::while_doing("reading the manifests of tags", || {
            of_tags(&repository, name, policy.as_ref())
        })?;
        all.extend(read);
    }
    let Imported { manifests, findings, .. } = all;
    Ok(Sources { catalogue: Catalogue::new(manifests), findings })
}

/// A clone from `PATH` or `NAME=PATH`.
pub(crate) fn clone_of(text: &str) -> (Option<&str>, &str) {
    match text.split_once('=') {
        Some((name, path)) if !name.contains(['/', '\\']) => (Some(name), path),
        _ => (None, text),
    }
}

fn of_path(directory: &Utf8Path, path: &Utf8Path) -> Result<Imported, CommandError> {
    let full = directory.join(path);
    if !full.is_dir() {
        let text = crate::files::read_text(&full)?;
        return read::read_file(path, &text, &Origin::default()).ok_or_else(|| {
            CommandError::usage(format!("{path} is no manifest and no list of any known format"))
                .hint("`trainyard bundle catalogue --help` names the formats")
        });
    }
    let is_own = |below: &Utf8Path| read::is_wanted(below) || may_be_release(below);
    let tree =
        FolderTree::open(&full, &is_own).map_err(|error| CommandError::environment(&error))?;
    let found = of_tree(&tree, &Origin::default(), |below| path.join(below));
    if found.manifests.is_empty() && found.bundles.is_empty() && found.findings.is_empty() {
        let message = format!("{path} holds no release's manifest");
        return Err(CommandError::usage(message).hint(format!(
            "looked for TOML files with a `[release]` in the folder itself, and for {} there and below",
            read::wanted_files()
        )));
    }
    Ok(found)
}

/// Whether a file that lies in the folder that is named, and not below, may be a release's manifest by its content.
fn may_be_release(below: &Utf8Path) -> bool {
    let is_there = below.parent().is_none_or(|folder| folder == "");
    is_there && below.extension() == Some("toml") && below != site::POLICY_FILE
}

/// Reads the manifests of a tree of wanted files; `name` says how a path is told.
fn of_tree(tree: &dyn Tree, origin: &Origin, name: impl Fn(&Utf8Path) -> Utf8PathBuf) -> Imported {
    let files = tree.root().files().filter(|entry| entry.kind == EntryKind::File);
    let mut all = Imported::default();
    for entry in files {
        let text = tree.read(entry, LARGEST_BYTES).ok().and_then(|it| String::from_utf8(it).ok());
        let Some(text) = text else { continue };
        if read::is_wanted(&entry.path) || read::is_release(&text) {
            all.extend(read::read_file(&name(&entry.path), &text, origin).unwrap_or_default());
        }
    }
    all
}

/// Reads the manifests in the trees of all tags.
///
/// A tag is also a release of the repository itself, of which nothing but its version is known: where no manifest of its
/// tree has that version, or where `called` names the component and none of these is it. Its version is read as the policy
/// says of the component of that name; where it says nothing and most tags are no SemVer, as fits the tags.
fn of_tags(
    repository: &Repository,
    called: Option<&str>,
    policy: Option<&Policy>,
) -> Result<Imported, CommandError> {
    let repository_name = called.map_or_else(|| repository.name(), str::to_owned);
    let history = repository.history(None)?.history;
    let tagged = tags::versions(repository, &repository_name, &history, policy)?;
    let trees = repository.trees(&read::is_wanted);
    let mut all = Imported::default();
    for tag in &history.tags {
        let Some(commit) = tag.commit else { continue };
        let commit = history.graph.id(commit);
        let origin = Origin {
            repository: Some(repository_name.clone()),
            tag: Some(tag.name.clone()),
            commit: Some(commit.to_string()),
        };
        // Readers know files by their names, so the tag is a folder.
        let folder = evidence::folder_of(&repository_name, &tag.name);
        let name = |path: &Utf8Path| folder.join(path);
        let mut read = of_tree(&trees.of(commit)?, &origin, name);
        let is_there = read.manifests.iter().any(|manifest| {
            is_own(manifest) && called.is_none_or(|called| manifest.name == called)
        });
        if !is_there && let Some(version) = tagged.get(&tag.name) {
            let mut bare = Manifest::new(&repository_name, version.clone());
            bare.origin = origin.clone();
            read.manifests.push(bare);
        }
        let day = tag.when.map(Moment::date);
        read.manifests.iter_mut().for_each(|manifest| manifest.date = manifest.date.or(day));
        all.extend(read);
    }
    keep_own_versions(&mut all.manifests);
    Ok(all)
}

/// Reads the manifests in the tree of one commit, which a tag names.
pub(crate) fn of_commit(
    repository: &Repository,
    tag: &str,
    commit: CommitId,
) -> Result<Imported, CommandError> {
    let trees = repository.trees(&read::is_wanted);
    let origin = Origin {
        repository: Some(repository.name()),
        tag: Some(tag.to_owned()),
        commit: Some(commit.to_string()),
    };
    Ok(of_tree(&trees.of(commit)?, &origin, Utf8Path::to_path_buf))
}

/// Whether a manifest has the version of the tag it was read at.
fn is_own(manifest: &Manifest) -> bool {
    let tag = manifest.origin.tag.as_deref().unwrap_or_default();
    tag.ends_with(manifest.version.text())
}

/// Drops what is no release: a manifest whose version is not that of the tag where another tag has it.
fn keep_own_versions(manifests: &mut Vec<Manifest>) {
    let own: std::collections::BTreeSet<_> = manifests
        .iter()
        .filter(|manifest| is_own(manifest))
        .map(|manifest| (manifest.name.clone(), manifest.version.text().to_owned()))
        .collect();
    manifests.retain(|manifest| {
        is_own(manifest)
            || !own.contains(&(manifest.name.clone(), manifest.version.text().to_owned()))
    });
}

/// Reads the bundle that the arguments name.
pub(crate) fn bundle(global: &Global, args: &BundleCheck) -> Result<Loaded, CommandError> {
    let mut loaded = match (&args.file, &args.submodules) {
        (Some(file), _) => load(global, file)?,
        (None, Some(reference)) => Loaded::of(of_submodules(global, reference)?),
        (None, None) => return Err(CommandError::usage("no bundle is named")),
    };
    if !args.server.is_empty() {
        loaded.bundle.servers = args.server.iter().map(|server| Numbered::semver(server)).collect();
    }
    for server in &loaded.bundle.servers {
        if let Some(error) = server.error() {
            return Err(CommandError::usage(format!("the server's version: {error}")));
        }
    }
    Ok(loaded)
}

fn of_submodules(global: &Global, reference: &str) -> Result<(Bundle, Vec<Finding>), CommandError> {
    const MODULES: &str = ".gitmodules";
    let repository = surroundings::repository(&global.directory)?;
    let commit = repository.resolve(reference)?;
    let trees = repository.trees(&|_| true);
    let tree = trees.of(commit)?;
    let file = tree.root().files().find(|entry| entry.path == MODULES);
    let file = file.ok_or_else(|| {
        CommandError::usage(format!("{reference} has no submodules: it holds no {MODULES}"))
    })?;
    let bytes = tree.read(file, LARGEST_BYTES).map_err(|why| CommandError::environment(&why))?;
    let text = String::from_utf8_lossy(&bytes);
    let submodules = tree.root().files().filter(|entry| entry.kind == EntryKind::Submodule);
    let links: Vec<_> = submodules
        .map(|entry| Gitlink {
            path: entry.path.to_string(),
            commit: entry.content.to_string(),
            ..Gitlink::default()
        })
        .collect();
    let version = Numbered::read(reference.trim_start_matches('v'), &Scheme::semver());
    Ok(read::submodules(&repository.name(), &version, (MODULES.into(), &text), &links))
}

/// What the policy expects of bundles; nothing where there is none.
pub(crate) fn expectations(global: &Global) -> Result<Expectations, CommandError> {
    Ok(known_policy(global)?.as_ref().map(Expectations::of).unwrap_or_default())
}

/// The policy that is named, or that lies in the folder; `None` where there is none.
fn known_policy(global: &Global) -> Result<Option<Policy>, CommandError> {
    let path = match &global.policy {
        Some(path) => global.directory.join(path),
        None => global.directory.join(site::POLICY_FILE),
    };
    if global.policy.is_none() && !path.exists() {
        return Ok(None);
    }
    site::read_policy(&path).map(Some)
}

/// What is told of a bundle.
#[derive(Debug, Serialize)]
pub(crate) struct BundleAnswer {
    /// What it is called.
    pub(crate) bundle: String,
    /// How many releases it pins.
    pub(crate) pins: usize,
    /// How many releases the catalogue knows.
    pub(crate) releases: usize,
    /// The bundle it was derived from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<BaseAnswer>,
    /// The lowest server that it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) server: Option<ServerAnswer>,
    /// What is wrong, errors first.
    pub(crate) findings: Vec<Finding>,
}

impl BundleAnswer {
    pub(crate) fn new(
        bundle: &Bundle,
        derived: Option<&(Bundle, Bundle)>,
        catalogue: &Catalogue,
        findings: Vec<Finding>,
    ) -> Self {
        Self {
            bundle: bundle.title(),
            pins: bundle.pins.len(),
            releases: catalogue.len(),
            base: derived.map(|(_, base)| BaseAnswer {
                name: base.title(),
                distance: Delta::between(base, bundle).distance(),
            }),
            server: ServerAnswer::of(bundle, catalogue),
            findings,
        }
    }
}

/// What is told of the bundle that another was derived from.
#[derive(Debug, Serialize)]
pub(crate) struct BaseAnswer {
    /// What it is called.
    pub(crate) name: String,
    /// How many pins differ.
    pub(crate) distance: usize,
}

/// The lowest server that a bundle runs on.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ServerAnswer {
    /// Its version: `1.4.0`, or `above 1.4.0`.
    pub(crate) minimum: String,
    /// Who demands just that.
    pub(crate) demanded_by: Vec<Demand>,
}

impl ServerAnswer {
    /// `None` where nobody asks for a server.
    pub(crate) fn of(bundle: &Bundle, catalogue: &Catalogue) -> Option<Self> {
        let demand = server_demand(bundle, catalogue);
        Some(Self { minimum: demand.minimum?, demanded_by: demand.demanded_by })
    }

    /// `1.1.2 or newer, as maya 0.5.4 demands`.
    pub(crate) fn sentence(&self) -> String {
        let newer = if self.minimum.starts_with("above") { "" } else { " or newer" };
        let shown = self.demanded_by.iter().take(3);
        let who: Vec<_> = shown.map(|it| format!("{} {}", it.name, it.version)).collect();
        let rest = self.demanded_by.len() - who.len();
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let verb = if self.demanded_by.len() == 1 { "demands" } else { "demand" };
        format!("{}{newer}, as {}{rest} {verb}", self.minimum, who.join(", "))
    }
}

/// What is told of a catalogue.
#[derive(Debug, Serialize)]
pub(crate) struct CatalogueAnswer {
    /// How many components are published.
    pub(crate) components: usize,
    /// How many versions they have.
    pub(crate) versions: usize,
    /// How many contents these were published with.
    pub(crate) releases: usize,
    /// What is wrong, errors first.
    pub(crate) findings: Vec<Finding>,
}

impl CatalogueAnswer {
    pub(crate) fn new(catalogue: &Catalogue, findings: Vec<Finding>) -> Self {
        let published = catalogue.families().filter(|(_, family)| !family.is_empty());
        let versions: std::collections::BTreeSet<_> = catalogue
            .all_releases()
            .iter()
            .map(|release| (release.name, release.version().text()))
            .collect();
        Self {
            components: published.count(),
            versions: versions.len(),
            releases: catalogue.len(),
            findings,
        }
    }
}
