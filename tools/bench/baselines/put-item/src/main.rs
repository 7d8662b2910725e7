//! One PutItem with everything at its defaults, as the SDK's guide has it.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use lambda_http::{Body, Error, Request, Response, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let client = Client::new(&config);
    let table = std::env::var("DYNAMODB_TABLE_NAME")?;
    run(service_fn(async |request: Request| {
        let (client, table) = (client.clone(), table.clone());
        let text = AttributeValue::S(String::from_utf8_lossy(request.body()).into_owned());
        client
            .put_item()
            .table_name(table)
            .item("PK", AttributeValue::S("MEMBER#1".to_owned()))
            .item("SK", AttributeValue::S("CLAIM#1".to_owned()))
            .item("claim", text)
            .send()
            .await?;
        Ok::<_, Error>(Response::builder().status(201).body(Body::Empty)?)
    }))
    .await
}
