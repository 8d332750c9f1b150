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
    /// How often it was extended
    #[serde(skip_serializing_if = "is_zero")]
    extended: u64,
}

impl Lease {
    pub(super) fn parse(value: &Value) -> Option<Self> {
        let (file, milliseconds) = (value["file"].as_str()?, value["milliseconds"].as_u64()?);
        let name = file.strip_suffix(EXTENSION)?.strip_suffix('.')?;
        // The name must not lead out of the folder.
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let extended = value["extended"].as_u64().unwrap_or(0);
        plain.then(|| Self { file: file.to_owned(), milliseconds, extended })
    }

    /// Begins another duration.
    pub(super) fn extend(&mut self, ttl: Duration) {
        self.milliseconds = milliseconds(ttl);
        self.extended += 1;
    }

    /// Reports whether it was not released: its holder is alive, or died.
    pub(super) fn is_open(&self, folder: &Path) -> bool {
        folder.join(&self.file).exists()
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

/// The locked file of a lease. Dropping it ends the lease, and leaves the file: it was not released.
pub(super) struct Held {
    path: PathBuf,
    _lock: File,
}

impl Held {
    /// Releases the lease.
    pub(super) fn end(self) {
        // If this fails, the lease ends all the same, and counts as not released.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A lease that nobody has taken over yet, and is released when nobody does.
pub(super) struct Unclaimed(Option<Held>);

impl Unclaimed {
    /// Creates a lease, which is not visible to others until the record names it.
    pub(super) fn new(folder: &Path, fence: u64, ttl: Duration) -> Result<(Self, Lease), FileStoreError> {
        let file = format!("{fence}-{}", unique(EXTENSION));
        let lease = Lease { file, milliseconds: milliseconds(ttl), extended: 0 };
        let path = folder.join(&lease.file);
        let lock = private_file().create_new(true).open(&path).map_err(|error| FileStoreError::write(&path, error))?;
        let locked = FileExt::try_lock(&lock);
        let unclaimed = Self(Some(Held { path: path.clone(), _lock: lock }));
        locked.map_err(|error| FileStoreError::write(&path, error.into()))?;
        Ok((unclaimed, lease))
    }

    pub(super) fn claim(mut self) -> Option<Held> {
        self.0.take()
    }
}

impl Drop for Unclaimed {
    fn drop(&mut self) {
        if let Some(held) = self.0.take() {
            held.end();
        }
    }
}

/// What a store knows about leases beyond their records.
#[derive(Default)]
pub(super) struct Leases {
    /// By folder: the fence and the lock of the newest lease that this store holds
    own: Mutex<HashMap<PathBuf, (u64, Held)>>,
    /// When a lease was first seen, or first seen to be extended
    seen: Mutex<HashMap<PathBuf, Seen>>,
}

struct Seen {
    extended: u64,
    at: Instant,
    ttl: Duration,
}

impl Leases {
    /// Returns the maximum time until a lease expires; `None` if it has ended.
    pub(super) fn remaining(&self, lease: &Lease, folder: &Path) -> Result<Option<Duration>, FileStoreError> {
        if !lease.is_held(folder)? {
            return Ok(None);
        }
        let remaining = lease.ttl().saturating_sub(self.first_seen(lease, folder).elapsed());
        Ok(Some(remaining).filter(|remaining| !remaining.is_zero()))
    }

    /// Takes ownership of a lease that is in the record.
    pub(super) fn granted(&self, folder: &Path, fence: u64, held: Held) {
        let older = lock(&self.own).insert(folder.to_owned(), (fence, held));
        drop(older);
    }

    /// Reports whether this store holds a lease.
    pub(super) fn holds(&self, folder: &Path, fence: u64) -> bool {
        lock(&self.own).get(folder).is_some_and(|(own, _)| *own == fence)
    }

    /// Gives up a lease, if this store holds it.
    pub(super) fn take(&self, folder: &Path, fence: u64) -> Option<Held> {
        let mut own = lock(&self.own);
        let is_own = own.get(folder).is_some_and(|(own, _)| *own == fence);
        let (_, held) = is_own.then(|| own.remove(folder)).flatten()?;
        lock(&self.seen).remove(&held.path);
        Some(held)
    }

    pub(super) fn first_seen(&self, lease: &Lease, folder: &Path) -> Instant {
        let (file, ttl, now) = (folder.join(&lease.file), lease.ttl(), Instant::now());
        let mut seen = lock(&self.seen);
        if let Some(seen) = seen.get(&file).filter(|seen| seen.extended == lease.extended) {
            return seen.at;
        }
        seen.retain(|_, seen| seen.at.elapsed() < seen.ttl.saturating_mul(MEMORY));
        seen.insert(file, Seen { extended: lease.extended, at: now, ttl });
        now
    }
}

/// Removes the files of leases that are older than this fence. Best effort: those that remain are removed with the next.
pub(super) fn remove_older(folder: &Path, fence: u64) {
    for name in names(folder).unwrap_or_default() {
        if fence_of(&name).is_some_and(|older| older < fence) {
            let _ = remove(&folder.join(name));
        }
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

fn is_zero(count: &u64) -> bool {
    *count == 0
}
