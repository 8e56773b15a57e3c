//! The modules of one tree together: which class is which, and which are settings.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use camino::{Utf8Path, Utf8PathBuf};

use super::read::{Class, Constant, Module};

/// Classes whose children are settings.
const ROOTS: &[&str] =
    &["BaseModel", "BaseSettings", "BaseSettingsModel", "RootModel", "GenericModel"];

/// Bases that make something else of a class, even where it is used with fields.
const OTHERS: &[&str] = &[
    "object",
    "Enum",
    "StrEnum",
    "IntEnum",
    "Flag",
    "IntFlag",
    "TypedDict",
    "NamedTuple",
    "Protocol",
    "Exception",
    "ABC",
    "Generic",
    "str",
    "int",
    "dict",
    "list",
];

/// A class: its module and its place there.
pub(super) type ClassId = (usize, usize);

/// Modules with what is asked of all of them.
pub(super) struct Forest {
    modules: Vec<(Utf8PathBuf, String, Arc<Module>)>,
    by_name: HashMap<String, Vec<ClassId>>,
    /// Modules by the last part of their dotted names.
    by_last: HashMap<String, Vec<usize>>,
    /// Settings classes in an order in which bases come first, each with its settings bases.
    settings: Vec<(ClassId, Vec<ClassId>)>,
}

/// What a base's name leads to.
enum Base {
    Root,
    Known(ClassId),
    Unknown(String),
    Other,
}

impl Forest {
    /// *Cost*: linear in the classes and their bases.
    pub(super) fn new(modules: impl IntoIterator<Item = (Utf8PathBuf, Arc<Module>)>) -> Self {
        let named = modules.into_iter().map(|(path, module)| {
            let dotted = dotted(&path);
            (path, dotted, module)
        });
        let mut forest = Self {
            modules: named.collect(),
            by_name: HashMap::new(),
            by_last: HashMap::new(),
            settings: Vec::new(),
        };
        for (place, (_, dotted, module)) in forest.modules.iter().enumerate() {
            let last = dotted.rsplit('.').next().unwrap_or_default().to_owned();
            forest.by_last.entry(last).or_default().push(place);
            for (class, definition) in module.classes.iter().enumerate() {
                forest.by_name.entry(definition.name.clone()).or_default().push((place, class));
            }
        }
        forest.settings = forest.find_settings();
        forest
    }

    pub(super) fn settings(&self) -> &[(ClassId, Vec<ClassId>)] {
        &self.settings
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &Utf8Path> {
        self.modules.iter().map(|(path, _, _)| path.as_path())
    }

    pub(super) fn class(&self, (module, class): ClassId) -> Option<&Class> {
        self.modules.get(module)?.2.classes.get(class)
    }

    /// The class that a name means in a module.
    pub(super) fn named(&self, module: usize, name: &str) -> Option<ClassId> {
        let (_, _, here) = self.modules.get(module)?;
        let origin = here.imports.get(name);
        let (wanted, from) = match origin {
            Some((from, original)) => (original.as_str(), Some(from.as_str())),
            None => (name, None),
        };
        let candidates = self.by_name.get(wanted)?;
        let of_module = |is_it: &dyn Fn(usize) -> bool| {
            // Of two classes of one name in a module the later one counts.
            candidates.iter().rev().find(|(place, _)| is_it(*place)).copied()
        };
        let by_import = from.filter(|from| !from.is_empty()).and_then(|from| {
            of_module(&|place| {
                self.modules.get(place).is_some_and(|(_, dotted, _)| ends_with(dotted, from))
            })
        });
        let own = if origin.is_none() { of_module(&|place| place == module) } else { None };
        let only = match candidates.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        own.or(by_import).or(only)
    }

    /// What a module, or the one it imports the name from, assigns to a name; with the module.
    pub(super) fn constant(&self, module: usize, name: &str) -> Option<(usize, &Constant)> {
        let (_, _, here) = self.modules.get(module)?;
        if let Some(constant) = here.constants.get(name) {
            return Some((module, constant));
        }
        let (from, original) = here.imports.get(name)?;
        self.called(from).find_map(|(place, there)| Some((place, there.constants.get(original)?)))
    }

    /// The modules that an imported name may mean.
    fn called<'a>(&'a self, imported: &'a str) -> impl Iterator<Item = (usize, &'a Module)> {
        let last = imported.rsplit('.').next().filter(|last| !last.is_empty());
        let places = last.and_then(|last| self.by_last.get(last)).into_iter().flatten();
        places.filter_map(move |place| {
            let (_, dotted, module) = self.modules.get(*place)?;
            ends_with(dotted, imported).then_some((*place, &**module))
        })
    }

    /// The values that a function offers.
    pub(super) fn choices(&self, module: usize, function: &str) -> Option<&Vec<String>> {
        let (_, _, here) = self.modules.get(module)?;
        if let Some(values) = here.choices.get(function) {
            return Some(values);
        }
        let (from, original) = here.imports.get(function)?;
        self.called(from).find_map(|(_, there)| there.choices.get(original))
    }

    /// Whether a class is an enumeration.
    pub(super) fn is_enumeration(class: &Class) -> bool {
        class
            .bases
            .iter()
            .any(|base| base.ends_with("Enum") || matches!(base.as_str(), "Flag" | "IntFlag"))
    }

    /// Finds the classes that derive from a known root, or from something unknown whose children look like settings.
    fn find_settings(&self) -> Vec<(ClassId, Vec<ClassId>)> {
        let mut known: BTreeMap<ClassId, Vec<ClassId>> = BTreeMap::new();
        let mut children: HashMap<ClassId, Vec<ClassId>> = HashMap::new();
        let mut beside_unknown: HashMap<String, Vec<ClassId>> = HashMap::new();
        let mut unknown_roots: BTreeSet<String> = BTreeSet::new();
        let mut found: BTreeSet<ClassId> = BTreeSet::new();
        for (place, (_, _, module)) in self.modules.iter().enumerate() {
            for (number, class) in module.classes.iter().enumerate() {
                let id = (place, number);
                if Self::is_enumeration(class) {
                    continue;
                }
                for base in &class.bases {
                    match self.base(place, base, id) {
                        Base::Root => {
                            found.insert(id);
                        }
                        Base::Known(base) => {
                            known.entry(id).or_default().push(base);
                            children.entry(base).or_default().push(id);
                        }
                        Base::Unknown(name) => {
                            if class.is_marked {
                                unknown_roots.insert(name.clone());
                            }
                            beside_unknown.entry(name).or_default().push(id);
                        }
                        Base::Other => {}
                    }
                }
            }
        }
        let of_unknown = unknown_roots.iter().filter_map(|name| beside_unknown.get(name)).flatten();
        found.extend(of_unknown);
        let mut waiting: VecDeque<_> = found.iter().copied().collect();
        while let Some(id) = waiting.pop_front() {
            for child in children.get(&id).into_iter().flatten() {
                if found.insert(*child) {
                    waiting.push_back(*child);
                }
            }
        }
        known.retain(|id, bases| {
            bases.retain(|base| found.contains(base));
            found.contains(id)
        });
        in_order(&found, &known, &children)
    }

    fn base(&self, module: usize, name: &str, own: ClassId) -> Base {
        match self.named(module, name).filter(|id| *id != own) {
            Some(id) => Base::Known(id),
            None if ROOTS.contains(&name) => Base::Root,
            None if OTHERS.contains(&name) || name.ends_with("Error") => Base::Other,
            None => Base::Unknown(name.to_owned()),
        }
    }
}

/// Bases before their children. Classes that derive from each other in a circle lose their bases.
fn in_order(
    found: &BTreeSet<ClassId>,
    bases: &BTreeMap<ClassId, Vec<ClassId>>,
    children: &HashMap<ClassId, Vec<ClassId>>,
) -> Vec<(ClassId, Vec<ClassId>)> {
    let of = |id: &ClassId| bases.get(id).cloned().unwrap_or_default();
    let mut missing: BTreeMap<ClassId, usize> =
        found.iter().map(|id| (*id, of(id).len())).collect();
    let ready = missing.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id);
    let mut waiting: VecDeque<_> = ready.collect();
    let mut ordered = Vec::new();
    while let Some(id) = waiting.pop_front() {
        missing.remove(&id);
        ordered.push((id, of(&id)));
        for child in children.get(&id).into_iter().flatten() {
            if let Some(count) = missing.get_mut(child) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    waiting.push_back(*child);
                }
            }
        }
    }
    ordered.extend(missing.into_keys().map(|id| (id, Vec::new())));
    ordered
}

/// The dotted name of a file.
fn dotted(path: &Utf8Path) -> String {
    let path = path.as_str().trim_end_matches(".py");
    path.trim_end_matches("/__init__").replace('/', ".")
}

/// Whether a file's dotted name ends with an imported one; the file's may have a source folder in front.
fn ends_with(dotted: &str, imported: &str) -> bool {
    dotted.strip_suffix(imported).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
