//! Answers in every form that the service is known or likely to send.

use std::time::Duration;

use mobiscroll_connect::{AttendeeStatus, CalendarEvent, Client, Error, EventStatus, Provider, SyncState};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};

use crate::retry::{OPERATIONS, call};
use crate::support::{answer, bytes_server, category, instant, signed_in};

/// Has one event listed, with these members besides its id and provider, and reads it.
async fn listed(sandbox: &Sandbox, client: &Client, members: &str) -> CalendarEvent {
    let comma = if members.is_empty() { "" } else { "," };
    let body = format!(r#"{{"events":[{{"id":"e","provider":"google"{comma}{members}}}]}}"#);
    answer(sandbox, Operation::ListEvents, 200, body);
    let mut page = client.events().list().send().await.unwrap();
    assert_eq!(page.malformed, [], "{members}");
    page.events.remove(0)
}

#[tokio::test]
async fn an_event_of_id_and_provider_alone_is_read() {
    let (sandbox, client) = signed_in().await;
    let event = listed(&sandbox, &client, "").await;
    assert_eq!((event.calendar_id, event.start, event.title, event.all_day), (None, None, None, false));
}

#[tokio::test]
async fn null_in_every_optional_member_is_read_as_absence() {
    let (sandbox, client) = signed_in().await;
    let bare = listed(&sandbox, &client, "").await;
    let nulls = [
        "calendarId",
        "title",
        "description",
        "start",
        "end",
        "allDay",
        "recurringEventId",
        "color",
        "location",
        "link",
        "attendees",
        "custom",
        "conference",
        "conferenceData",
        "availability",
        "privacy",
        "status",
        "lastModified",
        "original",
    ]
    .map(|name| format!("\"{name}\":null"))
    .join(",");
    assert_eq!(listed(&sandbox, &client, &nulls).await, bare);

    let within = r#""attendees":[{"email":"a@example.com","status":null,"organizer":null}],
        "conference":{"url":null,"provider":null,"autoGenerate":null,"data":null},
        "conferenceData":{"provider":null,"autoGenerate":null,"entryPoints":null,"joinUrl":null,"conferenceId":null,
        "conferenceSolution":null}"#;
    let event = listed(&sandbox, &client, within).await;
    assert_eq!((&event.attendees[0].status, event.attendees[0].organizer), (&None, None));
    assert_eq!(event.conference.unwrap().url, None);
}

#[tokio::test]
async fn values_that_this_release_does_not_know_are_kept() {
    let (sandbox, client) = signed_in().await;
    let body = r#"{"events":[{"id":"e","provider":"proton","status":"postponed","privacy":"secret",
        "availability":"workingElsewhere","attendees":[{"email":"a@example.com","status":"delegated"}]}]}"#;
    answer(&sandbox, Operation::ListEvents, 200, body);
    let page = client.events().list().send().await.unwrap();

    let event = &page.events[0];
    assert_eq!(event.provider.as_str(), "proton");
    assert!(matches!(&event.provider, Provider::Unknown(value) if value.as_str() == "proton"));
    assert!(matches!(event.status, Some(EventStatus::Unknown(_))));
    assert_eq!(event.privacy.as_ref().unwrap().to_string(), "secret");
    assert_eq!(event.availability.as_ref().unwrap().as_str(), "workingElsewhere");
    assert!(matches!(event.attendees[0].status, Some(AttendeeStatus::Unknown(_))));

    client.events().list().calendar_ids([(event.provider.clone(), ["inbox"])]).send().await.unwrap();
    let sent = sandbox.requests()[1].param("calendarIds");
    assert_eq!(sent.as_deref(), Some(r#"{"proton":["inbox"]}"#), "an unknown provider can be sent back");
}

#[tokio::test]
async fn unknown_members_are_ignored() {
    let (sandbox, client) = signed_in().await;
    let event = listed(&sandbox, &client, r#""onlineMeeting":{"joinUrl":"x"},"recurrence":[1],"title":"T""#).await;
    assert_eq!(event.title.as_deref(), Some("T"));
}

#[tokio::test]
async fn attendees_are_read_as_addresses_and_as_objects() {
    let (sandbox, client) = signed_in().await;
    let members =
        r#""attendees":["a@example.com",{"email":"b@example.com","status":"none","organizer":true,"name":"B"}]"#;
    let event = listed(&sandbox, &client, members).await;
    let [a, b] = &event.attendees[..] else { panic!() };
    assert_eq!((a.email.as_str(), &a.status, a.organizer), ("a@example.com", &None, None));
    assert_eq!(b.email, "b@example.com");
    assert_eq!((&b.status, b.organizer), (&Some(AttendeeStatus::NoResponse), Some(true)));
}

#[tokio::test]
async fn a_conference_is_read_as_a_url_and_as_an_object() {
    let (sandbox, client) = signed_in().await;
    let text = listed(&sandbox, &client, r#""conference":"https://meet.example/x""#).await.conference.unwrap();
    assert_eq!((text.url.as_deref(), &text.provider), (Some("https://meet.example/x"), &None));
    let members = r#""conference":{"url":"https://meet.example/x","provider":"zoom","autoGenerate":false,"data":{"a":1}},
        "conferenceData":{"provider":"zoom","entryPoints":[{"uri":"u"}],"conferenceSolution":{"name":"N"},"more":1}"#;
    let event = listed(&sandbox, &client, members).await;
    let conference = event.conference.unwrap();
    assert_eq!(conference.url, text.url);
    assert_eq!(conference.provider.as_deref(), Some("zoom"));
    assert_eq!(conference.data.unwrap().get(), r#"{"a":1}"#);
    assert_eq!(event.conference_data.unwrap().entry_points.unwrap().get(), r#"[{"uri":"u"}]"#);
}

#[tokio::test]
async fn dates_are_read_in_every_form() {
    let (sandbox, client) = signed_in().await;
    for (text, expected) in [
        ("2026-11-23T09:30:00.000Z", "2026-11-23T09:30:00Z"),
        ("2026-11-23T09:30:00.1234567Z", "2026-11-23T09:30:00.1234567Z"),
        ("2026-11-23T09:30:00Z", "2026-11-23T09:30:00Z"),
        ("2026-11-23T09:30:00+05:30", "2026-11-23T04:00:00Z"),
        ("2026-11-23T09:30:00", "2026-11-23T09:30:00Z"),
        ("2026-11-23", "2026-11-23T00:00:00Z"),
    ] {
        let members = format!(r#""start":"{text}","end":"{text}","lastModified":"{text}""#);
        let event = listed(&sandbox, &client, &members).await;
        let expected = Some(instant(expected));
        assert_eq!((event.start, event.end, event.last_modified), (expected, expected, expected), "{text}");
    }
}

#[tokio::test]
async fn the_providers_own_record_is_kept_as_it_came() {
    let (sandbox, client) = signed_in().await;
    let event = listed(&sandbox, &client, r#""original":{"b": 1.50,  "a":[]}"#).await;
    assert_eq!(event.original.unwrap().get(), r#"{"b": 1.50,  "a":[]}"#);
}

#[tokio::test]
async fn a_malformed_event_does_not_hide_the_page() {
    let (sandbox, client) = signed_in().await;
    let body = r#"{"pageSize":9,"nextPageToken":"next","events":[
        {"id":"good","provider":"google"},
        {"id":"no provider"},
        {"id":"bad date","provider":"google","start":"tomorrow"},
        null,
        {"id":"fine","provider":"apple"}]}"#;
    let header = ("x-connect-calendar-permission-missing", "google:a@example.com, caldav:https://dav.example:8443/a");
    sandbox.inject(Fault::on(Operation::ListEvents).status(200).header(header.0, header.1).body(body));
    let page = client.events().list().send().await.unwrap();

    assert_eq!(page.events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["good", "fine"]);
    assert_eq!((page.next_page_token.as_deref(), page.page_size), (Some("next"), Some(9)));
    assert_eq!(page.malformed.iter().map(|bad| bad.index).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(page.malformed[0].raw.get(), r#"{"id":"no provider"}"#);
    assert!(page.malformed[0].reason.contains("provider"), "{}", page.malformed[0].reason);
    assert_eq!(page.blocked_accounts.len(), 2);
    assert_eq!(page.blocked_accounts[1].account.as_deref(), Some("https://dav.example:8443/a"));
}

#[tokio::test]
async fn blocked_accounts_of_a_page_are_named() {
    let (sandbox, client) = signed_in().await;
    let header = "x-connect-calendar-permission-missing";
    sandbox.inject(
        Fault::on(Operation::ListEvents).status(200).header(header, "google:a@example.com").body(r#"{"events":null}"#),
    );
    let page = client.events().list().send().await.unwrap();
    assert_eq!((page.events.len(), page.blocked_accounts.len()), (0, 1));
    assert_eq!(page.blocked_accounts[0].provider, Some(Provider::Google));
}

#[tokio::test]
async fn connection_status_is_read_with_bare_account_ids_nulls_and_new_providers() {
    let (sandbox, client) = signed_in().await;
    let body = r#"{"connections":{"google":["a@example.com",{"id":"b@example.com","display":null,"grantedScopes":null,
        "calendarPermissionGranted":null,"syncState":null,"syncStateUpdatedAt":null,"more":true}],
        "proton":[{"id":"c","syncState":"paused","syncStateUpdatedAt":"2026-11-23T09:30:00Z"}],"apple":[]},
        "limitReached":null,"limit":3}"#;
    answer(&sandbox, Operation::ConnectionStatus, 200, body);
    let status = client.auth().get_connection_status().await.unwrap();
    let [a, b] = &status.connections["google"][..] else { panic!() };
    assert_eq!((a.id.as_str(), b.id.as_str()), ("a@example.com", "b@example.com"));
    assert_eq!((b.granted_scopes.len(), b.calendar_permission_granted), (0, None));
    assert!(matches!(&status.connections["proton"][0].sync_state, Some(SyncState::Unknown(_))));
    assert_eq!((status.limit_reached, status.limit), (false, Some(3)));

    answer(&sandbox, Operation::ConnectionStatus, 200, r#"{"connections":{}}"#);
    assert_eq!(client.auth().get_connection_status().await.unwrap().connections.len(), 0);
    // What does not say that there are none says nothing.
    for body in ["{}", r#"{"connections":null}"#] {
        answer(&sandbox, Operation::ConnectionStatus, 200, body);
        assert_eq!(category(&client.auth().get_connection_status().await.unwrap_err()), "Decode", "{body}");
    }
}

#[tokio::test]
async fn a_calendar_full_of_nulls_is_read() {
    let (sandbox, client) = signed_in().await;
    let body = r#"[{"id":"c","provider":"proton","title":null,"timeZone":null,"color":null,"description":null,
        "original":null,"accessRole":"owner"}]"#;
    answer(&sandbox, Operation::ListCalendars, 200, body);
    let calendar = client.calendars().list().await.unwrap().calendars.remove(0);
    assert_eq!((calendar.provider.as_str(), calendar.title, calendar.time_zone), ("proton", None, None));
    assert_eq!(calendar.original, None);
}

#[tokio::test]
async fn a_body_that_is_not_the_modelled_one_is_a_decode_error() {
    let (sandbox, client) = signed_in().await;
    for body in ["[1]", "7", "\"text\"", "{\"events\":{}}", "{\"events\":[", "<html>ok</html>"] {
        answer(&sandbox, Operation::ListEvents, 200, body);
        let error = client.events().list().send().await.unwrap_err();
        assert_eq!((category(&error), error.code()), ("Decode", "MOBISCROLL_ERROR"), "{body:?}");
        assert_eq!((error.status(), error.is_retryable()), (Some(200), false), "{body:?}");
    }
    for body in ["{\"calendars\":[]}", "[{]"] {
        answer(&sandbox, Operation::ListCalendars, 200, body);
        assert_eq!(category(&client.calendars().list().await.unwrap_err()), "Decode", "{body:?}");
    }
    answer(&sandbox, Operation::Health, 200, "<html>ok</html>");
    assert_eq!(category(&client.health().await.unwrap_err()), "Decode");
}

#[tokio::test]
async fn an_array_is_no_model() {
    let (sandbox, client) = signed_in().await;
    for body in ["[]", r#"["e"]"#, r#"[true,"e"]"#, r#"[[{"id":"e","provider":"google"}],"t",7]"#] {
        for operation in OPERATIONS.into_iter().filter(|operation| *operation != Operation::ListCalendars) {
            answer(&sandbox, operation, 200, body);
            let error = call(&client, operation).await.unwrap_err();
            assert_eq!((category(&error), error.status()), ("Decode", Some(200)), "{operation}: {body}");
        }
    }
    answer(&sandbox, Operation::ListCalendars, 200, r#"[["e"]]"#);
    assert_eq!(client.calendars().list().await.unwrap().malformed.len(), 1);
    assert_eq!(listed(&sandbox, &client, r#""conference":[]"#).await.conference, None);
}

#[tokio::test]
async fn an_odd_page_size_or_token_does_not_hide_the_page() {
    let (sandbox, client) = signed_in().await;
    let body = r#"{"events":[{"provider":"google","id":"a"}],"pageSize":"250","nextPageToken":"t"}"#;
    answer(&sandbox, Operation::ListEvents, 200, body);
    let page = client.events().list().send().await.unwrap();
    assert_eq!((page.events.len(), page.page_size, page.next_page_token.as_deref()), (1, None, Some("t")));
}

#[tokio::test]
async fn a_malformed_calendar_does_not_hide_the_others() {
    let (sandbox, client) = signed_in().await;
    let body = r#"[{"provider":"google","id":"a","color":{}},{"id":"no provider"},{"provider":"apple","id":7}]"#;
    answer(&sandbox, Operation::ListCalendars, 200, body);
    let list = client.calendars().list().await.unwrap();
    assert_eq!(list.calendars.iter().map(|calendar| calendar.id.as_str()).collect::<Vec<_>>(), ["a", "7"]);
    assert_eq!((list.malformed.len(), list.malformed[0].index), (1, 1));
    assert_eq!(list.malformed[0].raw.get(), r#"{"id":"no provider"}"#);
}

#[tokio::test]
async fn an_odd_member_is_left_out_and_the_rest_is_read() {
    let (sandbox, client) = signed_in().await;
    let body =
        r#"{"connections":{"google":[{"id":"a","syncStateUpdatedAt":""},{"id":7,"display":[]},{"display":"b"}]}}"#;
    answer(&sandbox, Operation::ConnectionStatus, 200, body);
    let accounts = &client.auth().get_connection_status().await.unwrap().connections["google"];
    assert_eq!(accounts.iter().map(|account| account.id.as_str()).collect::<Vec<_>>(), ["a", "7"]);

    let body = r#"{"success":true,"channelId":"c","subscription":{"channelId":"c","expiration":"some day"}}"#;
    answer(&sandbox, Operation::SubscribeWebhook, 200, body);
    let subscribed = client.webhooks().subscribe_webhook(Provider::Google, "primary").send().await.unwrap();
    assert_eq!((&*subscribed.channel_id, subscribed.expiration), ("c", None));

    let members =
        r#""attendees":[{"email":"a@example.com","status":5},{"status":"none"}],"color":true,"original":{"n":1.50}"#;
    let event = listed(&sandbox, &client, members).await;
    assert_eq!(event.attendees.iter().map(|attendee| &*attendee.email).collect::<Vec<_>>(), ["a@example.com", ""]);
    assert_eq!((event.color, event.original.unwrap().get()), (None, r#"{"n":1.50}"#));
}

#[tokio::test]
async fn an_answer_that_is_odd_all_over_is_an_error_soon() {
    let (sandbox, client) = signed_in().await;
    let accounts = vec!["{}"; 10_000].join(",");
    answer(&sandbox, Operation::ConnectionStatus, 200, format!(r#"{{"connections":{{"google":[{accounts}]}}}}"#));
    assert_eq!(category(&client.auth().get_connection_status().await.unwrap_err()), "Decode");
}

#[tokio::test]
async fn a_decode_error_tells_where_the_answer_does_not_fit() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, Operation::ConnectionStatus, 200, r#"{"connections":{"google":{}}}"#);
    let error = client.auth().get_connection_status().await.unwrap_err();
    let Error::Decode(failure) = &error else { panic!("{error:?}") };
    assert_eq!(failure.path(), Some("connections.google"));
    assert_eq!(error.to_string(), "connection_status: the response cannot be read at connections.google");
    let debug = format!("{error:?}");
    assert!(debug.starts_with(r#"Decode(DecodeFailure { operation: "connection_status", status: 200"#), "{debug}");

    answer(&sandbox, Operation::ListEvents, 200, r#"{"events":[{"provider":"google","id":"e","start":"tomorrow"}]}"#);
    let page = client.events().list().send().await.unwrap();
    assert!(page.malformed[0].reason.starts_with("start: "), "{}", page.malformed[0].reason);
}

#[tokio::test]
async fn a_text_that_is_not_utf_8_is_read_without_what_is_odd_in_it() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 47\r\n\r\n\
        [{\"id\":\"c\",\"provider\":\"google\",\"title\":\"Caf\xe9\"}]";
    let client = bytes_server(answer, 1, Duration::from_secs(10)).await;
    let list = client.calendars().list().await.unwrap();
    assert_eq!(list.calendars[0].title.as_deref(), Some("Caf\u{fffd}"));
    assert!(list.malformed.is_empty());
}
