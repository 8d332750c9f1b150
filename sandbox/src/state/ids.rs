//! Ids of the forms that the providers use.

use base64::{Engine, engine::general_purpose::URL_SAFE};
use jiff::{Timestamp, civil::Time};
use uuid::Uuid;

use crate::{instant, provider::Provider};

/// What every id of a Graph mailbox begins with.
const GRAPH_PREFIX: &str = "AAMkADU4OGQ4YmNj";
/// What every id of a Graph mailbox ends with: its folder.
const GRAPH_FOLDER: [u8; 11] = [0x46, 0, 0, 0, 0, 0, 0x8a, 0x3c, 0x51, 0xe7, 0x0d];
/// What stands before the start in the id of an occurrence.
const GRAPH_OCCURRENCE: u8 = 0x10;

/// Makes up the id of a new event.
pub(super) fn new(provider: Provider, calendar_id: &str) -> String {
    let unique = Uuid::new_v4();
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
        Provider::Google => format!("{series_id}_{date}"),
        Provider::Microsoft => {
            let mut tail = vec![GRAPH_OCCURRENCE];
            tail.extend(start.as_millisecond().to_be_bytes());
            tail.extend(GRAPH_FOLDER);
            graph(&unique_part(series_id).unwrap_or_default(), &tail)
        }
        Provider::Apple => format!("{series_id}/{date}"),
        Provider::CalDav => format!("{series_id}#{date}"),
    }
}

/// Takes an instance's id apart into the series' id and the start that the rule gives, down to the second.
pub(super) fn parse_instance(provider: Provider, id: &str) -> Option<(String, Timestamp)> {
    let separator = match provider {
        Provider::Google => '_',
        Provider::Apple => '/',
        Provider::CalDav => '#',
        Provider::Microsoft => {
            let bytes = URL_SAFE.decode(id.strip_prefix(GRAPH_PREFIX)?).ok()?;
            let (unique, tail) = bytes.split_at_checked(16)?;
            let start = tail.strip_prefix(&[GRAPH_OCCURRENCE])?.strip_suffix(&GRAPH_FOLDER)?;
            let start = i64::from_be_bytes(start.try_into().ok()?);
            return Some((graph(unique, &GRAPH_FOLDER), Timestamp::from_millisecond(start).ok()?));
        }
    };
    let (series_id, date) = id.rsplit_once(separator)?;
    let whole_day = || jiff::civil::Date::strptime("%Y%m%d", date).ok().map(|date| date.to_datetime(Time::midnight()));
    let start = instant::parse_basic(date).or_else(|| instant::from_utc(whole_day()?))?;
    Some((series_id.to_owned(), start))
}

fn graph(unique: &[u8], tail: &[u8]) -> String {
    format!("{GRAPH_PREFIX}{}", URL_SAFE.encode([unique, tail].concat()))
}

fn unique_part(id: &str) -> Option<[u8; 16]> {
    let bytes = URL_SAFE.decode(id.strip_prefix(GRAPH_PREFIX)?).ok()?;
    bytes.get(..16)?.try_into().ok()
}
