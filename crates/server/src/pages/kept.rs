//! What was made of documents that never change, kept for whoever asks next.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use trainyard_registry::Digest;

/// The last few values, by the digest of all that they were made of.
pub(super) struct Kept<T> {
    most: usize,
    values: Mutex<VecDeque<(Digest, Arc<T>)>>,
}

impl<T> Kept<T> {
    pub(super) const fn new(most: usize) -> Self {
        Self { most, values: Mutex::new(VecDeque::new()) }
    }

    pub(super) fn get(&self, digest: &Digest) -> Option<Arc<T>> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.iter().find(|(own, _)| own == digest).map(|(_, value)| Arc::clone(value))
    }

    pub(super) fn put(&self, digest: Digest, value: T) -> Arc<T> {
        let value = Arc::new(value);
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if values.len() >= self.most {
            values.pop_front();
        }
        values.push_back((digest, Arc::clone(&value)));
        value
    }
}
