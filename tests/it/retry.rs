//! Calls that are made again, and what is told of those that are not.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use jiff::Timestamp;
use mobiscroll_connect::{
    AuthEvent, Client, ClientBuilder, Error, EventCreate, EventDelete, NetworkKind, Provider, RequestOptions,
    RetryPolicy, SendStatus, Tokens,
};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed};
use tokio::net::TcpListener;

use crate::events_write::{meeting, update};
use crate::support::{ADA, builder, category, layers, only, signed_in, tokens};

/// Pauses that a test does not notice.
fn quick() -> RetryPolicy {
    RetryPolicy::new().base_delay(Duration::from_millis(2)).max_delay(Duration::from_millis(5))
}

async fn sandbox() -> Sandbox {
    Sandbox::builder().seed(Seed::Empty).start().await.unwrap()
}

fn signed_in_by(sandbox: &Sandbox, builder: ClientBuilder) -> Client {
    let client = builder.build().unwrap();
    client.set_credentials(tokens(sandbox.issue_tokens(ADA)));
    client
}

async fn stage() -> (Sandbox, Client) {
    let sandbox = sandbox().await;
    // As many repeats as the table has rows with them.
    let client = signed_in_by(&sandbox, builder(&sandbox).retry(quick()).retry_budget(1000));
    (sandbox, client)
}

/// What users call with an access token or without.
pub(crate) const OPERATIONS: [Operation; 10] = [
    Operation::Health,
    Operation::ConnectionStatus,
    Operation::ListCalendars,
    Operation::ListEvents,
    Operation::DeleteEvent,
    Operation::CreateEvent,
    Operation::UpdateEvent,
    Operation::Disconnect,
    Operation::SubscribeWebhook,
    Operation::UnsubscribeWebhook,
];

pub(crate) async fn call(client: &Client, operation: Operation) -> Result<(), Error> {
    match operation {
        Operation::Health => client.health().await.map(drop),
        Operation::ConnectionStatus => client.auth().get_connection_status().await.map(drop),
        Operation::ListCalendars => client.calendars().list().await.map(drop),
        Operation::ListEvents => client.events().list().send().await.map(drop),
        Operation::DeleteEvent => {
            client.events().delete(EventDelete::new(Provider::Google, "primary", "e")).await.map(drop)
        }
        Operation::CreateEvent => client.events().create(meeting()).await.map(drop),
        Operation::UpdateEvent => client.events().update(update("e").title("T")).await.map(drop),
        Operation::Disconnect => client.auth().disconnect(Provider::Google).account("nobody").send().await.map(drop),
        Operation::SubscribeWebhook => {
            client.webhooks().subscribe_webhook(Provider::Google, "primary").send().await.map(drop)
        }
        Operation::UnsubscribeWebhook => {
            client.webhooks().unsubscribe_webhook(Provider::Google, "c").send().await.map(drop)
        }
        other => panic!("nobody calls {other}"),
    }
}

/// What a server does instead of answering.
type Change = fn(Fault) -> Fault;

/// What happens, which calls are made again, and what is told of the request.
type Row<'a> = (&'static str, Change, &'a dyn Fn(Operation) -> bool, SendStatus);

#[tokio::test]
async fn what_is_made_again_is_what_the_table_says() {
    let (sandbox, client) = stage().await;
    let harmless = |operation| {
        matches!(
            operation,
            Operation::Health
                | Operation::ConnectionStatus
                | Operation::ListCalendars
                | Operation::ListEvents
                | Operation::DeleteEvent
        )
    };
    let (always, reads, never) = (|_| true, harmless, |_| false);
    let rows: [Row<'_>; 15] = [
        ("429", |f| f.status(429), &always, SendStatus::Answered),
        ("429 with Retry-After", |f| f.status(429).header("retry-after", "0"), &always, SendStatus::Answered),
        ("503 with Retry-After", |f| f.status(503).header("retry-after", "0"), &always, SendStatus::Answered),
        ("503", |f| f.status(503), &reads, SendStatus::Answered),
        ("408", |f| f.status(408), &reads, SendStatus::Answered),
        ("502", |f| f.status(502).html(), &reads, SendStatus::Answered),
        ("504", |f| f.status(504), &reads, SendStatus::Answered),
        ("closed", |f| f.disconnect(), &reads, SendStatus::MaybeSent),
        ("reset", |f| f.reset(), &reads, SendStatus::MaybeSent),
        ("broken off", |f| f.status(200).body("{\"id\":\"e\"}").truncate(), &reads, SendStatus::Answered),
        ("500", |f| f.status(500), &never, SendStatus::Answered),
        ("501", |f| f.status(501), &never, SendStatus::Answered),
        ("400", |f| f.status(400), &never, SendStatus::Answered),
        ("403", |f| f.status(403), &never, SendStatus::Answered),
        ("302", |f| f.redirect("http://127.0.0.1:9/"), &never, SendStatus::Answered),
    ];
    for operation in OPERATIONS {
        for (name, fault, made_again, delivery) in &rows {
            sandbox.clear_requests();
            let fault = sandbox.inject(fault(Fault::on(operation)).always());
            let error = call(&client, operation).await.unwrap_err();
            let attempts = if made_again(operation) { 3 } else { 1 };
            assert_eq!(fault.fired(), attempts, "{operation}: {name}: {error:?}");
            assert_eq!(error.send_status(), *delivery, "{operation}: {name}");
            let sent: Vec<_> = sandbox.requests_of(operation).into_iter().map(|r| (r.query, r.body)).collect();
            assert!(sent.iter().all(|bytes| *bytes == sent[0]), "{operation}: {name}: other bytes");
            sandbox.clear_faults();
        }
    }
}

#[tokio::test]
async fn time_outs_are_made_up_for_by_reads_alone() {
    let sandbox = sandbox().await;
    let hasty = builder(&sandbox).retry(quick()).retry_budget(1000).timeout(Duration::from_millis(300));
    let client = signed_in_by(&sandbox, hasty);
    for (operation, attempts) in [(Operation::ListEvents, 3), (Operation::DeleteEvent, 3), (Operation::CreateEvent, 1)]
    {
        let fault = sandbox.inject(Fault::on(operation).no_answer().always());
        let error = call(&client, operation).await.unwrap_err();
        let Error::Network(failure) = &error else { panic!("{error:?}") };
        assert_eq!((failure.kind(), error.send_status()), (NetworkKind::Timeout, SendStatus::MaybeSent));
        assert_eq!(
            (failure.operation(), error.operation()),
            (operation.to_string().as_str(), Some(failure.operation()))
        );
        assert_eq!(fault.fired(), attempts, "{operation}");
    }
}

#[tokio::test]
async fn what_was_surely_not_sent_is_sent_again_even_if_it_writes() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let client =
        Client::builder("id", "secret", "https://app.example/cb").base_url(format!("http://127.0.0.1:{port}/api"));
    let patient =
        RetryPolicy::new().max_attempts(50).base_delay(Duration::from_millis(50)).max_delay(Duration::from_millis(50));
    let client = client.retry(RetryPolicy::none()).build().unwrap();
    client.set_credentials(Tokens::new("access"));
    let error = client.events().create(meeting()).await.unwrap_err();
    assert_eq!((category(&error), error.send_status()), ("Network", SendStatus::NotSent));

    let patient = client.with_options(RequestOptions::new().retry(patient));
    let creating = tokio::spawn(async move { patient.events().create(meeting()).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let sandbox = Sandbox::builder().port(port).start().await.unwrap();
    // It arrives, with a token that this server never gave.
    let error = creating.await.unwrap().unwrap_err();
    assert_eq!((category(&error), error.send_status()), ("Authentication", SendStatus::Answered));
    only(&sandbox, Operation::CreateEvent);
}

#[tokio::test]
async fn a_call_that_succeeds_at_last_is_a_success() {
    let (sandbox, client) = stage().await;
    sandbox.inject(Fault::on(Operation::ListEvents).status(503).times(2));
    client.events().list().send().await.unwrap();
    sandbox.inject(Fault::on(Operation::CreateEvent).status(429));
    client.events().create(meeting()).await.unwrap();
    assert_eq!(sandbox.events(ADA).len(), 1);
}

#[tokio::test]
async fn a_repeat_and_a_refresh_do_not_count_as_each_other() {
    let (sandbox, client) = stage().await;
    sandbox.inject(Fault::on(Operation::ListEvents).status(502));
    sandbox.inject(Fault::on(Operation::ListEvents).status(502).skip(1));
    sandbox.expire_access_tokens();
    client.events().list().send().await.unwrap();
    let statuses: Vec<_> = sandbox.requests_of(Operation::ListEvents).into_iter().map(|r| r.status.unwrap()).collect();
    assert_eq!(statuses, [502, 401, 502, 200]);
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn retry_after_is_obeyed_up_to_the_deadline() {
    let (sandbox, client) = stage().await;
    sandbox.inject(Fault::on(Operation::ListEvents).status(429).header("retry-after", "1"));
    let begun = Instant::now();
    client.events().list().send().await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));

    let date = (Timestamp::now() + Duration::from_secs(600)).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for long in ["61", "99999999999999999999", &date] {
        let fault = sandbox.inject(Fault::on(Operation::ListEvents).status(503).header("retry-after", long));
        let error = client.events().list().send().await.unwrap_err();
        assert!(error.retry_after().unwrap() > Duration::from_secs(60), "{long}");
        assert_eq!(fault.fired(), 1);
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "nobody waits for what cannot be");
}

#[tokio::test]
async fn a_deadline_holds_for_all_attempts_together() {
    let (sandbox, client) = stage().await;
    let fault = sandbox.inject(Fault::on(Operation::ListEvents).no_answer().always());
    let options = RequestOptions::new().timeout(Duration::from_millis(400)).deadline(Duration::from_millis(600));
    let begun = Instant::now();
    let error = client.with_options(options).events().list().send().await.unwrap_err();
    assert_eq!(category(&error), "Network");
    assert!(begun.elapsed() < Duration::from_secs(10) && fault.fired() <= 2);
}

#[tokio::test]
async fn a_deadline_ends_the_wait_for_a_refresh_and_not_the_refresh() {
    let (sandbox, client) = stage().await;
    sandbox.expire_access_tokens();
    sandbox.inject(Fault::on(Operation::RefreshToken).delay(Duration::from_secs(1)));
    let mut events = client.auth_events();
    let hasty = client.with_options(RequestOptions::new().deadline(Duration::from_millis(300)));
    let error = hasty.calendars().list().await.unwrap_err();
    assert_eq!((category(&error), error.send_status()), ("Network", SendStatus::Answered));
    while !matches!(events.next().await.unwrap(), AuthEvent::Refreshed { .. }) {}
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn a_call_whose_token_could_not_be_refreshed_first_was_not_sent() {
    let sandbox = sandbox().await;
    let client = builder(&sandbox).build().unwrap();
    let about_to_end = tokens(sandbox.issue_tokens(ADA)).with_expires_at(Timestamp::now() - Duration::from_secs(1));
    client.set_credentials(about_to_end);
    sandbox.inject(Fault::on(Operation::RefreshToken).disconnect().always());
    sandbox.expire_access_tokens();
    let error = client.events().create(meeting()).await.unwrap_err();
    assert_eq!(category(&error), "Network");
    assert_ne!(error.send_status(), SendStatus::MaybeSent, "the refresh may have arrived; the call has not");
    assert_eq!(sandbox.events(ADA).len(), 0);
}

#[tokio::test]
async fn what_is_answered_to_the_refresh_before_a_call_is_no_answer_to_the_call() {
    let sandbox = sandbox().await;
    let refusals: [(Change, &str); 3] = [
        (|fault| fault.status(400).body(r#"{"error":"invalid_grant"}"#), "Authentication"),
        (|fault| fault.status(503), "Server"),
        (|fault| fault.status(200).body("{}"), "Decode"),
    ];
    for (refusal, expected) in refusals {
        let client = builder(&sandbox).build().unwrap();
        let past = Timestamp::now() - Duration::from_secs(1);
        client.set_credentials(tokens(sandbox.issue_tokens(ADA)).with_expires_at(past));
        sandbox.expire_access_tokens();
        sandbox.clear_faults();
        sandbox.inject(refusal(Fault::on(Operation::RefreshToken)).always());
        // The token that has ended is tried all the same, and its 401 is what the refresh has to answer for.
        let error = client.events().create(meeting()).await.unwrap_err();
        assert_eq!((category(&error), error.operation()), (expected, Some("token")), "{error:?}");
        assert_ne!(error.send_status(), SendStatus::MaybeSent, "{error:?}");
    }
    assert_eq!(sandbox.events(ADA).len(), 0);
}

#[tokio::test]
async fn an_outage_is_not_made_worse_by_more_than_the_budget() {
    const CALLS: usize = 400;
    let sandbox = sandbox().await;
    for (percent, most) in [(20, CALLS / 5), (0, 0), (50, CALLS / 2), (1, 10)] {
        let client = signed_in_by(&sandbox, builder(&sandbox).retry(quick()).retry_budget(percent));
        sandbox.clear_faults();
        let fault = sandbox.inject(Fault::on(Operation::ListCalendars).status(503).always());
        for _ in 0..CALLS {
            client.calendars().list().await.unwrap_err();
        }
        let repeats = fault.fired() - CALLS;
        println!("{percent} %: {CALLS} calls, {repeats} repeats");
        assert!(repeats <= most && repeats + 1 >= most, "{percent} %: {repeats} repeats");
    }
}

#[tokio::test]
async fn calls_earn_retries_within_a_minute() {
    let sandbox = sandbox().await;
    let client = signed_in_by(&sandbox, builder(&sandbox).retry(quick()));
    // The floor at first; later a fifth of all calls of the minute, without those that were made.
    for (good, repeats) in [(0, 10), (30, 0), (30, 5)] {
        for _ in 0..good {
            client.calendars().list().await.unwrap();
        }
        let fault = sandbox.inject(Fault::on(Operation::ListCalendars).status(503).always());
        for _ in 0..6 {
            client.calendars().list().await.unwrap_err();
        }
        assert_eq!(fault.fired() - 6, repeats, "after {good} good calls");
        sandbox.clear_faults();
    }
}

#[tokio::test]
async fn options_are_those_of_a_handle() {
    let (sandbox, client) = stage().await;
    let header = (HeaderName::from_static("x-trace"), HeaderValue::from_static("t1"));
    let traced = client.with_options(RequestOptions::new().header(header.0, header.1).unwrap());
    traced.calendars().list().await.unwrap();
    client.calendars().list().await.unwrap();
    let seen = sandbox.requests_of(Operation::ListCalendars);
    let traces: Vec<_> = seen.iter().map(|request| request.header("x-trace")).collect();
    assert_eq!(traces, [Some("t1"), None]);

    let once = client.with_options(RequestOptions::new().retry(RetryPolicy::none()));
    let fault = sandbox.inject(Fault::on(Operation::ListCalendars).status(503).always());
    once.calendars().list().await.unwrap_err();
    assert_eq!(fault.fired(), 1);
    assert!(format!("{traced:?}").len() > 10);
}

#[test]
fn the_clients_own_headers_are_not_to_be_set() {
    for name in ["authorization", "Host", "CONTENT-TYPE", "content-length", "transfer-encoding", "cookie"] {
        let header = RequestOptions::new().header(name.parse().unwrap(), HeaderValue::from_static("x"));
        assert_eq!(category(&header.unwrap_err()), "InvalidInput", "{name}");
    }
    let secret = RequestOptions::new().header(HeaderName::from_static("x-key"), HeaderValue::from_static("s3cr3t"));
    assert!(!format!("{:?}", secret.unwrap()).contains("s3cr3t"));
    assert_eq!(AUTHORIZATION.as_str(), "authorization");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_an_error_with_status_and_headers() {
    let sandbox = sandbox().await;
    let client = signed_in_by(&sandbox, builder(&sandbox).max_body(100_000));
    for operation in [Operation::ListEvents, Operation::CreateEvent, Operation::Health, Operation::ListCalendars] {
        sandbox.inject(Fault::on(operation).status(200).header("x-request-id", "r-1").huge(1 << 30));
        let error = call(&client, operation).await.unwrap_err();
        assert_eq!(
            (category(&error), error.status(), error.send_status()),
            ("Decode", Some(200), SendStatus::Answered)
        );
        assert_eq!(error.request_id(), Some("r-1"));
        assert!(layers(&error).iter().any(|layer| layer.contains("max_body")), "{:?}", layers(&error));
    }
    // The limit is that of the handle, and is not met by what fits.
    client.with_options(RequestOptions::new().max_body(10)).calendars().list().await.unwrap_err();
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn an_endless_error_body_does_not_hide_its_status() {
    let (sandbox, client) = signed_in().await;
    sandbox.inject(Fault::on(Operation::ListEvents).huge(1 << 30).status(502).header("cf-ray", "abc"));
    let error = client.events().list().send().await.unwrap_err();
    assert_eq!((category(&error), error.status(), error.request_id()), ("Server", Some(502), Some("abc")));
    assert!(error.headers().unwrap().contains_key("cf-ray"));
}

#[tokio::test]
async fn a_create_whose_answer_got_lost_is_found_and_not_made_twice() {
    let (sandbox, client) = stage().await;
    let faults: [Change; 5] =
        [Fault::disconnect, Fault::reset, Fault::truncate, Fault::half_body, |fault| fault.status(504).html()];
    for (number, fault) in faults.into_iter().enumerate() {
        let key = format!("key-{number}");
        // Done, and its answer lost.
        sandbox.inject(fault(Fault::on(Operation::CreateEvent).after_commit()));
        let created = client.events().create_once(meeting(), &key).await.unwrap();
        assert_eq!(created.custom["idempotencyKey"], key);
        assert_eq!(sandbox.events(ADA).len(), 2 * number + 1);
        assert_eq!(client.events().find_created(&meeting(), &key).await.unwrap().unwrap().id, created.id);

        // Lost before it was done.
        sandbox.inject(fault(Fault::on(Operation::CreateEvent).status(502)));
        let created = client.events().create_once(meeting(), format!("again-{number}")).await;
        // Half of an error's body is an error all the same.
        created.unwrap();
        assert_eq!(sandbox.events(ADA).len(), 2 * number + 2);
    }
    assert_eq!(client.events().find_created(&meeting(), "another key").await.unwrap(), None);
}

#[tokio::test]
async fn a_create_that_was_surely_not_done_is_not_looked_for() {
    let (sandbox, client) = stage().await;
    for status in [400, 403, 404] {
        sandbox.inject(Fault::on(Operation::CreateEvent).status(status));
        client.events().create_once(meeting(), "key").await.unwrap_err();
    }
    assert_eq!(sandbox.count(Operation::ListEvents), 0);
    // Twice in doubt, and twice not there.
    let fault = sandbox.inject(Fault::on(Operation::CreateEvent).disconnect().always());
    let error = client.events().create_once(meeting(), "key").await.unwrap_err();
    assert_eq!(
        (error.send_status(), fault.fired(), sandbox.count(Operation::ListEvents)),
        (SendStatus::MaybeSent, 2, 2)
    );
    // Nobody can look.
    sandbox.inject(Fault::on(Operation::ListEvents).status(403).always());
    let error = client.events().create_once(meeting(), "key").await.unwrap_err();
    assert_eq!((category(&error), fault.fired()), ("Network", 3));
}

/// Creates that are done, or not, and never answered.
fn lose_answers(sandbox: &Sandbox, number: usize) {
    let faults: [Change; 4] = [Fault::disconnect, Fault::reset, Fault::truncate, Fault::half_body];
    let fault = faults[number % faults.len()](Fault::on(Operation::CreateEvent));
    // Half of them are done.
    sandbox.inject(if number.is_multiple_of(2) { fault.after_commit() } else { fault.status(502) });
}

/// A meeting that no other is near.
fn meeting_of_its_own(number: usize) -> EventCreate {
    let start = Timestamp::UNIX_EPOCH + Duration::from_secs(number as u64 * 4 * 24 * 60 * 60);
    EventCreate::new(Provider::Google, "primary", format!("M{number}"), start, start + Duration::from_secs(1800))
}

#[tokio::test]
async fn a_thousand_creates_with_lost_answers_make_a_thousand_events() {
    const CREATES: usize = 1000;
    let (sandbox, client) = stage().await;
    for number in 0..CREATES {
        lose_answers(&sandbox, number / 2);
        client.events().create_once(meeting_of_its_own(number), format!("key-{number}")).await.unwrap();
    }
    let events = sandbox.events(ADA);
    let titles: HashSet<_> = events.iter().map(|event| event["title"].to_string()).collect();
    let (duplicates, missing) = (events.len() - titles.len(), CREATES - titles.len());
    println!("{CREATES} creates with lost answers: {duplicates} duplicates, {missing} missing");
    assert_eq!((duplicates, missing), (0, 0));
}

#[tokio::test]
async fn without_reconciling_a_create_is_never_sent_twice() {
    const CREATES: usize = 1000;
    let (sandbox, client) = stage().await;
    let mut in_doubt = 0;
    for number in 0..CREATES {
        lose_answers(&sandbox, number);
        let error = client.events().create(meeting_of_its_own(number)).await.unwrap_err();
        in_doubt += usize::from(error.send_status() != SendStatus::NotSent);
    }
    assert_eq!(sandbox.count(Operation::CreateEvent), CREATES);
    assert_eq!((sandbox.events(ADA).len(), in_doubt), (CREATES / 2, CREATES));
}
