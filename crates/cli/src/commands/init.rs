//! `trainyard init`.

use camino::Utf8PathBuf;
use trainyard_git::Repository;
use trainyard_history::{Survey, adopt, observe_version_file};
use trainyard_policy::{Policy, VersionPlace};
use trainyard_report::Outcome;

use crate::{
    args::{Global, Init},
    error::CommandError,
    printer::Printer,
    site::{POLICY_FILE, text_of},
    surroundings,
};

pub(super) fn run(
    global: &Global,
    args: &Init,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let repository = surroundings::repository_if_any(&global.directory)?;
    let path = target(global, repository.as_ref(), args.print)?;
    if !args.print && path.exists() && !args.force {
        return Err(CommandError::usage(format!("{path} is there already"))
            .hint("replace it with --force, or look at a fresh one with --print"));
    }
    let found = repository.as_ref().map(Repository::name);
    let name = args.name.clone().or(found).unwrap_or_else(|| "my-product".to_owned());
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err(CommandError::usage("a product's name is a text on one line")
            .hint("give one with --name NAME"));
    }
    let (preset, text) = match (&args.preset, &repository) {
        (Some(preset), _) => (preset.clone(), trainyard_policy::init(preset, &name)),
        (None, Some(repository)) => adopted(repository, &name)?,
        (None, None) => ("semver".to_owned(), trainyard_policy::init("semver", &name)),
    };
    if args.print {
        printer.print(&text)?;
        return Ok(Outcome::Clean);
    }
    crate::files::write_whole(&path, &text)?;
    let option = global.policy.as_ref().map(|file| format!(" --policy {file}")).unwrap_or_default();
    printer.print(&format!(
        "wrote {path} from preset {preset}\nnext: read it, then run `trainyard{option} policy lint` and \
         `trainyard{option} plan`"
    ))?;
    Ok(Outcome::Clean)
}

/// Where the file goes: where `--policy` says, else into the root of the worktree, else into the folder.
fn target(
    global: &Global,
    repository: Option<&Repository>,
    is_printed: bool,
) -> Result<Utf8PathBuf, CommandError> {
    if let Some(path) = &global.policy {
        return Ok(global.directory.join(path));
    }
    let Some(repository) = repository else { return Ok(global.directory.join(POLICY_FILE)) };
    let root = repository.root();
    let is_bare = root.join("HEAD").is_file() && root.join("objects").is_dir();
    if is_bare && !is_printed {
        return Err(CommandError::usage(format!("{root} is a bare repository"))
            .hint("look at a fresh policy with --print, and add it where files are checked out")
            .hint("or say where to write it with --policy FILE"));
    }
    Ok(root.join(POLICY_FILE))
}

/// The preset that fits the repository, and the file that says what a plan without a file assumes.
fn adopted(repository: &Repository, name: &str) -> Result<(String, String), CommandError> {
    let history = repository.history(None)?.history;
    let folders = crate::parts::folders(repository, &history)?;
    let Some(mut adopted) = adopt(name, &history, &folders, Policy::preset) else {
        return Err(CommandError::usage("the embedded presets are damaged"));
    };
    let stated = match &history.head {
        Some(head) => stated_text(repository, &adopted.policy, history.graph.id(head.commit))?,
        None => None,
    };
    let has_version_files = stated.is_some();
    let scheme = adopted.policy.components.first().map(|component| &component.current().scheme);
    let version = scheme.zip(stated).and_then(|(scheme, text)| scheme.parse(text.trim()).ok());
    if let Some(version) = version {
        let survey = Survey::new(&adopted.policy, &history);
        observe_version_file(&mut adopted.policy, &survey, &version);
    }
    let text = trainyard_policy::init_adopted(
        adopted.preset,
        &adopted.policy,
        &adopted.folders,
        &adopted.ignored_tags,
        has_version_files,
    );
    Ok((adopted.preset.to_owned(), text))
}

/// What the version file of an adopted policy, a whole file, says.
fn stated_text(
    repository: &Repository,
    policy: &Policy,
    commit: trainyard_history::CommitId,
) -> Result<Option<String>, CommandError> {
    let files = policy.components.iter().flat_map(|component| &component.version_files);
    let whole = files.filter(|file| file.place == VersionPlace::Whole);
    let wanted: Vec<(_, Utf8PathBuf)> = whole.map(|file| (commit, file.path.clone())).collect();
    Ok(repository.read_files(&wanted)?.into_iter().find_map(text_of))
}
