//! The calls that wait: one line for each.

use super::client::Client;
use super::iter::EventStream;
use crate::auth::{AuthUrl, Disconnect};
use crate::calendars::CalendarList;
use crate::error::Error;
use crate::events::{EventDelete, EventPage, ListEvents};
use crate::raw::types::{
    CalendarEvent, ConnectionStatus, DisconnectResponse, EventCreate, EventDeleteResponse, EventUpdate, Provider,
    SubscribeWebhookResponse, UnsubscribeWebhookResponse,
};
use crate::tokens::Tokens;
use crate::values::Secret;
use crate::webhooks::{SubscribeWebhook, UnsubscribeWebhook};
#[cfg(feature = "webhooks")]
use {crate::webhooks::WebhookDelivery, http::HeaderMap};

/// Defines a resource.
macro_rules! resource {
    ($name:ident, $method:literal) => {
        #[doc = concat!("As [`crate::", stringify!($name), "`], with calls that wait; from [`Client::", $method, "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'a> {
            client: &'a Client,
        }

        impl<'a> $name<'a> {
            pub(super) fn new(client: &'a Client) -> Self {
                Self { client }
            }
        }
    };
}

/// Defines calls that wait for those of the async resource.
macro_rules! calls {
    ($resource:ident.$access:ident: $($name:ident($($argument:ident: $type:ty)?) -> $answer:ty;)*) => {
        impl $resource<'_> {
            $(
                #[doc = concat!("As [`", stringify!($name), "`](crate::", stringify!($resource), "::", stringify!($name), ").")]
                ///
                /// # Errors
                ///
                /// The same.
                pub fn $name(self, $($argument: $type)?) -> Result<$answer, Error> {
                    self.client.wait(|client| async move { client.$access().$name($($argument)?).await })
                }
            )*
        }
    };
}

/// Defines the ends of requests that wait for those of the async request.
macro_rules! sends {
    ($($request:ident -> $answer:ty;)*) => {
        $(
            impl $request<Client> {
                /// Sends the request, and waits for the answer.
                ///
                /// # Errors
                ///
                /// As with the async client.
                pub fn send(self) -> Result<$answer, Error> {
                    self.client.clone().wait(|client| self.on(client).send())
                }
            }
        )*
    };
}

resource!(Auth, "auth");
resource!(Calendars, "calendars");
resource!(Events, "events");
resource!(Webhooks, "webhooks");

impl Auth<'_> {
    /// As [`generate_auth_url`](crate::Auth::generate_auth_url).
    pub fn generate_auth_url(self, user_id: impl Into<String>) -> AuthUrl {
        self.client.inner.auth().generate_auth_url(user_id)
    }

    /// As [`get_token`](crate::Auth::get_token).
    ///
    /// # Errors
    ///
    /// The same.
    pub fn get_token(self, code: &Secret) -> Result<Tokens, Error> {
        let code = code.clone();
        self.client.wait(|client| async move { client.auth().get_token(&code).await })
    }

    /// As [`set_credentials`](crate::Auth::set_credentials).
    pub fn set_credentials(self, tokens: Tokens) {
        self.client.set_credentials(tokens);
    }

    /// As [`credentials`](crate::Auth::credentials).
    pub fn credentials(self) -> Option<Tokens> {
        self.client.inner.auth().credentials()
    }

    /// As [`disconnect`](crate::Auth::disconnect).
    pub fn disconnect(self, provider: Provider) -> Disconnect<Client> {
        self.client.inner.auth().disconnect(provider).on(self.client.clone())
    }
}

calls! { Auth.auth:
    refresh() -> Tokens;
    get_connection_status() -> ConnectionStatus;
    revoke() -> ();
}

calls! { Calendars.calendars:
    list() -> CalendarList;
}

impl Events<'_> {
    /// As [`list`](crate::Events::list).
    pub fn list(self) -> ListEvents<Client> {
        self.client.inner.events().list().on(self.client.clone())
    }

    /// As [`create_once`](crate::Events::create_once).
    ///
    /// # Errors
    ///
    /// The same.
    pub fn create_once(self, event: EventCreate, key: impl Into<String>) -> Result<CalendarEvent, Error> {
        let key = key.into();
        self.client.wait(|client| async move { client.events().create_once(event, key).await })
    }

    /// As [`find_created`](crate::Events::find_created).
    ///
    /// # Errors
    ///
    /// The same.
    pub fn find_created(self, event: &EventCreate, key: &str) -> Result<Option<CalendarEvent>, Error> {
        let (event, key) = (event.clone(), key.to_owned());
        self.client.wait(|client| async move { client.events().find_created(&event, &key).await })
    }
}

calls! { Events.events:
    create(event: EventCreate) -> CalendarEvent;
    update(event: EventUpdate) -> CalendarEvent;
    delete(event: EventDelete) -> EventDeleteResponse;
}

impl Webhooks<'_> {
    /// As [`subscribe_webhook`](crate::Webhooks::subscribe_webhook).
    pub fn subscribe_webhook(self, provider: Provider, calendar_id: impl Into<String>) -> SubscribeWebhook<Client> {
        self.client.inner.webhooks().subscribe_webhook(provider, calendar_id).on(self.client.clone())
    }

    /// As [`unsubscribe_webhook`](crate::Webhooks::unsubscribe_webhook).
    pub fn unsubscribe_webhook(self, provider: Provider, channel_id: impl Into<String>) -> UnsubscribeWebhook<Client> {
        self.client.inner.webhooks().unsubscribe_webhook(provider, channel_id).on(self.client.clone())
    }

    /// As [`verify_webhook`](crate::Webhooks::verify_webhook).
    ///
    /// # Errors
    ///
    /// The same.
    #[cfg(feature = "webhooks")]
    #[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
    pub fn verify_webhook(self, body: &[u8], headers: &HeaderMap) -> Result<WebhookDelivery, Error> {
        let (body, headers) = (body.to_vec(), headers.clone());
        self.client.wait(|client| async move { client.webhooks().verify_webhook(&body, &headers).await })
    }
}

sends! {
    Disconnect -> DisconnectResponse;
    ListEvents -> EventPage;
    SubscribeWebhook -> SubscribeWebhookResponse;
    UnsubscribeWebhook -> UnsubscribeWebhookResponse;
}

impl ListEvents<Client> {
    /// Reads every event of every page: as [`stream`](ListEvents::stream), by iteration.
    #[doc(alias = "iter_all")]
    pub fn stream(self) -> EventStream {
        let client = self.client.clone();
        EventStream::new(self.on(client.inner.clone()).stream(), client)
    }
}
