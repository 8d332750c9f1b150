use std::{collections::BTreeMap, time::Duration};

use mobiscroll_connect_sandbox::{
    Cause, DeliveryState, Disturbance, Forgery, Provider, ReleaseOrder, Sandbox, SandboxBuilder, Seed, Signing,
    SyncState, Tamper, WebhookEcho, seed,
};
use serde_json::{Value, json};

use crate::{
    receiver::{Receiver, Reply, Taken},
    support::{Api, CALENDARS, User, event, merged},
};

const HOUR: Duration = Duration::from_secs(3600);
const GOOGLE: [(&str, &str); 1] = [("google", seed::GOOGLE_PRIMARY)];

fn empty() -> SandboxBuilder {
    Sandbox::builder().seed(Seed::Empty)
}

/// Waits until everything due was sent.
async fn settle(api: &Api) {
    let settled = api.sandbox.deliveries_settled();
    tokio::time::timeout(Duration::from_secs(30), settled).await.expect("the deliveries come to an end");
}

async fn taken(api: &Api, receiver: &Receiver) -> Vec<Taken> {
    settle(api).await;
    receiver.taken()
}

fn one(kind: &str, name: &str) -> Vec<(String, String)> {
    vec![(kind.to_owned(), name.to_owned())]
}

fn states(api: &Api) -> Vec<DeliveryState> {
    api.sandbox.deliveries().iter().map(|delivery| delivery.state).collect()
}

#[tokio::test]
async fn a_change_through_the_api_is_signed_and_delivered() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(empty(), &GOOGLE).await;
    let alice = api.user("alice");
    let created = alice.create(json!({ "conference": "https://meet.example/x" })).await;
    let id = created["id"].as_str().expect("an id");
    let target = json!({ "provider": "google", "calendarId": "primary", "eventId": id });
    assert_eq!(alice.put(&merged(target, json!({ "title": "Dinner" }))).await.0, 200);
    let deletion = [("provider", "google"), ("calendarId", "primary"), ("eventId", id)];
    assert_eq!(alice.delete(&deletion).await.0, 200);

    let taken = taken(&api, &receiver).await;
    assert_eq!(taken.len(), 3);
    for taken in &taken {
        assert_eq!((taken.signers(&api.sandbox), taken.header("content-type")), (vec![0], "application/json"));
    }
    let first = taken[0].json();
    assert_eq!((&first["userId"], &first["provider"]), (&json!("alice"), &json!("google")));
    assert_eq!((&first["calendarId"], &first["changeType"]), (&json!("primary"), &json!("created")));
    assert_eq!(first["metadata"], json!({ "channelId": "ch-0", "eventCount": 1, "isInitialSync": false }));
    assert_eq!(first["events"][0]["conference"], "https://meet.example/x");
    assert_eq!(first["events"][0]["original"]["kind"], "calendar#event");
    assert_eq!(taken[1].changes(), one("updated", "Dinner"));
    let gone = json!({ "provider": "google", "calendarId": "primary", "id": id, "changeType": "deleted" });
    assert_eq!(taken[2].json()["events"], json!([gone]));

    let listed = api.sandbox.deliveries();
    assert_eq!((listed.len(), listed[0].id.as_str(), listed[0].cause), (3, taken[0].id(), Cause::Change));
    assert_eq!((listed[0].user.as_deref(), listed[0].channel_id.as_deref()), (Some("alice"), Some("ch-0")));
    assert_eq!((listed[0].state, listed[0].attempts[0].status), (DeliveryState::Delivered, Some(204)));
    let counts = api.sandbox.delivery_counts();
    assert_eq!((counts.made, counts.attempts, counts.answers), (3, 3, BTreeMap::from([(204, 3)])));
    assert_eq!(counts.ended, BTreeMap::from([(DeliveryState::Delivered, 3)]));
}

#[tokio::test]
async fn a_change_at_the_provider_is_delivered() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(empty().webhook_echo(WebhookEcho::Withheld), &GOOGLE).await;
    let id = api.user("alice").create(json!({})).await["id"].as_str().expect("an id").to_owned();
    assert!(taken(&api, &receiver).await.is_empty(), "the application knows what it did");

    assert!(api.sandbox.change_event("alice", &id, json!({ "title": "Moved", "location": null })));
    assert!(api.sandbox.remove_event("alice", &id));
    assert!(!api.sandbox.remove_event("alice", &id));
    assert!(!api.sandbox.change_event("alice", &id, json!({})));
    let raw = json!({ "id": "raw", "provider": "google", "calendarId": "primary", "title": "Raw", "start": 5 });
    api.sandbox.add_event("alice", raw);
    assert!(!api.sandbox.change_event("alice", "raw", json!(["title"])));
    assert!(api.sandbox.change_event("alice", "raw", json!({ "title": "Raw again" })));
    api.sandbox.add_event("alice", json!({ "id": "nowhere" }));
    api.sandbox.add_event("alice", json!([]));
    let taken = taken(&api, &receiver).await;
    let changes: Vec<_> = taken.iter().flat_map(Taken::changes).collect();
    let expected = [("updated", "Moved"), ("deleted", &*id), ("created", "Raw"), ("updated", "Raw again")];
    assert_eq!(changes, expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
}

#[tokio::test]
async fn only_the_subscribed_calendar_of_the_user_counts() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(empty(), &GOOGLE).await;
    api.user("bob").create(json!({})).await;
    api.user("alice").create(json!({ "calendarId": seed::GOOGLE_TEAM })).await;
    settle(&api).await;
    assert!(api.sandbox.deliveries().is_empty());
    receiver.subscribe(&api, &[GOOGLE[0], GOOGLE[0]]).await;
    api.user("alice").create(json!({})).await;
    let channels: Vec<Value> =
        taken(&api, &receiver).await.iter().map(|taken| taken.json()["metadata"]["channelId"].clone()).collect();
    assert_eq!(channels, ["ch-0", "ch-1"], "each channel is told");
}

#[tokio::test]
async fn the_parts_of_a_series_are_delivered_as_what_they_are() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(empty(), &GOOGLE).await;
    let alice = api.user("alice");
    let series = alice.create(json!({ "title": "S", "recurrence": { "frequency": "DAILY", "count": 9 } })).await;
    let id = series["id"].as_str().expect("an id");
    let instance = |day: u32| format!("{id}_202603{day:02}T120000Z");
    let of = |day: u32| {
        json!({
            "provider": "google", "calendarId": "primary", "eventId": instance(day), "recurringEventId": id,
        })
    };
    let change = async |day, mode, title| {
        assert_eq!(alice.put(&merged(of(day), json!({ "updateMode": mode, "title": title }))).await.0, 200);
    };
    let delete = async |day, mode| {
        let (of, instance) = (id, instance(day));
        let query =
            [("provider", "google"), ("calendarId", "primary"), ("eventId", &*instance), ("recurringEventId", of)];
        assert_eq!(alice.delete(&[&query[..], &[("deleteMode", mode)]].concat()).await.0, 200);
    };
    change(2, "this", "One").await;
    change(7, "following", "Rest").await;
    delete(3, "this").await;
    delete(5, "following").await;
    change(1, "all", "All").await;
    delete(1, "all").await;

    let taken = taken(&api, &receiver).await;
    let changes: Vec<Vec<(String, String)>> = taken.iter().skip(1).map(Taken::changes).collect();
    let (third, pair) = (instance(3), |(kind, name): (&str, &str)| (kind.to_owned(), name.to_owned()));
    let expected = [
        vec![("updated", "One")],
        vec![("updated", "S"), ("created", "Rest")],
        vec![("deleted", &*third)],
        vec![("updated", "S")],
        vec![("updated", "All")],
        vec![("deleted", id)],
    ];
    assert_eq!(changes, expected.map(|changes| changes.into_iter().map(pair).collect::<Vec<_>>()));
    assert_eq!(taken[2].json()["changeType"], "mixed");
    assert_eq!(
        (&taken[1].json()["events"][0]["recurringEventId"], taken[3].json()["events"][0].clone()),
        (
            &json!(id),
            json!({
                "provider": "google", "calendarId": "primary", "id": instance(3), "recurringEventId": id,
                "changeType": "deleted",
            }),
        )
    );
}

#[tokio::test]
async fn a_polled_calendar_is_delivered_in_one_go() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(empty(), &CALENDARS[2..3]).await;
    let alice = api.user("alice");
    let apple = json!({ "provider": "apple", "calendarId": seed::APPLE_CALENDAR });
    let create = async |title: &str| {
        let event = alice.create(merged(apple.clone(), json!({ "title": title }))).await;
        event["id"].as_str().expect("an id").to_owned()
    };
    let old = create("Old").await;
    api.sandbox.advance(Duration::from_secs(300));
    assert_eq!(taken(&api, &receiver).await.len(), 1);

    let passing = create("Passing").await;
    let new = create("New").await;
    for (id, title) in [(&new, "Newer"), (&old, "Older"), (&old, "Oldest")] {
        assert!(api.sandbox.change_event("alice", id, json!({ "title": title })));
    }
    assert!(api.sandbox.remove_event("alice", &passing));
    assert_eq!(taken(&api, &receiver).await.len(), 1, "not before the poll");
    api.sandbox.advance(Duration::from_secs(300));
    let taken = taken(&api, &receiver).await;
    let pair = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
    assert_eq!(taken[1].changes(), [pair("created", "Newer"), pair("updated", "Oldest")]);
    assert_eq!((taken.len(), &taken[1].json()["changeType"]), (2, &json!("mixed")));
}

#[tokio::test]
async fn a_new_channel_is_told_what_there_is() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(Sandbox::builder(), &GOOGLE).await;
    let first = taken(&api, &receiver).await;
    let body = first[0].json();
    assert_eq!((first.len(), &body["metadata"]["isInitialSync"]), (1, &json!(true)));
    assert_eq!(body["metadata"]["eventCount"], 9, "a series counts once");
    assert_eq!(api.sandbox.deliveries()[0].cause, Cause::InitialSync);
    receiver.subscribe(&api, &GOOGLE).await;
    assert_eq!(taken(&api, &receiver).await.len(), 1, "a renewal is not new");

    let quiet = receiver.subscribed(Sandbox::builder().webhook_initial_sync(false), &GOOGLE).await;
    settle(&quiet).await;
    assert!(quiet.sandbox.deliveries().is_empty());
    let large = receiver.subscribed(Sandbox::builder().seed(Seed::Large), &GOOGLE).await;
    assert_eq!(taken(&large, &receiver).await[1].json()["metadata"]["eventCount"], 250);
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_with_the_same_id_and_a_new_signature() {
    let receiver = Receiver::answering(&[503, 302, 500, 204]).await;
    let api = receiver.subscribed(empty().webhook_retries([HOUR; 3]), &GOOGLE).await;
    api.user("alice").create(json!({})).await;
    assert_eq!(api.sandbox.deliveries_settled().await, 1, "one waits for its retry");
    assert_eq!((receiver.taken().len(), states(&api)), (1, vec![DeliveryState::Waiting]));
    for _ in 0..4 {
        api.sandbox.advance(HOUR);
        settle(&api).await;
    }
    let taken = receiver.taken();
    assert_eq!((taken.len(), states(&api)), (4, vec![DeliveryState::Delivered]));
    for pair in taken.windows(2) {
        assert_eq!((pair[0].id(), &pair[0].body), (pair[1].id(), &pair[1].body));
        assert_ne!(pair[0].header("webhook-timestamp"), pair[1].header("webhook-timestamp"));
        assert_eq!(pair[1].signers(&api.sandbox), [0]);
    }
    let attempts = api.sandbox.deliveries()[0].attempts.iter().map(|attempt| attempt.status).collect::<Vec<_>>();
    assert_eq!(attempts, [503, 302, 500, 204].map(Some), "a redirect is not followed");
}

#[tokio::test]
async fn a_delivery_is_given_up_when_it_is_refused_or_the_retries_are_spent() {
    let receiver = Receiver::answering(&[401]).await;
    let api = receiver.subscribed(empty().webhook_retries([Duration::ZERO; 2]), &GOOGLE).await;
    api.user("alice").create(json!({})).await;
    settle(&api).await;
    receiver.answer(&[Reply::Status(500)]);
    api.user("alice").create(json!({})).await;
    settle(&api).await;
    assert_eq!(states(&api), [DeliveryState::Refused, DeliveryState::Exhausted]);
    assert_eq!(receiver.taken().len(), 1 + 3);
    let counts = api.sandbox.delivery_counts();
    assert_eq!(counts.answers, BTreeMap::from([(401, 1), (500, 3)]));
    assert_eq!(counts.ended, BTreeMap::from([(DeliveryState::Refused, 1), (DeliveryState::Exhausted, 1)]));
}

#[tokio::test]
async fn silence_and_closed_doors_count_as_failures() {
    let receiver = Receiver::start().await;
    receiver.answer(&[Reply::Silence, Reply::Status(200)]);
    let builder = empty().webhook_timeout(Duration::from_millis(200)).webhook_retries([Duration::ZERO]);
    let api = receiver.subscribed(builder, &GOOGLE).await;
    api.user("alice").create(json!({})).await;
    settle(&api).await;
    let attempts = api.sandbox.deliveries()[0].attempts.clone();
    assert_eq!((attempts[0].status, attempts[1].status), (None, Some(200)));
    assert!(attempts[0].error.as_deref().is_some_and(|error| error.contains("200ms")), "{attempts:?}");

    api.sandbox.set_webhook_url(Some("http://127.0.0.1:9/"));
    api.user("alice").create(json!({})).await;
    settle(&api).await;
    let closed = &api.sandbox.deliveries()[1];
    assert_eq!((closed.state, closed.attempts.len()), (DeliveryState::Exhausted, 2));
    assert!(closed.attempts[0].error.as_deref().is_some_and(|error| error.contains("refused")), "{closed:?}");
    assert_eq!(api.sandbox.delivery_counts().unanswered, 3);
}

#[tokio::test]
async fn nothing_leaves_the_machine() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(empty(), &GOOGLE).await;
    let urls = [
        "https://app.example/hook",
        "http://app.example/hook",
        "http://10.0.0.1/",
        "http://localhost.example/",
        "https://127.0.0.1/",
        "http://127.0.0.1.nip.example/",
        "http://0.0.0.0/",
        "ftp://127.0.0.1/",
        "nonsense",
        "",
    ];
    for url in urls {
        api.sandbox.set_webhook_url(Some(url));
        api.sandbox.deliver_webhook("{}");
        settle(&api).await;
    }
    api.sandbox.set_webhook_url(None);
    api.sandbox.deliver_webhook("{}");
    api.sandbox.flood_webhook(10, Forgery::default());
    settle(&api).await;
    assert_eq!(states(&api), vec![DeliveryState::Unsendable; urls.len() + 1]);
    let counts = api.sandbox.delivery_counts();
    assert_eq!((counts.attempts, counts.forged), (0, 0));
    let by_name = receiver.url.replace("127.0.0.1", "LocalHost");
    api.sandbox.set_webhook_url(Some(&by_name));
    api.sandbox.deliver_webhook("{}");
    assert_eq!(taken(&api, &receiver).await.len(), 1);
}

#[tokio::test]
async fn a_subscription_that_ended_gets_nothing_more() {
    let receiver = Receiver::answering(&[503]).await;
    let api = receiver.subscribed(empty().webhook_initial_sync(false).webhook_retries([HOUR]), &GOOGLE).await;
    let alice = api.user("alice");
    alice.create(json!({})).await;
    settle(&api).await;
    let body = json!({ "provider": "google", "channelId": "ch-0" });
    assert_eq!(alice.post("/unsubscribe-webhook", &body).await, (200, json!({ "success": true })));
    alice.create(json!({})).await;
    receiver.subscribe(&api, &GOOGLE).await;
    api.sandbox.advance(HOUR);
    settle(&api).await;
    assert_eq!((receiver.taken().len(), states(&api)), (1, vec![DeliveryState::Ended]));
    assert_eq!(api.sandbox.delivery_counts().ended, BTreeMap::from([(DeliveryState::Ended, 1)]));

    receiver.answer(&[Reply::Status(204)]);
    api.sandbox.add_event("alice", event());
    settle(&api).await;
    api.sandbox.advance(8 * 24 * HOUR);
    api.sandbox.add_event("alice", event());
    assert_eq!((taken(&api, &receiver).await.len(), api.sandbox.webhook_channels("alice").len()), (2, 0));
    api.sandbox.rewind(2 * 24 * HOUR);
    api.sandbox.add_event("alice", event());
    assert_eq!((taken(&api, &receiver).await.len(), api.sandbox.webhook_channels("alice").len()), (3, 1));
    api.sandbox.advance(2 * 24 * HOUR);
    let (_, answer) = api.user("alice").post("/unsubscribe-webhook", &body).await;
    assert!(answer["message"].is_string(), "it had expired: {answer}");
}

#[tokio::test]
async fn an_account_that_cannot_be_read_is_silent() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(empty(), &GOOGLE).await;
    let set = |state| api.sandbox.set_sync_state("alice", Provider::Google, "alice@gmail.example", state);
    set(SyncState::ReauthRequired);
    api.sandbox.add_event("alice", event());
    assert!(taken(&api, &receiver).await.is_empty());
    set(SyncState::Active);
    api.sandbox.add_event("alice", event());
    assert_eq!(taken(&api, &receiver).await.len(), 1);
}

#[tokio::test]
async fn deliveries_are_copied_delayed_and_tampered_with() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(empty(), &GOOGLE).await;
    api.sandbox.disturb_deliveries(Disturbance::new().copies(2).skip(1));
    api.sandbox.disturb_deliveries(Disturbance::new().delay(HOUR).skip(1));
    for title in ["Plain", "Copied", "Late", "Next"] {
        api.user("alice").create(json!({ "title": title })).await;
    }
    settle(&api).await;
    api.sandbox.advance(HOUR);
    let arrived: Vec<String> = taken(&api, &receiver).await.iter().map(|taken| taken.changes().remove(0).1).collect();
    assert_eq!(arrived, ["Plain", "Copied", "Copied", "Copied", "Next", "Late"]);
    let taken = receiver.taken();
    assert_eq!((taken[1].id(), taken[2].signers(&api.sandbox)), (taken[3].id(), vec![0]));

    for tamper in Tamper::ALL {
        api.sandbox.disturb_deliveries(Disturbance::new().tamper(*tamper));
        let before = receiver.taken().len();
        let id = api.sandbox.deliver_webhook("{}");
        settle(&api).await;
        let taken = receiver.taken();
        assert_eq!((taken.len(), taken[before].signers(&api.sandbox)), (before + 1, vec![]), "{tamper}");
        assert_eq!(taken[before].id() == id, *tamper != Tamper::Id);
        assert_eq!(taken[before].body == "{}", *tamper != Tamper::Body);
    }
    assert_eq!(api.sandbox.deliveries().last().expect("a delivery").tampered, Some(Tamper::Signature));
    api.sandbox.disturb_deliveries(Disturbance::new().tamper(Tamper::Body).always());
    api.sandbox.clear_disturbances();
    api.sandbox.deliver_webhook("{}");
    settle(&api).await;
    assert_eq!(receiver.taken().last().expect("a delivery").signers(&api.sandbox), [0]);
}

#[tokio::test]
async fn held_deliveries_go_out_in_either_order() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(empty(), &GOOGLE).await;
    for order in ReleaseOrder::ALL {
        api.sandbox.hold_deliveries();
        let made: Vec<String> = (0..5).map(|number| api.sandbox.deliver_webhook(format!("{number}"))).collect();
        settle(&api).await;
        assert!(receiver.taken().len() % 5 == 0);
        api.sandbox.release_deliveries(*order);
        settle(&api).await;
        let taken = receiver.taken();
        let mut arrived: Vec<String> = taken[taken.len() - 5..].iter().map(|taken| taken.id().to_owned()).collect();
        if *order == ReleaseOrder::Reversed {
            arrived.reverse();
        }
        assert_eq!(arrived, made, "{order}");
    }
}

#[tokio::test]
async fn a_delivery_is_replayed_byte_for_byte() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(empty(), &GOOGLE).await;
    let id = api.sandbox.deliver_webhook("{ }");
    settle(&api).await;
    api.sandbox.advance(HOUR);
    assert!(api.sandbox.replay_webhook(&id) && !api.sandbox.replay_webhook("msg_unknown"));
    let taken = taken(&api, &receiver).await;
    assert_eq!((taken.len(), &taken[0].headers, &taken[0].body), (2, &taken[1].headers, &taken[1].body));
    assert_eq!(api.sandbox.deliveries()[1].cause, Cause::Replay);
}

#[tokio::test]
async fn a_test_sends_what_it_likes() {
    let receiver = Receiver::answering(&[503]).await;
    let api = receiver.subscribed(empty(), &GOOGLE).await;
    let mut delivery = api.sandbox.sign_webhook_with("[]", Signing::new().timestamp("1e9")).expect("a key");
    delivery.signature = format!("v1,abc  {}", delivery.signature);
    api.sandbox.send_webhook(delivery.clone());
    delivery.id = "a\nb".into();
    api.sandbox.send_webhook(delivery);
    let taken = taken(&api, &receiver).await;
    assert_eq!((taken.len(), taken[0].header("webhook-timestamp")), (1, "1e9"));
    assert!(taken[0].header("webhook-signature").starts_with("v1,abc  v1a,"));
    assert_eq!(states(&api), [DeliveryState::Exhausted; 2], "sent once");
    assert!(api.sandbox.deliveries()[1].attempts[0].error.is_some(), "no header can hold it");
}

#[tokio::test]
async fn forged_deliveries_come_beside_the_genuine_ones() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(empty(), &GOOGLE).await;
    for forgery in Forgery::ALL {
        api.sandbox.flood_webhook(25, *forgery);
    }
    let genuine = api.sandbox.deliver_webhook("{}");
    let taken = taken(&api, &receiver).await;
    let count = |fits: &dyn Fn(&Taken) -> bool| taken.iter().filter(|taken| fits(taken)).count();
    let is_signed = |taken: &Taken| taken.headers.contains_key("webhook-id");
    assert_eq!((taken.len(), count(&|taken| !is_signed(taken))), (101, 25));
    assert_eq!(count(&|taken| is_signed(taken) && taken.signers(&api.sandbox) == [0] && taken.id() == genuine), 1);
    assert_eq!(count(&|taken| is_signed(taken) && taken.signers(&api.sandbox).is_empty()), 75);
    let now = api.sandbox.now().as_second();
    let age = |taken: &Taken| now - taken.header("webhook-timestamp").parse::<i64>().expect("a number");
    assert_eq!(count(&|taken| is_signed(taken) && age(taken) >= 3600), 25);
    let counts = api.sandbox.delivery_counts();
    assert_eq!((counts.forged, counts.forged_answers, counts.made), (100, BTreeMap::from([(204, 100)]), 1));
}

#[tokio::test]
async fn a_reset_forgets_deliveries_and_what_is_on_its_way() {
    let receiver = Receiver::start().await;
    receiver.answer(&[Reply::Silence, Reply::Status(204)]);
    let api = receiver.subscribed(empty().webhook_timeout(Duration::from_millis(300)), &GOOGLE).await;
    let key = api.sandbox.webhook_keys()[0].public_key.clone();
    api.sandbox.deliver_webhook("1");
    api.sandbox.deliver_webhook("2");
    while receiver.taken().is_empty() {
        tokio::task::yield_now().await;
    }
    api.sandbox.reset();
    settle(&api).await;
    assert!(api.sandbox.deliveries().is_empty());
    assert_ne!(api.sandbox.webhook_keys()[0].public_key, key);
    api.sandbox.deliver_webhook("3");
    settle(&api).await;
    let bodies: Vec<_> = receiver.taken().into_iter().map(|taken| taken.body).collect();
    assert_eq!((bodies, states(&api)), (vec!["1".into(), "3".into()], vec![DeliveryState::Delivered]));
    assert_eq!(api.sandbox.delivery_counts().attempts, 1);
    api.sandbox.clear_deliveries();
    assert_eq!((api.sandbox.deliveries().len(), api.sandbox.delivery_counts().made), (0, 0));
}

#[tokio::test]
async fn a_delivery_of_every_provider_and_seed_keeps_to_the_contract() {
    let receiver = Receiver::start().await;
    for seed in [Seed::Demo, Seed::BusyYear] {
        let builder = Sandbox::builder().seed(seed).webhook_poll(Duration::ZERO);
        let api = receiver.subscribed(builder, &CALENDARS).await;
        let alice: User<'_> = api.user("alice");
        for (provider, calendar) in CALENDARS {
            alice.create(json!({ "provider": provider, "calendarId": calendar })).await;
        }
        settle(&api).await;
        assert_eq!(states(&api), vec![DeliveryState::Delivered; 8], "{seed}");
    }
}
