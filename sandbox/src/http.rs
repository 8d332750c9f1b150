//! Answers as the routes write them.

use bytes::Bytes;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, TRANSFER_ENCODING},
};
use serde_json::Value;

use crate::body::{Body, Repeated};

/// What goes back to the client.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What is sent instead of a body that is too large to be held
    repeated: Option<Repeated>,
    /// Whether the contract does not hold for it
    #[cfg_attr(not(feature = "contract"), allow(dead_code))]
    exempt: bool,
}

impl Answer {
    /// Answers without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new(), repeated: None, exempt: false }
    }

    /// Responds with a JSON body.
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::empty(status)
            .with_header(CONTENT_TYPE, "application/json; charset=utf-8")
            .with_body(body.to_string().into())
    }

    /// Responds with 200 and a JSON body.
    pub(crate) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// Adds a header, unless its value cannot stand in one.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn with_body(self, body: Bytes) -> Self {
        Self { body, ..self }
    }

    /// Sends this as the body, whatever the headers say of its length.
    pub(crate) fn with_repeated(mut self, repeated: Repeated) -> Self {
        self.headers.remove(CONTENT_LENGTH);
        self.headers.remove(TRANSFER_ENCODING);
        Self { repeated: Some(repeated), ..self }
    }

    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }

    /// Marks a response for which the contract does not hold.
    pub(crate) fn exempt(self, exempt: bool) -> Self {
        Self { exempt, ..self }
    }

    #[cfg(feature = "contract")]
    pub(crate) fn is_exempt(&self) -> bool {
        self.exempt
    }

    /// Tells whether the headers say where the body ends, which is otherwise left to HTTP.
    pub(crate) fn has_own_framing(&self) -> bool {
        self.headers.contains_key(CONTENT_LENGTH) || self.headers.contains_key(TRANSFER_ENCODING)
    }

    /// Writes status line and headers as they go over the wire, with this length unless the headers tell one.
    pub(crate) fn head(&self, length: u64, closing: bool) -> Bytes {
        let mut head = format!("HTTP/1.1 {}\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        if !self.has_own_framing() {
            head.extend(format!("content-length: {length}\r\n").into_bytes());
        }
        if closing {
            head.extend(b"connection: close\r\n");
        }
        head.extend(b"\r\n");
        head.into()
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(self.repeated.map_or_else(|| self.body.into(), Body::from));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
