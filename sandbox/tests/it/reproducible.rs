//! The same input gives the same output, byte for byte.

use std::fmt::Write;

use mobiscroll_connect_sandbox::Sandbox;
use reqwest::{Method, redirect::Policy};
use serde_json::{Value, json};

use crate::{
    cli::Running,
    support::{Api, CALENDARS, plain},
};

const OPTIONS: [&str; 4] = ["--seed=42", "--seed=small", "--time=2026-03-01T09:00:00Z", "--freeze-time"];

/// Plays a script against a process of its own, and gives everything that was answered: status, headers, body.
async fn transcript(options: &[&str]) -> String {
    let running = Running::start(options);
    let (base, admin) = (running.line("base URL").to_owned(), running.line("admin API").to_owned());
    let client = plain().redirect(Policy::none()).build().expect("a client");
    let mut transcript = String::new();
    let mut call = async |method: Method, url: String, bearer: &str, body: Option<Value>| -> (String, Value) {
        let request = client.request(method.clone(), &url).bearer_auth(bearer);
        let request = body.into_iter().fold(request, |request, body| request.json(&body));
        let response = request.send().await.expect("an answer");
        let location = response.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let location = location.to_owned();
        let _ = writeln!(transcript, "{method} {url} {}\n{:#?}", response.status(), response.headers());
        let text = response.text().await.expect("text");
        let _ = writeln!(transcript, "{text}");
        (location, serde_json::from_str(&text).unwrap_or_default())
    };

    let authorize = format!("{base}/oauth/authorize?client_id=sandbox-client&user_id=alice");
    let (location, _) = call(Method::GET, authorize, "", None).await;
    let code = location.rsplit("code=").next().expect("a code").to_owned();
    let exchange = json!({
        "grant_type": "authorization_code", "code": code, "client_id": "sandbox-client",
        "client_secret": "sandbox-secret", "redirect_uri": "https://app.example/oauth/callback",
    });
    let (_, tokens) = call(Method::POST, format!("{base}/oauth/token"), "", Some(exchange)).await;
    let refresh = json!({
        "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
    });
    let (_, tokens) = call(Method::POST, format!("{base}/oauth/token"), "", Some(refresh)).await;
    let bearer = tokens["access_token"].as_str().expect("a token").to_owned();

    call(Method::GET, format!("{base}/calendars"), &bearer, None).await;
    call(Method::GET, format!("{base}/oauth/connection-status"), &bearer, None).await;
    let mut next = String::new();
    loop {
        let (_, page) = call(Method::GET, format!("{base}/events?pageSize=40{next}"), &bearer, None).await;
        match page["nextPageToken"].as_str() {
            Some(token) => next = format!("&nextPageToken={token}"),
            None => break,
        }
    }
    for (provider, calendar) in CALENDARS {
        let channel = json!({ "provider": provider, "calendarId": calendar });
        call(Method::POST, format!("{base}/subscribe-webhook"), &bearer, Some(channel)).await;
        let event = json!({
            "provider": provider, "calendarId": calendar, "title": "Series",
            "start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z",
            "recurrence": { "frequency": "WEEKLY", "count": 4 }, "conferenceData": { "autoGenerate": true },
        });
        let (_, event) = call(Method::POST, format!("{base}/event"), &bearer, Some(event)).await;
        let update = json!({
            "provider": provider, "calendarId": calendar, "eventId": event["id"], "title": "Renamed",
        });
        call(Method::PUT, format!("{base}/event"), &bearer, Some(update)).await;
    }
    let wrong = json!({ "provider": "yahoo" });
    call(Method::POST, format!("{base}/event"), &bearer, Some(wrong)).await;
    call(Method::GET, format!("{}.well-known/webhook-keys", base.replace("api", "")), "", None).await;
    for path in ["clock", "settings", "users", "events?user=alice", "webhooks/keys", "channels?user=alice", "state"] {
        call(Method::GET, format!("{admin}{path}"), "", None).await;
    }
    call(Method::POST, format!("{admin}clock"), "", Some(json!({ "advanceMs": 60_000 }))).await;
    call(Method::POST, format!("{admin}webhooks/sign"), "", Some(json!({ "body": "x" }))).await;
    call(Method::POST, format!("{admin}reset"), "", Some(json!({}))).await;
    call(Method::POST, format!("{admin}tokens"), "", Some(json!({ "user": "alice" }))).await;
    call(Method::GET, format!("{base}/nowhere"), "", None).await;
    // The port is the one thing that two processes cannot share.
    transcript.replace(&format!("127.0.0.1:{}", running.port()), "127.0.0.1:PORT")
}

#[tokio::test]
async fn two_processes_answer_alike_byte_for_byte() {
    let (one, other) = (transcript(&OPTIONS).await, transcript(&OPTIONS).await);
    let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let around =
        |text: &str| text.get(same.saturating_sub(200)..).map(|rest| rest.chars().take(400).collect::<String>());
    assert!(one == other, "{:?}\n{:?}", around(&one), around(&other));
    assert!(one.len() > 100_000 && one.contains("Sun, 01 Mar 2026 09:00:00 GMT"), "{}", one.len());
}

#[tokio::test]
async fn another_seed_gives_other_ids() {
    let other = ["--seed=43", "--seed=small", "--time=2026-03-01T09:00:00Z", "--freeze-time"];
    assert_ne!(transcript(&OPTIONS).await, transcript(&other).await);
}

#[tokio::test]
async fn users_do_not_disturb_each_others_ids() {
    let start = || Sandbox::builder().random_seed(7).start();
    let ids = |sandbox: &Sandbox, user: &str| -> Vec<Value> {
        sandbox.events(user).into_iter().map(|event| event["id"].clone()).collect()
    };
    let (one, other) = (start().await.expect("a sandbox"), start().await.expect("a sandbox"));
    let (alice, _) = (ids(&one, "alice"), ids(&one, "bob"));
    let _ = ids(&other, "bob");
    assert_eq!(alice, ids(&other, "alice"));
    assert_ne!(alice, ids(&other, "bob"));
}

#[tokio::test]
async fn a_frozen_clock_moves_only_when_it_is_moved() {
    let start = "2026-03-01T09:00:00Z".parse().expect("an instant");
    let sandbox = Sandbox::builder().time(start).freeze_time().start().await.expect("a sandbox");
    let api = Api::with(sandbox);
    assert_eq!(api.sandbox.now(), start);
    api.sandbox.advance(std::time::Duration::from_secs(5));
    let later = api.sandbox.now();
    assert_eq!(later.duration_since(start).as_secs(), 5);
    api.sandbox.rewind(std::time::Duration::from_secs(5));
    assert_eq!(api.sandbox.now(), start);
    api.sandbox.unfreeze_time();
    assert!(!api.sandbox.is_time_frozen());
    std::thread::sleep(std::time::Duration::from_millis(5));
    let running = api.sandbox.now().duration_since(start);
    assert!(running.is_positive() && running.as_secs() < 60, "{running}");
    api.sandbox.reset();
    assert_eq!(api.sandbox.now(), start);
}
