//! The generated client and models, as [`Client::raw`](crate::Client::raw) returns them.
//!
//! This module follows `openapi.yaml` and the release of progenitor that made it: it is **outside the semantic
//! versioning promise** of the crate. Models that are part of the promise are re-exported at the crate's root.

#![allow(deprecated, missing_docs, missing_debug_implementations, unreachable_pub, private_interfaces)]
#![allow(unused_imports, clippy::all, clippy::missing_errors_doc)]

use std::fmt;
use std::sync::Arc;

use crate::sync::BoxFuture;

/// The models.
pub mod types {
    pub use crate::models::*;
}

include!(concat!(env!("MOBISCROLL_CONNECT_GENERATED"), "/calls.rs"));

/// What carries out the calls of a generated client: the floor above.
pub(crate) trait Dispatch: fmt::Debug + Send + Sync {
    /// Completes a request before it is sent.
    fn prepare<'a>(
        &'a self,
        request: &'a mut reqwest::Request,
        operation: &'a str,
    ) -> BoxFuture<'a, Result<(), String>>;

    fn execute(&self, request: reqwest::Request) -> BoxFuture<'_, reqwest::Result<reqwest::Response>>;
}

pub(crate) type Inner = Arc<dyn Dispatch>;

impl ClientHooks<Inner> for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, info: &OperationInfo) -> Result<(), Error<E>> {
        self.inner().prepare(request, info.operation_id).await.map_err(Error::Custom)
    }

    async fn exec(&self, request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        self.inner().execute(request).await
    }
}
