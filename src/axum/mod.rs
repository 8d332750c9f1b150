//! Routers for [axum]: [`oauth_router`] logs users in, and `webhook_router` (feature `webhooks`) receives deliveries.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::http::request::Parts;
//! use mobiscroll_connect::axum::{OAuthLogin, oauth_router};
//! use mobiscroll_connect::{Client, Scope};
//!
//! // The redirect URI of the application: https://app.example.com/oauth/callback
//! let client = Client::from_env()?;
//! # fn user_of_the_session(_: &Parts) -> Option<String> { None }
//! let login = OAuthLogin::new(client, |request: Parts| user_of_the_session(&request))
//!     .with_request(|request| request.scope(Scope::ReadWrite))
//!     .after_login("/calendar");
//! let app: axum::Router = axum::Router::new().nest("/oauth", oauth_router(login));
//! # Ok(())
//! # }
//! ```

mod cookie;
mod login;
mod page;
#[cfg(feature = "webhooks")]
mod webhooks;

pub use login::{OAuthLogin, oauth_router};
#[cfg(feature = "webhooks")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
pub use webhooks::{VerifiedWebhook, webhook_router};
