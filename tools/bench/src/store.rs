//! The claims table in an embedded database, without a gateway.

use claims_server::Store;
use private_api_storage::{Database, TableError};

pub async fn over(database: Database) -> Result<Store, TableError> {
    let claims = claims_local::definition();
    let client = database.client(&claims.table, claims.sdk).await?;
    Ok(Store::new(client, claims.table.name))
}
