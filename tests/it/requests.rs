//! The one shape of a request.

use std::str::FromStr;
use std::time::Duration;

use mobiscroll_connect::requests::{CreateEvent, ListEvents};
use mobiscroll_connect::{Client, Error, EventCreate, EventDelete, Provider, Request, RequestOptions};
use mobiscroll_connect_sandbox::{Fault, Operation};
use tokio::time::timeout;

use crate::support::{ADA, builder, instant, only, signed_in, tokens};

/// Requests that an application keeps for later.
struct Planned {
    list: Request<ListEvents, Client>,
    draft: CreateEvent,
}

fn lunch() -> EventCreate {
    let (noon, one) = (instant("2026-11-24T12:00:00Z"), instant("2026-11-24T13:00:00Z"));
    EventCreate::new(Provider::Google, "primary", "Lunch", noon, one)
}

#[tokio::test]
async fn a_request_is_awaited_joined_spawned_stored_compared_and_timed() {
    let (sandbox, client) = signed_in().await;
    let calendars = client.calendars().list().await.unwrap();
    let (page, created) =
        tokio::join!(client.events().list().page_size(2), client.events().create(lunch()).into_future());
    let (page, created) = (page.unwrap(), created.unwrap());
    let spawned = tokio::spawn(client.events().list().page_size(2).send()).await.unwrap().unwrap();
    let timed = timeout(Duration::from_secs(30), client.calendars().list()).await.unwrap().unwrap();
    let first = tokio::select! {
        calendars = client.calendars().list().into_future() => calendars.unwrap(),
        () = tokio::time::sleep(Duration::from_secs(30)) => panic!("the call took too long"),
    };

    let planned = Planned { list: client.events().list().page_size(2), draft: CreateEvent::new(lunch()) };
    assert_eq!(planned.list.params(), &ListEvents::new().page_size(2));
    assert_ne!(planned.list.params(), &ListEvents::new().page_size(3));
    let stored = serde_json::to_string(&planned.draft).unwrap();
    let restored: CreateEvent = serde_json::from_str(&stored).unwrap();
    assert_eq!(restored, planned.draft);
    let again = client.request(restored).await.unwrap();
    let later = planned.list.clone().await.unwrap();

    assert_eq!((calendars.calendars.len(), timed == first), (first.calendars.len(), true));
    assert_eq!((created.title.as_deref(), again.title.as_deref()), (Some("Lunch"), Some("Lunch")));
    assert!(page.events.len() <= 1 && spawned.events.len() == 1 && later.events.len() == 2);
    assert_eq!((sandbox.count(Operation::CreateEvent), sandbox.count(Operation::ListCalendars)), (2, 3));
}

#[tokio::test]
async fn a_success_has_a_status_and_headers() {
    let (sandbox, client) = signed_in().await;
    let body = r#"[{"provider":"google","id":"primary"}]"#;
    let answer = Fault::on(Operation::ListCalendars).status(200).body(body);
    sandbox.inject(answer.header("x-request-id", "req-7").header("content-type", "application/json"));
    let response = client.calendars().list().send_with_response().await.unwrap();
    assert_eq!((response.status, response.request_id()), (Some(200), Some("req-7")));
    assert_eq!(response.headers["content-type"], "application/json");
    assert_eq!(response.value.calendars[0].id, "primary");
    let created = client.events().create(lunch()).send_with_response().await.unwrap();
    assert!(created.status.is_some_and(|status| (200..300).contains(&status)) && created.request_id().is_none());
}

#[tokio::test]
async fn a_request_that_is_not_sent_sends_nothing() {
    let (sandbox, client) = signed_in().await;
    drop(client.events().create(lunch()));
    drop(client.events().create(lunch()).send());
    assert_eq!(sandbox.requests().len(), 0);
}

#[tokio::test]
async fn the_applications_product_follows_the_crates_in_the_user_agent() {
    let (sandbox, _) = signed_in().await;
    let client = builder(&sandbox).user_agent_product("agenda/1.2 (staging)").build().unwrap().for_user(ADA);
    client.set_credentials(tokens(sandbox.issue_tokens(ADA)));
    client.calendars().list().await.unwrap();
    client.auth().refresh().await.unwrap();
    let expected = format!("mobiscroll-connect-rust/{} agenda/1.2 (staging)", env!("CARGO_PKG_VERSION"));
    for operation in [Operation::ListCalendars, Operation::RefreshToken] {
        assert_eq!(only(&sandbox, operation).header("user-agent"), Some(expected.as_str()), "{operation}");
    }
    let refused = builder(&sandbox).user_agent_product("agenda\n1.2").build().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the product for `User-Agent` contains characters that are not allowed in a header"
    );
}

#[test]
fn known_values_are_parsed_and_unknown_ones_are_named() {
    assert_eq!(Provider::from_str("google").unwrap(), Provider::Google);
    let error = "proton".parse::<Provider>().unwrap_err();
    assert_eq!((error.value(), error.to_string().as_str()), ("proton", "\"proton\" is not a known value of Provider"));
    assert_eq!(Provider::from("proton").as_str(), "proton");
}

#[test]
fn headers_that_the_client_sets_itself_are_refused() {
    for name in ["accept", "authorization", "client_id", "content-type", "host", "user-agent", "cookie"] {
        let name: http::HeaderName = name.parse().unwrap();
        let error = RequestOptions::new().header(name.clone(), "x".parse().unwrap()).unwrap_err();
        assert_eq!(error.to_string(), format!("the header {name} is set by the client itself"));
    }
}

#[tokio::test]
async fn an_empty_text_never_means_everything() {
    let (sandbox, client) = signed_in().await;
    for account in ["", " "] {
        let error = client.auth().disconnect(Provider::Google).account(account).await.unwrap_err();
        assert_eq!(error.to_string(), "disconnect: account is empty");
    }
    let error = client.events().list().next_page_token("").await.unwrap_err();
    assert_eq!(error.to_string(), "list_events: next_page_token is empty");
    let error = client.events().create_once(lunch(), "").await.unwrap_err();
    assert_eq!(error.to_string(), "create_event: the idempotency key is empty");
    let error = client.events().find_created(&lunch(), " ").await.unwrap_err();
    assert_eq!(error.to_string(), "list_events: the idempotency key is empty");
    assert_eq!(sandbox.requests().len(), 0);
}

#[tokio::test]
async fn parameters_beyond_the_longest_url_are_refused_before_anything_is_sent() {
    let (sandbox, client) = signed_in().await;
    let long = "x".repeat(70_000);
    let delete = EventDelete::new(Provider::Google, "primary", &long);
    for error in [
        client.events().delete(delete).await.unwrap_err(),
        client.events().list().next_page_token(&long).await.unwrap_err(),
        client.auth().disconnect(Provider::Google).account(&long).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::InvalidInput(_)), "{error:?}");
        assert!(error.to_string().ends_with("the parameters are too long for a URL"), "{error}");
    }
    assert_eq!(sandbox.requests().len(), 0);
}
