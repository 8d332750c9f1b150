//! Files and folders on disk.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::error::FileStoreError;

/// A name that no process ever uses again, also after a fork.
pub(super) fn unique(extension: &str) -> String {
    format!("{:x}-{:032x}.{extension}", std::process::id(), fastrand::u128(..))
}

/// The names of the files in a folder.
pub(super) fn names(folder: &Path) -> Result<Vec<PathBuf>, FileStoreError> {
    let read = || fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().into())).collect::<io::Result<_>>();
    read().map_err(|error| FileStoreError::read(folder, error))
}

/// Removes a file, if it is still there.
pub(super) fn remove(path: &Path) -> Result<(), FileStoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(FileStoreError::write(path, error)),
        _ => Ok(()),
    }
}

/// Makes a folder that only its owner may enter, unless it is there.
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

/// Files that only their owner may read and write, from their first instant on.
pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the names in a folder outlive a loss of power. Only Unix can, and has to.
pub(super) fn sync_folder(folder: &Path) -> Result<(), FileStoreError> {
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| FileStoreError::write(folder, error))?;
    }
    Ok(())
}
