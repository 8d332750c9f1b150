//! Several channels, and deliveries as the vendor's Go SDK reads them.

use std::time::Duration;

use mobiscroll_connect_sandbox::{
    ChannelDialect, ConferenceDialect, InitialSyncDialect, Sandbox, SandboxBuilder, Seed, seed,
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    receiver::{Receiver, Taken},
    support::{Api, CALENDARS},
};

async fn subscribe(api: &Api, channel: &str) {
    let body = json!({ "provider": "google", "calendarId": "primary", "channelId": channel });
    assert_eq!(api.user("alice").post("/subscribe-webhook", &body).await.0, 200);
}

async fn unsubscribe(api: &Api, channel: &str) {
    let body = json!({ "provider": "google", "channelId": channel });
    assert_eq!(api.user("alice").post("/unsubscribe-webhook", &body).await.0, 200);
}

/// Starts a sandbox whose user has two channels of one calendar, and an event of before.
async fn renewed(receiver: &Receiver, builder: SandboxBuilder) -> Api {
    let builder = builder.seed(Seed::Empty).webhook_url(&receiver.url);
    let api = Api::with(builder.start().await.expect("a sandbox"));
    api.user("alice").create(json!({ "title": "Before" })).await;
    subscribe(&api, "old").await;
    subscribe(&api, "new").await;
    api
}

async fn channels_told(api: &Api, receiver: &Receiver, from: usize) -> Vec<String> {
    tokio::time::timeout(Duration::from_secs(30), api.sandbox.deliveries_settled()).await.expect("an end");
    let channel = |taken: &Taken| taken.json()["metadata"]["channelId"].as_str().expect("a channel").to_owned();
    receiver.taken()[from..].iter().map(channel).collect()
}

#[tokio::test]
async fn separate_channels_are_each_told_under_an_id_of_their_own() {
    let receiver = Receiver::start().await;
    let api = renewed(&receiver, Sandbox::builder()).await;
    assert_eq!(channels_told(&api, &receiver, 0).await, ["old", "new"], "each begins with what there is");
    api.user("alice").create(json!({ "title": "After" })).await;
    assert_eq!(channels_told(&api, &receiver, 2).await, ["old", "new"]);
    let taken = receiver.taken();
    assert_ne!(taken[2].id(), taken[3].id());
    assert_eq!(taken[2].json()["events"], taken[3].json()["events"]);

    unsubscribe(&api, "old").await;
    api.user("alice").create(json!({ "title": "Last" })).await;
    assert_eq!(channels_told(&api, &receiver, 4).await, ["new"]);
}

#[tokio::test]
async fn where_channels_share_a_subscription_unsubscribing_the_old_one_ends_the_new() {
    let receiver = Receiver::start().await;
    let api = renewed(&receiver, Sandbox::builder().channel_dialect(ChannelDialect::Shared)).await;
    let begun = channels_told(&api, &receiver, 0).await.len();
    api.user("alice").create(json!({ "title": "After" })).await;
    assert_eq!(channels_told(&api, &receiver, begun).await, ["new"]);
    let listed: Vec<String> =
        api.sandbox.webhook_channels("alice").into_iter().map(|channel| channel.channel_id).collect();
    assert_eq!(listed, ["new"]);

    unsubscribe(&api, "old").await;
    assert!(api.sandbox.webhook_channels("alice").is_empty());
    api.user("alice").create(json!({ "title": "Lost" })).await;
    assert_eq!(channels_told(&api, &receiver, begun + 1).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_initial_sync_may_come_once_per_calendar() {
    let receiver = Receiver::start().await;
    let builder = Sandbox::builder().initial_sync_dialect(InitialSyncDialect::PerCalendar);
    let api = renewed(&receiver, builder).await;
    assert_eq!(channels_told(&api, &receiver, 0).await, ["old"]);
    unsubscribe(&api, "old").await;
    unsubscribe(&api, "new").await;
    subscribe(&api, "again").await;
    assert_eq!(channels_told(&api, &receiver, 1).await, ["again"]);
}

#[tokio::test]
async fn a_channel_that_watches_another_calendar_tells_nothing_of_the_first() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(Sandbox::builder().seed(Seed::Empty), &CALENDARS[2..3]).await;
    let apple = json!({ "provider": "apple", "calendarId": seed::APPLE_CALENDAR });
    api.user("alice").create(apple).await;
    receiver.subscribe(&api, &CALENDARS[3..]).await;
    api.sandbox.advance(Duration::from_secs(3600));
    assert_eq!(channels_told(&api, &receiver, 0).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_poll_tells_events_without_an_id_apart() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(Sandbox::builder().seed(Seed::Empty), &CALENDARS[3..]).await;
    for title in ["One", "Two"] {
        let event = json!({ "provider": "caldav", "calendarId": seed::CALDAV_HOME, "title": title });
        api.sandbox.add_event("alice", event);
    }
    api.sandbox.advance(Duration::from_secs(300));
    channels_told(&api, &receiver, 0).await;
    assert_eq!(receiver.taken()[0].changes().len(), 2);
}

#[tokio::test]
async fn a_conference_in_a_delivery_is_a_text_unless_it_is_to_be_an_object() {
    for (dialect, is_text) in [(ConferenceDialect::Text, true), (ConferenceDialect::Object, false)] {
        let receiver = Receiver::start().await;
        let api = renewed(&receiver, Sandbox::builder().webhook_conference_dialect(dialect)).await;
        let begun = channels_told(&api, &receiver, 0).await.len();
        let created = api.user("alice").create(json!({ "conferenceData": { "autoGenerate": true } })).await;
        channels_told(&api, &receiver, begun).await;
        let delivered = receiver.taken()[begun].json()["events"][0]["conference"].clone();
        let url = if is_text { &delivered } else { &delivered["url"] };
        assert_eq!((url, delivered.is_string()), (&created["conference"], is_text), "{dialect}");
    }
}

/// A delivery as the vendor's Go SDK types it: other members are skipped, and a member of another type is an error.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GoDelivery {
    provider: String,
    user_id: String,
    calendar_id: String,
    change_type: Option<String>,
    timestamp: String,
    metadata: GoMetadata,
    events: Vec<GoEvent>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GoMetadata {
    channel_id: String,
    event_count: usize,
    is_initial_sync: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GoEvent {
    id: String,
    change_type: Option<String>,
    title: Option<String>,
    start: Option<String>,
    end: Option<String>,
    all_day: Option<bool>,
    conference: Option<String>,
}

/// Delivers what the seed's calendars hold at every provider, and reads all of it.
async fn read_all(dialect: ConferenceDialect) -> Vec<Result<GoDelivery, serde_json::Error>> {
    let receiver = Receiver::start().await;
    let builder = Sandbox::builder().seed(Seed::Demo).webhook_conference_dialect(dialect);
    let api = receiver.subscribed(builder, &CALENDARS).await;
    channels_told(&api, &receiver, 0).await;
    receiver.taken().iter().map(|taken| serde_json::from_slice(&taken.body)).collect()
}

#[tokio::test]
async fn a_program_that_types_conferences_as_text_reads_every_delivery() {
    let read = read_all(ConferenceDialect::default()).await;
    let read: Vec<GoDelivery> = read.into_iter().collect::<Result<_, _>>().expect("deliveries for Go");
    assert_eq!(read.len(), CALENDARS.len());
    for (delivery, (provider, calendar)) in read.iter().zip(CALENDARS) {
        assert_eq!((delivery.provider.as_str(), delivery.calendar_id.as_str()), (provider, calendar));
        assert_eq!((delivery.user_id.as_str(), delivery.change_type.as_deref()), ("alice", Some("created")));
        assert_eq!((delivery.metadata.event_count, delivery.metadata.is_initial_sync), (delivery.events.len(), true));
        assert!(delivery.metadata.channel_id.starts_with("ch-") && delivery.timestamp.ends_with('Z'));
        for event in &delivery.events {
            assert!(!event.id.is_empty() && event.change_type.is_some() && event.title.is_some(), "{event:?}");
            assert!(event.start.is_some() && event.end.is_some() && event.all_day.is_some(), "{event:?}");
        }
        let links = delivery.events.iter().filter_map(|event| event.conference.as_deref());
        assert!(links.clone().count() > 0 && links.clone().all(|link| link.starts_with("https://")), "{provider}");
    }
}

#[tokio::test]
async fn the_same_program_rejects_the_other_dialect() {
    let read = read_all(ConferenceDialect::Object).await;
    assert!(!read.is_empty() && read.iter().all(Result::is_err), "{read:?}");
}
