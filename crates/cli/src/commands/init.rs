//! `trainyard init`.

use camino::Utf8PathBuf;
use trainyard_git::Repository;
use trainyard_history::{Survey, adopt, observe_version_file};
use trainyard_policy::{Policy, presets};
use trainyard_report::Outcome;

use crate::{
    args::{Global, Init},
    error::CommandError,
    printer::Printer,
    site::POLICY_FILE,
    surroundings, version_files,
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
        (Some(preset), Some(repository)) => (preset.clone(), asked(repository, preset, &name)?),
        (None, Some(repository)) => adopted(repository, &name)?,
        (preset, None) => {
            let preset = preset.clone().unwrap_or_else(|| "semver".to_owned());
            (preset.clone(), trainyard_policy::init(&preset, &name))
        }
    };
    if let Some(unread) = repository.as_ref().and_then(|found| unread(found, &text)) {
        printer.diagnose(&unread);
    }
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

/// A word on tags that look like versions, where a policy reads none of them.
fn unread(repository: &Repository, text: &str) -> Option<String> {
    let policy = Policy::parse(text, POLICY_FILE).ok()?.policy;
    let history = repository.history(None).ok()?.history;
    let finding = Survey::new(&policy, &history).nothing_read(&policy)?;
    Some(format!("note: {}\nhint: without `--preset`, init looks for what fits", finding.message))
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

/// The preset that was asked for, with the version files of the repository where the preset names no product's.
fn asked(repository: &Repository, preset: &str, name: &str) -> Result<String, CommandError> {
    let is_plain = presets().iter().any(|known| known.name == preset && known.is_plain());
    let (true, Some(mut policy)) = (is_plain, Policy::preset(preset)) else {
        return Ok(trainyard_policy::init(preset, name));
    };
    name.clone_into(&mut policy.product.name);
    policy.components.iter_mut().for_each(|component| name.clone_into(&mut component.name));
    let history = repository.history(None)?.history;
    version_files::find(repository, &history, &mut policy, &[None]);
    Ok(trainyard_policy::init_adopted(preset, &policy, &[None], &[]))
}

/// The preset that fits the repository, and the file that says what a plan without a file assumes.
fn adopted(repository: &Repository, name: &str) -> Result<(String, String), CommandError> {
    let history = repository.history(None)?.history;
    let folders = crate::parts::folders(repository, &history)?;
    let Some(mut adopted) = adopt(name, &history, &folders, Policy::preset) else {
        return Err(CommandError::usage("the embedded presets are damaged"));
    };
    let stated = version_files::find(repository, &history, &mut adopted.policy, &adopted.folders);
    if let Some(version) = stated {
        let survey = Survey::new(&adopted.policy, &history);
        observe_version_file(&mut adopted.policy, &survey, &version);
    }
    let text = trainyard_policy::init_adopted(
        adopted.preset,
        &adopted.policy,
        &adopted.folders,
        &adopted.ignored_tags,
    );
    Ok((adopted.preset.to_owned(), text))
}
