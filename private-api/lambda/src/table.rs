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
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use private_api_contract::ProblemCode;

use crate::{
    Failure,
    dynamodb::Attempts,
    item::{Item, n, s},
    record::Changes,
};

/// The attribute that says which write was the item's last: `<operation>:<idempotency key>`, and what else the key names.
pub const LAST_WRITE: &str = "lastWrite";

/// The attribute that counts an item's writes.
pub const VERSION: &str = "version";

/// A table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: String,
}

/// What a conditional write came to.
#[derive(Debug)]
pub enum Written<T> {
    /// It is done; of an update, the item as it is now.
    Done(T),
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

    /// The SDK's client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
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
    pub async fn insert<C: ProblemCode>(&self, item: Item) -> Result<Written<()>, Failure<C>> {
        let attempts = Attempts::default();
        let call = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(PK)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match call.customize().interceptor(attempts.clone()).send().await {
            Ok(_) => return Ok(Written::Done(())),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(refusal)) => {
                Ok(Written::Refused(Refusal { old: refusal.item().cloned(), attempts }))
            }
            _ => Err(attempts.failure(&error)),
        }
    }

    /// Begins an update that makes these changes and sets [`LAST_WRITE`]; each attribute of `counted` becomes one more than `version`
    /// is. In its condition a name is `#name` and a new value `:name`; [`update`](Self::update) sends it.
    #[must_use]
    pub fn change(&self, key: Item, changes: Changes, counted: &[&str], written_by: &str) -> UpdateItemFluentBuilder {
        let Changes { set, remove } = changes;
        let last_write = (LAST_WRITE.to_owned(), s(written_by));
        let (mut assignments, mut call) = (Vec::new(), self.client.update_item());
        for (name, value) in set.into_iter().chain([last_write]) {
            assignments.push(format!("#{name} = :{name}"));
            call = call
                .expression_attribute_names(format!("#{name}"), &name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        for name in counted {
            assignments.push(format!("#{name} = #version + :one"));
            call = call.expression_attribute_names(format!("#{name}"), *name);
        }
        let mut expression = format!("SET {}", assignments.join(", "));
        if !remove.is_empty() {
            let names: Vec<_> = remove.iter().map(|name| format!("#{name}")).collect();
            expression += &format!(" REMOVE {}", names.join(", "));
        }
        for name in remove {
            call = call.expression_attribute_names(format!("#{name}"), name);
        }
        call.table_name(&self.name)
            .set_key(Some(key))
            .update_expression(expression)
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_values(":one", n(1))
    }

    /// Sends an update with its condition.
    ///
    /// # Errors
    /// When DynamoDB fails.
    pub async fn update<C: ProblemCode>(&self, change: UpdateItemFluentBuilder) -> Result<Written<Item>, Failure<C>> {
        let attempts = Attempts::default();
        let call = change
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match call.customize().interceptor(attempts.clone()).send().await {
            Ok(answer) => return Ok(Written::Done(answer.attributes.unwrap_or_default())),
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
