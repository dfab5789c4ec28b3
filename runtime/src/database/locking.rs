//! Locks whose values a panic elsewhere leaves whole.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Takes the lock. The values behind it are replaced, never edited in place.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
