// Generated from openapi.yaml (contract e79a41a18f8a9548). Do not edit: change the contract or codegen/, then run
// cargo build --features codegen

/// Parameters of `GET /oauth/authorize`. Start the OAuth flow in the user's browser.
///
/// Sends the browser of the user to the hosted page where calendar accounts are connected.
///
/// This is an address to navigate to, not a call for a client to make. When the user is done, the browser
/// returns to the registered redirect URI with `code` and `state` in the query, or with `error` when the
/// flow failed. The code is opaque, works once and expires after 10 minutes. Opening the page again for
/// a known user revokes nothing: it lets the user add accounts.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[must_use]
pub struct AuthUrl {
    pub(crate) user_id: ::std::string::String,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) response_type: ::std::option::Option<::std::string::String>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) client_id: ::std::option::Option<::std::string::String>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) redirect_uri: ::std::option::Option<::std::string::String>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) scope: ::std::option::Option<crate::models::Scope>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) state: ::std::option::Option<crate::secret::Secret>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) providers: ::std::option::Option<
        ::std::vec::Vec<crate::models::Provider>,
    >,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) lng: ::std::option::Option<crate::models::Language>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) theme: ::std::option::Option<crate::models::Theme>,
}
impl AuthUrl {
    /// Creates parameters from the required ones. Optional ones have setters.
    pub fn new(user_id: impl ::std::convert::Into<::std::string::String>) -> Self {
        Self {
            user_id: user_id.into(),
            response_type: ::std::default::Default::default(),
            client_id: ::std::default::Default::default(),
            redirect_uri: ::std::default::Default::default(),
            scope: ::std::default::Default::default(),
            state: ::std::default::Default::default(),
            providers: ::std::default::Default::default(),
            lng: ::std::default::Default::default(),
            theme: ::std::default::Default::default(),
        }
    }
    /// The access asked for. The service grants `read-write` when it is absent.
    pub fn scope(
        mut self,
        scope: impl ::std::convert::Into<crate::models::Scope>,
    ) -> Self {
        self.scope = ::std::option::Option::Some(scope.into());
        self
    }
    /// An unguessable value that comes back unchanged on the redirect. Compare it there to stop forged callbacks.
    pub fn state(
        mut self,
        state: impl ::std::convert::Into<crate::secret::Secret>,
    ) -> Self {
        self.state = ::std::option::Option::Some(state.into());
        self
    }
    /// The providers to offer, separated by commas. All of them when absent.
    pub fn providers(
        mut self,
        providers: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<crate::models::Provider>,
        >,
    ) -> Self {
        self.providers = ::std::option::Option::Some(
            providers.into_iter().map(::std::convert::Into::into).collect(),
        );
        self
    }
    /// The language of the hosted pages. When absent, the `Accept-Language` of the browser decides, then English.
    pub fn lng(
        mut self,
        lng: impl ::std::convert::Into<crate::models::Language>,
    ) -> Self {
        self.lng = ::std::option::Option::Some(lng.into());
        self
    }
    /// The colour scheme of the hosted pages. It overrides both the setting of the application and what the user chose before.
    pub fn theme(
        mut self,
        theme: impl ::std::convert::Into<crate::models::Theme>,
    ) -> Self {
        self.theme = ::std::option::Option::Some(theme.into());
        self
    }
}
impl<C> crate::call::Request<AuthUrl, C> {
    /// The access asked for. The service grants `read-write` when it is absent.
    pub fn scope(self, scope: impl ::std::convert::Into<crate::models::Scope>) -> Self {
        self.map(|params| params.scope(scope))
    }
    /// An unguessable value that comes back unchanged on the redirect. Compare it there to stop forged callbacks.
    pub fn state(self, state: impl ::std::convert::Into<crate::secret::Secret>) -> Self {
        self.map(|params| params.state(state))
    }
    /// The providers to offer, separated by commas. All of them when absent.
    pub fn providers(
        self,
        providers: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<crate::models::Provider>,
        >,
    ) -> Self {
        self.map(|params| params.providers(providers))
    }
    /// The language of the hosted pages. When absent, the `Accept-Language` of the browser decides, then English.
    pub fn lng(self, lng: impl ::std::convert::Into<crate::models::Language>) -> Self {
        self.map(|params| params.lng(lng))
    }
    /// The colour scheme of the hosted pages. It overrides both the setting of the application and what the user chose before.
    pub fn theme(self, theme: impl ::std::convert::Into<crate::models::Theme>) -> Self {
        self.map(|params| params.theme(theme))
    }
}
impl crate::call::RawCall for AuthUrl {
    type Response = ();
    const OPERATION: &'static crate::operation::Operation = &operations::AUTHORIZE;
    fn build(
        self,
        api: &crate::raw::Client,
    ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
        let request = api.authorize();
        crate::call::check_filled("user_id", &self.user_id)?;
        let request = request.user_id(self.user_id);
        let request = match self.response_type {
            ::std::option::Option::Some(response_type) => {
                crate::call::check_filled("response_type", &response_type)?;
                request.response_type(response_type)
            }
            ::std::option::Option::None => request,
        };
        let request = match self.client_id {
            ::std::option::Option::Some(client_id) => {
                crate::call::check_filled("client_id", &client_id)?;
                request.client_id(client_id)
            }
            ::std::option::Option::None => request,
        };
        let request = match self.redirect_uri {
            ::std::option::Option::Some(redirect_uri) => {
                crate::call::check_filled("redirect_uri", &redirect_uri)?;
                request.redirect_uri(redirect_uri)
            }
            ::std::option::Option::None => request,
        };
        let request = match self.scope {
            ::std::option::Option::Some(scope) => {
                crate::call::check_filled("scope", scope.as_str())?;
                request.scope(scope)
            }
            ::std::option::Option::None => request,
        };
        let request = match self.state {
            ::std::option::Option::Some(state) => {
                crate::call::check_filled("state", state.expose())?;
                request.state(state)
            }
            ::std::option::Option::None => request,
        };
        let request = match self.providers {
            ::std::option::Option::Some(providers) if !providers.is_empty() => {
                request.providers(crate::call::comma_separated("providers", &providers)?)
            }
            _ => request,
        };
        let request = match self.lng {
            ::std::option::Option::Some(lng) => {
                crate::call::check_filled("lng", lng.as_str())?;
                request.lng(lng)
            }
            ::std::option::Option::None => request,
        };
        let request = match self.theme {
            ::std::option::Option::Some(theme) => {
                crate::call::check_filled("theme", theme.as_str())?;
                request.theme(theme)
            }
            ::std::option::Option::None => request,
        };
        Ok(request.request()?)
    }
}
/// Parameters of `GET /oauth/connection-status`. Read which accounts the user has connected.
///
/// Lists the connected accounts of the user, grouped by provider, with the health of each.
///
/// Older deployments respond with 404 here and know the operation only as `/connection-status`.
#[derive(Default)]
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[must_use]
pub struct GetConnectionStatus {}
impl GetConnectionStatus {
    /// Creates parameters without any that is optional.
    pub fn new() -> Self {
        Self {}
    }
}
impl crate::call::RawCall for GetConnectionStatus {
    type Response = crate::models::ConnectionStatus;
    const OPERATION: &'static crate::operation::Operation = &operations::CONNECTION_STATUS;
    fn build(
        self,
        api: &crate::raw::Client,
    ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
        let request = api.connection_status();
        Ok(request.request()?)
    }
}
/// Parameters of `POST /oauth/disconnect`. Disconnect one account, or all accounts of a provider.
///
/// Removes the connection between the user and one or all accounts of a provider.
///
/// The parameters travel in the query; the request body is an empty JSON object. The tokens of the user
/// stay valid. A 2xx response with an empty body is a success too. Older deployments respond with 404
/// here and know the operation only as `/disconnect`.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[must_use]
pub struct Disconnect {
    pub(crate) provider: crate::models::Provider,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) account: ::std::option::Option<::std::string::String>,
}
impl Disconnect {
    /// Creates parameters from the required ones. Optional ones have setters.
    pub fn new(provider: crate::models::Provider) -> Self {
        Self {
            provider: provider,
            account: ::std::default::Default::default(),
        }
    }
    /// The `id` of the account as the connection status gives it, usually an email address. All accounts of the provider when absent.
    pub fn account(
        mut self,
        account: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.account = ::std::option::Option::Some(account.into());
        self
    }
}
impl<C> crate::call::Request<Disconnect, C> {
    /// The `id` of the account as the connection status gives it, usually an email address. All accounts of the provider when absent.
    pub fn account(
        self,
        account: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.map(|params| params.account(account))
    }
}
impl crate::call::RawCall for Disconnect {
    type Response = crate::models::DisconnectResponse;
    const OPERATION: &'static crate::operation::Operation = &operations::DISCONNECT;
    fn build(
        self,
        api: &crate::raw::Client,
    ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
        let request = api.disconnect();
        crate::call::check_filled("provider", self.provider.as_str())?;
        let request = request.provider(self.provider);
        let request = match self.account {
            ::std::option::Option::Some(account) => {
                crate::call::check_filled("account", &account)?;
                request.account(account)
            }
            ::std::option::Option::None => request,
        };
        let request = request.body(crate::models::DisconnectRequest::new());
        Ok(request.request()?)
    }
}
/// Parameters of `GET /calendars`. List the calendars of all connected accounts.
///
/// Returns one array with the calendars of every connected account.
///
/// Needs the scope `read` or `read-write`; a `free-busy` token gets a 403. When some accounts lack the
/// calendar permission, the others are returned and a header names those omitted; when all of them
/// lack it, the response is a 403 with the code `calendar_permission_required`.
#[derive(Default)]
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[must_use]
pub struct ListCalendars {}
impl ListCalendars {
    /// Creates parameters without any that is optional.
    pub fn new() -> Self {
        Self {}
    }
}
impl crate::call::RawCall for ListCalendars {
    type Response = ::std::vec::Vec<crate::models::Calendar>;
    const OPERATION: &'static crate::operation::Operation = &operations::LIST_CALENDARS;
    fn build(
        self,
        api: &crate::raw::Client,
    ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
        let request = api.list_calendars();
        Ok(request.request()?)
    }
}
/// Parameters of `GET /events`. List events across calendars and providers.
///
/// Returns one page of events, sorted by start across all providers.
///
/// Any scope will do. With `free-busy` the events are opaque busy blocks without title, description and
/// attendees. While `nextPageToken` is present there is more: repeat the call with that token and the
/// same filters, even after an empty page. When some accounts lack the calendar permission, a header
/// names those omitted; when all of them lack it, the response is a 403 with the code
/// `calendar_permission_required`.
#[derive(Default)]
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[must_use]
pub struct ListEvents {
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) start: ::std::option::Option<::jiff::Timestamp>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) end: ::std::option::Option<::jiff::Timestamp>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) page_size: ::std::option::Option<i32>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) calendar_ids: ::std::option::Option<crate::models::CalendarIds>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) next_page_token: ::std::option::Option<::std::string::String>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) single_events: ::std::option::Option<bool>,
}
impl ListEvents {
    /// Creates parameters without any that is optional.
    pub fn new() -> Self {
        Self {
            start: ::std::default::Default::default(),
            end: ::std::default::Default::default(),
            page_size: ::std::default::Default::default(),
            calendar_ids: ::std::default::Default::default(),
            next_page_token: ::std::default::Default::default(),
            single_events: ::std::default::Default::default(),
        }
    }
    /// Beginning of the range, an ISO 8601 instant. By default the first day of the current month at 00:00:00 UTC.
    pub fn start(mut self, start: impl ::std::convert::Into<::jiff::Timestamp>) -> Self {
        self.start = ::std::option::Option::Some(crate::json::to_millis(start.into()));
        self
    }
    /// End of the range, an ISO 8601 instant. By default the last day of the current month at 23:59:59 UTC. Whether an event at this very instant is included is not documented.
    pub fn end(mut self, end: impl ::std::convert::Into<::jiff::Timestamp>) -> Self {
        self.end = ::std::option::Option::Some(crate::json::to_millis(end.into()));
        self
    }
    /// Number of events per page over all providers together, from 1 to 1000. By default 250; the service caps larger values at 1000.
    ///
    /// Values outside 1 to 1000 are clamped.
    pub fn page_size(mut self, page_size: u32) -> Self {
        self.page_size = ::std::option::Option::Some(
            page_size.clamp(1u32, 1000u32) as i32,
        );
        self
    }
    /// The opaque token of the previous page, passed back unchanged.
    pub fn next_page_token(
        mut self,
        next_page_token: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.next_page_token = ::std::option::Option::Some(next_page_token.into());
        self
    }
    /// Whether recurring series are expanded. By default `true`, which returns the instances; `false` returns only the series themselves.
    pub fn single_events(mut self, single_events: bool) -> Self {
        self.single_events = ::std::option::Option::Some(single_events);
        self
    }
}
impl<C> crate::call::Request<ListEvents, C> {
    /// Beginning of the range, an ISO 8601 instant. By default the first day of the current month at 00:00:00 UTC.
    pub fn start(self, start: impl ::std::convert::Into<::jiff::Timestamp>) -> Self {
        self.map(|params| params.start(start))
    }
    /// End of the range, an ISO 8601 instant. By default the last day of the current month at 23:59:59 UTC. Whether an event at this very instant is included is not documented.
    pub fn end(self, end: impl ::std::convert::Into<::jiff::Timestamp>) -> Self {
        self.map(|params| params.end(end))
    }
    /// Number of events per page over all providers together, from 1 to 1000. By default 250; the service caps larger values at 1000.
    ///
    /// Values outside 1 to 1000 are clamped.
    pub fn page_size(self, page_size: u32) -> Self {
        self.map(|params| params.page_size(page_size))
    }
    /// The opaque token of the previous page, passed back unchanged.
    pub fn next_page_token(
        self,
        next_page_token: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.map(|params| params.next_page_token(next_page_token))
    }
    /// Whether recurring series are expanded. By default `true`, which returns the instances; `false` returns only the series themselves.
    pub fn single_events(self, single_events: bool) -> Self {
        self.map(|params| params.single_events(single_events))
    }
}
impl crate::call::RawCall for ListEvents {
    type Response = crate::models::EventsListResponse;
    const OPERATION: &'static crate::operation::Operation = &operations::LIST_EVENTS;
    fn build(
        self,
        api: &crate::raw::Client,
    ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
        let request = api.list_events();
        let request = match self.start {
            ::std::option::Option::Some(start) => request.start(start),
            ::std::option::Option::None => request,
        };
        let request = match self.end {
            ::std::option::Option::Some(end) => request.end(end),
            ::std::option::Option::None => request,
        };
        let request = match self.page_size {
            ::std::option::Option::Some(page_size) => request.page_size(page_size),
            ::std::option::Option::None => request,
        };
        let request = match self.calendar_ids {
            ::std::option::Option::Some(calendar_ids) => {
                request
                    .calendar_ids(crate::call::json_text("calendar_ids", &calendar_ids)?)
            }
            ::std::option::Option::None => request,
        };
        let request = match self.next_page_token {
            ::std::option::Option::Some(next_page_token) => {
                crate::call::check_filled("next_page_token", &next_page_token)?;
                request.next_page_token(next_page_token)
            }
            ::std::option::Option::None => request,
        };
        let request = match self.single_events {
            ::std::option::Option::Some(single_events) => {
                request.single_events(single_events)
            }
            ::std::option::Option::None => request,
        };
        Ok(request.request()?)
    }
}
/// Parameters of `PUT /event`. Change an event.
///
/// Changes the given fields of an event and leaves the others as they are.
///
/// Needs the scope `read-write`. To change one instance of a series send `recurringEventId` too and
/// choose with `updateMode` how far the change reaches; the modes vary a little between providers. A 2xx
/// response with `success: false` is a failure. Changes made through the API are kept out of your own
/// webhook deliveries for 30 seconds, as far as possible.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[must_use]
pub struct UpdateEvent {
    pub(crate) body: crate::models::EventUpdate,
}
impl UpdateEvent {
    /// Creates parameters from the required ones. Optional ones have setters.
    pub fn new(body: crate::models::EventUpdate) -> Self {
        Self { body: body }
    }
}
impl crate::call::RawCall for UpdateEvent {
    type Response = crate::json::RawJson;
    const OPERATION: &'static crate::operation::Operation = &operations::UPDATE_EVENT;
    fn build(
        self,
        api: &crate::raw::Client,
    ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
        let request = api.update_event();
        let request = request.body(self.body);
        Ok(request.request()?)
    }
}
/// Parameters of `POST /event`. Create an event.
///
/// Creates an event, or a recurring series, in one calendar.
///
/// Needs the scope `read-write`. A 2xx response with `success: false` is a failure. Changes made through
/// the API are kept out of your own webhook deliveries for 30 seconds, as far as possible.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[must_use]
pub struct CreateEvent {
    pub(crate) body: crate::models::EventCreate,
}
impl CreateEvent {
    /// Creates parameters from the required ones. Optional ones have setters.
    pub fn new(body: crate::models::EventCreate) -> Self {
        Self { body: body }
    }
}
impl crate::call::RawCall for CreateEvent {
    type Response = crate::json::RawJson;
    const OPERATION: &'static crate::operation::Operation = &operations::CREATE_EVENT;
    fn build(
        self,
        api: &crate::raw::Client,
    ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
        let request = api.create_event();
        let request = request.body(self.body);
        Ok(request.request()?)
    }
}
/// Parameters of `DELETE /event`. Delete an event.
///
/// Deletes an event, a whole series, or part of one; this cannot be undone.
///
/// Needs the scope `read-write`. The parameters travel in the query; the service also knows the same
/// members as a JSON body. A 2xx response with `success: false` is a failure. Changes made through the API
/// are kept out of your own webhook deliveries for 30 seconds, as far as possible.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[must_use]
pub struct EventDelete {
    pub(crate) provider: crate::models::Provider,
    pub(crate) calendar_id: ::std::string::String,
    pub(crate) event_id: ::std::string::String,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) recurring_event_id: ::std::option::Option<::std::string::String>,
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) delete_mode: ::std::option::Option<crate::models::SeriesMode>,
}
impl EventDelete {
    /// Creates parameters from the required ones. Optional ones have setters.
    pub fn new(
        provider: crate::models::Provider,
        calendar_id: impl ::std::convert::Into<::std::string::String>,
        event_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        Self {
            provider: provider,
            calendar_id: calendar_id.into(),
            event_id: event_id.into(),
            recurring_event_id: ::std::default::Default::default(),
            delete_mode: ::std::default::Default::default(),
        }
    }
    /// The id of the series; needed when `eventId` names one instance.
    pub fn recurring_event_id(
        mut self,
        recurring_event_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.recurring_event_id = ::std::option::Option::Some(recurring_event_id.into());
        self
    }
    /// How far a deletion within a series reaches. When absent, the event or the whole series goes; `this` cancels one instance.
    pub fn delete_mode(
        mut self,
        delete_mode: impl ::std::convert::Into<crate::models::SeriesMode>,
    ) -> Self {
        self.delete_mode = ::std::option::Option::Some(delete_mode.into());
        self
    }
}
impl<C> crate::call::Request<EventDelete, C> {
    /// The id of the series; needed when `eventId` names one instance.
    pub fn recurring_event_id(
        self,
        recurring_event_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.map(|params| params.recurring_event_id(recurring_event_id))
    }
    /// How far a deletion within a series reaches. When absent, the event or the whole series goes; `this` cancels one instance.
    pub fn delete_mode(
        self,
        delete_mode: impl ::std::convert::Into<crate::models::SeriesMode>,
    ) -> Self {
        self.map(|params| params.delete_mode(delete_mode))
    }
}
impl crate::call::RawCall for EventDelete {
    type Response = crate::models::EventDeleteResponse;
    const OPERATION: &'static crate::operation::Operation = &operations::DELETE_EVENT;
    fn build(
        self,
        api: &crate::raw::Client,
    ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
        let request = api.delete_event();
        crate::call::check_filled("provider", self.provider.as_str())?;
        let request = request.provider(self.provider);
        crate::call::check_filled("calendar_id", &self.calendar_id)?;
        let request = request.calendar_id(self.calendar_id);
        crate::call::check_filled("event_id", &self.event_id)?;
        let request = request.event_id(self.event_id);
        let request = match self.recurring_event_id {
            ::std::option::Option::Some(recurring_event_id) => {
                crate::call::check_filled("recurring_event_id", &recurring_event_id)?;
                request.recurring_event_id(recurring_event_id)
            }
            ::std::option::Option::None => request,
        };
        let request = match self.delete_mode {
            ::std::option::Option::Some(delete_mode) => {
                crate::call::check_filled("delete_mode", delete_mode.as_str())?;
                request.delete_mode(delete_mode)
            }
            ::std::option::Option::None => request,
        };
        Ok(request.request()?)
    }
}
/// Parameters of `POST /subscribe-webhook`. Subscribe to the changes of one calendar.
///
/// Opens a channel through which changes of one calendar are delivered to the webhook URL of the
/// application.
///
/// The URL is set in the dashboard, one per application, and is not part of the request; without it the
/// response is a 400. Keep `channelId` and `subscription.resourceId` for unsubscribing. Channels expire:
/// subscribe again before that. Google and Microsoft push their changes; Apple is polled every 5 minutes
/// and CalDAV is polled too.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[must_use]
pub struct SubscribeWebhook {
    pub(crate) body: crate::models::SubscribeWebhookRequest,
}
impl SubscribeWebhook {
    /// Creates parameters from the required ones. Optional ones have setters.
    pub fn new(
        provider: crate::models::Provider,
        calendar_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        Self {
            body: crate::models::SubscribeWebhookRequest::new(provider, calendar_id),
        }
    }
    /// Id for the channel. The service makes one up when absent.
    pub fn channel_id(
        mut self,
        channel_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.body = self.body.channel_id(channel_id);
        self
    }
    /// End of the subscription in Unix milliseconds. The provider decides when absent.
    pub fn expiration(
        mut self,
        expiration: impl ::std::convert::Into<::jiff::Timestamp>,
    ) -> Self {
        self.body = self.body.expiration(expiration);
        self
    }
}
impl<C> crate::call::Request<SubscribeWebhook, C> {
    /// Id for the channel. The service makes one up when absent.
    pub fn channel_id(
        self,
        channel_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.map(|params| params.channel_id(channel_id))
    }
    /// End of the subscription in Unix milliseconds. The provider decides when absent.
    pub fn expiration(
        self,
        expiration: impl ::std::convert::Into<::jiff::Timestamp>,
    ) -> Self {
        self.map(|params| params.expiration(expiration))
    }
}
impl crate::call::RawCall for SubscribeWebhook {
    type Response = crate::models::SubscribeWebhookResponse;
    const OPERATION: &'static crate::operation::Operation = &operations::SUBSCRIBE_WEBHOOK;
    fn build(
        self,
        api: &crate::raw::Client,
    ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
        let request = api.subscribe_webhook();
        let request = request.body(self.body);
        Ok(request.request()?)
    }
}
/// Parameters of `POST /unsubscribe-webhook`. End a webhook subscription.
///
/// Closes a channel that was opened by subscribing.
///
/// A 200 is final: `success` is true even when the provider could not end its side, for example because
/// the channel had expired, and `message` then explains it.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[must_use]
pub struct UnsubscribeWebhook {
    pub(crate) body: crate::models::UnsubscribeWebhookRequest,
}
impl UnsubscribeWebhook {
    /// Creates parameters from the required ones. Optional ones have setters.
    pub fn new(
        provider: crate::models::Provider,
        channel_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        Self {
            body: crate::models::UnsubscribeWebhookRequest::new(provider, channel_id),
        }
    }
    /// The `resourceId` of the subscription. Google needs it to end its side; best always sent.
    pub fn resource_id(
        mut self,
        resource_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.body = self.body.resource_id(resource_id);
        self
    }
}
impl<C> crate::call::Request<UnsubscribeWebhook, C> {
    /// The `resourceId` of the subscription. Google needs it to end its side; best always sent.
    pub fn resource_id(
        self,
        resource_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.map(|params| params.resource_id(resource_id))
    }
}
impl crate::call::RawCall for UnsubscribeWebhook {
    type Response = crate::models::UnsubscribeWebhookResponse;
    const OPERATION: &'static crate::operation::Operation = &operations::UNSUBSCRIBE_WEBHOOK;
    fn build(
        self,
        api: &crate::raw::Client,
    ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
        let request = api.unsubscribe_webhook();
        let request = request.body(self.body);
        Ok(request.request()?)
    }
}
/// Parameters of `GET /health`. Check that the service is up.
///
/// Reports whether the service is running. Needs no credentials.
#[derive(Default)]
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[must_use]
pub struct CheckHealth {}
impl CheckHealth {
    /// Creates parameters without any that is optional.
    pub fn new() -> Self {
        Self {}
    }
}
impl crate::call::RawCall for CheckHealth {
    type Response = crate::models::Health;
    const OPERATION: &'static crate::operation::Operation = &operations::HEALTH;
    fn build(
        self,
        api: &crate::raw::Client,
    ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
        let request = api.health();
        Ok(request.request()?)
    }
}
/// Gives a client the accessors of the resources that no handwritten code has.
macro_rules! accessors {
    ($client:ty) => {
        impl $client {}
    };
}
