//! Numbered files of SQL that no known tool claims: `migrations/0012_add_users.sql`, also `.up.sql` and `.down.sql`.

use camino::Utf8Path;

use super::{
    Late,
    scripts::{Layout, Place, Way, is_migrations_folder, numbered, order_of},
};

/// Numbered files.
pub(super) struct Plain;

impl Layout for Plain {
    fn name(&self) -> &'static str {
        "sql"
    }

    fn late(&self) -> Late {
        // Tools that only keep the newest number never look below it.
        Late::Skipped
    }

    fn place(&self, path: &Utf8Path) -> Option<Place> {
        numbered_place(path)
    }
}

/// A file whose name begins with a number, in a folder of migrations.
pub(super) fn numbered_place(path: &Utf8Path) -> Option<Place> {
    let folder = path.parent().filter(|folder| is_migrations_folder(folder))?;
    let name = path.file_name()?.strip_suffix(".sql")?;
    let (stem, way) = match (name.strip_suffix(".up"), name.strip_suffix(".down")) {
        (Some(stem), _) => (stem, Way::Forward),
        (_, Some(stem)) => (stem, Way::Backward),
        _ => (name, Way::Forward),
    };
    let (digits, _) = numbered(stem)?;
    // Tools that want two files record the number alone; of others nothing is known, so the name counts too.
    let id = if stem.len() < name.len() { digits } else { stem };
    Some(Place { folder: folder.to_owned(), order: order_of(digits), id: id.to_owned(), way })
}
