//! Requests as the routes read them.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
#[cfg(feature = "contract")]
use hyper::header::HeaderValue;
use hyper::{
    HeaderMap, Method, StatusCode,
    body::Incoming,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderName},
};
use serde_json::{Map, Value, json};

use crate::{error::ApiError, operation::Operation};

const BODY_LIMIT: usize = 1024 * 1024;

/// A request with its whole body.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) operation: Option<Operation>,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whether page tokens are to lead back to the first page
    pub(crate) circles: bool,
    params: Vec<(String, String)>,
}

impl Request {
    /// Reads the request to its end.
    pub(crate) async fn read(request: hyper::Request<Incoming>) -> Result<Self, ApiError> {
        Self::read_up_to(request, BODY_LIMIT).await
    }

    /// Reads the request unless its body is longer than this.
    pub(crate) async fn read_up_to(request: hyper::Request<Incoming>, limit: usize) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, limit).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, json!({ "error": "The body is too large" }))
            } else {
                ApiError::validation("The body could not be read", json!({}))
            }
        })?;
        let query = head.uri.query().unwrap_or_default().to_owned();
        let mut request = Self {
            operation: None,
            method: head.method,
            path: head.uri.path().to_owned(),
            params: parse_form(query.as_bytes()),
            query,
            headers: head.headers,
            body: body.to_bytes(),
            circles: false,
        };
        request.operation = Operation::of(&request.method, &request.path, || request.fields().take("grant_type"));
        Ok(request)
    }

    /// Describes a request that the sandbox itself makes, of JSON.
    #[cfg(feature = "contract")]
    pub(crate) fn post(path: &str, headers: &[(String, String)], body: Bytes) -> Self {
        let headers = headers.iter().filter_map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)));
        let mut headers = HeaderMap::from_iter(headers);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let (method, path, query, params) = (Method::POST, path.to_owned(), String::new(), Vec::new());
        Self { operation: None, method, path, query, headers, body, circles: false, params }
    }

    /// Gives the request as it would be without a query parameter.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.params.retain(|(key, _)| key != name);
        self
    }

    /// Gives the first value of a query parameter; an empty one counts as absent.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        let (_, value) = self.params.iter().find(|(key, _)| key == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// Gives every value of a query parameter.
    pub(crate) fn params<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.params.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Gives the query as an object of strings.
    pub(crate) fn query_object(&self) -> Map<String, Value> {
        self.params.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect()
    }

    /// Reads the body as a JSON object.
    pub(crate) fn json_object(&self) -> Result<Map<String, Value>, ApiError> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(ApiError::validation("The body must be a JSON object", json!({}))),
            Err(_) => Err(ApiError::validation("The body is not valid JSON", json!({}))),
        }
    }

    /// Reads the body's text fields, whether it is a form or a JSON object.
    pub(crate) fn fields(&self) -> Fields {
        let is_json = self.header(&CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json"));
        let fields = match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) if is_json => {
                object.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
            }
            _ if is_json => Vec::new(),
            _ => parse_form(&self.body),
        };
        Fields(fields)
    }

    /// Gives the token of a Bearer authorization.
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.authorization("bearer")
    }

    /// Gives the client id and the secret of a Basic authorization, or an error when it cannot be read.
    pub(crate) fn basic(&self) -> Option<Result<(String, String), ()>> {
        let encoded = self.authorization("basic")?;
        let pair = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        Some(
            pair.as_deref()
                .and_then(|pair| pair.split_once(':'))
                .map(|(id, secret)| (id.into(), secret.into()))
                .ok_or(()),
        )
    }

    fn authorization(&self, scheme: &str) -> Option<&str> {
        let (given, value) = self.header(&AUTHORIZATION)?.split_once(' ')?;
        given.eq_ignore_ascii_case(scheme).then(|| value.trim())
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn parse_form(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

/// The text fields of a body.
#[derive(Debug)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(name, _)| name)
    }

    /// Takes a field out; an empty one counts as absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.swap_remove(at).1).filter(|value| !value.is_empty())
    }
}
