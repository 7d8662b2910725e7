//! The typed client. Everything that is not about orders is the lower layer's: addressing, retries, signatures, diagnosis.

use private_api_client::{Api, Call, Client, ClientBuilder, Conditional, Diagnosis, Page, Probe, Read, Write};

use crate::{Code, CustomerId, NewOrder, NextToken, Operation, Order, OrderId, OrderPage, OrderUpdate};

/// The orders API.
#[derive(Clone, Copy, Debug)]
pub struct Orders;

impl Api for Orders {
    type Code = Code;
    type Client = OrdersClient;

    const NAME: &'static str = "orders";
    const PACKAGE: &'static str = env!("CARGO_PKG_NAME");
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const VARIABLES: &'static str = "ORDERS_API";
    const COLLECTION: &'static str = Operation::ORDERS;
    const URL_OUTPUT: &'static str = "order_url";

    fn probe() -> Probe {
        Probe {
            operation: Operation::ListOrders.row(),
            query: &[("customerId", "diagnose"), ("limit", "1")],
            is_answer: |body| serde_json::from_slice::<OrderPage>(body).is_ok(),
            answer: "list of orders",
        }
    }

    private_api_client::traces!("orders");
}

impl Page<Orders> for OrderPage {
    type Item = Order;

    fn next_token(&self) -> Option<&NextToken> {
        self.next_token.as_ref()
    }

    fn into_items(self) -> Vec<Order> {
        self.orders
    }
}

/// A client of one orders API. Clones are cheap and share connections.
#[derive(Clone, Debug)]
pub struct OrdersClient(Client<Orders>);

impl From<Client<Orders>> for OrdersClient {
    fn from(client: Client<Orders>) -> Self {
        Self(client)
    }
}

impl OrdersClient {
    /// Configures a client; [`ClientBuilder::from_env`] reads `ORDERS_API_URL`, or `ORDERS_API_MODE` and what the mode needs.
    pub fn builder() -> ClientBuilder<Orders> {
        Client::builder()
    }

    /// Makes an order, exactly once however often it has to be sent.
    pub fn create(&self, customer: &CustomerId, order: &NewOrder) -> Call<Orders, Order, Write> {
        self.0
            .call(Operation::CreateOrder.row())
            .query("customerId", customer.as_str())
            .json(order)
            .checked(|made: &Order, key| key.map(OrderId::from) == Some(made.order_id))
    }

    /// One page of a customer's orders, or all of them as a stream.
    pub fn list(&self, customer: &CustomerId) -> Call<Orders, OrderPage, Read> {
        self.0.call(Operation::ListOrders.row()).query("customerId", customer.as_str())
    }

    /// One order.
    pub fn get(&self, customer: &CustomerId, id: OrderId) -> Call<Orders, Order, Read> {
        let call = self.0.call(Operation::GetOrder.row()).segment(id).query("customerId", customer.as_str());
        call.checked(move |order: &Order, _| order.order_id == id)
    }

    /// Replaces what may change of an order; say which version by `if_match`.
    pub fn update(&self, customer: &CustomerId, id: OrderId, update: &OrderUpdate) -> Call<Orders, Order, Conditional> {
        let call = self.0.call(Operation::UpdateOrder.row()).segment(id).query("customerId", customer.as_str());
        call.json(update).checked(move |order: &Order, _| order.order_id == id)
    }

    /// Finds out why the API cannot be reached.
    pub async fn diagnose(&self) -> Diagnosis {
        self.0.diagnose().await
    }
}
