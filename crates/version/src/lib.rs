#![doc = include_str!("../README.md")]

mod error;
mod grammar;
mod grammars;
mod key;
mod notation;
mod render;
mod scheme;
mod schemes;
mod set;
mod split;
mod step;
mod version;

pub use error::{ParseError, RenderError, SchemeError, StepError};
pub use grammar::{Grammar, Prereleases, ReadOptions, Requirement};
pub use jiff::civil::Date;
pub use key::{KeyBuilder, OrderKey};
pub use render::{Target, Template};
pub use scheme::{Scheme, VersionScheme};
pub use set::{Point, VersionSet};
pub use step::{Level, PreStep, Step};
pub use version::{Phase, PreRelease, Stage, Version};
