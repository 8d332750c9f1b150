//! Marked secrets, and everything that is traced, printed or panicked with while they are used.

use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mobiscroll_connect::{AuthCallback, Client, Error, EventCreate, Provider, RequestOptions, RetryPolicy, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed};
use serde_json::json;

use crate::capture::Capture;

const CLIENT_SECRET: &str = "CANARY-client-secret";
const HEADER: &str = "CANARY-header";
const STATE: &str = "CANARY-state";

/// All secrets of a story, as they come up.
#[derive(Default)]
struct Canaries(Vec<String>);

impl Canaries {
    fn add(&mut self, secret: impl Into<String>) {
        self.0.push(secret.into());
    }

    fn add_tokens(&mut self, tokens: &Tokens) {
        self.add(tokens.access_token().expose());
        self.add(tokens.refresh_token().unwrap().expose());
    }

    fn hidden_in(&self, text: &str) {
        for canary in &self.0 {
            if let Some(at) = text.find(canary.as_str()) {
                let before = text[..at].chars().rev().take(300).collect::<Vec<_>>();
                panic!("{canary} is shown after: {}", before.into_iter().rev().collect::<String>());
            }
        }
    }
}

/// What errors print, each with its causes.
#[derive(Default)]
struct Printed(String);

impl Printed {
    fn error(&mut self, error: &Error) {
        self.0 += &format!("{error}\n{error:?}\n{error:#?}\n{:?}\n", error.headers());
        let mut cause = error.source();
        while let Some(error) = cause {
            self.0 += &format!("{error}\n{error:?}\n");
            cause = error.source();
        }
    }
}

async fn story(http2: bool, canaries: &mut Canaries, printed: &mut Printed) {
    let sandbox = Sandbox::builder().seed(Seed::Empty).client_secret(CLIENT_SECRET).start().await.unwrap();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let http = if http2 { http.http2_prior_knowledge() } else { http }.build().unwrap();
    let client = Client::builder(sandbox.client_id(), CLIENT_SECRET, sandbox.redirect_uri())
        .base_url(sandbox.base_url())
        .http_client(http)
        .retry(RetryPolicy::new().base_delay(Duration::from_millis(1)))
        .build()
        .unwrap();
    let header = RequestOptions::new().header("x-key".parse().unwrap(), HEADER.parse().unwrap()).unwrap();
    let client = client.for_user("ada").with_options(header);

    let code = sandbox.authorize("ada");
    canaries.add(&code);
    let callback = format!("/cb?code={code}&state={STATE}");
    let code = AuthCallback::parse(&callback, STATE).unwrap().code;
    printed.error(&AuthCallback::parse(&callback, "CANARY-another-state").unwrap_err());
    canaries.add_tokens(&client.auth().get_token(&code).await.unwrap());
    printed.error(&client.auth().get_token(&code).await.unwrap_err());

    sandbox.expire_access_tokens();
    client.calendars().list().await.unwrap();
    canaries.add_tokens(&client.auth().credentials().unwrap());
    let start = jiff::Timestamp::now();
    let draft = EventCreate::new(Provider::Google, "primary", "T", start, start + Duration::from_secs(60));
    client.events().create(draft).await.unwrap();

    // A server that repeats what it was sent, in every place.
    for status in [200, 302, 400, 401, 403, 404, 429, 500, 503] {
        let all = format!("{} {CLIENT_SECRET}", client.auth().credentials().unwrap().access_token().expose());
        let body = json!({ "message": all, "error": all, "code": all, "details": { all.clone(): all } });
        sandbox.clear_faults();
        sandbox.inject(Fault::on(Operation::ListEvents).status(status).json(&body).always());
        sandbox.inject(Fault::on(Operation::ListCalendars).status(status).body(all.clone()).always());
        for error in [client.events().list().send().await.err(), client.calendars().list().await.err()] {
            error.iter().for_each(|error| printed.error(error));
        }
        canaries.add_tokens(&client.auth().credentials().unwrap());
    }
    let faults = [Fault::disconnect, Fault::reset, Fault::truncate, Fault::half_body, Fault::gzip_garbage];
    for (number, fault) in faults.into_iter().enumerate() {
        sandbox.clear_faults();
        // Another user each time, so that none is in back-off.
        let client = client.for_user(format!("ada{number}"));
        let issued = sandbox.issue_tokens(client.user());
        client.set_credentials(Tokens::new(issued.access_token).with_refresh_token(issued.refresh_token));
        canaries.add_tokens(&client.auth().credentials().unwrap());
        sandbox.inject(fault(Fault::on(Operation::RefreshToken)).always());
        sandbox.inject(fault(Fault::on(Operation::ListCalendars)).always());
        sandbox.expire_access_tokens();
        // Without the feature `gzip`, nobody decodes the garbage, and what comes may be read.
        client.calendars().list().await.err().iter().for_each(|error| printed.error(error));
    }
    sandbox.clear_faults();
    client.auth().refresh().await.unwrap();
    canaries.add_tokens(&client.auth().credentials().unwrap());
    printed.0 += &format!("{client:?} {client:#?} {:?} {:?}", client.auth(), client.auth().credentials());
    client.auth().revoke().await.unwrap();
    sandbox.clear_requests();
}

#[tokio::test]
async fn no_secret_is_traced_printed_or_panicked_with() {
    let panics = Arc::new(Mutex::new(String::new()));
    let heard = panics.clone();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        *heard.lock().unwrap() += &panic.to_string();
        before(panic);
    }));
    for http2 in [false, true] {
        let capture = Capture::default();
        let tracing = tracing::subscriber::set_default(capture.subscriber());
        let (mut canaries, mut printed) = (Canaries::default(), Printed::default());
        [CLIENT_SECRET, HEADER, STATE].into_iter().for_each(|secret| canaries.add(secret));
        story(http2, &mut canaries, &mut printed).await;
        drop(tracing);
        let traced = capture.text();
        println!(
            "HTTP/{}: {} secrets; {} lines traced, {} bytes printed",
            if http2 { 2 } else { 1 },
            canaries.0.len(),
            traced.lines().count(),
            printed.0.len()
        );
        assert!(traced.lines().count() > 50 && printed.0.len() > 5_000 && canaries.0.len() > 6);
        canaries.hidden_in(&traced);
        canaries.hidden_in(&printed.0);
        // A panic of the check itself is heard, too.
        let heard = panics.lock().unwrap().clone();
        canaries.hidden_in(&heard);
    }
}

#[test]
#[should_panic(expected = "CANARY")]
fn a_secret_that_is_shown_is_found() {
    let canaries = Canaries(vec!["CANARY-elsewhere".to_owned()]);
    canaries.hidden_in("Basic CANARY-elsewhere");
}
