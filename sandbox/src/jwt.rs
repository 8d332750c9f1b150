//! Signing tokens as JSON Web Tokens (HS256), and reading them back.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Signs the claims with the key.
pub(crate) fn sign(key: &[u8; 64], claims: &Value) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = mac(key, &message).finalize().into_bytes();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Reads the claims of a token that was signed with the key; expiry is up to the caller.
pub(crate) fn verify(key: &[u8; 64], token: &str) -> Option<Value> {
    let (message, signature) = token.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac(key, message).verify_slice(&signature).ok()?;
    let (_, claims) = message.split_once('.')?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

fn mac(key: &[u8; 64], message: &str) -> Hmac<Sha256> {
    Hmac::<Sha256>::new(key.into()).chain_update(message)
}
