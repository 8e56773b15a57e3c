//! One description of an interface with the files that it refers to.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
};

use camino::{Utf8Path, Utf8PathBuf};

use crate::document::compact::{Object, Value};

/// How many references in a row are followed.
const LONGEST_CHAIN: usize = 64;

/// A value and the file in which it stands, which relative references count from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'a> {
    /// The value.
    pub value: &'a Value,
    /// Its file's place in the document.
    pub file: usize,
}

impl<'a> Spot<'a> {
    /// The value of a member.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        Some(Self { value: self.value.get(key)?, file: self.file })
    }

    /// The text of a member.
    pub(super) fn text(self, key: &str) -> Option<&'a str> {
        self.value.get(key)?.as_str()
    }

    /// Whether a member is `true`.
    pub(super) fn flag(self, key: &str) -> bool {
        self.value.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The members, none where it is no object.
    pub(super) fn members(self) -> impl Iterator<Item = (&'a str, Self)> {
        let members = self.value.as_object().into_iter().flat_map(Object::iter);
        members.map(move |(key, value)| (key, Self { value, file: self.file }))
    }

    /// The items, none where it is no list.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        let items = self.value.as_array().into_iter().flatten();
        items.map(move |value| Self { value, file: self.file })
    }

    /// What it refers to, where it is a reference.
    pub(super) fn reference(self) -> Option<&'a str> {
        self.text("$ref")
    }

    /// Names the value as long as the document lives.
    pub(super) fn address(self) -> usize {
        std::ptr::from_ref(self.value).addr()
    }
}

/// Path and content of a file.
pub(super) type File<'a> = (Utf8PathBuf, &'a Value);

/// A description, with the files that it refers to.
#[derive(Debug)]
pub(super) struct Document<'a> {
    /// Path and content; the first is the description itself.
    files: Vec<File<'a>>,
    by_path: HashMap<Utf8PathBuf, usize>,
    /// What references lead to, by file and text.
    known: RefCell<HashMap<(usize, &'a str), Option<Spot<'a>>>>,
}

impl<'a> Document<'a> {
    /// A description and the files beside it that it may refer to.
    pub(super) fn new(files: Vec<File<'a>>) -> Self {
        let by_path = files.iter().enumerate().map(|(at, (path, _))| (path.clone(), at)).collect();
        Self { files, by_path, known: RefCell::default() }
    }

    /// The description itself.
    pub(super) fn root(&self) -> Spot<'a> {
        let value = self.files.first().map_or(&Value::Null, |(_, value)| *value);
        Spot { value, file: 0 }
    }

    /// Path and content of its files, the description first.
    pub(super) fn files(&self) -> &[File<'a>] {
        &self.files
    }

    /// Follows references to what stands at their end; `None` where they lead nowhere or in a circle.
    pub(super) fn resolve(&self, spot: Spot<'a>) -> Option<Spot<'a>> {
        let mut at = spot;
        for _ in 0..LONGEST_CHAIN {
            let Some(reference) = at.reference() else { return Some(at) };
            at = self.target(at.file, reference)?;
        }
        None
    }

    fn target(&self, file: usize, reference: &'a str) -> Option<Spot<'a>> {
        if let Some(known) = self.known.borrow().get(&(file, reference)) {
            return *known;
        }
        let found = self.look_up(file, reference);
        self.known.borrow_mut().insert((file, reference), found);
        found
    }

    fn look_up(&self, file: usize, reference: &str) -> Option<Spot<'a>> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let file = if path.is_empty() {
            file
        } else {
            let (from, _) = self.files.get(file)?;
            *self.by_path.get(&beside(from, path)?)?
        };
        let (_, root) = self.files.get(file)?;
        let value = root.pointer(&percent_decoded(fragment))?;
        Some(Spot { value, file })
    }
}

/// The path that a reference names, from the file it stands in; `None` where it leaves the repository.
pub(super) fn beside(from: &Utf8Path, reference: &str) -> Option<Utf8PathBuf> {
    if reference.contains("://") || reference.starts_with('/') {
        return None;
    }
    let folder = from.parent().map(Utf8Path::as_str).unwrap_or_default();
    let mut names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for name in reference.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join("/").into())
}

/// The files that references in a value name, without what stands after `#`.
pub(super) fn other_files(value: &Value) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    let path = reference.split('#').next().unwrap_or_default();
                    if !path.is_empty() {
                        files.insert(path.to_owned());
                    }
                }
                waiting.extend(members.iter().map(|(_, value)| value));
            }
            _ => {}
        }
    }
    files
}

/// A fragment with `%XX` read as the bytes that it stands for.
fn percent_decoded(fragment: &str) -> String {
    if !fragment.contains('%') {
        return fragment.to_owned();
    }
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
