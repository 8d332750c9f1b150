//! Leases: each has a file, which its holder locks.
//!
//! A lease is held while its file exists and is locked, but no longer than it was granted for. The lock is the
//! operating system's, so it is released when the process ends; a release removes the file. The age of a lease is
//! measured by a monotonic clock, from when this store first saw it: a suspended holder blocks others for one duration
//! of the lease at most, and changes of the wall clock do not matter.

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

/// How long a lease that was seen is remembered, as a multiple of its duration.
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
        // The name must not lead out of the folder.
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain.then(|| Self { file: file.to_owned(), milliseconds })
    }

    fn ttl(&self) -> Duration {
        Duration::from_millis(self.milliseconds)
    }

    /// Releases it, if it has not ended.
    pub(super) fn end(&self, folder: &Path) -> Result<(), FileStoreError> {
        remove(&folder.join(&self.file))
    }

    /// Reports whether its holder is alive.
    fn is_held(&self, folder: &Path) -> Result<bool, FileStoreError> {
        let path = folder.join(&self.file);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(FileStoreError::read(&path, error)),
        };
        // Shared, so that processes that check do not take each other for the holder.
        match FileExt::try_lock_shared(&file) {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(FileStoreError::read(&path, error)),
        }
    }
}

/// The locked file of a lease. Dropping it releases the lease.
pub(super) struct Held {
    path: PathBuf,
    _lock: File,
}

impl Held {
    /// Creates a lease, which is not visible to others until the record names it.
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
        // If this fails: a file that is not locked is no lease either.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What a store knows about leases beyond their records.
#[derive(Default)]
pub(super) struct Leases {
    /// By folder: the fence and the lock of the newest lease that this store holds
    own: Mutex<HashMap<PathBuf, (u64, Held)>>,
    /// When a lease was first seen, and its duration
    seen: Mutex<HashMap<PathBuf, (Instant, Duration)>>,
}

impl Leases {
    /// Returns the maximum time until a lease expires; `None` if it has ended.
    pub(super) fn remaining(&self, lease: &Lease, folder: &Path) -> Result<Option<Duration>, FileStoreError> {
        if !lease.is_held(folder)? {
            return Ok(None);
        }
        let first_seen = self.first_seen(folder.join(&lease.file), lease.ttl());
        let remaining = lease.ttl().saturating_sub(first_seen.elapsed());
        Ok(Some(remaining).filter(|remaining| !remaining.is_zero()))
    }

    /// Takes ownership of a lease that is in the record, and removes the files of older ones.
    pub(super) fn granted(&self, folder: &Path, fence: u64, held: Held, ttl: Duration) {
        self.first_seen(held.path.clone(), ttl);
        let older = lock(&self.own).insert(folder.to_owned(), (fence, held));
        drop(older);
        // Best effort: files that remain are removed with the next lease.
        for name in names(folder).unwrap_or_default() {
            if fence_of(&name).is_some_and(|older| older < fence) {
                let _ = remove(&folder.join(name));
            }
        }
    }

    /// Releases a lease, if this store holds it, and reports whether it did.
    pub(super) fn give_back(&self, folder: &Path, fence: u64) -> bool {
        let mut own = lock(&self.own);
        let is_own = own.get(folder).is_some_and(|(own, _)| *own == fence);
        let given_back = is_own.then(|| own.remove(folder)).flatten();
        // The file is removed without holding the mutex.
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

/// A duration in milliseconds, rounded up.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
