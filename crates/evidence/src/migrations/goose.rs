//! goose: `<number>_<name>.sql` with both ways in one file, and migrations in Go.

use camino::Utf8Path;

use super::{
    Late,
    scripts::{GOOSE, Layout, Place, Placed, Way, is_migrations_folder, numbered, order_of},
};

/// goose's files.
pub(super) struct Goose;

impl Layout for Goose {
    fn name(&self) -> &'static str {
        "goose"
    }

    fn late(&self) -> Late {
        Late::Refused
    }

    fn place(&self, path: &Utf8Path) -> Option<Place> {
        let folder = path.parent().filter(|folder| is_migrations_folder(folder))?;
        let name = path.file_name()?;
        let stem = name.strip_suffix(".sql").or_else(|| name.strip_suffix(".go"))?;
        let (digits, rest) = numbered(stem)?;
        let is_test = name.ends_with("_test.go");
        let has_two_files = [".up", ".down"].iter().any(|way| rest.ends_with(way));
        (!is_test && !has_two_files).then(|| Place {
            folder: folder.to_owned(),
            order: order_of(digits),
            id: digits.to_owned(),
            way: Way::Forward,
        })
    }

    fn accepts(&self, files: &[Placed]) -> bool {
        files.iter().any(|file| file.marked_by == GOOSE)
    }
}
