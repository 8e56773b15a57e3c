//! Diesel: a folder per migration, with `up.sql` and `down.sql`.

use camino::Utf8Path;

use super::{
    Late,
    scripts::{Layout, Place, Way},
};

/// Diesel's folders.
pub(super) struct Diesel;

impl Layout for Diesel {
    fn name(&self) -> &'static str {
        "diesel"
    }

    fn late(&self) -> Late {
        Late::Applied
    }

    fn place(&self, path: &Utf8Path) -> Option<Place> {
        let way = match path.file_name()? {
            "up.sql" => Way::Forward,
            "down.sql" => Way::Backward,
            _ => return None,
        };
        let own = path.parent()?;
        let id = own.file_name()?;
        // Diesel leaves the dashes of `2024-01-31-120000` out, and orders versions as texts.
        let version = id.split('_').next()?.bytes().filter(|byte| *byte != b'-');
        let order: Vec<u64> = version.map(u64::from).collect();
        let is_number = order.iter().all(|byte| (b'0'.into()..=b'9'.into()).contains(byte));
        let folder = own.parent()?.to_owned();
        (is_number && !order.is_empty()).then(|| Place { folder, order, id: id.to_owned(), way })
    }
}
