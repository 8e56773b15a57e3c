//! pip.

use camino::Utf8Path;

use super::super::{Action, Check, Expectation, Invocation};
use crate::plan::Packages;

/// Installs the packages of a version, and the files of requirements. To do it twice changes nothing.
pub fn install(packages: &Packages, folder: &Utf8Path, version: &str) -> Option<Action> {
    let mut words = vec![packages.python.clone()];
    words.extend(
        ["-m", "pip", "install", "--upgrade", "--disable-pip-version-check"].map(Into::into),
    );
    let fixed = words.len();
    for file in &packages.requirements {
        words.extend(["-r".to_owned(), file.clone()]);
    }
    words.extend(packages.names.iter().map(|name| format!("{name}=={version}")));
    (words.len() > fixed).then(|| Action {
        executor: "pip".to_owned(),
        invocation: Invocation { run: words, folder: folder.to_owned() },
        done_when: None,
        is_repeatable: true,
        if_interrupted: None,
    })
}

/// That what is installed fits together.
pub fn fits(packages: &Packages, folder: &Utf8Path) -> Check {
    Check {
        says: "the installed packages fit together".to_owned(),
        invocation: Invocation::new(
            [packages.python.as_str(), "-m", "pip", "--disable-pip-version-check", "check"],
            folder,
        ),
        expects: Expectation::Success,
    }
}
