//! Sandboxes beside the one that was started, in the same process.

use std::{
    collections::BTreeMap,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{builder::SandboxBuilder, sandbox::Sandbox};

/// More applications than this are not opened at the same time: each takes a thread and a port.
pub(crate) const LIMIT: usize = 500;

/// The applications that were opened and not closed.
#[derive(Debug, Default)]
pub(crate) struct Applications(Mutex<Opened>);

#[derive(Debug, Default)]
struct Opened {
    by_id: BTreeMap<u64, Application>,
    last_id: u64,
}

#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) sandbox: Sandbox,
}

/// Why an application was not opened.
#[derive(Debug)]
pub(crate) enum OpenError {
    TooMany,
    Io(io::Error),
}

impl Applications {
    /// Opens an application, and shows it before anybody can close it.
    pub(crate) fn open<T>(
        &self,
        name: Option<String>,
        builder: SandboxBuilder,
        show: impl FnOnce(&Application) -> T,
    ) -> Result<T, OpenError> {
        let mut opened = self.lock();
        if opened.by_id.len() >= LIMIT {
            return Err(OpenError::TooMany);
        }
        let sandbox = builder.start_blocking().map_err(OpenError::Io)?;
        opened.last_id += 1;
        let id = opened.last_id;
        let name = name.unwrap_or_else(|| format!("application {id}"));
        let application = Application { id, name, sandbox };
        let shown = show(&application);
        opened.by_id.insert(id, application);
        Ok(shown)
    }

    /// Takes out an application; it closes when it is dropped.
    pub(crate) fn take(&self, id: u64) -> Option<Application> {
        self.lock().by_id.remove(&id)
    }

    /// Takes out all applications.
    pub(crate) fn take_all(&self) -> Vec<Application> {
        std::mem::take(&mut self.lock().by_id).into_values().collect()
    }

    pub(crate) fn list<T>(&self, show: impl FnMut(&Application) -> T) -> Vec<T> {
        self.lock().by_id.values().map(show).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Opened> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
