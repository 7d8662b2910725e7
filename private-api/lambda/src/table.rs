//! A table, and the calls on it that are the same for every API: each is one call of DynamoDB, and says what its refusal means.
//!
//! Every write is conditional and asks for the old item when the condition fails (`ALL_OLD`), so one call both writes safely and
//! tells why it did not. Answers get lost between here and DynamoDB, and the SDK then repeats the write on its own: by what a write
//! leaves behind ([`LAST_WRITE`]) a repeat recognises that it has already happened.

use aws_sdk_dynamodb::{
    Client,
    operation::{
        put_item::PutItemError,
        query::builders::QueryFluentBuilder,
        update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    },
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use private_api_contract::ProblemCode;

use crate::{
    Failure,
    dynamodb::Attempts,
    item::{Item, n, s},
};

/// The attribute that says which write was the item's last: `<operation>:<idempotency key>`, and what else the key names.
pub const LAST_WRITE: &str = "lastWrite";

/// A table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: String,
}

/// What a conditional write came to.
#[derive(Debug)]
pub enum Written {
    /// It is done: the item as it is now.
    Done(Item),
    /// Its condition does not hold; nothing was written by this attempt.
    Refused(Refusal),
}

/// A write that was refused, with what stands there.
#[derive(Debug)]
pub struct Refusal {
    /// The item; `None` where there is none.
    pub old: Option<Item>,
    attempts: Attempts,
}

impl Refusal {
    /// What the caller is told: this, unless an attempt before the refused one may have done it.
    pub fn failure<C: ProblemCode>(&self, failure: impl Into<Failure<C>>) -> Failure<C> {
        self.attempts.failure_or_unknown(failure.into())
    }
}

impl Table {
    /// The table of this name, reached through `client` (see [`dynamodb::config`](crate::dynamodb::config)).
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// Reads what was written last.
    ///
    /// # Errors
    /// When DynamoDB fails.
    pub async fn get<C: ProblemCode>(&self, key: Item) -> Result<Option<Item>, Failure<C>> {
        let attempts = Attempts::default();
        let call = self.client.get_item().table_name(&self.name).set_key(Some(key)).consistent_read(true);
        let answer = call.customize().interceptor(attempts.clone()).send().await.map_err(|e| attempts.failure(&e))?;
        Ok(answer.item)
    }

    /// Puts an item where nothing is.
    ///
    /// # Errors
    /// When DynamoDB fails.
    pub async fn insert<C: ProblemCode>(&self, item: Item) -> Result<Written, Failure<C>> {
        let attempts = Attempts::default();
        let call = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item.clone()))
            .condition_expression("attribute_not_exists(PK)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match call.customize().interceptor(attempts.clone()).send().await {
            Ok(_) => return Ok(Written::Done(item)),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(refusal)) => {
                Ok(Written::Refused(Refusal { old: refusal.item().cloned(), attempts }))
            }
            _ => Err(attempts.failure(&error)),
        }
    }

    /// Begins an update that sets these attributes and [`LAST_WRITE`], and counts `version` up. In its condition each is `#name`
    /// and its new value `:name`; [`update`](Self::update) sends it.
    #[must_use]
    pub fn change(&self, key: Item, set: Vec<(String, AttributeValue)>, written_by: &str) -> UpdateItemFluentBuilder {
        let last_write = (LAST_WRITE.to_owned(), s(written_by));
        let (mut assignments, mut call) = (String::from("SET "), self.client.update_item());
        for (name, value) in set.into_iter().chain([last_write]) {
            assignments.push_str(&format!("#{name} = :{name}, "));
            call = call
                .expression_attribute_names(format!("#{name}"), &name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        call.table_name(&self.name)
            .set_key(Some(key))
            .update_expression(assignments + "#version = #version + :one")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":one", n(1))
    }

    /// Sends an update with its condition.
    ///
    /// # Errors
    /// When DynamoDB fails.
    pub async fn update<C: ProblemCode>(&self, change: UpdateItemFluentBuilder) -> Result<Written, Failure<C>> {
        let attempts = Attempts::default();
        let call = change
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match call.customize().interceptor(attempts.clone()).send().await {
            Ok(answer) => {
                let new = answer.attributes.ok_or_else(|| Failure::internal("DynamoDB: no ALL_NEW on update"))?;
                return Ok(Written::Done(new));
            }
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                Ok(Written::Refused(Refusal { old: refusal.item().cloned(), attempts }))
            }
            _ => Err(attempts.failure(&error)),
        }
    }

    /// Begins a query of the table: whose keys, how many, from where, is said with the SDK's own words; [`page`](Self::page) sends
    /// it.
    #[must_use]
    pub fn query(&self) -> QueryFluentBuilder {
        self.client.query().table_name(&self.name)
    }

    /// The items that a query finds, and the key after which the next page starts.
    ///
    /// # Errors
    /// When DynamoDB fails.
    pub async fn page<C: ProblemCode>(
        &self,
        query: QueryFluentBuilder,
    ) -> Result<(Vec<Item>, Option<Item>), Failure<C>> {
        let attempts = Attempts::default();
        let answer = query.customize().interceptor(attempts.clone()).send().await.map_err(|e| attempts.failure(&e))?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }
}
