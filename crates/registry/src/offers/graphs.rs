//! Update graphs that are kept until what they follow from changes.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use trainyard_upgrade::updates::UpdateGraph;

use crate::{Name, VersionText};

/// How many are kept; the largest known ones, OpenShift's, have sixty thousand ways each.
const MOST: usize = 16;

/// What a graph is of: a stream, a channel of it or all releases, and a release besides that a client runs.
type Of = (Name, Option<Name>, Option<VersionText>);

/// A product's update graphs, each made when somebody asks and kept until the product's releases, channels or risks change.
#[derive(Default)]
pub(crate) struct Graphs(Mutex<Vec<(Of, Arc<UpdateGraph>)>>);

impl Clone for Graphs {
    /// A copy makes its own when it is asked.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Graphs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Graphs")
    }
}

impl Graphs {
    /// Forgets all, since something that they follow from is another.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The graph of something; made where it is not kept. Others may be asked for meanwhile.
    pub(super) fn get(&self, of: Of, make: impl FnOnce() -> UpdateGraph) -> Arc<UpdateGraph> {
        let find = |kept: &[(Of, Arc<UpdateGraph>)]| {
            kept.iter().find(|(own, _)| *own == of).map(|(_, graph)| Arc::clone(graph))
        };
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = find(&kept) {
            return found;
        }
        drop(kept);
        // What it follows from does not change as long as the product is borrowed.
        let made = Arc::new(make());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = find(&kept) {
            return found;
        }
        if kept.len() == MOST {
            kept.remove(0);
        }
        kept.push((of, Arc::clone(&made)));
        made
    }
}
