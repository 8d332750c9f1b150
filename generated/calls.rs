// Generated from openapi.yaml (contract e79a41a18f8a9548). Do not edit: change the contract or codegen/, then run
// cargo build --features codegen

#[allow(unused_imports)]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[allow(unused_imports)]
use progenitor_client::{encode_path, ClientHooks, OperationInfo, RequestBuilderExt};
#[derive(Clone, Debug)]
/**Client for Mobiscroll Connect

One OAuth flow and one event model over Google Calendar, Microsoft Outlook, Apple Calendar and CalDAV.

**Transport.** HTTPS with JSON in UTF-8. Property names are camelCase; the OAuth parameters, the token
response and the dates of a webhook key are snake_case. Booleans in a query are `true` or `false`.

**Authentication.** Calls made for a user carry a bearer access token in the `Authorization` header. The
token endpoint takes HTTP Basic with the client id and secret. Starting the flow, revoking a token, the
health check and the webhook keys need no credentials.

**Dates.** Requests send ISO 8601 instants, best in UTC with `Z`. Responses usually hold UTC with
milliseconds and `Z`, but the fraction may be missing, the offset may be numeric or missing, and the value
may be a bare date.

**Tolerance.** Any optional member of a response may be absent or `null`. Members and enum values that
this document does not list may appear at any time, and clients accept them. Any 2xx status is a success;
a 204 or an empty 2xx body is a success without a value.

**Failures.** Error bodies are JSON objects, any member of which may be missing; a proxy on the way may
respond with something else or nothing at all. For a message read `message`, then `error_description`,
then `error`, then the reason of the HTTP status. Besides 500, gateways may respond with 502, 503 or 504.
An event write can also fail with a 2xx status and `success: false` in the body.

**Rate limits.** They exist, but their numbers are not published. A 429 says in `Retry-After` how long to
wait; back off exponentially when it does not.

Version: 1.6.0*/
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: crate::raw::Inner,
}
impl Client {
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    #[allow(dead_code)]
    pub(crate) fn new_with_client(
        baseurl: &str,
        client: reqwest::Client,
        inner: crate::raw::Inner,
    ) -> Self {
        Self {
            baseurl: baseurl.to_string(),
            client,
            inner,
        }
    }
}
impl ClientInfo<crate::raw::Inner> for Client {
    fn api_version() -> &'static str {
        "1.6.0"
    }
    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &crate::raw::Inner {
        &self.inner
    }
}
const _: () = {
    #[allow(dead_code)]
    fn assert_client_hooks()
    where
        Client: ClientHooks<crate::raw::Inner>,
    {}
};
impl Client {
    /**Start the OAuth flow in the user's browser

Sends the browser of the user to the hosted page where calendar accounts are connected.

This is an address to navigate to, not a call for a client to make. When the user is done, the browser
returns to the registered redirect URI with `code` and `state` in the query, or with `error` when the
flow failed. The code is opaque, works once and expires after 10 minutes. Opening the page again for
a known user revokes nothing: it lets the user add accounts.

Sends a `GET` request to `/oauth/authorize`

Arguments:
- `client_id`: The client id of the application.
- `lng`: The language of the hosted pages. When absent, the `Accept-Language` of the browser decides, then English.
- `providers`: The providers to offer, separated by commas. All of them when absent.
- `redirect_uri`: Where the browser returns to. Always send it, identical to the one URI registered for the application.
- `response_type`: The OAuth response type, always `code`. Advised, though the service may do without it.
- `scope`: The access asked for. The service grants `read-write` when it is absent.
- `state`: An unguessable value that comes back unchanged on the redirect. Compare it there to stop forged callbacks.
- `theme`: The colour scheme of the hosted pages. It overrides both the setting of the application and what the user chose before.
- `user_id`: Your own id for the user, an opaque string. The same id later adds accounts to the same user.
```text
let response = client.authorize()
    .client_id(client_id)
    .lng(lng)
    .providers(providers)
    .redirect_uri(redirect_uri)
    .response_type(response_type)
    .scope(scope)
    .state(state)
    .theme(theme)
    .user_id(user_id)
    .send()
    .await;
```*/
    #[allow(dead_code)]
    pub(crate) fn authorize(&self) -> builder::Authorize<'_> {
        builder::Authorize::new(self)
    }
    /**Exchange an authorization code, or refresh a token pair

Issues an access token and a refresh token.

The client authenticates with HTTP Basic and the `CLIENT_ID` header, or with `client_id` and
`client_secret` in the body. A bearer token must not be sent here. The service also takes the same
members as a JSON body.

Every refresh returns a new refresh token and retires the one that was sent: store the new one before
anything else. Concurrent refreshes with the same token are accepted, but a token that is two or more
refreshes out of date revokes the authorization of the user. A refresh keeps the scope; to raise it,
send the user through the OAuth flow again.

Sends a `POST` request to `/oauth/token`

Arguments:
- `client_id`: The client id in clear, sent next to the Basic credentials.
- `body`
```text
let response = client.token()
    .client_id(client_id)
    .body(body)
    .send()
    .await;
```*/
    pub fn token(&self) -> builder::Token<'_> {
        builder::Token::new(self)
    }
    /**Revoke all tokens of a user

Revokes every token that this application holds for the user to whom the given token belongs.

Either token of a pair will do; it identifies the pair, so no other credentials are needed. The user
must authorize again afterwards. Connected accounts are not disconnected by this.

Sends a `POST` request to `/oauth/revoke`

```text
let response = client.revoke()
    .body(body)
    .send()
    .await;
```*/
    pub fn revoke(&self) -> builder::Revoke<'_> {
        builder::Revoke::new(self)
    }
    /**Read which accounts the user has connected

Lists the connected accounts of the user, grouped by provider, with the health of each.

Older deployments respond with 404 here and know the operation only as `/connection-status`.

Sends a `GET` request to `/oauth/connection-status`

```text
let response = client.connection_status()
    .send()
    .await;
```*/
    pub fn connection_status(&self) -> builder::ConnectionStatus<'_> {
        builder::ConnectionStatus::new(self)
    }
    /**Read which accounts the user has connected, on an older deployment

Responds like `/oauth/connection-status`. Use it only when that path is unknown to the server.

Sends a `GET` request to `/connection-status`

```text
let response = client.connection_status_legacy()
    .send()
    .await;
```*/
    pub fn connection_status_legacy(&self) -> builder::ConnectionStatusLegacy<'_> {
        builder::ConnectionStatusLegacy::new(self)
    }
    /**Disconnect one account, or all accounts of a provider

Removes the connection between the user and one or all accounts of a provider.

The parameters travel in the query; the request body is an empty JSON object. The tokens of the user
stay valid. A 2xx response with an empty body is a success too. Older deployments respond with 404
here and know the operation only as `/disconnect`.

Sends a `POST` request to `/oauth/disconnect`

Arguments:
- `account`: The `id` of the account as the connection status gives it, usually an email address. All accounts of the provider when absent.
- `provider`: The provider to disconnect.
- `body`
```text
let response = client.disconnect()
    .account(account)
    .provider(provider)
    .body(body)
    .send()
    .await;
```*/
    pub fn disconnect(&self) -> builder::Disconnect<'_> {
        builder::Disconnect::new(self)
    }
    /**Disconnect accounts on an older deployment

Works like `/oauth/disconnect`, with the same query. Use it only when that path is unknown to the server.

Sends a `POST` request to `/disconnect`

Arguments:
- `account`: The `id` of the account as the connection status gives it, usually an email address. All accounts of the provider when absent.
- `provider`: The provider to disconnect.
- `body`
```text
let response = client.disconnect_legacy()
    .account(account)
    .provider(provider)
    .body(body)
    .send()
    .await;
```*/
    pub fn disconnect_legacy(&self) -> builder::DisconnectLegacy<'_> {
        builder::DisconnectLegacy::new(self)
    }
    /**List the calendars of all connected accounts

Returns one array with the calendars of every connected account.

Needs the scope `read` or `read-write`; a `free-busy` token gets a 403. When some accounts lack the
calendar permission, the others are returned and a header names those omitted; when all of them
lack it, the response is a 403 with the code `calendar_permission_required`.

Sends a `GET` request to `/calendars`

```text
let response = client.list_calendars()
    .send()
    .await;
```*/
    pub fn list_calendars(&self) -> builder::ListCalendars<'_> {
        builder::ListCalendars::new(self)
    }
    /**List events across calendars and providers

Returns one page of events, sorted by start across all providers.

Any scope will do. With `free-busy` the events are opaque busy blocks without title, description and
attendees. While `nextPageToken` is present there is more: repeat the call with that token and the
same filters, even after an empty page. When some accounts lack the calendar permission, a header
names those omitted; when all of them lack it, the response is a 403 with the code
`calendar_permission_required`.

Sends a `GET` request to `/events`

Arguments:
- `calendar_ids`: The calendars to read, as compact JSON. All calendars when absent. The JSON is an object from provider to an array of calendar ids, and is percent-encoded like any value. Ids that do not belong to the user are ignored. Leave out providers without ids: the meaning of an empty array is not documented.
- `end`: End of the range, an ISO 8601 instant. By default the last day of the current month at 23:59:59 UTC. Whether an event at this very instant is included is not documented.
- `next_page_token`: The opaque token of the previous page, passed back unchanged.
- `page_size`: Number of events per page over all providers together, from 1 to 1000. By default 250; the service caps larger values at 1000.
- `single_events`: Whether recurring series are expanded. By default `true`, which returns the instances; `false` returns only the series themselves.
- `start`: Beginning of the range, an ISO 8601 instant. By default the first day of the current month at 00:00:00 UTC.
```text
let response = client.list_events()
    .calendar_ids(calendar_ids)
    .end(end)
    .next_page_token(next_page_token)
    .page_size(page_size)
    .single_events(single_events)
    .start(start)
    .send()
    .await;
```*/
    pub fn list_events(&self) -> builder::ListEvents<'_> {
        builder::ListEvents::new(self)
    }
    /**Change an event

Changes the given fields of an event and leaves the others as they are.

Needs the scope `read-write`. To change one instance of a series send `recurringEventId` too and
choose with `updateMode` how far the change reaches; the modes vary a little between providers. A 2xx
response with `success: false` is a failure. Changes made through the API are kept out of your own
webhook deliveries for 30 seconds, as far as possible.

Sends a `PUT` request to `/event`

```text
let response = client.update_event()
    .body(body)
    .send()
    .await;
```*/
    pub fn update_event(&self) -> builder::UpdateEvent<'_> {
        builder::UpdateEvent::new(self)
    }
    /**Create an event

Creates an event, or a recurring series, in one calendar.

Needs the scope `read-write`. A 2xx response with `success: false` is a failure. Changes made through
the API are kept out of your own webhook deliveries for 30 seconds, as far as possible.

Sends a `POST` request to `/event`

```text
let response = client.create_event()
    .body(body)
    .send()
    .await;
```*/
    pub fn create_event(&self) -> builder::CreateEvent<'_> {
        builder::CreateEvent::new(self)
    }
    /**Delete an event

Deletes an event, a whole series, or part of one; this cannot be undone.

Needs the scope `read-write`. The parameters travel in the query; the service also knows the same
members as a JSON body. A 2xx response with `success: false` is a failure. Changes made through the API
are kept out of your own webhook deliveries for 30 seconds, as far as possible.

Sends a `DELETE` request to `/event`

Arguments:
- `calendar_id`: The id of the calendar that holds the event.
- `delete_mode`: How far a deletion within a series reaches. When absent, the event or the whole series goes; `this` cancels one instance.
- `event_id`: The id of the event, of one instance or of a series.
- `provider`: The provider of the calendar.
- `recurring_event_id`: The id of the series; needed when `eventId` names one instance.
```text
let response = client.delete_event()
    .calendar_id(calendar_id)
    .delete_mode(delete_mode)
    .event_id(event_id)
    .provider(provider)
    .recurring_event_id(recurring_event_id)
    .send()
    .await;
```*/
    pub fn delete_event(&self) -> builder::DeleteEvent<'_> {
        builder::DeleteEvent::new(self)
    }
    /**Subscribe to the changes of one calendar

Opens a channel through which changes of one calendar are delivered to the webhook URL of the
application.

The URL is set in the dashboard, one per application, and is not part of the request; without it the
response is a 400. Keep `channelId` and `subscription.resourceId` for unsubscribing. Channels expire:
subscribe again before that. Google and Microsoft push their changes; Apple is polled every 5 minutes
and CalDAV is polled too.

Sends a `POST` request to `/subscribe-webhook`

```text
let response = client.subscribe_webhook()
    .body(body)
    .send()
    .await;
```*/
    pub fn subscribe_webhook(&self) -> builder::SubscribeWebhook<'_> {
        builder::SubscribeWebhook::new(self)
    }
    /**End a webhook subscription

Closes a channel that was opened by subscribing.

A 200 is final: `success` is true even when the provider could not end its side, for example because
the channel had expired, and `message` then explains it.

Sends a `POST` request to `/unsubscribe-webhook`

```text
let response = client.unsubscribe_webhook()
    .body(body)
    .send()
    .await;
```*/
    pub fn unsubscribe_webhook(&self) -> builder::UnsubscribeWebhook<'_> {
        builder::UnsubscribeWebhook::new(self)
    }
    /**Check that the service is up

Reports whether the service is running. Needs no credentials.

Sends a `GET` request to `/health`

```text
let response = client.health()
    .send()
    .await;
```*/
    pub fn health(&self) -> builder::Health<'_> {
        builder::Health::new(self)
    }
    /**Fetch the public keys that verify webhook deliveries

Returns the public keys with which deliveries are signed.

The path lies at the origin of the service, not under the prefix of the API. Never send credentials
here. Keep the keys for the `max-age` of the `Cache-Control` header, one hour when it is missing.
During a rotation deliveries carry signatures of both the active and the previous key.

Sends a `GET` request to `/.well-known/webhook-keys`

```text
let response = client.webhook_keys()
    .send()
    .await;
```*/
    pub fn webhook_keys(&self) -> builder::WebhookKeys<'_> {
        builder::WebhookKeys::new(self)
    }
}
/// Types for composing operation parameters.
#[allow(clippy::all)]
pub mod builder {
    use super::types;
    #[allow(unused_imports)]
    use super::{
        encode_path, ByteStream, ClientInfo, ClientHooks, Error, OperationInfo,
        RequestBuilderExt, ResponseValue,
    };
    #[derive(Debug, Clone)]
    pub(crate) struct Authorize<'a> {
        client: &'a super::Client,
        client_id: Result<::std::string::String, String>,
        lng: Result<Option<types::Language>, String>,
        providers: Result<Option<::std::string::String>, String>,
        redirect_uri: Result<Option<::std::string::String>, String>,
        response_type: Result<Option<::std::string::String>, String>,
        scope: Result<Option<types::Scope>, String>,
        state: Result<Option<crate::secret::Secret>, String>,
        theme: Result<Option<types::Theme>, String>,
        user_id: Result<::std::string::String, String>,
    }
    #[allow(dead_code)]
    impl<'a> Authorize<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                client_id: Err("client_id was not initialized".to_string()),
                lng: Ok(None),
                providers: Ok(None),
                redirect_uri: Ok(None),
                response_type: Ok(None),
                scope: Ok(None),
                state: Ok(None),
                theme: Ok(None),
                user_id: Err("user_id was not initialized".to_string()),
            }
        }
        #[inline]
        pub fn client_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.client_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for client_id failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn lng<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::Language>,
        {
            self.lng = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `types :: Language` for lng failed".to_string()
                });
            self
        }
        #[inline]
        pub fn providers<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.providers = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for providers failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn redirect_uri<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.redirect_uri = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for redirect_uri failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn response_type<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.response_type = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for response_type failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn scope<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::Scope>,
        {
            self.scope = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `types :: Scope` for scope failed".to_string()
                });
            self
        }
        #[inline]
        pub fn state<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<crate::secret::Secret>,
        {
            self.state = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `crate :: secret :: Secret` for state failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn theme<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::Theme>,
        {
            self.theme = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `types :: Theme` for theme failed".to_string()
                });
            self
        }
        #[inline]
        pub fn user_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.user_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for user_id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/oauth/authorize`
        #[inline]
        pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send_for_nothing(client, request, "authorize").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self {
                client,
                client_id,
                lng,
                providers,
                redirect_uri,
                response_type,
                scope,
                state,
                theme,
                user_id,
            } = self;
            let client_id = client_id.map_err(Error::InvalidRequest)?;
            let lng = lng.map_err(Error::InvalidRequest)?;
            let providers = providers.map_err(Error::InvalidRequest)?;
            let redirect_uri = redirect_uri.map_err(Error::InvalidRequest)?;
            let response_type = response_type.map_err(Error::InvalidRequest)?;
            let scope = scope.map_err(Error::InvalidRequest)?;
            let state = state.map_err(Error::InvalidRequest)?;
            let theme = theme.map_err(Error::InvalidRequest)?;
            let user_id = user_id.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth/authorize", client.baseurl,);
            let request = client
                .client
                .get(url)
                .query(&progenitor_client::QueryParam::new("client_id", &client_id))
                .query(&progenitor_client::QueryParam::new("lng", &lng))
                .query(&progenitor_client::QueryParam::new("providers", &providers))
                .query(
                    &progenitor_client::QueryParam::new("redirect_uri", &redirect_uri),
                )
                .query(
                    &progenitor_client::QueryParam::new("response_type", &response_type),
                )
                .query(&progenitor_client::QueryParam::new("scope", &scope))
                .query(&progenitor_client::QueryParam::new("state", &state))
                .query(&progenitor_client::QueryParam::new("theme", &theme))
                .query(&progenitor_client::QueryParam::new("user_id", &user_id))
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::token`]

[`Client::token`]: super::Client::token*/
    #[derive(Debug, Clone)]
    pub struct Token<'a> {
        client: &'a super::Client,
        client_id: Result<Option<::std::string::String>, String>,
        body: Result<types::TokenRequest, String>,
    }
    impl<'a> Token<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                client_id: Ok(None),
                body: Err("body was not initialized".to_string()),
            }
        }
        #[inline]
        pub fn client_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.client_id = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for client_id failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::TokenRequest>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `types :: TokenRequest` for body failed".to_string()
                });
            self
        }
        ///Sends a `POST` request to `/oauth/token`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::TokenResponse>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "token").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client, client_id, body } = self;
            let client_id = client_id.map_err(Error::InvalidRequest)?;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth/token", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
            if let Some(value) = client_id {
                header_map.append("CLIENT_ID", value.to_string().try_into()?);
            }
            let request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .form_urlencoded(&body)?
                .headers(header_map)
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::revoke`]

[`Client::revoke`]: super::Client::revoke*/
    #[derive(Debug, Clone)]
    pub struct Revoke<'a> {
        client: &'a super::Client,
        body: Result<types::RevokeRequest, String>,
    }
    impl<'a> Revoke<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Err("body was not initialized".to_string()),
            }
        }
        #[inline]
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::RevokeRequest>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `types :: RevokeRequest` for body failed".to_string()
                });
            self
        }
        ///Sends a `POST` request to `/oauth/revoke`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::RevokeResponse>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "revoke").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client, body } = self;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth/revoke", client.baseurl,);
            let request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::connection_status`]

[`Client::connection_status`]: super::Client::connection_status*/
    #[derive(Debug, Clone)]
    pub struct ConnectionStatus<'a> {
        client: &'a super::Client,
    }
    impl<'a> ConnectionStatus<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self { client: client }
        }
        ///Sends a `GET` request to `/oauth/connection-status`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::ConnectionStatus>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "connection_status").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client } = self;
            let url = format!("{}/oauth/connection-status", client.baseurl,);
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::connection_status_legacy`]

[`Client::connection_status_legacy`]: super::Client::connection_status_legacy*/
    #[derive(Debug, Clone)]
    pub struct ConnectionStatusLegacy<'a> {
        client: &'a super::Client,
    }
    impl<'a> ConnectionStatusLegacy<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self { client: client }
        }
        ///Sends a `GET` request to `/connection-status`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::ConnectionStatus>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "connection_status_legacy").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client } = self;
            let url = format!("{}/connection-status", client.baseurl,);
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::disconnect`]

[`Client::disconnect`]: super::Client::disconnect*/
    #[derive(Debug, Clone)]
    pub struct Disconnect<'a> {
        client: &'a super::Client,
        account: Result<Option<::std::string::String>, String>,
        provider: Result<types::Provider, String>,
        body: Result<types::DisconnectRequest, String>,
    }
    impl<'a> Disconnect<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account: Ok(None),
                provider: Err("provider was not initialized".to_string()),
                body: Err("body was not initialized".to_string()),
            }
        }
        #[inline]
        pub fn account<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.account = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for account failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn provider<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::Provider>,
        {
            self.provider = value
                .try_into()
                .map_err(|_| {
                    "conversion to `types :: Provider` for provider failed".to_string()
                });
            self
        }
        #[inline]
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::DisconnectRequest>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `types :: DisconnectRequest` for body failed"
                        .to_string()
                });
            self
        }
        ///Sends a `POST` request to `/oauth/disconnect`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::DisconnectResponse>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "disconnect").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client, account, provider, body } = self;
            let account = account.map_err(Error::InvalidRequest)?;
            let provider = provider.map_err(Error::InvalidRequest)?;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth/disconnect", client.baseurl,);
            let request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .query(&progenitor_client::QueryParam::new("account", &account))
                .query(&progenitor_client::QueryParam::new("provider", &provider))
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::disconnect_legacy`]

[`Client::disconnect_legacy`]: super::Client::disconnect_legacy*/
    #[derive(Debug, Clone)]
    pub struct DisconnectLegacy<'a> {
        client: &'a super::Client,
        account: Result<Option<::std::string::String>, String>,
        provider: Result<types::Provider, String>,
        body: Result<types::DisconnectRequest, String>,
    }
    impl<'a> DisconnectLegacy<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account: Ok(None),
                provider: Err("provider was not initialized".to_string()),
                body: Err("body was not initialized".to_string()),
            }
        }
        #[inline]
        pub fn account<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.account = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for account failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn provider<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::Provider>,
        {
            self.provider = value
                .try_into()
                .map_err(|_| {
                    "conversion to `types :: Provider` for provider failed".to_string()
                });
            self
        }
        #[inline]
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::DisconnectRequest>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `types :: DisconnectRequest` for body failed"
                        .to_string()
                });
            self
        }
        ///Sends a `POST` request to `/disconnect`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::DisconnectResponse>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "disconnect_legacy").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client, account, provider, body } = self;
            let account = account.map_err(Error::InvalidRequest)?;
            let provider = provider.map_err(Error::InvalidRequest)?;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/disconnect", client.baseurl,);
            let request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .query(&progenitor_client::QueryParam::new("account", &account))
                .query(&progenitor_client::QueryParam::new("provider", &provider))
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::list_calendars`]

[`Client::list_calendars`]: super::Client::list_calendars*/
    #[derive(Debug, Clone)]
    pub struct ListCalendars<'a> {
        client: &'a super::Client,
    }
    impl<'a> ListCalendars<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self { client: client }
        }
        ///Sends a `GET` request to `/calendars`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<::std::vec::Vec<types::Calendar>>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "list_calendars").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client } = self;
            let url = format!("{}/calendars", client.baseurl,);
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::list_events`]

[`Client::list_events`]: super::Client::list_events*/
    #[derive(Debug, Clone)]
    pub struct ListEvents<'a> {
        client: &'a super::Client,
        calendar_ids: Result<Option<::std::string::String>, String>,
        end: Result<Option<::jiff::Timestamp>, String>,
        next_page_token: Result<Option<::std::string::String>, String>,
        page_size: Result<Option<i32>, String>,
        single_events: Result<Option<bool>, String>,
        start: Result<Option<::jiff::Timestamp>, String>,
    }
    impl<'a> ListEvents<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                calendar_ids: Ok(None),
                end: Ok(None),
                next_page_token: Ok(None),
                page_size: Ok(None),
                single_events: Ok(None),
                start: Ok(None),
            }
        }
        #[inline]
        pub fn calendar_ids<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.calendar_ids = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for calendar_ids failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn end<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::jiff::Timestamp>,
        {
            self.end = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: jiff :: Timestamp` for end failed".to_string()
                });
            self
        }
        #[inline]
        pub fn next_page_token<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.next_page_token = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for next_page_token failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn page_size<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<i32>,
        {
            self.page_size = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `i32` for page_size failed".to_string());
            self
        }
        #[inline]
        pub fn single_events<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<bool>,
        {
            self.single_events = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `bool` for single_events failed".to_string()
                });
            self
        }
        #[inline]
        pub fn start<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::jiff::Timestamp>,
        {
            self.start = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: jiff :: Timestamp` for start failed".to_string()
                });
            self
        }
        ///Sends a `GET` request to `/events`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::EventsListResponse>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "list_events").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self {
                client,
                calendar_ids,
                end,
                next_page_token,
                page_size,
                single_events,
                start,
            } = self;
            let calendar_ids = calendar_ids.map_err(Error::InvalidRequest)?;
            let end = end.map_err(Error::InvalidRequest)?;
            let next_page_token = next_page_token.map_err(Error::InvalidRequest)?;
            let page_size = page_size.map_err(Error::InvalidRequest)?;
            let single_events = single_events.map_err(Error::InvalidRequest)?;
            let start = start.map_err(Error::InvalidRequest)?;
            let url = format!("{}/events", client.baseurl,);
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("calendarIds", &calendar_ids))
                .query(&progenitor_client::QueryParam::new("end", &end))
                .query(
                    &progenitor_client::QueryParam::new(
                        "nextPageToken",
                        &next_page_token,
                    ),
                )
                .query(&progenitor_client::QueryParam::new("pageSize", &page_size))
                .query(
                    &progenitor_client::QueryParam::new("singleEvents", &single_events),
                )
                .query(&progenitor_client::QueryParam::new("start", &start))
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::update_event`]

[`Client::update_event`]: super::Client::update_event*/
    #[derive(Debug, Clone)]
    pub struct UpdateEvent<'a> {
        client: &'a super::Client,
        body: Result<types::EventUpdate, String>,
    }
    impl<'a> UpdateEvent<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Err("body was not initialized".to_string()),
            }
        }
        #[inline]
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::EventUpdate>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `types :: EventUpdate` for body failed".to_string()
                });
            self
        }
        ///Sends a `PUT` request to `/event`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<crate::json::RawJson>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "update_event").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client, body } = self;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/event", client.baseurl,);
            let request = client
                .client
                .put(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::create_event`]

[`Client::create_event`]: super::Client::create_event*/
    #[derive(Debug, Clone)]
    pub struct CreateEvent<'a> {
        client: &'a super::Client,
        body: Result<types::EventCreate, String>,
    }
    impl<'a> CreateEvent<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Err("body was not initialized".to_string()),
            }
        }
        #[inline]
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::EventCreate>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `types :: EventCreate` for body failed".to_string()
                });
            self
        }
        ///Sends a `POST` request to `/event`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<crate::json::RawJson>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "create_event").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client, body } = self;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/event", client.baseurl,);
            let request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::delete_event`]

[`Client::delete_event`]: super::Client::delete_event*/
    #[derive(Debug, Clone)]
    pub struct DeleteEvent<'a> {
        client: &'a super::Client,
        calendar_id: Result<::std::string::String, String>,
        delete_mode: Result<Option<types::SeriesMode>, String>,
        event_id: Result<::std::string::String, String>,
        provider: Result<types::Provider, String>,
        recurring_event_id: Result<Option<::std::string::String>, String>,
    }
    impl<'a> DeleteEvent<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                calendar_id: Err("calendar_id was not initialized".to_string()),
                delete_mode: Ok(None),
                event_id: Err("event_id was not initialized".to_string()),
                provider: Err("provider was not initialized".to_string()),
                recurring_event_id: Ok(None),
            }
        }
        #[inline]
        pub fn calendar_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.calendar_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for calendar_id failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn delete_mode<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::SeriesMode>,
        {
            self.delete_mode = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `types :: SeriesMode` for delete_mode failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn event_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.event_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for event_id failed"
                        .to_string()
                });
            self
        }
        #[inline]
        pub fn provider<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::Provider>,
        {
            self.provider = value
                .try_into()
                .map_err(|_| {
                    "conversion to `types :: Provider` for provider failed".to_string()
                });
            self
        }
        #[inline]
        pub fn recurring_event_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.recurring_event_id = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for recurring_event_id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `DELETE` request to `/event`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::EventDeleteResponse>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "delete_event").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self {
                client,
                calendar_id,
                delete_mode,
                event_id,
                provider,
                recurring_event_id,
            } = self;
            let calendar_id = calendar_id.map_err(Error::InvalidRequest)?;
            let delete_mode = delete_mode.map_err(Error::InvalidRequest)?;
            let event_id = event_id.map_err(Error::InvalidRequest)?;
            let provider = provider.map_err(Error::InvalidRequest)?;
            let recurring_event_id = recurring_event_id.map_err(Error::InvalidRequest)?;
            let url = format!("{}/event", client.baseurl,);
            let request = client
                .client
                .delete(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("calendarId", &calendar_id))
                .query(&progenitor_client::QueryParam::new("deleteMode", &delete_mode))
                .query(&progenitor_client::QueryParam::new("eventId", &event_id))
                .query(&progenitor_client::QueryParam::new("provider", &provider))
                .query(
                    &progenitor_client::QueryParam::new(
                        "recurringEventId",
                        &recurring_event_id,
                    ),
                )
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::subscribe_webhook`]

[`Client::subscribe_webhook`]: super::Client::subscribe_webhook*/
    #[derive(Debug, Clone)]
    pub struct SubscribeWebhook<'a> {
        client: &'a super::Client,
        body: Result<types::SubscribeWebhookRequest, String>,
    }
    impl<'a> SubscribeWebhook<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Err("body was not initialized".to_string()),
            }
        }
        #[inline]
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::SubscribeWebhookRequest>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `types :: SubscribeWebhookRequest` for body failed"
                        .to_string()
                });
            self
        }
        ///Sends a `POST` request to `/subscribe-webhook`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::SubscribeWebhookResponse>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "subscribe_webhook").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client, body } = self;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/subscribe-webhook", client.baseurl,);
            let request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::unsubscribe_webhook`]

[`Client::unsubscribe_webhook`]: super::Client::unsubscribe_webhook*/
    #[derive(Debug, Clone)]
    pub struct UnsubscribeWebhook<'a> {
        client: &'a super::Client,
        body: Result<types::UnsubscribeWebhookRequest, String>,
    }
    impl<'a> UnsubscribeWebhook<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Err("body was not initialized".to_string()),
            }
        }
        #[inline]
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::UnsubscribeWebhookRequest>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `types :: UnsubscribeWebhookRequest` for body failed"
                        .to_string()
                });
            self
        }
        ///Sends a `POST` request to `/unsubscribe-webhook`
        #[inline]
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::UnsubscribeWebhookResponse>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "unsubscribe_webhook").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client, body } = self;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/unsubscribe-webhook", client.baseurl,);
            let request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::health`]

[`Client::health`]: super::Client::health*/
    #[derive(Debug, Clone)]
    pub struct Health<'a> {
        client: &'a super::Client,
    }
    impl<'a> Health<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self { client: client }
        }
        ///Sends a `GET` request to `/health`
        #[inline]
        pub async fn send(self) -> Result<ResponseValue<types::Health>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "health").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client } = self;
            let url = format!("{}/health", client.baseurl,);
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .build()?;
            Ok(request)
        }
    }
    /**Builder for [`Client::webhook_keys`]

[`Client::webhook_keys`]: super::Client::webhook_keys*/
    #[derive(Debug, Clone)]
    pub struct WebhookKeys<'a> {
        client: &'a super::Client,
    }
    impl<'a> WebhookKeys<'a> {
        #[inline]
        pub fn new(client: &'a super::Client) -> Self {
            Self { client: client }
        }
        ///Sends a `GET` request to `/.well-known/webhook-keys`
        #[inline]
        pub async fn send(self) -> Result<ResponseValue<types::WebhookKeys>, Error<()>> {
            let client = self.client;
            let request = self.request()?;
            crate::raw::send(client, request, "webhook_keys").await
        }
        /// Builds the request without sending it.
        #[inline]
        pub(crate) fn request(self) -> Result<::reqwest::Request, Error<()>> {
            let Self { client } = self;
            let url = format!("{}/.well-known/webhook-keys", client.baseurl,);
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .build()?;
            Ok(request)
        }
    }
}
/// What the contract says of each operation.
#[allow(dead_code)]
pub(crate) mod operations {
    use http::Method;
    use crate::operation::{Operation, Scheme};
    /// `GET /oauth/authorize`
    pub(crate) const AUTHORIZE: Operation = Operation {
        id: "authorize",
        method: Method::GET,
        path: "/oauth/authorize",
        auth: Scheme::None,
        on_origin: false,
        is_idempotent: true,
    };
    /// `POST /oauth/token`
    pub(crate) const TOKEN: Operation = Operation {
        id: "token",
        method: Method::POST,
        path: "/oauth/token",
        auth: Scheme::Basic,
        on_origin: false,
        is_idempotent: false,
    };
    /// `POST /oauth/revoke`
    pub(crate) const REVOKE: Operation = Operation {
        id: "revoke",
        method: Method::POST,
        path: "/oauth/revoke",
        auth: Scheme::None,
        on_origin: false,
        is_idempotent: false,
    };
    /// `GET /oauth/connection-status`
    pub(crate) const CONNECTION_STATUS: Operation = Operation {
        id: "connection_status",
        method: Method::GET,
        path: "/oauth/connection-status",
        auth: Scheme::Bearer,
        on_origin: false,
        is_idempotent: true,
    };
    /// `GET /connection-status`
    pub(crate) const CONNECTION_STATUS_LEGACY: Operation = Operation {
        id: "connection_status_legacy",
        method: Method::GET,
        path: "/connection-status",
        auth: Scheme::Bearer,
        on_origin: false,
        is_idempotent: true,
    };
    /// `POST /oauth/disconnect`
    pub(crate) const DISCONNECT: Operation = Operation {
        id: "disconnect",
        method: Method::POST,
        path: "/oauth/disconnect",
        auth: Scheme::Bearer,
        on_origin: false,
        is_idempotent: false,
    };
    /// `POST /disconnect`
    pub(crate) const DISCONNECT_LEGACY: Operation = Operation {
        id: "disconnect_legacy",
        method: Method::POST,
        path: "/disconnect",
        auth: Scheme::Bearer,
        on_origin: false,
        is_idempotent: false,
    };
    /// `GET /calendars`
    pub(crate) const LIST_CALENDARS: Operation = Operation {
        id: "list_calendars",
        method: Method::GET,
        path: "/calendars",
        auth: Scheme::Bearer,
        on_origin: false,
        is_idempotent: true,
    };
    /// `GET /events`
    pub(crate) const LIST_EVENTS: Operation = Operation {
        id: "list_events",
        method: Method::GET,
        path: "/events",
        auth: Scheme::Bearer,
        on_origin: false,
        is_idempotent: true,
    };
    /// `PUT /event`
    pub(crate) const UPDATE_EVENT: Operation = Operation {
        id: "update_event",
        method: Method::PUT,
        path: "/event",
        auth: Scheme::Bearer,
        on_origin: false,
        is_idempotent: false,
    };
    /// `POST /event`
    pub(crate) const CREATE_EVENT: Operation = Operation {
        id: "create_event",
        method: Method::POST,
        path: "/event",
        auth: Scheme::Bearer,
        on_origin: false,
        is_idempotent: false,
    };
    /// `DELETE /event`
    pub(crate) const DELETE_EVENT: Operation = Operation {
        id: "delete_event",
        method: Method::DELETE,
        path: "/event",
        auth: Scheme::Bearer,
        on_origin: false,
        is_idempotent: true,
    };
    /// `POST /subscribe-webhook`
    pub(crate) const SUBSCRIBE_WEBHOOK: Operation = Operation {
        id: "subscribe_webhook",
        method: Method::POST,
        path: "/subscribe-webhook",
        auth: Scheme::Bearer,
        on_origin: false,
        is_idempotent: false,
    };
    /// `POST /unsubscribe-webhook`
    pub(crate) const UNSUBSCRIBE_WEBHOOK: Operation = Operation {
        id: "unsubscribe_webhook",
        method: Method::POST,
        path: "/unsubscribe-webhook",
        auth: Scheme::Bearer,
        on_origin: false,
        is_idempotent: false,
    };
    /// `GET /health`
    pub(crate) const HEALTH: Operation = Operation {
        id: "health",
        method: Method::GET,
        path: "/health",
        auth: Scheme::None,
        on_origin: false,
        is_idempotent: true,
    };
    /// `GET /.well-known/webhook-keys`
    pub(crate) const WEBHOOK_KEYS: Operation = Operation {
        id: "webhook_keys",
        method: Method::GET,
        path: "/.well-known/webhook-keys",
        auth: Scheme::None,
        on_origin: true,
        is_idempotent: true,
    };
    /// All operations of the contract.
    pub(crate) const ALL: &[&Operation] = &[
        &AUTHORIZE,
        &TOKEN,
        &REVOKE,
        &CONNECTION_STATUS,
        &CONNECTION_STATUS_LEGACY,
        &DISCONNECT,
        &DISCONNECT_LEGACY,
        &LIST_CALENDARS,
        &LIST_EVENTS,
        &UPDATE_EVENT,
        &CREATE_EVENT,
        &DELETE_EVENT,
        &SUBSCRIBE_WEBHOOK,
        &UNSUBSCRIBE_WEBHOOK,
        &HEALTH,
        &WEBHOOK_KEYS,
    ];
}
