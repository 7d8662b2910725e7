//! What every part has to know about an operation, said once.

use std::fmt;

/// One operation of an API, as a row of its route table.
///
/// ```
/// use private_api_contract::{Access, Method, Operation};
///
/// static GET_ORDER: Operation = Operation {
///     id: "getOrder",
///     method: Method::Get,
///     path: "/order/{orderId}",
///     access: Access::Read,
///     keyed: false,
/// };
/// assert_eq!(GET_ORDER.to_string(), "getOrder");
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    /// Its name everywhere: the OpenAPI `operationId`, the Lambda function's handler string, the log field.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template below the stage; safe to log.
    pub path: &'static str,
    /// Whether it changes anything.
    pub access: Access,
    /// Whether it takes an `Idempotency-Key`.
    pub keyed: bool,
}

/// What an operation does to what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Nothing: it may be repeated, and its outcome is never unknown.
    Read,
    /// It may change something: whether it did is unknown when its answer is lost.
    Write,
}

/// The HTTP methods that operations have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// In upper case, as HTTP writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}
