//! When an access token expires, by a monotonic clock.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Tokens;
use super::claims::Claims;

/// When an access token should be refreshed, and when it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expiry {
    pub(crate) refresh_at: Instant,
    pub(crate) at: Instant,
}

impl Expiry {
    /// For tokens that were issued just now: they cannot have expired, whatever the clocks say.
    pub(crate) fn issued_now(tokens: &Tokens, ahead: Duration) -> Option<Self> {
        let whole = tokens.lifetime.or_else(|| Self::claimed_lifetime(tokens))?;
        Self::plan(whole, Some(whole), ahead)
    }

    /// Returns the lifetime by the access token's own claims, which no clock of ours has a part in.
    pub(crate) fn claimed_lifetime(tokens: &Tokens) -> Option<Duration> {
        Claims::of(&tokens.access_token)?.lifetime()
    }

    /// Reports whether the access token claims to have ended by then.
    pub(crate) fn claims_the_past(tokens: &Tokens, then: Timestamp) -> bool {
        Claims::of(&tokens.access_token).and_then(|claims| claims.exp).is_some_and(|exp| exp <= then.as_second())
    }

    /// For tokens of unknown age, whose expiry only the wall clock can tell.
    pub(crate) fn restored(tokens: &Tokens, ahead: Duration, now: Timestamp) -> Option<Self> {
        let (ends_at, whole) = match tokens.expires_at {
            Some(ends_at) => (ends_at, tokens.lifetime),
            // A token that had ended when it was issued has an end that nobody knows.
            None if tokens.issued_at.is_some_and(|issued| Self::claims_the_past(tokens, issued)) => return None,
            None => {
                let claims = Claims::of(&tokens.access_token)?;
                (Timestamp::from_second(claims.exp?).ok()?, tokens.lifetime.or_else(|| claims.lifetime()))
            }
        };
        let remaining = Duration::try_from(ends_at.duration_since(now)).unwrap_or_default();
        Self::plan(remaining, whole, ahead)
    }

    /// Refreshes `ahead` of expiry, but not before three quarters of a short lifetime. Up to 50 % jitter is added, so that
    /// tokens that were issued together are not refreshed together.
    fn plan(remaining: Duration, whole: Option<Duration>, ahead: Duration) -> Option<Self> {
        let ahead = whole.map_or(ahead, |whole| ahead.min(whole / 4));
        let ahead = ahead.mul_f64(1.0 + fastrand::f64() / 2.0);
        let now = Instant::now();
        let at = |after: Duration| now.checked_add(after);
        Some(Self { refresh_at: at(remaining.saturating_sub(ahead))?, at: at(remaining)? })
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

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
            let expiry = Expiry::issued_now(&tokens, AHEAD).unwrap();
            let renew_in = in_seconds(expiry.refresh_at);
            assert!((3509..=3541).contains(&renew_in), "{renew_in}");
            seen.push(renew_in);
        }
        seen.dedup();
        assert!(seen.len() > 1, "a fleet does not refresh in one instant");
    }

    #[test]
    fn a_token_that_lives_seconds_is_used_for_most_of_them() {
        let tokens = Tokens { lifetime: Some(Duration::from_secs(8)), ..Tokens::new("a") };
        let renew_in = Expiry::issued_now(&tokens, AHEAD).unwrap().refresh_at.duration_since(Instant::now());
        assert!(renew_in > Duration::from_millis(4900), "{renew_in:?}");
    }

    #[test]
    fn a_jwt_tells_its_end() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let exp = now.as_second() + 1000;
        let expiry = Expiry::restored(&jwt(&format!(r#"{{"exp":{exp}}}"#)), Duration::ZERO, now).unwrap();
        assert_eq!(in_seconds(expiry.at), 1000);
    }

    #[test]
    fn a_new_token_that_seems_to_be_old_is_believed_to_be_new() {
        let long_ago = jwt(r#"{"iat":1000,"exp":4600}"#);
        assert_eq!(in_seconds(Expiry::issued_now(&long_ago, Duration::ZERO).unwrap().at), 3600);
        assert_eq!(Expiry::issued_now(&jwt(r#"{"exp":4600}"#), AHEAD), None, "without an issue date nothing is known");
        let restored = Expiry::restored(&long_ago, AHEAD, Timestamp::now()).unwrap();
        assert_eq!(in_seconds(restored.refresh_at), 0);
    }

    #[test]
    fn what_is_no_jwt_has_no_known_end() {
        for token in ["opaque", "a.b.c", "..", "e30.e30.e30", "a.eyJleHAiOiJzb29uIn0.c", "e30.eyJleHAiOjFlMzA5fQ.c"] {
            assert_eq!(Expiry::restored(&Tokens::new(token), AHEAD, Timestamp::now()), None, "{token}");
            assert_eq!(Expiry::issued_now(&Tokens::new(token), AHEAD), None, "{token}");
        }
    }
}
