//! What clients asked for and the sandbox did not understand.

mod known;
mod nearest;

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use hyper::StatusCode;
use serde_json::Value;

use self::known::Known;
pub(crate) use self::nearest::nearest;
use crate::{consent, http::Answer, operation::Operation, request::Request};

/// Further kinds of requests are only counted.
const CAPACITY: usize = 1000;

/// The requests that were not understood: unknown paths, parameters and members, and values that were refused.
///
/// Its `Display` is a report for the output of a failed test:
///
/// ```
/// use mobiscroll_connect_sandbox::Sandbox;
///
/// # fn main() -> std::io::Result<()> {
/// let sandbox = Sandbox::start_blocking()?;
/// // ... run the client under test ...
/// let journal = sandbox.journal();
/// assert!(journal.is_empty(), "{journal}");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Journal {
    /// The requests, oldest first; equal ones are one entry
    pub entries: Vec<JournalEntry>,
    /// How many requests are not listed, because there were too many kinds of them
    pub omitted: usize,
}

/// Describes requests that were not understood, all in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalEntry {
    /// When the first of them arrived, by the system's clock
    pub at: SystemTime,
    /// How many there were
    pub times: usize,
    /// The method
    pub method: String,
    /// The path
    pub path: String,
    /// The operation; `None` if there is none at this path
    pub operation: Option<Operation>,
    /// The status of the response
    pub status: u16,
    /// What was not understood
    pub problems: Vec<JournalProblem>,
}

/// Says what about a request was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalProblem {
    /// Where: `path`, `query` or `body`, the last two with a name, such as `query page_size`
    pub place: String,
    /// What is wrong with it
    pub problem: String,
    /// The nearest operation, parameter or member that there is
    pub nearest: Option<String>,
}

impl Journal {
    /// Tells whether everything was understood.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.omitted == 0
    }
}

impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests = self.entries.iter().map(|entry| entry.times).sum::<usize>() + self.omitted;
        match requests {
            0 => return f.write_str("every request was understood"),
            1 => f.write_str("1 request was not understood:")?,
            _ => write!(f, "{requests} requests were not understood:")?,
        }
        self.entries.iter().try_for_each(|entry| write!(f, "\n{entry}"))?;
        if self.omitted > 0 {
            write!(f, "\n... and {} more", self.omitted)?;
        }
        Ok(())
    }
}

impl fmt::Display for JournalEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.method, self.path, self.status)?;
        if let Some(operation) = self.operation {
            write!(f, " {operation}")?;
        }
        if self.times > 1 {
            write!(f, " ({} times)", self.times)?;
        }
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl fmt::Display for JournalProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)?;
        self.nearest.iter().try_for_each(|nearest| write!(f, "; nearest: {nearest}"))
    }
}

/// Keeps the journal.
#[derive(Debug, Default)]
pub(crate) struct Notes(Mutex<Journal>);

impl Notes {
    /// Notes what was not understood about a request, if anything.
    pub(crate) fn note(&self, request: &Request, answer: &Answer) {
        let problems = problems(request, answer);
        if problems.is_empty() {
            return;
        }
        let entry = JournalEntry {
            at: SystemTime::now(),
            times: 1,
            method: request.method.to_string(),
            path: request.path.clone(),
            operation: request.operation,
            status: answer.status.as_u16(),
            problems,
        };
        let mut journal = self.lock();
        match journal.entries.iter().position(|other| is_alike(other, &entry)) {
            Some(at) => journal.entries[at].times += 1,
            None if journal.entries.len() < CAPACITY => journal.entries.push(entry),
            None => journal.omitted += 1,
        }
    }

    pub(crate) fn all(&self) -> Journal {
        self.lock().clone()
    }

    pub(crate) fn clear(&self) {
        *self.lock() = Journal::default();
    }

    fn lock(&self) -> MutexGuard<'_, Journal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_alike(one: &JournalEntry, other: &JournalEntry) -> bool {
    (&one.method, &one.path, one.status, &one.problems) == (&other.method, &other.path, other.status, &other.problems)
}

fn problems(request: &Request, answer: &Answer) -> Vec<JournalProblem> {
    let Some(operation) = request.operation else {
        if request.path == consent::PATH {
            return Vec::new();
        }
        let nearest = known::nearest_operation(request.method.as_str(), &request.path);
        return vec![JournalProblem { place: "path".into(), problem: "is no operation".into(), nearest }];
    };
    let Known { query, body } = known::of(operation);
    let mut problems = unknown("query", request.query_object().keys(), query);
    if let Ok(Value::Object(members)) = serde_json::from_slice(&request.body) {
        problems.extend(unknown("body", members.keys(), body));
    } else {
        let fields = request.fields();
        problems.extend(unknown("body", fields.names(), body));
    }
    if answer.status == StatusCode::BAD_REQUEST {
        problems.extend(refused(request, answer.body()));
    }
    problems
}

/// Finds the names that an operation does not have; the sandbox ignores them.
fn unknown<'a>(
    place: &str,
    given: impl Iterator<Item = &'a String>,
    known: &'static [&'static str],
) -> Vec<JournalProblem> {
    given
        .filter(|name| !known.contains(&name.as_str()))
        .map(|name| JournalProblem {
            place: format!("{place} {name}"),
            problem: "is unknown and was ignored".into(),
            nearest: nearest(name, known).map(str::to_owned),
        })
        .collect()
}

/// Reads what a response says was wrong.
fn refused(request: &Request, body: &[u8]) -> Vec<JournalProblem> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let place = |field: &str| {
        let is_in_query = request.param(field).is_some() || request.body.is_empty();
        format!("{} {field}", if is_in_query { "query" } else { "body" })
    };
    let details = body["details"].as_object().into_iter().flatten();
    let mut problems: Vec<JournalProblem> = details
        .flat_map(|(field, texts)| {
            let texts = texts.as_array().into_iter().flatten().filter_map(Value::as_str);
            texts.map(|text| JournalProblem { place: place(field), problem: text.to_owned(), nearest: None })
        })
        .collect();
    // The token endpoint's codes speak of tokens that are good no more, which is no misunderstanding.
    if problems.is_empty() && body["error"] != "invalid_grant" {
        let text = ["message", "error_description"].iter().find_map(|name| body[*name].as_str());
        let problem = text.unwrap_or("was refused").to_owned();
        problems.push(JournalProblem { place: "request".into(), problem, nearest: None });
    }
    problems
}
