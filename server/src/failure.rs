//! Why an operation on claims did not do what was asked.

use claims_api_types::{Problem, ProblemCode, Version};

pub(crate) type Failure = private_api_lambda::Failure<ProblemCode>;

/// 412, with the version that stands.
pub(crate) fn version_mismatch(wanted: Version, stands: Version) -> Failure {
    Problem::new(ProblemCode::VersionMismatch)
        .with_detail(format!("If-Match names version {wanted}, the claim has version {stands}: read it again"))
        .into()
}
