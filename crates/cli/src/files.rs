//! Files that are either written wholly or not at all.

use std::io::Write;

use camino::{Utf8Path, Utf8PathBuf};

use crate::error::CommandError;

/// More than any policy or list of tags has: 16 MB.
const LARGEST_TEXT: u64 = 16 << 20;

/// A file that somebody named is not there.
#[derive(Debug, thiserror::Error)]
#[error("there is no file `{}`", .0.strip_prefix(".").unwrap_or(.0))]
struct NotThere(Utf8PathBuf);

/// Reads a text that a user named, or that lies in a repository under inspection.
///
/// *Errors*: what is no ordinary file (a device would never end), too large, or not UTF-8, with the place.
pub(crate) fn read_text(path: &Utf8Path) -> Result<String, CommandError> {
    let about = fs_err::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => CommandError::environment(&NotThere(path.to_owned())),
        _ => CommandError::environment(&error),
    })?;
    if !about.is_file() {
        return Err(CommandError::usage(format!("{path} is no file")));
    }
    if about.len() > LARGEST_TEXT {
        let size = about.len() >> 20;
        return Err(CommandError::usage(format!(
            "{path} has {size} MB, and at most 16 MB are read"
        )));
    }
    let bytes = fs_err::read(path).map_err(|error| CommandError::environment(&error))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        CommandError::usage(format!("{path} is not UTF-8: line {line} has another byte"))
            .hint("save it as UTF-8")
    })
}

/// Replaces a file: writes beside it, then renames.
pub(crate) fn write_whole(path: &Utf8Path, text: &str) -> Result<(), CommandError> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let written = fs_err::File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs_err::rename(&beside, path)) {
        _ = fs_err::remove_file(&beside);
        return Err(CommandError::environment(&error));
    }
    Ok(())
}
