//! Tokens as JSON: our own form, and those that the official SDKs persist.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{Lineage, Tokens};
use crate::error::{Error, InputFailure};
use crate::secret::Secret;

/// The member of a record that is not the tokens' own.
const LINEAGE: &str = "_lineage";

/// Above this, a number counts milliseconds, as JavaScript does: in seconds it would be the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

impl Tokens {
    /// Writes the tokens as a JSON object, to be stored where secrets are.
    ///
    /// There is no `Serialize`, so that tokens are not written by accident.
    ///
    /// ```
    /// # fn main() -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::Tokens;
    ///
    /// let tokens = Tokens::new("access").with_refresh_token("refresh");
    /// let json = tokens.to_json();
    /// assert_eq!(Tokens::from_json(json.expose())?, tokens);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Secret {
        Value::Object(self.members()).to_string().into()
    }

    /// Writes the tokens with their lineage, for a store.
    pub(crate) fn to_record(&self, lineage: &Lineage) -> Secret {
        let mut members = self.members();
        members.insert(LINEAGE.to_owned(), lineage.to_value());
        Value::Object(members).to_string().into()
    }

    /// Reads the text of a record. Those of older releases have no lineage.
    pub(crate) fn from_record(text: &str) -> Result<(Self, Option<Lineage>), Error> {
        let members = parse(text)?;
        let lineage = members.get(LINEAGE).and_then(Lineage::from_value);
        Ok((Self::from_members(members)?, lineage))
    }

    fn members(&self) -> Map<String, Value> {
        let mut members = self.extra.clone();
        members.insert("access_token".into(), self.access_token.expose().into());
        members.insert("token_type".into(), self.token_type.as_str().into());
        let optional = [
            ("refresh_token", self.refresh_token.as_ref().map(|token| json!(token.expose()))),
            ("expires_in", self.lifetime.map(|lifetime| json!(lifetime.as_secs()))),
            ("expires_at", self.expires_at.map(|instant| json!(instant.to_string()))),
            ("issued_at", self.issued_at.map(|instant| json!(instant.to_string()))),
            ("scope", self.scope.as_ref().map(|scope| json!(scope))),
        ];
        members.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        members
    }

    /// Reads what [`to_json`](Self::to_json) wrote, or the token response that an official SDK persisted.
    ///
    /// Names are accepted in snake case, camel case and Pascal case; `expires_at` may be an ISO 8601 string or a Unix
    /// time. Unknown members are preserved and written back.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the text is not a JSON object with an access token. The error does not quote the
    /// text.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_members(parse(text)?)
    }

    fn from_members(members: Map<String, Value>) -> Result<Self, Error> {
        let mut tokens = Self::new("");
        for (name, value) in members.into_iter().filter(|(name, _)| name != LINEAGE) {
            match (name.replace('_', "").to_ascii_lowercase().as_str(), value) {
                ("accesstoken", Value::String(token)) => tokens.access_token = token.into(),
                ("refreshtoken", Value::String(token)) if !token.is_empty() => {
                    tokens.refresh_token = Some(token.into())
                }
                ("refreshtoken", Value::String(_)) => {}
                ("tokentype", Value::String(kind)) if !kind.is_empty() => tokens.token_type = kind,
                ("tokentype", Value::String(_)) => {}
                ("scope", Value::String(scope)) => tokens.scope = Some(scope),
                ("expiresin", value) if value.is_number() => tokens.lifetime = lifetime(value.as_f64()),
                ("expiresat", value) if value.is_number() || value.is_string() => {
                    tokens.expires_at = Some(instant(&value).ok_or_else(|| unreadable("expires_at is no instant"))?);
                }
                ("issuedat", value) if instant(&value).is_some() => tokens.issued_at = instant(&value),
                ("accesstoken" | "refreshtoken" | "tokentype" | "scope" | "expiresin" | "expiresat", Value::Null) => {}
                ("accesstoken" | "refreshtoken" | "tokentype", _) => {
                    return Err(unreadable("a member that should be a text is not one"));
                }
                (_, value) => drop(tokens.extra.insert(name, value)),
            }
        }
        if tokens.access_token.expose().is_empty() {
            return Err(unreadable("there is no access token"));
        }
        Ok(tokens)
    }
}

/// The parser's own message may quote the text.
fn parse(text: &str) -> Result<Map<String, Value>, Error> {
    let not_one = |e: serde_json::Error| format!("not a JSON object, at line {} column {}", e.line(), e.column());
    serde_json::from_str(text).map_err(|e| unreadable(&not_one(e)))
}

fn unreadable(why: &str) -> Error {
    InputFailure::new(format!("the tokens cannot be read: {why}")).into()
}

fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        number => match number.as_f64()? as i64 {
            seconds if seconds < MILLISECONDS_FROM => Timestamp::from_second(seconds).ok(),
            milliseconds => Timestamp::from_millisecond(milliseconds).ok(),
        },
    }
}

/// Reads a lifetime; zero or less counts as unknown.
pub(super) fn lifetime(seconds: Option<f64>) -> Option<std::time::Duration> {
    std::time::Duration::try_from_secs_f64(seconds?).ok().filter(|lifetime| lifetime.as_secs() > 0)
}

/// Adds a lifetime to an instant, unless the sum is out of range.
pub(super) fn expires_at(from: Timestamp, lifetime: std::time::Duration) -> Option<Timestamp> {
    from.checked_add(SignedDuration::try_from(lifetime).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_every_official_sdk_are_read() {
        for kept in [
            r#"{"access_token":"a","token_type":"Bearer","expires_in":3600,"refresh_token":"r"}"#,
            r#"{"accessToken":"a","tokenType":"Bearer","expiresIn":3600,"refreshToken":"r"}"#,
            r#"{"AccessToken":"a","TokenType":"Bearer","ExpiresIn":3600,"RefreshToken":"r","Scope":null}"#,
        ] {
            let tokens = Tokens::from_json(kept).unwrap();
            assert_eq!(tokens.access_token().expose(), "a", "{kept}");
            assert_eq!(tokens.refresh_token().unwrap().expose(), "r", "{kept}");
            assert_eq!(tokens.lifetime.unwrap().as_secs(), 3600, "{kept}");
            assert_eq!(tokens.expires_at(), None, "when it was issued is not known: {kept}");
        }
    }

    #[test]
    fn an_end_is_read_as_text_seconds_and_milliseconds() {
        let end: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        for written in [json!(end.to_string()), json!(end.as_second()), json!(end.as_millisecond())] {
            let kept = json!({ "access_token": "a", "expires_at": written }).to_string();
            assert_eq!(Tokens::from_json(&kept).unwrap().expires_at(), Some(end), "{kept}");
        }
    }

    #[test]
    fn members_that_are_not_known_are_written_back() {
        let tokens = Tokens::from_json(r#"{"access_token":"a","account":{"id":7}}"#).unwrap();
        let kept: Value = serde_json::from_str(tokens.to_json().expose()).unwrap();
        assert_eq!(kept["account"]["id"], 7);
    }

    #[test]
    fn a_broken_text_is_an_error_that_quotes_nothing_of_it() {
        for broken in [
            "",
            "MARKED",
            "[]",
            "{}",
            r#""MARKED""#,
            r#"{"access_token":"MARKED"#,
            r#"{"access_token":7,"refresh_token":"MARKED"}"#,
            r#"{"access_token":"MARKED","refresh_token":["MARKED"]}"#,
            r#"{"access_token":"","refresh_token":"MARKED"}"#,
            r#"{"access_token":"MARKED","expires_at":"MARKED"}"#,
        ] {
            let error = Tokens::from_json(broken).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("MARKED"), "{broken}");
        }
    }
}
