//! The seal of a pending login: text that only this application can have made.
//!
//! `login1.PAYLOAD.TAG`: the login as JSON, and an HMAC-SHA256 over what stands before it, both in base64 (URL-safe, without
//! padding). The key is derived from the client secret, for this purpose and this client id alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::pending::PendingLogin;
use crate::error::{AuthCallbackFailure, AuthCallbackKind, Error, InputFailure};
use crate::hmac;
use crate::params::AuthUrl;
use crate::secret::Secret;
use crate::transport::AppCredentials;

/// The prefix of sealed logins.
const FORMAT: &str = "login1";

/// Separates the key from others that may be derived from the client secret.
const PURPOSE: &[u8] = b"mobiscroll-connect-rust pending login v1\0";

/// Longer texts are no sealed logins.
const MAX_LENGTH: usize = 8192;

#[derive(Serialize, Deserialize)]
struct Payload {
    client: String,
    request: AuthUrl,
    /// In milliseconds of Unix time.
    expires: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<String>,
}

fn key(app: &AppCredentials) -> Zeroizing<[u8; 32]> {
    hmac::hmac(app.client_secret.expose().as_bytes(), &[PURPOSE, app.client_id.as_bytes()]).into()
}

/// Seals a login.
pub(super) fn seal(app: &AppCredentials, login: PendingLogin) -> Result<Secret, Error> {
    let PendingLogin { request, expires_at, context } = login;
    let expires = expires_at.as_millisecond();
    let payload = Payload { client: app.client_id.clone(), request, expires, context };
    let payload = serde_json::to_vec(&payload).map(Zeroizing::new);
    let payload = payload.map_err(|_| InputFailure::new("the login cannot be written as JSON"))?;
    let mut sealed = format!("{FORMAT}.{}", URL_SAFE_NO_PAD.encode(&*payload));
    let tag = hmac::hmac(&*key(app), &[sealed.as_bytes()]);
    sealed.push('.');
    URL_SAFE_NO_PAD.encode_string(tag, &mut sealed);
    Ok(sealed.into())
}

/// Opens a sealed login, if it is genuine and has not expired.
pub(super) fn open(app: &AppCredentials, sealed: &str, now: Timestamp) -> Result<PendingLogin, Error> {
    read(app, sealed, now).map_err(AuthCallbackFailure::error)
}

fn read(app: &AppCredentials, sealed: &str, now: Timestamp) -> Result<PendingLogin, AuthCallbackKind> {
    if sealed.is_empty() {
        return Err(AuthCallbackKind::NothingSent);
    }
    let (is_genuine, payload) = split(app, sealed).ok_or(AuthCallbackKind::PendingInvalid)?;
    // Nothing of a forged one is used but why it is refused.
    if payload.client != app.client_id {
        return Err(AuthCallbackKind::PendingOfAnotherClient);
    }
    let Payload { request, expires, context, .. } = payload;
    match Timestamp::from_millisecond(expires) {
        Ok(expires_at) if is_genuine && expires_at > now => Ok(PendingLogin { request, expires_at, context }),
        Ok(_) if is_genuine => Err(AuthCallbackKind::PendingExpired),
        _ => Err(AuthCallbackKind::PendingInvalid),
    }
}

/// Takes a sealed login apart, and reports whether it is genuine.
fn split(app: &AppCredentials, sealed: &str) -> Option<(bool, Payload)> {
    let (text, tag) = sealed.rsplit_once('.').filter(|_| sealed.len() <= MAX_LENGTH)?;
    let payload = text.strip_prefix(FORMAT)?.strip_prefix('.')?;
    let payload = Zeroizing::new(URL_SAFE_NO_PAD.decode(payload).ok()?);
    let is_genuine = hmac::verify(&*key(app), &[text.as_bytes()], &URL_SAFE_NO_PAD.decode(tag).ok()?);
    Some((is_genuine, serde_json::from_slice(&payload).ok()?))
}
