use std::fmt;

/// Gives the variants of an enum their names: `ALL`, `as_str`, `Display` and `FromStr`.
macro_rules! named {
    ($type:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl $type {
            /// Lists every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Gives the name, as the command line, the admin API and `FromStr` know it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::named::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name {
                    $($name => Ok(Self::$variant),)+
                    _ => Err($crate::named::UnknownName(&[$($name),+])),
                }
            }
        }
    };
}

pub(crate) use named;

/// Tells that a text names no variant, and which names there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownName(pub(crate) &'static [&'static str]);

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0.join(", "))
    }
}

impl std::error::Error for UnknownName {}
