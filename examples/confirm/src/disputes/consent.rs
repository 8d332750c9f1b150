//! The authorization URL, as far as it can be seen without a browser.

use reqwest::Method;
use reqwest::header::SET_COOKIE;

use crate::Outcome;
use crate::context::Context;
use crate::dispute::{Dispute, dispute};
use crate::wire::Response;

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("consent-redirect-uri", "May the authorization URL leave out the redirect_uri?", &[], "src/auth/url.rs"),
    dispute("consent-other-redirect-uri", "What becomes of another redirect_uri than the registered one?", &[], "src/auth/url.rs"),
    dispute("consent-unknown-client", "How is an unknown client_id refused?", &[], "openapi.yaml"),
    dispute("consent-cookie", "How long is the browser's session?", &[], "openapi.yaml"),
];

pub(crate) async fn probe(context: &Context) -> Outcome {
    let own = context.settings.client_id.as_str();
    let registered = Some(context.wire.redirect_uri());
    let without = authorize(context, own, None).await?;
    context.note("consent-redirect-uri", if without.status < 400 { "optional".to_owned() } else { without.refusal() });
    let other = authorize(context, own, Some("https://elsewhere.example.com/callback")).await?;
    context
        .note("consent-other-redirect-uri", if other.status < 400 { "accepted".to_owned() } else { other.refusal() });

    let unknown = authorize(context, "unknown-client", registered).await?;
    let form = if unknown.body.is_object() { "json" } else { "page" };
    context.note("consent-unknown-client", format!("{}-{form}", unknown.status));

    let response = authorize(context, own, registered).await?;
    let cookies = response.headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let mut attributes = cookies.filter(|cookie| cookie.starts_with("oauth_req=")).flat_map(|cookie| cookie.split(';'));
    let life = attributes.find_map(|attribute| attribute.trim().strip_prefix("Max-Age=")?.parse::<u32>().ok());
    context.note("consent-cookie", life.map_or("none".to_owned(), |seconds| format!("{seconds}-seconds")));
    Ok(())
}

/// Begins an authorization and goes no further, so that nothing is granted.
async fn authorize(context: &Context, client_id: &str, redirect_uri: Option<&str>) -> Outcome<Response> {
    let mut query = vec![("response_type", "code"), ("client_id", client_id), ("user_id", &*context.settings.user_id)];
    query.extend(redirect_uri.map(|uri| ("redirect_uri", uri)));
    context.wire.send(context.wire.request(Method::GET, "/oauth/authorize", None).query(&query)).await
}
