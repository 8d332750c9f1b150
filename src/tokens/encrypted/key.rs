//! Keys, and encryption with one key.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::Generate;
use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::EncryptionError;
use crate::secret::Secret;

const NONCE: usize = 24;
const TAG: usize = 16;

/// A key for an [`EncryptedTokenStore`](super::EncryptedTokenStore), and its id.
///
/// The id is stored with the ciphertext, so that old tokens can be decrypted after key rotation. `Debug` prints only
/// the id, and dropping the key wipes it from memory.
pub struct EncryptionKey {
    id: Box<str>,
    cipher: XChaCha20Poly1305,
}

impl EncryptionKey {
    /// Creates a key from 32 random bytes. Choose any id, such as `"2026-11"`.
    ///
    /// # Errors
    ///
    /// [`EncryptionError::InvalidKey`] when the id is empty, is longer than 64 characters, or has characters other than
    /// ASCII letters, digits, `-` and `_`; or when all bytes are equal.
    pub fn new(id: impl Into<String>, bytes: [u8; 32]) -> Result<Self, EncryptionError> {
        let (id, bytes) = (id.into(), Zeroizing::new(bytes));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if id.is_empty() || id.len() > 64 || !id.bytes().all(plain) {
            return Err(EncryptionError::InvalidKey { why: "its id is not 1 to 64 letters, digits, - or _" });
        }
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(EncryptionError::InvalidKey { why: "it is not random" });
        }
        Ok(Self { id: id.into(), cipher: XChaCha20Poly1305::new((&*bytes).into()) })
    }

    /// Creates a key from 32 random bytes in base64, such as the output of `openssl rand -base64 32`. Both alphabets
    /// are accepted, with or without padding.
    ///
    /// # Errors
    ///
    /// [`EncryptionError::InvalidKey`] when the text is not 32 bytes in base64, and as [`new`](Self::new).
    pub fn from_base64(id: impl Into<String>, text: &str) -> Result<Self, EncryptionError> {
        let text = text.trim().trim_end_matches('=');
        let mut bytes = Zeroizing::new([0; 32]);
        let decoded = STANDARD_NO_PAD
            .decode_slice(text, &mut *bytes)
            .or_else(|_| URL_SAFE_NO_PAD.decode_slice(text, &mut *bytes));
        match decoded {
            Ok(32) => Self::new(id, *bytes),
            _ => Err(EncryptionError::InvalidKey { why: "it is not 32 bytes in base64" }),
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Encrypts a text: the nonce, the ciphertext and the tag, in base64.
    pub(super) fn seal(&self, context: &[u8], text: &str) -> Result<String, EncryptionError> {
        let nonce = XNonce::try_generate().map_err(|_| EncryptionError::NoRandomness)?;
        let mut sealed = Zeroizing::new(Vec::with_capacity(NONCE + text.len() + TAG));
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(text.as_bytes());
        let tag = self.cipher.encrypt_inout_detached(&nonce, context, (&mut sealed[NONCE..]).into());
        // This fails only for texts of 256 GiB and more.
        sealed.extend_from_slice(&tag.map_err(|_| EncryptionError::Malformed)?);
        Ok(URL_SAFE_NO_PAD.encode(&*sealed))
    }

    pub(super) fn open(&self, context: &[u8], sealed: &str) -> Result<Secret, EncryptionError> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).map(Zeroizing::new).map_err(|_| EncryptionError::Malformed)?;
        let (nonce, rest) = bytes.split_at_mut_checked(NONCE).ok_or(EncryptionError::Malformed)?;
        let nonce: &XNonce = (&*nonce).try_into().map_err(|_| EncryptionError::Malformed)?;
        let length = rest.len().checked_sub(TAG).ok_or(EncryptionError::Malformed)?;
        let (text, tag) = rest.split_at_mut(length);
        let tag = (&*tag).try_into().map_err(|_| EncryptionError::Malformed)?;
        let opened = self.cipher.decrypt_inout_detached(nonce, context, (&mut *text).into(), tag);
        opened.map_err(|_| EncryptionError::Refused)?;
        std::str::from_utf8(text).map(Secret::from).map_err(|_| EncryptionError::Malformed)
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey").field("id", &self.id).finish_non_exhaustive()
    }
}
