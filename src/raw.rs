//! The generated client and models, as [`Client::raw`](crate::Client::raw) hands them out.
//!
//! This module follows `openapi.yaml` and the release of progenitor that made it: it is **outside the semantic
//! versioning promise** of the crate. Models that are part of the promise are re-exported at the crate's root.

#![allow(missing_docs, missing_debug_implementations, unreachable_pub, private_interfaces)]
#![allow(unused_imports, clippy::all, clippy::missing_errors_doc)]

include!(env!("MOBISCROLL_CONNECT_BINDINGS"));
