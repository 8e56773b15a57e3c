//! What a release writes, as steps for the journal and as words and diffs for people.

use trainyard_git::{Git, GitFailed, Mode, TreeEdit};
use trainyard_history::Cut;
use trainyard_release::{
    cut::Edit,
    journal::{FileChange, NewTag, NextDevelopment, Plan},
};

use super::{
    contents::{self, Contents},
    request::Wanted,
};

/// Longer messages cannot be handed to git.
const LONGEST_MESSAGE: usize = 60_000;

/// How many files a step names.
const NAMED: usize = 4;

/// Each step in words.
pub(super) fn steps(wanted: &Wanted, contents: &Contents, remote: Option<&str>) -> Vec<String> {
    let branch = wanted.branch();
    let mut steps = Vec::new();
    if wanted.tags().is_empty() {
        return steps;
    }
    if !contents.is_empty() {
        steps.push(files(&contents.edits));
        steps.push(format!("commit \"{}\" on {branch}", message(wanted)));
    }
    let short = |name: &str| {
        name.trim_start_matches("refs/tags/").trim_start_matches("refs/heads/").to_owned()
    };
    let tags: Vec<_> = wanted.tags().iter().map(|tag| short(tag)).collect();
    let lines: Vec<_> = wanted.lines().iter().map(|line| short(line)).collect();
    let signed = if wanted.sign { ", signed" } else { "" };
    steps.extend(tags.iter().map(|tag| format!("tag it {tag}{signed}")));
    steps.extend(lines.iter().map(|line| format!("create the branch {line} on the same commit")));
    if !contents.next.is_empty() {
        steps.push(files(&contents.next));
        steps.push(format!("commit \"{}\" on {branch}", next_message(wanted)));
    }
    if let Some(remote) = remote {
        let all: Vec<_> = std::iter::once(branch.to_owned()).chain(lines).chain(tags).collect();
        let all: Vec<_> = all.iter().map(String::as_str).collect();
        steps.push(format!("push {} to {remote}, all or nothing", listed(&all)));
    }
    steps
}

/// `write VERSION and CHANGELOG.md, remove 3 files`.
fn files(edits: &[Edit]) -> String {
    let written: Vec<_> =
        edits.iter().filter(|edit| edit.after.is_some()).map(|edit| edit.path.as_str()).collect();
    let gone: Vec<_> =
        edits.iter().filter(|edit| edit.after.is_none()).map(|edit| edit.path.as_str()).collect();
    let list = |paths: &[&str]| match paths.len() {
        count if count <= NAMED => listed(paths),
        count => format!("{count} files"),
    };
    match (written.as_slice(), gone.as_slice()) {
        (written, []) => format!("write {}", list(written)),
        ([], gone) => format!("remove {}", list(gone)),
        (written, gone) => format!("write {}, remove {}", list(written), list(gone)),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        names => names.concat(),
    }
}

/// The command that makes public what was released without a push.
pub(super) fn to_publish(wanted: &Wanted, remote: &str) -> String {
    let short = |name: &String| {
        name.trim_start_matches("refs/tags/").trim_start_matches("refs/heads/").to_owned()
    };
    let lines = wanted.lines();
    let tags = wanted.tags();
    let names: Vec<_> = lines.iter().chain(&tags).map(short).collect();
    format!("git push --atomic {remote} {} {}", wanted.branch(), names.join(" "))
}

/// What the two commits change, as git shows it; none where there is nothing to commit.
pub(super) fn diff(
    scratch: &Git,
    wanted: &Wanted,
    contents: &Contents,
) -> Result<Option<String>, GitFailed> {
    if contents.is_empty() && contents.next.is_empty() {
        return Ok(None);
    }
    let start = format!("{}^{{tree}}", wanted.start);
    let release = tree(scratch, &start, &contents.edits)?;
    let mut text = between(scratch, &start, &release)?;
    if !contents.next.is_empty() {
        let next = tree(scratch, &release, &contents.next)?;
        let heading = format!("\nthen, as \"{}\":\n\n", next_message(wanted));
        text.extend([heading, between(scratch, &release, &next)?]);
    }
    Ok(Some(text))
}

fn tree(git: &Git, base: &str, edits: &[Edit]) -> Result<String, GitFailed> {
    let edits = edits.iter().map(|edit| {
        let becomes = match &edit.after {
            Some(after) => {
                let mode = git.entry_at(base, &edit.path)?.map(|(mode, _)| mode);
                Some((mode.unwrap_or(Mode::File), git.write_blob(after.as_bytes())?))
            }
            None => None,
        };
        Ok(TreeEdit { path: edit.path.clone(), becomes })
    });
    let edits: Vec<_> = edits.collect::<Result<_, GitFailed>>()?;
    git.write_tree(Some(base), &edits)
}

fn between(git: &Git, old: &str, new: &str) -> Result<String, GitFailed> {
    let options = ["diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"];
    let prefixes = ["--src-prefix=a/", "--dst-prefix=b/"];
    let text = git.run(&[&options[..], &prefixes[..], &[old, new]].concat())?;
    Ok(format!("{text}\n"))
}

/// The plan that the journal keeps; what it names is in the object database when this returns.
pub(super) fn journal_plan(
    git: &Git,
    wanted: &Wanted,
    contents: &Contents,
    remote: Option<&str>,
    sign: bool,
) -> Result<Plan, GitFailed> {
    let next = if contents.next.is_empty() {
        None
    } else {
        let files = changes(git, &contents.next)?;
        Some(NextDevelopment { files, message: format!("{}\n", next_message(wanted)) })
    };
    Ok(Plan {
        name: wanted.name.clone(),
        branch: format!("refs/heads/{}", wanted.branch()),
        start: wanted.start.clone(),
        files: changes(git, &contents.edits)?,
        message: format!("{}\n", message(wanted)),
        tags: tags(wanted, contents),
        sign,
        lines: wanted.lines(),
        next,
        remote: remote.map(str::to_owned),
    })
}

fn changes(git: &Git, edits: &[Edit]) -> Result<Vec<FileChange>, GitFailed> {
    let blob = |text: &Option<String>| {
        text.as_ref().map(|text| git.write_blob(text.as_bytes())).transpose()
    };
    let change = |edit: &Edit| {
        let (before, after) = (blob(&edit.before)?, blob(&edit.after)?);
        Ok(FileChange { path: edit.path.clone(), before, after })
    };
    edits.iter().map(change).collect()
}

/// The message of the release's commit.
fn message(wanted: &Wanted) -> String {
    format!("chore(release): {}", versions(wanted, |cut| Some(&cut.version)))
}

/// The message of the commit after it.
fn next_message(wanted: &Wanted) -> String {
    format!("chore(release): begin {}", versions(wanted, |cut| cut.next.as_ref()))
}

/// `1.2.0` where there is but one component here, else `api 1.2.0, web 2.0.0`.
fn versions<'c>(
    wanted: &'c Wanted,
    version: impl Fn(&'c Cut) -> Option<&'c trainyard_version::Version>,
) -> String {
    let policy = &wanted.site.policy;
    let is_only = policy.components.iter().filter(|each| each.repository.is_none()).count() == 1;
    let told = wanted.cuts.iter().filter_map(|cut| {
        let version = version(cut)?;
        let name = &wanted.component(cut).name;
        Some(if is_only { version.to_string() } else { format!("{name} {version}") })
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Each tag with what it says: what is released, what is in it, which parts it pins.
fn tags(wanted: &Wanted, contents: &Contents) -> Vec<NewTag> {
    let mut tags: Vec<NewTag> = Vec::new();
    let mut add = |name: &str, message: String| {
        let name = format!("refs/tags/{name}");
        match tags.iter_mut().find(|tag| tag.name == name) {
            Some(tag) => tag.message.extend(["\n", &message]),
            None => tags.push(NewTag { name, message }),
        }
    };
    let pins = wanted.composed.as_ref().map(|composed| {
        let title = stream_title(wanted, &composed.stream);
        let parts: Vec<_> =
            composed.parts.iter().map(|(part, version)| format!("- {part} {version}\n")).collect();
        format!("{title} {}\n\n{}", composed.version, parts.concat())
    });
    for (cut, notes) in wanted.cuts.iter().zip(&contents.notes) {
        let title = &wanted.component(cut).title;
        let mut text = format!("{title} {}\n{}", cut.version, contents::told(notes));
        // A stream without tags of its own is told where its part is.
        let untagged = wanted.composed.as_ref().is_some_and(|composed| composed.tag.is_none());
        if let Some(pins) = pins.as_ref().filter(|_| untagged) {
            text.extend(["\n", pins]);
        }
        add(&cut.tag, text);
    }
    if let (Some(tag), Some(pins)) =
        (wanted.composed.as_ref().and_then(|composed| composed.tag.as_ref()), pins)
    {
        add(tag, pins);
    }
    for tag in &mut tags {
        let end = tag.message.floor_char_boundary(LONGEST_MESSAGE.min(tag.message.len()));
        tag.message.truncate(end);
    }
    tags
}

fn stream_title<'w>(wanted: &'w Wanted, name: &'w str) -> &'w str {
    let found = wanted.site.policy.streams.iter().find(|stream| stream.name == name);
    found.map_or(name, |stream| stream.title.as_str())
}
