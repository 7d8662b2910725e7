//! Dates in headers.

use std::time::{Duration, SystemTime};

/// Reads an HTTP date in any of its three forms (RFC 9110 §5.6.7).
pub(crate) fn read(value: &str, now: SystemTime) -> Option<SystemTime> {
    let value = value.trim();
    if let Ok(date) = jiff::fmt::rfc2822::parse(value) {
        return Some(date.timestamp().into());
    }
    let parse = |form| jiff::civil::DateTime::strptime(form, value).ok();
    let rfc_850 = "%A, %d-%b-%y %H:%M:%S GMT";
    let date = parse("%a %b %e %H:%M:%S %Y").or_else(|| {
        let date = parse(rfc_850)?;
        // A year that seems to be more than 50 years ahead is the most recent one with these digits.
        let this_year = jiff::Timestamp::try_from(now).ok()?.to_zoned(jiff::tz::TimeZone::UTC).year();
        let year = if date.year() > this_year.saturating_add(50) { date.year() - 100 } else { date.year() };
        date.with().year(year).build().ok()
    })?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().into())
}

/// Reads `Retry-After`: seconds, or a date.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // More seconds than fit are very many.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
    }
    Some(read(value, now)?.duration_since(now).unwrap_or_default())
}

/// How far `date` is ahead of the middle of an exchange that `took` so long and ended at `received`, in milliseconds.
pub(crate) fn skew(date: SystemTime, took: Duration, received: SystemTime) -> i64 {
    let middle = received.checked_sub(took / 2).unwrap_or(received);
    let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    date.duration_since(middle).map_or_else(|behind| -millis(behind.duration()), millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_in_three_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777 - 30); // 06 Nov 1994 08:49:37, less 30 s
        for (value, seconds) in [
            (" 7 ", 7),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 30),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 30),
            ("Sun Nov  6 08:49:37 1994", 30),
            ("Sun, 06 Nov 1994 08:40:00 GMT", 0),
            ("Sunday, 06-Nov-94 08:40:00 GMT", 0),
            ("99999999999999999999999", u64::from(u32::MAX)),
        ] {
            assert_eq!(retry_after(value, now), Some(Duration::from_secs(seconds)), "{value:?}");
        }
        for wrong in ["", "-1", "soon", "1.5", "NaN", "Sunday, 06-Nov-94", "Sun Nov 6 1994"] {
            assert_eq!(retry_after(wrong, now), None, "{wrong:?}");
        }
    }

    #[test]
    fn skew_is_against_the_middle_of_the_exchange() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let took = Duration::from_secs(4);
        assert_eq!(skew(at(700), took, at(102)), 600_000);
        assert_eq!(skew(at(100), took, at(702)), -600_000);
    }
}
