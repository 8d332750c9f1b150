//! What must not be shown of a call, and its redaction.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use crate::error::Error;
use crate::secret::Secret;
use crate::sync::BoxFuture;

/// Secrets shorter than this are redacted as whole words alone, as they may stand in any other word.
const WORD_LIMIT: usize = 8;

/// Error codes of RFC 6749 and of the service: an error without them says nothing, and none of them is a secret.
const OAUTH_CODES: [&str; 10] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "insufficient_scope",
    "access_denied",
    "session_expired",
    "redirect_uri_mismatch",
];

/// Whatever carries an access token.
pub(crate) trait AccessToken: Send + Sync {
    fn access_token(&self) -> &Secret;
}

/// Whatever knows the active access token, as the raw client asks for it with each request.
pub(crate) trait TokenSource: Send + Sync {
    /// Returns the active tokens, loaded from the store if there are none.
    fn active(self: Arc<Self>) -> BoxFuture<'static, Result<Option<Arc<dyn AccessToken>>, Error>>;
}

/// What the application identifies itself with.
pub(crate) struct AppCredentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    pub(crate) redirect_uri: String,
    /// Client id and secret in Base64, as `Authorization` has them.
    pub(crate) basic: Secret,
}

/// The secrets that a call is made with, and that its response may repeat.
#[derive(Clone)]
pub(crate) struct Secrets {
    app: Arc<AppCredentials>,
    /// Those of this attempt and of a refused one before it.
    tokens: [Option<Arc<dyn AccessToken>>; 2],
    in_body: Vec<Secret>,
}

impl Secrets {
    pub(super) fn new(
        app: &Arc<AppCredentials>,
        tokens: [Option<Arc<dyn AccessToken>>; 2],
        in_body: &[&Secret],
    ) -> Self {
        Self { app: app.clone(), tokens, in_body: in_body.iter().copied().cloned().collect() }
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let access_tokens = self.tokens.iter().flatten().map(|tokens| tokens.access_token());
        let others = [&self.app.client_secret, &self.app.basic].into_iter().chain(&self.in_body);
        access_tokens.chain(others).map(Secret::expose).filter(|secret| !secret.is_empty())
    }

    /// Redacts the secrets in a text, also where they are escaped within JSON or a URL. Takes time in proportion to the text.
    pub(super) fn redact(&self, text: String) -> String {
        let mut codes = OAUTH_CODES.iter().flat_map(|code| places(&text, code)).collect::<Vec<_>>();
        codes.sort_unstable_by_key(|code| code.start);
        // No code is within another one.
        let is_in_code = |place: &Range<usize>| {
            let before = codes.partition_point(|code| code.start <= place.start);
            before > 0 && place.end <= codes[before - 1].end
        };
        let mut found = Vec::new();
        for secret in self.iter() {
            let json = Value::from(secret).to_string();
            let escaped = json[1..json.len() - 1].to_owned();
            let encoded = byte_serialize(secret.as_bytes()).collect::<String>();
            let mut forms = vec![secret.to_owned(), escaped.replace('/', "\\/"), escaped, encoded];
            forms.sort_unstable();
            forms.dedup();
            for form in forms {
                found.extend(places(&text, &form).filter(|place| {
                    let whole = form.len() >= WORD_LIMIT || is_whole_word(&text, place);
                    whole && !is_in_code(place)
                }));
            }
        }
        if found.is_empty() {
            return text;
        }
        found.sort_unstable_by_key(|place| place.start);
        let (mut redacted, mut end) = (String::with_capacity(text.len()), 0);
        for place in found {
            // Secrets that overlap are redacted together, so that no rest of the second one is left.
            if place.start >= end {
                redacted.push_str(&text[end..place.start]);
                redacted.push_str("[redacted]");
            }
            end = end.max(place.end);
        }
        redacted.push_str(&text[end..]);
        redacted
    }

    pub(super) fn redact_value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.redact(text).into(),
            Value::Array(items) => items.into_iter().map(|item| self.redact_value(item)).collect(),
            Value::Object(members) => {
                members.into_iter().map(|(name, value)| (self.redact(name), self.redact_value(value))).collect()
            }
            other => other,
        }
    }
}

fn places<'a>(text: &'a str, part: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    text.match_indices(part).map(|(start, part)| start..start + part.len())
}

fn is_whole_word(text: &str, place: &Range<usize>) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    !text[..place.start].ends_with(is_word) && !text[place.end..].starts_with(is_word)
}
