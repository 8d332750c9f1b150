//! What a token says about itself.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::Tokens;
use crate::secret::Secret;

/// The claims of a JWT. They cannot be verified here, so they are hints: a wrong time costs a refresh or a 401.
pub(super) struct Claims {
    pub(super) iat: Option<i64>,
    pub(super) exp: Option<i64>,
    sub: Option<String>,
}

impl Claims {
    pub(super) fn of(token: &Secret) -> Option<Self> {
        let payload = token.expose().split('.').nth(1)?;
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()?;
        let seconds = |name: &str| claims[name].as_f64().map(|seconds| seconds as i64);
        let sub = match &claims["sub"] {
            Value::String(sub) => Some(sub.clone()),
            Value::Number(sub) => Some(sub.to_string()),
            _ => None,
        };
        Some(Self { iat: seconds("iat"), exp: seconds("exp"), sub })
    }

    pub(super) fn lifetime(&self) -> Option<Duration> {
        let seconds = self.exp?.checked_sub(self.iat?)?;
        u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs)
    }
}

impl Tokens {
    /// Reports whether one of the tokens claims to be of another user. A token without the claim `sub` claims nothing.
    pub(crate) fn are_of_another_user(&self, user: &str) -> bool {
        let tokens = [Some(&self.access_token), self.refresh_token.as_ref()];
        let subjects = tokens.into_iter().flatten().filter_map(|token| Claims::of(token)?.sub);
        subjects.into_iter().any(|subject| subject != user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> String {
        format!("e30.{}.signature", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn only_a_claim_of_another_user_counts() {
        for (access, refresh, is_another) in [
            (r#"{"sub":"alice"}"#, r#"{"sub":"alice"}"#, false),
            (r#"{"sub":"bob"}"#, r#"{"sub":"alice"}"#, true),
            (r#"{"sub":"alice"}"#, r#"{"sub":"bob"}"#, true),
            (r#"{"exp":1}"#, "{}", false),
            (r#"{"sub":null}"#, r#"{"sub":["bob"]}"#, false),
            (r#"{"sub":"Alice"}"#, "{}", true),
            (r#"{"sub":""}"#, "{}", true),
        ] {
            let tokens = Tokens::new(jwt(access)).with_refresh_token(jwt(refresh));
            assert_eq!(tokens.are_of_another_user("alice"), is_another, "{access} {refresh}");
        }
        assert!(!Tokens::new("opaque").are_of_another_user("alice"));
        assert!(!Tokens::new(jwt(r#"{"sub":42}"#)).are_of_another_user("42"));
    }
}
