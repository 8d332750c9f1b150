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
use folder::{Folder, list, open_root, remove_folder};
use lease::{Leases, Unclaimed, remove_older};
use record::Record;

use super::store::{LeaseOutcome, Presented, SaveIf, SaveOutcome, StoreFuture, StoredTokens, StoredUser, TokenStore};
use crate::secret::Secret;

/// Stores tokens in files, for all processes of one machine.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mobiscroll_connect::{Client, FileTokenStore};
///
/// let store = FileTokenStore::open("/var/lib/app/tokens")?;
/// let client = Client::builder("id", "secret", "https://example.com/callback")
///     .token_store(store)
///     .build()?;
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
/// - A file that is damaged, even by one bit, or belongs to another user, is an [error](FileStoreErrorKind::Damaged) that
///   names it. It is not overwritten.
///
/// # The files
///
/// Each user has a folder, named by the SHA-256 of the user's id. The record is a JSON object in its `tokens.json`;
/// unknown members are kept. [`file_of`](Self::file_of) returns the path. The member `checksum` is the beginning of the
/// SHA-256 of the rest; a file without it is read, too. Tokens are not encrypted; to encrypt them, wrap the store in an
/// `EncryptedTokenStore` (feature `encryption`). Folders (0700) and files (0600) are accessible by their owner only, so
/// all processes must run as the same user of the operating system. An existing folder keeps its permissions. On
/// Windows, permissions are inherited from the parent folder.
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
                |record| Ok(SaveOutcome::Saved { version: record.save(tokens.as_ref()) }),
            )
        })
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
        let wish = self.step(user, move |files, folder, caller_gone| files.lease(folder, ttl, caller_gone));
        Box::pin(async move {
            // Until here the lease is nobody's: if the caller is gone, or the runtime, it is released.
            let (fence, lease, stored, presented) = match wish.await? {
                Wish::Granted { fence, lease, stored, presented } => (fence, lease, stored, presented),
                Wish::Held { remaining } => return Ok(LeaseOutcome::Held { remaining: Some(remaining) }),
            };
            if let Some(held) = lease.claim() {
                self.files.leases.granted(Folder::of(&self.files.root, user).path(), fence, held);
            }
            Ok(LeaseOutcome::Granted { fence, stored, presented })
        })
    }

    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool> {
        self.step(user, move |files, folder, caller_gone| files.extend(folder, fence, ttl, caller_gone))
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
        self.step(user, move |files, folder, _| files.release(folder, fence, presented))
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        let after = after.map(str::to_owned);
        self.step("", move |files, _, _| {
            let stored = |record: Record| StoredUser {
                has_tokens: record.stored.tokens.is_some(),
                user: record.user().to_owned(),
            };
            Ok(list(&files.root, after.as_deref(), limit)?.into_iter().map(stored).collect())
        })
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        self.step(user, |files, folder, _| remove_folder(&files.root, folder.path()))
    }
}

/// The outcome of a request for a lease.
enum Wish {
    Granted { fence: u64, lease: Unclaimed, stored: StoredTokens, presented: Presented },
    Held { remaining: Duration },
}

impl Files {
    fn lease(&self, folder: &Folder<'_>, ttl: Duration, caller_gone: &AtomicBool) -> Result<Wish, FileStoreError> {
        let in_force = |record: &Record| {
            let Some(lease) = &record.lease else { return Ok(None) };
            let remaining = self.leases.remaining(lease, folder.path())?;
            Ok(remaining.map(|remaining| Wish::Held { remaining }))
        };
        let grant = |record: &mut Record| {
            if record.lease.as_ref().is_some_and(|lease| lease.is_open(folder.path())) {
                record.present(1);
            }
            record.fence += 1;
            let (unclaimed, lease) = Unclaimed::new(folder.path(), record.fence, ttl)?;
            self.leases.first_seen(&lease, folder.path());
            record.lease = Some(lease);
            let presented = record.presented();
            Ok(Wish::Granted { fence: record.fence, lease: unclaimed, stored: record.stored.clone(), presented })
        };
        let wish = folder.change(caller_gone, in_force, grant)?;
        if let Wish::Granted { fence, .. } = &wish {
            remove_older(folder.path(), *fence);
        }
        Ok(wish)
    }

    fn extend(
        &self,
        folder: &Folder<'_>,
        fence: u64,
        ttl: Duration,
        caller_gone: &AtomicBool,
    ) -> Result<bool, FileStoreError> {
        if !self.leases.holds(folder.path(), fence) {
            return Ok(false);
        }
        folder.change(
            caller_gone,
            |record| Ok((!is_open(record, folder, fence)).then_some(false)),
            |record| {
                if let Some(lease) = &mut record.lease {
                    lease.extend(ttl);
                    self.leases.first_seen(lease, folder.path());
                }
                Ok(true)
            },
        )
    }

    fn release(&self, folder: &Folder<'_>, fence: u64, presented: u32) -> Result<(), FileStoreError> {
        // Dropped when the record cannot be changed: the lease has then ended without a release.
        let held = self.leases.take(folder.path(), fence);
        let record = folder.read()?;
        if is_open(&record, folder, fence) {
            if presented > 0 {
                folder.change(
                    &AtomicBool::new(false),
                    |record| Ok((!is_open(record, folder, fence)).then_some(())),
                    |record| {
                        record.present(presented);
                        Ok(())
                    },
                )?;
            }
            record.lease.map_or(Ok(()), |lease| lease.end(folder.path()))?;
        }
        drop(held);
        Ok(())
    }
}

/// Reports whether the lease of this fence is the newest, and was not released.
fn is_open(record: &Record, folder: &Folder<'_>, fence: u64) -> bool {
    record.fence == fence && record.lease.as_ref().is_some_and(|lease| lease.is_open(folder.path()))
}
