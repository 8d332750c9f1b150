use mobiscroll_connect_sandbox::{Operation, Provider, Sandbox, Seed, SyncState};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    receiver::{Receiver, signers},
    support::{Api, answer, event, merged, send},
};

fn admin(api: &Api, method: Method, path: &str) -> RequestBuilder {
    api.http.request(method, format!("{}/_sandbox/{path}", api.sandbox.origin()))
}

async fn get(api: &Api, path: &str) -> Value {
    let (status, body) = answer(admin(api, Method::GET, path)).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn post(api: &Api, path: &str, body: Value) -> Value {
    let (status, answer) = answer(admin(api, Method::POST, path).json(&body)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

#[tokio::test]
async fn faults_are_injected_followed_and_removed() {
    let api = Api::empty().await;
    let fault = json!({
        "operation": "list_calendars", "times": 2, "status": 429, "headers": { "retry-after": "7" },
        "json": { "error": "slow down" },
    });
    let injected = post(&api, "faults", fault).await;
    assert_eq!((&injected["id"], &injected["fired"], &injected["remaining"]), (&json!(1), &json!(0), &json!(2)));
    let response = send(api.get("/calendars")).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"7".parse().expect("a header"))
    );
    assert_eq!(response.json::<Value>().await.expect("JSON"), json!({ "error": "slow down" }));

    post(&api, "faults", json!({ "times": "always", "skip": 1, "stall": { "after": 2, "forMs": 5 } })).await;
    let listed = get(&api, "faults").await;
    let described: Vec<_> = ["description", "fired", "remaining"].map(|name| &listed["faults"][0][name]).into();
    assert_eq!(described, [&json!("list_calendars: status 429"), &json!(1), &json!(1)]);
    assert_eq!(listed["faults"][1]["description"], "any: stall after 2 bytes for 5ms");
    assert_eq!(listed["faults"][1]["remaining"], "always");

    assert_eq!(answer(admin(&api, Method::DELETE, "faults?id=1")).await.0, 200);
    assert_eq!(send(api.get("/calendars")).await.status(), 401);
    assert_eq!(get(&api, "faults?id=1").await["remaining"], 0);
    assert_eq!(answer(admin(&api, Method::DELETE, "faults?id=9")).await.0, 404);
    assert_eq!(answer(admin(&api, Method::DELETE, "faults")).await.0, 200);
    assert_eq!(get(&api, "faults").await["faults"], json!([]));
    api.only_requests_depart();
}

#[tokio::test]
async fn every_way_of_failing_has_a_member() {
    let api = Api::empty().await;
    for (member, value, description) in [
        ("disconnect", json!(true), "any: disconnect"),
        ("reset", json!(true), "any: reset"),
        ("noAnswer", json!(true), "any: no answer"),
        ("truncate", json!(true), "any: truncate"),
        ("resetAfter", json!(3), "any: reset after 3 bytes"),
        ("stall", json!(true), "any: stall"),
        ("contentLength", json!(5), "any: content length 5"),
        ("trickleMs", json!(5), "any: a byte every 5ms"),
        ("huge", json!(5), "any: status 200, 5 spaces"),
        ("halfBody", json!(true), "any: half of the body"),
        ("gzipGarbage", json!(true), "any: not gzip"),
        ("gzipTruncated", json!(true), "any: gzip that ends too early"),
        ("empty", json!(true), "any: status 200"),
        ("html", json!(true), "any: status 500"),
        ("redirect", json!("https://elsewhere.example/"), "any: status 302"),
        ("body", json!(""), "any: status 200"),
        ("json", json!(null), "any: status 200"),
        ("delayMs", json!(5), "any: delay 5ms"),
        ("afterCommit", json!(true), "any: after commit"),
    ] {
        assert_eq!(post(&api, "faults", json!({ member: value })).await["description"], description);
    }
}

#[tokio::test]
async fn bad_input_is_refused_with_the_name_of_the_field() {
    let api = Api::empty().await;
    for (method, path, body, field) in [
        (Method::POST, "faults", json!({ "operation": "nonsense" }), "operation"),
        (Method::POST, "faults", json!({ "times": -1 }), "times"),
        (Method::POST, "faults", json!({ "status": 9 }), "status"),
        (Method::POST, "faults", json!({ "stall": { "for": 1 } }), "stall"),
        (Method::POST, "faults", json!({ "disconnect": false }), "disconnect"),
        (Method::POST, "faults", json!({ "headers": { "a": 1 } }), "headers"),
        (Method::POST, "faults", json!({ "disconnect": true, "reset": true }), "reset"),
        (Method::POST, "faults", json!({ "stauts": 500 }), "stauts"),
        (Method::POST, "tokens", json!({}), "user"),
        (Method::POST, "tokens", json!({ "user": "" }), "user"),
        (Method::POST, "tokens", json!({ "user": "alice", "scope": "all" }), "scope"),
        (Method::POST, "clock", json!({ "now": "soon" }), "now"),
        (Method::POST, "clock", json!({ "advanceMs": 1.5 }), "advanceMs"),
        (Method::PATCH, "settings", json!({ "consent": "approve", "writeDialect": "odd" }), "writeDialect"),
        (Method::PATCH, "settings", json!({ "legacyPathsOnly": true, "clientId": "x" }), "clientId"),
        (Method::PATCH, "settings", json!({ "webhookUrl": 1 }), "webhookUrl"),
        (Method::POST, "accounts", json!({ "user": "alice", "provider": "yahoo", "account": "a" }), "provider"),
        (Method::PATCH, "settings", json!({ "webhookRetriesMs": [1, "soon"] }), "webhookRetriesMs"),
        (Method::PATCH, "settings", json!({ "webhookAnywhere": true }), "webhookAnywhere"),
        (Method::POST, "events", json!({ "user": "alice" }), "event"),
        (Method::POST, "events/change", json!({ "user": "alice", "id": "e", "members": 5 }), "members"),
        (Method::POST, "webhooks/keys/revoke", json!({}), "id"),
        (Method::POST, "webhooks/sign", json!({}), "body"),
        (Method::POST, "webhooks/sign", json!({ "body": "", "json": {} }), "body"),
        (Method::POST, "webhooks/sign", json!({ "body": "", "keys": "all" }), "keys"),
        (Method::POST, "webhooks/deliver", json!({ "bodyBase64": "?" }), "bodyBase64"),
        (Method::POST, "webhooks/send", json!({ "body": "", "headers": { "a": 1 } }), "headers"),
        (Method::POST, "webhooks/flood", json!({ "count": "many" }), "count"),
        (Method::POST, "webhooks/flood", json!({ "count": 1, "forgery": "perfect" }), "forgery"),
        (Method::POST, "webhooks/disturbances", json!({ "tamper": "soul" }), "tamper"),
        (Method::POST, "webhooks/release", json!({ "order": "random" }), "order"),
        (Method::POST, "reset", json!({ "really": true }), "really"),
    ] {
        let (status, answer) = answer(admin(&api, method, path).json(&body)).await;
        assert_eq!((status, &answer["field"]), (400, &json!(field)), "{body}");
        assert!(answer["message"].as_str().is_some_and(|message| message.starts_with(field)), "{answer}");
    }
    for body in ["[]", "{", "nonsense"] {
        assert_eq!(answer(admin(&api, Method::POST, "faults").body(body)).await.0, 400);
    }
    for (path, body) in [
        ("webhooks/keys/revoke", json!({ "id": "nobody's" })),
        ("webhooks/sign", json!({ "body": "", "keys": ["nobody's"] })),
        ("webhooks/replay", json!({ "id": "msg_unknown" })),
    ] {
        assert_eq!(answer(admin(&api, Method::POST, path).json(&body)).await.0, 404, "{path}");
    }
    assert!(api.sandbox.faults().is_empty() && api.sandbox.users().is_empty() && api.sandbox.deliveries().is_empty());
    assert_eq!(get(&api, "settings").await["legacyPathsOnly"], false, "all or nothing");
    assert_eq!(answer(admin(&api, Method::GET, "nowhere")).await.0, 404);
    assert_eq!(answer(admin(&api, Method::PUT, "faults")).await.0, 404);
}

#[tokio::test]
async fn the_admin_api_is_no_part_of_the_api() {
    let api = Api::empty().await;
    post(&api, "faults", json!({ "times": "always", "status": 500 })).await;
    for path in ["", "faults", "requests", "counters", "users"] {
        get(&api, path).await;
    }
    assert!(api.sandbox.requests().is_empty() && api.sandbox.request_counts().is_empty());
    assert_eq!(send(api.get("/health")).await.status(), 500);
}

#[tokio::test]
async fn the_admin_api_can_be_left_out() {
    let api = Api::with(Sandbox::builder().admin(false).start().await.expect("a sandbox"));
    assert_eq!(answer(admin(&api, Method::GET, "")).await.0, 404);
    assert_eq!(api.sandbox.requests().len(), 1, "it is an unknown path like any other");
}

#[tokio::test]
async fn tokens_are_issued_expired_and_revoked() {
    let api = Api::empty().await;
    let tokens = post(&api, "tokens", json!({ "user": "alice", "scope": "read" })).await;
    let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3600)));
    assert_eq!(api.try_access(&text("access_token")).await, 200);
    post(&api, "tokens/expire", json!({ "user": "alice" })).await;
    assert_eq!(api.try_access(&text("access_token")).await, 401);
    assert_eq!(api.refresh(&text("refresh_token")).await.0, 200);
    post(&api, "grants/revoke", json!({ "user": "alice" })).await;
    assert_eq!(api.refresh(&text("refresh_token")).await.0, 400);

    let code = post(&api, "codes", json!({ "user": "alice" })).await["code"].as_str().expect("a code").to_owned();
    let (status, exchanged) = api.exchange(&code).await;
    assert_eq!(status, 200);
    post(&api, "tokens/expire", json!({})).await;
    assert_eq!(api.try_access(exchanged["access_token"].as_str().expect("a token")).await, 401);

    let history = get(&api, "grants?user=alice").await;
    assert_eq!((&history["refreshes"], &history["counts"]["codesExchanged"]), (&json!(1), &json!(1)));
    let presented = history["presented"].as_array().expect("a list");
    let ages: Vec<_> = presented.iter().map(|token| (&token["age"], &token["accepted"])).collect();
    assert_eq!(ages, [(&json!(0), &json!(true)), (&json!(1), &json!(false))]);
    assert_eq!(history["revoked"][0]["reason"], "test");
    assert!(history["revoked"][0]["atMs"].as_u64() >= presented[0]["atMs"].as_u64());
}

#[tokio::test]
async fn users_accounts_and_events_are_set_up_and_looked_at() {
    let api = Api::empty().await;
    let account = json!({
        "user": "a/b c", "provider": "google", "account": "two@gmail.example", "calendarPermission": false,
        "syncState": "reauth_required",
    });
    let accounts = post(&api, "accounts", account).await;
    let added = &accounts["accounts"][4];
    assert_eq!((&added["provider"], &added["id"]), (&json!("google"), &json!("two@gmail.example")));
    let permission = &added["calendarPermissionGranted"];
    assert_eq!((permission, &added["syncState"]), (&json!(false), &json!("reauth_required")));
    assert_eq!(get(&api, "accounts?user=a%2Fb%20c").await, accounts);
    assert_eq!(api.sandbox.accounts("a/b c")[4], (Provider::Google, "two@gmail.example".to_owned()));
    api.sandbox.set_sync_state("a/b c", Provider::Google, "two@gmail.example", SyncState::Active);
    assert_eq!(get(&api, "accounts?user=a%2Fb%20c").await["accounts"][4]["syncState"], "active");

    post(&api, "events", json!({ "user": "alice", "event": { "id": null, "odd": [1] } })).await;
    assert_eq!(get(&api, "events?user=alice").await["events"], json!([{ "id": null, "odd": [1] }]));
    assert_eq!(get(&api, "channels?user=alice").await["channels"], json!([]));
    assert_eq!(get(&api, "users").await["users"], json!(["a/b c", "alice"]));
}

#[tokio::test]
async fn the_clock_is_set_and_moved() {
    let api = Api::empty().await;
    assert!(get(&api, "clock").await["aheadMs"].as_i64().is_some_and(|ahead| ahead.abs() < 1000));
    let clock = post(&api, "clock", json!({ "now": "2031-05-06T07:08:09Z", "rewindMs": 60_000 })).await;
    assert!(clock["now"].as_str().is_some_and(|now| now.starts_with("2031-05-06T07:0")), "{clock}");
    post(&api, "clock", json!({ "advanceMs": 3_600_000 })).await;
    assert!(api.sandbox.now().to_string().starts_with("2031-05-06T08:0"));
}

#[tokio::test]
async fn settings_change_while_the_sandbox_runs() {
    let api = Api::empty().await;
    let change = json!({ "deleteDialect": "no-content", "accessTokenTtlMs": 1500, "webhookUrl": null });
    let (status, settings) = answer(admin(&api, Method::PATCH, "settings").json(&change)).await;
    assert_eq!((status, &settings["writeDialect"], &settings["webhookUrl"]), (200, &json!("root"), &json!(null)));
    assert_eq!(settings, get(&api, "settings").await);
    let alice = api.user("alice");
    assert_eq!(alice.tokens.expires_in, 2);
    let subscription = json!({ "provider": "google", "calendarId": "primary" });
    assert_eq!(alice.post("/subscribe-webhook", &subscription).await.0, 400);
    post(&api, "reset", json!({})).await;
    assert_eq!(get(&api, "settings").await["accessTokenTtlMs"], 3_600_000);
}

#[tokio::test]
async fn keys_are_turned_and_bodies_signed() {
    let api = Api::empty().await;
    assert_eq!(post(&api, "webhooks/keys/rotate", json!({})).await["id"], "sandbox-key-2");
    let signed = post(&api, "webhooks/sign", json!({ "body": "{ }", "id": "msg_1", "timestamp": "5" })).await;
    assert_eq!((&signed["headers"]["webhook-id"], &signed["bodyBase64"]), (&json!("msg_1"), &json!("eyB9")));
    let text = |name: &str| signed["headers"][name].as_str().expect("a text").to_owned();
    let headers = [text("webhook-id"), text("webhook-timestamp"), text("webhook-signature")];
    let keys: Vec<String> = api.sandbox.webhook_keys().into_iter().map(|key| key.public_key).collect();
    assert_eq!(signers(&keys, headers.each_ref().map(String::as_str), b"{ }"), [0, 1]);

    assert_eq!(post(&api, "webhooks/keys/retire", json!({})).await["retired"], 1);
    post(&api, "webhooks/keys/revoke", json!({ "id": "sandbox-key-2" })).await;
    let listed = get(&api, "webhooks/keys").await;
    let statuses: Vec<_> = listed["keys"].as_array().expect("keys").iter().map(|key| &key["status"]).collect();
    assert_eq!(statuses, ["active", "revoked", "retired"]);
    let odd = json!({ "json": {}, "keys": ["sandbox-key-1"], "foreignKey": true });
    let signature = post(&api, "webhooks/sign", odd).await["headers"]["webhook-signature"].clone();
    assert_eq!(signature.as_str().map(|signature| signature.split(' ').count()), Some(2));
}

#[tokio::test]
async fn deliveries_are_ordered_disturbed_and_listed() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(Sandbox::builder().seed(Seed::Empty), &[("google", "primary")]).await;
    post(&api, "webhooks/disturbances", json!({ "tamper": "body", "copies": 1, "skip": 1, "times": 1 })).await;
    post(&api, "events", json!({ "user": "alice", "event": event_of("e-1") })).await;
    post(&api, "events/change", json!({ "user": "alice", "id": "e-1", "members": { "title": "New" } })).await;
    post(&api, "webhooks/hold", json!({})).await;
    post(&api, "events/remove", json!({ "user": "alice", "id": "e-1" })).await;
    let id = post(&api, "webhooks/deliver", json!({ "json": { "a": 1 } })).await["id"].clone();
    post(&api, "webhooks/release", json!({ "order": "reversed" })).await;
    api.sandbox.deliveries_settled().await;
    post(&api, "webhooks/replay", json!({ "id": id })).await;
    post(&api, "webhooks/send", json!({ "headers": { "webhook-id": "x" }, "bodyBase64": "/w==" })).await;
    post(&api, "webhooks/flood", json!({ "count": 3, "forgery": "unsigned" })).await;
    post(&api, "webhooks/disturbances", json!({ "delayMs": 60_000 })).await;
    assert_eq!(answer(admin(&api, Method::DELETE, "webhooks/disturbances")).await.0, 200);
    api.sandbox.deliveries_settled().await;
    assert_eq!(receiver.taken().len(), 7 + 3);

    let listed = get(&api, "deliveries").await;
    let column = |name: &str| -> Vec<Value> {
        listed["deliveries"].as_array().expect("a list").iter().map(|delivery| delivery[name].clone()).collect()
    };
    assert_eq!(column("cause"), ["change", "change", "copy", "change", "command", "replay", "command"]);
    assert_eq!(column("tampered")[..3], [json!(null), json!("body"), json!("body")]);
    assert_eq!(column("state"), ["delivered"; 7]);
    let one = get(&api, "deliveries?limit=1").await["deliveries"][0].clone();
    assert_eq!((&one["id"], &one["attempts"][0]["status"]), (&json!("x"), &json!(204)));
    let both = get(&api, &format!("deliveries?id={}", id.as_str().expect("an id"))).await;
    assert_eq!(both["deliveries"].as_array().map(Vec::len), Some(2));
    let counts = get(&api, "counters").await["deliveries"].clone();
    assert_eq!((&counts["made"], &counts["answers"]["204"], &counts["forged"]), (&json!(7), &json!(7), &json!(3)));
    assert_eq!(answer(admin(&api, Method::DELETE, "deliveries")).await.0, 200);
    assert_eq!(get(&api, "deliveries").await["deliveries"], json!([]));
}

fn event_of(id: &str) -> Value {
    merged(event(), json!({ "id": id }))
}

#[tokio::test]
async fn traffic_is_listed_and_counted() {
    let api = Api::empty().await;
    let tokens = api.sandbox.issue_tokens("alice");
    api.refresh(&tokens.refresh_token).await;
    send(api.get("/health?a=1")).await;
    send(api.get("/nowhere")).await;
    let listed = get(&api, "requests").await;
    assert_eq!(listed["requests"].as_array().map(Vec::len), Some(3));
    let health = &get(&api, "requests?operation=health&limit=5").await["requests"][0];
    assert_eq!((&health["path"], &health["query"]), (&json!("/api/health"), &json!("a=1")));
    assert_eq!((&health["status"], &health["operation"]), (&json!(200), &json!("health")));
    assert_eq!(get(&api, "requests?limit=1").await["requests"][0]["operation"], json!(null));

    let counters = get(&api, "counters").await;
    let expected = json!({
        "refresh_token": { "requests": 1, "answers": { "200": 1 } },
        "health": { "requests": 1, "answers": { "200": 1 } },
        "unknown": { "requests": 1, "answers": { "404": 1 } },
    });
    assert_eq!(counters["operations"], expected);
    assert_eq!(counters["tokens"]["refreshedCurrent"], 1);
    assert_eq!(answer(admin(&api, Method::DELETE, "requests")).await.0, 200);
    assert_eq!(api.sandbox.count(Operation::Health), 0);
    api.only_requests_depart();
}
