//! Answers of the contract with one member changed: what a server of another release, or a hasty one, may send.

use std::collections::{BTreeMap, BTreeSet};

use mobiscroll_connect::{Client, Error, EventDelete, Provider, Tokens};
use mobiscroll_connect_sandbox::{Operation, Sandbox};
use serde_json::{Map, Value, json};

use crate::events_write::{meeting, update};
use crate::support::{access_token, answer, signed_in};

/// What a mutant came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Read,
    /// In a list that was read, and kept as it came
    Malformed,
    Refused,
}

/// Members whose mutants are not always read: the list in the crate's documentation.
const KNOWN: &[(&str, Fate)] = &[
    ("connection_status /connections", Fate::Refused),
    ("connection_status /connections/google", Fate::Refused),
    ("create_event (root) /id", Fate::Refused),
    ("create_event /event", Fate::Refused),
    ("create_event /event/id", Fate::Refused),
    ("delivery /events", Fate::Malformed),
    ("delivery /events/0/allDay", Fate::Malformed),
    ("delivery /events/0/end", Fate::Malformed),
    ("delivery /events/0/start", Fate::Malformed),
    ("exchange /access_token", Fate::Refused),
    ("list_calendars /0/id", Fate::Malformed),
    ("list_calendars /0/provider", Fate::Malformed),
    ("list_events /events", Fate::Refused),
    ("list_events /events/0/allDay", Fate::Malformed),
    ("list_events /events/0/end", Fate::Malformed),
    ("list_events /events/0/id", Fate::Malformed),
    ("list_events /events/0/provider", Fate::Malformed),
    ("list_events /events/0/start", Fate::Malformed),
    ("list_events /nextPageToken", Fate::Refused),
    ("update_event /event", Fate::Refused),
    ("update_event /event/id", Fate::Refused),
    ("webhook_keys /keys", Fate::Refused),
    ("webhook_keys /keys/0/alg", Fate::Refused),
    ("webhook_keys /keys/0/key", Fate::Refused),
];

fn contract() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.yaml");
    yaml_serde::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Makes an answer with every member that a schema knows.
fn sample(contract: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return sample(contract, contract.pointer(name.trim_start_matches('#')).unwrap());
    }
    if let Some(all) = schema["allOf"].as_array() {
        let samples = all.iter().map(|part| sample(contract, part));
        return samples.reduce(merged).unwrap();
    }
    if let Some(either) = schema["oneOf"].as_array() {
        return sample(contract, &either[0]);
    }
    let members = || {
        let known = schema["properties"].as_object().into_iter().flatten();
        known.map(|(name, schema)| (name.clone(), sample(contract, schema))).collect::<Map<_, _>>()
    };
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("array"), _) => json!([sample(contract, &schema["items"])]),
        (Some("boolean"), _) => json!(true),
        (Some("integer" | "number"), _) => json!(7),
        (Some("string"), Some("date-time")) => json!("2026-11-23T09:30:00Z"),
        (Some("string"), _) => schema["x-extensible-enum"].get(0).cloned().unwrap_or(json!("text")),
        (Some("object"), _) if schema["additionalProperties"].is_object() => {
            json!({ "google": sample(contract, &schema["additionalProperties"]) })
        }
        (Some("object"), _) => Value::Object(members()),
        (None, _) => json!({ "any": 1 }),
        (Some(other), _) => panic!("the contract has a type {other}"),
    }
}

fn merged(one: Value, other: Value) -> Value {
    let (Value::Object(mut one), Value::Object(other)) = (one, other) else { panic!("only objects are joined") };
    one.extend(other);
    Value::Object(one)
}

/// The paths of all members of an answer.
fn members(answer: &Value, path: &str) -> Vec<String> {
    match answer {
        Value::Object(members_) => members_
            .iter()
            .flat_map(|(name, value)| {
                let path = format!("{path}/{name}");
                std::iter::once(path.clone()).chain(members(value, &path))
            })
            .collect(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(i, item)| members(item, &format!("{path}/{i}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// The answer with this member absent, null, of a wrong type, of an unknown value, with a member too many.
fn mutants(whole: &Value, path: &str) -> Vec<(&'static str, Value)> {
    let (parent, name) = path.rsplit_once('/').unwrap();
    let mutant = |change: &dyn Fn(&mut Value)| {
        let mut mutant = whole.clone();
        change(&mut mutant);
        mutant
    };
    let with = |value: Value| mutant(&|mutant| *mutant.pointer_mut(path).unwrap() = value.clone());
    let mut mutants = vec![
        ("absent", mutant(&|mutant| drop(mutant.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name)))),
        ("null", with(Value::Null)),
        ("a number", with(json!(7))),
        ("a text", with(json!("unheard of"))),
        ("true", with(json!(true))),
    ];
    if whole.pointer(path).is_some_and(Value::is_object) {
        let more = |mutant: &mut Value| mutant.pointer_mut(path).unwrap()["oneMore"] = json!({ "a": [1] });
        mutants.push(("a member more", mutant(&more)));
    }
    mutants.retain(|(_, mutant)| mutant != whole);
    mutants
}

struct Subject {
    name: &'static str,
    way: Way,
    answer: Value,
}

/// How an answer comes to the client.
#[derive(Clone, Copy)]
enum Way {
    Call(Operation),
    /// With a status that is an error
    Refusal(Operation, u16),
    #[cfg(feature = "webhooks")]
    Keys,
    #[cfg(feature = "webhooks")]
    Delivery,
}

fn subjects() -> Vec<Subject> {
    let contract = contract();
    let sample = |schema: &str| sample(&contract, &json!({ "$ref": format!("#/components/schemas/{schema}") }));
    let subject = |name, operation, answer| Subject { name, way: Way::Call(operation), answer };
    let refusal = |name, operation, status, answer| Subject { name, way: Way::Refusal(operation, status), answer };
    vec![
        subject("exchange", Operation::ExchangeCode, sample("TokenResponse")),
        subject("connection_status", Operation::ConnectionStatus, sample("ConnectionStatus")),
        subject("disconnect", Operation::Disconnect, sample("DisconnectResponse")),
        subject("revoke", Operation::Revoke, sample("RevokeResponse")),
        subject("list_calendars", Operation::ListCalendars, json!([sample("Calendar")])),
        subject("list_events", Operation::ListEvents, sample("EventsListResponse")),
        subject("create_event", Operation::CreateEvent, sample("EventWriteNested")),
        subject("create_event (root)", Operation::CreateEvent, sample("EventWriteRoot")),
        subject("update_event", Operation::UpdateEvent, sample("EventWriteNested")),
        subject("delete_event", Operation::DeleteEvent, sample("EventDeleteResponse")),
        subject("subscribe_webhook", Operation::SubscribeWebhook, sample("SubscribeWebhookResponse")),
        subject("unsubscribe_webhook", Operation::UnsubscribeWebhook, sample("UnsubscribeWebhookResponse")),
        subject("health", Operation::Health, sample("Health")),
        refusal("bad request", Operation::CreateEvent, 400, sample("ErrorBody")),
        refusal("unauthorized", Operation::ListCalendars, 401, sample("ErrorBody")),
        refusal("forbidden", Operation::ListCalendars, 403, sample("ErrorBody")),
        refusal("too many requests", Operation::ListEvents, 429, sample("ErrorBody")),
        refusal("server error", Operation::ListEvents, 500, sample("ErrorBody")),
        refusal("code refused", Operation::ExchangeCode, 400, sample("OAuthErrorBody")),
        #[cfg(feature = "webhooks")]
        Subject { name: "webhook_keys", way: Way::Keys, answer: webhooks::document(sample("WebhookKeys")) },
        #[cfg(feature = "webhooks")]
        Subject { name: "delivery", way: Way::Delivery, answer: sample("WebhookDelivery") },
    ]
}

#[cfg(feature = "webhooks")]
mod webhooks {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use ed25519_dalek::{Signer, SigningKey};
    use mobiscroll_connect::{WebhookKeys, WebhookOptions, verify_webhook_signature};
    use serde_json::Value;

    use super::{Fate, kept};

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[9; 32])
    }

    fn key_text() -> String {
        format!("whpk_{}", STANDARD.encode(key().verifying_key().as_bytes()))
    }

    /// A document of keys with a key that is one.
    pub(super) fn document(mut sample: Value) -> Value {
        sample["keys"][0]["key"] = key_text().into();
        sample["keys"][0]["alg"] = "ed25519".into();
        sample
    }

    pub(super) fn keys(document: &str) -> Fate {
        match WebhookKeys::from_document(document.as_bytes()) {
            Ok(keys) => kept(keys.len(), 0),
            Err(_) => Fate::Refused,
        }
    }

    pub(super) fn delivery(body: &str) -> Fate {
        let signature = STANDARD.encode(key().sign(format!("msg.0.{body}").as_bytes()).to_bytes());
        let headers =
            [("webhook-id", "msg"), ("webhook-timestamp", "0"), ("webhook-signature", &format!("v1a,{signature}"))];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let options = WebhookOptions::new().now(jiff::Timestamp::UNIX_EPOCH);
        let keys = WebhookKeys::from_iter([key_text()]);
        match verify_webhook_signature(body.as_bytes(), &headers.into_iter().collect(), &keys, &options) {
            Ok(delivery) => kept(delivery.events.len(), delivery.malformed.len()),
            Err(_) => Fate::Refused,
        }
    }
}

/// The fate of an answer of which so much was read, and so much kept as it came.
fn kept(good: usize, bad: usize) -> Fate {
    match (good, bad) {
        (_, 0) => Fate::Read,
        (0 | 1, 1) => Fate::Malformed,
        other => panic!("one item became {other:?}"),
    }
}

async fn fate(client: &Client, operation: Operation) -> Result<Fate, Error> {
    let event = || EventDelete::new(Provider::Google, "primary", "e");
    match operation {
        Operation::ExchangeCode => client.for_user("new").auth().get_token(&"code".into()).await.map(drop)?,
        Operation::ConnectionStatus => client.auth().get_connection_status().await.map(drop)?,
        Operation::Disconnect => client.auth().disconnect(Provider::Google).send().await.map(drop)?,
        Operation::Revoke => client.for_user("leaving").auth().revoke().await?,
        Operation::ListCalendars => {
            let list = client.calendars().list().await?;
            return Ok(kept(list.calendars.len(), list.malformed.len()));
        }
        Operation::ListEvents => {
            let page = client.events().list().send().await?;
            return Ok(kept(page.events.len(), page.malformed.len()));
        }
        Operation::CreateEvent => client.events().create(meeting()).await.map(drop)?,
        Operation::UpdateEvent => client.events().update(update("e").title("T")).await.map(drop)?,
        Operation::DeleteEvent => client.events().delete(event()).await.map(drop)?,
        Operation::SubscribeWebhook => {
            client.webhooks().subscribe_webhook(Provider::Google, "primary").send().await.map(drop)?;
        }
        Operation::UnsubscribeWebhook => {
            client.webhooks().unsubscribe_webhook(Provider::Google, "c").send().await.map(drop)?;
        }
        Operation::Health => client.health().await.map(drop)?,
        other => panic!("nobody calls {other}"),
    }
    Ok(Fate::Read)
}

async fn try_one(sandbox: &Sandbox, client: &Client, way: Way, body: &str) -> Fate {
    let (operation, status) = match way {
        Way::Call(operation) => (operation, 200),
        Way::Refusal(operation, status) => (operation, status),
        #[cfg(feature = "webhooks")]
        Way::Keys => return webhooks::keys(body),
        #[cfg(feature = "webhooks")]
        Way::Delivery => return webhooks::delivery(body),
    };
    if operation == Operation::Revoke {
        client.for_user("leaving").set_credentials(crate::support::tokens(sandbox.issue_tokens("leaving")));
    }
    let canned = answer(sandbox, operation, status, body);
    let fate = match fate(client, operation).await {
        Ok(fate) => fate,
        Err(Error::Decode(_) | Error::Server(_)) if status == 200 => Fate::Refused,
        Err(error) if status == 200 => panic!("{body}: {error:?}"),
        // Whatever its body says, a refusal stays one, with its status.
        Err(error) => {
            assert_eq!(error.status(), Some(status), "{body}: {error:?}");
            let unknown = operation == Operation::ExchangeCode && matches!(error, Error::Unexpected(_));
            assert!(unknown || !matches!(error, Error::Decode(_) | Error::Unexpected(_)), "{body}: {error:?}");
            Fate::Read
        }
    };
    assert_eq!(canned.fired(), 1, "{body}");
    fate
}

#[tokio::test]
async fn answers_with_one_member_changed_are_read() {
    let (sandbox, client) = signed_in().await;
    // Without a refresh token a 401 is the call's own.
    client.set_credentials(Tokens::new(access_token(&client)));
    let mut counts = BTreeMap::new();
    let mut known = BTreeSet::new();
    for Subject { name, way, answer } in subjects() {
        assert_eq!(try_one(&sandbox, &client, way, &answer.to_string()).await, Fate::Read, "{name}");
        let mut of_schema = BTreeMap::new();
        for path in members(&answer, "") {
            for (change, mutant) in mutants(&answer, &path) {
                let fate = try_one(&sandbox, &client, way, &mutant.to_string()).await;
                *of_schema.entry(fate).or_insert(0) += 1;
                *counts.entry(fate).or_insert(0) += 1;
                if fate != Fate::Read {
                    println!("{fate:?}: {name} {path} {change}");
                    known.insert((format!("{name} {path}"), fate));
                }
            }
        }
        println!("{name}: {}", told(&of_schema));
    }
    println!("all: {}", told(&counts));
    let expected = KNOWN.iter().filter(|(member, _)| cfg!(feature = "webhooks") || !of_webhooks(member));
    assert_eq!(known, expected.map(|(member, fate)| ((*member).to_owned(), *fate)).collect());
    assert!(counts[&Fate::Read] > 1_000, "the contract is not read as it should be");
}

/// What a text is cut to: the first half of an emoji.
const CUT: &str = "\\ud83c";

/// The answer with one member in a form that servers are known to send: the kind, the path, the body.
fn kinds(whole: &Value) -> Vec<(&'static str, String, String)> {
    let mut kinds = vec![
        ("a byte order mark", String::new(), format!("\u{feff}{whole}")),
        ("spaces around", String::new(), format!(" \n{whole}\t")),
    ];
    for path in members(whole, "") {
        let mut with = |kind, value: Value| {
            let mut mutant = whole.clone();
            *mutant.pointer_mut(&path).unwrap() = value;
            kinds.push((kind, path.clone(), mutant.to_string().replace("CUT", CUT)));
        };
        match whole.pointer(&path).unwrap() {
            Value::String(text) if text == "2026-11-23T09:30:00Z" => {
                for instant in
                    [json!(1_795_426_200), json!(1_795_426_200_000_i64), json!("1795426200"), json!(20_261_123)]
                {
                    with("an epoch number", instant);
                }
                with("an instant beyond the range", json!("9999-12-31T23:59:59.9999999"));
                with("midnight as 24:00", json!("2026-11-23T24:00:00"));
                with("an empty date", json!(""));
            }
            Value::String(text) => with("an unpaired surrogate", format!("{text} CUT").into()),
            Value::Array(items) => {
                with("null for a list", Value::Null);
                with("null in a list", items.iter().cloned().chain([Value::Null]).collect());
            }
            Value::Object(members) => {
                let mut more = members.clone();
                more.insert("oneMore".to_owned(), json!({ "text": "CUT" }));
                with("an unknown member with an unpaired surrogate", Value::Object(more.clone()));
                more.insert("oneCUT".to_owned(), json!(1));
                with("an unknown member with an unpaired surrogate in its name", Value::Object(more));
            }
            _ => {}
        }
    }
    kinds
}

/// Mutants of these kinds that are not read: a provider whose list is none, events that are none, and keys that are none.
const KNOWN_KINDS: &[(&str, &str, Fate)] = &[
    ("connection_status /connections", "an unknown member with an unpaired surrogate", Fate::Refused),
    ("connection_status /connections", "an unknown member with an unpaired surrogate in its name", Fate::Refused),
    ("delivery /events", "null in a list", Fate::Malformed),
    ("list_events /events", "null in a list", Fate::Malformed),
    ("webhook_keys /keys", "null for a list", Fate::Refused),
    ("webhook_keys /keys/0/alg", "an unpaired surrogate", Fate::Refused),
    ("webhook_keys /keys/0/key", "an unpaired surrogate", Fate::Refused),
];

#[tokio::test]
async fn answers_in_the_forms_of_other_servers_are_read() {
    let (sandbox, client) = signed_in().await;
    client.set_credentials(Tokens::new(access_token(&client)));
    let (mut all, mut exceptions, mut number) = (BTreeMap::new(), BTreeSet::new(), 0);
    for Subject { name, way, answer } in subjects() {
        let mut of_schema: BTreeMap<_, BTreeMap<_, usize>> = BTreeMap::new();
        for (kind, path, body) in kinds(&answer) {
            let fate = match try_one(&sandbox, &client, way, &body).await {
                Fate::Read => Fate::Read,
                fate => {
                    exceptions.insert((format!("{name} {path}"), kind, fate));
                    fate
                }
            };
            number += 1;
            *of_schema.entry(kind).or_default().entry(fate).or_default() += 1;
            *all.entry(kind).or_insert_with(BTreeMap::new).entry(fate).or_insert(0) += 1;
        }
        for (kind, counts) in of_schema {
            println!("{name}, {kind}: {}", told(&counts));
        }
    }
    for (kind, counts) in &all {
        println!("all, {kind}: {}", told(counts));
    }
    println!("{number} mutants");
    let expected = KNOWN_KINDS.iter().filter(|(member, ..)| cfg!(feature = "webhooks") || !of_webhooks(member));
    let expected = expected.map(|(member, kind, fate)| ((*member).to_owned(), *kind, *fate)).collect();
    assert_eq!(exceptions, expected);
    assert!(number > 400, "the contract is not read as it should be");
}

fn of_webhooks(member: &str) -> bool {
    member.starts_with("webhook_keys ") || member.starts_with("delivery ")
}

fn told(counts: &BTreeMap<Fate, usize>) -> String {
    let all: usize = counts.values().sum();
    let survived = all - counts.get(&Fate::Refused).unwrap_or(&0);
    format!("{survived} of {all}, {:.1} %: {counts:?}", survived as f64 / all as f64 * 100.0)
}
