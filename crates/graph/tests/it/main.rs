//! Pictures and what they promise.

mod drawings;
