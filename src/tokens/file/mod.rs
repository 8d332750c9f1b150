//! The token store in files, for the processes of one machine.

mod disk;
mod error;
mod folder;
mod lease;
mod record;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;

pub use error::{FileStoreError, FileStoreErrorKind};
use folder::{Folder, open_root};
use lease::{Held, Leases};
use record::Record;

use super::store::{LeaseOutcome, SaveIf, SaveOutcome, StoreFuture, StoredTokens, TokenStore};
use crate::secret::Secret;

/// Stores tokens in files, for all processes of one machine.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mobiscroll_connect::{Client, FileTokenStore};
///
/// let store = FileTokenStore::open("/var/lib/app/tokens")?;
/// let client = Client::builder("id", "secret", "https://app.example.com/callback").token_store(store).build()?;
/// # Ok(())
/// # }
/// ```
///
/// # Guarantees
///
/// - A save replaces the record as a whole, and is on disk when it returns: after a crash or a loss of power, the
///   record is the old one or the new one.
/// - One process at a time refreshes a user's tokens. If a process is killed, its lease is released immediately. If it
///   is suspended, others wait until its [lease](crate::ClientBuilder::refresh_lease) expires, and it cannot overwrite
///   newer tokens when it resumes. Changes of the system clock do not matter.
/// - A file that is damaged, or belongs to another user, is an [error](FileStoreErrorKind::Damaged) that names it. It
///   is not overwritten.
///
/// # The files
///
/// Each user has a folder, named by the SHA-256 of the user's id. The record is a JSON object in its `tokens.json`;
/// unknown members are kept. [`file_of`](Self::file_of) returns the path. Tokens are not encrypted; to encrypt them,
/// wrap the store in an `EncryptedTokenStore` (feature `encryption`). Folders (0700) and files (0600) are accessible by
/// their owner only, so all processes must run as the same user of the operating system. An existing folder keeps its
/// permissions. On Windows, permissions are inherited from the parent folder.
///
/// To remove a user, delete the folder while no process uses it.
///
/// The folder must be on a local disk: locks and renames on network file systems are not reliable. Processes on several
/// machines need a database.
///
/// File operations run on Tokio's threads for blocking work.
pub struct FileTokenStore {
    files: Arc<Files>,
}

struct Files {
    root: PathBuf,
    leases: Leases,
}

impl FileTokenStore {
    /// Opens a folder of tokens, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// [`FileStoreErrorKind::Read`] or [`FileStoreErrorKind::Write`] when the folder cannot be read or created.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, FileStoreError> {
        let root = open_root(folder.as_ref())?;
        Ok(Self { files: Arc::new(Files { root, leases: Leases::default() }) })
    }

    /// Returns the path of a user's record, which may not exist.
    pub fn file_of(&self, user: &str) -> PathBuf {
        Folder::of(&self.files.root, user).record().to_owned()
    }

    /// Runs work on a thread where it may block. It starts when the future is polled, and always completes.
    fn step<'a, T: Send + 'static>(
        &'a self,
        user: &'a str,
        work: impl FnOnce(&Files, &Folder<'_>, &AtomicBool) -> Result<T, FileStoreError> + Send + 'static,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            let no_runtime = || FileStoreError::of(FileStoreErrorKind::NoRuntime, &self.files.root);
            let runtime = Handle::try_current().map_err(|_| no_runtime())?;
            let (files, user, caller) = (self.files.clone(), user.to_owned(), Caller::default());
            let gone = caller.gone.clone();
            let working = runtime.spawn_blocking(move || work(&files, &Folder::of(&files.root, &user), &gone));
            Ok(working.await.map_err(|_| no_runtime())??)
        })
    }
}

impl fmt::Debug for FileTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileTokenStore").field("folder", &self.files.root).finish_non_exhaustive()
    }
}

/// The caller of a step, who may be cancelled.
#[derive(Default)]
struct Caller {
    gone: Arc<AtomicBool>,
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
    }
}

impl TokenStore for FileTokenStore {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        self.step(user, |_, folder, _| Ok(folder.read()?.stored))
    }

    fn save<'a>(
        &'a self,
        user: &'a str,
        tokens: Option<&'a Secret>,
        condition: SaveIf,
    ) -> StoreFuture<'a, SaveOutcome> {
        let tokens = tokens.cloned();
        self.step(user, move |_, folder, caller_gone| {
            folder.change(
                caller_gone,
                |record| Ok((!record.allows(condition)).then_some(SaveOutcome::Conflict)),
                |record| {
                    record.stored.tokens.clone_from(&tokens);
                    record.stored.version += 1;
                    Ok(SaveOutcome::Saved { version: record.stored.version })
                },
            )
        })
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
        self.step(user, move |files, folder, caller_gone| files.lease(folder, ttl, caller_gone))
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64) -> StoreFuture<'a, ()> {
        self.step(user, move |files, folder, _| files.release(folder, fence))
    }
}

/// The outcome of a request for a lease.
enum Wish {
    Granted { fence: u64, held: Held, stored: StoredTokens },
    Held { remaining: Duration },
}

impl Files {
    fn lease(
        &self,
        folder: &Folder<'_>,
        ttl: Duration,
        caller_gone: &AtomicBool,
    ) -> Result<LeaseOutcome, FileStoreError> {
        let in_force = |record: &Record| {
            let Some(lease) = &record.lease else { return Ok(None) };
            let remaining = self.leases.remaining(lease, folder.path())?;
            Ok(remaining.map(|remaining| Wish::Held { remaining }))
        };
        let grant = |record: &mut Record| {
            record.fence += 1;
            let (held, lease) = Held::new(folder.path(), record.fence, ttl)?;
            record.lease = Some(lease);
            Ok(Wish::Granted { fence: record.fence, held, stored: record.stored.clone() })
        };
        match folder.change(caller_gone, in_force, grant)? {
            // The caller is gone, and nobody else would release it.
            Wish::Granted { .. } if caller_gone.load(Ordering::Relaxed) => Ok(LeaseOutcome::Held { remaining: None }),
            Wish::Granted { fence, held, stored } => {
                self.leases.granted(folder.path(), fence, held, ttl);
                Ok(LeaseOutcome::Granted { fence, stored })
            }
            Wish::Held { remaining } => Ok(LeaseOutcome::Held { remaining: Some(remaining) }),
        }
    }

    fn release(&self, folder: &Folder<'_>, fence: u64) -> Result<(), FileStoreError> {
        if self.leases.give_back(folder.path(), fence) {
            return Ok(());
        }
        let record = folder.read()?;
        record.lease.filter(|_| record.fence == fence).map_or(Ok(()), |lease| lease.end(folder.path()))
    }
}
