//! What every part has to know about an operation, said once.

use std::fmt;

/// One operation of an API, as a row of its route table.
///
/// ```
/// use private_api_contract::{Access, Method, Operation};
///
/// static GET_ORDER: Operation = Operation::read("getOrder", Method::Get, "/order/{orderId}");
/// static UPDATE_ORDER: Operation = Operation::write("updateOrder", Method::Put, "/order/{orderId}").keyed();
/// assert_eq!(GET_ORDER.to_string(), "getOrder");
/// assert!(UPDATE_ORDER.access == Access::Write && UPDATE_ORDER.keyed);
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
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

impl Operation {
    /// One that changes nothing.
    #[must_use]
    pub const fn read(id: &'static str, method: Method, path: &'static str) -> Self {
        Self { id, method, path, access: Access::Read, keyed: false }
    }

    /// One that may change something.
    #[must_use]
    pub const fn write(id: &'static str, method: Method, path: &'static str) -> Self {
        Self { id, method, path, access: Access::Write, keyed: false }
    }

    /// And that takes an `Idempotency-Key`.
    #[must_use]
    pub const fn keyed(self) -> Self {
        Self { keyed: true, ..self }
    }
}

/// Makes the enumeration of an API's operations, each with its row: a `match` on it that forgets one does not compile.
///
/// ```
/// use private_api_contract::{Method, Operation as Row, operations};
///
/// operations! {
///     /// One operation of the orders API.
///     pub enum Operation {
///         /// Reads an order.
///         GetOrder = Row::read("getOrder", Method::Get, "/order/{orderId}"),
///         /// Replaces one.
///         UpdateOrder = Row::write("updateOrder", Method::Put, "/order/{orderId}").keyed(),
///     }
/// }
/// assert_eq!(Operation::ALL, [Operation::GetOrder, Operation::UpdateOrder]);
/// assert_eq!(Operation::GetOrder.row().path, "/order/{orderId}");
/// assert_eq!("updateOrder".parse(), Ok(Operation::UpdateOrder));
/// let unknown = "moveOrder".parse::<Operation>().unwrap_err().to_string();
/// assert!(unknown.contains("must be one of getOrder, updateOrder"), "{unknown}");
/// ```
#[macro_export]
macro_rules! operations {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$vmeta:meta])* $variant:ident = $row:expr, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $( $(#[$vmeta])* $variant, )+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// Its row of the route table.
            #[must_use]
            pub fn row(self) -> &'static $crate::Operation {
                match self {
                    $( Self::$variant => {
                        static ROW: $crate::Operation = $row;
                        &ROW
                    } )+
                }
            }

            /// The operation's id.
            #[must_use]
            pub fn id(self) -> &'static str {
                self.row().id
            }

            /// The HTTP method, in upper case.
            #[must_use]
            pub fn method(self) -> &'static str {
                self.row().method.as_str()
            }

            /// The path template below the stage; safe to log.
            #[must_use]
            pub fn path(self) -> &'static str {
                self.row().path
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.id())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownOperation;

            fn from_str(text: &str) -> Result<Self, $crate::UnknownOperation> {
                let found = Self::ALL.iter().find(|operation| operation.id() == text);
                found.copied().ok_or_else(|| $crate::UnknownOperation::new(text, Self::ALL.iter().map(|known| known.id())))
            }
        }
    };
}

/// A name that is no operation's; its message lists those that are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownOperation {
    name: String,
    known: String,
}

impl UnknownOperation {
    /// For [`operations!`](crate::operations) only.
    #[doc(hidden)]
    #[must_use]
    pub fn new(name: &str, known: impl Iterator<Item = &'static str>) -> Self {
        Self { name: name.to_owned(), known: known.collect::<Vec<_>>().join(", ") }
    }
}

impl fmt::Display for UnknownOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown operation {:?}: the handler must be one of {}", self.name, self.known)
    }
}

impl std::error::Error for UnknownOperation {}

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
