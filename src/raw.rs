//! The generated client and models, as [`Client::raw`](crate::Client::raw) returns them.
//!
//! This module follows `openapi.yaml` and the release of progenitor that made it: it is **outside the semantic
//! versioning promise** of the crate. Models that are part of the promise are re-exported at the crate's root.

#![allow(deprecated, missing_docs, missing_debug_implementations, unreachable_pub, private_bounds, private_interfaces)]
#![allow(unused_imports, clippy::all, clippy::missing_errors_doc)]

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;

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

impl ClientHooks<Inner> for Client {}

/// Sends a request, and reads the response.
pub(crate) async fn send<T: DeserializeOwned>(
    client: &Client,
    request: reqwest::Request,
    operation: &str,
) -> Result<ResponseValue<T>, Error<()>> {
    ResponseValue::from_response(respond(client, request, operation).await?).await
}

/// Sends a request whose response has no value.
pub(crate) async fn send_for_nothing(
    client: &Client,
    request: reqwest::Request,
    operation: &str,
) -> Result<ResponseValue<()>, Error<()>> {
    respond(client, request, operation).await.map(ResponseValue::empty)
}

async fn respond(
    client: &Client,
    mut request: reqwest::Request,
    operation: &str,
) -> Result<reqwest::Response, Error<()>> {
    client.inner.prepare(&mut request, operation).await.map_err(Error::Custom)?;
    let response = client.inner.execute(request).await?;
    match response.status().is_success() {
        true => Ok(response),
        false => Err(Error::UnexpectedResponse(response)),
    }
}
