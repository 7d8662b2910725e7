//! The functions: a request is read in full, then one call of DynamoDB decides.

use std::time::Instant;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use private_api_contract::{
    FieldErrorCode, IfMatch, InvalidValue, NextToken, PageLimit, StandardCode, Timestamp, Version, validate::Findings,
};
use private_api_lambda::{
    Answer, Reply, Request, StatusCode, Table,
    condition::VersionCondition,
    header,
    item::{self, Item, PK, SK, s},
    log_call,
    record::{self, Changes},
    table::{LAST_WRITE, VERSION, Written},
};

use crate::{Code, CustomerId, IdempotencyKey, NewOrder, Operation, Order, OrderId, OrderPage, OrderUpdate, Problem};

type Failure = private_api_lambda::Failure<Code>;

/// What the create asked for: how a repeat is told from another request under the same key.
const REQUEST_HASH: &str = "requestHash";

/// The orders API over a table.
#[derive(Clone, Debug)]
pub struct Api(Table);

impl Api {
    /// Over the table of this name.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self(Table::new(client, table))
    }

    /// Answers one event of the function that serves `operation`, by `end`.
    pub async fn answer(&self, operation: Operation, event: &[u8], end: Option<Instant>) -> Answer {
        let run = async |request: &Request| match operation {
            Operation::CreateOrder => self.create(request).await,
            Operation::ListOrders => self.list(request).await,
            Operation::GetOrder => self.get(request).await,
            Operation::UpdateOrder => self.update(request).await,
        };
        private_api_lambda::answer(operation.id(), event, end, run, |call| log_call!(call)).await
    }

    async fn create(&self, request: &Request) -> Result<Reply, Failure> {
        let body = request.json_body()?;
        let now = Timestamp::now();
        let mut findings = Findings::new();
        let customer_id = customer_id(request, &mut findings);
        let given_key = request.idempotency_key(&mut findings);
        if let Some(key) = given_key {
            findings.keep("Idempotency-Key", key.check_for_create(now));
        }
        let new = NewOrder::read(&mut findings, body);
        let (Some(customer_id), Some(new), true) = (customer_id, new, findings.is_empty()) else {
            return Err(findings.into());
        };

        let key = given_key.unwrap_or_else(IdempotencyKey::mint);
        // Of everything that the create says: of a new field, too.
        let says = serde_json::to_string(&new).map_err(|e| Failure::internal(e.to_string()))?;
        let hash = item::fingerprint(&["v1", &says]);
        let NewOrder { item, quantity, note } = new;
        let order = Order {
            order_id: key.into(),
            customer_id,
            item,
            quantity,
            note,
            created_at: now,
            updated_at: now,
            version: Version::FIRST,
        };
        let mut stored = order_key(&order.customer_id, order.order_id);
        stored.extend(record::attributes(&order)?);
        stored.insert(REQUEST_HASH.to_owned(), s(hash.as_str()));
        stored.insert(LAST_WRITE.to_owned(), s(format!("{}:{key}", Operation::CreateOrder)));
        let refusal = match self.0.insert(stored).await? {
            Written::Done(()) => return created(&order),
            Written::Refused(refusal) => refusal,
        };
        let old = refusal.old.as_ref().ok_or_else(|| refusal.failure(Failure::internal("no ALL_OLD on a refusal")))?;
        if item::text(old, REQUEST_HASH)? != hash {
            return Err(reused("this Idempotency-Key made another order of this customer: mint a new one"));
        }
        let order = record::read(old)?;
        // A key that only this invocation knows: what stands there is its own write, repeated by the SDK.
        if given_key.is_none() { created(&order) } else { answer(&order) }
    }

    async fn list(&self, request: &Request) -> Result<Reply, Failure> {
        let mut findings = Findings::new();
        let customer_id = customer_id(request, &mut findings);
        let limit: PageLimit = findings.optional("limit", &request.query("limit")).unwrap_or_default();
        let token = |token: &str| NextToken::from(token.to_owned()).last::<OrderId>();
        let after = findings.optional_with("nextToken", &request.query("nextToken"), token);
        let (Some(customer_id), true) = (customer_id, findings.is_empty()) else { return Err(findings.into()) };

        let query = self
            .0
            .query()
            .key_condition_expression("PK = :customer AND begins_with(SK, :orders)")
            .expression_attribute_values(":customer", partition(&customer_id))
            .expression_attribute_values(":orders", s("ORDER#"))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(limit.get().into())
            .set_exclusive_start_key(after.map(|last| order_key(&customer_id, last)));
        let (items, last) = self.0.page(query).await?;
        let orders: Vec<Order> = items.iter().map(record::read).collect::<Result<_, _>>()?;
        // Nothing filters this list: the key after which the next page starts is that of the page's last order.
        let next_token = last.and(orders.last()).map(|order| NextToken::from(order.order_id.to_string()));
        Reply::json(StatusCode::OK, &OrderPage { orders, next_token })
    }

    async fn get(&self, request: &Request) -> Result<Reply, Failure> {
        let id = request.path_id("orderId")?;
        let mut findings = Findings::new();
        let Some(customer_id) = customer_id(request, &mut findings) else { return Err(findings.into()) };
        match self.0.get(order_key(&customer_id, id)).await? {
            Some(item) => answer(&record::read(&item)?),
            None => Err(Problem::new(Code::OrderNotFound).into()),
        }
    }

    async fn update(&self, request: &Request) -> Result<Reply, Failure> {
        let body = request.json_body()?;
        let id: OrderId = request.path_id("orderId")?;
        let mut findings = Findings::new();
        let customer_id = customer_id(request, &mut findings);
        let key = request.idempotency_key(&mut findings).unwrap_or_else(IdempotencyKey::mint);
        // This API updates nothing unseen.
        let if_match = findings.required("If-Match", &request.header("if-match"));
        if if_match == Some(IfMatch::Any) {
            let rule = InvalidValue::new(FieldErrorCode::InvalidValue, "must name the version that is to be replaced");
            findings.add("If-Match", rule);
        }
        let update = OrderUpdate::read(&mut findings, body);
        let (Some(customer_id), Some(wanted), Some(update), true) =
            (customer_id, if_match, update, findings.is_empty())
        else {
            return Err(findings.into());
        };

        // The condition is part of what the key names: under another one it is another update.
        let written_by = format!("{}:{key}:{wanted}", Operation::UpdateOrder);
        let mut changes = Changes::of(&update)?;
        changes.set.push(("updatedAt".to_owned(), s(Timestamp::now().to_string())));
        let VersionCondition { expression, values } = VersionCondition::of(Some(&wanted));
        let change = self.0.change(order_key(&customer_id, id), changes, &[VERSION], &written_by);
        let change = change.condition_expression(format!("attribute_exists(PK){expression}"));
        let change =
            values.into_iter().fold(change, |change, (name, value)| change.expression_attribute_values(name, value));
        let refusal = match self.0.update(change).await? {
            Written::Done(item) => return answer(&record::read(&item)?),
            Written::Refused(refusal) => refusal,
        };
        let Some(old) = &refusal.old else { return Err(Problem::new(Code::OrderNotFound).into()) };
        let order: Order = record::read(old)?;
        if item::text(old, LAST_WRITE)? == written_by {
            let other = "this Idempotency-Key made another update of this order: mint a new one";
            return if update.is_done_in(&order) { answer(&order) } else { Err(reused(other)) };
        }
        let stands = format!("If-Match says {wanted}, the order has version {}: read it again", order.version);
        Err(refusal.failure(Failure::standard(StandardCode::VersionMismatch, stands)))
    }
}

fn customer_id(request: &Request, findings: &mut Findings) -> Option<CustomerId> {
    findings.required("customerId", &request.query("customerId"))
}

fn partition(customer: &CustomerId) -> AttributeValue {
    s(format!("CUSTOMER#{customer}"))
}

fn order_key(customer: &CustomerId, order: OrderId) -> Item {
    Item::from([(PK.to_owned(), partition(customer)), (SK.to_owned(), s(format!("ORDER#{order}")))])
}

fn reused(detail: &'static str) -> Failure {
    Problem::new(Code::KeyReused).with_detail(detail).into()
}

fn answer(order: &Order) -> Result<Reply, Failure> {
    Reply::resource(StatusCode::OK, order, order.version)
}

fn created(order: &Order) -> Result<Reply, Failure> {
    let location = format!("order/{}?customerId={}", order.order_id, order.customer_id);
    let reply = Reply::resource(StatusCode::CREATED, order, order.version)?;
    Ok(reply.with_header(header::LOCATION, location))
}
