//! What a run has found, for people and for programs.

use std::fmt;

use serde_json::{Value, json};

use crate::dispute::{Dispute, Verdict};
use crate::disputes;

/// The reason of a finding that nothing is known about yet.
const OPEN: &str = "the run ended before";

/// What was found about one dispute.
#[derive(Debug)]
pub struct Finding {
    /// The dispute
    pub dispute: &'static Dispute,
    /// What the service does, or why that is not known
    pub observed: Result<String, String>,
}

impl Finding {
    /// Judges it.
    pub fn verdict(&self) -> Verdict {
        self.observed.as_ref().map_or(Verdict::NotLearned, |observed| self.dispute.judge(observed))
    }
}

/// The findings of a run, in the order of the disputes. They hold nothing of the user's: no ids, texts or tokens.
#[derive(Debug)]
pub struct Report {
    /// The host of the service
    pub host: String,
    /// The provider of the calendar that was used
    pub provider: String,
    /// One for each dispute
    pub findings: Vec<Finding>,
    /// How many events of earlier runs were deleted, if that was all there was to do
    pub swept: Option<usize>,
    /// What went wrong besides
    pub problems: Vec<String>,
    /// Events and subscriptions that could not be removed
    pub leftovers: Vec<String>,
}

impl Report {
    pub(crate) fn new(host: String) -> Self {
        let open = |dispute| Finding { dispute, observed: Err(OPEN.to_owned()) };
        Self {
            host,
            provider: String::new(),
            findings: disputes::all().map(open).collect(),
            swept: None,
            problems: Vec::new(),
            leftovers: Vec::new(),
        }
    }

    /// Notes what the service does.
    pub(crate) fn note(&mut self, id: &str, observed: impl Into<String>) {
        self.set(id, Ok(observed.into()));
    }

    /// Notes why it is not known what the service does.
    pub(crate) fn pass(&mut self, id: &str, reason: impl Into<String>) {
        self.set(id, Err(reason.into()));
    }

    /// Gives a reason for those of a group that have neither an observation nor a reason.
    pub(crate) fn pass_rest(&mut self, group: &[Dispute], reason: &str) {
        let is_open = |finding: &&mut Finding| {
            finding.observed.as_ref().is_err_and(|reason| reason == OPEN)
                && group.iter().any(|dispute| dispute.id == finding.dispute.id)
        };
        self.findings.iter_mut().filter(is_open).for_each(|finding| finding.observed = Err(reason.to_owned()));
    }

    fn set(&mut self, id: &str, observed: Result<String, String>) {
        let finding = self.findings.iter_mut().find(|finding| finding.dispute.id == id);
        debug_assert!(finding.is_some(), "{id} is in no table");
        finding.into_iter().for_each(|finding| finding.observed = observed.clone());
    }

    /// Returns what was observed of a dispute.
    pub fn observed(&self, id: &str) -> Option<&str> {
        let finding = self.findings.iter().find(|finding| finding.dispute.id == id)?;
        finding.observed.as_deref().ok()
    }

    /// Counts the findings with a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict() == verdict).count()
    }

    /// Returns the program's exit code: 0 if no default is refuted, 1 if one is, 2 if the run failed in part, or left
    /// something behind.
    pub fn exit_code(&self) -> u8 {
        match (self.leftovers.is_empty() && self.problems.is_empty(), self.count(Verdict::Refuted)) {
            (false, _) => 2,
            (true, 0) => 0,
            (true, _) => 1,
        }
    }

    /// Writes the report as JSON, to attach to an issue.
    pub fn to_json(&self) -> Value {
        let findings = self.findings.iter().map(|finding| {
            json!({
                "dispute": finding.dispute.id,
                "question": finding.dispute.question,
                "verdict": finding.verdict().as_str(),
                "observed": finding.observed.as_ref().ok(),
                "reason": finding.observed.as_ref().err(),
                "expected": finding.dispute.expected,
                "place": finding.dispute.place,
            })
        });
        json!({
            "program": concat!("mobiscroll-connect-confirm ", env!("CARGO_PKG_VERSION")),
            "host": self.host,
            "provider": self.provider,
            "date": jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
            "findings": findings.collect::<Vec<_>>(),
            "swept": self.swept,
            "problems": self.problems,
            "leftovers": self.leftovers,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.swept {
            Some(swept) => writeln!(f, "Deleted {swept} events of earlier runs.")?,
            None => self.write_findings(f)?,
        }
        self.problems.iter().try_for_each(|problem| writeln!(f, "problem: {problem}"))?;
        self.leftovers.iter().try_for_each(|left| writeln!(f, "not removed: {left}"))
    }
}

impl Report {
    fn write_findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let Dispute { id, question, expected, place } = finding.dispute;
            writeln!(f, "{:<12} {id}: {question}", finding.verdict().as_str())?;
            match &finding.observed {
                Ok(observed) => write!(f, "             observed: {observed}")?,
                Err(reason) => write!(f, "             {reason}")?,
            }
            match (finding.verdict(), expected.first()) {
                (Verdict::Confirmed | Verdict::NotLearned, _) | (_, None) => writeln!(f, " ({place})")?,
                (_, Some(default)) => writeln!(f, "; default: {default} ({place})")?,
            }
        }
        writeln!(f)?;
        for verdict in [Verdict::Confirmed, Verdict::Handled, Verdict::Learned, Verdict::NotLearned, Verdict::Refuted] {
            writeln!(f, "{:<12} {}", verdict.as_str(), self.count(verdict))?;
        }
        Ok(())
    }
}
