//! Each dialect of the sandbox is reported as what it is, and nothing else changes.

use std::sync::Arc;
use std::time::Duration;

use mobiscroll_connect_confirm::Verdict::{self, Confirmed, Handled, Learned, NotLearned, Refuted};
use mobiscroll_connect_sandbox::{
    AccessTokenDialect, CalendarIdDialect, ChannelDialect, ConferenceDialect, CreateStatus, DateDialect, DeleteDialect,
    ExpiresInDialect, Fault, InitialSyncDialect, Operation, Provider, RateLimit, RedirectUriRule, RefreshDialect,
    RefreshRefusal, ReuseRule, Sandbox, SandboxBuilder, ScopeDenial, SyncState, WriteDialect,
};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{USER, ask, assert_clean, differing, sandbox};

/// What differs from the defaults.
type Expected = &'static [(&'static str, &'static str, Verdict)];

/// A setting, and what is expected of a report.
type Row = (&'static str, fn(SandboxBuilder) -> SandboxBuilder, Expected);

const ROWS: [Row; 22] = [
    (
        "nested writes",
        |to| to.write_dialect(WriteDialect::Nested),
        &[("create-shape", "nested", Handled), ("update-shape", "nested", Handled)],
    ),
    ("empty deletions", |to| to.delete_dialect(DeleteDialect::NoContent), &[("delete-response", "204-empty", Handled)]),
    ("201", |to| to.create_status(CreateStatus::Created), &[("create-status", "201", Handled)]),
    (
        "no calendarId",
        |to| to.calendar_id_dialect(CalendarIdDialect::AbsentInWrites),
        &[("create-calendar-id", "absent", Handled)],
    ),
    ("conference objects", |to| to.conference_dialect(ConferenceDialect::Object), &[("conference", "object", Handled)]),
    (
        "dates in milliseconds",
        |to| to.date_dialect(DateDialect::Milliseconds),
        &[("instant-form", "number-milliseconds", Handled), ("last-modified-form", "number-milliseconds", Handled)],
    ),
    (
        "dates in seconds",
        |to| to.date_dialect(DateDialect::Seconds),
        &[("instant-form", "number-seconds", Handled), ("last-modified-form", "number-seconds", Handled)],
    ),
    ("403 for scopes", |to| to.scope_denial(ScopeDenial::Forbidden), &[("write-denial", "403", Handled)]),
    (
        "bare access tokens",
        |to| to.access_token_dialect(AccessTokenDialect::Bare),
        &[("access-token-unique", "may-be-equal", Handled)],
    ),
    (
        "the same access token",
        |to| to.refresh_dialect(RefreshDialect::SameAccessToken),
        &[("refresh-access-token", "same", Handled), ("previous-access-token", "same", Handled)],
    ),
    (
        "no expires_in in refreshes",
        |to| to.expires_in_dialect(ExpiresInDialect::AbsentInRefreshes),
        &[("refresh-expires-in", "absent", Handled)],
    ),
    (
        "no expires_in",
        |to| to.expires_in_dialect(ExpiresInDialect::Absent),
        &[("exchange-expires-in", "absent", Handled), ("refresh-expires-in", "absent", Handled)],
    ),
    (
        "401 for refresh tokens",
        |to| to.refresh_refusal(RefreshRefusal::Unauthorized),
        &[("refresh-refusal", "401", Handled), ("revoke-refresh", "401", Handled), ("reuse-refusal", "401", Handled)],
    ),
    (
        "an optional redirect_uri",
        |to| to.redirect_uri_rule(RedirectUriRule::Optional),
        &[("exchange-no-redirect-uri", "accepted", Learned)],
    ),
    (
        "expirations in milliseconds",
        |to| to.expiration_dialect(DateDialect::Milliseconds),
        &[("expiration-form", "number-milliseconds", Handled)],
    ),
    (
        "expirations in seconds",
        |to| to.expiration_dialect(DateDialect::Seconds),
        &[("expiration-form", "number-seconds", Handled)],
    ),
    ("legacy paths", |to| to.legacy_paths_only(true), &[("status-path", "legacy-only", Handled)]),
    ("each reuse counts", |to| to.reuse_rule(ReuseRule::EveryRefreshCounts), &[("reuse-counts", "yes", Handled)]),
    ("a limit", |to| to.connection_limit(10), &[("status-limit", "present", Handled)]),
    // What only deliveries show.
    ("shared channels", |to| to.channel_dialect(ChannelDialect::Shared), &[]),
    ("one initial sync", |to| to.initial_sync_dialect(InitialSyncDialect::PerCalendar), &[]),
    // The run waits as long as the responses say.
    ("a rate limit", |to| to.rate_limit_of(Operation::CreateEvent, RateLimit::new(20, Duration::from_secs(1))), &[]),
];

#[tokio::test]
async fn each_dialect_is_reported_as_what_it_is() {
    let plain = sandbox().start().await.unwrap();
    let defaults = Arc::new(ask(&plain).await);
    let mut rows = JoinSet::new();
    for (name, set, expected) in ROWS {
        let defaults = defaults.clone();
        rows.spawn(async move {
            let sandbox = set(sandbox()).start().await.unwrap();
            let report = ask(&sandbox).await;
            assert_eq!(differing(&report, &defaults), expected, "{name}");
            assert_eq!(report.exit_code(), 0, "{name}: {report}");
            assert_clean(&sandbox);
        });
    }
    rows.join_all().await;
}

#[tokio::test]
async fn the_defaults_of_the_sandbox_are_those_that_are_expected() {
    let sandbox = sandbox().start().await.unwrap();
    let report = ask(&sandbox).await;
    assert_eq!((report.count(Refuted), report.count(Handled)), (0, 0), "{report}");
    assert!(report.count(Confirmed) > 70, "{report}");
    assert_eq!(report.exit_code(), 0, "{report}");
    assert_clean(&sandbox);

    for (id, observed) in [
        ("reuse-one-behind", "accepted"),
        ("reuse-two-behind", "revokes"),
        ("calendar-ids-empty-list", "all"),
        ("end-bound", "exclusive"),
        ("code-reuse-revokes", "no"),
        ("consent-redirect-uri", "optional"),
        ("consent-other-redirect-uri", "refused-400"),
        ("consent-cookie", "7200-seconds"),
        ("expiration-default", "168-hours"),
        ("expiration-maximum", "honoured"),
        ("delete-body", "accepted"),
        ("conference-object", "accepted"),
        ("attendee-objects", "accepted"),
        ("subscribe-scope", "accepted"),
    ] {
        assert_eq!(report.observed(id), Some(observed), "{id}");
    }
}

#[tokio::test]
async fn the_date_of_a_rejection_is_reported_where_there_is_one() {
    for (dialect, form) in [(DateDialect::Text, "utc-milliseconds"), (DateDialect::Seconds, "number-seconds")] {
        let sandbox = sandbox().date_dialect(dialect).start().await.unwrap();
        sandbox.set_sync_state(USER, Provider::CalDav, "rejected@caldav.example", SyncState::ReauthRequired);
        assert_eq!(ask(&sandbox).await.observed("sync-state-date"), Some(form));
    }
}

#[tokio::test]
async fn a_previous_refresh_token_that_is_refused_is_reported() {
    let plain = sandbox().start().await.unwrap();
    let defaults = ask(&plain).await;
    // The last six: a rotation, its token twice more, another rotation, the first token, and one after the revocation.
    let before = plain.count(Operation::RefreshToken) - 6;

    let sandbox = sandbox().start().await.unwrap();
    let refusal = json!({ "error": "invalid_grant" });
    sandbox.inject(Fault::on(Operation::RefreshToken).status(400).json(&refusal).skip(before + 1));
    let report = ask(&sandbox).await;
    let expected = [("reuse-one-behind", "refused", Handled), ("reuse-counts", "not-learned", NotLearned)];
    assert_eq!(differing(&report, &defaults), expected);
    assert_eq!(report.exit_code(), 0, "{report}");
}

#[tokio::test]
async fn keys_without_a_lifetime_are_reported() {
    let sandbox = sandbox().start().await.unwrap();
    sandbox.set_webhook_keys_cache_control(None);
    assert_eq!(ask(&sandbox).await.observed("webhook-keys"), Some("keys-without-max-age"));
}

#[tokio::test]
async fn a_refuted_default_is_exit_code_1() {
    let sandbox = sandbox().start().await.unwrap();
    sandbox.inject(Fault::on(Operation::ListEvents).ignored_filter().always());
    let report = ask(&sandbox).await;
    let refuted = |id| report.findings.iter().any(|one| one.dispute.id == id && one.verdict() == Refuted);
    assert!(refuted("calendar-ids") && refuted("calendar-ids-array"), "{report}");
    assert_eq!(report.exit_code(), 1, "{report}");
    assert_clean(&sandbox);
}

#[tokio::test]
async fn without_a_webhook_url_nothing_is_learned_of_subscriptions() {
    let sandbox: Sandbox = sandbox().no_webhook_url().start().await.unwrap();
    let report = ask(&sandbox).await;
    assert_eq!(report.observed("subscribe"), None);
    assert_eq!((report.count(Refuted), report.exit_code()), (0, 2), "{report}");
}
