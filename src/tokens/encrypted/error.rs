//! Errors of encrypted tokens.

use std::fmt;

/// Why tokens cannot be encrypted or decrypted.
///
/// From a store it is the [source](std::error::Error::source) of an [`Error::TokenStore`](crate::Error::TokenStore). It
/// shows no tokens and no keys.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptionError {
    /// The tokens were encrypted with a key that the store was not given: add it with
    /// [`with_older_key`](super::EncryptedTokenStore::with_older_key).
    #[non_exhaustive]
    UnknownKey {
        /// The id of the key
        id: String,
    },
    /// Decryption failed: a different key has this id, or the text was changed, or moved from another user.
    Refused,
    /// The text is not encrypted. To introduce encryption, see
    /// [`allow_plain_texts`](super::EncryptedTokenStore::allow_plain_texts).
    PlainText,
    /// The text is truncated or otherwise malformed.
    Malformed,
    /// The key is invalid.
    #[non_exhaustive]
    InvalidKey {
        /// What is wrong with it
        why: &'static str,
    },
    /// The operating system returned no random numbers.
    NoRandomness,
}

impl fmt::Display for EncryptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey { id } => write!(f, "the tokens are encrypted with the unknown key {id:?}"),
            Self::Refused => f.write_str("the tokens belong to another key or user, or were tampered with"),
            Self::PlainText => f.write_str("the tokens are not encrypted"),
            Self::Malformed => f.write_str("the encrypted tokens are damaged"),
            Self::InvalidKey { why } => write!(f, "the key is invalid: {why}"),
            Self::NoRandomness => f.write_str("the operating system returned no random numbers"),
        }
    }
}

impl std::error::Error for EncryptionError {}
