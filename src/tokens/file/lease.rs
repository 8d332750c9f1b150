//! Leases: a file for each, which its holder keeps locked.
//!
//! A lease is in force while its file is there and locked, but for no longer than it was granted for. The lock is the
//! operating system's, so it ends with the process; a release removes the file. How long a lease has been in force is
//! measured by a clock that never jumps, from the moment on at which this store first saw it: a holder that was stopped
//! holds others up for one such time at most, and a wall clock that is set costs nothing.

use std::collections::HashMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fs4::{FileExt, TryLockError};
use serde::Serialize;
use serde_json::Value;

use super::disk::{names, private_file, remove, unique};
use super::error::FileStoreError;
use crate::sync::lock;

const EXTENSION: &str = "lease";

/// For so many times its length a lease that was seen is remembered.
const MEMORY: u32 = 8;

/// A lease, as the record names it.
#[derive(Debug, Serialize)]
pub(super) struct Lease {
    file: String,
    milliseconds: u64,
}

impl Lease {
    pub(super) fn parse(value: &Value) -> Option<Self> {
        let (file, milliseconds) = (value["file"].as_str()?, value["milliseconds"].as_u64()?);
        let name = file.strip_suffix(EXTENSION)?.strip_suffix('.')?;
        // It must not lead out of the folder.
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain.then(|| Self { file: file.to_owned(), milliseconds })
    }

    fn ttl(&self) -> Duration {
        Duration::from_millis(self.milliseconds)
    }

    /// Ends it, if it has not ended.
    pub(super) fn end(&self, folder: &Path) -> Result<(), FileStoreError> {
        remove(&folder.join(&self.file))
    }

    /// Tells whether its holder lives.
    fn is_held(&self, folder: &Path) -> Result<bool, FileStoreError> {
        let path = folder.join(&self.file);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(FileStoreError::read(&path, error)),
        };
        // Shared, so that those who look do not take each other for the holder.
        match FileExt::try_lock_shared(&file) {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(FileStoreError::read(&path, error)),
        }
    }
}

/// The locked file of a lease. Dropping it ends the lease.
pub(super) struct Held {
    path: PathBuf,
    _lock: File,
}

impl Held {
    /// Makes a lease, of which nobody knows before the record names it.
    pub(super) fn new(folder: &Path, fence: u64, ttl: Duration) -> Result<(Self, Lease), FileStoreError> {
        let lease = Lease { file: format!("{fence}-{}", unique(EXTENSION)), milliseconds: milliseconds(ttl) };
        let path = folder.join(&lease.file);
        let lock = private_file().create_new(true).open(&path).map_err(|error| FileStoreError::write(&path, error))?;
        let held = Self { path, _lock: lock };
        match FileExt::try_lock(&held._lock) {
            Ok(()) => Ok((held, lease)),
            Err(error) => Err(FileStoreError::write(&held.path, error.into())),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Unlocked, it counts for as little.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What a store knows of leases beyond their records.
#[derive(Default)]
pub(super) struct Leases {
    /// The fence and the lock of the newest lease in a folder that is the store's own
    own: Mutex<HashMap<PathBuf, (u64, Held)>>,
    /// Since when a lease has been known to be in force, and for how long it was granted
    seen: Mutex<HashMap<PathBuf, (Instant, Duration)>>,
}

impl Leases {
    /// Returns how long a lease stays in force at most. `None` when it has ended.
    pub(super) fn remaining(&self, lease: &Lease, folder: &Path) -> Result<Option<Duration>, FileStoreError> {
        if !lease.is_held(folder)? {
            return Ok(None);
        }
        let first_seen = self.first_seen(folder.join(&lease.file), lease.ttl());
        let remaining = lease.ttl().saturating_sub(first_seen.elapsed());
        Ok(Some(remaining).filter(|remaining| !remaining.is_zero()))
    }

    /// Takes charge of a lease that is in the record, and removes what others have left behind.
    pub(super) fn granted(&self, folder: &Path, fence: u64, held: Held, ttl: Duration) {
        self.first_seen(held.path.clone(), ttl);
        let older = lock(&self.own).insert(folder.to_owned(), (fence, held));
        drop(older);
        // What stays is removed by the next one.
        for name in names(folder).unwrap_or_default() {
            if fence_of(&name).is_some_and(|older| older < fence) {
                let _ = remove(&folder.join(name));
            }
        }
    }

    /// Ends a lease, if it is the store's own.
    pub(super) fn give_back(&self, folder: &Path, fence: u64) -> bool {
        let mut own = lock(&self.own);
        let is_own = own.get(folder).is_some_and(|(own, _)| *own == fence);
        let given_back = is_own.then(|| own.remove(folder)).flatten();
        // Its file is removed while nobody waits.
        drop(own);
        if let Some((_, held)) = &given_back {
            lock(&self.seen).remove(&held.path);
        }
        given_back.is_some()
    }

    fn first_seen(&self, file: PathBuf, ttl: Duration) -> Instant {
        let mut seen = lock(&self.seen);
        if let Some((at, _)) = seen.get(&file) {
            return *at;
        }
        seen.retain(|_, (at, ttl)| at.elapsed() < ttl.saturating_mul(MEMORY));
        let now = Instant::now();
        seen.insert(file, (now, ttl));
        now
    }
}

fn fence_of(name: &Path) -> Option<u64> {
    name.extension().filter(|extension| *extension == EXTENSION)?;
    name.to_str()?.split_once('-')?.0.parse().ok()
}

/// A duration as a file keeps it: not shorter than it is.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
