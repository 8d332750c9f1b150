//! Ids of the forms that the providers use.

use base64::{Engine, engine::general_purpose::URL_SAFE};
use jiff::{
    Timestamp,
    civil::{Date, Time},
};

use crate::{instant, provider::Provider, random::Random};

/// What every id of a Graph mailbox begins with.
const GRAPH_PREFIX: &str = "AAMkADU4OGQ4YmNj";
/// What every id of a Graph mailbox ends with: its folder.
const GRAPH_FOLDER: [u8; 11] = [0x46, 0, 0, 0, 0, 0, 0x8a, 0x3c, 0x51, 0xe7, 0x0d];
/// What stands before the start in the id of an occurrence.
const GRAPH_OCCURRENCE: u8 = 0x10;

/// Makes up the id of a new event.
pub(super) fn new(random: &Random, provider: Provider, calendar_id: &str) -> String {
    let unique = random.uuid();
    match provider {
        Provider::Google => unique.simple().to_string()[..26].to_owned(),
        Provider::Microsoft => graph(unique.as_bytes(), &GRAPH_FOLDER),
        Provider::Apple => unique.hyphenated().to_string().to_uppercase(),
        Provider::CalDav => format!("{}/{unique}.ics", calendar_id.trim_end_matches('/')),
    }
}

/// Gives the id of the instance that a series has at `start`.
pub(super) fn instance(provider: Provider, series_id: &str, start: Timestamp, all_day: bool) -> String {
    let date = if all_day { start.strftime("%Y%m%d").to_string() } else { instant::format_basic(start) };
    match provider {
        // An event that a test put in may have an id of another form; then Google's will do.
        Provider::Microsoft => graph_instance(series_id, start).unwrap_or_else(|| format!("{series_id}_{date}")),
        Provider::Google => format!("{series_id}_{date}"),
        Provider::Apple => format!("{series_id}/{date}"),
        Provider::CalDav => format!("{series_id}#{date}"),
    }
}

/// Takes an instance's id apart into the series' id and the start that the rule gives, down to the second.
pub(super) fn parse_instance(provider: Provider, id: &str) -> Option<(String, Timestamp)> {
    let separator = match provider {
        Provider::Microsoft if id.starts_with(GRAPH_PREFIX) => return parse_graph_instance(id),
        Provider::Google | Provider::Microsoft => '_',
        Provider::Apple => '/',
        Provider::CalDav => '#',
    };
    let (series_id, date) = id.rsplit_once(separator)?;
    let whole_day = || Date::strptime("%Y%m%d", date).ok().map(|date| date.to_datetime(Time::midnight()));
    let start = instant::parse_basic(date).or_else(|| instant::from_utc(whole_day()?))?;
    Some((series_id.to_owned(), start))
}

fn graph(unique: &[u8], tail: &[u8]) -> String {
    format!("{GRAPH_PREFIX}{}", URL_SAFE.encode([unique, tail].concat()))
}

fn graph_instance(series_id: &str, start: Timestamp) -> Option<String> {
    let bytes = URL_SAFE.decode(series_id.strip_prefix(GRAPH_PREFIX)?).ok()?;
    let mut tail = vec![GRAPH_OCCURRENCE];
    tail.extend(start.as_millisecond().to_be_bytes());
    tail.extend(GRAPH_FOLDER);
    Some(graph(bytes.get(..16)?, &tail))
}

fn parse_graph_instance(id: &str) -> Option<(String, Timestamp)> {
    let bytes = URL_SAFE.decode(id.strip_prefix(GRAPH_PREFIX)?).ok()?;
    let (unique, tail) = bytes.split_at_checked(16)?;
    let start = tail.strip_prefix(&[GRAPH_OCCURRENCE])?.strip_suffix(&GRAPH_FOLDER)?;
    let start = i64::from_be_bytes(start.try_into().ok()?);
    Some((graph(unique, &GRAPH_FOLDER), Timestamp::from_millisecond(start).ok()?))
}
