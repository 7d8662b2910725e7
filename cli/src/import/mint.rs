//! New keys, UUIDv7 in the order of the rows: a member's claims list in the order of the file.

use std::io;

use claims_client::types::Timestamp;

pub(super) struct Mint {
    /// The first row's millisecond.
    begin: u64,
}

/// Rows that share a millisecond: the twelve bits after it count.
const A_MILLISECOND: u64 = 1 << 12;

impl Mint {
    /// For so many rows; the last one's time is not ahead of the clock.
    pub(super) fn new(rows: u64) -> io::Result<Self> {
        let now = u64::try_from(Timestamp::now().unix_millis()).map_err(io::Error::other)?;
        Ok(Self { begin: now.saturating_sub(rows / A_MILLISECOND) })
    }

    /// The key of the row at this place.
    pub(super) fn key(&self, place: u64) -> io::Result<[u8; 16]> {
        let mut rest = [0; 10];
        fill(&mut rest)?;
        let count = place % A_MILLISECOND;
        rest[0] = (count >> 8) as u8;
        rest[1] = count as u8;
        Ok(*uuid::Builder::from_unix_timestamp_millis(self.begin + place / A_MILLISECOND, &rest).as_uuid().as_bytes())
    }

    /// A new import's id.
    pub(super) fn id() -> io::Result<[u8; 8]> {
        let mut id = [0; 8];
        fill(&mut id)?;
        Ok(id)
    }
}

fn fill(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(|e| io::Error::other(e.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use claims_client::IdempotencyKey;

    use super::*;

    #[test]
    fn keys_are_those_of_creates_all_different_and_in_the_order_of_their_rows() {
        let mint = Mint::new(10_000).unwrap();
        let keys: Vec<_> = (0..10_000).map(|place| uuid::Uuid::from_bytes(mint.key(place).unwrap())).collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
        let now = Timestamp::now();
        for key in keys {
            assert!(IdempotencyKey::from(key).check_for_create(now).is_ok(), "{key}");
        }
    }
}
