//! The providers' own records.

use mobiscroll_connect_sandbox::{Sandbox, Seed};
use serde_json::{Value, json};

use crate::support::{Api, CALENDARS, MARCH, merged};

/// Creates a weekly series in each calendar, with one instance of another title, and lists it both ways.
async fn series(api: &Api, at: usize) -> (Value, Value, Value) {
    let (provider, calendar) = CALENDARS[at];
    let user = api.user(provider);
    let place = json!({ "provider": provider, "calendarId": calendar });
    let rule = json!({ "frequency": "WEEKLY", "interval": 2, "byDay": ["SU"], "until": "20260601T000000Z" });
    let more = json!({
        "recurrence": rule, "description": "Bring food, drinks; and\na <friend>", "location": "Canteen",
        "attendees": ["ada@example.com", { "email": "grace@example.com", "status": "declined" }],
    });
    let master = user.create(merged(place.clone(), more)).await;
    let page = user.list(&MARCH).await;
    let (id, series_id) = (&page["events"][1]["id"], &page["events"][1]["recurringEventId"]);
    let change = json!({ "eventId": id, "recurringEventId": series_id, "title": "Feast" });
    assert_eq!(user.put(&merged(place, change)).await.0, 200);
    let page = user.list(&MARCH).await;
    let original = |at: usize| page["events"][at]["original"].clone();
    (master["original"].clone(), original(0), original(1))
}

#[tokio::test]
async fn google_records_look_like_google() {
    let api = Api::empty().await;
    let (master, instance, exception) = series(&api, 0).await;
    assert_eq!(master["kind"], "calendar#event");
    assert_eq!(master["recurrence"], json!(["RRULE:FREQ=WEEKLY;UNTIL=20260601T000000Z;INTERVAL=2;BYDAY=SU"]));
    assert_eq!(master["start"], json!({ "dateTime": "2026-03-01T13:00:00+01:00", "timeZone": "Europe/Berlin" }));
    assert_eq!(master["attendees"][0]["responseStatus"], "needsAction");
    assert_eq!(master["organizer"]["email"], "google@gmail.example");
    assert_eq!(instance["recurringEventId"], master["id"]);
    assert_eq!((instance.get("recurrence"), instance["iCalUID"] == master["iCalUID"]), (None, true));
    assert_eq!(exception["summary"], "Feast");
    assert_eq!(exception["originalStartTime"]["dateTime"], "2026-03-15T13:00:00+01:00");
    api.only_requests_depart();
}

#[tokio::test]
async fn microsoft_records_look_like_graph() {
    let api = Api::empty().await;
    let (master, instance, exception) = series(&api, 1).await;
    assert_eq!(master["recurrence"]["pattern"]["type"], "weekly");
    assert_eq!(master["recurrence"]["pattern"]["interval"], 2);
    assert_eq!(master["recurrence"]["pattern"]["daysOfWeek"], json!(["sunday"]));
    assert_eq!(master["recurrence"]["range"]["type"], "endDate");
    assert_eq!(master["recurrence"]["range"]["endDate"], "2026-06-01");
    assert_eq!(master["start"], json!({ "dateTime": "2026-03-01T12:00:00.0000000", "timeZone": "UTC" }));
    let kinds = [&master, &instance, &exception].map(|record| record["type"].as_str().expect("a type"));
    assert_eq!(kinds, ["seriesMaster", "occurrence", "exception"]);
    assert_eq!((&instance["seriesMasterId"], &instance["recurrence"]), (&master["id"], &Value::Null));
    assert_eq!(exception["originalStart"], "2026-03-15T12:00:00.000Z");
    assert!(master["body"]["content"].as_str().is_some_and(|html| html.contains("&lt;friend>")));
    api.only_requests_depart();
}

#[tokio::test]
async fn graph_patterns_follow_the_rule() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for (rule, pattern, range) in [
        (json!({ "frequency": "DAILY" }), json!({ "type": "daily" }), json!({ "type": "noEnd" })),
        (
            json!({ "frequency": "WEEKLY", "count": 3 }),
            json!({ "type": "weekly", "daysOfWeek": ["sunday"] }),
            json!({ "type": "numbered", "numberOfOccurrences": 3, "startDate": "2026-03-01" }),
        ),
        (
            json!({ "frequency": "MONTHLY", "byMonthDay": [7] }),
            json!({ "type": "absoluteMonthly", "dayOfMonth": 7 }),
            json!({}),
        ),
        (
            json!({ "frequency": "MONTHLY", "byDay": ["MO", "FR"] }),
            json!({ "type": "relativeMonthly", "daysOfWeek": ["monday", "friday"] }),
            json!({}),
        ),
        (json!({ "frequency": "YEARLY" }), json!({ "type": "absoluteYearly", "dayOfMonth": 1, "month": 3 }), json!({})),
    ] {
        let place = json!({ "provider": CALENDARS[1].0, "calendarId": CALENDARS[1].1, "recurrence": rule });
        let recurrence = &alice.create(place).await["original"]["recurrence"];
        for (part, expected) in [("pattern", pattern), ("range", range)] {
            for (name, value) in expected.as_object().expect("an object") {
                assert_eq!(&recurrence[part][name], value, "{rule} {part} {name}");
            }
        }
    }
}

#[tokio::test]
async fn apple_and_caldav_records_are_calendar_components() {
    let api = Api::empty().await;
    for (at, zone, noon) in [(2, "America/New_York", "070000"), (3, "Europe/Budapest", "130000")] {
        let (master, instance, exception) = series(&api, at).await;
        let rule = "FREQ=WEEKLY;UNTIL=20260601T000000Z;INTERVAL=2;BYDAY=SU";
        assert_eq!(master["vevent"]["rrule"], rule);
        assert_eq!(instance["vevent"]["uid"], master["vevent"]["uid"]);
        assert_eq!((instance["vevent"].get("rrule"), &instance["url"]), (None, &master["url"]));
        assert_eq!(exception["vevent"]["summary"], "Feast");
        let start = json!({ "value": format!("20260301T{noon}"), "parameters": { "tzid": zone } });
        assert_eq!(master["vevent"]["dtstart"], start);
        let guests = master["vevent"]["attendee"].as_array().expect("guests").iter();
        let answers: Vec<_> = guests.map(|guest| guest["parameters"]["partstat"].as_str().unwrap_or("")).collect();
        assert_eq!(answers, ["ACCEPTED", "NEEDS-ACTION", "DECLINED"]);

        let text = master["data"].as_str().expect("a text");
        assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
        assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
        let lines = text.replace("\r\n ", "");
        assert!(lines.contains(&format!("\r\nRRULE:{rule}\r\n")));
        assert!(lines.contains(&format!("\r\nDTSTART;TZID={zone}:20260301T{noon}\r\n")), "{lines}");
        assert!(lines.contains("\r\nDESCRIPTION:Bring food\\, drinks\\; and\\na <friend>\r\n"));
        let recurrence_id = exception["data"].as_str().expect("a text");
        assert!(recurrence_id.contains("RECURRENCE-ID;TZID="), "{recurrence_id}");
    }
    api.only_requests_depart();
}

#[tokio::test]
async fn a_line_of_an_event_cannot_break_its_component() {
    let api = Api::empty().await;
    let place = json!({ "provider": CALENDARS[2].0, "calendarId": CALENDARS[2].1 });
    let nasty = json!({
        "color": "red\r\nEND:VCALENDAR", "title": "é".repeat(100), "attendees": ["a@b\r\nBEGIN:VEVENT", "a;b:c\"\n@d"],
        "conference": "https://meet.example/\nX:1",
    });
    let event = api.user("alice").create(merged(place, nasty)).await;
    let text = event["original"]["data"].as_str().expect("a text");
    assert_eq!(text.matches("\r\nEND:VCALENDAR").count(), 1);
    assert_eq!(text.matches("\r\nBEGIN:VEVENT").count(), 1);
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
}

#[tokio::test]
async fn records_are_about_as_large_as_the_services() {
    let api = Api::with(Sandbox::builder().seed(Seed::Demo).start().await.expect("a sandbox"));
    let page = api.user("alice").list(&[("start", "2000-01-01"), ("end", "2100-01-01"), ("pageSize", "200")]).await;
    for provider in ["google", "microsoft", "apple", "caldav"] {
        let sizes: Vec<usize> = page["events"]
            .as_array()
            .expect("events")
            .iter()
            .filter(|event| event["provider"] == provider)
            .map(|event| event["original"].to_string().len())
            .collect();
        let mean = sizes.iter().sum::<usize>() / sizes.len();
        assert!((1_000..2_600).contains(&mean), "{provider} {mean}");
    }
}

#[tokio::test]
async fn calendars_have_records_too() {
    let api = Api::empty().await;
    let (_, calendars) = api.user("alice").get("/calendars").await;
    let record = |provider: &str| {
        let calendars = calendars.as_array().expect("calendars");
        calendars.iter().find(|calendar| calendar["provider"] == provider).expect("a calendar")["original"].clone()
    };
    assert_eq!(record("google")["kind"], "calendar#calendarListEntry");
    assert_eq!(record("microsoft")["owner"]["address"], "alice@outlook.example");
    assert_eq!(record("apple")["components"], json!(["VEVENT"]));
    assert_eq!(record("caldav")["resourcetype"], json!(["collection", "calendar"]));
}
