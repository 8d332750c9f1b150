//! How long an access token lives, told by a clock that never jumps.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

use super::Tokens;

/// When an access token should be refreshed, and when it ends, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) renew_at: Instant,
    pub(crate) ends_at: Instant,
}

impl Life {
    /// Plans the life of tokens that were issued a moment ago: their end cannot lie in the past, whatever the clocks say.
    pub(crate) fn of_new(tokens: &Tokens, ahead: Duration) -> Option<Self> {
        let claims = || Claims::of(tokens);
        let whole = tokens.lifetime.or_else(|| claims()?.lifetime())?;
        Self::plan(whole, Some(whole), ahead)
    }

    /// Plans the life of tokens that were kept for a while, which only the wall clock can tell.
    pub(crate) fn of_kept(tokens: &Tokens, ahead: Duration, now: Timestamp) -> Option<Self> {
        let (ends_at, whole) = match tokens.expires_at {
            Some(ends_at) => (ends_at, tokens.lifetime),
            None => {
                let claims = Claims::of(tokens)?;
                (Timestamp::from_second(claims.exp).ok()?, tokens.lifetime.or_else(|| claims.lifetime()))
            }
        };
        let remaining = Duration::try_from(ends_at.duration_since(now)).unwrap_or_default();
        Self::plan(remaining, whole, ahead)
    }

    /// Refreshes `ahead` of the end, but not before three quarters of a short life, and up to half as much earlier: tokens
    /// that were issued together should not be refreshed together.
    fn plan(remaining: Duration, whole: Option<Duration>, ahead: Duration) -> Option<Self> {
        let ahead = whole.map_or(ahead, |whole| ahead.min(whole / 4));
        let ahead = ahead.mul_f64(1.0 + fastrand::f64() / 2.0);
        let now = Instant::now();
        let at = |after: Duration| now.checked_add(after);
        Some(Self { renew_at: at(remaining.saturating_sub(ahead))?, ends_at: at(remaining)? })
    }
}

/// What a JWT says of itself. Nobody here can verify it, so it is a hint: a wrong one costs a refresh or a 401.
struct Claims {
    iat: Option<i64>,
    exp: i64,
}

impl Claims {
    fn of(tokens: &Tokens) -> Option<Self> {
        let payload = tokens.access_token.expose().split('.').nth(1)?;
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()?;
        let seconds = |name: &str| claims[name].as_f64().map(|seconds| seconds as i64);
        Some(Self { iat: seconds("iat"), exp: seconds("exp")? })
    }

    fn lifetime(&self) -> Option<Duration> {
        let seconds = self.exp.checked_sub(self.iat?)?;
        u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AHEAD: Duration = Duration::from_secs(60);

    fn jwt(claims: &str) -> Tokens {
        Tokens::new(format!("e30.{}.signature", URL_SAFE_NO_PAD.encode(claims)))
    }

    fn in_seconds(instant: Instant) -> u64 {
        instant.saturating_duration_since(Instant::now()).as_secs_f64().round() as u64
    }

    #[test]
    fn a_refresh_is_due_a_minute_to_a_minute_and_a_half_before_the_end() {
        let tokens = Tokens { lifetime: Some(Duration::from_secs(3600)), ..Tokens::new("a") };
        let mut seen = Vec::new();
        for _ in 0..100 {
            let life = Life::of_new(&tokens, AHEAD).unwrap();
            let renew_in = in_seconds(life.renew_at);
            assert!((3509..=3541).contains(&renew_in), "{renew_in}");
            seen.push(renew_in);
        }
        seen.dedup();
        assert!(seen.len() > 1, "a fleet does not refresh in one instant");
    }

    #[test]
    fn a_token_that_lives_seconds_is_used_for_most_of_them() {
        let tokens = Tokens { lifetime: Some(Duration::from_secs(8)), ..Tokens::new("a") };
        let renew_in = Life::of_new(&tokens, AHEAD).unwrap().renew_at.duration_since(Instant::now());
        assert!(renew_in > Duration::from_millis(4900), "{renew_in:?}");
    }

    #[test]
    fn a_jwt_tells_its_end() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let exp = now.as_second() + 1000;
        let life = Life::of_kept(&jwt(&format!(r#"{{"exp":{exp}}}"#)), Duration::ZERO, now).unwrap();
        assert_eq!(in_seconds(life.ends_at), 1000);
    }

    #[test]
    fn a_new_token_that_seems_to_be_old_is_believed_to_be_new() {
        let long_ago = jwt(r#"{"iat":1000,"exp":4600}"#);
        assert_eq!(in_seconds(Life::of_new(&long_ago, Duration::ZERO).unwrap().ends_at), 3600);
        assert_eq!(Life::of_new(&jwt(r#"{"exp":4600}"#), AHEAD), None, "without an issue date nothing is known");
        let kept = Life::of_kept(&long_ago, AHEAD, Timestamp::now()).unwrap();
        assert_eq!(in_seconds(kept.renew_at), 0);
    }

    #[test]
    fn what_is_no_jwt_has_no_known_end() {
        for token in ["opaque", "a.b.c", "..", "e30.e30.e30", "a.eyJleHAiOiJzb29uIn0.c", "e30.eyJleHAiOjFlMzA5fQ.c"] {
            assert_eq!(Life::of_kept(&Tokens::new(token), AHEAD, Timestamp::now()), None, "{token}");
            assert_eq!(Life::of_new(&Tokens::new(token), AHEAD), None, "{token}");
        }
    }
}
