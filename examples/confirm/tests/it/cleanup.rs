//! Whatever happens, nothing of the program is left, and nothing of others is touched.

use std::future::pending;
use std::time::Duration;

use mobiscroll_connect_confirm::{Outcome, Person, Settings, run};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};
use serde_json::json;

use crate::support::{Agreeable, USER, ask, assert_clean, consent, everything, sandbox};

#[tokio::test]
async fn events_whose_creation_was_not_answered_are_removed() {
    for skip in [0, 1, 4, 9] {
        let sandbox = sandbox().start().await.unwrap();
        let lost = sandbox.inject(Fault::on(Operation::CreateEvent).after_commit().disconnect().skip(skip));
        let report = ask(&sandbox).await;
        assert_eq!(lost.fired(), 1, "{skip}");
        assert_clean(&sandbox);
        assert!(report.leftovers.is_empty(), "{report}");
    }
}

#[tokio::test]
async fn subscriptions_whose_creation_was_not_answered_are_ended() {
    for skip in [0, 1, 3] {
        let sandbox = sandbox().start().await.unwrap();
        let lost = sandbox.inject(Fault::on(Operation::SubscribeWebhook).after_commit().disconnect().skip(skip));
        let report = ask(&sandbox).await;
        assert_eq!(lost.fired(), 1, "{skip}");
        assert_clean(&sandbox);
        assert_eq!(report.exit_code(), 2, "{report}");
    }
}

#[tokio::test]
async fn failures_midway_end_their_group_alone() {
    let sandbox = sandbox().start().await.unwrap();
    sandbox.inject(Fault::on(Operation::ListEvents).status(500).skip(8).times(3));
    let report = ask(&sandbox).await;
    assert_eq!(report.exit_code(), 2, "{report}");
    assert!(report.problems[0].contains("responded with 500"), "{report}");
    assert_eq!(report.observed("revoke-access"), Some("refused"), "{report}");
    assert_clean(&sandbox);
}

#[tokio::test]
async fn what_was_not_learned_has_the_failure_as_its_reason() {
    let sandbox = sandbox().start().await.unwrap();
    sandbox.inject(Fault::on(Operation::SubscribeWebhook).status(503).always());
    let report = ask(&sandbox).await;
    let finding = report.findings.iter().find(|finding| finding.dispute.id == "renewal").unwrap();
    let reason = "subscribing (is a webhook URL configured?): the service responded with 503";
    assert_eq!(finding.observed, Err(reason.to_owned()));
}

#[tokio::test]
async fn deletions_that_fail_are_retried() {
    let sandbox = sandbox().start().await.unwrap();
    sandbox.inject(Fault::on(Operation::DeleteEvent).status(500).skip(3).times(8));
    let report = ask(&sandbox).await;
    assert!(report.leftovers.is_empty(), "{report}");
    assert_clean(&sandbox);
}

#[tokio::test]
async fn what_cannot_be_removed_is_named_and_swept_later() {
    let sandbox = sandbox().start().await.unwrap();
    let fault = sandbox.inject(Fault::on(Operation::DeleteEvent).status(500).always());
    let report = ask(&sandbox).await;
    assert!(report.leftovers[0].contains("begins with [mobiscroll-connect-confirm "), "{report}");
    assert_eq!(report.exit_code(), 2);
    fault.remove();
    assert!(!sandbox.events(USER).is_empty());
    sandbox.add_event(USER, others("other"));

    let mut settings = everything(sandbox.base_url(), &sandbox);
    settings.sweep = true;
    let report = run(settings, &Agreeable, pending()).await.unwrap();
    assert!(report.leftovers.is_empty() && report.problems.is_empty(), "{report}");
    assert!(report.swept.is_some_and(|swept| swept > 5), "{report}");
    assert_eq!(titles(&sandbox), ["other"]);
}

#[tokio::test]
async fn an_interrupted_run_is_removed() {
    for wanted in [1, 5, 12] {
        let sandbox = sandbox().start().await.unwrap();
        let interrupt = async {
            while sandbox.count(Operation::CreateEvent) < wanted {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let report = run(everything(sandbox.base_url(), &sandbox), &Agreeable, interrupt).await.unwrap();
        assert_eq!(report.problems, ["the run was interrupted"]);
        assert_eq!(report.exit_code(), 2);
        assert_clean(&sandbox);
        // Nothing that ends something is done after an interruption.
        assert_eq!(sandbox.count(Operation::Disconnect), 0);
        assert!(sandbox.grants_revoked(USER).is_empty());
    }
}

#[tokio::test]
async fn events_of_others_are_left_alone() {
    let sandbox = sandbox().start().await.unwrap();
    sandbox.add_event(USER, others("theirs"));
    let report = ask(&sandbox).await;
    assert_eq!(report.exit_code(), 0, "{report}");
    assert_eq!(titles(&sandbox), ["theirs"]);
    assert!(!format!("{report}{}", report.to_json()).contains("theirs"));
}

#[tokio::test]
async fn nothing_account_wide_is_done_without_being_asked_for() {
    let sandbox = sandbox().start().await.unwrap();
    let mut settings = everything(sandbox.base_url(), &sandbox);
    (settings.end_authorization, settings.disconnect, settings.webhooks, settings.scopes) = (false, None, false, false);
    let report = run(settings, &Agreeable, pending()).await.unwrap();
    assert_eq!(report.exit_code(), 0, "{report}");
    assert_eq!((sandbox.count(Operation::Disconnect), sandbox.count(Operation::SubscribeWebhook)), (0, 0));
    assert!(sandbox.grants_revoked(USER).is_empty());
    assert!(report.to_string().contains("needs --end-authorization"), "{report}");
}

#[tokio::test]
async fn nothing_is_written_against_the_persons_will() {
    struct Unwilling;

    impl Person for Unwilling {
        async fn log_in(&self, url: &str) -> Outcome<String> {
            consent(url).await
        }

        async fn agrees(&self, _: &str) -> Outcome<bool> {
            Ok(false)
        }
    }

    let sandbox = sandbox().start().await.unwrap();
    let report = run(everything(sandbox.base_url(), &sandbox), &Unwilling, pending()).await.unwrap();
    assert_eq!((report.exit_code(), sandbox.count(Operation::CreateEvent)), (2, 0));
    assert_eq!(report.problems, ["nothing was written"]);
}

#[tokio::test]
async fn an_access_token_serves_instead_of_a_login() {
    let sandbox = sandbox().start().await.unwrap();
    let mut settings =
        Settings::new(sandbox.base_url(), sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
    settings.access_token = Some(sandbox.issue_tokens(USER).access_token);
    let report = run(settings, &Agreeable, pending()).await.unwrap();
    assert_eq!(report.exit_code(), 0, "{report}");
    assert_eq!((sandbox.count(Operation::Authorize), sandbox.refreshes(USER)), (0, 0));
    assert_eq!(report.observed("create-shape"), Some("root"));
    assert_clean(&sandbox);
}

/// An event of the user's own, among those of the program.
fn others(title: &str) -> serde_json::Value {
    let day = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(400 * 24);
    let at = |hour| day.strftime(&format!("%Y-%m-%dT{hour}:00:00.000Z")).to_string();
    json!({
        "provider": "google", "calendarId": "primary", "id": title, "title": title,
        "start": at("09"), "end": at("13"), "allDay": false,
    })
}

fn titles(sandbox: &Sandbox) -> Vec<String> {
    sandbox.events(USER).iter().map(|event| event["title"].as_str().unwrap_or_default().to_owned()).collect()
}
