//! What is worked out of a distribution once for a whole process, however many variants and scenarios hold an equal one.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// All are dropped at once above this number.
const KEPT: usize = 256;

/// Results by the distribution they belong to. What is printed by its `Debug` tells one distribution from another.
pub(super) struct Shared<T>(Mutex<Option<HashMap<String, Arc<T>>>>);

impl<T> Shared<T> {
    pub const fn new() -> Self {
        Shared(Mutex::new(None))
    }

    /// What belongs to `of`: found, or made. It is made outside the lock; two threads may do so twice, to the same bits.
    pub fn get(&self, of: &(impl fmt::Debug + ?Sized), make: impl FnOnce() -> T) -> Arc<T> {
        let key = format!("{of:?}");
        // A panic elsewhere cannot leave the map half changed.
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = lock().get_or_insert_default().get(&key) {
            return Arc::clone(found);
        }
        let made = Arc::new(make());
        let mut guard = lock();
        let map = guard.get_or_insert_default();
        if map.len() >= KEPT {
            map.clear();
        }
        map.insert(key, Arc::clone(&made));
        made
    }
}
