//! What the compiler promises users.

use std::fmt::Debug;

use mobiscroll_connect::requests::{Disconnect, ListEvents, SubscribeWebhook, UnsubscribeWebhook};
use mobiscroll_connect::{
    Auth, AuthCallback, CalendarEvent, CalendarList, Calendars, Client, ClientBuilder, Error, EventCreate, EventDelete,
    EventPage, EventStream, EventUpdate, Events, Provider, RawJson, Request, Secret, Tokens, Webhooks,
};

use crate::support::instant;

fn shared<T: Clone + Debug + Send + Sync + Unpin + 'static>() {}
fn sent<T: Send + 'static>(_: T) {}
fn sendable<T: Send>(_: T) {}

#[test]
fn values_are_cloned_printed_and_shared_between_threads() {
    shared::<Client>();
    shared::<Tokens>();
    shared::<Secret>();
    shared::<Error>();
    shared::<AuthCallback>();
    shared::<Disconnect>();
    shared::<ListEvents>();
    shared::<Request<ListEvents, Client>>();
    shared::<EventPage>();
    shared::<CalendarEvent>();
    shared::<CalendarList>();
    shared::<EventCreate>();
    shared::<EventUpdate>();
    shared::<EventDelete>();
    shared::<SubscribeWebhook>();
    shared::<UnsubscribeWebhook>();
    shared::<Provider>();
    shared::<RawJson>();
    shared::<mobiscroll_connect::raw::Client>();
    shared::<Auth<'static, Client>>();
    shared::<Calendars<'static, Client>>();
    shared::<Events<'static, Client>>();
    shared::<Webhooks<'static, Client>>();
}

#[test]
fn builders_and_streams_move_between_threads() {
    fn moved<T: Debug + Send + Unpin + 'static>() {}
    moved::<ClientBuilder>();
    moved::<EventStream>();
}

#[test]
fn an_error_is_small_and_fits_in_a_box() {
    assert!(size_of::<Error>() <= 16);
    fn boxed(error: Error) -> Box<dyn std::error::Error + Send + Sync> {
        error.into()
    }
    let _ = boxed;
}

/// Never called: that it compiles is the test.
#[expect(dead_code, reason = "compiling is the test")]
fn the_futures_of_all_calls_move_between_threads(client: &'static Client, code: &'static Secret) {
    let delete = EventDelete::new(Provider::Google, "c", "e");
    let at = instant("2026-11-23T00:00:00Z");
    sent(client.health().send());
    sent(client.auth().get_token(code).send());
    sent(client.auth().refresh().send());
    sent(client.auth().load_credentials().send());
    sent(client.auth().seed_credentials(Tokens::new("a")).send());
    sent(client.auth().get_connection_status().send());
    sent(client.auth().disconnect(Provider::Google).send());
    sent(client.auth().revoke().send());
    sent(client.calendars().list().send());
    sent(client.events().list().send());
    sent(client.events().create(EventCreate::new(Provider::Google, "c", "t", at, at)).send());
    sent(client.events().update(EventUpdate::new(Provider::Google, "c", "e")).send());
    sent(client.events().delete(delete).send());
    sent(client.webhooks().subscribe_webhook(Provider::Google, "c").send());
    sent(client.webhooks().unsubscribe_webhook(Provider::Google, "c").send());
    sendable(client.raw().list_calendars().send());
}

#[test]
fn requests_outlive_the_client_that_began_them() {
    fn begun(client: &Client) -> (impl Future + Send + 'static, EventStream, impl Future + Send + 'static) {
        let list = client.events().list();
        let subscribe = client.webhooks().subscribe_webhook(Provider::Google, "c");
        (list.clone().send(), list.stream(), subscribe.send())
    }
    let client = Client::builder("id", "secret", "https://app.example/cb").base_url("http://localhost").build();
    drop(begun(&client.unwrap()));
}
