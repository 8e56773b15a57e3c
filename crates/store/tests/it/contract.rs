//! What holds on both engines: each test runs on a file, in memory, and on a server.

mod answers;
mod appending;
mod deployments;
mod jobs;
mod others;

use trainyard_store::{Database, Store};
use trainyard_testkit::PostgresDatabase;

use crate::support::{Folder, block_on, open};

/// One part of the contract. It gets an empty store.
pub(crate) type Part = (&'static str, fn(Store) -> Running);

/// A part that runs.
pub(crate) type Running = std::pin::Pin<Box<dyn Future<Output = ()>>>;

/// Lists functions of a module as parts of the contract.
macro_rules! parts {
    ($($name:ident),+ $(,)?) => {
        pub(crate) const PARTS: &[super::Part] =
            &[$((stringify!($name), |store| Box::pin($name(store)))),+];
    };
}
use parts;

fn all_parts() -> impl Iterator<Item = &'static Part> {
    [appending::PARTS, answers::PARTS, jobs::PARTS, deployments::PARTS, others::PARTS]
        .into_iter()
        .flatten()
}

#[test]
fn it_holds_in_a_file() {
    for (name, part) in all_parts() {
        println!("{name}");
        let folder = Folder::new();
        block_on(async { part(open(&folder.database()).await).await });
    }
}

#[test]
fn it_holds_in_memory() {
    for (name, part) in all_parts() {
        println!("{name}");
        block_on(async { part(open(&Database::Memory).await).await });
    }
}

#[test]
fn it_holds_on_a_server() {
    let Some(server) = PostgresDatabase::new("it_holds_on_a_server") else { return };
    for (name, part) in all_parts() {
        println!("{name}");
        // A schema for each: making a database takes longer than most of the tests.
        server.sql(&format!("CREATE SCHEMA {name}"));
        let url = format!("{}&options=-c%20search_path={name}", server.url());
        block_on(async {
            let store = open(&url.parse().unwrap()).await;
            part(store.clone()).await;
            store.close().await;
        });
    }
}
