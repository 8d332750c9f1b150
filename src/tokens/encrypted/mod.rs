//! Encrypts tokens, so that the store itself cannot read them.

mod error;
mod key;

use std::fmt;
use std::time::Duration;

pub use error::EncryptionError;
pub use key::EncryptionKey;

use super::store::{LeaseOutcome, SaveIf, SaveOutcome, StoreFuture, StoredTokens, StoredUser, TokenStore};
use crate::secret::Secret;

/// The prefix of encrypted tokens. Plain tokens are JSON, and never start with it.
const FORMAT: &str = "enc1";

/// Encrypts the tokens in another store.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mobiscroll_connect::{Client, EncryptedTokenStore, EncryptionKey, MemoryTokenStore};
///
/// # let from_your_vault = |_: &str| "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=";
/// let key = EncryptionKey::from_base64("2026-11", from_your_vault("key-2026-11"))?;
/// let old = EncryptionKey::from_base64("2025-04", from_your_vault("key-2025-04"))?;
/// let store = EncryptedTokenStore::new(MemoryTokenStore::new(), key).with_older_key(old);
/// let client = Client::builder("id", "secret", "https://example.com/callback")
///     .token_store(store)
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// A reader of the store, or of a backup, learns only the length of the tokens. A writer can restore older tokens of
/// the same user, or remove them, but can neither change them nor move them to another user: such a text is an
/// [error](EncryptionError::Refused), never "no tokens".
///
/// The cipher is XChaCha20-Poly1305 with a random nonce for each save and the user's id as associated data. The text is
/// `enc1.KEY_ID.`, followed by the nonce, the ciphertext and the tag in base64 (URL-safe, without padding).
///
/// # Key rotation
///
/// 1. Add the new key to all processes as an [older key](Self::with_older_key).
/// 2. Make the new key the store's own, and keep the old one as an older key.
///
/// Each user's tokens are encrypted with the new key at the next save, which is the next refresh.
pub struct EncryptedTokenStore<S> {
    store: S,
    key: EncryptionKey,
    older_keys: Vec<EncryptionKey>,
    plain_texts: bool,
}

impl<S: TokenStore> EncryptedTokenStore<S> {
    /// Wraps a store. Tokens are encrypted with this key.
    #[must_use]
    pub fn new(store: S, key: EncryptionKey) -> Self {
        Self { store, key, older_keys: Vec::new(), plain_texts: false }
    }

    /// Adds a key that only decrypts.
    #[must_use]
    pub fn with_older_key(mut self, key: EncryptionKey) -> Self {
        self.older_keys.push(key);
        self
    }

    /// Also reads tokens that are not encrypted, while encryption is being introduced. They are encrypted at the next
    /// save.
    ///
    /// While this is set, anybody who can write to the store can replace a user's tokens.
    #[must_use]
    pub fn allow_plain_texts(mut self) -> Self {
        self.plain_texts = true;
        self
    }

    fn seal(&self, user: &str, tokens: &Secret) -> Result<Secret, EncryptionError> {
        let id = self.key.id();
        let sealed = self.key.seal(&context(id, user), tokens.expose())?;
        Ok(format!("{FORMAT}.{id}.{sealed}").into())
    }

    fn open(&self, user: &str, stored: StoredTokens) -> Result<StoredTokens, EncryptionError> {
        let Some(text) = &stored.tokens else { return Ok(stored) };
        let tokens = match text.expose().strip_prefix(FORMAT).and_then(|rest| rest.strip_prefix('.')) {
            Some(rest) => self.open_text(user, rest)?,
            None if self.plain_texts => text.clone(),
            None => return Err(EncryptionError::PlainText),
        };
        Ok(StoredTokens { tokens: Some(tokens), ..stored })
    }

    fn open_text(&self, user: &str, text: &str) -> Result<Secret, EncryptionError> {
        let (id, sealed) = text.split_once('.').ok_or(EncryptionError::Malformed)?;
        let context = context(id, user);
        let mut outcome = Err(EncryptionError::UnknownKey { id: id.to_owned() });
        for key in [&self.key].into_iter().chain(&self.older_keys).filter(|key| key.id() == id) {
            outcome = key.open(&context, sealed);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}

/// The associated data of a text. It is unambiguous because a key's id contains no blank.
fn context(key: &str, user: &str) -> Vec<u8> {
    format!("mobiscroll-connect {FORMAT} {key} {user}").into_bytes()
}

impl<S: TokenStore> TokenStore for EncryptedTokenStore<S> {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        Box::pin(async move { Ok(self.open(user, self.store.load(user).await?)?) })
    }

    fn save<'a>(
        &'a self,
        user: &'a str,
        tokens: Option<&'a Secret>,
        condition: SaveIf,
    ) -> StoreFuture<'a, SaveOutcome> {
        Box::pin(async move {
            let sealed = tokens.map(|tokens| self.seal(user, tokens)).transpose()?;
            self.store.save(user, sealed.as_ref(), condition).await
        })
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
        Box::pin(async move {
            let (fence, stored, presented) = match self.store.lease(user, ttl).await? {
                LeaseOutcome::Granted { fence, stored, presented } => (fence, stored, presented),
                held => return Ok(held),
            };
            match self.open(user, stored) {
                Ok(stored) => Ok(LeaseOutcome::Granted { fence, stored, presented }),
                Err(error) => {
                    // If the release fails, the lease expires. The error to report is that of the tokens.
                    let _ = self.store.release(user, fence, 0).await;
                    Err(error.into())
                }
            }
        })
    }

    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool> {
        self.store.extend(user, fence, ttl)
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
        self.store.release(user, fence, presented)
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        self.store.list(after, limit)
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        self.store.delete(user)
    }
}

impl<S: fmt::Debug> fmt::Debug for EncryptedTokenStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedTokenStore")
            .field("store", &self.store)
            .field("key", &self.key)
            .field("older_keys", &self.older_keys)
            .field("plain_texts", &self.plain_texts)
            .finish()
    }
}
