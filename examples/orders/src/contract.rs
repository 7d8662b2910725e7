//! What an order is and what one can do with it, said once for server, client and documents.

use std::fmt;

use private_api_contract::{
    IdempotencyKey, Method, NextToken, Operation as Row, ProblemCode, StandardCode, Timestamp, Version, length,
    opaque_id, open_enum, operations, text_newtype, uuid_newtype,
    validate::{Body, Findings},
};
use serde::{Deserialize, Serialize};

operations! {
    /// One operation of the orders API.
    pub enum Operation {
        /// Makes an order, exactly once.
        CreateOrder = Row::write("createOrder", Method::Post, Operation::ORDERS).keyed(),
        /// A customer's orders, newest first.
        ListOrders = Row::read("listOrders", Method::Get, Operation::ORDERS),
        /// One order.
        GetOrder = Row::read("getOrder", Method::Get, Operation::ORDER),
        /// Replaces what may change of an order.
        UpdateOrder = Row::write("updateOrder", Method::Put, Operation::ORDER).keyed(),
    }
}

impl Operation {
    /// The path of all orders.
    pub const ORDERS: &'static str = "/order";
    /// The path of one.
    pub const ORDER: &'static str = "/order/{orderId}";
}

open_enum! {
    /// What went wrong, as a stable word that programs may branch on.
    pub enum Code {
        /// 400
        MalformedBody = "malformed_body",
        /// 400
        ValidationFailed = "validation_failed",
        /// 403
        Forbidden = "forbidden",
        /// 404
        OrderNotFound = "order_not_found",
        /// 409: the key has already named another request.
        KeyReused = "idempotency_key_reused",
        /// 412
        VersionMismatch = "version_mismatch",
        /// 413
        PayloadTooLarge = "payload_too_large",
        /// 415
        UnsupportedMediaType = "unsupported_media_type",
        /// 429
        Throttled = "throttled",
        /// 500
        Internal = "internal",
        /// 500 or 502
        IntegrationFailed = "integration_failed",
        /// 503
        StorageUnavailable = "storage_unavailable",
        /// 504
        GatewayTimeout = "gateway_timeout",
    }
}

impl ProblemCode for Code {
    const TYPE_PREFIX: &'static str = "urn:orders-api:problem:";

    fn standard(code: StandardCode) -> Self {
        match code {
            StandardCode::MalformedBody => Self::MalformedBody,
            StandardCode::ValidationFailed => Self::ValidationFailed,
            StandardCode::Forbidden => Self::Forbidden,
            StandardCode::NotFound => Self::OrderNotFound,
            StandardCode::IdempotencyKeyReused => Self::KeyReused,
            // An order has no states that an update could be refused by.
            StandardCode::InvalidTransition => Self::Internal,
            StandardCode::VersionMismatch => Self::VersionMismatch,
            StandardCode::PayloadTooLarge => Self::PayloadTooLarge,
            StandardCode::UnsupportedMediaType => Self::UnsupportedMediaType,
            StandardCode::Throttled => Self::Throttled,
            StandardCode::Internal => Self::Internal,
            StandardCode::IntegrationFailed => Self::IntegrationFailed,
            StandardCode::StorageUnavailable => Self::StorageUnavailable,
            StandardCode::GatewayTimeout => Self::GatewayTimeout,
        }
    }
}

/// An error as the service answers it.
pub type Problem = private_api_contract::Problem<Code>;

uuid_newtype! {
    /// The id of an order, a UUIDv7: the key of the create that made it.
    OrderId
}

impl From<IdempotencyKey> for OrderId {
    fn from(key: IdempotencyKey) -> Self {
        Self::from(*key.as_uuid())
    }
}

text_newtype! {
    /// Whose order it is: 1 to 64 of `[A-Za-z0-9_-]`.
    CustomerId, opaque_id
}

text_newtype! {
    /// What is ordered: 1 to 100 characters.
    Item, |text| length(text, 1..=100, "must be 1 to 100 characters long")
}

text_newtype! {
    /// What the customer says about it: at most 500 characters.
    Note, |text| length(text, 0..=500, "must be at most 500 characters long")
}

/// The most that one order may be of.
pub const MOST: u64 = 1000;

/// An order as the service answers it, and as it is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "documents", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Order {
    /// The order's id.
    pub order_id: OrderId,
    /// Whose order it is.
    pub customer_id: CustomerId,
    /// What is ordered.
    pub item: Item,
    /// How many: 1 to [`MOST`].
    #[cfg_attr(feature = "documents", schema(format = "int64", minimum = 1, maximum = 1000))]
    pub quantity: u64,
    /// What the customer says about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "documents", schema(nullable = false))]
    pub note: Option<Note>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// How often it has been written.
    pub version: Version,
}

/// The id and the version: an order's words are the customer's.
impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order")
            .field("order_id", &self.order_id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// The body of a create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "documents", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct NewOrder {
    /// What is ordered.
    pub item: Item,
    /// How many: 1 to [`MOST`].
    #[cfg_attr(feature = "documents", schema(format = "int64", minimum = 1, maximum = 1000))]
    pub quantity: u64,
    /// What the customer says about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", schema(nullable = false))]
    pub note: Option<Note>,
}

impl NewOrder {
    /// So many of an item.
    #[must_use]
    pub fn new(item: Item, quantity: u64) -> Self {
        Self { item, quantity, note: None }
    }

    /// Reads a body strictly. It stands only if `findings` is still empty afterwards.
    pub fn read(findings: &mut Findings, body: &[u8]) -> Option<Self> {
        let mut body = Body::read(findings, body)?;
        let item = body.required_text(findings, "item", str::parse);
        let quantity = body.required_integer(findings, "quantity", 1..=MOST);
        let note = body.optional_text(findings, "note", str::parse);
        body.finish(findings);
        Some(Self { item: item?, quantity: quantity?, note })
    }
}

/// The body of an update. A note that is left out stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "documents", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct OrderUpdate {
    /// How many: 1 to [`MOST`].
    #[cfg_attr(feature = "documents", schema(format = "int64", minimum = 1, maximum = 1000))]
    pub quantity: u64,
    /// What the customer says about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", schema(nullable = false))]
    pub note: Option<Note>,
}

impl OrderUpdate {
    /// So many from now on.
    #[must_use]
    pub fn new(quantity: u64) -> Self {
        Self { quantity, note: None }
    }

    /// Reads a body strictly. It stands only if `findings` is still empty afterwards.
    pub fn read(findings: &mut Findings, body: &[u8]) -> Option<Self> {
        let mut body = Body::read(findings, body)?;
        let quantity = body.required_integer(findings, "quantity", 1..=MOST);
        let note = body.optional_text(findings, "note", str::parse);
        body.finish(findings);
        Some(Self { quantity: quantity?, note })
    }

    /// Whether this update would leave `order` as it is.
    #[must_use]
    pub fn is_done_in(&self, order: &Order) -> bool {
        let Self { quantity, note } = self;
        *quantity == order.quantity && (note.is_none() || *note == order.note)
    }
}

/// One page of a customer's orders, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "documents", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct OrderPage {
    /// The orders.
    pub orders: Vec<Order>,
    /// Where the next page starts. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "documents", schema(nullable = false))]
    pub next_token: Option<NextToken>,
}
