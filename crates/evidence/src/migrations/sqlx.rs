//! sqlx: `<timestamp>_<name>.sql`, or `.up.sql` and `.down.sql`.

use camino::Utf8Path;

use super::{
    Late,
    plain::numbered_place,
    scripts::{Layout, Place, Placed},
};

/// sqlx's files.
pub(super) struct Sqlx;

/// As many digits as seconds since 1970 have.
const SHORTEST_TIMESTAMP: u64 = 1_000_000_000;

impl Layout for Sqlx {
    fn name(&self) -> &'static str {
        "sqlx"
    }

    fn late(&self) -> Late {
        Late::Applied
    }

    fn place(&self, path: &Utf8Path) -> Option<Place> {
        let place = numbered_place(path)?;
        let number = *place.order.first()?;
        // The number alone is recorded; the name may change.
        (number >= SHORTEST_TIMESTAMP).then(|| Place { id: number.to_string(), ..place })
    }

    fn accepts(&self, files: &[Placed]) -> bool {
        files.iter().all(|file| file.marked_by.is_empty())
    }
}
