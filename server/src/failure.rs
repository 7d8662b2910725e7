//! Why an operation on claims did not do what was asked.

use claims_api_types::{IfMatch, Problem, ProblemCode, Version};

pub(crate) type Failure = private_api_lambda::Failure<ProblemCode>;

/// 412, with the version that stands.
pub(crate) fn version_mismatch(wanted: &IfMatch, stands: Version) -> Failure {
    let names = match wanted {
        IfMatch::OneOf(versions) if let [version] = versions[..] => format!("names version {version}"),
        _ => "does not name its version".to_owned(),
    };
    Problem::new(ProblemCode::VersionMismatch)
        .with_detail(format!("If-Match {names}, the claim has version {stands}: read it again"))
        .into()
}
