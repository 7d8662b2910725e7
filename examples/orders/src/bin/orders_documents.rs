//! `orders-documents`: writes both documents, made from the code, into the folder that is named.

use std::{error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name the folder: examples/orders/openapi")?;
    let [contract, import] = orders::documents::make()?;
    fs::write(folder.join("orders.openapi.json"), contract)?;
    Ok(fs::write(folder.join("orders.apigateway.json"), import)?)
}
