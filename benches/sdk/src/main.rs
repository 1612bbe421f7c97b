//! Reads one page of DescribeDBInstances over and over with the generated AWS SDK, signing and all but the network,
//! and prints the CPU microseconds an instance: `sdk-peer PAGE.xml ROUNDS`.

use std::time::Instant;

use aws_sdk_rds::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;

/// Answers every request with the same page.
#[derive(Debug, Clone)]
struct Canned(&'static [u8]);

impl HttpConnector for Canned {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let status = 200.try_into().expect("200 is a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.0))))
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let page = std::fs::read(arguments.next().expect("a page")).expect("a file");
    let rounds: u32 = arguments.next().expect("a number of rounds").parse().expect("a number");
    let connector = SharedHttpConnector::new(Canned(Box::leak(page.into_boxed_slice())));
    let config = aws_sdk_rds::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("AKIA", "secret", None, None, "benchmark"))
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .build();
    let client = aws_sdk_rds::Client::from_conf(config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut instances = 0;
        let ask = || async { client.describe_db_instances().max_records(100).send().await.expect("a page") };
        ask().await;
        // One thread and no waiting: the time that passes is CPU time.
        let begun = Instant::now();
        for _ in 0..rounds {
            instances += ask().await.db_instances().len();
        }
        println!("{:.1}", begun.elapsed().as_secs_f64() * 1e6 / instances as f64);
    });
}
