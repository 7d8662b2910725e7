//! What the SDK says of a failed call, in words: no debug output, no item.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

pub(crate) fn of<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E>) -> String {
    if let Some(refusal) = error.as_service_error() {
        let code = refusal.code().unwrap_or("an error without a name");
        return match refusal.message() {
            Some(message) => format!("{code}: {message}"),
            None => code.to_owned(),
        };
    }
    let mut words = Vec::new();
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        let said = error.to_string();
        // Many wrappers only repeat what is below them.
        if !words.iter().any(|before: &String| before.contains(&said)) {
            words.push(said);
        }
        cause = error.source();
    }
    words.join(": ")
}
