//! Every call once, as a user makes it.

use jiff::{Timestamp, ToSpan};
use mobiscroll_connect::blocking::{Client, ClientBuilder};
use mobiscroll_connect::{Error, EventCreate, EventDelete, EventUpdate, Provider, Scope};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed};

use crate::support::{ADA, builder, sandbox, signed_in};

#[test]
fn the_whole_story() {
    let sandbox =
        Sandbox::builder().seed(Seed::Empty).webhook_url("https://app.example/hooks").start_blocking().unwrap();
    let client = builder(&sandbox).build().unwrap().for_user(ADA);
    assert_eq!(client.user(), ADA);
    client.health().send().unwrap();
    assert!(client.auth().generate_auth_url(ADA).scope(Scope::Read).build().unwrap().contains("user_id=ada"));
    let code = sandbox.authorize(ADA);
    let tokens = client.auth().get_token(&code.into()).send().unwrap();
    assert_eq!(client.auth().credentials(), Some(tokens));
    assert!(!client.auth().get_connection_status().send().unwrap().connections.is_empty());
    assert!(client.calendars().list().send().unwrap().into_iter().count() > 0);
    let raw = client.raw(|api| async move { api.list_calendars().send().await }).unwrap().unwrap();
    assert!(!raw.is_empty());

    let start: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
    let at = |hours: i64| start + hours.hours();
    for hours in 0..5 {
        let draft = EventCreate::new(Provider::Google, "primary", format!("{hours}"), at(hours), at(hours + 1));
        client.events().create(draft).send().unwrap();
    }
    let list = client.events().list().start(at(0)).end(at(10)).page_size(2);
    assert_eq!(list.clone().send().unwrap().events.len(), 2);
    let events: Vec<_> = list.stream().filter_map(|item| item.unwrap().into_event()).collect();
    let titles: Vec<_> = events.iter().flat_map(|event| event.title.as_deref()).collect();
    assert_eq!(titles, ["0", "1", "2", "3", "4"]);
    let moved = EventUpdate::new(Provider::Google, "primary", &events[0].id).title("moved");
    assert_eq!(client.events().update(moved).send().unwrap().title.as_deref(), Some("moved"));
    client.events().delete(EventDelete::new(Provider::Google, "primary", &events[0].id)).send().unwrap();

    let subscription = client.webhooks().subscribe_webhook(Provider::Google, "primary").send().unwrap();
    let renewal = client.webhooks().renew(&subscription).send().unwrap();
    assert!(client.webhooks().unsubscribe(&renewal.subscription).send().unwrap().success);

    client.auth().refresh().send().unwrap();
    client.auth().disconnect(Provider::Google).send().unwrap();
    client.auth().revoke().send().unwrap();
    assert!(matches!(client.calendars().list().send(), Err(Error::Authentication(_))));
    client.close().unwrap();
}

#[test]
fn a_stream_yields_an_error_once_and_ends() {
    let sandbox = sandbox();
    let client = signed_in(&sandbox, builder(&sandbox));
    sandbox.inject(Fault::on(Operation::ListEvents).status(403).body(r#"{"error":"Forbidden"}"#).always());
    let mut events = client.events().list().stream();
    assert!(matches!(events.next(), Some(Err(Error::PermissionDenied(_)))));
    assert!(events.next().is_none() && events.next().is_none());
}

#[test]
fn bad_settings_are_the_same_errors_as_of_the_async_client() {
    assert!(matches!(Client::new("id", "", "https://app.example/cb"), Err(Error::Configuration(_))));
    assert!(matches!(Client::new("id", "secret", "not a URL"), Err(Error::Configuration(_))));
    if std::env::var_os("MOBISCROLL_CLIENT_ID").is_none() {
        assert!(matches!(ClientBuilder::from_env().map(drop), Err(Error::Configuration(_))));
    }
    let debug = format!("{:?}", Client::new("id", "s3cr3t", "https://app.example/cb").unwrap());
    assert!(debug.contains("id") && !debug.contains("s3cr3t"), "{debug}");
}

#[test]
fn a_login_is_completed_for_the_user_for_whom_it_was_begun() {
    let sandbox = Sandbox::start_blocking().unwrap();
    let client = builder(&sandbox).build().unwrap();
    let login = client.auth().begin_login("alice").start_with("/here").unwrap();
    let state = login.url().split("state=").nth(1).unwrap().split('&').next().unwrap();
    let callback = format!("code={}&state={state}", sandbox.authorize("alice"));
    assert_eq!(client.auth().open_login(login.seal().clone()).unwrap().context(), Some("/here"));

    let error = client.for_user("bob").auth().complete_login(&callback, login.seal().clone()).send().unwrap_err();
    assert!(matches!(error, Error::AuthCallback(_)), "{error:?}");
    let alice = client.auth().complete_login(&callback, login.seal().clone()).send().unwrap();
    assert_eq!(alice.user(), "alice");
    assert!(!alice.calendars().list().send().unwrap().calendars.is_empty());
    assert_eq!(client.auth().credentials(), None);
    assert!(alice.auth().offboard().send().unwrap().is_complete());
    assert_eq!(alice.auth().credentials(), None);
}
