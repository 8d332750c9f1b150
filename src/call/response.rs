//! A value with the head of its response.

use http::HeaderMap;

use crate::error;
use crate::transport::Head;

/// What an operation returned, with the status and the headers of the response.
///
/// From `send_with_response` of a [`Request`](crate::Request).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiResponse<T> {
    /// What `send` returns.
    pub value: T,
    /// The HTTP status; `None` if the operation got no response itself, such as a refresh that another call had made.
    pub status: Option<u16>,
    /// The response headers. Of several responses, such as after a retry or a fallback, those of the last.
    pub headers: HeaderMap,
}

impl<T> ApiResponse<T> {
    pub(super) fn new(value: T, head: Option<Head>) -> Self {
        let (status, headers) = head.map(|head| (Some(head.status.as_u16()), head.headers)).unwrap_or_default();
        Self { value, status, headers }
    }

    /// Returns the request id that the service or a proxy put into the headers, for its operators.
    pub fn request_id(&self) -> Option<&str> {
        error::request_id(&self.headers)
    }
}
