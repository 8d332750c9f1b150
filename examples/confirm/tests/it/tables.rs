//! The table of disputes.

use std::collections::BTreeSet;
use std::path::Path;

use mobiscroll_connect_confirm::{Verdict, disputes};

use crate::support::{ask, sandbox};

#[test]
fn each_dispute_has_a_name_of_its_own() {
    let names: BTreeSet<_> = disputes().map(|dispute| dispute.id).collect();
    assert_eq!(names.len(), disputes().count());
}

#[test]
fn each_place_is_a_file_of_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for dispute in disputes() {
        assert!(root.join(dispute.place).is_file(), "{}: {}", dispute.id, dispute.place);
    }
}

#[test]
fn observations_are_judged_by_the_table() {
    let dispute = |id: &str| disputes().find(|dispute| dispute.id == id).unwrap();
    assert_eq!(dispute("create-status").judge("200"), Verdict::Confirmed);
    assert_eq!(dispute("create-status").judge("202"), Verdict::Handled);
    assert_eq!(dispute("create-status").judge("302"), Verdict::Refuted);
    assert_eq!(dispute("delete-body").judge("anything"), Verdict::Learned);
}

#[tokio::test]
async fn a_run_that_asks_everything_learns_all_that_can_be_learned() {
    let sandbox = sandbox().start().await.unwrap();
    let report = ask(&sandbox).await;
    let open = report.findings.iter().filter(|finding| finding.verdict() == Verdict::NotLearned);
    let open: Vec<_> = open.map(|finding| finding.dispute.id).collect();
    let beyond = [
        "sync-state-date",
        "delivery-conference",
        "delivery-signature",
        "delivery-echo",
        "delivery-initial",
        "delivery-retries",
        "channels-shared",
        "consent-providers",
        "consent-languages",
        "rate-limits",
        "retry-after",
        "partial-permission",
    ];
    assert_eq!(open, beyond, "{report}");
}
