//! A question that the documentation of the service leaves open, and what the SDK assumes of it.

/// A question to the service.
#[derive(Debug)]
pub struct Dispute {
    /// Its name in reports
    pub id: &'static str,
    /// What is asked
    pub question: &'static str,
    /// The default of the SDK, the sandbox or the docs; behind it what works as well. `*` at the end stands for any
    /// rest. Empty if nothing depends on it.
    pub expected: &'static [&'static str],
    /// The file that depends on it
    pub place: &'static str,
}

/// What an observation means for the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The service does what the default expects.
    Confirmed,
    /// The service does something else that the SDK handles.
    Handled,
    /// The service does what the file in `place` does not expect: it has to change.
    Refuted,
    /// Nothing depends on it yet.
    Learned,
    /// It could not be observed.
    NotLearned,
}

impl Verdict {
    /// Returns its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Handled => "handled",
            Self::Refuted => "refuted",
            Self::Learned => "learned",
            Self::NotLearned => "not-learned",
        }
    }
}

impl Dispute {
    /// Judges an observation.
    pub fn judge(&self, observed: &str) -> Verdict {
        match self.expected.iter().position(|expected| matches(expected, observed)) {
            _ if self.expected.is_empty() => Verdict::Learned,
            Some(0) => Verdict::Confirmed,
            Some(_) => Verdict::Handled,
            None => Verdict::Refuted,
        }
    }
}

fn matches(expected: &str, observed: &str) -> bool {
    match expected.strip_suffix('*') {
        Some(beginning) => observed.starts_with(beginning),
        None => expected == observed,
    }
}

/// Writes a row of a table of disputes.
pub(crate) const fn dispute(
    id: &'static str,
    question: &'static str,
    expected: &'static [&'static str],
    place: &'static str,
) -> Dispute {
    Dispute { id, question, expected, place }
}
