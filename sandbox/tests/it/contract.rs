use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, Mutex},
    thread,
};

use mobiscroll_connect_sandbox::{
    ContractChecks, DeleteDialect, Disturbance, Fault, Operation, Provider, Sandbox, Scope, Seed, Side, Tamper,
    WriteDialect,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::support::{Api, CALENDARS, MARCH, answer, event, merged, send};

/// Drops the sandbox and gives the text of the panic, if there was one.
fn complaint(sandbox: Sandbox) -> Option<String> {
    let caught = catch_unwind(AssertUnwindSafe(|| drop(sandbox)));
    caught.err().map(|panic| *panic.downcast::<String>().expect("a text"))
}

/// The lines of what was found, taken.
fn lines(api: &Api) -> Vec<String> {
    api.sandbox.take_violations().iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_delivery_is_held_against_the_contract() {
    let receiver = Receiver::start().await;
    let api = receiver.subscribed(Sandbox::builder().seed(Seed::Empty), &[("google", "primary")]).await;
    let id = api.user("alice").create(json!({})).await["id"].as_str().expect("an id").to_owned();
    let change = |members: Value| {
        assert!(api.sandbox.change_event("alice", &id, members));
    };
    change(json!({ "title": 5 }));
    api.sandbox.disturb_deliveries(Disturbance::new().tamper(Tamper::Body));
    change(json!({ "title": 6 }));
    api.sandbox.add_event("alice", json!({ "id": "raw", "provider": "google", "calendarId": "primary", "title": 7 }));
    api.sandbox.deliver_webhook("nonsense");
    api.sandbox.deliveries_settled().await;
    assert_eq!(receiver.taken().len(), 5);
    let problem = "POST /hooks, delivery, body /events/0/title: 5 is not of types \"null\", \"string\"";
    assert_eq!(lines(&api), [problem]);
}

async fn tour(api: &Api) {
    let code = api.sandbox.authorize("alice");
    assert_eq!(api.exchange(&code).await.0, 200);
    let alice = api.user("alice");
    assert_eq!(api.refresh(&alice.tokens.refresh_token).await.0, 200);
    let query = "client_id=sandbox-client&user_id=alice&providers=google,apple&scope=read&lng=es&theme=dark";
    assert_eq!(send(api.get(&format!("/oauth/authorize?{query}"))).await.status(), 302);
    for path in ["/oauth/connection-status", "/connection-status", "/calendars", "/events", "/health"] {
        assert_eq!(alice.get(path).await.0, 200, "{path}");
    }
    assert_eq!(api.user_with("alice", Scope::FreeBusy).get("/events").await.0, 200);

    for (provider, calendar) in CALENDARS {
        let mut new = event();
        new["provider"] = provider.into();
        new["calendarId"] = calendar.into();
        new["attendees"] = json!(["grace@example.com"]);
        new["conferenceData"] = json!({ "autoGenerate": true });
        new["recurrence"] = json!({ "frequency": "DAILY", "count": 3 });
        let (status, created) = alice.post("/event", &new).await;
        assert_eq!(status, 200);
        let id = created["id"].as_str().or(created["event"]["id"].as_str()).expect("an id");
        let target = [("provider", provider), ("calendarId", calendar), ("eventId", id)];
        let mut change = json!({ "title": "Moved", "location": null });
        target.iter().for_each(|(name, value)| change[name] = (*value).into());
        assert_eq!(alice.put(&change).await.0, 200);
        let calendars = json!({ provider: [calendar] }).to_string();
        let filter = [MARCH[0], MARCH[1], ("calendarIds", &calendars), ("singleEvents", "false"), ("pageSize", "1")];
        assert_eq!(alice.list(&filter).await["events"].as_array().map(Vec::len), Some(1));
        assert!(matches!(alice.delete(&target).await.0, 200 | 204));

        let watched = json!({ "provider": provider, "calendarId": calendar });
        let (status, channel) = alice.post("/subscribe-webhook", &watched).await;
        assert_eq!(status, 200);
        let ended = json!({ "provider": provider, "channelId": channel["channelId"] });
        assert_eq!(alice.post("/unsubscribe-webhook", &ended).await.0, 200);
    }
    assert_eq!(answer(api.http.get(format!("{}/.well-known/webhook-keys", api.sandbox.origin()))).await.0, 200);

    for path in ["/oauth/disconnect?provider=apple", "/disconnect?provider=caldav&account=nobody"] {
        assert_eq!(alice.post(path, &json!({})).await.0, 200);
    }
    assert_eq!(alice.post("/oauth/revoke", &json!({ "token": alice.tokens.access_token })).await.0, 200);
    assert_eq!(alice.get("/calendars").await.0, 401);
}

#[tokio::test]
async fn ordinary_traffic_keeps_to_the_contract() {
    for (write, delete) in [(WriteDialect::Root, DeleteDialect::Json), (WriteDialect::Nested, DeleteDialect::NoContent)]
    {
        let sandbox = Sandbox::builder().write_dialect(write).delete_dialect(delete).start().await;
        let api = Api::with(sandbox.expect("a sandbox"));
        tour(&api).await;
        assert_eq!(lines(&api), [""; 0]);
    }
}

#[tokio::test]
async fn partial_consent_and_the_lack_of_it_keep_to_the_contract() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let google = api.sandbox.accounts("alice")[0].clone();
    api.sandbox.set_calendar_permission("alice", google.0, &google.1, false);
    assert_eq!(alice.get("/calendars").await.0, 200);
    assert_eq!(alice.post("/event", &event()).await.0, 403);
    for provider in [Provider::Microsoft, Provider::Apple, Provider::CalDav] {
        assert_eq!(alice.post(&format!("/oauth/disconnect?provider={provider}"), &json!({})).await.0, 200);
    }
    assert_eq!(alice.get("/events").await.0, 403);
    assert_eq!(lines(&api), [""; 0]);
}

#[tokio::test]
async fn every_false_answer_is_caught() {
    use Operation as Op;
    let api = Api::empty().await;
    let json = |status, body: Value| Fault::on_any().status(status).json(&body);
    let event = |more: Value| merged(json!({ "provider": "google", "id": "e1" }), more);
    let page = |more: Value| json(200, json!({ "events": [event(json!({})), event(more)], "pageSize": 250 }));
    let plain = || Fault::on_any().status(200).header("content-type", "text/plain").body("ok");
    for (operation, fault, expected) in [
        (Op::ListCalendars, json(418, json!({})), "status: 418 is not declared"),
        (Op::ListCalendars, json(200, json!({})), "body: {} is not of type \"array\""),
        (Op::ListCalendars, json(200, json!([{ "id": "c1" }])), "body /0: \"provider\" is a required property"),
        (Op::ListCalendars, Fault::on_any().status(200), "body: is missing"),
        (Op::ListCalendars, Fault::on_any().status(200).body("[]"), "content type: is missing"),
        (Op::ListCalendars, plain(), "content type: text/plain is not declared"),
        (Op::ListCalendars, json(200, json!([])).body("["), "body: is not JSON"),
        (Op::ListCalendars, json(403, json!({ "accounts": [{ "provider": 5 }] })), "body /accounts/0/provider"),
        (Op::ListEvents, page(json!({ "id": null })), "body /events/1/id: null is not of type \"string\""),
        (Op::ListEvents, page(json!({ "start": "soon" })), "body /events/1/start: \"soon\" is not a \"date-time\""),
        (Op::ListEvents, page(json!({ "allDay": "no" })), "body /events/1/allDay"),
        (Op::ListEvents, page(json!({ "attendees": [{}] })), "body /events/1/attendees/0: fits no alternative"),
        (Op::ListEvents, page(json!({ "conference": 1 })), "body /events/1/conference: fits no alternative"),
        (Op::ListEvents, page(json!({ "privacy": [] })), "body /events/1/privacy: fits no alternative"),
        (
            Op::ListEvents,
            json(200, json!({ "events": [], "pageSize": 4_000_000_000_u32 })),
            "body /pageSize: 4000000000 is greater",
        ),
        (Op::CreateEvent, json(200, json!({ "success": true })), "body: fits no alternative: \"event\" is a required"),
        (Op::CreateEvent, json(200, json!({ "success": true, "id": 5 })), "/id: 5 is not of type \"string\""),
        (Op::CreateEvent, json(200, json!({ "event": { "id": "e1" } })), "/event: \"provider\" is a required property"),
        (Op::DeleteEvent, json(204, json!({})), "body: is not declared"),
        (Op::Authorize, Fault::on_any().status(302), "header Location: is required"),
        (Op::RefreshToken, json(200, json!({ "expires_in": 3600 })), "body: \"access_token\" is a required property"),
        (Op::WebhookKeys, json(200, json!({ "keys": [{ "status": 1 }] })), "body /keys/0/status"),
    ] {
        api.sandbox.inject(fault.checked());
        let _ = well_formed(&api, operation).await;
        let found = lines(&api);
        assert_eq!(found.len(), 1, "{operation}: {found:?}");
        assert!(found[0].starts_with(&format!("{operation}, answer, ")), "{}", found[0]);
        assert!(found[0].contains(expected), "{} does not say {expected}", found[0]);
    }
}

/// Sends a request that keeps to the contract.
async fn well_formed(api: &Api, operation: Operation) -> u16 {
    let alice = api.user("alice");
    let target = [("provider", "google"), ("calendarId", "primary"), ("eventId", "e1")];
    let request = match operation {
        Operation::ListCalendars => alice.request(Method::GET, "/calendars"),
        Operation::ListEvents => alice.request(Method::GET, "/events"),
        Operation::CreateEvent => alice.request(Method::POST, "/event").json(&event()),
        Operation::DeleteEvent => alice.request(Method::DELETE, "/event").query(&target),
        Operation::Authorize => api.get("/oauth/authorize?client_id=sandbox-client&user_id=alice"),
        Operation::RefreshToken => {
            api.post("/oauth/token").form(&[("grant_type", "refresh_token"), ("refresh_token", "none")])
        }
        _ => api.http.get(format!("{}/.well-known/webhook-keys", api.sandbox.origin())),
    };
    send(request).await.status().as_u16()
}

#[tokio::test]
async fn every_false_request_is_caught() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    // Whatever is asked, the answer is a success: no refusal of the sandbox's own tells the client.
    api.sandbox.inject(Fault::on_any().always().status(200));
    let post = |path: &str, body: Value| alice.request(Method::POST, path).json(&body);
    let changed = |more: Value| post("/event", merged(event(), more));
    let rule = |more: Value| changed(json!({ "recurrence": merged(json!({ "frequency": "DAILY" }), more) }));
    let get = |path: &str| alice.request(Method::GET, path);
    let form = |body: &'static str| api.post("/oauth/token").body(body).header("content-type", FORM);
    const FORM: &str = "application/x-www-form-urlencoded";
    for (request, expected) in [
        (get("/nowhere"), "GET /api/nowhere, request, path: is not an operation of the contract"),
        (api.get("/events"), "list_events, request, header authorization: is required"),
        (api.get("/events").basic_auth("a", Some("b")), "header authorization: must be of the scheme bearer"),
        (form("grant_type=x").bearer_auth("a"), "header authorization: must be of the scheme basic"),
        (get("/events?pageSize=many"), "query pageSize: \"many\" is not of type \"integer\""),
        (get("/events?pageSize=0"), "query pageSize: 0 is less than the minimum of 1"),
        (get("/events?page_size=5"), "query page_size: is not declared"),
        (get("/events?pageSize=5&pageSize=6"), "query pageSize: is given more than once"),
        (get("/events?singleEvents=yes"), "query singleEvents: \"yes\" is not of type \"boolean\""),
        (get("/events?start=2026-03-01T14:00:00+02:00"), "query start: \"2026-03-01T14:00:00 02:00\" is not a"),
        (get("/events?calendarIds=primary"), "query calendarIds: is not JSON"),
        (get("/events?calendarIds=[1]"), "query calendarIds: [1] is not of type \"object\""),
        (get("/events?calendarIds={\"google\":\"primary\"}"), "query calendarIds /google: \"primary\" is not of type"),
        (post("/oauth/disconnect", json!({})), "disconnect, request, query provider: is required"),
        (post("/oauth/disconnect?provider=google", json!({ "a": 1 })), "body: Additional properties are not allowed"),
        (alice.request(Method::POST, "/oauth/disconnect?provider=google"), "body: is required"),
        (alice.request(Method::POST, "/event").body("{}"), "content type: is missing"),
        (alice.request(Method::POST, "/event").header("content-type", "text/plain").body("{}"), "text/plain is not"),
        (changed(json!({})).body("{"), "create_event, request, body: is not JSON"),
        (changed(json!({ "title": null })), "body /title: null is not of type \"string\""),
        (changed(json!({ "start": "2026-03-01T25:00:00Z" })), "body /start"),
        (rule(json!({ "count": 2, "until": "20260401T000000Z" })), "body /recurrence: "),
        (rule(json!({ "until": "20269901T000000Z" })), "body /recurrence/until"),
        (rule(json!({ "byMonthDay": [32] })), "body /recurrence/byMonthDay/0: 32 is greater than the maximum of 31"),
        (form("code=c"), "exchange_code, request, body: \"grant_type\" is a required property"),
        (api.post("/oauth/revoke").json(&json!({ "token": 5 })), "revoke, request, body /token"),
    ] {
        send(request).await;
        let found = lines(&api);
        assert_eq!(found.len(), 1, "{expected}: {found:?}");
        assert!(found[0].contains(expected), "{} does not say {expected}", found[0]);
    }
}

#[tokio::test]
async fn dropping_a_sandbox_complains_of_violations_that_nobody_took() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    assert_eq!(alice.get("/events?page_size=5").await.0, 200);
    assert_eq!(alice.get("/events?pagesize=5").await.0, 200);
    let expected = "traffic departed from the API's contract:\n  \
                    list_events, request, query page_size: is not declared\n  \
                    list_events, request, query pagesize: is not declared";
    assert_eq!(complaint(api.sandbox).as_deref(), Some(expected));

    let api = Api::empty().await;
    assert_eq!(api.user("alice").get("/events?page_size=5").await.0, 200);
    assert_eq!(api.sandbox.violations(), api.sandbox.take_violations());
    assert_eq!(complaint(api.sandbox), None);
}

#[tokio::test]
async fn requests_that_the_sandbox_refuses_are_listed_and_fail_no_test() {
    let api = Api::empty().await;
    assert_eq!(api.user("alice").get("/events?pageSize=many").await.0, 400);
    assert_eq!(answer(api.get("/nowhere")).await.0, 404);
    let violations = api.sandbox.violations();
    assert_eq!(violations.len(), 2);
    assert!(violations.iter().all(|violation| violation.refused && violation.side == Side::Request));
    assert_eq!(violations[0].operation, Some(Operation::ListEvents));
    assert_eq!((violations[1].method.as_str(), violations[1].path.as_str()), ("GET", "/api/nowhere"));
    assert!(violations[1].to_string().contains("refused request"));
    assert_eq!(complaint(api.sandbox), None);
}

#[tokio::test]
async fn a_canned_refusal_does_not_excuse_a_request() {
    let api = Api::empty().await;
    api.sandbox.inject(Fault::on(Operation::ListEvents).status(400));
    assert_eq!(api.user("alice").get("/events?page_size=5").await.0, 400);
    assert!(complaint(api.sandbox).is_some());
}

#[tokio::test]
async fn a_request_that_is_never_answered_counts() {
    let api = Api::empty().await;
    api.sandbox.inject(Fault::on(Operation::ListEvents).disconnect());
    let alice = api.user("alice");
    assert!(alice.request(Method::GET, "/events?page_size=5").send().await.is_err());
    assert_eq!(lines(&api), ["list_events, request, query page_size: is not declared"]);
}

#[tokio::test]
async fn canned_answers_are_exempt() {
    let api = Api::empty().await;
    api.sandbox.inject(Fault::on(Operation::ListEvents).json(&json!(7)));
    assert_eq!(api.user("alice").get("/events").await, (200, json!(7)));
    assert_eq!(complaint(api.sandbox), None);
}

#[tokio::test]
async fn events_put_in_by_a_test_are_exempt_and_the_others_are_not() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let odd = json!({ "id": "odd", "provider": "google", "calendarId": "primary", "title": 5, "attendees": [7] });
    api.sandbox.add_event("alice", odd.clone());
    api.sandbox.add_event("alice", json!("not even an object"));
    api.sandbox.add_event("alice", json!({ "provider": 1, "title": "no id" }));
    assert_eq!(alice.get("/events").await.1["events"].as_array().map(Vec::len), Some(3));
    assert_eq!(api.user_with("alice", Scope::FreeBusy).get("/events").await.0, 200);
    let change = json!({ "provider": "google", "calendarId": "primary", "eventId": "odd", "location": "Here" });
    assert_eq!(alice.put(&change).await.0, 200);
    assert_eq!(lines(&api), [""; 0]);

    let page = json!({ "events": [odd, { "id": "other" }] });
    api.sandbox.inject(Fault::on(Operation::ListEvents).status(200).json(&page).checked());
    assert_eq!(alice.get("/events").await.0, 200);
    assert_eq!(lines(&api), ["list_events, answer, body /events/0: \"provider\" is a required property"]);
}

#[tokio::test]
async fn the_checks_can_record_only_or_be_off() {
    for (checks, kept) in [(ContractChecks::Record, 1), (ContractChecks::Off, 0)] {
        let sandbox = Sandbox::builder().contract_checks(checks).start().await;
        let api = Api::with(sandbox.expect("a sandbox"));
        assert_eq!(api.user("alice").get("/events?page_size=5").await.0, 200);
        assert_eq!(api.sandbox.violations().len(), kept, "{checks:?}");
        assert_eq!(complaint(api.sandbox), None);
    }
}

#[tokio::test]
async fn a_hook_hears_of_each_violation() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    let sandbox = Sandbox::builder()
        .contract_checks(ContractChecks::Record)
        .on_violation(move |violation| ear.lock().expect("a lock").push(violation.clone()))
        .start()
        .await;
    let api = Api::with(sandbox.expect("a sandbox"));
    assert_eq!(api.user("alice").get("/events?page_size=5").await.0, 200);
    assert_eq!(*heard.lock().expect("a lock"), api.sandbox.violations());
    assert_eq!(heard.lock().expect("a lock").len(), 1);
}

#[test]
fn a_panic_of_the_test_is_not_hidden_by_a_complaint() {
    let panicked = thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let api = Api::empty().await;
            assert_eq!(api.user("alice").get("/events?page_size=5").await.0, 200);
            resume_unwind(Box::new("the test's own"));
        });
    });
    let panic = panicked.join().expect_err("a panic");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the test's own"));
}

#[tokio::test]
async fn many_refusals_do_not_hide_what_was_taken() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for _ in 0..1_001 {
        assert_eq!(alice.get("/events?pageSize=many").await.0, 400);
    }
    assert_eq!(alice.get("/events?page_size=5").await.0, 200);
    assert_eq!(api.sandbox.violations().len(), 1_001);
    assert!(complaint(api.sandbox).is_some());
}
