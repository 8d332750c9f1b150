use std::{
    fmt::{self, Display},
    path::{Path, PathBuf},
};

/// Says what is wrong with a [`State`](crate::State), and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateError {
    file: Option<PathBuf>,
    path: String,
    problem: String,
}

impl StateError {
    pub(crate) fn new(path: impl Into<String>, problem: impl Display) -> Self {
        Self { file: None, path: path.into(), problem: problem.to_string() }
    }

    pub(crate) fn in_file(self, file: &Path) -> Self {
        Self { file: Some(file.to_owned()), ..self }
    }

    /// Gives the path of the member, such as `users.alice.accounts[0].provider`; empty for the whole document.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Gives what is wrong with it.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}: ", file.display())?;
        }
        if self.path.is_empty() {
            write!(f, "the state {}", self.problem)
        } else {
            write!(f, "{}: {}", self.path, self.problem)
        }
    }
}

impl std::error::Error for StateError {}
