//! What the questions of a run share: the calendar, the tokens, and what has to be removed afterwards.

use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mobiscroll_connect::{Client, Tokens};

use crate::wire::Wire;
use crate::{Outcome, Report, Settings};

/// What the titles of all runs begin with.
pub(crate) const MARKER: &str = "[mobiscroll-connect-confirm ";
/// How many days ahead the events are: out of the way.
pub(crate) const DAYS_AHEAD: i32 = 400;

/// A run.
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) wire: Wire,
    /// Without a refresh token, so that it refreshes nothing behind the back of the run
    pub(crate) client: Client,
    /// What the titles of this run begin with
    pub(crate) marker: String,
    pub(crate) day: Date,
    calendar: OnceLock<Calendar>,
    report: Mutex<Report>,
    state: Mutex<State>,
}

/// The calendar that the run writes to.
#[derive(Clone)]
pub(crate) struct Calendar {
    pub(crate) provider: String,
    pub(crate) id: String,
}

/// What changes during a run.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) tokens: Option<Pair>,
    /// The ids of events
    pub(crate) events: Vec<String>,
    pub(crate) channels: Vec<Channel>,
    /// An access token with the scope `read`
    pub(crate) read_token: Option<String>,
}

/// The tokens of an authorization.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
}

/// A subscription.
#[derive(Clone)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) resource_id: Option<String>,
}

impl Context {
    pub(crate) fn new(settings: Settings) -> Outcome<Self> {
        let client =
            Client::builder(settings.client_id.as_str(), settings.client_secret.as_str(), &settings.redirect_uri)
                .base_url(settings.base_url.as_str())
                .build()?;
        let host = url::Url::parse(&settings.base_url)?.host_str().unwrap_or_default().to_owned();
        let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
        Ok(Self {
            wire: Wire::new(&settings)?,
            client,
            marker: format!("{MARKER}{}]", random_hex(4)?),
            day: today.checked_add(DAYS_AHEAD.days())?,
            calendar: OnceLock::new(),
            report: Mutex::new(Report::new(host)),
            state: Mutex::default(),
            settings,
        })
    }

    /// Locks the report; never across an await.
    pub(crate) fn report(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn into_report(self) -> Report {
        self.report.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, id: &str, observed: impl Into<String>) {
        self.report().note(id, observed);
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes these the tokens of the run.
    pub(crate) fn set_tokens(&self, pair: Pair) {
        self.client.replace_credentials(Tokens::new(pair.access.as_str()));
        self.state().tokens = Some(pair);
    }

    pub(crate) fn access_token(&self) -> Outcome<String> {
        Ok(self.state().tokens.as_ref().ok_or("nobody has logged in")?.access.clone())
    }

    pub(crate) fn set_calendar(&self, calendar: Calendar) {
        self.report().provider.clone_from(&calendar.provider);
        // The first one stays.
        let _ = self.calendar.set(calendar);
    }

    pub(crate) fn calendar(&self) -> Outcome<&Calendar> {
        self.calendar.get().ok_or_else(|| "no calendar was chosen".into())
    }

    /// Writes an instant of the run, such as the second day at half past nine.
    pub(crate) fn at(&self, days: i32, hour: i8, minute: i8) -> Outcome<String> {
        let instant = TimeZone::UTC.to_timestamp(self.day.checked_add(days.days())?.at(hour, minute, 0, 0))?;
        Ok(instant.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string())
    }
}

/// Makes a number that nobody guesses, in hexadecimal digits.
pub(crate) fn random_hex(bytes: usize) -> Outcome<String> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    Ok(random.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}
