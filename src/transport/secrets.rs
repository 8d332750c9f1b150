//! What must not be shown of a call, and its redaction.

use std::sync::Arc;

use serde_json::Value;

use crate::secret::Secret;

/// Whatever carries an access token.
pub(crate) trait AccessToken: Send + Sync {
    fn access_token(&self) -> &Secret;
}

/// Whatever knows the active access token, as the raw client asks for it with each request.
pub(crate) trait TokenSource: Send + Sync {
    fn active(&self) -> Option<Arc<dyn AccessToken>>;
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

    /// Redacts the secrets in a text, also where they are escaped within JSON.
    pub(super) fn redact(&self, text: String) -> String {
        self.iter().fold(text, |text, secret| {
            let json = Value::from(secret).to_string();
            let escaped = &json[1..json.len() - 1];
            text.replace(escaped, "[redacted]").replace(secret, "[redacted]")
        })
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
