//! What holds for whatever comes in.

use std::sync::LazyLock;
use std::time::Duration;

use mobiscroll_connect::{AuthCallback, AuthCallbackKind, Client, Error, RateLimitScope, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::support::{ADA, answer, builder, category, signed_in, with_tokens};

/// One server for all cases.
struct Stage {
    runtime: Runtime,
    sandbox: Sandbox,
    client: Client,
}

fn stage() -> Stage {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (sandbox, client) = runtime.block_on(signed_in());
    Stage { runtime, sandbox, client }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("2026-11-23T09:30:00Z")),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let names = prop_oneof![
            Just("id"),
            Just("provider"),
            Just("start"),
            Just("attendees"),
            Just("email"),
            Just("custom"),
            Just("conference"),
            Just("error"),
            Just("message"),
            Just("code"),
            Just("details"),
            Just("accounts"),
        ];
        let members = prop::collection::vec((names, inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            members.prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Map<_, _>>()
                .into()),
        ]
    })
}

/// Bytes that a server might send for JSON.
fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        json_value().prop_map(|value| value.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..200),
        (json_value(), any::<prop::sample::Index>()).prop_map(|(value, at)| {
            let text = value.to_string().into_bytes();
            text[..at.index(text.len())].to_vec()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn callbacks_are_parsed_or_refused(callback in ".{0,80}", state in ".{0,20}") {
        if let Err(error) = AuthCallback::parse(&callback, &state) {
            prop_assert_eq!(category(&error), "Callback");
        }
    }

    #[test]
    fn a_callback_brings_its_code_to_whoever_knows_the_state(code in ".{1,40}", state in ".{1,40}", other in ".{0,40}") {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &state)
            .finish();
        for callback in [query.clone(), format!("/cb?{query}"), format!("https://app.example/cb?{query}#top")] {
            let parsed = AuthCallback::parse(&callback, &state).unwrap();
            prop_assert_eq!(parsed.code.expose(), code.as_str());
            if other != state {
                let Err(Error::AuthCallback(failure)) = AuthCallback::parse(&callback, &other) else { panic!() };
                let lost = other.is_empty();
                let expected = if lost { AuthCallbackKind::NothingSent } else { AuthCallbackKind::StateMismatch };
                prop_assert_eq!(failure.kind(), &expected);
            }
        }
    }

    #[test]
    fn kept_tokens_are_read_or_refused(text in prop_oneof![".{0,200}", json_value().prop_map(|value| value.to_string())]) {
        let _ = Tokens::from_json(&text);
    }

    #[test]
    fn tokens_come_back_as_they_were_kept(access in "[!-~]{1,60}", refresh in ".{1,60}", at in 0_i64..4_000_000_000) {
        let at = jiff::Timestamp::from_second(at).unwrap();
        let tokens = Tokens::new(access).with_refresh_token(refresh).with_expires_at(at);
        prop_assert_eq!(Tokens::from_json(tokens.to_json().expose()).unwrap(), tokens);
    }
}

static CONFIG: LazyLock<ProptestConfig> =
    LazyLock::new(|| ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() });

#[test]
fn any_body_of_any_failure_is_a_typed_error() {
    let Stage { runtime, sandbox, client } = stage();
    let statuses = prop::sample::select(vec![400_u16, 403, 404, 409, 418, 422, 429, 500, 502, 599]);
    proptest!(CONFIG.clone(), |(status in statuses, body in body())| {
        sandbox.inject(Fault::on(Operation::ListCalendars).status(status).body(body));
        let error = runtime.block_on(client.calendars().list().send()).unwrap_err();
        prop_assert_eq!(error.status(), Some(status));
        prop_assert!(error.api().unwrap().body().len() <= 4096);
        prop_assert!(!error.to_string().is_empty());
    });
}

#[test]
fn any_body_of_any_success_is_an_answer_or_a_decode_error() {
    let Stage { runtime, sandbox, client } = stage();
    proptest!(CONFIG.clone(), |(body in body())| {
        for operation in [Operation::ListCalendars, Operation::ListEvents, Operation::ConnectionStatus] {
            sandbox.inject(Fault::on(operation).status(200).body(body.clone()));
            let outcome = runtime.block_on(async {
                match operation {
                    Operation::ListCalendars => client.calendars().list().await.map(drop),
                    Operation::ListEvents => client.events().list().send().await.map(drop),
                    _ => client.auth().get_connection_status().await.map(drop),
                }
            });
            if let Err(error) = outcome {
                prop_assert_eq!(category(&error), "Decode");
            }
        }
    });
}

#[test]
fn no_event_of_a_page_is_lost() {
    let Stage { runtime, sandbox, client } = stage();
    let events = prop::collection::vec(json_value(), 0..8);
    proptest!(CONFIG.clone(), |(events in events)| {
        answer(&sandbox, Operation::ListEvents, 200, json!({ "events": events }).to_string());
        let page = runtime.block_on(client.events().list().send()).unwrap();
        prop_assert_eq!(page.events.len() + page.malformed.len(), events.len());
        for odd in &page.malformed {
            prop_assert_eq!(odd.raw.parse::<Value>().unwrap().to_string(), events[odd.index].to_string());
        }
    });
}

#[test]
fn any_retry_after_is_a_time_or_none() {
    let Stage { runtime, sandbox, .. } = stage();
    let alone = builder(&sandbox).rate_limit_scope(RateLimitScope::Call);
    let client = with_tokens(alone, sandbox.issue_tokens(ADA));
    let ask = |value: &str| {
        sandbox.inject(Fault::on(Operation::ListCalendars).status(429).header("retry-after", value));
        runtime.block_on(client.calendars().list().send()).unwrap_err().retry_after()
    };
    proptest!(CONFIG.clone(), |(seconds in any::<u32>(), text in "[ -~]{0,30}")| {
        prop_assert_eq!(ask(&seconds.to_string()), Some(Duration::from_secs(seconds.into())));
        ask(&text);
    });
}

#[test]
fn any_token_answer_is_tokens_or_an_error_that_leaves_the_old_ones() {
    let Stage { runtime, sandbox, client } = stage();
    proptest!(CONFIG.clone(), |(body in body())| {
        let before = client.auth().credentials();
        sandbox.inject(Fault::on(Operation::ExchangeCode).status(200).body(body));
        if runtime.block_on(client.auth().get_token(&"code".into()).send()).is_err() {
            prop_assert_eq!(client.auth().credentials(), before);
        }
    });
}
