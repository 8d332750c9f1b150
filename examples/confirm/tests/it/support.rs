//! What the tests share.

use std::future::pending;

use mobiscroll_connect_confirm::{Finding, Outcome, Person, Report, Settings, Verdict, run};
use mobiscroll_connect_sandbox::{ContractChecks, Sandbox, SandboxBuilder, Seed};

/// The user that the program logs in.
pub(crate) const USER: &str = "mobiscroll-connect-confirm";

/// A person who agrees to everything, at the sandbox's consent page.
pub(crate) struct Agreeable;

impl Person for Agreeable {
    async fn log_in(&self, url: &str) -> Outcome<String> {
        consent(url).await
    }

    async fn agrees(&self, _: &str) -> Outcome<bool> {
        Ok(true)
    }
}

/// What a report says otherwise than the one of the defaults.
pub(crate) fn differing<'a>(report: &'a Report, defaults: &Report) -> Vec<(&'a str, &'a str, Verdict)> {
    let both = report.findings.iter().zip(&defaults.findings);
    let differing = both.filter(|(finding, default)| finding.observed != default.observed);
    let shown = |finding: &'a Finding| {
        (finding.dispute.id, finding.observed.as_deref().unwrap_or("not-learned"), finding.verdict())
    };
    differing.map(|(finding, _)| shown(finding)).collect()
}

/// Opens a consent page, and returns the address that it leads to.
pub(crate) async fn consent(url: &str) -> Outcome<String> {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let response = browser.get(url).send().await?;
    Ok(response.headers()["location"].to_str()?.to_owned())
}

/// A sandbox that takes the departures from the contract that the program makes on purpose.
pub(crate) fn sandbox() -> SandboxBuilder {
    Sandbox::builder().seed(Seed::Empty).contract_checks(ContractChecks::Off)
}

/// Settings that ask everything.
pub(crate) fn everything(base_url: &str, sandbox: &Sandbox) -> Settings {
    let mut settings = Settings::new(base_url, sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
    settings.attendee = Some("me@example.com".to_owned());
    settings.scopes = true;
    settings.webhooks = true;
    settings.disconnect = Some(("apple".to_owned(), format!("{USER}@icloud.example")));
    settings.end_authorization = true;
    settings
}

/// Asks a sandbox everything.
pub(crate) async fn ask(sandbox: &Sandbox) -> Report {
    ask_at(sandbox.base_url(), sandbox).await
}

/// Asks everything at a base URL of a proxy before the sandbox.
pub(crate) async fn ask_at(base_url: &str, sandbox: &Sandbox) -> Report {
    run(everything(base_url, sandbox), &Agreeable, pending()).await.unwrap()
}

/// Fails if something of the program is left.
pub(crate) fn assert_clean(sandbox: &Sandbox) {
    assert_eq!(sandbox.events(USER), Vec::<serde_json::Value>::new());
    assert!(sandbox.webhook_channels(USER).is_empty(), "{:?}", sandbox.webhook_channels(USER));
}
