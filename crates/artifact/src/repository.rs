//! Repositories of signed snapshots where they lie: a directory, a bucket of an S3-compatible store, or a web server to
//! read from.

mod collect;
mod follow;
mod location;
mod write;

pub use self::{
    collect::Collected,
    location::{Location, StoreError},
    write::Writer,
};
