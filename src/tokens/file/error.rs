//! What can go wrong with files.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a [`FileTokenStore`](super::FileTokenStore) could not do what it was asked for.
///
/// It is the [source](std::error::Error::source) of an [`Error::TokenStore`](crate::Error::TokenStore). It shows no
/// tokens and no user's id.
#[derive(Debug)]
pub struct FileStoreError {
    kind: FileStoreErrorKind,
    path: PathBuf,
    source: Option<io::Error>,
}

/// What went wrong with a file or a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileStoreErrorKind {
    /// It cannot be read; the source tells why.
    Read,
    /// It cannot be written; the source tells why. A save may have happened all the same.
    Write,
    /// It is not what this store has written. The user's tokens may still be in it, so nothing is written over it:
    /// restore it from a backup, or remove it and have the user give consent again.
    #[non_exhaustive]
    Damaged {
        /// What is wrong with it
        why: String,
    },
    /// It was written by a newer release of this crate.
    #[non_exhaustive]
    Newer {
        /// The number of its format
        format: u64,
    },
    /// Other processes kept getting in the way.
    Contended,
    /// There is no Tokio runtime to do the work on, or it was shut down.
    NoRuntime,
}

impl FileStoreError {
    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        Self { kind: FileStoreErrorKind::Read, path: path.to_owned(), source: Some(source) }
    }

    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self { kind: FileStoreErrorKind::Write, path: path.to_owned(), source: Some(source) }
    }

    pub(super) fn damaged(path: &Path, why: impl Into<String>) -> Self {
        Self::of(FileStoreErrorKind::Damaged { why: why.into() }, path)
    }

    pub(super) fn of(kind: FileStoreErrorKind, path: &Path) -> Self {
        Self { kind, path: path.to_owned(), source: None }
    }

    /// Returns what went wrong.
    pub fn kind(&self) -> &FileStoreErrorKind {
        &self.kind
    }

    /// Returns the file or the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for FileStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            FileStoreErrorKind::Read => write!(f, "{path} cannot be read"),
            FileStoreErrorKind::Write => write!(f, "{path} cannot be written"),
            FileStoreErrorKind::Damaged { why } => write!(f, "{path} is damaged: {why}"),
            FileStoreErrorKind::Newer { format } => write!(f, "{path} is of a newer format, {format}"),
            FileStoreErrorKind::Contended => write!(f, "{path} is changed by others all the time"),
            FileStoreErrorKind::NoRuntime => write!(f, "{path}: there is no Tokio runtime, or none any more"),
        }
    }
}

impl std::error::Error for FileStoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
