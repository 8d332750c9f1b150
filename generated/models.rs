// Generated from openapi.yaml (contract e79a41a18f8a9548). Do not edit: change the contract or codegen/, then run
// cargo build --features codegen

/// An account that has not granted the calendar permission.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct BlockedAccount {
    /// Id of the account, usually an email address.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub account: ::std::option::Option<::std::string::String>,
    /// Provider of the account.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub provider: ::std::option::Option<crate::models::Provider>,
}
crate::json::members! {
    BlockedAccount "BlockedAccount" object; 0 "account" account : optional Plain <
    ::std::option::Option < ::std::string::String >>; 1 "provider" provider : optional
    Plain < ::std::option::Option < crate ::models::Provider >>;
}
/// A calendar of a connected account.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct Calendar {
    /// Colour of the calendar, for example `#9fc6e7`.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub color: ::std::option::Option<::std::string::String>,
    /// Description of the calendar. May be empty.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub description: ::std::option::Option<::std::string::String>,
    /// Id of the calendar at its provider. Opaque: an email address, a UUID, a URL or something else.
    pub id: ::std::string::String,
    /// The calendar as the provider has it.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub original: ::std::option::Option<crate::json::RawJson>,
    /// Provider of the calendar.
    pub provider: crate::models::Provider,
    /// Time zone as an IANA name or `UTC`. `UTC` when absent.
    #[serde(rename = "timeZone")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub time_zone: ::std::option::Option<::std::string::String>,
    /// Name of the calendar.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub title: ::std::option::Option<::std::string::String>,
    /// Members that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: ::std::collections::BTreeMap<
        ::std::string::String,
        crate::json::RawJson,
    >,
}
crate::json::members! {
    Calendar "Calendar" object[unknown_members]; 0 "color" color : optional Plain <
    ::std::option::Option < ::std::string::String >>; 1 "description" description :
    optional Plain < ::std::option::Option < ::std::string::String >>; 2 "id" id :
    required Plain < ::std::string::String >; 3 "original" original : optional Plain <
    ::std::option::Option < crate ::json::RawJson >>; 4 "provider" provider : required
    Plain < crate ::models::Provider >; 5 "timeZone" time_zone : optional Plain <
    ::std::option::Option < ::std::string::String >>; 6 "title" title : optional Plain <
    ::std::option::Option < ::std::string::String >>;
}
/// An event of a calendar, in the same form for every provider.
///
/// Dates are ISO 8601, normally in UTC with milliseconds and `Z`. The fraction or the offset may be
/// missing, the offset may be numeric, and the value may be a bare date.
///
/// With the `free-busy` scope title, description and attendees are withheld.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct CalendarEvent {
    /// Whether the event takes whole days.
    #[serde(rename = "allDay")]
    #[serde(default)]
    pub all_day: bool,
    /// The people invited.
    ///
    /// Google gives the guest list exactly as it keeps it, which names the organizer only if invited and
    /// may contain group calendars. The other providers list the organizer as an entry of its own.
    #[serde(default)]
    pub attendees: ::std::vec::Vec<EventAttendee>,
    /// Whether the event blocks time.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub availability: ::std::option::Option<crate::models::Availability>,
    /// Id of the calendar that holds the event. Some responses omit it.
    #[serde(rename = "calendarId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub calendar_id: ::std::option::Option<::std::string::String>,
    /// Colour of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub color: ::std::option::Option<::std::string::String>,
    /// The online meeting of the event, by its URL or with details.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub conference: ::std::option::Option<Conference>,
    /// Further data of the online meeting.
    #[serde(rename = "conferenceData")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub conference_data: ::std::option::Option<ConferenceData>,
    /// Your own keys and values, stored with the event.
    #[serde(default)]
    pub custom: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    /// Description of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub description: ::std::option::Option<::std::string::String>,
    /// End of the event. For an all-day event usually midnight of the following day.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub end: ::std::option::Option<::jiff::Timestamp>,
    /// Id of the event at its provider.
    pub id: ::std::string::String,
    /// When the event last changed.
    #[serde(rename = "lastModified")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub last_modified: ::std::option::Option<::jiff::Timestamp>,
    /// Web address of the event at its provider.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub link: ::std::option::Option<::std::string::String>,
    /// Place of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub location: ::std::option::Option<::std::string::String>,
    /// The event as the provider has it.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub original: ::std::option::Option<crate::json::RawJson>,
    /// Who may see the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub privacy: ::std::option::Option<crate::models::Privacy>,
    /// Provider of the event.
    pub provider: crate::models::Provider,
    /// Id of the series, when the event is an instance of one.
    #[serde(rename = "recurringEventId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub recurring_event_id: ::std::option::Option<::std::string::String>,
    /// Beginning of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub start: ::std::option::Option<::jiff::Timestamp>,
    /// Whether the event takes place.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub status: ::std::option::Option<crate::models::EventStatus>,
    /// Title of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub title: ::std::option::Option<::std::string::String>,
    /// Members that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: ::std::collections::BTreeMap<
        ::std::string::String,
        crate::json::RawJson,
    >,
}
crate::json::members! {
    CalendarEvent "CalendarEvent" object[unknown_members]; 0 "allDay" all_day : optional
    OrDefault < bool >; 1 "attendees" attendees : optional OrDefault < ::std::vec::Vec <
    EventAttendee > >; 2 "availability" availability : optional Plain <
    ::std::option::Option < crate ::models::Availability >>; 3 "calendarId" calendar_id :
    optional Plain < ::std::option::Option < ::std::string::String >>; 4 "color" color :
    optional Plain < ::std::option::Option < ::std::string::String >>; 5 "conference"
    conference : optional Plain < ::std::option::Option < Conference >>; 6
    "conferenceData" conference_data : optional Plain < ::std::option::Option <
    ConferenceData >>; 7 "custom" custom : optional OrDefault < ::serde_json::Map <
    ::std::string::String, ::serde_json::Value > >; 8 "description" description :
    optional Plain < ::std::option::Option < ::std::string::String >>; 9 "end" end :
    optional OptionalInstant; 10 "id" id : required Plain < ::std::string::String >; 11
    "lastModified" last_modified : optional OptionalInstant; 12 "link" link : optional
    Plain < ::std::option::Option < ::std::string::String >>; 13 "location" location :
    optional Plain < ::std::option::Option < ::std::string::String >>; 14 "original"
    original : optional Plain < ::std::option::Option < crate ::json::RawJson >>; 15
    "privacy" privacy : optional Plain < ::std::option::Option < crate ::models::Privacy
    >>; 16 "provider" provider : required Plain < crate ::models::Provider >; 17
    "recurringEventId" recurring_event_id : optional Plain < ::std::option::Option <
    ::std::string::String >>; 18 "start" start : optional OptionalInstant; 19 "status"
    status : optional Plain < ::std::option::Option < crate ::models::EventStatus >>; 20
    "title" title : optional Plain < ::std::option::Option < ::std::string::String >>;
}
///A choice of calendars: ids by provider. Sent as compact JSON in the `calendarIds` parameter.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct CalendarIds(
    pub ::std::collections::BTreeMap<
        ::std::string::String,
        ::std::vec::Vec<::std::string::String>,
    >,
);
impl ::std::ops::Deref for CalendarIds {
    type Target = ::std::collections::BTreeMap<
        ::std::string::String,
        ::std::vec::Vec<::std::string::String>,
    >;
    fn deref(
        &self,
    ) -> &::std::collections::BTreeMap<
        ::std::string::String,
        ::std::vec::Vec<::std::string::String>,
    > {
        &self.0
    }
}
impl ::std::convert::From<CalendarIds>
for ::std::collections::BTreeMap<
    ::std::string::String,
    ::std::vec::Vec<::std::string::String>,
> {
    fn from(value: CalendarIds) -> Self {
        value.0
    }
}
impl ::std::convert::From<
    ::std::collections::BTreeMap<
        ::std::string::String,
        ::std::vec::Vec<::std::string::String>,
    >,
> for CalendarIds {
    fn from(
        value: ::std::collections::BTreeMap<
            ::std::string::String,
            ::std::vec::Vec<::std::string::String>,
        >,
    ) -> Self {
        Self(value)
    }
}
/// The online meeting of an event. It may arrive as a bare string, which is its URL.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct Conference {
    /// Whether the meeting was made by the provider on request.
    #[serde(rename = "autoGenerate")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub auto_generate: ::std::option::Option<bool>,
    /// The meeting as the provider has it.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub data: ::std::option::Option<crate::json::RawJson>,
    /// Meeting service, for example `google-meet`, `microsoft-teams`, `zoom` or `webex`.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub provider: ::std::option::Option<::std::string::String>,
    /// Address at which to join.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub url: ::std::option::Option<::std::string::String>,
    /// Members that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: ::std::collections::BTreeMap<
        ::std::string::String,
        crate::json::RawJson,
    >,
}
crate::json::members! {
    Conference "Conference" text url[auto_generate data provider unknown_members]
    [unknown_members]; 0 "autoGenerate" auto_generate : optional Plain <
    ::std::option::Option < bool >>; 1 "data" data : optional Plain <
    ::std::option::Option < crate ::json::RawJson >>; 2 "provider" provider : optional
    Plain < ::std::option::Option < ::std::string::String >>; 3 "url" url : optional
    Plain < ::std::option::Option < ::std::string::String >>;
}
/// Data of an online meeting.
///
/// Which members a response holds depends on the provider; further ones are passed through.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct ConferenceData {
    /// Request to have the provider make the meeting.
    ///
    /// For Google and Microsoft; Apple and CalDAV ignore it. When true, the service ignores `conference`
    /// and the other members.
    #[serde(rename = "autoGenerate")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub auto_generate: ::std::option::Option<bool>,
    /// Id of the meeting, from Google and Microsoft.
    #[serde(rename = "conferenceId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub conference_id: ::std::option::Option<::std::string::String>,
    /// The meeting product, as Google gives it.
    #[serde(rename = "conferenceSolution")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub conference_solution: ::std::option::Option<crate::json::RawJson>,
    /// Ways to join, as Google gives them.
    #[serde(rename = "entryPoints")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub entry_points: ::std::option::Option<crate::json::RawJson>,
    /// Address at which to join, from Microsoft.
    #[serde(rename = "joinUrl")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub join_url: ::std::option::Option<::std::string::String>,
    /// Meeting service, for example `google-meet`, `microsoft-teams`, `zoom` or `webex`.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub provider: ::std::option::Option<::std::string::String>,
    /// Members that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: ::std::collections::BTreeMap<
        ::std::string::String,
        crate::json::RawJson,
    >,
}
impl ConferenceData {
    /// Creates an empty value.
    #[must_use]
    pub fn new() -> Self {
        Self {
            auto_generate: ::std::default::Default::default(),
            conference_id: ::std::default::Default::default(),
            conference_solution: ::std::default::Default::default(),
            entry_points: ::std::default::Default::default(),
            join_url: ::std::default::Default::default(),
            provider: ::std::default::Default::default(),
            unknown_members: ::std::default::Default::default(),
        }
    }
    /// Request to have the provider make the meeting.
    ///
    /// For Google and Microsoft; Apple and CalDAV ignore it. When true, the service ignores `conference`
    /// and the other members.
    #[must_use]
    pub fn auto_generate(mut self, auto_generate: bool) -> Self {
        self.auto_generate = ::std::option::Option::Some(auto_generate);
        self
    }
    /// Id of the meeting, from Google and Microsoft.
    #[must_use]
    pub fn conference_id(
        mut self,
        conference_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.conference_id = ::std::option::Option::Some(conference_id.into());
        self
    }
    /// The meeting product, as Google gives it.
    #[must_use]
    pub fn conference_solution(
        mut self,
        conference_solution: crate::json::RawJson,
    ) -> Self {
        self.conference_solution = ::std::option::Option::Some(conference_solution);
        self
    }
    /// Ways to join, as Google gives them.
    #[must_use]
    pub fn entry_points(mut self, entry_points: crate::json::RawJson) -> Self {
        self.entry_points = ::std::option::Option::Some(entry_points);
        self
    }
    /// Address at which to join, from Microsoft.
    #[must_use]
    pub fn join_url(
        mut self,
        join_url: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.join_url = ::std::option::Option::Some(join_url.into());
        self
    }
    /// Meeting service, for example `google-meet`, `microsoft-teams`, `zoom` or `webex`.
    #[must_use]
    pub fn provider(
        mut self,
        provider: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.provider = ::std::option::Option::Some(provider.into());
        self
    }
}
crate::json::members! {
    ConferenceData "ConferenceData" object[unknown_members]; 0 "autoGenerate"
    auto_generate : optional Plain < ::std::option::Option < bool >>; 1 "conferenceId"
    conference_id : optional Plain < ::std::option::Option < ::std::string::String >>; 2
    "conferenceSolution" conference_solution : optional Plain < ::std::option::Option <
    crate ::json::RawJson >>; 3 "entryPoints" entry_points : optional Plain <
    ::std::option::Option < crate ::json::RawJson >>; 4 "joinUrl" join_url : optional
    Plain < ::std::option::Option < ::std::string::String >>; 5 "provider" provider :
    optional Plain < ::std::option::Option < ::std::string::String >>;
}
/// An account that a user has connected. It may arrive as a bare string, which is its id.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct ConnectedAccount {
    /// Whether the user granted access to the calendars.
    ///
    /// False means connected, yet without calendar access: the user must connect the account again.
    /// Absent or `null` means that it does not apply (Apple, CalDAV) or is not known. It is judged
    /// against the scope of the calling token, records the consent and never changes later.
    #[serde(rename = "calendarPermissionGranted")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub calendar_permission_granted: ::std::option::Option<bool>,
    /// Name to show for the account.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub display: ::std::option::Option<::std::string::String>,
    /// The scopes that the provider really granted, in its own words. Empty for Apple and CalDAV.
    #[serde(rename = "grantedScopes")]
    #[serde(default)]
    pub granted_scopes: ::std::vec::Vec<::std::string::String>,
    /// Id of the account, usually an email address.
    pub id: ::std::string::String,
    /// Whether the stored credentials still work. `active` when absent.
    #[serde(rename = "syncState")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub sync_state: ::std::option::Option<crate::models::SyncState>,
    /// When the sync state last changed. Absent or `null` when it never did.
    #[serde(rename = "syncStateUpdatedAt")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub sync_state_updated_at: ::std::option::Option<::jiff::Timestamp>,
    /// Members that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: ::std::collections::BTreeMap<
        ::std::string::String,
        crate::json::RawJson,
    >,
}
crate::json::members! {
    ConnectedAccount "ConnectedAccount" text id[calendar_permission_granted display
    granted_scopes sync_state sync_state_updated_at unknown_members] [unknown_members]; 0
    "calendarPermissionGranted" calendar_permission_granted : optional Plain <
    ::std::option::Option < bool >>; 1 "display" display : optional Plain <
    ::std::option::Option < ::std::string::String >>; 2 "grantedScopes" granted_scopes :
    optional OrDefault < ::std::vec::Vec < ::std::string::String > >; 3 "id" id :
    required Plain < ::std::string::String >; 4 "syncState" sync_state : optional Plain <
    ::std::option::Option < crate ::models::SyncState >>; 5 "syncStateUpdatedAt"
    sync_state_updated_at : optional OptionalInstant;
}
/// The accounts that a user has connected.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct ConnectionStatus {
    /// The connected accounts by provider. A provider without accounts has an empty array or no entry, and unknown providers may appear.
    pub connections: ::std::collections::BTreeMap<
        ::std::string::String,
        ::std::vec::Vec<ConnectedAccount>,
    >,
    /// The number of connected accounts that the plan allows. Not every server sends it.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub limit: ::std::option::Option<i32>,
    /// Whether the plan of the application allows no further connected account.
    #[serde(rename = "limitReached")]
    #[serde(default)]
    pub limit_reached: bool,
    /// Members that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: ::std::collections::BTreeMap<
        ::std::string::String,
        crate::json::RawJson,
    >,
}
crate::json::members! {
    ConnectionStatus "ConnectionStatus" object[unknown_members]; 0 "connections"
    connections : required Plain < ::std::collections::BTreeMap < ::std::string::String,
    ::std::vec::Vec < ConnectedAccount > > >; 1 "limit" limit : optional Plain <
    ::std::option::Option < i32 >>; 2 "limitReached" limit_reached : optional OrDefault <
    bool >;
}
/// Body of a request to disconnect, which is empty.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct DisconnectRequest {}
impl DisconnectRequest {
    /// Creates an empty value.
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }
}
/// Outcome of disconnecting.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct DisconnectResponse {
    /// Explanation for people.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub message: ::std::option::Option<::std::string::String>,
    /// Whether the account was disconnected.
    #[serde(default)]
    pub success: bool,
}
crate::json::members! {
    DisconnectResponse "DisconnectResponse" object; 0 "message" message : optional Plain
    < ::std::option::Option < ::std::string::String >>; 1 "success" success : optional
    OrDefault < bool >;
}
/// Body of an error response. Any member may be missing.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct ErrorBody {
    /// The accounts without calendar permission, with the code `calendar_permission_required`.
    #[serde(default)]
    pub accounts: ::std::vec::Vec<BlockedAccount>,
    /// Code of the error, for example `calendar_permission_required`.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub code: ::std::option::Option<::std::string::String>,
    /// What is wrong with the request, usually an object from field name to a list of texts.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub details: ::std::option::Option<crate::json::RawJson>,
    /// Short text or title of the error.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub error: ::std::option::Option<::std::string::String>,
    /// Explanation for people.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub message: ::std::option::Option<::std::string::String>,
}
crate::json::members! {
    ErrorBody "ErrorBody" object; 0 "accounts" accounts : optional OrDefault <
    ::std::vec::Vec < BlockedAccount > >; 1 "code" code : optional Plain <
    ::std::option::Option < ::std::string::String >>; 2 "details" details : optional
    Plain < ::std::option::Option < crate ::json::RawJson >>; 3 "error" error : optional
    Plain < ::std::option::Option < ::std::string::String >>; 4 "message" message :
    optional Plain < ::std::option::Option < ::std::string::String >>;
}
/// A person invited to an event. It may arrive as a bare string, which is the email address.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct EventAttendee {
    /// Email address of the attendee. For a group calendar of Google it is no mailbox.
    pub email: ::std::string::String,
    /// Whether the attendee organizes the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub organizer: ::std::option::Option<bool>,
    /// Response to the invitation.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub status: ::std::option::Option<crate::models::AttendeeStatus>,
    /// Members that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: ::std::collections::BTreeMap<
        ::std::string::String,
        crate::json::RawJson,
    >,
}
crate::json::members! {
    EventAttendee "EventAttendee" text email[organizer status unknown_members]
    [unknown_members]; 0 "email" email : required Plain < ::std::string::String >; 1
    "organizer" organizer : optional Plain < ::std::option::Option < bool >>; 2 "status"
    status : optional Plain < ::std::option::Option < crate ::models::AttendeeStatus >>;
}
/// A new event.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct EventCreate {
    /// Whether the event takes whole days. By default it does not.
    #[serde(rename = "allDay")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) all_day: ::std::option::Option<bool>,
    /// Email addresses of the people to invite.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) attendees: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
    /// Whether the event blocks time.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) availability: ::std::option::Option<crate::models::Availability>,
    /// Id of the calendar, which must belong to the provider. Google also knows `primary`.
    #[serde(rename = "calendarId")]
    pub(crate) calendar_id: ::std::string::String,
    /// Colour of the event. The service does not document it on input.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) color: ::std::option::Option<::std::string::String>,
    /// URL of an online meeting that exists already. For Google, Apple and CalDAV; Microsoft makes no online meeting of it.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) conference: ::std::option::Option<::std::string::String>,
    /// Data of the online meeting, or the request to make one.
    #[serde(rename = "conferenceData")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) conference_data: ::std::option::Option<ConferenceData>,
    /// Your own keys and values, such as ids of your system or a mark of origin.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) custom: ::std::option::Option<
        ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    >,
    /// Description of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) description: ::std::option::Option<::std::string::String>,
    /// End of the event. Midnight of the following day for an all-day event.
    #[cfg_attr(feature = "schemars", schemars(with = "crate::json::InstantSchema"))]
    pub(crate) end: ::jiff::Timestamp,
    /// Place of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) location: ::std::option::Option<::std::string::String>,
    /// Who may see the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) privacy: ::std::option::Option<crate::models::Privacy>,
    /// Provider of the calendar.
    pub(crate) provider: crate::models::Provider,
    /// How the event repeats. Once only when absent.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) recurrence: ::std::option::Option<RecurrenceRule>,
    /// Beginning of the event. Midnight for an all-day event.
    #[cfg_attr(feature = "schemars", schemars(with = "crate::json::InstantSchema"))]
    pub(crate) start: ::jiff::Timestamp,
    /// Whether the event takes place.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) status: ::std::option::Option<crate::models::EventStatus>,
    /// Title of the event.
    pub(crate) title: ::std::string::String,
}
impl EventCreate {
    /// Creates a value from its required fields. Optional fields have setters.
    #[must_use]
    pub fn new(
        provider: crate::models::Provider,
        calendar_id: impl ::std::convert::Into<::std::string::String>,
        title: impl ::std::convert::Into<::std::string::String>,
        start: impl ::std::convert::Into<::jiff::Timestamp>,
        end: impl ::std::convert::Into<::jiff::Timestamp>,
    ) -> Self {
        Self {
            all_day: ::std::default::Default::default(),
            attendees: ::std::default::Default::default(),
            availability: ::std::default::Default::default(),
            calendar_id: calendar_id.into(),
            color: ::std::default::Default::default(),
            conference: ::std::default::Default::default(),
            conference_data: ::std::default::Default::default(),
            custom: ::std::default::Default::default(),
            description: ::std::default::Default::default(),
            end: crate::json::to_millis(end.into()),
            location: ::std::default::Default::default(),
            privacy: ::std::default::Default::default(),
            provider: provider,
            recurrence: ::std::default::Default::default(),
            start: crate::json::to_millis(start.into()),
            status: ::std::default::Default::default(),
            title: title.into(),
        }
    }
    /// Whether the event takes whole days. By default it does not.
    #[must_use]
    pub fn all_day(mut self, all_day: bool) -> Self {
        self.all_day = ::std::option::Option::Some(all_day);
        self
    }
    /// Email addresses of the people to invite.
    #[must_use]
    pub fn attendees(
        mut self,
        attendees: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        self.attendees = ::std::option::Option::Some(
            attendees.into_iter().map(::std::convert::Into::into).collect(),
        );
        self
    }
    /// Whether the event blocks time.
    #[must_use]
    pub fn availability(mut self, availability: crate::models::Availability) -> Self {
        self.availability = ::std::option::Option::Some(availability);
        self
    }
    /// Colour of the event. The service does not document it on input.
    #[must_use]
    pub fn color(
        mut self,
        color: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.color = ::std::option::Option::Some(color.into());
        self
    }
    /// URL of an online meeting that exists already. For Google, Apple and CalDAV; Microsoft makes no online meeting of it.
    #[must_use]
    pub fn conference(
        mut self,
        conference: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.conference = ::std::option::Option::Some(conference.into());
        self
    }
    /// Data of the online meeting, or the request to make one.
    #[must_use]
    pub fn conference_data(mut self, conference_data: ConferenceData) -> Self {
        self.conference_data = ::std::option::Option::Some(conference_data);
        self
    }
    /// Your own keys and values, such as ids of your system or a mark of origin.
    #[must_use]
    pub fn custom(
        mut self,
        custom: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    ) -> Self {
        self.custom = ::std::option::Option::Some(custom);
        self
    }
    /// Description of the event.
    #[must_use]
    pub fn description(
        mut self,
        description: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.description = ::std::option::Option::Some(description.into());
        self
    }
    /// Place of the event.
    #[must_use]
    pub fn location(
        mut self,
        location: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.location = ::std::option::Option::Some(location.into());
        self
    }
    /// Who may see the event.
    #[must_use]
    pub fn privacy(mut self, privacy: crate::models::Privacy) -> Self {
        self.privacy = ::std::option::Option::Some(privacy);
        self
    }
    /// How the event repeats. Once only when absent.
    #[must_use]
    pub fn recurrence(mut self, recurrence: RecurrenceRule) -> Self {
        self.recurrence = ::std::option::Option::Some(recurrence);
        self
    }
    /// Whether the event takes place.
    #[must_use]
    pub fn status(mut self, status: crate::models::EventStatus) -> Self {
        self.status = ::std::option::Option::Some(status);
        self
    }
}
/// Outcome of deleting an event.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct EventDeleteResponse {
    /// Explanation for people.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub message: ::std::option::Option<::std::string::String>,
    /// Whether the event was deleted. Only an explicit false means a failure.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub success: ::std::option::Option<bool>,
}
crate::json::members! {
    EventDeleteResponse "EventDeleteResponse" object; 0 "message" message : optional
    Plain < ::std::option::Option < ::std::string::String >>; 1 "success" success :
    optional Plain < ::std::option::Option < bool >>;
}
/// A change of an event.
///
/// Only the given fields change. Where a field can be cleared, this is sent as `null`; the service does
/// not document clearing, and providers may differ.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct EventUpdate {
    /// Whether the event takes whole days.
    #[serde(rename = "allDay")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) all_day: ::std::option::Option<bool>,
    /// Email addresses of the people to invite. Cleared by `null`, which the service does not document.
    #[serde(
        default,
        deserialize_with = "crate::json::present",
        skip_serializing_if = "::std::option::Option::is_none"
    )]
    pub(crate) attendees: ::std::option::Option<
        ::std::option::Option<::std::vec::Vec<::std::string::String>>,
    >,
    /// Whether the event blocks time.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) availability: ::std::option::Option<crate::models::Availability>,
    /// Id of the calendar that holds the event.
    #[serde(rename = "calendarId")]
    pub(crate) calendar_id: ::std::string::String,
    /// Colour of the event. Cleared by `null`; the service documents neither that nor the field on input.
    #[serde(
        default,
        deserialize_with = "crate::json::present",
        skip_serializing_if = "::std::option::Option::is_none"
    )]
    pub(crate) color: ::std::option::Option<
        ::std::option::Option<::std::string::String>,
    >,
    /// URL of an online meeting that exists already. For Google, Apple and CalDAV; Microsoft makes no online meeting of it. Cleared by `null`, which the service does not document.
    #[serde(
        default,
        deserialize_with = "crate::json::present",
        skip_serializing_if = "::std::option::Option::is_none"
    )]
    pub(crate) conference: ::std::option::Option<
        ::std::option::Option<::std::string::String>,
    >,
    /// Data of the online meeting, or the request to make one. Cleared by `null`, which the service does not document.
    #[serde(rename = "conferenceData")]
    #[serde(
        default,
        deserialize_with = "crate::json::present",
        skip_serializing_if = "::std::option::Option::is_none"
    )]
    pub(crate) conference_data: ::std::option::Option<
        ::std::option::Option<ConferenceData>,
    >,
    /// Your own keys and values, such as ids of your system or a mark of origin. Cleared by `null`, which the service does not document.
    #[serde(
        default,
        deserialize_with = "crate::json::present",
        skip_serializing_if = "::std::option::Option::is_none"
    )]
    pub(crate) custom: ::std::option::Option<
        ::std::option::Option<
            ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        >,
    >,
    /// Description of the event. Cleared by `null`, which the service does not document.
    #[serde(
        default,
        deserialize_with = "crate::json::present",
        skip_serializing_if = "::std::option::Option::is_none"
    )]
    pub(crate) description: ::std::option::Option<
        ::std::option::Option<::std::string::String>,
    >,
    /// End of the event. Midnight of the following day for an all-day event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub(crate) end: ::std::option::Option<::jiff::Timestamp>,
    /// Id of the event, of one instance or of a series.
    #[serde(rename = "eventId")]
    pub(crate) event_id: ::std::string::String,
    /// Place of the event. Cleared by `null`, which the service does not document.
    #[serde(
        default,
        deserialize_with = "crate::json::present",
        skip_serializing_if = "::std::option::Option::is_none"
    )]
    pub(crate) location: ::std::option::Option<
        ::std::option::Option<::std::string::String>,
    >,
    /// Who may see the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) privacy: ::std::option::Option<crate::models::Privacy>,
    /// Provider of the calendar.
    pub(crate) provider: crate::models::Provider,
    /// How the event repeats. Cleared by `null`, which the service does not document.
    #[serde(
        default,
        deserialize_with = "crate::json::present",
        skip_serializing_if = "::std::option::Option::is_none"
    )]
    pub(crate) recurrence: ::std::option::Option<::std::option::Option<RecurrenceRule>>,
    /// Id of the series. Needed when `eventId` names one instance.
    #[serde(rename = "recurringEventId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) recurring_event_id: ::std::option::Option<::std::string::String>,
    /// Beginning of the event. Midnight for an all-day event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub(crate) start: ::std::option::Option<::jiff::Timestamp>,
    /// Whether the event takes place.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) status: ::std::option::Option<crate::models::EventStatus>,
    /// Title of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) title: ::std::option::Option<::std::string::String>,
    /// How far a change within a series reaches. The single event or the series when absent.
    #[serde(rename = "updateMode")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) update_mode: ::std::option::Option<crate::models::SeriesMode>,
}
impl EventUpdate {
    /// Creates a value from its required fields. Optional fields have setters.
    #[must_use]
    pub fn new(
        provider: crate::models::Provider,
        calendar_id: impl ::std::convert::Into<::std::string::String>,
        event_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        Self {
            all_day: ::std::default::Default::default(),
            attendees: ::std::default::Default::default(),
            availability: ::std::default::Default::default(),
            calendar_id: calendar_id.into(),
            color: ::std::default::Default::default(),
            conference: ::std::default::Default::default(),
            conference_data: ::std::default::Default::default(),
            custom: ::std::default::Default::default(),
            description: ::std::default::Default::default(),
            end: ::std::default::Default::default(),
            event_id: event_id.into(),
            location: ::std::default::Default::default(),
            privacy: ::std::default::Default::default(),
            provider: provider,
            recurrence: ::std::default::Default::default(),
            recurring_event_id: ::std::default::Default::default(),
            start: ::std::default::Default::default(),
            status: ::std::default::Default::default(),
            title: ::std::default::Default::default(),
            update_mode: ::std::default::Default::default(),
        }
    }
    /// Whether the event takes whole days.
    #[must_use]
    pub fn all_day(mut self, all_day: bool) -> Self {
        self.all_day = ::std::option::Option::Some(all_day);
        self
    }
    /// Email addresses of the people to invite. Cleared by `null`, which the service does not document.
    #[must_use]
    pub fn attendees(
        mut self,
        attendees: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        self.attendees = ::std::option::Option::Some(
            ::std::option::Option::Some(
                attendees.into_iter().map(::std::convert::Into::into).collect(),
            ),
        );
        self
    }
    /// Clears `attendees`: sends `null` for it.
    #[must_use]
    pub fn clear_attendees(mut self) -> Self {
        self.attendees = ::std::option::Option::Some(::std::option::Option::None);
        self
    }
    /// Whether the event blocks time.
    #[must_use]
    pub fn availability(mut self, availability: crate::models::Availability) -> Self {
        self.availability = ::std::option::Option::Some(availability);
        self
    }
    /// Colour of the event. Cleared by `null`; the service documents neither that nor the field on input.
    #[must_use]
    pub fn color(
        mut self,
        color: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.color = ::std::option::Option::Some(
            ::std::option::Option::Some(color.into()),
        );
        self
    }
    /// Clears `color`: sends `null` for it.
    #[must_use]
    pub fn clear_color(mut self) -> Self {
        self.color = ::std::option::Option::Some(::std::option::Option::None);
        self
    }
    /// URL of an online meeting that exists already. For Google, Apple and CalDAV; Microsoft makes no online meeting of it. Cleared by `null`, which the service does not document.
    #[must_use]
    pub fn conference(
        mut self,
        conference: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.conference = ::std::option::Option::Some(
            ::std::option::Option::Some(conference.into()),
        );
        self
    }
    /// Clears `conference`: sends `null` for it.
    #[must_use]
    pub fn clear_conference(mut self) -> Self {
        self.conference = ::std::option::Option::Some(::std::option::Option::None);
        self
    }
    /// Data of the online meeting, or the request to make one. Cleared by `null`, which the service does not document.
    #[must_use]
    pub fn conference_data(mut self, conference_data: ConferenceData) -> Self {
        self.conference_data = ::std::option::Option::Some(
            ::std::option::Option::Some(conference_data),
        );
        self
    }
    /// Clears `conferenceData`: sends `null` for it.
    #[must_use]
    pub fn clear_conference_data(mut self) -> Self {
        self.conference_data = ::std::option::Option::Some(::std::option::Option::None);
        self
    }
    /// Your own keys and values, such as ids of your system or a mark of origin. Cleared by `null`, which the service does not document.
    #[must_use]
    pub fn custom(
        mut self,
        custom: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    ) -> Self {
        self.custom = ::std::option::Option::Some(::std::option::Option::Some(custom));
        self
    }
    /// Clears `custom`: sends `null` for it.
    #[must_use]
    pub fn clear_custom(mut self) -> Self {
        self.custom = ::std::option::Option::Some(::std::option::Option::None);
        self
    }
    /// Description of the event. Cleared by `null`, which the service does not document.
    #[must_use]
    pub fn description(
        mut self,
        description: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.description = ::std::option::Option::Some(
            ::std::option::Option::Some(description.into()),
        );
        self
    }
    /// Clears `description`: sends `null` for it.
    #[must_use]
    pub fn clear_description(mut self) -> Self {
        self.description = ::std::option::Option::Some(::std::option::Option::None);
        self
    }
    /// End of the event. Midnight of the following day for an all-day event.
    #[must_use]
    pub fn end(mut self, end: impl ::std::convert::Into<::jiff::Timestamp>) -> Self {
        self.end = ::std::option::Option::Some(crate::json::to_millis(end.into()));
        self
    }
    /// Place of the event. Cleared by `null`, which the service does not document.
    #[must_use]
    pub fn location(
        mut self,
        location: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.location = ::std::option::Option::Some(
            ::std::option::Option::Some(location.into()),
        );
        self
    }
    /// Clears `location`: sends `null` for it.
    #[must_use]
    pub fn clear_location(mut self) -> Self {
        self.location = ::std::option::Option::Some(::std::option::Option::None);
        self
    }
    /// Who may see the event.
    #[must_use]
    pub fn privacy(mut self, privacy: crate::models::Privacy) -> Self {
        self.privacy = ::std::option::Option::Some(privacy);
        self
    }
    /// How the event repeats. Cleared by `null`, which the service does not document.
    #[must_use]
    pub fn recurrence(mut self, recurrence: RecurrenceRule) -> Self {
        self.recurrence = ::std::option::Option::Some(
            ::std::option::Option::Some(recurrence),
        );
        self
    }
    /// Clears `recurrence`: sends `null` for it.
    #[must_use]
    pub fn clear_recurrence(mut self) -> Self {
        self.recurrence = ::std::option::Option::Some(::std::option::Option::None);
        self
    }
    /// Id of the series. Needed when `eventId` names one instance.
    #[must_use]
    pub fn recurring_event_id(
        mut self,
        recurring_event_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.recurring_event_id = ::std::option::Option::Some(recurring_event_id.into());
        self
    }
    /// Beginning of the event. Midnight for an all-day event.
    #[must_use]
    pub fn start(mut self, start: impl ::std::convert::Into<::jiff::Timestamp>) -> Self {
        self.start = ::std::option::Option::Some(crate::json::to_millis(start.into()));
        self
    }
    /// Whether the event takes place.
    #[must_use]
    pub fn status(mut self, status: crate::models::EventStatus) -> Self {
        self.status = ::std::option::Option::Some(status);
        self
    }
    /// Title of the event.
    #[must_use]
    pub fn title(
        mut self,
        title: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.title = ::std::option::Option::Some(title.into());
        self
    }
    /// How far a change within a series reaches. The single event or the series when absent.
    #[must_use]
    pub fn update_mode(mut self, update_mode: crate::models::SeriesMode) -> Self {
        self.update_mode = ::std::option::Option::Some(update_mode);
        self
    }
}
/// Response to an event write that failed with a 2xx status.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct EventWriteFailure {
    /// Reason of the failure.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub message: ::std::option::Option<::std::string::String>,
    /// False.
    pub success: bool,
}
crate::json::members! {
    EventWriteFailure "EventWriteFailure" object; 0 "message" message : optional Plain <
    ::std::option::Option < ::std::string::String >>; 1 "success" success : required
    Plain < bool >;
}
/// Response to an event write with the event as a member of its own.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct EventWriteNested {
    /// The event as written.
    pub event: CalendarEvent,
    /// Explanation for people.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub message: ::std::option::Option<::std::string::String>,
    /// Whether the write succeeded. Not every server sends it with the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub success: ::std::option::Option<bool>,
}
crate::json::members! {
    EventWriteNested "EventWriteNested" object; 0 "event" event : required Plain <
    CalendarEvent >; 1 "message" message : optional Plain < ::std::option::Option <
    ::std::string::String >>; 2 "success" success : optional Plain <
    ::std::option::Option < bool >>;
}
/// Response to an event write with the members of the event at the root.
///
/// The provider and the calendar may be missing; they are those of the request.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct EventWriteRoot {
    /// Whether the event takes whole days.
    #[serde(rename = "allDay")]
    #[serde(default)]
    pub all_day: bool,
    /// The people invited.
    #[serde(default)]
    pub attendees: ::std::vec::Vec<EventAttendee>,
    /// Whether the event blocks time.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub availability: ::std::option::Option<crate::models::Availability>,
    /// Id of the calendar that holds the event.
    #[serde(rename = "calendarId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub calendar_id: ::std::option::Option<::std::string::String>,
    /// Colour of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub color: ::std::option::Option<::std::string::String>,
    /// The online meeting of the event, by its URL or with details.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub conference: ::std::option::Option<Conference>,
    /// Further data of the online meeting.
    #[serde(rename = "conferenceData")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub conference_data: ::std::option::Option<ConferenceData>,
    /// Your own keys and values, stored with the event.
    #[serde(default)]
    pub custom: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    /// Description of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub description: ::std::option::Option<::std::string::String>,
    /// End of the event. For an all-day event usually midnight of the following day.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub end: ::std::option::Option<::jiff::Timestamp>,
    /// Id of the event at its provider.
    pub id: ::std::string::String,
    /// When the event last changed.
    #[serde(rename = "lastModified")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub last_modified: ::std::option::Option<::jiff::Timestamp>,
    /// Web address of the event at its provider.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub link: ::std::option::Option<::std::string::String>,
    /// Place of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub location: ::std::option::Option<::std::string::String>,
    /// Explanation for people.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub message: ::std::option::Option<::std::string::String>,
    /// The event as the provider has it.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub original: ::std::option::Option<crate::json::RawJson>,
    /// Who may see the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub privacy: ::std::option::Option<crate::models::Privacy>,
    /// Provider of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub provider: ::std::option::Option<crate::models::Provider>,
    /// Id of the series, when the event is an instance of one.
    #[serde(rename = "recurringEventId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub recurring_event_id: ::std::option::Option<::std::string::String>,
    /// Beginning of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub start: ::std::option::Option<::jiff::Timestamp>,
    /// Whether the event takes place.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub status: ::std::option::Option<crate::models::EventStatus>,
    /// Whether the write succeeded.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub success: ::std::option::Option<bool>,
    /// Title of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub title: ::std::option::Option<::std::string::String>,
}
crate::json::members! {
    EventWriteRoot "EventWriteRoot" object; 0 "allDay" all_day : optional OrDefault <
    bool >; 1 "attendees" attendees : optional OrDefault < ::std::vec::Vec <
    EventAttendee > >; 2 "availability" availability : optional Plain <
    ::std::option::Option < crate ::models::Availability >>; 3 "calendarId" calendar_id :
    optional Plain < ::std::option::Option < ::std::string::String >>; 4 "color" color :
    optional Plain < ::std::option::Option < ::std::string::String >>; 5 "conference"
    conference : optional Plain < ::std::option::Option < Conference >>; 6
    "conferenceData" conference_data : optional Plain < ::std::option::Option <
    ConferenceData >>; 7 "custom" custom : optional OrDefault < ::serde_json::Map <
    ::std::string::String, ::serde_json::Value > >; 8 "description" description :
    optional Plain < ::std::option::Option < ::std::string::String >>; 9 "end" end :
    optional OptionalInstant; 10 "id" id : required Plain < ::std::string::String >; 11
    "lastModified" last_modified : optional OptionalInstant; 12 "link" link : optional
    Plain < ::std::option::Option < ::std::string::String >>; 13 "location" location :
    optional Plain < ::std::option::Option < ::std::string::String >>; 14 "message"
    message : optional Plain < ::std::option::Option < ::std::string::String >>; 15
    "original" original : optional Plain < ::std::option::Option < crate ::json::RawJson
    >>; 16 "privacy" privacy : optional Plain < ::std::option::Option < crate
    ::models::Privacy >>; 17 "provider" provider : optional Plain < ::std::option::Option
    < crate ::models::Provider >>; 18 "recurringEventId" recurring_event_id : optional
    Plain < ::std::option::Option < ::std::string::String >>; 19 "start" start : optional
    OptionalInstant; 20 "status" status : optional Plain < ::std::option::Option < crate
    ::models::EventStatus >>; 21 "success" success : optional Plain <
    ::std::option::Option < bool >>; 22 "title" title : optional Plain <
    ::std::option::Option < ::std::string::String >>;
}
/// One page of events.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct EventsListResponse {
    /// The events, sorted by start across providers. An empty page need not be the last one.
    pub events: ::std::vec::Vec<CalendarEvent>,
    /// Opaque token of the next page. Absent or empty on the last page.
    #[serde(rename = "nextPageToken")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub next_page_token: ::std::option::Option<::std::string::String>,
    /// Page size that the service applied.
    #[serde(rename = "pageSize")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub page_size: ::std::option::Option<i32>,
}
crate::json::members! {
    EventsListResponse "EventsListResponse" object; 0 "events" events : required Plain <
    ::std::vec::Vec < CalendarEvent > >; 1 "nextPageToken" next_page_token : optional
    Plain < ::std::option::Option < ::std::string::String >>; 2 "pageSize" page_size :
    optional Plain < ::std::option::Option < i32 >>;
}
/// State of the service.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct Health {
    /// The state, `ok` when all is well.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub status: ::std::option::Option<::std::string::String>,
}
crate::json::members! {
    Health "Health" object; 0 "status" status : optional Plain < ::std::option::Option <
    ::std::string::String >>;
}
/// Body of an error response of the token endpoint.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct OAuthErrorBody {
    /// OAuth error code: `invalid_grant`, `invalid_client`, `invalid_request`, `session_expired` or another.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub error: ::std::option::Option<::std::string::String>,
    /// Explanation for people.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub error_description: ::std::option::Option<::std::string::String>,
}
crate::json::members! {
    OAuthErrorBody "OAuthErrorBody" object; 0 "error" error : optional Plain <
    ::std::option::Option < ::std::string::String >>; 1 "error_description"
    error_description : optional Plain < ::std::option::Option < ::std::string::String
    >>;
}
/// How an event repeats.
///
/// A rule ends after `count` occurrences or at `until`, not both; with neither it goes on.
///
/// The API takes no time zone beside a rule: the start is an instant, and in which zone it repeats is up to the
/// provider. If that is UTC, occurrences move by an hour in local time when daylight saving time begins or ends. If the
/// local time matters, create the event in the zone's current offset and check an occurrence after the change.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct RecurrenceRule {
    /// Days of the week, mainly for `WEEKLY`.
    #[serde(rename = "byDay")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) by_day: ::std::option::Option<::std::vec::Vec<crate::models::Weekday>>,
    /// Months, from 1 to 12.
    #[serde(rename = "byMonth")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) by_month: ::std::option::Option<::std::vec::Vec<i32>>,
    /// Days of the month, from 1 to 31.
    #[serde(rename = "byMonthDay")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) by_month_day: ::std::option::Option<::std::vec::Vec<i32>>,
    /// Number of occurrences. Excludes `until`.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) count: ::std::option::Option<i32>,
    /// Unit in which the event repeats.
    pub(crate) frequency: crate::models::Frequency,
    /// Steps of the frequency between occurrences, so 2 with `WEEKLY` is every other week.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) interval: ::std::option::Option<i32>,
    /// End of the repetition: an instant, of which whole seconds are sent in UTC, in the basic form `YYYYMMDDTHHMMSSZ`. An occurrence that starts at this instant is the last one (RFC 5545). For a last day in a time zone, take the end of that day there. Excludes `count`.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) until: ::std::option::Option<crate::json::BasicTimestamp>,
}
impl RecurrenceRule {
    /// Creates a value from its required fields. Optional fields have setters.
    #[must_use]
    pub fn new(frequency: crate::models::Frequency) -> Self {
        Self {
            by_day: ::std::default::Default::default(),
            by_month: ::std::default::Default::default(),
            by_month_day: ::std::default::Default::default(),
            count: ::std::default::Default::default(),
            frequency: frequency,
            interval: ::std::default::Default::default(),
            until: ::std::default::Default::default(),
        }
    }
    /// Days of the week, mainly for `WEEKLY`.
    #[must_use]
    pub fn by_day(
        mut self,
        by_day: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<crate::models::Weekday>,
        >,
    ) -> Self {
        self.by_day = ::std::option::Option::Some(
            by_day.into_iter().map(::std::convert::Into::into).collect(),
        );
        self
    }
    /// Months, from 1 to 12.
    #[must_use]
    pub fn by_month(
        mut self,
        by_month: impl ::std::iter::IntoIterator<Item = impl ::std::convert::Into<i32>>,
    ) -> Self {
        self.by_month = ::std::option::Option::Some(
            by_month.into_iter().map(::std::convert::Into::into).collect(),
        );
        self
    }
    /// Days of the month, from 1 to 31.
    #[must_use]
    pub fn by_month_day(
        mut self,
        by_month_day: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<i32>,
        >,
    ) -> Self {
        self.by_month_day = ::std::option::Option::Some(
            by_month_day.into_iter().map(::std::convert::Into::into).collect(),
        );
        self
    }
    /// Number of occurrences. Excludes `until`.
    #[must_use]
    pub fn count(mut self, count: i32) -> Self {
        self.until = ::std::option::Option::None;
        self.count = ::std::option::Option::Some(count);
        self
    }
    /// Steps of the frequency between occurrences, so 2 with `WEEKLY` is every other week.
    #[must_use]
    pub fn interval(mut self, interval: i32) -> Self {
        self.interval = ::std::option::Option::Some(interval);
        self
    }
    /// End of the repetition: an instant, of which whole seconds are sent in UTC, in the basic form `YYYYMMDDTHHMMSSZ`. An occurrence that starts at this instant is the last one (RFC 5545). For a last day in a time zone, take the end of that day there. Excludes `count`.
    #[must_use]
    pub fn until(mut self, until: impl ::std::convert::Into<::jiff::Timestamp>) -> Self {
        self.count = ::std::option::Option::None;
        self.until = ::std::option::Option::Some(until.into().into());
        self
    }
}
/// Body of a revocation.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct RevokeRequest {
    /// An access token or a refresh token of the user.
    pub(crate) token: crate::secret::Secret,
}
impl RevokeRequest {
    /// Creates a value from its required fields. Optional fields have setters.
    #[must_use]
    pub fn new(token: impl ::std::convert::Into<crate::secret::Secret>) -> Self {
        Self { token: token.into() }
    }
}
/// Outcome of a revocation.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct RevokeResponse {
    /// Always true, even when the token was invalid.
    #[serde(default)]
    pub success: bool,
}
crate::json::members! {
    RevokeResponse "RevokeResponse" object; 0 "success" success : optional OrDefault <
    bool >;
}
/// Body of a webhook subscription.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct SubscribeWebhookRequest {
    /// Id of the calendar to watch.
    #[serde(rename = "calendarId")]
    pub(crate) calendar_id: ::std::string::String,
    /// Id for the channel. The service makes one up when absent.
    #[serde(rename = "channelId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) channel_id: ::std::option::Option<::std::string::String>,
    /// End of the subscription in Unix milliseconds. The provider decides when absent.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) expiration: ::std::option::Option<crate::json::UnixMillis>,
    /// Provider of the calendar.
    pub(crate) provider: crate::models::Provider,
}
impl SubscribeWebhookRequest {
    /// Creates a value from its required fields. Optional fields have setters.
    #[must_use]
    pub fn new(
        provider: crate::models::Provider,
        calendar_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        Self {
            calendar_id: calendar_id.into(),
            channel_id: ::std::default::Default::default(),
            expiration: ::std::default::Default::default(),
            provider: provider,
        }
    }
    /// Id for the channel. The service makes one up when absent.
    #[must_use]
    pub fn channel_id(
        mut self,
        channel_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.channel_id = ::std::option::Option::Some(channel_id.into());
        self
    }
    /// End of the subscription in Unix milliseconds. The provider decides when absent.
    #[must_use]
    pub fn expiration(
        mut self,
        expiration: impl ::std::convert::Into<::jiff::Timestamp>,
    ) -> Self {
        self.expiration = ::std::option::Option::Some(expiration.into().into());
        self
    }
}
/// An open webhook channel.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct SubscribeWebhookResponse {
    /// Id of the channel, the same as in the subscription.
    #[serde(rename = "channelId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub channel_id: ::std::option::Option<::std::string::String>,
    /// Provider of the calendar.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub provider: ::std::option::Option<crate::models::Provider>,
    /// Where the provider reports to Connect. For information only.
    #[serde(rename = "serverWebhookUrl")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub server_webhook_url: ::std::option::Option<::std::string::String>,
    /// The subscription at the provider.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub subscription: ::std::option::Option<WebhookSubscription>,
    /// Whether the channel is open.
    #[serde(default)]
    pub success: bool,
    /// Members that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: ::std::collections::BTreeMap<
        ::std::string::String,
        crate::json::RawJson,
    >,
}
crate::json::members! {
    SubscribeWebhookResponse "SubscribeWebhookResponse" object[unknown_members]; 0
    "channelId" channel_id : optional Plain < ::std::option::Option <
    ::std::string::String >>; 1 "provider" provider : optional Plain <
    ::std::option::Option < crate ::models::Provider >>; 2 "serverWebhookUrl"
    server_webhook_url : optional Plain < ::std::option::Option < ::std::string::String
    >>; 3 "subscription" subscription : optional Plain < ::std::option::Option <
    WebhookSubscription >>; 4 "success" success : optional OrDefault < bool >;
}
/// Body of a token request.
///
/// For `authorization_code` send `code` and `redirect_uri`; for `refresh_token` send `refresh_token`.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct TokenRequest {
    /// The client id, when HTTP Basic is not used.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) client_id: ::std::option::Option<::std::string::String>,
    /// The client secret, when HTTP Basic is not used.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) client_secret: ::std::option::Option<crate::secret::Secret>,
    /// The authorization code. It works once and expires 10 minutes after it was issued.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) code: ::std::option::Option<crate::secret::Secret>,
    /// What the request presents.
    pub(crate) grant_type: crate::models::GrantType,
    /// The redirect URI of the OAuth flow. Required with a code, and equal to the one sent then; harmless with a refresh.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) redirect_uri: ::std::option::Option<::std::string::String>,
    /// The latest refresh token of the user.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) refresh_token: ::std::option::Option<crate::secret::Secret>,
}
impl TokenRequest {
    /// Creates a value from its required fields. Optional fields have setters.
    #[must_use]
    pub fn new(grant_type: crate::models::GrantType) -> Self {
        Self {
            client_id: ::std::default::Default::default(),
            client_secret: ::std::default::Default::default(),
            code: ::std::default::Default::default(),
            grant_type: grant_type,
            redirect_uri: ::std::default::Default::default(),
            refresh_token: ::std::default::Default::default(),
        }
    }
    /// The client id, when HTTP Basic is not used.
    #[must_use]
    pub fn client_id(
        mut self,
        client_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.client_id = ::std::option::Option::Some(client_id.into());
        self
    }
    /// The client secret, when HTTP Basic is not used.
    #[must_use]
    pub fn client_secret(
        mut self,
        client_secret: impl ::std::convert::Into<crate::secret::Secret>,
    ) -> Self {
        self.client_secret = ::std::option::Option::Some(client_secret.into());
        self
    }
    /// The authorization code. It works once and expires 10 minutes after it was issued.
    #[must_use]
    pub fn code(
        mut self,
        code: impl ::std::convert::Into<crate::secret::Secret>,
    ) -> Self {
        self.code = ::std::option::Option::Some(code.into());
        self
    }
    /// The redirect URI of the OAuth flow. Required with a code, and equal to the one sent then; harmless with a refresh.
    #[must_use]
    pub fn redirect_uri(
        mut self,
        redirect_uri: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.redirect_uri = ::std::option::Option::Some(redirect_uri.into());
        self
    }
    /// The latest refresh token of the user.
    #[must_use]
    pub fn refresh_token(
        mut self,
        refresh_token: impl ::std::convert::Into<crate::secret::Secret>,
    ) -> Self {
        self.refresh_token = ::std::option::Option::Some(refresh_token.into());
        self
    }
}
/// A token pair.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct TokenResponse {
    /// The access token, a JWT for the `Authorization` header.
    pub access_token: crate::secret::Secret,
    /// Lifetime of the access token in seconds, normally 3600.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub expires_in: ::std::option::Option<i64>,
    /// The refresh token, valid without limit until it is rotated or revoked. It replaces the earlier one, which stays in use when this is absent or empty.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub refresh_token: ::std::option::Option<crate::secret::Secret>,
    /// The granted scope. The service does not document it.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub scope: ::std::option::Option<::std::string::String>,
    /// The kind of the access token. `Bearer` when absent.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub token_type: ::std::option::Option<::std::string::String>,
}
crate::json::members! {
    TokenResponse "TokenResponse" object; 0 "access_token" access_token : required Plain
    < crate ::secret::Secret >; 1 "expires_in" expires_in : optional Plain <
    ::std::option::Option < i64 >>; 2 "refresh_token" refresh_token : optional Plain <
    ::std::option::Option < crate ::secret::Secret >>; 3 "scope" scope : optional Plain <
    ::std::option::Option < ::std::string::String >>; 4 "token_type" token_type :
    optional Plain < ::std::option::Option < ::std::string::String >>;
}
/// Body that ends a webhook subscription.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct UnsubscribeWebhookRequest {
    /// Id of the channel to close.
    #[serde(rename = "channelId")]
    pub(crate) channel_id: ::std::string::String,
    /// Provider of the calendar.
    pub(crate) provider: crate::models::Provider,
    /// The `resourceId` of the subscription. Google needs it to end its side; best always sent.
    #[serde(rename = "resourceId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub(crate) resource_id: ::std::option::Option<::std::string::String>,
}
impl UnsubscribeWebhookRequest {
    /// Creates a value from its required fields. Optional fields have setters.
    #[must_use]
    pub fn new(
        provider: crate::models::Provider,
        channel_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        Self {
            channel_id: channel_id.into(),
            provider: provider,
            resource_id: ::std::default::Default::default(),
        }
    }
    /// The `resourceId` of the subscription. Google needs it to end its side; best always sent.
    #[must_use]
    pub fn resource_id(
        mut self,
        resource_id: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.resource_id = ::std::option::Option::Some(resource_id.into());
        self
    }
}
/// Outcome of ending a webhook subscription.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct UnsubscribeWebhookResponse {
    /// Explanation for people, for example of a channel that had expired.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub message: ::std::option::Option<::std::string::String>,
    /// Whether the channel is closed. True even when the provider could not end its side.
    #[serde(default)]
    pub success: bool,
}
crate::json::members! {
    UnsubscribeWebhookResponse "UnsubscribeWebhookResponse" object; 0 "message" message :
    optional Plain < ::std::option::Option < ::std::string::String >>; 1 "success"
    success : optional OrDefault < bool >;
}
/// Changes of one calendar, delivered to your webhook URL.
///
/// Texts are in English. Several deliveries may report one change, and order is not guaranteed.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct WebhookDelivery {
    /// Id of the calendar that changed.
    #[serde(rename = "calendarId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub calendar_id: ::std::option::Option<::std::string::String>,
    /// What happened to the events.
    #[serde(rename = "changeType")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub change_type: ::std::option::Option<crate::models::ChangeType>,
    /// Kind of the delivery, for example `event.updated`. Not documented and usually absent.
    #[serde(rename = "eventType")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub event_type: ::std::option::Option<::std::string::String>,
    /// The events that changed.
    #[serde(default)]
    pub events: ::std::vec::Vec<WebhookEvent>,
    /// Facts about the delivery itself.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub metadata: ::std::option::Option<WebhookDeliveryMetadata>,
    /// Provider of the calendar.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub provider: ::std::option::Option<crate::models::Provider>,
    /// When Connect processed the changes.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub timestamp: ::std::option::Option<::jiff::Timestamp>,
    /// Your own id for the user, as given when the OAuth flow started.
    #[serde(rename = "userId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub user_id: ::std::option::Option<::std::string::String>,
}
crate::json::members! {
    WebhookDelivery "WebhookDelivery" object; 0 "calendarId" calendar_id : optional Plain
    < ::std::option::Option < ::std::string::String >>; 1 "changeType" change_type :
    optional Plain < ::std::option::Option < crate ::models::ChangeType >>; 2 "eventType"
    event_type : optional Plain < ::std::option::Option < ::std::string::String >>; 3
    "events" events : optional OrDefault < ::std::vec::Vec < WebhookEvent > >; 4
    "metadata" metadata : optional Plain < ::std::option::Option <
    WebhookDeliveryMetadata >>; 5 "provider" provider : optional Plain <
    ::std::option::Option < crate ::models::Provider >>; 6 "timestamp" timestamp :
    optional OptionalInstant; 7 "userId" user_id : optional Plain < ::std::option::Option
    < ::std::string::String >>;
}
/// Facts about a webhook delivery.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct WebhookDeliveryMetadata {
    /// Id of the channel that the delivery belongs to.
    #[serde(rename = "channelId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub channel_id: ::std::option::Option<::std::string::String>,
    /// Number of events in the delivery.
    #[serde(rename = "eventCount")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub event_count: ::std::option::Option<i32>,
    /// Whether this is the delivery made when the channel was first established. False for ordinary changes, however many.
    #[serde(rename = "isInitialSync")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub is_initial_sync: ::std::option::Option<bool>,
    /// Members that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: ::std::collections::BTreeMap<
        ::std::string::String,
        crate::json::RawJson,
    >,
}
crate::json::members! {
    WebhookDeliveryMetadata "WebhookDeliveryMetadata" object[unknown_members]; 0
    "channelId" channel_id : optional Plain < ::std::option::Option <
    ::std::string::String >>; 1 "eventCount" event_count : optional Plain <
    ::std::option::Option < i32 >>; 2 "isInitialSync" is_initial_sync : optional Plain <
    ::std::option::Option < bool >>;
}
/// An event as a webhook delivery reports it.
///
/// Any member may be missing; provider and calendar are then those of the delivery. Dates are ISO 8601,
/// normally in UTC with milliseconds and `Z`. The fraction or the offset may be missing, the offset may
/// be numeric, and the value may be a bare date.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct WebhookEvent {
    /// Whether the event takes whole days.
    #[serde(rename = "allDay")]
    #[serde(default)]
    pub all_day: bool,
    /// The people invited.
    #[serde(default)]
    pub attendees: ::std::vec::Vec<EventAttendee>,
    /// Whether the event blocks time.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub availability: ::std::option::Option<crate::models::Availability>,
    /// Id of the calendar that holds the event. That of the delivery when absent.
    #[serde(rename = "calendarId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub calendar_id: ::std::option::Option<::std::string::String>,
    /// What happened to the event.
    #[serde(rename = "changeType")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub change_type: ::std::option::Option<crate::models::ChangeType>,
    /// Colour of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub color: ::std::option::Option<::std::string::String>,
    /// The online meeting of the event, by its URL or with details.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub conference: ::std::option::Option<Conference>,
    /// Further data of the online meeting.
    #[serde(rename = "conferenceData")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub conference_data: ::std::option::Option<ConferenceData>,
    /// Your own keys and values, stored with the event.
    #[serde(default)]
    pub custom: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    /// Description of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub description: ::std::option::Option<::std::string::String>,
    /// End of the event. For an all-day event usually midnight of the following day.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub end: ::std::option::Option<::jiff::Timestamp>,
    /// Id of the event at its provider.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub id: ::std::option::Option<::std::string::String>,
    /// When the event last changed.
    #[serde(rename = "lastModified")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub last_modified: ::std::option::Option<::jiff::Timestamp>,
    /// Web address of the event at its provider.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub link: ::std::option::Option<::std::string::String>,
    /// Place of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub location: ::std::option::Option<::std::string::String>,
    /// The event as the provider has it.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub original: ::std::option::Option<crate::json::RawJson>,
    /// Who may see the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub privacy: ::std::option::Option<crate::models::Privacy>,
    /// Provider of the event. That of the delivery when absent.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub provider: ::std::option::Option<crate::models::Provider>,
    /// Id of the series, when the event is an instance of one.
    #[serde(rename = "recurringEventId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub recurring_event_id: ::std::option::Option<::std::string::String>,
    /// Beginning of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub start: ::std::option::Option<::jiff::Timestamp>,
    /// Whether the event takes place.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub status: ::std::option::Option<crate::models::EventStatus>,
    /// Title of the event.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub title: ::std::option::Option<::std::string::String>,
    /// Members that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: ::std::collections::BTreeMap<
        ::std::string::String,
        crate::json::RawJson,
    >,
}
crate::json::members! {
    WebhookEvent "WebhookEvent" object[unknown_members]; 0 "allDay" all_day : optional
    OrDefault < bool >; 1 "attendees" attendees : optional OrDefault < ::std::vec::Vec <
    EventAttendee > >; 2 "availability" availability : optional Plain <
    ::std::option::Option < crate ::models::Availability >>; 3 "calendarId" calendar_id :
    optional Plain < ::std::option::Option < ::std::string::String >>; 4 "changeType"
    change_type : optional Plain < ::std::option::Option < crate ::models::ChangeType >>;
    5 "color" color : optional Plain < ::std::option::Option < ::std::string::String >>;
    6 "conference" conference : optional Plain < ::std::option::Option < Conference >>; 7
    "conferenceData" conference_data : optional Plain < ::std::option::Option <
    ConferenceData >>; 8 "custom" custom : optional OrDefault < ::serde_json::Map <
    ::std::string::String, ::serde_json::Value > >; 9 "description" description :
    optional Plain < ::std::option::Option < ::std::string::String >>; 10 "end" end :
    optional OptionalInstant; 11 "id" id : optional Plain < ::std::option::Option <
    ::std::string::String >>; 12 "lastModified" last_modified : optional OptionalInstant;
    13 "link" link : optional Plain < ::std::option::Option < ::std::string::String >>;
    14 "location" location : optional Plain < ::std::option::Option <
    ::std::string::String >>; 15 "original" original : optional Plain <
    ::std::option::Option < crate ::json::RawJson >>; 16 "privacy" privacy : optional
    Plain < ::std::option::Option < crate ::models::Privacy >>; 17 "provider" provider :
    optional Plain < ::std::option::Option < crate ::models::Provider >>; 18
    "recurringEventId" recurring_event_id : optional Plain < ::std::option::Option <
    ::std::string::String >>; 19 "start" start : optional OptionalInstant; 20 "status"
    status : optional Plain < ::std::option::Option < crate ::models::EventStatus >>; 21
    "title" title : optional Plain < ::std::option::Option < ::std::string::String >>;
}
/// A public key that verifies webhook deliveries.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct WebhookKey {
    /// When the key came into use.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub activated_at: ::std::option::Option<::jiff::Timestamp>,
    /// Signature algorithm, `ed25519` in any case. Absent or empty means the same; with anything else the entry is to be skipped.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub alg: ::std::option::Option<::std::string::String>,
    /// Id of the key.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub id: ::std::option::Option<::std::string::String>,
    /// The key: `whpk_` and the standard base64 of 32 raw bytes. Without the prefix the entry is to be skipped.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub key: ::std::option::Option<::std::string::String>,
    /// When the key goes out of use.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub retires_at: ::std::option::Option<::jiff::Timestamp>,
    /// Place of the key in the rotation. Keys are used whatever it says.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub status: ::std::option::Option<crate::models::WebhookKeyStatus>,
}
crate::json::members! {
    WebhookKey "WebhookKey" object; 0 "activated_at" activated_at : optional
    OptionalInstant; 1 "alg" alg : optional Plain < ::std::option::Option <
    ::std::string::String >>; 2 "id" id : optional Plain < ::std::option::Option <
    ::std::string::String >>; 3 "key" key : optional Plain < ::std::option::Option <
    ::std::string::String >>; 4 "retires_at" retires_at : optional OptionalInstant; 5
    "status" status : optional Plain < ::std::option::Option < crate
    ::models::WebhookKeyStatus >>;
}
/// The public keys that verify webhook deliveries.
#[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct WebhookKeys {
    /// The keys in use. Skip those with another algorithm or without a well-formed key.
    #[serde(default)]
    pub keys: ::std::vec::Vec<WebhookKey>,
}
crate::json::members! {
    WebhookKeys "WebhookKeys" object; 0 "keys" keys : optional OrDefault <
    ::std::vec::Vec < WebhookKey > >;
}
/// A webhook subscription at the provider.
#[derive(::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
pub struct WebhookSubscription {
    /// Id of the channel. Needed for unsubscribing.
    #[serde(rename = "channelId")]
    pub channel_id: ::std::string::String,
    /// End of the subscription. The request has it in milliseconds, the response as an ISO 8601 date.
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "::std::option::Option<crate::json::InstantSchema>")
    )]
    pub expiration: ::std::option::Option<::jiff::Timestamp>,
    /// Id of the watched resource at the provider. Google needs it for unsubscribing.
    #[serde(rename = "resourceId")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub resource_id: ::std::option::Option<::std::string::String>,
    /// The webhook URL of the application, to which changes are delivered.
    #[serde(rename = "webhookUrl")]
    #[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
    pub webhook_url: ::std::option::Option<::std::string::String>,
    /// Members that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: ::std::collections::BTreeMap<
        ::std::string::String,
        crate::json::RawJson,
    >,
}
crate::json::members! {
    WebhookSubscription "WebhookSubscription" object[unknown_members]; 0 "channelId"
    channel_id : required Plain < ::std::string::String >; 1 "expiration" expiration :
    optional OptionalInstant; 2 "resourceId" resource_id : optional Plain <
    ::std::option::Option < ::std::string::String >>; 3 "webhookUrl" webhook_url :
    optional Plain < ::std::option::Option < ::std::string::String >>;
}
/// Response of an attendee to an invitation. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AttendeeStatus {
    /// `accepted`: The attendee will come.
    Accepted,
    /// `declined`: The attendee will not come.
    Declined,
    /// `tentative`: The attendee may come.
    Tentative,
    /// `none`: The attendee has not responded.
    NoResponse,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl AttendeeStatus {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[
        Self::Accepted,
        Self::Declined,
        Self::Tentative,
        Self::NoResponse,
    ];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Tentative => "tentative",
            Self::NoResponse => "none",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for AttendeeStatus {
    const NAME: &'static str = "AttendeeStatus";
    const VALUES: &'static [&'static str] = &[
        "accepted",
        "declined",
        "tentative",
        "none",
    ];
}
impl ::std::convert::From<&str> for AttendeeStatus {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "accepted" => Self::Accepted,
            "declined" => Self::Declined,
            "tentative" => Self::Tentative,
            "none" => Self::NoResponse,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for AttendeeStatus {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for AttendeeStatus {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("AttendeeStatus", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for AttendeeStatus {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for AttendeeStatus {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for AttendeeStatus {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for AttendeeStatus {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "AttendeeStatus".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// Whether an event blocks time. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Availability {
    /// `free`: The time stays open for other events.
    Free,
    /// `busy`: The time is taken.
    Busy,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl Availability {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[Self::Free, Self::Busy];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Free => "free",
            Self::Busy => "busy",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for Availability {
    const NAME: &'static str = "Availability";
    const VALUES: &'static [&'static str] = &["free", "busy"];
}
impl ::std::convert::From<&str> for Availability {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "free" => Self::Free,
            "busy" => Self::Busy,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for Availability {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for Availability {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("Availability", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for Availability {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for Availability {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for Availability {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for Availability {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "Availability".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// What happened to one or more events. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ChangeType {
    /// `created`: The event is new.
    Created,
    /// `updated`: The event changed.
    Updated,
    /// `deleted`: The event is gone.
    Deleted,
    /// `mixed`: The events of a delivery changed in different ways.
    Mixed,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl ChangeType {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[
        Self::Created,
        Self::Updated,
        Self::Deleted,
        Self::Mixed,
    ];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Mixed => "mixed",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for ChangeType {
    const NAME: &'static str = "ChangeType";
    const VALUES: &'static [&'static str] = &["created", "updated", "deleted", "mixed"];
}
impl ::std::convert::From<&str> for ChangeType {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "created" => Self::Created,
            "updated" => Self::Updated,
            "deleted" => Self::Deleted,
            "mixed" => Self::Mixed,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for ChangeType {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for ChangeType {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("ChangeType", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for ChangeType {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for ChangeType {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for ChangeType {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for ChangeType {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "ChangeType".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// Whether an event takes place. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EventStatus {
    /// `confirmed`: The event takes place.
    Confirmed,
    /// `tentative`: The event is not settled yet.
    Tentative,
    /// `cancelled`: The event is called off.
    Cancelled,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl EventStatus {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[
        Self::Confirmed,
        Self::Tentative,
        Self::Cancelled,
    ];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Tentative => "tentative",
            Self::Cancelled => "cancelled",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for EventStatus {
    const NAME: &'static str = "EventStatus";
    const VALUES: &'static [&'static str] = &["confirmed", "tentative", "cancelled"];
}
impl ::std::convert::From<&str> for EventStatus {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "confirmed" => Self::Confirmed,
            "tentative" => Self::Tentative,
            "cancelled" => Self::Cancelled,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for EventStatus {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for EventStatus {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("EventStatus", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for EventStatus {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for EventStatus {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for EventStatus {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for EventStatus {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "EventStatus".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// Unit in which an event repeats. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Frequency {
    /// `DAILY`: Every day.
    Daily,
    /// `WEEKLY`: Every week.
    Weekly,
    /// `MONTHLY`: Every month.
    Monthly,
    /// `YEARLY`: Every year.
    Yearly,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl Frequency {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[
        Self::Daily,
        Self::Weekly,
        Self::Monthly,
        Self::Yearly,
    ];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for Frequency {
    const NAME: &'static str = "Frequency";
    const VALUES: &'static [&'static str] = &["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
}
impl ::std::convert::From<&str> for Frequency {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "DAILY" => Self::Daily,
            "WEEKLY" => Self::Weekly,
            "MONTHLY" => Self::Monthly,
            "YEARLY" => Self::Yearly,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for Frequency {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for Frequency {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("Frequency", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for Frequency {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for Frequency {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for Frequency {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for Frequency {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "Frequency".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// What a token request presents. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum GrantType {
    /// `authorization_code`: The code from the redirect of the OAuth flow.
    AuthorizationCode,
    /// `refresh_token`: The refresh token of an earlier token response.
    RefreshToken,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl GrantType {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[Self::AuthorizationCode, Self::RefreshToken];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for GrantType {
    const NAME: &'static str = "GrantType";
    const VALUES: &'static [&'static str] = &["authorization_code", "refresh_token"];
}
impl ::std::convert::From<&str> for GrantType {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "authorization_code" => Self::AuthorizationCode,
            "refresh_token" => Self::RefreshToken,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for GrantType {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for GrantType {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("GrantType", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for GrantType {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for GrantType {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for GrantType {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for GrantType {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "GrantType".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// Language of the hosted pages. Other values may occur.
///
/// Case does not matter, and `_` is taken for `-`. A value without an exact match falls back to the bare
/// language, then to its default variant (`pt` gives `pt-PT`), then to English.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Language {
    /// `en`: English.
    English,
    /// `es`: Spanish.
    Spanish,
    /// `fr`: French.
    French,
    /// `de`: German.
    German,
    /// `it`: Italian.
    Italian,
    /// `pt-PT`: Portuguese as in Portugal.
    PortuguesePortugal,
    /// `pt-BR`: Portuguese as in Brazil.
    PortugueseBrazil,
    /// `ar`: Arabic, written from right to left.
    Arabic,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl Language {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[
        Self::English,
        Self::Spanish,
        Self::French,
        Self::German,
        Self::Italian,
        Self::PortuguesePortugal,
        Self::PortugueseBrazil,
        Self::Arabic,
    ];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::German => "de",
            Self::Italian => "it",
            Self::PortuguesePortugal => "pt-PT",
            Self::PortugueseBrazil => "pt-BR",
            Self::Arabic => "ar",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for Language {
    const NAME: &'static str = "Language";
    const VALUES: &'static [&'static str] = &[
        "en",
        "es",
        "fr",
        "de",
        "it",
        "pt-PT",
        "pt-BR",
        "ar",
    ];
}
impl ::std::convert::From<&str> for Language {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "en" => Self::English,
            "es" => Self::Spanish,
            "fr" => Self::French,
            "de" => Self::German,
            "it" => Self::Italian,
            "pt-PT" => Self::PortuguesePortugal,
            "pt-BR" => Self::PortugueseBrazil,
            "ar" => Self::Arabic,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for Language {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for Language {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("Language", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for Language {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for Language {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for Language {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for Language {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "Language".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// Who may see an event. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Privacy {
    /// `public`: Everyone with access to the calendar sees the details.
    Public,
    /// `private`: Only the participants see the details.
    Private,
    /// `confidential`: The details are confidential.
    Confidential,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl Privacy {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[
        Self::Public,
        Self::Private,
        Self::Confidential,
    ];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Confidential => "confidential",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for Privacy {
    const NAME: &'static str = "Privacy";
    const VALUES: &'static [&'static str] = &["public", "private", "confidential"];
}
impl ::std::convert::From<&str> for Privacy {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "public" => Self::Public,
            "private" => Self::Private,
            "confidential" => Self::Confidential,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for Privacy {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for Privacy {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("Privacy", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for Privacy {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for Privacy {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for Privacy {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for Privacy {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "Privacy".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// A calendar provider. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Provider {
    /// `google`: Google Calendar.
    Google,
    /// `microsoft`: Microsoft Outlook.
    Microsoft,
    /// `apple`: Apple Calendar.
    Apple,
    /// `caldav`: A CalDAV server.
    CalDav,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl Provider {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[
        Self::Google,
        Self::Microsoft,
        Self::Apple,
        Self::CalDav,
    ];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Apple => "apple",
            Self::CalDav => "caldav",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for Provider {
    const NAME: &'static str = "Provider";
    const VALUES: &'static [&'static str] = &["google", "microsoft", "apple", "caldav"];
}
impl ::std::convert::From<&str> for Provider {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "google" => Self::Google,
            "microsoft" => Self::Microsoft,
            "apple" => Self::Apple,
            "caldav" => Self::CalDav,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for Provider {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for Provider {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("Provider", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for Provider {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for Provider {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for Provider {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for Provider {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "Provider".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// The access that an application is granted to the calendars of a user. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Scope {
    /// `free-busy`: Busy times only; no calendars, no details of events.
    FreeBusy,
    /// `read`: Calendars and events with all details.
    Read,
    /// `read-write`: Like `read`, and events can be created, changed and deleted.
    ReadWrite,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl Scope {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[Self::FreeBusy, Self::Read, Self::ReadWrite];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::FreeBusy => "free-busy",
            Self::Read => "read",
            Self::ReadWrite => "read-write",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for Scope {
    const NAME: &'static str = "Scope";
    const VALUES: &'static [&'static str] = &["free-busy", "read", "read-write"];
}
impl ::std::convert::From<&str> for Scope {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "free-busy" => Self::FreeBusy,
            "read" => Self::Read,
            "read-write" => Self::ReadWrite,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for Scope {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for Scope {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("Scope", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for Scope {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for Scope {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for Scope {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for Scope {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "Scope".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// How far a change within a recurring series reaches. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SeriesMode {
    /// `this`: Only the addressed instance.
    This,
    /// `following`: The addressed instance and those after it.
    Following,
    /// `all`: The whole series.
    All,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl SeriesMode {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[Self::This, Self::Following, Self::All];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::This => "this",
            Self::Following => "following",
            Self::All => "all",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for SeriesMode {
    const NAME: &'static str = "SeriesMode";
    const VALUES: &'static [&'static str] = &["this", "following", "all"];
}
impl ::std::convert::From<&str> for SeriesMode {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "this" => Self::This,
            "following" => Self::Following,
            "all" => Self::All,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for SeriesMode {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for SeriesMode {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("SeriesMode", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for SeriesMode {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for SeriesMode {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for SeriesMode {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for SeriesMode {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "SeriesMode".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// Whether an account is being synced. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SyncState {
    /// `active`: The stored credentials work.
    Active,
    /// `reauth_required`: The provider rejected the stored credentials and syncing stopped; the user must connect the account again.
    ReauthRequired,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl SyncState {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[Self::Active, Self::ReauthRequired];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::ReauthRequired => "reauth_required",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for SyncState {
    const NAME: &'static str = "SyncState";
    const VALUES: &'static [&'static str] = &["active", "reauth_required"];
}
impl ::std::convert::From<&str> for SyncState {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "active" => Self::Active,
            "reauth_required" => Self::ReauthRequired,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for SyncState {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for SyncState {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("SyncState", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for SyncState {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for SyncState {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for SyncState {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for SyncState {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "SyncState".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// Colour scheme of the hosted pages. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Theme {
    /// `light`: Dark text on a light ground.
    Light,
    /// `dark`: Light text on a dark ground.
    Dark,
    /// `auto`: Whatever the device of the user prefers.
    Auto,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl Theme {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[Self::Light, Self::Dark, Self::Auto];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Auto => "auto",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for Theme {
    const NAME: &'static str = "Theme";
    const VALUES: &'static [&'static str] = &["light", "dark", "auto"];
}
impl ::std::convert::From<&str> for Theme {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "light" => Self::Light,
            "dark" => Self::Dark,
            "auto" => Self::Auto,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for Theme {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for Theme {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("Theme", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for Theme {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for Theme {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for Theme {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for Theme {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "Theme".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// Place of a webhook key in the rotation. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum WebhookKeyStatus {
    /// `active`: The key that signs now.
    Active,
    /// `previous`: The key before, which still signs beside the active one for a while.
    Previous,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl WebhookKeyStatus {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[Self::Active, Self::Previous];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Previous => "previous",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for WebhookKeyStatus {
    const NAME: &'static str = "WebhookKeyStatus";
    const VALUES: &'static [&'static str] = &["active", "previous"];
}
impl ::std::convert::From<&str> for WebhookKeyStatus {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "active" => Self::Active,
            "previous" => Self::Previous,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for WebhookKeyStatus {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for WebhookKeyStatus {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("WebhookKeyStatus", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for WebhookKeyStatus {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for WebhookKeyStatus {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for WebhookKeyStatus {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for WebhookKeyStatus {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "WebhookKeyStatus".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// Day of the week. Other values may occur.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Weekday {
    /// `MO`: Monday.
    Monday,
    /// `TU`: Tuesday.
    Tuesday,
    /// `WE`: Wednesday.
    Wednesday,
    /// `TH`: Thursday.
    Thursday,
    /// `FR`: Friday.
    Friday,
    /// `SA`: Saturday.
    Saturday,
    /// `SU`: Sunday.
    Sunday,
    /// A value that this release does not know, kept as it came.
    Unknown(crate::json::UnknownValue),
}
impl Weekday {
    /// The values that this release knows.
    pub const KNOWN: &'static [Self] = &[
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Monday => "MO",
            Self::Tuesday => "TU",
            Self::Wednesday => "WE",
            Self::Thursday => "TH",
            Self::Friday => "FR",
            Self::Saturday => "SA",
            Self::Sunday => "SU",
            Self::Unknown(value) => value.as_str(),
        }
    }
}
impl crate::json::OpenEnum for Weekday {
    const NAME: &'static str = "Weekday";
    const VALUES: &'static [&'static str] = &["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
}
impl ::std::convert::From<&str> for Weekday {
    /// Reads a value as it stands on the wire.
    fn from(value: &str) -> Self {
        match value {
            "MO" => Self::Monday,
            "TU" => Self::Tuesday,
            "WE" => Self::Wednesday,
            "TH" => Self::Thursday,
            "FR" => Self::Friday,
            "SA" => Self::Saturday,
            "SU" => Self::Sunday,
            other => Self::Unknown(crate::json::UnknownValue::new(other)),
        }
    }
}
impl ::std::convert::From<::std::string::String> for Weekday {
    fn from(value: ::std::string::String) -> Self {
        Self::from(value.as_str())
    }
}
impl ::std::str::FromStr for Weekday {
    type Err = crate::json::UnknownValueError;
    /// Reads a value that this release knows. `From<&str>` takes any.
    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
        match Self::from(value) {
            Self::Unknown(value) => {
                Err(crate::json::UnknownValueError::new("Weekday", value))
            }
            known => Ok(known),
        }
    }
}
impl ::std::fmt::Display for Weekday {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::serde::Serialize for Weekday {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> ::serde::Deserialize<'de> for Weekday {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::std::result::Result<Self, D::Error> {
        crate::json::open_enum(deserializer)
    }
}
#[cfg(feature = "schemars")]
impl ::schemars::JsonSchema for Weekday {
    fn schema_name() -> ::std::borrow::Cow<'static, str> {
        "Weekday".into()
    }
    fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
        crate::json::open_enum_schema::<Self>()
    }
}
/// One page of events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EventPage {
    /// The events, sorted by start across providers. An empty page need not be the last one.
    pub events: ::std::vec::Vec<CalendarEvent>,
    /// Opaque token of the next page. Absent or empty on the last page.
    pub next_page_token: ::std::option::Option<::std::string::String>,
    /// Page size that the service applied.
    pub page_size: ::std::option::Option<i32>,
    /// Connected accounts whose items are missing, because the user withheld the permission for them.
    pub blocked_accounts: ::std::vec::Vec<BlockedAccount>,
    /// Malformed items of this page, as they arrived.
    pub malformed: ::std::vec::Vec<crate::json::MalformedItem>,
    /// Whether the response had no body to read.
    pub(crate) is_empty: bool,
}
impl EventPage {
    /// Makes the page of a response.
    pub(crate) fn of(response: EventsListResponse) -> Self {
        Self {
            events: response.events,
            next_page_token: response.next_page_token,
            page_size: response.page_size,
            blocked_accounts: ::std::vec::Vec::new(),
            malformed: ::std::vec::Vec::new(),
            is_empty: false,
        }
    }
}
