//! Everything that ends with a user.

use mobiscroll_connect::requests::UnsubscribeWebhook;
use mobiscroll_connect::{Client, OffboardOutcome, OffboardReport, Provider, Subscription};
use mobiscroll_connect_sandbox::{Operation, Sandbox, Seed};

use crate::support::{ADA, answer, category, client, tokens};

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().seed(Seed::Empty).webhook_url("https://app.example/hook").start().await.unwrap();
    let ada = client(&sandbox).for_user(ADA);
    ada.set_credentials(tokens(sandbox.issue_tokens(ADA)));
    (sandbox, ada)
}

async fn subscribe(ada: &Client) -> Vec<Subscription> {
    let mut subscriptions = Vec::new();
    for _ in 0..2 {
        subscriptions.push(ada.webhooks().subscribe_webhook(Provider::Google, "primary").await.unwrap());
    }
    subscriptions
}

/// The steps in words.
fn steps(report: &OffboardReport) -> Vec<String> {
    let steps = report.steps.iter().map(|step| {
        let action = format!("{:?}", step.action);
        let name: String = action.chars().take_while(|letter| letter.is_alphanumeric()).collect();
        match &step.outcome {
            OffboardOutcome::Failed(error) => format!("{name} {}", category(error)),
            outcome => format!("{name} {outcome:?}"),
        }
    });
    steps.collect()
}

#[tokio::test]
async fn a_user_is_offboarded_in_one_call_and_once() {
    let (sandbox, ada) = start().await;
    let subscriptions = subscribe(&ada).await;
    let report = ada.auth().offboard().subscriptions(&subscriptions).await.unwrap();

    let mut done = vec!["Unsubscribe Done"; 2];
    done.push("ListAccounts Done");
    done.extend(["Disconnect Done"; 4]);
    done.extend(["Revoke Done", "Erase Done"]);
    assert_eq!(steps(&report), done);
    assert!(report.is_complete() && !report.is_retryable());
    assert_eq!(sandbox.webhook_channels(ADA), []);
    assert_eq!(sandbox.accounts(ADA), []);
    assert_eq!(sandbox.grants_revoked(ADA).len(), 1);
    assert_eq!(ada.auth().list_stored_users(None, 10).await.unwrap(), []);
    assert_eq!(ada.auth().load_credentials().await.unwrap(), None);

    let before = sandbox.requests().len();
    let again = ada.auth().offboard().subscriptions(subscriptions).await.unwrap();
    let skipped =
        ["Unsubscribe Skipped", "Unsubscribe Skipped", "ListAccounts Skipped", "Revoke Skipped", "Erase Done"];
    assert_eq!(steps(&again), skipped);
    assert!(again.is_complete());
    assert_eq!(sandbox.requests().len(), before);
}

#[tokio::test]
async fn a_step_that_fails_stops_no_other_and_the_tokens_are_kept_for_its_retry() {
    let (sandbox, ada) = start().await;
    let subscriptions = subscribe(&ada).await;
    answer(&sandbox, Operation::UnsubscribeWebhook, 500, "");
    let report = ada.auth().offboard().subscriptions(&subscriptions).await.unwrap();
    assert_eq!(steps(&report)[..3], ["Unsubscribe Server", "Unsubscribe Done", "ListAccounts Done"]);
    assert_eq!(steps(&report)[7..], ["Revoke Postponed", "Erase Postponed"]);
    assert!(!report.is_complete() && report.is_retryable());
    assert_eq!(sandbox.accounts(ADA), []);
    assert_eq!(sandbox.grants_revoked(ADA).len(), 0);

    let report = ada.auth().offboard().subscriptions(&subscriptions).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(sandbox.count_answered(Operation::UnsubscribeWebhook, 200), 3);
    assert_eq!(ada.auth().load_credentials().await.unwrap(), None);
}

#[tokio::test]
async fn a_revocation_with_an_unknown_outcome_keeps_the_record() {
    let (sandbox, ada) = start().await;
    answer(&sandbox, Operation::Revoke, 503, "");
    let report = ada.auth().offboard().await.unwrap();
    assert_eq!(steps(&report)[5..], ["Revoke Server", "Erase Postponed"]);
    assert!(ada.auth().load_credentials().await.unwrap().is_some());
    assert!(ada.auth().offboard().await.unwrap().is_complete());
}

#[tokio::test]
async fn force_erases_whatever_fails() {
    let (sandbox, ada) = start().await;
    for operation in [Operation::UnsubscribeWebhook, Operation::ConnectionStatus, Operation::Revoke] {
        answer(&sandbox, operation, 503, "");
    }
    let channel = UnsubscribeWebhook::new(Provider::Google, "channel-7").resource_id("resource-7");
    let report = ada.auth().offboard().subscriptions([channel]).force().await.unwrap();
    assert_eq!(steps(&report), ["Unsubscribe Server", "ListAccounts Server", "Revoke Server", "Erase Done"]);
    assert!(!report.is_complete());
    assert_eq!(ada.auth().list_stored_users(None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn an_authorization_that_has_ended_does_not_keep_the_record() {
    let (sandbox, ada) = start().await;
    sandbox.revoke_grant(ADA);
    let report = ada.auth().offboard().await.unwrap();
    assert_eq!(steps(&report), ["ListAccounts Authentication", "Revoke Done", "Erase Done"]);
    assert!(!report.is_retryable());
    assert_eq!(ada.auth().list_stored_users(None, 10).await.unwrap(), []);
}
