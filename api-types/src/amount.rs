//! Exact money.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{FieldErrorCode, InvalidValue};

/// An amount of money in the deployment's currency: 0.01 to 999 999 999.99, exact to the cent.
///
/// Whole cents inside, a JSON number outside. Every amount in range survives JSON exactly: below 2^53 cents, the double
/// nearest to a two-decimal number is read back to the same cents. So 19.99 stays 19.99, whether or not some other crate of the
/// build has switched on serde_json's `arbitrary_precision`.
///
/// ```
/// use claims_api_types::ClaimAmount;
/// let amount: ClaimAmount = "19.99".parse()?;
/// assert_eq!(amount.cents(), 1999);
/// assert_eq!(serde_json::to_string(&amount)?, "19.99");
/// assert!("19.999".parse::<ClaimAmount>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClaimAmount(i64);

impl ClaimAmount {
    /// The smallest amount: 0.01.
    pub const MIN: Self = Self(1);
    /// The largest amount: 999 999 999.99.
    pub const MAX: Self = Self(99_999_999_999);

    /// An amount of whole cents.
    ///
    /// # Errors
    /// `out_of_range` outside of [`MIN`](Self::MIN) to [`MAX`](Self::MAX).
    pub fn from_cents(cents: i64) -> Result<Self, InvalidValue> {
        if (Self::MIN.0..=Self::MAX.0).contains(&cents) { Ok(Self(cents)) } else { Err(OUT_OF_RANGE) }
    }

    /// The amount in whole cents.
    #[must_use]
    pub fn cents(self) -> i64 {
        self.0
    }

    /// Reads a JSON number from its own text: exact, however many digits or whatever exponent it has.
    pub(crate) fn from_json_text(number: &str) -> Result<Self, InvalidValue> {
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_start_matches(['-', '0']);
        if significant.is_empty() || digits.starts_with('-') {
            return Err(OUT_OF_RANGE);
        }
        // An exponent that fits no i32 puts any number that fits a body out of range.
        let exponent: i32 = exponent.parse().map_err(|_| OUT_OF_RANGE)?;
        let lengths = i32::try_from(significant.len()).ok().zip(i32::try_from(fraction.len()).ok());
        let (length, decimals) = lengths.ok_or(OUT_OF_RANGE)?;
        // Digits before the decimal point: at most nine, and at least down to the second decimal.
        let before_point = length.saturating_sub(decimals).saturating_add(exponent);
        if !(-1..=9).contains(&before_point) {
            return Err(OUT_OF_RANGE);
        }
        let significant = significant.trim_end_matches('0');
        // As many digits as whole cents have; more than that are decimals that no cent has.
        let wanted = usize::try_from(before_point + 2).map_err(|_| OUT_OF_RANGE)?;
        if significant.len() > wanted {
            return Err(TOO_PRECISE);
        }
        format!("{significant:0<wanted$}").parse().map_err(|_| OUT_OF_RANGE).and_then(Self::from_cents)
    }

    /// Reads the double that a JSON parser made of a number.
    pub(crate) fn from_json_number(number: f64) -> Result<Self, InvalidValue> {
        let cents = (number * 100.0).round();
        if !(Self::MIN.0 as f64..=Self::MAX.0 as f64).contains(&cents) {
            // Anything that rounds out of range and has more decimals is first of all out of range.
            return Err(OUT_OF_RANGE);
        }
        // Exact iff this double is the one nearest to `cents / 100`; division is correctly rounded.
        if cents / 100.0 == number { Ok(Self(cents as i64)) } else { Err(TOO_PRECISE) }
    }
}

const OUT_OF_RANGE: InvalidValue =
    InvalidValue::new(FieldErrorCode::OutOfRange, "must be between 0.01 and 999999999.99");
const TOO_PRECISE: InvalidValue = InvalidValue::new(FieldErrorCode::InvalidFormat, "must have at most two decimals");

impl fmt::Display for ClaimAmount {
    /// The shortest decimal form: `500`, `19.9`, `19.99`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, cents) = (self.0 / 100, self.0 % 100);
        f.pad(&match (cents, cents % 10) {
            (0, _) => whole.to_string(),
            (_, 0) => format!("{whole}.{}", cents / 10),
            _ => format!("{whole}.{cents:02}"),
        })
    }
}

impl fmt::Debug for ClaimAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClaimAmount(..)")
    }
}

impl FromStr for ClaimAmount {
    type Err = InvalidValue;

    /// Reads plain decimals: digits, then at most a point and one or two digits. Trailing zeros are fine.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        const NOT_DECIMAL: InvalidValue =
            InvalidValue::new(FieldErrorCode::InvalidFormat, "must be a decimal number such as 500 or 19.99");
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(NOT_DECIMAL);
        }
        Self::from_json_text(text)
    }
}

impl Serialize for ClaimAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 100 == 0 {
            serializer.serialize_i64(self.0 / 100)
        } else {
            // The shortest form of the nearest double is the two-decimal number itself.
            serializer.serialize_f64(self.0 as f64 / 100.0)
        }
    }
}

impl<'de> Deserialize<'de> for ClaimAmount {
    /// By way of serde_json's own number: with `arbitrary_precision` a number comes as a map that only that type knows.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        let amount = match number.as_i64() {
            Some(whole) => whole.checked_mul(100).ok_or(OUT_OF_RANGE).and_then(Self::from_cents),
            None => number.as_f64().ok_or(OUT_OF_RANGE).and_then(Self::from_json_number),
        };
        amount.map_err(de::Error::custom)
    }
}
