//! The first call to DynamoDB costs a TLS handshake; made while the function starts, no request waits for it.

use aws_sdk_dynamodb::types::AttributeValue;
use claims_api_types::Operation;
use private_api_lambda::limits;

use super::Store;
use crate::item::{Item, PK, SK};

impl Store {
    /// Makes the one call that `operation`'s role may make, on a key no claim has, so that it changes nothing.
    ///
    /// Whether it succeeds does not matter: the connection is open either way, and a real request will say what is
    /// wrong. Costs at most one write unit per cold start.
    pub async fn warm_up(&self, operation: Operation) {
        // After a crash, an init is part of the invocation that waits for it.
        let in_time = tokio::time::timeout(limits::ATTEMPT, self.touch(operation)).await.is_ok();
        tracing::debug!(%operation, in_time, "warm-up");
    }

    async fn touch(&self, operation: Operation) {
        let nothing = || AttributeValue::S("WARMUP".to_owned());
        let key = Item::from([(PK.to_owned(), nothing()), (SK.to_owned(), nothing())]);
        let (client, table) = (self.client(), self.table());
        // A refused condition is as good as success here.
        let _ = match operation {
            // The condition never holds: nothing is ever written under this key.
            Operation::CreateClaim => client
                .put_item()
                .table_name(table)
                .set_item(Some(key))
                .condition_expression("attribute_exists(PK)")
                .send()
                .await
                .is_ok(),
            Operation::UpdateClaim | Operation::DeleteClaim => client
                .update_item()
                .table_name(table)
                .set_key(Some(key))
                .condition_expression("attribute_exists(PK)")
                .send()
                .await
                .is_ok(),
            Operation::GetClaim => client.get_item().table_name(table).set_key(Some(key)).send().await.is_ok(),
            // Another table's: `History::warm_up`.
            Operation::ListClaimHistory => true,
            Operation::ListClaims => client
                .query()
                .table_name(table)
                .key_condition_expression("PK = :nobody")
                .expression_attribute_values(":nobody", nothing())
                .limit(1)
                .send()
                .await
                .is_ok(),
        };
    }
}
