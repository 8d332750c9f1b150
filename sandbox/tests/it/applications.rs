//! Many tests at once in one process: each with an application of its own.

use std::collections::BTreeSet;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::{
    cli::Running,
    support::{Api, answer},
};

const AT_ONCE: usize = 50;

/// What one test does with its application; everything in it is its own.
async fn one_test(http: Client, admin: String, number: usize) -> (String, String) {
    let post = |url: String, body: Value| answer(http.post(url).json(&body));
    let day = format!("2026-03-{:02}T09:00:00Z", number % 28 + 1);
    let order = json!({
        "name": format!("test {number}"), "randomSeed": number, "time": day, "frozen": true,
        "settings": { "seed": "empty", "scopeDenial": if number.is_multiple_of(2) { "forbidden" } else { "unauthorized" } },
    });
    let (status, application) = post(format!("{admin}applications"), order).await;
    assert_eq!(status, 200, "{application}");
    let (base, own) =
        (application["baseUrl"].as_str().expect("a URL"), application["adminUrl"].as_str().expect("a URL"));

    let (_, tokens) = post(format!("{own}tokens"), json!({ "user": "alice", "scope": "read-write" })).await;
    let bearer = tokens["access_token"].as_str().expect("a token").to_owned();
    let event = json!({
        "provider": "google", "calendarId": "primary", "title": format!("Event {number}"),
        "start": "2026-03-01T12:00:00Z", "end": "2026-03-01T13:00:00Z",
    });
    for _ in 0..=number % 5 {
        let (status, made) = answer(http.post(format!("{base}/event")).bearer_auth(&bearer).json(&event)).await;
        assert_eq!(status, 200, "{made}");
    }
    // A fault of its own: as many as its number says.
    let (fault, times) = (503 + number % 2, number % 3 + 1);
    post(format!("{own}faults"), json!({ "operation": "list_events", "status": fault, "times": times })).await;
    let list = || {
        let query = "start=2026-01-01T00:00:00Z&end=2027-01-01T00:00:00Z";
        http.get(format!("{base}/events?{query}")).bearer_auth(&bearer)
    };
    for _ in 0..times {
        assert_eq!(list().send().await.expect("an answer").status().as_u16() as usize, fault);
    }
    let (status, page) = answer(list()).await;
    let titles: Vec<_> = page["events"].as_array().expect("a list").iter().map(|event| &event["title"]).collect();
    assert_eq!(status, 200);
    assert!(
        titles.len() == number % 5 + 1 && titles.iter().all(|title| **title == format!("Event {number}")),
        "{page}"
    );

    let unknown = http.get(format!("{base}/unknown-{number}")).send().await.expect("an answer");
    assert_eq!(unknown.status(), 404);
    let get = |path: &str| answer(http.get(format!("{own}{path}")));
    let (_, journal) = get("journal").await;
    assert_eq!(journal["entries"].as_array().map(Vec::len), Some(1), "{journal}");
    assert_eq!(journal["entries"][0]["path"], format!("/api/unknown-{number}"));
    assert_eq!(get("users").await.1["users"], json!(["alice"]));
    assert_eq!(get("clock").await.1["now"], day.replace('Z', ".000Z"));
    let (_, counters) = get("counters").await;
    assert_eq!(counters["operations"]["list_events"]["requests"], times + 1);
    let (_, keys) = answer(http.get(format!("{}/.well-known/webhook-keys", base.trim_end_matches("/api")))).await;
    // Tokens of others are unknown here, which the caller tries with what this returns.
    let (status, closed) = answer(http.delete(format!("{admin}applications?id={}", application["id"]))).await;
    assert_eq!(status, 200);
    assert!(closed["journal"].as_str().is_some_and(|report| report.contains("nearest")), "{closed}");
    assert!(http.get(format!("{base}/health")).send().await.is_err(), "it is closed");
    (keys["keys"][0]["key"].as_str().expect("a key").to_owned(), bearer)
}

#[tokio::test]
async fn fifty_tests_at_once_in_one_process_are_isolated() {
    let running = Running::start(&[]);
    let http = Client::new();
    let tests: Vec<_> = (0..AT_ONCE)
        .map(|number| tokio::spawn(one_test(http.clone(), running.line("admin API").to_owned(), number)))
        .collect();
    let mut keys = BTreeSet::new();
    let mut bearers = BTreeSet::new();
    for test in tests {
        let (key, bearer) = test.await.expect("the test passes");
        keys.insert(key);
        bearers.insert(bearer);
    }
    assert_eq!((keys.len(), bearers.len()), (AT_ONCE, AT_ONCE));
    // Nothing of it is in the sandbox that was started.
    let (_, users) = answer(http.get(format!("{}users", running.line("admin API")))).await;
    let (_, applications) = answer(http.get(format!("{}applications", running.line("admin API")))).await;
    assert_eq!((&users["users"], &applications["applications"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn applications_are_opened_like_the_sandbox_and_otherwise_as_asked() {
    let api = Api::empty().await;
    let admin = |method, path: &str, body: Value| {
        answer(api.http.request(method, format!("{}/_sandbox/{path}", api.sandbox.origin())).json(&body))
    };
    let (_, plain) = admin(Method::POST, "applications", json!({})).await;
    assert_eq!((&plain["clientId"], &plain["name"]), (&"sandbox-client".into(), &"application 1".into()));
    let order = json!({
        "clientId": "other", "clientSecret": "s", "redirectUri": "https://other.example/",
        "state": { "version": 1, "users": { "carol": {} } },
    });
    let (_, other) = admin(Method::POST, "applications", order).await;
    assert_eq!((&other["clientId"], &other["redirectUri"]), (&"other".into(), &"https://other.example/".into()));
    let own = other["adminUrl"].as_str().expect("a URL");
    assert_eq!(answer(api.http.get(format!("{own}users"))).await.1, json!({ "users": ["carol"] }));
    let (status, nested) = answer(api.http.post(format!("{own}applications")).json(&json!({}))).await;
    assert_eq!((status, &nested["message"]), (404, &"an application cannot open others".into()));

    for (order, field) in [
        (json!({ "port": 70_000 }), "port"),
        (json!({ "port": -1 }), "port"),
        (json!({ "settings": { "seed": "lots" } }), "settings.seed"),
        (json!({ "settings": [] }), "settings"),
        (json!({ "state": { "version": 1, "users": 7 } }), "state.users"),
        (json!({ "state": 7 }), "state"),
        (json!({ "time": "soon" }), "time"),
        (json!({ "randomSeed": "x" }), "randomSeed"),
        (json!({ "nonsense": 1 }), "nonsense"),
    ] {
        let (status, refusal) = admin(Method::POST, "applications", order.clone()).await;
        assert_eq!((status, &refusal["field"]), (400, &field.into()), "{order}");
    }
    let port: u64 = api.sandbox.origin().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    assert_eq!(admin(Method::POST, "applications", json!({ "port": port })).await.0, 500);
    assert_eq!(admin(Method::DELETE, "applications", json!({ "id": 99 })).await.0, 404);
    let (_, listed) = admin(Method::GET, "applications", json!({})).await;
    assert_eq!(listed["applications"].as_array().map(Vec::len), Some(2), "{listed}");
    assert_eq!(admin(Method::DELETE, "applications", json!({})).await.1, json!({ "closed": 2 }));
}

#[tokio::test]
async fn there_is_a_limit_of_applications() {
    let api = Api::empty().await;
    let url = format!("{}/_sandbox/applications", api.sandbox.origin());
    let (_, listed) = answer(api.http.get(&url)).await;
    let limit = listed["limit"].as_u64().expect("a number");
    for _ in 0..limit {
        assert_eq!(answer(api.http.post(&url)).await.0, 200);
    }
    let (status, refusal) = answer(api.http.post(&url)).await;
    assert_eq!((status, &refusal["error"]), (429, &"Too Many Requests".into()));
    // Dropping the sandbox closes them all.
    drop(api);
}
