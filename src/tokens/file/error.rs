//! Errors of the token store in files.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a [`FileTokenStore`](super::FileTokenStore) failed.
///
/// It is the [source](std::error::Error::source) of an [`Error::TokenStore`](crate::Error::TokenStore). It shows no
/// tokens and no user's id.
#[derive(Debug)]
pub struct FileStoreError {
    kind: FileStoreErrorKind,
    path: PathBuf,
    source: Option<io::Error>,
}

/// Kinds of [`FileStoreError`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileStoreErrorKind {
    /// The file or folder cannot be read; see the source.
    Read,
    /// The file or folder cannot be written; see the source. The outcome of a save is unknown.
    Write,
    /// The file is malformed or belongs to another user. It may still contain the user's tokens, so it is not
    /// overwritten: restore it from a backup, or remove it and let the user authorize again.
    #[non_exhaustive]
    Damaged {
        /// What is wrong with it
        why: String,
    },
    /// The file was written by a newer release of this crate.
    #[non_exhaustive]
    Newer {
        /// The version of its format
        format: u64,
    },
    /// Other processes changed the file at every attempt.
    Contended,
    /// There is no Tokio runtime, or it was shut down.
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
            FileStoreErrorKind::Newer { format } => write!(f, "{path} has the newer format {format}"),
            FileStoreErrorKind::Contended => write!(f, "{path} was changed by other processes at every attempt"),
            FileStoreErrorKind::NoRuntime => write!(f, "{path}: there is no Tokio runtime, or it was shut down"),
        }
    }
}

impl std::error::Error for FileStoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
