//! What is installed, from files of several kinds.

use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_policy::Policy;
use trainyard_report::Finding;
use trainyard_upgrade::plan::{Deployment, Observed, Reading, assemble, recognise};

use super::planning::folder_of;
use crate::{
    args::{Global, upgrading::UpgradePlan},
    error::CommandError,
};

/// More of a list of packages or images is no list.
const LARGEST_INPUT: u64 = 16 << 20;

/// Reads all that the arguments name.
pub(super) fn read(
    global: &Global,
    args: &UpgradePlan,
    policy: &Policy,
    findings: &mut Vec<Finding>,
) -> Result<Deployment, CommandError> {
    let mut written: Option<Deployment> = None;
    let mut observed = Observed::default();
    for file in &args.deployment {
        let (text, folder) = text_of(global, file)?;
        let read = recognise(&text, &folder)
            .map_err(|error| CommandError::usage(format!("{file} cannot be used: {error}")))?;
        match read {
            Reading::Deployment(deployment) if written.is_none() => written = Some(*deployment),
            Reading::Deployment(_) => {
                return Err(CommandError::usage(format!("{file} is the second deployment file"))
                    .hint(
                        "several lists may say what is installed, and one file how it is handled",
                    ));
            }
            Reading::Observed(more) => observed.extend(more),
        }
    }
    let (deployment, more) = assemble(written.unwrap_or_default(), &observed, policy);
    findings.extend(more);
    Ok(deployment)
}

fn text_of(global: &Global, file: &Utf8Path) -> Result<(String, Utf8PathBuf), CommandError> {
    if file == "-" {
        let mut text = String::new();
        std::io::stdin().lock().take(LARGEST_INPUT).read_to_string(&mut text)?;
        return Ok((text, folder_of(&global.directory.join("."))));
    }
    let path = global.directory.join(file);
    Ok((crate::files::read_text(&path)?, folder_of(&path)))
}
