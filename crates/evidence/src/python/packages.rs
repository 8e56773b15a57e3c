//! Where modules lie that other files name.

use camino::{Utf8Path, Utf8PathBuf};

/// The paths at which a module may lie that a file names, the likeliest first: `shop.api`, `.router`, `..`.
///
/// The root of packages is one of the folders above the file, mostly; the nearest comes first.
/// *Cost*: two paths for each folder above.
pub(crate) fn module_paths(from: &Utf8Path, module: &str) -> Vec<Utf8PathBuf> {
    let dots = module.bytes().take_while(|byte| *byte == b'.').count();
    let names = module.get(dots..).unwrap_or_default().replace('.', "/");
    let mut folder = from.parent();
    for _ in 1..dots {
        folder = folder.and_then(Utf8Path::parent);
    }
    let mut paths = Vec::new();
    while let Some(root) = folder {
        let path = root.join(&names);
        if names.is_empty() {
            paths.push(root.join("__init__.py"));
        } else {
            paths.push(Utf8PathBuf::from(format!("{path}.py")));
            paths.push(path.join("__init__.py"));
        }
        if dots > 0 {
            break;
        }
        folder = root.parent();
    }
    paths
}

/// A full name such as `..shop.api.router`, as the module that may have it and its name there.
pub(crate) fn split_name(full: &str) -> Option<(&str, &str)> {
    let at = full.rfind('.')?;
    let dots = full.bytes().take_while(|byte| *byte == b'.').count();
    // The dots of a relative name belong to its module.
    let module = full.get(..at.max(dots))?;
    let name = full.get(at + 1..).filter(|name| !name.is_empty())?;
    Some((module, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_lie_beside_or_above() {
        let paths = |from: &str, module: &str| -> Vec<String> {
            let paths = module_paths(Utf8Path::new(from), module);
            paths.into_iter().map(Utf8PathBuf::into_string).collect()
        };
        assert_eq!(paths("a/b/c.py", ".d"), ["a/b/d.py", "a/b/d/__init__.py"]);
        assert_eq!(paths("a/b/c.py", "..d.e"), ["a/d/e.py", "a/d/e/__init__.py"]);
        assert_eq!(paths("a/b/c.py", "."), ["a/b/__init__.py"]);
        assert_eq!(paths("c.py", "...d"), [""; 0]);
        let up =
            ["a/b/d.py", "a/b/d/__init__.py", "a/d.py", "a/d/__init__.py", "d.py", "d/__init__.py"];
        assert_eq!(paths("a/b/c.py", "d"), up);
        assert_eq!(split_name(".router"), Some((".", "router")));
        assert_eq!(split_name("..shop.router"), Some(("..shop", "router")));
        assert_eq!(split_name("shop.router"), Some(("shop", "router")));
        assert_eq!(split_name("shop"), None);
    }
}
