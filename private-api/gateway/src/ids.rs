//! The ids that AWS gives a request.

use jiff::Timestamp;
use uuid::Uuid;

const BASE_64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Of one request.
#[derive(Debug)]
pub(crate) struct Ids {
    /// `x-amzn-RequestId`, a UUID.
    pub(crate) request: String,
    /// `x-amz-apigw-id` and `$context.extendedRequestId`: eleven bytes in Base64.
    pub(crate) extended: String,
}

impl Ids {
    pub(crate) fn new() -> Self {
        let random = Uuid::new_v4().into_bytes();
        let mut extended: String =
            random[..14].iter().map(|byte| char::from(BASE_64[usize::from(byte & 0b11_1111)])).collect();
        // Eleven bytes leave two bits of the last letter unused.
        extended.push(char::from(BASE_64[usize::from(random[14] & 0b11_1100)]));
        extended.push('=');
        Self { request: Uuid::new_v4().to_string(), extended }
    }
}

/// What the function gets as `X-Amzn-Trace-Id`, and what its answer has: the caller's own, completed, or a new one.
pub(crate) fn trace(sent: Option<&str>) -> (String, String) {
    let hex = Uuid::new_v4().simple().to_string();
    let parent = &Uuid::new_v4().simple().to_string()[..16];
    let complete = |root: &str| {
        if root.contains("Parent=") { root.to_owned() } else { format!("{root};Parent={parent};Sampled=0") }
    };
    match sent {
        Some(sent) if sent.contains("Root=") => (complete(sent), complete(sent)),
        _ => {
            let root = format!("Root=1-{:08x}-{}", Timestamp::now().as_second(), &hex[..24]);
            let answer = complete(&root);
            (root, answer)
        }
    }
}
