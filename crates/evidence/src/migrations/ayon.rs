//! AYON: `schemas/migrations/<8 digits>.sql`, and `schemas/schema.*.sql`, which the server runs at every start.

use camino::Utf8Path;

use super::{
    Late,
    scripts::{Layout, Place, Way, order_of},
};

/// AYON's files.
pub(super) struct Ayon;

impl Layout for Ayon {
    fn name(&self) -> &'static str {
        "ayon"
    }

    fn late(&self) -> Late {
        Late::Skipped
    }

    fn place(&self, path: &Utf8Path) -> Option<Place> {
        let folder = path.parent()?;
        let stem = path.file_name()?.strip_suffix(".sql")?;
        if folder.ends_with("schemas/migrations")
            && stem.len() == 8
            && stem.bytes().all(|byte| byte.is_ascii_digit())
        {
            let (folder, id) = (folder.to_owned(), stem.to_owned());
            return Some(Place { folder, order: order_of(stem), id, way: Way::Forward });
        }
        // `schema.drop.sql` is only run to delete a project.
        let is_run_again =
            folder.ends_with("schemas") && stem.starts_with("schema.") && stem != "schema.drop";
        is_run_again.then(|| Place {
            folder: folder.to_owned(),
            order: Vec::new(),
            id: stem.to_owned(),
            way: Way::Again,
        })
    }
}
