//! Who may do what to claims.

use std::collections::BTreeMap;

use claims_api_types::{ClaimStatus, Operation};
use private_api_lambda::{Callers, CallersError};

/// The callers of a deployment, from the environments of its functions; see [`Callers::of_functions`].
///
/// # Errors
/// When they cannot be used together, or name an operation or a status that there is not.
pub fn of_functions<'a>(
    variables: impl Fn(&str) -> Option<&'a BTreeMap<String, String>>,
) -> Result<Option<Callers>, CallersError> {
    let functions = Operation::ALL.iter().filter_map(|operation| Some((operation.id(), variables(operation.id())?)));
    Callers::of_functions(functions)?.map(checked).transpose()
}

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
