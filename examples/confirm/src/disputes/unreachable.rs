//! What a program at this end cannot find out, so that the list of disputes is complete.

use crate::context::Context;
use crate::dispute::{Dispute, dispute};

/// Needs a receiver at the webhook URL, and hours.
const DELIVERIES: &str =
    "needs a receiver at the webhook URL: run the example webhook_receiver there, and look at deliveries";
const BROWSER: &str = "is shown by the consent page: look at it in the browser";

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("delivery-conference", "Is the conference of a delivered event a text or an object?", &["text", "object"], "src/webhooks/delivery.rs"),
    dispute("delivery-signature", "Are deliveries signed by v1a alone?", &["v1a"], "src/webhooks/verify.rs"),
    dispute("delivery-echo", "Are the application's own changes delivered?", &["withheld", "delivered"], "src/webhooks/receiver/mod.rs"),
    dispute("delivery-initial", "Does each new channel begin with a delivery?", &["yes", "no"], "src/webhooks/receiver/mod.rs"),
    dispute("delivery-retries", "When is a delivery sent again?", &[], "src/webhooks/replay/mod.rs"),
    dispute("channels-shared", "Is a change delivered once for each channel of a calendar?", &["yes", "no"], "sandbox/src/settings/webhooks.rs"),
    dispute("consent-providers", "Does the consent page read providers as a comma-separated list?", &["list"], "src/auth/url.rs"),
    dispute("consent-languages", "Which languages has the consent page?", &[], "src/auth/url.rs"),
    dispute("rate-limits", "How many requests are accepted in a time?", &[], "src/call/policy.rs"),
    dispute("retry-after", "Which form has Retry-After?", &["seconds", "date"], "src/transport/retry_after.rs"),
    dispute("partial-permission", "Which accounts does a partial response name?", &["pairs"], "src/blocked_accounts.rs"),
];

/// Gives the reasons.
pub(crate) fn explain(context: &Context) {
    let mut report = context.report();
    for dispute in DISPUTES {
        let reason = match dispute.id {
            id if id.starts_with("consent-") => BROWSER,
            "rate-limits" | "retry-after" => "needs more requests than a run may send",
            "partial-permission" => "needs an account that was connected without the calendar permission",
            _ => DELIVERIES,
        };
        report.pass(dispute.id, reason);
    }
}
