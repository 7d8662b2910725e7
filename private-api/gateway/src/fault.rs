//! Faults on demand, so that callers can test how they take them.

use std::time::Duration;

use private_api_storage::{self as storage, Faults};

/// Something that goes wrong once.
///
/// Faults wait in two queues. The first five kinds hit the next request that reaches the gateway; the `Storage` kinds hit
/// the next call from the functions to DynamoDB, where the AWS SDK may repeat the call on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The gateway answers this status on its own account; nothing is applied.
    ///
    /// 429, 500, 502, 503 and 504 answer what the real gateway answers with them; any other status has a bare
    /// `{"message": null}` body.
    Status(u16),
    /// The gateway throttles: 429 with `Retry-After` of so many seconds; nothing is applied.
    Throttle {
        /// Seconds.
        retry_after: u32,
    },
    /// The request is held for this long before it is applied. 29 s and more become a 504, as in AWS.
    Delay(Duration),
    /// The connection is reset before the request is applied.
    ResetBefore,
    /// The request is applied, then the connection is reset: the answer is lost.
    ResetAfter,
    /// DynamoDB applies the call, and its answer never arrives.
    StorageAnswerLost,
    /// DynamoDB refuses the call: `ThrottlingException`.
    StorageThrottled,
    /// DynamoDB cannot be reached.
    StorageDown,
}

/// Both queues.
#[derive(Clone, Debug, Default)]
pub(crate) struct FaultQueues {
    pub(crate) gateway: Faults<Fault>,
    pub(crate) storage: Faults<storage::Fault>,
}

impl FaultQueues {
    pub(crate) fn push(&self, fault: Fault) {
        match fault {
            Fault::StorageAnswerLost => self.storage.push(storage::Fault::AnswerLost),
            Fault::StorageThrottled => self.storage.push(storage::Fault::Throttled),
            Fault::StorageDown => self.storage.push(storage::Fault::Down),
            fault => self.gateway.push(fault),
        }
    }

    pub(crate) fn clear(&self) {
        self.gateway.clear();
        self.storage.clear();
    }
}
