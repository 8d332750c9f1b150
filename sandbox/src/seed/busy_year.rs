use rrule::{
    Frequency,
    Weekday::{Fri, Mon, Thu, Tue, Wed},
};
use serde_json::json;

use super::fill::{Fill, guests, online};
use crate::{
    instant,
    state::{End, Rule},
};

/// Hour of the day, minutes, title.
const MEETINGS: [(i64, i64, &str); 7] = [
    (8, 30, "Check-in"),
    (10, 60, "Customer call"),
    (11, 45, "Review"),
    (13, 90, "Workshop"),
    (14, 60, "Interview"),
    (15, 30, "One-to-one"),
    (16, 60, "Planning"),
];

/// Fills the half year before and after today.
pub(super) fn fill(fill: &mut Fill<'_>, is_main: bool) {
    let monday = fill.next_monday();
    for week in -26..26 {
        for day in 0..5 {
            meeting(fill, monday, week * 7 + day);
        }
    }
    if is_main {
        days_away(fill, monday);
        series(fill, monday);
    }
}

fn meeting(fill: &mut Fill<'_>, monday: i64, day: i64) {
    // Five is prime to seven: each weekday sees every meeting in turn.
    let (hour, minutes, title) = MEETINGS[usize::try_from((day * 5).rem_euclid(7)).unwrap_or_default()];
    let mut more = json!({ "description": format!("{title}, see the notes"), "location": "Room A" });
    match day.rem_euclid(11) {
        0 => more["attendees"] = guests(),
        3 => more["status"] = "tentative".into(),
        5 => more["privacy"] = "private".into(),
        7 => more["color"] = "#d50000".into(),
        9 => more["custom"] = json!({ "origin": "crm" }),
        _ => {}
    }
    if title == "Customer call"
        && let (Some(more), Some(online)) = (more.as_object_mut(), online(fill.provider).as_object())
    {
        more.extend(online.clone());
    }
    fill.add(title, fill.span(monday + day, hour * 60, minutes), more);
}

fn days_away(fill: &mut Fill<'_>, monday: i64) {
    let away = || json!({ "allDay": true, "availability": "free" });
    for month in -6..6 {
        fill.add("Day off", fill.span(monday + month * 28 + 4, 0, 24 * 60), away());
    }
    fill.add("Holidays", fill.span(monday + 63, 0, 14 * 24 * 60), away());
    fill.add("Conference", fill.span(monday - 42, 9 * 60, 55 * 60), json!({ "location": "Lisbon" }));
}

fn series(fill: &mut Fill<'_>, monday: i64) {
    let every = Rule::every;
    let start = monday - 182;
    let daily = fill.add_series(
        "Stand-up",
        fill.span(start, 7 * 60 + 30, 15),
        Rule { by_day: vec![Mon, Tue, Wed, Thu, Fri], ..every(Frequency::Weekly, 1, End::After(260)) },
        json!({ "conference": "https://meet.example/standup" }),
    );
    for number in (20..260).step_by(40) {
        fill.cancel(daily, number);
        fill.change(daily, number + 7, json!({ "title": "Stand-up with guests", "attendees": guests() }));
    }
    let review = every(Frequency::Weekly, 2, End::After(26));
    let review = fill.add_series("Sprint review", fill.span(start + 3, 13 * 60, 60), review, json!({}));
    let moved = fill.span(start + 4 + 28, 9 * 60, 60);
    fill.change(review, 2, json!({ "start": instant::format(moved.start), "end": instant::format(moved.end) }));
    let until = fill.at(monday + 182, 0);
    fill.add_series(
        "Payday",
        fill.span(start, 0, 24 * 60),
        Rule { by_month_day: vec![1, 15], ..every(Frequency::Monthly, 1, End::Until(until)) },
        json!({ "allDay": true, "availability": "free" }),
    );
    let yearly = every(Frequency::Yearly, 1, End::Never);
    fill.add_series("Ada's birthday", fill.span(start + 90, 0, 24 * 60), yearly, json!({ "allDay": true }));
}
