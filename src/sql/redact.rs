//! Redacts the values that database errors quote.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use sqlx::error::{DatabaseError, ErrorKind};

use super::dialect::Dialect;

const WITHHELD: &str = "the record was refused, with a message that may quote it";

/// Redacts what may show a row, and so its tokens: details, hints and contexts, and messages about data.
pub(crate) fn redact(error: sqlx::Error, dialect: &Dialect) -> sqlx::Error {
    match error {
        sqlx::Error::Database(error) => {
            let shown = error.code().is_some_and(|code| (dialect.message_is_safe)(&code));
            sqlx::Error::Database(Box::new(Redacted { error, shown }))
        }
        other => other,
    }
}

/// A database error whose sensitive parts are redacted.
struct Redacted {
    error: Box<dyn DatabaseError>,
    shown: bool,
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {}", self.message(), self.code().as_deref().unwrap_or("unknown"))?;
        if let Some(constraint) = self.constraint() {
            write!(f, ", constraint {constraint}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redacted")
            .field("message", &self.message())
            .field("code", &self.code())
            .field("table", &self.table())
            .field("constraint", &self.constraint())
            .finish_non_exhaustive()
    }
}

impl StdError for Redacted {}

impl DatabaseError for Redacted {
    fn message(&self) -> &str {
        if self.shown { self.error.message() } else { WITHHELD }
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        self.error.code()
    }

    fn table(&self) -> Option<&str> {
        self.error.table()
    }

    fn constraint(&self) -> Option<&str> {
        self.error.constraint()
    }

    fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }
}
