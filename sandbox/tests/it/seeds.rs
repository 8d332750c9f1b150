//! What new users find.

use std::collections::BTreeSet;

use mobiscroll_connect_sandbox::{Sandbox, Scope, Seed};
use serde_json::{Value, json};

use crate::support::{Api, column};

async fn seeded(seed: Seed) -> Api {
    Api::with(Sandbox::builder().seed(seed).start().await.expect("a sandbox"))
}

/// A window that holds everything.
const EVER: [(&str, &str); 3] = [("start", "2000-01-01"), ("end", "2100-01-01"), ("pageSize", "1000")];

#[test]
fn seeds_have_names_for_command_lines() {
    for (name, seed) in [
        ("small", Seed::Demo),
        ("empty", Seed::Empty),
        ("busy-year", Seed::BusyYear),
        ("large", Seed::Large),
        ("awkward", Seed::Awkward),
    ] {
        assert_eq!(name.parse(), Ok(seed));
        assert_eq!(seed.to_string(), name);
        assert!(Seed::ALL.contains(&seed));
    }
    let error = "Small".parse::<Seed>().expect_err("an unknown name");
    assert_eq!(error.to_string(), "expected small, empty, busy-year, large, awkward");
}

#[tokio::test]
async fn the_demo_has_every_member_of_an_event_at_every_provider() {
    let api = seeded(Seed::Demo).await;
    let page = api.user("alice").list(&EVER).await;
    for provider in ["google", "microsoft", "apple", "caldav"] {
        let events: Vec<&Value> =
            page["events"].as_array().expect("events").iter().filter(|event| event["provider"] == provider).collect();
        let members: BTreeSet<&str> =
            events.iter().flat_map(|event| event.as_object().expect("an event").keys().map(String::as_str)).collect();
        for member in [
            "provider",
            "id",
            "calendarId",
            "title",
            "description",
            "start",
            "end",
            "allDay",
            "recurringEventId",
            "color",
            "location",
            "attendees",
            "custom",
            "conference",
            "conferenceData",
            "availability",
            "privacy",
            "status",
            "lastModified",
            "original",
        ] {
            // A link alone makes no online meeting at Microsoft, but the provider makes one on request.
            assert!(members.contains(member), "{provider} {member}");
        }
        assert_eq!(members.contains("link"), provider == "google" || provider == "microsoft", "{provider}");
        let values =
            |member: &str| -> BTreeSet<&str> { events.iter().filter_map(|event| event[member].as_str()).collect() };
        assert_eq!(values("privacy"), BTreeSet::from(["confidential", "private", "public"]));
        assert_eq!(values("availability"), BTreeSet::from(["busy", "free"]));
        assert!(values("status").is_superset(&BTreeSet::from(["confirmed", "tentative"])));
        let guests: Vec<&Value> = events.iter().filter_map(|event| event["attendees"].as_array()).flatten().collect();
        let statuses: BTreeSet<&str> = guests.iter().filter_map(|guest| guest["status"].as_str()).collect();
        assert_eq!(statuses, BTreeSet::from(["accepted", "declined", "none", "tentative"]));
        let has_organizer = guests.iter().any(|guest| guest["organizer"] == true);
        assert_eq!(has_organizer, provider != "google", "{provider}");
    }
}

#[tokio::test]
async fn a_busy_year_has_series_with_exceptions() {
    let api = seeded(Seed::BusyYear).await;
    let alice = api.user("alice");
    let stored = api.sandbox.events("alice");
    assert!((1_000..3_000).contains(&stored.len()), "{}", stored.len());
    let mut titles = Vec::new();
    let mut page = alice.list(&EVER).await;
    loop {
        titles.extend(column(&page, "title").into_iter().map(str::to_owned));
        let Some(token) = page["nextPageToken"].as_str().map(str::to_owned) else { break };
        page = alice.list(&[("pageSize", "1000"), ("nextPageToken", &token)]).await;
    }
    let count = |title: &str| titles.iter().filter(|found| *found == title).count();
    // In each of four calendars, 260 instances less six that are cancelled and six that have another title
    assert_eq!((count("Stand-up"), count("Stand-up with guests")), (4 * 248, 4 * 6));
    assert_eq!((count("Sprint review"), count("Holidays")), (4 * 26, 4));
}

#[tokio::test]
async fn the_awkward_seed_shows_each_oddity_as_it_is() {
    let api = seeded(Seed::Awkward).await;
    let alice = api.user("alice");
    let page = alice.list(&EVER).await;
    let events = page["events"].as_array().expect("events");
    let find = |title: &str| {
        events.iter().find(|event| event["title"] == title).unwrap_or_else(|| panic!("an event called {title}"))
    };
    let nulls = events.iter().find(|event| event["title"].is_null()).expect("an event of nulls");
    for member in ["description", "allDay", "attendees", "conference", "status", "calendarId", "original"] {
        assert_eq!(nulls.get(member), Some(&Value::Null), "{member}");
    }
    assert_eq!(find("Bare dates")["start"].as_str().map(str::len), Some(10));
    assert_eq!(find("No fraction")["start"].as_str().map(str::len), Some(20));
    assert!(find("An offset")["start"].as_str().is_some_and(|start| start.ends_with("T11:00:00+02:00")));
    assert_eq!(find("An unknown provider")["provider"], "yahoo");
    assert_eq!(find("Unknown values")["attendees"][0]["status"], "delegated");
    assert_eq!(find("Guests as texts")["attendees"][0], "ada@example.com");
    assert_eq!(find("Guests without addresses")["attendees"][0], json!({ "status": "accepted" }));
    assert_eq!(find("No calendar").get("calendarId"), None);
    assert!(find("Members unheard of")["onlineMeeting"]["joinUrl"].is_string());
    assert!(find("A conference object")["conference"]["url"].is_string());
    assert!(events.iter().any(|event| event["title"].as_str().is_some_and(|title| title.len() == 10_000)));
    assert!(events.iter().any(|event| event["title"].as_str().is_some_and(|title| title.contains("会议"))));
    assert_eq!(alice.get("/calendars").await.0, 200);
    assert_eq!(api.user_with("alice", Scope::FreeBusy).get("/events").await.0, 200);
}

#[tokio::test]
async fn the_awkward_seed_has_an_empty_page_in_the_middle() {
    let api = seeded(Seed::Awkward).await;
    let alice = api.user("alice");
    let whole = alice.list(&EVER).await["events"].as_array().expect("events").len();
    let mut page = alice.list(&[EVER[0], EVER[1], ("pageSize", "30")]).await;
    let mut sizes = vec![column(&page, "id").len()];
    while let Some(token) = page["nextPageToken"].as_str().map(str::to_owned) {
        page = alice.list(&[("pageSize", "30"), ("nextPageToken", &token)]).await;
        sizes.push(page["events"].as_array().expect("events").len());
    }
    assert_eq!(&sizes[..3], [30, 0, 30]);
    assert_eq!(sizes.iter().sum::<usize>(), whole);
}

#[tokio::test]
async fn a_user_of_one_provider_gets_its_part_of_the_seed() {
    let api = seeded(Seed::Large).await;
    let query = "client_id=sandbox-client&user_id=alice&providers=caldav";
    crate::support::send(api.get(&format!("/oauth/authorize?{query}"))).await;
    assert_eq!(api.sandbox.events("alice").len(), 2_500);
}
