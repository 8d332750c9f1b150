use std::fmt;

/// Names a calendar provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Provider {
    /// Google Calendar
    Google,
    /// Microsoft Outlook
    Microsoft,
    /// Apple Calendar
    Apple,
    /// Any other CalDAV server
    CalDav,
}

impl Provider {
    /// Lists every provider, in the order of the API's answers.
    pub const ALL: [Self; 4] = [Self::Google, Self::Microsoft, Self::Apple, Self::CalDav];

    /// Gives the name on the wire, such as `google`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Apple => "apple",
            Self::CalDav => "caldav",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == name)
    }

    /// Tells whether the provider reports changes by itself; the others are polled.
    pub(crate) fn pushes(self) -> bool {
        matches!(self, Self::Google | Self::Microsoft)
    }

    /// Tells whether the provider's consent screen asks for calendars separately.
    pub(crate) fn has_calendar_permission(self) -> bool {
        matches!(self, Self::Google | Self::Microsoft)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
