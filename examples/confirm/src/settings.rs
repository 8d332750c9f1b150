//! The settings of a run, from arguments and environment variables.

use std::{env, fmt};

use crate::Outcome;

/// The user that the program logs in, unless `MOBISCROLL_USER_ID` names another one.
const USER: &str = "mobiscroll-connect-confirm";
const BASE_URL: &str = "https://connect.mobiscroll.com/api";

/// How to use the program.
pub const HELP: &str = "\
Asks the Mobiscroll Connect service what its documentation leaves open, and compares it with what the SDK assumes.

usage: mobiscroll-connect-confirm [OPTIONS]

Creates events of its own in one calendar, some 400 days ahead, and deletes them. It touches no others.

  --provider NAME        the provider of the calendar to use; default: that of the first calendar
  --calendar ID          the calendar to use; default: the first one of the provider
  --attendee EMAIL       also invite this address to one event: use your own
  --scopes               also log in with the scopes read and free-busy
  --webhooks             also subscribe to the calendar, and unsubscribe; use one that you have no subscriptions to
  --disconnect NAME:ID   also disconnect this account, such as google:me@example.com
  --end-authorization    also present retired tokens and revoke the authorization: the user has to log in again
  --sweep                only delete what earlier runs have left behind
  --yes                  do not ask before writing
  --json                 write the report as JSON
  --help                 print this

Environment: MOBISCROLL_CLIENT_ID, MOBISCROLL_CLIENT_SECRET, MOBISCROLL_REDIRECT_URI; optional MOBISCROLL_BASE_URL,
MOBISCROLL_USER_ID (the user to log in), MOBISCROLL_ACCESS_TOKEN (instead of a login; nothing is learned of tokens then).

Exit code: 0 if no default is refuted, 1 if one is, 2 if the run failed, was interrupted, or left something behind.
";

/// Where and how to run.
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The base URL of the service
    pub base_url: String,
    /// The application's id
    pub client_id: String,
    /// The application's secret
    pub client_secret: String,
    /// The application's redirect URI
    pub redirect_uri: String,
    /// The user to log in
    pub user_id: String,
    /// An access token, instead of a login
    pub access_token: Option<String>,
    /// The provider of the calendar to use
    pub provider: Option<String>,
    /// The calendar to use
    pub calendar: Option<String>,
    /// The address to invite
    pub attendee: Option<String>,
    /// Whether to log in with other scopes
    pub scopes: bool,
    /// Whether to subscribe
    pub webhooks: bool,
    /// The provider and the account to disconnect
    pub disconnect: Option<(String, String)>,
    /// Whether to present retired tokens, and to revoke
    pub end_authorization: bool,
    /// Whether to clean up only
    pub sweep: bool,
    /// Whether to write without asking
    pub yes: bool,
    /// Whether to report as JSON
    pub json: bool,
    /// Whether to print the help only
    pub help: bool,
}

impl Settings {
    /// Makes settings for an application.
    pub fn new(base_url: &str, client_id: &str, client_secret: &str, redirect_uri: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            user_id: USER.to_owned(),
            access_token: None,
            provider: None,
            calendar: None,
            attendee: None,
            scopes: false,
            webhooks: false,
            disconnect: None,
            end_authorization: false,
            sweep: false,
            yes: false,
            json: false,
            help: false,
        }
    }

    /// Reads the environment, and the arguments behind the program's name.
    ///
    /// # Errors
    ///
    /// An argument is unknown or has no value, or a required variable is missing.
    pub fn read(arguments: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut settings = Self::new(BASE_URL, "", "", "");
        settings.read_arguments(arguments)?;
        if !settings.help {
            settings.read_environment()?;
        }
        Ok(settings)
    }

    fn read_arguments(&mut self, mut arguments: impl Iterator<Item = String>) -> Outcome {
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--provider" => self.provider = Some(value()?),
                "--calendar" => self.calendar = Some(value()?),
                "--attendee" => self.attendee = Some(value()?),
                "--disconnect" => {
                    let value = value()?;
                    let (provider, account) = value.split_once(':').ok_or("--disconnect needs NAME:ID")?;
                    self.disconnect = Some((provider.to_owned(), account.to_owned()));
                }
                "--scopes" => self.scopes = true,
                "--webhooks" => self.webhooks = true,
                "--end-authorization" => self.end_authorization = true,
                "--sweep" => self.sweep = true,
                "--yes" => self.yes = true,
                "--json" => self.json = true,
                "--help" => self.help = true,
                _ => return Err(format!("unknown argument {argument}; see --help").into()),
            }
        }
        match (&self.disconnect, self.calendar.as_ref().is_some_and(String::is_empty)) {
            (Some((_, account)), _) if account.is_empty() => Err("--disconnect needs the id of an account".into()),
            (_, true) => Err("--calendar needs an id".into()),
            _ => Ok(()),
        }
    }

    fn read_environment(&mut self) -> Outcome {
        let optional = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let required = |name| optional(name).ok_or_else(|| format!("{name} is not set; see --help"));
        self.client_id = required("MOBISCROLL_CLIENT_ID")?;
        self.client_secret = required("MOBISCROLL_CLIENT_SECRET")?;
        self.redirect_uri = required("MOBISCROLL_REDIRECT_URI")?;
        self.access_token = optional("MOBISCROLL_ACCESS_TOKEN");
        if let Some(url) = optional("MOBISCROLL_BASE_URL") {
            self.base_url = url;
        }
        if let Some(user) = optional("MOBISCROLL_USER_ID") {
            self.user_id = user;
        }
        Ok(())
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret and the access token stay out.
        f.debug_struct("Settings").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}
