//! A function that does nothing: the least that lambda_http costs.

use lambda_http::{Body, Error, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |_| Ok::<_, Error>(Response::new(Body::Empty)))).await
}
