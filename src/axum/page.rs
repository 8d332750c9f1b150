//! What a login that failed shows.

use ::axum::response::{Html, IntoResponse, Response};
use http::StatusCode;

use crate::error::{AuthCallbackKind, Error};

/// Of a description that came with the callback, which anybody may have written.
const MAX_DESCRIPTION: usize = 300;

const STYLE: &str =
    "body{font-family:system-ui,sans-serif;line-height:1.5;max-width:36rem;margin:4rem auto;padding:0 1rem}";

/// Returns the status of a login that failed.
pub(super) fn status(error: &Error) -> StatusCode {
    match error {
        Error::AuthCallback(failure) => match failure.kind() {
            AuthCallbackKind::Refused { .. }
            | AuthCallbackKind::PendingOfAnotherUser
            | AuthCallbackKind::TokensOfAnotherUser => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        },
        Error::Authentication(_) => StatusCode::BAD_REQUEST,
        Error::Network(_) | Error::RateLimit(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Server(_) | Error::Unexpected(_) | Error::Decode(_) => StatusCode::BAD_GATEWAY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Shows why a login failed. What concerns the operator alone is not shown.
pub(super) fn of_error(error: &Error) -> Response {
    let (title, text) = match error {
        Error::AuthCallback(failure) => match failure.kind() {
            AuthCallbackKind::Refused { error, description } => {
                let told: String = description.as_deref().unwrap_or(error).chars().take(MAX_DESCRIPTION).collect();
                ("Access was not granted", format!("The calendar service says: {}", escaped(&told)))
            }
            AuthCallbackKind::PendingOfAnotherUser | AuthCallbackKind::TokensOfAnotherUser => {
                ("Another user", "This login was begun for another user. Nothing was saved.".to_owned())
            }
            _ => ("The login has expired", "It took too long, or was begun in another browser.".to_owned()),
        },
        Error::Authentication(_) => ("The login has expired", "It took too long, or was completed before.".to_owned()),
        _ => ("The login could not be completed", "This is not your fault. Please try again later.".to_owned()),
    };
    page(status(error), title, &text)
}

/// Shows that nobody is signed in to the application.
pub(super) fn not_signed_in() -> Response {
    page(StatusCode::UNAUTHORIZED, "You are not signed in", "Sign in first, and connect your calendars then.")
}

/// `text` is HTML.
fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n\
         <h1>{title}</h1>\n<p>{text}</p>\n<p><a href=\"login\">Try again</a></p>\n"
    );
    let policy = [("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")];
    (status, policy, Html(page)).into_response()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
