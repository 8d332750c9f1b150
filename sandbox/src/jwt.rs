//! Signing tokens as JSON Web Tokens (HS256).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Signs the claims with the key.
pub(crate) fn sign(key: &[u8; 64], claims: &Value) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = Hmac::<Sha256>::new(key.into()).chain_update(&message);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.finalize().into_bytes()))
}
