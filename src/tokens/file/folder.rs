//! A user's folder, and how the record in it is changed.
//!
//! A change is a compare-and-swap that does not rely on a lock:
//!
//! 1. The process creates a *ticket* in the folder: a temporary file with a name that is never used again.
//! 2. It removes all other tickets, also those of processes that died.
//! 3. It reads the record, writes the new one to its ticket, and renames the ticket to the record.
//! 4. If its ticket was removed meanwhile, the rename fails, and the change is retried.
//!
//! So if two changes start from the same record, only one of them happens. A process that was suspended during a
//! change, for however long, cannot restore an old record.
//!
//! A lock on a file beside the record reduces contention. It is best effort: a process that cannot acquire it within a
//! while continues without it.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use fs4::{FileExt, TryLockError};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::disk::{make, names, private_file, remove, sync_folder, unique};
use super::error::{FileStoreError, FileStoreErrorKind};
use super::record::{Record, hex};
use crate::backoff::Jitter;

const RECORD: &str = "tokens.json";
const LOCK: &str = "lock";
const TICKET: &str = "new";
const REMOVED: &str = "removed";

/// How long the first attempt waits for the lock. The wait doubles with each attempt, because a disk may be slower.
const LOCK_WAIT: Duration = Duration::from_millis(500);
const MAX_ATTEMPTS: u32 = 7;

/// The delay between attempts to lock.
const POLL: Duration = Duration::from_millis(4);

/// The folder of one user.
pub(super) struct Folder<'a> {
    root: &'a Path,
    path: PathBuf,
    record: PathBuf,
    user: &'a str,
}

impl<'a> Folder<'a> {
    /// Names it by a hash of the id: of fixed length, and distinct on any file system.
    pub(super) fn of(root: &'a Path, user: &'a str) -> Self {
        let path = root.join(hex(&Sha256::digest(user)));
        Self { root, record: path.join(RECORD), path, user }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn record(&self) -> &Path {
        &self.record
    }

    /// Reads the record. This needs no lock: its file is only ever replaced as a whole.
    pub(super) fn read(&self) -> Result<Record, FileStoreError> {
        let bytes = match fs::read(&self.record).map(Zeroizing::new) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // If the disk is not mounted, that does not mean that there are no tokens.
                fs::metadata(self.root).map_err(|error| FileStoreError::read(self.root, error))?;
                return Ok(Record::new(self.user));
            }
            Err(error) => return Err(FileStoreError::read(&self.record, error)),
        };
        Record::parse(&bytes, self.user, &self.record)
    }

    /// Changes the record by `write`, unless `settled` finds that there is nothing to change. Both may run several
    /// times. Once `given_up` is set, nothing is written.
    pub(super) fn change<T>(
        &self,
        given_up: &AtomicBool,
        settled: impl Fn(&Record) -> Result<Option<T>, FileStoreError>,
        write: impl Fn(&mut Record) -> Result<T, FileStoreError>,
    ) -> Result<T, FileStoreError> {
        if let Some(settled) = settled(&self.read()?)? {
            return Ok(settled);
        }
        make(&self.path)?;
        for attempt in 0..MAX_ATTEMPTS {
            let _lock = self.lock(LOCK_WAIT * 2_u32.pow(attempt), given_up)?;
            if given_up.load(Ordering::Relaxed) {
                break;
            }
            let ticket = Ticket::put(&self.path)?;
            let mut record = self.read()?;
            if let Some(settled) = settled(&record)? {
                return Ok(settled);
            }
            let done = write(&mut record)?;
            let bytes = record.to_bytes().map_err(|error| FileStoreError::write(&ticket.path, error.into()))?;
            if given_up.load(Ordering::Relaxed) {
                break;
            }
            // Before the record becomes visible, so that its readers need not sync the folder.
            if !record.found {
                sync_folder(self.root)?;
            }
            if ticket.replace(&self.record, &bytes)? {
                sync_folder(&self.path)?;
                return Ok(done);
            }
        }
        Err(FileStoreError::of(FileStoreErrorKind::Contended, &self.record))
    }

    /// Waits for the lock, which is held until the file is dropped. `None` if it could not be acquired in time.
    fn lock(&self, wait: Duration, given_up: &AtomicBool) -> Result<Option<File>, FileStoreError> {
        let path = self.path.join(LOCK);
        let failed = |error| FileStoreError::write(&path, error);
        let lock = private_file().create(true).truncate(false).open(&path).map_err(failed)?;
        let started = Instant::now();
        loop {
            match FileExt::try_lock(&lock) {
                Ok(()) => return Ok(Some(lock)),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) if started.elapsed() > wait || given_up.load(Ordering::Relaxed) => {
                    return Ok(None);
                }
                Err(TryLockError::WouldBlock) => sleep(Jitter::Around.apply(POLL)),
            }
        }
    }
}

/// Removes the user's folder as a whole.
pub(super) fn remove_folder(root: &Path, path: &Path) -> Result<(), FileStoreError> {
    // Under another name first: a folder that is half removed would be a record that cannot be read.
    let removed = root.join(unique(REMOVED));
    match fs::rename(path, &removed) {
        Ok(()) => sync_folder(root)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(FileStoreError::write(path, error)),
    }
    fs::remove_dir_all(&removed).map_err(|error| FileStoreError::write(&removed, error))
}

/// Reads the records of up to `limit` users whose folders follow the one of `after`, in the order of their names.
pub(super) fn list(root: &Path, after: Option<&str>, limit: usize) -> Result<Vec<Record>, FileStoreError> {
    let after = after.map(|user| PathBuf::from(hex(&Sha256::digest(user))));
    let mut folders = names(root)?;
    folders.retain(|name| name.extension().is_none() && after.as_ref().is_none_or(|after| name > after));
    folders.sort_unstable();
    let mut records = Vec::new();
    for folder in folders {
        if records.len() == limit {
            break;
        }
        let path = root.join(folder).join(RECORD);
        match fs::read(&path).map(Zeroizing::new) {
            Ok(bytes) => records.push(Record::parse_any(&bytes, &path)?),
            // A folder without a record, or something else that lies there.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(FileStoreError::read(&path, error)),
        }
    }
    Ok(records)
}

/// The right to replace the record, until another process removes it.
struct Ticket {
    path: PathBuf,
    file: File,
}

impl Ticket {
    /// Creates a ticket in a folder, and removes all others.
    fn put(folder: &Path) -> Result<Self, FileStoreError> {
        let path = folder.join(unique(TICKET));
        let file = private_file().create_new(true).open(&path).map_err(|e| FileStoreError::write(&path, e))?;
        let ticket = Self { path, file };
        for other in names(folder)? {
            let other = folder.join(other);
            if other.extension().is_some_and(|extension| extension == TICKET) && other != ticket.path {
                remove(&other)?;
            }
        }
        Ok(ticket)
    }

    /// Writes the record, and reports whether it has replaced the old one.
    fn replace(mut self, record: &Path, bytes: &[u8]) -> Result<bool, FileStoreError> {
        let written = self.file.write_all(bytes).and_then(|()| self.file.sync_all());
        written.map_err(|error| FileStoreError::write(&self.path, error))?;
        match fs::rename(&self.path, record) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(FileStoreError::write(record, error)),
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // Usually it has become the record. If it remains, the next change removes it.
        let _ = fs::remove_file(&self.path);
    }
}

/// Creates the store's own folder, if it does not exist, and returns its absolute path.
pub(super) fn open_root(path: &Path) -> Result<PathBuf, FileStoreError> {
    let root = std::path::absolute(path).map_err(|error| FileStoreError::write(path, error))?;
    let missing: Vec<_> = root.ancestors().take_while(|folder| !folder.exists()).collect();
    for folder in missing.into_iter().rev() {
        make(folder)?;
        folder.parent().map_or(Ok(()), sync_folder)?;
    }
    names(&root)?;
    Ok(root)
}
