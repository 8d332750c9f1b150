use serde_json::json;

use super::fill::Fill;

/// How many events an account holds, over all its calendars
const EVENTS: i64 = 2_500;
const DAYS: i64 = 360;

/// Spreads an account's events evenly over a year; calendar `number` of `calendars` gets its share of them.
pub(super) fn fill(fill: &mut Fill<'_>, number: usize, calendars: usize) {
    for at in (0..EVENTS).skip(number).step_by(calendars.max(1)) {
        let minutes = at * DAYS * 24 * 60 / EVENTS / 5 * 5;
        let span = fill.span(-DAYS / 2, minutes, 30);
        let more = json!({ "location": "Room A" });
        fill.add(&format!("Event {at}"), span, if at % 10 == 0 { more } else { json!({}) });
    }
}
