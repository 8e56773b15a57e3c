//! Prisma: `migrations/<timestamp>_<name>/migration.sql`.

use camino::Utf8Path;

use super::{
    Late,
    scripts::{Layout, Place, Way, order_of},
};

/// Prisma's folders.
pub(super) struct Prisma;

impl Layout for Prisma {
    fn name(&self) -> &'static str {
        "prisma"
    }

    fn late(&self) -> Late {
        Late::Applied
    }

    fn place(&self, path: &Utf8Path) -> Option<Place> {
        let own = path.parent().filter(|_| path.file_name() == Some("migration.sql"))?;
        let id = own.file_name()?;
        let digits = id.split('_').next().filter(|digits| !digits.is_empty())?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let folder = own.parent()?.to_owned();
        Some(Place { folder, order: order_of(digits), id: id.to_owned(), way: Way::Forward })
    }
}
