//! A repository such as Backend.AI's: thousands of files, an Alembic environment that grows to 480 revisions, an
//! OpenAPI document that grows to 1.7 MB, a GraphQL schema of 0.7 MB, pydantic models, and 346 tags.

use std::io::Write;

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};

use super::{documents, imported};

/// How many releases it has.
pub(super) const TAGS: usize = 346;
const FOLDERS: usize = 180;
const FILES_PER_FOLDER: usize = 50;
const FIRST_REVISIONS: usize = 100;
const LAST_REVISIONS: usize = 480;
/// One release in so many changes the interface documents.
const DOCUMENTS_EVERY: usize = 4;
const FIRST_SECOND: usize = 1_500_000_000;
const SECONDS_BETWEEN: usize = 600_000;

/// The tag of the `number`th release: ten patches a line.
pub(super) fn tag(number: usize) -> String {
    format!("v1.{}.{}", number / 10, number % 10)
}

/// Makes the repository, unless it is there already.
pub(super) fn repository(place: &Utf8Path) -> Result<Utf8PathBuf> {
    imported::repository(place, &format!("platform-{TAGS}"), |mut out| {
        history(&mut out)?;
        Ok(out)
    })
}

fn history(out: &mut impl Write) -> Result<()> {
    let mut revisions = 0;
    for number in 0..TAGS {
        header(out, number)?;
        if number == 0 {
            for index in 0..FOLDERS * FILES_PER_FOLDER {
                source(out, index, 0)?;
            }
            file(out, "src/manager/models/alembic/env.py", "from alembic import context\n")?;
            file(out, "alembic.ini", "[alembic]\nscript_location = src/manager/models/alembic\n")?;
        }
        for index in 0..40 {
            source(out, (number * 97 + index * 131) % (FOLDERS * FILES_PER_FOLDER), number)?;
        }
        let wanted = FIRST_REVISIONS + (LAST_REVISIONS - FIRST_REVISIONS) * number / (TAGS - 1);
        for revision in revisions..wanted {
            let id = documents::revision_id(revision);
            let path = format!("src/manager/models/alembic/versions/{id}_change.py");
            file(out, &path, &documents::alembic(revision))?;
        }
        revisions = wanted;
        if number.is_multiple_of(DOCUMENTS_EVERY) {
            let part = number * 100 / TAGS;
            file(out, "docs/openapi.json", &documents::openapi(60 + part * 2, number))?;
            file(out, "docs/schema.graphql", &documents::graphql(300 + part * 3, number))?;
            file(out, "src/manager/config/unified.py", &documents::settings(200, number))?;
        }
        writeln!(out)?;
        writeln!(out, "reset refs/tags/{}\nfrom :{}\n", tag(number), number + 1)?;
    }
    Ok(())
}

fn header(out: &mut impl Write, number: usize) -> Result<()> {
    let (mark, when) = (number + 1, FIRST_SECOND + number * SECONDS_BETWEEN);
    let message = format!("fix: what release {number} brings");
    writeln!(out, "commit refs/heads/main\nmark :{mark}")?;
    writeln!(out, "committer A Person <a@example.org> {when} +0000")?;
    writeln!(out, "data {}\n{message}", message.len())?;
    Ok(())
}

fn source(out: &mut impl Write, index: usize, revision: usize) -> Result<()> {
    let (folder, number) = (index / FILES_PER_FOLDER, index % FILES_PER_FOLDER);
    let path = format!("src/part{folder}/module{number}.py");
    file(out, &path, &format!("\"\"\"Module {index}.\"\"\"\n\nVALUE = {revision}\n"))
}

fn file(out: &mut impl Write, path: &str, content: &str) -> Result<()> {
    writeln!(out, "M 100644 inline {path}\ndata {}\n{content}", content.len())?;
    Ok(())
}
