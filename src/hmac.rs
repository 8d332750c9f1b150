//! HMAC-SHA256 (RFC 2104) over the hash that is a dependency already.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const BLOCK: usize = 64;

/// Authenticates a message, given in parts, by a key of any length.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = Zeroizing::new([0; BLOCK]);
    match key.len() {
        0..=BLOCK => block[..key.len()].copy_from_slice(key),
        _ => block[..32].copy_from_slice(&Sha256::digest(key)),
    }
    let padded = |pad: u8| {
        let mut digest = Sha256::new();
        digest.update(Zeroizing::new(block.map(|byte| byte ^ pad)).as_slice());
        digest
    };
    let mut inner = padded(0x36);
    parts.iter().for_each(|part| inner.update(part));
    padded(0x5c).chain_update(inner.finalize()).finalize().into()
}

/// Compares a tag in constant time.
pub(crate) fn verify(key: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
    hmac(key, parts).ct_eq(tag).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// RFC 4231, test cases 1, 2, 3, 6 and 7.
    #[test]
    fn the_vectors_of_the_rfc_hold() {
        let long = "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be \
                    hashed before being used by the HMAC algorithm.";
        let cases: [(&[u8], &[u8], &str); 5] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (&[0xaa; 131], long.as_bytes(), "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
        ];
        for (key, message, tag) in cases {
            assert_eq!(hex(&hmac(key, &[message])), tag);
            let (first, second) = message.split_at(3);
            assert_eq!(hex(&hmac(key, &[first, second])), tag);
        }
    }

    #[test]
    fn a_tag_that_differs_or_is_truncated_does_not_verify() {
        let mut tag = hmac(b"key", &[b"message"]);
        assert!(verify(b"key", &[b"message"], &tag));
        assert!(!verify(b"kez", &[b"message"], &tag));
        assert!(!verify(b"key", &[b"message"], &tag[..31]));
        assert!(!verify(b"key", &[b"message"], b""));
        tag[31] ^= 1;
        assert!(!verify(b"key", &[b"message"], &tag));
    }
}
