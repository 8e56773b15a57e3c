//! Tests of Rez's packages, requests and answers through the public interface.

mod brute;
mod cases;
mod packages;
mod packing;
mod rules;
mod settings;
