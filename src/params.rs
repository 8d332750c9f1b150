//! The parameters of each operation of the contract, as generated.

#![allow(clippy::new_without_default, clippy::needless_update, clippy::redundant_field_names, reason = "generated")]
#![allow(
    deprecated,
    missing_docs,
    unused_macros,
    rustdoc::bare_urls,
    rustdoc::invalid_html_tags,
    reason = "the contract's words"
)]

use crate::raw::operations;

include!(concat!(env!("MOBISCROLL_CONNECT_GENERATED"), "/requests.rs"));

pub(crate) use accessors;
