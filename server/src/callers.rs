//! Who may do what to claims.

use claims_api_types::{ClaimStatus, Operation};
use private_api_lambda::{Callers, CallersError};

/// Callers whose entries name operations and statuses that there are.
///
/// # Errors
/// Names the first that there is not.
pub fn checked(callers: Callers) -> Result<Callers, CallersError> {
    let operations: Vec<_> = Operation::ALL.iter().map(|operation| operation.id()).collect();
    let statuses: Vec<_> = ClaimStatus::KNOWN.iter().map(ClaimStatus::as_str).collect();
    callers.check_names(&operations, &statuses)?;
    Ok(callers)
}
