//! Flyway: `V<version>__x.sql` once, `U<version>__x.sql` back, `R__x.sql` again whenever it changes.
//!
//! Baselines (`B<version>__x.sql`) only run where there is no database yet, so they are left out.

use camino::{Utf8Path, Utf8PathBuf};

use super::{
    Late,
    scripts::{Layout, Place, Way},
};

/// Flyway's files.
pub(super) struct Flyway;

impl Layout for Flyway {
    fn name(&self) -> &'static str {
        "flyway"
    }

    fn late(&self) -> Late {
        Late::Refused
    }

    fn place(&self, path: &Utf8Path) -> Option<Place> {
        let stem = path.file_name()?.strip_suffix(".sql")?;
        let (prefix, name) = stem.split_once("__")?;
        let folder = location(path);
        if prefix == "R" {
            let id = format!("R__{name}");
            return Some(Place { folder, order: Vec::new(), id, way: Way::Again });
        }
        let way = match prefix.as_bytes().first()? {
            b'V' => Way::Forward,
            b'U' => Way::Backward,
            _ => return None,
        };
        let parts = prefix.get(1..)?.split(['.', '_']);
        let mut order = parts.map(|part| part.parse().ok()).collect::<Option<Vec<u64>>>()?;
        // `1.0` and `1` are one version.
        while order.len() > 1 && order.last() == Some(&0) {
            order.pop();
        }
        let id: Vec<String> = order.iter().map(u64::to_string).collect();
        Some(Place { folder, order, id: id.join("."), way })
    }
}

/// Flyway looks through a location with all folders in it.
fn location(path: &Utf8Path) -> Utf8PathBuf {
    let folder = path.parent().unwrap_or(Utf8Path::new(""));
    let named = |one: &&Utf8Path| one.file_name().is_some_and(|name| name.starts_with("migration"));
    folder.ancestors().find(named).unwrap_or(folder).to_owned()
}
