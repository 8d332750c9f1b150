//! What official SDKs send besides the contract, and the service takes.

use mobiscroll_connect_sandbox::Operation;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, answer, event, merged, send};

fn lines(api: &Api) -> Vec<String> {
    api.sandbox.tolerated().iter().map(ToString::to_string).collect()
}

async fn authorize(api: &Api, query: &str) -> u16 {
    let path = format!("/oauth/authorize?client_id=sandbox-client&user_id=alice&{query}");
    send(api.get(&path)).await.status().as_u16()
}

#[tokio::test]
async fn what_official_sdks_send_is_noted_and_no_violation() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    assert_eq!(authorize(&api, "providers=google&providers=apple").await, 302);
    assert_eq!(lines(&api), ["authorize, tolerated, query providers: is given more than once"]);
    assert_eq!(alice.post("/oauth/disconnect?provider=apple", &json!([])).await.0, 200);
    assert_eq!(alice.post("/disconnect?provider=caldav", &json!([])).await.0, 200);
    let conference = json!({ "conference": { "url": "https://meet.example/1", "provider": "google-meet" } });
    let (status, created) = alice.post("/event", &merged(event(), conference)).await;
    assert_eq!((status, &created["conference"]), (200, &json!("https://meet.example/1")));

    assert!(api.sandbox.violations().is_empty());
    let tolerated = api.sandbox.tolerated();
    let places: Vec<_> = tolerated.iter().map(|one| (one.operation, one.place.as_str())).collect();
    let disconnect = (Operation::Disconnect, "body");
    let create = (Operation::CreateEvent, "body /conference");
    assert_eq!(places, [(Operation::Authorize, "query providers"), disconnect, disconnect, create]);
    api.sandbox.clear_tolerated();
    assert!(api.sandbox.tolerated().is_empty());
}

#[tokio::test]
async fn ordinary_traffic_has_nothing_to_tolerate() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    assert_eq!(authorize(&api, "providers=google,apple").await, 302);
    assert_eq!(alice.post("/oauth/disconnect?provider=apple", &json!({})).await.0, 200);
    let conference = json!({ "conference": "https://meet.example/1" });
    assert_eq!(alice.post("/event", &merged(event(), conference)).await.0, 200);
    assert!(api.sandbox.tolerated().is_empty());
}

#[tokio::test]
async fn nothing_else_is_tolerated() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    assert_eq!(authorize(&api, "scope=read&scope=read").await, 302);
    assert_eq!(api.departures(), ["Request, query scope"]);
    for body in [json!([1]), json!("text")] {
        assert_eq!(alice.post("/oauth/disconnect?provider=apple", &body).await.0, 200);
        assert_eq!(api.departures(), ["Request, body"]);
    }
    let refused = [
        merged(event(), json!({ "conference": { "url": 5 } })),
        merged(event(), json!({ "conference": {} })),
        merged(event(), json!({ "conference": { "url": "https://meet.example/1" }, "title": 7 })),
    ];
    for body in refused {
        assert_eq!(alice.post("/event", &body).await.0, 400);
        assert!(api.sandbox.take_violations().iter().all(|violation| violation.refused));
    }
    assert_eq!(authorize(&api, "providers=google&providers=yahoo").await, 400);
    assert!(api.sandbox.violations().is_empty());
    assert!(api.sandbox.tolerated().is_empty());
}

#[tokio::test]
async fn the_admin_api_lists_departures_and_what_is_tolerated() {
    let api = Api::empty().await;
    let contract =
        |method: Method| answer(api.http.request(method, format!("{}/_sandbox/contract", api.sandbox.origin())));
    assert_eq!(contract(Method::GET).await.1, json!({ "violations": [], "tolerated": [] }));
    assert_eq!(authorize(&api, "providers=google&providers=apple&nonsense=1").await, 302);
    let listed: Value = contract(Method::GET).await.1;
    let problem = "is given more than once";
    let tolerated = json!([{ "operation": "authorize", "place": "query providers", "departure": problem }]);
    assert_eq!(listed["tolerated"], tolerated);
    let violation = json!({
        "operation": "authorize", "method": "GET", "path": "/api/oauth/authorize", "side": "request",
        "place": "query nonsense", "problem": "is not declared", "refused": false,
    });
    assert_eq!(listed["violations"], json!([violation]));
    assert_eq!(contract(Method::DELETE).await.0, 200);
    assert_eq!(contract(Method::GET).await.1, json!({ "violations": [], "tolerated": [] }));
}
