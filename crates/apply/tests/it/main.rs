//! Plans that are carried out with real programs.

mod carried;
mod damaged;
mod place;
