//! Every limit of time, derived in one place from the one that Lambda sets for an invocation.
//!
//! The order from the inside out, which a test holds against what Terraform, the gateway and the client say: an attempt at
//! DynamoDB, all attempts, the operation's end, the function's deadline, the gateway's 29 s.

use std::time::{Duration, Instant, SystemTime};

/// The longest attempt at DynamoDB, its connection included. It answers within milliseconds, or the connection is dead.
pub const ATTEMPT: Duration = Duration::from_millis(1500);

/// How often DynamoDB is asked before it is told as unavailable.
pub const ATTEMPTS: u32 = 3;

/// The longest wait before the second attempt; it doubles with each one after.
pub const BACKOFF: Duration = Duration::from_millis(50);

/// What is kept of an invocation's time for the answer itself.
pub const FOR_THE_ANSWER: Duration = Duration::from_millis(500);

/// When the operation has to end, by the deadline in milliseconds since 1970.
#[must_use]
pub fn end_of_operation(deadline_unix_ms: u64) -> Instant {
    let deadline = SystemTime::UNIX_EPOCH + Duration::from_millis(deadline_unix_ms);
    let time = match deadline.duration_since(SystemTime::now()) {
        Ok(left) => left.saturating_sub(FOR_THE_ANSWER).max(left / 2),
        // Lambda hands over no event that is late already: the clock is wrong, and one attempt is in place.
        Err(_) => ATTEMPT,
    };
    Instant::now() + time
}
