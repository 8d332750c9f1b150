//! What a new user finds in the sandbox.
//!
//! Every user has the same calendars, under the ids below.

mod awkward;
mod busy_year;
mod demo;
mod fill;
mod large;

use jiff::Timestamp;

use crate::{
    provider::Provider,
    state::{Account, Calendar, User},
};
use fill::Fill;

pub use crate::settings::Seed;

/// The Google account's own calendar
pub const GOOGLE_PRIMARY: &str = "primary";
/// A group calendar in the Google account
pub const GOOGLE_TEAM: &str = "team-7f3k9d2m@group.calendar.example";
/// The calendar of the Microsoft account
pub const MICROSOFT_CALENDAR: &str =
    "AAMkADc0YzA2ZjEyLTQ5YzUtNGI4Zi1hZDdlLTJkNmI1ZTQ4ZjQwMQBGAAAAAADiF7x-Jd0kS5vYt9q1AAA=";
/// The calendar of the Apple account
pub const APPLE_CALENDAR: &str = "5B0C9F5E-6C1B-4B3A-9E43-2E1D7A9C8F10";
/// The first calendar of the CalDAV account
pub const CALDAV_HOME: &str = "https://caldav.example/dav/calendars/home/";
/// The second calendar of the CalDAV account
pub const CALDAV_WORK: &str = "https://caldav.example/dav/calendars/office/";

/// Gives the user an account at each of the providers where there is none yet.
pub(crate) fn connect(user: &mut User, user_id: &str, providers: &[Provider], seed: Seed, now: Timestamp) {
    for provider in providers {
        if user.accounts.iter().any(|account| account.provider == *provider) {
            continue;
        }
        add(user, account(*provider, user_id), seed, now);
    }
}

/// Connects an account and fills its calendars.
pub(crate) fn add(user: &mut User, account: Account, seed: Seed, now: Timestamp) {
    let provider = account.provider;
    let calendars: Vec<String> = account.calendars.iter().map(|calendar| calendar.id.clone()).collect();
    user.accounts.push(account);
    for (number, calendar_id) in calendars.iter().enumerate() {
        let mut fill = Fill::new(user, provider, calendar_id, now);
        let is_main = number == 0;
        match seed {
            Seed::Demo => demo::fill(&mut fill, is_main),
            Seed::Empty => {}
            Seed::BusyYear => busy_year::fill(&mut fill, is_main),
            Seed::Large => large::fill(&mut fill, number, calendars.len()),
            Seed::Awkward if is_main => awkward::fill(&mut fill),
            Seed::Awkward => {}
        }
    }
}

/// Makes the account that every user has at a provider.
pub(crate) fn account(provider: Provider, user_id: &str) -> Account {
    let local = local_part(user_id);
    let calendar = |id: &str, title: &str, time_zone: &str, color: Option<&str>, description: &str| Calendar {
        id: id.to_owned(),
        title: title.to_owned(),
        time_zone: time_zone.to_owned(),
        color: color.map(str::to_owned),
        description: description.to_owned(),
    };
    match provider {
        Provider::Google => {
            let email = format!("{local}@gmail.example");
            let own = calendar(GOOGLE_PRIMARY, &email, "Europe/Berlin", Some("#9fc6e7"), "");
            let team = calendar(GOOGLE_TEAM, "Team", "Europe/Berlin", Some("#f83a22"), "Everyone's meetings");
            Account::new(provider, email, vec![own, team])
        }
        Provider::Microsoft => {
            let own = calendar(MICROSOFT_CALENDAR, "Calendar", "UTC", None, "");
            Account::new(provider, format!("{local}@outlook.example"), vec![own])
        }
        Provider::Apple => {
            let own = calendar(APPLE_CALENDAR, "Home", "America/New_York", Some("#1badf8"), "");
            Account::new(provider, format!("{local}@icloud.example"), vec![own])
        }
        Provider::CalDav => {
            let home = calendar(CALDAV_HOME, "Home", "Europe/Budapest", None, "");
            let work = calendar(CALDAV_WORK, "Work", "Europe/Budapest", Some("#63da38"), "");
            Account::new(provider, format!("{local}@caldav.example"), vec![home, work])
        }
    }
}

/// Makes something that can stand before the @ of an email address.
fn local_part(user_id: &str) -> String {
    let name = user_id.split('@').next().unwrap_or_default();
    let local: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    if local.is_empty() { "user".into() } else { local }
}
