//! A registry, served by the built command and spoken to by it.

mod accounts;
mod configured;
mod imports;
mod logs;
mod publishing;
mod rollouts;
mod served;
mod serving;
mod story;
