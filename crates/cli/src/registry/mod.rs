//! Serving a registry, and speaking to one.
//!
//! A command asks through a [`session::Session`], makes a [`page::Page`] of the answer, and hands both back: the page for people, as text
//! or Markdown, and the answer itself for programs.

mod attest;
mod backup;
mod catalogue;
mod channel;
mod credentials;
mod exposure;
mod images;
mod importing;
mod keys;
mod log;
mod manage;
mod moving;
mod offer;
mod offline;
mod page;
mod proof;
mod publish;
mod published;
mod risk;
mod rollout;
mod rules;
mod serve;
mod session;
mod simulated;
mod tell;
mod verify;

pub(crate) use self::{
    attest::run as attest, catalogue::manifests, channel::run as channel, credentials::Account,
    exposure::run as exposure, manage::run as manage, offer::run as offer, publish::run as publish,
    risk::run as risk, rollout::run as rollout, serve::run as serve,
};
