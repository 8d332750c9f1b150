/// Says what a user's tokens may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Scope {
    /// Sees when the user is busy, and nothing else.
    FreeBusy,
    /// Sees calendars and events.
    Read,
    /// Sees and changes events. The default.
    #[default]
    ReadWrite,
}

impl Scope {
    /// Gives the name on the wire, such as `read-write`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FreeBusy => "free-busy",
            Self::Read => "read",
            Self::ReadWrite => "read-write",
        }
    }

    // Some official clients send "calendar", so an unknown name means the default.
    pub(crate) fn from_wire(name: &str) -> Self {
        match name {
            "free-busy" => Self::FreeBusy,
            "read" => Self::Read,
            _ => Self::ReadWrite,
        }
    }
}
