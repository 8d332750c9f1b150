//! The models of the contract, as generated. Those in the semver promise are re-exported at the crate's root.

#![allow(deprecated, missing_docs, missing_debug_implementations, unnameable_types, unreachable_pub)]
#![allow(unused_imports, clippy::all, clippy::missing_errors_doc)]

include!(concat!(env!("MOBISCROLL_CONNECT_GENERATED"), "/models.rs"));
