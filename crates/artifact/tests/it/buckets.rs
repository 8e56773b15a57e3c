//! Repositories in a bucket of an S3-compatible store: moto's.

use trainyard_artifact::{Location, StoreError, tuf::Trusted};

use crate::{
    site::{CHANNEL, PRODUCT, Site, days, noon},
    tools::{Server, python_program, serve},
};

/// A bucket, and the server that has it.
struct Bucket {
    _server: Server,
    options: Vec<(String, String)>,
}

impl Bucket {
    fn new(test: &str) -> Option<Self> {
        let program = python_program(test, "moto_server")?;
        let server = serve(&program, |port| {
            ["-H", "127.0.0.1", "-p", &port.to_string()].map(str::to_owned).to_vec()
        });
        let endpoint = format!("http://127.0.0.1:{}", server.port);
        let options = [
            ("aws_endpoint", endpoint.as_str()),
            ("aws_allow_http", "true"),
            ("aws_access_key_id", "test"),
            ("aws_secret_access_key", "test"),
            ("aws_region", "us-east-1"),
        ];
        let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let address = format!("127.0.0.1:{}", server.port);
        make_bucket(&address);
        Some(Self { _server: server, options })
    }

    fn location(&self) -> Location {
        Location::open("s3://snapshots/of/ayon", &self.options).unwrap()
    }

    /// A repository in the bucket.
    fn site(&self) -> Site {
        Site::at(tempfile::tempdir().unwrap(), self.location())
    }
}

/// Asks for a bucket, as the store's client has no call for it.
fn make_bucket(address: &str) {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let request = format!(
        "PUT /snapshots HTTP/1.1\r\nHost: {address}\r\nAuthorization: AWS test:test\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 200 "), "{answer}");
}

#[tokio::test]
async fn a_bucket_is_written_and_followed() {
    let Some(bucket) = Bucket::new("a_bucket_is_written_and_followed") else { return };
    let mut site = bucket.site();
    site.promote(PRODUCT, CHANNEL, "one");
    let plan = site.publish().await;
    let root = plan.files.iter().find(|file| file.path == "metadata/1.root.json").unwrap();
    let mut client = Trusted::new(root.bytes.clone());
    assert_eq!(site.head(&mut client).await.unwrap(), "one");

    site.promote(PRODUCT, CHANNEL, "two");
    let (first, plan) = site.plan().await;
    let (second, other_plan) = site.plan().await;
    first.publish(&plan, &site.contents).await.unwrap();
    assert_eq!(site.head(&mut client).await.unwrap(), "two");
    // The same files once more are fine but for the last one, which somebody else has written.
    let error = second.publish(&other_plan, &site.contents).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Conflict(path) if path == "metadata/timestamp.json"),
        "{error}"
    );
    assert!(site.publish().await.is_empty());
}

#[tokio::test]
async fn a_writer_to_a_bucket_can_be_cut_off() {
    let Some(bucket) = Bucket::new("a_writer_to_a_bucket_can_be_cut_off") else { return };
    let mut site = bucket.site();
    site.promote(PRODUCT, CHANNEL, "one");
    // The very first publication, cut off everywhere.
    for written in 0..5 {
        site.publish_first(written).await;
    }
    site.publish().await;
    let root = published_root(&site).await;
    let mut client = Trusted::new(root);
    assert_eq!(site.head(&mut client).await.unwrap(), "one");
    for written in 0..3 {
        site.promote(PRODUCT, CHANNEL, &format!("next {written}"));
        site.publish_first(written).await;
        site.head(&mut client).await.unwrap();
    }
    site.promote(PRODUCT, CHANNEL, "last");
    site.publish().await;
    assert_eq!(site.head(&mut client).await.unwrap(), "last");

    let (writer, _) = site.plan().await;
    let collected = writer.collect(days(0), noon() + days(20_000)).await.unwrap();
    assert!(!collected.removed.is_empty());
    assert_eq!(site.head(&mut client).await.unwrap(), "last");
}

async fn published_root(site: &Site) -> Vec<u8> {
    let (writer, _) = site.plan().await;
    writer.published().root.as_ref().unwrap().bytes.clone()
}

#[test]
fn secrets_of_a_bucket_are_not_shown() {
    let place = "s3://snapshots";
    let options = [
        ("AWS_ENDPOINT", "http://127.0.0.1:9"),
        ("aws_access_key_id", "test"),
        ("aws_secret_access_key", "not to be told"),
    ];
    let options = options.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let location = Location::open(place, &options).unwrap();
    assert!(!format!("{location:?}").contains("not to be told"));
    assert_eq!(location.text(), place);
}
