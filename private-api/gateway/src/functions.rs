//! The boundary between the gateway and the functions: Lambda's own, JSON in and JSON out.

use serde_json::Value;

/// The functions behind the gateway.
pub trait Functions: Clone + Send + Sync + 'static {
    /// Runs the function that serves this operation of the import document: a proxy event in, a proxy response out.
    ///
    /// # Errors
    /// When the function fails as a function, which the gateway tells its caller as a 502.
    fn invoke(
        &self,
        operation_id: &str,
        event: Value,
        request_id: &str,
    ) -> impl Future<Output = Result<Value, FunctionError>> + Send;
}

/// A function that has ended without an answer; what Lambda calls a function error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FunctionError(pub String);
