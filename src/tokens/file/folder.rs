//! A user's folder, and how the record in it is changed.
//!
//! Whoever changes the record first puts a *ticket* into the folder: a temporary file of a name that nobody ever has
//! again. Then it removes all other tickets, reads the record, writes the new one into its ticket, and renames that to
//! the record. A rename of a ticket that was removed fails, and the change begins anew. So of two changes that began
//! with the same record only one happens, without anybody having to trust a lock: a process that was stopped in the midst
//! of a change, for however long, cannot bring an old record back. That tickets of processes that died are removed comes
//! with it.
//!
//! A lock on a file beside the record keeps changes from disturbing each other. It is a courtesy: who cannot get it for a
//! while goes on without.

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
use super::record::Record;
use crate::backoff::Jitter;

const RECORD: &str = "tokens.json";
const LOCK: &str = "lock";
const TICKET: &str = "new";

/// How long the first attempt waits for the lock. Each further one waits twice as long: a disk may be slower than that.
const LOCK_WAIT: Duration = Duration::from_millis(500);
const MAX_ATTEMPTS: u32 = 7;

/// Between attempts to lock.
const POLL: Duration = Duration::from_millis(4);

/// Where the record of one user is.
pub(super) struct Folder<'a> {
    root: &'a Path,
    path: PathBuf,
    record: PathBuf,
    user: &'a str,
}

impl<'a> Folder<'a> {
    /// Names it by a hash of the id: equally long for all, and told apart by any file system.
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

    /// Reads the record, which needs no lock: its file is only ever replaced.
    pub(super) fn read(&self) -> Result<Record, FileStoreError> {
        let bytes = match fs::read(&self.record).map(Zeroizing::new) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // A disk that is not mounted is no sign that there are no tokens.
                fs::metadata(self.root).map_err(|error| FileStoreError::read(self.root, error))?;
                return Ok(Record::new(self.user));
            }
            Err(error) => return Err(FileStoreError::read(&self.record, error)),
        };
        Record::parse(&bytes, self.user, &self.record)
    }

    /// Changes the record by `write`, unless `settled` finds that there is nothing to be changed. Both may run several
    /// times. Nothing is written any more once `given_up` is set.
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
            // Before the record can be seen, so that whoever sees it need not care.
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

    /// Waits for the lock, which is held until the file is dropped. `None` when it is not to be had.
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

/// The right to replace the record, for as long as nobody has removed it.
struct Ticket {
    path: PathBuf,
    file: File,
}

impl Ticket {
    /// Puts a ticket into a folder, and removes all others.
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

    /// Writes the record, and tells whether it has taken the place of the old one.
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
        // Most often it has become the record. If it stays, the next change removes it.
        let _ = fs::remove_file(&self.path);
    }
}

/// Makes the store's own folder, if there is none, and returns its absolute path.
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
