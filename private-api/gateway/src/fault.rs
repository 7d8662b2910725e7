//! Faults on demand, so that callers can test how they take them.

use std::{str::FromStr, time::Duration};

use private_api_storage::{self as storage, Faults};

/// Something that goes wrong once.
///
/// Faults wait in two queues. The first five kinds hit the next request that reaches the gateway; the `Storage` kinds hit
/// the next call from the functions to DynamoDB, where the AWS SDK may repeat the call on its own.
///
/// As text: `status=503`, `throttle=1`, `delay=250`, `reset-before`, `reset-after`, `storage-answer-lost`, `storage-throttled`,
/// `storage-down`.
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
        if let Some(fault) = self.push_to_storage(fault) {
            self.gateway.push(fault);
        }
    }

    /// Gives back what is no fault of the storage.
    pub(crate) fn push_to_storage(&self, fault: Fault) -> Option<Fault> {
        let of_storage = match fault {
            Fault::StorageAnswerLost => storage::Fault::AnswerLost,
            Fault::StorageThrottled => storage::Fault::Throttled,
            Fault::StorageDown => storage::Fault::Down,
            other => return Some(other),
        };
        self.storage.push(of_storage);
        None
    }

    pub(crate) fn clear(&self) {
        self.gateway.clear();
        self.storage.clear();
    }
}

/// The header that asks for a fault of this one request, where that is allowed.
pub(crate) const HEADER: &str = "x-local-fault";

/// A fault that is none; `Display` lists those that there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Self::TEXT)]
pub struct UnknownFault;

impl UnknownFault {
    pub(crate) const TEXT: &str = "no such fault: there are status=503 (400 to 999), throttle=1 (seconds of Retry-After), \
                                   delay=250 (milliseconds), reset-before, reset-after, storage-answer-lost, \
                                   storage-throttled and storage-down";
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        fn number<N: FromStr>(text: &str) -> Result<N, UnknownFault> {
            text.parse().map_err(|_| UnknownFault)
        }
        Ok(match text.split_once('=') {
            Some(("status", status)) => {
                let status = number(status)?;
                // What is no error is no fault, and no status has more digits.
                if !(400..1000).contains(&status) {
                    return Err(UnknownFault);
                }
                Self::Status(status)
            }
            Some(("throttle", seconds)) => Self::Throttle { retry_after: number(seconds)? },
            Some(("delay", milliseconds)) => Self::Delay(Duration::from_millis(number(milliseconds)?)),
            Some(_) => return Err(UnknownFault),
            None => match text {
                "reset-before" => Self::ResetBefore,
                "reset-after" => Self::ResetAfter,
                "storage-answer-lost" => Self::StorageAnswerLost,
                "storage-throttled" => Self::StorageThrottled,
                "storage-down" => Self::StorageDown,
                _ => return Err(UnknownFault),
            },
        })
    }
}
