//! Who a recorded call was about, told only to whoever knows both the key and the name to look for.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::InvalidValue;

/// The fewest characters of a key: subjects' ids are short, so the key is all that keeps them from being guessed.
pub const AUDIT_KEY_MIN: usize = 32;

/// The key under which the record of calls names its subjects. `Debug` shows its [`id`](Self::id) alone.
#[derive(Clone)]
pub struct AuditKey {
    mac: Hmac<Sha256>,
    id: String,
}

impl AuditKey {
    /// What tells this key from others in the record: 8 hexadecimal digits, made of the key itself.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A subject under this key: 16 hexadecimal digits of its HMAC-SHA-256.
    #[must_use]
    pub fn hash(&self, subject: &str) -> String {
        hex(&self.mac.clone().chain_update(subject).finalize().into_bytes()[..8])
    }
}

impl std::str::FromStr for AuditKey {
    type Err = InvalidValue;

    fn from_str(key: &str) -> Result<Self, InvalidValue> {
        let rule =
            "must be at least 32 visible ASCII characters long, by chance: such as `openssl rand -hex 32` makes them";
        let wrong = || InvalidValue::new(crate::FieldErrorCode::InvalidFormat, rule);
        if key.len() < AUDIT_KEY_MIN || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong());
        }
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|_| wrong())?;
        // With a space in it, it is no subject's.
        let id = hex(&mac.clone().chain_update("key id").finalize().into_bytes()[..4]);
        Ok(Self { mac, id })
    }
}

impl std::fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AuditKey({})", self.id)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Digests that OpenSSL made: `printf 123 | openssl dgst -sha256 -hmac KEY`.
    #[test]
    fn a_subject_is_what_openssl_makes_of_it() {
        let key: AuditKey = "0123456789abcdef0123456789abcdef".parse().unwrap();
        assert_eq!(key.hash("123"), "7a2503ec36dd59be");
        assert_eq!(key.hash("m-1_A"), "f9f719bce2f646a5");
        assert_eq!(key.id(), "39ed5252");
        let other: AuditKey = "fedcba9876543210fedcba9876543210".parse().unwrap();
        assert!(other.hash("123") != key.hash("123") && other.id() != key.id());
    }

    #[test]
    fn a_key_is_long_and_shown_nowhere() {
        for bad in ["", "short", &"k".repeat(31), &format!("{} ", "k".repeat(40)), &"é".repeat(32)] {
            let error = bad.parse::<AuditKey>().unwrap_err();
            assert!(
                error.to_string().contains("32") && (bad.is_empty() || !error.to_string().contains(bad)),
                "{error}"
            );
        }
        let key: AuditKey = "0123456789abcdef0123456789abcdef".parse().unwrap();
        assert_eq!(format!("{key:?}"), "AuditKey(39ed5252)");
    }
}
