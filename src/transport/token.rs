//! The token endpoint, which identifies the application by its id and secret.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::exchange::Exchange;
use super::response::Requested;
use super::{Transport, failure, trace};
use crate::error::{Error, InputFailure};
use crate::json::{self, RawJson};
use crate::models::{GrantType, TokenRequest, TokenResponse};
use crate::raw::operations;
use crate::secret::Secret;
use crate::transport::Failure;

impl Transport {
    /// Calls the token endpoint once. `secrets` are those in the request, which the response may repeat.
    pub(crate) async fn request_tokens(
        &self,
        request: TokenRequest,
        secrets: &[&Secret],
        timeout: Duration,
    ) -> Result<TokenResponse, Error> {
        let operation = &operations::TOKEN;
        let requested = match request.grant_type {
            GrantType::RefreshToken => Requested::Refresh,
            _ => Requested::Code,
        };
        InputFailure::require(operation, &[("code", request.code.as_ref().map(Secret::expose))])?;
        let built = self.requests.token().client_id(&self.app.client_id).body(request).request().map_err(Box::new);
        let request = self.complete(operation, built, &self.settings)?;
        let max_body = self.settings.max_body;
        let secrets = self.secrets([None, None], secrets);
        let exchange = Exchange { operation, requested, access_token: None, timeout, max_body, secrets };
        let response = trace::call(operation, self, None, self.exchange(request, exchange)).await?;
        match response.decode::<TokenResponse>() {
            Ok(reply) if !reply.value.access_token.expose().is_empty() => Ok(reply.value),
            Ok(reply) => Err(failure::token_error(reply.head, "access_token is empty".to_owned())),
            // The old refresh token is retired by now: the new one must not be lost to a malformed member beside it.
            Err(Failure::Undecodable(undecodable)) => {
                salvage(&undecodable.response.body).ok_or_else(|| failure::decode_error(*undecodable))
            }
            Err(Failure::Final(error)) => Err(error),
        }
    }
}

/// Reads a token response member by member; what has another type than expected is left out.
fn salvage(body: &[u8]) -> Option<TokenResponse> {
    // No token has control characters; within another member, they would hide the tokens.
    let text = json::clean(&String::from_utf8_lossy(body)).replace(char::is_control, " ");
    // What follows the object, or is too much for a number, does not take the tokens away.
    let mut object = serde_json::Deserializer::from_str(&text);
    let members = BTreeMap::<String, RawJson>::deserialize(&mut object).ok()?;
    let member = |name: &str| members.get(name)?.parse::<Value>().ok();
    let mut kept = Map::new();
    for name in ["access_token", "refresh_token", "token_type", "scope"] {
        if let Some(value) = member(name).filter(Value::is_string) {
            kept.insert(name.to_owned(), value);
        }
    }
    let seconds = member("expires_in").and_then(|value| match value {
        Value::String(text) => text.trim().parse().ok(),
        number => number.as_f64(),
    });
    // Without it the token is used until it is refused, which is harmless.
    if let Some(seconds) = seconds {
        kept.insert("expires_in".to_owned(), Value::from(seconds as i64));
    }
    let response: TokenResponse = serde_json::from_str(&Value::Object(kept).to_string()).ok()?;
    Some(response).filter(|response| !response.access_token.expose().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_member_beside_the_tokens_does_not_lose_them() {
        for member in [r#""expires_in":"3600""#, r#""expires_in":3600.5"#, r#""expires_in":3600,"scope":["read"]"#] {
            let body = format!(r#"{{"access_token":"a2","refresh_token":"r2",{member}}}"#);
            let response = salvage(body.as_bytes()).unwrap();
            assert_eq!(response.access_token.expose(), "a2", "{member}");
            assert_eq!(response.refresh_token.unwrap().expose(), "r2", "{member}");
            assert_eq!(response.expires_in, Some(3600), "{member}");
        }
        let (tokens, many) = (r#""access_token":"a2","refresh_token":"r2""#, "[".repeat(200) + &"]".repeat(200));
        for body in [
            format!(r#"{{{tokens},"expires_in":1e999}}"#),
            format!("{{{tokens},\"scope\":\"a\tb\"}}"),
            format!("{{{tokens}}}\0"),
            format!("{{{tokens}}};"),
            format!(r#"{{{tokens},"expires_in":"3600","x":{many}}}"#),
            format!(r#"{{{tokens},"expires_in":"3600","x":1e999}}"#),
        ] {
            let response = salvage(body.as_bytes()).unwrap_or_else(|| panic!("{body}"));
            assert_eq!(response.refresh_token.unwrap().expose(), "r2", "{body}");
        }
        for hopeless in ["", "[]", "{}", r#"{"access_token":""}"#, r#"{"access_token":7}"#, r#"{"refresh_token":"r2"}"#]
        {
            assert!(salvage(hopeless.as_bytes()).is_none(), "{hopeless}");
        }
    }
}
