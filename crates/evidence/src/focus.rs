//! Which files of trees detectors look at for one component, and what that makes of folders.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use camino::Utf8Path;
use sha2::{Digest, Sha256};

use crate::{
    Detector, Folder, RULES_VERSION, Scope, Settings, Side, Tree, VerdictKey,
    folder::{FolderId, Node},
};

/// Beyond this many folders, what was learned of them is forgotten: 32 MB.
const MOST_KNOWN: usize = 1 << 18;

/// Which files belong to a component, and which detectors look at which of them.
///
/// Remembers of each folder which part of it a detector looks at, so comparing one release after another costs little
/// more than what differs between them. Make one for each component, and use it for all of its comparisons.
pub struct Focus<'a> {
    scope: Scope<'a>,
    settings: &'a Settings,
    known: Mutex<HashMap<(&'static str, FolderId), Share>>,
}

/// The part of a folder that a detector looks at.
#[derive(Clone, Copy)]
struct Share {
    /// Names paths and contents of the files, with those of folders inside; `None` where there are none.
    digest: Option<[u8; 32]>,
    /// Whether all files that stand directly in the folder belong to it.
    has_all_files: bool,
}

impl fmt::Debug for Focus<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Focus").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<'a> Focus<'a> {
    /// A focus on paths that `scope` passes, as the settings say.
    pub fn new(scope: Scope<'a>, settings: &'a Settings) -> Self {
        Self { scope, settings, known: Mutex::default() }
    }

    /// Whether a family is not turned off.
    pub(crate) fn is_on(&self, detector: &dyn Detector) -> bool {
        self.settings.is_on(detector.family())
    }

    /// Whether a path belongs to the component.
    pub(crate) fn has(&self, path: &Utf8Path) -> bool {
        (self.scope)(path)
    }

    /// Whether a detector looks at a path.
    pub(crate) fn wants(&self, detector: &dyn Detector, path: &Utf8Path) -> bool {
        (self.scope)(path) && self.settings.wants(detector, path)
    }

    /// A tree, narrowed to what a detector looks at.
    ///
    /// *Cost*: folders without anything of it are left out at once, when they are known.
    pub(crate) fn side<'t>(&self, detector: &dyn Detector, tree: &'t dyn Tree) -> Side<'t> {
        let mut entries = Vec::new();
        let mut open = vec![tree.root().nodes().iter()];
        let mut shares = vec![self.share(detector, tree.root())];
        while let (Some(nodes), Some(share)) = (open.last_mut(), shares.last()) {
            match nodes.next() {
                Some(Node::File(entry)) => {
                    if share.has_all_files || self.wants(detector, &entry.path) {
                        entries.push(entry);
                    }
                }
                Some(Node::Folder(folder)) => {
                    let share = self.share(detector, folder);
                    if share.digest.is_some() {
                        open.push(folder.nodes().iter());
                        shares.push(share);
                    }
                }
                None => {
                    open.pop();
                    shares.pop();
                }
            }
        }
        Side::of_entries(tree, entries)
    }

    /// Names what a detector says of two trees, by all that it may read of them.
    pub(crate) fn key(
        &self,
        detector: &dyn Detector,
        old: &dyn Tree,
        new: &dyn Tree,
    ) -> VerdictKey {
        let mut digest = Sha256::new();
        digest.update(RULES_VERSION.to_le_bytes());
        digest.update(env!("CARGO_PKG_VERSION"));
        digest.update([0]);
        digest.update(detector.family());
        digest.update([0]);
        for tree in [old, new] {
            digest.update(self.share(detector, tree.root()).digest.unwrap_or_default());
        }
        VerdictKey(digest.finalize().into())
    }

    /// Recursion goes as deep as folders may nest.
    fn share(&self, detector: &dyn Detector, folder: &Folder) -> Share {
        let key = (detector.family(), folder.id());
        if let Some(known) = self.known().get(&key) {
            return *known;
        }
        let mut digest = Sha256::new();
        let mut share = Share { digest: None, has_all_files: true };
        let mut is_empty = true;
        for node in folder.nodes() {
            match node {
                Node::File(entry) if self.wants(detector, &entry.path) => {
                    // Paths hold no zero byte, so no other list of files reads like this.
                    digest.update([1]);
                    digest.update(entry.path.as_str());
                    digest.update([0, entry.kind as u8]);
                    digest.update(entry.content.0);
                    is_empty = false;
                }
                Node::File(_) => share.has_all_files = false,
                Node::Folder(inside) => {
                    if let Some(inside) = self.share(detector, inside).digest {
                        digest.update([2]);
                        digest.update(inside);
                        is_empty = false;
                    }
                }
            }
        }
        if !is_empty {
            share.digest = Some(digest.finalize().into());
        }
        let mut known = self.known();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(key, share);
        share
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(&'static str, FolderId), Share>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
