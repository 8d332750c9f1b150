//! Files and folders on disk.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::error::FileStoreError;

/// Generates a file name that no process ever uses again, also after a fork.
pub(super) fn unique(extension: &str) -> String {
    format!("{:x}-{:032x}.{extension}", std::process::id(), fastrand::u128(..))
}

/// Returns the names of the files in a folder.
pub(super) fn names(folder: &Path) -> Result<Vec<PathBuf>, FileStoreError> {
    let read = || fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().into())).collect::<io::Result<_>>();
    read().map_err(|error| FileStoreError::read(folder, error))
}

/// Removes a file, if it still exists.
pub(super) fn remove(path: &Path) -> Result<(), FileStoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(FileStoreError::write(path, error)),
        _ => Ok(()),
    }
}

/// Creates a folder that is accessible by its owner only, unless it exists.
pub(super) fn make(path: &Path) -> Result<(), FileStoreError> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut folder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    match folder.create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(FileStoreError::write(path, error)),
        _ => Ok(()),
    }
}

/// Options for files that are readable and writable by their owner only, from their creation on.
pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the names in a folder survive a loss of power. Only Unix can do this, and needs it.
pub(super) fn sync_folder(folder: &Path) -> Result<(), FileStoreError> {
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| FileStoreError::write(folder, error))?;
    }
    Ok(())
}
