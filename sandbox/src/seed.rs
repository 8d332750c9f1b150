//! What a new user finds in the sandbox.
//!
//! Every user has the same calendars, under the ids below.

use jiff::{SignedDuration, Timestamp, civil::Time};
use serde_json::{Map, Value, json};

use crate::{
    instant,
    provider::Provider,
    state::{Account, Calendar, Draft, Rule, User},
};

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

/// Chooses what a new user's accounts hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Seed {
    /// Calendars with a few dozen events around today, an all-day event and a weekly series. The default.
    #[default]
    Demo,
    /// Calendars without events.
    Empty,
}

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
    if seed == Seed::Demo {
        for (number, calendar_id) in calendars.iter().enumerate() {
            fill(user, provider, calendar_id, number == 0, now);
        }
    }
}

/// Makes the account that every user has at a provider.
pub(crate) fn account(provider: Provider, user_id: &str) -> Account {
    let local = local_part(user_id);
    let calendar = |id: &str, title: &str, time_zone, color, description| Calendar {
        id: id.to_owned(),
        title: title.to_owned(),
        time_zone,
        color,
        description,
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

/// Days from today, hour of the day, minutes, title, location.
const MEETINGS: [(i64, i64, i64, &str, &str); 7] = [
    (-13, 9, 60, "Kick-off", "Room A"),
    (-6, 14, 45, "Design review", "Room B"),
    (-2, 11, 30, "Call with Ada", ""),
    (0, 16, 60, "Planning", "Room A"),
    (1, 10, 30, "Interview", "Lobby"),
    (5, 12, 90, "Team lunch", "Canteen"),
    (12, 15, 60, "Retrospective", "Room B"),
];

fn fill(user: &mut User, provider: Provider, calendar_id: &str, is_main: bool, now: Timestamp) {
    let today = instant::from_utc(instant::to_utc(now).date().to_datetime(Time::midnight())).unwrap_or(now);
    let at = |days: i64, hours: i64| instant::shift(today, SignedDuration::from_hours(days * 24 + hours));
    let mut add = |title: &str, start: Timestamp, end: Timestamp, rule: Option<Rule>, more: Value| {
        let mut members = Map::new();
        members.insert("title".into(), title.into());
        members.insert("start".into(), instant::format(start).into());
        members.insert("end".into(), instant::format(end).into());
        if let Value::Object(more) = more {
            members.extend(more);
        }
        user.create(provider, calendar_id, Draft { members, recurrence: Some(rule) }, now);
    };

    for (days, hour, minutes, title, location) in MEETINGS {
        let start = at(days, hour);
        let mut more = json!({ "description": format!("{title}, see the notes") });
        if !location.is_empty() {
            more["location"] = location.into();
        }
        if hour < 12 {
            more["attendees"] = json!([
                { "email": "ada@example.com", "status": "accepted" },
                { "email": "grace@example.com", "status": "none" },
            ]);
        }
        add(title, start, instant::shift(start, SignedDuration::from_mins(minutes)), None, more);
    }
    if is_main {
        add("Day off", at(3, 0), at(4, 0), None, json!({ "allDay": true, "availability": "free" }));
        let standup = json!({ "location": "Online", "conference": "https://meet.example/standup" });
        add(
            "Weekly stand-up",
            at(-21, 8),
            instant::shift(at(-21, 8), SignedDuration::from_mins(15)),
            Some(Rule::weekly()),
            standup,
        );
    }
}
